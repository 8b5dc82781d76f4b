"""Which rows are compared with which: what an estimate, a balance table or a flow is about.

A study says who was *assigned* (what was decided for each unit, often by lottery) and who *took part*, in one
or several *arms* against one comparison group. Everything is run on what was assigned, where that is
declared: a comparison of those who took part with those who did not is one that people made themselves.
"""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import Field

from manfaat.definitions.records import Record, Words

OFFER, TAKE_UP = "offer", "take-up"


class Arm(Record):
    """One of several programmes that are each compared with the same comparison group."""

    answers: list[str] = Field(min_length=1)
    """Answers of the group, and of what was assigned, that are this arm. Example: ["2"]"""
    label: Words
    """What those of this arm are called. Example: {en: small classes, id: kelas kecil}"""


class SideWords(Record):
    """What the sides of a comparison are called, where the usual words do not fit."""

    offered: Words | None = None
    """Those who were assigned to the programme. Example: {en: those invited, id: yang diundang}"""
    control: Words | None = None
    """Those who were not. Example: {en: those not invited, id: yang tidak diundang}"""
    enrolled: Words | None = None
    """Those who took part. Example: {en: those who came, id: yang hadir}"""
    not_enrolled: Words | None = None
    """Those who did not. Example: {en: those who stayed away, id: yang tidak hadir}"""


@dataclass(frozen=True)
class Contrast:
    """Rows whose answer in ``column`` is one of ``ones``, against those whose answer is one of ``others``.

    ``arm`` is the arm of the first side, ``against`` that of the other; both are empty in a study of one
    programme, and ``against`` where the other side is the comparison group. ``offer`` is the indicator of
    what was offered, empty where a study does not know it from what was taken up.

    Examples
    --------
    >>> Contrast("assigned", ("small",), ("regular",), arm="small").name
    'small'
    >>> Contrast("assigned", ("small",), ("aide",), arm="small", against="aide").name
    'small - aide'
    """

    column: str
    ones: tuple[str, ...]
    others: tuple[str, ...]
    arm: str = ""
    against: str = ""
    offer: str = ""

    def kind_of(self, treatment: str, instrument: str | None) -> str:
        """``offer`` where those compared are told apart by what was offered, ``take-up`` where by who took it
        up or how much of it; empty where a study does not know the one from the other.

        A lottery decides what is offered; who takes it up, people decide.

        Examples
        --------
        >>> trial = Contrast("invited", ("1",), ("0",), offer="invited")
        >>> trial.kind_of("invited", None), trial.kind_of("came", None), trial.kind_of("came", "invited")
        ('offer', 'take-up', 'offer')
        """
        if not self.offer:
            return ""
        return OFFER if self.offer in (treatment, instrument) else TAKE_UP

    @property
    def name(self) -> str:
        """The arms that it is about; empty where there are none."""
        return f"{self.arm} - {self.against}" if self.against else self.arm
