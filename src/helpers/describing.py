"""How answers are spread, by group: means and shares by the study's weights, small cells hidden by the one
rule.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from manfaat.base import disclosure
from manfaat.base.problems import Problem, ProblemsError
from manfaat.evaluation.summaries import percentiles
from manfaat.evaluation.weighted import answers
from manfaat.report import labels
from manfaat.report.exhibit import Exhibit
from manfaat.report.reader import Reader
from manfaat.report.tables import Column, table

MOST_GROUPS = 30
PERCENTILES = ["p10", "p25", "median", "p75", "p90"]


def groups_of(frame: pd.DataFrame, by: list[str]) -> pd.Series:
    """What group each row is in, as one text; missing where one of its columns is.

    Raises
    ------
    ProblemsError for columns of so many values that they are no groups.
    """
    for name in by:
        if frame[name].nunique() > MOST_GROUPS:
            found = f"'{name}' has {frame[name].nunique()} different values: these are no groups"
            cut = f"pd.cut(study.indicators['{name}'], …), or a column of at most {MOST_GROUPS} values"
            raise ProblemsError([Problem("study.describe", found, column="by", expected=cut)])
    if not by:
        return pd.Series("", index=frame.index)
    known = frame[by].dropna()
    texts = known.apply(lambda row: ", ".join(written(value) for value in row), axis=1).astype("object")
    order = texts.loc[known.sort_values(by).index] if known.index.is_unique else texts.sort_values()
    return pd.Series(pd.Categorical(texts.reindex(frame.index), list(dict.fromkeys(order))), frame.index)


def written(value: object) -> str:
    """A value of a group: 1 and not 1.0."""
    return f"{value:g}" if isinstance(value, float) else str(value)


def numbers_by_group(values: pd.Series, groups: pd.Series, weights: pd.Series | None) -> pd.DataFrame:
    """One row a group: ``group, n, n_missing, mean, sd, p10, p25, median, p75, p90``; of a yes or no without
    percentiles.

    Nothing is told of a group that rests on few, nor of one more where the hidden one followed from the whole
    and the others.
    """
    values = values.astype("float64")
    yes_no = bool(values.dropna().isin([0, 1]).all())
    rows, few = [], []
    for name in [one for one in pd.Categorical(groups).categories if (groups == one).any()]:
        own = values[groups == name]
        known = answers(own, weights)
        row = {"group": name, "n": known.n, "n_missing": len(own) - known.n, "mean": known.mean}
        if not yes_no:
            row |= {"sd": known.sd} | percentiles(known, disclosure.SMALLEST_CELL)
        rows.append(row)
        few.append(known.rests_on_few())
    columns = ["group", "n", "n_missing", "mean", *([] if yes_no else ["sd", *PERCENTILES])]
    told = pd.DataFrame(rows, columns=columns)
    follows = pd.Series(np.isnan(disclosure.without_few(told["n"].to_numpy())), index=told.index)
    statistics = [name for name in columns if name not in ("group", "n", "n_missing")]
    hidden = disclosure.hide_small(
        told, "n", statistics, rests_on_few=follows | pd.Series(few, dtype="bool"), missing="n_missing"
    )
    return hidden.assign(n=disclosure.blanked(told["n"], follows))


def counts_by_group(values: pd.Series, groups: pd.Series, weights: pd.Series | None) -> pd.DataFrame:
    """One row an answer and group: ``group, answer, n, share`` (of those of the group who answered, by
    weight); small counts are hidden, with as many more as it takes.
    """
    known = values.notna() & groups.notna() & (True if weights is None else weights.notna())
    values, groups = values[known], groups[known]
    listed = values.cat.categories if isinstance(values.dtype, pd.CategoricalDtype) else sorted(set(values))
    values = values.astype("object").map(written)
    order = [written(one) for one in listed if written(one) in set(values)]
    counts = pd.crosstab(values, groups).reindex(order).astype("float64")
    if weights is None:
        weighed = counts
    else:
        weighed = pd.crosstab(values, groups, weights[known], aggfunc="sum").reindex(order).fillna(0.0)
    shares = weighed / weighed.sum()
    hidden = pd.DataFrame(disclosure.without_few_both_ways(counts.to_numpy()), counts.index, counts.columns)
    long = hidden.rename_axis("answer").reset_index().melt("answer", var_name="group", value_name="n")
    share = shares.where(hidden.notna()).melt(value_name="share")["share"]
    return long[["group", "answer", "n"]].assign(share=share)


def exhibit_of(
    reader: Reader, name: str, by: list[str], data: pd.DataFrame, called: dict[str, str]
) -> Exhibit:
    """The description as a table in the house's style, with what weighs and what is hidden said below it."""
    study, say, is_counts = reader.study, reader.say, "answer" in data
    line = next((one for one in study.indicators if one.name == name), None)
    unit = labels.unit_of(study, line.unit) if line else None
    label = called.get(name, name)
    title = (
        say("{indicator}, by {group}", indicator=label, group=", ".join(called.get(one, one) for one in by))
        if by
        else label
    )
    whole = lambda value: reader.number(value, 0)  # noqa: E731
    amount = lambda value: reader.level(value, unit)  # noqa: E731
    columns = [Column("group", say("Group"))] if by else []
    if is_counts:
        columns += [Column("answer", say("Answer")), Column("n", "n", whole)]
        columns += [Column("share", say("Share"), lambda value: reader.percent(value, 1))]
    else:
        columns += [Column("n", "n", whole), Column("n_missing", say("Missing"), whole)]
        columns += [Column("mean", say("Mean"), amount)]
        columns += [Column("sd", "SD", amount)] if "sd" in data else []
        columns += [Column(one, one, amount) for one in PERCENTILES if one in data]
    note = say(
        "A dash: a number that rests on fewer than {n}, or from which one could be worked out.",
        n=disclosure.SMALLEST_CELL,
    )
    unit_note = [unit.label[reader.code] + "."] if unit and not is_counts else []
    caption = " ".join([*unit_note, note, reader.source_note(by_weight=True)])
    stem = "-".join(["describe", name, *by]).replace("_", "-")[:60]
    return table(stem, title, caption, data, columns, whole=data)
