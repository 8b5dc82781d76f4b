"""What recommendations were answered, and what became of those of the former report."""

import pandas as pd
import yaml
from test_brief import brief, line, study, verdict  # noqa: F401
from test_charter_exhibits import held_against

from manfaat.definitions.charter import Statements
from manfaat.report.benefit_exhibits import rests_on
from manfaat.report.blocks import Paragraph, plain
from manfaat.report.exhibit import Exhibit
from manfaat.report.recommendations import advised, recommendations
from manfaat.report.responses import answers, follow_up

OPEN = [verdict("T1", "cannot tell", "unclear", "skills_gain")]
LINES = [line("T1", "skills_gain", 0.01, mde=0.4, smallest=0.2)]
VERDICTS = ["not called for", "leaning", "called for", "not called for", "not called for", "not measured"]
STATED = """
responses:
  - recommendation: mentor
    response: accepted
    action: {en: a mentor is named., id: pembimbing ditunjuk.}
    due: {en: June 2006, id: Juni 2006}
    status: under way
  - {recommendation: T1, response: rejected, action: {en: too dear, id: terlalu mahal}}
former:
  - {recommendation: completion, response: accepted, action: {en: exit talks, id: wawancara}, status: done}
  - {recommendation: mentor, response: partly accepted, action: {en: some, id: sebagian}}
  - {recommendation: T1, response: rejected, action: {en: too dear, id: terlalu mahal}}
"""


def page(study, language="en"):  # noqa: F811
    return brief(study, OPEN, LINES, language, implied=held_against(study, *VERDICTS))


def told(parts):
    """The sentence, and the table by recommendation."""
    (text,) = (plain(part.runs) for part in parts if isinstance(part, Paragraph))
    tables = [part for part in parts if isinstance(part, Exhibit)]
    return text, tables[0] if tables else None


def test_what_is_called_for_comes_first_and_what_to_measure_last(study):  # noqa: F811
    own = advised(page(study))
    assert [one.names for one in own] == [("mentor",), ("placement",), ("T1",)]
    assert own[0].by_when == "in the next agreement"
    assert own[2].to == "whoever plans the next survey"
    assert "160 participants" in own[2].text


def test_a_report_that_nobody_answered_says_where_to_answer_in_one_line(study):  # noqa: F811
    for language, text in (("en", "3 recommendations"), ("id", "3 rekomendasi")):
        parts = answers(page(study, language), Statements())
        assert len(parts) == 1
        assert text in told(parts)[0]
        assert "responses" in told(parts)[0]
    settled = brief(study, [verdict("T4", "shown")], [line("T4", "log_pay", 0.3, "log_points")])
    assert answers(settled, Statements()) == []  # nothing was recommended


def test_each_recommendation_stands_beside_its_answer(study):  # noqa: F811
    text, table = told(answers(page(study), Statements(**yaml.safe_load(STATED))))
    assert text == "Of 3 recommendations 2 were answered: 1 accepted and 1 rejected."
    assert table.layer == "annex"
    rows = table.data.set_index(pd.Index(["mentor", "placement", "T1"]))
    assert rows["response"].fillna("–").tolist() == ["accepted", "–", "rejected"]
    assert rows["by_when"].fillna("–").tolist() == [
        "June 2006",
        "before the next selection",
        "in the next survey",
    ]
    assert rows.loc["mentor", ["action", "status"]].tolist() == ["A mentor is named.", "under way"]
    assert rows.loc["T1", "status"] == "not begun"


def test_the_next_cohort_says_what_became_of_the_former_recommendations(study):  # noqa: F811
    text, table = told(follow_up(page(study), Statements(**yaml.safe_load(STATED))))
    assert text == "Of 3 recommendations of the former report: 2 not begun and 1 done."
    assert table.data["now"].tolist() == ["no longer called for", "still called for", "cannot tell"]
    assert table.data["status"].tolist() == ["done", "not begun", "not begun"]
    assert follow_up(page(study), Statements()) == []


def test_recommendations_name_whom_they_are_for_the_called_for_first(study):  # noqa: F811
    verdicts = ["not called for", "leaning", "called for", "not measured", "called for", "not called for"]
    found = held_against(study, *verdicts)
    own = brief(
        study,
        [verdict("T1", "cannot tell", "unclear", "skills_gain")],
        [line("T1", "skills_gain", 0.01, mde=0.4, smallest=0.2)],
        implied=found,
    )
    (made,) = recommendations(own)
    rules = {rule.id: rule for rule in study.programme.worth.implications}
    wanted = [rules[found["id"][place]] for place in (2, 4, 1)]  # what is not called for is no recommendation
    *called, last = made.data.to_dict("records")
    for row, rule in zip(called, wanted, strict=True):
        assert row["text"] == rule.text.en
        assert (row["to"], row["by_when"], row["needs"]) == (rule.to.en, rule.by_when.en, rule.needs.en)
        assert row["rests"].startswith(
            rests_on(own.reader, rule.statistic) + " 50% [40%; 60%] (said when < 90"
        )
    assert last["to"] == "whoever plans the next survey"
    assert last["rests"] == "T1: cannot tell"
    heads = [row[0].text.partition(":")[0] for row in made.rows if len(row) == 1]
    assert heads == ["Called for", "To be considered", "For the next survey"]  # the most pressing first
    assert [len(row) == 1 for row in made.rows] == [True, False, False, True, False, True, False]
    nothing = brief(study, [verdict("T4", "shown")], [line("T4", "log_pay", 0.3, "log_points")])
    assert recommendations(nothing) == []
