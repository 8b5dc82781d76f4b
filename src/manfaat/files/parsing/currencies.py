"""How people write a currency: its code, signs and names, as the Unicode locale data have them for the places
where it is money.
"""

from __future__ import annotations

import re
from functools import cache

from babel.core import Locale, UnknownLocaleError, get_global
from babel.languages import get_official_languages
from babel.numbers import get_currency_name, get_currency_symbol

# What is written everywhere and stands in no locale data.
SPOKEN = {"KES": ("Sh", "/="), "TZS": ("Sh", "/="), "UGX": ("Sh", "/="), "INR": ("Rs",), "IDR": ("Rp",)}
SINGULAR, PLURAL = 1, 2


@cache
def homes(code: str) -> tuple[Locale, ...]:
    """The locales of the places whose money it is today, by their official languages."""
    found = []
    for place, history in get_global("territory_currencies").items():
        if not any(own == code and until is None and tender for own, _, until, tender in history):
            continue
        for language in get_official_languages(place, de_facto=True):
            try:
                found.append(Locale.parse(f"{language}_{place}"))
            except UnknownLocaleError:
                continue
    return tuple(found)


@cache
def signs_of(code: str) -> tuple[str, ...]:
    """Every way to write a currency beside an amount, the longest first: code, signs, names and the last word
    of its English name (shillings).

    Examples
    --------
    >>> "Ksh" in signs_of("KES"), "shillings" in signs_of("KES"), "€" in signs_of("EUR")
    (True, True, True)
    """
    locales = (Locale("en"), *homes(code))
    names = {get_currency_name(code, n, locale) for n in (SINGULAR, PLURAL) for locale in locales}
    english = {get_currency_name(code, n, "en").split()[-1] for n in (SINGULAR, PLURAL)}
    signs = {get_currency_symbol(code, locale) for locale in locales} | {*SPOKEN.get(code, ())}
    found = {text.replace("\u202f", " ") for text in {code, *names, *english, *signs}}
    return tuple(sorted(found, key=lambda text: (-len(text), text)))


@cache
def pattern_of(code: str) -> re.Pattern[str]:
    """Matches a currency beside an amount; a sign of letters may have an s and a full stop behind it (Kshs.),
    and no further letter.
    """
    parts = [
        rf"{re.escape(text)}s?\.?(?![^\W\d_])" if text[-1].isalpha() else re.escape(text)
        for text in signs_of(code)
    ]
    return re.compile("|".join(parts), re.I)


def sign_before(code: str) -> str:
    """The sign that the house writes before an amount: that of where it is money, or else the code; after
    letters a space.

    Examples
    --------
    >>> sign_before("KES"), sign_before("EUR"), sign_before("CHF")
    ('Ksh ', '€', 'CHF ')
    """
    signs = [get_currency_symbol(code, locale) for locale in homes(code) if locale.language == "en"]
    signs += [get_currency_symbol(code, locale) for locale in homes(code)]
    sign = next((text for text in signs if text != code), code).replace("\u202f", " ")
    return f"{sign} " if sign[-1].isalpha() else sign


@cache
def parts_lakhs(code: str) -> bool:
    """Whether digits are parted as 1,25,000 where it is money."""
    return any(locale.decimal_formats[None].grouping == (3, 2) for locale in homes(code))
