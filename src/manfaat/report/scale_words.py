"""What is said about scales and raters in the reader's language: reasons, raters, times, items."""

from __future__ import annotations

from manfaat.analysis.study import Study
from manfaat.measurement.scales import AGAINST, CONSTANT
from manfaat.report import labels
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


def warnings_text(study: Study, warnings: str, language: Language) -> str:
    """Say the warnings of a row; those that name an item give its wording."""
    return "; ".join(one_warning(study, part, language) for part in str(warnings).split("; ") if part)


def one_warning(study: Study, text: str, language: Language) -> str:
    """Say one warning."""
    message, _, item = text.partition(": ")
    if message in (AGAINST, CONSTANT) and item:
        return f"{language.say(message)}: {item_label(study, item, language)}"
    return labels.one_reason(text, language)
