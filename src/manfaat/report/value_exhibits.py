"""Figures and tables of the value of a programme: scenarios, viewpoints, uncertainty, cost-effectiveness."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd

from manfaat.base.typed import typed_rows
from manfaat.costs.breakeven import break_even
from manfaat.costs.effectiveness import cost_per_unit, place_costs
from manfaat.costs.flows import SOCIETY
from manfaat.costs.scenarios import worth_of
from manfaat.costs.subgroups import by_subgroup
from manfaat.costs.uncertainty import net_value, switching_values, tornado
from manfaat.costs.value import by_rate
from manfaat.costs.viewpoints import viewpoint_table
from manfaat.report.cost_words import Teller, millions
from manfaat.report.exhibit import Exhibit
from manfaat.report.figures import value as drawing
from manfaat.report.reader import Reader
from manfaat.report.tables import Column, Layout
from manfaat.report.unpriced import star_note, starred
from manfaat.report.value_words import KINDS, UNKNOWNS, Value, ValueTeller, values_of, with_bounds
from manfaat.report.words import mark

BINS = 40
SCENARIOS = {
    "none": mark("No benefit at all"),
    "low": mark("Low end of the interval"),
    "estimate": mark("The estimate itself"),
    "high": mark("High end of the interval"),
}
BY_SCENARIO = Layout(
    "scenarios",
    "{title}",
    [
        ("scenario", mark("Scenario")),
        ("gain", mark("Gain"), "{gain}"),
        ("yearly", mark("Benefit of the first year, {unit}"), "millions"),
        ("npv", mark("Net present value for society, {unit}"), "millions"),
        ("bcr", mark("Benefit–cost ratio"), "number"),
        ("irr", mark("Internal rate of return"), "right"),
        ("payback", mark("Paid back in year"), "count"),
        ("own", mark("Net present value for {party}, {unit}"), "millions"),
    ],
    mark(
        "Benefit–cost ratio for society: present benefits over present resource costs, transfers left out on"
        " both sides. A dash: there is none; “!”: one of several rates."
    ),
)
VIEWPOINTS = Layout(
    "viewpoints",
    mark("What each party gains and spends"),
    [("name", mark("What"))],
    mark(
        "Present values, {unit}. Each row adds up to its last column, to the last unit before it is written"
        " in millions; what one party pays to another cancels for society alone, and counts whole as a gain"
        " of the one who receives it, although living away from home is paid from an allowance. A wage that"
        " goes on is left out: it is paid with or without the programme."
    ),
)
BY_PARTY = Layout(
    "value-parties",
    mark("Value by party"),
    [
        ("party", mark("Party")),
        ("benefits", mark("Gains"), "millions"),
        ("costs", mark("Costs"), "millions"),
        ("npv", mark("Net present value"), "millions"),
        ("bcr", mark("Benefit–cost ratio"), "number"),
        ("irr", mark("Internal rate of return"), "right"),
        ("payback", mark("Paid back in year"), "count"),
        ("needed", mark("Unpriced gain needed, a trainee and year"), "money"),
    ],
    mark(
        "{unit}. An internal rate of return with “!” is one of several: the yearly sums change sign more than"
        " once. A dash: there is none."
    ),
    layer="annex",
)
BY_RATE = Layout(
    "discount-rates",
    mark("Value for society by discount rate"),
    [
        ("rate", mark("Discount rate"), "whole percent"),
        ("npv", mark("Net present value for society, {unit}"), "millions"),
        ("bcr", mark("Benefit–cost ratio"), "number"),
    ],
)
SWITCHING = Layout(
    "switching",
    mark("Switching values for society"),
    [
        ("label", mark("What is changed alone")),
        ("now", mark("Assumed"), "right"),
        ("turns", mark("Net present value is zero at"), "right"),
    ],
)
DRAWN = Layout(
    "npv-probability",
    mark("Net present value by party: draws"),
    [
        ("party", mark("Party")),
        ("mean", mark("Mean"), "millions"),
        ("p5", mark("5th percentile"), "millions"),
        ("median", mark("Median"), "millions"),
        ("p95", mark("95th percentile"), "millions"),
        ("chance", mark("Probability above zero"), "right"),
    ],
)
PER_UNIT = Layout(
    "cost-effectiveness",
    mark("What one unit of a result cost"),
    [
        ("label", mark("Unit")),
        ("gained", mark("Units per trainee [interval]"), "right"),
        ("payer", mark("Cost borne by")),
        ("text", mark("Cost of one unit [interval]"), "right"),
    ],
    mark(
        "Present cost over what the primary specification finds. Where the interval of what was gained"
        " reaches zero, the cost of a unit has no upper bound."
    ),
)


BY_SUBGROUP = Layout(
    "value-subgroups",
    mark("What one trainee of each subgroup gains society"),
    [
        ("label", mark("Subgroup")),
        ("n", mark("n"), "count"),
        ("gained", mark("Gain [interval]"), "right"),
        ("worth", mark("Net present value for society, a trainee [at the ends of the interval]"), "right"),
    ],
    mark(
        "Every trainee is taken to cost what trainees cost on average. That the gain of one subgroup is told"
        " from zero and that of another is not does not tell the two apart."
    ),
)


class Switch(NamedTuple):
    """One unknown: what is assumed, where the value turns, and between what it was sought."""

    what: str
    now: float
    switches_at: float
    low: float
    high: float


class Moved(NamedTuple):
    """One unknown, at the two ends that it is moved to."""

    what: str
    low: float | str
    high: float | str


class Unit(NamedTuple):
    """What was gained of a result, and what one unit of it cost, each with its interval."""

    units: float
    units_low: float
    units_high: float
    each: float
    each_low: float
    each_high: float


def scenario_table(teller: ValueTeller) -> list[Exhibit]:
    """Value for society and for the trainees under each scenario."""
    valuation, say, rows = teller.valuation, teller.reader.say, []
    for name, case in valuation.cases.items():
        values = values_of(valuation, name)
        whole = values[SOCIETY]
        rows.append(
            {
                "scenario": say(SCENARIOS[name]),
                "gain": case.effect if case.is_level else np.expm1(case.effect),
                "yearly": case.yearly,
                "npv": whole.npv,
                "bcr": whole.bcr,
                "irr": rate_text(whole, teller.reader),
                "payback": whole.payback,
                "own": values[case.goes_to].npv,
            }
        )
    title = (
        say("Value by the estimate and its interval")
        if valuation.found.is_causal
        else say("Value in four scenarios")
    )
    return [
        BY_SCENARIO.exhibit(
            teller.reader,
            pd.DataFrame(rows),
            teller.note(),
            title=title,
            gain="money" if valuation.case.is_level else "percent",
            unit=teller.words.unit(),
            party=teller.words.party(valuation.case.goes_to),
        ),
        *subgroup_table(teller),
    ]


def subgroup_table(teller: ValueTeller) -> list[Exhibit]:
    """The gain priced in each subgroup that the programme prices apart; none where it does so for none."""
    found, reader, study = by_subgroup(teller.valuation), teller.reader, teller.valuation.study
    if found.empty:
        return []
    declared = next(one for one in study.programme.subgroups if one.id == teller.benefit.by_subgroup)
    data = found.assign(
        label=[declared.answers[code][reader.code] for code in found["code"]],
        gained=between(found, "gain", teller.gain),
        worth=between(found, "npv", teller.words.amount),
    )
    return [BY_SUBGROUP.exhibit(reader, data, teller.note())]


def between(found: pd.DataFrame, name: str, write: Callable[[float], str]) -> list[str]:
    """Write the numbers of a column, each with those of its ``_low`` and ``_high``."""
    names = [name, f"{name}_low", f"{name}_high"]
    return [with_bounds([write(value) for value in row]) for row in found[names].to_numpy().tolist()]


def viewpoint_exhibits(teller: ValueTeller) -> list[Exhibit]:
    """Who gains and who pays, as bars and as a table whose rows add up."""
    say, words = teller.reader.say, teller.words
    values = teller.valuation.table()
    data = pd.DataFrame(
        {
            "label": [starred(teller, name) for name in values["party"]],
            "npv": values["npv"] / 1e6,
            "whole": values["party"] == SOCIETY,
        }
    )
    title = (
        say("Net present value by viewpoint, if the scenario “the estimate itself” holds")
        if not teller.valuation.found.is_causal
        else say("Net present value by viewpoint")
    )
    return [
        drawing.viewpoint_bars(data, words.unit(), title, star_note(teller), teller.reader),
        viewpoints_table(teller),
    ]


def viewpoints_table(teller: ValueTeller) -> Exhibit:
    """Rows: what is gained and spent; columns: by whom. Transfers cancel for society alone."""
    reader, words, valuation = teller.reader, teller.words, teller.valuation
    found = viewpoint_table(valuation.entries(valuation.case), valuation.parties, valuation.case.terms)
    details = {"benefit": teller.benefit.label[reader.code], "burden": "", "total": "", "displaced": ""}
    levies = {str(place): levy.label[reader.code] for place, levy in enumerate(teller.benefit.levies)}
    names = []
    for kind, item in zip(found["kind"], found["item"], strict=True):
        text = details.get(kind) if kind in details else levies[item] if kind == "levy" else words.item(item)
        names.append(reader.say(KINDS[kind]) + (f": {text}" if text else ""))
    more = [
        Column(party, starred(teller, party), partial(millions, reader=reader))
        for party in [*valuation.parties, SOCIETY]
    ]
    return VIEWPOINTS.exhibit(
        reader, found.assign(name=names), star_note(teller), more=more, unit=words.unit()
    )


def party_table(teller: ValueTeller) -> list[Exhibit]:
    """Net present value, benefit–cost ratio, internal rate of return and payback by party."""
    valuation = teller.valuation
    needed = break_even(valuation.case, valuation.parties).set_index("party")["needed"]
    found = valuation.table()
    data = found.assign(
        needed=found["party"].map(needed),
        party=[starred(teller, name) for name in found["party"]],
        irr=[rate_text(row, teller.reader) for row in typed_rows(found, Value)],
    )
    return [BY_PARTY.exhibit(teller.reader, data, star_note(teller), unit=teller.words.unit())]


def rate_text(row: Value, reader: Reader) -> str:
    """Write an internal rate of return, with a mark where it is one of several."""
    return reader.percent(row.irr, 1) + ("!" if row.sign_changes > 1 else "")


def sensitivity_exhibits(teller: ValueTeller) -> list[Exhibit]:
    """Discount rates, switching values, tornado."""
    case = teller.valuation.case
    found = by_rate(teller.valuation.entries(case), SOCIETY, case.terms)
    return [
        BY_RATE.exhibit(teller.reader, found, teller.note(), unit=teller.words.unit()),
        switching_table(teller),
        tornado_figure(teller),
    ]


def switching_table(teller: ValueTeller) -> Exhibit:
    """Where the net present value for society turns."""
    say, level, rows = teller.reader.say, teller.level, []
    for row in typed_rows(switching_values(teller.valuation.case), Switch):
        bounds = {"low": level(row.what, row.low), "high": level(row.what, row.high)}
        turns = (
            say("not between {low} and {high}", **bounds)
            if pd.isna(row.switches_at)
            else level(row.what, row.switches_at)
        )
        rows.append({"label": say(UNKNOWNS[row.what]), "now": level(row.what, row.now), "turns": turns})
    return SWITCHING.exhibit(teller.reader, rows, teller.words.note())


def tornado_figure(teller: ValueTeller) -> Exhibit:
    """What each unknown alone can move."""
    say, case = teller.reader.say, teller.valuation.case
    found = tornado(case)
    rows = list(typed_rows(found, Moved))
    data = pd.DataFrame(
        {
            "label": [say(UNKNOWNS[row.what]) for row in rows],
            "low": [teller.level(row.what, row.low) for row in rows],
            "high": [teller.level(row.what, row.high) for row in rows],
            "at_low": found["at_low"] / 1e6,
            "at_high": found["at_high"] / 1e6,
        }
    )
    title = say("What moves the net present value for society")
    caption = say(
        "Each unknown is moved alone to the two values written at its bar. “Valuation”: every cost line at"
        " the low or high end of its band."
    )
    note, unit = f"{caption} {teller.note()}", teller.words.unit()
    return drawing.tornado(data, net_value(case) / 1e6, unit, title, note, teller.reader)


def drawn_exhibits(teller: ValueTeller, *, seed: int, draws: int) -> list[Exhibit]:
    """Distribution of the net present value for society, and the probability that it is above zero for each
    party.
    """
    reader, say, unit = teller.reader, teller.reader.say, teller.words.unit()
    values, found = teller.valuation.drawn(seed=seed, draws_=draws)
    drawn = values[SOCIETY].to_numpy() / 1e6
    shares, edges = np.histogram(drawn, bins=bin_edges(drawn))
    data = pd.DataFrame({"low": edges[:-1], "high": edges[1:], "share": shares / draws})
    chance = found.set_index("party")["probability"]
    told = (
        say(
            "Above zero in {share} of {draws} draws.",
            share=reader.percent(chance[SOCIETY], 1),
            draws=reader.number(draws, 0),
        )
        if chance[SOCIETY]
        else say("Above zero in none of {draws} draws.", draws=reader.number(draws, 0))
    )
    condition = (
        ""
        if teller.valuation.found.is_causal
        else say(
            "All of it holds only if the scenario “the estimate itself” does: the draws know nothing of a"
            " cause that was not measured."
        )
        + " "
    )
    caption = say(
        "Drawn: the effect, the amount and for how many (normal, by their standard errors), decay, the"
        " valuation of each kind of line within its band, exchange rates and prices within theirs (uniform);"
        " seed {seed}.",
        seed=seed,
    )
    title = say("How sure the net present value for society is")
    by_party = found.assign(
        party=[teller.words.party(name) for name in found["party"]],
        chance=[
            say("nothing priced") if name in teller.valuation.without_gain else reader.percent(share, 1)
            for name, share in zip(found["party"], found["probability"], strict=True)
        ],
    )
    note = f"{condition}{caption} {teller.note()}"
    return [
        drawing.value_distribution(data, told, unit, title, note, reader),
        DRAWN.exhibit(reader, by_party, f"{unit}. {condition}{teller.note()}"),
    ]


def bin_edges(values: np.ndarray) -> np.ndarray:
    """Edges of the bins, one of them at zero where zero lies among the values."""
    low, high = float(values.min()), float(values.max())
    width = (high - low) / BINS or 1.0
    return width * np.arange(np.floor(low / width), np.ceil(high / width) + 2)


def effectiveness_exhibits(teller: ValueTeller) -> list[Exhibit]:
    """What one unit of each result cost; none where no result is declared."""
    reader, valuation = teller.reader, teller.valuation
    sticks = worth_of(valuation.study).yardsticks
    if not sticks:
        return []
    found = cost_per_unit(valuation.case, sticks, valuation.estimates)
    rows = list(typed_rows(found, Unit))
    data = found.assign(
        label=[sticks[place].label[reader.code] for place in found["yardstick"]],
        payer=[teller.words.party(name) for name in found["payer"]],
        gained=[
            f"{reader.number(row.units, 2)} [{reader.number(row.units_low, 2)};"
            f" {reader.number(row.units_high, 2)}]"
            for row in rows
        ],
        text=[each_text(row, teller) for row in rows],
    )
    doubt = (
        ""
        if valuation.found.is_causal
        else reader.say(
            "The differences are not proved to be caused by the programme: these are costs per unit if they"
            " are."
        )
        + " "
    )
    return [PER_UNIT.exhibit(reader, data, doubt + teller.note())]


def each_text(row: Unit, teller: ValueTeller) -> str:
    """Write the cost of one unit with its interval."""
    say, amount = teller.reader.say, teller.words.amount
    if pd.isna(row.each):
        return say("cannot tell") if pd.isna(row.units) else say("no gain found")
    high = amount(row.each_high) if pd.notna(row.each_high) else say("no upper bound")
    return f"{amount(row.each)} [{amount(row.each_low)}; {high}]"


def place_exhibits(teller: Teller) -> list[Exhibit]:
    """What a place cost, the sending side's part of it, and an equivalent programme."""
    if teller.accounts.is_empty:
        return []
    say, found = teller.reader.say, place_costs(teller.accounts)
    names = {
        "equivalent": say("Equivalent programme"),
        "whole": say("This programme, whole cost"),
        "sender": say("This programme, {party} alone", party=teller.role("sender")),
    }
    rows = []
    for name, label in names.items():
        values = found[name] / 1e6
        if values.notna().all():
            rows.append({"label": label, "cost": values.iloc[0], "low": values.min(), "high": values.max()})
    told = (
        say(
            "Equivalent programme: as the cost sheet declares it, from: {sources}.",
            sources=teller.sources,
        )
        if teller.sources
        else say("The cost sheet declares no equivalent programme.")
    )
    real = say("Real cost of one place; the line spans the choices of the exchange rate.")
    caption, title = f"{real} {told} {teller.note()}", say("What one place costs")
    return [drawing.place_bars(pd.DataFrame(rows), teller.unit(), title, caption, teller.reader)]
