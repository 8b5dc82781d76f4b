"""The record every parser returns cannot contradict itself, and declared missing codes are checked."""

import pytest

from manfaat.files.parsing.reading import (
    MISSING_REASONS,
    Reading,
    absent,
    doubted,
    missing_reasons,
    noted,
    report,
    review,
    unreadable,
)


@pytest.mark.parametrize(
    "fields",
    [
        {"value": 1, "rule": "r", "flag": "wrong", "note": "n"},
        {"value": None, "rule": "r", "missing": "lost"},
        {"value": None, "rule": "r"},
        {"value": None, "rule": "r", "flag": "report", "note": "n"},
        {"value": 1, "rule": "r", "flag": "review", "note": "n"},
        {"value": 1, "rule": "r", "flag": "unreadable", "note": "n"},
        {"value": 1, "rule": "r", "missing": "blank"},
        {"value": 1, "rule": ""},
        {"value": 1, "rule": "r", "flag": "report"},
    ],
    ids=str,
)
def test_a_reading_that_contradicts_itself_is_refused(fields):
    with pytest.raises(ValueError, match=r"reading|flag"):
        Reading(**fields)


def test_a_reading_cannot_be_changed():
    with pytest.raises(AttributeError):
        Reading(1, "r").value = 2


def test_zero_and_empty_tuple_are_values():
    assert Reading(0, "r").is_read
    assert Reading((), "r").is_read


@pytest.mark.parametrize(
    ("reading", "needs"),
    [
        (Reading(1, "r"), False),
        (report(1, "r", "n"), False),
        (absent("blank", "r"), False),
        (review("r", "n", 1), True),
        (unreadable("r", "n"), True),
    ],
)
def test_needs_person_only_for_review_and_unreadable(reading, needs):
    assert reading.needs_person is needs


def test_doubt_turns_a_value_into_a_proposal():
    reading = doubted(report(5, "r", "first"), "doubt", "second")
    assert (reading.value, reading.proposal, reading.flag, reading.rule, reading.note) == (
        None,
        5,
        "review",
        "doubt",
        "first; second",
    )


def test_doubt_about_no_value_keeps_what_was_decided():
    assert doubted(unreadable("r", "n"), "doubt", "more") == unreadable("r", "n; more")


def test_a_note_reports_and_keeps_the_value():
    assert noted(Reading(5, "r"), "n") == report(5, "r", "n")
    assert noted(review("r", "n"), "m").flag == "review"


def test_missing_reasons_are_spelt_alike_and_checked():
    assert missing_reasons({"-8": "Don't know", -9: "refused", "-7": "not applicable"}) == {
        "-8": "dont_know",
        "-9": "refused",
        "-7": "not_applicable",
    }
    with pytest.raises(ValueError, match=r"'lost'.*use not_applicable") as failure:
        missing_reasons({"1": "lost", "2": "gone"})
    assert "gone" in str(failure.value)
    assert all(reason in str(failure.value) for reason in MISSING_REASONS)
