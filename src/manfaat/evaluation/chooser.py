"""The ladder of a programme that declares none: chosen by its design, before any answer is read.

The written rule. A panel whose treatment begins in the course of it: unit and period fixed effects. Nobody to
compare with: change of participants, by mean, ranks, signs and effect sizes. Else, of a panel or of waves in
the last period, the difference in means, what adjusts for the covariates of before the programme, what uses
the value before where it was measured, what uses the offer where one was made, and the change of participants
last. What the data cannot carry still has its row with the reason.
"""

from __future__ import annotations

from manfaat.definitions.named_sets import known
from manfaat.definitions.programme import Periods, Primary, Programme, Specification
from manfaat.indicators import Indicator, concepts, measured_before

BECAUSE = {
    "panel": (
        "units are compared with themselves in other periods, because the study asks them again and again",
        (
            "satuan dibandingkan dengan dirinya sendiri pada periode lain karena penelitian ini menanyai"
            " satuan yang sama berulang kali"
        ),
    ),
    "followed": (
        (
            "a lottery makes groups alike, so their means in the last period are compared; without one, each"
            " unit's change since before the programme is"
        ),
        (
            "undian membuat kelompok serupa sehingga rata-ratanya pada periode terakhir dibandingkan; tanpa"
            " undian, perubahan setiap satuan sejak sebelum program yang dibandingkan"
        ),
    ),
    "alone": (
        "the programme declares no comparison group, so that only the change of participants can be told",
        (
            "program tidak menetapkan kelompok pembanding, sehingga hanya perubahan pada peserta yang dapat"
            " diketahui"
        ),
    ),
    "offer": (
        "not everyone took up the offer, so the offer stands in for taking part",
        "tidak semua orang mengambil tawaran, sehingga tawaran dipakai sebagai pengganti keikutsertaan",
    ),
    "compared": (
        (
            "a lottery makes groups alike, so their means are compared; without one, what was measured before"
            " the programme is adjusted for"
        ),
        (
            "undian membuat kelompok serupa sehingga rata-ratanya dibandingkan; tanpa undian, hal yang diukur"
            " sebelum program disesuaikan"
        ),
    ),
}


def made(name: str, method: str, std_errors: tuple[str, ...] = ("auto",), **more: object) -> Specification:
    """One rung, called as its method is."""
    return Specification(
        id=name, label=known()["methods"][method], method=method, std_errors=list(std_errors), **more
    )


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


def changes() -> list[Specification]:
    """Change of participants alone."""
    return [
        made("change", "before_after_change", ("auto", "finite_population")),
        made("change-sizes", "standardised_change", ("normal_theory",)),
        made("change-ranks", "signed_rank_change", ("signed_rank",)),
        made("change-signs", "sign_test", ("mid_p", "exact")),
    ]


def adjusted(programme: Programme, covariates: list[str]) -> list[Specification]:
    """What adjusts for covariates; matching where neither weights nor clusters forbid it."""
    if not covariates:
        return []
    rungs = [
        made("adjusted", "regression", covariates=covariates),
        made("ipw", "inverse_probability_weighting", covariates=covariates),
        made("aipw", "doubly_robust", covariates=covariates),
        made("entropy", "entropy_balancing", covariates=covariates),
    ]
    plain = programme.design.sampling_weight is None and programme.design.cluster is None
    return rungs + ([made("matching", "nearest_neighbour", ("AI",), covariates=covariates)] if plain else [])


def compared(programme: Programme, indicators: list[Indicator]) -> list[Specification]:
    """The ladder of a study that compares groups."""
    design, fixed, before = (
        programme.design,
        adjusting(indicators, "fixed"),
        was_measured_before(programme, indicators),
    )
    moving = ("period",) if design.panel and before else ()  # in the first period
    rungs = [made("difference", "difference_in_means")]
    rungs += [made("strata", "strata_fixed_effects")] if design.strata else []
    rungs += adjusted(programme, adjusting(indicators, "fixed", "before", *moving))
    if before:
        rungs.append(made("did", "difference_in_differences"))
        rungs += (
            [made("did-robust", "doubly_robust_difference_in_differences", covariates=fixed)] if fixed else []
        )
    if design.wave and design.times.before:
        rungs.append(made("waves", "repeated_cross_sections"))
    if design.instrument:
        rungs.append(
            made("offer", "instrumental_variables", instrument=design.instrument, treatment=[design.group])
        )
    return rungs + (changes() if before else [])


def chosen(programme: Programme, indicators: list[Indicator]) -> tuple[list[Specification], Primary]:
    """The ladder of a design and which of its rungs speaks, by how the comparison came about."""
    design = programme.design
    if design.panel and (treatments := begun_within(programme, indicators)):
        return [made("fixed-effects", "fixed_effects", treatment=treatments)], primary(
            "fixed-effects", "fixed-effects", "panel"
        )
    if not design.comparison:
        return dated(changes(), programme), primary("change", "change", "alone")
    rungs = dated(compared(programme, indicators), programme)
    there = {one.id for one in rungs}
    if design.instrument:
        return rungs, primary("offer", "offer", "offer")
    by_lottery = "strata" if "strata" in there else "difference"
    if design.panel and "did" in there:
        return rungs, primary(by_lottery, "did", "followed")
    wanted = (
        ("adjusted",) if design.cluster else ("aipw",)
    )  # weighting methods have no standard errors for few clusters
    otherwise = next((name for name in (*wanted, "did", "waves") if name in there), "difference")
    return rungs, primary(by_lottery, otherwise, "compared")


def begun_within(programme: Programme, indicators: list[Indicator]) -> list[str]:
    """The treatments of a panel that begin in the course of it; effects of units leave nothing of one that
    never changes.
    """
    return [
        line.name
        for line in indicators
        if line.time == "period" and (line.use == "treatment" or line.name == programme.design.group)
    ]


def dated(rungs: list[Specification], programme: Programme) -> list[Specification]:
    """The rungs with the periods that they use."""
    return [rung.model_copy(update={"periods": periods(programme)}) for rung in rungs]


def primary(randomised: str, observational: str, why: str) -> Primary:
    """The rule, with its reason in both languages."""
    english, indonesian = BECAUSE[why]
    return Primary(
        randomised=randomised, observational=observational, because={"en": english, "id": indonesian}
    )


def completed(programme: Programme, indicators: list[Indicator]) -> Programme:
    """The programme with a ladder: its own, or where it declares none the one that its design calls for."""
    if programme.specifications:
        return programme
    rungs, rule = chosen(programme, indicators)
    return programme.model_copy(update={"specifications": rungs, "primary": rule})
