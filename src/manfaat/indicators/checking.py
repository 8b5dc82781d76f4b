"""Mistakes in ``indicators.csv``, all of them, each with its row and column and what would be right."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from manfaat.base.problems import Problem, nearest
from manfaat.definitions.codebook import Codebook
from manfaat.definitions.expressions import parse_expression
from manfaat.definitions.grids import Grid, written_out
from manfaat.definitions.indicator import NEEDS_PRICES, Indicator
from manfaat.definitions.prices import series_names
from manfaat.definitions.programme import Programme
from manfaat.definitions.records import read_rows, shown
from manfaat.indicators.context import Item, input_names, items_of
from manfaat.indicators.listed import check_lists
from manfaat.indicators.refusals import check_money, check_timing
from manfaat.indicators.registry import (
    ANY,
    CODES,
    CONSTRUCTS,
    NEEDS_GROUP,
    NEEDS_PANEL,
    NUMBERS,
    WHOLE,
    WORDS,
)
from manfaat.indicators.transforms import quantiles_of


@dataclass(frozen=True)
class Known:
    """What a definition may refer to: variables, earlier indicators, columns already declared, price
    series.
    """

    programme: Programme
    items: Mapping[str, Item]
    seen: frozenset[str] = frozenset()
    columns: frozenset[tuple[str, str, str]] = frozenset()
    series: frozenset[str] = frozenset()

    def with_line(self, line: Indicator) -> Known:
        """The same after one more definition."""
        place = (line.indicator, line.time, line.rater)
        return Known(self.programme, self.items, self.seen | {line.name}, self.columns | {place}, self.series)


@dataclass
class Findings:
    """Problems of one line, gathered with its place in the file."""

    file: str
    row: int
    problems: list[Problem] = field(default_factory=list)

    def add(self, message: str, column: str, expected: str | None = None) -> None:
        """Note one mistake."""
        self.problems.append(Problem(self.file, message, row=self.row, column=column, expected=expected))


def load_indicators(
    folder: Path, programme: Programme, codebook: Codebook, *, root: Path
) -> tuple[list[Indicator], list[Problem]]:
    """Read ``indicators.csv`` and check every name in it."""
    path = folder / "indicators.csv"
    grid = grid_of(programme)
    lines, problems = read_rows(
        Indicator, path, root=root, write_out=lambda rows, file: written_out(rows, file, grid)
    )
    if problems and not lines:
        return [], problems  # else every name that is used would be called unknown
    series = series_names(programme.prices.path(folder), root=root) if programme.prices else frozenset()
    known = Known(programme, items_of(programme, codebook), series=series)
    for row, line in lines:
        problems += check_indicator(line, row, shown(path, root), known)
        known = known.with_line(line)
    known_lines = [line for _, line in lines]
    problems += check_names(programme, known_lines, root=root) + check_money(
        programme, codebook, lines, shown(path, root)
    )
    file = shown(folder / "programme.yml", root)
    problems += check_lists(programme, codebook, lines, shown(path, root)) + check_panel(
        programme, known.items, file
    )
    return known_lines, problems + check_timing(programme, known_lines, file)


def grid_of(programme: Programme) -> Grid:
    """Which cells of ``indicators.csv`` may list several values."""
    return Grid(("rater", "time"), programme.words, completed, ("indicator",), ("indicator",))


def completed(cells: dict[str, str]) -> dict[str, str]:
    """Fill what a row leaves to another cell: what is measured to its name, the second stage to the first."""
    return cells | {
        "indicator": cells.get("indicator") or cells.get("name", ""),
        "stage_dac": cells.get("stage_dac") or cells.get("stage_thesis", ""),
    }


def check_indicator(line: Indicator, row: int, file: str, known: Known) -> list[Problem]:
    """Say what is wrong with one definition: a construct, input, argument or unit that does not exist or does
    not fit.
    """
    found = Findings(file, row)
    if line.name in known.seen:
        found.add(f"'{line.name}' stands twice", "name")
    if (line.indicator, line.time, line.rater) in known.columns:
        found.add(
            f"'{line.indicator}' is measured twice at the time '{line.time}' by the same rater",
            "indicator",
            "another time, rater or indicator",
        )
    if line.unit and line.unit not in known.programme.units:
        found.add(
            f"the unit '{line.unit}' is not declared in programme.yml",
            "unit",
            nearest(line.unit, known.programme.units),
        )
    if line.about and line.use in ("group", "treatment", "covariate"):
        found.add(
            "what is about participants alone cannot compare the groups", "about", "empty, or another use"
        )
    names = input_names(line.inputs, line.options, known.items, known.programme.main_table)
    allowed = set(known.items) | known.seen
    for name in names:
        if name not in allowed:
            found.add(
                f"'{name}' is neither a variable nor an earlier indicator", "inputs", nearest(name, allowed)
            )
    if line.recipe not in CONSTRUCTS:
        found.add(
            f"the construct '{line.recipe}' does not exist", "construct", nearest(line.recipe, CONSTRUCTS)
        )
        return found.problems
    check_inputs(line, names, known, found)
    check_arguments(line, names, known, found)
    check_surroundings(line, known, found)
    return found.problems


def check_inputs(line: Indicator, names: list[str], known: Known, found: Findings) -> None:
    """Say when there are too many or too few inputs, or an input is of a kind that the construct cannot
    use.
    """
    recipe, scale = CONSTRUCTS[line.recipe], line.options.get("scale", "")
    if scale and line.inputs.split():
        found.add("inputs and the argument 'scale' both name the items", "inputs", "one of the two")
    if scale and not names:
        found.add(
            f"no variable of the scale '{scale}' fits",
            "arguments",
            nearest(scale, {item.scale for item in known.items.values()} - {""}),
        )
    elif not recipe.fewest <= len(names) <= recipe.most:
        most = "or more" if recipe.most == ANY else f"or {recipe.most}"
        found.add(
            f"'{line.recipe}' takes"
            f" {recipe.fewest if recipe.fewest == recipe.most else f'{recipe.fewest} {most}'} inputs",
            "inputs",
        )
    for place, name in enumerate(names):
        kinds = recipe.kinds[min(place, len(recipe.kinds) - 1)]
        if name in known.items and known.items[name].kind not in kinds:
            found.add(
                f"'{line.recipe}' cannot use '{name}', which is of the type {known.items[name].kind}",
                "inputs",
                "one of " + ", ".join(sorted(kinds)),
            )
    lists = {known.items[name].list_name for name in names if name in known.items} - {""}
    if line.recipe in ("steps", "asset_index") and len(lists) > 1:
        found.add(
            f"'{line.recipe}' compares answers of different lists: {', '.join(sorted(lists))}",
            "inputs",
            "variables with the same list of answers",
        )


def check_arguments(line: Indicator, names: list[str], known: Known, found: Findings) -> None:
    """Say which arguments are missing, unknown, or have a value that cannot be used."""
    recipe, options = CONSTRUCTS[line.recipe], line.options
    for name in sorted(recipe.must - set(options)):
        found.add(f"'{line.recipe}' needs the argument '{name}'", "arguments")
    codes = known.items[names[0]].codes if names and names[0] in known.items else ()
    if recipe.may is None:
        check_mapping(line, codes, found)
        return
    for name in sorted(set(options) - recipe.must - recipe.may):
        found.add(f"'{line.recipe}' has no argument '{name}'", "arguments")
    for name, value in options.items():
        if name in NUMBERS | WHOLE and not is_number(value, whole=name in WHOLE):
            found.add(
                f"'{name}' is '{value}'", "arguments", "a whole number" if name in WHOLE else "a number"
            )
        elif name == "minimum" and names and not 1 <= int(value) <= len(names):
            found.add(f"'minimum' is {value}", "arguments", f"1 to {len(names)}, the number of items")
        elif name in CODES:
            check_codes(name, value, codes, found)
        elif name in WORDS and value not in WORDS[name]:
            found.add(f"'{name}' is '{value}'", "arguments", "one of " + ", ".join(WORDS[name]))


def check_codes(name: str, value: str, codes: tuple[str, ...], found: Findings) -> None:
    """Say which codes are not answers of the first input's list; without a list a single code must be a
    number.
    """
    if not value.split():
        found.add(f"'{name}' is empty", "arguments", "codes separated by spaces")
    for code in value.split() if codes else ():
        if code not in codes:
            found.add(f"'{code}' is not an answer", "arguments", "one of " + ", ".join(codes))
    if name == "code" and not codes and not is_number(value):
        found.add(f"'code' is '{value}'", "arguments", "a number")


def check_mapping(line: Indicator, codes: tuple[str, ...], found: Findings) -> None:
    """Say which codes of a mapping are not answers, and which are not mapped to numbers."""
    if not line.options:
        found.add(f"'{line.recipe}' needs arguments", "arguments", "code=number;code=number")
    for code, number in line.options.items():
        if codes and code not in codes:
            found.add(f"'{code}' is not an answer", "arguments", "one of " + ", ".join(codes))
        if not is_number(number):
            found.add(f"'{code}' becomes '{number}'", "arguments", "a number")


def check_surroundings(line: Indicator, known: Known, found: Findings) -> None:
    """Say when a construct needs a panel, prices, a series or the group and the programme does not declare
    it.
    """
    programme = known.programme
    if line.recipe in NEEDS_PANEL and programme.design.panel is None:
        found.add(f"'{line.recipe}' needs a panel, and programme.yml declares none", "construct")
    if line.recipe in NEEDS_PRICES and not (programme.prices and programme.prices.series):
        found.add(f"'{line.recipe}' needs 'prices' in programme.yml", "construct")
    elif line.recipe in NEEDS_PRICES and len(line.inputs.split()) == 1 and programme.design.panel is None:
        found.add(f"'{line.recipe}' needs the date of each amount", "inputs", "the amount and its date")
    series = line.options.get("series", "")
    if line.recipe == "ratio_to_series" and programme.prices is not None and series not in known.series:
        found.add(f"the price file has no series '{series}'", "arguments", nearest(series, known.series))
    if (
        line.recipe in NEEDS_GROUP
        and programme.design.comparison
        and programme.design.group not in known.seen
    ):
        found.add(
            f"'{line.recipe}' needs to know the comparison group",
            "construct",
            f"a line below that of '{programme.design.group}'",
        )
    check_transforms(line, known, found)


def check_transforms(line: Indicator, known: Known, found: Findings) -> None:
    """Say which quantiles leave nothing between them, which formula cannot be calculated, and where a mean of
    the comparison group is asked for that is not known.
    """
    design, options = known.programme.design, line.options
    if line.recipe == "winsorise" and all(is_number(one) for one in options.values()):
        low, high = quantiles_of(options)
        if not 0 <= low < high <= 1:
            found.add(f"'lower' is {low:g} and 'upper' {high:g}", "arguments", "0 ≤ lower < upper ≤ 1")
    if line.recipe == "percent_of_comparison":
        if not design.comparison:
            found.add("the design has no comparison group", "construct", "'comparison' under 'design'")
        elif design.weight and design.weight not in known.seen:
            told = f"a line below that of '{design.weight}'"
            found.add("'percent_of_comparison' needs to know the weights", "construct", told)
    if line.recipe == "calculate" and "formula" in options:
        try:
            named = parse_expression(options["formula"]).names()
        except ValueError as failure:
            found.add(f"'formula' cannot be read: {failure}", "arguments", "such as ${a} + ${b}")
            return
        inputs = set(line.inputs.split())
        for name in sorted(named ^ inputs):
            told = "is in 'formula' and no input" if name in named else "is an input and not in 'formula'"
            found.add(f"'{name}' {told}", "inputs", "the same names in both")


def is_number(text: str, *, whole: bool = False) -> bool:
    """Whether a text is a (whole) number."""
    try:
        return not whole or float(text) == int(text) if float(text) == float(text) else False
    except ValueError:
        return False


def check_panel(programme: Programme, items: Collection[str], file: str) -> list[Problem]:
    """Say which columns of the panel are not variables of the main table."""
    panel = programme.design.panel
    named = {} if panel is None else {"unit": panel.unit, "period": panel.period}
    return [
        Problem(
            file,
            f"'{name}' is not a variable of the table {programme.main_table}",
            column=f"design.panel.{role}",
            expected=nearest(name, items),
        )
        for role, name in named.items()
        if name not in items
    ]


SINGLE = ("weight", "strata", "cluster", "wave", "instrument", "assigned")  # roles of one indicator each


def check_names(programme: Programme, indicators: list[Indicator], *, root: Path) -> list[Problem]:
    """Say which names in ``programme.yml`` are not indicators."""
    columns = {line.name for line in indicators}
    effects = {line.indicator for line in indicators if line.use == "effect"}
    told = effects | {line.indicator for line in indicators if line.use == "describe"}
    file = f"programmes/{programme.programme}/programme.yml"
    design = programme.design
    roles = {name: getattr(design, name) for name in SINGLE}
    asked = [("design.group", design.group, columns)] + [
        (f"design.{role}", name, columns) for role, name in roles.items() if name
    ]
    for spec in programme.specifications:
        own = {"instrument": spec.instrument, "strata": spec.strata}
        asked += [(f"specifications.{spec.id}.{role}", name, columns) for role, name in own.items() if name]
        asked += [
            (f"specifications.{spec.id}.covariates", name, columns | set(programme.covariate_sets))
            for name in spec.covariates
        ]
        asked += [(f"specifications.{spec.id}.treatment", name, columns) for name in spec.treatment]
        asked += [(f"specifications.{spec.id}.indicators", name, effects) for name in spec.indicators]
    for name, sample in programme.samples.items():
        named = sorted(parse_expression(sample.when).names())
        asked += [(f"samples.{name}.when", one, columns) for one in named]
    for claim in programme.claims:
        asked += [(f"claims.{claim.id}.indicators", name, told) for name in claim.indicators]
    asked += [(f"opinions.{one.id}.coded", one.coded, columns) for one in programme.opinions if one.coded]
    early = [(f"subgroups.{declared.id}.variable", declared.variable) for declared in programme.subgroups]
    early += [(f"equity.{axis.id}.variable", axis.variable) for axis in programme.equity]
    early += [(f"history.{concept}", name) for concept, names in programme.history.items() for name in names]
    asked += [(place, name, columns) for place, name in early] + [
        ("history", concept, effects) for concept in programme.history
    ]
    late = {line.name for line in indicators if line.time == "now"}
    return (
        [
            Problem(file, f"'{name}' is also the name of an indicator", column=f"covariate_sets.{name}")
            for name in programme.covariate_sets
            if name in columns
        ]
        + [
            Problem(file, f"'{name}' is not an indicator", column=place, expected=nearest(name, allowed))
            for place, name, allowed in asked
            if name not in allowed
        ]
        + [
            Problem(
                file,
                f"'{name}' was measured after the programme, which may have changed it",
                column=place,
                expected="what was measured before",
            )
            for place, name in early
            if name in late
        ]
    )
