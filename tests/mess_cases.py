"""A small programme whose variables can hold every kind of mess, and the real cleaning stage over files of
it.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
from test_cleaning import WORDS

from manfaat.analysis import study as studies
from manfaat.base.paths import places
from manfaat.base.problems import ProblemsError
from manfaat.cleaning import canonical
from manfaat.cleaning.readers import Delivery
from manfaat.definitions.codebook import Choice, Codebook, Rule, Variable
from manfaat.definitions.cohort import Cohort
from manfaat.definitions.programme import Programme, Table
from manfaat.definitions.study import Study

LISTS = {
    "agree": [
        ("1", "Strongly disagree", "Sangat tidak setuju"),
        ("2", "Disagree", "Tidak setuju"),
        ("3", "Neutral", "Netral"),
        ("4", "Agree", "Setuju"),
        ("5", "Strongly agree", "Sangat setuju"),
    ],
    "yn": [("1", "Yes", "Ya"), ("2", "No", "Tidak")],
    "sex": [("1", "Male", "Laki-laki"), ("2", "Female", "Perempuan")],
    "edu": [
        ("1", "Primary", "SD"),
        ("2", "Junior high", "SMP"),
        ("3", "General senior high", "SMA"),
        ("4", "Vocational senior high", "SMK"),
        ("5", "Diploma I–III", "Diploma I–III"),
        ("6", "Bachelor or D-IV", "S1/D-IV"),
    ],
    "level": [
        ("1", "Operator", "Operator"),
        ("2", "Senior operator", "Operator senior"),
        ("3", "Team leader", "Ketua regu"),
        ("4", "Foreman", "Mandor"),
        ("5", "Supervisor", "Penyelia"),
        ("6", "Section head, assistant manager", "Kepala seksi, asisten manajer"),
        ("7", "Manager or above", "Manajer ke atas"),
    ],
    "region": [("3171", "Central Jakarta", "Jakarta Pusat"), ("31", "DKI Jakarta", "DKI Jakarta")],
    "assets": [
        ("1", "House", "Rumah"),
        ("3", "Motorcycle", "Motor"),
        ("5", "Fridge", "Kulkas"),
        ("9", "Other", "Lainnya"),
    ],
    "version": [("1", "1 (1999)", "1 (1999)"), ("2", "2 (2003)", "2 (2003)")],
}
CODES = "-9=refused;-8=dont_know;99=dont_know"


def variable(name: str, type: str, table: str = "people", **more: str) -> Variable:
    base = {
        "table": table,
        "name": name,
        "type": type,
        "source": name,
        "label::English (en)": name,
        "label::Bahasa Indonesia (id)": name,
        "required": "no",
    }
    return Variable.model_validate(base | more)


VARIABLES = (
    variable("id", "text", role="key"),
    variable(
        "wage",
        "money",
        unit="rupiah",
        missing="-9=refused;9999999=refused;(9)=refused",
        constraint=". >= 0",
        **{"label::Bahasa Indonesia (id)": "Upah atau gaji bersih sebulan"},
    ),
    variable("pay_now", "money", unit="rupiah"),
    variable("hours", "integer", missing="0=not_applicable;99=dont_know", constraint=". >= 0 and . <= 98"),
    variable("rate", "decimal", unit="percent"),
    variable("day", "date"),
    variable("month", "month"),
    variable("left", "date"),
    variable("stamp", "dateTime", role="submitted"),
    variable("start", "dateTime", role="start"),
    variable("end", "dateTime", role="end"),
    variable("answer", "select_one agree", missing=CODES),
    variable("q2", "select_one agree", missing=CODES),
    variable("q3", "select_one agree", missing=CODES),
    variable("turned", "select_one agree", reversed="2"),
    variable("old", "select_one agree", recode="1: 0=1;1=2;2=3;3=4;4=5", missing="-9=refused"),
    variable("yes", "select_one yn", missing="98=dont_know;99=refused"),
    variable("proxy", "select_one yn"),
    variable("sex", "select_one sex"),
    variable("edu", "select_one edu"),
    variable("level", "select_one level", ladder="titles"),
    variable("region", "select_one region"),
    variable("assets", "select_multiple assets"),
    variable("note", "text", role="text"),
    variable("nik", "text", role="identifier"),
    variable("enum", "text", role="enumerator"),
    variable("form", "select_one version", role="version"),
    variable("id", "text", "bosses", role="key"),
    variable("paid", "money", "bosses", unit="rupiah"),
    variable("promoted", "month", "bosses"),
)


def check(id: str, kind: str, variables: list[str], **arguments) -> dict:
    return {
        "id": id,
        "table": "people",
        "severity": "warning",
        "kind": kind,
        "variables": variables,
        "arguments": arguments,
        "label": WORDS,
    }


CHECKS = [
    check("range", "real_range", ["wage"], dates={"wage": ["stamp"]}, low=134_310, high=13_431_000),
    check("near", "near_duplicate", ["wage", "day", "level"]),
    check("double", "duplicate_key", ["id"]),
    check("same line", "straight_line", ["answer", "q2", "q3"], fewest=3),
    check("copies", "repeated_answers", ["wage", "answer", "q2", "q3"], by=["enum"], fewest=3),
    check("time", "interview_length", ["start", "end"]),
    check("heaps", "heaping", ["wage"], limit=0.5),
    check("crowded", "recent_dates", ["month"], until=["stamp"], months=12, limit=0.05),
    check("file", "date_agreement", ["month"], with_table="bosses", with_variable="promoted", months=6),
    check("payroll", "agreement", ["pay_now"], with_table="bosses", with_variable="paid", tolerance=0.25),
    check("order", "date_order", ["day", "left"]),
    check("personal", "personal_data", ["note"]),
    check("partial", "partial", ["note"], sections={"A": ["wage"], "B": ["answer"]}),
    check("signed", "trial_text", ["note"], names=["Wati"]),
]
RULES = [("V01", "${left} > ${day}"), ("proxy", "${proxy} != 1")]
PROGRAMME = Programme.model_validate(
    {
        "programme": "trial",
        "title": WORDS,
        "summary": WORDS,
        "tables": {"people": {"label": WORDS, "key": ["id"]}, "bosses": {"label": WORDS, "key": ["id"]}},
        "units": {
            "rupiah": {"label": WORDS, "currency": "IDR", "period": "month"},
            "percent": {"label": WORDS, "is_percent": True},
        },
        "design": {
            "unit": {"one": WORDS, "many": WORDS},
            "group": "yes",
            "participants": ["1"],
            "times": {"now": WORDS},
        },
        "prices": {"series": "cpi", "file": "prices.csv", "base_year": 2004, "label": WORDS},
        "specifications": [
            {"id": "a", "label": WORDS, "method": "difference_in_means", "std_errors": ["HC1"]}
        ],
        "primary": {"randomised": "a", "observational": "a"},
        "checks": CHECKS,
    }
)


def codebook() -> Codebook:
    """Variables, answers and rules of the small programme."""
    answers = [(name, *line) for name, lines in LISTS.items() for line in lines]
    choices = [
        Choice.model_validate(
            {"list_name": n, "name": c, "label::English (en)": e, "label::Bahasa Indonesia (id)": i}
        )
        for n, c, e, i in answers
    ]
    words = {
        "label::English (en)": "x",
        "label::Bahasa Indonesia (id)": "x",
        "table": "people",
        "severity": "warning",
    }
    rules = [Rule.model_validate({"id": name, "rule": text, **words}) for name, text in RULES]
    return Codebook(VARIABLES, tuple(choices), tuple(rules))


def deliver(
    folder: Path,
    files: dict[str, bytes | str | Path],
    *,
    programme: Programme | None = None,
    book: Codebook | None = None,
    **stated,
) -> SimpleNamespace:
    """Put files into a delivery and run the real reading and cleaning stage over it.

    ``stated`` : what cohort.yml says of every file of the people; a file whose name begins with ``boss``
    feeds the table of the bosses.
    """
    raw, home = folder / "data/raw/c", folder / "programmes/trial"
    raw.mkdir(parents=True)
    home.mkdir(parents=True)
    (home / "prices.csv").write_text(
        "series,year,value,source\n"
        + "".join(f"cpi,{year},{100 if year == 2004 else 90},x\n" for year in range(1990, 2025))
    )
    for name, content in files.items():
        (raw / name).write_bytes(
            content.read_bytes()
            if isinstance(content, Path)
            else content.encode()
            if isinstance(content, str)
            else content
        )
    sums = [f"{hashlib.sha256((raw / name).read_bytes()).hexdigest()}  {name}" for name in files]
    (raw / "SHA256SUMS").write_text("\n".join(sums) + "\n")
    items = [
        {
            "file": name,
            "table": "bosses" if name.startswith("boss") else "people",
            **({} if name.startswith("boss") else stated),
        }
        for name in files
    ]
    cohort = Cohort.model_validate(
        {
            "cohort": "c",
            "programme": "trial",
            "label": WORDS,
            "kind": "real",
            "assignment": "observational",
            "unreadable": "review",
            "files": items,
            "period": WORDS,
            "denominators": {},
            "origin": "o",
            "licence": "l",
            "citation": "c",
        }
    )
    where = places("c", data_dir=str(folder / "data"), reports_dir=str(folder / "reports"), root=folder)
    study = Study(where, programme or programme_of(files), book or codebook(), (), (), cohort)
    study, delivery = read(study)
    tables = studies.clean_tables(study, delivery)
    return SimpleNamespace(delivery=delivery, tables=tables, people=tables["people"], study=study)


def read(study: Study) -> tuple[Study, Delivery]:
    """Read a delivery; columns that these small files lack are declared absent, as a person would."""
    try:
        return study, studies.read_raw(study)
    except ProblemsError as failure:
        lacking = {problem.file: [] for problem in failure.problems}
        if any(problem.message != "the column is missing" for problem in failure.problems):
            raise
        for problem in failure.problems:
            lacking[problem.file].append(problem.column)
    files = [
        item.model_copy(
            update={
                "absent": next(
                    (names for file, names in lacking.items() if file.endswith(f"/{item.file}")), []
                )
            }
        )
        for item in study.cohort.files
    ]
    declared = replace(study, cohort=study.cohort.model_copy(update={"files": files}))
    return declared, studies.read_raw(declared)


def programme_of(files) -> Programme:
    """The small programme; the bosses are linked where they are delivered."""
    if not any(name.startswith("boss") for name in files):
        return PROGRAMME
    linked = Table.model_validate({"label": WORDS, "key": ["id"], "link": {"to": "people", "by": "id"}})
    return PROGRAMME.model_copy(update={"tables": PROGRAMME.tables | {"bosses": linked}})


def column(folder: Path, name: str, texts: list[str], **more: list[str]) -> SimpleNamespace:
    """Deliver one column of texts (and others beside it) as a CSV file with everything quoted."""
    data = pd.DataFrame({"id": [f"p{i}" for i in range(len(texts))], name: texts, **more})
    return deliver(folder, {"f.csv": data.to_csv(index=False, quoting=1)})


def values(outcome: SimpleNamespace, name: str) -> list[str]:
    """The clean values of a variable as canonical texts, "?" where a person must decide."""
    people = outcome.people
    waiting = set(
        people.review.loc[
            (people.review["variable"] == name) & (people.review["until_then"] == "missing"), "key"
        ]
    )
    texts = [canonical(None if pd.isna(value) else value) for value in people.kept[name]]
    return ["?" if key in waiting else text for key, text in zip(people.kept["_key"], texts, strict=True)]


def told(outcome: SimpleNamespace, name: str) -> dict[str, str]:
    """Why each cell of a variable was changed or waits: raw text → reason."""
    cells = outcome.people.cells[outcome.people.cells["variable"] == name]
    review = outcome.people.review[outcome.people.review["variable"] == name]
    return dict(zip(cells["raw"], cells["reason"], strict=True)) | dict(
        zip(review["raw"], review["reason"], strict=True)
    )
