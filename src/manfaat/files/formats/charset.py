"""In which encoding a text file was saved; the text leaves as UTF-8.

Only encodings that can be told apart by strict rules are detected. A file that fits none of them is refused
and asks for its encoding, rather than being read into wrong letters.
"""

from __future__ import annotations

import codecs
import re

from manfaat.files.formats.safety import refusal
from manfaat.files.formats.tables import Detected, count_of, some

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
KANA = re.compile("[\u3040-\u30ff]")
KANA_OR_COMMON = re.compile("[\u3040-\u30ff\u3005\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\u3001\u3002]")
IDEOGRAPH = re.compile("[\u3400-\u9fff]")
HALF_WIDTH = re.compile("[\uff61-\uff9f]")
TYPOGRAPHIC = "\u2018\u2019\u201c\u201d\u2013\u2014\u2026\u20ac\u00a0\u00b0\u00ab\u00bb\u00b1\u00b2\u00bd\u00ae\u00a9\u2022\u2122"  # noqa: E501
WORD = re.compile(r"[^\W\d_]{0,20}[^\x00-\x7f][^\W\d_]{0,20}")
ASK = "the option 'encoding', for example cp1252, shift_jis or utf-16"
PIECE = 16 << 20
JAPANESE = 0.8  # share of non-ASCII signs that must be kana, kanji in company or Japanese punctuation
EUROPEAN = 0.6  # share of non-ASCII signs that must be letters or quotes before cp1252 is believed


def to_utf8(content: bytes, encoding: str | None, *, file: str) -> tuple[bytes, list[Detected]]:
    """Return the text as UTF-8 without byte order mark, and how its encoding was told.

    Raises
    ------
    ProblemsError if the text is not in the given encoding, or its encoding cannot be told, or it holds NUL
    bytes.
    """
    text, detected = given(content, encoding, file=file) if encoding else found(content, file=file)
    if b"\0" in text:
        row = row_at(text, text.index(b"\0"))
        raise refusal(
            file,
            "the file holds NUL bytes: it is damaged, or no text file",
            row=row,
            expected="the file exported again, as CSV in UTF-8",
        )
    return text, detected


def given(content: bytes, encoding: str, *, file: str) -> tuple[bytes, list[Detected]]:
    """Return the text read in the stated encoding."""
    name = codecs.lookup(encoding).name
    try:
        text = content.decode("utf-8-sig" if name == "utf-8" else name)
    except UnicodeError as error:
        row = row_at(content, getattr(error, "start", 0))
        raise refusal(
            file,
            f"the file is not text in the encoding '{encoding}'",
            row=row,
            expected="the right encoding, or none: it is detected then",
        ) from error
    return text.removeprefix("\ufeff").encode("utf-8", "replace"), [Detected("encoding", encoding, "given")]


def found(content: bytes, *, file: str) -> tuple[bytes, list[Detected]]:
    """Return the text read in the encoding that its bytes show."""
    for mark, name in MARKS:
        if content.startswith(mark):
            return marked(content, mark, name, file=file)
    wide = wide_encoding(content)
    if wide:
        return decoded(
            content, wide, "no byte order mark, but every second byte is empty", file=file, doubtful=True
        )
    error = not_utf8(content)
    if error is not None:
        return older(content, error, file=file)
    return content, [
        Detected(
            "encoding", "utf-8", "only ASCII signs" if content.isascii() else "all bytes are valid UTF-8"
        )
    ]


def marked(content: bytes, mark: bytes, name: str, *, file: str) -> tuple[bytes, list[Detected]]:
    """Return the text after its byte order mark."""
    if name != "utf-8":
        return decoded(content, name, "byte order mark", file=file)
    text = content[len(mark) :]
    error = not_utf8(text)
    if error is not None:
        raise refusal(
            file,
            "the file says it is UTF-8 but holds other bytes",
            row=row_at(text, error.start),
            expected=ASK,
        ) from error
    return text, [Detected("encoding", "utf-8", "byte order mark, taken off")]


def not_utf8(content: bytes) -> UnicodeDecodeError | None:
    """Return what stops the bytes from being UTF-8, or None. Large files are looked at in pieces, cut at line
    ends.
    """
    start = len(content) if content.isascii() else 0
    while start < len(content):
        end = content.find(b"\n", start + PIECE) + 1 or len(content)
        try:
            content[start:end].decode("utf-8")
        except UnicodeDecodeError as error:
            error.start, error.end, error.object = error.start + start, error.end + start, content
            return error
        start = end
    return None


def decoded(
    content: bytes, name: str, how: str, *, file: str, doubtful: bool = False
) -> tuple[bytes, list[Detected]]:
    """Return text of a wide encoding as UTF-8."""
    try:
        text = content.decode(name).removeprefix("\ufeff").encode("utf-8")
    except UnicodeError as error:
        raise refusal(
            file,
            f"the file looks like {name} but is damaged or cut off",
            expected="the file exported again, or the option 'encoding'",
        ) from error
    return text, [Detected("encoding", name, how, doubtful=doubtful)]


def wide_encoding(content: bytes) -> str | None:
    """Return UTF-16 without a mark when nearly every second byte of the start is NUL; None otherwise."""
    head = content[:4096]
    pairs = len(head) // 2
    if pairs < 2:
        return None
    even, odd = head[0 : 2 * pairs : 2].count(0) / pairs, head[1 : 2 * pairs : 2].count(0) / pairs
    if odd > 0.7 and even < 0.1:
        return "utf-16-le"
    return "utf-16-be" if even > 0.7 and odd < 0.1 else None


def older(content: bytes, error: UnicodeDecodeError, *, file: str) -> tuple[bytes, list[Detected]]:
    """Return text in an encoding of one byte a sign, or Japanese, with the words a person should check.

    Raises
    ------
    ProblemsError if the file mixes encodings, ends inside a sign, or fits none of the known ones.
    """
    row = row_at(content, error.start)
    refuse_mixed(content, error, row, file=file)
    why = f"not UTF-8 (byte 0x{content[error.start]:02X} in row {row})"
    western = strictly(content, "cp1252")
    likely = western is not None and european(western) >= EUROPEAN
    readings = {
        name: reading for name in ("cp932", "euc_jp") if (reading := strictly(content, name)) is not None
    }
    scores = {name: japanese(reading) for name, reading in readings.items()}
    best = max(scores, key=lambda name: scores[name], default="")
    text = readings.get(best, "")
    # kanji alone prove little: European letters and Chinese in its own encodings can look like them
    kana = bool(KANA.search(text))
    if (
        best
        and scores[best] >= JAPANESE
        and (kana or (best == "cp932" and not likely and not HALF_WIDTH.search(text)))
    ):
        how = (
            f"{why}; {scores[best]:.0%} of the signs beyond ASCII are everyday Japanese; words to check:"
            f" {words(text)}"
        )
        return text.encode("utf-8"), [
            Detected("encoding", "shift_jis (cp932)" if best == "cp932" else best, how, doubtful=not kana)
        ]
    if western is None:
        raise refusal(
            file,
            f"the encoding cannot be told: {why}, and neither Japanese nor Western European",
            row=row,
            expected=ASK,
        )
    if not likely:
        raise refusal(
            file,
            f"the encoding cannot be told: {why}, and as Western European text it gives '{words(western)}'",
            row=row,
            expected=ASK,
        )
    how = (
        f"{why}; every byte is a sign of cp1252 (of which Latin-1 is a part); words to check:"
        f" {words(western)}"
    )
    return western.encode("utf-8"), [Detected("encoding", "cp1252", how, doubtful=True)]


def refuse_mixed(content: bytes, error: UnicodeDecodeError, row: int, *, file: str) -> None:
    """Refuse a file that is UTF-8 but for its cut-off end, or in part UTF-8 and in part not."""
    if error.start >= len(content) - 3 and error.reason == "unexpected end of data":
        raise refusal(
            file,
            "the file ends in the middle of a letter: it was cut off",
            row=row,
            expected="a whole copy of the file",
        )
    text = content.decode("utf-8", "surrogateescape")
    wrong = len(re.findall("[\udc80-\udcff]", text))
    right = len(re.findall("[^\x00-\x7f\udc80-\udcff]", text))
    if right > wrong:
        mixed = (
            f"the file mixes encodings: it is UTF-8 but for {count_of(wrong, 'byte')}, the first in row {row}"
        )
        raise refusal(file, mixed, row=row, expected="one encoding; state it with the option 'encoding'")


def strictly(content: bytes, name: str) -> str | None:
    """Return the text, or None where a byte has no meaning in the encoding."""
    try:
        return content.decode(name)
    except UnicodeDecodeError:
        return None


def japanese(text: str) -> float:
    """Return the share of the signs beyond ASCII that everyday Japanese has: kana, punctuation, and kanji
    next to other kanji or kana.
    """
    beyond = re.findall(r"[^\x00-\x7f]+", text)
    total = sum(len(run) for run in beyond)
    good: float = sum(len(KANA_OR_COMMON.findall(run)) for run in beyond)
    good += sum(len(IDEOGRAPH.findall(run)) for run in beyond if len(run) > 1) + sum(
        0.85 * len(HALF_WIDTH.findall(run)) for run in beyond if len(run) > 2
    )
    return good / total if total else 0.0


def european(text: str) -> float:
    """Return the share of the signs beyond ASCII that stand where Western European text has them: single or
    double, letters or typographic marks.
    """
    runs = re.findall(r"[^\x00-\x7f]+", text)
    total = sum(len(run) for run in runs)
    good = sum(
        len(run)
        for run in runs
        if len(run) <= 2 and all(sign.isalpha() or sign in TYPOGRAPHIC for sign in run)
    )
    return good / total if total else 0.0


def words(text: str) -> str:
    """Return the first different words with a sign beyond ASCII."""
    return some(list(dict.fromkeys(match.group() for match in WORD.finditer(text[:2_000_000])))[:6], limit=6)


def row_at(content: bytes, position: int) -> int:
    """Return the row, from 1, in which a byte stands."""
    return content.count(b"\n", 0, position) + 1
