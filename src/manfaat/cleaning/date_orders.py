"""How the dates of each column are to be read: what the column shows, then the stamps of its rows, the other
columns of its file and its header.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd

from manfaat.cleaning.cells import YEARS
from manfaat.cleaning.columns import Column
from manfaat.cleaning.readers import Told
from manfaat.definitions.codebook import Variable
from manfaat.definitions.raw_files import RawFile
from manfaat.files.formats.celltext import DATE
from manfaat.files.parsing import DateContext, Order, column_dates, in_its_file, language_of, read_date
from manfaat.files.parsing.date_context import written_date
from manfaat.files.parsing.date_order import DAY_FIRST, MONTH_FIRST, NAMES, WrittenDate
from manfaat.files.parsing.date_times import split_time
from manfaat.files.parsing.dates import without_weekday
from manfaat.files.parsing.normalise import tidy

DATES = ("date", "month", "dateTime")
STAMPS = ("submitted", "end", "start")  # roles of what a program writes when a form is filled in
FEWEST_LATER = 3  # distinct dates that would lie after their row's stamp before one order is believed
FIRST_YEAR = 1000
Contexts = dict[tuple[str, str], DateContext]  # by file and variable


def date_contexts(
    columns: Mapping[str, Column],
    files_of_rows: pd.Series,
    variables: list[Variable],
    files: list[RawFile],
    told: Told,
) -> Contexts:
    """Return the context of every column of dates, file by file.

    Parameters
    ----------
    columns : the texts of a table. files_of_rows : the file of each of its rows.
    told : what the files say beside the texts.
    """
    contexts, orders = {}, {}
    for item in files:
        rows = None if len(files) == 1 else np.flatnonzero((files_of_rows == item.file).to_numpy())
        here = {
            v.name: columns[v.name] if rows is None else columns[v.name].select(rows)
            for v in dates_among(variables)
        }
        for variable in dates_among(variables):
            context, order = own_context(
                *texts_and_stored(here[variable.name]), variable, item, told.epochs.get(item.file)
            )
            contexts[item.file, variable.name], orders[item.file, variable.name] = context, order
        for name, order in by_stamps(
            here, {v.name: v.role for v in variables}, item.file, contexts, orders
        ).items():
            orders[item.file, name] = order
            contexts[item.file, name] = replace(
                contexts[item.file, name], order=order.order, likely=None, because=order.because
            )
    return completed(contexts, orders, told)


def by_stamps(
    here: dict[str, Column],
    roles: dict[str, str],
    file: str,
    contexts: Contexts,
    orders: dict[tuple[str, str], Order],
) -> dict[str, Order]:
    """Decide open orders of typed dates by the stamps of their rows: what was written down lies after its
    submission in one order only.

    ``here`` : the columns of dates of one file. A column whose dates lie after the stamp in both orders, as
    plans do, stays open.
    """
    openly = [name for name in here if orders[file, name].is_open and not orders[file, name].stamps]
    stamps = [
        name
        for name in here
        if roles[name] in STAMPS and not orders[file, name].is_open and not orders[file, name].mixed
    ]
    found: dict[str, Order] = {}
    for name in openly:
        texts, codes = here[name].texts, here[name].codes
        written = [written_in(text) for text in texts]
        for stamp in stamps:
            days = np.array(
                [day_of(text, contexts[file, stamp]) for text in here[stamp].texts], dtype="datetime64[D]"
            )[here[stamp].codes]
            after = {order: later_texts(written, codes, days, order) for order in NAMES}
            for order, other in ((DAY_FIRST, MONTH_FIRST), (MONTH_FIRST, DAY_FIRST)):
                if not after[order] and after[other] >= FEWEST_LATER:
                    because = (
                        f"with the {NAMES[other]} first {after[other]} dates would lie after '{stamp}' of"
                        f" their row, with the {NAMES[order]} first none"
                    )
                    found.setdefault(name, Order(order, because=because))
    return found


def written_in(text: str) -> WrittenDate | None:
    """The date of three numbers that a text is, whose order may be open."""
    body, clock = split_time(without_weekday(tidy(text)[0].lower()))
    return written_date(without_weekday(body), clock, 1)


def day_of(text: str, context: DateContext) -> str:
    """The day of a stamp as ISO text; "NaT" where it cannot be told."""
    value = read_date(text, context).value
    return value[:10] if value and len(value) >= len("2004-03-12") else "NaT"


def later_texts(written: list[WrittenDate | None], codes: np.ndarray, days: np.ndarray, order: str) -> int:
    """How many distinct dates lie, read in one order, more than a day after the stamp of some row; clocks
    differ by a day at most.
    """
    read = np.array([iso_of(date, order) for date in written], dtype="datetime64[D]")[codes]
    return len(set(codes[read > days + np.timedelta64(1, "D")]))


def iso_of(written: WrittenDate | None, order: str) -> str:
    """A written date in one order as ISO text; "NaT" where it is none in this order, or its year has two
    digits.
    """
    if written is None or written.year < FIRST_YEAR:
        return "NaT"
    year, month, day = written.moment(order)[:3]
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return "NaT"


def contexts_of_counts(
    counts: Mapping[str, pd.Series], variables: list[Variable], item: RawFile, told: Told
) -> Contexts:
    """The same for one text file of which only the counts of its texts are known."""
    contexts, orders = {}, {}
    for variable in dates_among(variables):
        texts = counts.get(variable.name, pd.Series(dtype="int64"))
        contexts[item.file, variable.name], orders[item.file, variable.name] = own_context(
            texts, (), variable, item, None
        )
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
    return pd.Series(counts[written], index=pd.Index(texts[written], dtype=object)), list(
        texts[(counts > 0) & held]
    )


def own_context(
    texts: pd.Series,
    stored: list[str] | tuple[str, ...],
    variable: Variable,
    item: RawFile,
    epoch: int | None,
) -> tuple[DateContext, Order]:
    """The context that a column shows by itself, and its order."""
    return column_dates(
        texts,
        DateContext(
            missing=variable.missing_codes,
            order=item.order_of(variable.name),
            serials=None,
            years=YEARS,
            epoch=epoch,
            zone=item.time_zone,
        ),
        stored=[text for text in stored if text[:4].isdigit()],
    )


def completed(contexts: Contexts, orders: dict[tuple[str, str], Order], told: Told) -> Contexts:
    """Complete open orders; of a column in several files each file counts for itself, and the other files
    beside its other columns.

    The times that a program wrote follow the language of their own header, which is the program's; typed
    dates that of all headers.
    """
    found = {}
    for (file, name), context in contexts.items():
        own = orders[file, name]
        others = [
            (other, order)
            for (where, other), order in orders.items()
            if (where, other) != (file, name) and (where == file or other == name)
        ]
        header = language_of([told.headers.get((file, name), "")]) if own.stamps else ""
        found[file, name] = in_its_file(context, own, others, header or told.languages.get(file, ""))
    return found
