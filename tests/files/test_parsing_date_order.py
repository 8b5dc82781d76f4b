"""Whether day or month stands first: what decides it, what does not, and what is said then."""

import pandas as pd
import pytest

from manfaat.files.parsing import (
    DateContext,
    Order,
    column_dates,
    date_context,
    in_its_file,
    language_of,
    read_date,
)
from manfaat.files.parsing.date_order import by_its_file, order_of_stamps
from manfaat.files.parsing.date_times import at_place

SEPTEMBER = [
    f"9/{day}/2019 {hour}:05:22"
    for day, hour in ((3, 14), (3, 15), (4, 9), (6, 10), (9, 8), (10, 9), (11, 16), (12, 8))
]


def counted(texts):
    return dict.fromkeys(texts, 1)


def test_times_by_a_program_in_one_month_are_month_first():
    # An English Google Form of September 2019 without a day above 12: read day first, it became nine months,
    # each on its 9th day.
    context = date_context(counted(SEPTEMBER))
    assert (context.order, context.mixed) == ("mdy", False)
    reading = read_date("9/3/2019 14:05:22", context)
    assert (reading.value, reading.flag) == ("2019-09-03T14:05:22", "report")
    assert "one month" in reading.note


def test_the_same_times_as_an_indonesian_form_writes_them_are_day_first():
    texts = [f"{day:02d}/09/2019 14.05.22" for day in (3, 4, 6, 9, 10, 11, 12)]
    assert date_context(counted(texts)).order == "dmy"


def test_times_by_a_program_follow_one_another():
    rows = [
        "9/10/2019 8:00:00",
        "9/12/2019 8:00:00",
        "10/2/2019 8:00:00",
        "10/5/2019 8:00:00",
        "11/4/2019 8:00:00",
    ]
    context = date_context(counted(rows))
    assert context.order == "mdy"
    assert "follow one another" in context.because
    assert date_context(counted(rows[::-1])).order == "mdy"  # newest first, as some exports are
    assert (
        date_context(counted([rows[2], rows[0], rows[4], rows[1], rows[3]])).order is None
    )  # sorted by name: nothing shows it


def test_typed_dates_prove_nothing_by_their_order_or_a_constant_part():
    # The first of a month is what people give for a month: 1 is no month here.
    assert date_context(counted([f"01/{month:02d}/2003" for month in range(2, 13)])).order is None


def test_two_evidences_that_contradict_each_other_decide_nothing():
    dates = [
        f"5/{day}/2019 8:00:00" for day in (3, 2, 4, 1)
    ]  # one month if month first, but then out of order; day first as well
    assert date_context(counted(dates)).order == "mdy"
    assert order_of_stamps([]) == (None, "")


@pytest.mark.parametrize(
    ("cells", "order", "mixed"),
    [
        ({"9/3/2019 14:02:10": 1, "9/13/2019 9:00:00": 1}, "mdy", False),  # a program writes one order
        ({"9/3/2019": 1, "9/13/2019": 1}, "mdy", True),  # one person may have meant anything
        (
            {f"9/{day}/2019": 1 for day in range(10, 31)},
            "mdy",
            False,
        ),  # eighteen that can only be month-first, none day-first
        ({f"9/{day}/2019": 1 for day in range(10, 31)} | {"30/9/2019": 1}, "dmy", True),
        ({"9/13/2019 9:00:00": 1, "13/9/2019 9:00:00": 1}, "dmy", True),
    ],
    ids=str,
)
def test_times_by_a_program_have_one_order_and_typed_dates_need_several(cells, order, mixed):
    context = date_context(cells)
    assert (context.order, context.mixed) == (order, mixed)


@pytest.mark.parametrize(
    ("headers", "language"),
    [
        (["Timestamp", "What is your name?", "Date of interview"], "en"),
        (["Cap waktu", "Siapa nama Anda?", "Tanggal wawancara"], "id"),
        (["tgl_lahir", "umur"], "id"),
        (["x1", "q2", "Timestamp / Waktu"], ""),
        ([], ""),
    ],
    ids=str,
)
def test_the_language_of_a_header(headers, language):
    assert language_of(headers) == language


def told(texts, others=(), language=""):
    context, own = column_dates(counted(texts), DateContext(years=(1930, 2029)))
    return in_its_file(context, own, others, language)


def test_what_its_file_says_decides_or_is_proposed():
    typed = ["3/9/2019", "5/9/2019", "4/10/2019"]
    asked = told(typed, language="en")
    assert (asked.order, asked.likely) == (None, "mdy")
    reading = read_date("3/9/2019", asked)
    assert (reading.value, reading.proposal, reading.flag) == (None, "2019-03-09", "review")
    assert "English" in reading.note
    assert "date_order" in reading.note
    assert told(typed, language="id").order == "dmy"
    assert told(typed, [("born", Order("dmy"))]).order == "dmy"
    assert "'born'" in told(typed, [("born", Order("dmy"))]).because
    # Times by a program say nothing of what people type, and columns that disagree say nothing at all.
    assert told(typed, [("start", Order("mdy", stamps=True))]).order is None
    assert told(typed, [("born", Order("dmy")), ("left", Order("mdy"))]).order is None
    assert told(typed, [("born", Order("mdy", mixed=True))]).order is None
    decided = Order("mdy")
    assert by_its_file(decided, [("born", Order("dmy"))], "id") is decided


@pytest.mark.parametrize(
    ("epoch", "value"), [(1900, "2004-07-10"), (1904, "2008-07-11"), (None, "2004-07-10")]
)
def test_a_bare_day_number_is_proposed_by_the_book_s_own_calendar(epoch, value):
    reading = read_date("38178", date_context({"38178": 1, "besok": 1}, DateContext(epoch=epoch)))
    assert (reading.value, reading.proposal) == (None, value)
    assert f"(from {epoch or 1900})" in reading.note


def test_day_numbers_of_a_book_of_1904_are_never_counted_from_1900():
    column = {"36715": 1, "36716": 1, "36720": 1}
    assert date_context(column, DateContext(epoch=1904)).serials == 1904
    assert read_date("36715", date_context(column, DateContext(epoch=1904))).value == "2004-07-09"


def test_days_that_a_spreadsheet_took_for_months_are_seen():
    # 03/04, 07/04 … became 4 March, 4 July; 13/04 … stayed text: every text has a day above 12 and no stored
    # date has.
    texts = {f"{day}/04/2019": 1 for day in range(13, 20)}
    stored = [f"2019-{month:02d}-04" for month in (3, 7, 8)] + [f"2019-05-{day:02d}" for day in (1, 2, 6)]
    assert date_context(texts, stored=stored).exchanged
    assert not date_context(texts, stored=[*stored, "2019-04-25"]).exchanged
    assert not date_context(texts | {"03/04/2019": 1}, stored=stored).exchanged
    assert not date_context(texts).exchanged


@pytest.mark.parametrize(
    ("text", "zone", "value"),
    [
        ("2022-07-17T18:30:00.000+00:00", "Asia/Jakarta", "2022-07-18T01:30:00+07:00"),
        ("2022-12-31T20:00Z", "Asia/Tokyo", "2023-01-01T05:00+09:00"),
        ("2022-07-17T09:43:10-04:00", "Asia/Jakarta", "2022-07-17T20:43:10+07:00"),
        (
            "2022-07-17T18:30:00",
            "Asia/Jakarta",
            "2022-07-17T18:30:00",
        ),  # no offset: the clock of nobody knows where
        ("2022-07-17T18:30:00+00:00", "", "2022-07-17T18:30:00+00:00"),
        ("2022-07-17", "Asia/Jakarta", "2022-07-17"),
    ],
)
def test_calendar_parts_are_those_of_the_place(text, zone, value):
    assert read_date(text, date_context(pd.Series({text: 1}), DateContext(zone=zone))).value == value


def test_a_time_at_the_end_of_the_calendar_stays():
    reading = read_date("2100-12-31T23:59:59+00:00")
    assert at_place(reading, "Asia/Jakarta").value == "2101-01-01T06:59:59+07:00"


@pytest.mark.parametrize(
    ("text", "value", "proposal"),
    [
        ("Senin/12-01-2004", "2004-01-12", None),  # a Monday; 1 December was a Wednesday
        ("Wed 12/1/2004", "2004-12-01", None),
        ("5 Desember 2003 (Jumat)", "2003-12-05", None),
        ("Senin, 3 Agustus 1998", "1998-08-03", None),
        ("Sabtu 12-01-2004", None, "2004-01-12"),  # neither day was a Saturday
        ("Kamis, 25/04/2019 10:15", "2019-04-25T10:15", None),
        ("Mei 2004", "2004-05", None),
        ("Minggu", None, None),
    ],
)
def test_the_weekday_beside_a_date_is_held_against_it(text, value, proposal):
    reading = read_date(text)
    assert (reading.value, reading.proposal) == (value, proposal)


@pytest.mark.parametrize(
    ("text", "value"), [("Sabtu 9 Mei 2004", "2004-05-09"), ("Selasa, 25/04/2019", "2019-04-25")]
)
def test_a_weekday_that_fits_no_reading_is_reported(text, value):
    reading = read_date(text)
    assert (reading.value, reading.flag) == (value, "report")
    assert "weekday" in reading.note
