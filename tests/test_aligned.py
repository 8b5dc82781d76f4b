"""Numbers in a table end where their decimal marks stand one below the other."""

import pandas as pd
import pytest

from manfaat.report.aligned import DIGIT, MARK, align_numbers, decimals
from manfaat.report.tables import Column, html_table
from manfaat.report.words import Language


def cells(*texts: str, mark: str) -> list[str]:
    data = pd.DataFrame({"name": [f"row {n}" for n in range(len(texts))], "value": texts})
    html = html_table(data, [Column("name", "Name"), Column("value", "Value", str)])
    return [part.split("</td>")[0] for part in align_numbers(html, mark).split('<td class="number">')[1:]]


@pytest.mark.parametrize(
    ("code", "texts"),
    [("en", ("1,234.50", "−0.2", "7", "$3", "–")), ("id", ("1.234,50", "−0,2", "7", "Rp3", "–"))],
)
def test_decimal_marks_stand_one_below_the_other(code, texts):
    mark = Language(code).decimal_mark
    found = cells(*texts, mark=mark)
    assert found == [texts[0], texts[1] + DIGIT, "7" + MARK + DIGIT * 2, texts[3] + MARK + DIGIT * 2, "–"]
    after = [len(text.replace(MARK, mark).partition(mark)[2]) for text in found[:4]]
    assert after == [2, 2, 2, 2]


def test_other_columns_stay_as_they_are():
    for texts in (
        ("1.5", "2 / 3"),
        ("1.5", "−1.00 … 2.00"),
        ("10%", "5.5%"),
        ("1.5", "2.5"),
        ("–", "–"),
        ("", "1.25"),
    ):
        assert cells(*texts, mark=".") == [text.replace(" ", "\u00a0") for text in texts]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("< 0.001", 3),
        ("&lt;\u00a00.001", 3),
        ("0.5", 1),
        ("12", 0),
        ("1,234", 0),
        ("none", None),
        ("", None),
        ("3 people", None),
    ],
)
def test_what_is_one_number(text, expected):
    assert decimals(text, ".") == expected
