"""Nothing enters a report but through the gate, and what went through it tells of no single person."""

from __future__ import annotations

import hashlib
import re
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t as student
from typer.testing import CliRunner

from conftest import ROOT, project_below, replace_in
from manfaat.analysis.study import load_study
from manfaat.base import precision
from manfaat.base.dominance import Dominance, is_dominated
from manfaat.base.precision import coarse
from manfaat.cli import app
from manfaat.evaluation.contributors import contributors
from manfaat.evaluation.contributors import dominated as dominated_names
from manfaat.report import attacker, gate, leaving
from manfaat.run import run
from manfaat.run.options import Options

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
    again = {name for name in confidential.passed if name.startswith("estimates/")}  # in estimates.csv
    assert tables == confidential.passed - again
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
    assert [str(found) for found in attacker.attack(confidential.report)] == []


@pytest.mark.runs
def test_a_public_cohort_keeps_every_digit_and_is_told_by_the_same_gate(confidential):
    folder = confidential.root / "public"
    (folder / "exhibits").mkdir(parents=True)
    study = load_study(COHORT, root=ROOT)
    exact = (confidential.processed / "exact/estimates.csv").read_text(encoding="utf-8")
    (folder / "estimates.csv").write_text(exact, encoding="utf-8")
    gate.release(study, folder / "estimates.csv", gate.PurePosixPath("estimates.csv"))
    assert (folder / "estimates.csv").read_text(encoding="utf-8") == exact


def leak(folder: Path, name: str, table: pd.DataFrame) -> list[attacker.Recovered]:
    """What the attacker makes of a single table."""
    folder.mkdir(parents=True, exist_ok=True)
    table.to_csv(folder / name, index=False)
    return attacker.attack(folder)


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


def test_attacker_catches_leaks_of_tests_curves_steps_and_constants(tmp_path):
    n, spread = np.array([58, 57]), 3_000.0
    people = np.random.default_rng(7).normal(100, spread, 58)
    means = np.array([people.mean(), people[:-1].mean()])
    error = spread / np.sqrt(n)
    tests = pd.DataFrame(
        {
            **{"indicator": "pay", "rater": "", "method": "change", "n": n, "n_comparison": 0, "df": n - 1.0},
            **{"estimate": np.round(means, -2), "std_error": np.round(error), "p_value": 0.0},
        }
    )
    tests["p_value"] = np.round(2 * student.sf(np.abs(means) / error, n - 1), 6)
    assert "tests" in {one.how for one in leak(tmp_path / "a", "estimates.csv", tests)}

    curve = pd.DataFrame({"group": 1, "value": [1.0, 2.0], "density": [0.28719455, 0.3]})
    assert [one.how for one in leak(tmp_path / "b", "curve.csv", curve)] == ["curves"]
    assert leak(tmp_path / "c", "curve.csv", curve.assign(density=[0.29, 0.3])) == []

    survival = pd.DataFrame({"group": 1, "time": [0, 12], "at_risk": [43, 40], "survival": [0.9767442, 0.8]})
    assert [one.how for one in leak(tmp_path / "d", "survival.csv", survival)] == ["shares"]

    bins = pd.DataFrame({"group": "a", "low": [0, 1, 2], "high": [1, 2, 3], "n": [20, None, None]})
    size = pd.DataFrame({"label": ["age"], "group": "a", "n": [28], "n_missing": 0})
    (tmp_path / "e").mkdir()
    size.to_csv(tmp_path / "e/sizes.csv", index=False)
    assert leak(tmp_path / "e", "bins.csv", bins) == []  # 8 by two bins: anything
    size.assign(n=22).to_csv(tmp_path / "e/sizes.csv", index=False)
    assert [one.how for one in leak(tmp_path / "e", "bins.csv", bins)] == []  # 0 to 2
    one_bin = bins.assign(n=[20, None, 5])
    assert "3 to 3" in leak(tmp_path / "f", "bins.csv", one_bin.assign(share=[20 / 28, None, 5 / 28]))[0].what

    wide = {"indicator": "pay", "rater": "", "specification": ["difference", "adjusted"]}
    sides = pd.DataFrame({**wide, "n": 70, "n_comparison": n})
    beside = pd.DataFrame(
        {
            **{**wide, "role": "constant", "term": "(constant)", "n": 128, "estimate": 1.0},
            **{"mean_comparison": means, "sd_comparison": spread},
        }
    )
    (tmp_path / "g").mkdir()
    sides.to_csv(tmp_path / "g/estimates.csv", index=False)
    assert "differences" in {one.how for one in leak(tmp_path / "g", "coefficients.csv", beside)}
    assert leak(tmp_path / "g", "coefficients.csv", coarse(beside)) == []


def test_mean_and_spread_of_steps_solve_a_table_that_its_rows_do_not():
    """Twelve moved from the first level by two hidden ways; their mean step says how many by each."""
    table = pd.DataFrame(
        {
            **{"group": "0.0", "indicator": "steps", "rater": "self"},
            **{"before": ["1", "1", "1"], "now": ["1", "2", "3"]},
            **{"n": ["30", "", ""], "share": ["0.7143", "", ""]},
        }
    )
    assert attacker.attack_tables({"moves.csv": table}) == []
    known = pd.DataFrame(
        {
            **{"indicator": ["steps"], "rater": "self", "n": "50", "n_comparison": "42"},
            **{"mean_comparison": f"{(9 + 2 * 3) / 42:.9f}", "sd_comparison": "0.62"},
        }
    )
    found = attacker.attack_tables({"moves.csv": table, "estimates.csv": known})
    assert sorted(one.what[-6:] for one in found) == ["3 to 3", "9 to 9"]


def test_a_second_release_with_one_person_more_is_told():
    then = {"summary.csv": pd.DataFrame({"label": ["pay"], "group": "a", "n": "74", "mean": "5"})}
    assert attacker.attack_tables(then, [then]) == []
    for n, told in (("75", 1), ("70", 1), ("79", 0), ("74", 0)):
        now = {"summary.csv": then["summary.csv"].assign(n=n)}
        found = attacker.attack_tables(now, [then])
        assert [one.how for one in found] == ["releases"] * told, n


def test_means_of_a_comparison_group_are_told_as_that_of_the_most():
    """28 of 206 own a business and 28 of 205: who is left out owns none, if both are told."""
    exact = pd.DataFrame(
        {
            **{"indicator": "owns", "rater": "", "unit": "share", "method": "regression", "n": 97},
            **{"n_comparison": [206, 205, 171], "mean_comparison": [28 / 206, 28 / 205, 24 / 171]},
        }
    )
    mean = exact["mean_comparison"]
    n = exact["n_comparison"]
    exact["sd_comparison"] = np.sqrt(mean * (1 - mean) * n / (n - 1))
    told = coarse(exact)["mean_comparison"]
    assert told[0] == told[1] == 0.135  # in steps of 0.005, a person
    assert told[2] == pytest.approx(0.14)


def test_what_leaves_is_written_down_number_by_number_and_read_back():
    tables = {
        "exhibits/02-summary.csv": pd.DataFrame(
            {
                "label": ["pay | net", "age"],
                "group": "a",
                "n": ["74", ""],
                "mean": ["5.5", ""],
                "note": "see below",
            }
        )
    }
    lines = leaving.ledger(tables, {"02-summary": ("Table 3", "report")}, {"pay | net": 31, "age": 4})
    assert len(lines) == 4
    assert lines.iloc[1].to_dict() == {
        **{"place": "exhibits/02-summary.csv", "row": 1, "exhibit": "Table 3", "layer": "report"},
        **{"about": "label=pay / net | group=a", "statistic": "mean", "value": "5.5", "n": "74"},
        **{"n_comparison": "", "contributors": "74", "firms": "31", "people": "yes"},
    }
    assert lines["firms"].tolist() == ["31", "31", "", ""]  # four firms are too few to be told
    back = leaving.tables_told(lines)["exhibits/02-summary.csv"]
    assert back["mean"].tolist() == ["5.5", ""]
    assert back["label"].tolist() == ["pay / net", "age"]


def test_a_file_of_which_nothing_is_known_does_not_leave(tmp_path):
    (tmp_path / "exhibits").mkdir()
    (tmp_path / "exhibits/01-files.csv").write_text("file\n")
    gate.refuse_strange(tmp_path)
    (tmp_path / "exhibits/people.parquet").write_bytes(b"")
    with pytest.raises(ValueError, match=r"exhibits/people\.parquet.*may not leave the house"):
        gate.refuse_strange(tmp_path)


WRITERS = (  # whatever is written among the reports is written by one of these
    "manfaat.report.gate",  # pages that no run makes
    "manfaat.run.staging",  # whole folders, which the gate has let out
    "manfaat.report.pictures",  # pictures of a report in another size
    "manfaat.report.latex",  # its tables for a thesis
)


class Watch:
    """What is opened for writing, or moved, below a folder, and by which modules."""

    def __init__(self) -> None:
        self.below: Path | None = None
        self.found: list[tuple[str, set[str]]] = []
        sys.addaudithook(self.seen)

    def seen(self, event: str, arguments: tuple[object, ...]) -> None:
        if self.below is None or event not in ("open", "os.rename"):
            return
        path, mode = (arguments[1], "w") if event == "os.rename" else arguments[:2]
        writes = isinstance(mode, str) and set(mode) & set("wax+")
        if isinstance(path, str) and writes and Path(path).is_relative_to(self.below):
            frame, modules = sys._getframe(), set[str]()
            while frame:
                modules.add(str(frame.f_globals.get("__name__")))
                frame = frame.f_back
            self.found.append((path, modules))


@pytest.mark.runs
def test_nothing_writes_among_the_reports_but_the_gate(tmp_path, monkeypatch):
    root, watch = project_below(tmp_path / "project"), Watch()
    monkeypatch.chdir(root)
    watch.below = root / "reports"
    run_here = CliRunner().invoke
    for command in (
        ["run", COHORT, "--language", "en", "--formats", "html"],
        ["export", COHORT, "--format", "parquet"],
        ["figures", COHORT, "--medium", "web"],
        ["release", COHORT, "--profile", "internal"],
    ):
        told = run_here(app, command)
        assert told.exit_code == 0, told.output
    watch.below = None
    written = " ".join(Path(path).name for path, _ in watch.found)
    assert all(name in written for name in (COHORT, "index.html", "index.id.html", "codebook.html"))
    assert [path for path, modules in watch.found if not modules & {*WRITERS}] == []
    page = (root / "reports" / COHORT / "codebook.html").read_text(encoding="utf-8")
    assert page.startswith("<!")


@pytest.mark.runs
def test_a_report_that_names_somebody_is_not_put_among_the_reports(tmp_path, monkeypatch):
    root, let_out = project_below(tmp_path / "project"), run.let_out

    def named(study, folder):
        let_out(study, folder)
        (folder / "exhibits/99-notes.csv").write_text("note\nwrite to siti.aminah@example.org\n")

    monkeypatch.setattr(run, "let_out", named)
    outcome = run.run_cohort(COHORT, Options("en", formats=("html",)), root=root)
    assert outcome.failure == (
        "report: 'exhibits/99-notes.csv' holds an address of e-mail (23 letters): it may not leave the house"
    )
    assert not (root / "reports" / COHORT).exists()


@pytest.mark.parametrize("text", ["NIK 3174012345678901", "made in /home/siti/manfaat"])
def test_a_page_that_names_a_machine_or_an_identity_is_not_put_among_the_reports(tmp_path, text):
    (tmp_path / "index.html").write_text("former")
    with pytest.raises(ValueError, match="may not leave the house"):
        gate.put(tmp_path / "index.html", f"<p>{text}</p>")
    with pytest.raises(ValueError, match="no file of a report"):
        gate.put(tmp_path / "people.parquet", "")
    assert (tmp_path / "index.html").read_text() == "former"
    assert [path.name for path in tmp_path.iterdir()] == ["index.html"]
    gate.put(tmp_path / "index.html", "<p>new</p>")
    assert (tmp_path / "index.html").read_text() == "<p>new</p>"


RICH = 40_000_000.0  # a year's earnings of one of 185 men, far above all others together


@pytest.fixture(scope="module")
def dominated(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The same, where one man has nearly all of what his group earned."""
    root = project_below(tmp_path_factory.mktemp("dominated"))
    raw = root / "data/raw" / COHORT
    replace_in(raw / "cohort.yml", PUBLIC, "")
    table = pd.read_csv(raw / "nsw.csv", dtype=str)
    at = table.index[table["treat"].isin(["1", "1.0"])][7]
    table.loc[at, "re78"] = str(RICH)
    table.to_csv(raw / "nsw.csv", index=False)
    digest = hashlib.sha256((raw / "nsw.csv").read_bytes()).hexdigest()
    seal = (raw / "SHA256SUMS").read_text()
    (raw / "SHA256SUMS").write_text(re.sub(r"[0-9a-f]{64}(?=  nsw\.csv)", digest, seal))
    outcome = run.run_cohort(COHORT, Options("en", formats=("html",)), root=root)
    assert outcome.failure == ""
    return Run(root, set(), set(), below(root / "reports" / COHORT))


@pytest.mark.runs
def test_nothing_that_leaves_tells_what_one_has_who_has_nearly_all(dominated):
    """Neither a mean, nor a standard error, nor a difference: each times n would be that man's earnings. What
    comes near by chance is told in steps of 1, 2 and 5 times a power of ten.
    """
    found = pd.read_parquet(dominated.processed / "contributors.parquet")
    assert dominated_names(found) == {"earnings_1978"}
    assert dominated_names(found, Dominance(share=0.9999, percent=0.01)) == set()
    close = []
    for place, table in leaving.tables_in(dominated.report).items():
        for name in table:
            values = pd.to_numeric(table[name].str.replace(r"[$,]", "", regex=True), errors="coerce").abs()
            for n in (185, 184, 445, 1, np.sqrt(185)):
                near = (values * n / RICH).sub(1).abs() < 0.1
                texts = [text for text in table.loc[near, name] if not re.fullmatch(r"-?[125]0*(\.0)?", text)]
                close += [f"{place} {name}: {text} x {n:.4g}" for text in texts]
    assert close == []
    summary = pd.read_csv(dominated.report / "exhibits/02-summary.csv", dtype=str, keep_default_na=False)
    own = summary[summary["indicator"].str.startswith("Annual earnings")]
    assert len(own) == 2
    assert own["mean_text"].str.startswith("–").all()
    others = summary[summary["indicator"].str.startswith("Age")]
    assert others["mean_text"].str.match(r"\d").all()
    estimates = pd.read_csv(dominated.report / "estimates.csv")
    assert estimates.loc[estimates["indicator"] == "earnings", "mean_comparison"].isna().all()
    assert estimates.loc[estimates["is_primary"], "estimate"].notna().all()


@pytest.mark.parametrize(
    ("amounts", "firms", "told"),
    [
        ([10, 11, 12, 9, 10], None, False),
        ([10, 11, 12, 9, 1000], None, True),  # two have 97 %
        ([100, 90, 4, 3, 2], None, True),
        ([100, 50, 5, 2, 2], None, True),  # the second knows the first to within 9
        ([100, 40, 20, 15, 10], None, False),
        ([10, 11, 12, 9, 10], "aabcd", False),
        ([10, 11, 12, 9, 10], "aaaab", True),
        ([0, 0, 0, 0, 0], None, False),
    ],
)
def test_whose_sum_it_is(amounts, firms, told):
    assert is_dominated(amounts, pd.Series([*firms]) if firms else None) == told


def test_firms_of_which_two_have_most_workers_or_money_are_hidden_and_persons_without_one_stand_alone():
    lines = load_study("jakarta-tokyo-2004-synthetic", root=ROOT)
    names = {line.name for line in lines.indicators}
    rng = np.random.default_rng(3)
    table = pd.DataFrame({name: 1.0 for name in sorted(names)}, index=range(60))
    table[lines.programme.design.group] = np.repeat(["1", "3"], 30)
    table["pay_now"] = rng.normal(2e6, 2e5, 60)
    for firms, hidden in ((np.arange(60) % 30, False), (np.arange(60) % 3, True), ([None] * 60, False)):
        own = table.assign(firm=pd.Series(firms, dtype="object"))
        found = contributors(own, lines.programme, lines.indicators, lines.codebook)
        assert ("pay_now" in dominated_names(found)) == hidden
        row = found[(found["name"] == "pay_now") & (found["group"] == "participants")].iloc[0]
        assert row["people"] == 30
        assert row["firms"] == (0 if firms[0] is None else len(set(firms[:30])))


def estimates_of_nearly_the_same(seed: int, n: int, less: int, apart: float) -> pd.DataFrame:
    """The difference of two means with and without the last few participants, and what is computed of it."""
    rng = np.random.default_rng(seed)
    pay, others = rng.normal(100 + apart, 15, n), rng.normal(100, 15, 70)
    rows = []
    for own in (pay, pay[:-less]):
        error = np.sqrt(own.var(ddof=1) / len(own) + others.var(ddof=1) / len(others))
        estimate, df = own.mean() - others.mean(), float(len(own) + len(others) - 2)
        rows.append(
            {
                **{"indicator": "pay", "rater": "", "estimand": "difference", "n": len(own)},
                **{"method": "difference_in_means", "n_comparison": len(others), "df": df},
                **{"mean_comparison": others.mean(), "sd_comparison": others.std(ddof=1)},
                **{"estimate": estimate, "std_error": error},
                "p_value": 2 * student.sf(abs(estimate) / error, df),
            }
        )
    return pd.DataFrame(rows)


@pytest.mark.parametrize("seed", range(10))
def test_p_values_tell_no_difference_more_closely_than_the_estimate_is_told(seed, monkeypatch):
    exact = estimates_of_nearly_the_same(seed, 40 + 5 * seed, 1 + seed % 4, 0.5 * seed)
    told = coarse(exact)
    assert attacker.attack_tables({"estimates.csv": told.astype(str)}) == []
    for line in (0.01, 0.05, 0.1):
        assert ((told["p_value"] < line) == (exact["p_value"] < line)).all()
    far = exact.assign(n=[60, 40])
    assert (coarse(far)["p_value"] - exact["p_value"]).abs().max() <= 0.001
    if seed == 0:  # of 180 such pairs 142 were recovered
        monkeypatch.setattr(precision, "of_told", lambda _, table: table)
        found = attacker.attack_tables({"estimates.csv": coarse(exact).astype(str)})
        assert {one.how for one in found} == {"tests"}


def test_what_is_in_no_unit_is_told_as_finely_as_ever():
    survival = pd.DataFrame(
        {"indicator": "months", "time": [25.0], "survival": [0.78], "ci_low": [0.685], "ci_high": [0.86]}
    )
    assert gate.without_levels(survival, {"months"}).equals(survival)
    rows = [
        ("hazard ratio", 1.58, 1.16, 2.18),
        ("log-rank p", 0.04, np.nan, np.nan),
        ("adjusted", 13.0, 8.0, 19.0),
    ]
    threats = pd.DataFrame(rows, columns=["statistic", "value", "ci_low", "ci_high"]).assign(
        threat="any", indicator="months"
    )
    told = gate.without_levels(threats, {"months"})
    assert told.loc[:1].equals(threats.loc[:1]), "no amount follows from a ratio or a p value"
    assert told.loc[2, "value"] == 20, "what is in months is told roughly"
    scales = pd.DataFrame(
        {"indicator": "months", "unit": ["", "months"], "estimate": [0.86, -5.0], "std_error": [0.18, 3.7]}
    )
    told = gate.without_levels(scales, {"months"})
    assert told.loc[0].equals(scales.loc[0])
    assert told.loc[1, "std_error"] == 5


CENTRES = ("estimate", "survival", "value", "mean", "difference")


@pytest.mark.runs
def test_every_number_lies_within_its_own_interval(finished):
    looked = 0
    for path in sorted(finished.reports.glob("*/**/*.csv")):
        table = pd.read_csv(path, low_memory=False)
        for centre in CENTRES:
            if {centre, "ci_low", "ci_high"} <= set(table):
                numbers = table[[centre, "ci_low", "ci_high"]].apply(pd.to_numeric, errors="coerce").dropna()
                low, high = (numbers[centre] - numbers[end] for end in ("ci_low", "ci_high"))
                assert ((low > -1e-9) & (high < 1e-9)).all(), (path.name, centre)
                looked += len(numbers)
    assert looked > 5000
