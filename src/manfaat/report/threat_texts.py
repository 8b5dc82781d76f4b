"""The texts about what threatens a number: names of threats, one sentence for each outcome of each."""

from __future__ import annotations

from manfaat.report.words import mark

NAMES = {
    "balance": mark("Groups unlike before the programme"),
    "overlap": mark("Nobody to compare with"),
    "placebo": mark("A difference that was there before"),
    "pre-trend": mark("Groups drifting apart before"),
    "attrition": mark("Unequal answering"),
    "response weights": mark("Those who did not answer"),
    "raking": mark("Answers that do not stand for all who took part"),
    "lee bounds": mark("Answers lost because of the programme (Lee bounds)"),
    "worst case": mark("Missing answers at their worst (Horowitz–Manski bounds)"),
    "rosenbaum": mark("A hidden cause, in matched pairs (Rosenbaum Γ)"),
    "oster": mark("A hidden cause, beside the covariates (Oster δ)"),
    "robustness": mark("A hidden cause as strong as a covariate (Cinelli–Hazlett)"),
    "e-value": mark("A hidden cause, as a ratio of risks (E-value)"),
    "specification curve": mark("Other specifications"),
    "leave one out": mark("A result that hangs on one"),
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
SENTENCES = {
    ("balance", "alike", "omnibus p"): mark(
        "All in all the groups differ no more than a lottery makes groups differ (omnibus test, p {p})."
    ),
    ("balance", "differ", "omnibus p"): mark(
        "The groups differ by more than a lottery as a rule makes them differ (omnibus test, p {p}), and with"
        " the covariates held equal the conclusion is another or could not be checked."
    ),
    ("balance", "differ, but the conclusion stands", "omnibus p"): mark(
        "The groups differ by more than a lottery as a rule makes them differ (omnibus test, p {p}); with all"
        " covariates held equal the conclusion is the same."
    ),
    ("balance", "alike", "largest smd"): mark(
        "No covariate differs by more than {limit} standard deviations; the largest difference is {value}"
        " (“{name}”)."
    ),
    ("placebo", "no difference found", ""): mark(
        "On what was measured before the programme the same specification finds {amount} ({low} to {high}),"
        " an interval that includes zero; it would have found a difference of {detectable}."
    ),
    ("placebo", "difference found", ""): mark(
        "On what was measured before the programme, which the programme cannot have changed, the same"
        " specification already finds {amount} ({low} to {high})."
    ),
    ("placebo", "too small to tell", ""): mark(
        "On what was measured before the programme the same specification finds {amount} ({low} to {high});"
        " it would have found only a difference of {detectable} or more, which is larger than the estimate,"
        " so that this cannot tell."
    ),
    ("pre-trend", "no difference found", ""): mark(
        "In the last change before the programme the groups differ by {amount} ({low} to {high}), an interval"
        " that includes zero; a difference of {detectable} would have been found."
    ),
    ("pre-trend", "difference found", ""): mark(
        "In the last change before the programme the groups already differ by {amount} ({low} to {high})."
    ),
    ("pre-trend", "too small to tell", ""): mark(
        "In the last change before the programme the groups differ by {amount} ({low} to {high}); only a"
        " difference of {detectable} or more would have been found, which is larger than the estimate, so"
        " that this cannot tell."
    ),
    ("attrition", "nothing missing", ""): mark("No answer is missing."),
    ("attrition", "alike", ""): mark(
        "{ours} of the participants and {theirs} of the comparison group have an answer: at most {limit}"
        " percentage points apart."
    ),
    ("attrition", "differ", ""): mark(
        "{ours} of the participants and {theirs} of the comparison group have an answer: those who are"
        " missing may differ between the groups."
    ),
    ("attrition", "too small to tell", ""): mark(
        "{ours} of the participants and {theirs} of the comparison group have an answer: whether the groups"
        " answer unequally cannot be told."
    ),
    ("response weights", "nothing missing", ""): mark("No answer is missing."),
    ("response weights", "conclusion stands", ""): mark(
        "With those who answered weighted to stand for those who did not, the estimate is {amount} ({low} to"
        " {high}): the same conclusion."
    ),
    ("response weights", "conclusion changes", ""): mark(
        "With those who answered weighted to stand for those who did not, the estimate is {amount} ({low} to"
        " {high}): another conclusion."
    ),
    ("raking", "conclusion stands", ""): mark(
        "With participants weighted to the known totals of all who took part, the estimate is {amount} ({low}"
        " to {high}): the same conclusion."
    ),
    ("raking", "conclusion changes", ""): mark(
        "With participants weighted to the known totals of all who took part, the estimate is {amount} ({low}"
        " to {high}): another conclusion."
    ),
    ("lee bounds", "nothing missing", ""): mark("No answer is missing."),
    ("lee bounds", "conclusion stands", ""): mark(
        "Among those who would answer in either group the effect lies between {lower} and {upper} (interval"
        " {low} to {high}): the same conclusion."
    ),
    ("lee bounds", "conclusion changes", ""): mark(
        "Among those who would answer in either group the effect lies between {lower} and {upper} (interval"
        " {low} to {high}): another conclusion."
    ),
    ("lee bounds", "nothing to overturn", ""): mark(
        "Among those who would answer in either group the effect lies between {lower} and {upper} (interval"
        " {low} to {high}); the estimate itself cannot be told from zero."
    ),
    ("worst case", "nothing missing", ""): mark("No answer is missing."),
    ("worst case", "conclusion stands", ""): mark(
        "Whatever the missing answers are, the estimate lies between {lower} and {upper} (interval {low} to"
        " {high}): the same conclusion."
    ),
    ("worst case", "conclusion changes", ""): mark(
        "If the missing answers were the most unfavourable, or the most favourable, the estimate would lie"
        " between {lower} and {upper} (interval {low} to {high}): the data alone do not protect the"
        " conclusion."
    ),
    ("worst case", "nothing to overturn", ""): mark(
        "Whatever the missing answers are, the estimate lies between {lower} and {upper} (interval {low} to"
        " {high}); the estimate itself cannot be told from zero."
    ),
    ("rosenbaum", "stands beside a cause as strong as measured", ""): mark(
        "A hidden cause would have to multiply the odds of taking part by {value}; one standard deviation of"
        " the strongest covariate (“{name}”) multiplies them by {limit}."
    ),
    ("rosenbaum", "falls beside a cause as strong as measured", ""): mark(
        "A hidden cause that multiplies the odds of taking part by {value} would be enough; one standard"
        " deviation of the strongest covariate (“{name}”) multiplies them by {limit}."
    ),
    ("rosenbaum", "number only", ""): mark(
        "A hidden cause that multiplies the odds of taking part by {value} would be enough."
    ),
    ("oster", "conclusion stands", ""): mark(
        "Selection on what is hidden would have to be {value} times as strong as selection on the covariates"
        " to bring the estimate to zero."
    ),
    ("oster", "conclusion changes", ""): mark(
        "Selection on what is hidden that is {value} times as strong as selection on the covariates would"
        " bring the estimate to zero."
    ),
    ("robustness", "stands beside a cause as strong as measured", ""): mark(
        "Beside a hidden cause as strong as “{name}”, the estimate would be {amount} ({low} to {high}). To"
        " bring it to zero, a hidden cause must explain {robust} of what is left of both outcome and"
        " participation."
    ),
    ("robustness", "falls beside a cause as strong as measured", ""): mark(
        "Beside a hidden cause as strong as “{name}”, the estimate would be {amount} ({low} to {high}):"
        " another conclusion. To bring it to zero, a hidden cause must explain {robust} of what is left of"
        " both outcome and participation."
    ),
    ("robustness", "number only", ""): mark(
        "To bring the estimate to zero, a hidden cause must explain {robust} of what is left of both outcome"
        " and participation."
    ),
    ("e-value", "number only", ""): mark(
        "A hidden cause would have to go with both taking part and the outcome by a ratio of {other} to"
        " explain the estimate, and of {value} to bring the interval to zero."
    ),
    ("specification curve", "conclusion stands", ""): mark(
        "Of {n} specifications {same} give the same sign, and the interval of {significant} excludes zero on"
        " that side; the median is {median}, the range {low} to {high}."
    ),
    ("specification curve", "conclusion changes", ""): mark(
        "Of {n} specifications only {same} give the same sign, and the interval of {significant} excludes"
        " zero on that side; the median is {median}, the range {low} to {high}."
    ),
    ("specification curve", "nothing to overturn", ""): mark(
        "Of {n} specifications {same} give the same sign, and the interval of {significant} excludes zero on"
        " that side; the median is {median}, the range {low} to {high}. The estimate itself cannot be told"
        " from zero."
    ),
    ("leave one out", "conclusion stands", "clusters"): mark(
        "Without any one of the {n} clusters the conclusion is the same; the largest change is {value}"
        " standard errors."
    ),
    ("leave one out", "conclusion changes", "clusters"): mark(
        "Without one of the {n} clusters the conclusion would be another; the largest change is {value}"
        " standard errors."
    ),
    ("leave one out", "nothing to overturn", "clusters"): mark(
        "Without any one of the {n} clusters the estimate changes by at most {size} standard errors; it"
        " cannot be told from zero as it is."
    ),
    ("leave one out", "conclusion stands", "units"): mark(
        "Without any one of the {n} {units} the conclusion is the same; the largest change is {value}"
        " standard errors."
    ),
    ("leave one out", "conclusion changes", "units"): mark(
        "Without one of the {n} {units} the conclusion would be another; the largest change is {value}"
        " standard errors."
    ),
    ("leave one out", "nothing to overturn", "units"): mark(
        "Without any one of the {n} {units} the estimate changes by at most {size} standard errors; it cannot"
        " be told from zero as it is."
    ),
}
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
