"""Dates of which only a part is known: they stay as they are, and are reported."""

from __future__ import annotations

import pandas as pd

from manfaat.cleaning.checks import findings
from manfaat.cleaning.outcomes import FINDING_COLUMNS
from manfaat.definitions.codebook import KEY, Variable

LENGTHS = {"date": 10, "month": 7, "dateTime": 16}  # letters of a whole one, in ISO form
NOTES = {
    4: "only the year is known",
    7: "only the year and month are known",
    10: "the time of day is not known",
}


def partial_dates(clean: pd.DataFrame, variables: list[Variable]) -> pd.DataFrame:
    """Report dates, months and times that are less exact than was asked for.

    Returns
    -------
    One line an answer: ``check`` ("part of a date"), ``severity, key, variable, note``.
    """
    found = []
    for variable in variables:
        if variable.kind in LENGTHS and variable.name in clean:
            size = clean[variable.name].str.len()
            for length, note in NOTES.items():
                if length < LENGTHS[variable.kind]:
                    found.append(
                        findings(
                            clean[[KEY]][(size == length).fillna(False).astype(bool)],
                            "part of a date",
                            "note",
                            variable.name,
                            note,
                        )
                    )
    filled = [part for part in found if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=FINDING_COLUMNS)
