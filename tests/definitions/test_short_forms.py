"""Short forms of definition files: they load as what they stand for, mistakes in them are told with their
place, and the shipped programmes mean what they always meant.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections import defaultdict

import pytest
import yaml
from typer.testing import CliRunner

from conftest import ROOT, replace_in
from manfaat.base.problems import ProblemsError
from manfaat.cli import app
from manfaat.definitions.codebook import load_codebook
from manfaat.definitions.programme import load_programme
from manfaat.desk.definition_edits import stand_alone, with_cell
from manfaat.desk.tidy import load_all, meaning, tidied, write
from manfaat.indicators import load_indicators

PROGRAMMES = ("jakarta-tokyo", "michigan-grants", "nsw")
# what each shipped programme meant before its files were written short
MEANT = {
    "jakarta-tokyo": "21fe3b6dcb8355660e24dba47efd794bfe646eb46e218f177d6a92e13f84de04",
    "michigan-grants": "45e760e039f73aa8d6502a6d8d3d71abb95f1566076b4e7877b61ec8aa45c049",
    "nsw": "d706721713266d6c9323b0d4ff467224ef9c2a786c5fb9669a5cf17aeb47fa1d",
}
LABELS = "label::English (en),label::Bahasa Indonesia (id)"
DEFINED = f"{LABELS},definition::English (en),definition::Bahasa Indonesia (id)"
WORDS = {"en": "x", "id": "x"}
BASE = {
    "programme": "trial",
    "title": WORDS,
    "summary": WORDS,
    "tables": {"people": {"label": WORDS, "key": ["row"]}},
    "units": {},
    "design": {"unit": "person", "group": "arm", "participants": ["1"], "times": {"now": WORDS}},
}
NAMES = ["age", "female", "tenure", "wage", "wage_before", "wage_now", "sk1_now", "sk1_then", "sk2_now"]
NAMES += ["sk2_then", "skill_self", "skill_supervisor"]
CODEBOOK = f"name,type,{LABELS}\narm,select_one arm,Arm,Kelompok\n" + "".join(
    f"{name},integer,{name},{name}\n" for name in NAMES
)
INDICATORS = f"name,time,stage_thesis,construct,inputs,use,{DEFINED}\n" + "".join(
    f"{name},{time},input,copy,{name},{use},x,x,x,x\n"
    for name, time, use in [
        ("arm", "fixed", "group"),
        ("age", "fixed", "covariate"),
        ("female", "fixed", "covariate"),
        ("tenure", "fixed", "covariate"),
        ("wage", "now", "effect"),
    ]
)


def programme_folder(base, *, values=None, codebook="", indicators=""):
    """A small programme; tables of further rows are added by their own header."""
    folder = base / "programmes" / "trial"
    folder.mkdir(parents=True)
    given = BASE | (values or {})
    if "specifications" in given:
        given |= {"primary": {"randomised": "adjusted", "observational": "adjusted"}}
    (folder / "programme.yml").write_text(yaml.safe_dump(given, allow_unicode=True, sort_keys=False))
    (folder / "codebook.csv").write_text(joined(CODEBOOK, codebook))
    (folder / "choices.csv").write_text(f"list_name,name,{LABELS}\narm,1,a,a\narm,0,b,b\n")
    (folder / "indicators.csv").write_text(joined(INDICATORS, indicators))
    return folder


def joined(first, second):
    """Two CSV texts as one whose header has the columns of both."""
    tables = [list(csv.DictReader(io.StringIO(text))) for text in (first, second)]
    columns = list(dict.fromkeys(name for table in tables for row in table for name in row))
    stream = io.StringIO()
    writer = csv.DictWriter(stream, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows([row for table in tables for row in table])
    return stream.getvalue()


def problems_of(folder):
    """All problems of a programme's definitions, as they are told."""
    root = folder.parents[1]
    programme, problems = load_programme(folder, root=root)
    if programme is not None:
        codebook, more = load_codebook(folder, programme, root=root)
        problems = [*problems, *more, *load_indicators(folder, programme, codebook, root=root)[1]]
    return [str(problem) for problem in problems]


# --- the examples of docs/definitions.md


def examples():
    """Heading → kind of file → form → its blocks, in the order of the page."""
    found = []
    text = (ROOT / "docs/definitions.md").read_text(encoding="utf-8")
    for info, block in re.findall(r"```(\w+ [\w ]+)\n(.*?)```", text, re.DOTALL):
        *kind, form = info.split()
        name = kind[-1] if kind[0] == "csv" else "yaml"
        if not found or (found[-1]["full"] and form == "short"):
            found.append({"short": defaultdict(str), "full": defaultdict(str)})
        found[-1][form][name] += block
    return found


@pytest.mark.parametrize("example", examples(), ids=range(len(examples())))
def test_examples_load_as_what_they_stand_for(tmp_path, example):
    loaded = []
    for form in ("short", "full"):
        blocks = example[form]
        folder = programme_folder(
            tmp_path / form,
            values=yaml.safe_load(blocks["yaml"]) if blocks["yaml"] else None,
            codebook=blocks["codebook"],
            indicators=blocks["indicators"],
        )
        loaded.append(meaning(*load_all(folder, tmp_path / form)))
    assert loaded[0] == loaded[1]


def test_the_page_has_an_example_of_each_form():
    assert len(examples()) == 8


# --- mistakes


SETS = {
    "covariate_sets": {"person": ["age", "female"]},
    "specifications": [
        {"id": "adjusted", "method": "regression", "covariates": "person", "std_errors": ["HC2"]}
    ],
}
ITEMS = {
    "batteries": {"skills": ["sk{1/2}_now"]},
    "checks": [{"id": "same", "kind": "straight_line", "variables": "skills"}],
}


def with_covariates(covariates):
    """The sets with other covariates in the specification."""
    return SETS | {"specifications": [SETS["specifications"][0] | {"covariates": covariates}]}


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            with_covariates("persom"),
            "programme.yml, column specifications.adjusted.covariates: there is no list 'persom'."
            " Expected: did you mean person?",
        ),
        (with_covariates(["age"]), "programme.yml, column covariate_sets.person: nothing uses 'person'"),
        (with_covariates(["person", "age"]), "'age' stands twice with what is named here"),
        (
            with_covariates(["persom", "person"]),
            "'persom' is not an indicator. Expected: did you mean person?",
        ),
        (SETS | {"covariate_sets": {"person": ["age"], "tenure": ["person"]}}, "nothing uses 'tenure'"),
        (
            SETS | {"covariate_sets": {"age": ["female"], "person": ["age"]}},
            "column covariate_sets.age: 'age' is also the name of an indicator",
        ),
        (
            ITEMS | {"checks": [{"id": "same", "kind": "straight_line", "variables": "skils"}]},
            "column checks.same.variables: there is no list 'skils'. Expected: did you mean skills?",
        ),
        (
            ITEMS | {"batteries": {"skills": ["sk{1/3}_now"]}},
            "column checks.same.variables: there is no variable 'sk3_now' in table 'people'",
        ),
        (
            {"units": {"shares": None}},
            "column units.shares: the unit 'shares' has no label, and is none that is known",
        ),
        ({"families": ["wages"]}, "column families: no words are known for 'wages'"),
        (
            {"design": BASE["design"] | {"unit": "persn"}},
            "column design.unit: no words are known for 'persn'. Expected: its words, or one that is known:"
            " did you mean person?",
        ),
    ],
)
def test_mistakes_in_named_sets_are_told(tmp_path, values, message):
    told = problems_of(programme_folder(tmp_path, values=values))
    assert any(message in problem for problem in told), told


SAID = {"words": {"now": {"when": {"en": "now", "id": "kini"}}}}
PROFILE = {"missing": {"usual": "-9=refused"}}


@pytest.mark.parametrize(
    ("values", "cells", "message"),
    [
        (
            {},
            "rep{when},now then,{when}: x,-9",
            "row 15, column name: no word 'when' is declared for 'now'",
        ),
        (
            SAID,
            "repairs,now then,{when}: x,-9",
            "column label::English (en): no word 'when' is declared for 'then'",
        ),
        (
            SAID,
            "repairs,now then,{wen}: x,-9",
            "no word 'wen' is declared for 'now'. Expected: did you mean when?",
        ),
        (
            {},
            "repairs,now then,{a/b/c}: x,-9",
            "'{a/b/c}' has 3 parts, and the row stands for 2 rows. Expected: 2 parts",
        ),
        (
            {},
            "{repairs/repairs},now then,x,-9",
            "row 15, column name: 2 of the 2 rows that this one stands for are called 'repairs'",
        ),
        ({}, "sk1,now then,x,-9", "row 15, column name: 'sk1_now' stands twice"),
        (PROFILE, "repairs,,x,usuel", "row 15, column missing: there is no profile 'usuel' of missing codes"),
        (
            PROFILE,
            "repairs,,x,-9",
            "column missing: no row uses the profile 'usual', which programme.yml declares",
        ),
    ],
)
def test_mistakes_in_rows_that_stand_for_several_are_told(tmp_path, values, cells, message):
    name, repeat, label, missing = cells.split(",")
    row = f"name,repeat,type,{LABELS},missing\n{name},{repeat},integer,{label},{label},{missing}\n"
    told = problems_of(programme_folder(tmp_path, values=values, codebook=row))
    assert any(message in problem for problem in told), told


def test_a_row_is_like_an_earlier_one(tmp_path):
    row = f"name,like,time,stage_thesis,construct,inputs,use,{DEFINED}\nwage_again,wige,,,,,,,,,\n"
    told = problems_of(programme_folder(tmp_path, indicators=row))
    assert (
        "row 7, column like: there is no earlier row 'wige'. Expected: did you mean wage or age?" in told[0]
    )
    assert len(told) == 1  # not one more for every cell that it would have taken


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (",,A label", "row 15, column label::English (en): a row without a name speaks for those below it"),
        (
            "{like}_sup,age wige,{like}",
            "row 15, column like: there is no earlier row 'wige'. Expected: did you mean",
        ),
        (
            "again,age female,{like}",
            "row 15, column name: 'again' stands twice",
        ),
        ("q1,,A question\n", "row 15, column source: the row has no 'note'"),
    ],
)
def test_mistakes_in_sections_and_rows_like_several_are_told(tmp_path, rows, message):
    name, like, label = rows.strip().split(",")
    source = "|{note}" if rows.endswith("\n") else ""
    row = f"name,like,type,source,{LABELS},note\n{name},{like},integer,{source},{label},{label},\n"
    told = problems_of(programme_folder(tmp_path, codebook=row))
    assert any(message in problem for problem in told), told


def test_braces_and_words_of_old_files_are_what_they_were(tmp_path):
    row = f"name,type,{LABELS},missing\nset,integer,One of {{a/b}} or {{when}},x,dk\n"
    folder = programme_folder(tmp_path, codebook=row)
    _, codebook, _ = load_all(folder, tmp_path)
    assert codebook.variables[-1].label_en == "One of {a/b} or {when}"
    assert codebook.variables[-1].missing_codes == {"dk": "blank"}


# --- tidy


def test_tidy_changes_nothing_that_is_meant_and_is_done_after_once(tmp_path):
    rows = "".join(
        f"people,q{n}_{time},integer,q{n}_{time},{label}: task {n},{label}: tugas {n},-8=dont_know;-9=refused"
        "\n"
        for n in (1, 2, 3)
        for time, label in (("now", "Now"), ("then", "Before departure"))
    )
    folder = programme_folder(
        tmp_path,
        codebook=f"table,name,type,source,{LABELS},missing\n{rows}",
        values=with_covariates(["age", "female"]),
    )
    replace_in(folder / "programme.yml", "covariate_sets:\n  person:\n  - age\n  - female\n", "# a comment\n")
    before = meaning(*load_all(folder, tmp_path))
    files = tidied(folder, root=tmp_path)
    assert meaning(*load_all(folder, tmp_path)) == before  # nothing is written yet
    write(files)
    assert meaning(*load_all(folder, tmp_path)) == before
    book = (folder / "codebook.csv").read_text()
    assert "q1,now then,integer,{Now/Before departure}: task 1" in book
    assert "# a comment" in (folder / "programme.yml").read_text()
    assert tidied(folder, root=tmp_path) == []


def test_tidy_refuses_what_would_not_mean_the_same(tmp_path, monkeypatch):
    folder = programme_folder(tmp_path)
    monkeypatch.setattr(
        "manfaat.desk.tidy.shorter_programme", lambda text, missing: text.replace("person", "firm")
    )
    with pytest.raises(ProblemsError, match="would not mean the same"):
        tidied(folder, root=tmp_path)


def test_tidy_of_definitions_with_mistakes_tells_them(tmp_path):
    folder = programme_folder(tmp_path, values={"families": ["wages"]})
    with pytest.raises(ProblemsError, match="no words are known"):
        tidied(folder, root=tmp_path)


def test_tidy_on_the_command_line(tmp_path, monkeypatch):
    folder = programme_folder(
        tmp_path, codebook=f"table,name,type,source,{LABELS}\npeople,own,integer,own,x,x\n"
    )
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "pyproject.toml").write_text("")
    monkeypatch.setattr("manfaat.cli.project", lambda: tmp_path)
    shown = CliRunner().invoke(app, ["tidy", "trial", "--check"])
    assert shown.exit_code == 1
    assert "+own,,integer,x,x" in shown.stdout
    assert CliRunner().invoke(app, ["tidy", "trial"]).exit_code == 0
    assert "x,people,own" not in (folder / "codebook.csv").read_text()
    again = CliRunner().invoke(app, ["tidy", "trial", "--check"])
    assert (again.exit_code, "in their short form" in again.stdout) == (0, True)


def test_tidy_parts_a_table_where_most_rows_say_the_same(tmp_path):
    rows = "".join(f"q{n},text,{n},{n},no,${{wage}} > 0,B\n" for n in range(9))
    rows += "".join(f"r{n},text,{n},{n},yes,,C{n}\n" for n in range(5))
    folder = programme_folder(tmp_path, codebook=f"name,type,{LABELS},required,relevant,note\n{rows}")
    before = load_all(folder, tmp_path)
    write(tidied(folder, root=tmp_path))
    assert meaning(*load_all(folder, tmp_path)) == meaning(*before)
    lines = (folder / "codebook.csv").read_text().splitlines()
    parts = [line.replace(",", "") for line in lines if line.startswith(",")]
    assert parts == ["no${wage} > 0B", ""]
    assert tidied(folder, root=tmp_path) == []


# --- decisions on variables that share a row


def test_a_decision_writes_what_its_section_and_the_rows_that_it_is_like_say(tmp_path):
    rows = (
        f"name,like,type,{LABELS},missing,relevant\n,,,,,-9,${{wage}} > 0\nq1,,text,A,A,,\n"
        "q2,,text,B,B,-8,-\n{like}_sup,q1 q2,,S {like},S {like},,\n"
    )
    folder = programme_folder(tmp_path, codebook=rows)
    programme, before, _ = load_all(folder, tmp_path)
    text = (folder / "codebook.csv").read_text()
    for name in ("q1", "q2", "q2_sup"):
        alone = stand_alone(text, "people", name, programme)
        assert alone != text
        (folder / "codebook.csv").write_text(alone)
        assert load_all(folder, tmp_path)[1] == before
        line = {"table": "people", "name": name}
        (folder / "codebook.csv").write_text(with_cell(alone, line, "missing", lambda cell: f"{cell};77"))
        after = load_all(folder, tmp_path)[1]
        changed = [n.name for o, n in zip(before.variables, after.variables, strict=True) if o != n]
        assert changed == [name]


def test_a_decision_gives_a_variable_a_row_of_its_own(tmp_path):
    rows = (
        f"name,like,repeat,type,{LABELS},missing\nq1,,now then,integer,{{Now/Then}},x,-9\n"
        "q2,q1,,,,,\nown,,,integer,x,x,\n"
    )
    folder = programme_folder(tmp_path, codebook=rows)
    programme, before, _ = load_all(folder, tmp_path)
    text = (folder / "codebook.csv").read_text()
    line = {"table": "people", "name": "q1_then"}
    alone = stand_alone(text, "people", "q1_then", programme)
    (folder / "codebook.csv").write_text(alone)
    assert load_all(folder, tmp_path)[1] == before
    (folder / "codebook.csv").write_text(with_cell(alone, line, "missing", lambda cell: f"{cell};77"))
    after = load_all(folder, tmp_path)[1]
    changed = [new.name for old, new in zip(before.variables, after.variables, strict=True) if old != new]
    assert changed == ["q1_then"]
    assert stand_alone(text, "people", "own", programme) == text


# --- the shipped programmes


@pytest.mark.parametrize("name", PROGRAMMES)
@pytest.mark.slow
def test_shipped_programmes_are_tidy(name):
    assert [file.path.name for file in tidied(ROOT / "programmes" / name, root=ROOT)] == []


@pytest.mark.parametrize("name", PROGRAMMES)
def test_shipped_programmes_mean_what_they_meant(name):
    programme, codebook, indicators = load_all(ROOT / "programmes" / name, ROOT)
    values = meaning(programme, codebook, indicators)[0]
    meant = {
        "programme": json.loads(
            programme.model_dump_json(
                include=set(values), exclude={"tables": {"__all__": {"dates"}}}, exclude_defaults=True
            )
        ),
        "variables": [one.model_dump(exclude_defaults=True) for one in codebook.variables],
        "choices": [one.model_dump(exclude_defaults=True) for one in codebook.choices],
        "rules": [one.model_dump(exclude_defaults=True) for one in codebook.rules],
        "indicators": [one.model_dump(exclude_defaults=True) for one in indicators],
    }
    assert hashlib.sha256(json.dumps(meant, ensure_ascii=False).encode()).hexdigest() == MEANT[name]
