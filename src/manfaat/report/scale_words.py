"""What is said about scales and raters in the reader's language: reasons, raters, times, items."""

from __future__ import annotations

from manfaat.report.reader import Reader
from manfaat.report.reasons import reasons_of, say_reason
from manfaat.report.words import Language, mark

RATERS = {
    "self": mark("self-rating"),
    "supervisor": mark("supervisor"),
    "test": mark("test"),
    "": mark("not said by whom"),
}
TIMES = {
    "then": mark("recalled"),
    "now": mark("now"),
    "before": mark("before"),
    "fixed": mark("once"),
    "period": mark("in each period"),
}


def line_label(reader: Reader, name: str) -> str:
    """What a column of the indicators is called."""
    return next(line.label(reader.code) for line in reader.study.indicators if line.name == name)


def raters_label(raters: str, language: Language) -> str:
    """Write 'self-rating minus supervisor'."""
    first, second = (language.say(RATERS[rater]) for rater in raters.split(", "))
    return language.say("{first} minus {second}", first=first, second=second)


def item_label(reader: Reader, item: str) -> str:
    """The wording of an item and its name; an item that is itself an indicator by its label."""
    for variable in reader.study.codebook.variables:
        if variable.name == item:
            return f"{variable.label(reader.code)} ({item})"
    return next((line.label(reader.code) for line in reader.study.indicators if line.name == item), item)


def scale_reasons(reader: Reader, cells: list[str]) -> str:
    """Say the reasons of several cells, each once; those that name an item give its wording."""
    told = dict.fromkeys(reason for cell in cells for reason in reasons_of(cell))
    return "; ".join(say_reason(reason, reader, lambda item: item_label(reader, item)) for reason in told)
