"""Our numbers agree with print, and the table that the report prints is not stale."""

import runpy
import sys

import pandas as pd
import pytest

from conftest import ROOT
from manfaat.analysis.oracle import (
    AGREES,
    MISSES,
    NO_DATA,
    NOT_OFFERED,
    compare,
    moved,
    published,
    results,
    totals,
)

LISTED = pd.DataFrame(
    {
        "id": ["a", "b", "c", "d"],
        "group": "g",
        "quantity": "q",
        "source": "s",
        "published": ["1.25", "3", "0.5", "9"],
        "tolerance": ["", "", "0.2", ""],
        "note": "",
    }
)


@pytest.fixture(scope="module")
def computed() -> pd.DataFrame:
    sys.path.insert(0, str(ROOT / "tools"))
    tool = runpy.run_path(str(ROOT / "tools/oracle/__main__.py"))
    listed = published(ROOT)
    numbers = tool["ours"](set(listed["id"]), None) | dict.fromkeys(
        tool["borrowed_ids"](listed), float("nan")
    )
    return compare(numbers, listed)


def test_agreement_is_to_the_printed_digit_or_the_stated_tolerance():
    found = compare({"a": 1.2549, "b": 3.6, "c": float("nan")}, LISTED)
    assert found["verdict"].tolist() == [AGREES, MISSES, NO_DATA, NOT_OFFERED]
    assert compare({"a": 1.2550, "b": 3.5, "c": 0.69, "d": 9.0}, LISTED)["verdict"].tolist() == [
        AGREES,
        AGREES,
        AGREES,
        AGREES,
    ]
    assert compare({"a": 1.2552}, LISTED)["verdict"].iloc[0] == MISSES
    assert totals(found) == "4 published numbers: 1 agrees, 1 misses, 1 not offered, 1 data not at hand"
    with pytest.raises(KeyError, match="z"):
        compare({"z": 1.0}, LISTED)


def test_what_moved_is_named_and_what_the_machine_rounds_is_not():
    was = compare({"a": 1.25, "b": 3.6, "c": float("nan")}, LISTED)
    assert moved(was, compare({"a": 1.25 + 1e-9, "b": 3.6, "c": float("nan")}, LISTED)) == []
    assert moved(was, compare({"a": 1.2501, "b": 3.0, "c": float("nan"), "d": 9.0}, LISTED)) == [
        "a",
        "b",
        "d",
    ]
    assert moved(was, was[was["id"] != "c"]) == ["c"]
    assert moved(was, was.assign(note="x")) == ["a", "b", "c", "d"]


@pytest.mark.slow
def test_everything_that_needs_no_other_data_agrees(computed):
    assert not len(computed[computed["verdict"] == MISSES])
    assert (computed["verdict"] == AGREES).sum() > 120


@pytest.mark.slow
def test_the_table_that_the_report_prints_is_what_is_computed_now(computed):
    stored = results(ROOT)
    assert stored["id"].tolist() == computed["id"].tolist()
    assert set(stored["verdict"]) == {AGREES, NOT_OFFERED}
    assert stored.loc[stored["verdict"] == NOT_OFFERED, "note"].ne("").all()
    both = stored.merge(computed, on="id").dropna(subset=["ours_y"])
    assert len(both) > 120
    assert both["ours_x"].tolist() == pytest.approx(both["ours_y"].tolist(), rel=1e-6)
