"""Why an estimate, a kind of standard error or a scale could not be had, and what a reader must know of one
that was: in the reader's language.
"""

from __future__ import annotations

import re
from functools import cache

from manfaat.report.words import Language, mark

SCALE_REASONS = (
    mark("a model with one factor needs at least three items"),
    mark("a rater gives everyone the same rating"),
    mark("a scale of one item has no internal consistency"),
    mark("all items differ by the same amount for everyone"),
    mark("all people are rated alike, so that nothing can agree or disagree"),
    mark("an item does not vary, so that it has no correlations"),
    mark("an item follows from the others"),
    mark("an item runs against the others and looks as if it had not been turned"),
    mark("everyone differs by the same amount"),
    mark("everyone gave the same answer to an item"),
    mark("everyone gave the same answers"),
    mark("fewer than 30 people were rated by both: the interval is rough"),
    mark("fewer than 30 people: α and ω are uncertain"),
    mark("fewer than five people gave this answer or did not, who could be recognised"),
    mark("fewer than five people, who could be recognised"),
    mark("fewer than four fifths of those asked answered all items, and α is theirs alone"),
    mark("fewer than three items"),
    mark("fewer than three people answered all items"),
    mark("fewer than three people were rated by both"),
    mark("how far other raters would differ cannot be known from two"),
    mark(
        "more than four fifths gave the same extreme answer to an item: the interval of α may be too narrow"
    ),
    mark("more than four fifths of the ratings are the same extreme one: the interval may be too narrow"),
    mark("the differences are skewed: the interval of a limit may be too narrow"),
    mark("fewer than three people answered some pair of items"),
    mark("fewer than two people answered at all three times"),
    mark("fewer than two people were rated by both"),
    mark("more than 15 per cent have the highest score, so that a rise cannot show"),
    mark("more than 15 per cent have the lowest score, so that a fall cannot show"),
    mark("no item is worded the other way round, so that agreeing as such cannot be told from a high rating"),
    mark("nobody answered"),
    mark("people tend to agree whatever an item says"),
    mark("people tend to disagree whatever an item says"),
    mark("the items have no common list of answers, so that no score is the highest"),
    mark("the items have no factor in common"),
    mark("the model leaves an item no variance of its own (Heywood case), so that ω cannot be trusted"),
    mark("the model with one factor cannot be fitted"),
    mark("the other group has so few people that they could be recognised from this number and that of all"),
    mark("the raters always agree, so that an interval has no width"),
    mark("the raters differ by the same amount for everyone"),
    mark(
        "the same rater did not measure this before the programme, so that what is recalled has nothing to be"
        " held against"
    ),
    mark("the sum of the items is the same for everyone"),
    mark("there are not more people than the model has coefficients"),
    mark("too few items: the same answer to all of them is nothing odd"),
    mark("α is above 0.95: items say the same thing twice"),
)
REASONS = (
    mark("not measured before the programme"),
    mark(
        "the method does not say what each unit adds to the estimate, so that it cannot be drawn how the"
        " tests go together"
    ),
    mark("with fewer than five clusters it cannot be drawn how the tests go together"),
    mark("nobody was asked to recall it"),
    mark("an indicator counts against the family's index, because it follows nearly from the others"),
    mark("what was before is recalled at the interview, not measured then"),
    mark("no participant changed"),
    mark("the changes are very skewed: the interval of d_z may be too narrow"),
    mark("one person decides the result alone, so that an interval cannot be had"),
    mark("the indicator is not yes or no"),
    mark("the indicator has too many levels to count who moved between them"),
    mark("the indicator has too many levels for a model of ordered levels"),
    mark("the levels of the two sides hardly overlap, so that the odds ratio has no bound"),
    mark("fewer than five participants moved into or out of this level"),
    mark("so many participants changed by the same amount that the interval has no width"),
    mark("there are too few participants for an interval with this coverage"),
    mark("every participant exceeds every unit of the comparison group, or the reverse"),
    mark("how many took part in all is not known"),
    mark("no fewer were measured than took part: nothing is left to chance in who was measured"),
    mark("whether the odds ratio is the same at every level could not be tested"),
    mark(
        "finite-population correction: {n} of {total} who took part were measured, which multiplies the"
        " standard error by {factor}"
    ),
    mark(
        "all levels together (Stuart–Maxwell): chi-square {statistic} with {df} degrees of freedom, p at"
        " most {p}"
    ),
    mark(
        "symmetry of the moves (Bowker): chi-square {statistic} with {df} degrees of freedom, p at most {p}"
    ),
    mark(
        "test of the same odds ratio at every level: chi-square {statistic} with {df} degrees of freedom, p"
        " at most {p}"
    ),
    mark("the specification names no periods"),
    mark("a unit of the panel has several answers in one period"),
    mark("a covariate changes over the periods, and the specification names none before"),
    mark("the value before the programme cannot be both subtracted and a covariate"),
    mark("no unit has all the answers needed"),
    mark("there is nobody to compare: participants or comparison group are missing"),
    mark("one of the two groups has fewer than two units"),
    mark("there are not more units than coefficients"),
    mark("there are not more clusters than coefficients and strata"),
    mark("poor overlap: the {units} units of the weighted group count for only {effective} of equal weight"),
    mark("poor overlap: {share}% of a group are as good as certain to belong to it by their covariates"),
    mark(
        "the interval cannot be relied on: with poor overlap weighting alone leaves a part of the bias, which"
        " no standard error shows"
    ),
    mark("every unit has the same value"),
    mark("every participant has the same value"),
    mark("fewer than two participants have an answer"),
    mark("a covariate is constant or follows from the others"),
    mark("no covariate differs between the units"),
    mark("the indicator follows exactly from the covariates"),
    mark("there is no variation left to estimate a standard error from"),
    mark("fewer than two participants were measured both before and after"),
    mark("every participant changed by the same amount"),
    mark("no unit's value changes between periods"),
    mark("no unit's treatment changes between periods"),
    mark("there are not more observations than coefficients"),
    mark("the study is not a panel"),
    mark(
        "covariates were measured in the same period as the outcome and may themselves have been changed by"
        " the programme"
    ),
    mark("a column that the design or the specification names is not among the indicators"),
    mark("a covariate was measured after the programme, which may have changed it"),
    mark("a group has fewer units than the regression has coefficients"),
    mark("a stratum holds a single cluster, whose variation cannot be told"),
    mark("a survey weight is negative or not a number"),
    mark("a unit decides a coefficient alone, so that its error cannot be estimated"),
    mark("chosen because no clusters are declared: standard errors of single units"),
    mark("chosen because the sample is stratified and weighted"),
    mark("chosen because there are {clusters} clusters, {smaller} of them in the group that has fewer"),
    mark("classical standard errors do not hold with survey weights"),
    mark("everyone or nobody took part"),
    mark("fewer than five units of a group lie beyond this quantile"),
    mark("more than a tenth of a group has the very value of this quantile, which makes it jump"),
    mark("no lottery assigned the programme, so none can be repeated"),
    mark(
        "no weights on the comparison group reproduce the participants' averages: there is not enough overlap"
    ),
    mark("one of the two groups has fewer than two units before or after"),
    mark("participation follows exactly from the offer: there is nothing to correct"),
    mark("some values of the covariates occur in only one of the groups: there is no overlap"),
    mark("the comparison group has fewer units than a participant needs matches"),
    mark("the design declares no clusters"),
    mark("the design declares no strata"),
    mark(
        "the interval cannot be relied on: the design has only {clusters} clusters: two cities are not a"
        " clustered sample, and what sets such places apart is left out"
    ),
    mark("the interval rests on only {df} degrees of freedom and is rough"),
    mark("the method cannot carry clusters"),
    mark("the method cannot carry survey weights"),
    mark("the method needs a treatment that is yes or no"),
    mark("the offer moved participation too little: what participation brought has no bounded interval"),
    mark("the sample is too large to repeat the lottery, and large enough to do without"),
    mark("the study has no periods"),
    mark("there are fewer than two clusters"),
    mark(
        "the comparison units nearest to the participants hardly differ in a covariate by which participants"
        " differ from them"
    ),
    mark("there are too few clusters"),
    mark("there are too few clusters for a bootstrap"),
    mark("there are too few ways to draw for an interval with this coverage"),
    mark("in no stratum are there both participants and others"),
    mark("there are too many strata to draw within them"),
    mark("this kind of standard error does not belong to the method"),
    mark("units of the panel move between clusters"),
    mark(
        "units of one cluster are treated as independent of each other, which makes the interval too narrow"
    ),
    mark(
        "the interval cannot be relied on: with fewer than 50 clusters the standard errors of this method are"
        " too small"
    ),
    mark(
        "the interval cannot be relied on: the values are too skewed for so small a group, so that a"
        " logarithm, a quantile or, after a lottery, randomisation inference tells more"
    ),
    mark("chosen because a lottery assigned and the values are too skewed for an interval by t"),
    mark(
        "the interval cannot be relied on: of skewed values of so few it supposes that all were affected"
        " alike; the p value holds whatever the values, if nobody was affected"
    ),
    mark(
        "the interval cannot be relied on: the outcome bends with the covariates, and the correction, which"
        " is linear, leaves a part of it that no standard error shows"
    ),
    mark(
        "the interval cannot be relied on: one that allows for how few or unequal units and clusters carry"
        " the estimate is at least {ratio} times as wide"
    ),
    mark(
        "the interval cannot be relied on: the survey weights are so unequal that {units} units count for"
        " only {effective} of equal weight"
    ),
    mark(
        "the {clusters} clusters are so unequal, or so few of one group, that they give only {df} degrees of"
        " freedom"
    ),
    mark("within one of the groups a covariate is constant or follows from the others"),
    mark("without one of the clusters the estimate does not exist"),
    mark("without one of the units or clusters the estimate does not exist"),
    mark("{share}% of the units were left out because hardly anyone in the other group is like them"),
    *SCALE_REASONS,
)
NUMBER = r"(\d+(?:\.\d+)?)"


@cache
def reason_patterns() -> tuple[tuple[re.Pattern, str, tuple[str, ...]], ...]:
    """The reasons that hold numbers: a pattern that finds them, the message, the names of the numbers."""
    found = []
    for message in REASONS:
        names = tuple(re.findall(r"\{(\w+)\}", message))
        if names:
            found.append(
                (
                    re.compile(NUMBER.join(re.escape(part) for part in re.split(r"\{\w+\}", message))),
                    message,
                    names,
                )
            )
    return tuple(found)


def reason_text(warnings: str, language: Language) -> str:
    """Say the reasons of a row (parts joined by ``"; "``) in the reader's language, their numbers too."""
    return "; ".join(one_reason(part, language) for part in str(warnings).split("; ") if part)


def one_reason(text: str, language: Language) -> str:
    """Say one reason."""
    for pattern, message, names in reason_patterns():
        if match := pattern.fullmatch(text):
            return language.say(
                message,
                **{
                    name: language.number(float(n), len(n.partition(".")[2]))
                    for name, n in zip(names, match.groups(), strict=True)
                },
            )
    return language.say(text)
