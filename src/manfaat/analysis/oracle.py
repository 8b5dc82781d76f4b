"""Published numbers and ours, side by side: quantity, source, published, ours, difference, and whether it
agrees.

What is in print stands in ``tools/oracle/published.csv``; ``make oracle`` computes the same from the shipped
cohorts through their definition files, from small tables typed in with their source, and from data that may
be used but not shipped, and writes ``docs/oracle.csv``. A test computes again all that needs no other data
and holds it against that file.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

PUBLISHED, RESULTS = Path("tools/oracle/published.csv"), Path("docs/oracle.csv")
PUBLISHED_COLUMNS = ["id", "group", "quantity", "source", "published", "tolerance", "note"]
RESULT_COLUMNS = [*PUBLISHED_COLUMNS, "ours", "difference", "verdict"]
AGREES, MISSES, NOT_OFFERED, NO_DATA = "agrees", "misses", "not offered", "data not at hand"


def published(root: Path) -> pd.DataFrame:
    """Read what is in print: ``PUBLISHED_COLUMNS``, numbers as text with the digits printed."""
    return pd.read_csv(root / PUBLISHED, dtype="str", keep_default_na=False)


def results(root: Path) -> pd.DataFrame:
    """Read what is written down; no rows before anything is."""
    if not (root / RESULTS).is_file():
        return pd.DataFrame(columns=RESULT_COLUMNS)
    texts = {"published": "str", "tolerance": "str"}
    return pd.read_csv(
        root / RESULTS, dtype=texts, keep_default_na=False, na_values={"ours": [""], "difference": [""]}
    )


def tolerance(printed: str, stated: str) -> float:
    """How far ours may lie off: as stated, else half a unit of the last digit printed (and a little for what
    single precision lost).
    """
    return float(stated) if stated else 0.51 * 10 ** -len(printed.partition(".")[2])


def compare(ours: dict[str, float], table: pd.DataFrame) -> pd.DataFrame:
    """Hold our numbers against print.

    Parameters
    ----------
    table : from ``published``. ours : number by ``id``; NaN where the data are not at hand. An id that is in
    print and not here is one we offer no estimator for.

    Returns
    -------
    ``RESULT_COLUMNS``, one row a published number.

    Raises
    ------
    KeyError for one of our numbers that is not listed: it would be held against nothing.
    """
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
            rows.append(
                line
                | {
                    "ours": float(value),
                    "difference": difference,
                    "verdict": AGREES if close else MISSES,
                }
            )
    return pd.DataFrame(rows, columns=RESULT_COLUMNS)


def totals(table: pd.DataFrame) -> str:
    """One line: how many agree, miss, are not offered, or lack their data."""
    counts = table["verdict"].value_counts()
    return f"{len(table)} published numbers: " + ", ".join(
        f"{int(counts.get(word, 0))} {word}" for word in (AGREES, MISSES, NOT_OFFERED, NO_DATA)
    )


def moved(stored: pd.DataFrame, now: pd.DataFrame) -> list[str]:
    """Ids whose text, verdict or number (beyond one in a million) is another than is written down, or that
    stand in one of two tables of ``compare`` alone.
    """
    columns = [name for name in RESULT_COLUMNS if name not in ("ours", "difference")]
    was, new = (table.set_index("id", drop=False) for table in (stored, now))
    return sorted(
        name
        for name in {*was.index, *new.index}
        if name not in was.index
        or name not in new.index
        or was.loc[name, columns].tolist() != new.loc[name, columns].tolist()
        or not np.isclose(was.loc[name, "ours"], new.loc[name, "ours"], rtol=1e-6, equal_nan=True)
    )
