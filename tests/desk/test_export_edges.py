"""What statistics programs cannot hold as it is reaches them all the same: long names, words of theirs, one
answer among many.
"""

from __future__ import annotations

import pandas as pd
import pyreadstat
import pytest

from manfaat.definitions.codebook import Choice, Codebook, Variable
from manfaat.desk.export import names_in, prepared, write_dta, write_sav
from manfaat.report.words import Language

LONG = "hours_of_work_in_a_usual_week_before"  # 36 letters; the codebook allows 40, Stata 32


def line(name, kind, label=""):
    texts = {"label::English (en)": label or name, "label::Bahasa Indonesia (id)": label or name}
    return Variable.model_validate({"table": "people", "name": name, "type": kind, "source": name} | texts)


def written(kind, tmp_path, values, reasons, name="x", type_="integer"):
    """Write one column and read it back: its values, its labels, what it declares missing."""
    variables = [line(name, type_)]
    choices = (
        Choice.model_validate(
            {
                "list_name": "yn",
                "name": "1",
                "label::English (en)": "Yes",
                "label::Bahasa Indonesia (id)": "Ya",
            }
        ),
    )
    book = Codebook(tuple(variables), choices)
    keys = [f"a{at}" for at in range(len(values))]
    table = pd.DataFrame({"_key": keys, name: pd.array(values, dtype="Float64")})
    frame = prepared(table, variables, book)
    lines = pd.DataFrame(
        [(key, name, reason) for key, reason in zip(keys, reasons, strict=True) if reason],
        columns=["key", "variable", "reason"],
    )
    path = tmp_path / f"t.{kind}"
    {"dta": write_dta, "sav": write_sav}[kind](path, frame, lines, variables, book, Language("en"))
    return {"dta": pyreadstat.read_dta, "sav": pyreadstat.read_sav}[kind](path, user_missing=True)


@pytest.mark.parametrize("at", [0, 399])
def test_one_answer_in_four_hundred_reaches_stata_wherever_it_stands(tmp_path, at):
    # the writer took a column for text whose first hundred cells hold no number
    values, reasons = [None] * 400, ["refused"] * 400
    values[at], reasons[at] = 5, ""
    data, meta = written("dta", tmp_path, values, reasons)
    assert data["x"].tolist() == [*["g"] * at, 5.0, *["g"] * (399 - at)]
    assert meta.variable_value_labels == {"x": {"g": "refused"}}


@pytest.mark.parametrize("kind", ["dta", "sav"])
def test_a_column_without_answers_or_reasons_is_written(tmp_path, kind):
    assert written(kind, tmp_path, [None] * 3, [""] * 3)[0]["x"].isna().all()
    data, _ = written(kind, tmp_path, [None] * 200 + [1], [""] * 201)
    assert data["x"].dropna().tolist() == [1.0]


@pytest.mark.parametrize("name", [LONG, "if", "str5", "byte"])
def test_names_that_stata_cannot_hold_are_shortened_and_told_in_the_label(tmp_path, name):
    data, meta = written("dta", tmp_path, [1, 2], ["", ""], name=name)
    short = data.columns[1]
    assert len(short) <= 32
    assert short != name
    assert meta.column_names_to_labels[short].startswith(f"{name}: ")


def test_two_long_names_stay_two(tmp_path):
    one, two = (line(f"{LONG}_{n}", "integer") for n in (1, 2))
    assert len(set(names_in("dta", [one, two]).values())) == 2


@pytest.mark.parametrize("name", ["all", "with"])
def test_words_of_spss_are_no_names_there(tmp_path, name):
    assert written("sav", tmp_path, [1, 2], ["", ""], name=name)[0].iloc[:, 1].tolist() == [1, 2]


def test_an_answer_of_minus_five_is_no_reason_in_spss(tmp_path):
    # -9 to -3 stand for reasons; where they are answers the reasons move further down
    data, meta = written("sav", tmp_path, [-5, None, 3], ["", "refused", ""])
    ranges = meta.missing_ranges["x"]
    assert all(not part["lo"] <= -5 <= part["hi"] for part in ranges)
    assert any(part["lo"] <= data["x"].iloc[1] <= part["hi"] for part in ranges)
