"""How answers are spread, by group: means and shares by the study's weights, small cells hidden by the one
rule.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from manfaat.base import disclosure
from manfaat.base.dominance import is_dominated
from manfaat.base.problems import Problem, ProblemsError
from manfaat.base.solving import without_few_linked
from manfaat.definitions.naming import labels_of, resolved
from manfaat.definitions.study import Study
from manfaat.evaluation.crosstabs import Association, association
from manfaat.evaluation.summaries import percentiles
from manfaat.evaluation.weighted import answers, weights_of
from manfaat.report import labels
from manfaat.report.attention import UNDEFINED
from manfaat.report.exhibit import Exhibit
from manfaat.report.figures.distribution import distribution
from manfaat.report.reader import Reader
from manfaat.report.tables import Column, table
from manfaat.report.words import mark

MOST_GROUPS = 30
PERCENTILES = ["p10", "p25", "median", "p75", "p90"]
TESTS = {
    "chi-square": mark("Pearson's chi-square test of no association"),
    "fisher": mark("Fisher's exact test of no association"),
    "permutation": mark("Permutation test of no association"),
}


@dataclass(frozen=True)
class Asked:
    """Everything that may be described: one column an indicator or answer, one row a unit."""

    study: Study
    frame: pd.DataFrame
    answers: pd.DataFrame  # of the main table, by their labels; none in a panel

    def column(self, name: str, place: str) -> str:
        """The column that a name means.

        Raises
        ------
        ProblemsError that names what is near.
        """
        return resolved(self.study, name, self.frame.columns, place)

    def by_labels(self, column: str) -> pd.DataFrame:
        """A column with its answers' labels, where an answer is called like an indicator; by row."""
        told = self.answers.get(column)
        if told is None or not isinstance(told.dtype, pd.CategoricalDtype):
            return self.frame[[column]]
        return self.answers.loc[~self.answers.index.duplicated(), [column]].reindex(self.frame.index)


@dataclass(frozen=True)
class Described:
    """What is told of a column or two: a few words, the numbers, and how they are shown."""

    title: str
    data: pd.DataFrame
    show: Callable[[], Exhibit]


def described(reader: Reader, asked: Asked, name: str, by: str | list[str] | None) -> Described:
    """How a column is spread by group, as a table; see ``OpenStudy.describe``."""
    column, by, data = spread_of(asked, name, by, f"study.describe('{name}')")
    title = f"{column} by {', '.join(by)}" if by else column
    called = labels_of(reader.study, reader.code)
    return Described(title, data, lambda: exhibit_of(reader, column, by, data, called))


def drawn(reader: Reader, asked: Asked, name: str, by: str | list[str] | None) -> Described:
    """The same as a figure; see ``OpenStudy.figure``."""
    column, by, data = spread_of(asked, name, by, f"study.figure('{name}')")
    title = "figure of " + (f"{column} by {', '.join(by)}" if by else column)
    return Described(title, data, lambda: figure_of(reader, column, by, data))


def spread_of(
    asked: Asked, name: str, by: str | list[str] | None, place: str
) -> tuple[str, list[str], pd.DataFrame]:
    """The column meant, the columns of its groups, and how it is spread.

    Raises
    ------
    ProblemsError that names what is near; for columns of so many values that they are no groups, and for
    texts.
    """
    study, frame = asked.study, asked.frame
    by = [by] if isinstance(by, str) else list(by or [])
    column, by = asked.column(name, place), [asked.column(one, place) for one in by]
    groups, values = groups_of(frame, by, place), frame[column]
    weights = weights_of(frame, study.programme)
    if is_numeric_dtype(values):
        weights = None if column == study.programme.design.sampling_weight else weights
        data = numbers_by_group(values, groups, weights)
    elif values.nunique() > MOST_GROUPS:
        told = f"'{column}' has {values.nunique()} different values that are no numbers"
        raise ProblemsError([Problem(place, told, expected="study.people, which holds them")])
    else:
        data = counts_by_group(values, groups, weights)
    return column, by, data if by else data.drop(columns="group")


def groups_of(frame: pd.DataFrame, by: list[str], place: str) -> pd.Series:
    """What group each row is in, as one text; missing where one of its columns is.

    Raises
    ------
    ProblemsError for columns of so many values that they are no groups.
    """
    for name in by:
        if frame[name].nunique() > MOST_GROUPS:
            found = f"'{name}' has {frame[name].nunique()} different values: these are no groups"
            cut = f"pd.cut(study.indicators['{name}'], …), or a column of at most {MOST_GROUPS} values"
            raise ProblemsError([Problem(place, found, column="by", expected=cut)])
    if not by:
        return pd.Series("", index=frame.index)
    known = frame[by].notna().all(axis=1).to_numpy()
    rows = frame.loc[known, by]
    combined = rows.drop_duplicates().sort_values(by)  # few: a text is written once a group, not once a row
    texts = [", ".join(map(written, row)) for row in combined.itertuples(index=False)]
    names = list(dict.fromkeys(texts))
    codes = np.full(len(frame), -1)
    numbers = rows.groupby(by, observed=True, sort=True).ngroup().to_numpy()
    codes[known] = np.array([names.index(text) for text in texts], dtype="int64")[numbers]
    return pd.Series(pd.Categorical.from_codes(codes, pd.Index(names)), frame.index)


def written(value: object) -> str:
    """A value of a group: 1 and not 1.0."""
    return f"{value:g}" if isinstance(value, float) else str(value)


def numbers_by_group(values: pd.Series, groups: pd.Series, weights: pd.Series | None) -> pd.DataFrame:
    """One row a group: ``group, n, n_missing, mean, sd, p10, p25, median, p75, p90``; of a yes or no without
    percentiles.

    Nothing is told of a group that rests on few, or where few have nearly all, nor of one more where the
    hidden one followed from the whole and the others.
    """
    values = values.astype("float64")
    yes_no = bool(values.dropna().isin([0, 1]).all())
    is_amount = not yes_no and bool((values.dropna() >= 0).all())
    rows, few, dominated = [], [], []
    for name in [one for one in pd.Categorical(groups).categories if (groups == one).any()]:
        own = values[groups == name]
        known = answers(own, weights)
        row = {"group": name, "n": known.n, "n_missing": len(own) - known.n, "mean": known.mean}
        if not yes_no:
            row |= {"sd": known.sd} | percentiles(known, disclosure.SMALLEST_CELL)
        rows.append(row)
        few.append(known.rests_on_few())
        dominated.append(is_amount and not few[-1] and is_dominated(known.values * known.weights))
    columns = ["group", "n", "n_missing", "mean", *([] if yes_no else ["sd", *PERCENTILES])]
    told = pd.DataFrame(rows, columns=columns)
    follows = pd.Series(np.isnan(disclosure.without_few(told["n"].to_numpy())), index=told.index)
    unsaid = disclosure.without_few(told["n"].to_numpy(), hidden=np.array(dominated, dtype="bool"))
    statistics = [name for name in columns if name not in ("group", "n", "n_missing")]
    hidden = disclosure.hide_small(
        told,
        "n",
        statistics,
        rests_on_few=follows | pd.Series(few, dtype="bool") | np.isnan(unsaid),
        missing="n_missing",
    )
    return hidden.assign(n=disclosure.blanked(told["n"], follows))


def counts_by_group(values: pd.Series, groups: pd.Series, weights: pd.Series | None) -> pd.DataFrame:
    """One row an answer and group: ``group, answer, n, share`` (of those of the group who answered, by
    weight); small counts are hidden, with as many more as it takes.
    """
    known = values.notna() & groups.notna() & (True if weights is None else weights.notna())
    values, groups = values[known], groups[known]
    codes, found = pd.factorize(values, sort=True)  # answers of a list in its order
    order = list(dict.fromkeys(map(written, found)))
    values = pd.Series(np.array([written(one) for one in found], dtype="object")[codes], values.index)
    counts = pd.crosstab(values, groups).reindex(order).astype("float64")
    if weights is None:
        weighed = counts
    else:
        weighed = pd.crosstab(values, groups, weights[known], aggfunc="sum").reindex(order).fillna(0.0)
    shares = weighed / weighed.sum()
    hidden = pd.DataFrame(without_few_linked(counts.to_numpy()), counts.index, counts.columns)
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


def figure_of(reader: Reader, name: str, by: list[str], data: pd.DataFrame) -> Exhibit:
    """The description drawn: boxes of numbers, bars of shares; what is hidden in the table is not drawn.

    Raises
    ------
    ProblemsError where everything rests on few.
    """
    say, called = reader.say, labels_of(reader.study, reader.code)
    statistic = "share" if "answer" in data else "mean" if "median" not in data else "median"
    known = data[data[statistic].notna()]
    if known.empty:
        told = "everything rests on fewer than five"
        raise ProblemsError([Problem(f"study.figure('{name}')", told, expected="larger groups")])
    line = next((one for one in reader.study.indicators if one.name == name), None)
    unit = labels.unit_of(reader.study, line.unit) if line else None
    data = known.assign(group=known["group"] if by else called.get(name, name), time="")
    if "answer" in data:
        data = data.assign(group=data["answer"], time=data["group"] if by else "", mean=data["share"])
    elif "median" in data and unit:
        numbers = [one for one in ("mean", *PERCENTILES)]
        data = data.assign(**{one: data[one] * unit.scale for one in numbers})
    title = say("{indicator}, by {group}", indicator=called.get(name, name), group=names_of(reader, by))
    stem = "-".join(["figure", name, *by]).replace("_", "-")[:60]
    note = say("What rests on fewer than {n} is not drawn.", n=disclosure.SMALLEST_CELL)
    caption = f"{note} {reader.source_note(by_weight=True)}"
    shown = [one for one in ("group", "time", "n", "mean", *PERCENTILES) if one in data]
    title = title if by else called.get(name, name)
    return distribution(stem, title, data[shown], reader.unit_label(unit), caption, reader)


def names_of(reader: Reader, columns: list[str]) -> str:
    """What some columns are called."""
    called = labels_of(reader.study, reader.code)
    return ", ".join(called.get(one, one) for one in columns)


@dataclass(frozen=True)
class Crossed:
    """Counts of two answers together, as they may be shown, and the test of all of them.

    ``data`` : one row a pair of answers, ``row, column, n, share`` (of those with the column's answer).
    ``found`` : None where there is no test. ``because`` : why not, else empty.
    """

    data: pd.DataFrame
    found: Association | None
    because: str = ""
    is_hidden: bool = False


def crossed(asked: Asked, row: str, column: str, seed: int = 1) -> Crossed:
    """Count two answers together; see ``OpenStudy.crosstab``.

    Where a count is hidden the test's numbers are told roughly, so that they do not give it back.

    Raises
    ------
    ProblemsError that names what is near, and for columns of so many values that they are no answers.
    """
    place = f"study.crosstab('{row}', '{column}')"
    down, across = (
        groups_of(asked.by_labels(one), [one], place)
        for one in (asked.column(row, place), asked.column(column, place))
    )
    design = asked.study.programme.design
    known = across.notna() & down.notna()
    counts = pd.crosstab(down[known], across[known])
    safe = without_few_linked(counts.to_numpy())
    hidden = pd.DataFrame(safe, counts.index, counts.columns)
    shares = (counts / counts.sum()).where(hidden.notna())
    long = hidden.rename_axis(index="row", columns="column").reset_index()
    data = long.melt("row", var_name="column", value_name="n")
    data = data.assign(share=shares.melt(value_name="share")["share"].to_numpy())
    is_hidden = bool(hidden.isna().any(axis=None))
    if design.sampling_weight or design.cluster or design.panel:
        return Crossed(data, None, mark("No test: it would need units drawn one by one."), is_hidden)
    found = association(counts.to_numpy(), seed)
    if found is None:
        return Crossed(data, None, mark("No test: one of the two has a single answer."), is_hidden)
    if is_hidden:
        found = replace(found, statistic=np.nan, p_value=round(found.p_value, 2), v=round(found.v, 1))
    return Crossed(data, found, "", is_hidden)


def test_text(reader: Reader, told: Crossed) -> str:
    """The test in a sentence, or why there is none."""
    if told.found is None:
        return reader.say(told.because)
    return reader.say(
        "{test}: p = {p}; Cramér's V {v}.",
        test=reader.say(TESTS[told.found.test]),
        p=reader.p_value(told.found.p_value),
        v=reader.number(told.found.v, 1 if told.is_hidden else 2),
    )


def cross_described(reader: Reader, asked: Asked, row: str, column: str) -> Described:
    """Two answers together as a table; see ``OpenStudy.crosstab``."""
    told = crossed(asked, row, column)
    place = f"study.crosstab('{row}', '{column}')"
    names = [asked.column(row, place), asked.column(column, place)]

    def show() -> Exhibit:
        wide = told.data.pivot(index="row", columns="column", values=["n", "share"])
        whole = lambda value: reader.number(value, 0)  # noqa: E731
        part = lambda value: reader.percent(value, 1)  # noqa: E731
        flat = pd.DataFrame({"row": wide.index.astype("object")})
        columns = [Column("row", names_of(reader, names[:1]))]
        for place, one in enumerate(wide["n"].columns):
            flat[f"n{place}"], flat[f"share{place}"] = wide["n"][one].array, wide["share"][one].array
            columns += [Column(f"n{place}", f"{one}, n", whole), Column(f"share{place}", "%", part)]
        note = reader.say(
            "A dash: a number that rests on fewer than {n}, or from which one could be worked out.",
            n=disclosure.SMALLEST_CELL,
        )
        of = reader.say("Shares are of those with the answer above them.")
        caption = " ".join([of, note, test_text(reader, told), reader.source_note(by_weight=False)])
        title = reader.say(
            "{row} by {column}", row=names_of(reader, names[:1]), column=names_of(reader, names[1:])
        )
        stem = "-".join(["crosstab", *names]).replace("_", "-")[:60]
        return table(stem, title, caption, flat, columns, whole=told.data)

    return Described(f"{names[0]} by {names[1]}", told.data, show)


def reasons_described(reader: Reader, asked: Asked, name: str, by: str, reasons: pd.Series) -> Described:
    """Why values of a column are missing, counted by group; ``reasons`` : one a unit that lacks the value,
    in the order of the units.
    """
    groups = groups_of(asked.frame, [by] if by else [], f"study.missing('{name}')")
    lacking = asked.frame[name].isna().to_numpy()
    told = np.full(len(lacking), "answered", dtype="object")
    told[lacking] = reasons.to_numpy()
    whole = pd.Series(told, groups.index)[groups.notna()]
    counts = pd.crosstab(whole, groups[groups.notna()])
    safe = without_few_linked(counts.to_numpy()) if counts.size else counts.to_numpy()
    hidden = pd.DataFrame(safe, counts.index, counts.columns).rename_axis("reason").reset_index()
    data = hidden.melt("reason", var_name="group", value_name="n")[["group", "reason", "n"]]
    data = data[data["reason"] != "answered"].reset_index(drop=True)
    data = data if by else data.drop(columns="group")

    def show() -> Exhibit:
        texts = data.assign(reason=[reason_label(reader, one) for one in data["reason"]])
        columns = [Column("group", reader.say("Group"))] if by else []
        columns += [Column("reason", reader.say("Reason")), Column("n", "n", lambda n: reader.number(n, 0))]
        note = reader.say(
            "A dash: a number that rests on fewer than {n}, or from which one could be worked out.",
            n=disclosure.SMALLEST_CELL,
        )
        title = reader.say("Why it is missing: {name}", name=names_of(reader, [name]))
        stem = "-".join(["missing", name, by]).strip("-").replace("_", "-")[:60]
        return table(stem, title, f"{note} {reader.source_note(by_weight=False)}", texts, columns, whole=data)

    return Described(f"missing {name}", data, show)


def reason_label(reader: Reader, reason: str) -> str:
    """Why a value is missing, in the reader's words; of several reasons each."""
    known = labels.MISSING_REASONS | UNDEFINED
    return "; ".join(reader.say(known[one]) if one in known else one for one in reason.split("; ") if one)
