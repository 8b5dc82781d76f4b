"""One spelling for characters: Unicode forms, invisible characters, quotes, white space and mojibake.

Only the spelling changes, never the meaning: a superscript two stays one, because "10²" is not "102".
"""

from __future__ import annotations

import re
import unicodedata

from manfaat.files.parsing.reading import Reading, absent, noted, unreadable

# Canonical ordering in NFKC takes time with the square of a run of combining marks; no answer to read is
# longer.
LONGEST_NFKC = 2_000
PLAIN = re.compile(r"[!-~]+(?: [!-~]+)*\Z")
WHITE = re.compile(r"\s+")
INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff]"
)
CONTROL = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")
NOT_NEUTRAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\uffff\U00010000-\U0010ffff]")
QUOTES = str.maketrans(dict.fromkeys("‘’‚‛′ʼ`´", "'") | dict.fromkeys("“”„‟″«»", '"'))
DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−﹣", "-") | dict.fromkeys("〜∼", "~"))
# NUL bytes come from UTF-16 read byte by byte; a lone "Ã" or "â€" is half of a character whose other half is
# lost.
DAMAGE = re.compile("[\ufffd\x00]|Ã(?![A-Za-z])|â€|ï¿½")
JAPANESE = re.compile("[\u3005\u3041-\u30ff\u4e00-\u9fff]")
ASCII_LETTER = re.compile("[A-Za-z]")

# Windows-1252 with its five unassigned bytes as themselves, the way browsers and Excel treat it (WHATWG
# Encoding, windows-1252).
BYTE_OF = {chr(byte): byte for byte in range(256)} | {
    bytes([byte]).decode("cp1252"): byte
    for byte in range(0x80, 0xA0)
    if byte not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}
TAIL = "[" + re.escape("".join(char for char, byte in BYTE_OF.items() if 0x80 <= byte <= 0xBF)) + "]"
HIGH_TAIL = re.compile(
    "[" + re.escape("".join(char for char, byte in BYTE_OF.items() if 0x80 <= byte <= 0x9F)) + "]"
)
MOJIBAKE = re.compile(f"[ÂÃ]{TAIL}|(?:[âã-éï]{TAIL}{TAIL})+")
# Characters that a three-byte sequence may stand for; others (from "à »", "é »") are more likely what was
# written.
PLAUSIBLE = re.compile("[\u2000-\u20cf\u2100-\u214f\u2190-\u22ff\u2500-\u27bf\u3000-\u9fff\ufeff-\uffef]+\\Z")


# Marks that people do put after an accented letter («é…», "café¹³"): a single ideograph made of them is
# chance.
TYPOGRAPHY = frozenset("\xa0«»…‘’“”–—•·²³¹°®™©")


def repaired(match: re.Match[str]) -> str:
    """Read one run of mojibake back as UTF-8; return it unchanged where that gives nothing likely."""
    run = match.group()
    try:
        text = bytes(BYTE_OF[char] for char in run).decode("utf-8")
    except UnicodeDecodeError:
        return run
    if len(run) == 2:
        return text
    by_chance = (
        len(text) == 1
        and "\u3000" <= text < "\ufeff"
        and TYPOGRAPHY.issuperset(run[1:])
        and run != match.string
    )
    return text if PLAUSIBLE.match(text) and not by_chance else run


def repair_mojibake(text: str) -> str:
    """Undo UTF-8 that was read as Windows-1252 (``â€“``, ``Ã©``), also where that happened twice.

    Works on runs, so real accents elsewhere in the text stay. Source of the byte table: WHATWG Encoding,
    windows-1252.
    """
    for _ in range(2):
        better = MOJIBAKE.sub(repaired, text)
        if better == text:
            break
        text = better
    return text


def plain_character(char: str) -> str:
    """Return one character in its plain form; superscripts, subscripts and fractions with digits stay as they
    are.
    """
    decimal = unicodedata.decimal(char, None)
    if decimal is not None:
        return str(decimal)
    kind = unicodedata.decomposition(char)
    form = unicodedata.normalize("NFKC", char)
    if kind.startswith(("<super>", "<sub>", "<fraction>")):
        return char if any(c.isdigit() for c in form) else form
    # ① and ② side by side are two answers, not twelve.
    return f" {form} " if kind.startswith("<circle>") else form


def compose(text: str) -> str:
    """Return NFKC of a text, kept from changing what a number means; texts too long to be an answer to read
    are only translated.
    """
    changes = {
        ord(char): plain_character(char)
        for char in set(NOT_NEUTRAL.findall(text))
        if not unicodedata.combining(char)
    }
    plain = text.translate(changes) if changes else text
    return unicodedata.normalize("NFC", plain) if len(plain) <= LONGEST_NFKC else plain


def looks_shift_jis(text: str) -> bool:
    """Whether a text is Japanese in Shift-JIS that was read as Windows-1252: every byte pairs up, and no
    Latin letter is left.
    """
    if len(text) > LONGEST_NFKC or not HIGH_TAIL.search(text):
        return False
    try:
        japanese = bytes(BYTE_OF[char] for char in text).decode("cp932")
    except (KeyError, UnicodeDecodeError):
        return False
    return len(JAPANESE.findall(japanese)) >= 2 and not ASCII_LETTER.search(japanese)


# Mojibake first: its second halves are soft hyphens, no-break spaces and quotes that the later steps would
# take away.
STEPS = (
    ("mojibake", repair_mojibake),
    ("invisible", lambda text: INVISIBLE.sub("", text)),
    ("quotes", lambda text: text.translate(QUOTES)),
    ("dashes", lambda text: text.translate(DASHES)),
    ("unicode form", compose),
    ("control", lambda text: CONTROL.sub("", text)),
    ("white space", lambda text: WHITE.sub(" ", text).strip()),
)


def tidy(text: str) -> tuple[str, tuple[str, ...]]:
    """Return the text in one spelling, and the names of the steps that changed it (``damaged`` when it lost
    characters).

    Raises
    ------
    TypeError if ``text`` is not a str: raw answers are text.
    """
    if not isinstance(text, str):
        raise TypeError(f"raw answers are text, not {type(text).__name__}")
    if PLAIN.match(text):
        return (text.replace("`", "'"), ("quotes",)) if "`" in text else (text, ())
    done: dict[str, None] = {}
    result = text
    for name, step in STEPS:
        before, result = result, step(result)
        if result != before:
            done[name] = None
    if "\x00" in text or DAMAGE.search(result) or ("mojibake" not in done and looks_shift_jis(text)):
        done["damaged"] = None
    return result, tuple(done)


def told(reading: Reading, steps: tuple[str, ...]) -> Reading:
    """Report with a reading that its text was repaired; refuse a value out of a text that lost characters."""
    if "damaged" in steps and not reading.missing:
        return unreadable(
            "damaged-text",
            "characters were lost before the file came here (the file was read in another encoding than it"
            " was written in)",
            missing="damaged",
        )
    return (
        noted(reading, "the text was repaired: UTF-8 read as Windows-1252")
        if "mojibake" in steps
        else reading
    )


def normalise(text: str) -> Reading:
    """Bring a free text to one spelling.

    Returns
    -------
    Reading with the text as value; ``rule`` joins the steps that changed something with "+" ("as-is" if none
    did). Flag "report" where mojibake was repaired or characters are lost for good. A text of nothing is
    missing ("blank").
    """
    clean, steps = tidy(text)
    rule = "+".join(step.replace(" ", "-") for step in steps) or "as-is"
    if not clean:
        return absent("blank", "blank")
    if "damaged" in steps:
        return Reading(
            clean,
            rule,
            "report",
            "characters were lost before the file came here (the file was read in another encoding than it"
            " was written in)",
        )
    return told(Reading(clean, rule), steps)
