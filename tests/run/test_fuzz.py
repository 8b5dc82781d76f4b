"""Damaged deliveries through the whole cleaning stage: a clear error or a closed ledger, never a traceback, a
hang or 2 GB of memory.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import ROOT

pytestmark = pytest.mark.fuzz

SEEDS = {
    "csv": 30,
    "xlsx": 20,
    "xls": 15,
    "ods": 15,
    "sav": 15,
    "zsav": 10,
    "por": 10,
    "dta": 15,
    "formulas": 8,
    "bomb": 4,
    "wide": 1,
}


@pytest.mark.skipif(sys.platform != "linux", reason="memory is counted as Linux counts it")
@pytest.mark.parametrize("kind", SEEDS)
def test_a_damaged_delivery_is_refused_or_closes_its_ledger(kind, tmp_path):
    path = os.pathsep.join(str(ROOT / name) for name in ("src", "tests", "tests/cleaning", "tests/files"))
    script = [
        sys.executable,
        str(Path(__file__).with_name("fuzz_run.py")),
        kind,
        str(SEEDS[kind]),
        str(tmp_path),
    ]
    done = subprocess.run(
        script,
        capture_output=True,
        text=True,
        timeout=600,
        env=os.environ | {"PYTHONPATH": path},
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["refused"] + told["closed"] == SEEDS[kind]
    assert told["paths_shown"] == 0
    assert told["memory"] < 2 << 30
    assert told["slowest"] < 300  # nothing hangs, on a slow machine either
    assert told["refused"] > 0 or kind in ("formulas", "wide")
    assert told["closed"] > 0 or kind not in ("csv", "formulas", "wide")
