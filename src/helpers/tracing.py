"""What cleaning did to one unit: every cell that was changed, with the rule and the text as delivered."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
from IPython.display import display

from manfaat.base.problems import ProblemsError
from manfaat.base.showing import line
from manfaat.definitions.codebook import KEY
from manfaat.definitions.naming import unknown
from manfaat.report.chapter import Chapter

CHANGED = ["table", "variable", "raw", "clean", "rule", "reason"]
WHY_MISSING = ["table", "variable", "reason"]


@dataclass(frozen=True, repr=False, eq=False)
class Person:
    """One unit, as cleaning left it.

    Attributes
    ----------
    key : the unit's key.
    frame : one row a changed cell: ``table, variable, raw, clean, rule, reason``; what identifies people is
        not among them.
    missing : one row a missing answer: ``table, variable, reason``.
    answers : one row an answer: ``table, variable, value``.

    It is about a person: it is shown where it was asked for and enters no report.

    Examples
    --------
    >>> somebody = study.person(study.people.index[0])
    >>> somebody
    <one unit: 10 answers, 0 cells changed, 0 answers missing>
    >>> somebody.frame.columns.tolist()
    ['table', 'variable', 'raw', 'clean', 'rule', 'reason']
    """

    key: str
    frame: pd.DataFrame
    missing: pd.DataFrame
    answers: pd.DataFrame

    def __repr__(self) -> str:
        changed, missing = f"{len(self.frame)} cells changed", f"{len(self.missing)} answers missing"
        return line("one unit", f"{len(self.answers)} answers", changed, missing)

    def _repr_html_(self) -> str:
        return f"<p>{repr(self)[1:-1]}</p>{self.frame.to_html(index=False)}"

    def _ipython_display_(self) -> None:
        display({"text/plain": repr(self), "text/html": self._repr_html_()}, raw=True)


def person(chapter: Chapter, key: str) -> Person:
    """Gather what is known of one unit in all cleaned tables; see ``OpenStudy.person``.

    Raises
    ------
    ProblemsError that names the keys that are near.
    """
    programme = chapter.study.programme
    main = chapter.read(programme.main_table)
    if key not in set(main[KEY]):
        raise unknown(f"study.person('{key}')", key, {one: one for one in main[KEY]})
    changed, missing, answers = [], [], []
    for name in programme.tables:
        try:
            table, reasons = chapter.read(name), chapter.read(f"{name}_reasons")
            cells = pd.read_parquet(chapter.shelf.open(f"{name}_cells.parquet", "01_clean"))
        except ProblemsError:
            continue  # this delivery has no such table
        own = table[table[KEY] == key]
        values = own[[one for one in own.columns if not one.startswith("_")]].astype("object")
        answers.append(values.melt().dropna(subset="value").assign(table=name))
        missing.append(reasons[reasons["key"] == key].assign(table=name))
        changed.append(cells[cells["key"] == key].astype({"table": "str", "key": "str"}))
    return Person(
        key,
        pd.concat(changed, ignore_index=True)[CHANGED],
        pd.concat(missing, ignore_index=True)[WHY_MISSING],
        pd.concat(answers, ignore_index=True)[["table", "variable", "value"]],
    )
