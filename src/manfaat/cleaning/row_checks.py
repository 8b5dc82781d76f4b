"""Checks that look at one row at a time: amounts at constant prices, times, ratings, texts. Nothing is
changed here.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from manfaat.base.typed import required
from manfaat.cleaning.outcomes import Given, Kind, Outcome, hits, joined, lists_by_name, nothing_hit
from manfaat.definitions.codebook import KEY
from manfaat.files.parsing.checks import (
    interview_lengths,
    last_answered,
    personal_data,
    reversed_intervals,
    straight_lining,
    trial_rows,
)

NO_PRICES = "no price series was given"


class Slip(NamedTuple):
    """A unit that an amount out of range may have been meant in: its code, its name in a note, and what the
    amount is then multiplied by.
    """

    code: str
    meant: str
    factor: float


SLIPS = (Slip("thousands", "thousands", 1_000), Slip("year", "a year instead of a month", 1 / 12))


def first_known(clean: pd.DataFrame, names: list[str]) -> pd.Series:
    """The first of several dates that a row has, as text."""
    found = pd.Series(pd.NA, index=clean.index, dtype="string")
    for name in names:
        found = found.fillna(clean[name].astype("string"))
    return found


def real_amounts(given: Given, name: str) -> pd.Series:
    """Amounts above zero at the prices of the base year; missing without an amount, a date or a price of its
    year.

    Source: amount × index(base year) / index(year of the date), as in ``prices.deflate``.
    """
    amounts = given.clean[name].astype("float64")
    dates, prices = lists_by_name(given.check, "dates"), required(given.prices, "a price series")
    years = pd.to_numeric(first_known(given.clean, dates[name]).str[:4]).astype("float64")
    moved = float(prices.index[prices.base_year]) / years.map(prices.index).astype("float64")
    return amounts.where(amounts > 0) * moved


def undated(given: Given, known: pd.Series, name: str) -> str:
    """Say how many amounts have no date or no price of their year."""
    lacking = int(((given.clean[name].astype("float64") > 0) & known.isna()).sum())
    return f"{lacking} amounts of {name} have no date or no price of their year" if lacking else ""


def real_range(given: Given) -> Outcome:
    """Amounts at constant prices lie between ``low`` and ``high``; zeros are for other rules.

    The note says when a common slip of unit (thousands, a year's amount) would explain what was written.
    """
    if given.prices is None:
        return Outcome(0, nothing_hit(), NO_PRICES)
    low, high, found, checked, because = (
        given.number("low"),
        given.number("high"),
        [],
        np.zeros(len(given.clean), dtype=bool),
        [],
    )
    for name in given.check.variables:
        real = real_amounts(given, name)
        outside = ((real < low) | (real > high)).to_numpy()
        notes = np.where(
            real[outside] < low, "below the range, at constant prices", "above the range, at constant prices"
        ).astype(object)
        slips = np.full(len(notes), "", dtype=object)
        for slip in SLIPS:  # one at most: they lead to opposite sides of the range
            fits = (real[outside] * slip.factor).between(low, high).to_numpy()
            notes[fits] = notes[fits] + "; perhaps " + slip.meant
            slips[fits] = slip.code
        found.append(hits(given.clean[outside], name, notes).assign(slip=slips))
        checked |= real.notna().to_numpy()
        because.append(undated(given, real, name))
    return Outcome(int(checked.sum()), joined(found), "; ".join(part for part in because if part))


REAL_RANGE = Kind("real_range", real_range, "row", ("dates", "low", "high"), at_prices=True, names_slips=True)


def real_ratio(given: Given) -> Outcome:
    """The first amount is between ``low`` and ``high`` times the second, both at constant prices."""
    if given.prices is None:
        return Outcome(0, nothing_hit(), NO_PRICES)
    above, below = given.check.variables
    first, second = real_amounts(given, above), real_amounts(given, below)
    ratio = first / second
    outside = ~ratio.between(given.number("low"), given.number("high")) & ratio.notna()
    notes = [f"{value:.3g} times" for value in ratio[outside]]
    because = "; ".join(
        part for part in (undated(given, first, above), undated(given, second, below)) if part
    )
    return Outcome(int(ratio.notna().sum()), hits(given.clean[outside], above, notes), because)


REAL_RATIO = Kind("real_ratio", real_ratio, "row", ("dates", "low", "high"), is_pair=True, at_prices=True)


def straight_line(given: Given) -> Outcome:
    """Not all ratings of a row are the same, where it has at least ``fewest`` (10)."""
    items, fewest = given.check.variables, int(given.number("fewest", 10))
    lines = straight_lining(given.clean, items, key=KEY, fewest=fewest)
    straight = lines["is_straight"].to_numpy()
    notes = [
        f"the same answer to all {count} items answered" for count in lines["n_answered"].to_numpy()[straight]
    ]
    return Outcome(
        int((lines["n_answered"] >= max(fewest, 2)).sum()), hits(given.clean[straight], items[0], notes)
    )


STRAIGHT_LINE = Kind("straight_line", straight_line, "row", may=("fewest",))


def interview_length(given: Given) -> Outcome:
    """From the first variable to the second it took ``shortest`` (8) to ``longest`` (180) minutes."""
    start, end = given.check.variables
    lengths = interview_lengths(
        given.clean,
        start,
        end,
        key=KEY,
        shortest=given.number("shortest", 8),
        longest=given.number("longest", 180),
    )
    parts = [
        hits(given.clean[lengths["is_reversed"].to_numpy()], end, "the interview ended before it started"),
        hits(
            given.clean[lengths["is_too_fast"].to_numpy()], end, "the interview was shorter than people need"
        ),
        hits(
            given.clean[lengths["is_too_slow"].to_numpy()],
            end,
            "the interview lasted longer than people bear",
        ),
    ]
    return Outcome(int(lengths["minutes"].notna().sum()), joined(parts))


INTERVIEW_LENGTH = Kind(
    "interview_length", interview_length, "row", may=("shortest", "longest"), is_pair=True
)


def date_order(given: Given) -> Outcome:
    """Each date is not after the next one, compared in the precision that both have."""
    pairs = list(zip(given.check.variables, given.check.variables[1:], strict=False))
    found = reversed_intervals(given.clean, pairs, key=KEY)
    known = np.zeros(len(given.clean), dtype=bool)
    for earlier, later in pairs:
        known |= (given.clean[earlier].notna() & given.clean[later].notna()).to_numpy()
    lines = pd.DataFrame(
        {"key": found["key"], "variable": found["later"], "note": "before " + found["earlier"].astype(str)}
    )
    return Outcome(int(known.sum()), lines.reset_index(drop=True))


DATE_ORDER = Kind("date_order", date_order, "row")


def personal(given: Given) -> Outcome:
    """No identity number, telephone number, e-mail address or name in a column that should hold none; the
    text is not repeated.
    """
    found = personal_data(given.clean, given.check.variables, names=given.names)
    known = given.clean[given.check.variables].notna().any(axis=1)
    keys = given.clean[KEY].loc[found.index].to_numpy()
    return Outcome(
        int(known.sum()),
        pd.DataFrame({"key": keys, "variable": found["column"].to_numpy(), "note": found["kind"].to_numpy()}),
    )


PERSONAL_DATA = Kind("personal_data", personal, "row")


def trial_text(given: Given) -> Outcome:
    """No text is a trial ("TEST", "coba") or, as a whole, one of the ``names`` of those who try forms."""
    found = trial_rows(given.clean, given.check.variables, names=given.listed("names"))
    known = given.clean[given.check.variables].notna().any(axis=1)
    keys = given.clean[KEY].loc[found.index].to_numpy()
    return Outcome(
        int(known.sum()),
        pd.DataFrame(
            {"key": keys, "variable": found["column"].to_numpy(), "note": "perhaps entered to try the form"}
        ),
    )


TRIAL_TEXT = Kind("trial_text", trial_text, "row", may=("names",), asks=True)


def partial(given: Given) -> Outcome:
    """The last of the ``sections`` has an answer; the row is kept, and the note says where it ends."""
    sections = lists_by_name(given.check, "sections")
    reached = last_answered(given.clean, sections, key=KEY)
    ends = reached["is_partial"].to_numpy()
    notes = [
        f"ends with section {name}" if name else "holds no answer of any section"
        for name in reached["last"].to_numpy()[ends]
    ]
    return Outcome(len(given.clean), hits(given.clean[ends], given.check.variables[0], notes))


PARTIAL = Kind("partial", partial, "row", ("sections",))
