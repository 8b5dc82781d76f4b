"""Open answers by kind: what waits for the same reason under the same text is decided once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from manfaat.base import disclosure
from manfaat.cleaning.reviews import WHOLE_ROW
from manfaat.files.parsing.reading import OPEN_ORDER

KIND_COLUMNS = [
    "kind",
    "table",
    "variable",
    "question",
    "raw",
    "proposal",
    "reason",
    "answers",
    "rows",
    "file",
    "row",
    "until_then",
    "decision",
]
ORDERS = {"day first": "dmy", "dmy": "dmy", "month first": "mdy", "mdy": "mdy"}


def asks_order(review: pd.DataFrame) -> np.ndarray:
    """Which lines of a review list ask for the order of day and month, which is one question a column."""
    return (review["rule"] == OPEN_ORDER).to_numpy(dtype=bool)


def with_kinds(review: pd.DataFrame) -> pd.DataFrame:
    """A review list with the number of each line's kind, counted from 1 in the order of the list.

    Lines are of one kind that share table, variable, text, proposal, reason and what holds until then. All
    that ask for the order of day and month in one column of one file are one kind, whatever their texts;
    whole rows of one sheet are of one kind by their reason.
    """
    order, whole = asks_order(review), (review["variable"] == WHOLE_ROW).to_numpy(dtype=bool)
    told = {
        name: review[name].astype("str").to_numpy(dtype=object)
        for name in ("table", "variable", "raw", "proposal", "reason", "file", "sheet", "until_then")
    }
    told |= {name: np.where(order, "", told[name]) for name in ("proposal", "reason")}
    told |= {
        "raw": np.where(order | whole, "", told["raw"]),
        "file": np.where(order | whole, told["file"], ""),
        "sheet": np.where(whole, told["sheet"], ""),
    }
    numbers = pd.DataFrame(told).groupby(list(told), sort=False).ngroup() + 1
    return review.assign(kind=numbers.to_numpy(dtype="int64"))


def kinds_of(review: pd.DataFrame) -> pd.DataFrame:
    """One line a kind (``KIND_COLUMNS``), with the number of ``rows`` that hang on it and the place of the
    first.

    Parameters
    ----------
    review : a review list, with the number of each line's ``kind``.
    """
    first = review.drop_duplicates("kind").assign(decision="")
    rows = review.groupby("kind").size()
    lines = first.assign(rows=rows.reindex(first["kind"]).to_numpy(dtype="int64"))
    lines = lines.assign(**{name: "" for name in ("question", "answers") if name not in lines})
    order = asks_order(lines)
    lines = lines.assign(
        proposal=lines["proposal"].mask(order, ""),
        answers=lines["answers"].mask(order, "day first; month first"),
    )
    return lines[KIND_COLUMNS].reset_index(drop=True)


def write_kinds(folder: Path) -> None:
    """Write the list by kind of a delivery cleaned part by part, from its list row by row; the lists of an
    earlier run no longer hold.
    """
    (folder / "review_list.parquet").unlink(missing_ok=True)
    written = pd.read_csv(folder / "review.csv", dtype=str, keep_default_na=False, encoding="utf-8-sig")
    kinds = kinds_of(with_kinds(disclosure.with_formulas(written)))
    disclosure.without_formulas(kinds).to_csv(folder / "review_kinds.csv", index=False, encoding="utf-8-sig")
