"""Nothing enters a report but through the gate, and what went through it tells of no single person."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from conftest import ROOT, project_below, replace_in
from manfaat.analysis.study import load_study
from manfaat.base.precision import coarse
from manfaat.report import gate
from manfaat.run import run
from manfaat.run.options import Options

sys.path.insert(0, str(ROOT / "tools"))
import attack

COHORT = "nsw-1976"
PUBLIC = "public_data:\n  licence: MIT\n  address: https://github.com/NickCH-K/causaldata\n"


@dataclass(frozen=True)
class Run:
    """A run of a cohort that is called confidential, and what was there when its report was put in place."""

    root: Path
    before: set[str]  # files below the reports before they were put in place
    passed: set[str]  # tables that went through the gate
    left: set[str]  # files that were put in place

    @property
    def report(self) -> Path:
        return self.root / "reports" / COHORT

    @property
    def processed(self) -> Path:
        return self.root / "data/processed" / COHORT


def below(folder: Path) -> set[str]:
    """The files of a folder."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def confidential(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The lottery's men as if nobody could download them."""
    root = project_below(tmp_path_factory.mktemp("confidential"))
    replace_in(root / "data/raw" / COHORT / "cohort.yml", PUBLIC, "")
    seen: dict[str, set[str]] = {"passed": set()}
    with pytest.MonkeyPatch.context() as patched:
        let_out, replace = run.let_out, run.replace

        def watched(study, folder):
            let_out(study, folder)
            seen["passed"] |= {name for name in below(folder) if name.endswith(".csv")}

        def put(new, old, reports):
            seen["before"], seen["left"] = below(reports), below(new)
            replace(new, old, reports)

        patched.setattr(run, "let_out", watched)
        patched.setattr(run, "replace", put)
        outcome = run.run_cohort(COHORT, Options("en", formats=("html",)), root=root)
    assert outcome.failure == ""
    return Run(root, seen["before"], seen["passed"], seen["left"])


@pytest.mark.runs
def test_nothing_lies_among_the_reports_but_what_went_through_the_gate(confidential):
    assert confidential.before == set()  # notebooks write elsewhere
    assert below(confidential.report) == confidential.left
    tables = {name for name in confidential.left if name.endswith(".csv")}
    assert tables == confidential.passed
    assert {Path(name).suffix for name in confidential.left} <= {*gate.KINDS}
    others = below(confidential.root / "reports") - {f"{COHORT}/{name}" for name in confidential.left}
    assert others <= {"index.html", "index.id.html"}


@pytest.mark.runs
def test_exact_numbers_stay_in_the_house(confidential):
    exact = pd.read_parquet(confidential.processed / "estimates.parquet")
    told = pd.read_csv(confidential.report / "estimates.csv")
    primary = exact[exact["is_primary"] & (exact["indicator"] == "earnings")].iloc[0]
    assert primary["estimate"] == pytest.approx(1794.342404, abs=1e-6)  # of Dehejia and Wahba (1999)
    shown = told[told["is_primary"] & (told["indicator"] == "earnings")].iloc[0]
    assert shown["estimate"] == 1800  # 632.9 / √185 = 46.5: in steps of 50
    assert (confidential.processed / "exact/estimates/05_outcomes.csv").is_file()
    assert len(exact) == len(told)
    digits = told["estimate"].dropna().map(lambda value: len(f"{value:.15g}".replace(".", "").strip("-0")))
    assert digits.max() <= 5


@pytest.mark.runs
def test_page_and_file_tell_the_same_number(confidential):
    page = (confidential.report / "report.html").read_text(encoding="utf-8")
    annex = (confidential.report / "annex.html").read_text(encoding="utf-8")
    assert "$1,800" in page + annex
    assert "1,794" not in page + annex
    told = pd.read_csv(confidential.report / "exhibits/05-ladder-earnings.csv")
    own = pd.read_csv(confidential.report / "estimates.csv")
    own = own[own["indicator"] == "earnings"]
    assert set(told["estimate"].round(6)) <= set(own["estimate"].round(6))


@pytest.mark.runs
def test_attacker_recovers_nobody(confidential):
    assert [str(found) for found in attack.attack(confidential.report)] == []


@pytest.mark.runs
def test_a_public_cohort_keeps_every_digit_and_is_told_by_the_same_gate(confidential):
    folder = confidential.root / "public"
    (folder / "exhibits").mkdir(parents=True)
    study = load_study(COHORT, root=ROOT)
    exact = (confidential.processed / "exact/estimates.csv").read_text(encoding="utf-8")
    (folder / "estimates.csv").write_text(exact, encoding="utf-8")
    gate.release(study, folder / "estimates.csv", gate.PurePosixPath("estimates.csv"))
    assert (folder / "estimates.csv").read_text(encoding="utf-8") == exact


def leak(folder: Path, name: str, table: pd.DataFrame) -> list[attack.Recovered]:
    """What the attacker makes of a single table."""
    folder.mkdir(parents=True, exist_ok=True)
    table.to_csv(folder / name, index=False)
    return attack.attack(folder)


def test_attacker_catches_planted_leaks(tmp_path):
    """Each is of the kind that a report once held."""
    rng = np.random.default_rng(1987)
    salaries = rng.normal(18_000, 3_000, 58)
    means = pd.DataFrame({"name": "salary", "n": [58, 57], "sd": 3_000.0})
    exact = means.assign(mean=[salaries.mean(), salaries[:-1].mean()])
    found = leak(tmp_path / "a", "basis.csv", exact)
    assert [one.how for one in found] == ["differences"]
    assert f"{salaries[-1]:.6g}"[:5] in found[0].what
    assert len(found[0].places) == 2
    assert leak(tmp_path / "b", "basis.csv", coarse(exact)) == []

    share = pd.DataFrame({"label": "another reason", "n": [74], "share": [1 / 74]})
    assert [one.how for one in leak(tmp_path / "c", "exhibits.csv", share)] == ["shares"]
    most = pd.DataFrame({"label": "employed", "n": [57], "share": [56 / 57]})
    assert [one.how for one in leak(tmp_path / "d", "exhibits.csv", most)] == ["shares"]

    beside = pd.DataFrame(
        {"label": ["pay", "age"], "group": "co-worker", "n": [None, 132], "n_missing": [131, 0]}
    )
    assert [one.how for one in leak(tmp_path / "e", "summary.csv", beside)] == ["counts"]

    moves = pd.DataFrame(
        {"group": 1, "before": 1, "now": [1, 2, 3], "n": [30, None, 20], "share": [0.5657, None, None]}
    )
    found = leak(tmp_path / "f", "transitions.csv", moves)
    assert [one.how for one in found] == ["tables"]
    assert "3 to 3" in found[0].what
    two = moves.assign(n=[30, None, None], share=[0.5, None, None])
    assert leak(tmp_path / "g", "transitions.csv", two) == []  # 30 by two cells: anything


def test_a_file_of_which_nothing_is_known_does_not_leave(tmp_path):
    (tmp_path / "exhibits").mkdir()
    (tmp_path / "exhibits/01-files.csv").write_text("file\n")
    gate.refuse_strange(tmp_path)
    (tmp_path / "exhibits/people.parquet").write_bytes(b"")
    with pytest.raises(ValueError, match=r"exhibits/people\.parquet.*may not leave the house"):
        gate.refuse_strange(tmp_path)
