"""Recommendations rest on the number that they name, whatever is delivered: nothing, one group, hostile
texts, impossible numbers.
"""

import dataclasses
from html import unescape

import numpy as np
import pandas as pd
import pytest
from test_brief import brief, line, verdict

from conftest import ROOT
from manfaat.costs import advice
from manfaat.costs.basis import COLUMNS as BASIS
from manfaat.costs.indicators import COLUMNS as INDICATORS
from manfaat.definitions.declarations import Implication
from manfaat.definitions.programme import load_programme
from manfaat.report import benefit_exhibits
from manfaat.report.exhibit import block_of
from manfaat.report.html import Shown, html_of
from manfaat.report.recommendations import recommendations
from manfaat.report.words import LANGUAGES, Language

GRADES, LINES = [verdict("T4", "shown")], [line("T4", "log_pay", 0.3, "log_points")]
RULES = load_programme(ROOT / "programmes/jakarta-tokyo", root=ROOT)[0].worth.implications


def means(**values: float) -> pd.DataFrame:
    """Means of participants, each with an interval of ±0.05."""
    rows = [
        {
            "name": name,
            "group": "participants",
            "n": 50,
            "mean": value,
            "sd": 0.2,
            "total": 50 * value,
            "ci_low": value - 0.05,
            "ci_high": value + 0.05,
        }
        for name, value in values.items()
    ]
    return pd.DataFrame(rows, columns=BASIS)


def costs(**values: float) -> pd.DataFrame:
    """Cost indicators."""
    rows = [
        {"code": "IN02", "name": name.replace("_", " "), "value": value, "unit": "share", "rests_on": "costs"}
        for name, value in values.items()
    ]
    return pd.DataFrame(rows, columns=INDICATORS)


def held(basis: pd.DataFrame, indicators: pd.DataFrame) -> pd.DataFrame:
    """Every shipped recommendation held against these numbers."""
    return advice.implications(RULES, advice.statistics(basis, indicators)).set_index("id")


def test_every_verdict_follows_from_the_number_beside_it():
    found = held(means(completed=0.8, relevant_placement=0.72, had_mentor=0.78), costs(share_of_host=0.9))
    assert found["verdict"].to_dict() == {
        "completion": "called for",  # 0.75 to 0.85 lies below 0.9
        "placement": "not called for",  # 0.72 is not below 0.7
        "mentor": "leaning",  # 0.78 is below 0.8, its interval reaches 0.83
        "use": "not measured",
        "host_share": "called for",  # 0.9 is above 0.5, and accounts have no interval
        "in_kind": "not measured",
    }
    measured = found.dropna(subset=["value"])
    beyond = np.where(
        measured["side"] == "below",
        measured["value"] < measured["threshold"],
        measured["value"] > measured["threshold"],
    )
    assert (beyond == measured["verdict"].isin(["called for", "leaning"])).all()
    assert found["statistic"].to_dict() == {rule.id: rule.statistic for rule in RULES}


@pytest.mark.parametrize(
    ("basis", "indicators"),
    [
        (means(), costs()),
        (means(completed=np.nan), costs(share_of_host=np.nan)),
        (means(completed=0.5).assign(group="comparison"), costs()),  # nobody who took part
        (means(other=0.5), costs(nothing_known=0.5)),
    ],
)
def test_what_is_not_known_calls_for_nothing(basis, indicators):
    assert set(held(basis, indicators)["verdict"]) == {"not measured"}


def test_no_rule_no_row():
    assert advice.implications([], advice.statistics(means(completed=0.5), costs())).empty


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_recommendation_names_its_number_and_hostile_texts_stay_text(code, quick_study):
    language, bad = Language(code), "<script>alert(1)</script>{limit}"
    rules = [Implication(id="x", statistic="completed", below=0.9, text={"en": bad, "id": bad})]
    worth = quick_study.programme.worth.model_copy(update={"implications": rules})
    study = dataclasses.replace(
        quick_study, programme=quick_study.programme.model_copy(update={"worth": worth})
    )
    found = benefit_exhibits.advice(study, means(completed=0.8), costs())
    (made,) = recommendations(brief(study, GRADES, LINES, code, implied=found))
    html = unescape(html_of([block_of(made, "Table 1.1", "01-x")], Shown({}, {})).replace(bad, "as it is"))
    assert "as it is" not in html
    assert bad in html
    label = next(line.label(code) for line in study.indicators if line.name == "completed")
    for text in (label, language.percent(0.8), language.percent(0.9)):
        assert text in html, text


@pytest.fixture(scope="module")
def quick_study():
    """A shipped synthetic study, its definitions only."""
    from manfaat.analysis.study import load_study

    return load_study("jakarta-tokyo-2004-synthetic", root=ROOT)
