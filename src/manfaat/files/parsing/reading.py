"""What one raw text was read as: the record that every parser of this package returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

FLAGS = ("", "report", "review", "unreadable")
OPEN_ORDER = "open-order"  # the rule of a date whose day and month may be exchanged: one question a column
MISSING_REASONS = ("not_applicable", "dont_know", "refused", "not_asked", "blank", "damaged")


@dataclass(frozen=True, slots=True)
class Reading:
    """What one raw text was read as.

    Attributes
    ----------
    value : the clean value; None when the answer is missing or was not read.
    rule : short stable name of the rule that decided.
    flag : "" (read) | "report" (read, but a person should know) | "review" (not read: a person must decide) |
        "unreadable" (nothing to decide from). With the last two ``value`` is None.
    note : the reason in plain words.
    missing : why there is no answer, where the text says so: one of ``MISSING_REASONS``.
    proposal : what a reviewer may accept; never a value by itself.
    unit : a unit that the text states (``day``, ``month``, ``percent``, ``JPY`` …).
    precision : of a date: ``year``, ``month``, ``day``, ``minute`` or ``second``.
    bounds : lowest and highest value that the text allows, where it gives a range or a limit; None is open.
    """

    value: Any = None
    rule: str = ""
    flag: str = ""
    note: str = ""
    missing: str = ""
    proposal: Any = None
    unit: str = ""
    precision: str = ""
    bounds: tuple[Any, Any] | None = None

    def __post_init__(self) -> None:
        """Refuse a record that contradicts itself: it would become a wrong number further on."""
        if self.flag not in FLAGS or (self.missing and self.missing not in MISSING_REASONS):
            raise ValueError(
                f"unknown flag '{self.flag}' or missing reason '{self.missing}'; flags: {FLAGS}, reasons:"
                f" {MISSING_REASONS}"
            )
        if (self.value is not None) == (self.flag in ("review", "unreadable") or bool(self.missing)):
            raise ValueError(
                "a reading has either a value, or a flag or missing reason that says why it has none:"
                f" {self.rule}"
            )
        if not self.rule or (self.flag and not self.note):
            raise ValueError("a reading names its rule, and a flagged one its reason")

    @property
    def is_read(self) -> bool:
        """Whether there is a value."""
        return self.value is not None

    @property
    def needs_person(self) -> bool:
        """Whether a person must decide before this answer can be used."""
        return self.flag in ("review", "unreadable")


def report(value: Any, rule: str, note: str, **more: Any) -> Reading:
    """Return a reading whose value may be used, with a note that a person should see."""
    return Reading(value, rule, "report", note, **more)


def review(rule: str, note: str, proposal: Any = None, **more: Any) -> Reading:
    """Return a reading without a value that a person must decide on."""
    return Reading(None, rule, "review", note, proposal=proposal, **more)


def unreadable(rule: str, note: str, **more: Any) -> Reading:
    """Return a reading of a text that holds no answer of this kind."""
    return Reading(None, rule, "unreadable", note, **more)


def absent(reason: str, rule: str, flag: str = "", note: str = "") -> Reading:
    """Return a reading of a text that says why there is no answer."""
    return Reading(None, rule, flag, note, missing=reason)


def noted(reading: Reading, note: str, rule: str = "") -> Reading:
    """Return the reading with a further note, at least at flag "report"; ``rule`` replaces its rule."""
    joined = f"{reading.note}; {note}" if reading.note else note
    return replace(reading, flag=reading.flag or "report", note=joined, rule=rule or reading.rule)


def doubted(reading: Reading, rule: str, note: str) -> Reading:
    """Turn a value into a proposal that a person must decide on; other readings only gain the note."""
    joined = f"{reading.note}; {note}" if reading.note else note
    if not reading.is_read:
        return replace(reading, flag=reading.flag or "report", note=joined)
    return replace(reading, value=None, proposal=reading.value, flag="review", rule=rule, note=joined)


def missing_reasons(codes: Mapping[str, str]) -> dict[str, str]:
    """Check declared missing codes (code → reason) and return them with reasons in their standard spelling.

    Raises
    ------
    ValueError naming every reason that is not one of ``MISSING_REASONS`` (spaces, hyphens and capitals do not
    matter).
    """
    spelt = {
        str(code).strip(): reason.strip().lower().replace("'", "").replace(" ", "_").replace("-", "_")
        for code, reason in codes.items()
    }
    wrong = sorted({codes[code] for code in codes if spelt[str(code).strip()] not in MISSING_REASONS})
    if wrong:
        raise ValueError(f"unknown missing reasons {wrong}; use {', '.join(MISSING_REASONS)}")
    return spelt
