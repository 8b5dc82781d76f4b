"""Telephone numbers of every country are found where people write them; numbers that are none are left
alone.
"""

import pandas as pd
import pytest

from manfaat.desk.drafts import draft_from_data, identifies
from manfaat.files.formats import RawTable
from manfaat.files.parsing import personal_kinds
from manfaat.files.parsing.checks import personal_data
from manfaat.files.parsing.telephones import are_telephones, telephone_region

KENYA = ["0722 123 456", "0733123456", "0712-345-678", "0701 234 567"]
JAPAN = ["090-1234-5678", "080-2345-6789", "03-3210-7000", "070-1234-5678"]


@pytest.mark.parametrize(
    "text",
    [
        "+254 722 123456",
        "+81 90-1234-5678",
        "0049 30 901820",
        "call me on 0722 123456",
        "WA 0917 123 4567",
        "(212) 736-5000",
        "212-736-5000",
        "tel: 020 7946 0018",
        "hubungi 081234567890",
        "HP +62 813-9876-5432",
        "Telefone: (11) 96123-4567",
    ],
)
def test_a_number_that_can_be_called_is_found(text):
    assert personal_kinds(text) == ("phone",)


@pytest.mark.parametrize(
    "text",
    [
        "2004-03-12",
        "12.500.000",
        "Rp 1.250.000,00",
        "1234567890",
        "order 20040312001",
        "+5000000",
        "0001234567",
        "1,2,3,4,5,6,7,8",
        "100 - 200 - 300",
        "from 2004 to 2009 in 12 firms",
        "3174 0915 0570",
        "call 1999 2000",
    ],
)
def test_other_numbers_are_none(text):
    assert "phone" not in personal_kinds(text)


@pytest.mark.parametrize("texts", [KENYA, JAPAN])
def test_a_column_of_one_country_is_found_without_country_code(texts):
    assert telephone_region(texts)
    found = personal_data(pd.DataFrame({"note": [*texts, None]}), ["note"])
    assert found["kind"].tolist() == ["phone"] * 4


@pytest.mark.parametrize(
    "texts",
    [
        ["000651", "000652", "000653"],
        ["2004-01-02", "2004-02-03", "2005-03-04"],
        ["1000000", "2500000", "4000000"],
        ["a", "b", "c"],
        [],
    ],
)
def test_keys_dates_and_amounts_are_no_telephones(texts):
    assert telephone_region(texts) == ""
    assert not are_telephones(texts)


def test_a_draft_keeps_telephones_apart_whatever_their_column_is_called():
    frame = pd.DataFrame(
        {"_sheet": "", "_row": range(2, 6), "kontak_darurat": KENYA, "jumlah": ["1", "2", "3", "1"]}
    )
    draft = draft_from_data([RawTable("data", frame)])
    assert {line["name"]: line["role"] for line in draft.variables} == {
        "kontak_darurat": "identifier",
        "jumlah": "",
    }


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("resp_phone", True),
        ("mobile_number", True),
        ("nama_lengkap", True),
        ("phonetics", False),
        ("hours", False),
    ],
)
def test_questions_that_ask_for_what_identifies_people(name, found):
    assert identifies(name) is found
