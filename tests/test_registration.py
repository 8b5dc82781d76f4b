"""An invented method, threat and check, each made known here alone, go all the way to what a reader sees: its
record and its texts are all that one of them needs.
"""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from test_cleaning import BOOK, PROGRAMME, cohort, raw
from test_every_design import study_of

from evaluation_cases import LINES, people, programme
from manfaat import cleaning, threats
from manfaat.cleaning.declared import KINDS, check_declarations
from manfaat.cleaning.outcomes import Given, Kind, Outcome, hits
from manfaat.definitions.named_sets import known, write_out
from manfaat.definitions.programme import Check
from manfaat.evaluation import chooser
from manfaat.evaluation.errors import Error
from manfaat.evaluation.estimate import Settings
from manfaat.evaluation.inference import each_kind
from manfaat.evaluation.ladder import estimate_stages
from manfaat.evaluation.linear import check_groups
from manfaat.evaluation.methods import with_size
from manfaat.evaluation.registry import METHODS, Method, Rung
from manfaat.evaluation.specifications import check_methods
from manfaat.report import appendix, exhibits, methods
from manfaat.report.blocks import Terms
from manfaat.report.reader import Reader
from manfaat.report.threat_texts import TEXTS, Text
from manfaat.report.threats import threat_tables
from manfaat.threats.case import Threat
from manfaat.threats.contract import entry, judged
from manfaat.threats.driver import THREATS


def median_difference(sample, spec, inference):
    """Median of the participants minus that of the others, with the error of a normal law."""
    check_groups(sample)
    sides = [sample.now[sample.treated == side] for side in (1, 0)]
    error = np.sqrt(sum(np.pi / 2 * side.var(ddof=1) / len(side) for side in sides))
    estimate = float(np.median(sides[0]) - np.median(sides[1]))
    return with_size(
        each_kind(sample, spec, estimate, lambda kind: Error(error, len(sample.now) - 2.0)), sample
    )


@pytest.fixture
def medians(monkeypatch):
    invented = Method(
        "median_difference",
        median_difference,
        std_errors=("classical",),
        takes_covariates=False,
        rung=Rung("medians", 15, ("classical",)),
    )
    monkeypatch.setitem(METHODS, invented.name, invented)
    text = methods.Method(
        "Difference in medians", "Medians set side by side", "The median of one.", "Nobody (2026). It."
    )
    monkeypatch.setitem(methods.METHODS, invented.name, text)


def bare(folder):
    """A study that declares no ladder, its table, and its lines."""
    plain = programme([{"method": "difference_in_means", "std_errors": ["HC2"]}])
    given = plain.model_copy(update={"specifications": [], "primary": None})
    made = chooser.completed(given, LINES)
    return study_of(made, LINES, "cross-section", "randomised", folder), people(200, 1.0)


def test_a_method_is_offered_estimated_and_told(medians, tmp_path):
    study, table = bare(tmp_path)
    made = study.programme
    assert [rung.id for rung in made.specifications][:2] == ["difference", "medians"]
    assert check_methods(made, LINES, "programme.yml") == []
    wrong = made.specification("medians").model_copy(update={"std_errors": ["HC1"]})
    refused = check_methods(made.model_copy(update={"specifications": [wrong]}), LINES, "programme.yml")
    assert "does not belong to the method 'median_difference'" in str(refused[0])
    estimates = estimate_stages(
        table, made, LINES, Settings("trial", "randomised", "difference"), stages=("outcome",)
    )
    row = estimates[estimates["specification"] == "medians"].iloc[0]
    middle = table.groupby("group")["score_now"].median()
    assert row["estimate"] == pytest.approx(middle[1] - middle[0])
    shown = exhibits.estimates_table(Reader("en", study), estimates)
    assert "Medians set side by side" in pd.concat([one.data for one in shown]).astype(str).to_numpy()
    [terms] = [part for part in appendix.methods(estimates, Reader("en", study)) if isinstance(part, Terms)]
    assert "Difference in medians" in [term.name for term in terms.entries]


def half_rows(case):
    """Whether the estimate is more than half a point."""
    passes = bool(abs(case.estimate) > 0.5)
    verdict = judged(passes, "conclusion stands", "conclusion changes")
    return [entry("half a point", "estimate", case.estimate, limit=0.5, n=len(case.sample.frame), **verdict)]


def test_a_threat_is_examined_and_told(monkeypatch, tmp_path):
    monkeypatch.setitem(THREATS, "half a point", Threat("half a point", half_rows))
    text = Text(
        "Too small to matter",
        overturns="that it is small",
        sentences={("conclusion stands", ""): "It is {amount}, more than {limit}."},
    )
    monkeypatch.setitem(TEXTS, "half a point", text)
    study, table = bare(tmp_path)
    settings = Settings("trial", "randomised", "difference")
    estimates = estimate_stages(table, study.programme, LINES, settings, stages=("outcome",))
    found = threats.run(table, study.programme, LINES, estimates, settings)
    own = found.rows[found.rows["threat"] == "half a point"].iloc[0]
    assert own["passed"] == "yes"
    assert own["value"] == pytest.approx(estimates.loc[estimates["is_primary"], "estimate"].iloc[0])
    [shown] = threat_tables(Reader("en", study), found, estimates)
    line = shown.data[shown.data["threat"] == "Too small to matter"].iloc[0]
    assert line["meaning"].startswith("It is ")
    assert line["meaning"].endswith("more than 0.5.")


def even(given: Given) -> Outcome:
    """The variable holds even numbers."""
    name = given.check.variables[0]
    values = pd.to_numeric(given.clean[name]).astype("float64")
    return Outcome(int(values.notna().sum()), hits(given.clean[values % 2 == 1], name, "odd"))


def test_a_check_is_declared_applied_asked_about_and_told(monkeypatch):
    monkeypatch.setitem(KINDS, "even", Kind("even", even, "row", asks=True))
    words = {"en": "The {n} counts are even", "id": "{n} hitungan genap"}
    monkeypatch.setitem(known()["checks"], "even", words)
    values, problems = write_out(
        {"tables": {"people": {}}, "checks": [{"id": "E1", "kind": "even", "variables": ["count"]}]}, ""
    )
    made = PROGRAMME.model_copy(update={"checks": [Check.model_validate(values["checks"][0])]})
    assert problems == check_declarations(made, BOOK, "programme.yml") == []
    rows = raw([("a", "3", "2.5", "1"), ("b", "4", "2.5", "2")])
    table = cleaning.clean_table(rows, cleaning.Instructions("people", made, BOOK, cohort()))
    assert table.findings[["check", "key", "note"]].to_numpy().tolist() == [["E1", "a", "odd"]]
    assert table.checked.to_numpy().tolist() == [["E1", "warning", 2, 1, ""]]
    assert table.review["reason"].tolist() == ["E1: odd"]
    study = SimpleNamespace(programme=made, codebook=BOOK)
    assert Reader("en", study).check_label("E1") == "The 1 counts are even"
