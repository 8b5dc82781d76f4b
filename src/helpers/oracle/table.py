"""The oracle table: quantity, source, published, ours, difference, and whether it agrees."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).parent
RESULTS = HERE / "results.csv"
PUBLISHED_COLUMNS = ["id", "group", "quantity", "source", "published", "tolerance", "note"]
RESULT_COLUMNS = [*PUBLISHED_COLUMNS, "ours", "difference", "verdict"]
AGREES, MISSES, NOT_OFFERED, NO_DATA = "agrees", "misses", "not offered", "data not at hand"


def published() -> pd.DataFrame:
    """Read what is in print: ``PUBLISHED_COLUMNS``, numbers as text with the digits printed."""
    return pd.read_csv(HERE / "published.csv", dtype="str", keep_default_na=False)


def results() -> pd.DataFrame:
    """Read what ``make oracle`` last wrote."""
    return pd.read_csv(RESULTS, dtype={"published": "str", "tolerance": "str"}, keep_default_na=False, na_values={"ours": [""], "difference": [""]})


def tolerance(printed: str, stated: str) -> float:
    """How far ours may lie off: as stated, else half a unit of the last digit printed (and a little for what single precision lost)."""
    return float(stated) if stated else 0.51 * 10 ** -len(printed.partition(".")[2])


def compare(ours: dict[str, float], listed: pd.DataFrame | None = None) -> pd.DataFrame:
    """Hold our numbers against print.

    Parameters
    ----------
    ours : number by ``id``; NaN where the data are not at hand. An id that is in print and not here is one we offer no estimator for.

    Returns
    -------
    ``RESULT_COLUMNS``, one row a published number.

    Raises
    ------
    KeyError for one of our numbers that is not listed: it would be held against nothing.
    """
    table = published() if listed is None else listed
    unknown = sorted(set(ours) - set(table["id"]))
    if unknown:
        raise KeyError(f"not in published.csv: {', '.join(unknown)}")
    rows = []
    for line in table.to_dict("records"):
        value = ours.get(line["id"])
        if value is None:
            rows.append(line | {"ours": np.nan, "difference": np.nan, "verdict": NOT_OFFERED})
        elif not np.isfinite(value):
            rows.append(line | {"ours": np.nan, "difference": np.nan, "verdict": NO_DATA})
        else:
            difference = float(value) - float(line["published"])
            close = abs(difference) <= tolerance(line["published"], line["tolerance"])
            rows.append(line | {"ours": float(value), "difference": difference, "verdict": AGREES if close else MISSES})
    return pd.DataFrame(rows, columns=RESULT_COLUMNS)


def totals(table: pd.DataFrame) -> str:
    """One line: how many agree, miss, are not offered, or lack their data."""
    counts = table["verdict"].value_counts()
    return f"{len(table)} published numbers: " + ", ".join(f"{int(counts.get(word, 0))} {word}" for word in (AGREES, MISSES, NOT_OFFERED, NO_DATA))
