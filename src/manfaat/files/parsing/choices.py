"""Answers of a list: which code a text means, by code, label in either language, known spelling or unique
initials.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from manfaat.files.parsing.aliases import LONGEST_KEY, AliasTable, fold, load_aliases, nearest_spellings
from manfaat.files.parsing.choice_forms import DOUBTED, bare_code, written_out
from manfaat.files.parsing.choice_tables import link, narrowed, with_tables
from manfaat.files.parsing.missing import no_answer, worded
from manfaat.files.parsing.normalise import tidy, told
from manfaat.files.parsing.reading import Reading, missing_reasons, noted, report, review, unreadable

TABLES = ("sex", "yes_no", "education", "agreement", "marital", "work", "other")
NUMBER = re.compile(r"(?P<whole>-?[0-9]{1,9})(?:[.,](?P<fraction>[0-9]{1,6}))?\Z")
BRACKETED = re.compile(r"\((?P<code>[0-9]{1,9})\)\Z")
BETWEEN = re.compile(r"[0-9]{1,4}(?:\s?(?:-|/|~|,|;|&|\+|atau|or|dan|and|s/d|sampai)\s?[0-9]{1,4})+\Z", re.I)
CODE_LABEL = re.compile(r"\(?(?P<code>[0-9]{1,9}|[A-Za-z])(?:\s?[-.):=]\s?|\s)(?P<label>[^\s\d].*)\Z", re.S)
LABEL_CODE = re.compile(r"(?P<label>\S.*?)\s?[(=:-]\s?(?P<code>[0-9]{1,9})\)?\Z", re.S)
SHORTEST_SIMILAR = 3  # any two letters are near to some answer ("KS", kurang setuju, to "S", setuju)
TICK = re.compile(r"[vVxX√✓✔☑✗✘×]{1,3}\Z")
WORD_INITIAL = re.compile(r"[^\W\d_]+")
OTHER = re.compile(
    r"(?P<other>lain-?\s?lain(?:nya)?|lainnya|yang lain|others?(?: \(specify\))?|dll\.?|その他)(?:"
    r" ?\([^)]{0,40}\))?(?: ?[:;,=-] ?| )(?P<text>\S.*)",
    re.I | re.S,
)


@dataclass(frozen=True)
class ChoiceList:
    """An answer list made ready for reading; build it with ``choice_list``.

    Attributes
    ----------
    codes : the codes in order.
    keys : folded label or spelling → the codes it may mean.
    exact : label without letters ("5-19"), without spaces → the codes it may mean.
    initials : folded initials → the codes they may mean.
    labels : code → label in English, for notes.
    missing : declared missing codes, code → reason.
    recode : code as delivered → code of the list, for a form version with other codes; None when they are the
    list's.
    other : the code of "other, please specify", if the list has one.
    linked : table of spellings that was attached → its concept → code.
    doubtful : folded spelling that the list gives to one answer and a table to several → the codes it may
    mean by that table.
    """

    codes: tuple[str, ...]
    keys: Mapping[str, tuple[str, ...]] = field(repr=False)
    exact: Mapping[str, tuple[str, ...]] = field(repr=False)
    initials: Mapping[str, tuple[str, ...]] = field(repr=False)
    labels: Mapping[str, str]
    missing: Mapping[str, str]
    recode: Mapping[str, str] | None
    other: str | None
    linked: Mapping[str, Mapping[str, str]]
    doubtful: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)


def choice_list(
    choices: Iterable[tuple[Any, ...]],
    *,
    missing: Mapping[str, str] | None = None,
    recode: Mapping[str, str] | None = None,
    tables: Iterable[str | AliasTable] = TABLES,
) -> ChoiceList:
    """Make an answer list ready for reading.

    Parameters
    ----------
    choices : (code, English label, Indonesian label, further spellings) each; the spellings, an iterable of
    texts or one
        text with ";" between them, may be left out. A spelling given here outweighs every table.
    missing : declared missing codes, code → reason.
    recode : code as delivered → code of this list, for one form version (``{"0": "2", "1": "1"}`` where 0 was
    No).
        Labels are not recoded.
    tables : tables of spellings that apply where at least two labels of the list are among their words: names
    of the
        package, paths of CSV files or tables. That of sexes always applies, so that "P" never becomes "Pria".

    Raises
    ------
    ValueError when the list is empty, a code stands twice, or ``recode`` leads to a code that the list has
    not.
    """
    rows = [(str(code), str(en), str(id_), spellings(*more)) for code, en, id_, *more in choices]
    codes = tuple(row[0] for row in rows)
    if not codes or len(set(codes)) < len(codes):
        raise ValueError("an answer list needs at least one code, and each code once")
    if recode and not set(recode.values()) <= set(codes):
        raise ValueError(
            f"recode leads to codes that the list has not: {sorted(set(recode.values()) - set(codes))}"
        )
    own, exact = own_spellings(rows)
    linked = link([*dict.fromkeys(["sex", *tables])], rows)
    named = {table.name: dict(found) for table, found in linked.items()}
    labels = {row[0]: row[1] for row in rows}
    other = named.get("other", {}).get("other")
    known, doubtful = with_tables(own, linked), narrowed(own, linked)
    return ChoiceList(
        codes,
        known,
        exact,
        initials_of(rows),
        labels,
        missing_reasons(missing or {}),
        recode,
        other,
        named,
        doubtful,
    )


def spellings(given: Iterable[str] | str | None = None) -> tuple[str, ...]:
    """Return further spellings given as an iterable, or as one text with semicolons between them."""
    return tuple(
        part.strip() for part in (given.split(";") if isinstance(given, str) else given or ()) if part.strip()
    )


def own_spellings(
    rows: list[tuple[str, str, str, tuple[str, ...]]],
) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """Return the list's own spellings: folded with letters, and exact ones without any ("5-19" folded would
    be 519).
    """
    folded: dict[str, dict[str, None]] = {}
    exact: dict[str, dict[str, None]] = {}
    for code, en, id_, more in rows:
        for label in (en, id_, *more, code):
            clean = tidy(label)[0]
            if any(char.isalpha() for char in clean):
                folded.setdefault(fold(clean), {})[code] = None
            elif clean and label != code:
                exact.setdefault(clean.replace(" ", ""), {})[code] = None
    return {key: tuple(found) for key, found in folded.items()}, {
        key: tuple(found) for key, found in exact.items()
    }


def initials_of(rows: list[tuple[str, str, str, tuple[str, ...]]]) -> dict[str, tuple[str, ...]]:
    """Folded initials of the labels in both languages → the codes they may mean."""
    found: dict[str, dict[str, None]] = {}
    for code, en, id_, _ in rows:
        for label in (en, id_):
            initials = "".join(word[0] for word in WORD_INITIAL.findall(label)).casefold()
            if initials:
                found.setdefault(initials, {})[code] = None
    return {initials: tuple(codes) for initials, codes in found.items()}


def read_choice(text: str, choices: ChoiceList) -> Reading:
    """Read one answer of a list.

    Returns
    -------
    Reading whose value is a code (str). An answer between two codes or outside the list is "unreadable" and
    never averaged or moved to the nearest; a spelling that may mean two answers, or that is only similar, is
    for review with the codes as proposal.
    """
    clean, steps = tidy(text)
    return told(read_tidy(clean, choices), steps)


def read_tidy(clean: str, choices: ChoiceList) -> Reading:
    """Read a tidy text; see ``read_choice``."""
    if choices.recode is None and clean in choices.codes:
        return Reading(clean, "code")
    if choices.exact and (codes := choices.exact.get(clean.replace(" ", ""))):
        return one_of(codes, "label", f"'{clean}' may mean more than one answer")
    nothing = no_answer(clean, choices.missing, words=False)
    if nothing:
        return nothing
    if not any(char.isalpha() for char in clean[:LONGEST_KEY]):
        known = read_code(clean, choices) or tick(clean, choices) or plainer(clean, choices)
        return known or unreadable("no-answer", "no answer of this list")
    return read_words(clean, choices)


def read_code(clean: str, choices: ChoiceList) -> Reading | None:
    """Read a text without letters as a code: ``4``, ``4.0``, ``04``; say what is wrong with ``4-5`` and
    ``3.5``.
    """
    bracketed = BRACKETED.match(clean)
    if bracketed and bracketed["code"] in choices.codes:
        return review(
            "brackets", "a number in brackets: a code, or a negative number?", proposal=bracketed["code"]
        )
    if BETWEEN.match(clean):
        parts = re.findall(r"[0-9]+", clean)
        if not (len(parts) == 2 and "," in clean and not parts[1].strip("0")):
            return unreadable("between", f"'{clean[:40]}' is more than one answer; not averaged")
    doubted = DOUBTED.match(clean)
    if doubted and doubted["code"] in choices.codes and choices.recode is None:
        return review("doubted", f"'{clean}' is written with a question mark", proposal=doubted["code"])
    match = NUMBER.match(clean)
    if not match:
        return None
    if (match["fraction"] or "").strip("0"):
        return unreadable("between", f"'{clean}' lies between two answers; not averaged")
    known = choices.recode if choices.recode is not None else {code: code for code in choices.codes}
    whole = match["whole"]
    if whole in known:
        return Reading(known[whole], "code-of-version" if choices.recode is not None else "code")
    short = whole.lstrip("0") or "0"
    if short in known:
        return report(known[short], "code", f"'{whole}' read as {short}")
    return unreadable("out-of-range", f"'{clean}' is no code of this list ({', '.join(choices.codes[:12])})")


def tick(clean: str, choices: ChoiceList) -> Reading | None:
    """Read a tick or cross where the list gives it a meaning (yes/no); elsewhere it does not say which answer
    was meant.
    """
    codes = choices.keys.get(fold(clean), ())
    if len(codes) == 1:
        return Reading(codes[0], "label")
    return (
        unreadable("tick", "a tick or cross does not say which answer was meant")
        if TICK.match(clean)
        else None
    )


def read_words(clean: str, choices: ChoiceList) -> Reading:
    """Read a text with letters."""
    key = fold(clean[: LONGEST_KEY + 1]) if len(clean) <= LONGEST_KEY else ""
    codes = choices.keys.get(key, ())
    if codes and (meant := choices.doubtful.get(key)):
        if "." in clean:  # "S.T." is more likely a degree than a school
            return one_of(meant, "label", f"'{clean}' may mean more than one answer")
        return report(
            codes[0],
            "label",
            f"'{clean}' read as {codes[0]}, as the answer list says; elsewhere it may mean"
            f" {' or '.join(meant)}",
        )
    if codes:
        return one_of(codes, "label", f"'{clean}' may mean more than one answer")
    nothing = worded(clean)
    initials = choices.initials.get(key, ()) if clean.replace(".", "").isalpha() else ()
    if nothing:
        return (
            review("initials", f"'{clean}' may be a word for no answer, or initials", proposal=initials[0])
            if len(initials) == 1
            else nothing
        )
    if initials:
        reading = one_of(initials, "initials", f"'{clean}' are the initials of more than one answer")
        return (
            report(
                reading.value,
                "initials",
                f"'{clean}' read as the initials of '{choices.labels[reading.value]}'",
            )
            if reading.is_read
            else reading
        )
    if BETWEEN.match(clean):
        return unreadable("between", f"'{clean[:40]}' is more than one answer; not averaged")
    named = plainer(clean, choices) or code_and_label(clean, choices) or tick(clean, choices)
    return named or specified(clean, choices) or parted(clean, choices) or similar(clean, choices)


def plainer(clean: str, choices: ChoiceList) -> Reading | None:
    """Read an answer with abbreviated words (``tdk pernah``), or a code with a sign or word about it; always
    reported.
    """
    whole = written_out(clean[: LONGEST_KEY + 1])
    codes = choices.keys.get(fold(whole), ()) if whole != clean and len(clean) <= LONGEST_KEY else ()
    if codes:
        reading = one_of(codes, "label", f"'{clean}' may mean more than one answer")
        return (
            report(reading.value, "label-written-out", f"'{clean}' read as '{whole}'")
            if reading.is_read
            else reading
        )
    code = bare_code(clean)
    if code is None:
        return None
    found = read_code(code, choices)
    return noted(found, f"'{clean[:40]}' read as {code}") if found is not None and found.is_read else found


def one_of(codes: tuple[str, ...], rule: str, note: str) -> Reading:
    """Return the only code, or all of them as a proposal."""
    return Reading(codes[0], rule) if len(codes) == 1 else review(f"{rule}-ambiguous", note, proposal=codes)


def code_and_label(clean: str, choices: ChoiceList) -> Reading | None:
    """Read ``4 - Setuju`` or ``Setuju (4)``; code and label must say the same."""
    if len(clean) > LONGEST_KEY * 2:
        return None
    for pattern in (CODE_LABEL, LABEL_CODE):
        match = pattern.match(clean)
        code = match["code"] if match else ""
        code = choices.recode.get(code, "") if choices.recode is not None else code
        if match is None or code not in choices.codes:
            continue
        meant = choices.keys.get(fold(match["label"]), ())
        if meant == (code,):
            return Reading(code, "code-and-label")
        if meant:
            return review(
                "code-against-label",
                f"the code says {code}, the label {' or '.join(meant)}",
                proposal=(code, *meant),
            )
        return review("unknown-label", f"the code {code} with a label that the list has not", proposal=code)
    return None


def specified(clean: str, choices: ChoiceList) -> Reading | None:
    """Hold an "other, please specify" with its text for review: it may be one of the list's answers."""
    match = OTHER.fullmatch(clean) if len(clean) <= 1000 else None
    if not match:
        return None
    return review("other-specify", f"other, specified as '{match['text'][:80]}'", proposal=choices.other)


def parted(clean: str, choices: ChoiceList) -> Reading | None:
    """Read two spellings of one answer (``SMK/STM``); two answers are not one."""
    pieces = re.split(r"\s?[/;|]\s?|\s(?:atau|or|dan|and|&)\s", clean[: LONGEST_KEY * 2])
    if len(pieces) < 2:
        return None
    meant = [choices.keys.get(fold(piece), ()) for piece in pieces]
    if not all(len(codes) == 1 for codes in meant):
        return None
    codes = {codes[0] for codes in meant}
    return (
        Reading(codes.pop(), "label")
        if len(codes) == 1
        else unreadable("between", f"'{clean[:40]}' is more than one answer; none was taken")
    )


def similar(clean: str, choices: ChoiceList) -> Reading:
    """Propose the answers whose spelling is nearest; similarity alone never decides ("setuju" is near to
    "tidak setuju").
    """
    head, _, remark = clean.partition("(")
    meant = choices.keys.get(fold(head), ()) if remark else ()
    if meant:
        return review("remark", f"'{clean[:40]}' is an answer with a remark", proposal=meant)
    found = nearest_spellings(clean, choices.keys) if len(fold(clean)) >= SHORTEST_SIMILAR else []
    codes = tuple(dict.fromkeys(code for key, _ in found for code in choices.keys[key]))[:3]
    if not codes:
        return unreadable("no-answer", f"'{clean[:40]}' is no answer of this list")
    return review("similar", f"'{clean[:40]}' is not an answer of this list, only similar", proposal=codes)


def read_concept(text: str, table: str | AliasTable, *, missing: Mapping[str, str] | None = None) -> Reading:
    """Read a text by a table of spellings alone, for an answer without a list of codes (a region, a sex).

    Returns
    -------
    Reading whose value is the concept as the table names it; ambiguous and similar spellings are for review
    with the concepts as proposal.
    """
    known = table if isinstance(table, AliasTable) else load_aliases(table)
    clean, steps = tidy(text)
    return told(concept_of(clean, known, missing_reasons(missing or {})), steps)


def concept_of(clean: str, table: AliasTable, missing: Mapping[str, str]) -> Reading:
    """Read a tidy text by a table; see ``read_concept``."""
    nothing = no_answer(clean, missing, words=False)
    if nothing:
        return nothing
    meant = table.means(clean)
    if meant:
        return one_of(meant, "alias", f"'{clean}' may mean more than one: {', '.join(meant)}")
    nothing = worded(clean)
    if nothing:
        return nothing
    pieces = {table.means(piece) for piece in re.split(r"\s?[/;|]\s?", clean[:LONGEST_KEY])}
    if all(len(concepts) == 1 for concepts in pieces):
        return (
            Reading(pieces.pop()[0], "alias")
            if len(pieces) == 1
            else unreadable("between", f"'{clean[:40]}' is more than one; none was taken")
        )
    found = nearest_spellings(clean, table.keys)
    concepts = tuple(dict.fromkeys(concept for key, _ in found for concept in table.keys[key]))[:3]
    if concepts:
        return review(
            "similar", f"'{clean[:40]}' is not in the table '{table.name}', only similar", proposal=concepts
        )
    return unreadable("unknown", f"'{clean[:40]}' is not in the table '{table.name}'")


def read_region(text: str, table: str | AliasTable = "region") -> Reading:
    """Read the name of a province, city or regency to the name that the table uses; see ``read_concept``."""
    return read_concept(text, table)


def read_yes_no(text: str) -> Reading:
    """Read a yes or no in words, letters or ticks to ``yes`` or ``no``. Codes need their list: 0/1 and 1/2
    both exist.
    """
    return read_concept(text, "yes_no")


def read_sex(text: str) -> Reading:
    """Read a sex in words or letters to ``male`` or ``female``; P is Perempuan. Codes need their list."""
    return read_concept(text, "sex")
