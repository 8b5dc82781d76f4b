"""Numbers spelt out in Indonesian, and halves, brought to digits: ``dua juta lima ratus ribu`` is ``2 juta
500 ribu``.

The units (ribu, juta, miliar) stay as words: how an amount of digits and units is read stands in ``numbers``.
Source: Badan Bahasa, EYD edition V (2022), "Angka dan Bilangan".
"""

from __future__ import annotations

import re

ONES = {
    "nol": 0,
    "satu": 1,
    "dua": 2,
    "tiga": 3,
    "empat": 4,
    "lima": 5,
    "enam": 6,
    "tujuh": 7,
    "delapan": 8,
    "sembilan": 9,
    "sepuluh": 10,
    "sebelas": 11,
    "seratus": 100,
    "sekali": 1,
}
TIMES = {"belas": 10, "puluh": 10, "ratus": 100}
BIG = r"(?:ribu|rb|juta|jt|miliar|milyar|mlr|triliun|trilyun)"
ONE_BIG = re.compile(rf"\bse ?-?(?={BIG}\b)", re.I)
HALVES = re.compile(r"(?<![0-9/])1/2(?![0-9/])|½", re.I)
HALF_BEFORE = re.compile(rf"(?:(?<![0-9.,])(?P<whole>[0-9]+) ?)?\bsetengah(?= ?{BIG}?\b)", re.I)
HALF_AFTER = re.compile(rf"(?<![0-9.,])(?P<whole>[0-9]+) ?(?P<unit>{BIG}) setengah\Z", re.I)
COMMA = re.compile(r"(?<![0-9.,])([0-9]+) (?:koma|titik) ([0-9]+)", re.I)
WORD = re.compile(r"[0-9]+|[a-z]+|[^0-9a-z]+", re.I)
TELLING = re.compile(rf"½|1/2|setengah|\bse ?-?{BIG}\b|\b(?:{'|'.join((*ONES, *TIMES))})\b", re.I)


def below_thousand(words: list[str]) -> int | None:
    """The number below a thousand that words spell (``dua ratus lima belas``); None when they spell none."""
    total, last, least = 0, None, 1000
    for word in words:
        if word in TIMES:
            if last is None or not 1 <= last <= 9 or TIMES[word] >= least:
                return None
            total, last, least = (
                total + (10 + last if word == "belas" else last * TIMES[word]),
                None,
                TIMES[word] if word != "belas" else 1,
            )
        else:
            value = ONES[word] if word in ONES else int(word)
            if last is not None or least <= 1 or (least < 1000 and value >= least):
                return None
            total, last, least = (
                (total + value, None, 100 if value == 100 else 1) if value >= 10 else (total, value, least)
            )
    return total + (last or 0)


def counted(words: list[str]) -> str | None:
    """Digits of a run of number words; None when it is not one number."""
    if all(word.isdigit() for word in words) or ("nol" in words and len(words) > 1):
        return None
    value = below_thousand(words)
    return None if value is None else str(value)


def without_words(text: str) -> str:
    """Put digits in place of each run of number words."""
    parts = WORD.findall(text)
    run: list[str] = []
    result: list[str] = []

    def close() -> None:
        words = [part for part in run if part.strip()]
        digits = counted(words) if words else None
        tail = run[-1] if run and not run[-1].strip() else ""
        result.append("".join(run) if digits is None else digits + tail)
        run.clear()

    for at, part in enumerate(parts):
        word = part.lower()
        digit_of_run = (
            part.isdigit()
            and len(part) == 1
            and at + 2 < len(parts)
            and parts[at + 1] == " "
            and parts[at + 2].lower() in TIMES
        )
        if word in ONES or word in TIMES or digit_of_run or (part == " " and run):
            run.append(word)
        else:
            close()
            result.append(part)
    close()
    return "".join(result)


def in_digits(text: str) -> str:
    """Write number words and halves of a tidy text in digits; a text without any comes back as it is.

    ``dua setengah juta``, ``2½ juta``, ``2 1/2 juta`` and ``2 juta setengah`` are ``2,5 juta``; ``sejuta`` is
    ``1 juta``.
    """
    if not TELLING.search(text):
        return text
    result = without_words(ONE_BIG.sub("1 ", HALVES.sub(" setengah ", text)))
    result = COMMA.sub(r"\1,\2", " ".join(result.split()))
    result = HALF_AFTER.sub(r"\g<whole>,5 \g<unit>", result)
    return HALF_BEFORE.sub(lambda match: f"{match['whole'] or 0},5", result)
