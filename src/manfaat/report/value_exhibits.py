"""Figures and tables of the value of a programme: scenarios, viewpoints, uncertainty, cost-effectiveness.
None without a valuation.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from manfaat.costs.breakeven import break_even
from manfaat.costs.effectiveness import cost_per_unit, equivalent_sources, place_costs
from manfaat.costs.flows import SOCIETY
from manfaat.costs.ledger import Accounts
from manfaat.costs.uncertainty import net_value, switching_values, tornado
from manfaat.costs.valuation import Valuation
from manfaat.costs.value import by_rate
from manfaat.costs.viewpoints import viewpoint_table
from manfaat.report.cost_words import Teller
from manfaat.report.exhibit import Exhibit
from manfaat.report.figures import value as drawing
from manfaat.report.tables import Column, table
from manfaat.report.unpriced import star_note, starred
from manfaat.report.value_words import KINDS, UNKNOWNS, ValueTeller
from manfaat.report.words import mark

BINS = 40
SCENARIOS = {
    "none": mark("No benefit at all"),
    "low": mark("Low end of the interval"),
    "estimate": mark("The estimate itself"),
    "high": mark("High end of the interval"),
}


def scenario_table(valuation: Valuation | None, teller: ValueTeller | None) -> list[Exhibit]:
    """Value for society and for the trainees under each scenario."""
    if valuation is None:
        return []
    language, say, rows = teller.language, teller.language.say, []
    for name, case in valuation.cases.items():
        values = valuation.table(name).set_index("party")
        whole = values.loc[SOCIETY]
        rows.append(
            {
                "scenario": say(SCENARIOS[name]),
                "gain": case.effect if case.is_level else np.expm1(case.effect),
                "yearly": case.yearly,
                "npv": whole["npv"],
                "bcr": whole["bcr"],
                "irr": rate_text(whole, language),
                "payback": whole["payback"],
                "own": values.loc[case.goes_to, "npv"],
            }
        )
    columns = [
        Column("scenario", say("Scenario")),
        Column(
            "gain",
            say("Gain"),
            teller.words.amount if teller.is_level else lambda share: language.percent(share, 1),
        ),
        Column(
            "yearly",
            say("Benefit of the first year, {unit}", unit=teller.words.unit()),
            teller.words.millions,
        ),
        Column(
            "npv",
            say("Net present value for society, {unit}", unit=teller.words.unit()),
            teller.words.millions,
        ),
        Column("bcr", say("Benefit–cost ratio"), lambda value: language.number(value, 2)),
        Column("irr", say("Internal rate of return"), str),
        Column("payback", say("Paid back in year"), lambda year: language.number(year, 0)),
        Column(
            "own",
            say(
                "Net present value for {party}, {unit}",
                party=teller.words.party(valuation.case.goes_to),
                unit=teller.words.unit(),
            ),
            teller.words.millions,
        ),
    ]
    title = (
        say("Value by the estimate and its interval")
        if valuation.found.is_causal
        else say("Value in four scenarios")
    )
    caption = say(
        "Benefit–cost ratio for society: present benefits over present resource costs, transfers left out on"
        " both sides. A dash: there is none; “!”: one of several rates."
    )
    return [table("scenarios", title, f"{caption} {teller.note()}", pd.DataFrame(rows), columns)]


def viewpoint_exhibits(valuation: Valuation | None, teller: ValueTeller | None) -> list[Exhibit]:
    """Who gains and who pays, as bars and as a table whose rows add up."""
    if valuation is None:
        return []
    say, words = teller.language.say, teller.words
    values = valuation.table()
    data = pd.DataFrame(
        {
            "label": [starred(valuation, teller, name) for name in values["party"]],
            "npv": values["npv"] / 1e6,
            "whole": values["party"] == SOCIETY,
        }
    )
    title = (
        say("Net present value by viewpoint, if the scenario “the estimate itself” holds")
        if not valuation.found.is_causal
        else say("Net present value by viewpoint")
    )
    note = star_note(valuation, teller) + teller.note()
    return [
        drawing.viewpoint_bars(data, words.unit(), title, note, teller.language),
        viewpoints_exhibit(valuation, teller),
    ]


def viewpoints_exhibit(valuation: Valuation, teller: ValueTeller) -> Exhibit:
    """Rows: what is gained and spent; columns: by whom. Transfers cancel for society alone."""
    say, words, case = teller.language.say, teller.words, valuation.case
    found = viewpoint_table(valuation.entries(case), valuation.parties, case.terms)
    details = {
        "benefit": valuation.study.programme.worth.benefit.label[teller.language.code],
        "burden": "",
        "total": "",
    }
    details = [
        details[row.kind] if row.kind in details else words.item(row.item)
        for row in found.itertuples(index=False)
    ]
    data = found.assign(
        name=[
            say(KINDS[kind]) + (f": {text}" if text else "")
            for kind, text in zip(found["kind"], details, strict=True)
        ]
    )
    columns = [Column("name", say("What"))]
    columns += [
        Column(party, starred(valuation, teller, party), words.millions)
        for party in [*valuation.parties, SOCIETY]
    ]
    caption = say(
        "Present values, {unit}. Each row adds up to its last column, to the last unit before it is written"
        " in millions; what one party pays to another cancels for society alone, and counts whole as a gain"
        " of the one who receives it, although living away from home is paid from an allowance. A wage that"
        " goes on is left out: it is paid with or without the programme.",
        unit=words.unit(),
    )
    return table(
        "viewpoints",
        say("What each party gains and spends"),
        f"{caption} {star_note(valuation, teller)}{teller.note()}",
        data,
        columns,
    )


def party_table(valuation: Valuation | None, teller: ValueTeller | None) -> list[Exhibit]:
    """Net present value, benefit–cost ratio, internal rate of return and payback by party."""
    if valuation is None:
        return []
    language, say, words = teller.language, teller.language.say, teller.words
    found = valuation.table()
    data = found.assign(
        needed=found["party"].map(break_even(valuation.case, valuation.parties).set_index("party")["needed"]),
        party=[starred(valuation, teller, name) for name in found["party"]],
        irr=[rate_text(row, language) for row in found.itertuples(index=False)],
    )
    columns = [
        Column("party", say("Party")),
        Column("benefits", say("Gains"), words.millions),
        Column("costs", say("Costs"), words.millions),
        Column("npv", say("Net present value"), words.millions),
        Column("bcr", say("Benefit–cost ratio"), lambda value: language.number(value, 2)),
        Column("irr", say("Internal rate of return"), str),
        Column("payback", say("Paid back in year"), lambda year: language.number(year, 0)),
        Column("needed", say("Unpriced gain needed, a trainee and year"), words.amount),
    ]
    caption = say(
        "{unit}. An internal rate of return with “!” is one of several: the yearly sums change sign more than"
        " once. A dash: there is none.",
        unit=words.unit(),
    )
    return [
        table(
            "value-parties",
            say("Value by party"),
            f"{caption} {star_note(valuation, teller)}{teller.note()}",
            data,
            columns,
        )
    ]


def rate_text(row: object, language: object) -> str:
    """Write an internal rate of return, with a mark where it is one of several."""
    return language.percent(row.irr, 1) + ("!" if row.sign_changes > 1 else "")


def sensitivity_exhibits(valuation: Valuation | None, teller: ValueTeller | None) -> list[Exhibit]:
    """Discount rates, switching values, tornado."""
    if valuation is None:
        return []
    return [
        rates_table(valuation, teller),
        switching_table(valuation, teller),
        tornado_figure(valuation, teller),
    ]


def rates_table(valuation: Valuation, teller: ValueTeller) -> Exhibit:
    """Value for society at several discount rates."""
    language, say = teller.language, teller.language.say
    found = by_rate(valuation.entries(valuation.case), SOCIETY, valuation.case.terms)
    columns = [
        Column("rate", say("Discount rate"), lambda rate: language.percent(rate, 0)),
        Column(
            "npv",
            say("Net present value for society, {unit}", unit=teller.words.unit()),
            teller.words.millions,
        ),
        Column("bcr", say("Benefit–cost ratio"), lambda value: language.number(value, 2)),
    ]
    return table("discount-rates", say("Value for society by discount rate"), teller.note(), found, columns)


def switching_table(valuation: Valuation, teller: ValueTeller) -> Exhibit:
    """Where the net present value for society turns."""
    say = teller.language.say
    found = switching_values(valuation.case)
    data = found.assign(
        label=[say(UNKNOWNS[what]) for what in found["what"]],
        now=[teller.level(row.what, row.now) for row in found.itertuples(index=False)],
        turns=[
            (
                teller.level(row.what, row.switches_at)
                if pd.notna(row.switches_at)
                else say(
                    "not between {low} and {high}",
                    low=teller.level(row.what, row.low),
                    high=teller.level(row.what, row.high),
                )
            )
            for row in found.itertuples(index=False)
        ],
    )
    columns = [
        Column("label", say("What is changed alone")),
        Column("now", say("Assumed"), str),
        Column("turns", say("Net present value is zero at"), str),
    ]
    return table("switching", say("Switching values for society"), teller.words.note(), data, columns)


def tornado_figure(valuation: Valuation, teller: ValueTeller) -> Exhibit:
    """What each unknown alone can move."""
    say = teller.language.say
    found = tornado(valuation.case)
    data = pd.DataFrame(
        {
            "label": [say(UNKNOWNS[what]) for what in found["what"]],
            "low": [teller.level(row.what, row.low) for row in found.itertuples(index=False)],
            "high": [teller.level(row.what, row.high) for row in found.itertuples(index=False)],
            "at_low": found["at_low"] / 1e6,
            "at_high": found["at_high"] / 1e6,
        }
    )
    title = say("What moves the net present value for society")
    caption = say(
        "Each unknown is moved alone to the two values written at its bar. “Valuation”: every cost line at"
        " the low or high end of its band."
    )
    return drawing.tornado(
        data,
        net_value(valuation.case) / 1e6,
        teller.words.unit(),
        title,
        f"{caption} {teller.note()}",
        teller.language,
    )


def drawn_exhibits(
    valuation: Valuation | None, teller: ValueTeller | None, *, seed: int, draws: int
) -> list[Exhibit]:
    """Distribution of the net present value for society, and the probability that it is above zero for each
    party.
    """
    if valuation is None:
        return []
    language, say, words = teller.language, teller.language.say, teller.words
    values, found = valuation.drawn(seed=seed, draws_=draws)
    shares, edges = np.histogram(values[SOCIETY] / 1e6, bins=bin_edges(values[SOCIETY].to_numpy() / 1e6))
    data = pd.DataFrame({"low": edges[:-1], "high": edges[1:], "share": shares / draws})
    probability = found.set_index("party").loc[SOCIETY, "probability"]
    none = say("Above zero in none of {draws} draws.", draws=language.number(draws, 0))
    told = (
        say(
            "Above zero in {share} of {draws} draws.",
            share=language.percent(probability, 1),
            draws=language.number(draws, 0),
        )
        if probability
        else none
    )
    condition = (
        ""
        if valuation.found.is_causal
        else say(
            "All of it holds only if the scenario “the estimate itself” does: the draws know nothing of a"
            " cause that was not measured."
        )
        + " "
    )
    caption = condition + say(
        "Drawn: the effect, the amount and for how many (normal, by their standard errors), decay, the"
        " valuation of each kind of line within its band, exchange rates and prices within theirs (uniform);"
        " seed {seed}.",
        seed=seed,
    )
    chances = [
        say("nothing priced") if name in valuation.without_gain else language.percent(share, 1)
        for name, share in zip(found["party"], found["probability"], strict=True)
    ]
    table_data = found.assign(party=[words.party(name) for name in found["party"]], chance=chances)
    columns = [Column("party", say("Party"))]
    columns += [
        Column(name, heading, words.millions)
        for name, heading in (
            ("mean", say("Mean")),
            ("p5", say("5th percentile")),
            ("median", say("Median")),
            ("p95", say("95th percentile")),
        )
    ]
    columns += [Column("chance", say("Probability above zero"), str)]
    title = say("How sure the net present value for society is")
    return [
        drawing.value_distribution(data, told, words.unit(), title, f"{caption} {teller.note()}", language),
        table(
            "npv-probability",
            say("Net present value by party: draws"),
            f"{words.unit()}. {condition}{teller.note()}",
            table_data,
            columns,
        ),
    ]


def bin_edges(values: np.ndarray) -> np.ndarray:
    """Edges of the bins, one of them at zero where zero lies among the values."""
    low, high = float(values.min()), float(values.max())
    width = (high - low) / BINS or 1.0
    return width * np.arange(np.floor(low / width), np.ceil(high / width) + 2)


def effectiveness_exhibits(valuation: Valuation | None, teller: ValueTeller | None) -> list[Exhibit]:
    """What one unit of each result cost."""
    if valuation is None or not valuation.study.programme.worth.yardsticks:
        return []
    language, say, words = teller.language, teller.language.say, teller.words
    sticks = valuation.study.programme.worth.yardsticks
    found = cost_per_unit(valuation.case, sticks, valuation.estimates)
    data = found.assign(
        label=[sticks[place].label[language.code] for place in found["yardstick"]],
        payer=[words.party(name) for name in found["payer"]],
        gained=[
            f"{language.number(row.units, 2)} [{language.number(row.units_low, 2)};"
            f" {language.number(row.units_high, 2)}]"
            for row in found.itertuples(index=False)
        ],
        text=[each_text(row, teller) for row in found.itertuples(index=False)],
    )
    columns = [
        Column("label", say("Unit")),
        Column("gained", say("Units per trainee [interval]"), str),
        Column("payer", say("Cost borne by")),
        Column("text", say("Cost of one unit [interval]"), str),
    ]
    caption = say(
        "Present cost over what the primary specification finds. Where the interval of what was gained"
        " reaches zero, the cost of a unit has no upper bound."
    )
    caption += (
        ""
        if valuation.found.is_causal
        else " "
        + say(
            "The differences are not proved to be caused by the programme: these are costs per unit if they"
            " are."
        )
    )
    return [
        table(
            "cost-effectiveness",
            say("What one unit of a result cost"),
            f"{caption} {teller.note()}",
            data,
            columns,
        )
    ]


def each_text(row: object, teller: ValueTeller) -> str:
    """Write the cost of one unit with its interval."""
    say, amount = teller.language.say, teller.words.amount
    if pd.isna(row.each):
        return say("cannot tell") if pd.isna(row.units) else say("no gain found")
    high = amount(row.each_high) if pd.notna(row.each_high) else say("no upper bound")
    return f"{amount(row.each)} [{amount(row.each_low)}; {high}]"


def place_exhibits(accounts: Accounts | None, teller: Teller | None) -> list[Exhibit]:
    """What a place cost, the sending side's part of it, and an equivalent programme."""
    if accounts is None or accounts.is_empty:
        return []
    say, found = teller.language.say, place_costs(accounts)
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
    sources = equivalent_sources(accounts)
    told = (
        say(
            "Equivalent programme: as the cost sheet declares it, from: {sources}.",
            sources="; ".join(f"“{source}”" for source in sources),
        )
        if sources
        else say("The cost sheet declares no equivalent programme.")
    )
    caption = (
        say("Real cost of one place; the line spans the choices of the exchange rate.")
        + " "
        + told
        + " "
        + teller.note()
    )
    return [
        drawing.place_bars(
            pd.DataFrame(rows), teller.unit(), say("What one place costs"), caption, teller.language
        )
    ]
