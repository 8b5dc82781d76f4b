"""The texts about what threatens a number: names of threats, one sentence for each outcome of each."""

from __future__ import annotations

from dataclasses import dataclass, field

from manfaat.report.words import mark


@dataclass(frozen=True)
class Text:
    """What a reader sees of one threat.

    ``name`` : what it is called. ``overturns`` : what could overturn a finding where it fails.
    ``sentences`` : what its rows mean, by the meaning and the statistic or detail of its headline (none: for
    all).
    """

    name: str
    overturns: str
    sentences: dict[tuple[str, str], str] = field(default_factory=dict)


TEXTS = {
    "balance": Text(
        mark("Groups unlike before the programme"),
        overturns=mark("that the groups differed before the programme in what was measured"),
        sentences={
            ("alike", "omnibus p"): mark(
                "All in all the groups differ no more than a lottery makes groups differ (omnibus test, p"
                " {p})."
            ),
            ("differ", "omnibus p"): mark(
                "The groups differ by more than a lottery as a rule makes them differ (omnibus test, p {p}),"
                " and with the covariates held equal the conclusion is another or could not be checked."
            ),
            ("differ, but the conclusion stands", "omnibus p"): mark(
                "The groups differ by more than a lottery as a rule makes them differ (omnibus test, p {p});"
                " with all covariates held equal the conclusion is the same."
            ),
            ("alike", "largest smd"): mark(
                "No covariate differs by more than {limit} standard deviations; the largest difference is"
                " {value} (“{name}”)."
            ),
        },
    ),
    "overlap": Text(
        mark("Nobody to compare with"),
        overturns=mark("few {units} of the comparison group are like participants"),
    ),
    "placebo": Text(
        mark("A difference that was there before"),
        overturns=mark(
            "before the programme, when it could not have worked yet, the groups differed in the same measure"
        ),
        sentences={
            ("no difference found", ""): mark(
                "On what was measured before the programme the same specification finds {amount} ({low} to"
                " {high}), an interval that includes zero; it would have found a difference of {detectable}."
            ),
            ("difference found", ""): mark(
                "On what was measured before the programme, which the programme cannot have changed, the same"
                " specification already finds {amount} ({low} to {high})."
            ),
            ("too small to tell", ""): mark(
                "On what was measured before the programme the same specification finds {amount} ({low} to"
                " {high}); it would have found only a difference of {detectable} or more, which is larger"
                " than the estimate, so that this cannot tell."
            ),
        },
    ),
    "pre-trend": Text(
        mark("Groups drifting apart before"),
        overturns=mark("the groups were already moving apart before the programme"),
        sentences={
            ("no difference found", ""): mark(
                "In the last change before the programme the groups differ by {amount} ({low} to {high}), an"
                " interval that includes zero; a difference of {detectable} would have been found."
            ),
            ("difference found", ""): mark(
                "In the last change before the programme the groups already differ by {amount} ({low} to"
                " {high})."
            ),
            ("too small to tell", ""): mark(
                "In the last change before the programme the groups differ by {amount} ({low} to {high});"
                " only a difference of {detectable} or more would have been found, which is larger than the"
                " estimate, so that this cannot tell."
            ),
        },
    ),
    "attrition": Text(
        mark("Unequal answering"),
        overturns=mark("who could not be reached or did not answer"),
        sentences={
            ("nothing missing", ""): mark("No answer is missing."),
            ("alike", ""): mark(
                "{ours} of {first} and {theirs} of {second} have an answer: at most"
                " {limit} percentage points apart."
            ),
            ("differ", ""): mark(
                "{ours} of {first} and {theirs} of {second} have an answer: those who"
                " are missing may differ between the groups."
            ),
            ("too small to tell", ""): mark(
                "{ours} of {first} and {theirs} of {second} have an answer: whether the"
                " groups answer unequally cannot be told."
            ),
        },
    ),
    "response weights": Text(
        mark("Those who did not answer"),
        overturns=mark("who could not be reached or did not answer"),
        sentences={
            ("nothing missing", ""): mark("No answer is missing."),
            ("conclusion stands", ""): mark(
                "With those who answered weighted to stand for those who did not, the estimate is {amount}"
                " ({low} to {high}): the same conclusion."
            ),
            ("conclusion changes", ""): mark(
                "With those who answered weighted to stand for those who did not, the estimate is {amount}"
                " ({low} to {high}): another conclusion."
            ),
        },
    ),
    "raking": Text(
        mark("Answers that do not stand for all who took part"),
        overturns=mark("who could not be reached or did not answer"),
        sentences={
            ("conclusion stands", ""): mark(
                "With participants weighted to the known totals of all who took part, the estimate is"
                " {amount} ({low} to {high}): the same conclusion."
            ),
            ("conclusion changes", ""): mark(
                "With participants weighted to the known totals of all who took part, the estimate is"
                " {amount} ({low} to {high}): another conclusion."
            ),
        },
    ),
    "lee bounds": Text(
        mark("Answers lost because of the programme (Lee bounds)"),
        overturns=mark("who could not be reached or did not answer"),
        sentences={
            ("nothing missing", ""): mark("No answer is missing."),
            ("conclusion stands", ""): mark(
                "Among those who would answer in either group the effect lies between {lower} and {upper}"
                " (interval {low} to {high}): the same conclusion."
            ),
            ("conclusion changes", ""): mark(
                "Among those who would answer in either group the effect lies between {lower} and {upper}"
                " (interval {low} to {high}): another conclusion."
            ),
            ("nothing to overturn", ""): mark(
                "Among those who would answer in either group the effect lies between {lower} and {upper}"
                " (interval {low} to {high}); the estimate itself cannot be told from zero."
            ),
        },
    ),
    "worst case": Text(
        mark("Missing answers at their worst (Horowitz–Manski bounds)"),
        overturns=mark("who could not be reached or did not answer"),
        sentences={
            ("nothing missing", ""): mark("No answer is missing."),
            ("conclusion stands", ""): mark(
                "Whatever the missing answers are, the estimate lies between {lower} and {upper} (interval"
                " {low} to {high}): the same conclusion."
            ),
            ("conclusion changes", ""): mark(
                "If the missing answers were the most unfavourable, or the most favourable, the estimate"
                " would lie between {lower} and {upper} (interval {low} to {high}): the data alone do not"
                " protect the conclusion."
            ),
            ("nothing to overturn", ""): mark(
                "Whatever the missing answers are, the estimate lies between {lower} and {upper} (interval"
                " {low} to {high}); the estimate itself cannot be told from zero."
            ),
        },
    ),
    "rosenbaum": Text(
        mark("A hidden cause, in matched pairs (Rosenbaum Γ)"),
        overturns=mark("a cause that nobody measured: a small one would be enough"),
        sentences={
            ("stands beside a cause as strong as measured", ""): mark(
                "A hidden cause would have to multiply the odds of taking part by {value}; one standard"
                " deviation of the strongest covariate (“{name}”) multiplies them by {limit}."
            ),
            ("falls beside a cause as strong as measured", ""): mark(
                "A hidden cause that multiplies the odds of taking part by {value} would be enough; one"
                " standard deviation of the strongest covariate (“{name}”) multiplies them by {limit}."
            ),
            ("number only", ""): mark(
                "A hidden cause that multiplies the odds of taking part by {value} would be enough."
            ),
        },
    ),
    "oster": Text(
        mark("A hidden cause, beside the covariates (Oster δ)"),
        overturns=mark("a cause that nobody measured, no stronger than those that were"),
        sentences={
            ("conclusion stands", ""): mark(
                "Selection on what is hidden would have to be {value} times as strong as selection on the"
                " covariates to bring the estimate to zero."
            ),
            ("conclusion changes", ""): mark(
                "Selection on what is hidden that is {value} times as strong as selection on the covariates"
                " would bring the estimate to zero."
            ),
        },
    ),
    "robustness": Text(
        mark("A hidden cause as strong as a covariate (Cinelli–Hazlett)"),
        overturns=mark("a cause that nobody measured, no stronger than those that were"),
        sentences={
            ("stands beside a cause as strong as measured", ""): mark(
                "Beside a hidden cause as strong as “{name}”, the estimate would be {amount} ({low} to"
                " {high}). To bring it to zero, a hidden cause must explain {robust} of what is left of both"
                " outcome and participation."
            ),
            ("falls beside a cause as strong as measured", ""): mark(
                "Beside a hidden cause as strong as “{name}”, the estimate would be {amount} ({low} to"
                " {high}): another conclusion. To bring it to zero, a hidden cause must explain {robust} of"
                " what is left of both outcome and participation."
            ),
            ("number only", ""): mark(
                "To bring the estimate to zero, a hidden cause must explain {robust} of what is left of both"
                " outcome and participation."
            ),
        },
    ),
    "e-value": Text(
        mark("A hidden cause, as a ratio of risks (E-value)"),
        overturns=mark("a cause that nobody measured: a small one would be enough"),
        sentences={
            ("number only", ""): mark(
                "A hidden cause would have to go with both taking part and the outcome by a ratio of {other}"
                " to explain the estimate, and of {value} to bring the interval to zero."
            ),
        },
    ),
    "specification curve": Text(
        mark("Other specifications"),
        overturns=mark("which of the reasonable specifications one trusts"),
        sentences={
            ("conclusion stands", ""): mark(
                "Of {n} specifications {same} give the same sign, and the interval of {significant} excludes"
                " zero on that side; the median is {median}, the range {low} to {high}."
            ),
            ("conclusion changes", ""): mark(
                "Of {n} specifications only {same} give the same sign, and the interval of {significant}"
                " excludes zero on that side; the median is {median}, the range {low} to {high}."
            ),
            ("nothing to overturn", ""): mark(
                "Of {n} specifications {same} give the same sign, and the interval of {significant} excludes"
                " zero on that side; the median is {median}, the range {low} to {high}. The estimate itself"
                " cannot be told from zero."
            ),
        },
    ),
    "leave one out": Text(
        mark("A result that hangs on one"),
        overturns=mark("a few units that carry the result"),
        sentences={
            ("conclusion stands", "clusters"): mark(
                "Without any one of the {n} clusters the conclusion is the same; the largest change is"
                " {value} standard errors."
            ),
            ("conclusion changes", "clusters"): mark(
                "Without one of the {n} clusters the conclusion would be another; the largest change is"
                " {value} standard errors."
            ),
            ("nothing to overturn", "clusters"): mark(
                "Without any one of the {n} clusters the estimate changes by at most {size} standard errors;"
                " it cannot be told from zero as it is."
            ),
            ("conclusion stands", "units"): mark(
                "Without any one of the {n} {units} the conclusion is the same; the largest change is {value}"
                " standard errors."
            ),
            ("conclusion changes", "units"): mark(
                "Without one of the {n} {units} the conclusion would be another; the largest change is"
                " {value} standard errors."
            ),
            ("nothing to overturn", "units"): mark(
                "Without any one of the {n} {units} the estimate changes by at most {size} standard errors;"
                " it cannot be told from zero as it is."
            ),
        },
    ),
}
STANDS = {"yes": mark("yes"), "no": mark("no"), "none": mark("not decided by this")}
SHARES = (
    "share answered",
    "share same sign",
    "share significant",
    "share set aside",
    "share missing",
    "value at interval",
    "largest weight",
)
DECIMALS = {"effective sample size": 0, "largest change": 1}
OTHERS = {
    "lower": "lower",
    "upper": "upper",
    "detectable": "detectable",
    "median": "median",
    "robust": "value",
    "other": "value",
    "same": "share same sign",
    "significant": "share significant",
}
SUBGROUPS = {
    "difference between groups": mark("they differ"),
    "no difference established": mark("whether they differ cannot be told"),
}
