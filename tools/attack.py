"""What somebody who holds nothing but finished reports can work out about single people.

python tools/attack.py reports/jakarta-tokyo-2004-synthetic     name what was recovered, and from where
"""

from __future__ import annotations

import sys
from pathlib import Path

from manfaat.report.attacker import attack


def main() -> int:
    """Attack the folders that are named."""
    left = 0
    for name in sys.argv[1:]:
        found = attack(Path(name))
        left += len(found)
        print(f"{name}: {len(found)} recovered", *found, sep="\n  ")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
