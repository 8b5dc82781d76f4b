"""What names a person, a machine or its user, looked for in every file that leaves: values of the columns
that identify people, and whatever has the form of an identity number, a telephone number, an address of
e-mail or a path.

What the definition files say themselves is allowed: whoever wrote it there wants it printed.
"""

from __future__ import annotations

import html
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import pandas as pd

FORMS = {
    "an address of e-mail": re.compile(r"[\w.+-]+@[\w-]+\.[A-Za-z]{2,}\b"),
    "an identity number of 16 digits": re.compile(r"(?<![\w.,#-])\d{16}(?![\w.,-]\d|\w)"),
    "a telephone number": re.compile(
        r"(?<![\w.,#(/-])(?:\+\d[\d ()-]{7,14}\d|0[1-9]\d{8,11}|08\d{2}[- ]\d{3,4}[- ]\d{3,5})(?![\w.,-]*\d)"
    ),
    "a path of a machine": re.compile(
        r"(?<![\w.:/)*-])/(?:home|root|Users|tmp|work|mnt|srv|opt|var/folders)/[\w.~-]+"
        r"|\b[A-Z]:\\{1,2}[A-Za-z][\w. ~-]*\\"
    ),
}
NEVER = ("an identity number of 16 digits", "a path of a machine")  # a person may want the others printed
NOISE = re.compile(r'\b(?:d|points|transform|viewBox)="[^"]*"|base64,[A-Za-z0-9+/=]+|[0-9a-f]{32,}')
LETTERS, FIGURES = 5, 7  # a shorter word or number is found by chance
PACKED = (".docx", ".xlsx")
PNG_TEXT = re.compile(rb"(?:tEXt|iTXt|eXIf)(.{0,200})", re.DOTALL)
PDF_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)


def text_of(path: Path) -> str:
    """All that a file says, its metadata among it, without drawing and without fonts."""
    if path.suffix in PACKED:
        with zipfile.ZipFile(path) as packed:
            parts = [packed.read(name) for name in packed.namelist() if name.endswith((".xml", ".rels"))]
        text = re.sub(r"<[^>]+>", " ", b"\n".join(parts).decode("utf-8", "replace"))
    elif path.suffix == ".png":
        text = b"\n".join(PNG_TEXT.findall(path.read_bytes())).decode("latin-1")
    elif path.suffix == ".pdf":
        text = pdf_text(path.read_bytes())
    else:
        text = path.read_text(encoding="utf-8", errors="replace")
    return plain(text)


def plain(text: str) -> str:
    """A text without markup's signs, drawing and fonts."""
    return NOISE.sub(" ", html.unescape(text))


def pdf_text(data: bytes) -> str:
    """What stands in a PDF file as plain text: its metadata, outline and alternative texts; the letters of
    its pages are numbers of glyphs, and come from the same blocks as the page's.
    """
    parts = [PDF_STREAM.sub(b"", data)]
    for stream in PDF_STREAM.findall(data):
        try:
            inner = zlib.decompress(stream)
        except zlib.error:
            inner = stream
        parts.append(inner if inner[:1].isdigit() or b"<?xpacket" in inner else b"")
    return "\n".join(part.decode("latin-1") for part in parts)


def formed(name: str, text: str, allowed: str) -> Iterator[tuple[str, str, str]]:
    """File, kind and text of whatever has the form of something that identifies."""
    for kind, form in FORMS.items():
        for found in dict.fromkeys(form.findall(text)):
            if found not in allowed:
                yield name, kind, found


def named_values(folder: Path) -> set[str]:
    """The values that identify people, of the tables that lie apart, long enough not to be found by
    chance.
    """
    found: set[str] = set()
    for path in sorted(folder.glob("*.parquet")):
        if path.stem.endswith("_cells"):
            continue
        table = pd.read_parquet(path)
        for column in [name for name in table if not str(name).startswith("_")]:
            found |= {str(value).strip() for value in table[column].dropna().unique()}
    return {value for value in found if is_telling(value)}


def is_telling(value: str) -> bool:
    """Whether a value is long enough to be somebody's: a name of two words, or a number of many figures."""
    figures = sum(letter.isdigit() for letter in value)
    return figures >= FIGURES or (len(value) >= LETTERS and not figures and " " in value)


def found_in(files: Iterable[tuple[str, Path]], values: set[str], allowed: str) -> list[tuple[str, str, str]]:
    """File, kind and text of everything that identifies, in files by their names; nothing of what is
    ``allowed``.
    """
    texts = {name: text_of(path) for name, path in files}
    found = [line for name, text in texts.items() for line in formed(name, text, allowed)]
    whole = "\n".join(dict.fromkeys(texts.values()))
    for value in sorted(values):
        if value in whole and value not in allowed:
            name = next(name for name, text in texts.items() if value in text)
            found.append((name, "a value that identifies a person", value))
    return found
