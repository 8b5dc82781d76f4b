"""What is evaluated (``programme.yml``) and what is particular to one delivery (``cohort.yml``)."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import Field

from manfaat.base.problems import Problem, nearest
from manfaat.base.showing import card, counted, line
from manfaat.definitions.claims import Claim, Subgroup, check_claims
from manfaat.definitions.declarations import CostSheet, Worth
from manfaat.definitions.named_sets import write_out
from manfaat.definitions.raw_files import FlowStep, RawFile
from manfaat.definitions.records import Record, Words, read_yaml, shown
from manfaat.definitions.vocabulary import (  # fmt: skip
    BY_LEAST_SQUARES,
    FOR_EITHER,
    FOR_PARTICIPANTS,
    KINDS,
    NEEDS_COVARIATES,
    OF_PARTICIPANTS_ALONE,
    OVER_TIME,
    SEVERAL_NUMBERS,
    Method,
    StdError,
)

TRUTH = "truth"  # folder beside a synthetic delivery that holds what nobody knows of a real one


class Unit(Record):
    """How an amount is written: its name, a sign before the number, decimal places.

    ``label`` stands on axes; ``after`` follows a number in a sentence (the label, unless given). A share is
    written as a percentage: 0.111 as 11.1.
    """

    label: Words
    after: Words | None = None
    prefix: str = ""
    currency: Literal["", "IDR", "JPY", "USD"] = ""
    period: Literal["", "hour", "day", "week", "month", "year"] = ""
    is_share: bool = False
    is_percent: bool = False  # 3.5 stands for 3.5 per cent; answers may be written as 3,5% or as a share
    decimals: int = Field(default=2, ge=0, le=8)
    multiple: float = Field(default=1.0, gt=0)  # of the currency: 1000 where amounts are in thousands
    is_log: bool = False  # a difference of logarithms: also told as a percentage
    is_calendar: bool = False  # a year of the calendar: written without a separator (1996)
    is_rating: bool = (
        False  # points on a scale of opinion: a person's rating of himself is reported, never shown
    )

    @property
    def scale(self) -> float:
        """What a stored value is multiplied by when it is written or drawn."""
        return 100.0 if self.is_share else 1.0


class SetAside(Record):
    """Rows that do not count as answers: a rule's name, when it applies (an XLSForm expression), and why."""

    rule: str
    when: str
    reason: Words


class Link(Record):
    """How a table joins the units of analysis: ``by`` is a variable that both tables have, one row a
    value.
    """

    to: str
    by: str


class Table(Record):
    """One table of the study; ``key`` names its key variables, ``[row]`` stands for file and row number."""

    label: Words
    key: list[str] = Field(min_length=1)
    link: Link | None = None
    set_aside: list[SetAside] = []
    scales: list[list[str]] = []  # batteries of ratings in which the same answer throughout is reported
    dates: dict[str, list[str]] = {}  # amount → its dates, the first known counts: for checks that name none


class UnitWords(Record):
    """What one unit of analysis is called, singular and plural."""

    one: Words
    many: Words


class Panel(Record):
    """The columns that say which unit and which period a row is about."""

    unit: str
    period: str


class Times(Record):
    """What 'before' and 'now' mean in this programme."""

    before: Words | None = None
    now: Words


class Design(Record):
    """Who is compared with whom. ``group``, ``weight``, ``strata``, ``cluster`` and ``wave`` are columns of
    the indicators table.

    ``weight`` says how much a row counts: by how many people of the population stand behind it
    (``weight_kind`` sampling, as a rule), or by how many units were put together in it (frequency: the row is
    read as so many equal ones). ``strata`` is what the sample or the lottery was drawn within, ``cluster``
    what was drawn (or assigned) together, ``instrument`` what was offered where ``group`` is who took it up,
    ``wave`` the period of an answer where other people were asked in each period.
    """

    unit: UnitWords
    group: str
    participants: list[str] = Field(min_length=1)
    comparison: list[str] = []
    panel: Panel | None = None
    wave: str | None = None
    weight: str | None = None
    weight_kind: Literal["sampling", "frequency"] = "sampling"
    strata: str | None = None
    cluster: str | None = None
    instrument: str | None = None
    times: Times

    @property
    def sampling_weight(self) -> str | None:
        """The column of survey weights, where there are any."""
        return self.weight if self.weight_kind == "sampling" else None

    @property
    def frequency(self) -> str | None:
        """The column that says for how many equal units a row stands, where there is one."""
        return self.weight if self.weight_kind == "frequency" else None


class Periods(Record):
    """Periods of a panel, or waves, that a specification uses: their numbers, or the first and the last that
    there are.
    """

    before: int | Literal["first"] | None = None
    now: int | Literal["last"]


class Specification(Record):
    """One way to estimate: a method with its covariates, fixed before results are seen."""

    id: str
    label: Words
    method: Method
    indicators: list[str] = []  # none named: every indicator that an effect is asked for
    treatment: list[str] = []  # none named: participant or not
    covariates: list[str] = []
    covariates_measured: Literal["before", "same_period"] = "before"
    periods: Periods | None = None
    baseline: Literal["before", "then"] = (
        "before"  # measured before the programme, or recalled at the interview (never mixed)
    )
    strata: str | None = None  # effects of other strata than the design's: one for each firm, say
    std_errors: list[StdError] = Field(min_length=1)  # the first is the one reported in figures and sentences
    estimand: Literal["att", "ate"] | None = None  # average over participants (as a rule) or over everyone
    instrument: str | None = (
        None  # instrumental variables: what was offered; the treatment is what was taken up
    )
    quantiles: list[float] = [0.25, 0.5, 0.75]
    neighbours: int = Field(default=1, ge=1, le=100)  # nearest-neighbour matching
    moments: Literal[1, 2] = 1  # entropy balancing: means, or also squares and products
    trim: float | None = Field(
        default=None, ge=0, lt=0.5
    )  # leave out units with a smaller chance than this of being in the other group

    @property
    def population(self) -> str:
        """Whom the estimate is about, where the method fixes it: ``ATT``, ``ATE``, ``LATE``, ``quantiles``;
        else empty.
        """
        if self.method == "instrumental_variables":
            return "LATE"
        if self.method == "quantile_effects":
            return "quantiles"
        return (self.estimand or "att").upper() if self.method in FOR_EITHER + FOR_PARTICIPANTS else ""

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of standard error that belong to the method."""
        return KINDS.get(self.method, BY_LEAST_SQUARES)

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
    observational: str
    because: Words | None = None  # why, in words that the report prints


CheckKind = Literal[
    "real_range",
    "real_ratio",
    "agreement",
    "straight_line",
    "shares_sum",
    "duplicate_key",
    "near_duplicate",
    "interview_length",
    "linked_rows",
    "interviewer_mean",
    "personal_data",
    "date_order",
    "trial_text",
    "partial",
    "repeated_answers",
    "heaping",
    "outlier",
    "recent_dates",
    "date_agreement",
]


class Check(Record):
    """A check that a rule about the answers of one row cannot express: it looks at many rows, another table,
    prices or times.
    """

    id: str
    table: str
    severity: Literal["error", "warning", "note"] = "warning"
    kind: CheckKind
    variables: list[str] = Field(min_length=1)
    arguments: dict[str, str | float | list[str] | dict[str, list[str]]] = {}
    label: Words


class Partner(Record):
    """Who carried the programme, and in what role."""

    name: str
    role: Words


class Prices(Record):
    """The price series that turns nominal into real money, and the year whose prices are used."""

    series: str
    file: str | None = None  # the programme's own series; none: those of the house
    base_year: int
    label: Words

    def path(self, folder: Path) -> Path | None:
        """The programme's own price file, if it has one."""
        return folder / self.file if self.file else None


class Programme(Record):
    """The whole of ``programme.yml``."""

    programme: str
    title: Words
    summary: Words
    partners: list[Partner] = []
    sources: list[str] = []
    tables: dict[str, Table]
    units: dict[str, Unit]
    design: Design
    prices: Prices | None = None
    costs: CostSheet | None = None
    worth: Worth | None = None
    specifications: list[Specification] = []  # none: a ladder chosen by the design
    primary: Primary | None = None
    subgroups: list[Subgroup] = []
    history: dict[
        str, list[str]
    ] = {}  # indicator → its columns of several times before the programme, the oldest first
    claims: list[Claim] = []
    families: dict[
        str, Words
    ] = {}  # what a family of indicators is called; its own name where it is not said
    smallest_effects: dict[str, float] = {}  # by indicator, in its unit: what would still be worth having
    checks: list[Check] = []
    covariate_sets: dict[str, list[str]] = {}  # lists with a name; where they are used they are written out
    batteries: dict[str, list[str]] = {}
    missing: dict[str, str] = {}  # missing codes with a name, for the column 'missing' of codebook.csv
    words: dict[str, dict[str, Words | str]] = {}  # what {when} says in a row of the time or rater 'now'

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


class Denominators(Record):
    """How many were trained, invited and reached; null where the delivery does not say, with the reason."""

    trained: int | None = None
    invited: int | None = None
    reached: int | None = None
    because: Words | None = None


class Fieldwork(Record):
    """The first and the last day on which answers were collected."""

    begins: date
    ends: date | None = None


class Simulated(Record):
    """How a synthetic cohort was made, and the folder in which its truth lies; no estimate and no verdict
    uses it.
    """

    command: str
    truth: str = TRUTH


class Cohort(Record):
    """The whole of ``cohort.yml``."""

    cohort: str
    programme: str
    label: Words
    kind: Literal["real", "synthetic"]
    assignment: Literal["randomised", "observational"]
    files: list[RawFile] = Field(min_length=1)
    groups: dict[str, Words] = {}
    same_participants_as: str | None = (
        None  # another cohort whose participants these are, set against other people
    )
    unreadable: Literal["stop", "review"] = (
        "stop"  # what an answer that cannot be read does: stop the run, or wait in the review list
    )
    period: Words
    fieldwork: Fieldwork | None = (
        None  # when answers were collected, in days; a record from before may be a trial of the form
    )
    flow: list[FlowStep] = []
    denominators: Denominators
    totals: dict[
        str, dict[str, float]
    ] = {}  # known numbers of all who took part, by variable and answer, to weight the answers to
    origin: str
    licence: str
    citation: str
    simulated: Simulated | None = None


def load_cohort(folder: Path, *, root: Path) -> tuple[Cohort | None, list[Problem]]:
    """Read ``cohort.yml`` of one delivery; say so when the folder's name and the file disagree."""
    path = folder / "cohort.yml"
    cohort, problems = read_yaml(Cohort, path, root=root)
    if cohort and cohort.cohort != folder.name:
        problems.append(
            Problem(shown(path, root), f"'cohort' is '{cohort.cohort}' but the folder is '{folder.name}'")
        )
    if cohort and cohort.kind == "real" and (cohort.simulated or "synthetic" in cohort.cohort):
        problems.append(
            Problem(
                shown(path, root), "a simulated cohort is called real", column="kind", expected="synthetic"
            )
        )
    if cohort and cohort.kind == "synthetic" and "synthetic" not in cohort.cohort:
        problems.append(
            Problem(
                shown(path, root),
                "the name of a simulated cohort must say so",
                column="cohort",
                expected=f"'{cohort.cohort}-synthetic'",
            )
        )
    return cohort, problems


def load_programme(folder: Path, *, root: Path) -> tuple[Programme | None, list[Problem]]:
    """Read ``programme.yml`` and check that the names inside it refer to one another."""
    path = folder / "programme.yml"
    programme, problems = read_yaml(Programme, path, root=root, write_out=write_out)
    if programme:
        problems += check_specifications(programme, shown(path, root)) + check_tables(
            programme, shown(path, root)
        )
    return programme, problems


def check_specifications(programme: Programme, file: str) -> list[Problem]:
    """Say which primary specification does not exist, which ids stand twice, and what a method cannot do."""
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
        elif (given := SEVERAL_NUMBERS.get(programme.specification(name).method)) is not None:
            problems.append(
                Problem(
                    file,
                    f"'{name}' gives {given}, none of which can speak for a cohort",
                    column=f"primary.{rule}",
                )
            )
    for spec in programme.specifications:
        problems += check_specification(spec, file) + check_design(spec, programme.design, file)
    named = [declared.id for declared in programme.subgroups]
    problems += [
        Problem(file, f"the subgroup '{name}' stands twice", column="subgroups")
        for name in sorted(set(named))
        if named.count(name) > 1
    ]
    if programme.design.wave and programme.design.panel:
        problems.append(
            Problem(
                file, "a panel asks the same units in every period, so it has no 'wave'", column="design.wave"
            )
        )
    return problems


def check_specification(spec: Specification, file: str) -> list[Problem]:
    """Say what a specification asks of its method that it cannot do, and what it does not say."""
    place, problems = f"specifications.{spec.id}", []
    for kind in spec.std_errors:
        if kind not in spec.kinds:
            found = f"the standard error '{kind}' does not belong to the method '{spec.method}'"
            problems.append(
                Problem(file, found, column=f"{place}.std_errors", expected="one of " + ", ".join(spec.kinds))
            )
    if (
        spec.estimand
        and spec.method not in FOR_EITHER
        and (spec.estimand == "ate" or spec.method not in FOR_PARTICIPANTS)
    ):
        problems.append(
            Problem(
                file,
                f"the method '{spec.method}' has no estimand '{spec.estimand}'",
                column=f"{place}.estimand",
            )
        )
    if spec.method in NEEDS_COVARIATES and not spec.covariates:
        problems.append(
            Problem(file, f"the method '{spec.method}' needs covariates", column=f"{place}.covariates")
        )
    if (spec.instrument is None) == (spec.method == "instrumental_variables"):
        found = (
            "'instrumental_variables' needs an instrument"
            if spec.instrument is None
            else f"the method '{spec.method}' has no instrument"
        )
        problems.append(Problem(file, found, column=f"{place}.instrument"))
    if spec.method == "instrumental_variables" and len(spec.treatment) != 1:
        problems.append(
            Problem(
                file,
                "'instrumental_variables' needs one treatment: what the offer led to",
                column=f"{place}.treatment",
            )
        )
    if spec.trim is not None and spec.method not in NEEDS_COVARIATES:
        problems.append(Problem(file, f"the method '{spec.method}' does not trim", column=f"{place}.trim"))
    if not all(0 < level < 1 for level in spec.quantiles) or len(set(spec.quantiles)) < len(spec.quantiles):
        problems.append(
            Problem(file, "quantiles are different numbers between 0 and 1", column=f"{place}.quantiles")
        )
    return problems + check_places(spec, file)


def check_places(spec: Specification, file: str) -> list[Problem]:
    """Say where a specification names strata or a baseline that its method does not use."""
    place, problems = f"specifications.{spec.id}", []
    if spec.strata and spec.method != "strata_fixed_effects":
        problems.append(
            Problem(
                file,
                f"the method '{spec.method}' has no effects of strata of its own",
                column=f"{place}.strata",
            )
        )
    if spec.baseline == "then" and spec.method not in OF_PARTICIPANTS_ALONE:
        found = f"the method '{spec.method}' does not compare with what is recalled"
        problems.append(
            Problem(
                file,
                found,
                column=f"{place}.baseline",
                expected="before: what is recalled is a change that participants report, no baseline",
            )
        )
    return problems


def check_design(spec: Specification, design: Design, file: str) -> list[Problem]:
    """Say what a method needs of the design that the design does not have: such a specification could never
    be estimated.
    """
    place, periods = f"specifications.{spec.id}", spec.periods
    needs = {
        "fixed_effects": (design.panel is not None, "a panel"),
        "first_difference": (design.panel is not None, "a panel"),
        "repeated_cross_sections": (bool(design.panel or design.wave), "a panel or waves"),
        "strata_fixed_effects": (bool(spec.strata or design.strata), "strata"),
    }
    has, what = needs.get(spec.method, (True, ""))
    if not has:
        return [
            Problem(
                file,
                f"the method '{spec.method}' needs {what}, and the design declares none",
                column=f"{place}.method",
                expected=f"{what} under 'design'",
            )
        ]
    if not (design.panel or design.wave) or spec.method == "fixed_effects":
        return []
    if periods is None:
        found = "the study asks in several periods, and the specification names none"
        return [
            Problem(
                file,
                found,
                column=f"{place}.periods",
                expected="{now: last}, {before: first, now: last}, or the numbers of the periods",
            )
        ]
    needs_before = spec.method in OVER_TIME if design.panel else spec.method == "repeated_cross_sections"
    if needs_before and periods.before is None:
        return [
            Problem(
                file,
                f"the method '{spec.method}' needs a period before",
                column=f"{place}.periods",
                expected="{before: first, now: last}, or their numbers",
            )
        ]
    return []


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
    return problems + check_claims(programme.claims, file)
