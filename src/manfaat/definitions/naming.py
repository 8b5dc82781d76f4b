"""What an analyst calls a thing, and which thing is meant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rapidfuzz import fuzz, process, utils

from manfaat.base.problems import Problem, ProblemsError
from manfaat.definitions.indicator import Indicator, concepts
from manfaat.definitions.study import Study

NEAR = 60.0  # similarity (rapidfuzz WRatio, in per cent) from which a name is proposed


def unknown(asked: str, word: str, known: Mapping[str, str]) -> ProblemsError:
    """The error that says that there is no such name, and which are near.

    Parameters
    ----------
    asked : what was called, as the analyst wrote it. known : what each name is called.
    """
    texts = {name: f"{name} {known[name]}" for name in sorted(known)}  # ties come in one order each time
    close = process.extract(
        str(word), texts, scorer=fuzz.WRatio, processor=utils.default_process, limit=3, score_cutoff=NEAR
    )
    names = [place for _, _, place in close] or sorted(known)[:12]
    told = [f"{name} ({known[name]})" if known[name] != name else name for name in names]
    expected = f"did you mean {' or '.join(told)}?" if close else "one of " + ", ".join(names)
    return ProblemsError([Problem(asked, f"there is no '{word}'", expected=expected)])


def asked_for(study: Study, name: str, rater: str | None) -> list[Indicator]:
    """The indicators that an effect is asked for and that ``name`` names: what is measured (each rater's), or
    one column.

    Raises
    ------
    ProblemsError that names what is near, or what else is known of a column that is no outcome.
    """
    lines = concepts(list(study.indicators))
    found = [line for line in lines if name in (line.indicator, line.name)]
    found = [line for line in found if rater in (None, line.rater)]
    if found:
        return found
    asked = f"study.estimate('{name}'" + (f", rater='{rater}')" if rater is not None else ")")
    if rater is not None and (raters := [one.rater for one in lines if name in (one.indicator, one.name)]):
        known = " or ".join(f"'{one}'" for one in raters if one) or "none: nobody's rating, but a fact"
        raise ProblemsError([Problem(asked, f"there is no rater '{rater}'", expected=known)])
    other = next((line for line in study.indicators if line.name == name), None)
    if other:
        told = f"'{name}' has the use '{other.use}': no effect on it is asked for"
        raise ProblemsError(
            [Problem(asked, told, expected=f"study.describe('{name}'), or an effect indicator")]
        )
    raise unknown(asked, name, {line.indicator: line.label("en") for line in lines})


def labels_of(study: Study, language: str) -> dict[str, str]:
    """What every column that may be asked for is called: indicators, and answers of the main table."""
    answers = {v.name: v.label(language) for v in study.codebook.table(study.programme.main_table)}
    return answers | {line.name: line.label(language) for line in study.indicators}


def resolved(study: Study, name: str, known: Iterable[str], asked: str) -> str:
    """The column that ``name`` names: itself, or the one that measures an indicator of that name now.

    Raises
    ------
    ProblemsError that names what is near.
    """
    names = set(known)
    if name in names:
        return name
    measured = concepts(list(study.indicators))
    first = sorted(study.indicators, key=lambda line: line.time == "now")  # where none is the effect: now
    columns = {line.indicator: line.name for line in (*first, *reversed(measured))}
    if name in columns:
        return columns[name]
    labels = {line.indicator: line.label("en") for line in measured} | labels_of(study, "en")
    raise unknown(asked, name, {one: labels.get(one, one) for one in names | set(columns)})
