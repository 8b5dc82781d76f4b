"""Tables that are not about people: the same lines for every year (a cost sheet)."""

from __future__ import annotations

import zlib

import numpy as np

from manfaat.simulation.columns import TextColumn, column_of, write_number
from manfaat.simulation.model import Listing
from manfaat.simulation.people import Plan


def listing_rows(listing: Listing, seed: int) -> list[dict[str, str]]:
    """The lines of every year as texts: ``[low, high]`` drawn between the two and rounded."""
    stream = np.random.default_rng([seed, zlib.crc32(listing.table.encode())])
    rows: list[dict[str, str]] = []
    for year in range(listing.first, listing.last + 1):
        people: dict[str, str] = {}
        for line in listing.lines:
            row = {
                listing.key: f"{listing.prefix}{len(rows) + 1:04d}",
                listing.year: str(year),
                listing.year_paid: str(year + line.plus_years),
            }
            for name, value in line.values.items():
                if isinstance(value, list):
                    drawn = float(stream.uniform(value[0], value[1]))
                    whole = all(float(limit).is_integer() and limit < 1000 for limit in value)
                    text = write_number(round(drawn) if whole else round(drawn / line.to) * line.to)
                    value = (
                        people.setdefault(name, text) if whole else text
                    )  # the number of people is the same for all lines of a year
                row[name] = value if isinstance(value, str) else write_number(float(value))
            rows.append(row)
    return rows


def listing_columns(plan: Plan, table: str) -> dict[str, TextColumn]:
    """The columns of a listing."""
    listing = next(entry for entry in plan.simulation.listings if entry.table == table)
    rows = listing_rows(listing, plan.seed)
    return {
        name: column_of([row.get(name, "") for row in rows])
        for name in dict.fromkeys(name for row in rows for name in row)
    }
