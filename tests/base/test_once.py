"""What one language of a run has computed another takes over, and nothing but that."""

from __future__ import annotations

import multiprocessing
import pickle
import time

import pandas as pd
import pytest

from conftest import ROOT
from manfaat.base.once import once
from manfaat.base.paths import COMPUTED, STAGING, places


def count(folder, counted, found) -> None:
    def compute() -> int:
        with counted.get_lock():
            counted.value += 1
        time.sleep(0.2)
        return 6

    found.put(once(folder, "six", compute))


def test_two_processes_compute_the_same_thing_once(tmp_path):
    fork = multiprocessing.get_context("fork")
    counted, found = fork.Value("i", 0), fork.Queue()
    both = [fork.Process(target=count, args=(tmp_path, counted, found)) for _ in range(2)]
    for one in both:
        one.start()
    assert [found.get(timeout=60), found.get(timeout=60)] == [6, 6]
    for one in both:
        one.join()
    assert counted.value == 1


def test_what_fails_is_not_kept_and_can_be_tried_again(tmp_path):
    with pytest.raises(ZeroDivisionError):
        once(tmp_path, "six", lambda: 1 // 0)
    assert once(tmp_path, "six", lambda: 6) == 6


def test_another_choice_is_another_thing_and_a_table_comes_back_as_it_was(tmp_path):
    table = pd.DataFrame({"a": [1.5, None], "b": pd.Series(["x", None], dtype="string")})
    pd.testing.assert_frame_equal(once(tmp_path, "a", lambda: table), table)
    pd.testing.assert_frame_equal(once(tmp_path, "a", lambda: table.iloc[:1]), table)
    assert len(once(tmp_path, "b", lambda: table.iloc[:1])) == 1
    assert pickle.dumps(once(tmp_path, "a", dict)) == pickle.dumps(table)


def test_nothing_is_kept_outside_the_confidential_folder_of_a_run(tmp_path):
    within = tmp_path / "data/processed" / f"{STAGING}1"
    kept = within / COMPUTED
    given = {"data_dir": str(tmp_path / "data"), "root": ROOT}
    assert places("nsw-1976", reports_dir=str(within / "id"), **given).shared == kept
    for folder in ("reports", f"reports/{STAGING}1/id"):  # where reports are on another disk a run lies there
        assert places("nsw-1976", reports_dir=str(tmp_path / folder), **given).shared is None
    assert once(kept, "six", lambda: 6) == 6
    assert not kept.exists(), "a run of one language keeps nothing"
