"""Answers in the ways that people write them by hand, and spellings that commonly mean more than one
answer.
"""

import pandas as pd
import pytest

from manfaat.cleaning.cells import shifted_reader
from manfaat.files.parsing import choice_list, read_choice

AGREE = choice_list(
    [
        ("1", "Strongly disagree", "Sangat tidak setuju"),
        ("2", "Disagree", "Tidak setuju"),
        ("3", "Neutral", "Netral"),
        ("4", "Agree", "Setuju"),
        ("5", "Strongly agree", "Sangat setuju"),
    ]
)
YES = choice_list([("1", "Yes", "Ya", ("Pernah",)), ("2", "No", "Tidak", ("Belum pernah",))])
MARITAL = choice_list(
    [
        ("1", "Single", "Belum kawin"),
        ("2", "Married", "Kawin"),
        ("3", "Divorced", "Cerai hidup"),
        ("4", "Widowed", "Cerai mati"),
    ]
)
WORK = choice_list(
    [
        ("0", "Not working", "Tidak bekerja"),
        ("1", "Own-account", "Berusaha sendiri"),
        ("3", "Employer with paid staff", "Berusaha dibantu buruh tetap"),
        ("4", "Employee", "Buruh, karyawan, pegawai"),
        (
            "2",
            "Own-account with unpaid or temporary help",
            "Berusaha dibantu buruh tidak tetap/tidak dibayar",
        ),
    ]
)
SCHOOL = [
    ("3", "Junior high", "SMP", ("ST",)),
    ("4", "General senior high", "SMA", ("SLTA",)),
    ("5", "Vocational senior high", "SMK (STM)"),
    ("7", "Bachelor or D-IV", "S1/D-IV"),
]
EDU = choice_list(SCHOOL)
SEX = choice_list([("1", "Male", "Laki-laki"), ("2", "Female", "Perempuan")])


@pytest.mark.parametrize(
    ("text", "choices", "code", "flag"),
    [
        ("sgat tdk setuju", AGREE, "1", "report"),
        ("gak setuju", AGREE, "2", "report"),
        ("sngt setuju", AGREE, "5", "report"),
        ("empat", AGREE, "4", "report"),
        ("4)", AGREE, "4", "report"),
        ("[4]", AGREE, "4", "report"),
        ("nilai 4", AGREE, "4", "report"),
        ("blm prnh", YES, "2", "report"),
        ("sdh", YES, "1", "report"),
        ("Blm nikah", MARITAL, "1", "report"),
        ("duda", MARITAL, None, "review"),
        ("Janda", MARITAL, None, "review"),
        ("wiraswasta", WORK, None, "review"),
        ("PNS", WORK, "4", ""),
        ("buruh pabrik", WORK, "4", ""),
        ("STM Mesin", EDU, "5", ""),
        ("lulusan SMA", EDU, "4", ""),
        ("SLTA", EDU, "4", "report"),
        ("S.T.", EDU, None, "review"),
        ("ST", EDU, "3", "report"),
        ("Sarjana Teknik", EDU, "7", ""),
        ("Ir.", EDU, "7", ""),
        ("Tn", SEX, "1", ""),
        ("Ny.", SEX, "2", ""),
        ("LK-LK", SEX, "1", ""),
        ("KS", AGREE, None, "unreadable"),
        ("4?", AGREE, None, "review"),
        ("enam", AGREE, None, "unreadable"),
        ("[6]", AGREE, None, "unreadable"),
        ("setuju tidak setuju", AGREE, None, "review"),
    ],
)
def test_written_by_hand(text, choices, code, flag):
    reading = read_choice(text, choices)
    assert (reading.value, reading.flag) == (code, flag)


def test_what_may_mean_several_proposes_them():
    assert set(read_choice("wiraswasta", WORK).proposal) == {"1", "2", "3"}
    assert set(read_choice("duda", MARITAL).proposal) == {"3", "4"}
    assert set(read_choice("S.T.", EDU).proposal) == {"3", "7"}
    assert "elsewhere it may mean" in read_choice("SLTA", EDU).note


def test_a_code_in_words_is_not_believed_in_a_column_of_shifted_codes():
    counts = pd.Series(3, index=["0", "1", "2", "3", "4"])
    read = shifted_reader(counts, AGREE)
    for text in ("4", "empat", "4)", "[4]"):
        assert (read(text).value, read(text).proposal) == (None, "5"), text
