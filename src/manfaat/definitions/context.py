"""The setting of a programme: prose and a list of ties beside its definitions, both optional, each fact with
its source.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pandas as pd
from pydantic import Field

from manfaat.base.problems import refuse
from manfaat.definitions.records import Record, read_rows

TIES = "ties.csv"


class Tie(Record):
    """One partner of a city: since which year, where that is confirmed, and whether it is the one of the
    programme.
    """

    partner_en: str = Field(alias="partner::English (en)", min_length=1)
    """What the partner is called."""
    partner_id: str = Field(alias="partner::Bahasa Indonesia (id)", min_length=1)
    """What the partner is called."""
    year: int | Literal[""] = Field(union_mode="left_to_right")
    """Year since which the tie exists; empty where it was not found."""
    highlight: Literal["yes", "no"]
    """Whether this is the partner of the programme."""
    source: str = Field(min_length=1)
    """Where the tie is confirmed."""


def read_context(folder: Path, language: str) -> str:
    """The prose in one language; empty where the programme has none."""
    path = folder / f"context.{language}.md"
    return path.read_text(encoding="utf-8").strip() if path.is_file() else ""


def read_ties(folder: Path, language: str, *, root: Path) -> pd.DataFrame:
    """Ties in the order of the file: ``partner, year`` (missing where it was not found), ``highlight,
    source``.

    Raises
    ------
    ProblemsError naming file, row and column of every mistake. A programme without such a file has no ties.
    """
    lines, problems = read_rows(Tie, folder / TIES, root=root, required=False)
    refuse(problems)
    rows = [
        {
            "partner": tie.partner_id if language == "id" else tie.partner_en,
            "year": tie.year or pd.NA,
            "highlight": tie.highlight == "yes",
            "source": tie.source,
        }
        for _, tie in lines
    ]
    return pd.DataFrame(rows, columns=["partner", "year", "highlight", "source"]).astype({"year": "Int64"})
