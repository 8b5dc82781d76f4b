"""What holds for every text: values written in any supported way read back, the ambiguous is flagged, nothing
raises or hangs.
"""

import string
import time
from datetime import date

import pytest
from babel.dates import format_date
from babel.numbers import format_decimal
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from conftest import examples
from manfaat.files.parsing import (
    ColumnContext,
    DateContext,
    Reading,
    choice_list,
    column_context,
    normalise,
    personal_kinds,
    read_choice,
    read_date,
    read_header_unit,
    read_identifier,
    read_missing,
    read_multiple,
    read_number,
    read_region,
    read_sex,
    read_title,
    read_yes_no,
)
from manfaat.files.parsing.checks import is_trial_text
from manfaat.files.parsing.date_words import MONTH_SPELLINGS
from manfaat.files.parsing.dates import SERIAL_FIRST
from manfaat.files.parsing.normalise import BYTE_OF, tidy

# The same examples each time: a test that fails one day in ten is no test. No database: no folder of its own.
PROPERTY = settings(
    max_examples=examples(100),
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
RUPIAH = column_context({"2.500.000": 5, "1.750.000": 3}, ColumnContext("rupiah", missing={"-9": "refused"}))
AGREE_LABELS = [
    ("1", "Strongly disagree", "Sangat tidak setuju"),
    ("2", "Disagree", "Tidak setuju"),
    ("3", "Neutral", "Netral"),
    ("4", "Agree", "Setuju"),
    ("5", "Strongly agree", "Sangat setuju"),
]
AGREE = choice_list(AGREE_LABELS)
ASSET_LABELS = [
    ("1", "House", "Rumah"),
    ("2", "Land", "Tanah"),
    ("3", "Motorcycle", "Sepeda motor"),
    ("4", "Car", "Mobil"),
    ("5", "Bank account", "Rekening bank"),
]
ASSETS = choice_list(ASSET_LABELS)
READERS = {
    "normalise": normalise,
    "missing": read_missing,
    "rupiah": lambda text: read_number(text, RUPIAH),
    "rupiah, nothing known": lambda text: read_number(text, ColumnContext("rupiah")),
    "thousands": lambda text: read_number(text, ColumnContext("rupiah", ",", factor=1000, period="month")),
    "yen": lambda text: read_number(text, ColumnContext("yen", ".")),
    "integer": lambda text: read_number(text, ColumnContext("integer")),
    "decimal": lambda text: read_number(text, ColumnContext("decimal", ".", negative=True)),
    "percent": lambda text: read_number(text, ColumnContext("percent", percent="share")),
    "date": read_date,
    "serial": lambda text: read_date(text, DateContext("mdy", True, 1904)),
    "choice": lambda text: read_choice(text, AGREE),
    "several": lambda text: read_multiple(text, ASSETS),
    "region": read_region,
    "sex": read_sex,
    "yes or no": read_yes_no,
    "title": read_title,
    "identifier": lambda text: read_identifier(text, width=16),
    "header": read_header_unit,
}
# The characters that the rules look at, so that the search goes where the rules are.
ALPHABET = (
    "0123456789" * 3
    + ".,-/' ()+%±<>~:;|'\"#"
    + "rpjtibumsahndgkvlERPM"
    + "月年万円平成元٣½²Ã©â€\u00a0\u200b\ufeff\x00\ufffd"
)
PHRASES = """
    Rp IDR juta jt ribu rb M k miliar /hari perbulan UMR ± > - s/d sampai 2
    2.500 2,5 2.500.000 850 1998 08 12 31 36012 Agustus Agt akhir WIB 10.15 PM GMT+7
    平成 10年 4月 H10.4.1 Setuju Sangat tidak 4 - Lainnya: ya / atau operator ass. manager 1;3 1E+15 % ( ) #N/A #### 0812 万 円 , . ' ~ + tahu
"""  # noqa: E501
WORDS = PHRASES.split()
texts = st.one_of(
    st.text(max_size=40),
    st.text(alphabet=ALPHABET, max_size=30),
    st.lists(st.sampled_from(WORDS), max_size=7).map(" ".join),
    st.lists(st.sampled_from(WORDS), max_size=7).map("".join),
)


def spaced(text: str) -> str:
    return f" \u00a0{text}\u200b "


def full_width(text: str) -> str:
    return text.translate({code: code + 0xFEE0 for code in map(ord, string.digits)})


def commas(value: int) -> str:
    return format_decimal(value, locale="en")


def dots(value: int) -> str:
    return format_decimal(value, locale="id")


# ---- written in any supported way, read back


amounts = st.builds(
    lambda value, before, after: f"{before}{value}{after}",
    st.integers(1, 10**7),
    st.sampled_from(["", "Rp ", "± ", "-", "¥"]),
    st.sampled_from(["", " rb", ",5 jt", ".000", ".0", "-900000", "万", ",-"]),
)
dated = st.builds(
    lambda d, m, y, sign: f"{d}{sign}{m}{sign}{y}",
    st.integers(0, 32),
    st.one_of(st.integers(0, 13), st.sampled_from(["Agt", "Mei"])),
    st.integers(0, 2100),
    st.sampled_from("/-. "),
)
RUPIAH_WRITERS = {
    "plain": str,
    "dots": dots,
    "Rp": lambda v: f"Rp {dots(v)}",
    "Rp.": lambda v: f"Rp.{dots(v)},-",
    "IDR": lambda v: f"IDR {dots(v)},00",
    "rupiah": lambda v: f"{dots(v)} rupiah",
    "commas": commas,
    "spaces": lambda v: dots(v).replace(".", " "),
    "apostrophes": lambda v: dots(v).replace(".", "'"),
    "decimals": lambda v: f"{v}.0",
    "spaced": lambda v: spaced(dots(v)),
    "full width": lambda v: full_width(dots(v)),
    "spreadsheet text": lambda v: f"'{v}",
    "month": lambda v: f"Rp {dots(v)}/bulan",
}


@pytest.mark.parametrize("writer", RUPIAH_WRITERS)
@PROPERTY
@given(value=st.integers(1_000_000, 200_000_000))
def test_rupiah_reads_back(writer, value):
    assume(set(str(value)) != {"9"})
    assert read_number(RUPIAH_WRITERS[writer](value), RUPIAH).value == value


@pytest.mark.parametrize("word", ["juta", "jt", "Juta", " JT", " jt,-"])
@PROPERTY
@given(hundredths=st.integers(1, 999_999), sign=st.sampled_from(",."))
def test_millions_read_back(word, hundredths, sign):
    text = f"{hundredths // 100}{sign}{hundredths % 100:02d}{word}"
    assert read_number(text, RUPIAH).value == hundredths * 10_000


@PROPERTY
@given(thousands=st.integers(1, 9_999), word=st.sampled_from(["rb", " ribu", "k", "RB"]))
def test_thousands_read_back(thousands, word):
    assert read_number(f"{thousands}{word}", RUPIAH).value == thousands * 1000


@PROPERTY
@given(man=st.integers(1, 9_999), rest=st.integers(1, 9))
def test_yen_reads_back(man, rest):
    yen = ColumnContext("yen", ".")
    assert read_number(f"{man}万円", yen).value == man * 10_000
    assert read_number(f"{man}万{rest}千円", yen).value == man * 10_000 + rest * 1000
    assert read_number(f"¥{commas(man * 1000)}", yen).value == man * 1000


@pytest.mark.parametrize(("locale", "decimal"), [("id", ","), ("en", ".")])
@PROPERTY
@given(value=st.decimals(0, 9_999_999, places=2))
def test_decimals_read_back_in_their_column(locale, decimal, value):
    context = ColumnContext("decimal", decimal)
    assume(set(str(int(value))) != {"9"})
    assert read_number(
        format_decimal(value, locale=locale, decimal_quantization=False), context
    ).value == float(value)
    assert read_number(
        str(float(value)) if float(value) >= 0.01 else "0", ColumnContext("decimal", ".")
    ).value == float(value)


@PROPERTY
@given(value=st.integers(1_000_000, 60_000_000), width=st.integers(1, 5_000_000))
def test_a_range_gives_its_middle_with_its_bounds_and_a_report(value, width):
    assume({set(str(value)) == {"9"}, set(str(value + width)) == {"9"}} == {False})
    reading = read_number(f"{dots(value)} - {dots(value + width)}", RUPIAH)
    assert (reading.value, reading.bounds, reading.flag) == (
        (2 * value + width) / 2,
        (value, value + width),
        "report",
    )


DATE_WRITERS = {
    "iso": date.isoformat,
    "id long": lambda d: format_date(d, "d MMMM y", locale="id"),
    "id full": lambda d: format_date(d, "EEEE, dd MMMM y", locale="id"),
    "id short": lambda d: format_date(d, "dd-MMM-y", locale="id"),
    "en long": lambda d: format_date(d, "MMMM d, y", locale="en"),
    "slashes": lambda d: f"{d.day}/{d.month}/{d.year}",
    "dots": lambda d: f"{d.day:02d}.{d.month:02d}.{d.year}",
    "dashes": lambda d: f"{d.day:02d} - {d.month:02d} - {d.year}",
    "year first": lambda d: f"{d.year}/{d.month}/{d.day}",
    "two digits": lambda d: f"{d.day}-{d.month}-{d.year % 100:02d}",
    "compact": lambda d: f"{d:%Y%m%d}",
    "japanese": lambda d: f"{d.year}年{d.month}月{d.day}日",
    "midnight": lambda d: f"{d.isoformat()} 00:00:00",
    "spaced": lambda d: spaced(format_date(d, "d MMMM y", locale="id")),
    "full width": lambda d: full_width(d.isoformat()),
}
days = st.dates(date(1930, 1, 1), date(2010, 12, 31))


@pytest.mark.parametrize("writer", DATE_WRITERS)
@PROPERTY
@given(day=days)
def test_a_date_reads_back(writer, day):
    assert read_date(DATE_WRITERS[writer](day), DateContext("dmy")).value == day.isoformat()


ERA_SIGNS = [("H", ".", ".", ""), ("平成", "年", "月", "日"), ("Heisei ", "/", "/", "")]


@pytest.mark.parametrize("month", range(1, 13))
def test_every_spelling_of_a_month_reads_back(month):
    for spelling in MONTH_SPELLINGS[month].split():
        assert read_date(f"{spelling.upper()} 1998").value == f"1998-{month:02d}"
        assert read_date(f"7 {spelling}. 1998").value == f"1998-{month:02d}-07"


@PROPERTY
@given(day=st.dates(date(1989, 1, 8), date(2019, 4, 30)), sign=st.sampled_from(ERA_SIGNS))
def test_an_era_date_reads_back(day, sign):
    name, first, second, last = sign
    assert (
        read_date(f"{name}{day.year - 1988}{first}{day.month}{second}{day.day}{last}").value
        == day.isoformat()
    )


@pytest.mark.parametrize("base", [1900, 1904])
@PROPERTY
@given(day=days, half=st.booleans())
def test_a_day_number_reads_back(base, day, half):
    text = str((day - SERIAL_FIRST[base]).days)
    assume(len(text) == 5)
    expected = day.isoformat() + ("T12:00:00" if half else "")
    assert read_date(text + (".5" if half else ""), DateContext(serials=base)).value == expected


@pytest.mark.parametrize(
    ("pattern", "zone"),
    [
        ("{d:%Y/%m/%d} {h:02d}.{m:02d}.{s:02d} WIB", "+07:00"),
        ("{d:%Y-%m-%d}T{h:02d}:{m:02d}:{s:02d}+09:00", "+09:00"),
        ("{d.month}/{d.day}/{d.year} {k}:{m:02d}:{s:02d} {half} GMT+7", "+07:00"),
    ],
)
@PROPERTY
@given(day=days, clock=st.times())
def test_a_time_stamp_reads_back(pattern, zone, day, clock):
    text = pattern.format(
        d=day,
        h=clock.hour,
        m=clock.minute,
        s=clock.second,
        k=clock.hour % 12 or 12,
        half="AM" if clock.hour < 12 else "PM",
    )
    assert read_date(text, DateContext("mdy")).value == f"{day}T{clock:%H:%M:%S}{zone}"


@PROPERTY
@given(choice=st.sampled_from(AGREE_LABELS), english=st.booleans(), data=st.data())
def test_a_label_reads_back_in_any_case_spacing_and_punctuation(choice, english, data):
    label = choice[1] if english else choice[2]
    cased = "".join(data.draw(st.sampled_from([char.lower(), char.upper()])) for char in label)
    mixed = (
        data.draw(st.sampled_from(["", " ", ". "]))
        + cased.replace(" ", data.draw(st.sampled_from([" ", "  ", "-", "\u00a0"])))
        + data.draw(st.sampled_from(["", " ", ".", "!"]))
    )
    assert read_choice(mixed, AGREE).value == choice[0]
    for pattern in ("{0} - {1}", "{0}. {1}", "({0}) {1}", "{1} ({0})", "{0}={1}"):
        assert read_choice(pattern.format(choice[0], cased), AGREE).value == choice[0]


@PROPERTY
@given(
    chosen=st.lists(st.sampled_from(ASSET_LABELS), min_size=2, unique=True),
    form=st.sampled_from([0, 1, 2]),
    separator=st.sampled_from([" ", ",", ", ", ";", "; ", "|"]),
)
def test_several_answers_read_back_in_the_order_of_the_list(chosen, form, separator):
    separator = ", " if form and separator == " " else separator
    text = separator.join(choice[form] for choice in chosen)
    assert read_multiple(text, ASSETS).value == tuple(sorted(choice[0] for choice in chosen))


@PROPERTY
@given(text=st.text(alphabet="abcé±–“”ñ 0123456789¥", min_size=1))
def test_text_misread_as_windows_1252_is_repaired(text):
    char_of = {byte: char for char, byte in BYTE_OF.items()}
    misread = "".join(char_of[byte] for byte in text.encode("utf-8"))
    assert normalise(misread).value == normalise(text).value


# ---- the ambiguous is flagged


@PROPERTY
@given(
    head=st.integers(1, 999),
    tail=st.integers(0, 999),
    sign=st.sampled_from(".,"),
    kind=st.sampled_from(["rupiah", "integer", "decimal"]),
)
def test_one_sign_before_three_digits_is_never_read_without_the_column(head, tail, sign, kind):
    assert read_number(f"{head}{sign}{tail:03d}", ColumnContext(kind)).flag == "review"


@PROPERTY
@given(
    first=st.integers(1, 12),
    second=st.integers(1, 12),
    year=st.integers(1900, 2100),
    sign=st.sampled_from("/-. "),
)
def test_day_and_month_that_could_be_exchanged_are_flagged(first, second, year, sign):
    text = f"{first}{sign}{second}{sign}{year}"
    ambiguous = first != second
    assert read_date(text).flag == ("review" if ambiguous else "")
    assert read_date(text, DateContext("dmy", mixed=True)).flag == ("review" if ambiguous else "")


@PROPERTY
@given(number=st.integers(-50, 999))
def test_a_code_outside_the_list_is_never_read(number):
    assume(str(number) not in AGREE.codes)
    assert read_choice(str(number), AGREE).value is None
    assert read_choice(f"{number % 5 + 1},5", AGREE).value is None
    assert read_choice(f"{number % 4 + 1}-{number % 4 + 2}", AGREE).value is None


@PROPERTY
@given(number=st.integers(-(10**9), -1))
def test_below_zero_is_never_money(number):
    assert read_number(str(number), ColumnContext("rupiah", ",")).value is None


# ---- no text raises, whatever it is


@pytest.mark.parametrize("reader", READERS)
@PROPERTY
@given(text=texts)
def test_no_text_raises(reader, text):
    assert isinstance(READERS[reader](text), Reading)


@PROPERTY
@given(text=texts)
def test_no_text_breaks_the_checks(text):
    assert personal_kinds(text) is not None
    assert is_trial_text(text) in (True, False)


@PROPERTY
@given(
    cells=st.dictionaries(texts, st.integers(1, 1000), max_size=6),
    kind=st.sampled_from(["rupiah", "yen", "integer", "decimal", "percent"]),
)
def test_every_column_has_a_context(cells, kind):
    context = column_context(cells, ColumnContext(kind))
    assert context.kind == kind
    for text in cells:
        assert isinstance(read_number(text, context), Reading)


@PROPERTY
@given(text=texts)
def test_one_spelling_is_a_fixed_point(text):
    once = tidy(text)[0]
    # Taking characters away can leave what looks like mojibake; that is not repaired on the way, only when
    # read again.
    if not set(once) & set("ÂÃâãäåæçèéï"):
        assert tidy(once)[0] == once


@PROPERTY
@given(text=st.one_of(texts, amounts), reader=st.sampled_from(["rupiah", "yen", "integer"]))
def test_a_number_that_was_read_reads_back_from_its_shortest_form(text, reader):
    reading = READERS[reader](text)
    if isinstance(reading.value, int):
        again = READERS[reader](str(reading.value))
        assert again.value == reading.value or again.flag == "review"


@PROPERTY
@given(text=st.one_of(texts, dated))
def test_a_date_that_was_read_reads_back_from_iso(text):
    reading = read_date(text)
    if reading.is_read:
        assert read_date(reading.value).value == reading.value


# ---- no text hangs: each is far longer than any answer, or just short enough to be tried by every pattern


LONG = 100_000
PIECES = [
    "1",
    "1.",
    "1,000.",
    "1 ",
    "1 000 ",
    "9",
    "a",
    " ",
    "a ",
    "Rp",
    "±",
    "-",
    "2-",
    "jt",
    "2jt ",
    "(",
    "((",
    "/",
    "1/",
    "4-",
    "4 - ",
    "x",
    "'",
    "é",
    "\u0301",
    "\u0327\u0301",
    "平成",
    "万",
    "#",
    "%",
    "% ",
    ".0",
    "lain ",
    "Ã",
    "â€",
    "٣",
    "½",
    ";",
    "ya;",
    "\x00",
    "ru",
]


@pytest.mark.many
@pytest.mark.parametrize("reader", READERS)
@pytest.mark.slow
def test_time_grows_no_faster_than_length(reader):
    # A pattern that backtracks over 100,000 characters takes minutes; reading takes about a millisecond.
    # Readers look at a long text's spelling first, which is the same for all: one of them tries every piece.
    for piece in PIECES if reader == "normalise" else PIECES[::4]:
        text = piece * (LONG // len(piece))
        began = time.process_time()
        READERS[reader](text)
        READERS[reader](f"1{text}x")
        assert time.process_time() - began < 2, f"{piece!a} × {LONG}"


@pytest.mark.parametrize("reader", READERS)
def test_time_is_small_at_the_lengths_that_are_tried(reader):
    # Just below each limit of length, where every pattern is tried: exponential backtracking would show here.
    for piece in PIECES:
        for length in (38, 60, 79, 119, 199, 399, 1_999):
            text = (piece * length)[:length]
            began = time.process_time()
            READERS[reader](text)
            READERS[reader](f"{text[:-1]}!")
            assert time.process_time() - began < 1, f"{piece!a} × {length}"


@pytest.mark.slow
def test_checks_of_texts_take_time_by_length():
    for piece in [*PIECES, "0812", "a@", "1-", "a.", "test"]:
        text = piece * (LONG // len(piece))
        began = time.process_time()
        personal_kinds(text)
        is_trial_text(text)
        assert time.process_time() - began < 2, f"{piece!a}"
