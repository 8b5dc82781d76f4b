"""What ``programme.yml`` declares about costs and value: who pays, in which currencies, what a benefit is
worth to whom.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from pydantic import Field

from manfaat.base.problems import Problem, nearest
from manfaat.definitions.records import Record, Words

Basis = Literal["cohort", "trainee", "month"]
Role = Literal["trainee", "employer", "sender", "host", "other"]


STATISTICS = (
    "share_host",
    "share_sender",
    "share_in_kind",
    "leverage",
)  # of the accounts, beside the declared columns


class Party(Record):
    """One viewpoint: the payers of the cost sheet that it stands for."""

    id: str
    """Short name."""
    label: Words
    """What the party is called."""
    role: Role
    """What it is to the programme: the sender carries it and its saving is at issue; a host, which receives
    the trainees, there need not be.
    """
    payers: list[str] = []
    """Answers of the payer in the cost sheet that stand for it; none where it pays nothing."""
    government: bool = False
    """Whether its money comes from taxes."""


class CostColumns(Record):
    """Names of the cost sheet's variables; one that is not named is called as what it holds."""

    line: str = "line"
    """Variable with the number of the line."""
    cohort: str = "cohort"
    """Variable with the cohort of the line."""
    item: str = "item"
    """Variable with the kind of cost."""
    payer: str = "payer"
    """Variable with who paid."""
    currency: str = "currency"
    """Variable with the currency as paid."""
    amount: str = "amount"
    """Variable with the amount as paid."""
    year: str = "year"
    """Variable with the year of payment."""
    covered: str = "covered"
    """Variable with the number of trainees covered."""
    basis: str = "basis"
    """Variable with what the amount is meant per."""
    in_kind: str = "in_kind"
    """Variable with whether the payment was in kind."""
    valuation: str = "valuation"
    """Variable with how the amount was valued."""
    transfer: str = "transfer"
    """Variable with whether the line is a transfer."""
    share: str = "share"
    """Variable with the share that belongs to this programme."""
    document: str = "document"
    """Variable with the document that shows it."""


class Currency(Record):
    """How much of the accounts' currency one unit buys: the product of the series ``times`` over that of
    ``over``.
    """

    label: Words
    """What the currency is called; as the house calls it where it is left out and the currency is known.
    Example: {en: euros, id: euro}
    """
    times: list[str] = []
    """Series whose product is the rate."""
    over: list[str] = []
    """Series by whose product the rate is divided."""
    prices: str | None = None
    """Consumer prices where it is spent, for purchasing power; without them the market rate stands."""


class Months(Record):
    """How long a trainee was away, for amounts a month; with its source."""

    value: float = Field(gt=0, le=60)
    """How many months a trainee was away."""
    source: Words
    """Where the number is from."""


class Band(Record):
    """By which share something may be off, and why so much."""

    value: float = Field(ge=0, lt=1)
    """By which share it may be off."""
    because: Words
    """Why so much."""


class Continued(Record):
    """Items that are paid with or without the programme (a wage that goes on), and the items that price the
    work not done instead.
    """

    items: list[str]
    """Items that are paid with or without the programme, such as a wage that goes on."""
    replaced_by: list[str] = []
    """Items that price the work not done instead."""


class CostSheet(Record):
    """How the cost sheet is read."""

    table: str
    """Table that is the cost sheet."""
    currency: str
    """Currency of the accounts."""
    columns: CostColumns = CostColumns()
    """Variables of the sheet, each where it is not called as what it holds."""
    bases: dict[str, Basis]
    """What an amount is meant per, by answer."""
    yes: str
    """Code of yes."""
    no: str
    """Code of no."""
    months: Months
    """How long a trainee was away, for amounts a month."""
    currencies: dict[str, Currency]
    """Currencies of the sheet and how they become that of the accounts."""
    parties: list[Party]
    """Who stands behind each payer."""
    receivers: dict[str, str] = {}
    """Who receives what a line pays when it is a transfer, by item."""
    continued: Continued = Continued(items=[])
    """What belongs in the accounts and changes nothing for anybody."""
    opportunity: list[str] = []
    """Items of the time away."""
    alternatives: list[str] = []
    """Items that state what an equivalent programme would cost; they are no costs of this one."""
    bands: dict[str, float] = {}
    """How far an amount may be off, by how it was valued: 0.1 is 10 per cent either way."""
    rate_band: Band | None = None
    """How far exchange rates may be off; without it they are taken as they are."""
    price_band: Band | None = None
    """How far consumer prices may be off; without it they are taken as they are."""

    def party(self, role: Role) -> Party:
        """The first party with this role."""
        return next(party for party in self.parties if party.role == role)

    def has(self, role: Role) -> bool:
        """Whether a party has this role: a programme at home has no host."""
        return any(party.role == role for party in self.parties)

    @property
    def party_of(self) -> dict[str, str]:
        """Payer → party."""
        return {code: party.id for party in self.parties for code in party.payers}


class Levy(Record):
    """A share of the gain that passes on: tax on higher pay, or a transfer that is withdrawn."""

    label: Words
    """What takes it. Example: {en: income tax, id: pajak penghasilan}"""
    share: float = Field(ge=0, le=1)
    """Which share of the gain it takes. Example: 0.186"""
    goes_to: str
    """Party that it passes to. Example: government"""
    source: Words
    """Where the share is from. Example: {en: Congressional Budget Office 2016}"""


class Displacement(Record):
    """A share of the gain that others lose, such as those who would have had the job."""

    share: float = Field(ge=0, le=1)
    """Which share of the gain others lose. Example: 0.2"""
    borne_by: str
    """Party that loses it; one that pays nothing may be declared for it. Example: others"""
    because: Words
    """Why so much. Example: {en: as among young job seekers in a tight market}"""


class Published(Record):
    """An estimate from elsewhere, which stands in place of one of our own."""

    value: float
    """The estimate, in the unit of the benefit: a difference of logarithms, or money a time. Example: 0.08"""
    std_error: float = Field(gt=0)
    """Its standard error. Example: 0.03"""
    year: int | None = None
    """Year of its prices, where it is money; the programme's base year where it is left out. Example: 2016"""
    source: Words
    """Where it is published. Example: {en: "Fein and Hamadyk 2018, Exhibit 6-1"}"""


class Benefit(Record):
    """What is worth money: the effect on an amount (``level``), or on its logarithm (``log``) times the
    amount without the programme.
    """

    label: Words
    """What the benefit is called."""
    indicator: str
    """Indicator whose effect is worth money."""
    published: Published | None = None
    """An estimate from elsewhere that is priced in place of our own."""
    by_subgroup: str | None = None
    """Declared subgroups for each of which the gain is priced too. Example: vocational"""
    levies: list[Levy] = []
    """Shares of the gain that pass on: taxes, and transfers that are withdrawn."""
    displacement: Displacement | None = None
    """What others lose by it."""
    profile: dict[float, float] = {}
    """How many years' gains fall in the year (or, where any key is a half, the half-year) that begins so long
    after departure; where it is left out, one a year over the parameters' horizon, with their decay.
    Example: {0: -0.3, 0.5: 0.5, 1: 0.5}
    """
    kind: Literal["log", "level"] | None = None
    """Whether the indicator is an amount or its logarithm; told by its unit where it is left out."""
    base: str
    """Column of the amount, whose mean in the comparison group is used."""
    reach: str | None = None
    """Column whose mean among participants says for how many the amount exists."""
    goes_to: str
    """Party that the benefit goes to."""
    times_a_year: int = Field(default=12, ge=1, le=366)
    """How often a year the amount comes: 12 for a month's pay."""


class Unpriced(Record):
    """A benefit that is not priced: whose it would be, and why it has no price."""

    label: Words
    """What the benefit is."""
    goes_to: str
    """Party that it would go to."""
    because: Words
    """Why it has no price."""


class Yardstick(Record):
    """One unit of a result, for cost-effectiveness."""

    label: Words
    """What one unit of the result is."""
    indicator: str
    """Indicator of the result."""
    rater: str | None = None
    """Whose rating, where several rate."""
    kind: Literal["share", "sd", "percent"]
    """One more person (share), one standard deviation (sd) or one per cent (percent)."""


class Technology(Record):
    """The first half of the double benefit, in columns of participants."""

    adopted: str
    """Column with whether any technique was adopted."""
    count: str
    """Column with how many were."""
    still: str
    """Column with whether they are still used."""
    taught: str
    """Column with how many co-workers were taught."""
    since: str
    """Column with the month since when."""
    firm: str
    """Column with the firm."""
    threshold: float = Field(ge=0, le=1)
    """Share of participants that must report one."""


class Model(Record):
    """The training model: what it was, and with which results its features are held together."""

    shown: list[str] = []
    """Columns that say what the training was."""
    features: list[str] = []
    """Columns that are held together with results."""
    outcomes: list[str] = []
    """Columns of those results."""


class Implication(Record):
    """One recommendation: said when a statistic lies below or above a threshold."""

    id: str
    """Short name."""
    statistic: str
    """Statistic of the accounts or mean of a column that decides."""
    below: float | None = None
    """Said where the statistic lies below this."""
    above: float | None = None
    """Said where the statistic lies above this."""
    text: Words
    """The recommendation."""
    to: Words | None = None
    """Whom it is addressed to. Example: {en: the city's labour office, id: dinas tenaga kerja}"""
    by_when: Words | None = None
    """Until when. Example: {en: before the next selection, id: sebelum seleksi berikutnya}"""
    needs: Words | None = None
    """What it takes, or what stands in its way. Example: {en: the host's consent}"""


class Worth(Record):
    """What the benefits are and how they are judged."""

    benefit: Benefit
    """The benefit that is priced."""
    unpriced: list[Unpriced] = []
    """Benefits that have no price, with the reason."""
    attributed: str | None = None
    """Column with one's own estimate of the programme's share times how sure one is of it (Phillips)."""
    before: str | None = None
    """Column with the amount before the programme."""
    yardsticks: list[Yardstick] = []
    """Units of results, for cost-effectiveness."""
    claims: dict[Literal["technology", "cost", "joint"], str] = {}
    """Which claim each half of the double benefit, and both together, speak to."""
    technology: Technology | None = None
    """The first half of the double benefit."""
    model: Model = Model()
    """What the training was, and with which results it is held together."""
    implications: list[Implication] = []
    """Recommendations, each said where its number calls for it."""

    def columns(self) -> list[str]:
        """Names of columns of the indicators table that are summarised for the later chapters."""
        tech = self.technology
        named = [
            self.benefit.base,
            self.benefit.reach,
            self.attributed,
            self.before,
            *self.model.shown,
            *self.model.features,
            *self.model.outcomes,
        ]
        named += [tech.adopted, tech.count, tech.still, tech.taught] if tech else []
        return list(dict.fromkeys(name for name in named if name))


def check_declared(
    sheet: CostSheet | None,
    worth: Worth | None,
    variables: Mapping[str, Mapping[str, list[str]]],
    measured: Mapping[str, str],
    series: frozenset[str],
    file: str,
) -> list[Problem]:
    """Say what the declarations of costs and value refer to in vain.

    Parameters
    ----------
    variables : table → variable → codes of its answer list. measured : column of an indicator → the
    indicator, where an effect on it is asked for, else "".
    """
    if sheet is None:
        return (
            [
                Problem(
                    file, "value cannot be judged without costs", column="worth", expected="a section 'costs'"
                )
            ]
            if worth
            else []
        )
    if sheet.table not in variables:
        return []  # said where the programme is loaded
    own = variables[sheet.table]
    problems = [
        Problem(
            file, f"'{name}' is not a variable", column=f"costs.columns.{part}", expected=nearest(name, own)
        )
        for part, name in sheet.columns
        if name not in own
    ]
    problems += check_codes(sheet, own, file) + check_money(sheet, own, series, file)
    return problems + (
        check_worth(sheet, worth, list(measured), sorted({*measured.values()} - {""}), file) if worth else []
    )


def check_codes(sheet: CostSheet, own: Mapping[str, list[str]], file: str) -> list[Problem]:
    """Every payer belongs to one party, every named code exists, the parties that the accounts need are
    there.
    """
    payers, items, problems = own.get(sheet.columns.payer, []), own.get(sheet.columns.item, []), []
    named = Counter(code for party in sheet.parties for code in party.payers)
    problems += [
        Problem(file, f"the payer '{code}' belongs to no party", column="costs.parties")
        for code in payers
        if code not in named
    ]
    problems += [
        Problem(file, f"the payer '{code}' belongs to {n} parties", column="costs.parties")
        for code, n in named.items()
        if n > 1
    ]
    roles = Counter(party.role for party in sheet.parties)
    fewest: dict[Role, int] = {"sender": 1, "trainee": 1, "host": 0}  # a programme at home has no host
    problems += [
        Problem(
            file,
            f"{roles[role]} parties have the role '{role}'",
            column="costs.parties",
            expected="one" if least else "one or none",
        )
        for role, least in fewest.items()
        if not least <= roles[role] <= 1
    ]
    ids = [party.id for party in sheet.parties]
    problems += [
        Problem(file, f"the party '{name}' stands twice", column="costs.parties")
        for name, n in Counter(ids).items()
        if n > 1
    ]
    problems += [
        Problem(
            file, f"'{party}' is not a party", column=f"costs.receivers.{item}", expected=nearest(party, ids)
        )
        for item, party in sheet.receivers.items()
        if party not in ids
    ]
    lists: dict[str, tuple[Sequence[str], Iterable[str]]] = {
        "bases": (own.get(sheet.columns.basis, []), sheet.bases),
        "bands": (own.get(sheet.columns.valuation, []), sheet.bands),
    }
    lists |= {
        "continued": (items, [*sheet.continued.items, *sheet.continued.replaced_by]),
        "receivers": (items, sheet.receivers),
        "opportunity": (items, sheet.opportunity),
        "alternatives": (items, sheet.alternatives),
    }
    lists |= {
        "parties": (payers, named),
        "currencies": (own.get(sheet.columns.currency, []), sheet.currencies),
    }
    return problems + [
        Problem(
            file,
            f"'{code}' is not an answer of the cost sheet",
            column=f"costs.{part}",
            expected=nearest(code, known),
        )
        for part, (known, used) in lists.items()
        for code in used
        if known and code not in known
    ]


def check_money(
    sheet: CostSheet, own: Mapping[str, list[str]], series: frozenset[str], file: str
) -> list[Problem]:
    """Every currency has a rate made of known series, the accounts' own needs none."""
    problems = []
    if sheet.currency not in sheet.currencies:
        problems.append(
            Problem(
                file,
                f"'{sheet.currency}' is not declared",
                column="costs.currency",
                expected=nearest(sheet.currency, sheet.currencies),
            )
        )
    for code, money in sheet.currencies.items():
        if (code == sheet.currency) == bool(money.times or money.over):
            problems.append(
                Problem(
                    file,
                    "the accounts' own currency has no rate, every other one has",
                    column=f"costs.currencies.{code}",
                )
            )
        problems += [
            Problem(
                file,
                f"there is no series '{name}'",
                column=f"costs.currencies.{code}",
                expected=nearest(name, series),
            )
            for name in (*money.times, *money.over, money.prices)
            if name and name not in series
        ]
    problems += [
        Problem(
            file, f"a band of {band:g} is no share", column=f"costs.bands.{code}", expected="0 to below 1"
        )
        for code, band in sheet.bands.items()
        if not 0 <= band < 1
    ]
    return problems


def check_worth(
    sheet: CostSheet, worth: Worth, columns: list[str], concepts: list[str], file: str
) -> list[Problem]:
    """Every indicator that value rests on exists, and every threshold is one-sided."""
    found = [("worth", name, columns) for name in worth.columns()]
    found += [("worth.benefit.indicator", worth.benefit.indicator, concepts)] + [
        ("worth.yardsticks", stick.indicator, concepts) for stick in worth.yardsticks
    ]
    goes_to = [
        ("worth.benefit.goes_to", worth.benefit.goes_to),
        *(("worth.unpriced", one.goes_to) for one in worth.unpriced),
    ]
    goes_to += [("worth.benefit.levies", levy.goes_to) for levy in worth.benefit.levies]
    if displaced := worth.benefit.displacement:
        goes_to.append(("worth.benefit.displacement", displaced.borne_by))
    found += [(place, name, [party.id for party in sheet.parties]) for place, name in goes_to]
    found += [
        ("worth.technology", name, columns)
        for name in ((worth.technology.since,) if worth.technology else ())
    ]
    problems = [
        Problem(file, f"'{name}' is not declared", column=place, expected=nearest(name, known))
        for place, name, known in found
        if name not in known
    ]
    problems += check_benefit(worth.benefit, file)
    known = [*worth.columns(), *STATISTICS]
    problems += [
        Problem(
            file,
            f"'{one.statistic}' is not a statistic",
            column=f"worth.implications.{one.id}",
            expected=nearest(one.statistic, known),
        )
        for one in worth.implications
        if one.statistic not in known
    ]
    return problems + [
        Problem(file, "a threshold is either 'below' or 'above'", column=f"worth.implications.{one.id}")
        for one in worth.implications
        if (one.below is None) == (one.above is None)
    ]


def check_benefit(benefit: Benefit, file: str) -> list[Problem]:
    """What passes on is no more than the whole gain, and a profile counts in whole or half years."""
    problems = []
    if (passed := sum(levy.share for levy in benefit.levies)) > 1:
        message = f"{passed:.0%} of the gain pass on"
        problems.append(Problem(file, message, column="worth.benefit.levies", expected="at most all of it"))
    if odd := [year for year in benefit.profile if 2 * year != int(2 * year) or not 0 <= year <= 60]:
        message = f"'{odd[0]:g}' is no year since departure"
        expected = "0, 0.5, 1, 1.5 … up to 60"
        problems.append(Problem(file, message, column="worth.benefit.profile", expected=expected))
    return problems
