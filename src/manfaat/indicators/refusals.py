"""What no definition may ask for: nominal money across years, and adjusting for what came after the programme
began.
"""

from __future__ import annotations

from manfaat.base.problems import Problem
from manfaat.definitions.codebook import Codebook
from manfaat.definitions.indicator import Indicator, is_level, unit_of_concept
from manfaat.definitions.programme import Programme
from manfaat.indicators.context import input_names, items_of

CARRIES = (
    "copy",
    "first_known",
    "sum",
    "product",
    "power",
    "log",
    "asinh",
    "winsorise",
    "percent_of_comparison",
    "calculate",
    "mean_items",
    "previous_period",
)  # what is made so is still money of its year
ACROSS = ("difference", "log_ratio", "calculate")


def nominal_money(programme: Programme, codebook: Codebook, indicators: list[Indicator]) -> set[str]:
    """Names of variables and indicators that are money of their own year: their unit has a currency, or they
    are made from such.
    """
    found = {
        variable.name
        for variable in codebook.variables
        if variable.unit and programme.units.get(variable.unit) and programme.units[variable.unit].currency
    }
    items = items_of(programme, codebook)
    for line in indicators:
        names = input_names(line.inputs, line.options, items, programme.main_table)
        unit = programme.units.get(line.unit)
        if (unit and unit.currency) or (line.recipe in CARRIES and found & set(names)):
            found.add(line.name)
    return found


def check_money(
    programme: Programme, codebook: Codebook, lines: list[tuple[int, Indicator]], file: str
) -> list[Problem]:
    """Refuse an effect on money that is not deflated, and a difference or ratio of two such amounts: they may
    be of different years.
    """
    if programme.prices and programme.prices.nominal_within:
        return []  # all of it is of one short span, as the report says
    nominal = nominal_money(programme, codebook, [line for _, line in lines])
    items, problems = items_of(programme, codebook), []
    for row, line in lines:
        names = set(input_names(line.inputs, line.options, items, programme.main_table))
        if line.use == "effect" and line.name in nominal:
            problems.append(
                Problem(
                    file,
                    f"'{line.name}' is nominal money, which cannot be compared across years",
                    row=row,
                    column="use",
                    expected=(
                        "deflated first (construct 'deflate', with a series under 'prices' in programme.yml),"
                        " or 'nominal_within' under 'prices' where all was asked within a year"
                    ),
                )
            )
        elif line.recipe in ACROSS and len(names & nominal) > 1 and line.use != "technical":
            found = (
                f"'{line.recipe}' sets nominal amounts against each other, which may be of different years"
            )
            problems.append(Problem(file, found, row=row, column="inputs", expected="both deflated first"))
    return problems


def check_value_units(programme: Programme, indicators: list[Indicator], file: str) -> list[Problem]:
    """Refuse a benefit or a yardstick whose unit is not what its kind says: logarithms, money, per cent and
    shares are not one another.
    """
    worth = programme.worth
    problems: list[Problem] = []
    if worth is None:
        return problems
    benefit, unit = worth.benefit, unit_of_concept(programme, indicators, worth.benefit.indicator)
    base = next((programme.units.get(line.unit) for line in indicators if line.name == benefit.base), None)
    if not is_level(programme, indicators) and not (unit and unit.is_log):
        found = f"'{benefit.indicator}' is no difference of logarithms"
        problems.append(
            Problem(
                file,
                found,
                column="worth.benefit.kind",
                expected="a unit with 'is_log: true', or 'kind: level' for an amount of money",
            )
        )
    elif is_level(programme, indicators) and (unit is None or not unit.currency or unit != base):
        found = f"'{benefit.indicator}' is no amount of money in the unit of '{benefit.base}'"
        problems.append(
            Problem(
                file,
                found,
                column="worth.benefit.kind",
                expected="one unit for both, with a currency; or 'kind: log' for logarithms",
            )
        )
    for stick in worth.yardsticks:
        own = unit_of_concept(programme, indicators, stick.indicator)
        wanted = {"percent": "is_log", "share": "is_share"}.get(stick.kind)
        if wanted and not (own and getattr(own, wanted)):
            found = f"'{stick.indicator}' is not counted in '{stick.kind}'"
            problems.append(
                Problem(
                    file,
                    found,
                    column="worth.yardsticks.kind",
                    expected=f"an indicator whose unit has '{wanted}: true'",
                )
            )
    return problems


def check_timing(programme: Programme, indicators: list[Indicator], file: str) -> list[Problem]:
    """Refuse a covariate that was measured, or recalled, at the interview: the programme may have changed
    it.
    """
    late = {line.name: line.time for line in indicators if line.time in ("now", "then")}
    how = {"now": "was measured after the programme", "then": "was recalled after the programme"}
    return [
        Problem(
            file,
            f"'{name}' {how[late[name]]}, which may have changed it",
            column=f"specifications.{spec.id}.covariates",
            expected="what was measured before",
        )
        for spec in programme.specifications
        if spec.covariates_measured == "before"
        for name in spec.covariates
        if name in late
    ]
