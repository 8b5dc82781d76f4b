"""Every method reaches a report in every design: cross-section, panel and waves, with a lottery and without.

No notebook is run: a small study is estimated, threatened, judged and told in this process, by the functions
that the notebooks call.
"""

import re
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from evaluation_cases import LINES, WORDS, indicator, people, programme
from manfaat import threats, verdict
from manfaat.base.paths import Places
from manfaat.definitions.claims import Claim
from manfaat.definitions.codebook import Codebook
from manfaat.definitions.cohort import Cohort
from manfaat.definitions.programme import Programme
from manfaat.definitions.study import Study
from manfaat.evaluation import chooser, families, left_out, romano_wolf, summaries
from manfaat.evaluation.balance import balance
from manfaat.evaluation.estimate import Settings
from manfaat.evaluation.ladder import estimate_stages
from manfaat.evaluation.registry import METHODS
from manfaat.evaluation.specifications import check_methods
from manfaat.report import exhibits, ladders, sentences, threat_figures, verdicts
from manfaat.report.blocks import plain
from manfaat.report.families import families_table
from manfaat.report.reader import Reader
from manfaat.report.threats import for_whom, threat_sentences, threat_tables
from manfaat.report.words import Language

DESIGNS = {
    "cross-section": {},
    "panel": {"panel": {"unit": "unit", "period": "year"}},
    "waves": {"wave": "year"},
}
CANNOT = {  # what a design does not hold; the check of the definitions says so before anything is run
    "cross-section": ("fixed_effects", "fixed_effects_logit", "first_difference", "repeated_cross_sections"),
    "panel": (),
    "waves": ("fixed_effects", "fixed_effects_logit", "first_difference"),
}
FEW_LEVELS = (
    "paired_shares",
    "marginal_homogeneity",
    "ordered_change",
    "ordered_logit",
    "conditional_logit",
    "fixed_effects_logit",
)


@cache
def answers(design: str, *, levels: int = 0) -> pd.DataFrame:
    """80 people, some without an answer; of a panel in three years, treated from the second; of waves 80
    others each year.
    """
    frames = []
    for year in (1, 2, 3) if design == "panel" else (1, 2) if design == "waves" else (2,):
        one = people(80, effect=1.2 * (year > 1), seed=4 + (year if design == "waves" else 0), compliance=0.9)
        noise = np.random.default_rng(year).normal(size=80)
        if design == "panel":
            one["score_now"] = (one["score_before"] if year == 1 else one["score_now"]) + noise
        one = one.assign(
            year=year,
            unit=one["_key"],
            begun=one["group"] * (year > 1),
            _key=[f"{key}-{year}" for key in one["_key"]],
        )
        if levels:
            for name in ("score_before", "score_now"):
                one[name] = (one[name] > 0).astype("float64")
        frames.append(one)
    table = pd.concat(frames, ignore_index=True)
    table.loc[3:6, "score_now"] = np.nan
    return table


def lines_of(design: str) -> list:
    """The indicators: of a panel one column for all years, and a treatment that begins."""
    if design != "panel":
        return list(LINES)
    own = [line for line in LINES if not line.name.startswith("score") and line.name != "taken"]
    return [
        *own,
        indicator("taken", "period", "treatment", "taken"),
        indicator("begun", "period", "treatment", "begun"),
        indicator("score_now", "period", "effect"),
    ]


def rung(method: str, design: str) -> dict:
    """A specification of a method, with all that it needs."""
    known = METHODS[method]
    found = {"method": method, "std_errors": ["auto" if "auto" in known.std_errors else known.std_errors[0]]}
    if known.needs_covariates or method == "regression":
        found["covariates"] = ["x", "z"]
    if known.has_instrument:
        found |= {"treatment": ["taken"], "instrument": "group"}
    if known.needs == "strata":
        found["strata"] = "block"
    if known.draw:
        return found | {"treatment": ["begun"]}
    if method == "first_difference":
        found["treatment"] = ["begun"]
    if design != "cross-section":
        before = 1 if known.needs_before or known.two_periods or found.get("covariates") else None
        found["periods"] = {"before": before, "now": 3 if design == "panel" else 2}
    return found


def study_of(study: Programme, lines: list, design: str, assignment: str, folder: Path) -> Study:
    """The study around a programme, without files but the folder of its definitions, which holds no plan."""
    (folder / "programmes/trial").mkdir(parents=True, exist_ok=True)
    claim = Claim.model_validate({"id": "C1", "text": WORDS, "indicators": ["score"]})
    units = {"points": study.units["points"].model_copy(update={"label": {"en": "points", "id": "poin"}})}
    whole = study.model_copy(update={"claims": [claim], "units": units})
    cohort = Cohort.model_validate(
        {
            "cohort": "trial",
            "programme": "trial",
            "label": WORDS,
            "kind": "real",
            "assignment": assignment,
            "files": [{"file": "x.csv", "table": "people"}],
            "period": WORDS,
            "denominators": {},
            "origin": "x",
            "licence": "x",
            "citation": "x",
            "groups": {"1": {"en": "trained", "id": "dilatih"}, "0": {"en": "others", "id": "lainnya"}},
        }
    )
    extra = [indicator("block", "fixed", "technical", "block")]
    return Study(
        Places(folder, folder, folder, "trial"), whole, Codebook((), ()), tuple(lines + extra), (), cohort
    )


def told(study: Study, table: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, list[str]]:
    """Estimates, verdicts and all that a report says of them, in one language or the other."""
    lines, assignment = list(study.indicators), study.cohort.assignment
    settings = Settings("trial", assignment, study.primary, draws=99)
    raw = estimate_stages(table, study.programme, lines, settings, stages=("outcome",))
    tests = romano_wolf.adjusted(families.family_table(raw, lines), table, study.programme, lines, settings)
    estimates = families.with_adjusted(raw, tests)
    found = threats.run(table, study.programme, lines, estimates, settings, cohort=study.cohort)
    evidence = verdict.evidence(study.programme, lines, estimates, found.rows, assignment)
    graded = verdict.verdicts(study.programme, evidence)
    said, counts = [], summaries.flow_counts(table, study.programme, lines)
    language = Language({"randomised": "en", "observational": "id"}[assignment])
    said += [
        sentences.who_was_studied(Reader(language.code, study), counts),
        *sentences.findings(Reader(language.code, study), estimates),
    ]
    held = sentences.limits(Reader(language.code, study), estimates, balance(table, study.programme, lines))
    said += map(plain, held.items)
    said += sentences.spreads(Reader(language.code, study), estimates)
    said += [
        *verdicts.verdict_sentences(Reader(language.code, study), graded, evidence),
        *threat_sentences(Reader(language.code, study), found, estimates),
    ]
    groups, group_tables = for_whom(Reader(language.code, study), found, estimates)
    shown = [
        *threat_tables(Reader(language.code, study), found, estimates),
        verdicts.verdict_table(Reader(language.code, study), graded, evidence, estimates),
        *group_tables,
    ]
    numbers = [
        *exhibits.estimates_table(Reader(language.code, study), estimates),
        *verdicts.evidence_table(Reader(language.code, study), evidence),
        *families_table(Reader(language.code, study), tests),
    ]
    said += [
        groups,
        *[one.caption for one in (*shown, *numbers)],
        *[text for one in shown for text in one.data.astype(str).to_numpy().ravel()],
    ]
    said += sentences.findings(Reader(language.code, study), estimates, reasons_told(study, table, estimates))
    return estimates, graded, said


def reasons_told(study: Study, table: pd.DataFrame, estimates: pd.DataFrame) -> pd.DataFrame:
    """Why units are left out; every one of them is told."""
    absent = table[["_key", *[line.name for line in study.indicators if line.name in table]]].melt(
        "_key", var_name="indicator", value_name="value"
    )
    why = (
        absent[absent["value"].isna()]
        .rename(columns={"_key": "key"})
        .assign(reason="refused; blank")[["key", "indicator", "reason"]]
    )
    left = left_out.left_out(table, why, study.programme, list(study.indicators), estimates)
    counted = int(estimates.loc[estimates["is_primary"], "n_missing"].iloc[0])
    assert left["n"].sum() == counted
    assert set(left["reason"]) <= {"refused", "once", "absent"}
    return left


@pytest.mark.many
@pytest.mark.parametrize("assignment", ["randomised", "observational"])
@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("method", METHODS)
def test_every_method_reaches_a_report_in_every_design(method, design, assignment, tmp_path):
    several = METHODS[
        method
    ].several  # none of its numbers speaks for a cohort: it stands beside one that does
    beside = [rung("difference_in_means", design)] if several else []
    primary = "difference-in-means" if several else method.replace("_", "-")
    made = programme([*beside, rung(method, design)], primary=primary, **DESIGNS[design])
    problems = [str(problem) for problem in check_methods(made, lines_of(design), "programme.yml")]
    if method in CANNOT[design]:
        assert [f"the method '{method}' needs" in text for text in problems] == [True]
        return
    assert problems == []
    table = answers(design, levels=2 if method in FEW_LEVELS else 0)
    estimates, graded, said = told(study_of(made, lines_of(design), design, assignment, tmp_path), table)
    assert estimates["estimate"].notna().all(), estimates["reasons"].tolist()
    assert not [text for text in said if re.search(r"\bnan\b|\bNone\b|[{}]", text)]
    if (
        METHODS[method].participants_only and not several
    ):  # no lottery makes an effect of a change of participants alone
        assert graded.loc[0, ["grade", "basis"]].tolist() in (
            ["reported only", "change"],
            ["cannot tell", "change"],
        )
    elif assignment == "observational":
        assert graded.loc[0, "grade"] in ("suggested", "cannot tell")
    else:
        assert graded.loc[0, "basis"] == "lottery"


@pytest.mark.parametrize("design", DESIGNS)
def test_the_figures_of_every_design_are_drawn(design, tmp_path):
    table, lines = answers(design), lines_of(design)
    made = programme(
        [rung("regression", design), rung("difference_in_differences", design)],
        primary="regression",
        **DESIGNS[design],
    )
    study = study_of(made, lines, design, "observational", tmp_path)
    settings = Settings("trial", "observational", "regression")
    estimates = estimate_stages(table, study.programme, lines, settings, stages=("outcome",))
    found = threats.run(table, study.programme, lines, estimates, settings)
    for draw in (threat_figures.curve_figures, threat_figures.bound_figure):
        assert all(one.caption for one in draw(Reader("en", study), found, estimates))
    assert ladders.ladder_figures(Reader("id", study), estimates)


def test_people_asked_before_the_programme_took_part_in_nothing():
    """A study in waves asks other people each year; a panel the same 80, who count once."""
    for design, delivered in (("waves", 80), ("panel", 80)):
        study = programme([rung("difference_in_means", design)], **DESIGNS[design])
        counts = summaries.flow_counts(answers(design), study, lines_of(design))
        assert counts.loc[counts["step"] == "delivered", "n"].sum() == delivered


@pytest.mark.parametrize("assignment", ["randomised", "observational"])
@pytest.mark.parametrize(
    ("design", "begins"), [("cross-section", False), ("panel", False), ("panel", True), ("waves", False)]
)
def test_a_ladder_chosen_by_the_design_can_be_estimated(design, begins, assignment):
    # a lottery with follow-ups: who was drawn never changes, so that effects of units would leave nothing of
    # it
    bare = programme(
        [{"method": "difference_in_means", "std_errors": ["HC2"]}],
        primary="difference-in-means",
        **DESIGNS[design],
    )
    lines = [line for line in lines_of(design) if line.name != "taken" and (begins or line.name != "begun")]
    for before in (None, WORDS):
        times = bare.design.times.model_copy(update={"before": before})
        made = bare.model_copy(
            update={
                "specifications": [],
                "primary": None,
                "design": bare.design.model_copy(update={"times": times}),
            }
        )
        made = chooser.completed(made, lines)
        assert check_methods(made, lines_of(design), "programme.yml") == []
        settings = Settings("trial", assignment, getattr(made.primary, assignment), draws=99)
        estimates = estimate_stages(answers(design), made, lines, settings, stages=("outcome",))
        speaks = estimates[estimates["is_primary"]]
        assert speaks["estimate"].notna().all(), speaks["reasons"].tolist()
        assert (speaks["method"] == "fixed_effects").all() == begins
        refused = estimates[estimates["estimate"].isna()]
        assert set(refused["reasons"]) <= {"trained_unknown", ""}, refused[["specification", "reasons"]]


def test_a_lottery_with_follow_ups_is_compared_in_its_last_period(tmp_path):
    # difference in means of the third year by hand; the first year is before the programme and says nothing
    # about it
    table = answers("panel")
    bare = programme(
        [{"method": "difference_in_means", "std_errors": ["HC2"], "periods": {"now": "last"}}],
        primary="difference-in-means",
        **DESIGNS["panel"],
    )
    estimates, _, _ = told(study_of(bare, lines_of("panel"), "panel", "randomised", tmp_path), table)
    last = table[table["year"] == 3].groupby("group")["score_now"].mean()
    assert estimates.loc[0, "estimate"] == pytest.approx(last[1] - last[0])


def test_whom_an_estimate_leaves_out_is_told_by_why():
    made = programme(
        [{"method": "regression", "covariates": ["x"], "std_errors": ["HC2"]}], primary="regression"
    )
    table = people(100)
    table.loc[0:29, "score_now"] = np.nan
    table.loc[20:39, "x"] = np.nan
    estimates = estimate_stages(
        table, made, LINES, Settings("trial", "randomised", "regression"), stages=("outcome",)
    )
    reasons = {
        range(10): "not_asked",
        range(10, 18): "to_decide; blank",
        range(18, 20): "refused",
        range(20, 30): "dont_know",
    }
    why = [
        {"key": str(key), "indicator": "score_now", "reason": text}
        for keys, text in reasons.items()
        for key in keys
    ]
    why += [{"key": str(key), "indicator": "x", "reason": "no_record"} for key in range(20, 40)]
    found = left_out.left_out(table, pd.DataFrame(why), made, LINES, estimates)
    # of several missing answers the reason that stands first in ORDER is told, each unit once
    assert found.set_index("reason")["n"].to_dict() == {
        "not_asked": 10,
        "to_decide": 8,
        "refused": 2,
        "no_record": 20,
    }
    assert found["n"].sum() == estimates.loc[0, "n_missing"]
    assert left_out.waiting(found)["score", ""] == pytest.approx(0.08)
    assert left_out.shown(found) == [
        ("to_decide", 8),
        ("no_record", 20),
        ("other", 12),
    ]  # the two who refused are not told apart, nor by subtraction
