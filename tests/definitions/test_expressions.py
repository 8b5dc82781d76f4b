"""Skip rules and consistency rules say what they say, and nothing more."""

import contextlib
import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from manfaat.definitions.expressions import evaluate, parse_expression, readable_expression

TABLE = pd.DataFrame(
    {
        "wage": [1500.0, None, 0.0, 2000.0],
        "work": pd.array(["4", "0", None, "1"], dtype="string"),
        "assets": pd.array(["1 3", "", None, "13"], dtype="string"),
        "left": pd.array(["1998-05", "1998-05-01", None, "1998"], dtype="string"),
        "back": pd.array(["1999-03-01", "1998-12", "2000-01", "1999-01"], dtype="string"),
    }
)


def result(text: str, answer: str = "") -> list:
    values = evaluate(parse_expression(text), TABLE, answer)
    return [None if pd.isna(value) else value for value in values]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${wage} > 0", [True, None, False, True]),
        ("${work} = '4' or ${work} = 1", [True, False, None, True]),
        ("${wage} > 0 or ${work} = 0", [True, True, None, True]),  # unknown or true is true
        ("${wage} > 0 and ${work} = 0", [False, None, False, False]),  # false and unknown is false
        ("not(${wage} >= 2000)", [True, None, True, False]),
        ("selected(${assets}, '3')", [True, False, None, False]),
        ("count-selected(${assets})", [2.0, 0.0, None, 1.0]),
        ("${back} > ${left}", [True, True, None, True]),
        ("months-between(${left}, ${back})", [10.0, 7.0, None, None]),
        ("year(${back}) - year(${left}) <= 1", [True, True, None, True]),
        ("2 + 3 * 4 = 14", [True] * 4),
        ("(2 + 3) * 4 = 20 and -1 < 0", [True] * 4),
        ("7 mod 4 = 3 and 8 div 2 = 4", [True] * 4),
        ("if(${work} = 4, ${wage}, 1)", [1500.0, 1.0, None, 1.0]),
        ("coalesce(${wage}, 9)", [1500.0, 9.0, 0.0, 2000.0]),
        ("regex(${left}, '^1998-05')", [True, True, None, False]),
        ("abs(0 - ${wage}) = ${wage}", [True, None, True, True]),
        ("is-missing(${work})", [False, False, True, False]),
    ],
)
def test_expressions(text, expected):
    assert result(text) == expected


def test_the_answer_itself():
    assert result(". >= 0 and . <= 1500", "wage") == [True, None, True, False]


def test_names():
    assert parse_expression("${a} > 1 and selected(${b}, .)").names() == {"a", "b", "."}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "a value is missing before 'the end'"),
        ("${a} >", "a value is missing before 'the end'"),
        ("${a} > 1)", "nothing is expected before ')'"),
        ("(${a} > 1", "')' is missing"),
        ("__import__('os')", "cannot be read at"),
        ("system('rm')", "the function 'system' is not known"),
        ("selected(${a})", "takes 2 arguments, not 1"),
        ("${a} ~ 1", "cannot be read at '~ 1'"),
    ],
)
def test_wrong_expressions_are_refused_in_words(text, message):
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        parse_expression(text)
    assert message in str(caught.value)


def test_unknown_variable():
    with pytest.raises(KeyError, match="no variable 'b'"):
        evaluate(parse_expression("${b} = 1"), TABLE)


@pytest.mark.slow
@given(st.text(max_size=60))
def test_any_text_is_parsed_or_refused(text):
    with contextlib.suppress(ValueError):
        parse_expression(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("regex(., '[')", "the pattern '[' cannot be read"),
        ("regex(., ${a})", "the pattern of 'regex' stands in quotation marks"),
        ("${age}", "it gives a value, and a condition is needed"),
        ("'x'", "it gives a value, and a condition is needed"),
        ("if(${a} = 1, ${b}, 1 = 1)", "it gives a value, and a condition is needed"),
        ("(" * 900 + "1" + ")" * 900, "the expression is nested too deep"),
    ],
)
def test_what_can_hold_nowhere_is_refused_where_it_is_read(text, why):
    with pytest.raises(ValueError, match=re.escape(why)):
        readable_expression(text)


@pytest.mark.parametrize(
    "text",
    ["not(${a} = 1)", "if(${a} = 1, ${b} > 2, 1 = 1)", "coalesce(${a} > 1, ${b} > 1)", "is-missing(.)", ""],
)
def test_conditions(text):
    assert readable_expression(text) == text


def test_what_is_compared():
    text = "${a} = '1' and (selected(${b}, 'x') or 2 != ${c}) and ${a} = ${b} and ${d} > 3"
    assert list(parse_expression(text).compared()) == [("a", "1"), ("b", "x"), ("c", "2")]
