"""Delimited text, and the export of KoboToolbox: written block by block."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Mapping
from io import BytesIO, StringIO
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from manfaat.definitions.codebook import Codebook, Variable
from manfaat.simulation.columns import TextColumn
from manfaat.simulation.layout import TIME_COLUMN, Layout, Places, header_of, kobo_name, pairs_of, sections_of
from manfaat.simulation.mess.writing_styles import BARE_COMMA

if TYPE_CHECKING:
    import pyarrow as pa

MARKS = {"utf-8-sig": codecs.BOM_UTF8, "utf-16": codecs.BOM_UTF16_LE}
BARE = re.compile(
    rb'"([^"\n]*' + BARE_COMMA.encode() + rb'[^"\n]*)"'
)  # an answer that is to stand without its quotes
DASHES = str.maketrans("–—", "--")  # which Shift-JIS does not have
CODECS = {"utf-16": "utf-16-le"}  # the mark stands once, at the beginning


def arrow_column(column: TextColumn) -> pa.Array:
    """A column of texts in Arrow's form."""
    import pyarrow as pa

    return pa.array([*column.pool, ""], type=pa.string()).take(pa.array(column.codes))


def write_rows(columns: Mapping[str, TextColumn | pa.Array], stream: BinaryIO, separator: str) -> None:
    """Append rows to an open text file."""
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    table = pa.table(
        {
            name: column if isinstance(column, pa.Array) else arrow_column(column)
            for name, column in columns.items()
        }
    )
    arrow_csv.write_csv(
        table,
        stream,
        arrow_csv.WriteOptions(include_header=False, delimiter=separator, quoting_style="needed"),
    )


class TextSink:
    """Delimited text; titles and total fill up their row with empty cells, as a sheet does that is saved as
    text.
    """

    def __init__(
        self,
        path: Path,
        table: str,
        variables: list[Variable],
        layout: Layout,
        header: list[str] | None = None,
    ) -> None:
        self.stream, self.layout = path.open("wb"), layout
        self.pairs = pairs_of(variables) if layout.is_long(table) else []
        names = header or [
            *header_of(variables, layout),
            *[text for _, text in layout.extras(table, variables)],
        ]
        if self.pairs:
            names = self.long_header([variable.name for variable in variables], names)
        self.rest, lines = layout.separator * (len(names) - 1), StringIO()
        for title in layout.titles:
            lines.write(f"{title}{self.rest}\n")
        writer = csv.writer(lines, delimiter=layout.separator, lineterminator="\n")
        if layout.sections:
            writer.writerow([*sections_of(variables), *[""] * (len(names) - len(variables))])
        writer.writerow(names)
        self.next_row = 1 + lines.getvalue().count("\n")
        self.stream.write(MARKS.get("utf-8-sig" if layout.mark else layout.encoding, b""))
        self.put(lines.getvalue().encode())

    def put(self, content: bytes) -> None:
        """Write UTF-8 text as the layout wants it.

        Raises
        ------
        ValueError when a sign cannot be written in the layout's encoding.
        """
        if self.layout.broken:
            content = BARE.sub(lambda cell: cell[1].replace(BARE_COMMA.encode(), b","), content)
        if self.layout.line_end != "\n":
            content = content.replace(b"\n", self.layout.line_end.encode())
        if self.layout.encoding != "utf-8":
            text = (
                content.decode().translate(DASHES)
                if self.layout.encoding == "shift_jis"
                else content.decode()
            )
            content = text.encode(CODECS.get(self.layout.encoding, self.layout.encoding))
        self.stream.write(content)

    def append(
        self, columns: dict[str, TextColumn], coloured: np.ndarray, sheets: TextColumn | None
    ) -> Places:
        """Write rows; return where they stand. Colours and sheets mean nothing in text."""
        n, step = len(next(iter(columns.values())).codes), 1
        if self.pairs:
            columns, step = self.lengthened(columns), 2
        buffer = BytesIO()
        write_rows(columns, buffer, self.layout.separator)
        if self.is_plain:
            self.stream.write(buffer.getbuffer())
        else:
            self.put(buffer.getvalue())
        first, self.next_row = self.next_row, self.next_row + n * step
        return Places(TextColumn(np.zeros(n, dtype="int32"), [""]), first + step * np.arange(n))

    @property
    def is_plain(self) -> bool:
        """Whether nothing is to be changed in the text as it comes."""
        return not self.layout.broken and self.layout.line_end == "\n" and self.layout.encoding == "utf-8"

    def long_header(self, names: list[str], headers: list[str]) -> list[str]:
        """The names of the columns of a long file: what was asked once, the time, what was asked twice."""
        paired = {name for _, *both in self.pairs for name in both}
        once = [
            text
            for name, text in zip([*names, *headers[len(names) :]], headers, strict=True)
            if name not in paired
        ]
        return [*once, TIME_COLUMN, *[stem for stem, _, _ in self.pairs]]

    def lengthened(self, columns: dict[str, TextColumn]) -> dict[str, TextColumn]:
        """Two rows a record: then and now."""
        n, paired = (
            len(next(iter(columns.values())).codes),
            {name for _, *both in self.pairs for name in both},
        )
        found = {
            name: TextColumn(np.repeat(column.codes, 2), column.pool)
            for name, column in columns.items()
            if name not in paired
        }
        found[TIME_COLUMN] = TextColumn(np.tile(np.arange(2, dtype="int32"), n), ["then", "now"])
        for stem, then, now in self.pairs:
            one, two = columns[then], columns[now]
            codes = np.column_stack(
                [np.where(one.codes < len(one.pool), one.codes, -1), two.codes + len(one.pool)]
            ).reshape(-1)
            found[stem] = TextColumn(
                np.where(codes < 0, len(one.pool) + len(two.pool), codes).astype("int32"),
                [*one.pool, *two.pool],
            )
        return found

    def close(self, rows: int) -> None:
        """Write the total, if there is to be one."""
        if self.layout.footer:
            self.put(f"Jumlah{self.layout.separator}{rows}{self.rest[1:]}\n".encode())
        if not self.layout.last_end:
            width = len(self.layout.line_end.encode(CODECS.get(self.layout.encoding, self.layout.encoding)))
            self.stream.seek(-width, 2)
            self.stream.truncate()
        self.stream.close()


class KoboSink(TextSink):
    """An export of KoboToolbox: names of groups before those of questions, one column for each of several
    answers, system columns.
    """

    def __init__(self, path: Path, variables: list[Variable], codebook: Codebook, layout: Layout) -> None:
        self.variables, self.rows = variables, 0
        self.options = {
            v.name: [choice.name for choice in codebook.answers(v.list_name)]
            for v in variables
            if v.kind == "select_multiple"
        }
        header = []
        for variable in variables:
            name = kobo_name(variable)
            header += [name, *[f"{name}/{code}" for code in self.options.get(variable.name, ())]]
        super().__init__(path, "", variables, Layout(level=layout.level), [*header, "_id", "_uuid", "_index"])

    def append(
        self, columns: dict[str, TextColumn], coloured: np.ndarray, sheets: TextColumn | None
    ) -> Places:
        """Write rows with their marks and system columns."""
        found: dict[str, TextColumn] = {}
        for variable in self.variables:
            column = found[variable.name] = columns[variable.name]
            for code in self.options.get(variable.name, ()):
                marks = [
                    "" if not text.replace(" ", "").isdigit() else str(int(code in text.split()))
                    for text in column.pool
                ]
                found[f"{variable.name}/{code}"] = TextColumn(column.codes, marks)
        n = len(next(iter(columns.values())).codes)
        numbers, codes = range(self.rows + 1, self.rows + n + 1), np.arange(n, dtype="int32")
        found["_id"] = TextColumn(codes, [str(70_000 + number) for number in numbers])
        found["_uuid"] = TextColumn(
            codes,
            [f"{number * 2_654_435_761 % 2**32:08x}-0000-4000-8000-{number:012x}" for number in numbers],
        )
        found["_index"] = TextColumn(codes, [str(number) for number in numbers])
        self.rows += n
        return super().append(found, coloured, sheets)
