"""Question texts as column names (Google Forms, SurveyMonkey, typed sheets) → variables of the codebook.

A wrong match is worse than none: a column is matched by itself only by its name, its question code, its exact
text in either language, or a text that is at least 90 % alike, has no rival and differs in no deciding word
(before/after, not, per month …). All else goes to a review list with proposals.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import pandas as pd
from rapidfuzz import fuzz, process

from manfaat.files.formats.characters import plain
from manfaat.files.formats.layout import JOINT
from manfaat.files.formats.tables import Detected, count_of, some

ALIKE = 0.9
PROPOSED = 0.5
PROPOSALS = 3
CODE = re.compile(
    r"\s*[\[(]?\s*([A-Za-z]{1,3}\d{1,3}[A-Za-z]?)\s*(?:[\])]|[.):\-\u2013\u2014]|\s|$)[\s.):\-\u2013\u2014]*(.*)",
    re.DOTALL,
)
NUMBER_CODE = re.compile(
    r"\s*[\[(]?\s*(\d{1,3}[A-Za-z]?)\s*[\]).:\-\u2013\u2014][\s.):\-\u2013\u2014]*(.*)", re.DOTALL
)
ANSWER_HEADINGS = ("response", "open-ended response", "jawaban", "tanggapan", "respons", "回答")
DECIDING = frozenset(
    re.findall(
        r"\w+",
        """sebelum sesudah setelah sekarang kini dulu saat ini semula akhir awal terakhir pertama before after now then current currently last first pre post
        tidak bukan belum tanpa not no never without hari harian minggu mingguan bulan bulanan tahun tahunan jam day daily week weekly month monthly year
        yearly annual hour hourly uang barang cash kind ayah ibu father mother atasan supervisor suami istri spouse husband wife anak child naik turun rise
        fall increase decrease lebih kurang more less minimum maksimum maximum rata total jumlah rupiah yen rp jpy juta ribu million thousand bersih kotor
        net gross""",  # noqa: E501
    )
)


@dataclass(frozen=True, eq=False)
class HeaderMatch:
    """``mapping`` column → variable; ``found`` how each was matched (``column, variable, how, score``);
    ``review`` the rest with proposals.

    ``review`` has one row a proposal (``column, position, variable, score, reason``); the variable is empty
    where nothing is alike.
    """

    mapping: dict[str, str]
    found: pd.DataFrame
    review: pd.DataFrame
    log: tuple[Detected, ...] = ()


@dataclass(frozen=True)
class Asked:
    """One variable as it may be asked: its name, its question codes, its other names, and its texts in plain
    form.
    """

    name: str
    codes: frozenset[str]
    names: frozenset[str]
    texts: tuple[str, ...]


@dataclass
class Index:
    """All variables by name, code and text."""

    names: dict[str, set[str]] = field(default_factory=dict)
    codes: dict[str, set[str]] = field(default_factory=dict)
    texts: dict[str, set[str]] = field(default_factory=dict)


def split_code(text: str, known: Iterable[str] = ()) -> tuple[str, str]:
    """Return (question code in lower case, text after it); no code for text without one, or when ``known``
    codes lack it.
    """
    for pattern in (CODE, NUMBER_CODE):
        match = pattern.fullmatch(text)
        if match and (not known or match.group(1).casefold() in known):
            return match.group(1).casefold(), match.group(2)
    return "", text


class Named(Protocol):
    """A variable of a codebook; what else it may hold is looked for where it is used."""

    @property
    def name(self) -> str:
        """Its name in the codebook."""


def asked(variable: Named) -> Asked:
    """Return a variable of the codebook as it may be asked.

    Needs ``name``, ``labels`` (or ``label_en``, ``label_id``), and ``sources`` (a list) or ``source`` (names
    separated by bars); ``code`` may be given.
    """
    sources = getattr(variable, "sources", None)
    if sources is None:
        sources = [part.strip() for part in getattr(variable, "source", "").split("|")]
    texts = getattr(variable, "labels", None)
    named = texts.root.values() if texts else [getattr(variable, f"label_{one}", "") for one in ("en", "id")]
    labels = [label for label in named if label]
    parts = [split_code(text) for text in labels]
    codes = {str(getattr(variable, "code", "") or "").casefold().strip(" .")} | {code for code, _ in parts}
    codes |= {code for code, rest in map(split_code, sources) if code and not rest.strip()}
    told = tuple(
        dict.fromkeys(
            plain(text) for text in [*labels, *(rest for _, rest in parts), *sources] if len(plain(text)) > 2
        )
    )
    return Asked(
        variable.name,
        frozenset(codes - {""}),
        frozenset(plain(name) for name in [variable.name, *sources] if name),
        told,
    )


def index_of(variables: Sequence[Asked]) -> Index:
    """Return the variables by name, code and text."""
    index = Index()
    for variable in variables:
        for table, keys in (
            (index.names, variable.names),
            (index.codes, variable.codes),
            (index.texts, variable.texts),
        ):
            for key in keys:
                table.setdefault(key, set()).add(variable.name)
    return index


def variants(column: str) -> list[str]:
    """Return the texts that a column name may stand for: itself, without an answer heading, its last part."""
    parts = column.split(JOINT)
    found = [column]
    if len(parts) > 1:
        found.append(JOINT.join(parts[:-1]) if plain(parts[-1]) in ANSWER_HEADINGS else parts[-1])
    return found


def match_headers(columns: Sequence[str], variables: Iterable[Named]) -> HeaderMatch:
    """Match column names with the variables of a codebook.

    Parameters
    ----------
    columns : names as delivered, with their full question text; names that begin with ``_`` are left alone.
    variables : objects with ``name``, ``label_en``, ``label_id``, ``sources`` or ``source``, and perhaps
    ``code``.

    Returns
    -------
    The matches, and a review list: columns whose code and text contradict each other, that two variables fit,
    that claim the same variable as another column, or that are less than 90 % alike.
    """
    known = [asked(variable) for variable in variables]
    index = index_of(known)
    choices = list(index.texts)
    found: list[tuple[Any, ...]] = []
    review: list[tuple[str, int, str, float, str]] = []
    for position, column in enumerate(columns, start=1):
        if column.startswith("_"):
            continue
        name, how, score, reason, proposals = match_one(column, index, choices)
        if name:
            found.append((column, name, how, score, position))
        else:
            review += [
                (column, position, proposal, alike, reason) for proposal, alike in proposals or [("", 0.0)]
            ]
    found, rivals = settle_rivals(found)
    review += rivals
    frame = pd.DataFrame([row[:4] for row in found], columns=["column", "variable", "how", "score"])
    review.sort(key=lambda row: (row[1], -row[3]))
    waiting = pd.DataFrame(
        review,
        columns=["column", "position", "variable", "score", "reason"],
    )
    return HeaderMatch({row[0]: row[1] for row in found}, frame, waiting, tuple(match_log(found, waiting)))


def match_one(
    column: str, index: Index, choices: list[str]
) -> tuple[str, str, float, str, list[tuple[str, float]]]:
    """Return (variable, how, score, reason for review, proposals) for one column; the variable is empty when
    a person must decide.
    """
    for text in variants(column):
        names = index.names.get(plain(text), set())
        if len(names) == 1:
            return next(iter(names)), "name", 1.0, "", []
    code, rest = next(
        (pair for pair in (split_code(text, index.codes) for text in variants(column)) if pair[0]),
        ("", column),
    )
    texts = [
        plain(text)
        for text in dict.fromkeys(
            [*variants(column), *variants(rest), *(split_code(text)[1] for text in variants(column))]
        )
    ]
    texts = [text for text in texts if text]
    exact = set().union(*(index.texts.get(text, set()) for text in texts))
    alike = similar(texts, index, choices)
    coded = index.codes.get(code, set())
    if coded:
        return match_coded(coded, exact, alike, rest)
    if len(exact) == 1:
        return next(iter(exact)), "exact text", 1.0, "", []
    if len(exact) > 1:
        return "", "", 0.0, "several variables have this text", [(name, 1.0) for name in sorted(exact)]
    return match_alike(texts, alike, index)


def match_coded(
    coded: set[str], exact: set[str], alike: list[tuple[str, float, str]], rest: str
) -> tuple[str, str, float, str, list[tuple[str, float]]]:
    """Decide on a column whose question code is known, unless its text speaks for another variable."""
    scores = dict(reversed([(name, score) for name, score, _ in alike]))
    both = coded & exact
    if len(both) == 1 and len(exact) == 1:
        return next(iter(both)), "code and text", 1.0, "", []
    other = [(name, score) for name, score, _ in alike if name not in coded and score >= ALIKE]
    proposals = [(name, scores.get(name, 0.0)) for name in sorted(coded)] + other
    if other or exact - coded:
        return "", "", 0.0, "the code and the text point to different variables", proposals
    if len(coded) == 1:
        name = next(iter(coded))
        return name, "code" if rest.strip() else "code alone", scores.get(name, 0.0), "", []
    near = [name for name in sorted(coded) if scores.get(name, 0.0) >= ALIKE]
    if len(near) == 1 and all(scores.get(name, 0.0) < scores[near[0]] - 0.1 for name in coded - set(near)):
        return near[0], "code and similar text", scores[near[0]], "", []
    return "", "", 0.0, "several variables share this question code", proposals


def match_alike(
    texts: Sequence[str], alike: list[tuple[str, float, str]], index: Index
) -> tuple[str, str, float, str, list[tuple[str, float]]]:
    """Decide on a column by the likeness of its text alone."""
    proposals = best_of(alike)
    if not alike or alike[0][1] < ALIKE:
        return "", "", 0.0, "no text is alike enough", proposals
    name, score, label = alike[0]
    words = deciding_words(texts, label)
    rivals = [other for other, rival, text in alike[1:] if rival >= ALIKE and not deciding_words(texts, text)]
    if len(index.texts[label]) > 1 or (rivals and not words):
        return "", "", 0.0, "several variables have nearly this text", proposals
    if words:
        return "", "", 0.0, f"nearly the same text, but not in a deciding word: {some(words)}", proposals
    return name, "similar text", score, "", []


def similar(texts: Sequence[str], index: Index, choices: list[str]) -> list[tuple[str, float, str]]:
    """Return (variable, likeness from 0 to 1, its text), the most alike first, each variable once."""
    best: dict[str, tuple[float, str]] = {}
    for text in texts:
        for label, score, _ in process.extract(
            text, choices, scorer=fuzz.ratio, limit=12, score_cutoff=100 * PROPOSED
        ):
            for name in index.texts[label]:
                best[name] = max(best.get(name, (0.0, "")), (score / 100, label))
    return sorted(
        ((name, score, label) for name, (score, label) in best.items()), key=lambda row: (-row[1], row[0])
    )


def best_of(alike: list[tuple[str, float, str]]) -> list[tuple[str, float]]:
    """Return the proposals for review."""
    return [(name, round(score, 3)) for name, score, _ in alike[:PROPOSALS]]


def deciding_words(texts: Sequence[str], label: str) -> list[str]:
    """Return the deciding words and numbers in which the closest of some texts differs from a label."""
    closest = max(texts, key=lambda text: fuzz.ratio(text, label))
    one, two = Counter(re.findall(r"\w+", closest)), Counter(re.findall(r"\w+", label))
    differ = set((one - two) + (two - one))
    return sorted(word for word in differ if word in DECIDING or any(letter.isdigit() for letter in word))


def settle_rivals(
    found: list[tuple[Any, ...]],
) -> tuple[list[tuple[Any, ...]], list[tuple[str, int, str, float, str]]]:
    """Return the matches in which each variable stands once, and the rest for review; a match by name beats
    the others.
    """
    claims: dict[str, list[tuple[Any, ...]]] = {}
    for row in found:
        claims.setdefault(row[1], []).append(row)
    kept, review = [], []
    for name, rows in claims.items():
        named = [row for row in rows if row[2] == "name"]
        winners = rows if len(rows) == 1 else named if len(named) == 1 else []
        kept += winners
        review += [
            (row[0], row[4], name, round(row[3], 3), "another column fits the same variable")
            for row in rows
            if row not in winners
        ]
    return sorted(kept, key=lambda row: row[4]), review


def match_log(found: Sequence[tuple[Any, ...]], review: pd.DataFrame) -> list[Detected]:
    """Say how many columns were matched in which way, and how many wait for a person."""
    ways = Counter(row[2] for row in found)
    log = [
        Detected(
            "headers",
            count_of(number, "column"),
            f"matched by {how}",
            doubtful=how in ("similar text", "code and similar text"),
        )
        for how, number in ways.items()
    ]
    weak = [row[0] for row in found if row[2] == "code" and row[3] < PROPOSED]
    if weak:
        log.append(
            Detected(
                "headers",
                count_of(len(weak), "column"),
                f"matched by code although the text differs much: {some(weak, limit=3)}",
                doubtful=True,
            )
        )
    waiting = review["column"].nunique()
    if waiting:
        log.append(
            Detected(
                "headers",
                count_of(waiting, "column"),
                "not matched; in the review list with proposals",
                doubtful=True,
            )
        )
    return log
