"""What of a notebook's outputs leaves the house: only what went through the gate; everything else is left out
and named.

The gate is ``Chapter``: its ``show``, ``say``, ``bullets``, ``blocks`` and ``share`` mark what they display.
What an analyst's own cell prints, draws or returns bears no mark: it stays in the executed notebook, which is
confidential.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import nbformat
import pandas as pd
from IPython.display import display

from manfaat.base.disclosure import IDENTIFYING_COLUMNS, hide_small
from manfaat.base.problems import Problem, nearest, refuse
from manfaat.report.blocks import (
    Block,
    Bullets,
    Figure,
    Paragraph,
    Table,
    as_data,
    ended,
    from_data,
    plain,
)
from manfaat.report.exhibit import Exhibit, notebook_html
from manfaat.report.gate import told
from manfaat.report.reader import Reader
from manfaat.report.tables import Column, Write, table
from manfaat.report.words import Language

MIME = "application/vnd.manfaat.block+json"
MARK = {"manfaat": "published"}  # in the metadata of an output that went through the gate
KINDS = {
    "stream": "a printed text",
    "display_data": "something displayed",
    "execute_result": "the value of its last line",
}


@dataclass(frozen=True)
class Display:
    """A block as a notebook shows it, and as the report takes it over."""

    block: Block

    def _repr_mimebundle_(self, **_: object) -> dict[str, object]:
        block = self.block
        return {"text/plain": repr(self), "text/html": notebook_html(block), MIME: as_data([block])[0]}

    def __repr__(self) -> str:
        block = self.block
        match block:
            case Paragraph():
                return plain(block.runs)
            case Bullets():
                return "\n".join(f"- {plain(item)}" for item in block.items)
            case Figure():
                return f"{block.label}. {ended(block.title)} {block.alt}"
            case Table():
                rows = [[cell.text for cell in row] for row in block.rows]
                texts = pd.DataFrame(rows, columns=[head.text for head in block.heads])
                return f"{block.label}. {ended(block.title)}\n{texts.to_string(index=False)}"
        return str(block)


def publish(block: Block) -> None:
    """Display a block as something that may leave the house."""
    display(Display(block), metadata=MARK)


def block_in(output: nbformat.NotebookNode) -> Block | None:
    """The block that an output went through the gate with; None for any other output.

    Raises
    ------
    pydantic.ValidationError where it bears the mark and is no block.
    """
    if not MARK.items() <= output.get("metadata", {}).items() or MIME not in output.get("data", {}):
        return None
    return from_data([output.data[MIME]])[0]


def published(cell: nbformat.NotebookNode) -> tuple[list[Block], str]:
    """Return what of a code cell's outputs went through the gate, and what else there was, in words."""
    found = [block_in(output) for output in cell.outputs]
    dropped = [output for output, block in zip(cell.outputs, found, strict=True) if block is None]
    words = dict.fromkeys(KINDS.get(output.output_type, output.output_type) for output in dropped)
    return [block for block in found if block is not None], " and ".join(words)


def shared_table(reader: Reader, data: pd.DataFrame, title: str, *, counts: str, caption: str) -> Exhibit:
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
    hidden = told(reader.study, hide_small(flat, counts, numbers))
    columns = [
        Column(name, name, writer(hidden[name], reader) if name in [counts, *numbers] else None)
        for name in flat.columns
    ]
    stem = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:40] or "table"
    note = reader.say(
        "Rows that rest on fewer than five {units} are hidden.",
        units=reader.units,
    )
    return table(
        stem,
        title,
        " ".join(filter(None, [caption, note, reader.source_note()])),
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


def writer(values: pd.Series, language: Language) -> Write:
    """How a column's numbers are written: whole ones without decimals."""
    whole = bool((values.dropna() % 1 == 0).all())
    return lambda value: language.number(float(value), 0 if whole else 2)
