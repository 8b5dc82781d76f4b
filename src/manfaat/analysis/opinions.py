"""What participants named in their own words, once a person has coded it."""

from __future__ import annotations

import pandas as pd

from manfaat.base.disclosure import without_few
from manfaat.definitions.programme import Programme
from manfaat.evaluation.sample import group_code, participation, unit_keys

COLUMNS = ["opinion", "answer", "n", "share", "n_answered"]


def named(table: pd.DataFrame, programme: Programme) -> pd.DataFrame:
    """How many participants named each answer, the most frequent first: ``n``, and ``share`` of those whose
    words are coded (``n_answered``).

    What few named is missing, and so is what it would follow from. An opinion that nobody has coded has no
    rows.
    """
    rows: list[dict[str, object]] = []
    people = table[~unit_keys(table, programme).duplicated() & (participation(table, programme) == 1)]
    for one in programme.opinions:
        if one.coded is None or one.coded not in people:
            continue
        codes = people[one.coded].astype("object").map(group_code)
        counts = codes[codes.isin(list(one.answers))].value_counts()
        told = without_few(counts.to_numpy(dtype="float64"))
        for answer, n in zip(counts.index, told, strict=True):
            about = {"opinion": one.id, "answer": answer, "n": n}
            rows.append(about | {"share": n / counts.sum(), "n_answered": float(counts.sum())})
    return pd.DataFrame(rows, columns=COLUMNS)
