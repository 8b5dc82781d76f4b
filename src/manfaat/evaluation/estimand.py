"""What an estimate is of: an effect, a difference, a change or a level; by which measure; and about whom."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

import pandas as pd

PART = re.compile(r"(?P<word>[a-z-]+)(?: \((?P<about>[^()]+)\))?")


class Word(StrEnum):
    """What is claimed of a number: ``EFFECT`` only where a lottery assigned, ``CHANGE`` where nobody is
    compared.
    """

    EFFECT = "effect"
    DIFFERENCE = "difference"
    CHANGE = "change"
    LEVEL = "level"
    TAKE_UP = "take-up"


class Measure(StrEnum):
    """What is compared where it is not the mean; ``ANSWER`` is the share at one level of ordered answers,
    ``MARGINAL`` what odds are in shares, on average.
    """

    PSEUDO_MEDIAN = "pseudo-median"
    QUANTILE = "quantile"
    QUANTILES = "quantiles"
    ANSWER = "level"
    D_Z = "d_z"
    D_AV = "d_av"
    G_AV = "g_av"
    NET_SHARE = "net-share"
    LOG_ODDS = "log-odds"
    ODDS = "odds-ratio"
    SUPERIORITY = "superiority"
    MARGINAL = "marginal"

    @property
    def is_in_unit(self) -> bool:
        """Whether it is in the indicator's own unit."""
        return self in (
            Measure.PSEUDO_MEDIAN,
            Measure.QUANTILE,
            Measure.QUANTILES,
            Measure.MARGINAL,
        )


@dataclass(frozen=True)
class About:
    """Whom a number is about, and by which measure; empty, it is a mean of all who were measured.

    ``population`` : ``ATT``, ``ATE``, ``ITT``, ``LATE``. ``at`` : which quantile (0.25), or which answer.

    Examples
    --------
    >>> str(About("ATT", Measure.QUANTILE, 0.25))
    'quantile 0.25, ATT'
    """

    population: str = ""
    measure: Measure | None = None
    at: float | None = None

    def __str__(self) -> str:
        level = "" if self.at is None else f" {self.at:g}"
        return ", ".join(part for part in (f"{self.measure or ''}{level}", self.population) if part)

    def __bool__(self) -> bool:
        return bool(self.population or self.measure)

    @classmethod
    def read(cls, text: str) -> About:
        """Read what ``str`` wrote.

        Raises
        ------
        ValueError for a measure that there is not.
        """
        first, _, rest = text.partition(", ")
        if first.isupper() or not first:
            return cls(first)
        name, _, at = first.partition(" ")
        return cls(rest, Measure(name), float(at) if at else None)


MEAN = About()


@dataclass(frozen=True)
class Estimand:
    """What an estimate is of; tables hold it as text.

    Examples
    --------
    >>> found = Estimand.read("effect (quantile 0.25, ATT)")
    >>> found.word, found.about.at, str(found)
    (<Word.EFFECT: 'effect'>, 0.25, 'effect (quantile 0.25, ATT)')
    """

    word: Word
    about: About = MEAN

    def __str__(self) -> str:
        return f"{self.word} ({self.about})" if self.about else str(self.word)

    @classmethod
    def read(cls, text: str) -> Estimand:
        """Read what ``str`` wrote.

        Raises
        ------
        ValueError for what is no estimand.
        """
        found = PART.fullmatch(text)
        if found is None:
            raise ValueError(f"no estimand: {text!r}")
        return cls(Word(found["word"]), About.read(found["about"] or ""))

    @property
    def compares(self) -> bool:
        """Whether it compares participants with others."""
        return self.word in (Word.EFFECT, Word.DIFFERENCE)

    @property
    def is_in_unit(self) -> bool:
        """Whether it is in the indicator's own unit: no odds, no standard deviations, no shares of something
        else.
        """
        measure = self.about.measure
        return self.word is not Word.TAKE_UP and (measure is None or measure.is_in_unit)

    @property
    def is_of_moved(self) -> bool:
        """Whether it is about those alone whom an offer moved to take part."""
        return self.about.population == "LATE"

    @property
    def is_difference_of_means(self) -> bool:
        """Whether it compares means of groups, about participants or everyone; no offers, no quantiles."""
        return self.compares and self.about.measure is None and self.about.population in ("", "ATT", "ATE")


def read_estimands(table: pd.DataFrame) -> pd.Series:
    """The estimands of a table of estimates, one a row."""
    return pd.Series([Estimand.read(text) for text in table["estimand"]], index=table.index, dtype="object")


def words_of(table: pd.DataFrame) -> pd.Series:
    """What is claimed of each row of a table of estimates."""
    return pd.Series([Estimand.read(text).word for text in table["estimand"]], index=table.index, dtype="str")
