"""What is said about scales and raters in the reader's language: reasons, raters, times, items."""

from __future__ import annotations

from manfaat.analysis.study import Study
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


def line_label(study: Study, name: str, language: Language) -> str:
    """What a column of the indicators is called."""
    return next(line.label(language.code) for line in study.indicators if line.name == name)


def raters_label(raters: str, language: Language) -> str:
    """Write 'self-rating minus supervisor'."""
    first, second = (language.say(RATERS[rater]) for rater in raters.split(", "))
    return language.say("{first} minus {second}", first=first, second=second)


def item_label(study: Study, item: str, language: Language) -> str:
    """The wording of an item and its name; an item that is itself an indicator by its label."""
    for variable in study.codebook.variables:
        if variable.name == item:
            return f"{variable.label(language.code)} ({item})"
    return next((line.label(language.code) for line in study.indicators if line.name == item), item)


def scale_reasons(study: Study, cells: list[str], language: Language) -> str:
    """Say the reasons of several cells, each once; those that name an item give its wording."""
    told = dict.fromkeys(reason for cell in cells for reason in reasons_of(cell))
    return "; ".join(
        say_reason(reason, language, lambda item: item_label(study, item, language)) for reason in told
    )
