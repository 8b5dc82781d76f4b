"""Answers that are texts, several at once: drafted with short codes, read into them, and counted as they were
ticked.

A film survey whose options are titles of several words gave 0 of 835 for each film that 551 to 758 people had
seen: titles joined by spaces were parted at spaces again.
"""

import pandas as pd
import pytest
from test_formats_questions import made

from manfaat.cleaning.readers import match_columns, prepare
from manfaat.definitions.codebook import Choice, Codebook, Variable, answers_of
from manfaat.definitions.expressions import evaluate, parse_expression
from manfaat.definitions.raw_files import RawFile
from manfaat.desk.drafts import draft_from_data
from manfaat.files.parsing import read_multiple

TITLES = ["A New Hope", "Return of the Jedi", "The Empire Strikes Back"]
SEEN = [(1, 1, 0), (0, 1, 1), (1, 1, 1), (0, 0, 1), (1, 0, 0), (0, 1, 0), (1, 1, 1)]
SHAPES = {
    "KoboToolbox, labels": lambda at, seen, title: (f"seen/{title}", str(seen)),
    "KoboToolbox in a group": lambda at, seen, title: (f"films/seen/{title}", str(seen)),
    "LimeSurvey": lambda at, seen, title: (
        f"seen[SQ00{at}]. Which have you seen? [{title}]",
        "Yes" if seen else "",
    ),
    "LimeSurvey, French": lambda at, seen, title: (f"seen [{title}]", "Oui" if seen else ""),
    "REDCap": lambda at, seen, title: (f"seen___{at}", str(seen)),
    "REDCap, labels": lambda at, seen, title: (
        f"Which have you seen? (choice={title})",
        "Checked" if seen else "Unchecked",
    ),
    "SurveyMonkey": lambda at, seen, title: (f"Which have you seen? / {title}", title if seen else ""),
    "SurveyMonkey by pandas": lambda at, seen, title: (
        "Which have you seen?" if at == 1 else f"Unnamed: {at}",
        title if seen else "",
    ),
}


def delivered(shape):
    columns: dict[str, list[str]] = {"id": [f"p{at}" for at in range(len(SEEN))]}
    for row in SEEN:
        for at, (seen, title) in enumerate(zip(row, TITLES, strict=True), start=1):
            name, text = shape(at, seen, title)
            columns.setdefault(name, []).append(text)
    return made(columns)


def clean_by_draft(table):
    """Draft definitions from a table, decide nothing but the marks, and read the table by them: variable →
    clean texts, and the draft.
    """
    draft = draft_from_data([table])
    book = Codebook(
        tuple(Variable.model_validate({key: text for key, text in line.items()}) for line in draft.variables),
        tuple(Choice.model_validate(line) for line in draft.choices),
    )
    name = book.variables[0].table
    ready = prepare(table, book.table(name), book)
    mapping, *_ = match_columns(ready, book.table(name), RawFile(file="a.csv", table=name), file="a.csv")
    variable = next(variable for variable in book.variables if variable.kind == "select_multiple")
    column = next(column for column, known in mapping.items() if known == variable.name)
    readings = [read_multiple(text, answers_of(variable, book, {})) for text in ready.frame[column]]
    assert not any(reading.needs_person for reading in readings)
    return (
        pd.DataFrame(
            {variable.name: [" ".join(reading.value) if reading.value else None for reading in readings]}
        ),
        variable.name,
        draft,
    )


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_what_was_ticked_is_counted(shape):
    table, name, draft = clean_by_draft(delivered(shape))
    codes = [line["name"] for line in draft.choices]
    assert not any(" " in code for code in codes)
    for at, code in enumerate(codes):
        chosen = evaluate(parse_expression(f"selected(${{{name}}}, '{code}')"), table)
        assert chosen.sum() == sum(row[at] for row in SEEN)
    counts = evaluate(parse_expression(f"count-selected(${{{name}}})"), table)
    assert counts.tolist() == [sum(row) for row in SEEN]


def test_a_combined_column_of_labels_beside_the_marks():
    marks = delivered(SHAPES["KoboToolbox, labels"]).frame
    joined = [" ".join(title for seen, title in zip(row, TITLES, strict=True) if seen) for row in SEEN]
    columns = {
        "id": marks["id"].tolist(),
        "seen": joined,
        **{f"seen/{title}": marks[f"seen/{title}"].tolist() for title in TITLES},
    }
    table, name, _ = clean_by_draft(made(columns))
    assert evaluate(parse_expression(f"count-selected(${{{name}}})"), table).tolist() == [
        sum(row) for row in SEEN
    ]


@pytest.mark.parametrize("sign", [", ", ";", "; "])
def test_several_answers_in_one_cell(sign):
    """Google Forms joins with a comma and a space, Microsoft Forms with a semicolon."""
    joined = [sign.join(title for seen, title in zip(row, TITLES, strict=True) if seen) for row in SEEN]
    table, name, draft = clean_by_draft(
        made({"id": [f"p{at}" for at in range(len(SEEN))], "Which have you seen?": joined})
    )
    assert [line["name"] for line in draft.choices] == [
        "a_new_hope",
        "return_of_the_jedi",
        "the_empire_strikes_back",
    ]
    assert evaluate(parse_expression(f"count-selected(${{{name}}})"), table).tolist() == [
        sum(row) for row in SEEN
    ]


def test_one_answer_of_several_words_gets_a_short_code_and_keeps_its_text():
    table = made(
        {
            "id": [f"p{at}" for at in range(12)],
            "work": ["Full time", "Part time", "日雇い"] * 4,
            "rate": ["1", "2", "3"] * 4,
        }
    )
    draft = draft_from_data([table])
    lines = [(line["name"], line["label::English (en)"], line["aliases"]) for line in draft.choices]
    assert lines == [
        ("full_time", "Full time", ""),
        ("part_time", "Part time", ""),
        ("answer", "日雇い", ""),
    ]


@pytest.mark.parametrize("code", ["Media sosial", "a\tb"])
def test_a_code_with_a_space_is_refused_and_told_what_to_write(code):
    line = {"list_name": "l", "name": code, "label::English (en)": "e", "label::Bahasa Indonesia (id)": "i"}
    with pytest.raises(
        ValueError,
        match=(
            r"holds a space; write a short code such as '(media_sosial|a_b)', and the text as it is delivered"
            r" under 'aliases'"
        ),
    ):
        Choice.model_validate(line)
