"""What a reader sees, in the reader's language: sentences through gettext catalogues, numbers, money and
dates through Babel.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from babel.core import Locale
from babel.dates import format_date
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, get_decimal_symbol, get_group_symbol

from manfaat.base.problems import nearest
from manfaat.definitions.programme import Unit

CATALOGUES = Path(__file__).parent / "locale"
LANGUAGES = (
    "en",
    *sorted(path.stem for path in CATALOGUES.glob("*.po")),
)  # a further language is one more catalogue


def mark(message: str) -> str:
    """Mark a text for the catalogues where it is written down; it is translated where it is shown."""
    return message


def sentence_case(text: str) -> str:
    """Begin with a capital letter."""
    return text[:1].upper() + text[1:]


def inside_sentence(text: str) -> str:
    """Begin without a capital letter, unless it is an abbreviation."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a text: what blank lines part."""
    return [part.strip("\n") for part in re.split(r"\n\s*\n", text) if part.strip()]


@cache
def catalogue(language: str) -> Catalog | None:
    """Load the messages of a language; English is the language of the source and has none."""
    if language == "en":
        return None
    with (CATALOGUES / f"{language}.po").open("rb") as stream:
        return read_po(stream, locale=language)


class Written(str):
    """A number as it is written: it knows itself, rounded as shown, and its decimals, None where more than
    the number is written (a per cent sign), so that no one has to read it again.
    """

    value: float
    decimals: int | None

    def __new__(cls, text: str, value: float, decimals: int | None) -> Written:
        """Return the text as a number that is written."""
        made = super().__new__(cls, text)
        made.value, made.decimals = value, decimals
        return made


@dataclass(frozen=True)
class Language:
    """One language of the reader."""

    code: str

    def __post_init__(self) -> None:
        if self.code not in LANGUAGES:
            raise ValueError(f"there is no language '{self.code}': {nearest(self.code, LANGUAGES)}")

    @property
    def name(self) -> str:
        """What the language calls itself; its catalogue translates the message 'English' so."""
        return self.say("English")

    def say(self, message: str, **values: object) -> str:
        """Translate a message and fill in its ``{names}``."""
        found = catalogue(self.code)
        entry = found.get(message) if found else None
        told = entry.string if entry and not entry.fuzzy else ""
        text = told if told and isinstance(told, str) else message
        return text.format(**values) if values else text

    def prose(self, text: str) -> str:
        """Translate a text of several paragraphs, each by itself: whoever edits one keeps the others."""
        return "\n\n".join(self.say(part) for part in paragraphs(text))

    def say_count(self, one: str, many: str, n: int, **values: object) -> str:
        """Translate a message that counts; ``{n}`` is filled in with its thousands separated."""
        found = catalogue(self.code)
        entry = found.get((one, many)) or found.get(one) if found else None
        forms = (
            entry.string if entry and isinstance(entry.string, tuple) and all(entry.string) else (one, many)
        )
        text = forms[0] if n == 1 or len(forms) == 1 else forms[1]
        return text.format(n=self.number(n, 0), **values)

    def number(self, value: float | None, decimals: int = 2) -> str:
        """Write a number with the language's separators, a real minus sign, and a dash where it is
        missing.
        """
        if value is None or not math.isfinite(value):
            return "–"
        rounded = round(float(value), decimals) + 0.0  # turns −0.0 into 0.0
        pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
        text = format_decimal(rounded, format=pattern, locale=Locale(self.code)).replace("-", "−")
        return Written(text, rounded, decimals)

    @property
    def decimal_mark(self) -> str:
        """What stands between a number and its decimals."""
        return get_decimal_symbol(Locale(self.code))

    def percent(self, share: float | None, decimals: int = 0) -> str:
        """Write a share (0.5) as a percentage (50%)."""
        if share is None or not math.isfinite(share):
            return "–"
        return Written(self.number(share * 100, decimals) + "%", round(share * 100, decimals) + 0.0, None)

    def amount(self, value: float | None, unit: Unit | None) -> str:
        """Write an amount with its sign before it (``−$1,794``), without the unit's name; a missing one is a
        dash.
        """
        if unit is None or value is None:
            return self.number(value, 2)
        number = self.number(value * unit.scale, unit.decimals)
        if not isinstance(number, Written):
            return number
        text = number.replace(get_group_symbol(Locale(self.code)), "") if unit.is_calendar else number
        text = self.after_sign(unit.prefix, text.removeprefix("−"))
        return Written("−" * (number[0] == "−") + text, number.value, number.decimals)

    def after_sign(self, sign: str, amount: str) -> str:
        """Write an amount after its sign, with a space between them where the sign asks for one and the
        language has one there: ``Rp 24.7 billion``, in Indonesian ``Rp24,7 miliar``.
        """
        if not sign.endswith(" "):
            return sign + amount
        return self.say("{sign} {amount}", sign=sign.rstrip(), amount=amount)

    def amount_with_unit(self, value: float | None, unit: Unit | None) -> str:
        """Write an amount and the name of its unit, as in a sentence."""
        return (
            f"{self.amount(value, unit)} {(unit.after or unit.label)[self.code]}"
            if unit
            else self.amount(value, None)
        )

    def difference(self, value: float, unit: Unit | None) -> str:
        """Write a difference with the name of its unit, as in a sentence; of logarithms in per cent."""
        is_log = unit is not None and unit.is_log
        return self.percent(math.expm1(value)) if is_log else self.amount_with_unit(value, unit)

    def between(self, low: float | None, high: float | None, unit: Unit | None) -> str:
        """Write the ends of an interval: ``476 … 3,113``."""
        return f"{self.amount(low, unit)} … {self.amount(high, unit)}"

    def with_interval(self, value: float, low: float, high: float, unit: Unit | None) -> str:
        """Write an amount and its interval: ``$1,794 [476; 3,113]``."""
        return f"{self.amount(value, unit)} [{self.amount(low, unit)}; {self.amount(high, unit)}]"

    def level(self, value: float | None, unit: Unit | None) -> str:
        """Write a level (not a difference): a share gets its per cent sign."""
        text = self.amount(value, unit)
        if unit is None or not unit.is_share or not isinstance(text, Written):
            return text
        return Written(f"{text}%", text.value, None)

    def p_value(self, value: float | None) -> str:
        """Write a p value; below 0.001 say so instead of writing zeros."""
        if value is None or not math.isfinite(value):
            return "–"
        return Written(f"< {self.number(0.001, 3)}", 0.001, 3) if value < 0.001 else self.number(value, 3)

    def date(self, day: date) -> str:
        """Write a date with the month in letters."""
        return format_date(day, format="long", locale={"en": "en_GB"}.get(self.code, self.code))

    def listing(self, parts: list[str]) -> str:
        """Join texts with commas and the language's 'and'."""
        if len(parts) < 2:
            return "".join(parts)
        return self.say("{first} and {last}", first=", ".join(parts[:-1]), last=parts[-1])
