"""What a manager must see of the cleaning: broken rules, rules that could not be applied, lost matches, and
what waits for a person.
"""

from __future__ import annotations

import pandas as pd

from manfaat.analysis.study import undelivered_tables
from manfaat.base.disclosure import blanked, is_few
from manfaat.cleaning import CleanTable
from manfaat.report import labels
from manfaat.report.exhibit import Exhibit
from manfaat.report.reader import Reader
from manfaat.report.tables import Layout
from manfaat.report.words import Language, mark

WORST_FIRST = ("error", "warning", "note")
MATCHES = {
    "one to one": mark("found one record each"),
    "without record": mark("without a record"),
    "without row": mark("records that belong to nobody"),
    "ambiguous": mark("ambiguous: the key stands several times"),
    "all periods": mark("seen in every period"),
    "periods lost": mark("not seen in every period"),
}
UNTIL = {
    "missing": mark("counts as missing"),
    "kept": mark("kept as it stands"),
    "set aside": mark("set aside"),
}
WAITING = {
    ("_row", "set aside"): mark(
        "rows under one key with different answers: is it one person, and which row is right?"
    ),
    ("_row", "kept"): mark(
        "rows that may be no person of their own: one under two numbers, a trial of the form, a second"
        " header?"
    ),
    ("", "missing"): mark("answers that could not be read for certain, or that a slip of unit would explain"),
    ("", "kept"): mark("amounts that may have been meant for a year"),
}

UNDEFINED = {  # why an indicator is missing beside the reasons of its answers
    "no_record": mark("no record in the linked table"),
    "not_delivered": mark("the table was not delivered"),
    "not_positive": mark("no logarithm: the amount is not above zero"),
    "divided_by_zero": mark("would be divided by zero"),
    "nothing_to_gain": mark("was at the highest value already"),
    "not_calculable": mark("the formula gives no number"),
    "comparison_mean_not_positive": mark("the comparison group's mean is not above zero"),
    "not_mapped": mark("the answer has no counterpart"),
    "no_price": mark("no price series for its year"),
    "no_month": mark("the month is not known"),
    "no_year": mark("the year is not known"),
    "no_day": mark("the day is not known"),
    "no_variation": mark("everyone is alike"),
    "no_earlier_period": mark("there is no earlier period"),
    "outside_observation": mark("lies outside the time observed"),
    "undefined": mark("not defined for these answers"),
}

FINDINGS = Layout(
    "findings",
    mark("Answers that contradict one another"),
    [
        ("rule", mark("Rule")),
        ("check", mark("Check")),
        ("severity", mark("Severity")),
        ("checked", mark("Rows it could be applied to"), "count"),
        ("rows", mark("Findings"), "count of people"),
    ],
    mark(
        "Reported, not changed. An error cannot be true, a warning seldom is, a note is for information."
        " Which rows: see the files of findings."
    ),
)
MATCHED = Layout(
    "matches",
    mark("Records that belong together"),
    [
        ("match", mark("Match")),
        ("table", mark("Rows of")),
        ("with_table", mark("Looked up in")),
        ("rows", mark("Rows"), "count"),
    ],
    mark(
        "Matched by key. Which rows are lost or ambiguous stands in matches.csv in the confidential folder."
    ),
    layer="annex",
)
TO_DECIDE = Layout(
    "waiting",
    mark("What waits for a decision"),
    [
        ("what", mark("What must be decided")),
        ("table", mark("Table")),
        ("lines", mark("Lines"), "count"),
        ("until", mark("Until then it")),
    ],
    mark(
        "Each line stands in review.csv in the confidential folder, with its place in the file. Fill in its"
        " column 'decision': the right answer, or accept (what is proposed), keep, or missing; for a whole"
        " row keep, or set aside. In review_kinds.csv all answers that wait for one reason under one text are"
        " one line, and one decision settles them. Any spreadsheet program will do; then 'manfaat decide"
        " {cohort} --who AB' writes the decisions down, and the next run applies them."
    ),
)
WHY_MISSING = Layout(
    "why-missing",
    mark("Why values are missing"),
    [
        ("reason", mark("Reason")),
        ("indicators", mark("Indicators"), "count"),
        ("values", mark("Values"), "count"),
    ],
    mark(
        "A value may have several reasons. What was not asked, or not delivered, says nothing about anybody."
    ),
)


def findings_table(reader: Reader, tables: dict[str, CleanTable]) -> list[Exhibit]:
    """How often each rule is broken, the worst first; no table when none is. Single cases are in the
    confidential folder.
    """
    say = reader.say
    found = pd.concat([part.findings for part in tables.values()], ignore_index=True)
    if found.empty:
        return []
    checked = (
        pd.concat([part.checked for part in tables.values()], ignore_index=True)
        .groupby("check")["n_checked"]
        .sum()
    )
    counts = (
        found.groupby(["check", "severity"], as_index=False, sort=False)
        .size()
        .rename(columns={"size": "rows"})
    )
    counts = counts.sort_values("severity", key=lambda words: words.map(WORST_FIRST.index), kind="stable")
    data = counts.assign(
        rule=[reader.check_label(check) for check in counts["check"]],
        severity=[say(labels.SEVERITIES[name]) for name in counts["severity"]],
        checked=counts["check"].map(checked).astype("Float64"),
    )
    return [FINDINGS.exhibit(reader, data, reader.source_note())]


def unapplied_checks(reader: Reader, tables: dict[str, CleanTable]) -> list[str]:
    """One sentence a rule or check that could not be applied to a single row, with the reason."""
    told, absent = [], undelivered_tables(reader.study)
    others = {check.id: str(check.arguments.get("with_table", "")) for check in reader.study.programme.checks}
    for part in tables.values():
        for check in part.checked.loc[part.checked["n_checked"] == 0, "check"]:
            values = {"check": check, "rule": reader.check_label(check)}
            other = others.get(check, "")
            if other in absent:
                told.append(
                    reader.say(
                        "{check} could not be applied ({rule}): {table} were not delivered.",
                        table=reader.table_label(other),
                        **values,
                    )
                )
            elif len(part.kept):
                told.append(
                    reader.say(
                        "{check} could not be applied ({rule}): no row has all the answers that it needs.",
                        **values,
                    )
                )
    return told


def undelivered_sentences(reader: Reader) -> list[str]:
    """Say which tables of the programme this delivery has no file for, and what follows."""
    return [
        reader.say(
            "Not delivered: {table}. Every indicator that rests on it is missing, and no chapter can say"
            " anything about it.",
            table=reader.table_label(name),
        )
        for name in undelivered_tables(reader.study)
    ]


def matches_table(reader: Reader, matches: pd.DataFrame) -> list[Exhibit]:
    """How many rows found their record in each linked table, which are lost and which ambiguous; no table
    without links.
    """
    if matches.empty:
        return []
    counts = matches.groupby(["table", "with_table", "match"], as_index=False, sort=False).size()
    if reader.study.cohort.is_confidential:  # one direction would tell what the other hides
        pairs = [" ".join(sorted(pair)) for pair in zip(counts["table"], counts["with_table"], strict=True)]
        few = is_few(counts["size"]).groupby(pairs).transform("any")
        counts = counts.assign(size=blanked(counts["size"], few))
    data = counts.assign(
        table=counts["table"].map(reader.table_label),
        with_table=counts["with_table"].map(reader.table_label),
        match=[reader.say(MATCHES[word]) for word in counts["match"]],
        rows=counts["size"],
    )
    return [MATCHED.exhibit(reader, data, reader.source_note())]


def waiting_table(reader: Reader, tables: dict[str, CleanTable]) -> list[Exhibit]:
    """What a person must decide, and what holds until then; no table when nothing waits."""
    review = pd.concat([part.review for part in tables.values()], ignore_index=True)
    if review.empty:
        return []
    kinds = review.assign(kind=review["variable"].where(review["variable"] == "_row", ""))
    counts = kinds.groupby(["table", "kind", "until_then"], as_index=False, sort=False).size()
    data = counts.assign(
        what=[reader.say(WAITING[key]) for key in zip(counts["kind"], counts["until_then"], strict=True)],
        until=[reader.say(UNTIL[word]) for word in counts["until_then"]],
        table=counts["table"].map(reader.table_label),
        lines=counts["size"],
    )
    return [TO_DECIDE.exhibit(reader, data, reader.source_note(), cohort=reader.study.cohort.cohort)]


def waiting_sentence(tables: dict[str, CleanTable], language: Language) -> str:
    """Say how much waits for a person's decision."""
    n = sum(len(part.review) for part in tables.values())
    if not n:
        return language.say("Nothing waits for a decision.")
    return language.say_count(
        "The review list has {n} line that waits for a decision.",
        "The review list has {n} lines that wait for a decision.",
        n,
    )


def unexplained_table(reader: Reader, why: pd.DataFrame) -> list[Exhibit]:
    """Why values of indicators are missing: one row a reason; no table when none is.

    Parameters
    ----------
    why : ``key, indicator, reason``, one line a missing value; several reasons of one value stand with ``; ``
    between them.
    """
    if why.empty:
        return []
    each = why.assign(reason=why["reason"].str.split("; ")).explode("reason")
    counts = (
        each.groupby("reason", sort=False)
        .agg(indicators=("indicator", "nunique"), values=("indicator", "size"))
        .reset_index()
    )
    counts = counts.sort_values("values", ascending=False, kind="stable")
    names = labels.MISSING_REASONS | UNDEFINED
    data = counts.assign(reason=[reader.say(names[word]) for word in counts["reason"]])
    return [WHY_MISSING.exhibit(reader, data, reader.source_note())]
