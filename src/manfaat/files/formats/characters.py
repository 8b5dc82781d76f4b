"""Signs that look alike but are not: how they are noticed, and how text is put into a plain form for
comparing.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import numpy as np
import pandas as pd

from manfaat.files.formats.tables import Detected

PIECE = 16 << 20
INVISIBLE = dict.fromkeys(map(ord, "\ufeff\u200b\u200c\u200d\u2060\u00ad\u200e\u200f"))
SIGNS = (  # as UTF-8 bytes, so that large files are searched without being decoded
    ("no-break spaces", re.compile(rb"\xc2\xa0|\xe2\x80[\xaf\x87]")),
    ("zero-width signs", re.compile(rb"\xe2\x80[\x8b-\x8d]|\xe2\x81\xa0|\xef\xbb\xbf")),
    ("full-width letters or digits", re.compile(rb"\xef\xbc[\x81-\xbf]|\xef\xbd[\x80-\x9e]")),
    ("curly quotes", re.compile(rb"\xe2\x80[\x98\x99\x9c\x9d]")),
)
BROKEN = re.compile(
    "[\u00c2\u00c3][\u0080-\u00bf\u0152-\u0178\u02c6\u02dc\u2013-\u2122]|\u00e2\u20ac[\u0080-\u00bf\u0152-\u0178\u02c6\u02dc\u2013-\u2122]"
)
BROKEN_BYTES = re.compile(
    rb"\xc3[\x82\x83](?:\xc2[\x80-\xbf]|\xc5[\x92-\xb8]|\xcb|\xe2\x80|\xe2\x84\xa2|\xe2\x82\xac)|\xc3\xa2\xe2\x82\xac"
)


@lru_cache(maxsize=50_000)
def plain(text: str) -> str:
    """Return text for comparing: NFKC, no invisible signs, single spaces, straight quotes, lower case."""
    text = unicodedata.normalize("NFKC", text).translate(INVISIBLE)
    for curly, straight in (("\u2018", "'"), ("\u2019", "'"), ("\u201c", '"'), ("\u201d", '"')):
        text = text.replace(curly, straight)
    return " ".join(text.split()).casefold()


def repair_mojibake(text: str) -> str:
    """Return text whose UTF-8 bytes were once read as cp1252 (``JosÃ©``) as it was meant (``José``); other
    text unchanged.
    """
    if not BROKEN.search(text):
        return text
    try:
        return text.encode("cp1252").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return text


def unusual_in_frame(frame: pd.DataFrame, *, place: str = "") -> list[Detected]:
    """Say which look-alike signs the text columns of a frame hold, from their different values."""
    values = (
        value
        for column in frame.columns
        if frame[column].dtype != "int64"
        for value in frame[column].unique()
    )
    return unusual(
        "\n".join(value for value in values if not value.isascii()).encode("utf-8", "replace"), place=place
    )


def unusual(content: bytes, *, place: str = "") -> list[Detected]:
    """Return one entry for each kind of look-alike sign in UTF-8 text, and one for text that was decoded
    twice.
    """
    if content.isascii():
        return []
    found, beyond = [], beyond_ascii(content)
    for name, pattern in SIGNS:
        if pattern.search(beyond) and (match := pattern.search(content)):
            found.append(
                Detected(
                    "unusual signs", name, f"left as they are; first near '{around(content, match)}'", place
                )
            )
    if BROKEN_BYTES.search(beyond) and (match := BROKEN_BYTES.search(content)):
        how = (
            f"text such as '{around(content, match)}' was decoded wrongly before it was delivered; left as it"
            " is, 'repair_mojibake' repairs it"
        )
        found.append(Detected("unusual signs", "wrongly decoded letters", how, place, doubtful=True))
    return found


def beyond_ascii(content: bytes) -> bytes:
    """Return the bytes beyond ASCII one after the other: what they lack, the text lacks too."""
    pieces = (
        np.frombuffer(content, dtype=np.uint8, count=min(PIECE, len(content) - start), offset=start)
        for start in range(0, len(content), PIECE)
    )
    return b"".join(piece[piece > 127].tobytes() for piece in pieces)


def around(content: bytes, match: re.Match[bytes]) -> str:
    """Return the cell around a match, shortened, for a message."""
    before = re.split(rb"[\r\n\t\",;|]", content[max(0, match.start() - 15) : match.start()])[-1]
    after = re.split(rb"[\r\n\t\",;|]", content[match.start() : match.end() + 15])[0]
    return (before + after).decode("utf-8", "ignore")
