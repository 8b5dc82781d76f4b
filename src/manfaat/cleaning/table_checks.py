"""Checks that must see a whole table at once: sums, doubles, copies, interviewers, heaps. Nothing is changed
here.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from manfaat.cleaning.outcomes import Given, Kind, Outcome, hits, joined, nothing_hit
from manfaat.cleaning.row_checks import first_known
from manfaat.definitions.codebook import KEY
from manfaat.files.parsing.checks import heaping_table, near_duplicates, repeated_answers

DOUBLES = ("exact duplicate", "resubmission", "same key, different answers")
MOST_APART = 3  # amounts of a column that stand apart; more are no slips
FEWEST_AMOUNTS = 20  # of fewer, the quartiles say too little about what is usual
LARGE = 100  # usual amounts of which thousands may have been left out
MOST_NEGATIVE = 0.02  # of a column of amounts: slips of the sign
FEWEST_INTERVIEWS, FEWEST_OTHERS = (
    5,
    3,
)  # an interviewer's mean of fewer interviews, or an SD of fewer others, tells nothing


def duplicate_key(given: Given) -> Outcome:
    """No value stands on two rows; where the variables are the table's key, rows set aside for it are found
    too.
    """
    names = given.check.variables
    known = given.clean[given.clean[names].notna().all(axis=1)]
    parts = [
        hits(known[known.duplicated(names, keep=False)], names[0], "the same number stands on several rows")
    ]
    if set(names) == set(given.key) and len(given.aside):
        double = given.aside[given.aside["rule"].isin(DOUBLES)]
        parts.append(hits(double, names[0], "set aside: " + double["rule"]))
    return Outcome(len(known) + (len(parts[1]) if len(parts) > 1 else 0), joined(parts))


DUPLICATE_KEY = Kind("duplicate_key", duplicate_key, "table", by_key=True)


def near_duplicate(given: Given) -> Outcome:
    """No two rows agree in all of some variables; rows that lack one of them are not compared."""
    found = near_duplicates(given.clean, given.check.variables, key=KEY)
    others = found.groupby("set")["key"].transform(lambda keys: ", ".join(map(str, keys)))
    notes = ["perhaps one person: " + text for text in others]
    complete = given.clean[given.check.variables].notna().all(axis=1)
    return Outcome(int(complete.sum()), hits(given.clean.loc[found.index], given.check.variables[0], notes))


NEAR_DUPLICATE = Kind("near_duplicate", near_duplicate, "table", asks=True)


def repeated(given: Given) -> Outcome:
    """No two rows with at least ``fewest`` answers (10) are the same in all of them; with ``by``, within an
    interviewer.
    """
    names, by = given.check.variables, given.listed("by")
    enough = given.clean[given.clean[names].notna().sum(axis=1) >= int(given.number("fewest", 10))]
    found = repeated_answers(enough, names, key=KEY, by=by[0] if by else None)
    return Outcome(
        len(enough),
        hits(given.clean.loc[found.index], names[0], "the same answers to all items as another row"),
    )


REPEATED_ANSWERS = Kind("repeated_answers", repeated, "table", may=("by", "fewest"))


def shares_sum(given: Given) -> Outcome:
    """Shares add up to ``total`` (1) within ``by``, give or take ``tolerance``; groups with a missing share
    are not decided.
    """
    name, by = given.check.variables[0], given.listed("by")
    total, tolerance = given.number("total", 1), given.number("tolerance", 0)
    complete = given.clean[name].notna() & given.clean[by].notna().all(axis=1)
    groups = given.clean.assign(**{name: given.clean[name].astype("float64")}).groupby(
        by, dropna=False, sort=False
    )
    whole = complete.groupby([given.clean[key] for key in by], dropna=False, sort=False).transform("all")
    sums = groups[name].transform("sum")
    off = whole & ((sums - total).abs() > tolerance + 1e-9)
    lacking = int((~whole).sum())
    because = f"{lacking} rows belong to a group with a missing share" if lacking else ""
    return Outcome(
        int(whole.sum()),
        hits(given.clean[off], name, [f"the shares add up to {value:.4g}" for value in sums[off]]),
        because,
    )


SHARES_SUM = Kind("shares_sum", shares_sum, "table", ("by",), ("total", "tolerance"))


def interviewer_mean(given: Given) -> Outcome:
    """The mean rating of an interviewer lies within ``limit`` (2.5) standard deviations of the other
    interviewers' means.

    The yardstick is the larger of two: the standard deviation of the others' means (divisor n − 1), and the
    standard error of the difference between the interviewer's interviews and all others, since few interviews
    differ by chance. Interviewers with fewer than 5 interviews count neither way, and nothing is said with
    fewer than 3 others.
    """
    by, limit = given.listed("by")[0], given.number("limit", 2.5)
    own = given.clean[given.check.variables].apply(pd.to_numeric).astype("float64").mean(axis=1)
    table = pd.DataFrame({"by": given.clean[by], "mean": own}).dropna()
    groups = (
        table.groupby("by")["mean"]
        .agg(["mean", "size", "sum"])
        .assign(squares=(table["mean"] ** 2).groupby(table["by"]).sum())
    )
    groups = groups[groups["size"] >= FEWEST_INTERVIEWS]
    if len(groups) <= FEWEST_OTHERS:
        return Outcome(
            0,
            nothing_hit(),
            f"fewer than {FEWEST_OTHERS + 1} interviewers have {FEWEST_INTERVIEWS} interviews",
        )
    away = distance_from_others(groups)
    far = away[away > limit]
    rows = given.clean[given.clean[by].isin(far.index) & own.notna()]
    notes = [
        f"its interviewer's mean rating lies {far[name]:.1f} standard deviations from the others'"
        for name in rows[by]
    ]
    return Outcome(int(table["by"].isin(groups.index).sum()), hits(rows, by, notes))


INTERVIEWER_MEAN = Kind("interviewer_mean", interviewer_mean, "table", ("by",), ("limit",))


def distance_from_others(groups: pd.DataFrame) -> pd.Series:
    """How far each interviewer's mean lies from the mean of the others' means, in standard deviations (see
    ``interviewer_mean``).

    ``groups`` : one row an interviewer: ``mean, size, sum, squares`` of the ratings of its interviews.
    """
    count, means = len(groups), groups["mean"]
    rest = (means.sum() - means) / (count - 1)
    between = ((means**2).sum() - means**2 - (count - 1) * rest**2).clip(lower=0) / (count - 2)
    others = groups["size"].sum() - groups["size"]
    pooled = (groups["sum"].sum() - groups["sum"]) / others
    within = (groups["squares"].sum() - groups["squares"] - others * pooled**2).clip(lower=0) / (others - 1)
    spread = pd.Series(np.sqrt(np.maximum(between, within * (1 / groups["size"] + 1 / others))))
    away: pd.Series = (means - rest).abs()
    return away / spread.where(
        spread > 1e-12, pd.Series(np.where(away > 1e-12, 1e-12, np.inf), index=away.index)
    )


def heaped(given: Given) -> Outcome:
    """At most ``limit`` (0.5) of the amounts are multiples of ``heap``, or of the months January: rounding is
    reported, no error.

    The finding is about the column, so that its key is empty.
    """
    limit, heap = given.number("limit", 0.5), int(given.number("heap", 500_000))
    numeric = [name for name in given.check.variables if pd.api.types.is_numeric_dtype(given.clean[name])]
    table = heaping_table(
        given.clean, money=numeric, months=[name for name in given.check.variables if name not in numeric]
    )
    table = table[table["pattern"].isin([f"multiple of {heap}", "January"])]
    over = table[table["share"] > limit]
    notes = [f"{row.share:.1%} of {row.n}: {row.pattern}" for row in over.itertuples()]
    return Outcome(
        int(table["n"].sum()),
        pd.DataFrame({"key": "", "variable": over["variable"].to_numpy(), "note": notes}),
    )


HEAPING = Kind("heaping", heaped, "table", may=("heap", "limit"))


def outlier(given: Given) -> Outcome:
    """Amounts lie near the others': within ``limit`` (3.5) robust standard deviations of the median, or
    ``factor`` (2) of the next one.

    Judged on the logarithm, where a slip of a digit or a unit is a step and most amounts are symmetric; the
    robust standard deviation is the distance between the quartiles over 1.349. With ``by``, within the groups
    that hold at least 20 amounts, the others together. Needs no prices, so that it can be declared for any
    number; only amounts above zero are judged, and nothing is changed. A column of which more than
    one in fifty lies below zero holds differences or logarithms, of which those near zero are ordinary: none
    is judged.
    """
    by, parts, n = given.listed("by"), [], 0
    for name in given.check.variables:
        values = pd.to_numeric(given.clean[name], errors="coerce").astype("float64")
        if (values < 0).sum() > MOST_NEGATIVE * values.count():
            continue
        logs = pd.Series(np.log(values[values > 0]))
        groups = (
            given.clean.loc[logs.index, by].astype("string").agg("|".join, axis=1)
            if by
            else pd.Series("", index=logs.index)
        )
        sizes = groups.map(groups.value_counts())
        for _, own in logs.groupby(groups.where(sizes >= FEWEST_AMOUNTS, "")):
            if len(own) >= FEWEST_AMOUNTS:
                n += len(own)
                away = far_from_others(own, given.number("limit", 3.5), given.number("factor", 2))
                notes = [f"{times:.3g} times the usual amount" for times in np.exp(away)]
                parts.append(hits(given.clean.loc[away.index], name, notes))
    return Outcome(n, joined(parts), "" if n else f"fewer than {FEWEST_AMOUNTS} amounts")


OUTLIER = Kind("outlier", outlier, "table", may=("by", "limit", "factor"))


def far_from_others(logs: pd.Series, limit: float, factor: float) -> pd.Series:
    """Distance from the median of the logarithms that lie beyond the limit and behind a gap: a long tail
    without one is no slip.

    The spread is at least a twentieth: where most people name one round amount, another round amount is no
    outlier. Far below is judged where the usual amount is at least 100: of years of school, of counts and of
    logarithms a 1 is nothing special. More than three, or one in a thousand, are no slips but another kind of
    amount, and none is named.
    """
    low, median, high = logs.quantile([0.25, 0.5, 0.75])
    away = (logs - median).sort_values()
    fence = limit * max((high - low) / 1.349, 0.05)
    gap = away.diff() >= np.log(factor)
    above = (gap & (away > fence)).cummax()
    below = (gap.shift(-1, fill_value=False) & (away < -fence) & (median >= np.log(LARGE)))[::-1].cummax()[
        ::-1
    ]
    apart: pd.Series = away[above | below].sort_index()
    return apart if len(apart) <= max(MOST_APART, len(logs) / 1000) else apart.iloc[:0]


def month_numbers(texts: pd.Series) -> pd.Series:
    """Months since year 0 of ISO dates; missing where the month is."""
    parts = texts.astype("string").str.extract(r"^(\d{4})-(\d{2})")
    return pd.to_numeric(parts[0]).astype("float64") * 12 + pd.to_numeric(parts[1]).astype("float64")


def recent_dates(given: Given) -> Outcome:
    """Remembered dates do not crowd into the last ``months`` (12) before the date ``until``.

    People place events too near to today (telescoping). The dates of the last months are held against those
    of as many months before, one-sided and exactly (binomial, one half); a p value below ``limit`` (0.01) is
    reported, about the column.
    """
    from scipy.stats import binomtest  # slow to load, and seldom needed

    name, months, limit = given.check.variables[0], given.number("months", 12), given.number("limit", 0.01)
    ago = month_numbers(first_known(given.clean, given.listed("until"))) - month_numbers(given.clean[name])
    late, early = int(ago.between(0, months - 1).sum()), int(ago.between(months, 2 * months - 1).sum())
    crowded = late + early > 0 and binomtest(late, late + early, 0.5, alternative="greater").pvalue < limit
    note = (
        f"{late} in the last {months:.0f} months, {early} in the {months:.0f} months before: perhaps"
        " remembered too late"
    )
    lines = (
        pd.DataFrame({"key": [""], "variable": [name], "note": [note]})
        if crowded
        else hits(given.clean.iloc[:0], name, "")
    )
    return Outcome(late + early, lines)


RECENT_DATES = Kind("recent_dates", recent_dates, "table", ("until",), ("months", "limit"))
