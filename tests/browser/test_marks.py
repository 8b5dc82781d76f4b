"""Figures of the pages in a real browser: their marks answer to pointer and keyboard, they open large, they
take their data along, and on a phone nothing has to be scrolled sideways.
"""

import io
import os
import re
from dataclasses import replace
from datetime import date
from urllib.parse import unquote

import pandas as pd
import pytest

from chromium import Browser, lacking
from figure_cases import EVERY
from manfaat.report.blocks import Heading
from manfaat.report.colours import GAPS
from manfaat.report.cover import Cover
from manfaat.report.exhibit import block_of
from manfaat.report.page import Beside, Part, render_page
from manfaat.report.words import Language

MISSING = lacking()
assert not (MISSING and os.environ.get("MANFAAT_BROWSER") == "required"), MISSING
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(bool(MISSING), reason=f"not looked at in a browser: {MISSING}"),
]
QUIET = ("--line", "--back", "--gap-1")  # grids, edges, and a cell where nothing is missing
NAME = "Real pay, in thousands of rupiah a month at the prices of the base year"
FIRST = "document.querySelector('#exhibit-figure-1-1 .spots rect')"
TIP = "document.querySelector('.tip')?.textContent"
BAR = "#exhibit-figure-1-1 .bar"


@pytest.fixture(scope="module")
def browser():
    opened = Browser()
    yield opened
    opened.close()


@pytest.fixture(scope="module", params=["en", "id"])
def page(request, tmp_path_factory):
    """A page of one figure of every type, the first being one of intervals."""
    folder = tmp_path_factory.mktemp(request.param)
    kinds = ["intervals", *(kind for kind in EVERY if kind != "intervals")]
    blocks = [Heading(1, "Figures", "chapter-01")]
    for place, kind in enumerate(kinds, start=1):
        made = replace(EVERY[kind](NAME), id=kind, layer="report")
        blocks.append(block_of(made, f"Figure 1.{place}", kind))
        made.data.to_csv(folder / f"{kind}.csv", index=False)
        (folder / f"{kind}.svg").write_bytes(made.svg)
        if made.narrow:
            (folder / f"{kind}-phone.svg").write_bytes(made.narrow)
    cover = Cover("Figures", "Every type", "1976", "Real data", "1 May 1979", date(1979, 5, 1))
    html = render_page(Language(request.param), [Part(tuple(blocks))], folder, cover=cover, beside=Beside())
    (folder / "page.html").write_text(html, encoding="utf-8")
    return folder / "page.html"


def test_a_mark_tells_its_value_and_interval_to_the_pointer(browser, page):
    browser.open(page)
    at = browser.do(
        f"(() => {{ {FIRST}.scrollIntoView({{block: 'center'}}); const r = {FIRST}.getBoundingClientRect();"
        " return [r.left + r.width / 2, r.top + r.height / 2]; })()"
    )
    browser.point(*at)
    assert browser.do(TIP) == f"{NAME}: 0.5 [0.1; 0.9]"
    assert browser.do("document.querySelector('.tip').checkVisibility()")
    assert browser.violations() == []
    browser.point(1, 1)
    assert browser.do(TIP) is None


def test_where_a_figure_answers_a_mark_is_drawn(browser, page):
    browser.open(page)
    empty = browser.do(
        "[...document.querySelectorAll('.spots rect')].filter(spot => {"
        " spot.scrollIntoView({block: 'center'}); const r = spot.getBoundingClientRect();"
        " const kind = spot.closest('figure').querySelector('.bar a').download;"
        " if (!r.width || kind === 'change.csv') return false;"
        " return !document.elementsFromPoint(r.left + r.width / 2, r.top + r.height / 2).some("
        "e => e !== spot && e.closest('svg') && ['path', 'use', 'text'].includes(e.tagName)"
        " && getComputedStyle(e).fill !== 'rgb(255, 255, 255)'); })"
        ".map(spot => spot.getAttribute('aria-label'))"
    )
    assert empty == []


def test_a_finger_is_told_too_until_it_points_elsewhere(browser, page):
    browser.open(page, width=360)
    browser.call("Emulation.setTouchEmulationEnabled", enabled=True)
    phone = FIRST.replace(".spots", ".phone .spots")
    at = browser.do(
        f"(() => {{ {phone}.scrollIntoView({{block: 'center'}}); const r = {phone}.getBoundingClientRect();"
        " return [r.left + r.width / 2, r.top + r.height / 2]; })()"
    )
    for x, y, told in ((*at, f"{NAME}: 0.5 [0.1; 0.9]"), (5, at[1] + 300, None)):
        browser.call("Input.dispatchTouchEvent", type="touchStart", touchPoints=[{"x": x, "y": y}])
        browser.call("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])
        browser.do("new Promise(done => setTimeout(done, 400))")
        assert browser.do(TIP) == told
    browser.call("Emulation.setTouchEmulationEnabled", enabled=False)


def test_marks_are_gone_through_with_the_arrow_keys(browser, page):
    browser.open(page)
    browser.do(f"{FIRST}.focus()")
    assert browser.do(TIP) == f"{NAME}: 0.5 [0.1; 0.9]"
    for key, told in (("ArrowRight", "Two: −0.2"), ("ArrowRight", "Three: 1.0"), ("ArrowLeft", "Two: −0.2")):
        browser.press(key)
        assert browser.do(TIP) == told
    assert browser.do("document.activeElement.getAttribute('aria-label')") == "Two: −0.2"
    assert browser.do("document.querySelectorAll('#exhibit-figure-1-1 .wide [tabindex=\"0\"]').length") == 1
    browser.press("Escape")
    assert browser.do(TIP) is None


def test_without_script_the_browser_itself_tells_what_a_mark_shows_and_the_data_are_there(browser, page):
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.open(page)
    finally:
        browser.call("Emulation.setScriptExecutionDisabled", value=False)
    assert browser.do(f"{FIRST}.querySelector('title').textContent") == f"{NAME}: 0.5 [0.1; 0.9]"
    assert browser.do(f"document.querySelector('{BAR} a').checkVisibility()")
    assert browser.do(f"document.querySelectorAll('{BAR} button').length") == 0


def test_the_data_of_a_figure_are_in_the_page(browser, page):
    browser.open(page)
    kind, address = browser.do(
        f"(() => {{ const a = document.querySelector('{BAR} a'); return [a.download, a.href]; }})()"
    )
    assert kind == "intervals.csv"
    head, _, text = address.partition(",")
    assert head == "data:text/csv;charset=utf-8"
    held = pd.read_csv(io.StringIO(unquote(text).removeprefix("\ufeff")))
    pd.testing.assert_frame_equal(held, pd.read_csv(page.parent / kind))
    assert browser.do("document.querySelectorAll('.bar a[download]').length") == len(EVERY)
    names = browser.do(
        "[...document.querySelectorAll('.bar :is(a, button)')].map(one => one.getAttribute('aria-label'))"
    )
    assert len(set(names)) == len(names) == 3 * len(EVERY)


def test_an_exhibit_opens_large_and_escape_leads_back(browser, page):
    browser.open(page)
    before = browser.do("document.querySelector('main').textContent")
    browser.do(f"document.querySelector('{BAR} .open').focus()")
    browser.press("Enter")
    assert browser.do("document.querySelector('dialog').open")
    assert browser.do("document.querySelector('dialog svg').getBoundingClientRect().width") > 1000
    assert browser.violations() == []
    browser.do(f"{FIRST}.focus()")
    assert browser.do("document.querySelector('.tip').closest('dialog') !== null")
    browser.do("document.querySelector('dialog .close').focus()")
    browser.press("Escape")
    browser.do("new Promise(done => setTimeout(done, 100))")
    assert browser.do("document.querySelector('dialog')") is None
    assert browser.do(f"document.activeElement === document.querySelector('{BAR} .open')")
    assert browser.do("document.querySelector('main').textContent") == before


@pytest.mark.parametrize("has_clipboard", [True, False])
def test_a_link_to_an_exhibit_is_copied(browser, page, has_clipboard):
    browser.open(page)
    allowed = "{writeText: text => { window.got = text; return Promise.resolve(); }}"
    browser.do(
        f"Object.defineProperty(navigator, 'clipboard', {{value: {allowed if has_clipboard else 'null'}}});"
        " document.execCommand = () => { window.got = document.activeElement.value; return true; }; 0"
    )
    browser.do(f"document.querySelector('{BAR} .copy').focus()")
    before = browser.do(f"document.querySelector('{BAR} .copy').textContent")
    browser.press("Enter")
    assert browser.do("window.got") == f"{page.as_uri()}#exhibit-figure-1-1"
    after = browser.do("document.activeElement.textContent")
    assert after == browser.do("document.querySelector('[role=status]').textContent") != before


def test_on_a_phone_no_figure_of_the_report_is_scrolled_sideways(browser, page):
    browser.open(page, width=360)
    wide = browser.do(
        "[...document.querySelectorAll('figure.exhibit')].filter(f => f.scrollWidth > f.clientWidth)"
        ".map(f => f.querySelector('.bar a').download.replace('.csv', ''))"
    )
    narrow = {"chain", "intervals", "love", "flow", "payers", "waterfall", "parties"}
    assert set(EVERY) - set(wide) >= narrow
    letters = browser.do(
        "Math.min(...[...document.querySelectorAll('.phone svg text')].map(t => {"
        " const at = t.getBoundingClientRect(); return Math.max(at.height, at.width); }).filter(Boolean))"
    )
    assert letters >= 10


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_accessibility_violation_in_any_type(browser, page, theme):
    for width in (360, 1440):
        browser.open(page, theme=theme, width=width)
        assert browser.violations() == []
        assert browser.complaints() == []


CONTRASTS = """
(quiet => {
  const probe = document.body.appendChild(document.createElement('i'));
  const left_out = quiet.map(name => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  });
  const light = colour => {
    const [r, g, b] = colour.match(/[\\d.]+/g).slice(0, 3).map(c => c / 255).map(
      c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const back = light(getComputedStyle(document.body).backgroundColor);
  const contrast = colour => {
    const both = [light(colour), back].sort((a, b) => b - a);
    return (both[0] + 0.05) / (both[1] + 0.05);
  };
  const least = (selector, colours) => {
    const found = {};
    document.querySelectorAll(`.exhibit svg ${selector}`).forEach(element => {
      const seen = colours(getComputedStyle(element)).filter(
        colour => colour.startsWith('rgb') && !left_out.includes(colour));
      const name = element.closest('figure').querySelector('.bar a').download;
      if (!seen.length || !element.getBoundingClientRect().width) return;
      found[name] = Math.min(found[name] ?? 21, Math.max(...seen.map(contrast)));
    });
    return found;
  };
  return [least('text', look => [look.fill]),
    least(':is(path, use):not(defs *)', look => [look.fill, look.stroke])];
})
"""


def test_on_a_dark_page_texts_and_marks_of_every_type_stand_out(browser, page):
    browser.open(page, theme="dark")
    texts, marks = browser.do(f"{CONTRASTS}({[*QUIET]})")
    assert len(texts) == len(EVERY)
    assert {name: least for name, least in texts.items() if least < 4.5} == {}
    assert len(marks) >= len(EVERY) - 1  # a cell where nothing is missing is no mark
    assert {name: least for name, least in marks.items() if least < 3} == {}


def test_what_is_written_in_a_cell_of_a_heat_map_stands_out_in_both_themes(browser, page):
    for theme in ("light", "dark"):
        browser.open(page, theme=theme)
        for level, ink in enumerate(("--ink", "--ink", "--ink", "--back", "--back"), start=1):
            cell = GAPS[level - 1]
            seen = browser.do(
                "(() => { const e = document.body.appendChild(document.createElement('i'));"
                f" e.style.color = 'var(--gap-{level}, {cell})'; const cell = getComputedStyle(e).color;"
                f" e.style.color = 'var({ink})'; return [cell, getComputedStyle(e).color]; }})()"
            )
            assert contrast(*seen) >= 4.5, (theme, level)


def contrast(*colours: str) -> float:
    """The contrast of two colours as WCAG has it."""

    def light(colour: str) -> float:
        parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
        red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted(map(light, colours))
    return (high + 0.05) / (low + 0.05)


def test_paper_stays_light(browser, page):
    browser.open(page, theme="dark")
    browser.call("Emulation.setEmulatedMedia", media="print")
    seen = browser.do(
        "[...document.querySelectorAll('#exhibit-figure-1-1 .wide path')]"
        ".map(path => getComputedStyle(path).stroke)"
    )
    browser.call("Emulation.setEmulatedMedia", media="")
    assert "rgb(27, 31, 36)" in seen  # the ink of a light page
