"""Dates in the ways that people write by hand: what they know of a date is read and reported, no more."""

from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from manfaat.cleaning.cells import YEARS, date_readers
from manfaat.definitions.codebook import Variable
from manfaat.files.parsing import date_context, read_date
from manfaat.files.parsing.dates import DateContext

DMY = DateContext("dmy", years=(1930, 2029))
DAYS = st.dates(date(1930, 1, 1), date(2029, 12, 31))
ROMAN = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"]


@given(
    DAYS,
    st.sampled_from(["-", "/", ".", " "]),
    st.sampled_from([DMY, DateContext("mdy"), DateContext("mdy", mixed=True)]),
)
def test_roman_months_read_back_whatever_the_order_of_the_column(day, sign, context):
    reading = read_date(sign.join((str(day.day), ROMAN[day.month - 1], str(day.year))), context)
    assert (reading.value, reading.flag) == (day.isoformat(), "report")


@given(
    DAYS, st.sampled_from(["xx", "XX", "??", "?", "00", "__", "99", "-"]), st.sampled_from(["/", "-", "."])
)
def test_a_day_that_is_not_known_leaves_the_month(day, unknown, sign):
    for text in (
        f"{unknown}{sign}{day.month:02d}{sign}{day.year}",
        f"{day.year}{sign}{day.month:02d}{sign}{unknown}",
    ):
        reading = read_date(text, DMY)
        assert (reading.value, reading.precision, reading.flag) == (
            f"{day.year}-{day.month:02d}",
            "month",
            "report",
        ), text
        assert "day is not given" in reading.note
    assert read_date(f"{unknown}{sign}{unknown}{sign}{day.year}", DMY).value == f"{day.year}"


@given(st.dates(date(1989, 1, 8), date(2019, 4, 30)))
def test_japanese_dates_in_latin_letters_read_back(day):
    year = day.year - 1988
    for text in (
        f"Heisei {year} nen {day.month} gatsu {day.day} nichi",
        f"heisei {year} nen {day.month}gatsu {day.day}nichi",
        f"H{year} nen {day.month} gatsu {day.day} nichi",
    ):
        assert read_date(text).value == day.isoformat(), text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("tanggal 12-8-1998", "1998-08-12"),
        ("12/08/1998.", "1998-08-12"),
        ("bulan 8 tahun 1998", "1998-08"),
        ("1998 bln 8", "1998-08"),
        ("98/04", "1998-04"),
        ("98-04", "1998-04"),
        ("tahun 75", "1975"),
        ("akhir 98", "1998"),
        ("±1998", "1998"),
        ("kira2 1998", "1998"),
        ("VIII/1998", "1998-08"),
        ("12 Agt 1998 pk 10.15", "1998-08-12T10:15"),
        ("Heisei 10 nen", "1998"),
    ],
)
def test_written_by_hand(text, value):
    assert read_date(text, DMY).value == value


@pytest.mark.parametrize(
    ("text", "proposal"),
    [
        ("12 Agusuts 1998", "1998-08-12"),
        ("Setember 1998", "1998-09"),
        ("II/1998", "1998"),
        ("12/00/1998", None),
        ("25 tahun", "2025"),
        ("sekitar 98", "1998"),
        ("12-XIII-1998", "1998"),
        ("12/30", None),
        ("31/31", None),
        ("35/35", None),
    ],
)
def test_what_is_not_certain_waits(text, proposal):
    reading = read_date(text, DMY)
    assert (reading.value, reading.proposal) == (None, proposal)


def test_years_that_cannot_be():
    labels = {"label::English (en)": "x", "label::Bahasa Indonesia (id)": "x"}
    variable = Variable.model_validate(
        {"table": "people", "name": "v", "type": "date", "source": "v", "required": "no"} | labels
    )
    read = date_readers(variable, date_context(pd.Series(5, index=["25/12/1998"]), DateContext(years=YEARS)))[
        0
    ]
    assert [read(text).value for text in ("12/08/2098", "01/01/1900", "2030-01-01")] == [None] * 3
    assert read("12/08/2098").proposal == "2098-08-12"
    assert (read("12/08/1925").value, read("12/08/1925").flag) == ("1925-08-12", "report")
    assert read("12/08/1998").flag == read("1930-01-01").flag == read("2029-12-31").flag == ""
