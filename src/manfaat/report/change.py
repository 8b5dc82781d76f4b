"""How participants alone changed, in one table: every method, every kind of uncertainty, each effect size
with its name.
"""

from __future__ import annotations

import pandas as pd

from manfaat.evaluation.estimate import as_rows
from manfaat.evaluation.ladder import of_participants_alone
from manfaat.report import labels
from manfaat.report.exhibit import Exhibit
from manfaat.report.exhibits import estimate_cells
from manfaat.report.methods import STD_ERRORS
from manfaat.report.reader import Reader
from manfaat.report.reasons import reasons_of, say_reason
from manfaat.report.tables import Layout, Notes
from manfaat.report.words import mark

CHANGE = Layout(
    "change",
    mark("How participants alone changed"),
    [
        ("indicator", mark("Indicator")),
        ("specification", mark("Specification")),
        ("n", mark("n"), "right"),
        ("estimate", mark("Change"), "right"),
        ("interval", mark("Interval"), "right"),
        ("p_value", mark("p value"), "right"),
        ("size", mark("Effect size"), "right"),
        ("mde", mark("Minimum detectable change"), "right"),
    ],
    mark(
        "Participants alone, compared with nobody: a change holds everything else that happened in the"
        " meantime. Intervals cover {confidence}. The minimum detectable change would be found with {power}"
        " power."
    ),
)


def change_table(reader: Reader, estimates: pd.DataFrame) -> list[Exhibit]:
    """Changes of participants with intervals and minimum detectable changes; none where nothing was measured
    twice.

    Both the corrected and the uncorrected standard error stand in it where a finite population was declared.
    """
    shown = estimates[of_participants_alone(estimates)].dropna(subset=["estimate"])
    if shown.empty:
        return []
    rows, notes = [], Notes()
    for row in as_rows(shown):
        told = [say_reason(reason, reader) for reason in reasons_of(row.reasons)]
        kind = f" ({reader.say(STD_ERRORS[row.std_error_kind].name)})"
        cells = estimate_cells(reader, row, kind + "".join(map(notes.mark, told)))
        rows.append(cells | {"n": reader.number(row.n, 0)})
    return [
        CHANGE.exhibit(
            reader,
            rows,
            labels.size_notes(shown["effect_size_kind"], reader),
            reader.source_note(by_weight=True),
            notes.told(),
            confidence=reader.percent(shown["confidence"].iloc[0]),
            power=reader.percent(shown["power"].iloc[0]),
        )
    ]
