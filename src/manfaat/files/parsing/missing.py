"""Texts that say that, or why, there is no answer: words, placeholders, declared codes and Excel's error
texts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from manfaat.files.parsing.aliases import LONGEST_KEY, fold, packaged, read_pairs
from manfaat.files.parsing.normalise import tidy, told
from manfaat.files.parsing.reading import MISSING_REASONS, Reading, absent, review

# Error values of Excel (Microsoft, "Excel error values"); "#####" is a column too narrow when the sheet was
# saved as text.
EXCEL_ERROR = re.compile(
    r"#(?:#+|N/A|N/A!|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!|FIELD!|BUSY!|GETTING_DATA)\Z", re.I
)
PLACEHOLDER = re.compile(r"[-._?*/\\ ]{1,20}\Z")
CODE = re.compile(r"\((?P<bare>-?[0-9]{1,7})\)|(?P<signed>-?[0-9]{1,7})(?:[.,]0{1,2})?\Z")
DOUBTS = {
    "blank?": ("blank", "not available, not applicable or nothing: the reason cannot be told"),
    "not_applicable?": ("not_applicable", "'none' or 'not yet': not applicable, or a real zero"),
}


@cache
def missing_words() -> dict[str, str]:
    """Folded word → reason, from ``aliases/missing.csv``; a reason ending in "?" is one that a person should
    know of.

    Raises
    ------
    ValueError naming every unknown reason.
    """
    pairs = read_pairs(packaged("missing"), "missing", ("reason", "word"))
    known = {*MISSING_REASONS, *DOUBTS}
    wrong = sorted({reason for reason, _ in pairs} - known)
    if wrong:
        raise ValueError(f"missing.csv has unknown reasons {wrong}; use {sorted(known)}")
    return {fold(tidy(word)[0]): reason for reason, word in pairs}


def declared(text: str, codes: Mapping[str, str]) -> Reading | None:
    """Read a declared missing code, also written as ``(9)``, ``-9.0`` or ``-9,0``."""
    if text in codes:
        return absent(codes[text], "missing-code")
    match = CODE.match(text)
    if not match:
        return None
    number = match["bare"] or match["signed"]
    if match["bare"] and f"-{number}" in codes:
        # Accountants write -9 as (9).
        return absent(
            codes[f"-{number}"], "missing-code", "report", f"'({number})' read as the missing code -{number}"
        )
    return absent(codes[number], "missing-code") if number in codes else None


def worded(text: str) -> Reading | None:
    """Read a word that stands for no answer."""
    reason = missing_words().get(fold(text)) if len(text) <= LONGEST_KEY else None
    if reason is None:
        return None
    if reason == "not_applicable?":
        return review("none-word", DOUBTS[reason][1])
    return (
        absent(DOUBTS[reason][0], "missing-word", "report", DOUBTS[reason][1])
        if reason in DOUBTS
        else absent(reason, "missing-word")
    )


def no_answer(text: str, codes: Mapping[str, str], *, words: bool = True) -> Reading | None:
    """Read a tidy text that says that there is no answer; None when it does not say so.

    Parameters
    ----------
    codes : declared missing codes of the variable (code → reason). No code is assumed: 99 can be a real
    answer.
    words : whether to look for words as well; an answer list looks for its own labels first.
    """
    if not text:
        return absent("blank", "blank")
    found = declared(text, codes) if codes else None
    if found:
        return found
    if PLACEHOLDER.match(text):
        return absent(
            "blank",
            "placeholder",
            "report",
            f"'{text}' read as no answer; it may stand for zero or for 'not applicable'",
        )
    if text[0] == "#" and EXCEL_ERROR.match(text):
        return Reading(
            None,
            "excel-error",
            "unreadable",
            f"Excel wrote '{text[:20]}' in place of the value",
            missing="damaged",
        )
    return worded(text) if words and not text[0].isdigit() else None


def read_missing(text: str, codes: Mapping[str, str] | None = None) -> Reading:
    """Read only whether, and why, a raw text is no answer.

    Returns
    -------
    Reading with ``missing``; where the text may well be an answer, the tidy text itself under the rule
    "answer".
    """
    clean, steps = tidy(text)
    return told(no_answer(clean, codes or {}) or Reading(clean, "answer"), steps)


def read_label(label: str, code: str) -> str:
    """The reason that the label of a code gives ("-9 Refused to answer", "Don't know / can't say"); "" when
    it says nothing of the kind.

    Words that may also be a number or an answer ("none", "n/a") give no reason, nor do labels that name two.
    """
    clean = tidy(label)[0]
    clean = re.sub(rf"\A[(\[]?(?:{re.escape(code)}|-?[0-9]{{1,4}})[)\]]?\s*[-.:=)]?\s*", "", clean) or clean
    outside = re.sub(r"\s*[(\[][^)\]]*[)\]]\s*", " ", clean).strip()
    for parts in ([clean], [outside], re.split(r"\s*[/,;]\s*|\s(?:or|atau)\s", clean)):
        found = [worded(part) for part in parts]
        told = {reading.missing if reading and not reading.flag else "" for reading in found}
        if len(told) == 1 and told != {""}:
            return told.pop()
    return ""


def between(text: str, low: str, high: str) -> bool:
    """Whether a number lies in a range written as texts; LOWEST and HIGHEST are the ends of SPSS's number
    range.
    """
    try:
        return (
            float("-inf" if low == "LOWEST" else low)
            <= float(text)
            <= float("inf" if high == "HIGHEST" else high)
        )
    except ValueError:
        return False
