"""Profiles of missing codes: a name in the column ``missing`` of ``codebook.csv`` for codes that many
questions share.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from manfaat.base.problems import Problem, nearest
from manfaat.definitions.records import Row

NAME = re.compile(r"[a-z][a-z_]{2,}[0-9]*")  # what looks like the name of a profile


def parts_of(text: str) -> list[str]:
    """The codes and names of profiles in a cell."""
    return [part.strip() for part in text.split(";") if part.strip()]


def spelt_out(profiles: Mapping[str, str]) -> dict[str, str]:
    """Every profile with the codes of the earlier ones that it names."""
    found: dict[str, str] = {}
    for name, text in profiles.items():
        found[name] = with_profiles(text, found)
    return found


def with_profiles(text: str, profiles: Mapping[str, str]) -> str:
    """A cell with the codes of every profile that it names; a cell without one stays as it is."""
    return (
        ";".join(profiles.get(part, part) for part in parts_of(text))
        if set(parts_of(text)) & set(profiles)
        else text
    )


def check_profiles(rows: list[Row], profiles: Mapping[str, str], file: str) -> list[Problem]:
    """Say which cells name a profile that does not exist, and which profiles nobody uses.

    Where no profile is declared, a word is a code as it always was.
    """
    cells = [(number, part) for number, row in rows for part in parts_of(row.get("missing", ""))]
    used = {part for text in [*profiles.values(), *(part for _, part in cells)] for part in parts_of(text)}
    unknown = [
        Problem(
            file,
            f"there is no profile '{part}' of missing codes",
            row=number,
            column="missing",
            expected=f"{nearest(part, profiles)} A code that is a word is written '{part}=blank'",
        )
        for number, part in cells
        if profiles and part not in profiles and NAME.fullmatch(part)
    ]
    return unknown + [
        Problem(file, f"no row uses the profile '{name}', which programme.yml declares", column="missing")
        for name in profiles
        if name not in used
    ]
