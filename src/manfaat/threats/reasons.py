"""Why a threat could not be examined."""

from __future__ import annotations

from manfaat.base.reasons import Code, because


class ThreatReason(Code):
    """Why a threat could not be examined."""

    OFFERED_BY_LOT = because("a lottery decided what was offered")
    DECIDED_BY_LOT = because("hidden causes after a lottery")
    NOT_IN_TOTALS = because("answers and known totals have different values")
    FEW_TRIMMED = because("fewer than five answers would be set aside")
    FEW_EVENTS = because("fewer than five events in a group")
    SMALL_SUBGROUP = because("fewer than five of a group in a subgroup")
    ASKED_UNKNOWN = because("the delivery does not say how many were asked")
    NO_REGRESSION = because("Oster's δ without a regression")
    TWO_GROUPS_ONLY = because("the threat is known for two groups at one time")
    NOT_LINEAR = because("the threat is known for least squares")
    ONE_PERIOD_BEFORE = because("measured in fewer than two periods before")
    NO_SUBGROUPS = because("the programme declares no subgroups")
    NO_TOTALS = because("the cohort declares no known totals")
    NO_RAKING = because("raking does not converge")
    NOTHING_DIFFERS = because("no covariate of before differs between units")
    FEW_ANSWERS_IN_A_GROUP = because("fewer than two answers in a group")
    FULLY_EXPLAINED = because("the covariates leave no residual of the outcome")
    NO_HAZARD = because("the hazard regression has no maximum")
    NO_FINDING = because("the interval includes zero")
    TOTALS_DIFFER = because("the known totals add up to different sums")
    WITH_THEMSELVES = because("fixed effects compare units with themselves")
    NO_UNIT_MATTERS = because("the sample is too large to leave out each unit")
    NO_RATIO = because("the interval of a share holds no ratio of risks")
    NO_COVARIATES = because("the specification has no covariates")
    TAKES_OFF = because("the specification takes the value before off")
    NO_VARIABLE = because("the variable of the subgroups is not among the indicators")
    FEW_RESIDUALS = because("hardly more units than coefficients")
    RANGE_UNKNOWN = because("too few answers to tell their range")
    FEW_PAIRS = because("too few pairs differ")
    MANY_TO_PAIR = because("too many units to pair")
    NO_PRIMARY = because("the primary specification does not apply")
    ONE_SPECIFICATION = because("only one specification")
    FEW_TO_WEIGHT = because("too few answers are missing, or given")
    FEW_WITH_COVARIATES = because("too few units have all covariates")
    NEEDS_LOTTERY = because("trimming without a lottery")
    ONE_NEEDED = because("the estimate does not exist without one unit or cluster")
