"""How often each kind of mess comes: a share of the answers, or of the records, that it can befall."""

from __future__ import annotations

LEVELS = ("low", "real", "high")

# kind → (what it is, share at low, real and high)
CELL_RATES: dict[int, tuple[str, float, float, float]] = {
    1: ("rupiah with dots", 0.02, 0.08, 0.20),
    2: ("thousands left out, dots ambiguous", 0.0, 0.004, 0.02),
    3: ("grouped by commas", 0.0, 0.01, 0.05),
    4: ("words for millions and thousands", 0.005, 0.03, 0.10),
    5: ("range or about", 0.0, 0.004, 0.02),
    6: ("slip of the unit", 0.001, 0.004, 0.02),
    7: ("pay per day", 0.0, 0.002, 0.01),
    9: ("text after or instead of the amount", 0.0, 0.004, 0.02),
    10: ("per cent sign or decimal comma", 0.0, 0.02, 0.10),
    11: ("damage by a spreadsheet", 0.0005, 0.002, 0.02),
    12: ("missing codes written otherwise", 0.02, 0.10, 0.30),
    13: ("zero where the question does not apply", 0.0, 0.01, 0.05),
    15: ("months in words", 0.01, 0.05, 0.15),
    16: ("year of two digits", 0.002, 0.02, 0.08),
    17: ("day number of a spreadsheet", 0.0, 0.004, 0.02),
    18: ("part of a date", 0.0, 0.006, 0.03),
    19: ("impossible date", 0.0, 0.002, 0.01),
    20: ("Japanese era", 0.0, 0.002, 0.02),
    21: ("time stamp as text", 0.0, 0.05, 0.30),
    22: ("codes for labels, labels for codes", 0.01, 0.05, 0.20),
    23: ("outside the list", 0.0005, 0.002, 0.01),
    26: ("job titles misspelt or short", 0.01, 0.06, 0.20),
    27: ("sex written otherwise", 0.01, 0.08, 0.30),
    28: ("education written otherwise", 0.01, 0.08, 0.30),
    30: ("yes and no written otherwise", 0.01, 0.06, 0.20),
    31: ("words for no answer", 0.02, 0.10, 0.30),
    32: ("several answers joined otherwise", 0.01, 0.08, 0.30),
    33: ("other, please specify", 0.0, 0.02, 0.10),
    34: ("another language", 0.0, 0.01, 0.10),
    45: ("numbers of another type", 0.002, 0.02, 0.10),
    49: ("strange characters", 0.001, 0.005, 0.03),
    63: ("personal data in the wrong place", 0.0, 0.002, 0.01),
}
RECORD_RATES: dict[int, tuple[str, float, float, float]] = {
    54: ("sent twice", 0.002, 0.01, 0.03),
    55: ("same number, two persons", 0.0, 0.002, 0.01),
    56: ("trial rows", 0.001, 0.004, 0.01),
    57: ("stopped before the end", 0.0, 0.01, 0.04),
    58: ("the same answer throughout, too fast", 0.0, 0.006, 0.03),
}


def rates_of(level: str) -> dict[int, float]:
    """Share by kind of mess at one level.

    Raises
    ------
    ValueError naming the levels that there are.
    """
    if level not in LEVELS:
        raise ValueError(f"there is no level '{level}': one of {', '.join(LEVELS)}")
    place = 1 + LEVELS.index(level)
    return {kind: float(entry[place]) for kind, entry in {**CELL_RATES, **RECORD_RATES}.items() if entry[place] > 0}
