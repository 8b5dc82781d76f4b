"""Records as enumerators deliver them, written by hand: two persons under one number, lost keys, remarks,
units.
"""

import pandas as pd
import pytest

from manfaat.definitions.codebook import Codebook
from mess_cases import codebook, deliver, told, values

pytestmark = pytest.mark.slow


def rows(*lines: str) -> str:
    return "\n".join(lines) + "\n"


def with_birth() -> Codebook:
    book = codebook()
    changed = [
        line.model_copy(update={"role": "quasi-identifier"}) if line.name == "month" else line
        for line in book.variables
    ]
    return Codebook(tuple(changed), book.choices, book.rules)


def twice(folder, first: str, second: str):
    lines = (
        f"a,{first},4,1,L,SMA,2020-01-01 10:00",
        f"a,{second},4,1,L,SMA,2020-01-02 10:00",
        "b,1970-01,5,2,P,SD,2020-01-01 10:00",
    )
    return deliver(
        folder, {"f.csv": rows("id,month,answer,yes,sex,edu,stamp", *lines)}, book=with_birth()
    ).people


@pytest.mark.slow
def test_a_second_form_of_one_person_replaces_the_first(tmp_path):
    for number, (first, second) in enumerate(
        [
            ("1975-08", "1975-08"),
            ("Agustus 1975", "08/1975"),
            ("1975", "Agt 1975"),
            ("", "1975-08"),
            ("lupa", "1975-08"),
        ]
    ):
        people = twice(tmp_path / str(number), first, second)
        assert people.aside["rule"].tolist() == ["resubmission"], (first, second)


@pytest.mark.slow
def test_two_dates_of_birth_under_one_number_are_for_a_person_to_decide(tmp_path):
    for number, (first, second) in enumerate(
        [("1975-08", "1981-03"), ("Agustus 1975", "09/1975"), ("1975", "1976-01")]
    ):
        people = twice(tmp_path / str(number), first, second)
        assert people.aside["rule"].tolist() == ["same key, different answers"] * 2, (first, second)
        assert people.review["variable"].tolist() == ["_row", "_row"]


def test_an_answer_with_a_remark_proposes_the_answer(tmp_path):
    outcome = deliver(tmp_path, {"f.csv": rows("id,proxy,sex", "a,ya (istri),P (ibu)", "b,tidak,L")})
    assert values(outcome, "proxy") == ["?", "2"]
    assert outcome.people.review["proposal"].tolist() == ["1", "2"]
    assert "with a remark" in told(outcome, "proxy")["ya (istri)"]


def test_a_record_of_nobody_names_the_row_it_perhaps_belongs_to():
    from manfaat.cleaning.between_checks import orphans
    from manfaat.cleaning.outcomes import Given

    clean = pd.DataFrame({"_key": ["P 0081", "p0007", "P0009"], "id": ["P 0081", "p0007", "P0009"]})
    other = pd.DataFrame({"_key": ["P0081", "P7", "P0009", "P0055"], "id": ["P0081", "P7", "P0009", "P0055"]})
    found = orphans(Given(None, clean, other=other, by="id")).set_index("key")["note"]
    assert found.to_dict() == {
        "P0081": "belongs to no row of the main table; perhaps to 'P 0081'",
        "P7": "belongs to no row of the main table; perhaps to 'p0007'",
        "P0055": "belongs to no row of the main table",
    }


UNITS = [
    ("wage (ribu Rp)", ["2500", "1.750", '"2,5 juta"'], ["2500000", "1750000", "2500000"]),
    ("wage (Rp)", ["2500000", "1.750.000"], ["2500000", "1750000"]),
    ("wage (juta)", ['"2,5"', '"1,75"', "3"], ["2500000", "1750000", "3000000"]),
    ("Upah atau gaji bersih sebulan (ribu Rp)", ["2500", "1750"], ["2500000", "1750000"]),
    ("wage [jutaan rupiah]", ["2", "3"], ["2000000", "3000000"]),
]


@pytest.mark.parametrize(("header", "texts", "expected"), UNITS)
def test_a_header_with_its_unit_is_found_and_applied(tmp_path, header, texts, expected):
    lines = [f"p{number},{text}" for number, text in enumerate(texts)]
    assert values(deliver(tmp_path, {"f.csv": rows(f"id,{header}", *lines)}), "wage") == expected


def test_units_in_a_row_of_their_own_below_the_names(tmp_path):
    outcome = deliver(
        tmp_path, {"f.csv": rows("id,wage,hours", ",(ribu Rp),(jam)", "a,2500,40", "b,1750,42")}
    )
    assert values(outcome, "wage") == ["2500000", "1750000"]
    assert values(outcome, "hours") == ["40", "42"]


@pytest.mark.slow
def test_a_bracket_that_is_no_unit_and_names_that_two_columns_share_are_left(tmp_path):
    for number, header in enumerate(
        ("wage (suami)", "wage (2),wage (ribu Rp),wage (juta Rp)", "wage (gross)")
    ):
        outcome = deliver(
            tmp_path / str(number),
            {
                "f.csv": rows(
                    f"id,{header},yes",
                    "a," + "1," * (header.count(",") + 1) + "1",
                    "b," + "2," * (header.count(",") + 1) + "2",
                )
            },
        )
        assert values(outcome, "wage") == ["", ""], header
        assert "wage" in outcome.delivery.files["unused"][0]


@pytest.mark.slow
def test_ticks_and_words_in_columns_of_options(tmp_path):
    header = "id,assets/1,assets/3,assets/5,assets/9"
    for number, (yes, no) in enumerate(
        [
            ("v", ""),
            ("V", ""),
            ("√", ""),
            ("x", ""),
            ("ya", "tidak"),
            ("Ya", "Tidak"),
            ("Y", "T"),
            ("TRUE", "FALSE"),
            ("1", "0"),
            ("✓", ""),
        ]
    ):
        outcome = deliver(
            tmp_path / str(number),
            {"f.csv": rows(header, f"a,{yes},{no},{yes},{no}", f"b,{no},{yes},{no},{no}")},
        )
        assert values(outcome, "assets") == ["1 5", "3"], (yes, no)
