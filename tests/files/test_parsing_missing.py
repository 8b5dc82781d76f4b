"""Texts that say that, or why, there is no answer: kinds 11, 12 and 31 of the catalogue of messes."""

import pytest

from manfaat.files.parsing import read_missing
from manfaat.files.parsing.missing import missing_words
from manfaat.files.parsing.reading import MISSING_REASONS

CODES = {"-7": "not_applicable", "-8": "dont_know", "-9": "refused", "99": "dont_know", "9999999": "refused"}
CASES = [
    (11, "#####", "damaged", "unreadable"),
    (11, "#N/A", "damaged", "unreadable"),
    (11, "#REF!", "damaged", "unreadable"),
    (11, "#DIV/0!", "damaged", "unreadable"),
    (12, "-9", "refused", ""),
    (12, "−9", "refused", ""),
    (12, "-9.0", "refused", ""),
    (12, "(9)", "refused", "report"),
    (12, "9999999", "refused", ""),
    (31, "tidak tahu", "dont_know", ""),
    (31, "Tidak Tahu.", "dont_know", ""),
    (31, "TT", "dont_know", ""),
    (31, "lupa", "dont_know", ""),
    (31, "-", "blank", "report"),
    (31, ".", "blank", "report"),
    (31, "n/a", "blank", "report"),
    (31, "kosong", "blank", ""),
    (31, "99", "dont_know", ""),
    (31, " ", "blank", ""),
    (31, "menolak", "refused", ""),
    (31, "tidak berlaku", "not_applicable", ""),
    (31, "tidak ditanyakan", "not_asked", ""),
    (31, "わからない", "dont_know", ""),
]


@pytest.mark.parametrize(
    ("raw", "reason", "flag"),
    [pytest.param(*case[1:], id=f"kind{case[0]:02d}-{case[1]!a}") for case in CASES],
)
def test_reason(raw, reason, flag):
    reading = read_missing(raw, CODES)
    assert (reading.value, reading.missing, reading.flag) == (None, reason, flag)


@pytest.mark.parametrize("raw", ["99", "98", "-9", "9999999", "(9)"])
def test_kind31_no_code_is_assumed(raw):
    assert read_missing(raw).value == raw


@pytest.mark.parametrize("raw", ["tidak ada", "nihil", "belum"])
def test_kind31_none_may_be_zero_so_a_person_decides(raw):
    assert (read_missing(raw).flag, read_missing(raw).missing) == ("review", "")


def test_a_text_that_is_an_answer_stays_one():
    assert read_missing(" 2 juta ").value == "2 juta"


def test_every_word_has_a_known_reason():
    assert len(missing_words()) > 50
    assert {reason.rstrip("?") for reason in missing_words().values()} <= set(MISSING_REASONS)
