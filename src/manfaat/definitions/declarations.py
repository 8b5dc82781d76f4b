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
    """One viewpoint: the payers of the cost sheet that it stands for. The ``sender`` is whose saving is at
    issue.

    ``government`` : its money comes from taxes.
    """

    id: str
    label: Words
    role: Role
    payers: list[str] = Field(min_length=1)
    government: bool = False


class CostColumns(Record):
    """Names of the cost sheet's variables."""

    line: str
    cohort: str
    item: str
    payer: str
    currency: str
    amount: str
    year: str
    covered: str
    basis: str
    in_kind: str
    valuation: str
    transfer: str
    share: str
    document: str


class Currency(Record):
    """How much of the accounts' currency one unit buys: the product of the series ``times`` over that of
    ``over``.

    ``prices`` : consumer prices where the currency is spent, for the rate by purchasing power; without them
    the market rate stands.
    """

    label: Words
    times: list[str] = []
    over: list[str] = []
    prices: str | None = None


class Months(Record):
    """How long a trainee was away, for amounts a month; with its source."""

    value: float = Field(gt=0, le=60)
    source: Words


class Band(Record):
    """By which share something may be off, and why so much."""

    value: float = Field(ge=0, lt=1)
    because: Words


class Continued(Record):
    """Items that are paid with or without the programme (a wage that goes on), and the items that price the
    work not done instead.
    """

    items: list[str]
    replaced_by: list[str] = []


class CostSheet(Record):
    """How the cost sheet is read. ``bases``: what an amount is meant per; ``bands``: how far a valuation may
    be off (0.1: ±10 %).

    ``receivers`` : item → party that receives it where the line is a transfer. ``opportunity`` : items of the
    time away.
    ``continued`` : what belongs in the accounts and changes nothing for anybody, see ``Continued``.
    ``alternatives`` : items that state what an equivalent programme would cost; they are no costs of this
    one.
    ``rate_band, price_band`` : how far exchange rates and consumer prices may be off; without them they are
    taken as they are.
    """

    table: str
    currency: str
    columns: CostColumns
    bases: dict[str, Basis]
    yes: str
    no: str
    months: Months
    currencies: dict[str, Currency]
    parties: list[Party]
    receivers: dict[str, str] = {}
    continued: Continued = Continued(items=[])
    opportunity: list[str] = []
    alternatives: list[str] = []
    bands: dict[str, float] = {}
    rate_band: Band | None = None
    price_band: Band | None = None

    def party(self, role: Role) -> Party:
        """The first party with this role."""
        return next(party for party in self.parties if party.role == role)

    @property
    def party_of(self) -> dict[str, str]:
        """Payer → party."""
        return {code: party.id for party in self.parties for code in party.payers}


class Benefit(Record):
    """What is worth money: the effect on an amount (``level``), or on its logarithm (``log``) times the
    amount without the programme.

    ``indicator`` : the concept. ``kind`` : what it is in; by its unit where it is not said. ``base`` : column
    of the amount, whose mean in the comparison group is used.
    ``reach`` : column whose mean among participants says for how many the amount exists. ``times_a_year`` :
    12 for a month's pay.
    """

    label: Words
    indicator: str
    kind: Literal["log", "level"] | None = None
    base: str
    reach: str | None = None
    goes_to: str
    times_a_year: int = Field(default=12, ge=1, le=366)


class Unpriced(Record):
    """A benefit that is not priced: whose it would be, and why it has no price."""

    label: Words
    goes_to: str
    because: Words


class Yardstick(Record):
    """One unit of a result, for cost-effectiveness: ``share`` (one more person), ``sd`` (one standard
    deviation), ``percent`` (one per cent).
    """

    label: Words
    indicator: str
    rater: str | None = None
    kind: Literal["share", "sd", "percent"]


class Technology(Record):
    """The first half of the double benefit: columns of participants, what share must report one, since when
    and in which firm.
    """

    adopted: str
    count: str
    still: str
    taught: str
    since: str
    firm: str
    threshold: float = Field(ge=0, le=1)


class Model(Record):
    """The training model: what it was (``shown`` and ``features``) and with which results its features are
    held together (``outcomes``).
    """

    shown: list[str] = []
    features: list[str] = []
    outcomes: list[str] = []


class Implication(Record):
    """One recommendation: said when the statistic lies below or above a threshold. ``statistic`` is a name of
    the basis.
    """

    id: str
    statistic: str
    below: float | None = None
    above: float | None = None
    text: Words


class Worth(Record):
    """What the benefits are and how they are judged."""

    benefit: Benefit
    unpriced: list[Unpriced] = []
    attributed: str | None = (
        None  # column: own estimate of the programme's share times how sure of it (Phillips)
    )
    before: str | None = None  # column: the amount before the programme
    yardsticks: list[Yardstick] = []
    claims: dict[
        Literal["technology", "cost", "joint"], str
    ] = {}  # which claim each half of the double benefit, and both, speak to
    technology: Technology | None = None
    model: Model = Model()
    implications: list[Implication] = []

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
    columns: list[str],
    concepts: list[str],
    series: frozenset[str],
    file: str,
) -> list[Problem]:
    """Say what the declarations of costs and value refer to in vain.

    Parameters
    ----------
    variables : table → variable → codes of its answer list. columns : names of indicators. concepts :
    indicators with an effect.
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
    return problems + (check_worth(sheet, worth, columns, concepts, file) if worth else [])


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
    problems += [
        Problem(file, f"{roles[role]} parties have the role '{role}'", column="costs.parties", expected="one")
        for role in ("sender", "host", "trainee")
        if roles[role] != 1
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
    elif sheet.currencies[sheet.currency].prices is None:
        problems.append(
            Problem(
                file,
                "the accounts' own currency has no price series",
                column=f"costs.currencies.{sheet.currency}.prices",
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
