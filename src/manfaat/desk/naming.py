"""Names that a person would choose: short, in small letters, from the words of a question that mean
something; and the words by which a draft knows what a column is about.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

import yaml

LONGEST_NAME = 24  # of a name drafted from words
LONGEST_IN_CODEBOOK = 40
MOST_WORDS = 3
CODE_ONLY = re.compile(
    r"(?i)(?:q|v|s|p|x|i|var|item|col|column|sec|c)_?\d+[a-z]?(?:[_.]?\d+[a-z]?)*"
)  # q17, s2q3, v101_a
SECTIONED = re.compile(r"(?i)s\d+q\d+[a-z]?(?:[_.]?\d+)*")
NUMBERING = re.compile(
    r"(?i)^(?:(?:q|no|item|pertanyaan|question)?[ _.]*\d+[a-z]?(?:[ _.]*\d+)*[).:\-_ ]+|[a-z]?\d+[).:]\s*)"
)
BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]")
YEAR = re.compile(r"(?:19|20)\d\d")
LAST_YEAR = re.compile(r"[\W_]*\b(?:19|20)\d\d$|_(?:19|20)\d\d$")


@cache
def told_by() -> dict[str, list[str]]:
    """The words by which a draft supposes things, by what they tell (``words.yml``)."""
    text = files("manfaat.desk").joinpath("words.yml").read_text(encoding="utf-8")
    found: dict[str, list[str]] = yaml.safe_load(text)
    return found


def words_of(name: str) -> str:
    """Words by what they tell, as alternatives of a regular expression."""
    return "|".join(told_by()[name])


def tidy_name(column: str, taken: set[str], *, most: int = LONGEST_NAME) -> str:
    """A name from a column's or a question's: small letters, digits, underscores, at most ``most``, not used
    before; ``taken`` grows by it.
    """
    letters = "".join(c if c.isascii() and c.isalnum() else "_" for c in column.lower()).strip("_")
    base = ("_".join(part for part in letters.split("_") if part) or "column")[:most].rstrip("_")
    base = base if base[0].isalpha() else f"v_{base}"[:most]
    name, number = base, 2
    while name in taken:
        name, number = f"{base[: most - 1 - len(str(number))]}_{number}", number + 1
    taken.add(name)
    return name


def without_year(name: str) -> str:
    """The name of a file or sheet without the year of its delivery: the next one feeds the same table."""
    return LAST_YEAR.sub("", name)


def chosen_name(column: str, label: str, taken: set[str]) -> str:
    """The name of a variable: as the column is called where that is a word, else from the words of its label,
    or of the question that the column is called.
    """
    column = NUMBERING.sub("", column.strip()) or column
    is_code = bool(CODE_ONLY.fullmatch(column) or SECTIONED.fullmatch(column))
    is_question = (
        len(column) > LONGEST_NAME or len(re.findall(r"[^\W_]+", column)) > MOST_WORDS or "?" in column
    )
    if not ((is_code and label) or is_question):
        return tidy_name(column, taken)
    said = label if is_code else column.replace("_", " ")
    time, rest = time_of(said)
    most = LONGEST_NAME - (len(time) + 1 if time else 0)
    base = "_".join(meaning(rest, most) or meaning(said, most)) or column
    return tidy_name(f"{tidy_name(base, set(), most=most)}_{time}" if time else base, taken)


def time_of(text: str) -> tuple[str, str]:
    """Whether a name or a question says that it is about before or now, and what it says without that; ("",
    the text) where it says neither, or both.
    """
    spaced = re.sub(r"[_.\-]+", " ", text)
    rests = {
        time: re.sub(rf"(?i)[\[(]?(?<!\w)(?:{words_of(f'time_{time}')})(?!\w)[\])]?", " ", spaced, count=1)
        for time in ("before", "now")
    }
    said = [time for time, rest in rests.items() if rest != spaced]
    return (said[0], " ".join(rests[said[0]].split())) if len(said) == 1 else ("", text)


def meaning(question: str, most: int = LONGEST_NAME) -> list[str]:
    """The first words of a question that say what it is about, few and short enough for a name of ``most``
    letters; a year is one of them.
    """
    text = BRACKETS.sub(" ", NUMBERING.sub("", question.strip()))
    words = [word.lower() for word in re.findall(r"[^\W_]+", text) if word.isascii()]
    years = [word for word in words if YEAR.fullmatch(word)][:1]
    telling = [
        word
        for word in dict.fromkeys(words)
        if word not in told_by()["says_little"] and (len(word) > 2 or word.isdigit()) and word not in years
    ]
    kept: list[str] = []
    for word in telling[:MOST_WORDS]:
        if len("_".join([*kept, word, *years])) > most and kept:
            break
        kept.append(word)
    return kept + years if kept else years
