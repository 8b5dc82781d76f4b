"""How the dates of each column are to be read: what the column shows, then the other columns of its file and its header."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from helpers.cleaning.cells import YEARS
from helpers.cleaning.columns import Column
from helpers.codebook import Variable
from helpers.formats.celltext import DATE
from helpers.parsing import DateContext, Order, column_dates, in_its_file, language_of
from helpers.programme import RawFile
from helpers.readers import Told

DATES = ("date", "month", "dateTime")
Contexts = dict[tuple[str, str], DateContext]  # by file and variable


def date_contexts(columns: Mapping[str, Column], files_of_rows: pd.Series, variables: list[Variable], files: list[RawFile], told: Told) -> Contexts:
    """Return the context of every column of dates, file by file.

    Parameters
    ----------
    columns : the texts of a table. files_of_rows : the file of each of its rows.
    told : what the files say beside the texts.
    """
    contexts, orders = {}, {}
    for item in files:
        rows = None if len(files) == 1 else np.flatnonzero((files_of_rows == item.file).to_numpy())
        for variable in dates_among(variables):
            column = columns[variable.name] if rows is None else columns[variable.name].select(rows)
            context, order = own_context(*texts_and_stored(column), variable, item, told.epochs.get(item.file))
            contexts[item.file, variable.name], orders[item.file, variable.name] = context, order
    return completed(contexts, orders, told)


def contexts_of_counts(counts: Mapping[str, pd.Series], variables: list[Variable], item: RawFile, told: Told) -> Contexts:
    """The same for one text file of which only the counts of its texts are known."""
    contexts, orders = {}, {}
    for variable in dates_among(variables):
        texts = counts.get(variable.name, pd.Series(dtype="int64"))
        contexts[item.file, variable.name], orders[item.file, variable.name] = own_context(texts, (), variable, item, None)
    return completed(contexts, orders, told)


def dates_among(variables: list[Variable]) -> list[Variable]:
    """The variables that hold dates, months or times."""
    return [variable for variable in variables if variable.kind in DATES]


def texts_and_stored(column: Column) -> tuple[pd.Series, list[str]]:
    """The texts of a column with their counts, in the order of their rows; and what it stores as dates."""
    counts = np.bincount(column.codes, minlength=len(column.texts))
    held = column.kinds == DATE if column.kinds is not None else np.zeros(len(counts), dtype=bool)
    texts = np.array(column.texts, dtype=object)
    written = (counts > 0) & ~held
    return pd.Series(counts[written], index=pd.Index(texts[written], dtype=object)), list(texts[(counts > 0) & held])


def own_context(texts: pd.Series, stored: list[str] | tuple, variable: Variable, item: RawFile, epoch: int | None) -> tuple[DateContext, Order]:
    """The context that a column shows by itself, and its order."""
    return column_dates(
        texts,
        missing=variable.missing_codes,
        order=item.order_of(variable.name),
        serials=None,
        years=YEARS,
        epoch=epoch,
        stored=[text for text in stored if text[:4].isdigit()],
        zone=item.time_zone,
    )


def completed(contexts: Contexts, orders: dict[tuple[str, str], Order], told: Told) -> Contexts:
    """Complete open orders; of a column in several files each file counts for itself, and the other files beside its other columns.

    The times that a program wrote follow the language of their own header, which is the program's; typed dates that of all headers.
    """
    found = {}
    for (file, name), context in contexts.items():
        own = orders[file, name]
        others = [(other, order) for (where, other), order in orders.items() if (where, other) != (file, name) and (where == file or other == name)]
        header = language_of([told.headers.get((file, name), "")]) if own.stamps else ""
        found[file, name] = in_its_file(context, own, others, header or told.languages.get(file, ""))
    return found
