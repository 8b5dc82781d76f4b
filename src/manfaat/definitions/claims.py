"""What a programme claims, declared before looking: claims with their halves, and the groups of people looked
at apart.
"""

from __future__ import annotations

from pydantic import Field

from manfaat.base.problems import Problem, nearest
from manfaat.definitions.records import Record, Words

GRADES = (
    "contradicted",
    "cannot tell",
    "reported only",
    "suggested",
    "shown",
)  # from the weakest to the strongest


def weakest(*grades: str) -> str:
    """The weakest of several grades; of none, ``cannot tell``."""
    return min(grades, key=GRADES.index) if grades else "cannot tell"


class Part(Record):
    """One half of a claim; a claim holds only if all its parts do."""

    label: Words
    indicators: list[str] = Field(min_length=1)


class Claim(Record):
    """One statement to be examined, and what bears on it.

    ``indicators`` bear on it as they are, or in ``parts`` of which each must hold. ``claims`` makes it a
    joint claim, which holds only if all of those do. ``accounts`` lets it rest on the cost accounts. Where
    nothing is named, ``because`` says why.
    """

    id: str
    text: Words
    indicators: list[str] = []
    parts: list[Part] = []
    claims: list[str] = []
    accounts: bool = False
    because: Words | None = None


class Subgroup(Record):
    """One question "for whom?", asked before results are seen: a variable of the indicators table, and its
    answers that make the subgroups.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    label: Words
    variable: str
    answers: dict[str, Words] = Field(min_length=2)


def check_claims(claims: list[Claim], file: str) -> list[Problem]:
    """Say which claims rest on nothing, whose parts are not all of their indicators, and which join what does
    not exist or themselves.
    """
    problems: list[Problem] = []
    before: set[str] = set()
    for claim in claims:
        place = f"claims.{claim.id}"
        if not (claim.indicators or claim.claims or claim.accounts or claim.because):
            problems.append(
                Problem(
                    file,
                    "the claim names no indicators",
                    column=place,
                    expected="indicators, claims, accounts, or the reason under 'because'",
                )
            )
        halves = [name for part in claim.parts for name in part.indicators]
        if claim.parts and sorted(halves) != sorted(claim.indicators):
            problems.append(
                Problem(
                    file,
                    "the parts are not made of the claim's indicators, each once",
                    column=f"{place}.parts",
                )
            )
        for name in claim.claims:
            if name not in before:
                problems.append(
                    Problem(
                        file,
                        f"'{name}' is not an earlier claim",
                        column=f"{place}.claims",
                        expected=nearest(name, before),
                    )
                )
        before.add(claim.id)
    return problems
