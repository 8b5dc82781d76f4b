"""What whole columns and records show: heaping, straight-lining, hurried interviews, test rows, people's data
in wrong places.

Every function takes a frame and returns a new one of what it found; nothing is changed or dropped here, and
no text of a person is repeated.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

import numpy as np
import pandas as pd

from manfaat.files.parsing.aliases import fold
from manfaat.files.parsing.identifiers import personal_kinds
from manfaat.files.parsing.normalise import tidy
from manfaat.files.parsing.telephones import telephone_region

HEAPS = (500_000, 100_000, 50_000)
SHORTEST_MINUTES, LONGEST_MINUTES = 8, 180
TEST_ROW = re.compile(
    r"(?:(?:ini|data|just|hanya)?(?:test?|testing|testes|testest|testtest|coba|cobacoba|cobain|percobaan|ujicoba|dummy|contoh|sample|sampel)"
    r"(?:data|aja|saja|row|isi|form)?"
    r"|(?:asdf|qwer|zxcv|hjkl)[a-z]{0,20}|([a-hj-z])\1{2,30}|abc|abcd|xyz)[0-9]{0,3}"
)


def heaping_table(
    frame: pd.DataFrame, *, money: Iterable[str] = (), months: Iterable[str] = (), years: Iterable[str] = ()
) -> pd.DataFrame:
    """Show how many answers are round: rounding is not an error, but it widens what a difference may mean.

    Parameters
    ----------
    money : numeric columns; zeros and missing do not count.
    months, years : columns of ISO dates as text; months count only where the text has one, years also as
    numbers.

    Returns
    -------
    One row a column and pattern: ``variable, pattern, n, share, expected``; ``share`` and ``expected`` are
    from 0 to 1, ``expected`` if all amounts (months, last digits) were as likely; NaN without answers.
    """
    lines = [line for name in money for line in money_heaps(name, frame[name])]
    for name in months:
        month = frame[name].dropna().astype(str).str.extract(r"^[0-9]{4}-([0-9]{2})", expand=False).dropna()
        lines.append((name, "January", len(month), share(month == "01"), 1 / 12))
    for name in years:
        digit = frame[name].dropna().astype(str).str.extract(r"^[0-9]{3}([0-9])", expand=False).dropna()
        lines.append((name, "year ends in 0 or 5", len(digit), share(digit.isin(["0", "5"])), 0.2))
    return pd.DataFrame(lines, columns=["variable", "pattern", "n", "share", "expected"])


def money_heaps(name: str, values: pd.Series) -> list[tuple[str, str, int, float, float]]:
    """Return the lines of one column of money for ``heaping_table``."""
    amounts = pd.to_numeric(values).astype("float64")
    amounts = amounts[amounts > 0]
    return [
        (name, f"multiple of {heap}", len(amounts), share(amounts % heap == 0), 1 / heap) for heap in HEAPS
    ]


def share(is_so: pd.Series) -> float:
    """Share of true values; NaN of nothing."""
    return float(is_so.mean()) if len(is_so) else float("nan")


def straight_lining(frame: pd.DataFrame, items: Sequence[str], *, key: str, fewest: int = 10) -> pd.DataFrame:
    """Find respondents who gave the same answer to all items of a battery.

    Parameters
    ----------
    items : numeric columns (ratings); an item that was not answered does not count.
    fewest : answers from which on sameness tells something.

    Returns
    -------
    One row a respondent: ``key, n_answered, sd`` (of the ratings, divisor n; NaN without answers),
    ``is_straight``.
    """
    ratings = frame[list(items)].apply(pd.to_numeric).astype("float64").to_numpy()
    answered = (~np.isnan(ratings)).sum(axis=1)
    totals, squares = np.nansum(ratings, axis=1), np.nansum(ratings**2, axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        variance = squares / answered - (totals / answered) ** 2
    low = np.where(np.isnan(ratings), np.inf, ratings).min(axis=1, initial=np.inf)
    high = np.where(np.isnan(ratings), -np.inf, ratings).max(axis=1, initial=-np.inf)
    straight = (answered >= max(fewest, 2)) & (low == high)
    table = {
        "key": frame[key].to_numpy(),
        "n_answered": answered,
        "sd": np.sqrt(np.clip(variance, 0, None)),
        "is_straight": straight,
    }
    return pd.DataFrame(table, index=frame.index)


def repeated_answers(
    frame: pd.DataFrame, items: Sequence[str], *, key: str, by: str | None = None
) -> pd.DataFrame:
    """Find records with exactly the same answers to many items, as copied questionnaires have.

    Parameters
    ----------
    items : columns to compare; rows without any answer do not count.
    by : column of the enumerator; records are compared within one, and over all when it is None.

    Returns
    -------
    One row a repeated record: ``key, set`` (number of the set of equal records), ``n_equal``,
    ``is_same_enumerator``.
    """
    answered = frame[frame[list(items)].notna().any(axis=1)]
    columns = [*([by] if by else []), *items]
    groups = answered.groupby(columns, dropna=False, sort=False)
    size = groups[items[0]].transform("size")
    table = {
        "key": answered[key],
        "set": groups.ngroup(),
        "n_equal": size,
        "is_same_enumerator": by is not None,
    }
    found = pd.DataFrame(table, index=answered.index)[size > 1]
    return found.assign(set=pd.factorize(found["set"])[0] + 1)


def interview_lengths(
    frame: pd.DataFrame,
    start: str,
    end: str,
    *,
    key: str,
    shortest: float = SHORTEST_MINUTES,
    longest: float = LONGEST_MINUTES,
) -> pd.DataFrame:
    """Compute how long interviews took.

    Parameters
    ----------
    start, end : columns of ISO date and time as text; a missing one gives no length. Where only one names its
        time zone, both are taken to be times of the same clock.
    shortest, longest : minutes outside of which an interview is flagged.

    Returns
    -------
    One row an interview: ``key, minutes`` (NaN where unknown), ``is_too_fast``, ``is_too_slow``,
    ``is_reversed``.
    """
    first, last = moments_of(frame[start]), moments_of(frame[end])
    same = first["has_zone"] == last["has_zone"]
    minutes = np.where(same, last["seconds"] - first["seconds"], last["clock"] - first["clock"]) / 60
    too_fast = (minutes < shortest) & (minutes >= 0)
    table = {
        "key": frame[key].to_numpy(),
        "minutes": minutes,
        "is_too_fast": too_fast,
        "is_too_slow": minutes > longest,
        "is_reversed": minutes < 0,
    }
    return pd.DataFrame(table, index=frame.index)


def moments_of(values: pd.Series) -> dict[str, np.ndarray]:
    """Seconds since 1970 (NaN where unknown), the same by the clock alone, and whether a time zone is given;
    each distinct text is read once.
    """
    codes, distinct = pd.factorize(values)
    read = [moment_of(text) for text in distinct]
    seconds = [
        np.nan if moment is None else (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
        for moment in read
    ]
    clock = [np.nan if moment is None else moment.replace(tzinfo=UTC).timestamp() for moment in read]
    zones = [moment is not None and moment.tzinfo is not None for moment in read]
    return {
        "seconds": np.array([*seconds, np.nan])[codes],
        "clock": np.array([*clock, np.nan])[codes],
        "has_zone": np.array([*zones, False])[codes],
    }


def moment_of(text: str) -> datetime | None:
    """Return the moment that an ISO text with a time of day means."""
    try:
        return datetime.fromisoformat(text) if "T" in str(text) else None
    except ValueError:
        return None


def reversed_intervals(frame: pd.DataFrame, pairs: Iterable[tuple[str, str]], *, key: str) -> pd.DataFrame:
    """Find dates in the wrong order, such as a return before the departure.

    Parameters
    ----------
    pairs : (earlier, later) columns of ISO dates as text; they are compared in the precision that both have.

    Returns
    -------
    One row a wrong pair: ``key, earlier, later``, indexed as ``frame``.
    """
    found = []
    for earlier, later in pairs:
        first, last = days_of(frame[earlier]), days_of(frame[later])
        coarser = np.where(
            np.minimum(first % 10, last % 10) >= 3,
            1,
            np.where(np.minimum(first % 10, last % 10) == 2, 100, 10_000),
        )
        with np.errstate(invalid="ignore"):
            wrong = first // 10 // coarser > last // 10 // coarser
        rows = frame[wrong]
        found.append(pd.DataFrame({"key": rows[key], "earlier": earlier, "later": later}, index=rows.index))
    return pd.concat(found) if found else pd.DataFrame(columns=["key", "earlier", "later"])


def days_of(values: pd.Series) -> np.ndarray:
    """ISO dates as numbers: year, month, day in digits, and the precision (1 year, 2 month, 3 day) as the
    last one; NaN where missing.
    """
    codes, distinct = pd.factorize(values)
    numbers = []
    for text in distinct:
        parts = str(text)[:10].split("-")
        numbers.append(float("".join(part.zfill(2) for part in (*parts, "00", "00")[:3]) + str(len(parts))))
    return np.array([*numbers, np.nan])[codes]


def is_trial_text(text: str, names: frozenset[str] = frozenset()) -> bool:
    """Whether a whole answer is a trial ("TEST", "coba", "asdf") or one of the folded names."""
    key = fold(tidy(text)[0]) if len(text) <= 60 else ""
    return bool(key) and (key in names or TEST_ROW.fullmatch(key) is not None)


def trial_rows(frame: pd.DataFrame, columns: Sequence[str], *, names: Iterable[str] = ()) -> pd.DataFrame:
    """Find rows that somebody entered to try the form.

    Parameters
    ----------
    columns : text columns to look at.
    names : names of enumerators, who sign their trials.

    Returns
    -------
    One row a cell: ``column, rule`` ("test word" or "enumerator"), indexed as ``frame``.
    """
    known = frozenset(fold(tidy(name)[0]) for name in names)
    found = []
    for column in columns:
        texts = frame[column].dropna().astype(str)
        verdict = {
            text: "test word" if is_trial_text(text) else "enumerator"
            for text in texts.unique()
            if is_trial_text(text, known)
        }
        rules = texts.map(verdict).dropna()
        found.append(pd.DataFrame({"column": column, "rule": rules.astype(str)}, index=rules.index))
    return pd.concat(found) if found else pd.DataFrame(columns=["column", "rule"])


def personal_data(frame: pd.DataFrame, columns: Sequence[str], *, names: Iterable[str] = ()) -> pd.DataFrame:
    """Find personal data in columns that should hold none, without repeating it.

    Parameters
    ----------
    columns : columns to look at, of any type.
    names : names of participants, to be found as whole answers.

    Returns
    -------
    One row a cell and kind: ``column, kind`` (``nik``, ``16 digits``, ``phone``, ``e-mail``, ``name``),
    indexed as ``frame``.
    """
    known = frozenset(fold(tidy(name)[0]) for name in names)
    found = []
    for column in columns:
        texts = frame[column].dropna().astype(str)
        whole = {text for text in texts.unique() if known and fold(tidy(text)[0]) in known}
        region = telephone_region(list(texts.unique()))
        kinds = {
            text: tuple(dict.fromkeys((*personal_kinds(text, region), *(("name",) if text in whole else ()))))
            for text in texts.unique()
        }
        hits = texts.map({text: kind for text, kind in kinds.items() if kind}).dropna().explode()
        found.append(pd.DataFrame({"column": column, "kind": hits.astype(str)}, index=hits.index))
    return pd.concat(found) if found else pd.DataFrame(columns=["column", "kind"])


def near_duplicates(frame: pd.DataFrame, by: Sequence[str], *, key: str) -> pd.DataFrame:
    """Find records that agree in all of some columns but have different keys: perhaps one person under two.

    Parameters
    ----------
    by : columns to compare (month of birth, cohort, first level, first wage …); rows with a missing one do
    not count.

    Returns
    -------
    One row a record: ``key, set, n_equal``, sorted by set, for review; two people can be alike.
    """
    complete = frame.dropna(subset=list(by))
    groups = complete.groupby(list(by), sort=False)[key]
    several = groups.transform("nunique") > 1
    found = pd.DataFrame(
        {"key": complete[key], "set": groups.ngroup(), "n_equal": groups.transform("size")},
        index=complete.index,
    )[several]
    return found.assign(set=pd.factorize(found["set"])[0] + 1).sort_values("set", kind="stable")


def last_answered(frame: pd.DataFrame, sections: Mapping[str, Sequence[str]], *, key: str) -> pd.DataFrame:
    """Show where respondents stopped.

    Parameters
    ----------
    sections : name → columns, in the order of the form.

    Returns
    -------
    One row a respondent: ``key, last`` (last section with an answer, "" without any), ``is_partial`` (a later
    section is empty).
    """
    names = list(sections)
    has = np.column_stack(
        [frame[list(columns)].notna().any(axis=1).to_numpy() for columns in sections.values()]
    )
    last = np.where(has.any(axis=1), has.shape[1] - 1 - has[:, ::-1].argmax(axis=1), -1)
    reached = [names[place] if place >= 0 else "" for place in last]
    return pd.DataFrame(
        {"key": frame[key].to_numpy(), "last": reached, "is_partial": last < len(names) - 1},
        index=frame.index,
    )
