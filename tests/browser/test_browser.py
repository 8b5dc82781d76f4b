"""The pages in a real browser: opened from a file, by keyboard, in both themes, at every width, against WCAG
2.2 AA.
"""

import io
import os
from pathlib import Path

import pytest

from chromium import Browser, lacking

MISSING = lacking()
assert not (MISSING and os.environ.get("MANFAAT_BROWSER") == "required"), (
    MISSING
)  # in CI their absence is a failure
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(bool(MISSING), reason=f"not looked at in a browser: {MISSING}"),
]
REPORTS = ("nsw-1976/report.html", "nsw-1976/report.id.html", "nsw-1976/annex.html", "nsw-1976/annex.id.html")
PAGES = (*REPORTS, "index.html", "index.id.html")
BRIEFS = ("brief.html", "brief.id.html")
FOCUSABLE = (
    "[...document.querySelectorAll('a[href], button, input, summary, [tabindex=\"0\"]')].filter(e =>"
    " e.checkVisibility({contentVisibilityAuto: true}))"
)


@pytest.fixture(scope="module")
def browser():
    opened = Browser()
    yield opened
    opened.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("page", PAGES)
def test_no_accessibility_violation(browser, sent, page, theme):
    browser.open(sent.reports / page, theme=theme)
    assert browser.do("document.documentElement.dataset.theme") == theme
    assert browser.violations() == []
    browser.do(
        "document.querySelectorAll('details').forEach(fold => { fold.open = true; });"
        " document.getElementById('toggle')?.click()"
    )
    assert browser.violations() == []


@pytest.mark.parametrize("name", ["report.html", "annex.html"])
def test_no_accessibility_violation_in_any_cohort(browser, finished, cohorts, name):
    for cohort in cohorts:
        browser.open(finished.reports / cohort / name, width=768)
        browser.do(
            "document.querySelectorAll('details').forEach(fold => { fold.open = true; });"
            " document.getElementById('toggle').click()"
        )
        assert browser.violations() == [], cohort


@pytest.mark.parametrize("name", BRIEFS)
def test_the_first_screen_of_every_brief_answers(browser, finished, cohorts, name):
    for cohort in cohorts:
        for width, height in ((1440, 900), (768, 1024), (360, 780)):
            browser.open(finished.reports / cohort / name, width=width, height=height)
            end = browser.do("document.querySelector('.answer').getBoundingClientRect().bottom")
            assert end <= height, (cohort, width)
            assert browser.do("document.documentElement.scrollWidth") <= width, (cohort, width)
            assert browser.do("document.documentElement.scrollHeight") <= 3.3 * max(height, 780), (
                cohort,
                width,
            )
            shown = browser.do(
                "[...document.querySelectorAll('.wide, .phone')].filter(e => e.checkVisibility()).length"
            )
            assert shown <= 1
            assert browser.violations() == [], (cohort, width)
            assert browser.complaints() == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_accessibility_violation_where_cohorts_stand_side_by_side(browser, side_by_side, theme):
    pages = [
        *sorted((side_by_side.reports / "programmes").rglob("*.html")),
        side_by_side.reports / "index.html",
        side_by_side.reports / "index.id.html",
    ]
    assert len(pages) >= 6
    for page in pages:
        browser.open(page, theme=theme, width=768)
        browser.do(
            "document.querySelectorAll('details').forEach(fold => { fold.open = true; });"
            " document.getElementById('toggle')?.click()"
        )
        assert browser.violations() == [], page.name
        assert browser.complaints() == []
        browser.open(page, theme=theme, width=360)
        assert browser.do("document.documentElement.scrollWidth") <= 360, page.name


def test_a_violation_would_be_found(browser, sent, tmp_path):
    html = (sent.reports / PAGES[0]).read_text(encoding="utf-8")
    bad = tmp_path / "bad.html"
    bad.write_text(
        html.replace("--soft: #4d5560", "--soft: #d8dde2").replace('<th scope="col">', "<th></th><th>", 1),
        encoding="utf-8",
    )
    browser.open(bad)
    found = browser.violations()
    assert any(line.startswith("color-contrast") for line in found)
    assert any(line.startswith("empty-table-header") for line in found)


@pytest.mark.parametrize("page", PAGES)
def test_opens_from_a_file_and_asks_for_nothing_else(browser, sent, page):
    browser.open(sent.reports / page)
    assert browser.do("location.protocol") == "file:"
    assert [address for address in browser.requests() if not address.startswith("data:")] == [
        (sent.reports / page).resolve().as_uri()
    ]
    assert browser.complaints() == []


@pytest.mark.parametrize("page", REPORTS)
def test_no_figure_of_a_phone_scrolls_sideways(browser, sent, page):
    browser.open(sent.reports / page, width=360)
    drawn = "[...document.querySelectorAll('figure.exhibit:not(.table)')]"
    wide = f"{drawn}.filter(one => one.scrollWidth > one.clientWidth + 1)"
    assert browser.do(f"{wide}.map(one => one.id)") == []
    assert browser.do("document.querySelectorAll('figure.exhibit:not(.table) svg').length") > 8


UNPACKED = (  # drawings for a phone that a page holds packed
    "new Promise(done => { const look = () => document.getElementById('packed') ? setTimeout(look, 50) :"
    " done(true); look(); })"
)


def test_no_figure_of_any_cohort_scrolls_sideways_on_a_phone(browser, finished, cohorts):
    held = 0
    for cohort in cohorts:
        for page in ("report.html", "report.id.html", "annex.html", "annex.id.html"):
            path = finished.reports / cohort / page
            held += 'id="packed"' in path.read_text(encoding="utf-8")
            browser.open(path, width=360)
            assert browser.do(UNPACKED)
            drawn = "[...document.querySelectorAll('figure.exhibit:not(.table)')]"
            wide = f"{drawn}.filter(one => one.scrollWidth > one.clientWidth + 1)"
            assert browser.do(f"{wide}.map(one => one.id)") == [], (cohort, page)
            assert browser.do("document.documentElement.scrollWidth") <= 360, (cohort, page)
            assert browser.complaints() == []
            if page == "annex.id.html":
                assert browser.violations() == [], cohort
                spots = "document.querySelectorAll('.phone .spots rect[aria-label]').length"
                assert browser.do(spots) > 2, cohort
    assert held >= 6  # the annexes of three cohorts, in two languages


COLLIDING = """(() => {
  const found = [];
  document.querySelectorAll('figure.exhibit svg').forEach(svg => {
    if (!svg.checkVisibility()) { return; }
    const name = svg.closest('figure').id, edge = svg.getBoundingClientRect();
    const texts = [...svg.querySelectorAll('text')].filter(one => one.textContent.trim());
    const boxes = texts.map(one => [one.getBoundingClientRect(), one.textContent.trim()]);
    boxes.forEach(([box, text], place) => {
      if (box.left < edge.left - 1 || box.right > edge.right + 1 || box.top < edge.top - 1
        || box.bottom > edge.bottom + 1) { found.push(`${name}: ${text} leaves the picture`); }
      boxes.slice(place + 1).forEach(([other, more]) => {
        const wide = Math.min(box.right, other.right) - Math.max(box.left, other.left);
        const high = Math.min(box.bottom, other.bottom) - Math.max(box.top, other.top);
        if (wide > 1.5 && high > 0.35 * Math.min(box.height, other.height)) {
          found.push(`${name}: ${text} meets ${more}`);
        }
      });
    });
  });
  return found;
})()"""


def colliding(browser: Browser, page: Path, width: int) -> list[str]:
    """Texts of figures that leave their picture or meet another."""
    browser.open(page, width=width)
    assert width > 500 or browser.do(UNPACKED)
    return browser.do(COLLIDING)


@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("page", [*REPORTS, "nsw-1976/brief.html", "nsw-1976/brief.id.html"])
def test_no_text_of_a_figure_leaves_it_or_meets_another(browser, sent, page, width):
    assert colliding(browser, sent.reports / page, width) == []


def test_no_text_of_a_figure_of_any_cohort_leaves_it_or_meets_another(browser, finished, cohorts):
    found = {}
    for cohort in cohorts:
        for layer in ("brief", "report", "annex"):
            for page in (f"{layer}.html", f"{layer}.id.html"):
                for width in (360, 1440):
                    found[cohort, page, width] = colliding(browser, finished.reports / cohort / page, width)
    assert {place: texts for place, texts in found.items() if texts} == {}


def test_texts_that_meet_would_be_found(browser, tmp_path):
    (tmp_path / "bad.html").write_text(
        "<!DOCTYPE html><figure class=exhibit id=f><svg width=200 height=50>"
        "<text x=10 y=20>Participants</text><text x=40 y=22>Compared</text>"
        "<text x=180 y=40>Far too long</text></svg></figure>",
        encoding="utf-8",
    )
    browser.open(tmp_path / "bad.html")
    assert browser.do(COLLIDING) == [
        "f: Participants meets Compared",
        "f: Far too long leaves the picture",
    ]


@pytest.mark.parametrize("width", [360, 768, 1440])
@pytest.mark.parametrize("page", PAGES)
def test_no_sideways_scroll(browser, sent, page, width):
    browser.open(sent.reports / page, width=width)
    browser.do(
        "document.querySelectorAll('details').forEach(fold => { fold.open = true; });"
        " document.getElementById('toggle')?.click()"
    )
    assert browser.do("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("page", REPORTS)
def test_code_is_shown_and_hidden_again_by_keyboard(browser, sent, page):
    browser.open(sent.reports / page)
    shown = "[...document.querySelectorAll('.code')].filter(code => code.checkVisibility()).length"
    assert browser.do(shown) == 0
    for pressed, key in (("true", "Enter"), ("false", " ")):
        browser.do("document.getElementById('toggle').focus()")
        browser.press(key)
        assert browser.do("document.getElementById('toggle').getAttribute('aria-pressed')") == pressed
        assert (browser.do(shown) > 5) == (pressed == "true")


@pytest.mark.parametrize("page", PAGES)
def test_theme_is_changed_by_keyboard(browser, sent, page):
    browser.open(sent.reports / page)
    colour = "getComputedStyle(document.body).backgroundColor"
    assert browser.do(colour) == "rgb(255, 255, 255)"
    browser.do("document.getElementById('theme').focus()")
    browser.press("Enter")
    assert browser.do(colour) == "rgb(20, 24, 29)"
    browser.press("Enter")
    assert browser.do(colour) == "rgb(255, 255, 255)"
    browser.do("localStorage.clear()")


@pytest.mark.parametrize("page", PAGES)
def test_the_language_is_switched_and_switched_back(browser, sent, page):
    browser.open(sent.reports / page)
    first = browser.do("document.documentElement.lang")
    for language in ({"en": "id", "id": "en"}[first], first):
        assert (
            browser.do(f"document.querySelector('.tools a[hreflang={language}]').textContent")
            == {"en": "English", "id": "Bahasa Indonesia"}[language]
        )
        browser.events = []
        browser.do(f"document.querySelector('.tools a[hreflang={language}]').click()")
        browser.wait("Page.loadEventFired")
        assert browser.do("document.documentElement.lang") == language


@pytest.mark.parametrize("page", REPORTS)
def test_every_internal_link_leads_to_something_seen(browser, sent, page):
    browser.open(sent.reports / page)
    browser.do("document.getElementById('toggle').click()")
    links = browser.do(
        "[...new Set([...document.querySelectorAll('a[href^=\"#\"]')].map(link =>"
        " link.getAttribute('href')))]"
    )
    assert len(links) > 10
    for link in links:
        top = browser.do(
            f"location.hash = {link!r}; new Promise(done => setTimeout(() => {{ const place ="
            f" document.getElementById({link[1:]!r}); done(place.checkVisibility() ?"
            " place.getBoundingClientRect().top : null); }, 30))"
        )
        assert top is not None, link
        assert -5 < top < 900, link


def test_every_link_of_the_overview_leads_to_a_file(browser, sent):
    for page in PAGES[-2:]:
        browser.open(sent.reports / page)
        links = browser.do("[...document.querySelectorAll('a')].map(link => link.getAttribute('href'))")
        files = [link for link in links if not link.startswith("#")]
        assert len(files) == 12
        assert all((sent.reports / link).is_file() for link in files), files


@pytest.mark.parametrize("page", PAGES)
def test_everything_is_reached_by_keyboard_and_its_focus_is_seen(browser, sent, page):
    browser.open(sent.reports / page, width=768)
    browser.do(
        f"window.wanted = {FOCUSABLE}; document.querySelectorAll('#toggle').forEach(b => b.click());"
        f" window.wanted = {FOCUSABLE}; window.got = new Set(); 0"
    )
    wanted = browser.do("window.wanted.length")
    seen = (
        "window.got.add(document.activeElement); const s = getComputedStyle(document.activeElement);"
        " [s.outlineStyle, parseFloat(s.outlineWidth)]"
    )
    for press in range(wanted):
        browser.press("Tab")
        style, width = browser.do(f"(() => {{ {seen.replace('; [', '; return [')} }})()")
        assert style != "none", press
        assert width >= 2, press
        if press == 0:
            assert browser.do("document.activeElement.className") == "skip"
    assert (
        browser.do(
            "window.wanted.filter(element => !window.got.has(element)).map(element =>"
            " element.outerHTML.slice(0, 100))"
        )
        == []
    )


def test_the_origin_of_a_number_unfolds_by_keyboard(browser, sent):
    browser.open(sent.reports / PAGES[0])
    facts = "document.querySelector('.origins dl')"
    assert not browser.do(f"{facts}.checkVisibility()")
    for selector in (".origins > summary", ".origins details > summary"):
        browser.do(f"document.querySelector('{selector}').focus()")
        browser.press("Enter")
    assert browser.do(f"{facts}.checkVisibility()")
    text = browser.do(f"{facts}.innerText")
    for word in (
        "The mean of participants minus the mean",
        "185 participants, 260 in the comparison group",
        "notebooks/05_outcomes.ipynb",
        "specification = difference",
    ):
        assert word in text


def test_the_table_of_contents_shows_where_the_reader_is(browser, sent):
    browser.open(sent.reports / "nsw-1976/annex.html")
    current = "document.querySelector('.contents [aria-current]').getAttribute('href')"
    assert browser.do(current) == "#chapter-01"
    for anchor in ("chapter-05", "methods"):
        browser.do(
            f"document.getElementById({anchor!r}).scrollIntoView({{behavior: 'instant'}}); new Promise(done"
            " => setTimeout(done, 100))"
        )
        assert browser.do(current) == f"#{anchor}"


@pytest.mark.parametrize("page", REPORTS[:2])
def test_paper_shows_the_words_and_no_tools(browser, sent, page):
    from pypdf import PdfReader

    browser.open(sent.reports / page, theme="dark")
    printed = PdfReader(io.BytesIO(browser.print()))
    assert 4 < len(printed.pages) < 20
    text = "\n".join(found.extract_text() for found in printed.pages)
    assert "open_study" not in text
    assert "Halaman gelap" not in text
    assert "Dark page" not in text
    assert "$476" in text
    assert "1.794" in text or "1,794" in text


def test_works_without_scripts(browser, sent):
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.open(sent.reports / PAGES[0])
    finally:
        browser.call("Emulation.setScriptExecutionDisabled", value=False)
    assert browser.do("document.getElementById('toggle').checkVisibility()") is False
    assert browser.do("document.querySelector('main h2').checkVisibility()")


def test_screenshots_can_be_taken(browser, sent, tmp_path: Path):
    browser.open(sent.reports / PAGES[0])
    browser.picture(tmp_path / "page.png")
    assert (tmp_path / "page.png").read_bytes().startswith(b"\x89PNG")
