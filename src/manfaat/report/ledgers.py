"""Tables and sentences of the cleaning chapter: what was delivered, kept, changed, missing, and left for a
person to decide.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from manfaat.analysis.study import Study
from manfaat.base.disclosure import SMALLEST_CELL, blanked, without_few
from manfaat.cleaning import CleanTable, cell_ledger
from manfaat.cleaning.checks import heaping
from manfaat.cleaning.readers import Delivery
from manfaat.report import labels
from manfaat.report.exhibit import Exhibit
from manfaat.report.tables import Column, table
from manfaat.report.words import Language

MOST_ROWS = 40  # of a table on the page; what is longer is shown in a shorter form, and its data stay whole


def files_table(study: Study, delivery: Delivery, language: Language) -> Exhibit:
    """Which files were delivered, what they feed, and what of them is not used."""
    say, files, number = language.say, delivery.files, lambda n: language.number(n, 0)
    others = (
        delivery.left_out.groupby(["file", "sheet"]).size()
        if len(delivery.left_out)
        else pd.Series(dtype="int64")
    )
    no_answers = [int(others.get((row.file, row.sheet), 0)) for row in files.itertuples(index=False)]
    data = files.assign(
        no_answers=no_answers,
        table=[study.programme.tables[name].label[language.code] for name in files["table"]],
    )
    columns = [
        Column("file", say("File")),
        Column("table", say("Table")),
        Column("rows", say("Rows of answers"), number),
        *([Column("no_answers", say("Other rows"), number)] if any(no_answers) else []),
        Column("columns", say("Columns"), number),
        Column("unused", say("Columns not in the codebook"), lambda text: text or say("none")),
    ]
    caption = say("Each file is the one that was sealed: its checksum was compared before it was read.")
    if any(no_answers):
        caption += " " + say(
            "Other rows are titles, totals and the like; both together are the rows in of the ledger of rows."
        )
    caption += " " + labels.source_note(study, language)
    return table("files", say("Files delivered"), caption, data, columns)


def detected_table(study: Study, delivery: Delivery, language: Language) -> list[Exhibit]:
    """What was found out about the files that a person should look at; no table when nothing is in doubt."""
    say = language.say
    doubts = delivery.log[delivery.log["doubtful"].astype(bool)] if len(delivery.log) else delivery.log
    if doubts.empty:
        return []
    doubts = doubts.drop_duplicates()
    counts = doubts.groupby(["file", "what"], as_index=False, sort=False).size()
    counts = counts.assign(what=[say(labels.DETECTED.get(what, what)) for what in counts["what"]])
    columns = [
        Column("what", say("What")),
        Column("size", say("Notes"), lambda n: language.number(n, 0)),
        Column("file", say("File")),
    ]
    caption = say(
        "Detected while reading; cohort.yml can state it instead. The data of this table say where and how."
    )
    return [
        table(
            "detected",
            say("What to look at in the files"),
            caption,
            counts,
            columns,
            whole=doubts[["what", "value", "how", "file"]],
        )
    ]


def row_ledger_table(study: Study, ledger: pd.DataFrame, language: Language) -> Exhibit:
    """Rows in = rows kept + rows set aside."""
    say = language.say
    names = {"rows in": say("Rows in"), "rows kept": say("Rows kept")}
    declared = {
        entry.rule: entry.reason[language.code]
        for definition in study.programme.tables.values()
        for entry in definition.set_aside
    }
    rules = [
        declared.get(rule) or say(labels.ROW_RULES.get(rule, rule)) if rule else "" for rule in ledger["rule"]
    ]
    entries = [
        names.get(entry) or say("Set aside: {rule}", rule=rule)
        for entry, rule in zip(ledger["entry"], rules, strict=True)
    ]
    data = ledger.assign(
        entry=entries, table=[study.programme.tables[name].label[language.code] for name in ledger["table"]]
    )
    columns = [
        Column("entry", say("Entry")),
        Column("table", say("Table")),
        Column("rows", say("Rows"), lambda n: language.number(n, 0)),
    ]
    caption = (
        say("Every row delivered is either kept or set aside by a rule; the column adds up.")
        + " "
        + labels.source_note(study, language)
    )
    return table("row-ledger", say("Ledger of rows"), caption, data, columns)


def cell_rule(rule: str, kind: str, *, waits: bool) -> str:
    """The name under which a cell rule is counted: what was done, by the kind of answer."""
    if rule in ("correction", "unit"):
        return rule
    if waits:
        return "waiting"
    return "missing" if rule in ("blank", "missing-code", "missing-word", "missing-in-file") else kind


def cell_ledger_table(study: Study, tables: dict[str, CleanTable], language: Language) -> list[Exhibit]:
    """Cells changed, by variable and what was done; no table when none was."""
    say, ledger = language.say, cell_ledger(tables)
    if ledger.empty:
        return []
    variables = {(variable.table, variable.name): variable for variable in study.codebook.variables}
    waiting = {
        (row.table, row.variable, rule) for part in tables.values() for row, rule in waiting_rules(part)
    }
    kinds = [
        cell_rule(
            row.rule,
            variables[row.table, row.variable].kind,
            waits=(row.table, row.variable, row.rule) in waiting,
        )
        for row in ledger.itertuples(index=False)
    ]
    data = (
        ledger.assign(done=kinds)
        .groupby(["table", "variable", "done"], as_index=False, sort=False)["cells"]
        .sum()
    )
    names = [variables[row.table, row.variable].label(language.code) for row in data.itertuples(index=False)]
    data = data.assign(variable=names, done=[say(labels.CELL_RULES[kind]) for kind in data["done"]])
    caption = say(
        "From this ledger and the clean table the raw text can be rebuilt, cell by cell; the run checked that"
        " it can."
    )
    whole, number = data[["variable", "done", "cells"]], lambda n: language.number(n, 0)
    columns = [
        Column("variable", say("Variable")),
        Column("done", say("What was done")),
        Column("cells", say("Cells"), number),
    ]
    if len(data) > MOST_ROWS:
        data = data.groupby(["done", "table"], as_index=False, sort=False).agg(
            variables=("variable", "size"), cells=("cells", "sum")
        )
        data = data.assign(
            table=[study.programme.tables[name].label[language.code] for name in data["table"]]
        ).sort_values("cells", ascending=False)
        columns = [
            columns[1],
            Column("table", say("Table")),
            Column("variables", say("Variables"), number),
            columns[2],
        ]
    return [
        table(
            "cell-ledger",
            say("Ledger of changed cells"),
            caption + " " + labels.source_note(study, language),
            data,
            columns,
            whole=whole,
        )
    ]


def waiting_rules(part: CleanTable) -> list[tuple[object, str]]:
    """Variables and rules of the answers that a person must decide."""
    if part.review.empty:
        return []
    missing = part.review[part.review["until_then"] == "missing"]
    both = missing[["table", "key", "variable"]].merge(
        part.cells[["key", "variable", "rule"]], on=["key", "variable"]
    )
    return [(row, row.rule) for row in both.drop_duplicates(["variable", "rule"]).itertuples(index=False)]


def missing_table(study: Study, missing: pd.DataFrame, language: Language) -> Exhibit:
    """Item non-response of every variable, by reason."""
    say = language.say
    variables = {(variable.table, variable.name): variable for variable in study.codebook.variables}
    data = missing.assign(
        variable=[
            variables[row.table, row.variable].label(language.code) for row in missing.itertuples(index=False)
        ]
    )
    reasons = [
        Column(name, say(label), lambda n: language.number(n, 0))
        for name, label in labels.MISSING_REASONS.items()
        if name in data
    ]
    data = without_few_reasons(data, [reason.name for reason in reasons])
    columns = [
        Column("variable", say("Variable")),
        Column("n", say("Rows kept"), lambda n: language.number(n, 0)),
        Column("n_missing", say("Missing"), lambda n: language.number(n, 0)),
        Column("share_missing", say("Share missing"), lambda share: language.percent(share, 1)),
        *reasons,
    ]
    caption, shown = (
        say(
            "Answers missing among the rows kept, by the reason given; a dash where fewer than {n} would be"
            " told.",
            n=SMALLEST_CELL,
        ),
        data,
    )
    if len(data) > MOST_ROWS:
        applicable = data["n"] - data.get("not_applicable", 0)
        owed = (data["n_missing"] - data["n"] + applicable) / applicable.where(applicable > 0)
        shown = (
            data.assign(owed=owed).sort_values("owed", ascending=False, kind="stable").head(MOST_ROWS // 2)
        )
        columns.insert(
            4, Column("owed", say("Share missing of those asked"), lambda share: language.percent(share, 1))
        )
        caption += " " + say(
            "Of {m} variables the {n} that lack most of the answers that were due.", m=len(data), n=len(shown)
        )
    return table(
        "missing",
        say("Missing answers"),
        caption + " " + labels.source_note(study, language),
        shown,
        columns,
        whole=data[[c.name for c in columns if c.name in data]],
    )


def without_few_reasons(missing: pd.DataFrame, reasons: list[str]) -> pd.DataFrame:
    """Blank of every variable the reasons that few gave, and what would give them away: those who answered
    are one more count of the same total.
    """
    counts = missing[reasons].assign(answered=missing["n"] - missing["n_missing"]).to_numpy(dtype="float64")
    safe = np.array([without_few(np.nan_to_num(row)) for row in counts]).reshape(counts.shape)
    gone = pd.DataFrame(np.isnan(safe), index=missing.index, columns=[*reasons, "answered"])
    told = {name: blanked(missing[name], gone["answered"]) for name in ("n_missing", "share_missing")}
    return missing.assign(**told, **{name: blanked(missing[name], gone[name]) for name in reasons})


def heaping_table(study: Study, tables: dict[str, CleanTable], language: Language) -> list[Exhibit]:
    """How many amounts and months stand on round values; no table when there are none."""
    say = language.say
    parts = [heaping(part.kept, study.codebook.table(name)) for name, part in tables.items()]
    found = (
        pd.concat([part for part in parts if len(part)], ignore_index=True)
        if any(map(len, parts))
        else pd.DataFrame()
    )
    found = found[found["n"] >= SMALLEST_CELL] if len(found) else found
    if found.empty:
        return []
    names = {variable.name: variable.label(language.code) for variable in study.codebook.variables}
    patterns = {"January": say("January"), "year ends in 0 or 5": say("year ends in 0 or 5")}
    texts = [
        patterns.get(pattern)
        or say("multiple of {amount}", amount=language.number(float(pattern.rsplit(" ", 1)[1]), 0))
        for pattern in found["pattern"]
    ]
    data = found.assign(variable=found["variable"].map(names), pattern=texts)
    patterns = list(dict.fromkeys(data["pattern"]))
    wide = (
        data.pivot(index=["variable", "n"], columns="pattern", values="share")
        .reset_index()
        .set_index("variable")
    )
    wide = wide.loc[list(dict.fromkeys(data["variable"]))].reset_index()
    percent = lambda share: language.percent(share, 1)  # noqa: E731
    columns = [
        Column("variable", say("Variable")),
        Column("n", say("n"), lambda n: language.number(n, 0)),
        *[Column(name, name, percent) for name in patterns],
    ]
    caption = say(
        "Share of the answers that stand on a round value. Rounding is no error, but it limits how finely an"
        " answer can be trusted."
    )
    likely = [
        f"{row.pattern} {language.percent(row.expected, 1)}"
        for row in data.drop_duplicates("pattern").itertuples(index=False)
        if row.expected >= 0.001
    ]
    caption += (
        " " + say("If all values were as likely: {shares}.", shares=language.listing(likely))
        if likely
        else ""
    )
    whole = data[["variable", "pattern", "n", "share", "expected"]]
    return [
        table(
            "heaping",
            say("Round answers"),
            caption + " " + labels.source_note(study, language),
            wide,
            columns,
            whole=whole,
        )
    ]


def link_sentences(
    study: Study, table: pd.DataFrame, linked: dict[str, pd.DataFrame], language: Language
) -> list[str]:
    """Say how many rows of the main table found their record in each linked table, and how many records
    belong to nobody.
    """
    told, main = [], study.programme.tables[study.programme.main_table]
    for name, other in linked.items():
        definition = study.programme.tables[name]
        ours, theirs = set(table[definition.link.by].dropna()), set(other[definition.link.by].dropna())
        values = {
            "table": definition.label[language.code],
            "main": main.label[language.code],
            "n": language.number(len(ours & theirs), 0),
            "m": language.number(len(ours), 0),
        }
        told.append(language.say("{table}: a record was found for {n} of {m} ({main}).", **values))
        if lost := len(theirs - ours):
            told.append(
                language.say_count(
                    "{n} record belongs to nobody there.", "{n} records belong to nobody there.", lost
                )
            )
    return told


def cells_changed(tables: dict[str, CleanTable], language: Language) -> str:
    """Say how many cells were changed."""
    n = sum(len(part.cells) for part in tables.values())
    return (
        language.say_count("{n} cell was changed.", "{n} cells were changed.", n)
        if n
        else language.say("No cell was changed: every clean value is written as it was delivered.")
    )


def nothing_found(exhibits: list[Exhibit], language: Language) -> str:
    """Say so when no rule is broken."""
    return "" if exhibits else language.say("No rule is broken.")
