"""What a reviewer of an official evaluation would look for, and whether the report has it.

The items are those of the quality checklist of the United Nations Evaluation Group (UNEG/G(2010)/2), in our
words. Only what the definitions and the report itself can tell is rated; the rest is left to a person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

from manfaat.definitions.charter import CRITERIA, Statements
from manfaat.definitions.context import read_context
from manfaat.definitions.declarations import Implication
from manfaat.definitions.study import Study
from manfaat.report.blocks import Block, Bullets, Cell, Figure, Head, Heading, Table
from manfaat.report.reader import Reader
from manfaat.report.words import Language, mark

Rating = Literal["met", "partly", "not met", "to judge"]
WORTH: dict[Rating, float] = {"met": 1.0, "partly": 0.5, "not met": 0.0}
RATINGS: dict[Rating, str] = {
    "met": mark("met"),
    "partly": mark("partly"),
    "not met": mark("not met"),
    "to judge": mark("for a person to judge"),
}


@dataclass(frozen=True)
class Facts:
    """What is rated: a study and the blocks of its report."""

    study: Study
    told: tuple[Block, ...]

    @cached_property
    def stated(self) -> Statements:
        """What the charter states; nothing where there is none."""
        return self.study.charter or Statements()

    @cached_property
    def exhibits(self) -> set[str]:
        """The names of figures and tables, without the number of their notebook."""
        return {one.name.partition("-")[2] for one in self.told if isinstance(one, Figure | Table)}

    @cached_property
    def sections(self) -> set[str]:
        """The ids of headings."""
        return {one.id for one in self.told if isinstance(one, Heading)}

    def places(self, item: Item) -> list[str]:
        """Where the report shows what an item asks for: numbers of exhibits, titles of sections."""
        labels = {
            (one.id if isinstance(one, Heading) else one.name.partition("-")[2]): (
                f"“{one.text}”" if isinstance(one, Heading) else one.label
            )
            for one in self.told
            if isinstance(one, Heading | Figure | Table)
        }
        by_charter = ("charter",) if item.mend and "." not in item.mend else ()
        return [labels[name] for name in SHOWN_BY.get(item.number, by_charter) if name in labels]

    def has(self, *keys: str) -> Rating:
        """How many of the charter's keys are stated: all, some, or none; a reason counts as half."""
        worth = [
            1.0 if getattr(self.stated, key) else 0.5 if key in self.stated.because else 0.0 for key in keys
        ]
        return grade(worth)

    def shows(self, *names: str) -> Rating:
        """How many exhibits of these names are in the report."""
        return grade([float(name in self.exhibits) for name in names])

    @property
    def advice(self) -> list[Implication]:
        """The recommendations that are declared."""
        worth = self.study.programme.worth
        return worth.implications if worth else []

    @property
    def asks_more(self) -> list[bool]:
        """Whether the report says what to measure next, which it says to whoever plans the next survey."""
        return [True for one in self.told if isinstance(one, Bullets) and one.role == "next"]

    @property
    def raters(self) -> int:
        """How many kinds of sources there are: raters, and tables of the delivery."""
        raters = {line.rater for line in self.study.indicators if line.rater}
        return len(raters) + len(self.study.programme.tables)

    def asks(self, criterion: str) -> Rating:
        """Whether a question belongs to a criterion; a reason why none does counts as half."""
        if any(question.criterion == criterion for question in self.stated.questions):
            return "met"
        return "partly" if criterion in self.stated.not_assessed else "not met"


def grade(worth: Iterable[float]) -> Rating:
    """All, some, or none."""
    parts = list(worth)
    return "met" if parts and min(parts) == 1 else "partly" if any(parts) else "not met"


class Item(NamedTuple):
    """One item: its number, what is looked for, how it is rated, and where it can be mended."""

    number: str
    text: str
    rate: Callable[[Facts], Rating]
    mend: str = ""


def judged(facts: Facts) -> Rating:
    """What only a person can say."""
    return "to judge"


def always(facts: Facts) -> Rating:
    """What every report has."""
    return "met"


ITEMS = (
    Item("1.1", mark("The report is well ordered and clear"), judged),
    Item("1.2.1", mark("Name of what is evaluated"), always),
    Item("1.2.2", mark("Dates of the evaluation and of the report"), lambda f: f.has("dates"), "dates"),
    Item("1.2.3", mark("Where it ran"), lambda f: f.has("places"), "places"),
    Item("1.2.4", mark("Names of the evaluators"), lambda f: f.has("evaluators"), "evaluators"),
    Item("1.2.5", mark("Who commissioned it"), lambda f: f.has("commissioned_by"), "commissioned_by"),
    Item("1.2.6", mark("Contents, with lists of tables and figures"), always),
    Item("1.2.7", mark("Abbreviations"), lambda f: grade(["abbreviations" in f.sections]), "abbreviations"),
    Item("1.3.1", mark("Summary: what is evaluated"), always),
    Item(
        "1.3.2",
        mark("Summary: purpose and audience"),
        lambda f: f.has("purpose", "audience"),
        "purpose, audience",
    ),
    Item("1.3.3", mark("Summary: the method"), lambda f: f.shows("claims")),
    Item("1.3.4", mark("Summary: main findings"), lambda f: f.shows("claims"), "programme.yml: claims"),
    Item("1.4.1", mark("Terms of reference"), lambda f: f.has("terms_of_reference"), "terms_of_reference"),
    Item(
        "1.4.2", mark("Who was asked, and where"), lambda f: f.has("sampling", "places"), "sampling, places"
    ),
    Item(
        "1.4.3",
        mark("Documents consulted"),
        lambda f: grade(["documents" in f.sections]),
        "programme.yml: sources",
    ),
    Item(
        "1.4.4",
        mark("Methods, instruments and their reliability"),
        lambda f: grade(name in f.sections for name in ("methods", "questionnaire")),
    ),
    Item(
        "1.4.5",
        mark("Who the evaluators are, and their interests"),
        lambda f: grade(bool(one.role and one.interests) for one in f.stated.evaluators),
        "evaluators",
    ),
    Item("1.4.6", mark("Evaluation matrix"), lambda f: f.shows("questions"), "questions"),
    Item(
        "1.4.7",
        mark("Results framework with targets"),
        lambda f: f.shows("chain", "objectives"),
        "objectives",
    ),
    Item(
        "2.1",
        mark("Results chain with its assumptions"),
        lambda f: grade([bool(f.stated.assumptions), "chain" in f.exhibits]),
        "assumptions",
    ),
    Item(
        "2.2",
        mark("Context"),
        lambda f: grade([bool(read_context(f.study.definitions, f.study.programme.title.languages[0]))]),
        "context.en.md",
    ),
    Item(
        "2.3",
        mark("Scale: who could take part, how many did"),
        lambda f: f.has("eligibility", "scope"),
        "eligibility",
    ),
    Item(
        "2.4",
        mark("Those who had a part in it, and their roles"),
        lambda f: grade(bool(one.role) for one in f.study.programme.partners),
        "programme.yml: partners",
    ),
    Item("2.5", mark("How far it was carried out, and what changed"), judged),
    Item(
        "3.1",
        mark("Purpose: why, for whom, for which decisions"),
        lambda f: f.has("purpose", "audience", "uses"),
        "uses",
    ),
    Item("3.2", mark("Questions and scope"), lambda f: f.has("questions", "scope"), "questions, scope"),
    Item(
        "3.3",
        mark("Criteria, and why others are left out"),
        lambda f: grade(f.asks(name) != "not met" for name in CRITERIA),
        "questions, not_assessed",
    ),
    Item("3.4", mark("Equity among the questions"), lambda f: f.asks("equity"), "questions"),
    Item("4.1", mark("How data were collected and analysed"), lambda f: f.has("collection"), "collection"),
    Item("4.2", mark("Several sources, held against each other"), lambda f: grade([True, f.raters > 1])),
    Item(
        "4.3",
        mark("Sampling and comparison"),
        lambda f: f.has("sampling", "comparison", "eligibility"),
        "sampling, comparison",
    ),
    Item("4.4", mark("Consultation"), lambda f: f.has("consultation"), "consultation"),
    Item("4.5", mark("Methods that fit the questions, and what threatens them"), lambda f: f.shows("matrix")),
    Item(
        "4.6",
        mark("Results by group"),
        lambda f: grade(["equity" in f.exhibits, bool(f.study.programme.subgroups)]),
        "programme.yml: equity, subgroups",
    ),
    Item("4.7", mark("Quality and reliability of the data"), lambda f: f.shows("row-ledger", "cell-ledger")),
    Item(
        "4.8", mark("Ethics: approval and consent"), lambda f: f.has("ethics", "consent"), "ethics, consent"
    ),
    Item("5.1", mark("Findings are analysed and interpreted"), lambda f: f.shows("claims", "evidence")),
    Item(
        "5.2",
        mark("Findings answer the questions"),
        lambda f: grade(bool(one.claims or one.indicators) for one in f.stated.questions),
        "questions",
    ),
    Item("5.3", mark("Findings rest on evidence"), lambda f: f.shows("claims")),
    Item(
        "5.4",
        mark("Gaps, limits and unintended results"),
        lambda f: grade([True, "setbacks" in f.exhibits]),  # what cannot be shown is always said
    ),
    Item("5.5", mark("Reasons for success and failure"), judged),
    Item("6.1", mark("Conclusions on the key questions"), lambda f: f.has("conclusion"), "conclusion"),
    Item("6.2", mark("Conclusions rest on findings"), lambda f: f.shows("claims")),
    Item("6.3", mark("Insight for decisions to come"), lambda f: f.has("lessons"), "lessons"),
    Item("7.1", mark("How recommendations were made"), lambda f: f.has("consultation"), "consultation"),
    Item(
        "7.2",
        mark("Recommendations rest on evidence"),
        lambda f: "met" if f.asks_more else f.shows("recommendations"),
        "programme.yml: worth.implications",
    ),
    Item(
        "7.4",
        mark("Whom each recommendation is for"),
        lambda f: grade([*f.asks_more, *(rule.to is not None for rule in f.advice)]),
        "programme.yml: worth.implications.to",
    ),
    Item(
        "7.5",
        mark("Recommendations in order of weight"),
        lambda f: f.shows("recommendations"),
        "programme.yml: worth.implications",
    ),
    Item(
        "7.6",
        mark("By when each is to be done"),
        lambda f: grade(rule.by_when is not None for rule in f.advice),
        "programme.yml: worth.implications.by_when",
    ),
    Item(
        "8.1",
        mark("Equity in findings"),
        lambda f: grade([WORTH[f.asks("equity")], "reach" in f.exhibits]),
        "questions",
    ),
)


SHOWN_BY = {  # the exhibits and sections that show what an item asks for; a charter's keys are in its table
    "1.2.7": ("abbreviations",),
    "1.3.3": ("claims",),
    "1.3.4": ("claims",),
    "1.4.3": ("documents",),
    "1.4.4": ("methods", "questionnaire"),
    "1.4.6": ("questions",),
    "1.4.7": ("chain", "objectives"),
    "2.1": ("chain",),
    "2.2": ("part-3",),
    "2.4": ("involved",),
    "3.2": ("charter", "questions"),
    "3.3": ("questions",),
    "3.4": ("questions",),
    "4.3": ("charter", "flow"),
    "4.5": ("matrix",),
    "4.6": ("equity",),
    "4.7": ("row-ledger", "cell-ledger"),
    "5.1": ("claims", "evidence"),
    "5.2": ("questions",),
    "5.3": ("claims",),
    "5.4": ("setbacks",),
    "6.1": ("part-6",),
    "6.2": ("claims",),
    "6.3": ("part-6",),
    "7.2": ("recommendations",),
    "7.4": ("recommendations",),
    "7.5": ("recommendations",),
    "7.6": ("recommendations",),
    "8.1": ("questions", "reach"),
}


def rated(facts: Facts) -> list[tuple[Item, Rating]]:
    """Every item with its rating."""
    return [(item, item.rate(facts)) for item in ITEMS]


def score(ratings: Iterable[Rating]) -> tuple[float, int]:
    """The points of what was rated (met 1, partly ½), and how many items that were.

    Examples
    --------
    >>> score(["met", "partly", "not met", "to judge"])
    (1.5, 3)
    """
    known = [WORTH[rating] for rating in ratings if rating in WORTH]
    return sum(known), len(known)


HEADS = (
    mark("Item"),
    mark("What a reviewer looks for"),
    mark("Here"),
    mark("Where it is shown"),
    mark("Declared in"),
)


def declared_in(item: Item) -> str:
    """Where a person declares what an item asks for; a dash where the software sees to it."""
    return item.mend if "." in item.mend else f"charter.yml: {item.mend}" if item.mend else "–"


def summary(language: Language, ratings: Iterable[Rating]) -> str:
    """How many points of how many items."""
    points, most = score(ratings)
    return language.say(
        "{points} of {most} points: 1 for what is met, ½ for what is partly. A reason why something is not"
        " stated counts as partly.",
        points=language.number(points, 1),
        most=language.number(most, 0),
    )


def checklist(reader: Reader, told: Iterable[Block]) -> tuple[list[Rating], list[tuple[str, ...]]]:
    """The ratings, and a row of texts for each: number, what is looked for, rating, where it is shown, where
    it is declared.
    """
    facts = Facts(reader.study, tuple(told))
    found = rated(facts)
    rows: list[tuple[str, ...]] = [
        (
            item.number,
            reader.say(item.text),
            reader.say(RATINGS[rating]),
            ", ".join(facts.places(item)) or "–" if rating in ("met", "partly") else "–",
            declared_in(item),
        )
        for item, rating in found
    ]
    return [rating for _, rating in found], rows


def quality_table(reader: Reader, told: Iterable[Block], place: int) -> list[Block]:
    """The checklist as a section of the annex; ``place`` numbers its table."""
    say, found, rows = reader.say, *checklist(reader, told)
    heads = tuple(Head(say(text)) for text in HEADS)
    note = say(
        "Rated by the software from what is declared and shown; no reviewer has confirmed it. Source: United"
        " Nations Evaluation Group, quality checklist for evaluation reports, UNEG/G(2010)/2, in our words."
    )
    title = say("What a reviewer looks for")
    heading = Heading(2, title, "quality")
    label = say("Table") + f" A.{place}"
    cells = tuple(tuple(map(Cell, row)) for row in rows)
    table = Table(f"exhibit-table-a-{place}", label, title, f"{summary(reader, found)} {note}", heads, cells)
    return [heading, table]
