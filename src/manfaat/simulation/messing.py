"""One block of a table as it will stand in its file: rendered, with its mess, and with what was done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from manfaat.base.typed import required
from manfaat.definitions.codebook import Codebook, Variable
from manfaat.definitions.programme import Programme
from manfaat.simulation.columns import TextColumn, write_number
from manfaat.simulation.layout import NUMBER_COLUMN, Layout
from manfaat.simulation.mess.cells import Entry, Medium, inject_cells, ways_of
from manfaat.simulation.mess.extra_columns import identity_numbers, second_column
from manfaat.simulation.mess.rates import MONTH_FIRST, RECORD_RATES, rates_of
from manfaat.simulation.mess.records import Records, append_records, change_records
from manfaat.simulation.mess.rendering import render
from manfaat.simulation.mess.versions import (
    Answers,
    differs_by_version,
    mix_versions,
    version_entries,
    version_of,
)
from manfaat.simulation.people import Plan
from manfaat.simulation.tables import TableBlock
from manfaat.simulation.world import World


@dataclass(frozen=True)
class MessyBlock:
    """Rows of a table as they will stand in its file, what was done to records and to answers, and the sheet
    that each row belongs to.
    """

    columns: dict[str, TextColumn]
    records: Records
    entries: list[Entry]
    sheets: TextColumn | None
    coloured: np.ndarray


def mess_up(
    part: TableBlock, number: int, plan: Plan, programme: Programme, codebook: Codebook, layout: Layout
) -> MessyBlock:
    """Write one block of a table as the export would, with its mess."""
    variables, n = codebook.table(part.name), len(part.keys.codes)
    rates = table_rates(part.name, plan, layout)
    answers = Answers(part.canonical, part.reasons)
    plain = rendered(answers, variables, codebook, layout, version_of(variables))
    records, entries = Records(part.canonical, plain, variables), []
    if layout.level:
        answers, other = mix_versions(
            answers,
            variables,
            codebook,
            rates.get(65, 0.0),
            World(n, plan.seed, number).stream(f"versions in {part.name}"),
        )
        if len(other):
            raw = plain | rendered(
                answers,
                [v for v in variables if differs_by_version(v)],
                codebook,
                layout,
                version_of(variables),
            )
            raw = with_aliases(raw, variables, codebook, other)
            entries = version_entries(plain, raw, answers.canonical, variables, other)
            records = Records(
                answers.canonical,
                raw,
                variables,
                touched={entry.variable: mask_of(entry.rows, n) for entry in entries},
            )
        stream = World(n, plan.seed, number).stream(f"mess in {part.name}")
        change_records(records, programme.tables[part.name].scales, plan.simulation.key, rates, stream)
        medium = medium_of(part.name, variables, plan, layout, rates)
        rates = rates | ({14: MONTH_FIRST} if 14 in rates else {})
        ways = {v.name: ways_of(v, programme, codebook, layout.rendering, medium) for v in variables}
        messed, found = inject_cells(records, answers.reasons, ways, medium, rates, stream)
        entries += found
        columns = append_records(records, messed, plan.simulation.key, rates, stream)
    else:
        columns = dict(plain)
    columns, more = add_columns(columns, records, part, number, plan, layout)
    return MessyBlock(
        columns, records, entries + more, sheets_of(part, records, layout), coloured_rows(columns, records)
    )


def table_rates(table: str, plan: Plan, layout: Layout) -> dict[int, float]:
    """How often each kind of mess befalls a table: whole records only in the main one, colours only in
    workbooks.
    """
    rates = rates_of(layout.level) if layout.level else {}
    barred = set() if table == plan.main_table else set(RECORD_RATES)
    return {
        kind: rate
        for kind, rate in rates.items()
        if kind not in barred | (set() if layout.format(table) == "xlsx" else {42})
    }


def rendered(
    answers: Answers, variables: list[Variable], codebook: Codebook, layout: Layout, form: Variable | None
) -> dict[str, TextColumn]:
    """Answers to some questions as the export writes them, each row in the codes of its version of the form
    (``form``).
    """
    versions = answers.canonical[form.name] if form else None
    found = {
        v.name: render(
            answers.canonical[v.name], answers.reasons.get(v.name), v, codebook, layout.rendering, versions
        )
        for v in variables
    }
    return found | {name: in_thousands(found[name]) for name in layout.thousands if name in found}


def in_thousands(column: TextColumn) -> TextColumn:
    """Amounts divided by a thousand; codes of missing answers stay."""
    return TextColumn(
        column.codes, [write_number(int(text) / 1000) if text.isdigit() else text for text in column.pool]
    )


def with_aliases(
    raw: dict[str, TextColumn], variables: list[Variable], codebook: Codebook, rows: np.ndarray
) -> dict[str, TextColumn]:
    """Write the version of every other of some rows in words, as the list of answers allows it ("v2
    (2003)").
    """
    form = required(version_of(variables), "the version of the form")
    words = {choice.name: choice.aliases.split("|") for choice in codebook.answers(form.list_name)} | {
        label: choice.aliases.split("|")
        for choice in codebook.answers(form.list_name)
        for label in (choice.label_en, choice.label_id)
    }
    texts = raw[form.name].take(rows[::2]).texts()
    return raw | {
        form.name: (
            raw[form.name].put(
                rows[::2],
                [
                    (found := words.get(text, [text]))[place % len(found)] or text
                    for place, text in enumerate(texts)
                ],
            )
        )
    }


def mask_of(rows: np.ndarray, n: int) -> np.ndarray:
    """Some rows as a mask."""
    mask = np.zeros(n, dtype=bool)
    mask[rows] = True
    return mask


def medium_of(
    table: str, variables: list[Variable], plan: Plan, layout: Layout, rates: Mapping[int, float]
) -> Medium:
    """What the file of a table can hold, and which of its columns of dates are month first in part."""
    dates = [variable.name for variable in variables if variable.kind == "date"]
    luck = World(0, plan.seed, 0).stream(f"month first in {table}").random(len(dates))
    month_first = frozenset(
        name for name, value in zip(dates, luck, strict=True) if value < rates.get(14, 0.0)
    )
    kind = layout.format(table)
    is_text = kind == "csv"
    broken = is_text and layout.broken and layout.separator == ","
    return Medium(
        kind, layout.encoding if is_text else "utf-8", broken, month_first, frozenset(layout.thousands)
    )


def add_columns(
    columns: dict[str, TextColumn],
    records: Records,
    part: TableBlock,
    number: int,
    plan: Plan,
    layout: Layout,
) -> tuple[dict[str, TextColumn], list[Entry]]:
    """Add the columns that nobody asked for, and say where they are wrong."""
    extras = [name for name, _ in layout.extras(part.name, plan.codebook.table(part.name))]
    if not extras:
        return columns, []
    n = len(part.keys.codes)
    order = np.arange(n) if records.order is None else records.order
    found, entries, rate = dict(columns), [], table_rates(part.name, plan, layout).get(62, 0.0)
    for name in extras:
        stream = World(n, plan.seed, number).stream(f"{name} in {part.name}")
        if name == NUMBER_COLUMN:
            found[name], wrong = identity_numbers(part.keys, order, rate, stream)
        else:
            found[name], wrong = second_column(
                columns[name.removesuffix(" again")], name, n, bool(layout.level), stream
            )
        entries += wrong
    return found, entries


def coloured_rows(columns: Mapping[str, TextColumn], records: Records) -> np.ndarray:
    """Which of the written rows are coloured (a mask)."""
    return mask_of(records.coloured, len(next(iter(columns.values())).codes))


def sheets_of(part: TableBlock, records: Records, layout: Layout) -> TextColumn | None:
    """The value that divides the written rows into sheets; trial rows have none."""
    column = part.canonical.get(layout.sheets)
    if column is None or records.order is None:
        return column
    return TextColumn(
        np.where(records.order < 0, len(column.pool), column.codes[records.order]).astype("int32"),
        column.pool,
    )
