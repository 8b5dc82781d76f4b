"""Constructs that look at dates: time between, months shifted, time to an event with censoring. Dates are ISO
texts.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from manfaat.indicators.context import Context
from manfaat.indicators.values import codes_of, days_of, months_of, truth, write_month, years_of


def build_year(inputs: list[pd.Series], options: dict[str, str], context: Context) -> pd.Series:
    """The year of a date, month or year."""
    return years_of(inputs[0])


def build_months_between(inputs: list[pd.Series], options: dict[str, str], context: Context) -> pd.Series:
    """Calendar months from the first month (or date) to the second; negative where it comes first. Example:
    inputs return_date int_date
    """
    return months_of(inputs[1]) - months_of(inputs[0])


def build_years_between(inputs: list[pd.Series], options: dict[str, str], context: Context) -> pd.Series:
    """Calendar months from the first month (or date) to the second, divided by 12."""
    return build_months_between(inputs, options, context) / 12


def build_days_between(inputs: list[pd.Series], options: dict[str, str], context: Context) -> pd.Series:
    """Days from the first date to the second, divided by ``days`` (7 for weeks); missing where a day is not
    known.
    """
    return (days_of(inputs[1]) - days_of(inputs[0])) / float(options.get("days", 1))


def build_shift_months(inputs: list[pd.Series], options: dict[str, str], context: Context) -> pd.Series:
    """The month (``YYYY-MM``) that lies ``months`` after the input's (before, if negative)."""
    shifted = months_of(inputs[0]) + int(options["months"])
    codes, distinct = pd.factorize(shifted)
    return pd.Series(
        pd.array([*[write_month(number) for number in distinct], None], dtype="string").take(codes),
        index=shifted.index,
    )


@dataclass(frozen=True)
class Spell:
    """Months from the start to the event and to the end, and whether the event happened (1, 0, missing)."""

    to_event: pd.Series
    to_end: pd.Series
    happened: pd.Series


def spell_of(inputs: list[pd.Series], options: dict[str, str]) -> Spell:
    """Read whether and when something happened.

    Inputs: the answer whether it happened, the month when, the start, the end of observation. It happened
    where the answer is ``happened`` and the month lies between start and end; it did not where the answer is
    ``not_happened``. What happened in an unknown month, or outside the time under observation, is missing.
    """
    answer, event, start, end = (
        codes_of(inputs[0]),
        months_of(inputs[1]),
        months_of(inputs[2]),
        months_of(inputs[3]),
    )
    to_event, to_end = event - start, end - start
    yes = (answer == options["happened"]).fillna(False).astype(bool) & (to_event >= 0) & (to_event <= to_end)
    no = (answer == options["not_happened"]).fillna(False).astype(bool) & (to_end >= 0)
    return Spell(to_event, to_end, truth(yes, yes | no))


def build_event_observed(inputs: list[pd.Series], options: dict[str, str], context: Context) -> pd.Series:
    """1 where an event happened under observation, 0 where the observation ended before it (censored)."""
    return spell_of(inputs, options).happened


def build_event_duration(inputs: list[pd.Series], options: dict[str, str], context: Context) -> pd.Series:
    """Months from the start to the event, or to the end of observation where it did not happen (censored)."""
    spell = spell_of(inputs, options)
    return spell.to_event.where(spell.happened == 1, spell.to_end).where(spell.happened.notna())
