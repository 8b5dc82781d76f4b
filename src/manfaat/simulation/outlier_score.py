"""How well the check for amounts far from all others finds the wrong amounts that are left in clean
tables.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from manfaat.analysis.study import clean_tables, read_raw
from manfaat.base.typed import required
from manfaat.cleaning.outcomes import Given
from manfaat.cleaning.table_checks import outlier
from manfaat.definitions.codebook import KEY
from manfaat.definitions.programme import Check
from manfaat.definitions.study import Study
from manfaat.simulation.scoring import read_texts

FACTOR = 3  # an amount so many times too large or too small is a wrong one that the check should find
FEWEST_AMOUNTS = 20  # different ones: below it a number is a rating or a count


@dataclass(frozen=True)
class OutlierScore:
    """Amounts judged; those wrong by a factor of three, and how many of them were found; right amounts that
    were listed.
    """

    amounts: int
    wrong: int
    found: int
    listed: int

    def __add__(self, other: OutlierScore) -> OutlierScore:
        return OutlierScore(
            self.amounts + other.amounts,
            self.wrong + other.wrong,
            self.found + other.found,
            self.listed + other.listed,
        )

    def __str__(self) -> str:
        return (
            f"amounts far from all others: {self.found} of {self.wrong} that are {FACTOR} times too large or"
            f" too small are listed, and {self.listed} right ones, of {self.amounts:,}"
        )


def score_outliers(study: Study) -> OutlierScore:
    """Hold the check, over every number of every table, against the truth of a synthetic cohort."""
    truths = required(study.cohort.simulated, "the truth").truth
    folder, total = study.places.raw / truths, OutlierScore(0, 0, 0, 0)
    for name, table in clean_tables(study, read_raw(study)).items():
        truth = read_texts(folder / f"{name}.csv")
        clean = table.kept.drop_duplicates(KEY)
        keys = study.programme.tables[name].key
        true = truth.set_index(truth[keys].agg("|".join, axis=1))
        for column in clean.columns.intersection(truth.columns):
            if pd.api.types.is_numeric_dtype(clean[column]) and clean[column].nunique() > FEWEST_AMOUNTS:
                total += score_column(clean, column, pd.to_numeric(true[column], errors="coerce"))
    return total


def score_column(clean: pd.DataFrame, column: str, true: pd.Series) -> OutlierScore:
    """Score one number; ``true`` by key."""
    check = Check.model_validate(
        {
            "id": "far",
            "table": "",
            "severity": "warning",
            "kind": "outlier",
            "variables": [column],
            "label": {"en": "far", "id": "far"},
        }
    )
    listed = clean[KEY].isin(outlier(Given(check, clean)).hits["key"]).to_numpy()
    own, right = (
        clean[column].to_numpy("float64", na_value=np.nan),
        true[~true.index.duplicated()].reindex(clean[KEY]).to_numpy(),
    )
    both = (own > 0) & (right > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = np.abs(np.log(own / right))
    wrong = both & (apart > np.log(FACTOR))
    return OutlierScore(
        int(both.sum()),
        int(wrong.sum()),
        int((wrong & listed).sum()),
        int((both & listed & (apart < 1e-9)).sum()),
    )
