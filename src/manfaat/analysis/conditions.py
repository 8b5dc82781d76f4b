"""The rows that an analyst's condition chooses, whether she writes codes or labels, ``1`` or ``"1"``."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from manfaat.base.disclosure import is_few
from manfaat.base.problems import Problem, ProblemsError
from manfaat.definitions.codebook import KEY
from manfaat.definitions.naming import labels_of, unknown
from manfaat.definitions.study import Study

EXAMPLE = "such as age >= 30 and married == 1"
MOST_VALUES = 30  # of a column whose values are answers: one that nobody gave is a slip
READABLE = (
    SyntaxError, ValueError, TypeError, AttributeError, KeyError, NotImplementedError, RecursionError
)  # fmt: skip
Labels = Mapping[str, Mapping[str, str]]  # column → label → code


def answer_labels(
    study: Study, table: pd.DataFrame, answers: pd.DataFrame | None
) -> dict[str, dict[str, str]]:
    """What the codes of a column are called, in every language: column → label → code.

    An indicator that is named like an answer has its labels where each answer stands for one value.

    Parameters
    ----------
    table : the rows that are chosen from. answers : the clean main table, with codes; None in a panel.
    """
    found: dict[str, dict[str, str]] = {}
    own = {line.name for line in study.indicators}
    for variable in study.codebook.table(study.programme.main_table):
        name = variable.name
        if variable.kind != "select_one" or name not in table:
            continue
        choices = study.codebook.answers(variable.list_name or "")
        codes = {choice.name: choice.name for choice in choices}
        if name in own:
            codes = {} if answers is None else values_of(table[name], answers[name])
        found[name] = {
            choice.label(language): codes[choice.name]
            for choice in choices
            if choice.name in codes
            for language in study.programme.spoken
        }
    return found


def values_of(values: pd.Series, codes: pd.Series) -> dict[str, str]:
    """Which value of an indicator each code of an answer stands for; none where one stands for several."""
    if len(values) != len(codes):
        return {}
    pairs = pd.DataFrame({"value": values.to_numpy(), "code": codes.to_numpy()}).dropna().drop_duplicates()
    if pairs["code"].duplicated().any() or pairs["value"].duplicated().any():
        return {}
    return {str(code): f"{value:g}" for code, value in zip(pairs["code"], pairs["value"], strict=True)}


@dataclass
class Settled(ast.NodeTransformer):
    """A condition in which every answer is written as its column holds it.

    Attributes
    ----------
    table : the rows that are chosen from. labels : see ``answer_labels``. place : the condition, for errors.
    """

    table: pd.DataFrame
    labels: Labels
    place: str

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        """Write the answers of one comparison, ``married == "Yes"`` or ``married in ["Yes", "No"]``."""
        sides = [node.left, *node.comparators]
        names = [side.id for side in sides if isinstance(side, ast.Name) and side.id in self.table]
        if len(names) != 1:
            return node
        is_equal = all(isinstance(one, ast.Eq | ast.NotEq | ast.In | ast.NotIn) for one in node.ops)
        node.left, *node.comparators = [self.settled(side, names[0], is_equal) for side in sides]
        return node

    def settled(self, side: ast.expr, name: str, is_equal: bool) -> ast.expr:
        """One side of a comparison with a column; lists answer by answer."""
        if isinstance(side, ast.List | ast.Tuple):
            side.elts = [self.settled(one, name, is_equal) for one in side.elts]
        if isinstance(side, ast.Constant) and isinstance(side.value, str | int | float):
            return ast.Constant(self.value(side.value, name, is_equal))
        if isinstance(side, ast.UnaryOp) and isinstance(side.operand, ast.Constant):
            return side  # a negative number
        return side

    def value(self, value: str | float, name: str, is_equal: bool) -> str | float:
        """A value as the column holds it.

        Raises
        ------
        ProblemsError where no row could have it: a word where there are numbers, an answer that nobody gave.
        """
        column, labels = self.table[name], self.labels.get(name, {})
        codes = {label.casefold(): code for label, code in labels.items()}
        if isinstance(value, str):
            value = codes.get(value.strip().casefold(), value)
        if is_numeric_dtype(column) and isinstance(value, str):
            try:
                value = float(value)
            except ValueError:
                raise self.never(value, name) from None
        elif not is_numeric_dtype(column) and not isinstance(value, str):
            value = f"{value:g}"
        known = column.dropna().unique()
        if is_equal and len(known) <= MOST_VALUES and value not in set(known):
            raise self.never(value, name)
        return int(value) if isinstance(value, float) and value.is_integer() else value

    def never(self, value: str | float, name: str) -> ProblemsError:
        """The error of a value that no row has: which there are."""
        column, labels = self.table[name], self.labels.get(name, {})
        told = f"{value:g}" if isinstance(value, float) else str(value)
        if labels:
            return unknown(f"{self.place}, {name}", told, {label: code for label, code in labels.items()})
        known = sorted(column.dropna().unique())
        if len(known) > MOST_VALUES:
            return ProblemsError([Problem(self.place, f"'{name}' holds numbers, and '{told}' is none")])
        listed = {f"{one:g}" if isinstance(one, float) else str(one): "" for one in known}
        return unknown(f"{self.place}, {name}", told, {one: one for one in listed})


def rows_where(table: pd.DataFrame, study: Study, where: str, labels: Labels) -> pd.DataFrame:
    """The rows for which a condition holds; answers may be written by code or by label.

    Parameters
    ----------
    labels : see ``answer_labels``.

    Raises
    ------
    ProblemsError that names what is near, for a condition that cannot be read, for an answer that nobody
    gave, or that holds for nobody or few.
    """
    place = f"where={where!r}"
    try:
        tree = Settled(table, labels, place).visit(ast.parse(where.strip(), mode="eval"))
        rows = table.query(ast.unparse(tree), engine="python")
    except pd.errors.UndefinedVariableError as failure:
        word = str(failure).split("'")[1]
        called = labels_of(study, "en")
        raise unknown(place, word, {name: called.get(name, name) for name in table.columns}) from None
    except ProblemsError:
        raise
    except READABLE as failure:
        told = f"it cannot be read: {failure}"
        raise ProblemsError([Problem(place, told, expected=EXAMPLE)]) from None
    if is_few(len(rows)) or rows.empty:
        held = "nobody" if rows.empty else "fewer than five"
        raise ProblemsError([Problem(place, f"it holds for {held}", expected="a larger group")])
    return rows


def with_answers(study: Study, indicators: pd.DataFrame, answers: pd.DataFrame) -> pd.DataFrame:
    """The indicators with the answers of the main table beside them, as numbers where their codes are some;
    row by row, where a row is one unit in both. Columns that both have are the indicators'.
    """
    own = answers.set_index(KEY)
    if not own.index.equals(pd.Index(indicators[KEY])):
        own = own[~own.index.duplicated()].reindex(indicators[KEY])
    own = own.set_axis(indicators.index)
    added = {}
    for variable in study.codebook.table(study.programme.main_table):
        if variable.name in own and variable.name not in indicators:
            values = own[variable.name]
            numbers = pd.to_numeric(values, errors="coerce") if variable.kind == "select_one" else values
            added[variable.name] = numbers if np.array_equal(numbers.isna(), values.isna()) else values
    return indicators.assign(**added)
