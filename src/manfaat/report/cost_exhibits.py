"""Figures and tables of the accounts: who paid, what is left for whom, how the ledger closes. None of them
without costs.
"""

from __future__ import annotations

from fractions import Fraction
from functools import partial
from typing import NamedTuple

import pandas as pd

from manfaat.base.disclosure import SMALLEST_CELL as FEW
from manfaat.base.typed import typed_rows
from manfaat.costs.accounts import by_convention, percentages, share_table, shares, years_of_few
from manfaat.costs.indicators import in_kind_by_method
from manfaat.report.cost_words import CONVENTIONS, Teller, millions
from manfaat.report.exhibit import Exhibit
from manfaat.report.figures import costs as drawing
from manfaat.report.reasons import reason_text
from manfaat.report.tables import Column, Layout
from manfaat.report.words import mark

ENTRIES = {
    "delivered": mark("Lines delivered"),
    "set aside": mark("Lines set aside"),
    "equivalent programme": mark("Lines that price an equivalent programme"),
    "placed": mark("Lines placed"),
    "payer": mark("Sum over payers"),
    "year": mark("Sum over years"),
    "item": mark("Sum over kinds of cost"),
}
INDICATORS = {
    "cost per trainee": mark("Cost per trainee"),
    "cost per completer": mark("Cost per completer"),
    "share of trainee": mark("Share borne by trainees"),
    "share of employer": mark("Share borne by employers"),
    "share of sender": mark("Share borne by the sending side"),
    "share of host": mark("Share borne by the host side"),
    "share of other": mark("Share borne by others"),
    "leverage": mark("Leverage: what others paid for each unit of the sending side"),
    "opportunity cost per trainee": mark(
        "Opportunity cost per trainee (replacement, or the wage where there was none; wage lost)"
    ),
    "training hours per trainee": mark("Training hours per trainee"),
    "cost per training hour": mark("Cost per training hour"),
    "in-kind share": mark("Share in kind"),
    "not stated whether in kind": mark("Share for which it is not stated whether in kind"),
}
READINGS = {
    "thousand": mark("thousands were meant"),
    "per thousand": mark("a thousand times too much"),
    "million": mark("millions were meant"),
    "per million": mark("a million times too much"),
}


LEDGER = Layout(
    "cost-ledger",
    mark("Reconciliation of the cost sheet"),
    [
        ("entry", mark("Entry")),
        ("lines", mark("Lines"), "count"),
        ("nominal", mark("Money of each year ({sign})"), "count"),
        ("real", mark("Prices of {year} ({sign})"), "count"),
    ],
    mark(
        "Every line delivered is placed, set aside, or prices an equivalent programme; the sums agree to the"
        " last unit."
    ),
)
ASIDE = Layout(
    "cost-aside",
    mark("Cost lines set aside"),
    [
        ("line", mark("Line")),
        ("column", mark("Column")),
        ("found", mark("Found")),
        ("reason", mark("Reason")),
    ],
    mark("They count nowhere until they are put right."),
)
SLIPS = Layout(
    "cost-slips",
    mark("Amounts that look like slips"),
    [
        ("line", mark("Line")),
        ("found", mark("Found")),
        ("proposed", mark("Proposed")),
        ("reading", mark("Why")),
        ("ratio", mark("Times the median of its kind"), "three decimals"),
        ("ratio_after", mark("Times, once read so"), "number"),
    ],
    mark(
        "Proposed to a person, never made: the accounts hold the amounts as they were delivered. Corrections"
        " belong in corrections.csv."
    ),
)
SHARES = Layout(
    "cost-shares",
    mark("Who paid, in per cent"),
    [("year", mark("Year paid"))],
    mark(
        "Per cent of the cost; each row adds up to exactly 100. All years together: shares of real money,"
        " because money of different years cannot be added."
    ),
)
BY_CONVENTION = Layout(
    "cost-conventions",
    mark("Who paid, by choice of the exchange rate"),
    [("party", mark("Party")), *((name, text, "one decimal") for name, text in CONVENTIONS.items())],
    mark(
        "Per cent of the real cost of all years; each column adds up to exactly 100. A currency without a"
        " price series keeps its market rate."
    ),
    layer="annex",
)
ITEMS = Layout(
    "cost-items",
    mark("Cost by kind"),
    [
        ("item", mark("Kind of cost")),
        ("real", "{unit}", "millions"),
        ("percent", mark("Per cent"), "one decimal"),
    ],
)
VALUATION = Layout(
    "cost-valuation",
    mark("In cash and in kind, and how it was valued"),
    [
        ("in_kind", mark("Paid")),
        ("valuation", mark("How valued")),
        ("real", "{unit}", "millions"),
        ("share", mark("Share"), "percent"),
    ],
)
PER_PLACE = Layout(
    "cost-indicators",
    mark("Cost indicators"),
    [
        ("code", mark("Code")),
        ("name", mark("Indicator")),
        ("text", mark("Value"), "right"),
        ("rests_on", mark("Rests on")),
    ],
)


class Indicator(NamedTuple):
    """One cost indicator: its value, and what that is in (``money``, ``money:`` and a currency, ``share``,
    ``ratio`` or a number).
    """

    value: float
    unit: str


def ledger_exhibits(teller: Teller) -> list[Exhibit]:
    """How the accounts close, which lines were set aside, and which look like slips."""
    return [ledger_table(teller), *aside_table(teller), *slips_table(teller)]


def ledger_table(teller: Teller) -> Exhibit:
    """Lines in = placed + set aside + alternatives; every way to add up the lines gives the same total."""
    say, ledger = teller.reader.say, teller.accounts.ledger
    data = ledger.assign(entry=[say(ENTRIES[name]) for name in ledger["entry"]])
    year = teller.money.base_year
    return LEDGER.exhibit(teller.reader, data, teller.note(), sign=teller.sign, year=year)


def aside_table(teller: Teller) -> list[Exhibit]:
    """Lines that cannot be placed, each with its reason."""
    say, aside = teller.reader.say, teller.accounts.sheet.aside
    if aside.empty:
        return []
    data = aside.assign(
        reason=[reason_text(reason, teller.reader) for reason in aside["reason"]],
        found=[text or say("nothing") for text in aside["found"]],
    )
    return [ASIDE.exhibit(teller.reader, data, teller.note())]


def slips_table(teller: Teller) -> list[Exhibit]:
    """Amounts that look like slips; proposed, never made."""
    say, slips = teller.reader.say, teller.accounts.slips
    if slips.empty:
        return []
    told = [
        say(READINGS[name]) if name in READINGS else say("another currency was meant")
        for name in slips["reading"]
    ]
    return [SLIPS.exhibit(teller.reader, slips.assign(reading=told), teller.note())]


def payer_exhibits(teller: Teller) -> list[Exhibit]:
    """Who paid: figure over the years, shares by year and pooled, choice of the rate, what is left for the
    sending side.
    """
    if teller.accounts.is_empty:
        return []
    years = set(teller.accounts.lines["year"].dropna().astype(int))
    return [
        *([payers_figure(teller)] if years - unsaid_years(teller) else []),
        shares_exhibit(teller),
        convention_table(teller),
        waterfall_figure(teller),
    ]


def payers_figure(teller: Teller) -> Exhibit:
    """Cost by payer over the years, in the money of the year and real."""
    say = teller.reader.say
    found = share_table(teller.accounts.lines)
    found = found[found["year"].notna() & ~found["year"].isin(unsaid_years(teller))]
    data = pd.DataFrame(
        {
            "year": found["year"].astype("int64"),
            "payer": [teller.payer(code) for code in found["payer"]],
            "nominal": found["nominal"] / 1e6,
            "real": found["real"] / 1e6,
        }
    )
    titles = (say("Money of the year"), say("Prices of {year}", year=teller.money.base_year))
    return drawing.payers_over_years(
        data, titles, say("million {sign}", sign=teller.sign), teller.note(), teller.reader
    )


def shares_exhibit(teller: Teller) -> Exhibit:
    """Shares by payer, in each year and pooled; each row adds up to exactly 100."""
    say, accounts = teller.reader.say, teller.accounts
    found, aside = share_table(accounts.lines), accounts.sheet.aside
    lacking, few = set(aside["year"].dropna().astype(int)), unsaid_years(teller)
    found = found[~found["year"].isin(few)]
    rows = []
    for year in found["year"].unique():  # the last stands for all years
        own = found[found["year"].isna() if pd.isna(year) else found["year"] == year]
        star = "*" if (len(aside) if pd.isna(year) else int(year) in lacking) else ""
        rows.append(
            {
                "year": (say("All years") if pd.isna(year) else str(int(year))) + star,
                **dict(zip(own["payer"], own["percent"], strict=True)),
                "real": own["real"].sum(),
            }
        )
    shown = partial(teller.reader.number, decimals=1)
    more = [
        *[Column(code, teller.payer(code), shown) for code in found["payer"].unique()],
        Column("real", teller.unit(), partial(millions, reader=teller.reader)),
    ]
    lacks = say("* Lines were set aside, so these shares are incomplete.") + " " if len(aside) else ""
    hides = (
        say("Years that cost money for fewer than {n} trainees, or would tell of these, are left out.", n=FEW)
        + " "
        if few
        else ""
    )
    return SHARES.exhibit(teller.reader, pd.DataFrame(rows), lacks + hides + teller.note(), more=more)


def unsaid_years(teller: Teller) -> set[int]:
    """The years of which no money is told by payer."""
    return years_of_few(teller.accounts.lines) if teller.reader.study.cohort.is_confidential else set()


def convention_table(teller: Teller) -> Exhibit:
    """Shares of the parties under every choice of the exchange rate."""
    found = by_convention(teller.accounts.sheet, teller.money)
    wide = found.pivot(index="party", columns="convention", values="percent")
    order = [party.id for party in teller.sheet.parties if party.id in wide.index]
    data = wide.reindex(order).reset_index().assign(party=[teller.party(name) for name in order])
    return BY_CONVENTION.exhibit(teller.reader, data, teller.note())


def waterfall_figure(teller: Teller) -> Exhibit:
    """From the whole cost to what the sending side paid."""
    say, sheet = teller.reader.say, teller.sheet
    sums = teller.accounts.lines.groupby("party")["real"].sum() / 1e6
    sender, left = sheet.party("sender").id, float(sums.sum())
    steps = [(say("Whole cost"), left, 0.0, "total")]
    for party in sheet.parties:
        if party.id != sender and sums.get(party.id, 0):
            rest = left - float(sums[party.id])
            steps.append((party.label[teller.reader.code], left, rest, "step"))
            left = rest
    kept = say("Left for {party}", party=teller.role("sender"))
    steps.append((kept, float(sums.get(sender, 0)), 0.0, "rest"))
    title = say("From the whole cost to what {party} paid", party=teller.role("sender"))
    return drawing.waterfall(
        pd.DataFrame(steps, columns=["label", "start", "end", "kind"]),
        teller.unit(),
        title,
        teller.note(),
        teller.reader,
    )


def item_table(teller: Teller) -> list[Exhibit]:
    """Cost by kind, and how much of it is in kind and how it was valued."""
    if teller.accounts.is_empty:
        return []
    say, lines = teller.reader.say, teller.accounts.lines
    found = lines.groupby("item", sort=False)["real"].sum().reset_index()
    percent = percentages(
        shares({code: int(value) for code, value in zip(found["item"], found["real"], strict=True)})
    )
    items = found.assign(
        item=[teller.item(code) for code in found["item"]], percent=[percent[code] for code in found["item"]]
    )
    kinds = {"yes": say("in kind"), "no": say("in cash"), "": say("not stated")}
    methods = in_kind_by_method(lines)
    valued = methods.assign(
        in_kind=methods["in_kind"].map(kinds),
        valuation=[teller.answer(teller.sheet.columns.valuation, code) for code in methods["valuation"]],
    )
    return [
        layout.exhibit(teller.reader, data, teller.note(), unit=teller.unit())
        for layout, data in ((ITEMS, items), (VALUATION, valued))
    ]


def indicator_table(found: pd.DataFrame, teller: Teller) -> list[Exhibit]:
    """IN01 to IN06."""
    if found.empty:
        return []
    told = pd.Series([written(row, teller) for row in typed_rows(found, Indicator)], index=found.index)
    data = found.assign(
        rests_on=[rests_on(text, teller) for text in found["rests_on"]],
        name=[teller.reader.say(INDICATORS[name]) for name in found["name"]],
        text=told.where(found["code"] != "IN02", shares_told(found, teller)),
    )
    return [PER_PLACE.exhibit(teller.reader, data, teller.note())]


def shares_told(found: pd.DataFrame, teller: Teller) -> pd.Series:
    """The shares of the cost, rounded together as in the tables of shares, so that no share is written in two
    ways.
    """
    own = found[found["code"] == "IN02"]
    percent = percentages(
        {name: Fraction(share) for name, share in zip(own["name"], own["value"], strict=True)}
    )
    return found["name"].map({name: teller.reader.percent(value / 100, 1) for name, value in percent.items()})


def written(row: Indicator, teller: Teller) -> str:
    """Write one indicator in its unit."""
    language = teller.reader
    if pd.isna(row.value):
        return "–"
    if row.unit == "money":
        return teller.amount(row.value)
    if row.unit.startswith("money:"):
        money = teller.sheet.currencies[row.unit.partition(":")[2]]
        return f"{language.number(row.value, 0)} {money.label[language.code]}"
    return (
        language.percent(row.value, 1)
        if row.unit == "share"
        else language.number(row.value, 1 if row.unit == "ratio" else 0)
    )


def rests_on(text: str, teller: Teller) -> str:
    """Name what an indicator rests on: the cost sheet, and indicators of the answers."""
    labels_of = {line.name: line.label(teller.reader.code) for line in teller.reader.study.indicators}
    return ", ".join(
        teller.reader.say("cost sheet") if part == "costs" else labels_of.get(part, part)
        for part in text.split(", ")
    )
