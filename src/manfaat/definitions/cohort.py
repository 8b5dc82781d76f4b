"""What is particular to one delivery: ``cohort.yml``."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator

from manfaat.base.problems import Problem
from manfaat.definitions.folders import check_folder
from manfaat.definitions.raw_files import FlowStep, RawFile
from manfaat.definitions.records import FileName, OwnFile, Record, Words, read_yaml, shown

ADDRESS = re.compile(r"https?://[\w-]+(\.[\w-]+)+(:\d+)?(/[^\s<>\"]*)?")
TRUTH = "truth"  # folder beside a synthetic delivery that holds what nobody knows of a real one


class Denominators(Record):
    """How many were trained, invited and reached; null where the delivery does not say, with the reason."""

    trained: int | None = None
    """How many were trained."""
    invited: int | None = None
    """How many were invited to answer."""
    reached: int | None = None
    """How many were reached."""
    because: Words | None = None
    """Why one of the numbers is not known."""


class Fieldwork(Record):
    """The first and the last day on which answers were collected."""

    begins: date
    """First day on which answers were collected. Example: 2024-05-02"""
    ends: date | None = None
    """Last day on which answers were collected. Example: 2024-06-30"""


class Simulated(Record):
    """How a synthetic cohort was made, and the folder in which its truth lies; no estimate and no verdict
    uses it.
    """

    command: str
    """Command that made the cohort."""
    truth: OwnFile = TRUTH
    """Folder in which its truth lies."""


class PublicData(Record):
    """Where anybody can download the very data of the delivery, and on what terms: nobody's answers are told
    by a report that anybody could make, so that its numbers have all their digits.
    """

    licence: str = Field(min_length=1)
    """Licence under which anybody may use them. Example: MIT"""
    address: str
    """Address from which anybody can download them. Example: https://github.com/NickCH-K/causaldata"""

    @field_validator("address")
    @classmethod
    def is_address(cls, value: str) -> str:
        """Refuse what is no address."""
        if not ADDRESS.fullmatch(value):
            raise ValueError(f"'{value}' is no address; one begins with https://")
        return value


class Cohort(Record):
    """The whole of ``cohort.yml``."""

    cohort: str
    """Short name: that of the folder."""
    programme: FileName
    """Programme that the cohort is of."""
    label: Words
    """What the cohort is called."""
    kind: Literal["real", "synthetic"]
    """Whether people answered, or answers were simulated."""
    assignment: Literal["randomised", "observational"]
    """Whether a lottery decided who took part."""
    files: list[RawFile] = Field(min_length=1)
    """Delivered files."""
    groups: dict[str, Words] = {}
    """What the groups are called in this cohort, by answer."""
    same_participants_as: str | None = None
    """Another cohort whose participants these are, set against other people."""
    unreadable: Literal["stop", "review"] = "stop"
    """What an answer that cannot be read does: stop the run, or wait in the review list."""
    period: Words
    """When answers were collected, in words."""
    fieldwork: Fieldwork | None = None
    """When answers were collected, in days; a record from before may be a trial of the form."""
    flow: list[FlowStep] = []
    """Steps before the delivery begins."""
    denominators: Denominators
    """How many were trained, invited and reached."""
    totals: dict[str, dict[str, float]] = {}
    """Known numbers of all who took part, by variable and answer, to weight the answers to. Example:
    {sex: {'1': 83, '2': 47}}
    """
    origin: str
    """Where the data are from."""
    licence: str
    """Under which licence they may be used."""
    citation: str
    """How to cite them."""
    public_data: PublicData | None = None
    """Terms and address of data that anybody can download; left out, they are confidential: numbers leave
    the house no finer than protects each person.
    """
    simulated: Simulated | None = None
    """How a synthetic cohort was made."""

    @property
    def is_confidential(self) -> bool:
        """Whether numbers are told no finer than protects each person: of all data that are not public."""
        return self.public_data is None


def load_cohort(folder: Path, *, root: Path) -> tuple[Cohort | None, list[Problem]]:
    """Read ``cohort.yml`` of one delivery; say so when the folder's name and the file disagree."""
    if strange := check_folder(folder, root=root):
        return None, strange
    path = folder / "cohort.yml"
    cohort, problems = read_yaml(Cohort, path, root=root)
    if cohort and cohort.cohort != folder.name:
        problems.append(
            Problem(shown(path, root), f"'cohort' is '{cohort.cohort}' but the folder is '{folder.name}'")
        )
    return cohort, problems + (contradictions(cohort, shown(path, root)) if cohort else [])


def contradictions(cohort: Cohort, place: str) -> list[Problem]:
    """What is said of real data and does not go with simulated ones, or the other way round."""
    if cohort.kind == "real":
        if not cohort.simulated and "synthetic" not in cohort.cohort:
            return []
        return [Problem(place, "a simulated cohort is called real", column="kind", expected="synthetic")]
    problems = []
    if "synthetic" not in cohort.cohort:
        expected = f"'{cohort.cohort}-synthetic'"
        told = "the name of a simulated cohort must say so"
        problems.append(Problem(place, told, column="cohort", expected=expected))
    if cohort.public_data:
        told = "a simulated cohort is treated as a confidential one, so its data are not public"
        problems.append(Problem(place, told, column="public_data", expected="no such line"))
    return problems
