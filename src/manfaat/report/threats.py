"""What threatens each number, in plain words: one table a primary estimate, and what subgroups and times to
an event say.

Reads the rows of ``manfaat.threats`` (their shape: ``manfaat.threats.contract``) and says them; computes
nothing.
"""

from __future__ import annotations

import pandas as pd

from manfaat.analysis.study import Study
from manfaat.definitions.programme import Unit
from manfaat.report import labels, threat_texts, threat_words
from manfaat.report.blocks import Bullets, Paragraph, listed, said
from manfaat.report.chapter import Chapter
from manfaat.report.exhibit import Exhibit
from manfaat.report.plan import fixed_before
from manfaat.report.reasons import reason_text
from manfaat.report.tables import Column, table
from manfaat.report.words import Language
from manfaat.threats import Threats, headlines
from manfaat.threats.contract import UNITS

KEYS = ["indicator", "rater", "treatment"]
APART = ("subgroup", "time to event")  # told in sentences of their own
MISSING = "–"


def claimed(study: Study, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows about the indicators that claims rest on; all rows where no claim of the programme rests on any of
    them.
    """
    wanted = {name for claim in study.programme.claims for name in claim.indicators}
    own = rows[rows["indicator"].isin(wanted)]
    return own if len(own) else rows[rows["indicator"] != ""]


def threat_tables(study: Study, found: Threats, estimates: pd.DataFrame, language: Language) -> list[Exhibit]:
    """One table for each primary estimate that a claim rests on: the threat, its number, whether the estimate
    stands, what that means.
    """
    exhibits = []
    rows = claimed(study, found.rows[~found.rows["threat"].isin(APART)])
    for (concept, rater, treatment), own in rows.groupby(KEYS, sort=False):
        estimate = primary_row(estimates, concept, rater, treatment)
        if estimate is not None and labels.has_number(estimate["estimate"]):
            exhibits.append(one_table(study, own, estimate, language))
    return exhibits


def primary_row(estimates: pd.DataFrame, concept: str, rater: str, treatment: str) -> pd.Series | None:
    """The primary estimate that rows are about."""
    own = estimates[
        estimates["is_primary"].astype(bool)
        & (estimates["indicator"] == concept)
        & (estimates["treatment"] == treatment)
    ]
    own = own[own["rater"].fillna("") == rater]
    return own.iloc[0] if len(own) else None


def one_table(study: Study, own: pd.DataFrame, estimate: pd.Series, language: Language) -> Exhibit:
    """The table of one primary estimate; what could not be run is said below it, with the reason."""
    say, unit = language.say, labels.unit_of(study, estimate["unit"])
    rows, not_run = [], {}
    for threat, part in own.groupby("threat", sort=False):
        first = part.iloc[0]
        stands = threat_texts.STANDS[first["passed"]]
        if first["meaning"] == "cannot run":
            not_run.setdefault(first["reason"], []).append(say(threat_texts.NAMES[threat]))
            continue
        rows.append(
            {
                "threat": say(threat_texts.NAMES[threat]),
                "number": number_text(first, unit, language),
                "stands": say(stands),
                "meaning": threat_words.sentence(study, part, unit, language),
            }
        )
    columns = [
        Column("threat", say("Threat")),
        Column("number", say("Number"), str),
        Column("stands", say("Does the estimate stand?")),
        Column("meaning", say("What it means")),
    ]
    name = title_of(study, estimate, language)
    caption = say(
        "Held against the primary estimate, {amount} ({confidence} interval {low} to {high};"
        " {specification}).",
        amount=language.amount_with_unit(estimate["estimate"], unit),
        confidence=language.percent(estimate["confidence"]),
        low=language.amount(estimate["ci_low"], unit),
        high=language.amount(estimate["ci_high"], unit),
        specification=labels.specification_label(
            study.programme.specification(estimate["specification"]), language
        ),
    )
    told = [
        say("{threats}: {reason}", threats=", ".join(names), reason=reason_text(reason, language))
        for reason, names in not_run.items()
    ]
    caption += " " + say("Not run – {reasons}.", reasons="; ".join(told)) if told else ""
    parts = [
        estimate["indicator"],
        estimate["rater"],
        estimate["treatment"] if several_treatments(study, estimate) else "",
    ]
    id = "threats-" + "-".join(
        str(part).replace("_", "-") for part in parts if isinstance(part, str) and part
    )
    data = pd.DataFrame(rows, columns=[column.name for column in columns], dtype=object)
    return table(
        id,
        say("{indicator}: what threatens this number", indicator=name),
        caption + " " + labels.source_note(study, language),
        data,
        columns,
    )


def several_treatments(study: Study, estimate: pd.Series) -> bool:
    """Whether the specification tells several treatments apart."""
    return len(study.programme.specification(estimate["specification"]).treatment) > 1


def title_of(study: Study, estimate: pd.Series, language: Language) -> str:
    """The indicator, and which treatment where there are several."""
    rater = estimate["rater"] if isinstance(estimate["rater"], str) else ""
    text = labels.indicator_label(study, estimate["indicator"], language, rater)
    return (
        f"{text}, {labels.treatment_label(study, estimate['treatment'], language)}"
        if several_treatments(study, estimate)
        else text
    )


def number_text(row: pd.Series, unit: Unit | None, language: Language) -> str:
    """The number of a row, written as what it is."""
    statistic, value = row["statistic"], row["value"]
    if statistic == "interval":
        return (
            f"{language.amount(row['ci_low'], unit)} … {language.amount(row['ci_high'], unit)}"
            if labels.has_number(row["ci_low"])
            else MISSING
        )
    if not labels.has_number(value):
        return MISSING
    if statistic in UNITS:
        return language.amount(value, unit)
    if statistic == "gap":
        return language.say("{n} percentage points", n=language.number(100 * value, 1))
    if statistic in threat_texts.SHARES:
        return language.percent(value, 1)
    if statistic.endswith(" p"):
        return "p " + threat_words.p_text(value, language)
    return language.number(value, threat_texts.DECIMALS.get(statistic, 2))


def threat_sentences(study: Study, found: Threats, estimates: pd.DataFrame, language: Language) -> list[str]:
    """One sentence a primary estimate that a claim rests on: against how many threats it stands, and against
    which it does not.
    """
    told = []
    for (concept, rater, treatment), own in claimed(
        study, headlines(found.rows[~found.rows["threat"].isin(APART)])
    ).groupby(KEYS, sort=False):
        estimate = primary_row(estimates, concept, rater, treatment)
        if estimate is not None and labels.has_number(estimate["estimate"]):
            told.append(threat_words.summary(title_of(study, estimate, language), own, language))
    return told


def for_whom(
    study: Study, found: Threats, estimates: pd.DataFrame, language: Language
) -> tuple[str, list[Exhibit]]:
    """What subgroups declared beforehand say of the estimates that claims rest on: a sentence and a table;
    nothing where none are declared.
    """
    say, rows, subgroups = language.say, [], {declared.id: declared for declared in study.programme.subgroups}
    own = claimed(study, found.rows[found.rows["threat"] == "subgroup"]) if subgroups else found.rows.iloc[:0]
    own = own.assign(subgroup=[detail.partition("=")[0] for detail in own["detail"]])
    for (concept, rater, treatment, name), part in own[own["subgroup"] != ""].groupby(
        [*KEYS, "subgroup"], sort=False
    ):
        estimate = primary_row(estimates, concept, rater, treatment)
        unit, within = labels.unit_of(study, estimate["unit"]), part[part["statistic"] == "within"]
        for row in part[part["statistic"] == "interaction"].itertuples(index=False):
            rows.append(
                {
                    "indicator": (
                        title_of(study, estimate, language)
                        + (f" ({unit.label[language.code]})" if unit else "")
                    ),
                    "subgroup": subgroups[name].label[language.code],
                    "within": threat_words.within_text(subgroups[name], within, unit, language) or MISSING,
                    "difference": language.amount(row.value, unit),
                    "interval": (
                        f"{language.amount(row.ci_low, unit)} … {language.amount(row.ci_high, unit)}"
                        if not row.reason
                        else MISSING
                    ),
                    "meaning": (
                        say(threat_texts.SUBGROUPS[row.meaning])
                        if not row.reason
                        else reason_text(row.reason, language)
                    ),
                }
            )
    if not rows:
        return "", []
    columns = [
        Column("indicator", say("Indicator")),
        Column("subgroup", say("Subgroup")),
        Column("within", say("Estimate within each")),
        Column("difference", say("Difference"), str),
        Column("interval", say("Interval"), str),
        Column("meaning", say("What it means")),
    ]
    declared = (
        say("Subgroups were declared before results were seen.")
        if fixed_before(study, "subgroups")
        else say("Subgroups are as declared today.")
    )
    caption = f"{declared} " + say(
        "The difference is the later named minus the first; a third or more are each held against all others."
    )
    data = pd.DataFrame(rows, columns=[column.name for column in columns], dtype=object)
    compared = own[(own["statistic"] == "interaction") & (own["reason"] == "")]
    told = (
        threat_words.subgroups_summary(compared, estimates["confidence"].iloc[0], language)
        if len(compared)
        else ""
    )
    return told, [
        table(
            "subgroups", say("For whom?"), caption + " " + labels.source_note(study, language), data, columns
        )
    ]


def when(study: Study, found: Threats, language: Language) -> list[str]:
    """One sentence a time to an event."""
    own = found.rows[found.rows["threat"] == "time to event"]
    told = []
    for (concept, rater), part in own.groupby(["indicator", "rater"], sort=False):
        line = next(
            line
            for line in study.indicators
            if line.indicator == concept and line.rater == rater and line.recipe == "event_duration"
        )
        told.append(threat_words.time_sentence(line.label(language.code), part, language))
    return told


def threat_blocks(
    study: Study, found: Threats, estimates: pd.DataFrame, language: Language
) -> list[Exhibit | Paragraph | Bullets]:
    """What threatens the numbers of a chapter, for whom they hold and when: sentences and tables in the order
    shown.
    """
    sentences = threat_sentences(study, found, estimates, language)
    none = language.say("There is no primary estimate here, so there is nothing to examine for threats.")
    told, tables = for_whom(study, found, estimates, language)
    rest = [threat_words.response_sentence(found.rows, language), *when(study, found, language)]
    rest = [text for text in rest if text]
    return [
        listed(sentences) if sentences else said(none, "finding"),
        *threat_tables(study, found, estimates, language),
        *([said(told, "finding")] if told else []),
        *tables,
        *([listed(rest)] if rest else []),
    ]


def write_threats(chapter: Chapter, found: Threats) -> None:
    """Write the rows (``threats/<notebook>.csv``) and each table that is not empty
    (``threats/<notebook>-<table>.csv``).
    """
    for old in (chapter.study.places.output / "threats").glob(f"{chapter.name}*.csv"):
        old.unlink()
    for name, data in {"": found.rows, **found.tables}.items():
        if len(data):
            chapter.write_csv(data, f"threats/{chapter.name}{'-' if name else ''}{name}.csv")
