"""What a programme claims, declared before looking: claims with their halves, and the groups of people looked
at apart.
"""

from __future__ import annotations

from pydantic import Field, model_validator

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
    """What this half of the claim is about."""
    indicators: list[str] = Field(min_length=1)
    """Indicators that bear on this half; together the halves name each indicator of the claim once."""


class Claim(Record):
    """One statement to be examined, and what bears on it."""

    id: str
    """Short name, such as T1."""
    text: Words
    """The claim as a sentence."""
    about: Words | None = None
    """What it is about, in few words that begin a sentence of the brief; as the indicator that decides is
    called where left out. Example: {en: pay, id: upah}"""
    indicators: list[str] = []
    """Indicators that bear on the claim; those of its parts where it has parts."""
    parts: list[Part] = []
    """Halves of the claim: it holds only if each of them does."""
    claims: list[str] = []
    """Other claims that this one joins: it holds only if all of those do."""
    accounts: bool = False
    """Whether the claim rests on the cost accounts."""
    because: Words | None = None
    """Why nothing bears on it, where nothing does. Example: {en: not asked, id: tidak ditanyakan}"""


class Subgroup(Record):
    """One question "for whom?", asked before results are seen: a variable of the indicators table, and its
    answers that make the subgroups.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    """Short name."""
    label: Words
    """What tells the subgroups apart."""
    variable: str
    """Column of the indicators table whose answers make the subgroups."""
    answers: dict[str, Words] = Field(min_length=2)
    """Answers that make a subgroup each, and what its people are called."""


class Opinion(Record):
    """A question that was answered in own words, such as what was best, and what a person coded the answers
    as. The words themselves are never shown.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    """Short name. Example: best"""
    label: Words
    """What was asked. Example: {en: Best of the programme, id: Hal terbaik dari program}"""
    text: str
    """Variable of the codebook that holds the words. Example: open_good"""
    coded: str | None = None
    """Column of the indicators table that holds the codes of a person. Example: best_code"""
    answers: dict[str, Words] = {}
    """What each code stands for. Example: {"1": {en: the work, id: pekerjaannya}}"""

    @model_validator(mode="after")
    def told_in_words(self) -> Opinion:
        """Refuse codes that nobody could read."""
        if bool(self.coded) != bool(self.answers):
            raise ValueError("'coded' needs 'answers', which say what its codes stand for, and they it")
        return self


class Axis(Record):
    """One way in which those who are to be served alike are told apart: by the answers of a variable, or by
    bands of a number.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    """Short name. Example: sex"""
    label: Words
    """What tells them apart. Example: {en: Age, id: Usia}"""
    variable: str
    """Column of the indicators table, known before the programme. Example: age"""
    answers: dict[str, Words] = {}
    """Answers that make a group each, and what its people are called."""
    bands: list[float] = []
    """Where a number's bands begin, the lowest band aside. Example: [25, 35]"""

    @model_validator(mode="after")
    def told_apart(self) -> Axis:
        """Refuse neither answers nor bands, both, and bands out of order."""
        if bool(self.answers) == bool(self.bands):
            raise ValueError("groups are made either of 'answers' or of 'bands'")
        if self.bands != sorted(set(self.bands)):
            raise ValueError("'bands' rise from one to the next")
        return self


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
