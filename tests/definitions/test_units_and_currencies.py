"""Numbers with the word of their unit, and amounts of currencies with cents, as a column of a programme reads
them.
"""

import pandas as pd
import pytest

from manfaat.cleaning.cells import number_readers
from manfaat.definitions.codebook import Variable
from manfaat.definitions.programme import Unit
from manfaat.definitions.raw_files import RawFile

FILE = RawFile(file="a.csv", table="people")
DOLLARS = Unit.model_validate({"label": {"en": "US dollars", "id": "dolar AS"}, "currency": "USD"})
HOURS = Unit.model_validate({"label": {"en": "hours a week", "id": "jam per minggu"}})
TIMES = Unit.model_validate({"label": {"en": "times", "id": "kali"}})
YEAR = Unit.model_validate({"label": {"en": "year", "id": "tahun"}, "is_calendar": True})


def read(text: str, unit: Unit, others: list[str], kind: str = "money", constraint: str = ""):
    labels = {"label::English (en)": "x", "label::Bahasa Indonesia (id)": "x"}
    variable = Variable.model_validate(
        {
            "table": "people",
            "name": "v",
            "type": kind,
            "source": "v",
            "required": "no",
            "constraint": constraint,
        }
        | labels
    )
    counts = pd.Series(1, index=[*others, text]).groupby(level=0).sum()
    return number_readers(variable, unit, counts, FILE, counts[:0])[0](text)


POINT, COMMA, GROUPED = ["1200.50", "1,350.25", "2400"], ["1200,50", "1.350,25"], ["1,200", "2,400", "1,800"]


@pytest.mark.parametrize(
    ("text", "others", "value"),
    [
        ("$1,200", POINT, 1200),
        ("US$ 1,200.50", POINT, 1200.5),
        ("1200 USD", POINT, 1200),
        ("2,500", POINT, 2500),
        ("2,500", GROUPED, 2500),
        ("1.200", COMMA, 1200),
        ("$ 1.200,50", COMMA, 1200.5),
        ("2k", POINT, 2000),
    ],
)
def test_dollars_are_read_in_a_column_of_dollars(text, others, value):
    reading = read(text, DOLLARS, others)
    assert (reading.value, reading.flag) == (value, "")


@pytest.mark.parametrize(
    ("text", "others", "proposal"),
    [
        ("2.500", POINT, 2500),
        ("2,500", COMMA, 2500),
        ("1.5M", POINT, 1_500_000),
        ("€900", POINT, None),
        ("Rp 500", POINT, None),
        ("2.500", ["2400"], None),
    ],
)
def test_a_doubtful_amount_of_dollars_waits(text, others, proposal):
    reading = read(text, DOLLARS, others)
    assert (reading.value, reading.proposal, reading.flag) == (None, proposal, "review")


@pytest.mark.parametrize(
    "text",
    [
        "40 jam",
        "40jam",
        "40 hours",
        "40 hour",
        "40 jam/minggu",
        "40 jam per minggu",
        "40 hours a week",
        "40 jam seminggu",
    ],
)
def test_the_word_of_the_unit_is_no_reason_to_wait(text):
    reading = read(text, HOURS, ["42"], "integer")
    assert (reading.value, reading.flag) == (40, "")


@pytest.mark.parametrize("text", ["8 jam/hari", "8 hari", "8 jam x 5 hari", "8 jam 5 hari"])
def test_another_unit_waits(text):
    assert read(text, HOURS, ["42"], "integer").flag == "review"


def test_times_and_years():
    assert [read(text, TIMES, ["1"], "integer").value for text in ("2x", "2 kali", "2 times")] == [2, 2, 2]
    years = [read(text, YEAR, ["1996"], "integer", ". >= 1989 and . <= 2004") for text in ("98", "'02", "75")]
    assert [reading.value for reading in years] == [None] * 3
    assert [reading.proposal for reading in years] == [1998, 2002, 75]
