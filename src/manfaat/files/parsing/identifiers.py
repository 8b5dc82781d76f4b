"""Identifiers, and personal data where it should not stand: national numbers, telephone numbers, e-mail
addresses.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from manfaat.files.parsing.missing import no_answer
from manfaat.files.parsing.normalise import tidy, told
from manfaat.files.parsing.number_styles import SCIENTIFIC
from manfaat.files.parsing.reading import Reading, missing_reasons, report, review, unreadable
from manfaat.files.parsing.telephones import has_telephone

LONGEST = 200
WHOLE_DECIMAL = re.compile(r"([0-9]+)[.,]0{1,2}\Z")
EXACT_DIGITS = 15  # a spreadsheet keeps no more digits of a number than these
# Digits may be parted by single spaces, dots or dashes.
SIXTEEN = re.compile(r"(?<![0-9])(?:[0-9][ .-]?){15}[0-9](?![0-9])")
PHONE = re.compile(r"(?<![0-9])(?:\+?62[ .-]?\(?0?\)?[ .-]?|0)8[1-9](?:[ .-]?[0-9]){6,10}(?![0-9])")
EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{2,20}){1,4}")

# A form of address and a word with a capital: "Pak Budi". Offices, kin and places that people are addressed
# by are no names.
ADDRESSED = re.compile(
    r"\b(?:Bapak|Bpk|Pak|Ibu|Bu|Sdri?|Saudar[ai]|Mas|Mbak|Tuan|Nyonya|Mr|Mrs|Ms|Miss)\b\.? ?([A-Z][a-z]{2,})"
)
NO_NAMES = re.compile(
    r"Mandor|Kepala|Direktur|Manajer|Manager|Supervisor|Penyelia|Leader|Foreman|Pimpinan|Pemimpin|Atasan|Bos|Boss|"
    r"Ketua|Wakil|Sekretaris|Guru|Dosen|Dokter|Pembimbing|Instruktur|Pelatih|Mentor|Camat|Lurah|Bupati|Gubernur|"
    r"Walikota|Menteri|Presiden|Hakim|Polisi|Pejabat|Pegawai|Karyawan|Haji|Ustad|Ustadz|Rumah|Kota|Negeri|Pertiwi|"
    r"Jari|Kandung|Mertua|Tiri|Saya|Kami|Dan|Yang|Peserta|Responden|Pewawancara|Teknisi|Operator"
)


def read_identifier(
    text: str, *, width: int | None = None, missing: Mapping[str, str] | None = None
) -> Reading:
    """Read an identifier as text, so that zeros in front and digits at the end stay.

    Parameters
    ----------
    width : how many digits an all-digit identifier has; a shorter one has lost zeros in front and goes to
    review.

    Returns
    -------
    Reading with the identifier as text. What a spreadsheet turned into a number with an exponent is
    "unreadable": its last digits are gone. One that ends in ".0" was a number on the way and is reported.
    """
    clean, steps = tidy(text)
    return told(identifier(clean, width, missing_reasons(missing or {})), steps)


def identifier(clean: str, width: int | None, missing: Mapping[str, str]) -> Reading:
    """Read a tidy text as an identifier; see ``read_identifier``."""
    nothing = no_answer(clean, missing)
    if nothing:
        return nothing
    if len(clean) > LONGEST:
        return unreadable("too-long", "too long to be an identifier")
    clean = clean.removeprefix("'") or clean
    if SCIENTIFIC.fullmatch(clean):
        return unreadable(
            "scientific", "scientific notation: the last digits of the identifier are lost", missing="damaged"
        )
    match = WHOLE_DECIMAL.match(clean)
    if match:
        reading = report(
            match[1], "number-to-text", f"'{clean}' was stored as a number; zeros in front would be lost"
        )
    elif clean.isdigit() and len(clean) > EXACT_DIGITS and clean.endswith("0" * (len(clean) - EXACT_DIGITS)):
        reading = report(
            clean, "identifier", f"zeros from digit {EXACT_DIGITS + 1} on: a spreadsheet may have cut it"
        )
    else:
        reading = Reading(clean, "identifier")
    if width and reading.value.isdigit() and len(reading.value) != width:
        proposal = reading.value.zfill(width) if len(reading.value) < width else None
        return review(
            "identifier-width", f"{len(reading.value)} digits in place of {width}", proposal=proposal
        )
    return reading


def likely_nik(digits: str) -> bool:
    """Whether 16 digits are built like a NIK: region, then day (women: +40), month and year of birth, then a
    number.

    Source: Peraturan Pemerintah 37/2007, article 37.
    """
    day, month = int(digits[6:8]), int(digits[8:10])
    return digits[0] in "123456789" and (1 <= day <= 31 or 41 <= day <= 71) and 1 <= month <= 12


def personal_kinds(text: str, region: str = "") -> tuple[str, ...]:
    """Name the personal data that a text holds: ``nik``, ``16 digits`` (a card or account), ``phone``,
    ``e-mail``, ``name`` (as in "Pak Budi").

    ``region`` : the country whose telephone numbers the column holds; those of Indonesia and with a country
    code are always found.
    """
    clean = tidy(text)[0]
    found: dict[str, None] = {}
    for match in SIXTEEN.finditer(clean):
        digits = re.sub("[^0-9]", "", match.group())
        found["nik" if likely_nik(digits) else "16 digits"] = None
    if PHONE.search(clean) or has_telephone(clean, region):
        found["phone"] = None
    if "@" in clean and EMAIL.search(clean):
        found["e-mail"] = None
    if any(not NO_NAMES.fullmatch(match[1]) for match in ADDRESSED.finditer(clean)):
        found["name"] = None
    return tuple(found)
