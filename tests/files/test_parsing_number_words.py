"""Numbers spelt out in Indonesian read back to the number they were spelt from."""

from hypothesis import given
from hypothesis import strategies as st

from manfaat.files.parsing import ColumnContext, read_number
from manfaat.files.parsing.number_words import in_digits

ONES = [
    "nol",
    "satu",
    "dua",
    "tiga",
    "empat",
    "lima",
    "enam",
    "tujuh",
    "delapan",
    "sembilan",
    "sepuluh",
    "sebelas",
]


def spelt(number: int) -> str:
    """Spell a number below a thousand by the rules of Badan Bahasa, written here from the rule and not from
    the reader.
    """
    if number < 12:
        return ONES[number]
    if number < 20:
        return f"{ONES[number - 10]} belas"
    if number < 100:
        tens, ones = divmod(number, 10)
        return f"{ONES[tens]} puluh" + (f" {ONES[ones]}" if ones else "")
    hundreds, rest = divmod(number, 100)
    return ("seratus" if hundreds == 1 else f"{ONES[hundreds]} ratus") + (f" {spelt(rest)}" if rest else "")


@given(st.integers(0, 999))
def test_a_spelt_number_reads_back(number):
    assert in_digits(spelt(number)) == str(number)
    reading = read_number(spelt(number), ColumnContext("decimal"))
    assert (reading.value, reading.flag) == (number, "report")


@given(st.integers(1, 999), st.integers(0, 999), st.booleans())
def test_a_spelt_amount_reads_back(millions, thousands, capital):
    text = f"{spelt(millions)} juta" + (f" {spelt(thousands)} ribu" if thousands else "")
    reading = read_number(text.title() if capital else text, ColumnContext("rupiah"))
    assert reading.value == millions * 10**6 + thousands * 1000
    assert "in words" in reading.note


@given(st.integers(0, 999), st.integers(0, 999))
def test_two_numbers_side_by_side_are_no_number(one, two):
    text = f"{spelt(one)} {spelt(two)}"
    joined = [number for number in range(1000) if spelt(number) == text]
    assert in_digits(text) == (str(joined[0]) if joined else text)


def test_texts_without_number_words_stay_as_they_are():
    for text in ("Rp 2.500.000", "gaji juta", "saturday", "12/1/2004", "sebulan", "31/2", "2 atau 3 juta"):
        assert in_digits(text) == text
