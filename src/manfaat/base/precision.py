"""How finely a number is told of people whose answers are confidential.

Of two samples of which one holds a person more, n × mean − (n − 1) × mean is that person's answer. A number
is therefore told in steps of what one person moves it by, or the next larger of 1, 2 and 5 times a power of
ten (``steps``):

- a mean of n people, and whatever is in its unit, by their standard deviation over n: its standard error over
  the root of n. So n × step is at least one standard deviation, and what two such means say of the person
  between them is as vague as what is known of anybody;
- an estimate of two groups by its standard error over the root of the smaller n;
- a share, a change of shares and a plain difference of two by 1 / n, a whole person: no answer of yes or no
  follows;
- the mean of a comparison group that has one to four people fewer in one specification than in another as
  that of the most of them, so that no answer of yes or no follows either;
- a standard error, and the effect that could be detected, by itself over n: so much one person moves it by;
- effect sizes by 1 / n, degrees of freedom with one decimal, and whatever else is no count with three digits;
- p values with three decimals (two digits below 0.01), and where the same is told of one to four people more
  or fewer those of the told estimate over its told standard error.

No number loses its sign, and no p value moves to the other side of 0.01, 0.05 or 0.1. Counts go by
``disclosure``.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm
from scipy.stats import t as student

from manfaat.base.disclosure import SMALLEST_CELL, share_of_few

Numbers = npt.NDArray[np.float64]

DIGITS, FEW_DIGITS, MOST_DIGITS = 3, 2, 4
NORMAL = 2 * float(norm.ppf(0.75))  # quartiles lie so many standard deviations apart
LEVELS = (
    *("estimate", "ci_low", "ci_high", "mean", "sd", "value", "low", "high"),
    *("p10", "p25", "median", "p75", "p90", "before", "now", "gap", "earlier", "lowest", "highest"),
)
PEOPLE = ("n", "n_comparison")
P_VALUES = ("p_value", "p_adjusted", "q_value", "p", "holm", "bh", "q_sharpened", "romano_wolf")
SIZES = ("effect_size", "in_sd", "smd")
OWN = ("std_error", "mde")
SHARES = ("share", "survival", "cumulated", "share_lowest", "share_highest", "share_missing")
# columns of tables in which counts stand beside the shares, that these tell nothing more
COUNTED = (
    {"low", "high"},
    {"before", "now", "share"},
    {"n_missing", "share"},
    {"n_missing", "share_missing"},
)
CHOSEN = ("confidence", "power", "threshold", "expected", "time", "kind", "year", "age")
COMPARED = ("mean_comparison", "sd_comparison")
MOST = "_most"  # of a table that is being told
COMPARED_BY = ("indicator", "rater", "arm", "against", "wave", "subgroup")
ROUGH = ("estimate", "ci_low", "ci_high", "value", "low", "high", "gap", "limit")
TESTED = ("estimate", "std_error", "df")
FOLLOWS = 1e-6  # so far off a p value may be that of a t test
LOST = 0.2  # of a step
LINES = (0.01, 0.05, 0.1)
ONE = (  # what rows of one number have in common, by whichever kind of standard error
    *("stage", "indicator", "rater", "arm", "against", "wave", "contrast", "estimand", "method"),
    *("specification", "treatment", "subgroup", "role", "term"),
)


def steps(spread: npt.ArrayLike, n: npt.ArrayLike) -> Numbers:
    """The step in which a number of ``n`` people is told: what one of them moves it by, ``spread`` / ``n``,
    or the next larger of 1, 2 and 5 times a power of ten; missing where nothing is known of either.

    Examples
    --------
    >>> steps([0.7, 1_358_512, 0], [74, 66, 12]).tolist()
    [0.01, 50000.0, nan]
    """
    spread, n = np.asarray(spread, dtype="float64"), np.asarray(n, dtype="float64")
    with np.errstate(divide="ignore", invalid="ignore"):
        least = np.where((n > 0) & (spread > 0), spread / n, np.nan)
        power = np.floor(np.log10(least) + 1e-9)
    ladder = np.stack([head * 10.0**power for head in (1, 2, 5, 10)])
    fits = ladder >= least * (1 - 1e-9)
    found = np.where(fits.any(axis=0), np.take_along_axis(ladder, fits.argmax(axis=0)[None], 0)[0], np.nan)
    return np.asarray(np.where(np.isnan(least), np.nan, found), dtype="float64")


def in_steps(values: npt.ArrayLike, step: npt.ArrayLike) -> Numbers:
    """Numbers to the nearest multiple of a step; as they are where there is none. One that is not 0 and
    nearer to it than to a step is told as a fifth of one, so that its sign is not lost.

    Examples
    --------
    >>> in_steps([0.2472, -0.003, 18_046.7], [0.02, 0.01, 500]).tolist()
    [0.24, -0.002, 18000.0]
    """
    values, step = np.broadcast_arrays(np.asarray(values, "float64"), np.asarray(step, "float64"))
    with np.errstate(divide="ignore", invalid="ignore"):
        times = np.round(values / step)
        lost = (times == 0) & (values != 0)
        times = np.where(lost, np.sign(values) * LOST, times)
        decimals = np.clip(lost - np.floor(np.log10(step) + 1e-9), 0, 15)
    parts = zip(values.ravel(), step.ravel(), times.ravel(), decimals.ravel(), strict=True)
    told = [
        round(float(time * size), int(place)) + 0.0 if np.isfinite(value) and np.isfinite(size) else value
        for value, size, time, place in parts
    ]
    return np.array(told, dtype="float64").reshape(values.shape)


def digits(values: npt.ArrayLike, number: int = DIGITS) -> Numbers:
    """Numbers with so many digits."""
    values = np.asarray(values, dtype="float64")
    return np.array(
        [float(f"{one:.{number}g}") if np.isfinite(one) else one for one in values.ravel()], dtype="float64"
    ).reshape(values.shape)


def p_values(values: npt.ArrayLike) -> Numbers:
    """P values with three decimals, small ones with two digits, each on the side of 0.01, 0.05 and 0.1 where
    it was.

    Examples
    --------
    >>> p_values([0.04996, 0.4567, 0.000274]).tolist()
    [0.049, 0.457, 0.00027]
    """
    told = []
    for value in np.asarray(values, dtype="float64").ravel():
        unit = 10.0 ** min(-3, np.floor(np.log10(value)) - 1) if value > 0 else 0.001
        place = round(-np.log10(unit))
        rounded = float(f"{value:.1e}") if value < LINES[0] else round(value, 3)
        crossed = any((value < line) != (rounded < line) for line in LINES)
        told.append(round(rounded - unit, place) if crossed else rounded)
    return np.array(told, dtype="float64")


def people_of(table: pd.DataFrame) -> Numbers:
    """How many people are behind each row, of two sides the smaller; missing where a table does not say."""
    if "at_risk" in table:
        keys = [name for name in ("indicator", "rater", "group") if name in table]
        counts = table.groupby(keys, dropna=False)["at_risk"].transform("max") if keys else table["at_risk"]
        return counts.to_numpy(dtype="float64")
    if "n" not in table and "df" in table:  # two groups alike: there is no saying which is the smaller
        return (table["df"].to_numpy(dtype="float64") + 2) / 2
    sides = [pd.to_numeric(table[name], errors="coerce") for name in PEOPLE if name in table]
    if not sides:
        return np.full(len(table), np.nan)
    return pd.concat([side.where(side > 0) for side in sides], axis=1).min(axis=1).to_numpy(dtype="float64")


def spreads_of(table: pd.DataFrame, n: Numbers) -> Numbers:
    """The standard deviation behind each row, as far as the table says: by its standard error, interval,
    standard deviation or quartiles.
    """
    root, found = np.sqrt(n), np.full(len(table), np.nan)

    def column(name: str) -> Numbers:
        known = table[name] if name in table else pd.Series(np.nan, index=table.index)
        return pd.to_numeric(known, errors="coerce").to_numpy(dtype="float64")

    for known in (
        column("std_error") * root,
        (column("ci_high") - column("ci_low")) / (2 * norm.ppf(0.975)) * root,
        column("sd"),
        (column("p75") - column("p25")) / NORMAL,
    ):
        found = np.where(np.isnan(found) & (known > 0), known, found)
    keys = [name for name in ONE if name in table]
    if "std_error_kind" in table and keys and len(table):
        whole = pd.Series(found, index=table.index).groupby([table[key] for key in keys], dropna=False)
        found = whole.transform("max").to_numpy(dtype="float64")
    return found


def are_yes_or_no(table: pd.DataFrame, n: Numbers, units: Collection[str]) -> npt.NDArray[np.bool_]:
    """Which rows are about yes or no: by their unit, or because their standard deviation is that of a
    share.
    """
    told = np.zeros(len(table), dtype=bool)
    if "unit" in table:
        plain = table["n_comparison"].isin([0, np.nan]) if "n_comparison" in table else True
        plain |= table["method"].eq("difference_in_means") if "method" in table else True
        told |= (table["unit"].isin(list(units)) & plain).to_numpy()
    if "ones" in table:
        told |= table["ones"].notna().to_numpy()
    if {"mean", "sd"} <= set(table):
        mean, sd = table["mean"].to_numpy("float64"), table["sd"].to_numpy("float64")
        told |= is_share(mean, sd, n)
    elif {"mean", "n"} <= set(table) and "median" not in table and "ci_low" not in table:
        told |= table["mean"].between(0, 1).to_numpy()
    return told


def is_share(mean: Numbers, sd: Numbers, n: Numbers, tolerance: float = 1e-6) -> npt.NDArray[np.bool_]:
    """Which means are shares of yes: their standard deviation is that of a share, so far off as is
    allowed.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.isclose(sd**2, mean * (1 - mean) * n / (n - 1), rtol=tolerance))


def capped(table: pd.DataFrame) -> pd.DataFrame:
    """A table of numbers that were told already, or that rest on no answers: with four digits at most."""
    plain = table.copy(deep=False)
    for name in table.columns:
        values = table[name]
        if name in (*PEOPLE, *CHOSEN, "n_missing") or not pd.api.types.is_float_dtype(values):
            continue
        if (values.dropna() % 1 != 0).any():
            plain[name] = digits(values.to_numpy("float64"), MOST_DIGITS)
    return plain


def without_few_yes(table: pd.DataFrame) -> pd.DataFrame:
    """The same without means of answers of yes or no that rest on few: who said yes, or who said no."""
    if not {"mean", "sd", "n"} <= set(table):
        return table
    mean, sd, n = (table[name].astype("float64") for name in ("mean", "sd", "n"))
    known = [np.asarray(one, dtype="float64") for one in (mean, sd, n)]
    few = is_share(known[0], known[1], known[2]) & share_of_few(mean, n).to_numpy()
    told = [name for name in (*LEVELS[:5], "std_error") if name in table]
    return table.assign(**{name: table[name].mask(few) for name in told}) if few.any() else table


def of_most(table: pd.DataFrame) -> pd.DataFrame:
    """The same with mean and standard deviation of a comparison group as those of the most people, wherever
    one to four of these are lacking; where a table does not say how many they are, always. ``MOST`` : how
    many those are.
    """
    keys = [name for name in COMPARED_BY if name in table]
    size = next((name for name in reversed(PEOPLE) if name in table), "")
    if not {*COMPARED, "indicator"} <= set(table) or not size:
        return table
    few = SMALLEST_CELL - 1 if size == "n_comparison" else np.inf
    known = table[table["mean_comparison"].notna() & (table[size] > 0)].sort_values(
        size, ascending=False, kind="stable"
    )
    place = {row: at for at, row in enumerate(table.index)}
    told = table[[*COMPARED, size]].to_numpy("float64", copy=True)
    for _, own in known.groupby(keys, dropna=False, sort=False):
        first, most = -1, -np.inf
        for row, n in zip(own.index, own[size].astype("float64"), strict=True):
            if first < 0 or most - n > few:
                first, most = place[row], n
            told[place[row]] = told[first]
    return table.assign(**{name: told[:, at] for at, name in enumerate((*COMPARED, MOST))})


def coarse(table: pd.DataFrame, *, shares: Collection[str] = ()) -> pd.DataFrame:
    """A table as it may be told of people whose answers are confidential; see the module.

    ``shares`` : names of the units that are shares. Whole numbers, texts, and what somebody chose (a
    confidence, a limit) stay as they are.
    """
    table = of_most(without_few_yes(table.reset_index(drop=True))).set_index(table.index)
    n, plain = people_of(table), table.drop(columns=MOST, errors="ignore")
    spread = spreads_of(table, n)
    whole = np.where(are_yes_or_no(table, n, shares), 1.0, 0.0)
    step = steps(np.fmax(spread, whole), n)
    counted = any(names <= set(table) for names in COUNTED)
    for name in plain.columns:
        values = table[name]
        if name in (*PEOPLE, *CHOSEN, "n_missing") or not pd.api.types.is_float_dtype(values):
            continue
        if (values.dropna() % 1 == 0).all() and name not in LEVELS:
            continue
        plain[name] = column_told(str(name), values.to_numpy("float64"), table, n, step, counted=counted)
    return of_told(table, plain) if {*TESTED, "p_value"} <= set(plain) else plain


def of_told(exact: pd.DataFrame, told: pd.DataFrame) -> pd.DataFrame:
    """A told table in which p values are those of the told estimate over its told standard error, where
    another row is the same of one to four people more or fewer: the exact one would tell the estimate more
    closely than it is told, and two of them what these people answered.
    """
    values, error, df = (exact[name].to_numpy("float64") for name in TESTED)
    p = exact["p_value"].to_numpy("float64")
    with np.errstate(divide="ignore", invalid="ignore"):
        follows = np.abs(2 * student.sf(np.abs(values) / error, df) - p) < FOLLOWS
        own = [told[name].to_numpy("float64") for name in TESTED]
        rough = 2 * student.sf(np.abs(own[0]) / own[1], own[2])
    near = nearly_alike(exact) & follows & np.isfinite(rough)
    if not near.any():
        return told
    new = told.copy(deep=False)
    with np.errstate(divide="ignore", invalid="ignore"):
        times = np.where(p > 0, rough / p, 1.0)
    for name in [one for one in P_VALUES if one in told]:
        was = exact[name].to_numpy("float64")
        moved = np.clip(was * times, 0, 1)
        for line in LINES:  # no p value moves to the other side
            moved = np.where((was < line) & (moved >= line), line - 0.001, moved)
            moved = np.where((was >= line) & (moved < line), line, moved)
        new[name] = np.where(near & np.isfinite(was), p_values(moved), told[name].to_numpy("float64"))
    return new


def nearly_alike(table: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Rows beside which another of the same number, computed in the same way, has one to four people more or
    fewer.
    """
    found = pd.Series(data=False, index=table.index)
    way = "method" if "method" in table else "specification"
    keys = [name for name in (*COMPARED_BY, way, "estimand", "treatment", "role", "term") if name in table]
    sides = [table[name].fillna(0).to_numpy("float64") for name in PEOPLE if name in table]
    counts = np.stack(sides, axis=1) if sides else np.empty((len(table), 0))
    alike = table.groupby(keys, dropna=False, sort=False).indices.values() if keys else [range(len(table))]
    for at in map(np.asarray, alike):
        apart = np.abs(counts[at][:, None] - counts[at][None]).sum(axis=2)
        found.iloc[at] = ((apart >= 1) & (apart < SMALLEST_CELL)).any(axis=1)
    return found.to_numpy()


def roughly(table: pd.DataFrame, rows: pd.Series) -> pd.DataFrame:
    """A table with some rows told in steps of their standard error, and that as the next larger of 1, 2 and 5
    times a power of ten; what has none beside it as such a number too. Of amounts of which one person has
    nearly all the standard error alone, told in ``coarse`` steps, would be that person's.
    """
    error = table["std_error"] if "std_error" in table else pd.Series(np.nan, index=table.index)
    unit = steps(error.abs().astype("float64"), 1)
    told = table.copy(deep=False)
    for name in (*OWN, *ROUGH):
        if name in table and pd.api.types.is_float_dtype(table[name]):
            values = table[name].to_numpy("float64")
            alone = np.sign(values) * steps(np.abs(values), 1)
            rough = alone if name in OWN else fill(in_steps(values, unit), alone, unit)
            told[name] = np.where(rows, np.where(np.isnan(rough), values, rough), values)
    return told


def column_told(
    name: str, values: Numbers, table: pd.DataFrame, n: Numbers, step: Numbers, *, counted: bool
) -> Numbers:
    """The numbers of one column as they may be told; ``counted`` : the counts behind its shares stand beside
    them, so that a share tells nothing more.
    """
    few = digits(values)
    if name in P_VALUES:
        return p_values(values)
    if name == "df":
        return np.round(values, 1)
    if name in OWN:
        own = steps(np.abs(values), n)
        return fill(in_steps(values, own), few, own)
    if name in SIZES:
        return fill(in_steps(values, steps(1.0, n)), few, n)
    if name in SHARES:
        return few if counted else fill(in_steps(values, steps(1.0, n)), few, n)
    if name in COMPARED and set(PEOPLE) & set(table):
        mean, sd = (table[side].to_numpy("float64") for side in COMPARED)
        people = table.get(MOST, table["n_comparison" if "n_comparison" in table else "n"])
        other = people.to_numpy("float64") / (1 if "n_comparison" in table else 2)  # half of both groups
        is_yes = is_share(mean, sd, other, tolerance=0.05)  # of the most people, or of both groups
        own = steps(np.where(is_yes, np.fmax(sd, 1.0), sd), other)
        return fill(in_steps(values, own), few, own)
    if name == "percent_of_comparison" and "mean_comparison" in table:
        mean = np.abs(table["mean_comparison"].to_numpy("float64"))
        own = steps(100 * step / np.where(mean > 0, mean, np.nan), 1)
        return fill(in_steps(values, own), few, own)
    if name in LEVELS and not (counted and name in ("low", "high", "before", "now")):
        return fill(in_steps(values, step), few, step)
    return digits(values, FEW_DIGITS) if name == "density" else few


def fill(told: Numbers, few: Numbers, known: Numbers) -> Numbers:
    """What is told in steps where there is one, and with few digits elsewhere."""
    return np.where(np.isnan(known), few, told)
