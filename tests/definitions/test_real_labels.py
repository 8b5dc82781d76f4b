"""A real survey with labelled answers, as every program would export it, becomes the same clean table.

The American National Election Study of 1996 as statsmodels ships it (public domain); the labels are those of
its documentation.
"""

import numpy as np
import pandas as pd
import pyreadstat
import pytest
import statsmodels.api as sm
from test_cleaning import PROGRAMME, WORDS

from manfaat.definitions.codebook import Choice, Codebook
from manfaat.definitions.programme import Programme
from mess_cases import deliver, variable

LABELS = {
    "pid": [
        "Strong Democrat",
        "Weak Democrat",
        "Independent-Democrat",
        "Independent-Independent",
        "Independent-Republican",
        "Weak Republican",
        "Strong Republican",
    ],
    "educ": [
        "1-8 grades",
        "Some high school",
        "High school graduate",
        "Some college",
        "College degree",
        "Master's degree",
        "PhD",
    ],
    "vote": ["Clinton", "Dole"],
}
FIRST = {"pid": 0, "educ": 1, "vote": 0}
FORMATS = ("csv codes", "csv labels", "xlsx codes", "xlsx labels", "ods labels", "sav", "zsav", "por", "dta")


@pytest.fixture(scope="module")
def anes() -> pd.DataFrame:
    data = sm.datasets.anes96.load_pandas().data.rename(columns={"PID": "pid", "popul": "people"})[
        ["pid", "educ", "vote", "age", "people", "logpopul"]
    ]
    data.loc[::17, "age"] = np.nan
    return data.astype("float64").round(6).assign(id=[f"A{n:04d}" for n in range(len(data))])


def book() -> Codebook:
    names = {
        "id": "text",
        "pid": "select_one pid",
        "educ": "select_one educ",
        "vote": "select_one vote",
        "age": "integer",
        "people": "integer",
        "logpopul": "decimal",
    }
    variables = tuple(
        variable(name, type, role="key" if name == "id" else "") for name, type in names.items()
    )
    lines = [
        (name, str(FIRST[name] + place), label)
        for name, texts in LABELS.items()
        for place, label in enumerate(texts)
    ]
    choices = [
        Choice.model_validate(
            {"list_name": n, "name": c, "label::English (en)": t, "label::Bahasa Indonesia (id)": t}
        )
        for n, c, t in lines
    ]
    return Codebook(variables, tuple(choices))


def write(data: pd.DataFrame, form: str, path) -> None:
    labelled = data.assign(
        **{name: [texts[int(code) - FIRST[name]] for code in data[name]] for name, texts in LABELS.items()}
    )
    values = {
        name: {FIRST[name] + place: text for place, text in enumerate(texts)}
        for name, texts in LABELS.items()
    }
    kind, _, how = form.partition(" ")
    if kind == "csv":
        (labelled if how == "labels" else data).to_csv(path, index=False, sep=";")
    elif kind in ("xlsx", "ods"):
        (labelled if how == "labels" else data).to_excel(
            path, index=False, engine="odf" if kind == "ods" else "openpyxl"
        )
    elif kind == "por":
        pyreadstat.write_por(data.rename(columns=str.upper), path)
    elif kind == "dta":
        pyreadstat.write_dta(data, path, variable_value_labels=values)
    else:
        pyreadstat.write_sav(data, path, variable_value_labels=values, compress=kind == "zsav")


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMATS)
def test_every_export_becomes_the_same_clean_table(tmp_path, anes, form):
    path = tmp_path / f"anes.{form.split()[0]}"
    write(anes, form, path)
    programme = Programme.model_validate(
        PROGRAMME.model_dump() | {"tables": {"people": {"label": WORDS, "key": ["id"]}}}
    )
    stated = {"columns": {name.upper(): name for name in anes.columns}} if form == "por" else {}
    outcome = deliver(tmp_path, {path.name: path}, programme=programme, book=book(), **stated)
    kept = outcome.people.kept
    assert outcome.people.review.empty
    assert kept["id"].tolist() == anes["id"].tolist()
    for name in LABELS:
        assert kept[name].tolist() == [str(int(code)) for code in anes[name]], name
    for name in ("age", "people", "logpopul"):
        np.testing.assert_allclose(
            kept[name].astype("float64"), anes[name], rtol=1e-9 if form == "por" else 0
        )
