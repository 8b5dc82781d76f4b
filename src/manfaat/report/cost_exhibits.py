"""Figures and tables of the accounts: who paid, what is left for whom, how the ledger closes. None of them
without costs.
"""

from __future__ import annotations

from fractions import Fraction

import pandas as pd

from manfaat.costs.accounts import CONVENTIONS, by_convention, percentages, share_table, shares
from manfaat.costs.indicators import in_kind_by_method
from manfaat.costs.ledger import Accounts
from manfaat.report.cost_words import CONVENTIONS as CONVENTION_WORDS
from manfaat.report.cost_words import Teller
from manfaat.report.exhibit import Exhibit
from manfaat.report.figures import costs as drawing
from manfaat.report.reasons import reason_text
from manfaat.report.tables import Column, table
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


def ledger_exhibits(accounts: Accounts | None, teller: Teller | None) -> list[Exhibit]:
    """How the accounts close, which lines were set aside, and which look like slips."""
    if accounts is None:
        return []
    return [ledger_table(accounts, teller), *aside_table(accounts, teller), *slips_table(accounts, teller)]


def ledger_table(accounts: Accounts, teller: Teller) -> Exhibit:
    """Lines in = placed + set aside + alternatives; every way to add up the lines gives the same total."""
    language, say = teller.language, teller.language.say
    data = accounts.ledger.assign(entry=[say(ENTRIES[name]) for name in accounts.ledger["entry"]])
    columns = [
        Column("entry", say("Entry")),
        Column("lines", say("Lines"), lambda n: language.number(n, 0)),
        Column(
            "nominal",
            say("Money of each year ({sign})", sign=teller.prefix.strip()),
            lambda n: language.number(n, 0),
        ),
        Column(
            "real",
            say("Prices of {year} ({sign})", year=teller.money.base_year, sign=teller.prefix.strip()),
            lambda n: language.number(n, 0),
        ),
    ]
    caption = say(
        "Every line delivered is placed, set aside, or prices an equivalent programme; the sums agree to the"
        " last unit."
    )
    return table(
        "cost-ledger", say("Reconciliation of the cost sheet"), caption + " " + teller.note(), data, columns
    )


def aside_table(accounts: Accounts, teller: Teller) -> list[Exhibit]:
    """Lines that cannot be placed, each with its reason."""
    say, aside = teller.language.say, accounts.sheet.aside
    if aside.empty:
        return []
    data = aside.assign(
        reason=[reason_text(reason, teller.language) for reason in aside["reason"]],
        found=[text or say("nothing") for text in aside["found"]],
    )
    columns = [
        Column("line", say("Line")),
        Column("column", say("Column")),
        Column("found", say("Found")),
        Column("reason", say("Reason")),
    ]
    return [
        table(
            "cost-aside",
            say("Cost lines set aside"),
            say("They count nowhere until they are put right.") + " " + teller.note(),
            data,
            columns,
        )
    ]


def slips_table(accounts: Accounts, teller: Teller) -> list[Exhibit]:
    """Amounts that look like slips; proposed, never made."""
    say, language, slips = teller.language.say, teller.language, accounts.slips
    if slips.empty:
        return []
    told = [
        say(READINGS[name]) if name in READINGS else say("another currency was meant")
        for name in slips["reading"]
    ]
    columns = [
        Column("line", say("Line")),
        Column("found", say("Found")),
        Column("proposed", say("Proposed")),
        Column("reading", say("Why")),
        Column("ratio", say("Times the median of its kind"), lambda value: language.number(value, 3)),
        Column("ratio_after", say("Times, once read so"), lambda value: language.number(value, 2)),
    ]
    caption = say(
        "Proposed to a person, never made: the accounts hold the amounts as they were delivered. Corrections"
        " belong in corrections.csv."
    )
    return [
        table(
            "cost-slips",
            say("Amounts that look like slips"),
            caption + " " + teller.note(),
            slips.assign(reading=told),
            columns,
        )
    ]


def payer_exhibits(accounts: Accounts | None, teller: Teller | None) -> list[Exhibit]:
    """Who paid: figure over the years, shares by year and pooled, choice of the rate, what is left for the
    sending side.
    """
    if accounts is None or accounts.is_empty:
        return []
    return [
        payers_figure(accounts, teller),
        shares_exhibit(accounts, teller),
        convention_table(accounts, teller),
        waterfall_figure(accounts, teller),
    ]


def payers_figure(accounts: Accounts, teller: Teller) -> Exhibit:
    """Cost by payer over the years, in the money of the year and real."""
    say = teller.language.say
    found = share_table(accounts.lines)
    found = found[found["year"].notna()]
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
        data, titles, say("million {sign}", sign=teller.prefix.strip()), teller.note(), teller.language
    )


def shares_exhibit(accounts: Accounts, teller: Teller) -> Exhibit:
    """Shares by payer, in each year and pooled; each row adds up to exactly 100."""
    language, say, found = teller.language, teller.language.say, share_table(accounts.lines)
    codes, rows, aside = list(found["payer"].unique()), [], accounts.sheet.aside
    lacking = set(aside["year"].dropna().astype(int))
    for year, own in found.groupby("year", dropna=False, sort=False):
        shown = {code: percent for code, percent in zip(own["payer"], own["percent"], strict=True)}
        mark_ = "*" if (len(aside) if pd.isna(year) else int(year) in lacking) else ""
        rows.append(
            {
                "year": (say("All years") if pd.isna(year) else str(int(year))) + mark_,
                **shown,
                "real": own["real"].sum(),
            }
        )
    columns = [
        Column("year", say("Year paid")),
        *[Column(code, teller.payer(code), lambda value: language.number(value, 1)) for code in codes],
        Column("real", teller.unit(), teller.millions),
    ]
    caption = say(
        "Per cent of the cost; each row adds up to exactly 100. All years together: shares of real money,"
        " because money of different years cannot be added."
    )
    caption += " " + say("* Lines were set aside, so these shares are incomplete.") if len(aside) else ""
    return table(
        "cost-shares",
        say("Who paid, in per cent"),
        caption + " " + teller.note(),
        pd.DataFrame(rows),
        columns,
    )


def convention_table(accounts: Accounts, teller: Teller) -> Exhibit:
    """Shares of the parties under every choice of the exchange rate."""
    language, say = teller.language, teller.language.say
    found = by_convention(accounts.sheet, accounts.money)
    wide = found.pivot(index="party", columns="convention", values="percent")
    order = [party.id for party in teller.sheet.parties if party.id in wide.index]
    data = wide.reindex(order).reset_index().assign(party=[teller.party(name) for name in order])
    columns = [Column("party", say("Party"))]
    columns += [
        Column(name, say(CONVENTION_WORDS[name]), lambda value: language.number(value, 1))
        for name in CONVENTIONS
    ]
    caption = say(
        "Per cent of the real cost of all years; each column adds up to exactly 100. A currency without a"
        " price series keeps its market rate."
    )
    return table(
        "cost-conventions",
        say("Who paid, by choice of the exchange rate"),
        caption + " " + teller.note(),
        data,
        columns,
    )


def waterfall_figure(accounts: Accounts, teller: Teller) -> Exhibit:
    """From the whole cost to what the sending side paid."""
    say, sheet = teller.language.say, teller.sheet
    sums = accounts.lines.groupby("party")["real"].sum() / 1e6
    sender, left = sheet.party("sender").id, float(sums.sum())
    rows = [{"label": say("Whole cost"), "start": left, "end": 0.0, "kind": "total"}]
    for party in sheet.parties:
        if party.id != sender and sums.get(party.id, 0):
            rows.append(
                {
                    "label": party.label[teller.language.code],
                    "start": left,
                    "end": left - float(sums[party.id]),
                    "kind": "step",
                }
            )
            left = rows[-1]["end"]
    rows.append(
        {
            "label": say("Left for {party}", party=teller.role("sender")),
            "start": float(sums.get(sender, 0)),
            "end": 0.0,
            "kind": "rest",
        }
    )
    title = say("From the whole cost to what {party} paid", party=teller.role("sender"))
    return drawing.waterfall(pd.DataFrame(rows), teller.unit(), title, teller.note(), teller.language)


def item_table(accounts: Accounts | None, teller: Teller | None) -> list[Exhibit]:
    """Cost by kind, and how much of it is in kind and how it was valued."""
    if accounts is None or accounts.is_empty:
        return []
    language, say, lines = teller.language, teller.language.say, accounts.lines
    found = lines.groupby("item", sort=False)["real"].sum()
    percent = percentages(shares({code: int(value) for code, value in found.items()}))
    data = pd.DataFrame(
        [
            {"item": teller.item(code), "real": value, "percent": percent[code]}
            for code, value in found.items()
        ]
    )
    columns = [
        Column("item", say("Kind of cost")),
        Column("real", teller.unit(), teller.millions),
        Column("percent", say("Per cent"), lambda v: language.number(v, 1)),
    ]
    kinds = {"yes": say("in kind"), "no": say("in cash"), "": say("not stated")}
    methods = in_kind_by_method(lines)
    data_kind = methods.assign(
        in_kind=methods["in_kind"].map(kinds),
        valuation=[teller.answer(teller.sheet.columns.valuation, code) for code in methods["valuation"]],
    )
    columns_kind = [
        Column("in_kind", say("Paid")),
        Column("valuation", say("How valued")),
        Column("real", teller.unit(), teller.millions),
        Column("share", say("Share"), lambda share: language.percent(share, 1)),
    ]
    return [
        table("cost-items", say("Cost by kind"), teller.note(), data, columns),
        table(
            "cost-valuation",
            say("In cash and in kind, and how it was valued"),
            teller.note(),
            data_kind,
            columns_kind,
        ),
    ]


def indicator_table(found: pd.DataFrame, teller: Teller | None) -> list[Exhibit]:
    """IN01 to IN06."""
    if teller is None or found.empty:
        return []
    say = teller.language.say
    found = found.assign(rests_on=[rests_on(text, teller) for text in found["rests_on"]])
    told = pd.Series([written(row, teller) for row in found.itertuples(index=False)], index=found.index)
    data = found.assign(
        name=[say(INDICATORS[name]) for name in found["name"]],
        text=told.where(found["code"] != "IN02", shares_told(found, teller)),
    )
    columns = [
        Column("code", say("Code")),
        Column("name", say("Indicator")),
        Column("text", say("Value"), str),
        Column("rests_on", say("Rests on")),
    ]
    return [table("cost-indicators", say("Cost indicators"), teller.note(), data, columns)]


def shares_told(found: pd.DataFrame, teller: Teller) -> pd.Series:
    """The shares of the cost, rounded together as in the tables of shares, so that no share is written in two
    ways.
    """
    own = found[found["code"] == "IN02"]
    percent = percentages(
        {name: Fraction(share) for name, share in zip(own["name"], own["value"], strict=True)}
    )
    return found["name"].map(
        {name: teller.language.percent(value / 100, 1) for name, value in percent.items()}
    )


def written(row: object, teller: Teller) -> str:
    """Write one indicator in its unit."""
    language = teller.language
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
    labels_of = {line.name: line.label(teller.language.code) for line in teller.study.indicators}
    return ", ".join(
        teller.language.say("cost sheet") if part == "costs" else labels_of.get(part, part)
        for part in text.split(", ")
    )
