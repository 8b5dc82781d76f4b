"""XLSForm in and out: a KoboToolbox or ODK form becomes a codebook, a codebook becomes a form that can be fielded.

pyxform reads and checks the form; what the codebook has and a form has not (roles, missing codes, scales) is left for a
person to decide, and marked so.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from helpers.codebook import Codebook, readable_expression
from helpers.problems import Problem, ProblemsError
from helpers.programme import Programme
from helpers.study import DECIDE

ENGLISH, INDONESIAN = "label::English (en)", "label::Bahasa Indonesia (id)"
TYPES = {
    "text": "text", "integer": "integer", "range": "integer", "decimal": "decimal", "date": "date", "dateTime": "dateTime", "datetime": "dateTime",
    "start": "dateTime", "end": "dateTime", "today": "date", "time": "text", "calculate": "text", "hidden": "text", "barcode": "text",
    "deviceid": "text", "phonenumber": "text", "username": "text", "email": "text", "geopoint": "text",
}  # fmt: skip
ROLES = {
    "start": "start",
    "end": "end",
    "deviceid": "identifier",
    "phonenumber": "identifier",
    "username": "enumerator",
    "email": "identifier",
    "geopoint": "identifier",
}
OUT_TYPES = {"money": "integer", "month": "date"}


@dataclass
class Draft:
    """Lines for ``codebook.csv`` and ``choices.csv``, and what a person must decide."""

    variables: list[dict[str, str]] = field(default_factory=list)
    choices: list[dict[str, str]] = field(default_factory=list)
    decide: list[str] = field(default_factory=list)
    title: str = ""


def read_form(path: Path, *, table: str) -> Draft:
    """Read an XLSForm into draft definitions.

    Raises
    ------
    ProblemsError in pyxform's words when the form is not valid.
    """
    sheets = checked_form(path)
    draft = Draft(title=str((sheets.get("settings") or [{}])[0].get("form_title", "")))
    place = [table]
    for row in sheets["survey"]:
        read_question(row, draft, place)
    for row in sheets.get("choices", []):
        english, indonesian = labels_of(row, row.get("name", ""), draft, f"answer {row.get('list_name')}/{row.get('name')}")
        draft.choices.append({"list_name": row["list_name"], "name": str(row["name"]), ENGLISH: english, INDONESIAN: indonesian, "aliases": ""})
    return draft


def checked_form(path: Path) -> dict[str, list[dict[str, str]]]:
    """Read the sheets of a form that pyxform finds valid."""
    from pyxform.errors import PyXFormError
    from pyxform.xls2json_backends import xls_to_dict, xlsx_to_dict
    from pyxform.xls2xform import convert

    try:
        convert(path, validate=False)
        return (xls_to_dict if path.suffix == ".xls" else xlsx_to_dict)(str(path))
    except (PyXFormError, OSError, KeyError, ValueError) as failure:
        raise ProblemsError(
            [
                Problem(
                    path.name, f"the form is not a valid XLSForm: {' '.join(str(failure).split())}", expected="an XLSX file with the sheets survey and choices"
                )
            ]
        ) from failure


def read_question(row: dict[str, str], draft: Draft, place: list[str]) -> None:
    """Add one line of the survey sheet to the draft; a repeat group is a table of its own."""
    kind, _, rest = (
        str(row.get("type", ""))
        .strip()
        .replace("begin group", "begin_group")
        .replace("begin repeat", "begin_repeat")
        .replace("end repeat", "end_repeat")
        .partition(" ")
    )
    if kind == "begin_repeat":
        place.append(row["name"])
        draft.decide.append(f"table '{row['name']}': how its rows belong to those of '{place[0]}'")
    elif kind == "end_repeat":
        place.pop()
    elif kind in TYPES or kind in ("select_one", "select_multiple"):
        draft.variables.append(question_line(row, kind, rest, draft, place[-1]))
    elif kind not in ("begin_group", "end_group", "end", "note", ""):
        draft.decide.append(f"question '{row.get('name', '')}': the type '{kind}' holds no answer that can be analysed; it was left out")


def question_line(row: dict[str, str], kind: str, rest: str, draft: Draft, table: str) -> dict[str, str]:
    """One line of the codebook."""
    name = str(row["name"])
    english, indonesian = labels_of(row, name, draft, f"question '{name}'")
    line = {
        "table": table, "name": name.lower(), "type": f"{kind} {rest.split()[0]}" if rest and kind.startswith("select") else TYPES.get(kind, kind), "source": name,
        ENGLISH: english, INDONESIAN: indonesian, "unit": "", "required": "no", "relevant": "", "constraint": "", "missing": "", "role": ROLES.get(kind, ""), "note": "",
    }  # fmt: skip
    for column in ("relevant", "constraint"):
        text = str(row.get(column, "") or "").strip()
        try:
            line[column] = readable_expression(text)
        except ValueError as failure:
            line["note"] = f"{DECIDE} {column} '{text}' ({failure})"
            draft.decide.append(f"question '{name}': its {column} '{text}' cannot be read ({failure})")
    return line


def labels_of(row: dict[str, str], name: str, draft: Draft, what: str) -> tuple[str, str]:
    """Labels in both languages; where one is missing the other stands in, marked."""
    labels = {key.partition("::")[2].lower(): str(value).strip() for key, value in row.items() if key.startswith("label")}
    english = next((value for key, value in labels.items() if "(en)" in key or key == "english"), "")
    indonesian = next((value for key, value in labels.items() if "(id)" in key or "indonesia" in key), "")
    plain = labels.get("") or english or indonesian or next(iter(labels.values()), "") or str(name)
    if not (english and indonesian):
        draft.decide.append(f"{what}: its text in {'Bahasa Indonesia' if english else 'English' if indonesian else 'both languages'}")
    return english or f"{DECIDE} {plain}", indonesian or f"{DECIDE} {plain}"


def write_form(programme: Programme, codebook: Codebook, table: str, path: Path) -> list[str]:
    """Write a table of the codebook as an XLSForm, and have pyxform check it.

    Returns
    -------
    pyxform's warnings.

    Raises
    ------
    ProblemsError when pyxform finds the form not valid.
    """
    from openpyxl import Workbook
    from pyxform.errors import PyXFormError
    from pyxform.xls2xform import convert

    book = Workbook()
    survey, choices, settings = book.active, book.create_sheet("choices"), book.create_sheet("settings")
    survey.title = "survey"
    survey.append(["type", "name", ENGLISH, INDONESIAN, "required", "relevant", "constraint", "appearance"])
    lists = {}
    for variable in codebook.table(table):
        kind = OUT_TYPES.get(variable.kind, variable.kind)
        lists |= {variable.list_name: None} if variable.list_name else {}
        appearance = "month-year" if variable.kind == "month" else ""
        survey.append(
            [
                f"{kind} {variable.list_name}" if variable.list_name else kind,
                variable.name,
                variable.label_en,
                variable.label_id,
                "yes" if variable.required == "yes" else "",
                variable.relevant,
                variable.constraint,
                appearance,
            ]
        )
    choices.append(["list_name", "name", ENGLISH, INDONESIAN])
    for name in lists:
        for choice in codebook.answers(name):
            choices.append([name, choice.name, choice.label_en, choice.label_id])
    settings.append(["form_title", "form_id", "default_language"])
    settings.append([programme.title.en, f"{programme.programme}-{table}".replace("-", "_"), "English (en)"])
    book.save(path)
    warnings: list[str] = []
    try:
        convert(path, warnings=warnings, validate=False)
    except PyXFormError as failure:
        raise ProblemsError([Problem(path.name, f"the codebook does not make a valid form: {' '.join(str(failure).split())}")]) from failure
    return warnings
