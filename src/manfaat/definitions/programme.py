"""What is evaluated: ``programme.yml``."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from typing import Any, Literal

from babel.numbers import is_currency
from pydantic import Field, PrivateAttr, field_validator, model_validator

from manfaat.base.problems import Problem, nearest
from manfaat.base.showing import card, counted, line
from manfaat.definitions.claims import Axis, Claim, Opinion, Subgroup, check_claims
from manfaat.definitions.contrasts import Arm, Contrast, SideWords
from manfaat.definitions.declarations import CostSheet, Worth
from manfaat.definitions.expressions import Expression
from manfaat.definitions.folders import TABLES, TEXTS, check_folder
from manfaat.definitions.named_sets import write_out
from manfaat.definitions.records import FileName, OwnFile, Record, Words, read_yaml, shown


class Unit(Record):
    """How an amount is written: its name, a sign before the number, decimal places."""

    label: Words
    """What the unit is called; as the house calls it where it is left out and the unit is known."""
    after: Words | None = None
    """What follows a number in a sentence; the label where it is left out."""
    prefix: str = ""
    """Sign before the number, such as Rp."""
    currency: str = ""
    """Currency of an amount of money: its code of three letters (ISO 4217). Example: KES"""
    period: Literal["", "hour", "day", "week", "month", "year"] = ""
    """Period that an amount of money is paid for."""
    is_share: bool = False
    """Whether values are shares, written as percentages: 0.111 as 11.1."""
    is_percent: bool = False
    """Whether 3.5 stands for 3.5 per cent; answers may be written as 3,5% or as a share."""
    decimals: int = Field(default=2, ge=0, le=8)
    """Decimal places of a number."""
    multiple: float = Field(default=1.0, gt=0)
    """Multiple of the currency: 1000 where amounts are in thousands."""
    is_log: bool = False
    """Whether values are logarithms: a difference is told as a percentage too."""
    is_calendar: bool = False
    """Whether values are years of the calendar, written without a separator: 1996."""
    is_rating: bool = False
    """Whether values are points on a scale of opinion: a self-rating is reported, never shown."""

    @field_validator("currency")
    @classmethod
    def known_currency(cls, value: str) -> str:
        """Refuse what is no currency."""
        if value and not is_currency(value):
            raise ValueError(f"'{value}' is no currency; one is written as IDR, KES or EUR")
        return value

    @property
    def scale(self) -> float:
        """What a stored value is multiplied by when it is written or drawn."""
        return 100.0 if self.is_share else 1.0


class SetAside(Record):
    """Rows that do not count as answers."""

    rule: str
    """Name of the rule."""
    when: Expression = Field(min_length=1)
    """Rows that are set aside: an XLSForm expression."""
    reason: Words
    """Why they do not count."""


class Link(Record):
    """How a table joins the units of analysis."""

    to: str
    """Table that is joined."""
    by: str
    """Variable that both tables have, one row a value."""


class Table(Record):
    """One table of the study."""

    label: Words
    """What the table is called."""
    key: list[str] = Field(min_length=1)
    """Variables that tell its rows apart; [row] stands for file and row number."""
    link: Link | None = None
    """How the table joins the units of analysis."""
    set_aside: list[SetAside] = []
    """Rows that do not count as answers."""
    scales: list[list[str]] = []
    """Batteries of ratings in which the same answer throughout is reported."""
    dates: dict[str, list[str]] = {}
    """Dates of each amount, the first known counts: for checks that name none."""


class UnitWords(Record):
    """What one unit of analysis is called, singular and plural."""

    one: Words
    """One of them. Example: {en: school, id: sekolah}"""
    many: Words
    """Several of them. Example: {en: schools, id: sekolah}"""


class Panel(Record):
    """The columns that say which unit and which period a row is about."""

    unit: str
    """Variable with the unit."""
    period: str
    """Variable with the period."""


class Times(Record):
    """What 'before' and 'now' mean in this programme."""

    before: Words | None = None
    """What 'before' means here."""
    now: Words
    """What 'now' means here."""


class Design(Record):
    """Who is compared with whom."""

    unit: UnitWords
    """What is analysed: person, firm, or words of one's own."""
    group: str
    """Indicator that says in which group a unit is."""
    participants: list[str] = Field(min_length=1)
    """Answers of the group that are participants; those of all arms where it is left out."""
    comparison: list[str] = []
    """Answers of the group that are the comparison group."""
    assigned: str | None = None
    """Indicator of what was decided for each unit, by lottery or otherwise, where not all took it up or
    others got in: 1 for those offered a place and 0 for the others, or the answers of the arms. Groups are
    compared by it. Example: invited
    """
    arms: dict[str, Arm] = {}
    """Several programmes, by a short name, each against the comparison group and against each other."""
    words: SideWords = SideWords()
    """What those compared are called, where the usual words do not fit."""
    panel: Panel | None = None
    """Which unit and which period a row is about, where there are several periods."""
    wave: str | None = None
    """Indicator with the period of an answer, where other people were asked in each. Example: round"""
    weight: str | None = None
    """Indicator that says how much a row counts. Example: weight"""
    weight_kind: Literal["sampling", "frequency"] = "sampling"
    """Whether the weight counts people of the population behind a row, or equal units put together in it."""
    strata: str | None = None
    """Indicator of what the sample or the lottery was drawn within. Example: district"""
    cluster: str | None = None
    """Indicator of what was drawn or assigned together. Example: village"""
    instrument: str | None = None
    """Indicator of what moved people to take part, where 'assigned' does not say it. Example: distance"""
    times: Times
    """What 'before' and 'now' mean in this programme."""
    _contrast: Contrast | None = PrivateAttr(None)

    @model_validator(mode="before")
    @classmethod
    def of_all_arms(cls, values: Any) -> Any:
        """Those of all arms are the participants, where these are not said."""
        arms = values.get("arms") if isinstance(values, dict) else None
        if not isinstance(arms, dict) or "participants" in values:
            return values
        answers = [arm.get("answers") for arm in arms.values() if isinstance(arm, dict)]
        return {
            **values,
            "participants": [one for listed in answers if isinstance(listed, list) for one in listed],
        }

    @property
    def contrast(self) -> Contrast:
        """What is compared: the one contrast that this design was narrowed to, else everyone in the programme
        against the comparison group.
        """
        return self._contrast or self.between(tuple(self.participants), tuple(self.comparison))

    def between(self, ones: tuple[str, ...], others: tuple[str, ...], *arms: str) -> Contrast:
        """The contrast of two sides, by what was assigned where that is known: a 1 or 0 without arms."""
        if self.assigned and not self.arms:
            ones, others = ("1",), ("0",)
        names = dict(zip(("arm", "against"), arms, strict=False))
        offer = self.assigned or self.instrument or ""
        return Contrast(self.assigned or self.group, ones, others, offer=offer, **names)

    def contrasts(self, *, pairs: bool = False) -> list[Contrast]:
        """Everything that is compared: each arm with the comparison group, and with ``pairs`` the arms with
        each other; one contrast where there are no arms.
        """
        if self._contrast or not self.arms:
            return [self.contrast]
        sides = {name: tuple(arm.answers) for name, arm in self.arms.items()}
        found = [self.between(ones, tuple(self.comparison), name) for name, ones in sides.items()]
        both = combinations(sides, 2) if pairs else ()
        return [*found, *(self.between(sides[one], sides[other], one, other) for one, other in both)]

    def narrowed(self, contrast: Contrast) -> Design:
        """The design as one contrast sees it: its arm are the participants, its other side is compared."""
        if not self.arms or self._contrast:
            return self
        sides = {"participants": list(contrast.ones), "comparison": list(contrast.others)}
        found = self.model_copy(update=sides)
        found._contrast = contrast
        return found

    @property
    def sampling_weight(self) -> str | None:
        """The column of survey weights, where there are any."""
        return self.weight if self.weight_kind == "sampling" else None

    @property
    def frequency(self) -> str | None:
        """The column that says for how many equal units a row stands, where there is one."""
        return self.weight if self.weight_kind == "frequency" else None


class SampleOf(Record):
    """Whom an estimate is about, where it is not about all: those for whom a condition holds."""

    when: Expression
    """Who belongs: an XLSForm expression of indicators. Example: ${female} = 1"""
    label: Words
    """What they are called. Example: {en: women, id: perempuan}"""


class Periods(Record):
    """Periods of a panel, or waves, that a specification uses."""

    before: int | Literal["first"] | None = None
    """Number of the period before, or the first."""
    now: int | Literal["last"]
    """Number of the period now, or the last."""


class Specification(Record):
    """One way to estimate: a method with its covariates, fixed before results are seen."""

    id: str
    """Short name."""
    label: Words | None = None
    """What it is called; as its method where it is left out."""
    method: str
    """Method of estimation."""
    indicators: list[str] = []
    """Indicators that it is for; every one that an effect is asked for where it is left out."""
    treatment: list[str] = []
    """Indicators whose effect is asked for; what was assigned, or taking part, where it is left out."""
    covariates: list[str] = []
    """Indicators that are adjusted for, or names of covariate_sets."""
    covariates_measured: Literal["before", "same_period"] = "before"
    """Whether covariates were measured before, or in the same period."""
    periods: Periods | None = None
    """Periods of a panel, or waves, that it uses."""
    where: str | None = None
    """Sample that it is about, by its name in samples; all where it is left out. Example: women"""
    baseline: Literal["before", "then", "adjust"] = "before"
    """Whether 'before' was measured before, or recalled at the interview (then), which are never mixed; with
    adjust each outcome's own value before is one more covariate.
    """
    strata: str | None = None
    """Indicator whose strata are compared within, other than the design's: one for each firm, say."""
    std_errors: list[str] = []
    """Standard errors, of which figures and sentences show the first; where it is left out, the usual one of
    a method that has one of its own.
    """
    estimand: Literal["att", "ate"] | None = None
    """Whether the average is over participants (att) or over everyone (ate)."""
    instrument: str | None = None
    """Indicator of what was offered; the treatment is what was taken up."""
    quantiles: list[float] = [0.25, 0.5, 0.75]
    """Quantiles that are compared."""
    neighbours: int = Field(default=1, ge=1, le=100)
    """Neighbours of each participant in matching."""
    replacement: bool = True
    """Whether matching on the propensity score may use a comparison unit for several participants."""
    caliper: float | None = Field(default=None, gt=0)
    """Farthest match on the propensity score, in standard deviations of its logit. Example: 0.2"""
    moments: Literal[1, 2] = 1
    """What entropy balancing makes equal: means (1), or squares and products too (2)."""
    trim: float | None = Field(default=None, ge=0, lt=0.5)
    """Units with a smaller chance than this of being in the other group are left out. Example: 0.1"""

    def asks_for(self, concept: str) -> bool:
        """Whether an indicator is estimated by it: those it names, or every one where it names none."""
        return not self.indicators or concept in self.indicators

    def columns(self, design: Design) -> list[str]:
        """Names of columns of the indicators table that the specification and the design rest on."""
        named = [
            *self.covariates,
            *self.treatment,
            self.instrument,
            design.weight,
            self.strata or design.strata,
            design.cluster,
            design.wave,
        ]
        return [name for name in named if name]


class Primary(Record):
    """Which specification speaks for a cohort, by how its comparison came about."""

    randomised: str
    """Specification that speaks where a lottery decided who took part."""
    observational: str
    """Specification that speaks where none did."""
    because: Words | None = None
    """Why, in words that the report prints."""


class Check(Record):
    """A check that a rule about the answers of one row cannot express: it looks at many rows, another table,
    prices or times.
    """

    id: str
    """Short name, such as V12."""
    table: str
    """Table that is looked at; the first one where it is left out."""
    severity: Literal["error", "warning", "note"] = "warning"
    """How bad a finding is."""
    kind: str
    """What is looked at."""
    variables: list[str] = Field(min_length=1)
    """Variables that are looked at, or names of batteries."""
    arguments: dict[str, str | float | list[str] | dict[str, list[str]]] = {}
    """Limits and further names that the kind of check asks for."""
    label: Words
    """What must hold; as the kind says where it is left out."""


class Partner(Record):
    """Who carried the programme, and in what role."""

    name: str | Words
    """What the partner is called: a name, or in each language."""
    role: Words
    """What it did."""
    interest: Words | None = None
    """What it gains or loses by the programme. Example: {en: skilled workers, id: pekerja terampil}"""
    consulted: Words | None = None
    """How it was heard by those who evaluate. Example: {en: two interviews, id: dua wawancara}"""


class Prices(Record):
    """The price series that turns nominal into real money, and the year whose prices are used."""

    series: str = ""
    """Price series that turns nominal into real money; none where all money is of one short span."""
    nominal_within: int | None = Field(default=None, ge=1, le=12)
    """Months, at most a year, within which all amounts lie, so that they are compared as they are: the report
    says so. Example: 1
    """
    file: OwnFile | None = None
    """Programme's own file of series; those of the house where it is left out."""
    base_year: int
    """Year whose prices are used."""
    label: Words
    """What the prices are."""

    @model_validator(mode="after")
    def one_way(self) -> Prices:
        """Refuse both ways, and neither."""
        if bool(self.series) == bool(self.nominal_within):
            raise ValueError("prices are either a 'series', or 'nominal_within' so many months")
        return self

    def path(self, folder: Path) -> Path | None:
        """The programme's own price file, if it has one."""
        return folder / self.file if self.file else None


class Programme(Record):
    """The whole of ``programme.yml``."""

    programme: str
    """Short name: that of the folder."""
    title: Words
    """What the programme is called."""
    summary: Words
    """What it is, in a few sentences."""
    languages: list[str] = []
    """Languages of its texts, one or more; those of the title where it is left out. Example: [en]"""
    partners: list[Partner] = []
    """Who carried it."""
    sources: list[str] = []
    """What is known of it, and from where."""
    tables: dict[FileName, Table]
    """Tables of the study, by name; the rows of the first are the units of analysis."""
    units: dict[str, Unit]
    """Units of values, by name; those that the house knows need no words."""
    design: Design
    """Who is compared with whom."""
    prices: Prices | None = None
    """How nominal becomes real money."""
    costs: CostSheet | None = None
    """How the cost sheet is read."""
    worth: Worth | None = None
    """What the benefits are and how they are judged."""
    specifications: list[Specification] = []
    """Ways to estimate; a ladder chosen by the design where it is left out."""
    primary: Primary | None = None
    """Which specification speaks for a cohort."""
    samples: dict[str, SampleOf] = {}
    """Whom specifications may be about, by name: conditions under which a unit belongs."""
    subgroups: list[Subgroup] = []
    """For whom the effect is asked for apart."""
    equity: list[Axis] = []
    """Who is to be served alike: who was reached, who was lost, and what differs is told by each."""
    opinions: list[Opinion] = []
    """What was asked in own words, such as what was best and worst, to be told once a person has coded it."""
    history: dict[str, list[str]] = {}
    """Columns of an indicator at several times before the programme, the oldest first."""
    claims: list[Claim] = []
    """What is held to be true of the programme."""
    families: dict[str, Words] = {}
    """Families of indicators and what they are called; a list where the house knows the words."""
    smallest_effects: dict[str, float] = {}
    """What would still be worth having, by indicator, in the unit of its first rater; a rater with another
    unit has none."""
    checks: list[Check] = []
    """Checks that a rule about the answers of one row cannot express."""
    covariate_sets: dict[str, list[str]] = {}
    """Lists of covariates with a name."""
    batteries: dict[str, list[str]] = {}
    """Lists of items with a name."""
    missing: dict[str, str] = {}
    """Missing codes with a name, for the column missing of codebook.csv."""
    words: dict[str, dict[str, Words | str]] = {}
    """What {when} and the like say in a row about a time or by a rater."""

    @property
    def spoken(self) -> tuple[str, ...]:
        """The languages of its texts."""
        return tuple(self.languages) or self.title.languages

    def of(self, contrast: Contrast) -> Programme:
        """The programme as one contrast sees it; the same where it knows no other."""
        design = self.design.narrowed(contrast)
        return self if design is self.design else self.model_copy(update={"design": design})

    def specification(self, name: str) -> Specification:
        """Return the specification with this id."""
        return next(spec for spec in self.specifications if spec.id == name)

    @property
    def main_table(self) -> str:
        """The table whose rows are the units of analysis: the first one declared."""
        return next(iter(self.tables))

    def __repr__(self) -> str:
        specifications = counted(len(self.specifications), "specification")
        return line("programme", self.programme, counted(len(self.tables), "table"), specifications)

    __str__ = __repr__

    def _repr_html_(self) -> str:
        design = self.design
        return card(
            self.title.en,
            {
                "programme": self.programme,
                "tables": ", ".join(self.tables),
                "participants": f"{design.group} {', '.join(design.participants)}",
                "comparison": f"{design.group} {', '.join(design.comparison)}"
                if design.comparison
                else "none",
                "specifications": ", ".join(spec.id for spec in self.specifications),
                "claims": "; ".join(f"{claim.id}: {claim.text.en}" for claim in self.claims),
            },
        )


def load_programme(folder: Path, *, root: Path) -> tuple[Programme | None, list[Problem]]:
    """Read ``programme.yml`` and check that the names inside it refer to one another."""
    if strange := check_folder(folder, root=root, largest=TEXTS | TABLES):
        return None, strange
    path = folder / "programme.yml"
    programme, problems = read_yaml(Programme, path, root=root, write_out=write_out)
    if programme:
        file, name = shown(path, root), programme.programme
        if name != folder.name:
            problems.append(Problem(file, f"'programme' is '{name}' but the folder is '{folder.name}'"))
        problems += check_specifications(programme, file) + check_tables(programme, file)
    return programme, problems


def check_specifications(programme: Programme, file: str) -> list[Problem]:
    """Say which primary specification does not exist and which ids stand twice; what a method cannot do, says
    ``evaluation.specifications``.
    """
    ids = [spec.id for spec in programme.specifications]
    if (programme.primary is None) != (not ids):
        found = (
            "no specification is primary" if ids else "a primary specification is named, and none is declared"
        )
        return [
            Problem(
                file,
                found,
                column="primary",
                expected="both, or neither, which leaves the choice to the design",
            )
        ]
    problems = [
        Problem(file, f"the specification '{name}' stands twice", column="specifications")
        for name in set(ids)
        if ids.count(name) > 1
    ]
    for rule in ("randomised", "observational") if programme.primary else ():
        name = getattr(programme.primary, rule)
        if name not in ids:
            problems.append(
                Problem(
                    file,
                    f"'{name}' is not a specification",
                    column=f"primary.{rule}",
                    expected=nearest(name, ids),
                )
            )
    named = [declared.id for declared in programme.subgroups]
    problems += [
        Problem(file, f"the subgroup '{name}' stands twice", column="subgroups")
        for name in sorted(set(named))
        if named.count(name) > 1
    ]
    axes = [axis.id for axis in programme.equity]
    problems += [
        Problem(file, f"the axis '{name}' stands twice", column="equity")
        for name in sorted(set(axes))
        if axes.count(name) > 1
    ]
    apart = programme.worth.benefit.by_subgroup if programme.worth else None
    if apart is not None and apart not in named:
        place = "worth.benefit.by_subgroup"
        problems.append(
            Problem(file, f"'{apart}' is not a subgroup", column=place, expected=nearest(apart, named))
        )
    problems += check_sides(programme.design, file)
    if programme.design.wave and programme.design.panel:
        problems.append(
            Problem(
                file, "a panel asks the same units in every period, so it has no 'wave'", column="design.wave"
            )
        )
    return problems


def check_sides(design: Design, file: str) -> list[Problem]:
    """Say which answers are on both sides of a comparison, or in two arms, and what several arms lack."""
    sides = {f"arms.{name}": arm.answers for name, arm in design.arms.items()} or {
        "participants": design.participants
    }
    sides["comparison"] = design.comparison
    named = [answer for answers in sides.values() for answer in answers]
    problems = [
        Problem(file, f"the answer '{answer}' stands in two groups", column=f"design.{place}")
        for place, answers in sides.items()
        for answer in answers
        if named.count(answer) > 1 and design.arms
    ]
    if design.arms and not design.comparison:
        told = "there are arms and nobody to compare them with"
        problems.append(
            Problem(file, told, column="design.comparison", expected="answers of the comparison group")
        )
    if design.arms and set(design.participants) != set(named) - set(design.comparison):
        told, expected = "these are not the answers of the arms", "left out, or the answers of all arms"
        problems.append(Problem(file, told, column="design.participants", expected=expected))
    return problems


def check_tables(programme: Programme, file: str) -> list[Problem]:
    """Say which links and checks name a table that does not exist, and which claims rest on nothing and do
    not say why.
    """
    problems = []
    for name, table in programme.tables.items():
        if table.link and table.link.to != programme.main_table:
            problems.append(
                Problem(
                    file,
                    f"'{table.link.to}' is not the main table",
                    column=f"tables.{name}.link.to",
                    expected=f"'{programme.main_table}', the first one",
                )
            )
    for check in programme.checks:
        others = [value for key, value in check.arguments.items() if key == "with_table"]
        problems += [
            Problem(
                file,
                f"the table '{table}' is not declared",
                column=f"checks.{check.id}",
                expected=nearest(str(table), programme.tables),
            )
            for table in (check.table, *others)
            if table not in programme.tables
        ]
    if programme.costs and programme.costs.table not in programme.tables:
        message = f"the table '{programme.costs.table}' is not declared"
        problems.append(
            Problem(
                file, message, column="costs.table", expected=nearest(programme.costs.table, programme.tables)
            )
        )
    return problems + check_span(programme, file) + check_claims(programme.claims, file)


def check_span(programme: Programme, file: str) -> list[Problem]:
    """Say where the accounts lack the prices that money of several years needs."""
    sheet = programme.costs
    money = sheet.currencies.get(sheet.currency) if sheet else None
    if (
        sheet is None
        or money is None
        or money.prices
        or (programme.prices and programme.prices.nominal_within)
    ):
        return []
    message, place = (
        "the accounts' own currency has no price series",
        f"costs.currencies.{sheet.currency}.prices",
    )
    return [Problem(file, message, column=place, expected="a series, or 'nominal_within' under prices")]
