"""How much and how many, among participants alone: means and shares of what has no before and no comparison
group.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from manfaat.base.reasons import write_reasons
from manfaat.definitions.indicator import Indicator
from manfaat.definitions.programme import Programme
from manfaat.evaluation.estimand import Word
from manfaat.evaluation.estimate import Estimate, Settings, as_table
from manfaat.evaluation.reasons import EstimateReason
from manfaat.evaluation.sample import participation
from manfaat.evaluation.skewness import skew_warning
from manfaat.evaluation.weighted import answers, weights_of

CHANGES = (
    "difference",
    "normalised_gain",
    "log_ratio",
    "steps",
)  # constructs that are a change already: their mean is a change
LEVEL = "level"  # what a level is called where others have a specification
COUNTS = ("code_above", "in_set", "copy")


def level_row(
    values: pd.Series,
    line: Indicator,
    settings: Settings,
    *,
    is_share: bool,
    weights: pd.Series | None = None,
    arm: str = "",
) -> Estimate:
    """Mean of an indicator with a t interval, or a share with Wilson's (1927) interval, which never leaves 0
    to 1 and has a width at 0 and 1.

    With survey weights the error is linearised, and Wilson's interval counts answers by what they are worth
    (Kish's effective number).
    """
    known = answers(values, weights)
    row = Estimate(
        cohort=settings.cohort,
        stage=line.stage_thesis,
        indicator=line.indicator,
        rater=line.rater,
        arm=arm,
        against="",
        wave="",
        contrast="",
        estimand=str(Word.CHANGE if line.recipe in CHANGES else Word.LEVEL),
        method="share" if is_share else "mean",
        specification=LEVEL,
        treatment="",
        subgroup="",
        n=known.n,
        n_comparison=0,
        n_missing=len(values) - known.n,
        mean_comparison=np.nan,
        sd_comparison=np.nan,
        percent_of_comparison=np.nan,
        estimate=np.nan,
        std_error=np.nan,
        std_error_kind="Wilson" if is_share else "survey" if known.is_weighted else "classical",
        df=np.nan,
        ci_low=np.nan,
        ci_high=np.nan,
        confidence=settings.confidence,
        p_value=np.nan,
        p_adjusted=np.nan,
        p_adjusted_kind="",
        effect_size=np.nan,
        mde=np.nan,
        power=settings.power,
        unit=line.unit,
        effect_size_kind="",
        is_primary=False,
        reasons="",
    )
    if known.n < 2:
        return row._replace(reasons=str(EstimateReason.FEW_ANSWERED()))
    mean, error = known.mean, known.std_error
    if is_share and known.rests_on_few():
        return row._replace(reasons=str(EstimateReason.FEW_ALIKE()))
    if is_share:
        low, high = proportion_confint(
            mean * known.effective, known.effective, alpha=1 - settings.confidence, method="wilson"
        )
        error = np.sqrt(mean * (1 - mean) / known.effective)
        return row._replace(estimate=mean, std_error=error, ci_low=low, ci_high=high)
    if error == 0:
        return row._replace(reasons=str(EstimateReason.PARTICIPANTS_THE_SAME()))
    low, high = stats.t.interval(settings.confidence, known.n - 1, mean, error)
    told = write_reasons(skew_warning(known.values - mean, known.weights))
    return row._replace(
        estimate=mean, std_error=error, df=known.n - 1, ci_low=low, ci_high=high, reasons=told
    )


def shares(programme: Programme) -> set[str]:
    """Names of the units that are shares."""
    return {name for name, unit in programme.units.items() if unit.is_share}


def estimate_levels(
    table: pd.DataFrame,
    programme: Programme,
    indicators: list[Indicator],
    settings: Settings,
    *,
    stages: tuple[str, ...] = (),
) -> pd.DataFrame:
    """Estimate, among participants, the level of every indicator that a claim names and whose zero means
    nothing happened.

    Returns
    -------
    Rows in the contract's shape, one an indicator and rater; ``estimand`` is ``change`` where the indicator
    is itself a change, else ``level``. Too few answers give a row with the reason.
    """
    named = {name for claim in programme.claims for name in claim.indicators}
    lines = [
        line
        for line in indicators
        if line.indicator in named
        and line.recipe in CHANGES + COUNTS
        and line.time in ("now", "fixed")
        and (not stages or line.stage_thesis in stages)
        and (line.use == "describe" or line.unit in shares(programme) or line.recipe in CHANGES)
    ]
    percent, rows = shares(programme), []
    for contrast in programme.design.contrasts():
        mine = table[participation(table, programme.of(contrast)) == 1]
        weights = weights_of(mine, programme)
        for line in lines:
            values = mine[line.name]
            yes_no = line.unit in percent and bool(values.dropna().isin([0, 1]).all())
            rows.append(level_row(values, line, settings, is_share=yes_no, weights=weights, arm=contrast.arm))
    return as_table(rows)
