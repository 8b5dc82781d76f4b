"""Rows that are no answers: empty rows, totals and averages, repeated headers, notes and signatures under the
table.

Each one leaves into ``dropped`` with its row number, the rule and its text; rows that only may be no answers
stay and are named.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from manfaat.files.formats.body import Body
from manfaat.files.formats.layout import LONGEST_NUMBER, filled, numeric, shape
from manfaat.files.formats.tables import Detected, FormatOptions, count_of, rows_text

TOTAL_WORDS = (
    r"(?:grand|sub)?[ -]?total(?: (?:keseluruhan|seluruhnya|umum|akhir))?|jumlah(?:"
    r" (?:total|keseluruhan|seluruhnya))?|sub[ -]?jumlah|jml"
    r"|rata[ -]?rata|rata2|rerata|rataan|average|mean|avg|std\.? ?dev(?:iation|iasi)?\.?|standar"
    r" deviasi|simpangan baku|合計|総計|小計|平均"
)
TOTAL = re.compile(
    rf"\s*(?:{TOTAL_WORDS})\s*(?:[:=](?!\s*\d))?\s*(?:\(.*\)|\d{{4}}|n\s*=\s*\d+|[:=]\s*[\d.,]+)?\s*",
    re.IGNORECASE,
)
LIKELY_TOTAL = "total|jumlah|jml|rata|average|mean|avg|std|standar|simpangan|合計|総計|小計|平均"
TOTAL_START = re.compile(r"\s*(?:grand |sub)?(?:total|jumlah|rata[ -]rata)\b", re.IGNORECASE)
NOTE = re.compile(
    r"\s*(?:sumber|source|catatan|notes?|keterangan|ket|dicetak|printed|mengetahui|tanggal"
    r" cetak|\*+\)?|注|出典)\s*[:;.)]?",
    re.IGNORECASE,
)
NOTE_WORD = re.compile(
    r"\s*(?:(?:sumber|source|catatan|notes?|keterangan|ket|dicetak|printed|注|出典)\s*[.)]?\s*[:：]|\*)",
    re.IGNORECASE,
)
LEADING = 5  # columns in which a total's name may stand
TAIL = 40  # rows at the end looked at for notes
SHARE_OF_TOTALS = 0.2
REPEATED = 0.8  # share of the header's names that a row holds that repeats it
TOTAL_REASON = "its first filled cell names a total or an average"
FOOTER_REASON = "a note under the table: few cells, unlike the answers"
Drop = tuple[int, str, str, str]


def joined(cells: Sequence[str]) -> str:
    """Return the raw text of a row: its cells joined by tabs."""
    return "\t".join(cells).rstrip("\t")


def trim(
    body: Body, header: Sequence[str], options: FormatOptions, *, before: Sequence[Drop] = (), place: str = ""
) -> tuple[Body, list[Drop], list[Detected]]:
    """Return the answers, the rows left out as (row, rule, reason, text), and what was detected.

    ``header`` holds the cells of the header's last row, to notice where it is repeated; ``before`` the rows
    left out already.
    """
    dropped = [*before, *blank_runs(body.blank)]
    log: list[Detected] = []
    steps: tuple[Callable[[Body], tuple[Body, list[Drop]]], ...] = (
        lambda b: take(b, np.isin(b.rows, options.skip_rows), "skip_rows", "left out as stated"),
        lambda b: take(b, blank_rows(b), "empty row", "no filled cell"),
        lambda b: take(b, repeats(b, header), "repeated header", "the cells are those of the header"),
    )
    for step in steps:
        body, gone = step(body)
        dropped += gone
    unsure = np.array([], dtype="int64")
    if not options.keep_totals:
        body, gone, unsure = totals(body)
        dropped += gone
    if not options.keep_footer:
        body, gone, said = footer(body, {row for row, *_ in dropped}.union(body.blank), place)
        dropped, log = dropped + gone, log + said
    perhaps = perhaps_totals(unsure[np.isin(unsure, body.rows)], place)
    return body, sorted(dropped), [*summary(dropped, place), *perhaps, *log, *headings(body, place)]


def take(body: Body, mask: np.ndarray, rule: str, reason: str) -> tuple[Body, list[Drop]]:
    """Return the body without the masked rows, and those rows."""
    gone = [(int(body.rows[at]), rule, reason, joined(body.cells(int(at)))) for at in np.flatnonzero(mask)]
    return body.keep(~mask), gone


def blank_runs(numbers: Sequence[int]) -> list[Drop]:
    """Return one entry for each run of empty rows."""
    found: list[list[int]] = []
    for number in sorted(numbers):
        if found and number == found[-1][1] + 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return [
        (
            start,
            "empty row",
            "no filled cell" if start == end else f"no filled cell in rows {start} to {end}",
            "",
        )
        for start, end in found
    ]


def blank_rows(body: Body) -> np.ndarray:
    """Say which rows hold nothing but space."""
    blank = np.arange(len(body.rows))
    for column in body.table.columns:
        if not len(blank):
            break
        part = column if len(blank) == len(body.rows) else column.take(pa.array(blank))
        blank = blank[pc.equal(pc.utf8_trim_whitespace(part), "").to_numpy()]
    mask = np.zeros(len(body.rows), dtype=bool)
    mask[blank] = True
    return mask


def repeats(body: Body, header: Sequence[str]) -> np.ndarray:
    """Say which rows repeat the header, as printed pages and pasted parts do: nearly all its names, each in
    its column, in any letter case.

    Cells beside the names may be empty; a row with anything else in them is somebody's answers.
    """
    mask = np.zeros(len(body.rows), dtype=bool)
    texts = [
        (at, cell.strip().lower()) for at, cell in enumerate(header[: body.table.num_columns]) if cell.strip()
    ]
    if len(texts) < 2 or not len(mask):
        return mask
    rows = np.arange(len(mask))
    named = np.zeros(len(mask), dtype=np.int32)
    for at, cell in texts:
        column = pc.utf8_lower(pc.utf8_trim_whitespace(body.table.column(at).take(pa.array(rows))))
        same = pc.equal(column, cell).to_numpy()
        stays = same | pc.equal(column, "").to_numpy()
        named[rows[same]] += 1
        rows = rows[stays]
        if not len(rows):
            return mask
    mask[rows[named[rows] >= max(2, REPEATED * len(texts))]] = True
    return mask


def totals(body: Body) -> tuple[Body, list[Drop], np.ndarray]:
    """Leave out the rows whose first filled cell is a word such as TOTAL, Jumlah or Rata-rata and nothing
    else.

    When more than a fifth of the rows are such, the word is an answer of this table, and all stay. The
    numbers of the rows that hold such a word and stay are given too.
    """
    perhaps = candidate_rows(body)
    certain = [
        at for at in perhaps if names_total(next((cell for cell in body.cells(at) if cell.strip()), ""))
    ]
    mask = np.zeros(len(body.rows), dtype=bool)
    if len(certain) <= max(20, SHARE_OF_TOTALS * len(body.rows)):
        mask[certain] = True
    unsure = body.rows[[at for at in perhaps if not mask[at]]]
    return *take(body, mask, "total row", TOTAL_REASON), unsure


def perhaps_totals(unsure: np.ndarray, place: str) -> list[Detected]:
    """Name the rows left that hold a total's name among other words or after other cells."""
    if not len(unsure):
        return []
    how = (
        "they hold a word such as TOTAL or Jumlah, but not alone in their first filled cell; kept as answers;"
        " 'skip_rows' leaves them out"
    )
    return [Detected("perhaps totals", rows_text(unsure), how, place, doubtful=True)]


def names_total(cell: str) -> bool:
    """Say whether a cell is a word such as TOTAL, Jumlah or Rata-rata and nothing else."""
    return len(cell) < LONGEST_NUMBER and bool(TOTAL.fullmatch(cell))


def candidate_rows(body: Body) -> list[int]:
    """Return the positions of rows with a total's name in one of the first columns."""
    mask = np.zeros(len(body.rows), dtype=bool)
    for column in body.table.columns[:LEADING]:
        values = pc.unique(column)
        likely = values.filter(
            pc.match_substring_regex(values, LIKELY_TOTAL, ignore_case=True)
        )  # a million names take their time in Python
        words = [value for value in likely.to_pylist() if names_total(value) or TOTAL_START.match(value)]
        if words:
            mask |= pc.is_in(column, value_set=pa.array(words, pa.large_string())).to_numpy()
    return list(np.flatnonzero(mask))


def footer(body: Body, gone_before: set[int], place: str) -> tuple[Body, list[Drop], list[Detected]]:
    """Leave out notes, sources and signatures at the end: rows of one or two cells that do not look like
    answers.
    """
    count = len(body.rows)
    sample = [body.cells(at) for at in range(min(count, TAIL))]
    usual = float(np.quantile([filled(cells) for cells in sample], 0.75)) if sample else 0.0
    mask, log = np.zeros(count, dtype=bool), []
    for at in range(start_of_tail(body, usual), count):
        cells = body.cells(at)
        apart = bool(mask.any()) or int(body.rows[at]) - 1 in gone_before
        verdict = note_like(cells, sample[:at], apart=apart)
        mask[at] = verdict == "note"
        if verdict == "unsure":
            how = (
                f"the row near the end has only {count_of(filled(cells), 'filled cell')}, which look like"
                " answers; kept; 'skip_rows' leaves it out"
            )
            log.append(Detected("perhaps a note", rows_text([body.rows[at]]), how, place, doubtful=True))
    body, dropped = take(body, mask, "footer", FOOTER_REASON)
    return body, dropped, log


def start_of_tail(body: Body, usual: float) -> int:
    """Return the position of the first of the last rows that fill only one or two cells, where answers
    usually fill more.
    """
    at = len(body.rows)
    while at > max(1, len(body.rows) - TAIL):
        cells = body.cells(at - 1)
        few = usual >= 3 and filled(cells) <= min(2, usual / 3 + 0.5)
        if not few and not NOTE_WORD.match(next((cell for cell in cells if cell.strip()), "")):
            break
        at -= 1
    return at


def note_like(cells: Sequence[str], sample: Sequence[Sequence[str]], *, apart: bool) -> str:
    """Return ``note``, ``unsure`` or ``answers`` for a row with one or two filled cells at the end of a
    table.
    """
    texts = [(at, cell) for at, cell in enumerate(cells) if cell.strip()]
    if not texts:
        return "unsure"
    if NOTE_WORD.match(texts[0][1]):
        return "note"
    alike = [
        at for at, cell in texts if any(at < len(row) and shape(row[at]) == shape(cell) for row in sample)
    ]
    digits = any(character.isdigit() for at in alike for character in cells[at])
    if not sample or all(numeric(cell) or cell.startswith(("#", "=")) for _, cell in texts):
        return "unsure"
    if not alike:
        sentence = (
            len(texts) == 1 and " " in texts[0][1].strip()
        )  # a single word may be the number of a person who answered nothing
        return "note" if sentence or apart or NOTE.match(texts[0][1]) else "unsure"
    return "note" if apart and not digits and len(texts) == 1 else "unsure"


def summary(dropped: Sequence[Drop], place: str) -> list[Detected]:
    """Return one log entry for each rule by which rows were left out."""
    log = []
    for rule in dict.fromkeys(rule for _, rule, _, _ in dropped):
        rows = [row for row, this, _, _ in dropped if this == rule]
        doubtful = rule in ("footer", "total row", "repeated header", "ragged row")
        log.append(
            Detected(
                "rows left out",
                f"{rule}: {rows_text(rows)}",
                "kept in 'dropped' with their text",
                place,
                doubtful=doubtful,
            )
        )
    return log


def headings(body: Body, place: str) -> list[Detected]:
    """Name the rows inside the table that fill a single cell: headings of groups, or people who answered
    nothing.
    """
    count = len(body.rows)
    if body.table.num_columns < 4 or not count:
        return []
    cells = np.zeros(count, dtype=np.int32)
    for column in body.table.columns:
        cells += pc.not_equal(column, "").to_numpy()
    alone = np.flatnonzero(cells == 1)
    if not len(alone) or len(alone) > 0.5 * count:
        return []
    how = (
        "only one cell is filled: a heading inside the table, or a person who answered nothing; kept;"
        " 'skip_rows' leaves them out"
    )
    return [Detected("single cells", rows_text(body.rows[alone]), how, place, doubtful=True)]
