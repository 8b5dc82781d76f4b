"""What a specification asks of its method, or of the design, that these do not have: it could never be
estimated.
"""

from __future__ import annotations

from manfaat.base.problems import Problem, nearest
from manfaat.definitions.contrasts import TAKE_UP
from manfaat.definitions.expressions import parse_expression
from manfaat.definitions.indicator import Indicator
from manfaat.definitions.programme import Design, Programme, Specification
from manfaat.definitions.records import short
from manfaat.evaluation.registry import METHODS, Method, is_alone
from manfaat.evaluation.std_errors import STD_ERRORS

Wrong = tuple[str, str, str | None]  # the field, what is wrong with it, what is expected


def check_methods(programme: Programme, indicators: list[Indicator], file: str) -> list[Problem]:
    """Say which methods and standard errors there are not, and what is asked of a method that it cannot
    do.
    """
    problems: list[Problem] = []
    rule, design = programme.primary, programme.design
    fixed = {line.name for line in indicators if line.time == "fixed"}
    for spec in programme.specifications:
        method = METHODS.get(spec.method)
        wrong: list[Wrong]
        if method is None:
            wrong = [("method", f"'{short(spec.method)}' is not allowed", nearest(spec.method, METHODS))]
        else:
            wrong = [
                *wrong_options(spec, method),
                *wrong_places(spec, method),
                *wrong_design(spec, method, design),
                *unmoved(spec, method, design, fixed),
                *wrong_sample(spec, programme, fixed),
            ]
        problems += [
            Problem(file, told, column=f"specifications.{spec.id}.{place}", expected=expected)
            for place, told, expected in wrong
        ]
        problems += [
            Problem(
                file,
                f"'{spec.id}' gives {method.several}, none of which can speak for a cohort",
                column=f"primary.{way}",
            )
            for way in ("randomised", "observational")
            if rule and method and method.several and getattr(rule, way) == spec.id
        ]
    return problems + by_take_up(programme, file)


def by_take_up(programme: Programme, file: str) -> list[Problem]:
    """Refuse that those who took part speak for a lottery that decided what was offered: that comparison is
    one that people made themselves.
    """
    contrast, rule = programme.design.contrast, programme.primary
    spec = next((one for one in programme.specifications if rule and one.id == rule.randomised), None)
    if spec is None or spec.method not in METHODS or is_alone(spec.method):
        return []
    kinds = {contrast.kind_of(name, spec.instrument) for name in spec.treatment or [contrast.column]}
    if TAKE_UP not in kinds:
        return []
    return [
        Problem(
            file,
            f"'{spec.id}' compares those who took part with those who did not, and a lottery decided only"
            " what was offered",
            column="primary.randomised",
            expected=(
                f"a specification whose treatment is '{contrast.offer}', or instrumental_variables with that"
                " instrument"
            ),
        )
    ]


def wrong_options(spec: Specification, method: Method) -> list[Wrong]:
    """Say what a specification asks of its method that it cannot do, and what it does not say."""
    name = spec.method
    found: list[Wrong] = [
        (
            "std_errors",
            f"the standard error '{kind}' does not belong to the method '{name}'",
            "one of " + ", ".join(method.std_errors),
        )
        for kind in spec.std_errors
        if kind not in method.std_errors
    ]
    if not spec.std_errors and not method.usual_error:
        found.append(("std_errors", "'std_errors' is missing", None))
    if spec.estimand and spec.estimand not in method.estimands:
        found.append(("estimand", f"the method '{name}' has no estimand '{spec.estimand}'", None))
    if method.needs_covariates and not spec.covariates and spec.baseline != "adjust":
        found.append(("covariates", f"the method '{name}' needs covariates", None))
    if method.has_instrument and spec.instrument is None:
        found.append(("instrument", f"'{name}' needs an instrument", None))
    if spec.instrument is not None and not method.has_instrument:
        found.append(("instrument", f"the method '{name}' has no instrument", None))
    if method.has_instrument and len(spec.treatment) != 1:
        found.append(("treatment", f"'{name}' needs one treatment: what the offer led to", None))
    if (spec.caliper is not None or not spec.replacement) and name != "propensity_matching":
        found.append(("caliper", f"the method '{name}' has no caliper, and always replaces", None))
    if spec.trim is not None and not method.needs_covariates:
        found.append(("trim", f"the method '{name}' does not trim", None))
    return found


def wrong_places(spec: Specification, method: Method) -> list[Wrong]:
    """Say which quantiles are none, and where strata or a baseline are named that the method does not use."""
    found: list[Wrong] = []
    if not all(0 < level < 1 for level in spec.quantiles) or len(set(spec.quantiles)) < len(spec.quantiles):
        found.append(("quantiles", "quantiles are different numbers between 0 and 1", None))
    if spec.strata and method.needs != "strata":
        found.append(("strata", f"the method '{spec.method}' has no effects of strata of its own", None))
    if spec.baseline == "then" and not method.participants_only:
        told = f"the method '{spec.method}' does not compare with what is recalled"
        expected = "before: what is recalled is a change that participants report, no baseline"
        found.append(("baseline", told, expected))
    if spec.baseline == "adjust" and not adjusts(method):
        told = f"the method '{spec.method}' does not adjust for the value before"
        found.append(("baseline", told, "a method that takes covariates, such as regression"))
    return found


def adjusts(method: Method) -> bool:
    """Whether a method can take an outcome's own value before as a covariate."""
    compares_now = not (method.needs_before or method.participants_only or method.two_periods)
    return bool(method.takes_covariates and compares_now and not method.draw)


def wrong_sample(spec: Specification, programme: Programme, fixed: set[str]) -> list[Wrong]:
    """Say which sample is not declared, and which would change over the periods of a panel."""
    if spec.where is None:
        return []
    if spec.where not in programme.samples:
        expected = nearest(spec.where, programme.samples)
        return [("where", f"'{spec.where}' is not declared under 'samples'", expected)]
    named = parse_expression(programme.samples[spec.where].when).names()
    if programme.design.panel and named - fixed:
        told = f"'{min(named - fixed)}' may change over the periods of the panel"
        return [("where", told, "a condition on what is fixed")]
    return []


def wrong_design(spec: Specification, method: Method, design: Design) -> list[Wrong]:
    """Say what a method needs of the design that the design does not have."""
    periods, has = (
        spec.periods,
        {
            "": True,
            "a panel": design.panel is not None,
            "a panel or waves": bool(design.panel or design.wave),
            "strata": bool(spec.strata or design.strata),
        },
    )
    if not has[method.needs]:
        told = f"the method '{spec.method}' needs {method.needs}, and the design declares none"
        return [("method", told, f"{method.needs} under 'design'")]
    by_units = (bool(design.panel) and (method.draw is not None or method.two_periods)) or all(
        STD_ERRORS[kind].clusters == "needed" for kind in method.std_errors
    )  # then people are clusters
    alone = [kind for kind in named_errors(spec, method) if STD_ERRORS[kind].clusters == "needed"]
    if alone and not design.cluster and not by_units:
        told = f"the design declares no clusters for {', '.join(alone)}"
        return [("std_errors", told, "'cluster' under 'design', or an error of single units: auto")]
    if not (design.panel or design.wave) or method.draw:
        return []
    adjusted = spec.baseline == "adjust" and design.panel
    if adjusted and spec.covariates_measured == "same_period":
        told = "the value before and covariates of the same period cannot both be adjusted for"
        return [("baseline", told, "covariates_measured: before")]
    if periods is None:
        expected = "{now: last}, {before: first, now: last}, or the numbers of the periods"
        told = "the study asks in several periods, and the specification names none"
        return [("periods", told, expected)]
    needs_before = method.two_periods or (method.needs_before and design.panel) or adjusted
    if needs_before and periods.before is None:
        expected = "{before: first, now: last}, or their numbers"
        return [("periods", f"the method '{spec.method}' needs a period before", expected)]
    return []


def named_errors(spec: Specification, method: Method) -> list[str]:
    """The kinds of standard error that a specification asks for, those that there are."""
    return [kind for kind in spec.std_errors or [method.usual_error or "auto"] if kind in STD_ERRORS]


def unmoved(spec: Specification, method: Method, design: Design, fixed: set[str]) -> list[Wrong]:
    """Refuse effects of units where no treatment begins in the course of the panel: they leave nothing of one
    that never changes.
    """
    expected = (
        "a treatment whose time is 'period', or another method, such as difference_in_means or"
        " difference_in_differences"
    )
    return [
        (
            "treatment",
            f"'{name}' is the same in all periods, and effects of units leave nothing of it",
            expected,
        )
        for name in spec.treatment or [design.contrast.column]
        if method.draw and name in fixed
    ]
