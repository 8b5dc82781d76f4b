"""What leaves the house, number by number: the ledger of a release, and the tables that can be made of it
again.

``release.csv`` has a line for every number that a table, the data of a figure or a CSV file tells, and for
every one that it keeps to itself: ``place`` (the file, or the page and the number of the table), ``row`` in
it, ``exhibit``, ``layer``, ``about`` (what the row is about), ``statistic`` (the column), ``value`` as it is
written (empty where it is withheld, or there is none), its base, ``n`` and ``n_comparison``, how many
``contributors`` these are together and, where people belong to some, of how many ``firms`` those of the
smaller side are; and whether its table counts ``people`` at all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

import lxml.html
import numpy as np
import pandas as pd

from manfaat.base.disclosure import SMALLEST_CELL
from manfaat.report.unbroken import KEPT

LEDGER = "release.csv"
BASE, PEOPLE = ("n", "n_comparison"), ("at_risk", "people", "n_missing")
COLUMNS = (
    *("place", "row", "exhibit", "layer", "about", "statistic", "value", *BASE, "contributors", "firms"),
    "people",
)
KEYS = (  # columns that say what a row is about
    *(
        "name",
        "indicator",
        "label",
        "item",
        "variable",
        "rater",
        "group",
        "time",
        "unit",
        "estimand",
        "method",
    ),
    *("specification", "std_error_kind", "role", "term", "arm", "against", "treatment", "subgroup", "before"),
    *("now", "low", "high", "answer", "threat", "statistic", "detail", "concept", "participant", "reason"),
)
NUMBER = re.compile(r"[−<>-]?\s?[^\d\s]{0,4}\s?\d[\d.,\s]*(?:e[-+]?\d+)?\s?%?(?: · \d+| \[.*\])?")
JOINED, SAYS = " | ", "="
TABLES = "//figure[@id]//table"
LAYERS = ("brief", "report", "annex")
Tables = Mapping[str, pd.DataFrame]


def blocks_in(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """The blocks of a report's folder, by the name of their file."""
    return {
        path.name: json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(folder.glob("blocks*.json"))
    }


def tables_in(folder: Path, layers: Collection[str] = LAYERS) -> dict[str, pd.DataFrame]:
    """Every table of a folder: its CSV files, and the tables of its pages, by their places."""
    found = {}
    for path in sorted(folder.rglob("*.csv")):
        if path.name != LEDGER:
            found[path.relative_to(folder).as_posix()] = pd.read_csv(path, dtype=str, keep_default_na=False)
    for path in sorted(path for layer in layers for path in folder.glob(f"{layer}*.html")):
        for shown in lxml.html.fromstring(path.read_text(encoding="utf-8")).xpath(TABLES):
            heads, *rows = [
                [cell.text_content().replace(KEPT, " ") for cell in row.iter("th", "td")]
                for row in shown.iter("tr")
            ]
            names = [f"{place} {head}" for place, head in enumerate(heads)]
            rows = [row for row in rows if len(row) == len(names)]
            label = shown.xpath("string(ancestor::figure//*[@class='number'])").removesuffix(".")
            found[f"{path.name} {label}"] = pd.DataFrame(rows, columns=names, dtype=str)
    return found


def exhibits_in(blocks: Iterable[Mapping[str, Any]]) -> dict[str, tuple[str, str]]:
    """Number and layer of every exhibit, by the name of its files."""
    return {
        block["name"]: (block.get("label", ""), block["layer"])
        for block in blocks
        if block["kind"] in ("figure", "table") and block.get("name")
    }


def ledger(
    tables: Tables, exhibits: Mapping[str, tuple[str, str]], firms: Mapping[str, int] | None = None
) -> pd.DataFrame:
    """What some tables tell, one number a line: ``COLUMNS``. ``exhibits`` : number and layer by the name of
    their files. ``firms`` : how many are behind what a row is about, by how that is called.
    """
    parts = [lines_of(place, table, exhibits, firms or {}) for place, table in tables.items()]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(COLUMNS))


def lines_of(
    place: str, table: pd.DataFrame, exhibits: Mapping[str, tuple[str, str]], firms: Mapping[str, int]
) -> pd.DataFrame:
    """The lines of one table."""
    columns = [str(name) for name in table]
    keys = [name for at, name in enumerate(columns) if name in KEYS or (at == 0 and name[:1] == "0")]
    numeric = [name for name in columns if name not in keys and tells_numbers(table[name])]
    words = pd.Series("", index=table.index)
    for name in keys:
        own = name + SAYS + table[name].str.replace("|", "/", regex=False)
        words = words.where(words == "", words + JOINED) + own
    number, layer = exhibits.get(Path(place).stem, (place.partition(" ")[2], ""))
    cells = {name: table[name].to_numpy() if name in table else np.full(len(table), "") for name in BASE}
    lines = pd.DataFrame(
        {
            "place": place,
            "row": np.repeat(np.arange(1, len(table) + 1), len(numeric)),
            "exhibit": number,
            "layer": layer,
            "about": np.repeat(words.to_numpy(), len(numeric)),
            "statistic": np.tile(np.array(numeric, dtype=object), len(table)),
            "value": table[numeric].to_numpy().ravel(),
        }
    )
    cells["contributors"] = np.array([together(*sides) for sides in zip(*cells.values(), strict=True)])
    cells["firms"] = firms_of(table, firms)
    lines = lines.assign(**{name: np.repeat(values, len(numeric)) for name, values in cells.items()})
    return lines.assign(people="yes" if {*BASE, *PEOPLE} & set(table) else "no")


def together(*sides: str) -> str:
    """How many people two sides are of; nothing where neither is told as a number."""
    known = [float(side) for side in sides if re.fullmatch(r"\d+(\.0+)?", side)]
    return f"{sum(known):.0f}" if known else ""


def firms_of(table: pd.DataFrame, firms: Mapping[str, int]) -> np.ndarray:
    """How many firms are behind each row, by what it is about; nothing where none are known, or few."""
    key = next((name for name in ("name", "indicator", "label") if name in table), "")
    known = [firms.get(str(one), 0) for one in table[key]] if key else [0] * len(table)
    return np.array([str(one) if one >= SMALLEST_CELL else "" for one in known], dtype=object)


def tells_numbers(column: pd.Series) -> bool:
    """Whether a column's cells are numbers, as far as they are not empty or a dash."""
    cells = column[~column.isin(["", "–", "-"])]
    return bool(len(cells)) and bool(cells.map(lambda cell: NUMBER.fullmatch(cell) is not None).all())


def tables_told(lines: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The tables behind a ledger, with what its lines say of them."""
    found = {}
    for place, own in lines.groupby("place", sort=False):
        wide = own.pivot(index="row", columns="statistic", values="value")
        words = own.drop_duplicates("row").set_index("row")["about"].map(parted)
        names = dict.fromkeys(name for row in words for name in row)
        keys = {name: [row.get(name, "") for row in words] for name in names}
        found[str(place)] = pd.concat(
            [pd.DataFrame(keys, index=words.index, dtype=str), wide], axis=1
        ).reset_index(drop=True)
    return found


def parted(about: str) -> dict[str, str]:
    """The words of a row by their columns."""
    pairs = [part.partition(SAYS) for part in about.split(JOINED)] if about else []
    return {name: value for name, _, value in pairs}


def read_ledger(path: Path) -> pd.DataFrame:
    """A ledger as it was written."""
    return pd.read_csv(path, dtype=str, keep_default_na=False).astype({"row": "int64"})
