"""Hostile texts in every place where somebody may write: none runs, none asks for anything, and none changes
the page, in a real browser with every fold opened and every element touched.
"""

import csv
import hashlib
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path

import pytest
import yaml

from chromium import Browser, lacking
from conftest import ROOT
from manfaat.run.options import Options
from manfaat.run.run import run_cohort

MISSING = lacking()
assert not (MISSING and os.environ.get("MANFAAT_BROWSER") == "required"), MISSING
pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(bool(MISSING), reason=f"not looked at in a browser: {MISSING}"),
]
COHORT, PROGRAMME = "jakarta-tokyo-2004-synthetic", "jakarta-tokyo"
SENT = "http://pwned.invalid"
PAYLOADS = (
    "<script>window.PWNED=1</script>",
    "</script><script>window.PWNED=2</script>",
    "<img src=x onerror=window.PWNED=3>",
    "<svg onload=window.PWNED=4>",
    "<svg><script>window.PWNED=5</script></svg>",
    "<details open ontoggle=window.PWNED=6>",
    '"><b onmouseover="window.PWNED=7">x',
    "' autofocus onfocus='window.PWNED=8",
    "<iframe srcdoc='<script>parent.PWNED=9</script>'></iframe>",
    "<a href=javascript:window.PWNED=10>x</a>",
    f"<link rel=stylesheet href={SENT}/a.css>",
    f"<style>@import '{SENT}/b.css';</style>",
    f"<style>body{{background:url({SENT}/c.png)}}</style>",
    "</style><script>window.PWNED=11</script>",
    "</title><script>window.PWNED=12</script>",
    "--><script>window.PWNED=13</script><!--",
    "]]><script>window.PWNED=14</script>",
    f"<form action={SENT}><input type=submit autofocus></form>",
    f"<meta http-equiv=refresh content='0;url={SENT}'>",
    f"<base href={SENT}/>",
    "<math><mtext><img src=x onerror=window.PWNED=15></mtext></math>",
    "&lt;script&gt;window.PWNED=16&lt;/script&gt;",
    "\\u003cscript\\u003ewindow.PWNED=17\\u003c/script\\u003e",
    "{0} {name} {{window.PWNED=18}} ${window.PWNED=19} `${window.PWNED=20}`",
    "$\\input{x}$ $5 to $6 \\write18{touch PWNED}",
    '#raw("x") #read("/etc/passwd") @cite <label>',
    '=cmd|\'/c calc\'!A1 =HYPERLINK("http://pwned.invalid","x")',
)
IN_TABLES = [text for text in PAYLOADS if not re.search("[{}|;]", text)]  # there these stand for several rows
TOUCH = """
document.querySelectorAll('details').forEach(fold => { fold.open = true; });
for (const element of document.querySelectorAll('*'))
  for (const kind of 'mouseover mouseenter pointerover focus blur input error load toggle'.split(' '))
    element.dispatchEvent(new Event(kind, {bubbles: kind !== 'load'}));
0
"""
STRANGE = (
    "[...document.querySelectorAll('iframe, form, base, object, embed, link, frame, meta[http-equiv=refresh],"
    " script[src], [autofocus]')].map(e => e.outerHTML.slice(0, 200)).concat("
    "[...document.querySelectorAll('*')].filter(e => [...e.attributes].some(a => a.name.startsWith('on') ||"
    " /^\\s*javascript:/i.test(a.value))).map(e => e.outerHTML.slice(0, 200)))"
)


def hostile(text: str, at: Iterator[int], among: Sequence[str] = PAYLOADS) -> str:
    """A text with three of the payloads, in turn."""
    place = next(at)
    return text + "".join(f" {among[(place + 9 * step) % len(among)]}" for step in range(3))


def plant(part: object, at: Iterator[int], codes: Sequence[str]) -> object:
    """A definition whose texts for readers of some languages are all hostile."""
    if isinstance(part, list):
        return [plant(one, at, codes) for one in part]
    if not isinstance(part, dict):
        return part
    is_words = set(part) and set(part) <= {"en", "id"} and all(isinstance(one, str) for one in part.values())
    if not is_words:
        return {name: plant(value, at, codes) for name, value in part.items()}
    return {name: hostile(value, at) if name in codes else value for name, value in part.items()}


def plant_labels(path: Path, at: Iterator[int]) -> None:
    """The same of a table of definitions: its labels and definitions in English; answers and headings of the
    delivery are known by those in Indonesian.
    """
    with path.open(encoding="utf-8", newline="") as stream:
        head, *rows = csv.reader(stream)
    wanted = [place for place, name in enumerate(head) if name.endswith("::English (en)")]
    for row in rows:
        for place in wanted:
            stands_for_several = any("{" in cell for cell in row)
            if row[place] and not stands_for_several:
                row[place] = hostile(row[place], at, IN_TABLES)
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows([head, *rows])


@pytest.fixture(scope="module")
def attacked(tmp_path_factory) -> tuple[Path, int]:
    """A report in which every text that somebody wrote is hostile, and how many there are."""
    root, at = tmp_path_factory.mktemp("hostile"), count()
    for name in ("programmes", "notebooks"):
        shutil.copytree(ROOT / name, root / name)
    raw, own = root / "data/raw" / COHORT, root / "programmes" / PROGRAMME
    shutil.copytree(ROOT / "data/raw" / COHORT, raw)
    told = {own / "programme.yml": ["en"], own / "charter.yml": ["en", "id"]}
    told[raw / "cohort.yml"] = ["en", "id"]
    for path, codes in told.items():  # of the first, columns are known by words in Indonesian
        planted = plant(yaml.safe_load(path.read_text("utf-8")), at, codes)
        path.write_text(yaml.safe_dump(planted, allow_unicode=True, sort_keys=False), encoding="utf-8")
    for name in ("codebook.csv", "choices.csv", "indicators.csv", "rules.csv"):
        plant_labels(own / name, at)
    for path in own.glob("context.*.md"):
        path.write_text(path.read_text("utf-8") + "\n\n" + hostile("And so on.", at) + "\n", encoding="utf-8")
    with (raw / "costs.csv").open(encoding="utf-8-sig", newline="") as stream:
        head, *rows = csv.reader(stream)
    for row in rows:  # the document and the note
        row[-2], row[-1] = hostile(row[-2], at), hostile(row[-1], at)
    with (raw / "costs.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([head, *rows])
    names = [line.split("  ", 1)[1] for line in (raw / "SHA256SUMS").read_text().splitlines()]
    sums = [f"{hashlib.sha256((raw / name).read_bytes()).hexdigest()}  {name}\n" for name in names]
    (raw / "SHA256SUMS").write_text("".join(sums))
    outcome = run_cohort(COHORT, Options("both", formats=("html", "pdf", "docx")), root=root)
    assert outcome.failure == ""
    return root, next(at)


@pytest.fixture(scope="module")
def browser():
    opened = Browser()
    yield opened
    opened.close()


def test_hostile_texts_stand_in_every_place(attacked):
    """Or nothing would be tested."""
    root, places = attacked
    assert places > 900
    page = (root / "reports" / COHORT / "annex.html").read_text(encoding="utf-8")
    report = (root / "reports" / COHORT / "report.html").read_text(encoding="utf-8")
    assert len(re.findall("PWNED", page)) > 200
    assert len(re.findall("PWNED", report)) > 50
    assert not [path for path in root.rglob("*PWNED*")]


@pytest.mark.parametrize("name", ["brief", "report", "annex"])
@pytest.mark.parametrize("code", ["", ".id"])
def test_no_hostile_text_runs_asks_or_changes_the_page(attacked, browser, name, code):
    page = attacked[0] / "reports" / COHORT / f"{name}{code}.html"
    for width, theme in ((1440, "light"), (360, "dark")):
        browser.open(page, width=width, theme=theme)
        browser.do(TOUCH)
        browser.do("new Promise(done => setTimeout(done, 300))")
        assert browser.do("window.PWNED ?? null") is None
        assert browser.do(STRANGE) == []
        asked = [url for url in browser.requests() if not url.startswith(("file:", "data:", "blob:"))]
        assert asked == []
        assert browser.do("location.href") == page.as_uri()
        assert browser.complaints() == []
        assert browser.do("document.body.checkVisibility() && document.body.innerText.length") > 500


@pytest.mark.parametrize("name", ["index.html", "index.id.html"])
def test_nor_in_the_overview(attacked, browser, name):
    browser.open(attacked[0] / "reports" / name)
    browser.do(TOUCH)
    assert browser.do("window.PWNED ?? null") is None
    assert browser.do(STRANGE) == []
    assert [url for url in browser.requests() if not url.startswith(("file:", "data:", "blob:"))] == []


def test_a_payload_that_runs_would_be_seen(browser, tmp_path):
    """Each is one that a page without escapes runs or obeys."""
    for text, sign in ((PAYLOADS[2], "runs"), (PAYLOADS[6] + "</b>", "runs"), (PAYLOADS[17], "stands")):
        (tmp_path / "page.html").write_text(f'<p title="{text}">{text}</p>')
        browser.open(tmp_path / "page.html")
        browser.do(TOUCH)
        browser.do("new Promise(done => setTimeout(done, 300))")
        runs = browser.do("window.PWNED ?? null") is not None
        assert runs if sign == "runs" else browser.do(STRANGE) != []
