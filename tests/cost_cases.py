"""Small cost sheets worked by hand, shared by the tests of accounts and value."""

import pandas as pd

from manfaat.costs.accounts import Money, in_money
from manfaat.costs.sheet import Sheet, read_sheet
from manfaat.definitions.declarations import CostSheet
from manfaat.definitions.prices import house_series

WORDS = {"en": "x", "id": "x"}
DECLARED = {
    "table": "costs",
    "currency": "IDR",
    "columns": {
        "line": "line",
        "cohort": "cohort",
        "item": "item",
        "payer": "payer",
        "currency": "currency",
        "amount": "amount",
        "year": "year",
        "covered": "covered",
        "basis": "basis",
        "in_kind": "in_kind",
        "valuation": "valuation",
        "transfer": "transfer",
        "share": "share",
        "document": "document",
    },
    "bases": {"1": "cohort", "2": "trainee", "3": "month"},
    "yes": "1",
    "no": "2",
    "months": {"value": 10, "source": WORDS},
    "currencies": {
        "IDR": {"label": WORDS, "prices": "idn_cpi"},
        "JPY": {"label": WORDS, "times": ["idr_per_usd"], "over": ["jpy_per_usd"], "prices": "jpn_cpi"},
        "USD": {"label": WORDS, "times": ["idr_per_usd"]},
    },
    "parties": [
        {"id": "trainee", "label": WORDS, "role": "trainee", "payers": ["5"]},
        {"id": "employer", "label": WORDS, "role": "employer", "payers": ["3"]},
        {"id": "home", "label": WORDS, "role": "sender", "payers": ["2"], "government": True},
        {"id": "host", "label": WORDS, "role": "host", "payers": ["1"], "government": True},
    ],
    "receivers": {"2": "trainee", "10": "trainee"},
    "continued": {"items": ["10"], "replaced_by": ["11"]},
    "opportunity": ["10", "11", "12"],
    "alternatives": ["15"],
    "bands": {"1": 0.0, "4": 0.3},
}
LINE = {
    "line": "K1",
    "cohort": 1997,
    "item": "1",
    "payer": "1",
    "currency": "JPY",
    "amount": 100_000.0,
    "year": 1997,
    "covered": 10,
    "basis": "2",
    "in_kind": "2",
    "valuation": "1",
    "transfer": "2",
    "share": 1.0,
    "document": "",
}


def declared(**changes: object) -> CostSheet:
    """A declaration with some parts changed."""
    return CostSheet.model_validate(DECLARED | changes)


def table(*lines: dict[str, object]) -> pd.DataFrame:
    """A clean cost sheet: each line is ``LINE`` with some cells changed, numbered in order."""
    return pd.DataFrame([LINE | {"line": f"K{place}"} | line for place, line in enumerate(lines, start=1)])


def money(convention: str = "year of payment", base_year: int = 2004) -> Money:
    """Money by the house's series."""
    return Money(declared(), house_series(), base_year, convention)


def placed(*lines: dict[str, object]) -> tuple[Sheet, pd.DataFrame]:
    """The sheet of some lines, and its lines in money."""
    sheet = read_sheet(table(*lines), declared())
    return sheet, in_money(sheet.lines, money())
