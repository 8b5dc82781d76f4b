"""Raw texts → values by the codebook, each distinct text of a column read once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from operator import ge, gt, le, lt
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from manfaat.cleaning.columns import Column, plain_texts
from manfaat.definitions.codebook import Codebook, Variable, answers_of
from manfaat.definitions.programme import Unit
from manfaat.definitions.raw_files import RawFile
from manfaat.files.formats.celltext import DATE, NUMBER
from manfaat.files.parsing import (
    ChoiceList,
    ColumnContext,
    DateContext,
    Reading,
    check_codes,
    column_context,
    date_context,
    load_ladder,
    normalise,
    read_choice,
    read_date,
    read_multiple,
    read_number,
    read_stored,
    read_title,
)
from manfaat.files.parsing.choice_forms import bare_code
from manfaat.files.parsing.date_times import UTC_OFFSET
from manfaat.files.parsing.missing import between, read_label
from manfaat.files.parsing.missing import declared as declared_code
from manfaat.files.parsing.number_styles import SCIENTIFIC
from manfaat.files.parsing.reading import absent, doubted, noted, unreadable

COMPARE = {">=": ge, "<=": le, ">": gt, "<": lt}
READ_COLUMNS = ["text", "value", "clean", "rule", "flag", "note", "missing", "proposal"]
YEARS = (1930, 2029)
SHORT_UNITS = {"orang": ("org",), "kali": ("x",), "hari": ("hr",), "bulan": ("bln",), "tahun": ("th", "thn")}
UNDECIDED = ("review", "unreadable")


@dataclass(frozen=True)
class Readers:
    """How the cells of a column are read: its texts, and what the file itself stores as one of ``kinds``
    (numbers, dates).
    """

    text: Callable[[str], Reading]
    stored: Callable[[str], Reading] | None = None
    kinds: tuple[int, ...] = ()


@dataclass(frozen=True)
class ColumnReading:
    """A column as it was read: ``codes`` points each row to its line of ``read``, one line a distinct text.

    ``read`` has ``text, value, clean`` (canonical text), ``rule, flag, note, missing, proposal``.
    """

    codes: np.ndarray
    read: pd.DataFrame

    def lines(self, column: str) -> np.ndarray:
        """One column of ``read``, a value a distinct text."""
        return self.read[column].to_numpy(dtype=object)

    def waits(self) -> np.ndarray:
        """For each row whether a person must decide."""
        return (
            self.read["flag"].isin(UNDECIDED).to_numpy()[self.codes]
            if len(self.read)
            else np.zeros(len(self.codes), dtype=bool)
        )


@dataclass(frozen=True)
class Coding:
    """How a variable is coded in one file and version of its form: by the codebook, the unit and what
    ``cohort.yml`` states of the file.
    """

    variable: Variable
    codebook: Codebook
    unit: Unit | None
    item: RawFile
    version: str = ""


def canonical(value: object) -> str:
    """Write a clean value in its shortest form; missing is the empty text, several codes stand with spaces
    between.
    """
    if value is None or value is pd.NA:
        return ""
    if isinstance(value, tuple):
        return " ".join(value)
    if isinstance(value, float):
        return (
            ""
            if value != value
            else str(int(value))
            if value.is_integer() and abs(value) < 1e15
            else repr(float(value))
        )
    return str(value)


def number_kind(variable: Variable, unit: Unit | None) -> str:
    """What kind of number a column holds, in the words of the number reader."""
    if unit and unit.currency in ("IDR", "JPY"):
        return {"IDR": "rupiah", "JPY": "yen"}[unit.currency]
    if unit and unit.is_percent:
        return "percent"
    return "integer" if variable.kind == "integer" else "decimal"


def number_context(
    variable: Variable, unit: Unit | None, counts: pd.Series, item: RawFile, stored: pd.Series
) -> ColumnContext:
    """What a column of numbers is, by its declaration and by the conventions that its unambiguous cells
    show.
    """
    kind = number_kind(variable, unit)
    below_zero = not any(sign in (">=", ">") and number >= 0 for sign, number in variable.bounds)
    context = column_context(
        counts,
        ColumnContext(
            kind,
            missing=variable.missing_codes,
            negative=below_zero,
            period=unit.period if unit else "",
            factor=item.multiply.get(variable.name, 1),
            units=unit_words(unit),
            currency=unit.currency if unit and kind in ("decimal", "integer") else "",
            whole=unit is not None and unit.decimals == 0,
        ),
        stored=stored,
    )
    return replace(context, decimal=item.decimal, thousands=0) if item.decimal else context


def number_readers(
    variable: Variable, unit: Unit | None, counts: pd.Series, item: RawFile, stored: pd.Series
) -> tuple[Callable[[str], Reading], Callable[[str], Reading]]:
    """Return the readers of a column of numbers: of its texts, and of what the file stores as numbers."""
    context = number_context(variable, unit, counts, item, stored)

    def judged(reading: Reading) -> Reading:
        if reading.is_read:
            reading = replace(reading, value=float(reading.value))
            if "-times-" in reading.rule and not reading.note:
                reading = replace(reading, rule="unit", note=f"multiplied by {context.factor:g}")
        reading = within_bounds(reading, variable)
        return (
            short_year(reading, variable) if unit and unit.is_calendar and reading.needs_person else reading
        )

    return lambda text: judged(read_number(text, context)), lambda text: judged(read_stored(text, context))


def unit_words(unit: Unit | None) -> tuple[str, ...]:
    """Words that may follow a number of this unit: of "jam per minggu" jam, jam per minggu and jam/minggu."""
    if unit is None or unit.currency or unit.is_percent:
        return ()
    labels = [label.lower() for label in unit.label.root.values()]
    first = [label.split()[0] for label in labels]
    whole = [
        form
        for label in labels
        for form in (label, label.replace(" per ", "/"), label.replace(" per ", " se"))
    ]
    return tuple(dict.fromkeys((*whole, *first, first[0].removesuffix("s"), *SHORT_UNITS.get(first[-1], ()))))


def short_year(reading: Reading, variable: Variable) -> Reading:
    """Propose the only year in the variable's range for one of two digits."""
    years = (
        [1900 + reading.proposal, 2000 + reading.proposal]
        if isinstance(reading.proposal, float | int) and 0 <= reading.proposal < 100
        else []
    )
    likely = [year for year in years if all(COMPARE[sign](year, number) for sign, number in variable.bounds)]
    return replace(reading, proposal=int(likely[0])) if len(likely) == 1 else reading


def within_bounds(reading: Reading, variable: Variable) -> Reading:
    """Turn a number outside the variable's range into a proposal."""
    broken = [
        f"{sign} {number:g}"
        for sign, number in variable.bounds
        if reading.is_read and not COMPARE[sign](reading.value, number)
    ]
    return (
        doubted(reading, "out-of-range", f"out of range (must be {' and '.join(broken)})")
        if broken
        else reading
    )


def code_in(text: str) -> str:
    """The code that a text may be, also with a sign or a word about it ("4)", "empat"); "" of nothing."""
    clean = str(normalise(text).value or "")
    return bare_code(clean) or clean


def shifted_reader(counts: pd.Series, answers: ChoiceList) -> Callable[[str], Reading]:
    """Return the reader of one answer; in a column whose codes are of another version (0–4 for 1–5) no
    shifted code is believed.
    """
    verdict = check_codes(counts, answers)
    if not verdict.proposal:
        return lambda text: read_choice(text, answers)

    def read(text: str) -> Reading:
        reading, code = read_choice(text, answers), code_in(text)
        meant = verdict.proposal.get(str(code).removesuffix(".0")) if code else None
        doubtful = meant is not None and reading.value != meant
        return (
            replace(doubted(reading, "shifted-codes", verdict.note), flag="review", proposal=meant)
            if doubtful
            else reading
        )

    return read


def unversioned_reader(recodes: dict[str, dict[str, str]], answers: ChoiceList) -> Callable[[str], Reading]:
    """Return the reader of one answer of a form whose version is not known: no code is believed that a
    version would recode.
    """

    def read(text: str) -> Reading:
        reading, code = read_choice(text, answers), code_in(text).removesuffix(".0")
        meant = {pairs[code] for pairs in recodes.values() if code in pairs} - {reading.value}
        note = (
            "the version of the form is not known, and its codes differ; the column with the version, or"
            " 'version' in cohort.yml, tells"
        )
        return (
            replace(
                doubted(reading, "unknown-version", note), flag="review", proposal=reading.value or min(meant)
            )
            if meant
            else reading
        )

    return read


def choice_reader(coding: Coding, counts: pd.Series) -> Callable[[str], Reading]:
    """Return the reader of a question with a list of answers; a job title may also stand for its level."""
    variable, version = coding.variable, coding.version
    recode = coding.item.recode.get(variable.name) or variable.recodes.get(version, {})
    answers = answers_of(variable, coding.codebook, recode)
    if variable.kind == "select_multiple":
        return lambda text: read_multiple(text, answers)
    if not variable.ladder:
        if recode or variable.recodes:
            return (
                (lambda text: read_choice(text, answers))
                if recode or version
                else unversioned_reader(variable.recodes, answers)
            )
        return shifted_reader(counts, answers)
    ladder = load_ladder(variable.ladder)

    def read(text: str) -> Reading:
        reading = read_choice(text, answers)
        titled = read_title(text, ladder, missing=variable.missing_codes) if reading.needs_person else reading
        if titled.is_read and titled.value in answers.codes:
            return titled
        levels = tuple(dict.fromkeys(level for level, *_ in titled.proposal or () if level in answers.codes))
        return (
            replace(titled, proposal=levels)
            if titled.rule == "title-ambiguous" and len(levels) > 1
            else reading
        )

    return read


def date_readers(
    variable: Variable, context: DateContext
) -> tuple[Callable[[str], Reading], Callable[[str], Reading]]:
    """Return the readers of a column of dates or months: of its texts, and of what the file stores as
    dates.
    """
    length = 7 if variable.kind == "month" else None

    def judged(reading: Reading) -> Reading:
        reading = likely_year(reading)
        if (
            reading.is_read
            and variable.kind != "dateTime"
            and reading.value.endswith(UTC_OFFSET)
            and not context.zone
        ):
            reading = noted(
                reading,
                "the time is in UTC, and its day may be another at the place; 'time_zone' under the file in"
                " cohort.yml says where",
            )
        if length and reading.is_read and len(reading.value) > length:
            return replace(reading, value=reading.value[:length], rule="month-of-date")
        return reading

    def stored(text: str) -> Reading:
        reading = read_date(text, context)
        return judged(turned_back(reading) if context.exchanged else reading)

    return lambda text: judged(read_date(text, context)), stored


def turned_back(reading: Reading) -> Reading:
    """Doubt a stored date of a column in which a spreadsheet program took days for months; propose it the
    other way round.
    """
    if not reading.is_read or len(reading.value) < len("2004-03-12"):
        return reading
    year, month, rest = reading.value[:4], reading.value[5:7], reading.value[8:]
    note = (
        "a spreadsheet program exchanged day and month: all texts of the column have a day above 12, and no"
        " stored date has one"
    )
    return replace(doubted(reading, "exchanged", note), proposal=f"{year}-{rest[:2]}-{month}{rest[2:]}")


def likely_year(reading: Reading) -> Reading:
    """Doubt a date in a year that no answer can mean: Excel's first, or one still to come; report one long
    ago.
    """
    year = int(reading.value[:4]) if reading.is_read else YEARS[0]
    if year == 1900 or year > YEARS[1]:
        return doubted(reading, "odd-year", f"the year {year} is not likely")
    return noted(reading, f"the year {year} is long ago") if year < YEARS[0] else reading


def text_reader(variable: Variable, *, is_idle: bool = False) -> Callable[[str], Reading]:
    """Return the reader of free text and keys: only the characters are put in order; of ``is_idle`` text,
    which nothing uses, not even these.
    """

    def read(text: str) -> Reading:
        reading = normalise(text)
        if (
            is_idle and reading.is_read and not reading.flag
        ):  # letters of a wrong encoding are repaired all the same
            reading = replace(reading, value=text, rule="as-is")
        code = variable.missing_codes.get(str(reading.value).strip()) if reading.is_read else None
        if variable.role in ("key", "identifier") and reading.is_read and SCIENTIFIC.fullmatch(reading.value):
            return unreadable("scientific", "scientific notation: the last digits of the identifier are lost")
        return absent(code, "missing-code") if code else reading

    return read


def declared_by_file(variable: Variable, declared: pd.DataFrame) -> Callable[[str], Reading | None] | None:
    """Return a function that reads a code which is missing by the file's own word (None when it is not); None
    when no file says so.

    The reason is that of the code in the codebook; else the one that its label in the file gives.
    """
    rows = (
        declared[declared["variable"].isin([*variable.sources, variable.name])] if len(declared) else declared
    )
    rows = (
        rows[~((rows["kind"] == "labelled") & (variable.role in ("key", "identifier")))]
        if len(rows)
        else rows
    )
    if rows.empty:
        return None
    ranges = [
        (str(row.low), str(row.high), str(row.reason or ""), row.kind) for row in rows.itertuples(index=False)
    ]

    def read(text: str) -> Reading | None:
        for low, high, label, kind in ranges:
            if text == low or (low != high and between(text, low, high)):
                own = declared_code(text, variable.missing_codes)
                told = (
                    f"its label in the file is '{label}'"
                    if kind == "labelled"
                    else f"the file declares it missing: {label or 'blank'}"
                )
                return own or absent(read_label(label, text) or "blank", "missing-in-file", "report", told)
        return None

    return read


def read_texts(
    column: Column, variable: Variable, readers: Readers, by_file: Callable[[str], Reading | None] | None
) -> pd.DataFrame:
    """Read distinct texts; free texts and keys in plain letters are taken as they are, many at once."""
    texts, read = column.texts, readers.text
    if variable.kind != "text" or by_file or any(code in set(texts) for code in variable.missing_codes):
        stored = (
            np.isin(column.kinds, readers.kinds)
            if column.kinds is not None
            else np.zeros(len(texts), dtype=bool)
        )
        lines = [
            line_of(text, (readers.stored or read) if held else read, by_file)
            for text, held in zip(texts, stored, strict=True)
        ]
        return pd.DataFrame(lines, columns=READ_COLUMNS, dtype="object")
    found = as_they_are(texts)
    for at in np.flatnonzero(found["rule"].to_numpy() == ""):
        found.iloc[int(at)] = pd.Series(line_of(texts[at], read, None), index=READ_COLUMNS, dtype="object")
    return found


def as_they_are(texts: list[str]) -> pd.DataFrame:
    """Reading lines of texts; those in plain letters with single spaces are taken as they are, the others
    left open (no rule).
    """
    powers = pc.match_substring(pa.array(texts, type=pa.string()), "E+").to_numpy(
        zero_copy_only=False
    )  # a number that a spreadsheet shortened
    plain, values = plain_texts(texts) & ~powers, np.array(texts, dtype=object)
    lines = {name: values for name in ("text", "value", "clean")} | {
        "rule": np.where(plain, "as-it-is", "").astype(object)
    }
    return pd.DataFrame(
        lines | dict.fromkeys(("flag", "note", "missing", "proposal"), ""),
        columns=READ_COLUMNS,
        dtype="object",
    )


def line_of(
    text: str, read: Callable[[str], Reading], by_file: Callable[[str], Reading | None] | None
) -> tuple[Any, ...]:
    """Read one text; what the file itself declares missing comes before everything else."""
    reading = (by_file(text) if by_file else None) or read(text)
    proposal = canonical(reading.proposal) if reading.proposal is not None else ""
    return (
        text,
        reading.value,
        canonical(reading.value),
        reading.rule,
        reading.flag,
        reading.note,
        reading.missing,
        proposal,
    )


def renumbered(raw: Column, used: np.ndarray) -> np.ndarray:
    """The codes of a column counted among the texts it uses; the same codes, not a copy, when it uses all."""
    if len(used) == len(raw.texts):
        return raw.codes
    place = np.zeros(len(raw.texts), dtype=raw.codes.dtype)
    place[used] = np.arange(len(used))
    codes: np.ndarray = place[raw.codes]
    return codes


def read_column(
    raw: Column,
    coding: Coding,
    *,
    declared: pd.DataFrame | None = None,
    whole: pd.Series | None = None,
    dates: DateContext | None = None,
) -> ColumnReading:
    """Read a column of one file and form version, each distinct text once.

    ``declared`` is what the file itself declares missing. ``whole`` counts the texts of the whole column when
    ``raw`` is only a part of it: conventions are those of the whole. ``dates`` says how its dates are to be
    read; without it the column alone does.
    """
    counts = np.bincount(raw.codes, minlength=len(raw.texts))
    used = np.flatnonzero(counts)
    here = Column(
        np.arange(len(used)),
        [raw.texts[place] for place in used],
        None if raw.kinds is None else raw.kinds[used],
    )
    by_file = declared_by_file(coding.variable, declared) if declared is not None else None
    shown = pd.Series(counts[used], index=pd.Index(here.texts, dtype=object)) if whole is None else whole
    shown = (
        shown if by_file is None else shown.mask(np.array([bool(by_file(text)) for text in shown.index]), 0)
    )  # what is declared missing shows no convention
    readers = readers_of(here, shown, coding, dates)
    return ColumnReading(renumbered(raw, used), read_texts(here, coding.variable, readers, by_file))


def readers_of(column: Column, shown: pd.Series, coding: Coding, dates: DateContext | None) -> Readers:
    """Return the functions that read a column's cells; ``shown`` counts the texts that show its conventions,
    0 of those that a file declares missing.
    """
    variable, item = coding.variable, coding.item
    if variable.list_name:
        return Readers(choice_reader(coding, shown))
    if variable.kind == "text":
        is_idle = (variable.table, variable.name) in coding.codebook.idle
        return Readers(text_reader(variable, is_idle=is_idle))
    if variable.kind in ("date", "month", "dateTime"):
        context = dates or date_context(
            shown,
            DateContext(
                missing=variable.missing_codes,
                order=item.order_of(variable.name),
                years=YEARS,
                zone=item.time_zone,
            ),
        )
        return Readers(*date_readers(variable, context), kinds=(DATE,))
    held = column.kinds == NUMBER if column.kinds is not None else np.zeros(len(shown), dtype=bool)
    return Readers(*number_readers(variable, coding.unit, shown[~held], item, shown[held]), kinds=(NUMBER,))


def looked_up(raw: Column, known: ColumnReading) -> ColumnReading | None:
    """Read a part of a column by the lines of the whole; None if a text of the part (a corrected one) does
    not stand there.
    """
    used = np.flatnonzero(np.bincount(raw.codes, minlength=len(raw.texts)))
    lines = pd.Index(known.read["text"]).get_indexer([raw.texts[place] for place in used])
    if len(lines) and lines.min() < 0:
        return None
    return ColumnReading(renumbered(raw, used), known.read.iloc[lines].reset_index(drop=True))


def join_readings(parts: list[tuple[np.ndarray, ColumnReading]], size: int) -> ColumnReading:
    """Put the readings of several groups of rows together; each part comes with its row positions."""
    codes, frames, start = np.zeros(size, dtype="int64"), [], 0
    for positions, part in parts:
        codes[positions] = part.codes + start
        frames.append(part.read)
        start += len(part.read)
    return ColumnReading(
        codes, pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=READ_COLUMNS)
    )


def typed(reading: ColumnReading, variable: Variable) -> pd.Series:
    """Give a column's values their type: whole numbers ``Int64``, other numbers ``float64``, everything else
    ``string``.
    """
    values = reading.read["value"]
    if variable.kind in ("integer", "decimal", "money"):
        distinct = np.array([np.nan if value is None else float(value) for value in values], dtype="float64")
        column = pd.Series(distinct[reading.codes] if len(distinct) else np.array([], dtype="float64"))
        return column.astype("Int64") if variable.kind == "integer" else column
    clean = reading.lines("clean")
    known = np.where(clean == "", np.array(None, dtype=object), clean)
    return pd.Series(pd.array(known, dtype="string").take(reading.codes))
