"""How participants alone changed, in one table: every method, every kind of uncertainty, each effect size
with its name.
"""

from __future__ import annotations

import pandas as pd

from manfaat.analysis.study import Study
from manfaat.evaluation.estimate import as_rows
from manfaat.evaluation.ladder import of_participants_alone
from manfaat.report import labels
from manfaat.report.exhibit import Exhibit
from manfaat.report.reasons import reasons_of, say_reason
from manfaat.report.tables import Column, table
from manfaat.report.words import Language


def change_table(study: Study, estimates: pd.DataFrame, language: Language) -> list[Exhibit]:
    """Changes of participants with intervals and minimum detectable changes; none where nothing was measured
    twice.

    Both the corrected and the uncorrected standard error stand in it where a finite population was declared.
    """
    say = language.say
    shown = estimates[of_participants_alone(estimates)].dropna(subset=["estimate"])
    if shown.empty:
        return []
    rows, notes = [], {}
    for row in as_rows(shown):
        unit = labels.unit_of(study, row.unit)
        told = [say_reason(reason, language) for reason in reasons_of(row.reasons)]
        marks = "".join(f" [{notes.setdefault(note, len(notes) + 1)}]" for note in told)
        name = labels.indicator_label(study, row.indicator, language, row.rater)
        rows.append(
            {
                "indicator": name + (f" ({unit.label[language.code]})" if unit else ""),
                "specification": (
                    f"{labels.row_label(study, row, language)}"
                    f" ({say(labels.SE_KINDS[row.std_error_kind])}){marks}"
                ),
                "n": language.number(row.n, 0),
                "estimate": language.amount(row.estimate, unit),
                "interval": f"{language.amount(row.ci_low, unit)} … {language.amount(row.ci_high, unit)}",
                "p_value": language.p_value(row.p_value),
                "size": labels.size_text(row, language),
                "mde": language.amount(row.mde, unit),
            }
        )
    columns = [
        Column("indicator", say("Indicator")),
        Column("specification", say("Specification")),
        Column("n", say("n"), str),
        Column("estimate", say("Change"), str),
        Column("interval", say("Interval"), str),
        Column("p_value", say("p value"), str),
        Column("size", say("Effect size"), str),
        Column("mde", say("Minimum detectable change"), str),
    ]
    caption = say(
        "Participants alone, compared with nobody: a change holds everything else that happened in the"
        " meantime. Intervals cover {confidence}. The minimum detectable change would be found with {power}"
        " power.",
        confidence=language.percent(shown["confidence"].iloc[0]),
        power=language.percent(shown["power"].iloc[0]),
    )
    kinds = [
        say(labels.SIZE_KINDS[kind])
        for kind in dict.fromkeys(shown["effect_size_kind"])
        if kind in labels.SIZE_KINDS
    ]
    caption += " " + say("Effect sizes: {kinds}.", kinds="; ".join(kinds)) if kinds else ""
    caption += " " + labels.source_note(study, language, by_weight=True)
    caption += "".join(f" [{number}] {note[:1].upper()}{note[1:]}." for note, number in notes.items())
    return [
        table(
            "change",
            say("How participants alone changed"),
            caption,
            pd.DataFrame(rows, dtype=object),
            columns,
        )
    ]
