"""XLSForm in and out: a KoboToolbox or ODK form becomes a codebook, a codebook becomes a form that can be
fielded.

pyxform reads and checks the form; what the codebook has and a form has not (roles, missing codes, scales) is
left for a person to decide, and marked so.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babel.core import Locale

from manfaat.base.disclosure import cells_as_texts
from manfaat.base.problems import Problem, ProblemsError
from manfaat.definitions.codebook import Codebook
from manfaat.definitions.expressions import readable_expression
from manfaat.definitions.programme import Programme
from manfaat.definitions.study import DECIDE
from manfaat.desk.drafts import (
    ENGLISH,
    INDONESIAN,
    PERHAPS_IDENTIFIER,
    Draft,
    codebook_line,
    identifies,
)
from manfaat.desk.form_dialects import FILES, OF_DEVICE, Dialect, read_workbook, with_own_types
from manfaat.desk.naming import LONGEST_IN_CODEBOOK, tidy_name

TYPES = {
    "text": "text",
    "string": "text",
    "integer": "integer",
    "int": "integer",
    "range": "integer",
    "decimal": "decimal",
    "date": "date",
    "dateTime": "dateTime",
    "datetime": "dateTime",
    "start": "dateTime",
    "end": "dateTime",
    "today": "date",
    "time": "text",
    "calculate": "text",
    "hidden": "text",
    "barcode": "text",
    "deviceid": "text",
    "phonenumber": "text",
    "phone number": "text",
    "username": "text",
    "email": "text",
    "geopoint": "text",
    "select one": "select_one",
    "select all that apply": "select_multiple",
    "caseid": "text",
    "enumerator": "text",
    "duration": "integer",
    "sensor_statistic": "decimal",
    "speed violations count": "integer",
    **dict.fromkeys(OF_DEVICE, "text"),
}
SAYS_NOTHING = ("note", "audit", "group", "repeat")
ROLES = {
    "start": "start",
    "end": "end",
    "deviceid": "identifier",
    "phonenumber": "identifier",
    "phone number": "identifier",
    "username": "enumerator",
    "email": "identifier",
    "geopoint": "identifier",
    "enumerator": "enumerator",
    **dict.fromkeys(OF_DEVICE, "identifier"),
}
RECORDED = {  # what the device writes itself has no question text
    "start": ("Start of the interview", "Awal wawancara"),
    "end": ("End of the interview", "Akhir wawancara"),
    "today": ("Day of the interview", "Hari wawancara"),
    "deviceid": ("Device", "Perangkat"),
    "username": ("Interviewer", "Pewawancara"),
    "phonenumber": ("Telephone number of the device", "Nomor telepon perangkat"),
    "email": ("E-mail address", "Alamat surel"),
    "subscriberid": ("Subscriber of the device", "Pelanggan perangkat"),
    **dict.fromkeys(("simid", "simserial"), ("SIM card of the device", "Kartu SIM perangkat")),
    "devicephonenum": ("Telephone number of the device", "Nomor telepon perangkat"),
    "device_info": ("Kind of device", "Jenis perangkat"),
    "caseid": ("Case", "Kasus"),
    "duration": ("Duration of the interview in seconds", "Lama wawancara dalam detik"),
    "enumerator": ("Interviewer", "Pewawancara"),
}
OTHER, OTHER_TEXT = ("Other", "Lainnya"), "Specify other."
COMPUTED = "the type of what is computed"
OUT_TYPES = {"money": "integer", "month": "date"}
PATH = re.compile(r"(?:\.\./)+(?:[\w.-]+/)*([\w.-]+)")
NAME = re.compile(r"\$\{\s*([^}\s]+)\s*\}")


@dataclass(frozen=True)
class Question:
    """One question of a form as pyxform read it: its table, the groups around it, and the skip rules of these
    groups.
    """

    node: dict[str, Any]
    table: str
    groups: tuple[str, ...]
    rules: tuple[str, ...]

    @property
    def name(self) -> str:
        """The name in the form."""
        return str(self.node["name"])


def read_form(path: Path, *, table: str) -> Draft:
    """Read an XLSForm into draft definitions; a repeat group is a table of its own, and skip rules of groups
    hold for their questions.

    Raises
    ------
    ProblemsError in pyxform's words when the form is not valid.
    """
    form, told = checked_form(path)
    draft = Draft(title=str(form.get("title") or ""), decide=told.decide)
    found = list(questions(form, table, (), (), draft))
    names = named(found)
    for question in found:
        add_question(question, names, draft)
    for name, answers in form.get("choices", {}).items():
        add_answers(name, answers, draft)
    return draft


def checked_form(path: Path) -> tuple[dict[str, Any], Dialect]:
    """Read a form that pyxform finds valid, as its tree of groups and questions, and what was put into other
    words before.
    """
    from pyxform.errors import PyXFormError
    from pyxform.xls2json import workbook_to_json
    from pyxform.xls2json_backends import get_xlsform
    from pyxform.xls2xform import convert

    try:
        book, told = read_workbook(path)
        convert(deepcopy(book), validate=False)
        return (
            with_own_types(workbook_to_json(get_xlsform(book), form_name="data", warnings=[]), told.types),
            told,
        )
    except (PyXFormError, OSError, KeyError, ValueError, AttributeError, TypeError) as failure:
        message = f"the form is not a valid XLSForm: {' '.join(str(failure).split())}"
        raise ProblemsError(
            [Problem(path.name, message, expected="an XLSX file with the sheets survey and choices")]
        ) from failure


def questions(
    node: dict[str, Any], table: str, groups: tuple[str, ...], rules: tuple[str, ...], draft: Draft
) -> Iterator[Question]:
    """Yield the questions below a group in order; say of each repeat group that its rows belong to others."""
    for child in node.get("children", []):
        name, kind = str(child.get("name", "")), child.get("type")
        if kind == "group" and name != "meta":
            own = str(child.get("bind", {}).get("relevant", "") or "").strip()
            yield from questions(child, table, (*groups, name), (*rules, own) if own else rules, draft)
        elif kind == "repeat":
            inner = tidy_name(name, {table})
            draft.decide.append(f"table '{inner}': how its rows belong to those of '{table}'")
            yield from questions(child, inner, (*groups, name), (), draft)
        elif kind not in SAYS_NOTHING:
            yield Question(child, table, groups, rules)


def named(found: list[Question]) -> dict[tuple[str, str], str]:
    """Name the variable of each question: (table, "/" and its path in the form) → name, and (table, its name)
    → name where one question has it.
    """
    taken: dict[str, set[str]] = {}
    often = Counter((question.table, question.name) for question in found)
    names = {}
    for question in found:
        name = tidy_name(question.name, taken.setdefault(question.table, set()), most=LONGEST_IN_CODEBOOK)
        names[question.table, "/" + path_of(question)] = name
        if often[question.table, question.name] == 1:
            names[question.table, question.name] = name
    return names


def path_of(question: Question) -> str:
    """The name with its groups, as an export writes it."""
    return "/".join((*question.groups, question.name))


def add_question(question: Question, names: dict[tuple[str, str], str], draft: Draft) -> None:
    """Add one line of the codebook to the draft, or say why there is none."""
    kind = str(question.node["type"])
    listed = question.node.get("list_name")
    if kind not in TYPES or (kind.startswith("select") and not listed):
        what = {"photo": "image"}.get(kind, kind)
        why = (
            "its answers lie in another file"
            if kind in (*TYPES, *FILES)
            else f"the type '{what}' holds no answer that can be analysed"
        )
        draft.decide.append(f"question '{question.name}': {why}; it was left out")
        return
    line = codebook_line(
        question.table, names[question.table, "/" + path_of(question)], TYPES[kind], question.name
    )
    if (question.table, question.name) not in names:
        line["source"] = path_of(question)
    line["type"] += f" {listed}" if listed else ""
    line["role"] = ROLES.get(kind, "")
    line["required"] = (
        "yes"
        if str(question.node.get("bind", {}).get("required", "")).strip().lower() in ("yes", "true", "true()")
        else "no"
    )
    line[ENGLISH], line[INDONESIAN] = question_labels(question, draft)
    if kind == "calculate":
        note(line, COMPUTED)
    if (
        line["type"] == "text"
        and not line["role"]
        and identifies(question.name, line[ENGLISH], line[INDONESIAN])
    ):
        line["role"] = "identifier"
        note(line, PERHAPS_IDENTIFIER)
    add_rules(question, line, names, draft)
    draft.variables.append(line)


def note(line: dict[str, str], what: str) -> None:
    """Say something more in the note of a line of the codebook."""
    line["note"] = f"{line['note']}; {what}" if line["note"] else what


def question_labels(question: Question, draft: Draft) -> tuple[str, str]:
    """The question in both languages; words of the house for what the device records and for the text of
    other answers.
    """
    label, kind = question.node.get("label"), question.node["type"]
    if kind in RECORDED and not label:
        return RECORDED[kind]
    if label == OTHER_TEXT and question.name.endswith("_other"):
        asked = question.name.removesuffix("_other")
        return f"{OTHER[0]}: {asked}", f"{OTHER[1]}: {asked}"
    return labels_of(label, question.name, draft, "questions")


def add_rules(
    question: Question, line: dict[str, str], names: dict[tuple[str, str], str], draft: Draft
) -> None:
    """Add skip rule and range in the codebook's names; what cannot be read becomes a note that a person must
    decide on.
    """
    bind = question.node.get("bind", {})
    own = str(bind.get("relevant", "") or "").strip()
    rules = [*question.rules, own] if own else [*question.rules]
    texts = {
        "relevant": " and ".join(f"({rule})" for rule in rules) if len(rules) > 1 else "".join(rules),
        "constraint": (
            str(bind.get("constraint", "") or "").strip()
            or ends(question.node.get("parameters"), question.node["type"])
        ),
    }
    for column, text in texts.items():
        try:
            line[column] = readable_expression(in_names(text, question.table, names))
        except ValueError as failure:
            note(line, f"{DECIDE} {column} '{text}' ({failure})")
            draft.decide.append(
                f"question '{question.name}': its {column} '{text}' cannot be read ({failure})"
            )


def ends(parameters: object, kind: str) -> str:
    """The range of a slider, whose ends are its parameters."""
    if (
        kind != "range"
        or not isinstance(parameters, dict)
        or "start" not in parameters
        or "end" not in parameters
    ):
        return ""
    return f". >= {parameters['start']} and . <= {parameters['end']}"


def in_names(text: str, table: str, names: dict[tuple[str, str], str]) -> str:
    """Return an expression with the variables' names instead of the form's.

    Raises
    ------
    ValueError naming a question that the table does not have, or has twice.
    """

    def name(match: re.Match[str]) -> str:
        if (table, match[1]) not in names:
            raise ValueError(f"'{match[1]}' is not one question of the table '{table}'")
        return "${" + names[table, match[1]] + "}"

    return NAME.sub(name, PATH.sub(r"${\1}", text))


def add_answers(name: str, answers: list[dict[str, Any]], draft: Draft) -> None:
    """Add the answers of a list to the draft, each once."""
    seen: dict[str, str | dict[str, str] | None] = {}
    for answer in answers:
        code, told = str(answer["name"]), answer.get("label")
        if code in seen:
            twice = (
                f"answer '{code}' stands twice in the list '{name}', as '{in_words(seen[code])}' and as"
                f" '{in_words(told)}'; the first is taken"
            )
            draft.decide += [twice] if told != seen[code] else []
            continue
        seen[code] = told
        if (name_in_form := code) != (code := "_".join(code.split())):
            draft.decide.append(
                f"answer '{name_in_form}' of the list '{name}' holds a space; its code is '{code}', also in"
                " rules that name it"
            )
        texts = answer.get("label")
        given = set(texts.values()) if isinstance(texts, dict) else {texts}
        english, indonesian = (
            OTHER
            if code == "other" and given == {OTHER[0]}
            else labels_of(texts, code, draft, f"answers of the list '{name}'")
        )
        draft.choices.append(
            {
                "list_name": name,
                "name": code,
                ENGLISH: english,
                INDONESIAN: indonesian,
                "aliases": "" if name_in_form == code else name_in_form,
            }
        )


def in_words(label: str | dict[str, str] | None) -> str:
    """A label as it is told: in its first language."""
    return " ".join(str(next(iter(label.values()), "") if isinstance(label, dict) else label or "").split())


def labels_of(label: str | dict[str, str] | None, name: str, draft: Draft, what: str) -> tuple[str, str]:
    """Labels in both languages; where one is missing the other stands in."""
    labels = {
        key.lower(): " ".join(str(value).split())
        for key, value in (label.items() if isinstance(label, dict) else [("", label or "")])
    }
    english = next((value for key, value in labels.items() if "(en)" in key or key.startswith("english")), "")
    indonesian = next(
        (value for key, value in labels.items() if "(id)" in key or "indonesia" in key or key == "bahasa"), ""
    )
    plain = english or indonesian or next(iter(labels.values()), "") or name
    if not (english and indonesian):
        lacking = "Bahasa Indonesia" if english else "English" if indonesian else "one of the two languages"
        draft.decide.append(f"{what}: texts stand in the place of those in {lacking}, which the form has not")
    return english or plain, indonesian or plain


def label_column(code: str) -> str:
    """The column of a form that holds the labels of one language: ``label::Français (fr)``."""
    known = {"en": ENGLISH, "id": INDONESIAN}
    return known.get(code) or f"label::{(Locale(code).get_display_name() or code).capitalize()} ({code})"


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
    texts = [label_column(code) for code in programme.spoken]
    survey.append(["type", "name", *texts, "required", "relevant", "constraint", "appearance"])
    lists: dict[str, None] = {}  # in order, each once
    for variable in codebook.table(table):
        kind = OUT_TYPES.get(variable.kind, variable.kind)
        lists |= {variable.list_name: None} if variable.list_name else {}
        appearance = "month-year" if variable.kind == "month" else ""
        survey.append(
            [
                f"{kind} {variable.list_name}" if variable.list_name else kind,
                variable.name,
                *(variable.label(code) for code in programme.spoken),
                "yes" if variable.required == "yes" else "",
                variable.relevant,
                variable.constraint,
                appearance,
            ]
        )
    choices.append(["list_name", "name", *texts])
    for name in lists:
        for choice in codebook.answers(name):
            choices.append([name, choice.name, *(choice.label(code) for code in programme.spoken)])
    settings.append(["form_title", "form_id", "default_language"])
    first = programme.spoken[0]
    identifier = f"{programme.programme}-{table}".replace("-", "_")
    settings.append([programme.title[first], identifier, texts[0].removeprefix("label::")])
    cells_as_texts(book).save(path)
    warnings: list[str] = []
    try:
        convert(path, warnings=warnings, validate=False)
    except PyXFormError as failure:
        raise ProblemsError(
            [Problem(path.name, f"the codebook does not make a valid form: {' '.join(str(failure).split())}")]
        ) from failure
    return warnings
