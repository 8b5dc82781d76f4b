"""The mutants written by hand, and those that change nothing, are ones of the source as it stands."""

from __future__ import annotations

import csv
import sys

from conftest import ROOT

sys.path.insert(0, str(ROOT / "tools" / "mutation"))
from by_hand import WRITTEN, written
from mutants import mutants

ENGINE = ROOT / "src" / "manfaat"


def test_mutants_written_by_hand_spoil_a_line():
    for file, text, instead in WRITTEN:
        source = (ENGINE / file).read_text(encoding="utf-8")
        assert written(source, text, instead)


def test_mutants_that_change_nothing_are_drawn_of_their_modules():
    with (ROOT / "tools/mutation/equivalent.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            path = ENGINE / f"{row['module'].replace('.', '/')}.py"
            found = mutants(path.read_text(encoding="utf-8"))
            of_the_line = {mutant.became for mutant in found if mutant.was == row["was"]}
            assert row["became"] in of_the_line, row["module"]
