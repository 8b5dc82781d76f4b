"""The ladder of a programme that declares none: chosen by its design, before any answer is read.

The written rule. A panel: unit and period fixed effects. Nobody to compare with: change of participants, by mean, ranks, signs and
effect sizes. Else the difference in means, what adjusts for the covariates of before the programme, what uses the value before where it
was measured, what uses the offer where one was made, and the change of participants last. What the data cannot carry still has its row
with the reason.
"""

from __future__ import annotations

from helpers.indicators import Indicator, concepts, measured_before
from helpers.programme import Primary, Programme, Specification

LABELS = {
    "difference": ("Difference in means", "Selisih rata-rata"),
    "strata": ("Difference within strata", "Selisih di dalam strata"),
    "adjusted": ("Regression on what was measured before", "Regresi atas hal yang diukur sebelum program"),
    "ipw": ("Inverse-probability weighting", "Pembobotan kebalikan peluang"),
    "aipw": ("Doubly robust", "Tegar ganda (doubly robust)"),
    "entropy": ("Entropy balancing", "Penyeimbangan entropi"),
    "matching": ("Matching with bias correction", "Pencocokan dengan koreksi bias"),
    "did": ("Difference-in-differences", "Selisih dari selisih (difference-in-differences)"),
    "did-robust": ("Doubly robust difference-in-differences", "Selisih dari selisih tegar ganda"),
    "offer": ("The offer as instrument", "Tawaran sebagai instrumen"),
    "fixed-effects": ("Unit and period fixed effects", "Efek tetap satuan dan periode"),
    "change": ("Before–after change of participants", "Perubahan sebelum–sesudah pada peserta"),
    "change-ranks": ("Change by signed ranks", "Perubahan menurut peringkat bertanda"),
    "change-signs": ("Change by signs", "Perubahan menurut tanda"),
    "change-sizes": ("Change in standard deviations", "Perubahan dalam simpangan baku"),
}
BECAUSE = {
    "panel": (
        "units are compared with themselves in other periods, because the study asks them again and again",
        "satuan dibandingkan dengan dirinya sendiri pada periode lain karena penelitian ini menanyai satuan yang sama berulang kali",
    ),
    "alone": (
        "the programme declares no comparison group, so that only the change of participants can be told",
        "program tidak menetapkan kelompok pembanding, sehingga hanya perubahan pada peserta yang dapat diketahui",
    ),
    "offer": (
        "not everyone took up the offer, so the offer stands in for taking part",
        "tidak semua orang mengambil tawaran, sehingga tawaran dipakai sebagai pengganti keikutsertaan",
    ),
    "compared": (
        "a lottery makes groups alike, so their means are compared; without one, what was measured before the programme is adjusted for",
        "undian membuat kelompok serupa sehingga rata-ratanya dibandingkan; tanpa undian, hal yang diukur sebelum program disesuaikan",
    ),
}


def made(name: str, method: str, std_errors: tuple[str, ...] = ("auto",), **more: object) -> Specification:
    """One rung with its labels."""
    english, indonesian = LABELS[name]
    return Specification(id=name, label={"en": english, "id": indonesian}, method=method, std_errors=list(std_errors), **more)


def adjusting(indicators: list[Indicator], *times: str) -> list[str]:
    """Covariates measured at the given times, all of them before the programme."""
    return [line.name for line in indicators if line.use == "covariate" and line.time in times]


def was_measured_before(indicators: list[Indicator]) -> bool:
    """Whether any indicator that an effect is asked for was measured before the programme."""
    return any(measured_before(indicators, line.indicator, line.rater or None) for line in concepts(indicators))


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
    plain = programme.design.weight is None and programme.design.cluster is None
    return rungs + ([made("matching", "nearest_neighbour", ("AI",), covariates=covariates)] if plain else [])


def compared(programme: Programme, indicators: list[Indicator]) -> list[Specification]:
    """The ladder of a study that compares groups."""
    design, fixed = programme.design, adjusting(indicators, "fixed")
    rungs = [made("difference", "difference_in_means")]
    rungs += [made("strata", "strata_fixed_effects")] if design.strata else []
    rungs += adjusted(programme, adjusting(indicators, "fixed", "before"))
    if was_measured_before(indicators):
        rungs.append(made("did", "difference_in_differences"))
        rungs += [made("did-robust", "doubly_robust_difference_in_differences", covariates=fixed)] if fixed else []
    if design.instrument:
        rungs.append(made("offer", "instrumental_variables", instrument=design.instrument, treatment=[design.group]))
    return rungs + (changes() if was_measured_before(indicators) else [])


def chosen(programme: Programme, indicators: list[Indicator]) -> tuple[list[Specification], Primary]:
    """The ladder of a design and which of its rungs speaks, by how the comparison came about."""
    design = programme.design
    if design.panel:
        treatments = [line.name for line in indicators if line.use == "treatment"] or [design.group]
        return [made("fixed-effects", "fixed_effects", treatment=treatments)], primary("fixed-effects", "fixed-effects", "panel")
    if not design.comparison:
        return changes(), primary("change", "change", "alone")
    rungs = compared(programme, indicators)
    there = {one.id for one in rungs}
    if design.instrument:
        return rungs, primary("offer", "offer", "offer")
    by_lottery = "strata" if "strata" in there else "difference"
    wanted = ("adjusted",) if design.cluster else ("aipw",)  # weighting methods have no standard errors for few clusters
    otherwise = next((name for name in (*wanted, "did") if name in there), "difference")
    return rungs, primary(by_lottery, otherwise, "compared")


def primary(randomised: str, observational: str, why: str) -> Primary:
    """The rule, with its reason in both languages."""
    english, indonesian = BECAUSE[why]
    return Primary(randomised=randomised, observational=observational, because={"en": english, "id": indonesian})


def completed(programme: Programme, indicators: list[Indicator]) -> Programme:
    """The programme with a ladder: its own, or where it declares none the one that its design calls for."""
    if programme.specifications:
        return programme
    rungs, rule = chosen(programme, indicators)
    return programme.model_copy(update={"specifications": rungs, "primary": rule})
