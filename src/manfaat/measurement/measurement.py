"""Everything that says how far the ratings of a cohort can be relied on, in one table."""

from __future__ import annotations

import pandas as pd

from manfaat.definitions.indicator import Indicator
from manfaat.definitions.programme import Programme
from manfaat.evaluation.estimate import Settings
from manfaat.indicators import Scale
from manfaat.measurement.raters import agreement_estimates
from manfaat.measurement.response_shift import congruence_estimates, shift_estimates
from manfaat.measurement.response_style import style_estimates
from manfaat.measurement.scale_rows import ALL_COLUMNS
from manfaat.measurement.scales import reliability_estimates


def measurement_estimates(
    scales: list[Scale], table: pd.DataFrame, programme: Programme, lines: list[Indicator], settings: Settings
) -> pd.DataFrame:
    """Reliability, agreement of raters, response styles and response shift of all declared scales and raters.

    Parameters
    ----------
    scales : the items behind the scale scores, in the rows of ``table``, the indicators.

    Returns
    -------
    Rows in the contract's shape with ``name`` (column of the indicators), ``time`` and ``items`` before them;
    ``subgroup`` is empty for all, ``participants`` or ``comparison``. A number that rests on fewer than five
    people is left out, with the reason.
    """
    parts = [
        reliability_estimates(scales, table, programme, settings),
        style_estimates(scales, table, programme, settings),
        agreement_estimates(table, programme, lines, settings),
        shift_estimates(table, programme, lines, settings),
        congruence_estimates(scales, table, programme, settings),
    ]
    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=ALL_COLUMNS)
