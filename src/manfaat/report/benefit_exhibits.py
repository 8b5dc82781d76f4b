"""The double benefit and what follows for managing a similar programme: tables and sentences."""

from __future__ import annotations

import pandas as pd

from manfaat.analysis.study import Study
from manfaat.base.disclosure import SMALLEST_CELL
from manfaat.costs.advice import COLUMNS as ADVICE
from manfaat.costs.advice import implications, statistics
from manfaat.costs.double_benefit import Half
from manfaat.costs.effectiveness import equivalent_sources, place_costs
from manfaat.costs.ledger import Accounts
from manfaat.costs.scenarios import primary_row
from manfaat.report import labels
from manfaat.report.cost_words import Teller
from manfaat.report.exhibit import Exhibit
from manfaat.report.model_exhibits import column_label
from manfaat.report.tables import Column, table
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
    "not measured": mark("not measured"),
}
STATISTICS = {
    "share_host": mark("Share borne by the host side"),
    "share_sender": mark("Share borne by the sending side"),
    "share_in_kind": mark("Share in kind"),
    "leverage": mark("Leverage: what others paid for each unit of the sending side"),
}


def halves_table(study: Study, halves: list[Half], language: Language) -> list[Exhibit]:
    """Both halves with their grades, and the joint claim; none where the programme declares no claim of this
    kind.
    """
    say, worth = language.say, study.programme.worth
    if worth is None or not worth.technology:
        return []
    rows = [
        {
            "part": say(HALVES[half.name]),
            "claim": worth.claims.get(half.name, ""),
            "grade": say(GRADE_WORDS[half.grade]),
            "why": say(WHY[half.why]),
        }
        for half in halves
    ]
    columns = [
        Column("part", say("Part")),
        Column("claim", say("Claim")),
        Column("grade", say("Verdict")),
        Column("why", say("Why")),
    ]
    caption = say(
        "From weak to strong: contradicted, cannot tell, reported only, suggested, shown. A claim of two"
        " parts is never surer than its weaker part."
    )
    return [
        table(
            "double-benefit",
            say("The double benefit"),
            caption + " " + labels.source_note(study, language),
            pd.DataFrame(rows),
            columns,
        )
    ]


def halves_data(study: Study, halves: list[Half]) -> pd.DataFrame:
    """The same for the report's folder: ``part, claim, grade, why``."""
    claims = study.programme.worth.claims if study.programme.worth else {}
    return pd.DataFrame(
        [
            {"part": half.name, "claim": claims.get(half.name, ""), "grade": half.grade, "why": half.why}
            for half in halves
        ]
    )


def technique_table(study: Study, found: pd.DataFrame, language: Language) -> list[Exhibit]:
    """Techniques by year of return; firms are counted, never named."""
    say, count = language.say, lambda n: language.number(n, 0)
    if found.empty:
        return []
    data = found.assign(
        years=[
            str(row.first) if row.first == row.last else f"{row.first}–{row.last}"
            for row in found.itertuples(index=False)
        ]
    )
    columns = [
        Column("years", say("Year of return")),
        Column("forms", say("Supervisors who answered"), count),
        Column("adopted", say("Report a technique"), count),
        Column("techniques", say("Techniques counted"), count),
        Column("still", say("Still in use today"), count),
        Column("firms", say("Firms that use one"), count),
    ]
    caption = say(
        "As supervisors of participants report; firms are counted and never named, and years are joined until"
        " each row holds at least {n} forms.",
        n=SMALLEST_CELL,
    )
    return [
        table(
            "techniques",
            say("Techniques brought and still in use"),
            caption + " " + labels.source_note(study, language),
            data,
            columns,
        )
    ]


def benefit_sentences(
    study: Study,
    accounts: Accounts | None,
    basis: pd.DataFrame,
    estimates: pd.DataFrame,
    halves: list[Half],
    language: Language,
) -> list[str]:
    """Say both halves in numbers, and the joint verdict."""
    worth, say = study.programme.worth, language.say
    if worth is None or worth.technology is None:
        return []
    told = technology_sentences(study, basis, estimates, language)
    if accounts is not None and not accounts.is_empty:
        told.append(saving_sentence(Teller(study, accounts.money, language), accounts))
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
    study: Study, basis: pd.DataFrame, estimates: pd.DataFrame, language: Language
) -> list[str]:
    """Say how many report a technique, how many still use it, and how many co-workers were taught."""
    declared, say, told = study.programme.worth.technology, language.say, []
    own = basis[basis["group"] == "participants"].set_index("name")
    if declared.adopted in own.index:
        row = own.loc[declared.adopted]
        told.append(
            say(
                "Of the supervisors of participants who answered (n = {n}), {share} report a technique"
                " brought and in use (interval {low} to {high}).",
                n=language.number(row["n"], 0),
                share=language.percent(row["mean"]),
                low=language.percent(row["ci_low"]),
                high=language.percent(row["ci_high"]),
            )
        )
    if declared.taught in own.index:
        row = own.loc[declared.taught]
        told.append(
            say(
                "Participants taught {mean} co-workers each (n = {n}).",
                mean=language.number(row["mean"], 1),
                n=language.number(row["n"], 0),
            )
        )
    line = next((line for line in study.indicators if line.name == declared.taught), None)
    row = primary_row(estimates, line.indicator) if line else None
    if row is not None:
        word = say("effect") if study.cohort.assignment == "randomised" else say("difference")
        told.append(
            say(
                "Against the comparison group that is a {word} of {estimate} (interval {low} to {high}).",
                word=word,
                estimate=language.number(row["estimate"], 1),
                low=language.number(row["ci_low"], 1),
                high=language.number(row["ci_high"], 1),
            )
        )
    return told


def saving_sentence(teller: Teller, accounts: Accounts) -> str:
    """Say what a place cost the sending side and what an equivalent programme would have."""
    say, found = teller.language.say, place_costs(accounts)
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
        sources="; ".join(f"“{source}”" for source in equivalent_sources(accounts))
        or say("source not stated"),
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
        else teller.language.say(
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


def advice_table(study: Study, found: pd.DataFrame, language: Language) -> list[Exhibit]:
    """Recommendations with the statistic and threshold that each rests on; none where none is declared."""
    if found.empty:
        return []
    say = language.say
    texts = {rule.id: rule.text[language.code] for rule in study.programme.worth.implications}
    data = found.assign(
        text=[texts[name] for name in found["id"]],
        rests=[
            say(STATISTICS[name]) if name in STATISTICS else column_label(study, name, language)
            for name in found["statistic"]
        ],
        number=[statistic_text(study, row, language) for row in found.itertuples(index=False)],
        limit=[limit_text(study, row, language) for row in found.itertuples(index=False)],
        verdict=[say(VERDICTS[verdict]) for verdict in found["verdict"]],
    )
    columns = [
        Column("text", say("Recommendation")),
        Column("verdict", say("Here")),
        Column("rests", say("Rests on")),
        Column("number", say("Value [interval]"), str),
        Column("limit", say("Said when"), str),
    ]
    caption = say("The thresholds are declared with the programme; they are judgements, not findings.")
    return [
        table(
            "implications",
            say("Implications for managing a similar programme"),
            caption + " " + labels.source_note(study, language),
            data,
            columns,
        )
    ]


def written(study: Study, statistic: str, value: float, language: Language) -> str:
    """Write a statistic in its unit."""
    if statistic in STATISTICS:
        return language.number(value, 1) if statistic == "leverage" else language.percent(value)
    unit = next((line.unit for line in study.indicators if line.name == statistic), "")
    return language.level(value, labels.unit_of(study, unit))


def statistic_text(study: Study, row: object, language: Language) -> str:
    """Write the value and, where it has one, its interval."""
    if pd.isna(row.value):
        return "–"
    text = written(study, row.statistic, row.value, language)
    if pd.isna(row.ci_low):
        return text
    return (
        f"{text} [{written(study, row.statistic, row.ci_low, language)};"
        f" {written(study, row.statistic, row.ci_high, language)}]"
    )


def limit_text(study: Study, row: object, language: Language) -> str:
    """Write the threshold with its side."""
    sign = "<" if row.side == "below" else ">"
    return f"{sign} {written(study, row.statistic, row.threshold, language)}"


def no_claim(study: Study, language: Language) -> str:
    """Say that the programme claims no double benefit."""
    worth = study.programme.worth
    return (
        ""
        if worth and worth.technology
        else language.say(
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
