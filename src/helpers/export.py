"""Codebook out: a readable page in both languages, and labelled SPSS, Stata and Parquet files of the clean tables.

The reasons why an answer is missing go along: as user-missing codes in SPSS, as tagged missings in Stata, as a column of their own
in Parquet.
"""

from __future__ import annotations

import json
from html import escape
from pathlib import Path

import numpy as np
import pandas as pd

from helpers.cleaning import KEY
from helpers.codebook import Choice, Codebook, Variable
from helpers.disclosure import SMALLEST_CELL, is_few, without_few
from helpers.report.counts import shown_count
from helpers.report.labels import MISSING_REASONS
from helpers.study import Study, undelivered_tables
from helpers.words import LANGUAGES, Language

SPSS_CODES = {"blank": -3, "damaged": -4, "to_decide": -5, "not_asked": -6, "not_applicable": -7, "dont_know": -8, "refused": -9}
STATA_TAGS = {"blank": "a", "damaged": "b", "to_decide": "c", "not_asked": "d", "not_applicable": "e", "dont_know": "f", "refused": "g"}
FORMATS = ("sav", "dta", "parquet")


def is_coded(variable: Variable, codebook: Codebook) -> bool:
    """Whether a question's codes are whole numbers, so that statistics programs can label them."""
    if variable.kind != "select_one":
        return False
    return all(choice.name.lstrip("-").isdigit() for choice in codebook.answers(variable.list_name))


def numeric(variable: Variable, codebook: Codebook) -> bool:
    """Whether a variable is written as numbers."""
    return variable.kind in ("integer", "decimal", "money") or is_coded(variable, codebook)


def value_labels(variable: Variable, codebook: Codebook, language: str) -> dict[int, str]:
    """Code → label of a question with whole-number codes."""
    return {int(choice.name): choice.label(language) for choice in codebook.answers(variable.list_name)} if is_coded(variable, codebook) else {}


def prepared(table: pd.DataFrame, variables: list[Variable], codebook: Codebook) -> pd.DataFrame:
    """The clean table in the types that statistics programs know: numbers and texts, the key first."""
    columns = {"row_key": table[KEY].astype("str")}
    for variable in variables:
        values = table[variable.name]
        columns[variable.name] = (
            pd.to_numeric(values).astype("float64") if numeric(variable, codebook) else values.astype("object").where(values.notna(), "").astype("str")
        )
    return pd.DataFrame(columns)


def with_reasons(frame: pd.DataFrame, reasons: pd.DataFrame, variable: str, codes: dict[str, object]) -> pd.Series:
    """A numeric column in which every missing answer holds the code of its reason."""
    own = reasons[reasons["variable"] == variable]
    marks = frame["row_key"].map(own.set_index("key")["reason"].map(codes))
    return frame[variable].astype("object").where(frame[variable].notna(), marks)


def used_reasons(reasons: pd.DataFrame, variable: str) -> list[str]:
    """The reasons for which answers of a variable are missing."""
    return sorted(reasons.loc[reasons["variable"] == variable, "reason"].unique())


def write_sav(path: Path, frame: pd.DataFrame, reasons: pd.DataFrame, variables: list[Variable], codebook: Codebook, language: Language) -> None:
    """Write SPSS: labels of variables and answers, reasons as user-missing codes from −9 to −3."""
    import pyreadstat

    out, labels, values, missing = frame.copy(), {"row_key": "row_key"}, {}, {}
    for variable in variables:
        labels[variable.name] = variable.label(language.code)
        if numeric(variable, codebook):
            used = used_reasons(reasons, variable.name)
            out[variable.name] = pd.to_numeric(with_reasons(frame, reasons, variable.name, SPSS_CODES)).astype("float64")
            values[variable.name] = value_labels(variable, codebook, language.code) | {SPSS_CODES[r]: language.say(MISSING_REASONS[r]) for r in used}
            missing |= {variable.name: [{"lo": -9, "hi": -3}]} if used else {}
    pyreadstat.write_sav(out, path, column_labels=labels, variable_value_labels={k: v for k, v in values.items() if v}, missing_ranges=missing)


def write_dta(path: Path, frame: pd.DataFrame, reasons: pd.DataFrame, variables: list[Variable], codebook: Codebook, language: Language) -> None:
    """Write Stata: labels of variables and answers, reasons as tagged missings .a to .g."""
    import pyreadstat

    out, labels, values, missing = frame.copy(), {"row_key": "row_key"}, {}, {}
    for variable in variables:
        labels[variable.name] = variable.label(language.code)[:80]
        if numeric(variable, codebook):
            used = used_reasons(reasons, variable.name)
            out[variable.name] = with_reasons(frame, reasons, variable.name, STATA_TAGS)
            values[variable.name] = value_labels(variable, codebook, language.code)
            missing |= {variable.name: [STATA_TAGS[r] for r in used]} if used else {}
    pyreadstat.write_dta(out, path, column_labels=labels, variable_value_labels={k: v for k, v in values.items() if v}, missing_user_values=missing)


def write_parquet(path: Path, frame: pd.DataFrame, reasons: pd.DataFrame, variables: list[Variable], codebook: Codebook, language: Language) -> None:
    """Write Parquet: the codebook in both languages as metadata of each column, reasons in a column ``missing`` (JSON)."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    why = (
        reasons.groupby("key")[["variable", "reason"]].apply(lambda rows: json.dumps(dict(zip(rows["variable"], rows["reason"], strict=True))))
        if len(reasons)
        else pd.Series(dtype="str")
    )
    table = pa.Table.from_pandas(frame.assign(missing=frame["row_key"].map(why).fillna("{}").astype("str")), preserve_index=False)
    notes = {
        v.name: {
            "label_en": v.label_en,
            "label_id": v.label_id,
            "answers": {str(c.name): [c.label_en, c.label_id] for c in codebook.answers(v.list_name)} if v.list_name else {},
        }
        for v in variables
    }
    fields = [field.with_metadata({"codebook": json.dumps(notes[field.name], ensure_ascii=False)}) if field.name in notes else field for field in table.schema]
    pq.write_table(table.cast(pa.schema(fields, metadata=table.schema.metadata)), path)


WRITERS = {"sav": write_sav, "dta": write_dta, "parquet": write_parquet}


def export_table(study: Study, name: str, kind: str, language: Language) -> Path:
    """Write one clean table of a finished run as a labelled file into the confidential folder; return its path.

    Raises
    ------
    FileNotFoundError if the cohort has not been run.
    """
    folder = study.places.processed
    table, reasons = pd.read_parquet(folder / f"{name}.parquet"), pd.read_parquet(folder / f"{name}_reasons.parquet")
    variables = [variable for variable in study.codebook.table(name) if variable.name in table]
    path = folder / "export" / f"{name}.{kind}"
    path.parent.mkdir(parents=True, exist_ok=True)
    WRITERS[kind](path, prepared(table, variables, study.codebook), reasons, variables, study.codebook, language)
    return path


def delivered(study: Study) -> list[str]:
    """Names of the tables that this delivery has files for."""
    absent = undelivered_tables(study)
    return [name for name in study.programme.tables if name not in absent]


def codebook_rows(study: Study, name: str) -> list[dict[str, object]]:
    """What the page shows of every variable: labels, rules, counts of answers and reasons; small cells are hidden."""
    folder = study.places.processed
    table, reasons = pd.read_parquet(folder / f"{name}.parquet"), pd.read_parquet(folder / f"{name}_reasons.parquet")
    rows = []
    for variable in study.codebook.table(name):
        values = table[variable.name] if variable.name in table else pd.Series(dtype="object")
        counts = answer_counts(values, variable, study.codebook)
        why = reasons.loc[reasons["variable"] == variable.name, "reason"].value_counts()
        rows.append({"variable": variable, "n": int(values.notna().sum()), "missing": int(values.isna().sum()), "answers": counts, "reasons": why.to_dict()})
    return rows


def answer_counts(values: pd.Series, variable: Variable, codebook: Codebook) -> list[tuple[Choice, int]]:
    """How often each answer of a list was given; one person may have given several to a ``select_multiple``."""
    answers = codebook.answers(variable.list_name) if variable.list_name else []
    given = values.dropna().astype("str").str.split().explode().value_counts() if answers else pd.Series(dtype="int64")
    return [(choice, int(given.get(choice.name, 0))) for choice in answers]


def shown_answers(counts: list[int], n: int, language: Language) -> list[str]:
    """The counts of a question's answers as they may be shown.

    A small count is hidden. Where answers exclude one another it could be what the others lack to ``n``: then the next smallest is only
    bounded; where they do not, a count that all but a few gave is. Where too few answered, none is shown.
    """
    if is_few(n):
        return [f"< {SMALLEST_CELL}"] * len(counts)
    excluding = sum(counts) == n  # of several answers at once, each stands for itself
    safe = without_few(np.array(counts)) if excluding else np.where(is_few(n - np.array(counts)), np.nan, counts)
    bounded = np.isnan(safe) & ~is_few(np.array(counts))
    shown = [f"≥ {SMALLEST_CELL}" if is_bounded and count else shown_count(count, language) for count, is_bounded in zip(counts, bounded, strict=True)]
    return shown


def codebook_html(study: Study) -> str:
    """The codebook of a cohort as one page, English and Bahasa Indonesia side by side, with counts and missing shares."""
    languages = [Language(code) for code in LANGUAGES]
    english = languages[0]
    parts = []
    for name in delivered(study):
        definition = study.programme.tables[name]
        parts.append(f'<h2>{escape(definition.label.en)} · <span lang="id">{escape(definition.label.id)}</span></h2>')
        parts.append(
            '<div class="scroll" tabindex="0"><table><thead><tr>'
            + "".join(f'<th scope="col">{text}</th>' for text in ("Name", "English", "Bahasa Indonesia", "Type, rules", "n", "Missing", "Answers"))
            + "</tr></thead><tbody>"
        )
        parts += [variable_html(row, english, languages[1]) for row in codebook_rows(study, name)]
        parts.append("</tbody></table></div>")
    style = (Path(__file__).parent / "report" / "templates" / "page.css").read_text(encoding="utf-8")
    title = f"{study.programme.title.en} – {study.cohort.label.en}"
    head = f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Codebook: {escape(title)}</title><style>{style}</style></head>'
    return (
        head
        + f'<body><header class="cover"><h1>Codebook · <span lang="id">Buku kode</span></h1><p class="label">{escape(title)}</p></header><main class="frame"><div>{"".join(parts)}</div></main></body></html>'
    )


def variable_html(row: dict[str, object], english: Language, indonesian: Language) -> str:
    """One variable's line of the page."""
    variable, total = row["variable"], row["n"] + row["missing"]
    rules = [
        variable.kind,
        *([f"if {variable.relevant}"] if variable.relevant else []),
        *([variable.constraint] if variable.constraint else []),
        *([variable.role] if variable.role else []),
    ]
    counts = shown_answers([n for _, n in row["answers"]], row["n"], english)
    answers = "".join(
        f'<li>{escape(choice.name)} {escape(choice.label_en)} · <span lang="id">{escape(choice.label_id)}</span>: {escape(count)}</li>'
        for (choice, _), count in zip(row["answers"], counts, strict=True)
    )
    reasons = "; ".join(f"{english.say(MISSING_REASONS[reason])} {shown_count(n, english)}" for reason, n in row["reasons"].items())
    share = english.percent(row["missing"] / total, 1) if total else "–"
    cells = [
        f'<span lang="id">{escape(variable.label_id)}</span>',
        escape("; ".join(rules)),
        escape(shown_count(row["n"], english)),
        f"{share}<br>{escape(reasons)}" if reasons else share,
        f"<ul>{answers}</ul>" if answers else "–",
    ]
    return (
        f'<tr><th scope="row"><code>{escape(variable.name)}</code></th><td>{escape(variable.label_en)}</td>'
        + "".join(f"<td>{cell}</td>" for cell in cells)
        + "</tr>"
    )
