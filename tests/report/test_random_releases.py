"""Random cohorts, two successive releases of each, three profiles: nobody is recovered, and would be if any
part of the rule were left out.
"""

from __future__ import annotations

import sys

import pytest

from conftest import ROOT, examples
from manfaat.base import precision
from manfaat.threats import transitions

sys.path.insert(0, str(ROOT / "tools"))
import attack
import random_release

pytestmark = pytest.mark.simulation


def recovered(seed: int) -> list[str]:
    return [found for _, own in attack.randomly(seed) for found in own]


@pytest.mark.parametrize("seed", range(max(examples(10), 2)))
def test_nobody_is_recovered_from_two_releases(seed):
    assert recovered(seed) == []


@pytest.mark.parametrize(
    ("module", "name", "left_out", "how", "seed"),
    [
        (random_release, "coarse", lambda table, **_: table, "differences", 2),
        (random_release, "without_few", lambda counts: counts, "shares", 2),
        (precision, "share_of_few", lambda share, n: (share * n) < 0, "shares", 3),
        (transitions, "unsolved", lambda counts, shown: shown, "tables", 1),
    ],
)
def test_each_part_of_the_rule_is_needed(monkeypatch, module, name, left_out, how, seed):
    monkeypatch.setattr(module, name, left_out)
    assert how in {found.partition(":")[0] for found in recovered(seed)}
