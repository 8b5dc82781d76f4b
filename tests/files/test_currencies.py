"""Money of any country, read as its people write it; a sign of another currency is doubted."""

import pytest

from manfaat.files.parsing.currencies import homes, sign_before, signs_of
from manfaat.files.parsing.number_context import column_context
from manfaat.files.parsing.numbers import read_number
from manfaat.files.parsing.plain import ColumnContext

KENYA = ["KSh 12,500/=", "Kshs. 8,250", "12,500.50", "KES 9,000", "Sh 7,450/-", "10,000 shillings"]


def read(text: str, currency: str, column: list[str]):
    """Read one amount in a column of amounts of a currency."""
    context = column_context({one: 1 for one in column}, ColumnContext("decimal", currency=currency))
    return read_number(text, context)


@pytest.mark.parametrize(
    ("currency", "column", "expected"),
    [
        ("KES", KENYA, [12500, 8250, 12500.5, 9000, 7450, 10000]),
        ("EUR", ["1 234,56 €", "2.500,00 €", "980 euros", "EUR 1.200,50"], [1234.56, 2500, 980, 1200.5]),
        ("INR", ["₹ 1,25,000", "Rs. 85,000.50", "1.5 lakh", "₹12,34,567.25", "2 crore"],
         [125000, 85000.5, 150000, 1234567.25, 20000000]),
        ("XOF", ["125 000 F CFA", "98 500 francs"], [125000, 98500]),
    ],
)  # fmt: skip
def test_amounts_are_read_as_people_write_them(currency, column, expected):
    found = [read(text, currency, column) for text in column]
    assert [reading.value for reading in found] == expected, [reading.note for reading in found]
    assert not [reading.flag for reading in found if reading.flag == "review"]


def test_another_currency_is_doubted_and_not_converted():
    for text, currency in (("€ 500", "KES"), ("KSh 500", "EUR"), ("Rp 500", "INR")):
        reading = read(text, currency, [text])
        assert reading.value is None, text


def test_lakhs_are_no_grouping_elsewhere():
    assert read("1,25,000", "KES", ["1,25,000"]).value is None
    assert read_number("1,25,000", ColumnContext("rupiah")).value is None


def test_signs_are_those_of_where_it_is_money():
    assert {"Ksh", "KES", "shillings"} <= set(signs_of("KES"))
    assert [sign_before(code) for code in ("KES", "EUR", "INR", "IDR", "CHF")] == [
        "Ksh ",
        "€",
        "₹",
        "Rp ",
        "CHF ",
    ]
    assert {locale.territory for locale in homes("KES")} == {"KE"}
