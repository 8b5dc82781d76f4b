"""What somebody who holds nothing but finished reports can work out about single people.

python tools/attack.py reports/jakarta-tokyo-2004-synthetic     name what was recovered, and from where
python tools/attack.py --random 200     the same of random cohorts, two releases, three profiles
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import random_release

from manfaat.report.attacker import attack, attack_tables
from manfaat.report.leaving import ledger, tables_told

LATER = (0, 1, 3, 7, 20)  # people who answer after the first release, of each group


def randomly(seed: int) -> Iterator[tuple[str, list[str]]]:
    """Profile and what was recovered of a random cohort: from its first release, and from the second beside
    it. A second one that the house would refuse gives nothing away, for it is not sent.
    """
    whole = random_release.cohort(seed)
    then = random_release.released(whole.first(LATER[seed % len(LATER)]))
    now = random_release.released(whole)
    for profile in random_release.PROFILES:
        first, second = (
            tables_told(ledger(random_release.of_profile(tables, profile), {})) for tables in (then, now)
        )
        found = [*attack_tables(first), *attack_tables(second)]
        beside = attack_tables(second, [first])
        is_refused = any(one.how == "releases" for one in beside)
        found += [] if is_refused else beside
        yield profile, [str(one) for one in dict.fromkeys(found)]


def main(given: list[str]) -> int:
    """Attack the folders that are named, or so many random cohorts."""
    left = 0
    if given[:1] == ["--random"]:
        for seed in range(int(given[1])):
            for profile, found in randomly(seed):
                left += len(found)
                print(
                    *(f"cohort {seed}, {profile}: {one}" for one in found),
                    sep="\n",
                    end="\n" if found else "",
                )
        print(f"{given[1]} random cohorts, two releases, three profiles: {left} recovered")
        return 1 if left else 0
    for name in given:
        recovered = attack(Path(name))
        left += len(recovered)
        print(f"{name}: {len(recovered)} recovered", *recovered, sep="\n  ")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
