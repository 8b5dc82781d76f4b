"""The answer "other" of a question with several answers, where its text stands in a column of its own beside
the marks (LimeSurvey).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from manfaat.files.formats.multiple import OTHER, Block, code_named, is_mark, parted, says_nothing
from manfaat.files.formats.tables import TEXT, Detected, RawTable, count_of
from manfaat.files.parsing.choices import ChoiceList


def with_other(table: RawTable, block: Block, choices: ChoiceList) -> tuple[RawTable, Block]:
    """Return the table and the block with a column of marks for "other": chosen where its text is filled in.

    Both stay as they are where the list has no such answer, a column marks it already, one column holds all
    codes, or none or several columns hold its text. The text stays a column of its own.
    """
    names = [parted(column) for column in block.columns]
    beside = [
        column
        for column in table.columns
        if column not in block.columns and parted(column).question in {name.question for name in names} - {""}
    ]
    texts = [
        column
        for column in beside
        if OTHER.search(parted(column).option) or OTHER.search(parted(column).label)
    ]
    code = (code_named(parted(texts[0]), choices) or choices.other or "") if len(texts) == 1 else ""
    if not code or code in block.options or block.combined:
        return table, block
    said = table.frame[texts[0]].str.strip()
    filled = said.map(
        {text: bool(text) and not is_mark(text) and not says_nothing(text) for text in said.unique()}
    ).to_numpy(dtype=bool)
    if not filled.any():
        return table, block
    answered = np.any(
        [(table.frame[column].str.strip() != "").to_numpy(dtype=bool) for column in block.columns], axis=0
    )
    marks = np.where(filled, "yes", np.where(answered, "no", ""))
    how = f"{count_of(int(filled.sum()), 'row')} with a text in '{texts[0]}' chose '{code}'"
    log = (*table.log, Detected("several answers", "other", how, f"question {block.question}"))
    column = f"{texts[0]} filled in"
    labels = (*block.labels, "") if block.labels else ()
    wider = replace(block, columns=(*block.columns, column), options=(*block.options, code), labels=labels)
    return replace(table, frame=table.frame.assign(**{column: pd.array(marks, dtype=TEXT)}), log=log), wider
