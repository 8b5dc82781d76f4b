"""XLSForm expressions (skip rules, constraints, consistency rules), read once and applied to whole columns.

The part of ODK's XPath that questionnaires use: ``${name}``, ``.``, numbers, ``'texts'``, ``= != < <= > >=``,
``+ - * div mod``, ``and or not()``, ``selected(${x}, 'code')``, ``count-selected()``, ``if(a, b, c)``,
``coalesce(a, b)``, ``abs()``, ``year()``, ``months-between(a, b)``, ``regex(a, 'pattern')``. No code is
executed from a definition file.

Truth has three values: a comparison with a missing answer is unknown, and what is unknown breaks no rule.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Annotated

import numpy as np
import pandas as pd
from pydantic import AfterValidator

TOKEN = re.compile(
    r"\s*(?:(\$\{\w+\})|(\d+(?:\.\d+)?)|'([^']*)'|\"([^\"]*)\"|(!=|<=|>=|=|<|>|\+|-|\*|\(|\)|,|\.)|([A-Za-z][\w-]*))"
)
COMPARE: dict[str, Callable[[pd.Series, pd.Series], pd.Series]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
COUNT: dict[str, Callable[[pd.Series, pd.Series], pd.Series]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
}
CONDITIONS = ("not", "selected", "regex", "is-missing")  # functions that are true, false or unknown
LONGEST = 2_000  # letters; longer ones are not read by people either


@dataclass(frozen=True)
class Node:
    """One part of a parsed expression: what it is, its value, its operands."""

    kind: str
    value: str = ""
    parts: tuple[Node, ...] = field(default=())

    def compared(self) -> Iterator[tuple[str, str]]:
        """What the expression compares names with: (name, text or number), each part by itself."""
        by_answer = (self.kind, self.value) in (("operator", "="), ("operator", "!="), ("call", "selected"))
        if by_answer and {part.kind for part in self.parts} in ({"name", "text"}, {"name", "number"}):
            one, other = self.parts if self.parts[0].kind == "name" else self.parts[::-1]
            yield one.value, other.value
        for part in self.parts:
            yield from part.compared()

    def names(self) -> set[str]:
        """All variables that the expression looks at; ``.`` is the answer itself."""
        own = {self.value} if self.kind == "name" else set()
        return own.union(*[part.names() for part in self.parts])


def tokens(text: str) -> list[tuple[str, str]]:
    """Split an expression into (kind, text) pairs.

    Raises
    ------
    ValueError naming the first part that cannot be read.
    """
    if len(text) > LONGEST:
        raise ValueError(f"the expression has more than {LONGEST} letters")
    found, place = [], 0
    while place < len(text.rstrip()):
        match = TOKEN.match(text, place)
        if not match:
            raise ValueError(f"the expression cannot be read at '{text[place : place + 20].strip()}'")
        name, number, single, double, sign, word = match.groups()
        kind, value = next(
            (k, v)
            for k, v in (
                ("name", name),
                ("number", number),
                ("text", single),
                ("text", double),
                ("sign", sign),
                ("word", word),
            )
            if v is not None
        )
        found.append((kind, value[2:-1] if kind == "name" else value))
        place = match.end()
    return found


class Parser:
    """Reads an expression by precedence: or, and, comparison, sum, product, sign."""

    def __init__(self, text: str) -> None:
        self.tokens, self.place = tokens(text), 0

    def peek(self) -> tuple[str, str]:
        """The next token, or an end mark."""
        return self.tokens[self.place] if self.place < len(self.tokens) else ("end", "")

    def take(self, *values: str) -> str | None:
        """Consume the next token when it is one of ``values`` (a sign or a word)."""
        kind, value = self.peek()
        if kind in ("sign", "word") and value in values:
            self.place += 1
            return value
        return None

    def need(self, value: str) -> None:
        """Consume ``value`` or refuse."""
        if not self.take(value):
            raise ValueError(f"'{value}' is missing before '{self.peek()[1] or 'the end'}'")

    def chain(self, operators: tuple[str, ...], below: Callable[[], Node]) -> Node:
        """Read operands joined by operators of one precedence, from left to right."""
        node = below()
        while sign := self.take(*operators):
            node = Node("operator", sign, (node, below()))
        return node

    def expression(self) -> Node:
        """Read the lowest precedence."""
        return self.chain(("or",), lambda: self.chain(("and",), lambda: self.chain(tuple(COMPARE), self.sum)))

    def sum(self) -> Node:
        """Read sums and products."""
        return self.chain(("+", "-"), lambda: self.chain(("*", "div", "mod"), self.atom))

    def atom(self) -> Node:
        """Read a value, a call, or a part in parentheses."""
        if self.take("-"):
            return Node("operator", "-", (Node("number", "0"), self.atom()))
        if self.take("("):
            node = self.expression()
            self.need(")")
            return node
        kind, value = self.peek()
        if kind == "end" or (kind == "sign" and value != "."):
            raise ValueError(f"a value is missing before '{value or 'the end'}'")
        self.place += 1
        if kind != "word":
            return Node("name" if value == "." and kind == "sign" else kind, value)
        return self.call(value)

    def call(self, name: str) -> Node:
        """Read a function with its arguments."""
        if name not in FUNCTIONS:
            raise ValueError(f"the function '{name}' is not known; use one of {', '.join(sorted(FUNCTIONS))}")
        self.need("(")
        parts = []
        while not self.take(")"):
            parts.append(self.expression())
            if not self.take(","):
                self.need(")")
                break
        fewest, most, _ = FUNCTIONS[name]
        if not fewest <= len(parts) <= most:
            raise ValueError(
                f"'{name}' takes {fewest if fewest == most else f'{fewest} to {most}'} arguments, not"
                f" {len(parts)}"
            )
        if name == "regex":
            readable_pattern(parts[1])
        return Node("call", name, tuple(parts))


def readable_pattern(node: Node) -> None:
    """Refuse a pattern that cannot be read, or that is no text between quotation marks."""
    if node.kind != "text":
        raise ValueError("the pattern of 'regex' stands in quotation marks")
    try:
        re.compile(node.value)
    except re.error as failure:
        raise ValueError(f"the pattern '{node.value}' cannot be read ({failure})") from None


def parse_expression(text: str) -> Node:
    """Parse an expression.

    Raises
    ------
    ValueError in plain words when it cannot be read.
    """
    parser = Parser(text)
    try:
        node = parser.expression()
    except RecursionError:
        raise ValueError("the expression is nested too deep") from None
    if parser.peek()[0] != "end":
        raise ValueError(f"nothing is expected before '{parser.peek()[1]}'")
    return node


def readable_expression(value: str) -> str:
    """Refuse a text that is not an XLSForm expression, or says neither yes nor no; the empty text is none."""
    if value.strip() and not is_condition(parse_expression(value)):
        raise ValueError("it gives a value, and a condition is needed, such as . >= 0 or ${work} = '1'")
    return value if value.strip() else ""


def is_condition(node: Node) -> bool:
    """Whether an expression is true, false or unknown in each row."""
    if node.kind == "call" and node.value in ("if", "coalesce"):
        return all(is_condition(part) for part in node.parts[-2:])
    conditions = (*COMPARE, "and", "or") if node.kind == "operator" else CONDITIONS
    return node.kind in ("operator", "call") and node.value in conditions


Expression = Annotated[str, AfterValidator(readable_expression)]  # a field that holds one


def evaluate(node: Node, table: pd.DataFrame, answer: str = "") -> pd.Series:
    """Apply a parsed expression to all rows; ``.`` is the column ``answer``.

    Returns
    -------
    One value a row: numbers as ``float64``, texts as objects, truth as ``boolean`` with missing for unknown.

    Raises
    ------
    KeyError naming a variable that the table does not have.
    """
    if node.kind == "name":
        return column(table, answer if node.value == "." else node.value)
    if node.kind in ("number", "text"):
        value = float(node.value) if node.kind == "number" else node.value
        return pd.Series(
            [value] * len(table), index=table.index, dtype="float64" if node.kind == "number" else "object"
        )
    parts = [evaluate(part, table, answer) for part in node.parts]
    return FUNCTIONS[node.value][2](*parts) if node.kind == "call" else operate(node.value, *parts)


def column(table: pd.DataFrame, name: str) -> pd.Series:
    """A variable as numbers where all its values are numbers, else as texts."""
    if name not in table:
        raise KeyError(f"there is no variable '{name}'")
    values = table[name]
    if pd.api.types.is_numeric_dtype(values):
        return values.astype("float64")
    return values.astype("object").where(values.notna(), None)


def numbers(values: pd.Series) -> pd.Series:
    """Values as numbers; what is no number is missing."""
    return pd.to_numeric(values, errors="coerce").astype("float64")


def operate(sign: str, left: pd.Series, right: pd.Series) -> pd.Series:
    """Apply one operator to two columns."""
    if sign in ("and", "or"):
        return truth(left) & truth(right) if sign == "and" else truth(left) | truth(right)
    if sign in COMPARE:
        return compare(sign, left, right)
    one, two = numbers(left), numbers(right)
    with np.errstate(divide="ignore", invalid="ignore"):
        if sign in ("div", "mod"):
            two = two.where(two != 0)
            return one / two if sign == "div" else one % two
        return COUNT[sign](one, two)


def compare(sign: str, left: pd.Series, right: pd.Series) -> pd.Series:
    """Compare as numbers where both sides are numbers, as dates or texts otherwise; unknown where a side is
    missing.
    """
    one, two = numbers(left), numbers(right)
    by_number, known = one.notna() & two.notna(), left.notna() & right.notna()
    answer = COMPARE[sign](one, two)
    if (known & ~by_number).any():
        answer = answer.where(
            by_number, COMPARE[sign](left.astype("object").map(str), right.astype("object").map(str))
        )
    return answer.astype("boolean").mask(~known)


def truth(values: pd.Series) -> pd.Series:
    """Values as truth: numbers are true unless zero."""
    if values.dtype == "boolean":
        return values
    return (numbers(values) != 0).astype("boolean").mask(numbers(values).isna())


def selected(values: pd.Series, codes: pd.Series) -> pd.Series:
    """Whether a code is among the answers of a ``select_multiple`` (codes separated by spaces)."""
    found = [None if pd.isna(v) else str(c) in str(v).split() for v, c in zip(values, codes, strict=True)]
    return pd.Series(found, index=values.index, dtype="boolean")


def count_selected(values: pd.Series) -> pd.Series:
    """How many answers were chosen."""
    return by_text(values, lambda text: float(len(text.split())))


def by_text(values: pd.Series, read: Callable[[str], float]) -> pd.Series:
    """A number a row, each distinct text read once; missing where there is none."""
    codes, distinct = pd.factorize(values)
    return pd.Series(
        np.array([*[read(str(value)) for value in distinct], np.nan])[codes],
        index=values.index,
        dtype="float64",
    )


def choose(condition: pd.Series, yes: pd.Series, no: pd.Series) -> pd.Series:
    """One value where a condition holds, another where it does not, missing where it is unknown."""
    known = truth(condition)
    return yes.where(known.fillna(False).astype(bool), no).mask(known.isna())


def year_of(values: pd.Series) -> pd.Series:
    """The year of an ISO date, month or year."""
    return by_text(values, lambda text: float(text[:4]) if text[:4].isdecimal() else np.nan)


def month_number(values: pd.Series) -> pd.Series:
    """Months since year 0 of an ISO date or month; missing where the month is."""
    found = re.compile(r"([0-9]{4})-([0-9]{2})")
    return by_text(
        values,
        lambda text: float(int(match[1]) * 12 + int(match[2])) if (match := found.match(text)) else np.nan,
    )


def matches(values: pd.Series, patterns: pd.Series) -> pd.Series:
    """Whether a text holds a pattern somewhere."""
    pattern = re.compile(str(patterns.iloc[0]) if len(patterns) else "")
    codes, distinct = pd.factorize(values)
    found = np.array([*[bool(pattern.search(str(value))) for value in distinct], False])[codes]
    return pd.Series(found, index=values.index, dtype="boolean").mask(codes < 0)


# name → (fewest arguments, most, function of columns)
FUNCTIONS: dict[str, tuple[int, int, Callable[..., pd.Series]]] = {
    "not": (1, 1, lambda values: ~truth(values)),
    "selected": (2, 2, selected),
    "count-selected": (1, 1, count_selected),
    "if": (3, 3, choose),
    "coalesce": (2, 2, lambda first, second: first.where(first.notna(), second)),
    "abs": (1, 1, lambda values: numbers(values).abs()),
    "year": (1, 1, year_of),
    "months-between": (2, 2, lambda first, last: month_number(last) - month_number(first)),
    "regex": (2, 2, matches),
    "is-missing": (1, 1, lambda values: values.isna().astype("boolean")),
}
