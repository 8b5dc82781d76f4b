"""The one shape of every threat: rows that a verdict, a table and a sentence read alike.

One row says one number about one threat to one estimate (``cohort, stage, indicator, rater, arm,
specification, treatment`` name it; the specification is the primary one). Columns:

``threat``
    which question is asked: one of ``driver.THREATS``, ``time to event``, or ``response rate`` (of the whole
    delivery: names no indicator).
``statistic``
    which number answers it; the first row of a threat is its **headline**, the only one whose ``passed``
    counts for a verdict.
``detail``
    what the number is about where one threat has several: a covariate, a subgroup's id and answer, a group.
    Codes, never names of units.
``value, ci_low, ci_high``
    the number with its interval; in the indicator's unit where it is an estimate (``UNITS``), else without
    one.
``limit``
    what ``value`` is held against (``LIMITS`` says where it comes from); missing where nothing is.
``n``
    units that the number rests on.
``passed``
    ``yes``: the estimate stands against this threat; ``no``: it does not; ``none``: the number decides
    nothing. (``worst case`` is never
    ``no``: bounds that suppose nothing cannot show that an estimate fails, only that the data alone do not
    protect it.)
``meaning``
    a short code for what the number says: one of ``MEANINGS``.
``reason``
    why a threat could not be run (then there is no value), else empty.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from manfaat.base.disclosure import hide_small
from manfaat.base.reasons import Reason

COLUMNS = [
    "cohort", "stage", "indicator", "rater", "arm", "specification", "treatment", "threat", "statistic",
    "detail", "value", "limit", "ci_low", "ci_high", "n", "passed", "meaning", "reason",
]  # fmt: skip
LIMITS = {
    "smd": 0.1,  # Austin (2009), Statistics in Medicine 28(25), 3083–3107
    "variance ratio": 2.0,  # and its inverse; Austin (2009)
    "p": 0.05,  # of the omnibus tests
    "response gap": 0.05,  # difference between two shares; this project's convention
    "delta": 1.0,  # as much selection on what is hidden as on what is measured; Oster (2019)
    "same sign": 0.9,  # share of specifications; this project's convention
}
DIFFER_BUT_STANDS = "differ, but the conclusion stands"  # balance, attrition
MEANINGS = (
    "alike",
    "differ",
    DIFFER_BUT_STANDS,
    "enough",
    "not enough",  # overlap
    "no difference found",
    "difference found",
    "too small to tell",  # placebo, pre-trend, attrition
    "nothing missing",
    "conclusion stands",
    "conclusion changes",  # whatever estimates again
    "nothing to overturn",  # the interval includes zero: there is no finding
    # sensitivity to a hidden cause
    "stands beside a cause as strong as measured",
    "falls beside a cause as strong as measured",
    "number only",  # there is no limit to hold it against
    "difference between groups",
    "no difference established",  # subgroups
    "cannot run",
)
UNITS = (
    "estimate",
    "lower",
    "upper",
    "median",
    "adjusted",
    "within",
    "interaction",
    "detectable",
    "lowest",
    "highest",
)  # and the bounds of "interval"


def entry(threat: str, statistic: str, value: float = np.nan, **rest: object) -> dict[str, object]:
    """One row without the columns that name the estimate.

    ``rest``: ``detail, limit, interval`` (a pair of numbers), ``n, passed, meaning, reason``.
    """
    interval = rest.pop("interval", None)
    low, high = interval if isinstance(interval, tuple) else (np.nan, np.nan)
    row = {
        "detail": "",
        "limit": np.nan,
        "n": np.nan,
        "passed": "none",
        "meaning": "number only",
        "reason": "",
    } | rest
    return {"threat": threat, "statistic": statistic, "value": value, "ci_low": low, "ci_high": high} | row


def cannot(threat: str, reason: Reason) -> dict[str, object]:
    """The row of a threat that could not be run, with the reason."""
    return entry(threat, "", meaning="cannot run", reason=str(reason))


def judged(passes: bool | None, if_yes: str, if_no: str, otherwise: str = "number only") -> dict[str, str]:
    """``passed`` and ``meaning`` of a row whose number is held against a limit; None where it decides
    nothing.
    """
    if passes is None:
        return {"passed": "none", "meaning": otherwise}
    return {"passed": "yes", "meaning": if_yes} if passes else {"passed": "no", "meaning": if_no}


def conclusion(low: float, high: float) -> int:
    """What an interval says of the sign: 1, −1, or 0 where it includes zero."""
    return int(low > 0) - int(high < 0)


def as_table(rows: list[dict[str, object]]) -> pd.DataFrame:
    """Gather rows in the contract's order; a number that rests on fewer units than may be shown is
    blanked.
    """
    table = pd.DataFrame(rows, columns=COLUMNS)
    return hide_small(
        table.astype(dict.fromkeys(("value", "limit", "ci_low", "ci_high", "n"), "float64")),
        "n",
        ["value", "ci_low", "ci_high"],
    )


def headlines(rows: pd.DataFrame) -> pd.DataFrame:
    """The first row of each threat to each estimate: the one whose ``passed`` counts."""
    return rows[
        ~rows.duplicated(["cohort", "indicator", "rater", "arm", "specification", "treatment", "threat"])
    ]
