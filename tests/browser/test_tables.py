"""Tables of the pages in a real browser: sorted, filtered and taken along, by keyboard."""

import io
import os

import pandas as pd
import pytest

from chromium import Browser, lacking

MISSING = lacking()
assert not (MISSING and os.environ.get("MANFAAT_BROWSER") == "required"), MISSING
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(bool(MISSING), reason=f"not looked at in a browser: {MISSING}"),
]
LONG = (
    "[...document.querySelectorAll('figure.table')].find(f => f.querySelector('input')"
    " && f.querySelector('th.number'))"
)
COLUMN = f"[...{LONG}.querySelector('thead tr').cells].findIndex(c => c.classList.contains('number'))"
SHOWN = f"[...{LONG}.querySelectorAll('tbody tr')].filter(row => !row.hidden)"


@pytest.fixture(scope="module")
def browser():
    opened = Browser()
    yield opened
    opened.close()


def numbers(browser: Browser, mark: str) -> list[float]:
    """The first column of numbers of a long table, as it stands, without dashes."""
    texts = browser.do(f"{SHOWN}.map(row => row.cells[{COLUMN}].textContent)")
    plain = [
        text.replace("−", "-").replace({",": ".", ".": ","}[mark], "").replace(mark, ".") for text in texts
    ]
    return [float("".join(c for c in text if c in "-.0123456789")) for text in plain if text != "–"]


@pytest.mark.parametrize(("page", "mark"), [("annex.html", "."), ("annex.id.html", ",")])
def test_a_heading_sorts_its_column_both_ways(browser, sent, page, mark):
    browser.open(sent.reports / "nsw-1976" / page)
    before, head = numbers(browser, mark), f"{LONG}.querySelectorAll('thead button')[{COLUMN}]"
    assert before != sorted(before)
    for wanted, is_down in (("ascending", False), ("descending", True)):
        browser.do(f"{head}.focus()")
        browser.press("Enter")
        assert browser.do(f"{head}.closest('th').getAttribute('aria-sort')") == wanted
        assert numbers(browser, mark) == sorted(before, reverse=is_down)
    assert browser.violations() == []


def test_a_field_keeps_the_rows_that_hold_a_word(browser, sent):
    browser.open(sent.reports / "nsw-1976/annex.html")
    every = browser.do(f"{SHOWN}.length")
    word = browser.do(f"{SHOWN}[0].cells[0].textContent")
    for value in (word.upper(), ""):
        browser.do(
            f"(() => {{ const field = {LONG}.querySelector('input'); field.value = {value!r};"
            " field.dispatchEvent(new Event('input')); })()"
        )
        kept = browser.do(f"{SHOWN}.map(row => row.textContent)")
        assert all(word in text for text in kept) if value else len(kept) == every
        assert 0 < len(kept) <= every


@pytest.mark.parametrize("page", ["annex.html", "annex.id.html"])
def test_a_table_is_taken_along_as_numbers_and_as_no_formula(browser, sent, page):
    browser.open(sent.reports / "nsw-1976" / page)
    browser.do("URL.createObjectURL = data => { window.data = data; return '#'; }; 0")
    browser.do(f"{LONG}.querySelector('tbody th').textContent = '=1+1'")
    browser.do(f"{LONG}.querySelector('.csv').click()")
    table = pd.read_csv(io.StringIO(browser.do("window.data.text()")), encoding="utf-8-sig")
    assert table.iloc[0, 0] == "'=1+1"
    column = pd.to_numeric(table.iloc[:, browser.do(COLUMN)], errors="coerce")
    assert column.notna().any()


def test_what_keeps_a_number_on_one_line_hides_it_from_no_search(browser, sent):
    browser.open(sent.reports / "nsw-1976/annex.html")
    held = (
        "[...document.querySelectorAll('figure.table')].filter(f => f.querySelector('input')).flatMap(f =>"
        " [...f.querySelectorAll('tbody tr')]).find(row => row.textContent.includes('\u00a0'))"
    )
    browser.do(f"window.row = {held}; window.field = row.closest('figure').querySelector('input'); 0")
    piece = browser.do(r"/\S+\u00a0\S+/.exec(row.textContent)[0].replace(/\u00a0/g, ' ')")
    assert " " in piece
    browser.do(f"field.value = {piece!r}; field.dispatchEvent(new Event('input')); 0")
    assert browser.do("row.hidden") is False
