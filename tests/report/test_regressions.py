"""The table of the regressions that speak for a cohort."""

import pandas as pd
import pytest
from test_every_design import rung, study_of

from evaluation_cases import LINES, people, programme
from manfaat.evaluation.coefficients import COLUMNS, all_tables
from manfaat.evaluation.estimate import Settings
from manfaat.report.appendix import regressions
from manfaat.report.reader import Reader
from manfaat.report.regressions import significant


def told(study, table, code):
    settings = Settings("trial", "randomised", study.primary)
    found = all_tables(table, study.programme, list(study.indicators), settings, stages=("outcome",))
    return regressions(Reader(code, study), found, 2)


@pytest.mark.parametrize(
    ("code", "rows"),
    [
        ("en", ["Constant", "Taking part", "x", "z", "Mean of the comparison group"]),
        ("id", ["Konstanta", "Keikutsertaan", "x", "z", "Rata-rata kelompok pembanding"]),
    ],
)
def test_the_whole_regression_stands_in_the_appendix(code, rows, tmp_path):
    table = people(100, 1.0)
    made = programme([rung("regression", "cross-section")], primary="regression")
    heading, shown = told(study_of(made, list(LINES), "cross-section", "randomised", tmp_path), table, code)
    assert heading.id == "regressions"
    assert shown.label.endswith("A.2")
    cells = [[cell.text for cell in row] for row in shown.rows]
    first = [row[0] for row in cells]
    assert [name for name in first if name in rows] == rows
    others = table.loc[table["group"] == 0, "score_now"]
    at = first.index(rows[-1])
    value = cells[at][1].replace("−", "-").replace(",", ".")
    assert float(value) == pytest.approx(others.mean(), abs=0.005)
    assert cells[-1] == ["n", "100"]


def test_no_table_where_what_speaks_is_no_regression(tmp_path):
    made = programme([rung("before_after_change", "cross-section")], primary="before-after-change")
    study = study_of(made, list(LINES), "cross-section", "randomised", tmp_path)
    assert told(study, people(60), "en") == []
    assert regressions(Reader("en", study), pd.DataFrame(columns=COLUMNS), 1) == []


def test_three_digits_count(tmp_path):
    made = programme([rung("regression", "cross-section")], primary="regression")
    reader = Reader("en", study_of(made, list(LINES), "cross-section", "randomised", tmp_path))
    values = {1234.5: "1,234", 12.345: "12.3", 0.012345: "0.0123", 0.0000123: "0.0000", 0.0: "0.00"}
    assert {value: significant(reader, value) for value in values} == values
