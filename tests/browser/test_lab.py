"""JupyterLab as an analyst uses it: every notebook opened and run, the page it opens with, and each control
of the workbench.
"""

import json
import os
import time

import pytest

from chromium import lacking
from conftest import project_below
from lab import Lab
from manfaat.base.paths import NOTEBOOKS, OVER_COHORTS
from manfaat.run.lab import PAGE, start_page

MISSING = lacking()
assert not (MISSING and os.environ.get("MANFAAT_BROWSER") == "required"), MISSING
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(bool(MISSING), reason=f"not looked at in a browser: {MISSING}"),
]
WIDER = """[...document.querySelectorAll('.jp-OutputArea-output, .jp-CodeCell .cm-scroller')]
    .filter(e => e.scrollWidth > e.clientWidth + 2).map(e => e.textContent.slice(0, 80))"""
LABELS = """[...document.querySelectorAll('.widget-label')].filter(e => e.checkVisibility())
    .map(e => e.textContent.trim()).filter(Boolean)"""
TOLD = "[...document.querySelectorAll('.widget-html-content')].map(e => e.innerText).join('\\n')"

OUTLIERS = "\u200b"  # the label of a box to be ticked is its own text
IDLE = "app.shell.currentWidget.sessionContext.session.kernel.status === 'idle'"


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    folder = project_below(tmp_path_factory.mktemp("lab"))
    for path in (folder / "notebooks").glob("*.ipynb"):
        text = path.read_text(encoding="utf-8").replace("jakarta-tokyo-2004-synthetic", "nsw-1976")
        path.write_text(text.replace("jakarta-tokyo", "nsw"), encoding="utf-8")
    page = folder / PAGE
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(start_page(folder), encoding="utf-8")
    opened = Lab(folder, tmp_path_factory.mktemp("server") / "log")
    yield opened
    opened.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_notebook_runs_without_a_word_of_trouble(lab, theme):
    """All in one test, for each reads what those before it wrote."""
    for name in (*NOTEBOOKS, OVER_COHORTS):
        lab.open(f"notebooks/{name}.ipynb", theme=theme)
        lab.run_all()
        outputs = lab.outputs()
        assert len(outputs) > 1, name
        strange = [one for one in outputs if one["output_type"] in ("error", "stream")]
        assert strange == [], name
        assert lab.do(WIDER) == [], f"{name}: runs off its cell"


def test_tables_begin_at_the_left_and_figures_follow_the_theme(lab):
    grounds = {}
    for theme in ("light", "dark"):
        lab.open("notebooks/03_inputs.ipynb", theme=theme)
        lab.run_all()
        look = "getComputedStyle(document.querySelector('.manfaat {}')).{}"
        assert lab.do(look.format("tbody th", "textAlign")) == "left"
        assert lab.do(look.format("td.number", "textAlign")) == "right"
        grounds[theme] = lab.do(look.format("svg", "backgroundColor"))
    assert grounds == {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 24, 29)"}


def test_the_page_that_lab_opens_with_leads_to_notebooks_and_names_the_cohorts(lab):
    lab.open(PAGE)
    shown = "document.querySelector('.jp-RenderedMarkdown')"
    lab.until(f"{shown}?.querySelectorAll('a').length > 9")
    assert "nsw-1976" in lab.do(f"{shown}.innerText")
    assert "never: it was never run" in lab.do(f"{shown}.innerText")
    lab.do(f"[...{shown}.querySelectorAll('a')].find(a => a.textContent === '05_outcomes').click()")
    lab.until("app.shell.currentWidget?.context?.path === 'notebooks/05_outcomes.ipynb'")


def choose(lab, label: str, script: str) -> str:
    """Change the control of a label, wait for the next look, and return all that it says."""
    before = lab.do(TOLD)
    change(lab, label, script)
    return next_look(lab, before, label)


def change(lab, label: str, script: str) -> None:
    """Change the control of a label; ``script`` does it to the element ``e``."""
    lab.do(f"""(() => {{ const row = [...document.querySelectorAll('.jupyter-widgets')].find(e =>
        e.querySelector(':scope > .widget-label')?.textContent.trim() === {json.dumps(label)});
        const e = row.querySelector('select, input'); {script};
        e.dispatchEvent(new Event('change', {{bubbles: true}})); return 1; }})()""")


def next_look(lab, before: object, after: str) -> str:
    """Wait until the workbench says something else, and nothing more comes."""
    end, seen = time.monotonic() + 60, before
    while time.monotonic() < end:
        time.sleep(0.3)
        now = str(lab.do(TOLD))
        if now == seen != before and lab.do(IDLE):
            return now
        seen = now
    raise AssertionError(f"nothing new after {after}")


def pick(text: str) -> str:
    """Choose from a list what begins with a text; its spaces are such as do not break."""
    begin = json.dumps(text.replace(" ", "\xa0"))
    found = f"[...e.options].find(o => o.textContent.startsWith({begin}))"
    return f"for (const o of e.options) o.selected = false; {found}.selected = true"


def test_each_control_of_the_workbench_gives_another_look(lab):
    lab.open("notebooks/explore.ipynb")
    lab.run_all()
    lab.until(f"({TOLD}).includes('Effect and interval')")
    assert "$1,794" in lab.do(TOLD)
    labels = lab.do(LABELS)
    assert {"Cohort", "Indicator", "Group", "Subgroup", "Specification", "Covariates"} <= set(labels)
    told = choose(lab, "Subgroup", "e.value = \"married == 'Yes'\"")
    assert "$3,709" in told
    assert "exploratory" in told
    assert "where=\"married == 'Yes'\"" in told, "the code to be copied"
    assert "did you mean married" in choose(lab, "Subgroup", "e.value = \"maried == 'Yes'\"")
    assert "$1,794" in choose(lab, "Subgroup", "e.value = ''")
    assert "specification=" in choose(
        lab, "Specification", "e.selectedIndex = (e.selectedIndex + 1) % e.options.length"
    )
    assert "covariates=[]" in choose(lab, "Covariates", pick("none"))
    before = lab.do(TOLD)
    change(lab, "Covariates", pick("these:"))  # none chosen yet: the same look as without any
    lab.do("""(() => { const e = document.querySelector('.jupyter-widgets select[multiple]');
        e.options[0].selected = true; e.options[2].selected = true;
        e.dispatchEvent(new Event('change', {bubbles: true})); return 1; })()""")
    assert 'covariates=["age", "education"]' in next_look(lab, before, "own covariates")
    choose(lab, "Covariates", pick("as declared"))
    assert "outliers=False" in choose(lab, OUTLIERS, "e.click()")
    choose(lab, OUTLIERS, "e.click()")
    assert 'by="married"' in choose(lab, "Group", pick("Married"))
    assert 'describe("education"' in choose(lab, "Indicator", pick("Years of schooling"))
    assert 'describe("married"' in choose(lab, "Find", "e.value = 'maried'"), "what is near"
    assert 'open_study("michigan-1987-89")' in choose(lab, "Cohort", pick("michigan"))
    assert lab.browser.complaints() == []


def test_the_workbench_answers_to_the_keyboard(lab):
    lab.open("notebooks/explore.ipynb")
    lab.run_all()
    lab.until(f"({TOLD}).includes('Effect and interval')")
    reached = []
    lab.do("document.querySelector('.widget-dropdown select').focus()")
    for _ in range(4):
        reached.append(lab.do("document.activeElement.closest('.jupyter-widgets').innerText.split('\\n')[0]"))
        lab.browser.press("Tab")
    assert reached == ["Cohort", "Find", "Indicator", "Group"]
    before = lab.do(TOLD)
    lab.do("document.querySelectorAll('.widget-dropdown select')[1].focus()")
    lab.browser.press("ArrowDown")
    assert 'describe("no_earnings"' in next_look(lab, before, "the arrow")
    cells = lab.do("app.shell.currentWidget.model.cells.length")
    for _ in range(2):
        lab.browser.press("d")
    assert lab.do("app.shell.currentWidget.model.cells.length") == cells, "no letter deletes a cell"
