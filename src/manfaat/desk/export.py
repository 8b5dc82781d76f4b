"""Codebook out: a readable page in both languages, and labelled SPSS, Stata and Parquet files of the clean
tables.

The reasons why an answer is missing go along: as user-missing codes in SPSS, as tagged missings in Stata, as
a column of their own in Parquet.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np
import pandas as pd

from manfaat.analysis.study import undelivered_tables
from manfaat.base.disclosure import SMALLEST_CELL, is_few, without_few
from manfaat.base.problems import Problem, nearest, need, refuse
from manfaat.definitions.codebook import KEY, Choice, Codebook, Variable
from manfaat.definitions.records import shown
from manfaat.definitions.study import Study
from manfaat.files.parsing.checks import personal_data
from manfaat.report.counts import shown_count
from manfaat.report.gate import put
from manfaat.report.labels import MISSING_REASONS
from manfaat.report.policy import PLAIN
from manfaat.report.words import LANGUAGES, Language

if TYPE_CHECKING:
    from pyreadstat.pyclasses import MissingRange

T = TypeVar("T")
K = TypeVar("K")
SPSS_CODES = {
    "blank": -3,
    "damaged": -4,
    "to_decide": -5,
    "not_asked": -6,
    "not_applicable": -7,
    "dont_know": -8,
    "refused": -9,
}
STATA_TAGS = {
    "blank": "a",
    "damaged": "b",
    "to_decide": "c",
    "not_asked": "d",
    "not_applicable": "e",
    "dont_know": "f",
    "refused": "g",
}
FORMATS = ("sav", "dta", "parquet")
LONGEST = {"sav": 64, "dta": 32}  # letters of a name
LONGEST_LABEL = 80  # of a variable, in Stata
RESERVED = {  # words that are no names there
    "sav": ("all", "and", "by", "eq", "ge", "gt", "le", "lt", "ne", "not", "or", "to", "with"),
    "dta": (
        "byte",
        "double",
        "float",
        "if",
        "in",
        "int",
        "long",
        "strl",
        "using",
        "with",
        *(f"str{n}" for n in range(2046)),
    ),
}


def is_coded(variable: Variable, codebook: Codebook) -> bool:
    """Whether a question's codes are whole numbers, so that statistics programs can label them."""
    if variable.kind != "select_one":
        return False
    return all(choice.name.lstrip("-").isdigit() for choice in codebook.answers(variable.list_name))


def numeric(variable: Variable, codebook: Codebook) -> bool:
    """Whether a variable is written as numbers."""
    return variable.kind in ("integer", "decimal", "money") or is_coded(variable, codebook)


def value_labels(
    variable: Variable, codebook: Codebook, language: Language, reasons: Mapping[str, K]
) -> dict[int | K, str]:
    """Code → label of a question with whole-number codes, and of the reasons used, by the code of each."""
    answers = codebook.answers(variable.list_name) if is_coded(variable, codebook) else []
    told: dict[int | K, str] = {int(choice.name): choice.label(language.code) for choice in answers}
    return told | {code: language.say(MISSING_REASONS[reason]) for reason, code in reasons.items()}


def prepared(table: pd.DataFrame, variables: list[Variable], codebook: Codebook) -> pd.DataFrame:
    """The clean table in the types that statistics programs know: numbers and texts, the key first."""
    columns: dict[str, pd.Series] = {"row_key": table[KEY].astype("str")}
    for variable in variables:
        values = table[variable.name]
        columns[variable.name] = (
            pd.to_numeric(values).astype("float64")
            if numeric(variable, codebook)
            else values.astype("object").where(values.notna(), "").astype("str")
        )
    return pd.DataFrame(columns)


def names_in(kind: str, variables: list[Variable]) -> dict[str, str]:
    """Variable → its name in a statistics program, where it must be shorter or is a word of that program."""
    taken, names = {"row_key", *(v.name for v in variables if len(v.name) <= LONGEST[kind])}, {}
    for variable in variables:
        name = variable.name
        if len(name) > LONGEST[kind] or name in RESERVED[kind]:
            number, base = 1, name[: LONGEST[kind] - 3].rstrip("_")
            while (name := f"{base}_{number}") in taken:
                number += 1
            names[variable.name] = name
            taken.add(name)
    return names


def spss_codes(values: pd.Series) -> dict[str, int]:
    """The codes of reasons: −9 to −3, or further down where these are answers ("lost 5 million")."""
    shift = 0
    while values.between(min(SPSS_CODES.values()) - shift, max(SPSS_CODES.values()) - shift).any():
        shift = 10 * shift + 90
    return {reason: code - shift for reason, code in SPSS_CODES.items()}


def with_tags(frame: pd.DataFrame, reasons: pd.DataFrame, variable: str) -> pd.Series:
    """A numeric column with Stata's tags as categories, numbers first: the writer tells the type of a column
    by what comes first.
    """
    column = with_reasons(frame, reasons, variable, STATA_TAGS)
    numbers, tags = (
        sorted(map(float, frame[variable].dropna().unique())),
        sorted({value for value in column if isinstance(value, str)}),
    )
    return (
        pd.Series(pd.Categorical(column, categories=[*numbers, *tags]), index=column.index)
        if tags
        else frame[variable]
    )


def with_reasons(
    frame: pd.DataFrame, reasons: pd.DataFrame, variable: str, codes: Mapping[str, object]
) -> pd.Series:
    """A numeric column in which every missing answer holds the code of its reason."""
    own = reasons[reasons["variable"] == variable]
    marks = frame["row_key"].map(own.set_index("key")["reason"].map(codes))
    return frame[variable].astype("object").where(frame[variable].notna(), marks)


def used_reasons(reasons: pd.DataFrame, variable: str) -> list[str]:
    """The reasons for which answers of a variable are missing."""
    return sorted(reasons.loc[reasons["variable"] == variable, "reason"].unique())


def write_sav(
    path: Path,
    frame: pd.DataFrame,
    reasons: pd.DataFrame,
    variables: list[Variable],
    codebook: Codebook,
    language: Language,
) -> None:
    """Write SPSS: labels of variables and answers, reasons as user-missing codes from −9 to −3."""
    import pyreadstat

    out = frame.copy()
    labels: dict[str, str | None] = {"row_key": "row_key"}
    values: dict[str, dict[int | float, str]] = {}
    missing: dict[str, list[int | float | str | MissingRange]] = {}
    for variable in variables:
        labels[variable.name] = variable.label(language.code)
        if numeric(variable, codebook):
            used, codes = used_reasons(reasons, variable.name), spss_codes(frame[variable.name])
            out[variable.name] = pd.to_numeric(with_reasons(frame, reasons, variable.name, codes)).astype(
                "float64"
            )
            values[variable.name] = value_labels(variable, codebook, language, {r: codes[r] for r in used})
            if used:
                missing[variable.name] = [{"lo": min(codes.values()), "hi": max(codes.values())}]
    names = names_in("sav", variables)
    pyreadstat.write_sav(
        out.rename(columns=names),
        path,
        column_labels=renamed(labels, names),
        variable_value_labels=renamed(values, names),
        missing_ranges=renamed(missing, names),
    )


def renamed(told: Mapping[str, T], names: Mapping[str, str]) -> dict[str, T]:
    """What is told of variables by their names in the file, where anything is."""
    return {names.get(name, name): value for name, value in told.items() if value}


def write_dta(
    path: Path,
    frame: pd.DataFrame,
    reasons: pd.DataFrame,
    variables: list[Variable],
    codebook: Codebook,
    language: Language,
) -> None:
    """Write Stata: labels of variables and answers, reasons as tagged missings .a to .g; a shortened name
    stands whole in its label.
    """
    import pyreadstat

    out, names = frame.copy(), names_in("dta", variables)
    labels: dict[str, str | None] = {"row_key": "row_key"}
    values: dict[str, dict[int | str, str]] = {}
    missing: dict[str, list[str]] = {}
    for variable in variables:
        whole = f"{variable.name}: " if variable.name in names else ""
        labels[variable.name] = f"{whole}{variable.label(language.code)}"[:LONGEST_LABEL]
        if numeric(variable, codebook):
            used = used_reasons(reasons, variable.name)
            out[variable.name] = with_tags(frame, reasons, variable.name)
            tags = {r: STATA_TAGS[r] for r in used}
            values[variable.name] = value_labels(variable, codebook, language, tags)
            missing[variable.name] = [STATA_TAGS[r] for r in used]
    pyreadstat.write_dta(
        out.rename(columns=names),
        path,
        column_labels=renamed(labels, names),
        # the stub forgets that tags are texts
        variable_value_labels=renamed(values, names),  # type: ignore[arg-type]
        missing_user_values=renamed(missing, names),
    )


def write_parquet(
    path: Path,
    frame: pd.DataFrame,
    reasons: pd.DataFrame,
    variables: list[Variable],
    codebook: Codebook,
    language: Language,
) -> None:
    """Write Parquet: the codebook in both languages as metadata of each column, reasons in a column
    ``missing`` (JSON).
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    why = (
        reasons.groupby("key")[["variable", "reason"]].apply(
            lambda rows: json.dumps(dict(zip(rows["variable"], rows["reason"], strict=True)))
        )
        if len(reasons)
        else pd.Series(dtype="str")
    )
    table = pa.Table.from_pandas(
        frame.assign(missing=frame["row_key"].map(why).astype("object").fillna("{}").astype("str")),
        preserve_index=False,
    )
    notes = {
        v.name: {
            "label_en": v.label_en,
            "label_id": v.label_id,
            "answers": (
                {str(c.name): [c.label_en, c.label_id] for c in codebook.answers(v.list_name)}
                if v.list_name
                else {}
            ),
        }
        for v in variables
    }
    fields = [
        (
            field.with_metadata({"codebook": json.dumps(notes[field.name], ensure_ascii=False)})
            if field.name in notes
            else field
        )
        for field in table.schema
    ]
    pq.write_table(table.cast(pa.schema(fields, metadata=table.schema.metadata)), path)


WRITERS = {"sav": write_sav, "dta": write_dta, "parquet": write_parquet}


def export_table(study: Study, name: str, kind: str, language: Language) -> Path:
    """Write one clean table of a finished run as a labelled file into the confidential folder; return its
    path.

    Raises
    ------
    FileNotFoundError if the cohort has not been run.
    """
    folder = study.places.processed
    table, reasons = (
        pd.read_parquet(folder / f"{name}.parquet"),
        pd.read_parquet(folder / f"{name}_reasons.parquet"),
    )
    variables = [variable for variable in study.codebook.table(name) if variable.name in table]
    path = folder / "export" / f"{name}.{kind}"
    path.parent.mkdir(parents=True, exist_ok=True)
    WRITERS[kind](
        path, prepared(table, variables, study.codebook), reasons, variables, study.codebook, language
    )
    return path


def export_all(study: Study, kinds: list[str], language: Language) -> Iterator[str]:
    """Write all clean tables in the given formats (all when none is given) and the codebook's page; yield
    what was written, as it is.

    Raises
    ------
    ProblemsError for a format that there is not, or when the cohort has not been run.
    """
    root, cohort = study.places.root, study.cohort.cohort
    refuse(
        [
            Problem(f"format '{name}'", "there is no such format", expected=nearest(name, FORMATS))
            for name in kinds
            if name not in FORMATS
        ]
    )
    need(
        study.places.processed.is_dir(),
        Problem(cohort, "there are no clean tables yet", expected=f"manfaat run {cohort} first"),
    )
    for name in delivered(study):
        for kind in kinds or FORMATS:
            yield f"{shown(export_table(study, name, kind, language), root)} (confidential)"
        yield from personal_columns(study, name)
    study.places.reports.mkdir(parents=True, exist_ok=True)
    page = study.places.reports / "codebook.html"
    put(page, codebook_html(study))
    yield shown(page, root)


def personal_columns(study: Study, name: str) -> list[str]:
    """Say which columns of an exported table hold what identifies people, though the codebook does not say
    so.
    """
    table = pd.read_parquet(study.places.processed / f"{name}.parquet")
    texts = [
        v.name for v in study.codebook.table(name) if v.kind == "text" and v.role != "key" and v.name in table
    ]
    if not texts:
        return []
    found = personal_data(table, texts).groupby(["column", "kind"], as_index=False).size()
    return [
        f"{name}: '{column}' holds personal data ({kind}, {n} cells): role 'identifier' in codebook.csv keeps"
        " it apart"
        for column, kind, n in zip(found["column"], found["kind"], found["size"], strict=True)
    ]


def delivered(study: Study) -> list[str]:
    """Names of the tables that this delivery has files for."""
    absent = undelivered_tables(study)
    return [name for name in study.programme.tables if name not in absent]


class Described(NamedTuple):
    """One variable of the codebook: how many have a value, how many lack it, how often each answer was given
    and each reason.
    """

    variable: Variable
    n: int
    missing: int
    answers: list[tuple[Choice, int]]
    reasons: dict[str, int]


def codebook_rows(study: Study, name: str) -> list[Described]:
    """What the page shows of every variable: labels, rules, counts of answers and reasons; small cells are
    hidden.
    """
    folder = study.places.processed
    table, reasons = (
        pd.read_parquet(folder / f"{name}.parquet"),
        pd.read_parquet(folder / f"{name}_reasons.parquet"),
    )
    rows = []
    for variable in study.codebook.table(name):
        values = table[variable.name] if variable.name in table else pd.Series(dtype="object")
        counts = answer_counts(values, variable, study.codebook)
        why = reasons.loc[reasons["variable"] == variable.name, "reason"].value_counts()
        rows.append(
            Described(
                variable,
                int(values.notna().sum()),
                int(values.isna().sum()),
                counts,
                dict(zip(why.index, why, strict=True)),
            )
        )
    return rows


def answer_counts(values: pd.Series, variable: Variable, codebook: Codebook) -> list[tuple[Choice, int]]:
    """How often each answer of a list was given; one person may have given several to a
    ``select_multiple``.
    """
    answers = codebook.answers(variable.list_name) if variable.list_name else []
    given = (
        values.dropna().astype("str").str.split().explode().value_counts()
        if answers
        else pd.Series(dtype="int64")
    )
    return [(choice, int(given.get(choice.name, 0))) for choice in answers]


def shown_answers(counts: list[int], n: int, language: Language) -> list[str]:
    """The counts of a question's answers as they may be shown.

    A small count is hidden. Where answers exclude one another it could be what the others lack to ``n``: then
    the next smallest is only bounded; where they do not, a count that all but a few gave is. Where too few
    answered, none is shown.
    """
    if is_few(n):
        return [f"< {SMALLEST_CELL}"] * len(counts)
    excluding = sum(counts) == n  # of several answers at once, each stands for itself
    safe = (
        without_few(np.array(counts)) if excluding else np.where(is_few(n - np.array(counts)), np.nan, counts)
    )
    bounded = np.isnan(safe) & ~is_few(np.array(counts))
    shown = [
        f"≥ {SMALLEST_CELL}" if is_bounded and count else shown_count(count, language)
        for count, is_bounded in zip(counts, bounded, strict=True)
    ]
    return shown


def codebook_html(study: Study) -> str:
    """The codebook of a cohort as one page, English and Bahasa Indonesia side by side, with counts and
    missing shares.
    """
    languages = [Language(code) for code in LANGUAGES]
    english = languages[0]
    parts = []
    for name in delivered(study):
        definition = study.programme.tables[name]
        parts.append(
            f'<h2>{escape(definition.label.en)} · <span lang="id">{escape(definition.label.id)}</span></h2>'
        )
        parts.append(
            '<div class="scroll" tabindex="0"><table><thead><tr>'
            + "".join(
                f'<th scope="col">{text}</th>'
                for text in ("Name", "English", "Bahasa Indonesia", "Type, rules", "n", "Missing", "Answers")
            )
            + "</tr></thead><tbody>"
        )
        parts += [variable_html(row, english, languages[1]) for row in codebook_rows(study, name)]
        parts.append("</tbody></table></div>")
    style = (Path(__file__).parents[1] / "report" / "templates" / "page.css").read_text(encoding="utf-8")
    title = f"{study.programme.title.en} – {study.cohort.label.en}"
    head = (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{PLAIN}"><meta name="viewport"'
        ' content="width=device-width, initial-scale=1"><title>Codebook:'
        f" {escape(title)}</title><style>{style}</style></head>"
    )
    return (
        head + '<body><header class="cover"><h1>Codebook · <span lang="id">Buku kode</span></h1><p'
        f' class="label">{escape(title)}</p></header><main'
        f' class="frame"><div>{"".join(parts)}</div></main></body></html>'
    )


def variable_html(row: Described, english: Language, indonesian: Language) -> str:
    """One variable's line of the page."""
    variable, total = row.variable, row.n + row.missing
    rules = [
        variable.kind,
        *([f"if {variable.relevant}"] if variable.relevant else []),
        *([variable.constraint] if variable.constraint else []),
        *([variable.role] if variable.role else []),
    ]
    counts = shown_answers([n for _, n in row.answers], row.n, english)
    answers = "".join(
        f"<li>{escape(choice.name)} {escape(choice.label_en)} · <span"
        f' lang="id">{escape(choice.label_id)}</span>: {escape(count)}</li>'
        for (choice, _), count in zip(row.answers, counts, strict=True)
    )
    reasons = "; ".join(
        f"{english.say(MISSING_REASONS[reason])} {shown_count(n, english)}"
        for reason, n in row.reasons.items()
    )
    share = english.percent(row.missing / total, 1) if total else "–"
    cells = [
        f'<span lang="id">{escape(variable.label_id)}</span>',
        escape("; ".join(rules)),
        escape(shown_count(row.n, english)),
        f"{share}<br>{escape(reasons)}" if reasons else share,
        f"<ul>{answers}</ul>" if answers else "–",
    ]
    return (
        f'<tr><th scope="row"><code>{escape(variable.name)}</code></th><td>{escape(variable.label_en)}</td>'
        + "".join(f"<td>{cell}</td>" for cell in cells)
        + "</tr>"
    )
