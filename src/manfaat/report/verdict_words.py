"""The words of verdicts: grades and their rule, sentences by rule, threats, and why the cost accounts say
what they say.
"""

from __future__ import annotations

from manfaat.report.words import mark

GRADE_WORDS = {
    "shown": mark("shown"),
    "suggested": mark("suggested"),
    "reported only": mark("reported only"),
    "cannot tell": mark("cannot tell"),
    "contradicted": mark("contradicted"),
}
GRADE_SIGNS = {"shown": "●", "suggested": "◐", "reported only": "○", "cannot tell": "?", "contradicted": "✕"}
GRADE_RULES = {
    "shown": mark(
        "A lottery decided who took part, the interval lies on the claimed side of zero after the number of"
        " indicators of the claim was allowed for (of a claim that rests on one, nothing is allowed for), and"
        " no check of the comparison failed."
    ),
    "suggested": mark(
        "As above, but people were compared without a lottery, or one check of a lottery's comparison failed."
        " What sets the groups apart and was not measured could explain it."
    ),
    "reported only": mark(
        "Participants alone say or show it: there is no comparison group, or the number is people's rating of"
        " themselves and nobody else's rating or test stands beside it."
    ),
    "cannot tell": mark(
        "The interval includes zero or cannot be relied on, a check of the comparison failed, the indicators"
        " contradict one another, no estimate could speak, or more than one in twenty of the answers wait for"
        " a person's decision. With it stands what the study could have found."
    ),
    "contradicted": mark(
        "The comparison shows the opposite of the claim, or the interval excludes even the smallest effect"
        " that would be worth having."
    ),
}
OFFERED = mark(  # of what is shown where a lottery decided who was offered a place
    "A lottery decided who was offered a place, and the comparison is of what was offered or of what that"
    " identifies; the interval lies on the claimed side of zero after the number of indicators of the claim"
    " was allowed for, and no check of the comparison failed. A comparison of those who took part with those"
    " who did not is never shown: people decided that themselves."
)
# By rule and by whether the estimate is above zero; every one names indicator, amount and interval where it
# has them.
HIGHER = {
    "lottery": mark(
        "places were given by lottery, and “{indicator}” came out higher by {amount} ({confidence} interval"
        " {low} to {high})"
    ),
    "lottery failed": mark(
        "places were given by lottery, and “{indicator}” came out higher by {amount} ({confidence} interval"
        " {low} to {high}), but a check of the comparison failed"
    ),
    "offer": mark(
        "places were offered by lottery, and “{indicator}” came out higher by {amount} ({confidence} interval"
        " {low} to {high})"
    ),
    "offer failed": mark(
        "places were offered by lottery, and “{indicator}” came out higher by {amount} ({confidence} interval"
        " {low} to {high}), but a check of the comparison failed"
    ),
    "comparison": mark(
        "compared with {units} outside the programme, as like the participants as the data allow,"
        " “{indicator}” came out higher by {amount} ({confidence} interval {low} to {high})"
    ),
    "opinion": mark(
        "only participants' ratings of themselves are at hand; compared with others' ratings of themselves,"
        " “{indicator}” came out higher by {amount} ({confidence} interval {low} to {high})"
    ),
    "opinion alone": mark(
        "only participants' ratings of themselves are at hand: “{indicator}” rose by {amount} ({confidence}"
        " interval {low} to {high}), and no comparison with others stands beside it"
    ),
    "alone": mark(
        "among participants alone, “{indicator}” rose by {amount} ({confidence} interval {low} to {high});"
        " what would have happened anyway is not known"
    ),
    "failed": mark(
        "the comparison failed a check that it must pass; “{indicator}” came out higher by {amount} than in"
        " the comparison group ({confidence} interval {low} to {high})"
    ),
    "against": mark(
        "the comparison shows the opposite: “{indicator}” came out higher by {amount} ({confidence} interval"
        " {low} to {high})"
    ),
}
LOWER = {
    "lottery": mark(
        "places were given by lottery, and “{indicator}” came out lower by {amount} ({confidence} interval"
        " {low} to {high})"
    ),
    "lottery failed": mark(
        "places were given by lottery, and “{indicator}” came out lower by {amount} ({confidence} interval"
        " {low} to {high}), but a check of the comparison failed"
    ),
    "offer": mark(
        "places were offered by lottery, and “{indicator}” came out lower by {amount} ({confidence} interval"
        " {low} to {high})"
    ),
    "offer failed": mark(
        "places were offered by lottery, and “{indicator}” came out lower by {amount} ({confidence} interval"
        " {low} to {high}), but a check of the comparison failed"
    ),
    "comparison": mark(
        "compared with {units} outside the programme, as like the participants as the data allow,"
        " “{indicator}” came out lower by {amount} ({confidence} interval {low} to {high})"
    ),
    "opinion": mark(
        "only participants' ratings of themselves are at hand; compared with others' ratings of themselves,"
        " “{indicator}” came out lower by {amount} ({confidence} interval {low} to {high})"
    ),
    "opinion alone": mark(
        "only participants' ratings of themselves are at hand: “{indicator}” fell by {amount} ({confidence}"
        " interval {low} to {high}), and no comparison with others stands beside it"
    ),
    "alone": mark(
        "among participants alone, “{indicator}” fell by {amount} ({confidence} interval {low} to {high});"
        " what would have happened anyway is not known"
    ),
    "failed": mark(
        "the comparison failed a check that it must pass; “{indicator}” came out lower by {amount} than in"
        " the comparison group ({confidence} interval {low} to {high})"
    ),
    "against": mark(
        "the comparison shows the opposite: “{indicator}” came out lower by {amount} ({confidence} interval"
        " {low} to {high})"
    ),
}
OTHER = {
    "level": mark(
        "“{indicator}” stood at {amount} among participants who answered (n = {n}; {confidence} interval"
        " {low} to {high}); no comparison with others stands beside it"
    ),
    "small": mark(
        "the interval for “{indicator}” ({low} to {high}) excludes even {smallest}, the smallest effect that"
        " would be worth having"
    ),
    "unclear": mark(
        "the interval for “{indicator}” includes zero ({low} to {high}); with {power} power only a difference"
        " of at least {mde} would have been found"
    ),
    "doubted": mark(
        "the interval for “{indicator}” ({low} to {high}) is one that no verdict can rest on; {doubt}"
    ),
    "unclear alone": mark(
        "the interval for “{indicator}” includes zero ({low} to {high}), and no comparison with others stands"
        " beside it"
    ),
    "mixed": mark("its indicators contradict one another"),
    "waiting": mark(
        "more than {limit} of the {units} behind “{indicator}” are left out because an answer waits for a"
        " person's decision; until then no verdict is given"
    ),
    "nothing": mark("no estimate that could speak for it is at hand ({reason})"),
    "no accounts": mark("it rests on cost accounts, and none could be drawn up"),
    "joint": mark("it joins other claims, and is as strong as the weakest of them ({claim})"),
}
DOUBTS = {  # what no evidence of its kind can rule out, and what else stands in the way
    "interval": mark("an interval that covers the truth less often than it says"),
    "hidden cause": mark("a difference between the groups that nobody measured"),
    "balance stands": mark(
        "that the groups differed by more than a lottery as a rule makes them, although the conclusion is the"
        " same with what was measured held equal"
    ),
    "other places": mark("whether it would work for other {units}, places and years"),
    "own rating": mark("people who were trained may rate themselves kindly"),
    "anyway": mark("what would have happened without the programme"),
    "no comparison": mark("that there is nobody to compare with"),
    "too few": mark("the small number of {units} studied"),
    "not measured": mark("that it was not measured"),
    "waiting": mark("the answers that nobody has decided on yet"),
    "smallest effect": mark("what counts as worth having"),
    "mixed": mark("which of the indicators one trusts"),
    "set aside": mark("the cost lines that could not be placed"),
    "rate": mark("which exchange rate is used"),
    "in-kind": mark("how contributions in kind were valued"),
    "equivalent": mark("which programme it is compared with"),
}
BASES = {
    "lottery": mark("lottery"),
    "comparison": mark("comparison group"),
    "change": mark("participants, before and after"),
    "level": mark("participants alone"),
    "none": mark("nothing measured"),
}
SIDES = {"for": mark("for the claim"), "against": mark("against it"), "neither": mark("neither")}
WHY = {
    "not measured": mark("too few supervisors answered, or none"),
    "above": mark(
        "the interval of the share that reports a technique lies above the threshold; what firms would have"
        " adopted without the programme is not known, so it is never more than reported"
    ),
    "below": mark("the interval of the share that reports a technique lies below the threshold"),
    "around": mark("the interval of the share that reports a technique includes the threshold"),
    "no costs": mark("no costs were delivered"),
    "no equivalent": mark("the cost sheet declares no equivalent programme"),
    "dearer": mark("under every choice of the exchange rate the sending side paid at least as much"),
    "by reading": mark("it depends on the exchange rate or on how costs are valued"),
    "estimated price": mark(
        "it holds under every reading of the sheet, but the price of the equivalent programme is an estimate"
    ),
    "every reading": mark("it holds under every reading of the sheet"),
    "most": mark("it holds under every choice of the exchange rate"),
    "by rate": mark("it depends on the choice of the exchange rate"),
    "less": mark("it holds under no choice of the exchange rate"),
    "incomplete": mark("it holds for the cost lines placed, but lines were set aside or look like slips"),
    "weaker": mark("the weaker of its parts"),
}
