"""From the rows of a grid to a raw table: the steps that sheets and text files share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa

from manfaat.files.formats.body import Body
from manfaat.files.formats.layout import Layout
from manfaat.files.formats.names import clean_names, compare_copies, drop_empty_columns, remarks
from manfaat.files.formats.tables import (
    DROPPED,
    LABELS,
    ROW,
    SHEET,
    TEXT,
    Detected,
    FormatOptions,
    RawTable,
    count_of,
    records,
    rows_text,
)
from manfaat.files.formats.trimming import Drop, joined, trim


@dataclass(frozen=True)
class Origin:
    """Where a table comes from: the file's shown name, its kind, the name of the table and of the sheet."""

    file: str
    kind: str
    name: str
    sheet: str = ""

    @property
    def place(self) -> str:
        """The sheet as a place for the log; empty where there are no sheets."""
        return f"sheet {self.sheet}" if self.sheet else ""


def finish(
    body: Body,
    layout: Layout,
    header: Sequence[str],
    origin: Origin,
    options: FormatOptions,
    before: Sequence[Drop] = (),
) -> tuple[RawTable, Body]:
    """Return the raw table and the trimmed body it was made from.

    ``header`` holds the cells of the header's last row; ``before`` the rows that were left out already.
    """
    place = origin.place
    above = [(number, rule, "above the answers", joined(cells)) for number, cells, rule in layout.above]
    body, dropped, trimmed = trim(body, header, options, before=[*above, *before], place=place)
    names = layout.names + [""] * (body.table.num_columns - len(layout.names))
    body, names, emptied = drop_empty_columns(body, names, place=place)
    names, renamed = clean_names(names, place=place)
    said = [
        *layout.log,
        *emptied,
        *renamed,
        *remarks(names, place=place),
        *compare_copies(body, names, place=place),
        *trimmed,
        *irregular(body),
    ]
    said.append(
        Detected(
            "table",
            f"{count_of(len(body.rows), 'row')} × {count_of(len(names), 'column')}",
            body.how,
            place,
            doubtful=not len(body.rows),
        )
    )
    if len(names) == 1:
        said.append(
            Detected(
                "table", "one column", "notes rather than a table, or another separator", place, doubtful=True
            )
        )
    gone = records(((origin.sheet, *row) for row in dropped), DROPPED)
    labels = records(
        (
            (name, "variable", "", " ".join(layout.texts[name].split()))
            for name in names
            if name in layout.texts
        ),
        LABELS,
    )
    return (
        RawTable(
            origin.name,
            frame_of(body, names, origin.sheet),
            tuple(said),
            gone,
            labels,
            file=origin.file,
            kind=origin.kind,
        ),
        body,
    )


def frame_of(body: Body, names: Sequence[str], sheet: str) -> pd.DataFrame:
    """Return the text columns as a data frame after ``_sheet`` and ``_row``; the text is not copied."""
    count = len(body.rows)
    table = body.table.rename_columns(list(names))
    table = table.add_column(0, ROW, pa.array(body.rows, pa.int64())).add_column(
        0, SHEET, pa.array([sheet] * count, pa.large_string())
    )
    frame: pd.DataFrame = table.to_pandas(types_mapper={pa.large_string(): TEXT}.get)
    return frame


def irregular(body: Body) -> list[Detected]:
    """Log rows whose surplus empty cells were cut, short rows that were filled up, and cells that hold many
    lines.
    """
    log = []
    if body.cut:
        log.append(
            Detected("surplus cells", rows_text(body.cut), "empty cells beyond the last column left out")
        )
    if body.short:
        log.append(
            Detected(
                "short rows",
                rows_text(body.short),
                "they lack only cells of columns without a name; filled up with empty cells",
            )
        )
    if body.padded:
        log.append(
            Detected(
                "short rows",
                rows_text(body.padded),
                "filled up with empty cells as stated by 'ragged'",
                doubtful=True,
            )
        )
    if body.breaks:
        log.append(
            Detected(
                "long cells",
                rows_text(body.breaks),
                "a cell holds more than 20 lines; perhaps a quote is missing",
                doubtful=True,
            )
        )
    return log
