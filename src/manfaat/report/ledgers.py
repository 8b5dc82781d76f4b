"""Tables and sentences of the cleaning chapter: what was delivered, kept, changed, missing, and left for a
person to decide.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from manfaat.base.disclosure import SMALLEST_CELL, blanked, is_few, share_of_few, without_few
from manfaat.base.typed import required
from manfaat.cleaning import CleanTable, cell_ledger
from manfaat.cleaning.checks import heaping
from manfaat.cleaning.readers import Delivery
from manfaat.definitions.study import Study
from manfaat.report import labels
from manfaat.report.exhibit import Exhibit
from manfaat.report.reader import Reader
from manfaat.report.tables import PEOPLE, Column, Layout
from manfaat.report.words import Language, mark

SEVERAL = "several rules"  # that set few rows aside each

MOST_ROWS = 40  # of a table on the page; what is longer is shown in a shorter form, and its data stay whole
FILES = Layout(
    "files",
    mark("Files delivered"),
    [
        ("file", mark("File")),
        ("table", mark("Table")),
        ("rows", mark("Rows of answers"), "count"),
        ("no_answers", mark("Other rows"), "count"),
        ("columns", mark("Columns"), "count"),
        ("unused", mark("Columns not in the codebook"), "or none"),
    ],
    mark("Each file is the one that was sealed: its checksum was compared before it was read."),
)
DETECTED = Layout(
    "detected",
    mark("What to look at in the files"),
    [("what", mark("What")), ("size", mark("Notes"), "count"), ("file", mark("File"))],
    mark("Detected while reading; cohort.yml can state it instead."),
)
ROWS = Layout(
    "row-ledger",
    mark("Ledger of rows"),
    [("entry", mark("Entry")), ("table", mark("Table")), ("rows", mark("Rows"), "count")],
    mark("Every row delivered is either kept or set aside by a rule; the column adds up."),
)
CELLS = Layout(
    "cell-ledger",
    mark("Ledger of changed cells"),
    [
        ("variable", mark("Variable")),
        ("done", mark("What was done")),
        ("table", mark("Table")),
        ("variables", mark("Variables"), "count"),
        ("cells", mark("Cells"), PEOPLE),
    ],
    mark(
        "From this ledger and the clean table the raw text can be rebuilt, cell by cell; the run checked that"
        " it can."
    ),
)
MISSING = Layout(
    "missing",
    mark("Missing answers"),
    [
        ("variable", mark("Variable")),
        ("n", mark("Rows kept"), "count"),
        ("n_missing", mark("Missing"), "count"),
        ("share_missing", mark("Share missing"), "percent"),
        ("owed", mark("Share missing of those asked"), "percent"),
        *[(name, label, "count") for name, label in labels.MISSING_REASONS.items()],
    ],
    mark(
        "Answers missing among the rows kept, by the reason given; a dash where fewer than {n} would be told."
    ),
)
HEAPING = Layout(
    "heaping",
    mark("Round answers"),
    [("variable", mark("Variable")), ("n", mark("n"), "count")],
    mark(
        "Share of the answers that stand on a round value. Rounding is no error, but it limits how finely an"
        " answer can be trusted."
    ),
)


def files_table(reader: Reader, delivery: Delivery) -> Exhibit:
    """Which files were delivered, what they feed, and what of them is not used."""
    files = delivery.files
    others = (
        delivery.left_out.groupby(["file", "sheet"]).size()
        if len(delivery.left_out)
        else pd.Series(dtype="int64")
    )
    no_answers = [int(others.get(key, 0)) for key in zip(files["file"], files["sheet"], strict=True)]
    data, about = files.assign(table=files["table"].map(reader.table_label)), ""
    if any(no_answers):
        data = data.assign(no_answers=no_answers)
        about = reader.say(
            "Other rows are titles, totals and the like; both together are the rows in of the ledger of rows."
        )
    return FILES.exhibit(reader, data, about, terms_of_sharing(reader), reader.source_note())


def terms_of_sharing(reader: Reader) -> str:
    """Say of data that anybody can download where and on what terms, and that nothing is rounded because of
    it; nothing of confidential ones.
    """
    known = reader.study.cohort.public_data
    if known is None:
        return ""
    return reader.say(
        "Anybody can download these data ({address}; licence: {licence}): their numbers are published in full"
        " precision.",
        address=known.address,
        licence=known.licence,
    )


def detected_table(reader: Reader, delivery: Delivery) -> list[Exhibit]:
    """What was found out about the files that a person should look at; no table when nothing is in doubt.

    Where and how is quoted from the files themselves: an answer may stand in it, so that it leaves with
    public data alone.
    """
    doubts = delivery.log[delivery.log["doubtful"].astype(bool)] if len(delivery.log) else delivery.log
    if doubts.empty:
        return []
    doubts = doubts.drop_duplicates()
    counts = doubts.groupby(["file", "what"], as_index=False, sort=False).size()
    counts = counts.assign(what=[reader.say(labels.DETECTED.get(what, what)) for what in counts["what"]])
    if reader.study.cohort.is_confidential:
        return [DETECTED.exhibit(reader, counts)]
    about = reader.say("The data of this table say where and how.")
    return [DETECTED.exhibit(reader, counts, about, whole=doubts[["what", "value", "how", "file"]])]


def told_rows(study: Study, ledger: pd.DataFrame) -> pd.DataFrame:
    """The ledger of rows as it may leave the house: rules that set few rows aside are one line, with the next
    smallest where these are few together, so that the column adds up and no rule tells of one to four. As it
    is where the data are public.
    """
    if not study.cohort.is_confidential or ledger.empty:
        return ledger
    parts = [several_rules(own) for _, own in ledger.groupby("table", sort=False)]
    return pd.concat(parts, ignore_index=True)


def several_rules(ledger: pd.DataFrame) -> pd.DataFrame:
    """The ledger of one table with its small rules as one."""
    rules = ledger[ledger["rule"] != ""].sort_values("rows", ascending=False, kind="stable")
    joined = int(is_few(-rules["rows"]).sum())
    while 0 < joined < len(rules) and is_few(float(-rules["rows"].iloc[:joined].sum())):
        joined += 1
    if joined < 2:  # nothing to hide it among
        return ledger
    gone = rules.index[:joined]
    one = ledger.loc[gone].assign(
        rule=SEVERAL, entry="set aside", rows=int(rules["rows"].iloc[:joined].sum())
    )
    return pd.concat([ledger.drop(gone), one.head(1)]).sort_index(kind="stable")


def row_ledger_table(reader: Reader, ledger: pd.DataFrame) -> Exhibit:
    """Rows in = rows kept + rows set aside."""
    say, ledger = reader.say, told_rows(reader.study, ledger)
    names = {"rows in": say("Rows in"), "rows kept": say("Rows kept")}
    declared = {
        entry.rule: entry.reason[reader.code]
        for definition in reader.study.programme.tables.values()
        for entry in definition.set_aside
    }
    rules = [
        declared.get(rule) or say(labels.ROW_RULES.get(rule, rule)) if rule else "" for rule in ledger["rule"]
    ]
    entries = [
        names.get(entry) or say("Set aside: {rule}", rule=rule)
        for entry, rule in zip(ledger["entry"], rules, strict=True)
    ]
    data = ledger.assign(entry=entries, table=ledger["table"].map(reader.table_label))
    return ROWS.exhibit(reader, data, reader.source_note())


def cell_rule(rule: str, kind: str, *, waits: bool) -> str:
    """The name under which a cell rule is counted: what was done, by the kind of answer."""
    if rule in ("correction", "unit"):
        return rule
    if waits:
        return "waiting"
    return "missing" if rule in ("blank", "missing-code", "missing-word", "missing-in-file") else kind


def cell_ledger_table(reader: Reader, tables: dict[str, CleanTable]) -> list[Exhibit]:
    """Cells changed, by variable and what was done; no table when none was."""
    ledger = cell_ledger(tables)
    if ledger.empty:
        return []
    variables = {(variable.table, variable.name): variable for variable in reader.study.codebook.variables}
    waiting = {key for part in tables.values() for key in waiting_rules(part)}
    kinds = [
        cell_rule(rule, variables[table, name].kind, waits=(table, name, rule) in waiting)
        for table, name, rule in zip(ledger["table"], ledger["variable"], ledger["rule"], strict=True)
    ]
    data = (
        ledger.assign(done=kinds)
        .groupby(["table", "variable", "done"], as_index=False, sort=False)["cells"]
        .sum()
    )
    data = data.assign(
        variable=[
            variables[key].label(reader.code) for key in zip(data["table"], data["variable"], strict=True)
        ],
        done=[reader.say(labels.CELL_RULES[kind]) for kind in data["done"]],
    )
    whole = shown = data[["variable", "done", "cells"]]
    if len(data) > MOST_ROWS:
        shown = data.groupby(["done", "table"], as_index=False, sort=False).agg(
            variables=("variable", "size"), cells=("cells", "sum")
        )
        shown = shown.assign(table=shown["table"].map(reader.table_label)).sort_values(
            "cells", ascending=False
        )
    return [CELLS.exhibit(reader, shown, reader.source_note(), whole=whole)]


def waiting_rules(part: CleanTable) -> list[tuple[str, str, str]]:
    """Tables, variables and rules of the answers that a person must decide."""
    if part.review.empty:
        return []
    missing = part.review[part.review["until_then"] == "missing"]
    both = missing[["table", "key", "variable"]].merge(
        part.cells[["key", "variable", "rule"]], on=["key", "variable"]
    )
    return list(zip(both["table"], both["variable"], both["rule"], strict=True))


def missing_table(reader: Reader, missing: pd.DataFrame) -> Exhibit:
    """Item non-response of every variable, by reason."""
    variables = {(variable.table, variable.name): variable for variable in reader.study.codebook.variables}
    names = [
        variables[key].label(reader.code) for key in zip(missing["table"], missing["variable"], strict=True)
    ]
    data = without_few_reasons(
        missing.assign(variable=names), [name for name in labels.MISSING_REASONS if name in missing]
    )
    shown, which = data, ""
    if len(data) > MOST_ROWS:
        applicable = data["n"] - data.get("not_applicable", 0)
        owed = (data["n_missing"] - data["n"] + applicable) / applicable.where(applicable > 0)
        shown = (
            data.assign(owed=owed).sort_values("owed", ascending=False, kind="stable").head(MOST_ROWS // 2)
        )
        which = reader.say(
            "Of {m} variables the {n} that lack most of the answers that were due.", m=len(data), n=len(shown)
        )
    whole = data[[name for name, *_ in MISSING.columns if name in data]]
    return MISSING.exhibit(reader, shown, which, reader.source_note(), whole=whole, n=SMALLEST_CELL)


def without_few_reasons(missing: pd.DataFrame, reasons: list[str]) -> pd.DataFrame:
    """Blank of every variable the reasons that few gave, and what would give them away: those who answered
    are one more count of the same total.
    """
    counts = missing[reasons].assign(answered=missing["n"] - missing["n_missing"]).to_numpy(dtype="float64")
    safe = np.array([without_few(np.nan_to_num(row)) for row in counts]).reshape(counts.shape)
    gone = pd.DataFrame(np.isnan(safe), index=missing.index, columns=[*reasons, "answered"])
    told = {name: blanked(missing[name], gone["answered"]) for name in ("n_missing", "share_missing")}
    return missing.assign(**told, **{name: blanked(missing[name], gone[name]) for name in reasons})


def heaping_table(reader: Reader, tables: dict[str, CleanTable]) -> list[Exhibit]:
    """How many amounts and months stand on round values; no table when there are none."""
    parts = [heaping(part.kept, reader.study.codebook.table(name)) for name, part in tables.items()]
    found = (
        pd.concat([part for part in parts if len(part)], ignore_index=True)
        if any(map(len, parts))
        else pd.DataFrame()
    )
    found = found[found["n"] >= SMALLEST_CELL] if len(found) else found
    if found.empty:
        return []
    found = found.assign(share=found["share"].mask(share_of_few(found["share"], found["n"])))
    names = {variable.name: variable.label(reader.code) for variable in reader.study.codebook.variables}
    known = {"January": reader.say("January"), "year ends in 0 or 5": reader.say("year ends in 0 or 5")}
    texts = [
        known.get(pattern)
        or reader.say("multiple of {amount}", amount=reader.number(float(pattern.rsplit(" ", 1)[1]), 0))
        for pattern in found["pattern"]
    ]
    data = found.assign(variable=found["variable"].map(names), pattern=texts)
    wide = (
        data.pivot(index=["variable", "n"], columns="pattern", values="share")
        .reset_index()
        .set_index("variable")
    )
    wide = wide.loc[list(dict.fromkeys(data["variable"]))].reset_index()
    expected = data.drop_duplicates("pattern").set_index("pattern")["expected"]
    likely = [
        f"{pattern} {reader.percent(share, 1)}" for pattern, share in expected.items() if share >= 0.001
    ]
    alike = (
        reader.say("If all values were as likely: {shares}.", shares=reader.listing(likely)) if likely else ""
    )
    return [
        HEAPING.exhibit(
            reader,
            wide,
            alike,
            reader.source_note(),
            more=[Column(name, name, partial(reader.percent, decimals=1)) for name in expected.index],
            whole=data[["variable", "pattern", "n", "share", "expected"]],
        )
    ]


def link_sentences(reader: Reader, table: pd.DataFrame, linked: dict[str, pd.DataFrame]) -> list[str]:
    """Say how many rows of the main table found their record in each linked table, and how many records
    belong to nobody.
    """
    told, programme = list[str](), reader.study.programme
    for name, other in linked.items():
        by = required(programme.tables[name].link, f"the link of {name}").by
        ours, theirs = set(table[by].dropna()), set(other[by].dropna())
        values = {
            "table": reader.table_label(name),
            "main": reader.table_label(programme.main_table),
            "n": reader.number(len(ours & theirs), 0),
            "m": reader.number(len(ours), 0),
        }
        hides = reader.study.cohort.is_confidential
        if hides and is_few(float(len(ours - theirs))):
            told.append(
                reader.say("{table}: a record was found for all but a few of {m} ({main}).", **values)
            )
        else:
            told.append(reader.say("{table}: a record was found for {n} of {m} ({main}).", **values))
        lost = len(theirs - ours)
        if hides and is_few(float(lost)):
            told.append(reader.say("No partner was found for a few records there."))
        elif lost:
            told.append(
                reader.say_count(
                    "No partner was found for {n} record there.",
                    "No partner was found for {n} records there.",
                    lost,
                )
            )
    return told


def cells_changed(tables: dict[str, CleanTable], language: Language) -> str:
    """Say how many cells were changed."""
    n = sum(len(part.cells) for part in tables.values())
    return (
        language.say_count("Cleaning changed {n} cell.", "Cleaning changed {n} cells.", n)
        if n
        else language.say("No cell was changed: every clean value is written as it was delivered.")
    )


def nothing_found(exhibits: list[Exhibit], language: Language) -> str:
    """Say so when no rule is broken."""
    return "" if exhibits else language.say("No rule is broken.")
