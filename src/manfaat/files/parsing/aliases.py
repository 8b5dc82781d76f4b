"""Tables of spellings, as CSV files that a programme can replace by its own: which word means which answer.

A table has the columns ``concept`` (what is meant) and ``alias`` (one spelling); a spelling under two
concepts is ambiguous and therefore never read. The tables of the package lie in its folder ``aliases``.
"""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from io import StringIO
from pathlib import Path

from rapidfuzz import fuzz, process

from manfaat.files.parsing.normalise import tidy

LONGEST_KEY = 200
CLOSE_ENOUGH_TO_PROPOSE = 60.0
MOST_PROPOSALS = 3
# Ticks are letters to the people who draw them. Signs with a meaning ("<", "?", "+") stay, so that "<SMA" is
# not "SMA".
HARMLESS = str.maketrans({char: None for char in " .,-_/()[]'`´\":;&!|\\"} | dict.fromkeys("√✓✔☑✅", "v"))


def fold(text: str) -> str:
    """Return a text as a key: lower case, without accents, spaces and harmless punctuation. Expects tidy
    text.
    """
    plain = (
        text
        if text.isascii()
        else "".join(
            char
            for char in unicodedata.normalize("NFD", text[: LONGEST_KEY * 2])
            if unicodedata.category(char) != "Mn"
        )
    )
    if not plain.isascii():
        plain = unicodedata.normalize("NFC", plain)
    return plain.translate(HARMLESS).casefold()


@dataclass(frozen=True, eq=False)
class AliasTable:
    """Spellings of some concepts: folded key → the concepts it may mean, and key → the spelling as written in
    the table.
    """

    name: str
    concepts: tuple[str, ...]
    keys: dict[str, tuple[str, ...]] = field(repr=False)
    spellings: dict[str, str] = field(repr=False)

    def means(self, text: str) -> tuple[str, ...]:
        """Concepts that a tidy text may mean; none when it is unknown or too long to be a spelling."""
        return self.keys.get(fold(text), ()) if len(text) <= LONGEST_KEY else ()


def alias_table(name: str, rows: Iterable[tuple[str, str]]) -> AliasTable:
    """Build a table from pairs of concept and spelling. A concept is a spelling of itself unless the table
    says otherwise.
    """
    keys: dict[str, dict[str, None]] = {}
    spellings: dict[str, str] = {}
    concepts: dict[str, None] = {}
    for concept, alias in rows:
        concepts[concept] = None
        key = fold(tidy(alias)[0])
        keys.setdefault(key, {})[concept] = None
        spellings.setdefault(key, alias)
    for concept in concepts:
        keys.setdefault(fold(concept), {concept: None})
        spellings.setdefault(fold(concept), concept)
    return AliasTable(name, tuple(concepts), {key: tuple(found) for key, found in keys.items()}, spellings)


def read_pairs(
    content: str, name: str, columns: tuple[str, str] = ("concept", "alias")
) -> list[tuple[str, str]]:
    """Read pairs from CSV text; spaces around a cell do not count.

    Raises
    ------
    ValueError naming the missing columns, or every row with an empty cell.
    """
    reader = csv.DictReader(StringIO(content.removeprefix("\ufeff")))
    lacking = [column for column in columns if column not in (reader.fieldnames or [])]
    if lacking:
        raise ValueError(f"the table '{name}' lacks the columns {lacking}")
    pairs = [((row[columns[0]] or "").strip(), (row[columns[1]] or "").strip()) for row in reader]
    empty = [str(number) for number, pair in enumerate(pairs, start=2) if not all(pair)]
    if empty:
        raise ValueError(f"the table '{name}' has empty cells in rows {', '.join(empty)}")
    return pairs


def packaged(name: str) -> str:
    """Return the text of a CSV file that comes with this package."""
    return (files("manfaat.files.parsing") / "aliases" / f"{name}.csv").read_text(encoding="utf-8")


@cache
def load_aliases(source: str | Path) -> AliasTable:
    """Load a table: by name one of this package (``sex``, ``yes_no``, ``education``, ``region`` …), or a CSV
    file by its path.

    Raises
    ------
    FileNotFoundError when there is no such table; ValueError when its columns are wrong.
    """
    if isinstance(source, Path) or source.endswith(".csv"):
        content = Path(source).read_text(encoding="utf-8-sig")
    else:
        content = packaged(source)
    return alias_table(str(Path(source).stem), read_pairs(content, str(source)))


def nearest_spellings(text: str, keys: Iterable[str]) -> list[tuple[str, float]]:
    """Return up to three keys nearest to a tidy text, with their similarity from 0 to 1, best first.

    Similarity is rapidfuzz's ``ratio``: 1 − insertions and deletions ÷ the two lengths together.
    """
    key = fold(text[:LONGEST_KEY])
    found = process.extract(
        key, list(keys), scorer=fuzz.ratio, limit=12, score_cutoff=CLOSE_ENOUGH_TO_PROPOSE
    )
    return [(name, score / 100) for name, score, _ in sorted(found, key=lambda item: (-item[1], item[0]))]
