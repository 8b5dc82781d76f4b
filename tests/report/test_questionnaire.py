"""The questionnaire in the annex: every question that somebody answers, in the words of the reader."""

import csv

import pytest

from conftest import ROOT
from manfaat.analysis.study import load_study
from manfaat.report.questionnaire import FILLED_IN, questionnaire_table
from manfaat.report.reader import Reader


def lines(programme, table):
    with (ROOT / "programmes" / programme / table).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


NAMES = {"en": "label::English (en)", "id": "label::Bahasa Indonesia (id)"}


@pytest.mark.parametrize(("language", "column"), NAMES.items())
def test_every_question_of_the_codebook_stands_with_its_wording_and_its_answers(language, column):
    heading, table = questionnaire_table(Reader(language, load_study("nsw-1976", root=ROOT)), 4)
    assert (heading.id, table.label.split()[-1]) == ("questionnaire", "A.4")
    asked = [one for one in lines("nsw", "codebook.csv") if one["role"] not in FILLED_IN]
    shown = [tuple(cell.text for cell in row) for row in table.rows if len(row) > 1]
    assert [row[:2] for row in shown] == [(one[column], one["name"]) for one in asked]
    choices = [one for one in lines("nsw", "choices.csv") if one["list_name"] == "yes_no"]
    written = "; ".join(f"{one['name']} {one[column]}" for one in choices)
    by_name = {row[1]: row[2] for row in shown}
    assert by_name["black"] == written
    assert by_name["married"] == {"en": "as in black", "id": "seperti pada black"}[language]


def test_tables_stand_apart_and_what_staff_fill_in_is_left_out():
    study = load_study("jakarta-tokyo-2004-synthetic", root=ROOT)
    _, table = questionnaire_table(Reader("en", study), 1)
    parts = [row[0].text for row in table.rows if len(row) == 1]
    assert parts == [one.label.en for one in study.programme.tables.values()]
    names = {row[1].text for row in table.rows if len(row) > 1}
    assert {"kn1_now", "kn1_then", "wage_now", "kn_sup_now"} <= names  # batteries are written out
    assert not {"resp_id", "enum_id", "t_start"} & names
    kinds = {row[1].text: row[2].text for row in table.rows if len(row) > 1}
    assert kinds["wage_now"] == "an amount (rupiah a month)"
    assert len("".join(cell.text for row in table.rows for cell in row)) < 40_000
