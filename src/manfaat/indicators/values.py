"""Clean answers as numbers, codes, months, days and years; each distinct text is worked on once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd


def numbers(values: pd.Series) -> pd.Series:
    """Return numbers in double precision, so that no small integer type can overflow."""
    return pd.to_numeric(values, errors="raise").astype("float64")


def each_text(values: pd.Series, read: Callable[[str], float]) -> pd.Series:
    """Apply ``read`` to every distinct text; missing stays missing. Returns ``float64``, indexed as
    ``values``.
    """
    codes, texts = pd.factorize(values)
    known = np.array([*[read(str(text)) for text in texts], np.nan], dtype="float64")
    return pd.Series(known[codes], index=values.index)


def codes_of(values: pd.Series) -> pd.Series:
    """Return answers as codes: ``1`` and not ``1.0``; dtype ``string``."""
    if not pd.api.types.is_numeric_dtype(values):
        return values.astype("string")
    codes, distinct = pd.factorize(values)
    texts = [f"{value:.0f}" if float(value).is_integer() else repr(float(value)) for value in distinct]
    return pd.Series(pd.array([*texts, None], dtype="string").take(codes), index=values.index)


def positions(values: pd.Series, order: tuple[str, ...]) -> pd.Series:
    """Return each answer's place in its list, counted from 0; missing for anything else."""
    places = {code: float(place) for place, code in enumerate(order)}
    return each_text(codes_of(values), lambda text: places.get(text, np.nan))


def truth(is_so: pd.Series, known: pd.Series) -> pd.Series:
    """1 where something is so, 0 where it is not, missing where it is not known."""
    return is_so.fillna(False).astype("float64").where(known)


def years_of(values: pd.Series) -> pd.Series:
    """Return the years of ISO dates, months or years (texts), or numbers as they are."""
    if pd.api.types.is_numeric_dtype(values):
        return numbers(values)
    return each_text(
        values, lambda text: float(text[:4]) if text[:4].isdigit() and text[4:5] in ("", "-") else np.nan
    )


def month_of(text: str) -> float:
    """Months since the year 0 of an ISO date or month; missing for a year alone."""
    year, month = text[:4], text[5:7]
    is_month = year.isdigit() and text[4:5] == "-" and month.isdigit() and 1 <= int(month) <= 12
    return float(int(year) * 12 + int(month) - 1) if is_month else np.nan


def months_of(values: pd.Series) -> pd.Series:
    """Return months since the year 0 of ISO dates or months."""
    return each_text(values.astype("string"), month_of)


def day_of(text: str) -> float:
    """Days since 1970 of an ISO date; missing for a month or year alone."""
    try:
        return float(np.datetime64(text[:10], "D").astype("int64")) if len(text) >= 10 else np.nan
    except ValueError:
        return np.nan


def days_of(values: pd.Series) -> pd.Series:
    """Return days since 1970 of ISO dates."""
    return each_text(values.astype("string"), day_of)


def write_month(number: float) -> str:
    """Write months since the year 0 as ``YYYY-MM``."""
    return f"{int(number) // 12:04d}-{int(number) % 12 + 1:02d}"


def frame_of(inputs: list[pd.Series]) -> pd.DataFrame:
    """Return several columns of numbers side by side, numbered from 0."""
    return pd.DataFrame({place: numbers(column) for place, column in enumerate(inputs)})
