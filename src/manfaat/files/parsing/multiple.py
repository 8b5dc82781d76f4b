"""Answers of which several may be chosen, in one text with all of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import pandas as pd

from manfaat.files.parsing.aliases import fold
from manfaat.files.parsing.choices import ChoiceList, read_choice, specified
from manfaat.files.parsing.missing import no_answer
from manfaat.files.parsing.normalise import tidy, told
from manfaat.files.parsing.reading import Reading, report, review, unreadable

LONGEST = 2_000
MOST_WORDS = 60
CODES_ONLY = re.compile(r"[0-9]{1,4}(?:\.0)?(?:\s?[;,|/ ]\s?[0-9]{1,4})+[;,|/ ]?\Z")
DECIMAL = re.compile(r"[0-9]{1,4}\.[0-9]{1,4}\Z")
SEPARATORS = (r"\s?[;|]\s?", r"\s?[,;|]\s?", r"\s?[,;|/]\s?|\s(?:dan|and|&)\s", r" ")


def read_multiple(text: str, choices: ChoiceList) -> Reading:
    """Read an answer that may hold several codes or labels (``1 3 5``, ``1,3,5``, ``Rumah;Motor``).

    Returns
    -------
    Reading whose value is the tuple of chosen codes in the order of the list, each once. One part that is no
    answer puts the whole answer up for review, with the parts that are as proposal.
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
        return joined(
            [read_choice(part, choices) for part in re.findall(r"[0-9]+(?:\.0)?", clean)], choices, "codes"
        )
    whole = read_choice(clean, choices)
    if whole.is_read:
        return Reading((whole.value,), whole.rule, whole.flag, whole.note)
    if whole.missing or whole.rule in ("none-word", "initials", "initials-ambiguous", "label-ambiguous"):
        return whole
    if DECIMAL.match(clean):
        return review(
            "point-between-codes", f"'{clean}' may be two codes that a spreadsheet made a number of"
        )
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
        if len(parts) > 1 and sum(reading.is_read for reading in readings) > sum(
            reading.is_read for reading in best
        ):
            best = readings
    known = in_order([reading.value for reading in best if reading.is_read], choices)
    if not known:
        return unreadable("no-answer", f"'{clean[:40]}' holds no answer of this list")
    return review("unknown-part", f"a part of '{clean[:60]}' is no answer of this list", proposal=known)


def in_one_way(clean: str, choices: ChoiceList) -> tuple[str, ...]:
    """Return the codes of a text that is labels one after the other in exactly one way: ``Rumah Sepeda
    motor``, ``Tanah, sawah, Mobil``.

    Exports join labels with the same signs that labels hold. Every word must belong to a label; words that
    two labels could be made of in several ways give nothing.
    """
    words = [word for word in re.split(r"[\s,;|/]+", clean) if word]
    if not 1 < len(words) <= MOST_WORDS:
        return ()
    longest = max(len(key) for key in choices.keys)
    ways: list[list[tuple[str, ...]]] = [[()], *([] for _ in words)]
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
    if (
        len(clean) <= len(choices.codes)
        and len(set(clean)) == len(clean)
        and set(clean) <= set(choices.codes)
    ):
        return review(
            "run-together",
            f"'{clean}' may be the codes {', '.join(clean)} without separators",
            proposal=in_order(clean, choices),
        )
    return unreadable("out-of-range", f"'{clean[:20]}' is no code of this list")


def in_order(codes: Iterable[str], choices: ChoiceList) -> tuple[str, ...]:
    """Return codes in the order of the list, each once."""
    chosen = set(codes)
    return tuple(code for code in choices.codes if code in chosen)


def joined(readings: Sequence[Reading], choices: ChoiceList, rule: str) -> Reading:
    """Join the readings of the parts."""
    codes = in_order([reading.value for reading in readings if reading.is_read], choices)
    if not all(reading.is_read for reading in readings):
        notes = "; ".join(
            dict.fromkeys(reading.note or "no answer" for reading in readings if not reading.is_read)
        )
        return review("unknown-part", notes, proposal=codes or None)
    notes = "; ".join(dict.fromkeys(reading.note for reading in readings if reading.flag))
    if len(codes) < len(readings):
        notes = "; ".join(filter(None, (notes, "an answer is named twice")))
    return report(codes, rule, notes) if notes else Reading(codes, rule)


# What export programs and people write for an option that was chosen, and for one that was not, in small
# letters.
CHOSEN = frozenset(
    word
    for words in (
        (
            "1",
            "1.0",
            "true",
            "checked",
            "selected",
            "yes",
            "y",
            "x",
            "v",
            "√",
            "✓",
            "✔",
            "☑",
            "ya",
            "dipilih",
            "dicentang",
        ),
        ("oui", "sí", "si", "sim", "ja", "да", "はい"),
    )
    for word in words
)
NOT_CHOSEN = frozenset(
    word
    for words in (
        (
            "0",
            "0.0",
            "false",
            "unchecked",
            "unselected",
            "not selected",
            "no",
            "n",
            "☐",
            "tidak",
            "tdk",
            "t",
            "tidak dipilih",
        ),
        ("non", "não", "nao", "nein", "нет", "いいえ"),
    )
    for word in words
)


def expand_multiple(values: pd.Series, choices: ChoiceList) -> pd.DataFrame:
    """Expand tuples of codes to one column of 0 and 1 per code (``Int64``); a missing answer is missing in
    each.

    Parameters
    ----------
    values : tuples of codes, None or NA where the answer is missing.
    """

    def column(code: str) -> pd.Series:
        return values.map(lambda value: int(code in value) if isinstance(value, tuple) else pd.NA).astype(
            "Int64"
        )

    return pd.DataFrame({code: column(code) for code in choices.codes}, index=values.index)
