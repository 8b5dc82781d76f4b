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
    8: ("yen for rupiah", 0.0, 0.001, 0.005),
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
    29: ("regions written otherwise", 0.01, 0.08, 0.30),
    30: ("yes and no written otherwise", 0.01, 0.06, 0.20),
    31: ("words for no answer", 0.02, 0.10, 0.30),
    32: ("several answers joined otherwise", 0.01, 0.08, 0.30),
    33: ("other, please specify", 0.0, 0.02, 0.10),
    34: ("another language", 0.0, 0.01, 0.10),
    43: ("unit in the answer", 0.0, 0.002, 0.01),
    44: ("formulas (workbooks)", 0.0, 0.004, 0.02),
    45: ("numbers of another type", 0.002, 0.02, 0.10),
    47: ("letters of another encoding, where there are any", 0.02, 0.10, 0.50),
    49: ("strange characters", 0.001, 0.005, 0.03),
    51: ("decimal comma without quotes (where a layout allows it)", 0.0005, 0.002, 0.01),
    53: ("zeros in front lost", 0.005, 0.02, 0.10),
    62: (
        "identity numbers mistyped (about a quarter failed in a national registration of 2020)",
        0.10,
        0.25,
        0.50,
    ),
    63: ("personal data in the wrong place", 0.0, 0.002, 0.01),
}
# kind → the same, as a share of the columns of dates; a column that it befalls has the second share of its
# answers month first
COLUMN_RATES: dict[int, tuple[str, float, float, float]] = {14: ("month before day", 0.0, 0.05, 0.30)}
MONTH_FIRST = 0.05
RECORD_RATES: dict[int, tuple[str, float, float, float]] = {
    42: ("a coloured row (workbooks)", 0.0, 0.005, 0.02),
    54: ("sent twice", 0.002, 0.01, 0.03),
    55: ("same number, two persons", 0.0, 0.002, 0.01),
    56: ("trial rows", 0.001, 0.004, 0.01),
    57: ("stopped before the end", 0.0, 0.01, 0.04),
    58: ("the same answer throughout, too fast", 0.0, 0.006, 0.03),
    65: (
        "another version of the form (with 24, an item worded the other way round, and 25, other codes)",
        0.0,
        0.02,
        0.10,
    ),
}
# kind → the same, as the chance that it has happened to a file
FILE_RATES: dict[int, tuple[str, float, float, float]] = {
    35: ("sections above the names of columns", 0.02, 0.10, 0.30),
    39: ("a column twice", 0.02, 0.08, 0.30),
    40: ("two rows a record", 0.0, 0.01, 0.05),
    41: ("sheets by cohort, a hidden sheet", 0.05, 0.20, 0.50),
    43: ("amounts in thousands", 0.02, 0.08, 0.30),
    47: ("Windows-1252", 0.02, 0.08, 0.20),
    48: ("UTF-16 or Shift-JIS", 0.01, 0.03, 0.15),
    51: ("decimal commas without quotes", 0.0, 0.03, 0.20),
    52: ("Windows line ends, no last line end", 0.10, 0.40, 0.60),
    62: ("a column of identity numbers", 0.0, 0.05, 0.20),
    66: ("nothing recorded of those who did not answer", 0.05, 0.30, 0.60),
}
# Messes that no injector makes, and where they come from instead.
NOT_INJECTED: dict[int, str] = {
    59: "proxy answers: a step of the simulation draws who answered for somebody else",
    60: "rounding: the laws of money and of recalled months round as people do, in the world with bias",
    61: "telescoping: the law of recalled months moves them towards the interview",
    64: (
        "sources that disagree: the employer's form and the file are drawn with errors of their own, and none"
        " of them is the wrong one"
    ),
}


def rates_of(level: str) -> dict[int, float]:
    """Share by kind of mess at one level.

    Raises
    ------
    ValueError naming the levels that there are.
    """
    if level not in LEVELS:
        raise ValueError(f"there is no level '{level}': one of {', '.join(LEVELS)}")
    place = LEVELS.index(level)
    return {
        kind: entry[1:][place]
        for kind, entry in {**CELL_RATES, **COLUMN_RATES, **RECORD_RATES}.items()
        if entry[1:][place] > 0
    }
