"""The sentences of reasons: why something could not be had, and what a reader must know of what was."""

from __future__ import annotations

from collections.abc import Callable

from manfaat.base.reasons import Code, Reason, read_reasons
from manfaat.costs.reasons import CostReason
from manfaat.evaluation.reasons import ChoiceReason, EstimateReason
from manfaat.measurement.reasons import ScaleReason
from manfaat.report.words import Language, mark
from manfaat.threats.reasons import ThreatReason
from manfaat.verdict.reasons import VerdictReason

PACKAGES = (EstimateReason, ChoiceReason, ScaleReason, ThreatReason, VerdictReason, CostReason)
MESSAGES: dict[Code, str] = {
    EstimateReason.NOT_MEASURED_BEFORE: mark("not measured before the programme"),
    EstimateReason.NO_SCORES: mark(
        "the method does not say what each unit adds to the estimate, so that it cannot be drawn how the"
        " tests go together"
    ),
    EstimateReason.FEW_CLUSTERS_TO_DRAW: mark(
        "with fewer than five clusters it cannot be drawn how the tests go together"
    ),
    EstimateReason.NOBODY_RECALLED: mark("nobody was asked to recall it"),
    EstimateReason.NEGATIVE_WEIGHT: mark(
        "an indicator counts against the family's index, because it follows nearly from the others"
    ),
    EstimateReason.RECALLED: mark("what was before is recalled at the interview, not measured then"),
    EstimateReason.NOBODY_CHANGED: mark("no participant changed"),
    EstimateReason.SKEWED_CHANGES: mark("the changes are very skewed: the interval of d_z may be too narrow"),
    EstimateReason.DECIDES_ALONE: mark(
        "one person decides the result alone, so that an interval cannot be had"
    ),
    EstimateReason.NOT_YES_OR_NO: mark("the indicator is not yes or no"),
    EstimateReason.MANY_LEVELS_MOVED: mark(
        "the indicator has too many levels to count who moved between them"
    ),
    EstimateReason.MANY_LEVELS: mark("the indicator has too many levels for a model of ordered levels"),
    EstimateReason.LEVELS_APART: mark(
        "the levels of the two sides hardly overlap, so that the odds ratio has no bound"
    ),
    EstimateReason.FEW_MOVED: mark("fewer than five participants moved into or out of this level"),
    EstimateReason.MANY_TIES: mark(
        "so many participants changed by the same amount that the interval has no width"
    ),
    EstimateReason.FEW_FOR_COVERAGE: mark(
        "there are too few participants for an interval with this coverage"
    ),
    EstimateReason.ALL_EXCEED: mark(
        "every participant exceeds every unit of the comparison group, or the reverse"
    ),
    EstimateReason.TRAINED_UNKNOWN: mark("how many took part in all is not known"),
    EstimateReason.ALL_MEASURED: mark(
        "no fewer were measured than took part: nothing is left to chance in who was measured"
    ),
    EstimateReason.ODDS_UNTESTED: mark(
        "whether the odds ratio is the same at every level could not be tested"
    ),
    EstimateReason.FINITE_POPULATION: mark(
        "finite-population correction: {n} of {total} who took part were measured, which multiplies the"
        " standard error by {factor}"
    ),
    EstimateReason.STUART_MAXWELL: mark(
        "all levels together (Stuart–Maxwell): chi-square {statistic} with {df} degrees of freedom, p at"
        " most {p}"
    ),
    EstimateReason.BOWKER: mark(
        "symmetry of the moves (Bowker): chi-square {statistic} with {df} degrees of freedom, p at most {p}"
    ),
    EstimateReason.SAME_ODDS_TEST: mark(
        "test of the same odds ratio at every level: chi-square {statistic} with {df} degrees of freedom, p"
        " at most {p}"
    ),
    EstimateReason.NO_PERIODS_NAMED: mark("the specification names no periods"),
    EstimateReason.SEVERAL_ANSWERS: mark("a unit of the panel has several answers in one period"),
    EstimateReason.COVARIATE_OF_NO_PERIOD: mark(
        "a covariate changes over the periods, and the specification names none before"
    ),
    EstimateReason.BEFORE_TWICE: mark(
        "the value before the programme cannot be both subtracted and a covariate"
    ),
    EstimateReason.NO_COMPLETE_UNIT: mark("no unit has all the answers needed"),
    EstimateReason.NOBODY_TO_COMPARE: mark(
        "there is nobody to compare: participants or comparison group are missing"
    ),
    EstimateReason.FEW_IN_A_GROUP: mark("one of the two groups has fewer than two units"),
    EstimateReason.FEW_UNITS: mark("there are not more units than coefficients"),
    EstimateReason.FEW_CLUSTERS_FOR_COEFFICIENTS: mark(
        "there are not more clusters than coefficients and strata"
    ),
    EstimateReason.FEW_EFFECTIVE: mark(
        "poor overlap: the {units} units of the weighted group count for only {effective} of equal weight"
    ),
    EstimateReason.NEARLY_SURE: mark(
        "poor overlap: {share}% of a group are as good as certain to belong to it by their covariates"
    ),
    EstimateReason.WEIGHTING_BIAS: mark(
        "the interval cannot be relied on: with poor overlap weighting alone leaves a part of the bias,"
        " which no standard error shows"
    ),
    EstimateReason.ALL_THE_SAME: mark("every unit has the same value"),
    EstimateReason.PARTICIPANTS_THE_SAME: mark("every participant has the same value"),
    EstimateReason.FEW_ANSWERED: mark("fewer than two participants have an answer"),
    EstimateReason.COLLINEAR: mark("a covariate is constant or follows from the others"),
    EstimateReason.COVARIATES_THE_SAME: mark("no covariate differs between the units"),
    EstimateReason.FOLLOWS_EXACTLY: mark("the indicator follows exactly from the covariates"),
    EstimateReason.NO_VARIATION: mark("there is no variation left to estimate a standard error from"),
    EstimateReason.FEW_MEASURED_TWICE: mark(
        "fewer than two participants were measured both before and after"
    ),
    EstimateReason.ALL_CHANGED_ALIKE: mark("every participant changed by the same amount"),
    EstimateReason.NO_CHANGE_OVER_PERIODS: mark("no unit's value changes between periods"),
    EstimateReason.NO_CHANGE_OF_TREATMENT: mark("no unit's treatment changes between periods"),
    EstimateReason.FEW_OBSERVATIONS: mark("there are not more observations than coefficients"),
    EstimateReason.NO_PANEL: mark("the study is not a panel"),
    EstimateReason.SAME_PERIOD: mark(
        "covariates were measured in the same period as the outcome and may themselves have been changed by"
        " the programme"
    ),
    EstimateReason.NO_SUCH_COLUMN: mark(
        "a column that the design or the specification names is not among the indicators"
    ),
    EstimateReason.CHOSEN_LATE: mark(
        "who is in the sample was known only after the programme, which may have changed it: the groups are"
        " no longer those that were formed before"
    ),
    EstimateReason.COVARIATE_AFTER: mark(
        "a covariate was measured after the programme, which may have changed it"
    ),
    EstimateReason.GROUP_BELOW_COEFFICIENTS: mark(
        "a group has fewer units than the regression has coefficients"
    ),
    EstimateReason.SINGLE_CLUSTER: mark("a stratum holds a single cluster, whose variation cannot be told"),
    EstimateReason.BAD_WEIGHT: mark("a survey weight is negative or not a number"),
    EstimateReason.UNIT_DECIDES: mark(
        "a unit decides a coefficient alone, so that its error cannot be estimated"
    ),
    EstimateReason.CHOSEN_UNITS: mark(
        "chosen because no clusters are declared: standard errors of single units"
    ),
    EstimateReason.CHOSEN_SURVEY: mark("chosen because the sample is stratified and weighted"),
    EstimateReason.CHOSEN_CLUSTERS: mark(
        "chosen because there are {clusters} clusters, {smaller} of them in the group that has fewer"
    ),
    EstimateReason.CLASSICAL_WEIGHTED: mark("classical standard errors do not hold with survey weights"),
    EstimateReason.ALL_OR_NOBODY: mark("everyone or nobody took part"),
    EstimateReason.FEW_BEYOND_QUANTILE: mark("fewer than five units of a group lie beyond this quantile"),
    EstimateReason.QUANTILE_JUMPS: mark(
        "more than a tenth of a group has the very value of this quantile, which makes it jump"
    ),
    EstimateReason.NO_LOTTERY: mark("no lottery assigned the programme, so none can be repeated"),
    EstimateReason.UNBALANCED: mark(
        "no weights on the comparison group reproduce the participants' averages: there is not enough overlap"
    ),
    EstimateReason.FEW_IN_A_CELL: mark("one of the two groups has fewer than two units before or after"),
    EstimateReason.OFFER_IS_PARTICIPATION: mark(
        "participation follows exactly from the offer: there is nothing to correct"
    ),
    EstimateReason.NO_OVERLAP: mark(
        "some values of the covariates occur in only one of the groups: there is no overlap"
    ),
    EstimateReason.FEW_MATCHES: mark("the comparison group has fewer units than a participant needs matches"),
    EstimateReason.NO_CLUSTERS: mark("the design declares no clusters"),
    EstimateReason.NO_STRATA: mark("the design declares no strata"),
    EstimateReason.TOO_FEW_CLUSTERS: mark(
        "the interval cannot be relied on: the design has only {clusters} clusters: two cities are not a"
        " clustered sample, and what sets such places apart is left out"
    ),
    EstimateReason.FEW_DF: mark("the interval rests on only {df} degrees of freedom and is rough"),
    EstimateReason.NO_CLUSTERS_CARRIED: mark("the method cannot carry clusters"),
    EstimateReason.NO_WEIGHTS_CARRIED: mark("the method cannot carry survey weights"),
    EstimateReason.NOT_BINARY: mark("the method needs a treatment that is yes or no"),
    EstimateReason.WEAK_OFFER: mark(
        "the offer moved participation too little: what participation brought has no bounded interval"
    ),
    EstimateReason.TOO_LARGE_TO_DRAW: mark(
        "the sample is too large to repeat the lottery, and large enough to do without"
    ),
    EstimateReason.NO_PERIODS: mark("the study has no periods"),
    EstimateReason.ONE_CLUSTER: mark("there are fewer than two clusters"),
    EstimateReason.UNLIKE: mark(
        "the comparison units nearest to the participants hardly differ in a covariate by which"
        " participants differ from them"
    ),
    EstimateReason.FEW_CLUSTERS: mark("there are too few clusters"),
    EstimateReason.FEW_TO_BOOTSTRAP: mark("there are too few clusters for a bootstrap"),
    EstimateReason.FEW_DRAWS: mark("there are too few ways to draw for an interval with this coverage"),
    EstimateReason.NO_MIXED_STRATUM: mark("in no stratum are there both participants and others"),
    EstimateReason.FEW_MATCHED: mark("fewer than two participants find a match that is near enough"),
    EstimateReason.UNMATCHED: mark(
        "{share}% of the participants found no match and were left out: the estimate answers for the others"
    ),
    EstimateReason.NO_MIXED_ANSWERS: mark("in every group all say the same, which tells nothing of odds"),
    EstimateReason.LARGE_GROUP: mark("a group has more than {units} units, too many for this method"),
    EstimateReason.GROUPS_DECIDE: mark(
        "{mixed} of {groups} groups hold both answers and decide, with {units} units; in the others all say"
        " the same"
    ),
    EstimateReason.MANY_STRATA: mark("there are too many strata to draw within them"),
    EstimateReason.WRONG_ERROR: mark("this kind of standard error does not belong to the method"),
    EstimateReason.UNITS_MOVE: mark("units of the panel move between clusters"),
    EstimateReason.UNITS_ALONE: mark(
        "units of one cluster are treated as independent of each other, which makes the interval too narrow"
    ),
    EstimateReason.FEW_FOR_INFLUENCE: mark(
        "the interval cannot be relied on: with fewer than 50 clusters the standard errors of this method"
        " are too small"
    ),
    EstimateReason.TOO_SKEWED: mark(
        "the interval cannot be relied on: the values are too skewed for so small a group, so that a"
        " logarithm, a quantile or, after a lottery, randomisation inference tells more"
    ),
    EstimateReason.BY_LOT: mark(
        "chosen because a lottery assigned and the values are too skewed for an interval by t"
    ),
    EstimateReason.BESIDE_BY_LOT: mark(
        "the interval cannot be relied on: of skewed values of so few it supposes that all were affected"
        " alike; the p value holds whatever the values, if nobody was affected"
    ),
    EstimateReason.CURVED: mark(
        "the interval cannot be relied on: the outcome bends with the covariates, and the correction, which"
        " is linear, leaves a part of it that no standard error shows"
    ),
    EstimateReason.TOO_NARROW: mark(
        "the interval cannot be relied on: one that allows for how few or unequal units and clusters carry"
        " the estimate is at least {ratio} times as wide"
    ),
    EstimateReason.UNEQUAL_WEIGHTS: mark(
        "the interval cannot be relied on: the survey weights are so unequal that {units} units count for"
        " only {effective} of equal weight"
    ),
    EstimateReason.UNEQUAL_CLUSTERS: mark(
        "the {clusters} clusters are so unequal, or so few of one group, that they give only {df} degrees"
        " of freedom"
    ),
    EstimateReason.COLLINEAR_WITHIN: mark(
        "within one of the groups a covariate is constant or follows from the others"
    ),
    EstimateReason.CLUSTER_DECIDES: mark("without one of the clusters the estimate does not exist"),
    EstimateReason.ONE_LEFT_OUT: mark("without one of the units or clusters the estimate does not exist"),
    EstimateReason.TRIMMED: mark(
        "{share}% of the units were left out because hardly anyone in the other group is like them"
    ),
    EstimateReason.FEW_ALIKE: mark(
        "fewer than five people gave this answer or did not, who could be recognised"
    ),
    ChoiceReason.PANEL: mark(
        "units are compared with themselves in other periods, because the study asks them again and again"
    ),
    ChoiceReason.FOLLOWED: mark(
        "a lottery makes groups alike, so their means in the last period are compared; without one, each"
        " unit's change since before the programme is"
    ),
    ChoiceReason.ALONE: mark(
        "the programme declares no comparison group, so that only the change of participants can be told"
    ),
    ChoiceReason.OFFER: mark("not everyone took up the offer, so the offer stands in for taking part"),
    ChoiceReason.COMPARED: mark(
        "a lottery makes groups alike, so their means are compared; without one, what was measured before"
        " the programme is adjusted for"
    ),
    ChoiceReason.ASSIGNED: mark(
        "who takes up an offer decides that for reasons of their own, so those who were assigned to the"
        " programme are compared with those who were not, whether they took part or not"
    ),
    ScaleReason.FEW_ITEMS_FOR_FACTOR: mark("a model with one factor needs at least three items"),
    ScaleReason.RATER_CONSTANT: mark("a rater gives everyone the same rating"),
    ScaleReason.ONE_ITEM: mark("a scale of one item has no internal consistency"),
    ScaleReason.ITEMS_DIFFER_ALIKE: mark("all items differ by the same amount for everyone"),
    ScaleReason.ALL_RATED_ALIKE: mark("all people are rated alike, so that nothing can agree or disagree"),
    ScaleReason.ITEM_CONSTANT: mark("an item does not vary, so that it has no correlations"),
    ScaleReason.ITEM_FOLLOWS: mark("an item follows from the others"),
    ScaleReason.ITEM_AGAINST: mark(
        "an item runs against the others and looks as if it had not been turned: {item}"
    ),
    ScaleReason.DIFFER_ALIKE: mark("everyone differs by the same amount"),
    ScaleReason.SAME_ANSWER: mark("everyone gave the same answer to an item: {item}"),
    ScaleReason.SAME_ANSWERS: mark("everyone gave the same answers"),
    ScaleReason.FEW_RATED: mark("fewer than 30 people were rated by both: the interval is rough"),
    ScaleReason.FEW_PEOPLE: mark("fewer than 30 people: α and ω are uncertain"),
    ScaleReason.TOO_FEW: mark("fewer than five people, who could be recognised"),
    ScaleReason.IN_PART: mark(
        "fewer than four fifths of those asked answered all items, and α is theirs alone"
    ),
    ScaleReason.FEW_ITEMS: mark("fewer than three items"),
    ScaleReason.FEW_COMPLETE: mark("fewer than three people answered all items"),
    ScaleReason.FEW_RATED_TWICE: mark("fewer than three people were rated by both"),
    ScaleReason.TWO_RATERS: mark("how far other raters would differ cannot be known from two"),
    ScaleReason.ONE_END_OF_ITEM: mark(
        "more than four fifths gave the same extreme answer to an item: the interval of α may be too narrow"
    ),
    ScaleReason.ONE_END_OF_RATINGS: mark(
        "more than four fifths of the ratings are the same extreme one: the interval may be too narrow"
    ),
    ScaleReason.SKEWED_DIFFERENCES: mark(
        "the differences are skewed: the interval of a limit may be too narrow"
    ),
    ScaleReason.FEW_IN_PAIRS: mark("fewer than three people answered some pair of items"),
    ScaleReason.FEW_AT_THREE_TIMES: mark("fewer than two people answered at all three times"),
    ScaleReason.NOT_RATED_BY_BOTH: mark("fewer than two people were rated by both"),
    ScaleReason.AT_CEILING: mark("more than 15 per cent have the highest score, so that a rise cannot show"),
    ScaleReason.AT_FLOOR: mark("more than 15 per cent have the lowest score, so that a fall cannot show"),
    ScaleReason.ONE_WORDING: mark(
        "no item is worded the other way round, so that agreeing as such cannot be told from a high rating"
    ),
    ScaleReason.NOBODY_ANSWERED: mark("nobody answered"),
    ScaleReason.AGREES: mark("people tend to agree whatever an item says"),
    ScaleReason.DISAGREES: mark("people tend to disagree whatever an item says"),
    ScaleReason.NO_COMMON_ANSWERS: mark(
        "the items have no common list of answers, so that no score is the highest"
    ),
    ScaleReason.NO_FACTOR: mark("the items have no factor in common"),
    ScaleReason.HEYWOOD: mark(
        "the model leaves an item no variance of its own (Heywood case), so that ω cannot be trusted"
    ),
    ScaleReason.NO_FIT: mark("the model with one factor cannot be fitted"),
    ScaleReason.FEW_OTHERS: mark(
        "the other group has so few people that they could be recognised from this number and that of all"
    ),
    ScaleReason.RATERS_AGREE: mark("the raters always agree, so that an interval has no width"),
    ScaleReason.RATERS_DIFFER_ALIKE: mark("the raters differ by the same amount for everyone"),
    ScaleReason.NOT_BOTH: mark(
        "the same rater did not measure this before the programme, so that what is recalled has nothing to"
        " be held against"
    ),
    ScaleReason.SUM_CONSTANT: mark("the sum of the items is the same for everyone"),
    ScaleReason.FEW_FOR_MODEL: mark("there are not more people than the model has coefficients"),
    ScaleReason.FEW_FOR_LINES: mark("too few items: the same answer to all of them is nothing odd"),
    ScaleReason.REDUNDANT: mark("α is above 0.95: items say the same thing twice"),
    ThreatReason.OFFERED_BY_LOT: mark(
        "a lottery decided who was offered a place, so that no hidden cause did"
    ),
    ThreatReason.DECIDED_BY_LOT: mark("a lottery decided who took part, so that no hidden cause did"),
    ThreatReason.NOT_IN_TOTALS: mark(
        "an answer of those who took part is not among the known totals, or the other way round"
    ),
    ThreatReason.FEW_TRIMMED: mark("fewer than five answers would be set aside"),
    ThreatReason.FEW_EVENTS: mark("fewer than five events were observed in one of the two groups"),
    ThreatReason.SMALL_SUBGROUP: mark(
        "fewer than five participants, or fewer than five of the comparison group, are in one of the"
        " subgroups"
    ),
    ThreatReason.ASKED_UNKNOWN: mark("how many were asked is not known"),
    ThreatReason.NO_REGRESSION: mark(
        "it compares a regression with and without covariates, and the primary specification is none"
    ),
    ThreatReason.TWO_GROUPS_ONLY: mark("it is known for comparisons of two groups at one time only"),
    ThreatReason.NOT_LINEAR: mark(
        "it is known for least squares only, and the primary specification is none"
    ),
    ThreatReason.ONE_PERIOD_BEFORE: mark("measured in fewer than two periods before the programme"),
    ThreatReason.NO_SUBGROUPS: mark("no subgroups were declared beforehand"),
    ThreatReason.NO_TOTALS: mark("no totals of all who took part are known"),
    ThreatReason.NO_RAKING: mark("no weights reproduce the known totals"),
    ThreatReason.NOTHING_DIFFERS: mark(
        "no covariate that describes units before the programme differs between them"
    ),
    ThreatReason.FEW_ANSWERS_IN_A_GROUP: mark("one of the two groups has fewer than two answers"),
    ThreatReason.FULLY_EXPLAINED: mark("the covariates leave nothing of the outcome unexplained"),
    ThreatReason.NO_HAZARD: mark("the hazard regression has no maximum"),
    ThreatReason.NO_FINDING: mark(
        "the interval includes zero: there is no finding that a hidden cause could overturn"
    ),
    ThreatReason.TOTALS_DIFFER: mark("the known totals of different variables do not add up to the same"),
    ThreatReason.WITH_THEMSELVES: mark("the primary specification compares units with themselves"),
    ThreatReason.NO_UNIT_MATTERS: mark("the sample is so large that no single unit can matter"),
    ThreatReason.NO_RATIO: mark("the shares that the interval spans hold no ratio of risks"),
    ThreatReason.NO_COVARIATES: mark("the specification has no covariates to compare a hidden cause with"),
    ThreatReason.TAKES_OFF: mark("the specification takes the value before off"),
    ThreatReason.NO_VARIABLE: mark("the variable of the subgroups is not among the indicators"),
    ThreatReason.FEW_RESIDUALS: mark("there are hardly more units than coefficients"),
    ThreatReason.RANGE_UNKNOWN: mark("there are too few answers to tell their range"),
    ThreatReason.FEW_PAIRS: mark("there are too few pairs that differ"),
    ThreatReason.MANY_TO_PAIR: mark("there are too many units to pair them"),
    ThreatReason.NO_PRIMARY: mark("there is no primary estimate: the primary specification does not apply"),
    ThreatReason.ONE_SPECIFICATION: mark("there is only one specification"),
    ThreatReason.FEW_TO_WEIGHT: mark("too few answers are missing, or given, to tell who gives them"),
    ThreatReason.FEW_WITH_COVARIATES: mark("too few units have all covariates"),
    ThreatReason.NEEDS_LOTTERY: mark("trimming supposes that a lottery decided who took part"),
    ThreatReason.ONE_NEEDED: mark("without one of them the estimate does not exist"),
    CostReason.NO_YEAR: mark("the year of payment is missing"),
    CostReason.BROKEN_YEAR: mark("the year is not a whole number"),
    CostReason.NO_CURRENCY: mark("the currency is missing"),
    CostReason.UNKNOWN_CURRENCY: mark("the currency is unknown"),
    CostReason.NO_PAYER: mark("the payer is missing"),
    CostReason.UNKNOWN_PAYER: mark("the payer is unknown"),
    CostReason.NO_ITEM: mark("the kind of cost is missing"),
    CostReason.NO_AMOUNT: mark("the amount is missing"),
    CostReason.NEGATIVE_AMOUNT: mark("the amount is negative"),
    CostReason.NO_SHARE: mark("the share for this programme is missing"),
    CostReason.WRONG_SHARE: mark("the share is not between 0 and 1"),
    CostReason.NO_TRAINEES: mark("the number of trainees is missing"),
    CostReason.WRONG_TRAINEES: mark("the number of trainees is not a whole number above zero"),
    CostReason.NO_BASIS: mark("what the amount is meant per is missing"),
    CostReason.UNKNOWN_BASIS: mark("what the amount is meant per is unknown"),
    CostReason.NOT_A_NUMBER: mark("it is not a number"),
    CostReason.WAITS: mark("it waits for a person's decision in review.csv"),
    CostReason.YEAR_UNPRICED: mark("no price or exchange rate is known for the year"),
    VerdictReason.NOT_ESTIMATED: mark("no specification estimates it"),
}
DECIMALS: dict[tuple[Code, str], int] = {  # of values that are no whole numbers
    (EstimateReason.FINITE_POPULATION, "factor"): 3,
    (EstimateReason.STUART_MAXWELL, "statistic"): 2,
    (EstimateReason.STUART_MAXWELL, "p"): 4,
    (EstimateReason.BOWKER, "statistic"): 2,
    (EstimateReason.BOWKER, "p"): 4,
    (EstimateReason.SAME_ODDS_TEST, "statistic"): 2,
    (EstimateReason.SAME_ODDS_TEST, "p"): 4,
    (EstimateReason.FEW_DF, "df"): 1,
    (EstimateReason.UNEQUAL_CLUSTERS, "df"): 1,
    (EstimateReason.TOO_NARROW, "ratio"): 2,
    (EstimateReason.TRIMMED, "share"): 1,
    (EstimateReason.UNMATCHED, "share"): 1,
}


def reasons_of(text: object) -> tuple[Reason, ...]:
    """Read the reasons of a table's cell; none where it is empty or missing."""
    return read_reasons(text, *PACKAGES)


def say_reason(reason: Reason, language: Language, name: Callable[[str], str] = str) -> str:
    """Say one reason; ``name`` says what a value that is a name is called."""
    values = {
        key: name(value)
        if isinstance(value, str)
        else language.number(value, DECIMALS.get((reason.code, key), 0))
        for key, value in reason.values
    }
    return language.say(MESSAGES[reason.code], **values)


def reason_text(text: object, language: Language, name: Callable[[str], str] = str) -> str:
    """Say the reasons of a table's cell."""
    return "; ".join(say_reason(reason, language, name) for reason in reasons_of(text))
