"""Mutants written by hand: changes of a number, a grade or a guard that a unit test must notice, whatever the
sample draws.
"""

from __future__ import annotations

from dataclasses import dataclass

from mutants import Mutant

WRITTEN = (
    ("cleaning/rows.py", ".mean() < SAME_PERSON", ".mean() <= SAME_PERSON"),
    ("cleaning/rows.py", ".to_numpy() & ~excluded", ".to_numpy()"),
    (
        "cleaning/corrections.py",
        "if line.variable in untold and found == new:",
        "if line.variable in untold and found != new:",
    ),
    ("cleaning/corrections.py", "if line.variable in untold and old and found != old:", "if False:"),
    ("cleaning/table_checks.py", "- (count - 1) * rest**2)", "+ (count - 1) * rest**2)"),
    ("cleaning/table_checks.py", "ago.between(0, months - 1)", "ago.between(1, months - 1)"),
    ("cleaning/table_checks.py", "ago.between(months, 2 * months - 1)", "ago.between(months, 2 * months)"),
    ("costs/indicators.py", '["covered"].max().sum())', '["covered"].min().sum())'),
    ("costs/double_benefit.py", 'row["ci_low"] > declared.threshold', 'row["ci_low"] >= declared.threshold'),
    ("verdict/rules.py", "if small.all():", "if small.any():"),
    ("verdict/evidence.py", "threat not in DECISIVE)", "threat in DECISIVE)"),
    ("evaluation/change.py", "sd2**2 + 2 * shared)", "sd2**2 - 2 * shared)"),
    ("evaluation/change.py", "(rose - fell) / n,", "(rose + fell) / n,"),
    ("evaluation/sample.py", "complete = frame.dropna()", "complete = frame"),
    ("base/disclosure.py", '("_key", "_row", "_file", "key")', '("_key", "_row", "_file")'),
    ("threats/leave_one_out.py", ".min() < SMALLEST_CELL", ".min() <= SMALLEST_CELL"),
    ("threats/leave_one_out.py", "if pd.Series(clusters).value_counts().min() < SMALLEST_CELL:", "if False:"),
)


@dataclass(frozen=True)
class Written(Mutant):
    """A change written as text: what stands in the source, and what stands there instead."""

    text: str = ""
    instead: str = ""

    @property
    def spoilt(self) -> str:
        """The whole source with the change."""
        return self.source.replace(self.text, self.instead)

    @property
    def became(self) -> str:
        """The changed line."""
        return self.spoilt.splitlines()[self.line - 1].strip()


def written(source: str, text: str, instead: str) -> Written:
    """A mutant of a source.

    Raises
    ------
    ValueError if its text does not stand in the source exactly once.
    """
    if source.count(text) != 1:
        raise ValueError(f"stands {source.count(text)} times in the source: {text}")
    return Written(source, 0, "", None, source[: source.index(text)].count("\n") + 1, text, instead)
