"""What was asked: every question as it is worded, the column of its answers, and what can be answered."""

from __future__ import annotations

from manfaat.definitions.codebook import Variable
from manfaat.report.blocks import Block, Cell, Head, Heading, Table
from manfaat.report.reader import Reader
from manfaat.report.words import mark

FILLED_IN = ("key", "version", "submitted", "start", "end", "enumerator", "weight", "cluster", "stratum")
HEADS = mark("Question"), mark("Column"), mark("What can be answered")
KINDS = {
    "text": mark("in words"),
    "integer": mark("a number"),
    "decimal": mark("a number"),
    "money": mark("an amount"),
    "date": mark("a date"),
    "month": mark("a month"),
    "dateTime": mark("a date and time"),
}


def questionnaire_table(reader: Reader, place: int) -> list[Block]:
    """The questions of every table of the delivery as a section of the annex, where ``place`` numbers the
    table; what whoever asks fills in is left out.
    """
    say, lists = reader.say, dict[str, str]()
    rows: list[tuple[Cell, ...]] = []
    for name in reader.study.programme.tables:
        asked = [one for one in reader.study.codebook.table(name) if is_asked(one)]
        if asked:
            rows.append((Cell(reader.table_label(name)),))
        for one in asked:
            texts = one.label(reader.code), one.name, answers_of(reader, one, lists)
            rows.append(tuple(Cell(text) for text in texts))
    title = say("Questionnaire")
    heads = tuple(Head(say(text)) for text in HEADS)
    note = say("A list of answers is written out where it comes first; later that column is named.")
    label = say("Table") + f" A.{place}"
    table = Table(f"exhibit-table-a-{place}", label, title, note, heads, tuple(rows))
    return [Heading(2, title, "questionnaire"), table]


def is_asked(variable: Variable) -> bool:
    """Whether somebody answers it."""
    return variable.role not in FILLED_IN


def answers_of(reader: Reader, variable: Variable, lists: dict[str, str]) -> str:
    """What can be answered: the answers with their codes, or what kind of value. ``lists`` are those written
    out before, each with the column where it was; this one is added to them.
    """
    unit = reader.unit_of(variable.unit)
    if variable.list_name is None:
        kind = reader.say(KINDS[variable.kind])
        return reader.say("{kind} ({unit})", kind=kind, unit=unit.label[reader.code]) if unit else kind
    first = lists.setdefault(variable.list_name, variable.name)
    if first != variable.name:
        text = reader.say("as in {column}", column=first)
    else:
        own = reader.study.codebook.answers(variable.list_name)
        text = "; ".join(f"{one.name} {one.label(reader.code)}" for one in own)
    return reader.say("several of: {answers}", answers=text) if variable.kind == "select_multiple" else text
