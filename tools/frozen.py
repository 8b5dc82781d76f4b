"""What the reports of the shipped cohorts show, as digests: every exhibit, all text and every CSV.

    python tools/frozen.py                     all cohorts, both languages: name what differs
    python tools/frozen.py nsw-1976 --write    take over what a cohort's reports show now

A change of the code that is to change no number and no word is held against ``tests/frozen``; spacing,
markup, drawing and what differs from day to day (dates, checksums, the record of the run) are not looked at.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import lxml.html
import pandas as pd
from lxml import etree

ROOT = Path(__file__).parents[1]
STORED = ROOT / "tests" / "frozen"
LEFT_OUT = (
    "//script|//style|//*[contains(@class,'code')]|//*[contains(@class,'technical')]|//*[@class='meta']|//nav"
)
RECORD = "record"  # the heading of what a run was made with: versions, and whether files were changed since
DAILY = re.compile(r"\d{4}-\d\d-\d\d(?:T[\d:.+Z]+)?|[0-9a-f]{12,}")
DIGITS = 6  # significant digits of the numbers in CSV files: processors differ in the tenth of what is fitted
NOISE = 1e-12  # smaller numbers are sums that are 0 but for rounding


def text_of(element: lxml.html.HtmlElement) -> str:
    """Text of an element and the descriptions of its pictures, without any spacing."""
    described = [picture.get("aria-label") or "" for picture in element.xpath(".//*[@aria-label]")]
    return re.sub(r"\s+", "", "".join([*element.itertext(), *described]))


def page_texts(page: Path) -> Iterator[tuple[str, str]]:
    """Yield name and text of every exhibit of a page, and of every section without its exhibits."""
    tree = lxml.html.fromstring(page.read_text(encoding="utf-8"))
    for element in tree.xpath(LEFT_OUT):
        element.drop_tree()
    for exhibit in tree.xpath("//figure[contains(@class,'exhibit')]"):
        yield exhibit.get("id", "exhibit"), text_of(exhibit)
        exhibit.drop_tree()
    place, parts = "cover", []
    for event, element in etree.iterwalk(tree.body, events=("start", "end")):
        if event == "end":
            parts.append(element.tail or "")
            continue
        if element.tag in ("h2", "h3") and element.get("id"):
            yield place, re.sub(r"\s+", "", "".join(parts))
            place, parts = element.get("id"), []
        parts.append(element.text or "")
    yield place, re.sub(r"\s+", "", "".join(parts))


def rounded(path: Path) -> str:
    """A CSV file whose numbers have ``DIGITS`` significant digits, and are 0 where they are ``NOISE``."""
    table = pd.read_csv(path, keep_default_na=False, na_values=[""], low_memory=False)
    numbers = table.select_dtypes("float")
    table[numbers.columns] = numbers.where(~(numbers.abs() < NOISE), 0.0)
    return table.to_csv(index=False, float_format=f"%.{DIGITS}g")


def digests(folder: Path) -> dict[str, str]:
    """The digest of everything that one cohort's folder of reports shows, by name."""
    texts = {}
    for page in sorted([*folder.glob("report*.html"), *folder.glob("annex*.html")]):
        language = "id" if page.name.endswith(".id.html") else "en"
        for name, text in page_texts(page):
            if name == RECORD:
                continue
            texts[f"{language} {name}"] = texts.get(f"{language} {name}", "") + DAILY.sub("", text)
    for path in sorted(folder.rglob("*.csv")):
        texts[path.relative_to(folder).as_posix()] = rounded(path)
    return {name: hashlib.sha256(text.encode()).hexdigest()[:10] for name, text in texts.items() if text}


def stored(cohort: str) -> dict[str, str]:
    """The digests that are written down."""
    with (STORED / f"{cohort}.csv").open(encoding="utf-8", newline="") as file:
        return dict(csv.reader(file))


def write(cohort: str, found: dict[str, str]) -> None:
    """Write digests down."""
    STORED.mkdir(exist_ok=True)
    with (STORED / f"{cohort}.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(sorted(found.items()))


def differences(was: dict[str, str], now: dict[str, str]) -> list[str]:
    """Name what is gone, new or other."""
    return [
        f"{name}: {'gone' if name not in now else 'new' if name not in was else 'differs'}"
        for name in sorted({*was, *now})
        if was.get(name) != now.get(name)
    ]


def main() -> int:
    """Run cohorts and compare, or write."""
    from manfaat.base.paths import known_cohorts
    from manfaat.run.run import Options, run_cohort

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("cohorts", nargs="*")
    parser.add_argument("--write", action="store_true", help="take over what is shown now")
    asked = parser.parse_args()
    moved = 0
    with tempfile.TemporaryDirectory() as name:
        base = Path(name)
        (base / "data").mkdir()
        (base / "data" / "raw").symlink_to(ROOT / "data" / "raw")
        for cohort in asked.cohorts or known_cohorts(ROOT / "data"):
            outcome = run_cohort(
                cohort, Options("both", str(base / "data"), str(base / "reports")), root=ROOT
            )
            found = digests(base / "reports" / cohort)
            told = (
                [outcome.failure]
                if outcome.failure
                else differences(stored(cohort), found)
                if not asked.write
                else []
            )
            if asked.write and not outcome.failure:
                write(cohort, found)
            moved += len(told)
            print(f"{cohort}: {len(found)} digests, {len(told)} differ", *told, sep="\n  ", flush=True)
    return 1 if moved else 0


if __name__ == "__main__":
    sys.exit(main())
