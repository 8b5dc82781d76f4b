"""Dates as people write them: kinds 14 to 21 of the catalogue of messes."""

import pytest

from manfaat.files.parsing import DateContext, date_context, read_date

PLAIN = DateContext()
DAY_FIRST, MONTH_FIRST, MIXED = DateContext("dmy"), DateContext("mdy"), DateContext("dmy", mixed=True)
SERIALS, MAC = DateContext(serials=1900), DateContext(serials=1904)

READ = [
    (14, "03/04/1998", DAY_FIRST, "1998-04-03", "day", ""),
    (14, "03/04/1998", MONTH_FIRST, "1998-03-04", "day", ""),
    (14, "25/03/1998", PLAIN, "1998-03-25", "day", ""),
    (14, "05/05/1998", PLAIN, "1998-05-05", "day", ""),
    (14, "05/05/1998", MIXED, "1998-05-05", "day", ""),
    (14, "03/25/1998", PLAIN, "1998-03-25", "day", "report"),
    (14, "25/03/1998", MONTH_FIRST, "1998-03-25", "day", "report"),
    (14, "25.3.1998", PLAIN, "1998-03-25", "day", ""),
    (14, "25041998", PLAIN, "1998-04-25", "day", "report"),
    (14, "19980425", PLAIN, "1998-04-25", "day", "report"),
    *[
        (15, f"12 {month} 1998", PLAIN, "1998-08-12", "day", "")
        for month in ("Agustus", "Agt", "Agu", "Ags", "agustus", "AGUSTUS", "Aug", "August")
    ],
    *[
        (15, f"12-{month}-1998", PLAIN, f"1998-{number}-12", "day", "")
        for month, number in (("Mei", "05"), ("Okt", "10"), ("Des", "12"), ("Nop", "11"), ("May", "05"))
    ],
    (14, "1998/12/31", PLAIN, "1998-12-31", "day", ""),
    (14, "03/12/1998", MONTH_FIRST, "1998-03-12", "day", ""),
    (14, "12/12/1998", PLAIN, "1998-12-12", "day", ""),
    (14, "13/12/1998", PLAIN, "1998-12-13", "day", ""),
    (15, "Nopember 1998", PLAIN, "1998-11", "month", ""),
    (15, "17 Pebruari 1998", PLAIN, "1998-02-17", "day", ""),
    (15, "Senin, 3 Agustus 1998", PLAIN, "1998-08-03", "day", ""),
    (15, "August 12, 1998", PLAIN, "1998-08-12", "day", ""),
    (15, "tgl 12 bulan agustus tahun 1998", PLAIN, "1998-08-12", "day", ""),
    (16, "12-8-98", DAY_FIRST, "1998-08-12", "day", "report"),
    (16, "'02", PLAIN, "2002", "year", "report"),
    (16, "98-08-12", PLAIN, "1998-08-12", "day", "report"),
    (16, "12 Agt '98", PLAIN, "1998-08-12", "day", "report"),
    (16, "Agt-98", PLAIN, "1998-08", "month", "report"),
    (16, "12-8-15", DateContext("dmy", years=(1950, 2020)), "2015-08-12", "day", "report"),
    (17, "36012", SERIALS, "1998-08-05", "day", "report"),
    (17, "36012.5", SERIALS, "1998-08-05T12:00:00", "second", "report"),
    (17, "36012,75", SERIALS, "1998-08-05T18:00:00", "second", "report"),
    (17, "36012.999999", SERIALS, "1998-08-06", "day", "report"),
    (17, "36012.000011574", SERIALS, "1998-08-05T00:00:01", "second", "report"),
    (17, "73415", SERIALS, "2100-12-31", "day", "report"),
    (17, "36012", MAC, "2002-08-06", "day", "report"),
    (18, "1998", PLAIN, "1998", "year", ""),
    (18, "1998.0", PLAIN, "1998", "year", ""),
    (18, "08/1998", PLAIN, "1998-08", "month", ""),
    (18, "1998-08", PLAIN, "1998-08", "month", ""),
    (18, "1998-12", PLAIN, "1998-12", "month", ""),
    (18, "1/1998", PLAIN, "1998-01", "month", ""),
    (18, "12/98", PLAIN, "1998-12", "month", "report"),
    (18, "1/98", PLAIN, "1998-01", "month", "report"),
    (18, "12/32", PLAIN, "1932-12", "month", "report"),
    (18, "akhir 1998", PLAIN, "1998", "year", "report"),
    (18, "awal Agustus 1998", PLAIN, "1998-08", "month", "report"),
    (18, "Ramadan 1999", PLAIN, "1999", "year", "report"),
    (20, "平成10年4月", PLAIN, "1998-04", "month", ""),
    (20, "平成10年4月1日", PLAIN, "1998-04-01", "day", ""),
    (20, "H10.4.1", PLAIN, "1998-04-01", "day", ""),
    (20, "Heisei 10", PLAIN, "1998", "year", ""),
    (20, "平成元年", PLAIN, "1989", "year", ""),
    (20, "S60.3", PLAIN, "1985-03", "month", ""),
    (20, "R1.5.1", PLAIN, "2019-05-01", "day", ""),
    (20, "昭和64年1月7日", PLAIN, "1989-01-07", "day", ""),
    (20, "1998年4月1日", PLAIN, "1998-04-01", "day", ""),
    (21, "2019/03/05 10.15.22 WIB", PLAIN, "2019-03-05T10:15:22+07:00", "second", ""),
    (21, "2019/03/05 10:15:22 PM GMT+7", PLAIN, "2019-03-05T22:15:22+07:00", "second", ""),
    (21, "3/5/2019 10:15:22 PM GMT+7", MONTH_FIRST, "2019-03-05T22:15:22+07:00", "second", ""),
    (21, "3/5/2019 10:15:22 PM GMT+7", DAY_FIRST, "2019-05-03T22:15:22+07:00", "second", ""),
    (21, "1998-04-03 23:59:59", PLAIN, "1998-04-03T23:59:59", "second", ""),
    (21, "1998-04-03 12:05 AM", PLAIN, "1998-04-03T00:05", "minute", ""),
    (21, "1998-04-03 12:05 PM", PLAIN, "1998-04-03T12:05", "minute", ""),
    (21, "1998-04-03 10:15 +0730", PLAIN, "1998-04-03T10:15+07:30", "minute", ""),
    (21, "1998-04-03 10:15 GMT-10", PLAIN, "1998-04-03T10:15-10:00", "minute", ""),
    (21, "1998-04-03 10:15+14:00", PLAIN, "1998-04-03T10:15+14:00", "minute", ""),
    (21, "1998-04-03 10.15 WITA", PLAIN, "1998-04-03T10:15+08:00", "minute", ""),
    (21, "1998-04-03 10.15 wit", PLAIN, "1998-04-03T10:15+09:00", "minute", ""),
    (21, "1998-04-03T00:00:00Z", PLAIN, "1998-04-03T00:00:00+00:00", "second", ""),
    (21, "20/8/2015 7.05", PLAIN, "2015-08-20T07:05", "minute", ""),
    (21, "2019-03-05T10:15:22.123+07:00", PLAIN, "2019-03-05T10:15:22+07:00", "second", ""),
    (21, "2019-03-05 12:00:00 AM", PLAIN, "2019-03-05", "day", ""),
    (21, "1998-04-03 00:00:00", PLAIN, "1998-04-03", "day", ""),
    (21, "1998-04-03", PLAIN, "1998-04-03", "day", ""),
]
NOT_READ = [
    (
        14,
        "03/04/1998",
        PLAIN,
        "1998-04-03",
        "review",
    ),  # 3 April or 4 March: nobody may be given the other day without a word
    (14, "03041998", PLAIN, "1998-04-03", "review"),
    (14, "03/04/1998", MIXED, "1998-04-03", "review"),
    (14, "03/04/1998", DateContext("mdy", mixed=True), "1998-03-04", "review"),
    (14, "1998-31-03", PLAIN, "1998-03-31", "review"),
    (14, "1998/12/32", PLAIN, "1998", "review"),
    (14, "32/12/1998", PLAIN, None, "unreadable"),
    (14, "13/13/1998", PLAIN, None, "unreadable"),
    (14, "20131399", PLAIN, None, "unreadable"),
    (14, "1899-12-31", PLAIN, None, "review"),
    (14, "2101-01-01", PLAIN, None, "review"),
    (14, "12.98", PLAIN, None, "review"),
    (16, "12-8-15", PLAIN, None, "review"),
    (16, "98", PLAIN, "1998", "review"),
    (16, "10 tahun", PLAIN, "2010", "review"),
    (17, "36012", PLAIN, "1998-08-05", "review"),
    (17, "99999", SERIALS, None, "unreadable"),
    (17, "73416", SERIALS, None, "unreadable"),
    (18, "08/02", PLAIN, None, "review"),
    (18, "13/98", PLAIN, None, "review"),
    (18, "0/98", PLAIN, None, "review"),
    (18, "12/31", PLAIN, None, "review"),
    (18, "1998/0", PLAIN, None, "review"),
    (18, "1998/13", PLAIN, None, "review"),
    (18, "0/1998", PLAIN, None, "unreadable"),
    (18, "Aug-02", PLAIN, None, "review"),
    (18, "5 Mei", PLAIN, None, "review"),
    (18, "1998/99", PLAIN, None, "review"),
    (18, "1998-1999", PLAIN, None, "review"),
    (18, "semester 1 1998", PLAIN, "1998", "review"),
    (18, "Jan-Feb 1998", PLAIN, "1998", "review"),
    (18, "1998.5", PLAIN, None, "review"),
    (18, "belum", PLAIN, None, "review"),
    (19, "31/02/1999", PLAIN, None, "unreadable"),
    (19, "31 Februari 1999", PLAIN, None, "unreadable"),
    (19, "29/02/1900", PLAIN, None, "unreadable"),
    (19, "13/1998", PLAIN, None, "unreadable"),
    (19, "00/00/0000", PLAIN, None, "review"),
    (20, "H40", PLAIN, "2028", "review"),
    (20, "H10", PLAIN, "1998", "review"),
    (20, "昭和64年1月8日", PLAIN, "1989-01-08", "review"),
    (20, "平成0年", PLAIN, None, "unreadable"),
    (
        21,
        "3/5/2019 10:15:22 PM GMT+7",
        PLAIN,
        "2019-03-05T22:15:22+07:00",
        "review",
    ),  # AM and PM are American
    (21, "1998-04-03 25:00", PLAIN, None, "unreadable"),
    (21, "1998-04-03 24:00", PLAIN, None, "unreadable"),
    (21, "1998-04-03 23:60", PLAIN, None, "unreadable"),
    (21, "1998-04-03 23:59:60", PLAIN, None, "unreadable"),
    (21, "1998-04-03 0:15 AM", PLAIN, None, "unreadable"),
    (21, "1998-04-03 10:15+07:60", PLAIN, "1998-04-03", "review"),
    (21, "1998-04-03 10:15+15", PLAIN, "1998-04-03", "review"),
    (21, "1998-04-03 10:15 WIB+7", PLAIN, "1998-04-03", "review"),
    (21, "1998-04-03 13:00 PM", PLAIN, None, "unreadable"),
    (21, "April 1998 10:15", PLAIN, "1998-04", "review"),
    (21, "besok", PLAIN, None, "unreadable"),
]


def named(cases):
    return [
        pytest.param(*case[1:], id=f"kind{case[0]:02d}-{case[1]!a}-{number}")
        for number, case in enumerate(cases)
    ]


@pytest.mark.parametrize(("raw", "context", "value", "precision", "flag"), named(READ))
def test_read(raw, context, value, precision, flag):
    reading = read_date(raw, context)
    assert (reading.value, reading.precision, reading.flag) == (value, precision, flag)


@pytest.mark.parametrize(("raw", "context", "proposal", "flag"), named(NOT_READ))
def test_not_read(raw, context, proposal, flag):
    reading = read_date(raw, context)
    assert (reading.value, reading.proposal, reading.flag) == (None, proposal, flag)
    assert reading.note


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("明治45年7月29日", "1912-07-29"),
        ("明治45年7月30日", None),
        ("大正1年7月30日", "1912-07-30"),
        ("大正15年12月24日", "1926-12-24"),
        ("大正15年12月25日", None),
        ("昭和1年12月25日", "1926-12-25"),
        ("昭和1年12月24日", None),
        ("昭和64年1月7日", "1989-01-07"),
        ("平成1年1月7日", None),
        ("平成1年1月8日", "1989-01-08"),
        ("平成31年4月30日", "2019-04-30"),
        ("平成31年5月1日", None),
        ("令和1年5月1日", "2019-05-01"),
        ("令和1年4月", None),
    ],
    ids=lambda value: f"kind20-{value!a}",
)
def test_an_era_has_a_first_and_a_last_day(raw, value):
    assert read_date(raw).value == value


@pytest.mark.parametrize(
    ("raw", "rule"),
    [
        ("25041998", "compact-dmy"),
        ("19980425", "compact-ymd"),
        ("03/04/1998", "open-order"),
        ("25/04/1998", "day-first"),
        ("03/25/1998", "month-first"),
        ("1998-04-03", "iso"),
        ("25-8-98", "day-first-yy"),
        ("akhir 1998", "year-rough"),
        ("H10.4", "japanese-era"),
    ],
)
def test_rules_are_stable_names(raw, rule):
    assert read_date(raw).rule == rule


def test_two_digits_mean_one_year_only():
    assert read_date("12-8-29", DateContext("dmy", years=(1930, 2029))).value == "2029-08-12"
    assert read_date("12-8-30", DateContext("dmy", years=(1930, 2029))).value == "1930-08-12"
    with pytest.raises(ValueError, match="100 years"):
        DateContext(years=(1930, 2030))


@pytest.mark.parametrize(
    ("raw", "reason"), [("tidak tahu", "dont_know"), ("-9", "refused"), ("#####", "damaged"), ("", "blank")]
)
def test_no_date(raw, reason):
    assert read_date(raw, DateContext(missing={"-9": "refused"})).missing == reason


@pytest.mark.parametrize(
    ("cells", "order", "mixed"),
    [
        ({"03/04/1998": 3}, None, False),
        ({"03/04/1998": 3, "25/03/1998": 1}, "dmy", False),
        ({"03/04/1998": 3, "25/03/1998": 1, "3/25/1998 10:15": 1}, "dmy", True),
        ({"03/04/1998": 3, "3/25/1998": 1}, "mdy", True),
        ({"1998-03-25": 3, "lupa": 1, "99/99/1998": 1}, None, False),
        ({"12/12/1998": 3, "1/12/1998": 1}, None, False),
        ({"13/12/1998": 3}, "dmy", False),
        ({"12/13/1998": 3}, "mdy", True),
        ({"1/31/1998": 3}, "mdy", True),
        ({"1/32/1998": 3, "32/1/1998": 3, "31/0/1998": 1, "0/31/1998": 1}, None, False),
        ({"31/1/1998": 3}, "dmy", False),
    ],
    ids=str,
)
def test_kind14_the_column_shows_its_order(cells, order, mixed):
    context = date_context(cells)
    assert (context.order, context.mixed) == (order, mixed)


def test_kind14_what_somebody_knows_is_not_derived():
    context = date_context({"3/25/1998": 1}, DateContext(order="mdy", serials=1904))
    assert (context.order, context.mixed, context.serials) == ("mdy", False, 1904)


@pytest.mark.parametrize(
    ("cells", "base"),
    [
        ({"36012": 1, "36013": 1, "36020": 1}, 1900),
        ({"36012": 9, "36013": 1}, None),
        ({"36012": 1, "25/03/1998": 1}, 1900),
        ({"36012": 1, "25/03/2002": 1}, None),  # 1998 or 2002: one number proves nothing
        ({"36012": 1, "36013": 1, "36400": 1, "25/03/2002": 1, "25/03/2003": 1}, 1904),
        (
            {"36012": 1, "37622": 1, "37700": 1, "25/03/2002": 1, "25/03/2007": 1},
            None,
        ),  # most of them fit the usual base
        ({"12345": 1, "25/03/1998": 1}, None),
        ({"36012": 1, "36013": 1, "36020": 1, "besok": 1}, None),
    ],
    ids=str,
)
def test_kind17_the_column_shows_its_day_numbers(cells, base):
    assert date_context(cells).serials == base


@pytest.mark.parametrize(
    "fields",
    [
        {"order": "ymd"},
        {"serials": 1970},
        {"years": (1900, 2010)},
        {"years": (2010, 1930)},
        {"missing": {"1": "lost"}},
    ],
    ids=str,
)
def test_a_context_that_is_not_known_is_refused(fields):
    with pytest.raises(ValueError, match=r"order|years|reasons"):
        DateContext(**fields)
