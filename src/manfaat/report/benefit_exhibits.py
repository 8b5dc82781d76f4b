"""The double benefit and what follows for managing a similar programme: tables and sentences."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from manfaat.base.disclosure import SMALLEST_CELL
from manfaat.base.typed import typed_rows
from manfaat.costs.advice import COLUMNS as ADVICE
from manfaat.costs.advice import implications, statistics
from manfaat.costs.double_benefit import Half
from manfaat.costs.effectiveness import place_costs
from manfaat.costs.ledger import Accounts
from manfaat.costs.scenarios import primary_row
from manfaat.definitions.declarations import Technology
from manfaat.definitions.study import Study
from manfaat.report import labels
from manfaat.report.cost_words import Teller
from manfaat.report.exhibit import Exhibit
from manfaat.report.model_exhibits import column_label
from manfaat.report.reader import Reader
from manfaat.report.tables import Layout
from manfaat.report.verdict_words import GRADE_WORDS, WHY
from manfaat.report.words import Language, mark

HALVES = {
    "technology": mark("Technology was acquired"),
    "host": mark("The host side bore most of the cost"),
    "cheaper": mark("The sending side paid less than an equivalent programme costs"),
    "cost": mark("Cost was saved (the weaker of the two before)"),
    "joint": mark("Both: the double benefit (the weaker of technology and cost)"),
}
VERDICTS = {
    "called for": mark("called for"),
    "leaning": mark("leaning: the interval includes the threshold"),
    "not called for": mark("not called for"),
    "not measured": mark("not measured, or too few to be told"),
}
CALLED = ["called for", "leaning"]  # what a recommendation follows from, the surest first
STATISTICS = {
    "share_host": mark("Share borne by the host side"),
    "share_sender": mark("Share borne by the sending side"),
    "share_in_kind": mark("Share in kind"),
    "leverage": mark("Leverage: what others paid for each unit of the sending side"),
}


HALF = Layout(
    "double-benefit",
    mark("The double benefit"),
    [
        ("part", mark("Part")),
        ("claim", mark("Claim")),
        ("grade", mark("Verdict")),
        ("why", mark("Why")),
    ],
    mark(
        "From weak to strong: contradicted, cannot tell, reported only, suggested, shown. A claim of two"
        " parts is never surer than its weaker part."
    ),
)
TECHNIQUES = Layout(
    "techniques",
    mark("Techniques brought and still in use"),
    [
        ("years", mark("Year of return")),
        ("forms", mark("Supervisors who answered"), "count"),
        ("adopted", mark("Report a technique"), "count"),
        ("techniques", mark("Techniques counted"), "count"),
        ("still", mark("Still in use today"), "count"),
        ("firms", mark("Firms that use one"), "count"),
    ],
    mark(
        "As supervisors of participants report; firms are counted and never named, and years are joined until"
        " each row holds at least {n} forms."
    ),
    layer="annex",
)
IMPLIED = Layout(
    "implications",
    mark("Numbers that a recommendation rests on"),
    [
        ("rests", mark("Number")),
        ("number", mark("Value [interval]"), "right"),
        ("limit", mark("Threshold"), "right"),
        ("verdict", mark("Recommendation")),
    ],
    mark("The thresholds are declared with the programme; they are judgements, not findings."),
    layer="annex",
)


class Mean(NamedTuple):
    """The mean of a column among participants, with its interval."""

    name: str
    n: int
    mean: float
    ci_low: float
    ci_high: float


class Held(NamedTuple):
    """A recommendation held against its statistic."""

    statistic: str
    value: float
    ci_low: float
    ci_high: float
    threshold: float
    side: str


def halves_table(reader: Reader, halves: list[Half]) -> list[Exhibit]:
    """Both halves with their grades, and the joint claim; none where the programme declares no claim of this
    kind.
    """
    say, worth = reader.say, reader.study.programme.worth
    if worth is None or not worth.technology:
        return []
    data = halves_data(reader.study, halves)
    told = data.assign(
        part=[say(HALVES[name]) for name in data["part"]],
        grade=[say(GRADE_WORDS[grade]) for grade in data["grade"]],
        why=[say(WHY[why]) for why in data["why"]],
    )
    return [HALF.exhibit(reader, told, reader.source_note())]


def halves_data(study: Study, halves: list[Half]) -> pd.DataFrame:
    """The same for the report's folder: ``part, claim, grade, why, value, against``."""
    worth = study.programme.worth
    claims: dict[str, str] = {name: text for name, text in worth.claims.items()} if worth else {}
    return pd.DataFrame(
        [
            {"part": half.name, "claim": claims.get(half.name, "")}
            | {"grade": half.grade, "why": half.why, "value": half.value, "against": half.against}
            for half in halves
        ]
    )


def technique_table(reader: Reader, found: pd.DataFrame) -> list[Exhibit]:
    """Techniques by year of return; firms are counted, never named."""
    if found.empty:
        return []
    years = [
        str(first) if first == last else f"{first}–{last}"
        for first, last in zip(found["first"], found["last"], strict=True)
    ]
    return [TECHNIQUES.exhibit(reader, found.assign(years=years), reader.source_note(), n=SMALLEST_CELL)]


def benefit_sentences(
    reader: Reader,
    accounts: Accounts | None,
    basis: pd.DataFrame,
    estimates: pd.DataFrame,
    halves: list[Half],
) -> list[str]:
    """Say both halves in numbers, and the joint verdict."""
    worth, say = reader.study.programme.worth, reader.say
    if worth is None or worth.technology is None:
        return []
    told = technology_sentences(reader, worth.technology, basis, estimates)
    if accounts is not None and not accounts.is_empty:
        told.append(saving_sentence(Teller(reader, accounts)))
    grades = {half.name: say(GRADE_WORDS[half.grade]) for half in halves}
    told.append(
        say(
            "Technology: {technology}. Cost: {cost}. Both together, and so the double benefit: {joint}.",
            technology=grades["technology"],
            cost=grades["cost"],
            joint=grades["joint"],
        )
    )
    return told


def technology_sentences(
    reader: Reader, declared: Technology, basis: pd.DataFrame, estimates: pd.DataFrame
) -> list[str]:
    """Say how many report a technique, how many still use it, and how many co-workers were taught."""
    say, told = reader.say, []
    own = {row.name: row for row in typed_rows(basis[basis["group"] == "participants"], Mean)}
    if adopted := own.get(declared.adopted):
        told.append(
            say(
                "Of the supervisors of participants who answered (n = {n}), {share} report a technique"
                " brought and in use (interval {low} to {high}).",
                n=reader.number(adopted.n, 0),
                share=reader.percent(adopted.mean),
                low=reader.percent(adopted.ci_low),
                high=reader.percent(adopted.ci_high),
            )
        )
    if taught := own.get(declared.taught):
        told.append(
            say(
                "Participants taught {mean} co-workers each (n = {n}).",
                mean=reader.number(taught.mean, 1),
                n=reader.number(taught.n, 0),
            )
        )
    line = next((line for line in reader.study.indicators if line.name == declared.taught), None)
    row = primary_row(estimates, line.indicator) if line else None
    if row is not None:
        word = say("effect") if reader.study.cohort.assignment == "randomised" else say("difference")
        told.append(
            say(
                "Against the comparison group that is a {word} of {estimate} (interval {low} to {high}).",
                word=word,
                estimate=reader.number(row["estimate"], 1),
                low=reader.number(row["ci_low"], 1),
                high=reader.number(row["ci_high"], 1),
            )
        )
    return told


def saving_sentence(teller: Teller) -> str:
    """Say what a place cost the sending side and what an equivalent programme would have."""
    say, found = teller.reader.say, place_costs(teller.accounts)
    values = {"party": teller.role("sender"), "cost": by_rate_text(teller, found["sender"])}
    if found["equivalent"].isna().any():
        return say(
            "A place cost {party} {cost}. What an equivalent programme would have cost is not declared, so no"
            " saving can be told.",
            **values,
        )
    return say(
        "A place cost {party} {cost}; an equivalent programme is priced at {other} (source: {sources})."
        " Whether it would have achieved as much is not known.",
        other=by_rate_text(teller, found["equivalent"]),
        sources=teller.sources or say("source not stated"),
        **values,
    )


def by_rate_text(teller: Teller, values: pd.Series) -> str:
    """Write an amount at the rates of the years of payment and, where it moves it, its span over the choices
    of the exchange rate.
    """
    first, low, high = (teller.amount(value) for value in (values.iloc[0], values.min(), values.max()))
    return (
        first
        if low == high
        else teller.reader.say(
            "{cost} (from {low} to {high} by the exchange rate)", cost=first, low=low, high=high
        )
    )


def advice(study: Study, basis: pd.DataFrame, indicators: pd.DataFrame) -> pd.DataFrame:
    """Every declared implication held against its statistic; no rows where none is declared."""
    worth = study.programme.worth
    return (
        implications(worth.implications, statistics(basis, indicators))
        if worth and worth.implications
        else pd.DataFrame(columns=ADVICE)
    )


def advice_table(reader: Reader, found: pd.DataFrame) -> list[Exhibit]:
    """Every threshold with its number, those first that call for something; none where none is declared."""
    if found.empty:
        return []
    found = found.sort_values("verdict", key=lambda names: names.map([*VERDICTS].index), kind="stable")
    rows = list(typed_rows(found, Held))
    data = found.assign(
        rests=[rests_on(reader, name) for name in found["statistic"]],
        number=[statistic_text(reader, row) for row in rows],
        limit=[limit_text(reader, row) for row in rows],
        verdict=[reader.say(VERDICTS[verdict]) for verdict in found["verdict"]],
    )
    return [IMPLIED.exhibit(reader, data, reader.source_note())]


def rests_on(reader: Reader, statistic: str) -> str:
    """What a statistic is called."""
    return reader.say(STATISTICS[statistic]) if statistic in STATISTICS else column_label(reader, statistic)


def written(reader: Reader, statistic: str, value: float) -> str:
    """Write a statistic in its unit."""
    if statistic in STATISTICS:
        return reader.number(value, 1) if statistic == "leverage" else reader.percent(value)
    unit = next((line.unit for line in reader.study.indicators if line.name == statistic), "")
    return reader.level(value, labels.unit_of(reader.study, unit))


def statistic_text(reader: Reader, row: Held) -> str:
    """Write the value and, where it has one, its interval."""
    if pd.isna(row.value):
        return "–"
    text = written(reader, row.statistic, row.value)
    if pd.isna(row.ci_low):
        return text
    return (
        f"{text} [{written(reader, row.statistic, row.ci_low)};"
        f" {written(reader, row.statistic, row.ci_high)}]"
    )


def limit_text(reader: Reader, row: Held) -> str:
    """Write the threshold with its side."""
    sign = "<" if row.side == "below" else ">"
    return f"{sign} {written(reader, row.statistic, row.threshold)}"


def no_claim(reader: Reader) -> str:
    """Say that the programme claims no double benefit."""
    worth = reader.study.programme.worth
    return (
        ""
        if worth and worth.technology
        else reader.say(
            "Nobody claims this of the programme: none of its claims is about technology and cost together."
        )
    )


def no_advice(found: pd.DataFrame, language: Language) -> str:
    """Say that no thresholds are declared."""
    return (
        language.say("No thresholds are declared for this programme, so no recommendation is computed.")
        if found.empty
        else ""
    )
