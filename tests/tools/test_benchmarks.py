"""The benchmarks still run, on a little data; nothing here is timed."""

import runpy

import pytest

from conftest import ROOT


def test_the_generator_can_be_measured():
    _, _, rows, errors, _ = runpy.run_path(str(ROOT / "benchmarks/synthetic.py"))["simulate"](20, "real")
    assert rows > 40
    assert errors > 100


@pytest.mark.slow
def test_the_ladder_can_be_measured(capsys):
    runpy.run_path(str(ROOT / "benchmarks/ladder.py"))["run"](60, missing=True)
    assert "60 people, 20 indicators, 780 rows" in capsys.readouterr().out
