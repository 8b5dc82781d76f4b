"""No report of a shipped cohort shows another number or word than is written down in ``tests/frozen``."""

from __future__ import annotations

import sys

import pytest

from conftest import ROOT, Finished

sys.path.insert(0, str(ROOT / "tools"))
import frozen

COHORTS = sorted(path.stem for path in (ROOT / "tests" / "frozen").glob("*.csv"))
PAGE = """<html lang="en"><body><p class="meta">Report made on 29 November 2026</p><h2 id="a">One</h2>
<p>Pay rose by <b>{number}</b>.</p><figure class="exhibit" id="f"><svg aria-label="{label}"></svg></figure>
</body></html>"""


@pytest.mark.parametrize("cohort", COHORTS)
def test_reports_show_what_is_written_down(cohort: str, finished: Finished):
    assert frozen.differences(frozen.stored(cohort), frozen.digests(finished.reports / cohort)) == []


def test_every_cohort_is_written_down(cohorts: list[str]):
    assert sorted(cohorts) == COHORTS


@pytest.mark.parametrize(
    ("number", "label", "cell", "moved"),
    [
        ("5", "two bars", "1.25", []),
        ("6", "two bars", "1.25", ["en a: differs"]),
        ("5", "a bar", "1.25", ["en f: differs"]),
        ("5", "two bars", "1.25001", ["table.csv: differs"]),
        ("5", "two bars", "1.250000001", []),
        (" <i>5</i>", "two bars", "1.250", []),
    ],
)
def test_a_number_a_description_and_a_cell_are_looked_at_and_spacing_is_not(
    tmp_path, number, label, cell, moved
):
    def shown(number: str, label: str, cell: str) -> dict[str, str]:
        (tmp_path / "report.html").write_text(PAGE.format(number=number, label=label), encoding="utf-8")
        (tmp_path / "table.csv").write_text(f"name,value\nn,{cell}\n", encoding="utf-8")
        return frozen.digests(tmp_path)

    assert frozen.differences(shown("5", "two bars", "1.25"), shown(number, label, cell)) == moved


def test_a_sum_that_is_nothing_but_rounding_is_0(tmp_path):
    for cell in ("0.0", "2e-16", "-3e-17"):
        (tmp_path / f"{cell}.csv").write_text(f"name,value\nn,{cell}\nm,1.5\n", encoding="utf-8")
    assert len({frozen.rounded(path) for path in tmp_path.iterdir()}) == 1
