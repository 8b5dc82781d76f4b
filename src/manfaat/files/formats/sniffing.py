"""What a file is, told by its content and never by its name."""

from __future__ import annotations

import zipfile
from contextlib import closing
from pathlib import Path

from manfaat.base.problems import ProblemsError
from manfaat.files.formats.isolated import read_apart
from manfaat.files.formats.safety import AGAIN, refusal
from manfaat.files.formats.tables import Detected, FormatOptions

HEAD = 4096
ENDINGS = {
    "delimited text": (".csv", ".txt", ".tsv", ".tab", ".dat", ".psv", ""),
    "xlsx": (".xlsx", ".xlsm"),
    "xlsb": (".xlsb",),
    "xls": (".xls",),
    "ods": (".ods",),
    "sav": (".sav", ".zsav"),
    "por": (".por",),
    "dta": (".dta",),
}
FOREIGN = (
    (b"%PDF", "a PDF document", "the table itself: ask for the spreadsheet that the PDF was made from"),
    *((b"PAR1" + sign, "a Parquet file", "the table as CSV") for sign in (b"\x15", b"\0")),
    (b"{\\rtf", "a rich-text document", "the table saved as CSV or XLSX"),
    (b"\x1f\x8b", "a gzip archive (or R data)", "the file inside it, unpacked"),
    (b"Rar!\x1a\x07", "a RAR archive", "the file inside it, unpacked"),
    (b"7z\xbc\xaf", "a 7-Zip archive", "the file inside it, unpacked"),
    *((b"BZh%d1AY&SY" % size, "a bzip2 archive", "the file inside it, unpacked") for size in range(1, 10)),
    (b"\xfd7zXZ", "an xz archive", "the file inside it, unpacked"),
    (b"\x89PNG", "a picture", "the table itself"),
    (b"\xff\xd8\xff", "a picture", "the table itself"),
    (b"SR\x00\x04", "an IDL save file, not an SPSS file", "the table saved as CSV"),
    (b"HEADER RECORD*******LIB", "a SAS transport file", "the table saved as SPSS, Stata or CSV"),
    (b"SQLite format 3", "a database", "the table exported as CSV"),
)
ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")  # a table's first column may well be named PK
EXCEL_2 = tuple(bytes([9, version]) for version in (0, 2, 4))


def sniff(path: Path, *, file: str) -> tuple[str, list[Detected]]:
    """Return the kind of file (a key of ``ENDINGS``) and what was noticed.

    Raises
    ------
    ProblemsError if the content is of a kind that cannot be read here, naming what it is and what to deliver
    instead.
    """
    with path.open("rb") as stream:
        head = stream.read(HEAD)
    kind = sniff_head(head, path, file=file)
    ending = path.suffix.lower()
    if ending in ENDINGS[kind]:
        return kind, [Detected("file type", kind, "by its content; the name agrees")]
    if kind == "delimited text" and ending in (*ENDINGS["sav"], *ENDINGS["por"], *ENDINGS["dta"]):
        named = next(other for other, endings in ENDINGS.items() if ending in endings)
        if opens(path, named, file=file):
            return named, [
                Detected(
                    "file type",
                    named,
                    "by its name, and the library opens it; its first bytes are unusual",
                    doubtful=True,
                )
            ]
        raise refusal(
            file,
            f"the name ends in '{ending}', but the content is no such file",
            expected=f"{AGAIN}; or, if it is text, a name that ends in .csv",
        )
    return kind, [
        Detected("file type", kind, f"by its content, although the name ends in '{ending}'", doubtful=True)
    ]


def sniff_head(head: bytes, path: Path, *, file: str) -> str:
    """Return the kind of file from its first bytes, looking into archives.

    Raises
    ------
    ProblemsError for kinds that cannot be read here.
    """
    for magic, what, instead in FOREIGN:
        if head.startswith(magic):
            raise refusal(file, f"the file is {what}", expected=instead)
    if head.startswith(ZIP):
        return sniff_zip(path, file=file)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return sniff_compound(path, file=file)
    if head[:4] in (b"$FL2", b"$FL3"):
        return "sav"
    if is_stata(head):
        return "dta"
    if is_portable(head):
        return "por"
    if head[:2] in EXCEL_2 and head[2:4] in (b"\x04\x00", b"\x06\x00", b"\x08\x00"):
        raise refusal(
            file, "the workbook is of an Excel older than 1993", expected="the workbook saved as XLSX"
        )
    return sniff_text(head, file=file)


def opens(path: Path, kind: str, *, file: str) -> bool:
    """Say whether the library for one kind of file opens it: its word counts for more than the first bytes or
    the names of parts.
    """
    try:
        with closing(read_apart(path, kind, FormatOptions(), file=file)) as messages:
            next(messages, None)
    except ProblemsError:
        return False
    return True


def is_stata(head: bytes) -> bool:
    """Say whether the bytes open a Stata file, of the tagged kind (version 117 on) or an older one.

    Of an older one version, byte order and kind are fixed; the fourth byte is unused, and may hold anything.
    """
    old = len(head) > 4 and head[0] in range(104, 116) and head[1] in (1, 2) and head[2] == 1
    return head.startswith(b"<stata_dta>") or old


def is_portable(head: bytes) -> bool:
    """Say whether the bytes open an SPSS portable file; its mark stands after five lines of welcome and a
    table of signs.
    """
    flat = head[:1200].replace(b"\r", b"").replace(b"\n", b"")
    return b"SPSSPORT" in flat[:600] or head.startswith(b"ASCII SPSS PORT FILE")


def sniff_zip(path: Path, *, file: str) -> str:
    """Return which workbook a zip archive is.

    Raises
    ------
    ProblemsError for other archives and for documents.
    """
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        mime = b""
        if "mimetype" in names:
            with archive.open("mimetype") as stream:
                mime = stream.read(200)
    if "xl/workbook.bin" in names:
        return "xlsb"
    if any(name.startswith("xl/") for name in names):
        return "xlsx"
    if b"opendocument.spreadsheet" in mime or (not mime and "content.xml" in names):
        return "ods"
    if any(name.startswith("word/") for name in names) or b"opendocument.text" in mime:
        raise refusal(file, "the file is a text document", expected="the table itself, saved as XLSX or CSV")
    if opens(path, "xlsx", file=file):
        return "xlsx"
    raise refusal(
        file,
        "the file is an archive of other files",
        expected="the files inside it, unpacked and named one by one",
    )


def sniff_compound(path: Path, *, file: str) -> str:
    """Return ``xls`` for an old workbook.

    Raises
    ------
    ProblemsError for protected workbooks, documents and other files of the same container.
    """
    with path.open("rb") as stream:
        content = stream.read(64 << 20)
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise refusal(
            file, "the workbook is protected by a password", expected="a copy saved without a password"
        )
    workbook = any(name.encode("utf-16-le") in content for name in ("Workbook\0", "Book\0"))
    if not workbook and "WordDocument".encode("utf-16-le") in content:
        raise refusal(file, "the file is a text document", expected="the table itself, saved as XLSX or CSV")
    return "xls"


def sniff_text(head: bytes, *, file: str) -> str:
    """Return ``delimited text`` unless the text is a web page or another kind of markup.

    Raises
    ------
    ProblemsError for web pages, XML and JSON.
    """
    start = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")[:2048].lower()
    if start.startswith((b"<!doctype html", b"<html", b"<table", b"<meta", b"<style", b"<div")) or (
        start.startswith(b"<?xml") and b"<html" in start
    ):
        raise refusal(
            file,
            "the file is a web page, whatever its name says",
            expected="the page opened in a spreadsheet program and saved as XLSX",
        )
    if start.startswith(b"<?xml") or start.startswith(b"<workbook"):
        raise refusal(
            file,
            "the file is XML, not a table",
            expected="the file opened in the program that made it and saved as XLSX or CSV",
        )
    if start.startswith((b'{"', b"{\n", b'[{"', b"[\n")):
        raise refusal(file, "the file is JSON, not a table", expected="the export as CSV or XLSX")
    return "delimited text"
