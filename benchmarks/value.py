"""How long 100,000 draws of the net present value take; the claim is under one second.

python benchmarks/value.py
"""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from cost_cases import declared, placed
from manfaat.costs.flows import Terms
from manfaat.costs.uncertainty import Case, draws, summary

YEARS, ITEMS, DRAWS, LIMIT = (
    range(1990, 2003),
    ("1", "2", "3", "4", "5", "6", "7", "8", "9", "11", "13"),
    100_000,
    1.0,
)


def main() -> int:
    """Time the draws of a sheet of thirteen cohorts and eleven kinds of cost; say whether the claim holds."""
    lines = [
        {
            "year": year,
            "cohort": year,
            "item": item,
            "payer": "1",
            "valuation": "4",
            "transfer": "1" if item == "2" else "2",
        }
        for year in YEARS
        for item in ITEMS
    ]
    case = Case(
        placed(*lines)[1],
        declared(),
        Terms(0.05, 10, 0.05),
        130,
        0.12,
        0.05,
        1.5e6,
        5e4,
        0.95,
        0.02,
        12,
        "trainee",
    )
    took = []
    for seed in range(5):
        began = time.perf_counter()
        summary(draws(case, seed=seed, draws=DRAWS))
        took.append(time.perf_counter() - began)
    print(f"{DRAWS:,} draws: {min(took):.2f} to {max(took):.2f} s, median {sorted(took)[2]:.2f} s")
    return 0 if sorted(took)[2] < LIMIT else 1


if __name__ == "__main__":
    raise SystemExit(main())
