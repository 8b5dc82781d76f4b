"""Reasons: a code and its values as text and back, and a sentence for each in every language."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manfaat.base.reasons import Code, because, doubt, read_reasons, write_reasons
from manfaat.evaluation.reasons import EstimateReason
from manfaat.measurement.reasons import ScaleReason
from manfaat.report.reasons import DECIMALS, MESSAGES, PACKAGES, reason_text
from manfaat.report.words import LANGUAGES, Language


class Example(Code):
    """Codes of no package."""

    PLAIN = because("no values")
    FULL = doubt("a number and a name", "n", "item")


NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)


@given(st.lists(st.tuples(NUMBERS, st.text()), max_size=3), st.booleans())
def test_a_cell_gives_back_the_reasons_that_were_written(values, plain):
    told = [Example.FULL(n=n, item=item) for n, item in values] + [Example.PLAIN()] * plain
    assert read_reasons(write_reasons(told), Example) == tuple(dict.fromkeys(told))


def test_a_cell_is_short_and_holds_each_reason_once():
    told = [Example.FULL(n=3, item="pay_now"), Example.PLAIN(), Example.FULL(n=3, item="pay_now")]
    assert write_reasons(told) == "full(n=3, item=pay_now); plain"
    assert [reason.doubts for reason in told] == [True, False, True]
    assert read_reasons("", Example) == read_reasons(float("nan"), Example) == ()


@pytest.mark.parametrize("text", ["unknown", "plain plain", "full(n=3", "no weights", "plain;plain"])
def test_what_is_no_reason_is_refused(text):
    with pytest.raises(ValueError, match="no reason"):
        read_reasons(text, Example)


def test_values_are_those_of_the_code():
    with pytest.raises(TypeError, match="takes"):
        Example.PLAIN(n=1)
    with pytest.raises(TypeError, match="takes"):
        Example.FULL(n=1)


def test_every_code_has_one_name_and_one_meaning():
    names = [name for package in PACKAGES for name in package.__members__]
    assert len(set(names)) == len(names) == sum(len(package) for package in PACKAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_a_text_with_its_values_in_every_language(language):
    assert set(MESSAGES) == {code for package in PACKAGES for code in package}
    for code, message in MESSAGES.items():
        fields = code.value.fields
        assert sorted(re.findall(r"\{(\w+)\}", message)) == sorted(fields), code
        said = reason_text(str(code(**dict.fromkeys(fields, 7))), Language(language))
        assert said.count("7") >= len(fields), code
        assert "{" not in said, code
        assert language == "en" or said != reason_text(str(code(**dict.fromkeys(fields, 7))), Language("en"))
    assert all(name in code.value.fields for code, name in DECIMALS)


def test_values_are_written_as_the_language_writes_numbers():
    told = [EstimateReason.FEW_EFFECTIVE(units=2490, effective=1234), EstimateReason.FEW_DF(df=3.3)]
    assert reason_text(write_reasons(told), Language("en")) == (
        "poor overlap: the 2,490 units of the weighted group count for only 1,234 of equal weight; the"
        " interval rests on only 3.3 degrees of freedom and is rough"
    )
    indonesian = reason_text(write_reasons(told), Language("id"))
    assert "1.234" in indonesian
    assert "3,3" in indonesian


def test_names_are_said_as_the_reader_knows_them():
    told = str(ScaleReason.ITEM_AGAINST(item="q3"))
    assert reason_text(told, Language("en"), {"q3": "“I am calm”"}.__getitem__).endswith(": “I am calm”")
