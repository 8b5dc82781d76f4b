"""The charter: why, for whom, by whom and how a programme is evaluated; what it may name and what it owes."""

import re

import pytest
import yaml

from conftest import ROOT, replace_in
from manfaat.analysis.study import load_study
from manfaat.base.paths import known_cohorts
from manfaat.base.problems import ProblemsError
from manfaat.definitions.charter import EXPECTED, Charter, Known, check_charter, load_charter
from manfaat.desk import scaffold

TEMPLATE = ROOT / "src" / "manfaat" / "desk" / "charter.yml"
KNOWN = Known(claims=["C1"], indicators=["pay"], columns=["pay_now"])


def problems(text: str, cohort: str = "one") -> list[str]:
    return [str(one) for one in check_charter(Charter(**yaml.safe_load(text)), cohort, KNOWN, "charter.yml")]


@pytest.mark.parametrize("cohort", known_cohorts(ROOT / "data"))
def test_every_shipped_cohort_states_or_accounts_for_everything(cohort):
    stated = load_study(cohort, root=ROOT).charter
    assert stated is not None
    assert {name for name in EXPECTED if getattr(stated, name)} | set(stated.because) == set(EXPECTED)
    for words in stated.because.values():
        assert words["en"] != words["id"]


def test_what_is_neither_stated_nor_accounted_for_is_named():
    told = problems("purpose: {en: to learn}\nbecause: {ethics: {en: nobody was asked}}")
    assert len(told) == len(EXPECTED) - 2
    assert (
        "charter.yml, column dates: 'dates' is neither stated nor accounted for."
        " Expected: a value, or the reason under 'because.dates'."
    ) in told
    assert not any("purpose" in one or "ethics" in one for one in told)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("because: {purpos: {en: x}}", "'purpos' cannot be accounted for. Expected: did you mean purpose?"),
        ("{purpose: {en: x}, because: {purpose: {en: y}}}", "'purpose' is stated, and told why it is not"),
        ("questions: [{id: Q, text: {en: x}, criterion: impact, claims: [C2]}]", "'C2' is not a claim"),
        (
            "questions: [{id: Q, text: {en: x}, criterion: impact, indicators: [pax]}]",
            "'pax' is not an indicator. Expected: did you mean pay?",
        ),
        (
            "responses: [{recommendation: C2, response: accepted, action: {en: x}}]",
            "'C2' is not a recommendation. Expected: did you mean C1?",
        ),
        (
            "former: [&a {recommendation: C1, response: accepted, action: {en: x}}, *a]",
            "the recommendation 'C1' is answered twice",
        ),
        (
            "questions: [{id: Q, text: {en: x}, criterion: impact, claims: [C1]}]",
            "no question is about 'equity', and no reason is given",
        ),
        (
            "{questions: [{id: Q, text: {en: x}, criterion: impact, claims: [C1]}],"
            " not_assessed: {impact: {en: x}}}",
            "'impact' has a question, and a reason why it has none",
        ),
        (
            "questions: [{id: Q, text: {en: x}, criterion: impact, claims: [C1]},"
            " {id: Q, text: {en: x}, criterion: impact, claims: [C1]}]",
            "the question 'Q' stands twice",
        ),
        (
            "objectives: [{text: {en: x}, indicator: pay, at_least: 1}]",
            "'pay' is not a column of the indicators table. Expected: did you mean pay_now?",
        ),
        ("assumptions: [{text: {en: x}, after: input, indicator: p}]", "'p' is not an indicator"),
        ("lessons: [{text: {en: x}, claims: [C3]}]", "'C3' is not a claim"),
    ],
)
def test_what_a_charter_names_wrongly_is_told(text, message):
    assert any(message in one for one in problems(text)), problems(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("questions: [{id: Q, text: {en: x}, criterion: impact}]", "nothing answers the question"),
        ("questions: [{id: Q, text: {en: x}, criterion: profit, claims: [C1]}]", "Input should be"),
        ("objectives: [{text: {en: x}, indicator: a}]", "either 'at_least' or 'at_most'"),
        ("objectives: [{text: {en: x}, indicator: a, at_least: 1, at_most: 2}]", "either 'at_least' or"),
        ("lessons: [{text: {en: x}, claims: []}]", "at least 1"),
    ],
)
def test_what_cannot_be_is_refused(text, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        Charter(**yaml.safe_load(text))


def test_a_cohort_states_its_own_and_keeps_the_rest():
    charter = Charter(
        **yaml.safe_load("""
purpose: {en: to learn}
dates: {en: in 2020}
because: {funded_by: {en: not known}, ethics: {en: not known}}
cohorts:
  two:
    funded_by: {en: the city}
    because: {dates: {en: lost}}
""")
    )
    one, two = charter.of("one"), charter.of("two")
    assert (one.purpose, one.dates) == (charter.purpose, charter.dates)
    assert set(one.because) == {"funded_by", "ethics"}
    assert (two.purpose, two.dates) == (charter.purpose, None)
    assert two.funded_by
    assert two.funded_by.en == "the city"
    assert set(two.because) == {"ethics", "dates"}


def test_a_mistake_in_a_charter_stops_check_with_its_file(project):
    path = project / "programmes" / "nsw" / "charter.yml"
    replace_in(path, "claims: [N1]", "claims: [N3]")
    with pytest.raises(ProblemsError) as raised:
        load_study("nsw-1976", root=project)
    told = "\n".join(map(str, raised.value.problems))
    assert "programmes/nsw/charter.yml, column questions.Q1.claims: 'N3' is not a claim" in told


def test_a_programme_needs_no_charter_and_comments_are_none(project):
    path = project / "programmes" / "michigan-grants" / "charter.yml"
    path.write_text(TEMPLATE.read_text(encoding="utf-8"), encoding="utf-8")
    assert load_charter(path.parent, root=project) == (None, [])
    path.unlink()
    assert load_study("michigan-1987-89", root=project).charter is None


def test_the_drafted_charter_is_valid_once_its_marks_are_taken_away():
    text = "\n".join(
        line.removeprefix("# ") for line in TEMPLATE.read_text(encoding="utf-8").splitlines()[2:]
    )
    charter = Charter(**yaml.safe_load(text))
    assert check_charter(charter, "one", KNOWN, "charter.yml") == []
    assert TEMPLATE.name == scaffold.CHARTER
