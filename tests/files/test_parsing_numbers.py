"""Numbers and money as people write them: kinds 1 to 13, 43, 45, 51 and 53 of the catalogue of messes."""

import pytest

from manfaat.files.parsing import (
    ColumnContext,
    column_context,
    read_header_unit,
    read_identifier,
    read_number,
    read_stored,
)

RUPIAH = ColumnContext("rupiah", ",")
OPEN = ColumnContext("rupiah")
WAGES = ColumnContext("rupiah", typical=2_000_000)
YEN = ColumnContext("yen")
DECIMAL, COMMA, POINT = ColumnContext("decimal"), ColumnContext("decimal", ","), ColumnContext("decimal", ".")
INTEGER = ColumnContext("integer")
POINTS, SHARES, PERCENT = (ColumnContext("percent", percent=style) for style in ("points", "share", None))
CODED = ColumnContext("rupiah", ",", missing={"-9": "refused", "9999999": "dont_know", "0": "not_applicable"})

READ = [
    (1, "Rp 2.500.000", RUPIAH, 2_500_000, ""),
    (1, "Rp2.500.000,-", RUPIAH, 2_500_000, ""),
    (1, "IDR 2.500.000,00", RUPIAH, 2_500_000, ""),
    (1, "Rp. 2.500.000.-", RUPIAH, 2_500_000, ""),
    (1, "2.500.000 rupiah", RUPIAH, 2_500_000, ""),
    (1, "Rp 2.500.000", OPEN, 2_500_000, ""),
    (2, "2.500", RUPIAH, 2_500, "report"),
    (2, "850.000", RUPIAH, 850_000, ""),
    (2, "850.000", WAGES, 850_000, ""),
    (2, "63.246", WAGES, 63_246, ""),
    (2, "850,000", WAGES, 850_000, ""),
    (2, "2.500", COMMA, 2_500, ""),
    (2, "2,500", COMMA, 2.5, ""),
    (2, "2.500", POINT, 2.5, ""),
    (2, "2.500", ColumnContext("integer", ","), 2_500, ""),
    (2, "2,500", ColumnContext("integer", "."), 2_500, ""),
    (2, "2,500", POINT, 2_500, ""),
    (3, "2.500.000", RUPIAH, 2_500_000, ""),
    (3, "2,500,000", RUPIAH, 2_500_000, "report"),
    (3, "2,500,000", OPEN, 2_500_000, ""),
    (3, "1.234,5", DECIMAL, 1234.5, ""),
    (3, "1,234.5", DECIMAL, 1234.5, ""),
    (3, "2 500 000", OPEN, 2_500_000, ""),
    (3, "250 000", OPEN, 250_000, "report"),
    (3, "2500,50", OPEN, 2500.5, "report"),
    (3, "1,5", POINT, 1.5, "report"),
    (3, "1.234,567", DECIMAL, 1234.567, "report"),
    (4, "2,5 juta", RUPIAH, 2_500_000, ""),
    (4, "2.5jt", RUPIAH, 2_500_000, ""),
    (4, "850rb", RUPIAH, 850_000, ""),
    (4, "850 ribu", RUPIAH, 850_000, ""),
    (4, "850k", RUPIAH, 850_000, ""),
    (4, "1,2 M", RUPIAH, 1_200_000_000, "report"),
    (4, "1,2 miliar", RUPIAH, 1_200_000_000, ""),
    (4, "1 juta 500 ribu", RUPIAH, 1_500_000, ""),
    (4, "Rp 2,5 jt,-", RUPIAH, 2_500_000, ""),
    (4, "2jt5rb", RUPIAH, 2_005_000, ""),
    (5, "2-3 juta", RUPIAH, 2_500_000, "report"),
    (5, "2-20 juta", RUPIAH, 11_000_000, "report"),
    (5, "2 juta s/d 3 juta", RUPIAH, 2_500_000, "report"),
    (5, "Rp 2.000.000 - Rp 3.000.000", RUPIAH, 2_500_000, "report"),
    (5, "±2 juta", RUPIAH, 2_000_000, "report"),
    (5, "sekitar Rp 2 juta", RUPIAH, 2_000_000, "report"),
    (5, "2 jutaan", RUPIAH, 2_000_000, "report"),
    (6, "63246", WAGES, 63_246, ""),
    (6, "63245", WAGES, 63_245, "report"),
    (6, "63245000", WAGES, 63_245_000, ""),
    (6, "63246000", WAGES, 63_246_000, "report"),
    (6, "10000", OPEN, 10_000, ""),
    (6, "2500", WAGES, 2_500, "report"),
    (6, "2500", OPEN, 2_500, "report"),
    (6, "30000000", WAGES, 30_000_000, ""),
    (8, "80000", ColumnContext("rupiah", typical=9_000_000), 80_000, "report"),
    (8, "¥80,000", YEN, 80_000, ""),
    (8, "80,000円", YEN, 80_000, ""),
    (8, "8万円", YEN, 80_000, ""),
    (8, "8.5万", YEN, 85_000, ""),
    (8, "8万5千円", YEN, 85_000, ""),
    (8, "8万5000円", YEN, 85_000, ""),
    (10, "3,5%", PERCENT, 3.5, ""),
    (10, "3,5 persen", POINTS, 3.5, ""),
    (10, "3.5", POINTS, 3.5, ""),
    (10, "1", POINTS, 1, ""),
    (10, "3.5", PERCENT, 3.5, "report"),
    (10, "0,035", SHARES, 3.5, "report"),
    (10, "0", SHARES, 0, ""),
    (10, "-3%", ColumnContext("percent", percent="points", negative=True), -3, ""),
    (10, "3,5%", DECIMAL, 3.5, "report"),
    (11, "2.5E+06", RUPIAH, 2_500_000, "report"),
    (12, "-3", ColumnContext("decimal", negative=True), -3, ""),
    (12, "-9", ColumnContext("decimal", negative=True), -9, "report"),
    (12, "-998", ColumnContext("integer", negative=True), -998, "report"),
    (12, "-2.500.000", ColumnContext("rupiah", ",", negative=True), -2_500_000, ""),
    (13, "0", RUPIAH, 0, "report"),
    (13, "0", INTEGER, 0, ""),
    (43, "2.500", ColumnContext("rupiah", ",", factor=1000), 2_500_000, ""),
    (43, "2500", ColumnContext("rupiah", ",", factor=1000), 2_500_000, ""),
    (43, "2500000", ColumnContext("rupiah", ",", factor=0.001), 2_500, "report"),
    (43, "2,5", ColumnContext("decimal", ",", factor=0.1), 0.25, ""),
    (43, "2,5 juta", ColumnContext("rupiah", ",", factor=1000), 2_500_000, ""),
    (45, "'2500000", RUPIAH, 2_500_000, ""),
    (45, "4.0", INTEGER, 4, ""),
    (53, "007", INTEGER, 7, "report"),
    (53, "1000000000000", RUPIAH, 1_000_000_000_000, ""),
    (45, "2500000.0", OPEN, 2_500_000, ""),
    (45, "１２３", INTEGER, 123, ""),
    (45, "8 jam", ColumnContext("integer", units=("jam",)), 8, ""),
    (4, "dua juta", RUPIAH, 2_000_000, "report"),
    (4, "Dua juta lima ratus ribu rupiah", RUPIAH, 2_500_000, "report"),
    (4, "2 juta lima ratus ribu", RUPIAH, 2_500_000, "report"),
    (4, "dua setengah juta", RUPIAH, 2_500_000, "report"),
    (4, "2½ juta", RUPIAH, 2_500_000, "report"),
    (4, "2 1/2 jt", RUPIAH, 2_500_000, "report"),
    (4, "1 juta setengah", RUPIAH, 1_500_000, "report"),
    (4, "sejuta", RUPIAH, 1_000_000, "report"),
    (4, "seratus dua puluh tiga ribu", RUPIAH, 123_000, "report"),
    (4, "5 ratus ribu", RUPIAH, 500_000, "report"),
    (4, "empat puluh", INTEGER, 40, "report"),
    (4, "sekali", INTEGER, 1, "report"),
    (4, "80 (delapan puluh)", INTEGER, 80, "report"),
    (5, "dua-tiga juta", RUPIAH, 2_500_000, "report"),
    (5, "kira2 2,5 juta", RUPIAH, 2_500_000, "report"),
    (5, "2.500.000 (kira-kira)", RUPIAH, 2_500_000, "report"),
    (5, "2,5 jt lebih kurang", RUPIAH, 2_500_000, "report"),
    (1, "2.500.000.", RUPIAH, 2_500_000, ""),
]
NOT_READ = [
    (2, "2.500", OPEN, 2_500, "review"),
    (2, "2,500", OPEN, 2_500, "review"),
    (2, "2,500", RUPIAH, 2_500, "review"),
    (2, "2.500", WAGES, 2_500_000, "review"),
    (2, "63.245", WAGES, 63_245_000, "review"),
    (2, "2.500", DECIMAL, None, "review"),
    (2, "2,500", INTEGER, None, "review"),
    (2, "2.500", ColumnContext("integer", "."), None, "review"),
    (2, "2,5", RUPIAH, None, "review"),
    (3, "2.500,000", RUPIAH, None, "review"),
    (3, "999,5", OPEN, None, "review"),
    (3, "1234.567", COMMA, 1234.567, "review"),
    (4, "1,2 m", RUPIAH, 1_200_000_000, "review"),
    (4, "2.500 juta", RUPIAH, None, "review"),
    (4, "1 juta 500", RUPIAH, 1_500_000, "review"),
    (4, "2jt500", RUPIAH, 2_500_000, "review"),
    (4, "1 juta 50", RUPIAH, None, "review"),
    (4, "250 0000", RUPIAH, None, "review"),
    (4, "2..500.000", RUPIAH, None, "review"),
    (4, "dua puluh satu dua", RUPIAH, None, "unreadable"),
    (5, "2 atau 3 juta", RUPIAH, None, "review"),
    (5, "2/3 juta", RUPIAH, None, "review"),
    (9, "2,5 juta + lembur 500rb", RUPIAH, 2_500_000, "review"),
    (4, "1 juta 1000 ribu", RUPIAH, 1_000_000, "review"),
    (4, "2,5 juta 500 ribu", RUPIAH, None, "review"),
    (4, "25000 juta", RUPIAH, None, "review"),
    (5, ">3jt", RUPIAH, 3_000_000, "review"),
    (5, "3jt lebih", RUPIAH, 3_000_000, "review"),
    (5, "kurang dari 1 juta", RUPIAH, 1_000_000, "review"),
    (5, "500-1 juta", RUPIAH, None, "review"),
    (5, "2-21 juta", RUPIAH, None, "review"),
    (5, "2-2 juta", RUPIAH, None, "review"),
    (5, "0-2 juta", RUPIAH, None, "review"),
    (5, "2-3", RUPIAH, None, "review"),
    (5, "4-5", INTEGER, 4.5, "review"),
    (7, "75rb/hari", RUPIAH, None, "review"),
    (7, "750rb seminggu", RUPIAH, None, "review"),
    (7, "Rp 75.000,-/hari", ColumnContext("rupiah", ",", period="month"), 1_875_000, "review"),
    (7, "30 juta/tahun", ColumnContext("rupiah", ",", period="month"), 2_500_000, "review"),
    (7, "5 juta/3 bulan", RUPIAH, None, "review"),
    (8, "¥80,000", WAGES, None, "review"),
    (8, "Rp 80.000", ColumnContext("yen", ","), None, "review"),
    (8, "$200", RUPIAH, None, "review"),
    (7, "2.000.000 per hari", ColumnContext("rupiah", ",", period="month"), 50_000_000, "review"),
    (9, "2.500.000 + lembur", RUPIAH, 2_500_000, "review"),
    (9, "2.500.000 kotor", RUPIAH, 2_500_000, "review"),
    (9, "UMR", RUPIAH, "UMR", "review"),
    (9, "sesuai UMP", RUPIAH, "UMP", "review"),
    (9, "2.500.000 (UMP)", RUPIAH, 2_500_000, "review"),
    (9, "gaji 2 juta", RUPIAH, 2_000_000, "review"),
    (10, "0,035", POINTS, 3.5, "review"),
    (10, "0,035", PERCENT, 3.5, "review"),
    (10, "3.5", SHARES, 3.5, "review"),
    (10, "-3%", POINTS, -3, "review"),
    (10, "3%", RUPIAH, 3, "review"),
    (11, "1,234E+15", RUPIAH, None, "unreadable"),
    (11, "3E+06", RUPIAH, 3_000_000, "review"),
    (11, "#####", RUPIAH, None, "unreadable"),
    (11, "#N/A", RUPIAH, None, "unreadable"),
    (11, "#REF!", RUPIAH, None, "unreadable"),
    (12, "-9", RUPIAH, -9, "review"),
    (12, "(9)", RUPIAH, 9, "review"),
    (12, "9999999", RUPIAH, 9_999_999, "review"),
    (43, "2.500.000", ColumnContext("rupiah", ",", factor=1000), 2_500_000, "review"),
    (43, "1000000", ColumnContext("rupiah", ",", factor=1000), 1_000_000, "review"),
    (45, "3.5", INTEGER, 3.5, "review"),
    (51, "2,5,3", DECIMAL, None, "unreadable"),
    (51, "2.50.000", RUPIAH, None, "unreadable"),
    (53, "0812345678", RUPIAH, 812345678, "review"),
    (53, "0007", INTEGER, 7, "review"),
    (53, "3171015708980001", RUPIAH, None, "review"),
    (53, "1000000000001", RUPIAH, 1_000_000_000_001, "review"),
]


def named(cases):
    return [
        pytest.param(*case[1:], id=f"kind{case[0]:02d}-{case[1]!a}-{case[2].kind}-{number}")
        for number, case in enumerate(cases)
    ]


@pytest.mark.parametrize(("raw", "context", "value", "flag"), named(READ))
def test_read(raw, context, value, flag):
    reading = read_number(raw, context)
    assert (reading.value, reading.flag) == (value, flag)
    assert type(reading.value) is type(value)


@pytest.mark.parametrize(("raw", "context", "proposal", "flag"), named(NOT_READ))
def test_not_read(raw, context, proposal, flag):
    reading = read_number(raw, context)
    assert (reading.value, reading.proposal, reading.flag) == (None, proposal, flag)
    assert reading.note


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("-9", "refused"),
        ("(9)", "refused"),
        ("9999999", "dont_know"),
        ("9.999.999", "dont_know"),
        ("Rp 0", "not_applicable"),
    ],
)
def test_kind12_declared_codes_are_missing(raw, reason):
    assert read_number(raw, CODED).missing == reason


def test_kind13_zero_is_missing_only_where_the_variable_says_so():
    assert read_number("0", CODED).missing == "not_applicable"
    assert read_number("0", INTEGER).value == 0


def test_kind12_a_likely_code_is_reported_in_whole_numbers():
    assert {
        raw: read_number(raw, INTEGER).flag for raw in ("77", "88", "98", "99", "777", "888", "998", "999")
    } == dict.fromkeys(("77", "88", "98", "99", "777", "888", "998", "999"), "report")
    assert {
        raw: read_number(raw, INTEGER).flag for raw in ("7", "8", "9", "78", "97", "100", "997")
    } == dict.fromkeys(("7", "8", "9", "78", "97", "100", "997"), "")
    assert read_number("99", ColumnContext("integer", missing={"99": "refused"})).missing == "refused"


def test_kind05_a_range_and_a_limit_keep_their_bounds():
    assert read_number("2-3 juta", RUPIAH).bounds == (2_000_000, 3_000_000)
    assert read_number(">3jt", RUPIAH).bounds == (3_000_000, None)
    assert read_number("kurang dari 1 juta", RUPIAH).bounds == (None, 1_000_000)
    assert read_number("2.5E+06", RUPIAH).bounds == (2_450_000, 2_550_000)


@pytest.mark.parametrize(
    ("words", "factor"),
    [
        ("ratus", 100),
        ("ribu rb rbu rebu k thousand 千", 10**3),
        ("万", 10**4),
        ("juta jt jta mio million", 10**6),
        ("億", 10**8),
        ("miliar milyar mlr billion", 10**9),
        ("triliun trilyun trillion", 10**12),
    ],
)
def test_kind04_every_word_for_a_power_of_ten(words, factor):
    for word in words.split():
        assert read_number(f"2 {word}", DECIMAL).value == 2 * factor
        assert read_number(f"2,5{word}", DECIMAL).value == 2.5 * factor


def test_kind09_net_pay_is_reported_with_what_was_written():
    reading = read_number("2.500.000 (bersih)", RUPIAH)
    assert (reading.value, reading.flag) == (2_500_000, "report")
    assert "bersih" in reading.note


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (">3jt", "more than"),
        ("<3jt", "less than"),
        ("75rb/hari", "per day"),
        ("2.500", "2500000"),
        ("1,2 M", "miliar"),
        ("2.500.000 + lembur", "+ lembur"),
        ("Rp 0", "zero"),
    ],
)
def test_the_note_says_why(raw, words):
    assert words in read_number(raw, OPEN).note


def test_kind07_the_unit_is_named_and_only_the_columns_own_passes():
    assert read_number("75rb/hari", RUPIAH).unit == "day"
    assert read_number("2,5 juta/bulan", RUPIAH).flag == "report"
    monthly = ColumnContext("rupiah", ",", period="month")
    assert (read_number("2,5 juta/bulan", monthly).value, read_number("2,5 juta/bulan", monthly).flag) == (
        2_500_000,
        "",
    )
    assert read_number("2,5 juta/bulan", ColumnContext("rupiah", ",", period="year")).value is None


def test_kind09_the_minimum_wage_is_named_not_guessed():
    assert read_number("UMR", RUPIAH).rule == "minimum-wage"


def test_rules_are_stable_names():
    assert [
        read_number(raw, RUPIAH).rule
        for raw in ("Rp 2.500.000", "2,5 juta", "850rb", "2-3 juta", "75rb/hari")
    ] == [
        "rupiah-dots",
        "words-million",
        "words-thousand",
        "range-midpoint",
        "per-day",
    ]


def test_no_context_decides_nothing_ambiguous():
    assert read_number("2.500").flag == "review"
    assert read_number("2.5").value == 2.5


@pytest.mark.parametrize(
    ("cells", "kind", "decimal", "typical"),
    [
        ({"2.500.000": 10, "3.500.000": 4}, "rupiah", ",", 2_500_000),
        ({"2,500,000": 10}, "rupiah", ".", 2_500_000),
        ({"2.500.000": 10, "2,500,000": 1}, "rupiah", None, 2_500_000),
        ({"850.000": 3, "750.000": 1}, "rupiah", ",", None),
        ({"850.000": 3, "750,000": 1}, "rupiah", None, None),
        ({"2,5 juta": 3, "-9": 99, "-": 5, "tidak tahu": 5}, "rupiah", None, 2_500_000),
        ({"2,5": 10, "2.500": 5}, "decimal", ",", None),
        ({"2,5": 1000, "2.5": 1}, "decimal", None, None),
        ({}, "decimal", None, None),
        ({"1.000.000": 2, "3.000.000": 2}, "rupiah", ",", 1_000_000),
        ({"1.000.000": 2, "3.000.000": 3, "0": 9}, "rupiah", ",", 3_000_000),
        ({"850.000": 9}, "rupiah", None, None),
    ],
    ids=str,
)
def test_kind03_the_column_shows_its_convention(cells, kind, decimal, typical):
    context = column_context(cells, ColumnContext(kind, missing={"-9": "refused"}))
    assert (context.decimal, context.typical) == (decimal, typical)


@pytest.mark.parametrize(
    ("cells", "style"),
    [
        ({"3,5%": 9, "0,035": 1}, "points"),
        ({"0,035": 9, "0,5": 3}, "share"),
        ({"3,5": 1, "0,5": 1}, None),
        ({"0": 5}, None),
    ],
    ids=str,
)
def test_kind10_the_majority_shows_the_percent_style(cells, style):
    assert column_context(cells, ColumnContext("percent")).percent == style


def test_the_context_takes_counts_of_a_series_and_does_not_change_them():
    import pandas as pd

    counts = pd.Series(["2.500.000", "2.500.000", "2.500"]).value_counts()
    before = counts.copy()
    assert column_context(counts, ColumnContext("rupiah")).decimal == ","
    pd.testing.assert_series_equal(counts, before)


@pytest.mark.parametrize(
    ("header", "factor"),
    [
        ("Gaji (ribu Rp)", 1000),
        ("Upah (Rp 000)", 1000),
        ("dalam jutaan rupiah", 10**6),
        ("wage (in thousands)", 1000),
        ("Gaji (千円)", 1000),
        ("C7a. Upah bersih", 1),
        ("Upah (maks 2 juta)", 1),
        ("(Rp 1.000.000)", 1),
    ],
)
def test_kind43_the_header_states_a_unit(header, factor):
    reading = read_header_unit(header)
    assert (reading.value, reading.flag) == (factor, "report" if factor > 1 else "")


@pytest.mark.parametrize(
    ("raw", "value", "flag"),
    [
        ("0007", "0007", ""),
        ("P0001", "P0001", ""),
        ("0812345678", "0812345678", ""),
        ("3171015708980001", "3171015708980001", ""),
        ("12.0", "12", "report"),
        ("3171015708980000", "3171015708980000", "report"),
        ("1,234E+15", None, "unreadable"),
    ],
    ids=lambda value: f"kind53-{value}" if isinstance(value, str) else None,
)
def test_kind53_identifiers_are_text(raw, value, flag):
    assert (read_identifier(raw).value, read_identifier(raw).flag) == (value, flag)


def test_kind53_lost_zeros_are_proposed_where_the_width_is_known():
    reading = read_identifier("7", width=4)
    assert (reading.value, reading.proposal, reading.flag) == (None, "0007", "review")
    assert read_identifier("31710157089800011", width=16).flag == "review"


@pytest.mark.parametrize(
    "fields",
    [{"kind": "euro"}, {"decimal": ";"}, {"percent": "half"}, {"factor": 0}, {"missing": {"1": "lost"}}],
    ids=str,
)
def test_a_context_that_is_not_known_is_refused(fields):
    with pytest.raises(ValueError, match=r"kind|factor|reasons"):
        ColumnContext(**fields)


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        (
            "1.082661958322826",
            "decimal",
            1.082661958322826,
        ),  # sixteen digits: all that a number of double precision has
        ("3.9960000000000004", "decimal", 3.9960000000000004),
        ("12418.07031250000123", "decimal", 12418.07031250000123),
        (".5", "decimal", 0.5),  # as SPSS writes it
        ("-.5", "decimal", -0.5),
        (",25", "decimal", 0.25),
        (".5%", "percent", 0.5),
        ("1e-05", "decimal", 1e-05),
        ("-1.5E-7", "decimal", -1.5e-07),
        ("6.123233995736766e-17", "decimal", 6.123233995736766e-17),
        ("1.2345678901234567e+16", "decimal", 1.2345678901234567e16),
        ("2500000.123456789", "rupiah", 2500000.123456789),
    ],
)
def test_what_programs_write_is_read(text, kind, value):
    assert read_number(text, column_context({text: 1}, ColumnContext(kind, negative=True))).value == value


@pytest.mark.parametrize("text", ["3174051203850001", "1234567890123456.5", "2.5E+15", "1e+16"])
def test_whole_numbers_that_no_float_holds_still_wait(text):
    assert read_number(text, column_context({text: 1}, ColumnContext("decimal"))).value is None


def test_groups_of_three_in_a_unit_without_decimals_are_thousands():
    # A public file: 330 of 330 amounts such as 7,100, no cents, no currency declared.
    cells = {"7,100": 3, "12,350": 2, "850": 4, "101,275": 1}
    context = column_context(cells, ColumnContext("decimal", whole=True))
    reading = read_number("7,100", context)
    assert (reading.value, reading.flag) == (7100, "report")
    assert "all 6 answers" in reading.note
    assert read_number("7,100", column_context(cells, ColumnContext("integer"))).value == 7100
    assert read_number("850", context).flag == ""


@pytest.mark.parametrize(
    "cells",
    [
        {"7,100": 3, "12,350": 2},  # two answers are no column
        {"2.000": 9, "3.000": 9, "4.000": 5},  # a program may write 2 as 2.000
        {"7,100": 3, "12,350": 2, "8.250": 1},  # two signs
    ],
    ids=str,
)
def test_groups_of_three_that_may_be_fractions_wait(cells):
    context = column_context(cells, ColumnContext("decimal", whole=True))
    assert {read_number(text, context).flag for text in cells} == {"review"}
    assert "'decimal'" in read_number(next(iter(cells)), context).note


def test_three_digits_after_the_decimal_sign_are_no_silent_fraction_where_the_unit_has_none():
    # With decimal "." by the other answers, 12.500 of a unit without decimals is 12500 or 12.5: a person says
    # which.
    context = column_context({"12.500": 1, "3.5": 4}, ColumnContext("decimal", whole=True))
    reading = read_number("12.500", context)
    assert (reading.value, reading.flag) == (None, "review")
    assert read_number("3.5", context).value == 3.5
    assert (
        read_number("12.500", column_context({"12.500": 1, "3.5": 4}, ColumnContext("decimal"))).value == 12.5
    )


@pytest.mark.parametrize(
    "cells",
    [{"0.250": 3, "12.500": 1}, {"1234.567": 3, "12.500": 1}, {"1.08266195832": 3, "12.500": 1}],
    ids=str,
)
@pytest.mark.parametrize("given", [{"whole": True}, {"currency": "USD"}], ids=str)
def test_a_column_that_writes_three_digits_of_a_fraction_is_read_so(cells, given):
    assert read_number("12.500", column_context(cells, ColumnContext("decimal", **given))).value == 12.5


@pytest.mark.parametrize(
    ("text", "kind", "value", "flag"),
    [
        ("1.234", "decimal", 1.234, ""),  # a text would be 1234 in this column
        ("1.082661958322826", "decimal", 1.082661958322826, ""),
        ("1e-05", "decimal", 1e-05, ""),
        ("2500000", "rupiah", 2500000, ""),
        (
            "2.5",
            "rupiah",
            None,
            "review",
        ),  # typed 2.500 or 2,5 million in a spreadsheet: the size tells, not the sign
        ("3.9999999999999996", "integer", 4, ""),
        ("3.5", "integer", None, "review"),
        ("-4", "decimal", None, "review"),
        ("-9", "decimal", None, ""),
        ("9999", "integer", None, "review"),
        ("3174051203850001", "decimal", 3174051203850001, ""),
        (".a", "decimal", None, "unreadable"),
        ("", "decimal", None, ""),
    ],
)
def test_stored_numbers_do_not_pass_through_the_reader_of_texts(text, kind, value, flag):
    context = column_context(
        {"1.250,50": 0}, ColumnContext(kind, missing={"-9": "refused"}), stored={text: 1}
    )
    assert context.decimal == ","
    reading = read_stored(text, context)
    assert (reading.value, reading.flag) == (value, flag)


def test_stored_shares_are_percent_points_by_their_column():
    context = column_context({}, ColumnContext("percent"), stored={"0.035": 5, "0.5": 4})
    assert read_stored("0.035", context).value == 3.5


def test_stored_amounts_say_what_is_usual():
    assert column_context({}, ColumnContext("rupiah"), stored={"2500000": 3, "1500000": 1}).typical == 2500000


def test_a_running_number_of_nines_is_no_missing_code():
    # close_elections_lmb of causaldata: the 9,999th of 13,588 rows waited for a person.
    cells = dict.fromkeys(map(str, range(9990, 10010)), 1)
    assert read_number("9999", column_context(cells, ColumnContext("integer"))).value == 9999
    assert read_stored("9999", column_context({}, ColumnContext("integer"), stored=cells)).value == 9999
    assert (
        read_number("9999", column_context({"9998": 1, "12": 4, "9999": 3}, ColumnContext("integer"))).value
        is None
    )
