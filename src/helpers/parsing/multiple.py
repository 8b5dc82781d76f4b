"""Answers of which several may be chosen: one text with all of them, or one column per option."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from helpers.parsing.aliases import fold
from helpers.parsing.choices import ChoiceList, read_choice, specified
from helpers.parsing.missing import no_answer
from helpers.parsing.normalise import tidy, told
from helpers.parsing.reading import Reading, absent, report, review, unreadable

LONGEST = 2_000
MOST_WORDS = 60
CODES_ONLY = re.compile(r"[0-9]{1,4}(?:\.0)?(?:\s?[;,|/ ]\s?[0-9]{1,4})+[;,|/ ]?\Z")
DECIMAL = re.compile(r"[0-9]{1,4}\.[0-9]{1,4}\Z")
SEPARATORS = (r"\s?[;|]\s?", r"\s?[,;|]\s?", r"\s?[,;|/]\s?|\s(?:dan|and|&)\s", r" ")


def read_multiple(text: str, choices: ChoiceList) -> Reading:
    """Read an answer that may hold several codes or labels (``1 3 5``, ``1,3,5``, ``Rumah;Motor``).

    Returns
    -------
    Reading whose value is the tuple of chosen codes in the order of the list, each once. One part that is no answer
    puts the whole answer up for review, with the parts that are as proposal.
    """
    clean, steps = tidy(text.replace("\n", ";") if isinstance(text, str) else text)
    return told(read_tidy(clean, choices), steps)


def read_tidy(clean: str, choices: ChoiceList) -> Reading:
    """Read a tidy text; see ``read_multiple``."""
    nothing = no_answer(clean, choices.missing, words=False)
    if nothing:
        return nothing
    if len(clean) > LONGEST:
        return unreadable("too-long", "too long to be chosen answers")
    if CODES_ONLY.match(clean):
        return joined([read_choice(part, choices) for part in re.findall(r"[0-9]+(?:\.0)?", clean)], choices, "codes")
    whole = read_choice(clean, choices)
    if whole.is_read:
        return Reading((whole.value,), whole.rule, whole.flag, whole.note)
    if whole.missing or whole.rule in ("none-word", "initials", "initials-ambiguous", "label-ambiguous"):
        return whole
    if DECIMAL.match(clean):
        return review("point-between-codes", f"'{clean}' may be two codes that a spreadsheet made a number of")
    if clean.isdigit():
        return run_together(clean, choices)
    reading = specified(clean, choices) or by_labels(clean, choices)
    if not reading.is_read and (codes := in_one_way(clean, choices)):
        return Reading(in_order(codes, choices), "labels")
    return whole if reading.flag == "unreadable" and whole.flag == "review" else reading


def by_labels(clean: str, choices: ChoiceList) -> Reading:
    """Part a text at the first separator by which every part is an answer."""
    best: list[Reading] = []
    for separator in SEPARATORS:
        parts = [part for part in re.split(separator, clean) if part.strip()]
        readings = [read_choice(part, choices) for part in parts[: 4 * len(choices.codes)]]
        if len(parts) > 1 and len(readings) == len(parts) and all(reading.is_read for reading in readings):
            return joined(readings, choices, "labels")
        if len(parts) > 1 and sum(reading.is_read for reading in readings) > sum(reading.is_read for reading in best):
            best = readings
    known = in_order([reading.value for reading in best if reading.is_read], choices)
    if not known:
        return unreadable("no-answer", f"'{clean[:40]}' holds no answer of this list")
    return review("unknown-part", f"a part of '{clean[:60]}' is no answer of this list", proposal=known)


def in_one_way(clean: str, choices: ChoiceList) -> tuple[str, ...]:
    """Return the codes of a text that is labels one after the other in exactly one way: ``Rumah Sepeda motor``, ``Tanah, sawah, Mobil``.

    Exports join labels with the same signs that labels hold. Every word must belong to a label; words that two labels could be
    made of in several ways give nothing.
    """
    words = [word for word in re.split(r"[\s,;|/]+", clean) if word]
    if not 1 < len(words) <= MOST_WORDS:
        return ()
    longest = max(len(key) for key in choices.keys)
    ways: list[list[tuple[str, ...]]] = [[()]] + [[] for _ in words]
    for end in range(1, len(words) + 1):
        for start in range(end - 1, -1, -1):
            key = fold("".join(words[start:end]))
            if len(key) > longest:
                break
            if len(codes := choices.keys.get(key, ())) == 1:
                ways[end] = list({*ways[end], *((*before, *codes) for before in ways[start])})[:2]
    return ways[-1][0] if len(ways[-1]) == 1 and len(set(ways[-1][0])) == len(ways[-1][0]) else ()


def run_together(clean: str, choices: ChoiceList) -> Reading:
    """Propose ``135`` as 1, 3 and 5 where every digit is a code, each once."""
    if len(clean) <= len(choices.codes) and len(set(clean)) == len(clean) and set(clean) <= set(choices.codes):
        return review("run-together", f"'{clean}' may be the codes {', '.join(clean)} without separators", proposal=in_order(clean, choices))
    return unreadable("out-of-range", f"'{clean[:20]}' is no code of this list")


def in_order(codes: Iterable[str], choices: ChoiceList) -> tuple[str, ...]:
    """Return codes in the order of the list, each once."""
    chosen = set(codes)
    return tuple(code for code in choices.codes if code in chosen)


def joined(readings: Sequence[Reading], choices: ChoiceList, rule: str) -> Reading:
    """Join the readings of the parts."""
    codes = in_order([reading.value for reading in readings if reading.is_read], choices)
    if not all(reading.is_read for reading in readings):
        notes = "; ".join(dict.fromkeys(reading.note or "no answer" for reading in readings if not reading.is_read))
        return review("unknown-part", notes, proposal=codes or None)
    notes = "; ".join(dict.fromkeys(reading.note for reading in readings if reading.flag))
    if len(codes) < len(readings):
        notes = "; ".join(filter(None, (notes, "an answer is named twice")))
    return report(codes, rule, notes) if notes else Reading(codes, rule)


def option_columns(columns: Iterable[str], stem: str, choices: ChoiceList) -> dict[str, str]:
    """Find the columns that hold one option each (``assets/1``, ``assets_1``, ``assets.house``): code → column.

    Columns named after nothing but their number (``Column2`` … ``Column58``) are never matched: give the mapping by hand.

    Raises
    ------
    ValueError when two columns would be the same option.
    """
    found: dict[str, str] = {}
    prefix = re.compile(rf"(?:.*/)?{re.escape(stem)}\s?[/_.:\[-]\s?(?P<option>[^\]]{{1,80}})\]?\Z", re.S)
    for column in columns:
        match = prefix.match(column[:300])
        if not match:
            continue
        option = tidy(match["option"])[0]
        codes = (option,) if option in choices.codes else choices.keys.get(fold(option), ())
        if len(codes) != 1:
            continue
        if codes[0] in found:
            raise ValueError(f"both '{found[codes[0]]}' and '{column}' are the option {codes[0]} of '{stem}'")
        found[codes[0]] = column
    return found


CHOSEN = frozenset(("1", "1.0", "yes", "ya", "y", "true", "v", "x", "dipilih", "checked", "selected"))
NOT_CHOSEN = frozenset(("0", "0.0", "no", "tidak", "n", "false"))


def collect_options(frame: pd.DataFrame, columns: Mapping[str, str], choices: ChoiceList) -> pd.Series:
    """Join one column per option into one answer a row.

    Parameters
    ----------
    frame : raw text; not changed.
    columns : code → column, from ``option_columns`` or by hand.

    Returns
    -------
    Series of ``Reading``, indexed as ``frame``: the tuple of chosen codes; missing ("blank") where every option is
    empty; for review where a cell is neither chosen, nor not, nor the option's own code or label. In a row with any
    mark an empty cell is "not chosen".

    Raises
    ------
    ValueError naming the options of the list that have no column: they were not asked, which is not "not chosen".
    """
    lacking = [code for code in choices.codes if code not in columns]
    if lacking:
        raise ValueError(f"no column for the options {lacking}: give them, or a list without them")
    if frame.empty:
        return pd.Series([], index=frame.index, dtype="object")
    order = list(choices.codes)
    marks = {code: {text: mark_of(text, code, choices) for text in frame[columns[code]].unique()} for code in order}
    table = pd.DataFrame({code: frame[columns[code]].map(marks[code]) for code in order})
    known = {row: options_of(dict(zip(order, row, strict=True))) for row in table.drop_duplicates().itertuples(index=False, name=None)}
    return pd.Series([known[row] for row in table.itertuples(index=False, name=None)], index=frame.index, dtype="object")


def mark_of(text: str, code: str, choices: ChoiceList) -> str:
    """Return "yes", "no", "" (empty) or "?" for one option's cell."""
    clean = tidy(text)[0]
    if not clean:
        return ""
    # 0 and 1 are marks before they are codes of options.
    if clean.lower() in NOT_CHOSEN:
        return "no"
    key = fold(clean)
    return "yes" if clean == code or clean.lower() in CHOSEN or key in CHOSEN or choices.keys.get(key) == (code,) else "?"


def options_of(marks: Mapping[str, str]) -> Reading:
    """Read one row of marks."""
    chosen = tuple(code for code, mark in marks.items() if mark == "yes")
    if "?" in marks.values():
        odd = ", ".join(code for code, mark in marks.items() if mark == "?")
        return review("unknown-mark", f"the cell of option {odd} is neither chosen nor not chosen", proposal=chosen)
    if set(marks.values()) <= {""}:
        return absent("blank", "blank")
    return Reading(chosen, "option-columns")


def expand_multiple(values: pd.Series, choices: ChoiceList) -> pd.DataFrame:
    """Expand tuples of codes to one column of 0 and 1 per code (``Int64``); a missing answer is missing in each.

    Parameters
    ----------
    values : tuples of codes, None or NA where the answer is missing.
    """

    def column(code: str) -> pd.Series:
        return values.map(lambda value: int(code in value) if isinstance(value, tuple) else pd.NA).astype("Int64")

    return pd.DataFrame({code: column(code) for code in choices.codes}, index=values.index)
