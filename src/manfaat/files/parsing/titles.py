"""Job titles as people write them → the level of a career ladder, by a dictionary and similarity.

The dictionary is a CSV file (``level``, ``alias``) that a programme can replace by its own; so are the lists
of departments and of abbreviations. A title of two levels in the dictionary is ambiguous and goes to review.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from rapidfuzz import fuzz, process

from manfaat.files.parsing.aliases import LONGEST_KEY, packaged, read_pairs
from manfaat.files.parsing.missing import no_answer
from manfaat.files.parsing.normalise import tidy, told
from manfaat.files.parsing.reading import Reading, doubted, missing_reasons, report, review, unreadable

ACCEPT = 0.90
WORST_WORD = 0.75  # no single word may be further off: "ass manager" is not "manager"
SHORTEST_SIMILAR = 5  # shorter words are abbreviations, where one letter makes another job
PROPOSE = 50.0
MOST_PROPOSALS = 3
TOKEN = re.compile(r"[^\W_]+")
PLACES = frozenset(
    ("bagian", "bag", "dept", "departemen", "department", "divisi", "div", "unit", "area", "line")
)


@dataclass(frozen=True, eq=False)
class TitleLadder:
    """A dictionary of titles made ready: words joined by spaces → levels; words joined without spaces → the
    same words.
    """

    levels: Mapping[str, tuple[str, ...]] = field(repr=False)
    joined: Mapping[str, str] = field(repr=False)
    departments: frozenset[str] = field(repr=False)
    abbreviations: Mapping[str, str] = field(repr=False)


def words_of(text: str, abbreviations: Mapping[str, str]) -> list[str]:
    """Return the lower-case words of a tidy title, abbreviations written out."""
    tokens = TOKEN.findall(text[:LONGEST_KEY].casefold())
    return " ".join(abbreviations.get(token, token) for token in tokens).split()


def title_ladder(
    titles: Iterable[tuple[str, str]],
    *,
    departments: Iterable[str] = (),
    abbreviations: Mapping[str, str] | None = None,
) -> TitleLadder:
    """Make a dictionary of titles ready.

    Parameters
    ----------
    titles : (level, title) pairs; a title may stand under two levels and is ambiguous then.
    departments : words that say where somebody works, not at which level.
    abbreviations : short word → words.

    Raises
    ------
    ValueError when there is no title.
    """
    short = {key.casefold(): value.casefold() for key, value in (abbreviations or {}).items()}
    found: dict[str, dict[str, None]] = {}
    for level, title in titles:
        found.setdefault(" ".join(words_of(tidy(title)[0], short)), {})[level] = None
    found.pop("", None)
    if not found:
        raise ValueError("a ladder needs at least one title")
    levels = {title: tuple(several) for title, several in found.items()}
    return TitleLadder(
        levels,
        {title.replace(" ", ""): title for title in levels},
        frozenset(word.casefold() for word in departments),
        short,
    )


@cache
def load_ladder(
    titles: str | Path = "titles",
    departments: str | Path = "title_departments",
    abbreviations: str | Path = "title_abbreviations",
) -> TitleLadder:
    """Load the dictionary of this package, or one of a programme by the paths of its CSV files.

    Raises
    ------
    FileNotFoundError or ValueError when a file is missing or has not the columns ``level, alias`` (titles),
    ``kind, word`` (departments) or ``short, long`` (abbreviations).
    """

    def pairs(source: str | Path, columns: tuple[str, str]) -> list[tuple[str, str]]:
        if isinstance(source, Path) or source.endswith(".csv"):
            content = Path(source).read_text(encoding="utf-8-sig")
        else:
            content = packaged(source)
        return read_pairs(content, str(source), columns)

    return title_ladder(
        pairs(titles, ("level", "alias")),
        departments=[word for _, word in pairs(departments, ("kind", "word"))],
        abbreviations=dict(pairs(abbreviations, ("short", "long"))),
    )


def without_department(words: list[str], ladder: TitleLadder) -> list[str]:
    """Leave out departments and numbers; "bagian" stays after "kepala", where it is part of the title."""
    places = frozenset() if words[:1] == ["kepala"] else PLACES
    return [
        word for word in words if word not in ladder.departments and word not in places and not word.isdigit()
    ]


def same_words(title: str, words: list[str]) -> bool:
    """Whether a title of the dictionary has as many words as the answer, each nearly the same."""
    other = title.split()
    return len(other) == len(words) and all(
        fuzz.ratio(one, two) / 100 >= WORST_WORD for one, two in zip(other, words, strict=True)
    )


def similar_titles(words: list[str], ladder: TitleLadder) -> list[tuple[str, float]]:
    """Return titles near to an answer with their similarity from 0 to 1, best first."""
    found = process.extract(
        " ".join(words), list(ladder.levels), scorer=fuzz.ratio, limit=10, score_cutoff=PROPOSE
    )
    return [(title, score / 100) for title, score, _ in sorted(found, key=lambda item: (-item[1], item[0]))]


def read_title(
    text: str,
    ladder: TitleLadder | None = None,
    *,
    accept: float = ACCEPT,
    missing: Mapping[str, str] | None = None,
) -> Reading:
    """Read a job title to the level of a ladder.

    Parameters
    ----------
    ladder : from ``load_ladder`` or ``title_ladder``; this package's own by default.
    accept : similarity (rapidfuzz ``ratio``, 0 to 1) from which a misspelt title is read, and reported.

    Returns
    -------
    Reading whose value is the level (str). Otherwise for review, with up to three (level, title, similarity)
    as proposal.
    """
    clean, steps = tidy(text)
    reading = read_tidy(clean, ladder or load_ladder(), accept, missing_reasons(missing) if missing else {})
    if "?" in clean and reading.is_read:
        reading = doubted(reading, "title-doubted", "written with a question mark")
    return told(reading, steps)


def read_tidy(clean: str, ladder: TitleLadder, accept: float, missing: Mapping[str, str]) -> Reading:
    """Read a tidy text; see ``read_title``."""
    nothing = no_answer(clean, missing)
    if nothing:
        return nothing
    words = words_of(clean, ladder.abbreviations)
    if len(clean) > LONGEST_KEY or not any(any(char.isalpha() for char in word) for word in words):
        return unreadable("no-title", "no job title")
    head = without_department(words, ladder)
    for rule, tried in (("title", words), ("title-and-department", head)):
        levels = levels_of(tried, ladder)
        if len(levels) == 1:
            return Reading(levels[0], rule)
        if levels:
            proposal = tuple((level, " ".join(tried), 1.0) for level in levels)
            return review(
                "title-ambiguous", f"'{clean[:60]}' stands at more than one level", proposal=proposal
            )
    return accept_similar(clean, words, head, ladder, accept)


def levels_of(words: list[str], ladder: TitleLadder) -> tuple[str, ...]:
    """Return the levels of a title that the dictionary has, also written as one word."""
    title = " ".join(words)
    return ladder.levels.get(title) or ladder.levels.get(ladder.joined.get(title.replace(" ", ""), ""), ())


def accept_similar(
    clean: str, words: list[str], head: list[str], ladder: TitleLadder, accept: float
) -> Reading:
    """Read a misspelt title when all titles near enough are of one level; propose the nearest ones
    otherwise.
    """
    candidates = [
        (title, score, tried)
        for tried in (words, head)
        if tried
        for title, score in similar_titles(tried, ladder)
    ]
    candidates.sort(key=lambda item: (-item[1], item[0]))
    near = [
        (title, score)
        for title, score, tried in candidates
        if score >= accept and same_words(title, tried) and min(map(len, tried)) >= SHORTEST_SIMILAR
    ]
    levels = {level for title, _ in near for level in ladder.levels[title]}
    if len(levels) == 1:
        title, score = near[0]
        return report(
            levels.pop(), "title-similar", f"'{clean[:60]}' read as '{title}' (similarity {score:.2f})"
        )
    best = {
        (level, title): score for title, score, _ in reversed(candidates) for level in ladder.levels[title]
    }
    ranked = sorted(
        ((level, title, round(score, 2)) for (level, title), score in best.items()),
        key=lambda item: (-item[2], item[1], item[0]),
    )
    if not ranked:
        return review("title-unknown", f"'{clean[:60]}' is near to no title of the ladder")
    return review(
        "title-unknown", f"'{clean[:60]}' is not in the dictionary", proposal=tuple(ranked[:MOST_PROPOSALS])
    )
