"""What a workbook says besides its cells: errors, formulas without a result, colours, number formats, its
calendar.

The library that reads the cells turns error cells and formulas without a stored result into empty ones. An
empty cell looks like a missing answer, so both are found here, in the XML itself, and put back as text.
"""

from __future__ import annotations

import re
import time
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree
from xml.parsers import expat

from manfaat.base.problems import ProblemsError
from manfaat.files.formats.safety import AGAIN, refusal, unpack
from manfaat.files.formats.tables import FormatOptions

# bounded by the next bracket, so that hostile XML cannot make a search run over the same text again and again
CELL = re.compile(rb"<(?:\w+:)?c(?=[\s>/])")
REFERENCE = re.compile(rb"""\br=["']([A-Z]{1,3})(\d{1,7})["']""")
COLUMN = re.compile(rb"""\sr=["']([A-Z]{1,3})\d""")
ROW_NUMBER = re.compile(rb"""<(?:\w+:)?row\s[^<>]*?\br=["'](\d{1,7})""")
HIDDEN_ROW = re.compile(rb"""<(?:\w+:)?row\s(?=[^<>]*?\bhidden=["'](?:1|true)["'])[^<>]*?\br=["'](\d{1,7})""")
ERROR_TYPE = re.compile(rb"""\bt=["']e["']""")
TEXT_TYPE = re.compile(rb"""\bt=["']str["']""")
FILL = re.compile(rb"""patternType=["'](?!none|gray125)""")
FORMAT = re.compile(rb"""formatCode=["']([^"']*)["']""")
PERCENT_STYLE = re.compile(rb"""<(?:\w+:)?xf\s[^<>]*?numFmtId=["'](?:9|10)["']""")
EPOCH_1904 = re.compile(rb"""date1904=["'](?:1|true)["']""")
LONGEST_ROW = LARGEST_PART = 64 << 20
STRAY = "the stray cells far from the table deleted, or the sheet saved as CSV"
Place = tuple[int, int]  # row from 1, column from 0


@dataclass
class SheetScan:
    """One sheet: texts to put back by place, hidden rows, merged cells where the reader has none, and how far
    its cells reach.
    """

    errors: dict[Place, str] = field(default_factory=dict)
    formulas: dict[Place, str] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    any_formula: bool = False
    hidden_rows: list[int] = field(default_factory=list)
    reach: tuple[int, int] = (0, 0)


@dataclass
class BookScan:
    """One workbook: its sheets by name, whether cells are coloured, its number formats, and its calendar."""

    sheets: dict[str, SheetScan] = field(default_factory=dict)
    fills: bool = False
    formats: list[str] = field(default_factory=list)
    epoch: int = 1900


def column_at(letters: bytes) -> int:
    """Return the position of a column from its letters: A is 0."""
    position = 0
    for letter in letters:
        position = position * 26 + letter - 64
    return position - 1


def local(name: str) -> str:
    """Return a tag or attribute name without its namespace."""
    return name.rsplit("}", 1)[-1].rsplit(":", 1)[-1]


def scan_xlsx(path: Path, options: FormatOptions, *, file: str) -> BookScan:
    """Return what an XLSX workbook says besides its cells.

    Raises
    ------
    ProblemsError if a part is too large or takes too long.
    """
    book = BookScan()
    with zipfile.ZipFile(path) as archive:
        parts = {plain_name(part.filename): part for part in archive.infolist()}
        home = workbook_part(whole(archive, parts, "_rels/.rels", file=file))
        folder, _, name = home.rpartition("/")
        styles = whole(archive, parts, plain_name(f"{folder}/styles.xml"), file=file)
        book.fills = bool(FILL.search(element(styles, b"fills")))
        book.formats = [unescape(code) for code in FORMAT.findall(styles)]
        book.formats += ["0%"] if PERCENT_STYLE.search(element(styles, b"cellXfs")) else []
        workbook = whole(archive, parts, home, file=file)
        book.epoch = 1904 if EPOCH_1904.search(workbook) else 1900
        relations = whole(archive, parts, plain_name(f"{folder}/_rels/{name}.rels"), file=file)
        for sheet, target in sheet_parts(workbook, relations, folder):
            if target in parts and (options.sheets is None or sheet in options.sheets):
                with closing(unpack(archive, parts[target])) as pieces:
                    book.sheets[sheet] = scan_sheet(pieces, options, file=file, sheet=sheet)
    return book


def plain_name(name: str) -> str:
    """Return the name of a part as parts are compared: with slashes, none in front, in lower case (ECMA-376,
    part 2, 9.1).
    """
    return name.replace("\\", "/").lstrip("/").lower()


def workbook_part(relations: bytes) -> str:
    """Return where the workbook lies; by the package's own word, or where it usually does."""
    for relation in ElementTree.fromstring(relations) if relations else []:
        if relation.get("Type", "").endswith("/officeDocument"):
            return plain_name(relation.get("Target", ""))
    return "xl/workbook.xml"


def whole(archive: zipfile.ZipFile, parts: dict[str, zipfile.ZipInfo], name: str, *, file: str) -> bytes:
    """Return one part of the archive; nothing when it is absent."""
    if name not in parts:
        return b""
    if parts[name].file_size > LARGEST_PART:
        raise refusal(
            file, f"the part '{name}' is larger than any spreadsheet program writes it", expected=AGAIN
        )
    with closing(unpack(archive, parts[name])) as pieces:
        return b"".join(pieces)


def element(content: bytes, name: bytes) -> bytes:
    """Return the bytes from the first opening tag of an element to its closing tag; nothing when it is
    absent.
    """
    start = re.search(rb"<(?:\w+:)?" + name + rb"\b", content)
    end = re.compile(rb"</(?:\w+:)?" + name + rb">").search(content, start.end()) if start else None
    return content[start.start() : end.end()] if start and end else b""


def sheet_parts(workbook: bytes, relations: bytes, folder: str) -> list[tuple[str, str]]:
    """Return (sheet name, name of its part) in the order of the workbook, which lies in ``folder``."""
    targets = {}
    for element in ElementTree.fromstring(relations) if relations else []:
        target = element.get("Target", "")
        targets[element.get("Id")] = plain_name(target if target.startswith("/") else f"{folder}/{target}")
    found = []
    for element in ElementTree.fromstring(workbook).iter() if workbook else []:
        if local(element.tag) == "sheet":
            relation = next((value for key, value in element.attrib.items() if local(key) == "id"), None)
            found.append((element.get("name", ""), targets.get(relation, "")))
    return found


def scan_sheet(pieces: Iterator[bytes], options: FormatOptions, *, file: str, sheet: str) -> SheetScan:
    """Return the errors and formulas without result of one sheet, and how far its cells reach.

    Raises
    ------
    ProblemsError if a row does not end, or the sheet takes too long.
    """
    scan, rest, end = SheetScan(), b"", time.monotonic() + options.seconds
    columns: set[bytes] = set()
    for piece in pieces:
        rest += piece
        cut = (
            rest.rfind(b"</row>") + 6
            if b"</row>" in rest
            else rest.rfind(b"</c>") + 4
            if b"</c>" in rest
            else 0
        )
        part, rest = rest[:cut], rest[cut:]
        scan_part(part, scan, columns)
        if len(rest) > LONGEST_ROW or time.monotonic() > end:
            raise refusal(
                file, f"the sheet '{sheet}' is damaged, or takes too long to look through", expected=AGAIN
            )
    scan_part(rest, scan, columns)
    scan.reach = (scan.reach[0], max((column_at(letters) + 1 for letters in columns), default=0))
    return scan


def scan_part(part: bytes, scan: SheetScan, columns: set[bytes]) -> None:
    """Add what one stretch of a sheet's XML holds."""
    columns.update(COLUMN.findall(part))
    scan.reach = (max(scan.reach[0], max(map(int, ROW_NUMBER.findall(part)), default=0)), 0)
    if b"hidden=" in part:
        scan.hidden_rows += map(int, HIDDEN_ROW.findall(part))
    if b"<f" in part or b":f" in part or b'"e"' in part or b"'e'" in part:
        for cell in CELL.split(part)[1:]:
            scan_cell(cell, scan)


def scan_cell(cell: bytes, scan: SheetScan) -> None:
    """Note an error or a formula of one cell; ``cell`` runs from its attributes to the next cell."""
    attributes, _, content = cell.partition(b">")
    place = REFERENCE.search(attributes)
    if place is None or attributes.endswith(b"/"):
        return
    where = (int(place.group(2)), column_at(place.group(1)))
    value, formula = inner(content, b"v"), inner(content, b"f")
    scan.any_formula = scan.any_formula or formula is not None
    if ERROR_TYPE.search(attributes):
        scan.errors[where] = unescape(value or b"") or "#ERROR!"
    elif formula is not None and not value and not (value is not None and TEXT_TYPE.search(attributes)):
        scan.formulas[where] = "=" + (unescape(formula) or "(formula)")


def inner(content: bytes, name: bytes) -> bytes | None:
    """Return what stands between the tags of an element; nothing for an empty one, None where it is
    absent.
    """
    start = re.search(rb"<(?:\w+:)?" + name + rb"(?=[\s>/])[^<>]*>", content)
    if start is None:
        return None
    if start.group().endswith(b"/>"):
        return b""
    end = content.find(b"</", start.end())
    return content[start.end() : end if end >= 0 else len(content)]


def too_far(book: BookScan, options: FormatOptions, *, file: str) -> ProblemsError | None:
    """Return the error that names the sheet whose cells reach too far; None where none does."""
    for name, scan in book.sheets.items():
        rows, columns = scan.reach
        if rows * columns > options.max_sheet_cells:
            many = (
                f"the sheet '{name}' reaches to row {rows:,} and column {columns:,}: {rows * columns:,}"
                " cells, more than allowed"
            )
            return refusal(file, many, expected=STRAY)
    return None


def unescape(text: bytes) -> str:
    """Return XML text with its five escapes undone."""
    found = text.decode("utf-8", "replace")
    for code, sign in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&")):
        found = found.replace(code, sign)
    return found


class OdsScan:
    """Walks the content of an ODS file: errors, merged cells, coloured cells, and how many cells its repeats
    unroll to.
    """

    def __init__(self, options: FormatOptions, *, file: str) -> None:
        self.options, self.file = options, file
        self.book = BookScan()
        self.sheet: SheetScan | None = None
        self.name = ""
        self.row = self.column = self.cells = 0
        self.row_repeat = 1
        self.cell: dict[str, str] | None = None
        self.text: list[str] = []
        self.depth = 0

    def start(self, name: str, given: dict[str, str]) -> None:
        """Handle an opening tag."""
        tag, attributes = local(name), {local(key): value for key, value in given.items()}
        if tag == "table" and "name" in attributes:
            self.name = attributes["name"]
            self.sheet = self.book.sheets.setdefault(self.name, SheetScan())
            self.row = 0
        elif tag == "table-row":
            self.column, self.row_repeat = 0, repeat(attributes, "number-rows-repeated")
        elif tag in ("table-cell", "covered-table-cell"):
            self.cell, self.text = attributes, []
        elif tag == "annotation":
            self.depth += 1
        elif (
            tag == "table-cell-properties"
            and attributes.get("background-color", "transparent") != "transparent"
        ):
            self.book.fills = True

    def data(self, text: str) -> None:
        """Handle text."""
        if self.cell is not None and not self.depth:
            self.text.append(text)

    def end(self, name: str) -> None:
        """Handle a closing tag."""
        tag = local(name)
        if tag == "annotation":
            self.depth -= 1
        elif tag in ("table-cell", "covered-table-cell") and self.cell is not None:
            self.finish_cell(self.cell)
            self.cell = None
        elif tag == "table-row":
            self.row += self.row_repeat

    def finish_cell(self, attributes: dict[str, str]) -> None:
        """Note what one cell is, and refuse repeats that would unroll to more cells than allowed."""
        across, text = repeat(attributes, "number-columns-repeated"), "".join(self.text)
        where = (self.row + 1, self.column)
        if self.sheet is not None and (text or "value-type" in attributes):
            self.cells += across * self.row_repeat
            if (
                max(self.cells, (self.row + self.row_repeat) * (self.column + across))
                > self.options.max_sheet_cells
            ):
                expected = "the stray or repeated cells deleted, or the sheet saved as CSV"
                raise refusal(
                    self.file,
                    f"the sheet '{self.name}' unrolls to more than {self.options.max_sheet_cells:,} cells",
                    expected=expected,
                )
            if attributes.get("formula"):
                self.sheet.any_formula = True
            if text.startswith(("#", "Err:")) and (
                "formula" in attributes or attributes.get("value-type") == "error"
            ):
                self.sheet.errors[where] = text
        elif self.sheet is not None and attributes.get("formula"):
            self.sheet.formulas[where] = "=" + attributes["formula"].split("=", 1)[-1]
        wide, high = repeat(attributes, "number-columns-spanned"), repeat(attributes, "number-rows-spanned")
        if self.sheet is not None and (wide > 1 or high > 1):
            self.sheet.merged.append((self.row, self.column, self.row + high - 1, self.column + wide - 1))
        self.column += across


def repeat(attributes: dict[str, str], name: str) -> int:
    """Return how often a row or cell is repeated, or how far it spans; 1 when nothing sensible is said."""
    value = attributes.get(name, "1")
    return max(1, int(value)) if value.isdigit() and len(value) < 10 else 1


def scan_ods(path: Path, options: FormatOptions, *, file: str) -> BookScan:
    """Return what an ODS workbook says besides its cells.

    Raises
    ------
    ProblemsError if its repeats unroll to more than ``max_sheet_cells`` cells, or its XML is damaged.
    """
    walk = OdsScan(options, file=file)
    with zipfile.ZipFile(path) as archive:
        parts = {part.filename: part for part in archive.infolist()}
        if b"encryption-data" in whole(archive, parts, "META-INF/manifest.xml", file=file):
            raise refusal(
                file, "the workbook is protected by a password", expected="a copy saved without a password"
            )
        parser = expat.ParserCreate()
        parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = (
            walk.start,
            walk.end,
            walk.data,
        )
        end = time.monotonic() + options.seconds
        with closing(unpack(archive, parts["content.xml"])) as pieces:
            for piece in pieces:
                parser.Parse(piece)
                if time.monotonic() > end:
                    raise refusal(file, "the workbook takes too long to look through", expected=AGAIN)
        parser.Parse(b"", True)
    return walk.book
