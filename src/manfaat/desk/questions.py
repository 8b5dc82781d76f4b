"""A few questions about a drafted study, each with what is supposed as the answer: in the terminal, or in a
workbook that is filled in and read back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from manfaat.base.disclosure import cells_as_texts
from manfaat.base.problems import Problem, ProblemsError, nearest, refuse
from manfaat.base.writing import written_whole
from manfaat.desk.drafts import Draft
from manfaat.desk.proposals import NUMBERS
from manfaat.desk.study_draft import STAGES, StudyDraft

NONE = "none"
Prompt = Callable[[str, str], str]  # a question and the answer that stands there already → the answer
SHEETS = ("study", "variables", "answers")
HEAD = ["question", "answer", "what it means"]


@dataclass(frozen=True)
class Question:
    """One question: ``given`` is the answer that is supposed, ``take`` checks an answer and takes it over.

    ``take`` raises ValueError, in words, for an answer that cannot be.
    """

    key: str
    asks: str
    given: Callable[[StudyDraft], str]
    take: Callable[[StudyDraft, str], None]


def take_unit(study: StudyDraft, answer: str) -> None:
    """A word of one's own for what a row is about."""
    if not answer or not answer.replace(" ", "").isalpha():
        raise ValueError("it is a word: person, firm, school")
    study.main.unit = answer.lower()


def take_key(study: StudyDraft, answer: str) -> None:
    """Variables that tell rows apart; together they must."""
    names = listed(answer)
    for name in names:
        known(study, name)
    if names:
        rows = ["\t".join(row) for row in zip(*[study.of_main[name].codes for name in names], strict=True)]
        if len(set(rows)) < len(rows) / 2:
            raise ValueError(
                f"{len(rows) - len(set(rows)):,} of {len(rows):,} rows have the {answer} of another row"
            )
    study.main.key = names
    panel = study.main.panel
    study.main.panel = panel if panel and set(panel) == set(names) else None


def take_group(study: StudyDraft, answer: str) -> None:
    """The variable that says who took part; with another one its answers are asked for anew."""
    if answer in ("", NONE):
        raise ValueError(
            "every study has one; in a file of participants alone it may be a variable that is 1 for all"
        )
    column = known(study, answer)
    if not 1 <= len(column.distinct) <= 12 or column.kind not in ("select_one", "integer"):
        raise ValueError(f"'{answer}' has no list of answers")
    found = study.main
    if answer != found.group:
        found.group, found.participants, found.comparison = answer, [], []
    found.offer = "" if found.offer == answer else found.offer


def take_participants(study: StudyDraft, answer: str) -> None:
    """The answers that participants have; the others are the comparison group, unless told otherwise."""
    codes = answers_of_group(study, answer)
    if not codes:
        raise ValueError("at least one answer is that of participants")
    study.main.participants = codes
    rest = [code for code in study.of_main[study.main.group].distinct if code not in codes]
    kept = [code for code in study.main.comparison if code in rest]
    study.main.comparison = kept or rest


def take_comparison(study: StudyDraft, answer: str) -> None:
    """The answers of those who are compared; none in a study of participants alone."""
    codes = answers_of_group(study, answer)
    if twice := set(codes) & set(study.main.participants):
        raise ValueError(f"{', '.join(sorted(twice))} are participants already")
    study.main.comparison = codes
    study.main.settled.add("group")


def take_outcome(study: StudyDraft, answer: str) -> None:
    """The first number that an effect is asked for."""
    if answer in ("", NONE):
        study.main.outcome = ""
        return
    column = known(study, answer)
    if column.kind not in NUMBERS and column.kind != "select_one":
        raise ValueError(f"'{answer}' is no number")
    if answer == study.main.group:
        raise ValueError(f"'{answer}' says who took part")
    study.main.outcome = answer
    study.main.covariates = [name for name in study.main.covariates if name != answer]


def take_stage(study: StudyDraft, answer: str) -> None:
    """The stage of the chain from input to impact at which the outcome stands."""
    if answer in ("", NONE):
        return
    if answer not in STAGES:
        raise ValueError(f"'{answer}' is no stage: {nearest(answer, STAGES)}")
    study.main.stage = answer


QUESTIONS = (
    Question("unit", "What is a row about (person, firm, another word)?", lambda s: s.main.unit, take_unit),
    Question(
        "key",
        "Which variables tell rows apart (with commas, or none)?",
        lambda s: ", ".join(s.main.key) or NONE,
        take_key,
    ),
    Question("group", "Which variable says who took part?", lambda s: s.main.group, take_group),
    Question(
        "participants",
        "Which of its answers are those of participants (with commas)?",
        lambda s: ", ".join(s.main.participants),
        take_participants,
    ),
    Question(
        "comparison",
        "Which are those of the comparison group (with commas, or none)?",
        lambda s: ", ".join(s.main.comparison) or NONE,
        take_comparison,
    ),
    Question(
        "outcome", "What is the outcome (a number, or none)?", lambda s: s.main.outcome or NONE, take_outcome
    ),
    Question(
        "stage",
        f"At which stage does it stand ({', '.join(STAGES)}; none: decided later)?",
        lambda s: s.main.stage or NONE,
        take_stage,
    ),
)


def listed(answer: str) -> list[str]:
    """The parts of an answer with commas; none where it says so."""
    return (
        []
        if answer.strip().lower() in ("", NONE)
        else [part.strip() for part in answer.split(",") if part.strip()]
    )


def known(study: StudyDraft, name: str) -> Any:
    """The variable with this name.

    Raises
    ------
    ValueError that names the nearest.
    """
    if name not in study.of_main:
        raise ValueError(f"there is no variable '{name}': {nearest(name, study.of_main)}")
    return study.of_main[name]


def answers_of_group(study: StudyDraft, answer: str) -> list[str]:
    """Codes of the group's answers, also where they are called by their labels.

    Raises
    ------
    ValueError for what is none.
    """
    column = known(study, study.main.group)
    labels = {column.labels.get(code, code).lower(): code for code in column.distinct}
    codes = [labels.get(part.lower(), part) for part in listed(answer)]
    for code in codes:
        if code not in column.distinct:
            told = [
                f"{code} ({label})" if (label := column.labels.get(code)) else code
                for code in column.distinct
            ]
            raise ValueError(f"'{code}' is no answer of '{column.name}': {', '.join(told)}")
    return codes


def asked(study: StudyDraft, prompt: Prompt, tell: Callable[[str], None]) -> StudyDraft:
    """Ask every question until its answer can be; an empty answer is what is supposed."""
    if not study.of_main:
        return study
    for question in QUESTIONS:
        while True:
            answer = prompt(question.asks, question.given(study)).strip() or question.given(study)
            try:
                question.take(study, answer)
                break
            except ValueError as failure:
                tell(f"  {failure}")
    return study


def write_workbook(path: Path, study: StudyDraft) -> None:
    """Write what is supposed into a workbook: the questions, the variables and their answers, to be put
    right.
    """
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    rows = [[question.key, question.given(study), question.asks] for question in QUESTIONS]
    tables = {
        "study": [HEAD, *rows],
        "variables": rows_of(study.draft.variables),
        "answers": rows_of(study.draft.choices),
    }
    for name, lines in tables.items():
        sheet = book.create_sheet(name)
        for line in lines:
            sheet.append(line)
        sheet.freeze_panes = "A2"
    with written_whole(path) as begun:
        cells_as_texts(book).save(begun)


def rows_of(lines: list[dict[str, str]]) -> list[list[str]]:
    """Lines with their header."""
    return [list(lines[0]), *[list(line.values()) for line in lines]] if lines else [[]]


def read_workbook(path: Path, study: StudyDraft) -> StudyDraft:
    """Take over what a person wrote into the workbook.

    Raises
    ------
    ProblemsError with every answer that cannot be, and what is no such workbook.
    """
    found = sheets_of(path)
    draft = replace_lines(study.draft, found, path.name)
    study = StudyDraft(draft, study.columns, study.proposals)
    answers = {str(row.get("question", "")): str(row.get("answer", "")) for row in found["study"]}
    problems = []
    for question in QUESTIONS:
        try:
            question.take(study, answers.get(question.key, "").strip() or question.given(study))
        except ValueError as failure:
            problems.append(
                Problem(path.name, str(failure).rstrip("?"), row=f"'{question.key}'", column="study.answer")
            )
    refuse(problems)
    return study


def sheets_of(path: Path) -> dict[str, list[dict[str, str]]]:
    """The rows of the workbook's sheets by their headers, cells as texts."""
    from openpyxl import load_workbook

    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except Exception as failure:  # openpyxl raises what its parts raise: zip, XML, keys
        raise ProblemsError([Problem(path.name, f"it cannot be read as a workbook ({failure})")]) from failure
    missing = [name for name in SHEETS if name not in book.sheetnames]
    refuse(
        [
            Problem(
                path.name, f"the sheet '{name}' is missing", expected="the workbook that --workbook wrote"
            )
            for name in missing
        ]
    )
    tables = {}
    for name in SHEETS:
        head, *rows = [
            ["" if cell is None else str(cell).strip() for cell in row]
            for row in book[name].iter_rows(values_only=True)
        ] or [[]]
        tables[name] = [dict(zip(head, row, strict=False)) for row in rows if any(row)]
    return tables


def replace_lines(draft: Draft, found: dict[str, list[dict[str, str]]], file: str) -> Draft:
    """The draft with the lines of the workbook; variables keep their tables and names."""
    names = {(line["table"], line["name"]) for line in draft.variables}
    odd = [line for line in found["variables"] if (line.get("table"), line.get("name")) not in names]
    refuse(
        [
            Problem(
                file,
                f"there is no variable '{line.get('name')}' in the data",
                column="variables.name",
                expected="its name as it was written",
            )
            for line in odd
        ]
    )
    variables = [dict.fromkeys(draft.variables[0], "") | line for line in found["variables"]]
    choices = (
        [dict.fromkeys(draft.choices[0], "") | line for line in found["answers"]] if draft.choices else []
    )
    return replace(draft, variables=variables, choices=choices)
