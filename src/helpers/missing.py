"""Who lacks a value, and why."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from helpers.showing import Answer
from manfaat.definitions.codebook import KEY
from manfaat.report import describing

if TYPE_CHECKING:
    from helpers.opened import OpenStudy


@dataclass(frozen=True, repr=False)
class Missing(Answer):
    """Why values of a column are missing.

    Attributes
    ----------
    frame : one row a group and reason: ``group, reason, n``; what rests on fewer than five is hidden.
    people : one row a unit that lacks the value: its key, ``group`` and ``reason``. They are about people:
        they are given where they are asked for, and shown in no report.

    Examples
    --------
    >>> why = study.missing("earnings")
    >>> why.people.columns.tolist()
    ['reason']
    """

    _: KW_ONLY
    people: pd.DataFrame = field(compare=False)

    @classmethod
    def of(cls, study: OpenStudy, asked: describing.Asked, name: str, by: str | None) -> Missing:
        """Gather the reasons; see ``OpenStudy.missing``."""
        main = study.definition.programme.main_table
        column = asked.column(name, f"study.missing('{name}')")
        indicators = {line.name for line in study.definition.indicators}
        if column in indicators:
            told = study.table("indicators_missing").rename(columns={"indicator": "variable"})
        else:
            told = study.table(f"{main}_reasons")
        own = told[told["variable"] == column].drop_duplicates("key").set_index("key")["reason"]
        lacking = asked.frame.loc[asked.frame[column].isna()]
        people = pd.DataFrame({"reason": own.reindex(lacking.index).fillna("")}, index=lacking.index)
        group = asked.column(by, f"study.missing('{name}')") if by else ""
        if group:
            people.insert(0, "group", lacking[group])
        found = describing.reasons_described(study.reader, asked, column, group, people["reason"])
        whose = people.rename_axis(KEY.strip("_"))
        return cls(found.title, study.chapter, lambda: [found.show()], lambda: found.data, people=whose)
