"""What of a notebook's outputs leaves the house: only what went through the gate; everything else is left out
and named.

The gate is ``Chapter``: its ``show``, ``say``, ``bullets``, ``blocks`` and ``share`` mark what they display.
What an analyst's own cell prints, draws or returns bears no mark: it stays in the executed notebook, which is
confidential.
"""

from __future__ import annotations

import re

import nbformat
import pandas as pd
from IPython.display import display

from manfaat.analysis.study import Study
from manfaat.base.disclosure import IDENTIFYING_COLUMNS, hide_small
from manfaat.base.problems import Problem, nearest, refuse
from manfaat.report import labels
from manfaat.report.exhibit import Exhibit
from manfaat.report.tables import Column, table
from manfaat.report.words import Language

MARK = {"manfaat": "published"}  # in the metadata of an output that went through the gate
KINDS = {
    "stream": "a printed text",
    "display_data": "something displayed",
    "execute_result": "the value of its last line",
}


def publish(block: object) -> None:
    """Display a block as something that may leave the house."""
    display(block, metadata=MARK)


def published_only(
    name: str, notebook: nbformat.NotebookNode
) -> tuple[nbformat.NotebookNode, tuple[str, ...]]:
    """Return the notebook with only the outputs that went through the gate, and one line for each cell of
    which something was left out.
    """
    copy, left_out = nbformat.from_dict(notebook), []
    written = [
        cell for cell in copy.cells if "injected-parameters" not in cell.metadata.get("tags", [])
    ]  # as in notebooks/
    for place, cell in enumerate(written, start=1):
        if cell.cell_type != "code":
            continue
        kept = [output for output in cell.outputs if MARK.items() <= output.get("metadata", {}).items()]
        dropped = [output for output in cell.outputs if output not in kept]
        if dropped:
            what = " and ".join(
                dict.fromkeys(KINDS.get(output.output_type, output.output_type) for output in dropped)
            )
            left_out.append(
                f"{name}, cell {place}: {what}: left out of the report. A table of groups is shared by"
                " study.share(...)"
            )
        cell.outputs = kept
    return copy, tuple(left_out)


def shared_table(
    study: Study, data: pd.DataFrame, title: str, *, counts: str, caption: str, language: Language
) -> Exhibit:
    """Make an exhibit of a table of groups; numbers of a row that rests on too few units are hidden, and so
    is their count.

    Parameters
    ----------
    data : one row a group; what the groups are called may be its index. counts : the column that says on how
    many units each row rests.

    Raises
    ------
    ProblemsError where the table cannot be shared: without counts, or with a column that names single units.
    """
    flat = (
        data.reset_index()
        if data.index.name or isinstance(data.index, pd.MultiIndex)
        else data.reset_index(drop=True)
    )
    flat = flat.set_axis(
        [" ".join(map(str, name)).strip() if isinstance(name, tuple) else str(name) for name in flat.columns],
        axis=1,
    )
    refuse(problems_of(flat, title, counts))
    numbers = [name for name in flat.select_dtypes(["number", "bool"]).columns if name != counts]
    hidden = hide_small(flat, counts, numbers)
    columns = [
        Column(name, name, writer(hidden[name], language) if name in [counts, *numbers] else None)
        for name in flat.columns
    ]
    stem = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:40] or "table"
    note = language.say(
        "Rows that rest on fewer than five {units} are hidden.",
        units=study.programme.design.unit.many[language.code],
    )
    return table(
        stem,
        title,
        " ".join(filter(None, [caption, note, labels.source_note(study, language)])),
        hidden,
        columns,
    )


def problems_of(data: pd.DataFrame, title: str, counts: str) -> list[Problem]:
    """Say why a table cannot be shared; nothing when it can."""
    place = f"study.share, table '{title}'"
    problems = [
        Problem(place, "the column names single units", column=name, expected="a table of groups")
        for name in data.columns
        if name in IDENTIFYING_COLUMNS
    ]
    twice = [name for name in dict.fromkeys(data.columns) if list(data.columns).count(name) > 1]
    problems += [
        Problem(place, "two columns have this name", column=name, expected="a name of its own for each")
        for name in twice
    ]
    how = 'such as .agg(n="size", mean=("earnings", "mean")), and its name as counts="n"'
    if counts not in data.columns:
        near = nearest(counts, map(str, data.columns))
        return [
            *problems,
            Problem(
                place,
                f"it has no column '{counts}' that says on how many each row rests",
                expected=f"one, {how}; {near}",
            ),
        ]
    if counts in twice:
        return problems
    values = data[counts]
    if (
        not pd.api.types.is_numeric_dtype(values)
        or values.isna().any()
        or (values < 0).any()
        or (values % 1 != 0).any()
    ):
        problems.append(
            Problem(
                place,
                "not every value is a number of units",
                column=counts,
                expected=f"whole numbers of 0 or more, {how}",
            )
        )
    elif len(values) and (values <= 1).all():
        problems.append(
            Problem(place, "each row is a single unit", column=counts, expected=f"a table of groups, {how}")
        )
    return problems


def writer(values: pd.Series, language: Language) -> object:
    """How a column's numbers are written: whole ones without decimals."""
    whole = bool((values.dropna() % 1 == 0).all())
    return lambda value: language.number(float(value), 0 if whole else 2)
