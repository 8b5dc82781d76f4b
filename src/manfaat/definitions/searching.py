"""The indicators and answers of a study whose name, label or definition holds a text."""

from __future__ import annotations

import pandas as pd
from rapidfuzz import fuzz, process, utils

from manfaat.definitions.study import Study

PART = 80.0  # similarity (partial_ratio) from which a text is proposed
SEARCHED = (
    "indicator", "family", "inputs", "label_en", "label_id", "definition_en", "definition_id"
)  # fmt: skip
FOUND_COLUMNS = ["name", "indicator", "kind", "stage", "time", "rater", "unit", "label", "definition"]


def found(study: Study, text: str, language: str) -> pd.DataFrame:
    """Indicators and answers of the main table whose name, label or definition holds a text, or comes near
    it; see ``OpenStudy.find``.
    """
    rows, texts = [], []
    for line in study.indicators:
        told = {"label": line.label(language), "definition": line.definition(language)}
        own = {name: getattr(line, name) for name in ("name", "indicator", "time", "rater", "unit")}
        rows.append(own | told | {"kind": "indicator", "stage": line.stage_thesis})
        texts.append(" ".join(getattr(line, name) for name in SEARCHED))
    taken = {row["name"] for row in rows}
    for variable in study.codebook.table(study.programme.main_table):
        if variable.name not in taken and variable.role not in ("key", "identifier"):
            rows.append(
                {"name": variable.name, "kind": "answer", "unit": variable.unit}
                | {"label": variable.label(language)}
            )
            texts.append(f"{variable.label_en} {variable.label_id}")
    whole = pd.DataFrame(rows, columns=FOUND_COLUMNS).fillna("")
    haystack = (whole["name"] + " " + pd.Series(texts)).str.casefold()
    held = haystack.str.contains(text.casefold().strip(), regex=False)
    if not held.any():
        close = process.extract(
            text,
            haystack.tolist(),
            scorer=fuzz.partial_ratio,
            processor=utils.default_process,
            limit=5,
            score_cutoff=PART,
        )
        return whole.iloc[[place for _, _, place in close]].reset_index(drop=True)
    return whole[held].reset_index(drop=True)
