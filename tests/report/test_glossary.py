"""The glossary and the catalogue use the same words."""

import re

import pytest
from babel.messages.pofile import read_po

from conftest import ROOT
from manfaat.report.words import CATALOGUES

ROWS = [
    [cell.strip() for cell in line.strip("|\n").split("|")]
    for line in (ROOT / "docs/glossary.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("| ") and not line.startswith("| English")
]


@pytest.fixture(scope="module")
def texts() -> tuple[str, str]:
    """All that is said in English and in Indonesian."""
    with (CATALOGUES / "id.po").open("rb") as stream:
        found = [message for message in read_po(stream, locale="id") if message.id]
    sides = []
    for name in ("id", "string"):
        values = [getattr(message, name) for message in found]
        sides.append("\n".join("\n".join(text) if isinstance(text, tuple) else text for text in values))
    return sides[0].lower(), sides[1].lower()


def test_there_are_forty_terms_in_order():
    names = [english for english, *_ in ROWS]
    assert len(names) >= 40
    assert names == sorted(set(names))


@pytest.mark.parametrize(("english", "indonesian", "unused"), ROWS)
def test_a_term_is_said_as_the_glossary_has_it(texts, english, indonesian, unused):
    source, told = texts
    assert re.search(rf"\b{re.escape(english)}", source)
    assert re.search(rf"\b{re.escape(indonesian)}\b", told)
    assert not unused or not re.search(rf"\b{re.escape(unused)}\b", told), unused
