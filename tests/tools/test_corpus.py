"""Real files of packages that are installed anyway, drafted, read and cleaned: rows, missing answers, open
answers, findings.
"""

import sys

import pandas as pd
import pytest

from conftest import ROOT

sys.path.insert(0, str(ROOT / "tools"))

from corpus.__main__ import EXPECTED, folder_of, made_of
from corpus.drafted import COUNTS, differences

LINES = pd.read_csv(ROOT / EXPECTED, dtype=str, keep_default_na=False)
INSTALLED = LINES[LINES["package"] == "statsmodels"]


@pytest.mark.parametrize(("package", "file"), list(zip(INSTALLED["package"], INSTALLED["file"], strict=True)))
def test_a_real_file_is_cleaned_as_written_down(package, file):
    line = INSTALLED[INSTALLED["file"] == file]
    found = line.assign(**made_of(folder_of(package) / file))
    assert differences(found, line) == []


def test_every_file_says_its_licence_and_what_is_true_of_it():
    assert (LINES[["package", "file", "licence", "true_rows", "true_missing", "source"]] != "").all().all()
    assert not LINES.duplicated(["package", "file"]).any()


def test_what_is_written_down_is_what_is_true():
    # Rows as the package's own description has them, missing answers as pandas reads them; rows set aside are
    # blank ones.
    whole = LINES.astype(
        {
            "rows": int,
            "kept": int,
            "aside": int,
            "review": int,
            "findings": int,
            "true_rows": int,
            "true_missing": int,
        }
    )
    assert (whole["rows"] == whole["true_rows"]).all()
    assert (whole["kept"] + whole["aside"] == whole["rows"]).all()
    counted = (
        whole["missing"]
        .str.extractall(r"(\d+)")[0]
        .astype(int)
        .groupby(level=0)
        .sum()
        .reindex(whole.index, fill_value=0)
    )
    assert (counted + whole["aside_cells"].astype(int) == whole["true_missing"]).all()


def test_an_ordinary_clean_file_asks_for_nothing():
    clean = LINES[LINES["note"] == ""]
    assert len(clean) > len(LINES) / 2
    assert (clean[["review", "findings", "aside"]] == "0").all().all()


def test_any_difference_is_said():
    changed = LINES.copy()
    changed.loc[0, "kept"] = "1"
    place = f"{LINES.loc[0, 'package']} {LINES.loc[0, 'file']}"
    assert differences(changed, LINES) == [f"{place}: kept {LINES.loc[0, 'kept']} → 1"]
    assert differences(LINES.drop(index=0), LINES) == [f"{place}: not found"]
    assert differences(LINES, LINES.drop(index=0)) == [f"{place}: not in expected.csv"]
    assert set(COUNTS) < set(LINES.columns)
