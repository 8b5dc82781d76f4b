"""The ladder of a programme that declares none: chosen by its design, before any answer is read.

The written rule. A panel whose treatment begins in the course of it: unit and period fixed effects. Nobody to
compare with: change of participants, by mean, ranks, signs and effect sizes. Else, of a panel or of waves in
the last period, every method that its record offers and the design can carry: the difference in means, what
adjusts for the covariates of before the programme, what uses the value before where it was measured, what
uses the offer where one was made, and the change of participants last. What the data cannot carry still has
its row with the reason. Where it is known what was assigned, groups are compared by that, and the offer as it
was assigned speaks.
"""

from __future__ import annotations

from manfaat.definitions.indicator import Indicator, concepts, measured_before
from manfaat.definitions.programme import Design, Periods, Primary, Programme, Specification
from manfaat.evaluation.reasons import ChoiceReason
from manfaat.evaluation.registry import METHODS, Method


class Chosen(Primary):
    """Which rungs of a chosen ladder speak for a cohort, and why these."""

    why: ChoiceReason


def adjusting(indicators: list[Indicator], *times: str) -> list[str]:
    """Covariates measured at the given times, all of them before the programme."""
    return [line.name for line in indicators if line.use == "covariate" and line.time in times]


def was_measured_before(programme: Programme, indicators: list[Indicator]) -> bool:
    """Whether any indicator that an effect is asked for was measured before the programme: in a panel, in its
    first period.
    """
    if programme.design.panel:
        return programme.design.times.before is not None
    return any(
        measured_before(indicators, line.indicator, line.rater or None) for line in concepts(indicators)
    )


def periods(programme: Programme) -> Periods | None:
    """The last period of a panel or of waves, and the first where the programme says what 'before' means;
    none in a cross-section.
    """
    design = programme.design
    return (
        Periods(before="first" if design.times.before else None, now="last")
        if design.panel or design.wave
        else None
    )


def can_be_had(method: Method, design: Design, *, before: bool) -> bool:
    """Whether a study that compares groups can carry a method; ``before``: whether an outcome was measured
    before the programme.
    """
    if method.needs_before:
        return before
    if method.two_periods:
        return bool(design.wave and design.times.before)
    if method.has_instrument:
        return design.contrast.offer != ""
    if not method.carries_design and (design.sampling_weight or design.cluster):
        return False
    return not method.needs or (method.needs == "strata" and design.strata is not None)


def ladder_of(programme: Programme, indicators: list[Indicator]) -> list[Specification]:
    """All rungs that the design can carry: of a study that compares nobody, those of participants alone."""
    design, before = programme.design, was_measured_before(programme, indicators)
    begun = ("period",) if design.panel and before else ()  # in the first period
    rungs: list[tuple[int, Specification]] = []
    for method in METHODS.values():
        if method.rung is None:
            continue
        times = method.rung.covariates
        covariates = adjusting(indicators, *times, *(begun if "before" in times else ()))
        has = can_be_had(method, design, before=before) if design.comparison else method.participants_only
        if has and (covariates or not times):
            spec = Specification(
                id=method.rung.id,
                method=method.name,
                std_errors=list(method.rung.std_errors),
                covariates=covariates,
                instrument=design.contrast.offer if method.has_instrument else None,
                treatment=[design.group] if method.has_instrument else [],
                periods=periods(programme),
            )
            rungs.append((method.rung.place, spec))
    return [spec for _, spec in sorted(rungs, key=lambda rung: rung[0])]


def chosen(programme: Programme, indicators: list[Indicator]) -> tuple[list[Specification], Primary]:
    """The ladder of a design and which of its rungs speaks, by how the comparison came about."""
    design = programme.design
    if design.panel and (treatments := begun_within(programme, indicators)):
        within = Specification(
            id="fixed-effects", method="fixed_effects", std_errors=["auto"], treatment=treatments
        )
        return [within], primary(within.id, within.id, ChoiceReason.PANEL)
    rungs = ladder_of(programme, indicators)
    there = {one.id for one in rungs}
    if not design.comparison:
        return rungs, primary("change", "change", ChoiceReason.ALONE)
    if design.instrument and not design.assigned:
        return rungs, primary("offer", "offer", ChoiceReason.OFFER)
    by_lottery = "strata" if "strata" in there else "difference"
    if design.panel and "did" in there:
        return rungs, primary(
            by_lottery, "did", ChoiceReason.ASSIGNED if design.assigned else ChoiceReason.FOLLOWED
        )
    wanted = (
        ("adjusted",) if design.cluster else ("aipw",)
    )  # weighting methods have no standard errors for few clusters
    otherwise = next((name for name in (*wanted, "did", "waves") if name in there), "difference")
    return rungs, primary(
        by_lottery, otherwise, ChoiceReason.ASSIGNED if design.assigned else ChoiceReason.COMPARED
    )


def begun_within(programme: Programme, indicators: list[Indicator]) -> list[str]:
    """The treatments of a panel that begin in the course of it; effects of units leave nothing of one that
    never changes. Where it is known what was assigned, only that is one.
    """
    design = programme.design
    return [
        line.name
        for line in indicators
        if line.time == "period"
        and (
            line.name == design.assigned
            if design.assigned
            else line.use == "treatment" or line.name == design.group
        )
    ]


def primary(randomised: str, observational: str, why: ChoiceReason) -> Primary:
    """The rule, with its reason."""
    return Chosen(randomised=randomised, observational=observational, why=why)


def with_usual_errors(specifications: list[Specification]) -> list[Specification]:
    """Specifications with the usual standard error of the method where they name none."""
    return [
        spec
        if spec.std_errors or not (usual := METHODS[spec.method].usual_error)
        else spec.model_copy(update={"std_errors": [usual]})
        for spec in specifications
    ]


def completed(programme: Programme, indicators: list[Indicator]) -> Programme:
    """The programme with a ladder: its own, or where it declares none the one that its design calls for."""
    if programme.specifications:
        own = with_usual_errors(programme.specifications)
        return programme.model_copy(update={"specifications": own})
    rungs, rule = chosen(programme, indicators)
    return programme.model_copy(update={"specifications": rungs, "primary": rule})
