"""Why a programme was evaluated, for whom, by whom and how: ``charter.yml``, beside the other definitions.

What only people can say, and what a reader of an official evaluation looks for. The file is optional; where
it states anything, whatever it leaves out is a reason under ``because``.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from pydantic import Field, model_validator

from manfaat.base.problems import Problem, nearest
from manfaat.definitions.records import Record, Words, read_yaml

CHARTER = "charter.yml"

Criterion = Literal[
    "relevance", "coherence", "effectiveness", "efficiency", "impact", "sustainability", "equity"
]
CRITERIA: tuple[Criterion, ...] = get_args(Criterion)
Answer = Literal["accepted", "partly accepted", "rejected"]
Status = Literal["not begun", "under way", "done"]
Link = Literal["input", "activity", "output", "outcome"]


class Evaluator(Record):
    """Who evaluates."""

    name: str | Words
    """Name of a person or team, or what they are called in each language."""
    organisation: Words | None = None
    """Where they work. Example: {en: the ministry of labour, id: kementerian ketenagakerjaan}"""
    role: Words | None = None
    """What they did. Example: {en: led the analysis, id: memimpin analisis}"""
    interests: Words | None = None
    """What ties them to the programme, or that nothing does."""


class Use(Record):
    """One decision that the evaluation is made for."""

    decision: Words
    """What is decided. Example: {en: whether to send a fourth cohort, id: apakah angkatan keempat dikirim}"""
    by: Words
    """Who decides."""


class Question(Record):
    """One question that the evaluation answers."""

    id: str
    """Short name. Example: Q1"""
    text: Words
    """The question."""
    criterion: Criterion
    """Criterion of OECD-DAC that it belongs to, or equity."""
    claims: list[str] = []
    """Claims whose verdicts answer it."""
    indicators: list[str] = []
    """Indicators that bear on it beside those of the claims."""
    sources: Words | None = None
    """Where the evidence is from, where it is not the survey."""

    @model_validator(mode="after")
    def answered(self) -> Question:
        """Refuse a question that nothing answers."""
        if not (self.claims or self.indicators or self.sources):
            raise ValueError("nothing answers the question; it names 'claims', 'indicators' or 'sources'")
        return self


class Objective(Record):
    """What the programme itself wanted to reach among its participants, as a number."""

    text: Words
    """The objective. Example: {en: Nine in ten complete the training., id: Sembilan dari sepuluh selesai.}"""
    indicator: str
    """Column of the indicators table whose mean among participants is held against it. Example: completed"""
    at_least: float | None = None
    """Target, where more is better, in the indicator's unit. Example: 0.9"""
    at_most: float | None = None
    """Target, where less is better, in the indicator's unit. Example: 0.05"""

    @model_validator(mode="after")
    def one_target(self) -> Objective:
        """Refuse two targets, and none."""
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError("the target is either 'at_least' or 'at_most'")
        return self


class Assumption(Record):
    """What must hold for one stage of the results chain to lead to the next."""

    text: Words
    """The assumption."""
    after: Link
    """Stage from which it leads on."""
    indicator: str | None = None
    """Indicator that checks it; none where nothing does."""


class Lesson(Record):
    """What may be of use elsewhere."""

    text: Words
    """The lesson, and where it applies. Example: {en: Ask first., id: Tanyakan dulu.}"""
    claims: list[str] = Field(min_length=1)
    """Claims that it rests on. Example: [T1]"""


class Conclusion(Record):
    """What the people who evaluate conclude, in their words."""

    text: Words
    """The conclusion, in a few sentences. Example: {en: It can go on., id: Program dapat dilanjutkan.}"""
    verdicts: str = ""
    """Mark of the verdicts that it was written on, as the report prints it; the report says when they have
    changed since. Example: 3f9a1c0d
    """


class Response(Record):
    """What the office that received a report answers to one of its recommendations."""

    recommendation: str
    """Id of an implication of the programme, or of a claim that is still open. Example: host_share"""
    response: Answer
    """Whether it is accepted."""
    action: Words
    """What is done, or why nothing is. Example: {en: A fund is set up., id: Dana cadangan dibentuk.}"""
    due: Words | None = None
    """Until when, where it is not what was recommended. Example: {en: June 2006, id: Juni 2006}"""
    status: Status = "not begun"
    """How far it is."""


class Statements(Record):
    """What a charter states, of all cohorts or of one."""

    evaluators: list[Evaluator] = []
    """Who evaluates."""
    commissioned_by: Words | None = None
    """Who asked for the evaluation. Example: {en: the city council, id: dewan kota}"""
    funded_by: Words | None = None
    """Who pays for the evaluation. Example: {en: the city council, id: dewan kota}"""
    terms_of_reference: Words | None = None
    """What was agreed, and where it can be read. Example: {en: contract 12/2024, id: kontrak 12/2024}"""
    dates: Words | None = None
    """When the evaluation was made."""
    places: Words | None = None
    """Where the programme ran."""
    purpose: Words | None = None
    """Why it is evaluated, and why now."""
    audience: Words | None = None
    """Whom the report is for."""
    uses: list[Use] = []
    """Decisions that it is made for."""
    questions: list[Question] = []
    """What it asks; the evaluation matrix is made of them."""
    not_assessed: dict[Criterion, Words] = {}
    """Criteria that no question belongs to, each with the reason."""
    scope: Words | None = None
    """What is covered, and what is left out and why."""
    objectives: list[Objective] = []
    """What the programme wanted to reach, as numbers."""
    assumptions: list[Assumption] = []
    """What must hold between the stages of the results chain."""
    eligibility: Words | None = None
    """Who could take part."""
    sampling: Words | None = None
    """How those asked were chosen, and why so many."""
    comparison: Words | None = None
    """How the comparison group was found, and what it got instead."""
    collection: Words | None = None
    """How answers were collected: by whom, by what means, with what training and checks."""
    ethics: Words | None = None
    """Who approved the study, or why nobody had to."""
    consent: Words | None = None
    """How people were asked for their consent."""
    consultation: Words | None = None
    """Who was heard before the report was finished. Example: {en: six employers, id: enam perusahaan}"""
    conclusion: Conclusion | None = None
    """What those who evaluate conclude."""
    lessons: list[Lesson] = []
    """What may be of use elsewhere."""
    responses: list[Response] = []
    """What the office that received the report answers to its recommendations, one entry each."""
    former: list[Response] = []
    """What was answered to the former cohort's report, which this one follows up."""
    abbreviations: dict[str, Words] = {}
    """The programme's own abbreviations; the report explains those that occur in it."""
    because: dict[str, Words] = {}
    """Why something is not stated, by its key. Example: {funded_by: {en: not known, id: tidak diketahui}}"""


class Charter(Statements):
    """The whole of ``charter.yml``."""

    cohorts: dict[str, Statements] = {}
    """What is other of one cohort, by its name: each key stands instead of that of all cohorts. A cohort
    need not be delivered here.
    """

    def of(self, cohort: str) -> Statements:
        """What holds of one cohort."""
        stated = {name: getattr(self, name) for name in Statements.model_fields}
        if own := self.cohorts.get(cohort):
            changed = {name: getattr(own, name) for name in own.model_fields_set - {"because"}}
            kept = {name: why for name, why in self.because.items() if name not in changed}
            gone = {name: Statements.model_fields[name].get_default() for name in own.because}
            stated |= gone | changed | {"because": kept | own.because}
        return Statements(**stated)


FOLLOWS = ("conclusion", "lessons", "responses", "former")  # written once results are there
EXPECTED = tuple(
    name
    for name in Statements.model_fields
    if name not in (*FOLLOWS, "because", "not_assessed", "uses", "abbreviations")
)


@dataclass(frozen=True)
class Known:
    """What a charter may name."""

    claims: Collection[str]
    indicators: Collection[str]
    columns: Collection[str]
    implications: Collection[str] = ()


def load_charter(folder: Path, *, root: Path) -> tuple[Charter | None, list[Problem]]:
    """Read the charter of a programme; nothing where it has none, or one of comments alone."""
    path = folder / CHARTER
    if not path.is_file() or is_comment(path.read_text(encoding="utf-8", errors="replace")):
        return None, []
    return read_yaml(Charter, path, root=root)


def is_comment(text: str) -> bool:
    """Whether a file of definitions says nothing yet."""
    return all(not line.strip() or line.lstrip().startswith("#") for line in text.splitlines())


def check_charter(charter: Charter, cohort: str, known: Known, file: str) -> list[Problem]:
    """Say what is neither stated nor accounted for, and what names a claim, an indicator or a key that does
    not exist.
    """
    stated = charter.of(cohort)
    problems = [
        Problem(
            file,
            f"'{name}' is neither stated nor accounted for",
            column=name,
            expected=f"a value, or the reason under 'because.{name}'",
        )
        for name in EXPECTED
        if not getattr(stated, name) and name not in stated.because
    ]
    for name in stated.because:
        if name not in EXPECTED:
            problems.append(
                Problem(
                    file,
                    f"'{name}' cannot be accounted for",
                    column="because",
                    expected=nearest(name, EXPECTED),
                )
            )
        elif getattr(stated, name):
            problems.append(Problem(file, f"'{name}' is stated, and told why it is not", column="because"))
    return [*problems, *check_criteria(stated, file), *check_names(stated, known, file)]


def check_criteria(stated: Statements, file: str) -> list[Problem]:
    """Say of which criteria there is neither a question nor a reason, and of which there are both."""
    asked = {question.criterion for question in stated.questions}
    wanted = [one for one in CRITERIA if stated.questions and (one in asked) == (one in stated.not_assessed)]
    return [
        Problem(
            file,
            f"'{one}' has a question, and a reason why it has none"
            if one in asked
            else f"no question is about '{one}', and no reason is given",
            column="not_assessed",
        )
        for one in wanted
    ]


def check_names(stated: Statements, known: Known, file: str) -> list[Problem]:
    """Say which claims, indicators and columns do not exist, and which short name stands twice."""
    ids = [question.id for question in stated.questions]
    answered = {
        name: [one.recommendation for one in getattr(stated, name)] for name in ("responses", "former")
    }
    named = [
        (f"questions.{one.id}.claims", name, "a claim", known.claims)
        for one in stated.questions
        for name in one.claims
    ]
    named += [
        (f"questions.{one.id}.indicators", name, "an indicator", known.indicators)
        for one in stated.questions
        for name in one.indicators
    ]
    named += [
        ("lessons.claims", name, "a claim", known.claims) for one in stated.lessons for name in one.claims
    ]
    named += [
        ("objectives.indicator", one.indicator, "a column of the indicators table", known.columns)
        for one in stated.objectives
    ]
    named += [
        ("assumptions.indicator", one.indicator, "an indicator", known.indicators)
        for one in stated.assumptions
        if one.indicator
    ]
    named += [
        (place, name, "a recommendation", [*known.implications, *known.claims])
        for place, names in answered.items()
        for name in names
    ]
    return [
        *(
            Problem(file, f"'{name}' is not {what}", column=place, expected=nearest(name, among))
            for place, name, what, among in named
            if name not in among
        ),
        *(
            Problem(file, f"the question '{name}' stands twice", column="questions")
            for name in sorted({name for name in ids if ids.count(name) > 1})
        ),
        *(
            Problem(file, f"the recommendation '{name}' is answered twice", column=place)
            for place, names in answered.items()
            for name in sorted({name for name in names if names.count(name) > 1})
        ),
    ]
