"""What an analyst calls a thing, and which thing is meant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd
from rapidfuzz import fuzz, process, utils

from manfaat.analysis.study import Study
from manfaat.base.problems import Problem, ProblemsError
from manfaat.indicators import Indicator, concepts

PART = 80.0  # similarity (partial_ratio) from which a text is proposed
NEAR = 60.0  # similarity (rapidfuzz WRatio, in per cent) from which a name is proposed
SEARCHED = (
    "indicator", "family", "inputs", "label_en", "label_id", "definition_en", "definition_id"
)  # fmt: skip
FOUND_COLUMNS = ["name", "indicator", "kind", "stage", "time", "rater", "unit", "label", "definition"]


def unknown(asked: str, word: str, known: Mapping[str, str]) -> ProblemsError:
    """The error that says that there is no such name, and which are near.

    Parameters
    ----------
    asked : what was called, as the analyst wrote it. known : what each name is called.
    """
    texts = {name: f"{name} {label}" for name, label in known.items()}
    close = process.extract(
        str(word), texts, scorer=fuzz.WRatio, processor=utils.default_process, limit=3, score_cutoff=NEAR
    )
    names = [place for _, _, place in close] or sorted(known)[:12]
    told = [f"{name} ({known[name]})" if known[name] != name else name for name in names]
    expected = f"did you mean {' or '.join(told)}?" if close else "one of " + ", ".join(names)
    return ProblemsError([Problem(asked, f"there is no '{word}'", expected=expected)])


def asked_for(study: Study, name: str, rater: str | None) -> list[Indicator]:
    """The indicators that an effect is asked for and that ``name`` names: what is measured (each rater's), or
    one column.

    Raises
    ------
    ProblemsError that names what is near, or what else is known of a column that is no outcome.
    """
    lines = concepts(list(study.indicators))
    found = [line for line in lines if name in (line.indicator, line.name)]
    found = [line for line in found if rater in (None, line.rater)]
    if found:
        return found
    asked = f"study.estimate('{name}'" + (f", rater='{rater}')" if rater is not None else ")")
    if rater is not None and (raters := [one.rater for one in lines if name in (one.indicator, one.name)]):
        known = " or ".join(f"'{one}'" for one in raters if one) or "none: nobody's rating, but a fact"
        raise ProblemsError([Problem(asked, f"there is no rater '{rater}'", expected=known)])
    other = next((line for line in study.indicators if line.name == name), None)
    if other:
        told = f"'{name}' has the use '{other.use}': no effect on it is asked for"
        raise ProblemsError(
            [Problem(asked, told, expected=f"study.describe('{name}'), or an effect indicator")]
        )
    raise unknown(asked, name, {line.indicator: line.label("en") for line in lines})


def labels_of(study: Study, language: str) -> dict[str, str]:
    """What every column that may be asked for is called: indicators, and answers of the main table."""
    answers = {v.name: v.label(language) for v in study.codebook.table(study.programme.main_table)}
    return answers | {line.name: line.label(language) for line in study.indicators}


def resolved(study: Study, name: str, known: Iterable[str], asked: str) -> str:
    """The column that ``name`` names: itself, or the one that measures an indicator of that name now.

    Raises
    ------
    ProblemsError that names what is near.
    """
    names = set(known)
    if name in names:
        return name
    measured = next((line.name for line in concepts(list(study.indicators)) if line.indicator == name), None)
    if measured:
        return measured
    labels = labels_of(study, "en")
    raise unknown(asked, name, {one: labels.get(one, one) for one in names})


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
