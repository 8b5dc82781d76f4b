"""The cost sheet, line by line: what each line amounts to, in exact fractions, or why it cannot be placed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction

import pandas as pd

from manfaat.base.problems import Problem, refuse
from manfaat.base.reasons import Reason, ReasonError
from manfaat.costs.reasons import CostReason
from manfaat.definitions.declarations import CostSheet

PLACED = [
    "line",
    "cohort",
    "item",
    "payer",
    "party",
    "receiver",
    "currency",
    "year",
    "covered",
    "share",
    "units",
    "amount",
    "paid",
    "in_kind",
    "transfer",
    "valuation",
    "document",
]
ASIDE = ["line", "year", "column", "found", "reason"]


@dataclass(frozen=True)
class Sheet:
    """The lines of a cost sheet: those placed, those set aside with the reason, and those that price an
    equivalent programme.

    ``lines`` : one row a line, ``paid`` is amount × units × share in its currency, an exact fraction;
    ``receiver`` is the party that a transfer goes to, empty for a resource. ``aside`` : ``line, year``
    (missing where it is not known), ``column, found, reason``. ``alternatives`` : as ``lines``.
    """

    lines: pd.DataFrame
    aside: pd.DataFrame
    alternatives: pd.DataFrame


class SetAsideError(ReasonError):
    """A line that cannot be placed: the column, what stands there, and why."""

    def __init__(self, column: str, found: object, reason: Reason) -> None:
        super().__init__(reason)
        self.column, self.found = column, found


Cell = str | float | None  # what a cell of the clean cost sheet may hold
Line = Mapping[str, Cell]  # one row of it


def exact(value: str | float) -> Fraction:
    """A number as an exact fraction of its shortest decimal form: 0.1 is 1/10."""
    return Fraction(repr(float(value)))


def is_blank(value: Cell) -> bool:
    """Whether a cell holds nothing."""
    return value is None or bool(pd.isna(value)) or value == ""


def stated(row: Line, column: str, reason: Reason) -> str | float:
    """Return a cell, or set the line aside because it is empty."""
    value = row[column]
    if value is None or is_blank(value):
        raise SetAsideError(column, "", reason)
    return value


def code(row: Line, column: str, known: Collection[str], empty: Reason, unknown: Reason) -> str:
    """Return a code of a list, or set the line aside."""
    value = str(stated(row, column, empty))
    if value not in known:
        raise SetAsideError(column, value, unknown)
    return value


def number(row: Line, column: str, empty: Reason) -> Fraction:
    """Return a number as an exact fraction, or set the line aside."""
    value = stated(row, column, empty)
    try:
        return exact(value)
    except (ValueError, TypeError, OverflowError):
        raise SetAsideError(column, value, CostReason.NOT_A_NUMBER()) from None


def whole_year(row: Line, column: str, empty: Reason) -> int:
    """Return a year, or set the line aside: a year that is no whole number is never cut."""
    value = number(row, column, empty)
    if value.denominator != 1:
        raise SetAsideError(column, float(value), CostReason.BROKEN_YEAR())
    return int(value)


def place_line(row: Line, sheet: CostSheet) -> dict[str, object]:
    """Place one line.

    Raises
    ------
    SetAsideError with the first thing that is missing or cannot be.
    """
    columns = sheet.columns
    year = whole_year(row, columns.year, CostReason.NO_YEAR())
    currency = code(
        row, columns.currency, sheet.currencies, CostReason.NO_CURRENCY(), CostReason.UNKNOWN_CURRENCY()
    )
    payer = code(row, columns.payer, sheet.party_of, CostReason.NO_PAYER(), CostReason.UNKNOWN_PAYER())
    item = str(stated(row, columns.item, CostReason.NO_ITEM()))
    amount = number(row, columns.amount, CostReason.NO_AMOUNT())
    if amount < 0:
        raise SetAsideError(columns.amount, float(amount), CostReason.NEGATIVE_AMOUNT())
    share = number(row, columns.share, CostReason.NO_SHARE())
    if not 0 <= share <= 1:
        raise SetAsideError(columns.share, float(share), CostReason.WRONG_SHARE())
    covered = number(row, columns.covered, CostReason.NO_TRAINEES())
    if covered <= 0 or covered.denominator != 1:
        raise SetAsideError(columns.covered, float(covered), CostReason.WRONG_TRAINEES())
    basis = sheet.bases[
        code(
            row,
            columns.basis,
            sheet.bases,
            CostReason.NO_BASIS(),
            CostReason.UNKNOWN_BASIS(),
        )
    ]
    units = {"cohort": Fraction(1), "trainee": covered, "month": covered * exact(sheet.months.value)}[basis]
    transfer = answer(row[columns.transfer], sheet)
    cohort = year if is_blank(row[columns.cohort]) else whole_year(row, columns.cohort, CostReason.NO_YEAR())
    return {
        "line": str(row[columns.line]),
        "cohort": cohort,
        "item": item,
        "payer": payer,
        "party": sheet.party_of[payer],
        "receiver": sheet.receivers.get(item, "") if transfer == "yes" else "",
        "currency": currency,
        "year": year,
        "covered": int(covered),
        "share": share,
        "units": units,
        "amount": amount,
        "paid": amount * units * share,
        "in_kind": answer(row[columns.in_kind], sheet),
        "transfer": transfer,
        "valuation": "" if is_blank(row[columns.valuation]) else str(row[columns.valuation]),
        "document": "" if is_blank(row[columns.document]) else str(row[columns.document]),
    }


def year_of(value: Cell) -> float:
    """The year of a line that cannot be placed, as far as it is known."""
    try:
        return float("nan") if value is None or is_blank(value) else float(value)
    except (ValueError, TypeError):
        return float("nan")


def answer(value: object, sheet: CostSheet) -> str:
    """Turn the codes for yes and no into words; anything else is not stated."""
    return {sheet.yes: "yes", sheet.no: "no"}.get(str(value), "")


def read_sheet(table: pd.DataFrame, sheet: CostSheet) -> Sheet:
    """Place every line of the clean cost sheet, or set it aside with its reason.

    Raises
    ------
    ProblemsError when the table lacks a declared column.
    """
    missing = [name for _, name in sheet.columns if name not in table]
    refuse(Problem(f"table '{sheet.table}'", f"the column '{name}' is not there") for name in missing)
    placed, aside = [], []
    for record in table[[name for _, name in sheet.columns]].to_dict("records"):
        row: Line = {str(name): value for name, value in record.items()}
        try:
            placed.append(place_line(row, sheet))
        except SetAsideError as why:
            aside.append(
                {
                    "line": str(row[sheet.columns.line]),
                    "year": year_of(row[sheet.columns.year]),
                    "column": why.column,
                    "found": str(why.found),
                    "reason": str(why),
                }
            )
    lines = pd.DataFrame(placed, columns=PLACED)
    other = lines["item"].isin(sheet.alternatives)
    return Sheet(
        lines[~other].reset_index(drop=True),
        pd.DataFrame(aside, columns=ASIDE),
        lines[other].reset_index(drop=True),
    )
