"""Numbers in a table end where their decimal marks stand one below the other, and are nothing but numbers."""

import re

import pandas as pd
import pytest

from manfaat.definitions.programme import Unit
from manfaat.report.blocks import Cell, Table, as_data, from_data, gap
from manfaat.report.exhibit import Exhibit, block_of
from manfaat.report.html import Shown, alignment_rules, html_of
from manfaat.report.latex import aligned
from manfaat.report.printed import filling
from manfaat.report.tables import Column, table
from manfaat.report.words import Language

ENGLISH, INDONESIAN = Language("en"), Language("id")
MONEY = Unit.model_validate({"label": {"en": "dollars", "id": "dolar"}, "prefix": "$", "decimals": 0})
SHARE = Unit.model_validate({"label": {"en": "points", "id": "poin"}, "is_share": True, "decimals": 1})


def made(*texts: str) -> Exhibit:
    data = pd.DataFrame({"name": [f"row {n}" for n in range(len(texts))], "value": texts}, dtype=object)
    return table("t", "T", "c", data, [Column("name", "Name"), Column("value", "Value", str)])


def block(*texts: str) -> Table:
    return block_of(made(*texts), "Table 1.1", "01-t")


def lacking(*texts: str) -> list[tuple[bool, int]]:
    found = made(*texts)
    return [gap(row[1], found.heads[1]) for row in found.rows]


@pytest.mark.parametrize("language", [ENGLISH, INDONESIAN])
def test_decimal_marks_stand_one_below_the_other(language):
    texts = (
        language.number(1234.5, 2),
        language.number(-0.2, 1),
        language.number(7, 0),
        language.amount(-3, MONEY),
        "–",
        language.p_value(0.0001),
    )
    assert lacking(*texts) == [(False, 1), (False, 2), (True, 3), (True, 3), (False, 0), (False, 0)]
    after = [filling(cell, block(*texts).heads[1], language) for _, cell in block(*texts).rows]
    ends = [
        len((text + end).partition(language.decimal_mark)[2]) for text, end in zip(texts, after, strict=True)
    ]
    assert ends == [3, 3, 3, 3, 0, 3]


def test_other_columns_stay_as_they_are():
    number, percent = ENGLISH.number, ENGLISH.percent
    for texts in (
        (number(1.5, 1), f"{number(2, 0)} / {number(3, 0)}"),
        (percent(0.1), percent(0.055, 1)),
        (ENGLISH.level(0.1, SHARE), number(1, 0)),
        (number(1.5, 1), number(2.5, 1)),
        ("–", "–"),
        ("", number(1.25, 2)),
        (number(1.5, 2), "3 people"),
    ):
        assert lacking(*texts) == [(False, 0), (False, 0)]


def test_a_number_in_the_page_is_the_number_and_nothing_else():
    html = html_of([block(ENGLISH.number(1234.5, 2), ENGLISH.number(7, 0))], Shown({}, {}))
    assert re.findall(r"<td[^>]*>([^<]*)", html) == ["1,234.50", "7"]
    assert 'class="number whole2">7<' in html
    assert r'td.whole2::after{content:"\2008\2007\2007"}' in alignment_rules()
    assert all(f"td.{name}{n}::" in alignment_rules() for name in ("less", "whole") for n in range(1, 9))


def test_latex_fills_up_unseen():
    shown = block(INDONESIAN.number(1.25, 2), INDONESIAN.number(-7, 0))
    assert [aligned(row[1], shown.heads[1]) for row in shown.rows] == [
        "1,25",
        r"$-$7\phantom{.}\phantom{0}\phantom{0}",
    ]


def test_a_table_keeps_the_values_that_it_shows():
    shown = block(ENGLISH.amount(-1234.4, MONEY), ENGLISH.level(0.1234, SHARE), ENGLISH.p_value(float("nan")))
    assert [row[1] for row in shown.rows] == [
        Cell("−$1,234", -1234.0, 0),
        Cell("12.3%", 12.3, None),
        Cell("–"),
    ]
    assert from_data(as_data([shown])) == (shown,)
