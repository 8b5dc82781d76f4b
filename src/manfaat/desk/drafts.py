"""Lines for the definition files of a programme, drafted from a form or from data, and what a person must
decide about them.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from manfaat.definitions.study import DECIDE
from manfaat.desk.answers import NUMBERED, Answer, known_lists, reason_of, shared_list, without_variants
from manfaat.desk.money import currency_of
from manfaat.desk.naming import chosen_name, tidy_name, without_year
from manfaat.files.formats import (
    Block,
    RawTable,
    find_multiple,
    find_unnamed_blocks,
    fold_multiple,
    link_repeats,
    strip_groups,
    unite,
)
from manfaat.files.parsing import date_context, read_date
from manfaat.files.parsing.aliases import fold
from manfaat.files.parsing.missing import between, read_label
from manfaat.files.parsing.normalise import tidy
from manfaat.files.parsing.number_context import lone_amount
from manfaat.files.parsing.telephones import are_telephones

ENGLISH, INDONESIAN = "label::English (en)", "label::Bahasa Indonesia (id)"
MOST_ANSWERS = (
    12  # a column of more distinct texts than this is drafted as text, not as a question with answers
)
MOST = 0.9  # share of the distinct texts that tells what a column holds
ALIKE = 0.5  # share of the columns that sheets of one table have in common
SAMPLE = 500  # distinct texts that are looked at
CODE = re.compile(r"-?\d{1,9}(?:\.\d+)?|[A-Za-z]{1,3}\d{1,6}")  # 3, -9, SQ001: what is a code already
NUMBERS = r"[-+]?[\d.,/: T-]*\d[\d.,/: -]*Z?"  # numbers, dates and times as programs write them
FEWEST_WORDS, MOSTLY_WORDS, MOST_WORDS = (
    3,
    0.6,
    0.2,
)  # of a row that is no row of answers: its words, their share; and their share in a column
WHOLE = r"-?(?:0|[1-9]\d{0,14})(?:\.0)?"
GROUPED = r"-?[1-9]\d{0,2}(?:[.,]\d{3})+(?:[.,]\d{1,2})?"
BROKEN = (  # 0.5, also written .5, 5e-01 or 1.5e-05
    r"-?(?:(?:0|[1-9]\d{0,14})?[.,]\d+(?:[eE][-+]?\d{1,3})?|[1-9][eE]-\d{1,3})"
)
IDENTIFYING = (
    r"(?i)\b(?:nama|name|alamat|address|e-?mail|surel|telepon|telp|tele?phone|phone|phone ?number|mobile|cell"
    r" ?phone|hand ?phone|hp|whats ?app|wa|nik|ktp|ip ?address)\b"
)
PERHAPS_IDENTIFIER = "perhaps an identifier: kept apart"
NO_ANSWER = re.compile(r"-(?:[5-9]|[5-9]{2,4})")  # -9, -99, -888: codes that no amount of the kind has
NO_ANSWER_PROFILE = "no_answer"
SUBMISSION, SUBMITTED, PARENT = (
    ("_uuid", "KEY"),
    ("_submission_time", "SubmissionDate"),
    ("_submission__uuid", "PARENT_KEY"),
)
SYSTEM = (  # what KoboToolbox, ODK and SurveyCTO add to every row: columns, name, type, role, texts
    (SUBMISSION, "submission", "text", "", ("Submission", "Pengiriman")),
    (SUBMITTED, "submitted", "dateTime", "submitted", ("Time of submission", "Waktu pengiriman")),
    (PARENT, "submission", "text", "", ("Submission that the row belongs to", "Pengiriman induk baris ini")),
    (("formdef_version",), "form_version", "text", "", ("Version of the form", "Versi formulir")),
    (("review_status",), "review_status", "text", "", ("Review of the submission", "Pemeriksaan pengiriman")),
)


@dataclass
class Draft:
    """Lines for ``codebook.csv`` and ``choices.csv``, and what a person must decide.

    ``shared`` : of each list that questionnaires share the answers that are there, by their English label.
    ``no_answer`` : numbers that look like codes for no answer.
    """

    variables: list[dict[str, str]] = field(default_factory=list)
    choices: list[dict[str, str]] = field(default_factory=list)
    decide: list[str] = field(default_factory=list)
    title: str = ""
    shared: dict[str, dict[str, Answer]] = field(default_factory=dict)
    no_answer: set[str] = field(default_factory=set)

    @property
    def tables(self) -> list[str]:
        """The tables, in the order of their first lines."""
        return list(dict.fromkeys(line["table"] for line in self.variables))

    def table(self, name: str) -> list[dict[str, str]]:
        """The lines of one table."""
        return [line for line in self.variables if line["table"] == name]

    def answers(self, listed: str) -> list[dict[str, str]]:
        """The answers of one list."""
        return [line for line in self.choices if line["list_name"] == listed]


def codebook_line(table: str, name: str, kind: str, source: str, note: str = "") -> dict[str, str]:
    """One line of ``codebook.csv``, labelled as its column is called."""
    words = source.partition("|")[0].replace("_", " ").strip()
    label = words[:1].upper() + words[1:]
    empty = dict.fromkeys(("unit", "relevant", "constraint", "missing", "role"), "")
    return {
        "table": table,
        "name": name,
        "type": kind,
        "source": source,
        ENGLISH: label,
        INDONESIAN: label,
        "required": "no",
        "note": note,
        **empty,
    }


def draft_from_data(tables: list[RawTable]) -> Draft:
    """Draft a codebook from delivered tables: a question with answers where few texts repeat, else a number,
    date or text.

    What a file says itself (labels of SPSS and Stata files) is taken over, and questions whose answers have a
    column each become one question with several answers. Sheets with the same columns are one table; those
    without rows, and notes, are left out.
    """
    draft = Draft()
    names: set[str] = set()
    filled = link_repeats([table for table in tables if len(table.frame)])
    notes = [table for table in filled if len(table.columns) == 1 and len(filled) > 1]
    draft.decide += [f"sheet '{table.name}': left out, it has one column" for table in notes]
    for sheet in alike_united([table for table in filled if table not in notes]):
        people = without_headers(sheet, draft)
        table, blocks = folded(people)
        add_table(draft, table, blocks, tidy_name(without_year(sheet.name) or "people", names))
    draft.choices += [
        answer_line(listed, answer)
        for listed, answers in draft.shared.items()
        for answer in numbered(listed, answers)
    ]
    return draft


def numbered(listed: str, answers: dict[str, Answer]) -> list[Answer]:
    """The answers of a shared list in its order, each with its code."""
    levels = [level.answer for level in known_lists()[listed] if level.answer.en in answers]
    return [
        replace(answers[level.en], code=level.code or str(number))
        for number, level in enumerate(levels, start=1)
    ]


def without_headers(sheet: RawTable, draft: Draft) -> RawTable:
    """Leave rows out of the guesses that hold words where the other rows hold numbers: questions under the
    names, another table's header.
    """
    numbers, words = [], []
    for column in sheet.columns:
        texts = sheet.frame[column].astype("str").str.strip()
        is_number, has_letters = texts.str.fullmatch(NUMBERS), texts.str.contains(r"[^\W\d_]{2}")
        if has_letters.sum() <= max(1, MOST_WORDS * is_number.sum()) and is_number.sum() > 1:
            numbers.append(is_number)
            words.append(has_letters)
    if len(words) < FEWEST_WORDS:
        return sheet
    worded, answered = np.sum(words, axis=0), np.sum(numbers, axis=0) + np.sum(words, axis=0)
    strange = (worded >= FEWEST_WORDS) & (worded >= MOSTLY_WORDS * answered)
    for first, last in runs(np.flatnonzero(strange)):
        rows = (
            f"row {sheet.frame['_row'].iloc[first]}"
            if first == last
            else f"rows {sheet.frame['_row'].iloc[first]} to {sheet.frame['_row'].iloc[last]}"
        )
        told = (
            "perhaps a second header, or where another table begins; no type was guessed from it, and"
            " 'skip_rows' in cohort.yml leaves it out"
        )
        draft.decide.append(f"sheet '{sheet.name}', {rows}: {told}")
    kinds = {column: codes[~strange] for column, codes in sheet.kinds.items()}
    return (
        replace(sheet, frame=sheet.frame[~strange].reset_index(drop=True), kinds=kinds)
        if strange.any()
        else sheet
    )


def runs(places: np.ndarray) -> list[tuple[int, int]]:
    """The first and last of each run of places that follow one another."""
    parts = np.split(places, np.flatnonzero(np.diff(places) > 1) + 1) if len(places) else []
    return [(int(part[0]), int(part[-1])) for part in parts]


def alike_united(tables: list[RawTable]) -> list[RawTable]:
    """Put sheets under one another that share most of their columns, as a sheet a cohort does."""
    groups: list[list[RawTable]] = []
    for table in tables:
        columns = set(table.columns)
        if (
            "_parent_row" in columns
        ):  # repeat groups of one file are different tables, though all name their parents
            groups.append([table])
            continue
        group = next(
            (
                group
                for group in groups
                if len(columns & set(group[0].columns)) >= ALIKE * max(len(columns), len(group[0].columns))
            ),
            None,
        )
        groups.append([table]) if group is None else group.append(table)
    return [group[0] if len(group) == 1 else unite(group, name="people") for group in groups]


def folded(sheet: RawTable) -> tuple[RawTable, dict[str, Block]]:
    """Undo what export tools do to columns, as the reader will; return the table, and the block behind each
    folded column.
    """
    table, found = sheet, {}
    for block in (*find_multiple(sheet), *find_unnamed_blocks(sheet)):
        if (
            not plain_questions(sheet, block)
            and set(block.columns) <= set(table.columns)
            and (block.question not in table.columns or block.question in (block.combined, block.columns[0]))
        ):
            table = fold_multiple(table, block).table
            found[block.question] = block
    stripped = strip_groups(table)
    return stripped, {
        new: found[old] for old, new in zip(table.columns, stripped.columns, strict=True) if old in found
    }


def plain_questions(sheet: RawTable, block: Block) -> bool:
    """Whether columns that may be options say no in words somewhere: rather questions of their own, such as
    the rows of a grid.
    """
    return not block.sure and bool(
        set().union(*(sheet.frame[column].unique() for column in block.columns)) & {"N", "No", "Tidak", "Non"}
    )


def add_table(draft: Draft, sheet: RawTable, blocks: dict[str, Block], table: str) -> None:
    """Add the columns of one table to the draft."""
    taken: set[str] = set()
    system = system_lines(sheet, table, taken)
    known = {source for line in system for source in line["source"].split("|")}
    for column in sheet.columns:
        if column in known or (column.startswith("_") and known):
            continue
        said = next((label for _, label in labels_of(sheet, column, "variable")), "")
        name = chosen_name(column, said, taken)
        if column in blocks:
            draft.variables.append(line_of_block(blocks[column], column, table, name, draft))
        else:
            draft.variables.append(
                line_of_column(sheet, column, codebook_line(table, name, "", column), draft)
            )
    draft.variables += system


def system_lines(sheet: RawTable, table: str, taken: set[str]) -> list[dict[str, str]]:
    """Lines for the columns by which KoboToolbox and ODK name and date a submission, where the table has
    them.
    """
    found, columns = [], sheet.columns
    for sources, name, kind, role, labels in SYSTEM:
        if not any(source in columns for source in sources) or (
            sources is SUBMISSION and any(parent in columns for parent in PARENT)
        ):
            continue
        line = codebook_line(table, tidy_name(name, taken), kind, "|".join(sources))
        found.append(line | {ENGLISH: labels[0], INDONESIAN: labels[1], "role": role})
    return found


def line_of_block(block: Block, column: str, table: str, name: str, draft: Draft) -> dict[str, str]:
    """One line for a question with several answers, whose options had a column each."""
    labels = block.labels if any(block.labels) else block.options
    listed = list_name(name, table, draft)
    draft.choices += answer_lines(listed, dict(zip(block.options, labels, strict=True)))
    doubt = (
        ""
        if block.sure
        else (
            f"{DECIDE} {len(block.columns)} columns were taken as its answers: several answers of one"
            " question, or questions of their own?"
        )
    )
    return codebook_line(table, name, f"select_multiple {listed}", column, doubt)


def line_of_column(sheet: RawTable, column: str, line: dict[str, str], draft: Draft) -> dict[str, str]:
    """Complete one line of the codebook, from the column's texts and from what the file says of it."""
    texts = sheet.frame[column].astype("str").str.strip()
    absent = declared_missing(sheet, column)
    texts = texts[(texts != "") & ~texts.isin(absent)]
    answers = {
        value: label
        for value, label in labels_of(sheet, column, "value")
        if value not in absent and not value.startswith(".")
    }
    answers = answers if any(label != value for value, label in answers.items()) else {}
    words = {text: reason for text in texts.unique() if text not in answers and (reason := reason_of(text))}
    texts = texts[~texts.isin(words)]
    said = next((label for _, label in labels_of(sheet, column, "variable")), "")
    line |= {ENGLISH: said, INDONESIAN: said} if said else {}
    is_listed = answers and set(texts.unique()) <= set(answers)
    line["type"] = "select_one" if is_listed else guessed_kind(texts)
    if line["type"] in ("integer", "decimal"):
        codes = codes_of_no_answer(texts)
        draft.no_answer |= codes
        texts = texts[~texts.isin(codes)]
        line["missing"] = NO_ANSWER_PROFILE if codes else ""
    reasons = [
        line["missing"],
        reasons_of(sheet, column, absent),
        *[f"{text}={why}" for text, why in words.items()],
    ]
    line["missing"] = ";".join(reason for reason in reasons if reason and not re.search(r"\|", reason))
    if line["type"] in ("text", "select_one"):
        with_answers(line, texts, answers if is_listed else {}, draft)
    called = are_telephones(list(texts.unique()))
    line |= {"type": "text"} if called else {}
    if called or (identifies(column, said) and line["type"].split(" ")[0] in ("text", "select_one")):
        line |= {"role": "identifier", "note": PERHAPS_IDENTIFIER}
    return line


def with_answers(line: dict[str, str], texts: pd.Series, labels: dict[str, str], draft: Draft) -> None:
    """Give a column of words, or of codes with labels, its list: one that questionnaires share, several
    answers in a cell, or its own.
    """
    shared = shared_list(list(texts.unique())) if not labels else None
    if set(texts.unique()) | set(labels) <= {"0", "1"} and set(labels.values()) <= {"", "0", "1"}:
        shared = "yes_no", [level.answer for level in known_lists()["yes_no"]]
    parts = [] if labels or shared else joined_answers(texts)
    if shared and all(len(text) < 60 for text in texts.unique()):
        listed, answers = shared
        if join_shared(listed, answers, draft):
            line["type"] = f"select_one {listed}"
            return
        own = [answer_line("", answer) for answer in answers]
    elif parts:
        line["note"] = "perhaps several answers of one list in one cell, parted at commas or semicolons"
        own = answer_lines("", {part: part for part in parts})
    elif line["type"] == "select_one":
        own = own_answers(texts, labels)
    else:
        return
    kind = "select_multiple" if parts else "select_one"
    line["type"] = f"{kind} {same_list(line['name'], line['table'], own, draft)}"


def join_shared(listed: str, answers: list[Answer], draft: Draft) -> bool:
    """Add the answers of a column to those of a shared list; False where the column has codes of its own."""
    fixed = {level.answer.en: level.answer.code for level in known_lists()[listed]}
    usual = all(
        answer.code in (fixed[answer.en], str(place)) for place, answer in enumerate(answers, start=1)
    )
    if not usual:
        return False
    known = draft.shared.setdefault(listed, {})
    for answer in answers:
        also = known[answer.en].also if answer.en in known else ()
        known[answer.en] = replace(answer, also=tuple(dict.fromkeys((*also, *answer.also))))
    return True


def own_answers(texts: pd.Series, labels: dict[str, str]) -> list[dict[str, str]]:
    """The answers of a column's own list: those that the file labels, with those words in the other language
    that the house knows; else its texts, each once however it is spelt.
    """
    if not labels:
        spellings = without_variants(Counter(texts))
        lines = answer_lines("", {text: text for text in spellings})
        for line, also in zip(lines, spellings.values(), strict=True):
            line["aliases"] = "|".join(filter(None, [line["aliases"], *also]))
        return lines
    plain = {
        code: match["label"] if (match := NUMBERED.fullmatch(label)) and match["code"] == code else label
        for code, label in labels.items()
        if label
    }
    words = shared_list(plain.values())
    levels = known_lists()[words[0]] if words else ()
    lines = answer_lines(
        "", {code: plain.get(code, code) for code in dict.fromkeys([*labels, *sorted(texts.unique())])}
    )
    for line in lines:
        level = next((one for one in levels if fold(tidy(line[ENGLISH])[0]) in one.keys), None)
        line |= {INDONESIAN: level.answer.id} if level else {}
    return lines


def same_list(name: str, table: str, answers: list[dict[str, str]], draft: Draft) -> str:
    """The name of a list with these answers: one that another variable has already, or a new one."""
    content = [{**answer, "list_name": ""} for answer in answers]
    for listed in dict.fromkeys(line["list_name"] for line in draft.choices):
        if [{**line, "list_name": ""} for line in draft.answers(listed)] == content:
            return listed
    listed = list_name(name, table, draft)
    draft.choices += [{**answer, "list_name": listed} for answer in answers]
    return listed


def codes_of_no_answer(texts: pd.Series) -> set[str]:
    """Negative numbers such as -9 and -99 that stand more than once among numbers that are all 0 or more."""
    often = Counter(texts)
    codes = {
        text for text, n in often.items() if n > 1 and NO_ANSWER.fullmatch(text) and len(set(text[1:])) == 1
    }
    codes |= {text for text in often if codes and re.fullmatch(r"-9[5-9]{1,2}", text)}
    rest = [text for text in often if text not in codes]
    return codes if rest and not any(text.startswith("-") for text in rest) else set()


def identifies(*texts: str) -> bool:
    """Whether a name or a question asks for what identifies people: a name, an address, a number to call."""
    return any(re.search(IDENTIFYING, text.replace("_", " ")) for text in texts)


def joined_answers(texts: pd.Series) -> list[str]:
    """The answers of a column that looks like several of a short list in one cell, as Google Forms writes
    them; none where it does not.

    They are fewer than the texts that they make up ("A", "B", "A, B"), and hold letters.
    """
    if not texts.str.contains(r"[,;]").any():
        return []
    parts = texts.str.split(r"\s*;\s*" if texts.str.contains(";").any() else r"\s*,\s+", regex=True).explode()
    found = sorted(part for part in parts.unique() if part)
    worded = all(any(letter.isalpha() for letter in part) for part in found)
    return (
        found
        if worded
        and len(found) <= MOST_ANSWERS
        and len(parts) >= 2 * len(found)
        and len(found) < texts.nunique()
        else []
    )


def labels_of(sheet: RawTable, column: str, kind: str) -> list[tuple[str, str]]:
    """What the file says of a column, value and label: its own label, or those of its values."""
    own = sheet.labels[(sheet.labels["variable"] == column) & (sheet.labels["kind"] == kind)]
    return list(zip(own["value"], own["label"], strict=True))


def declared_missing(sheet: RawTable, column: str) -> set[str]:
    """The texts of a column that the file itself declares missing, or calls no answer."""
    lines = sheet.missing[
        (sheet.missing["variable"] == column) & sheet.missing["kind"].isin(("value", "range", "tagged"))
    ]
    is_range = lines["kind"] == "range"
    ranges = list(zip(lines["low"][is_range].astype(str), lines["high"][is_range].astype(str), strict=True))
    exact = set(lines["low"][~is_range])
    labels = labels_of(sheet, column, "value")
    texts = {*sheet.frame[column].astype("str").unique(), *(value for value, _ in labels)}
    exact |= {value for value, label in labels if read_label(label, value)}
    return exact | {text for text in texts if any(between(text, low, high) for low, high in ranges)}


def reasons_of(sheet: RawTable, column: str, absent: set[str]) -> str:
    """The codes that the file declares missing with the reasons that their labels give, as ``missing`` of the
    codebook has them.
    """
    named = {
        value: read_label(label, value)
        for value, label in labels_of(sheet, column, "value")
        if value in absent
    }
    return ";".join(f"{code}={reason}" for code, reason in named.items() if reason)


def list_name(name: str, table: str, draft: Draft) -> str:
    """The name of a new list of answers: the variable's, with its table where another table has one of that
    name.
    """
    taken = {line["list_name"] for line in draft.choices} | set(known_lists())
    return name if name not in taken else f"{table}_{name}"


def answer_lines(listed: str, answers: dict[str, str]) -> list[dict[str, str]]:
    """Lines of ``choices.csv`` for answers as delivered → their labels.

    Each gets a short code without spaces; a text as it is delivered becomes another way to write the answer.
    """
    taken = {answer for answer in answers if CODE.fullmatch(answer)}
    codes = {answer: answer if answer in taken else short_code(answer, taken) for answer in answers}
    return [
        answer_line(
            listed,
            Answer(codes[answer], label, label, () if answer in (codes[answer], label) else (answer,)),
        )
        for answer, label in answers.items()
    ]


def short_code(text: str, taken: set[str]) -> str:
    """A code for an answer in words; ``taken`` grows by it."""
    return tidy_name(
        text if any(letter.isascii() and letter.isalnum() for letter in text) else "answer", taken
    )


def answer_line(listed: str, answer: Answer) -> dict[str, str]:
    """One line of ``choices.csv``."""
    return {
        "list_name": listed,
        "name": answer.code,
        ENGLISH: answer.en,
        INDONESIAN: answer.id,
        "aliases": "|".join(text for text in answer.also if "|" not in text),
    }


def guessed_kind(texts: pd.Series) -> str:
    """Guess what a column holds: ``integer, decimal, money, date, month, dateTime, select_one`` or ``text``.

    Numbers are numbers, however few differ, but 0 and 1 alone; dates and amounts as people write them are
    told from most of the texts; few words that repeat are a question.
    """
    distinct = pd.Series(texts.unique(), dtype="str")
    if distinct.empty:
        return "text"
    if set(distinct) <= {"0", "1"} and len(distinct) > 1:
        return "select_one"
    whole, broken = distinct.str.fullmatch(WHOLE), distinct.str.fullmatch(BROKEN)
    if is_money(distinct, whole):
        return "money"
    if (whole | broken).all():
        return "integer" if whole.all() else "decimal"
    if (kind := kind_of_dates(texts, distinct)) or (kind := kind_of_words(texts, distinct)):
        return kind
    return "text"  # what begins with 0, or is longer than a number, is a name made of digits


def is_money(distinct: pd.Series, whole: pd.Series) -> bool:
    """Whether texts are amounts as people write them: with separators, or with the word or sign of a
    currency.
    """
    written = distinct[~whole].head(SAMPLE)
    signed = [text for text in written if re.search(r"[^\d.,\s%+-]", text) and lone_amount(tidy(text)[0])]
    fitting = (
        written.map(lambda text: bool(lone_amount(tidy(text)[0])))
        if signed
        else written.str.fullmatch(GROUPED)
    )
    plain = int(whole.sum()) if len(written) < SAMPLE else 0
    most = MOST * (len(written) + plain)
    if fitting.any() and fitting.sum() + plain >= most:
        return True
    code = currency_of(written)
    amounts = [text for text in written if code and lone_amount(tidy(text)[0], code)]
    return bool(amounts) and len(amounts) + plain >= most


def kind_of_dates(texts: pd.Series, distinct: pd.Series) -> str:
    """``date``, ``dateTime`` or ``month`` where most of the texts are such; else empty."""
    if distinct.str.fullmatch(r"(19|20)\d\d-(0[1-9]|1[0-2])").all():
        return "month"
    written = distinct[
        ~distinct.str.fullmatch(r"-?\d+([.,]\d+)?")
        & distinct.str.contains(r"\d")
        & (distinct.str.len() <= 40)
    ].head(SAMPLE)
    if len(written) < MOST * min(len(distinct), SAMPLE):
        return ""
    context = date_context(Counter(texts))
    found = [
        str(reading.value or reading.proposal) for reading in (read_date(text, context) for text in written)
    ]
    days = [day for day in found if len(day) >= len("2004-03-12") and day[4] == "-"]
    if len(days) < MOST * len(written):
        return ""
    return "dateTime" if all("T" in day for day in days) else "date"


def kind_of_words(texts: pd.Series, distinct: pd.Series) -> str:
    """``select_one`` where few words repeat, however they are spelt; else empty."""
    answers = {fold(tidy(text)[0]) for text in distinct}
    return "select_one" if len(answers) <= MOST_ANSWERS and len(texts) >= 2 * len(answers) else ""
