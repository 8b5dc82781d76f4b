"""What the cleaning stage made of every error that was put into a synthetic delivery, and of every answer
that was right.

An injected error is *repaired* when the clean value is the true one (a missing answer: with its true reason),
*reported* when the review list, a finding, a row set aside or the reason of a missing answer names that very
cell or row, *missed* when nothing does, and *wrongly changed* when cleaning turned it into a value that is
neither true nor what was written. A correct answer is *changed* when its clean value is not the true one, or
when it is lost; it *waits* when the review list asks a person about it (a day that may be a month, in a
column in which some dates are written month first).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from manfaat.base.typed import typed_rows
from manfaat.cleaning.reviews import WHOLE_ROW
from manfaat.simulation.mess.rates import CELL_RATES, COLUMN_RATES, FILE_RATES, RECORD_RATES
from manfaat.simulation.mess.rendering import day_first
from manfaat.simulation.writing import LOG_FILE

if TYPE_CHECKING:
    import pandas as pd

    from manfaat.cleaning import CleanTable
    from manfaat.cleaning.readers import Delivery
    from manfaat.definitions.codebook import Codebook, Variable
    from manfaat.definitions.study import Study

STRUCTURE = {
    24: "an item worded the other way round",
    25: "other codes",
    36: "titles and totals",
    37: "questions for names",
    38: "names of groups",
    46: "mark at the beginning",
    50: "another separator",
}
KINDS = {
    kind: entry[0] for kind, entry in {**FILE_RATES, **COLUMN_RATES, **RECORD_RATES, **CELL_RATES}.items()
} | STRUCTURE
OTHER_FORM = ("24", "25", "65")  # answers on another version of the form, where other questions are asked
PAIRS = ("real_ratio", "agreement", "date_agreement")  # a finding of these kinds is about both of two answers
FATES = ("repaired", "reported", "missed", "wrongly changed")
COLUMNS = ["kind", "what", "injected", *FATES]


class Logged(NamedTuple):
    """One injected error, as the log has it: all texts."""

    key: str
    variable: str
    true: str
    raw: str
    kind: str
    file: str
    sheet: str
    row: str


class Finding(NamedTuple):
    """Which check found which answer."""

    check: str
    key: str
    variable: str


@dataclass(frozen=True)
class Cells:
    """One cleaned table beside its truth, by true key: what cleaning made of every person's answers.

    ``asked`` : pairs (key, variable) of the review list. ``true`` : true answers as texts. ``clean`` : clean
    values as canonical texts, for people with a row kept. ``reasons`` : why a clean value is missing, by key
    and variable. ``named`` : pairs (key, variable) that the review list or a finding names.
    ``aside`` : the rules that set rows aside, by the person whose they are. ``kept_as`` : the key that a
    person's row kept carries.
    """

    true: pd.DataFrame
    clean: pd.DataFrame
    reasons: Mapping[tuple[str, str], str]
    named: frozenset[tuple[str, str]]
    aside: Mapping[str, list[str]]
    kept_as: Mapping[str, str]
    asked: frozenset[tuple[str, str]] = frozenset()


def read_texts(path: Path) -> pd.DataFrame:
    """Read a CSV file as texts."""
    import pandas as pd

    return pd.read_csv(path, dtype=str, keep_default_na=False)


def persons_of(raw: pd.DataFrame, log: pd.DataFrame, key: str) -> list[str]:
    """Whose answers each delivered row holds: those of its key, unless the log says that somebody else's
    stand there.
    """
    from manfaat.cleaning.readers import ROW, SHEET

    several = raw[SHEET].nunique() > 1
    stated = log[(log["row"] != "") & (log["key"] != "")]
    at = {(line.sheet if several else "", int(line.row)): line.key for line in typed_rows(stated, Logged)}
    sheets = raw[SHEET] if several else [""] * len(raw)
    return [
        at.get((sheet, int(row)), text.strip())
        for sheet, row, text in zip(sheets, raw[ROW], raw[key], strict=True)
    ]


def compare(
    delivery: Delivery,
    table: CleanTable,
    true: pd.DataFrame,
    log: pd.DataFrame,
    study: Study,
    named: set[tuple[str, str]],
) -> Cells:
    """Put one cleaned table beside its truth."""
    import pandas as pd

    from manfaat.cleaning.ledger import canonical_texts
    from manfaat.cleaning.readers import PLACE

    raw, key = delivery.tables[table.name], study.programme.tables[table.name].key[0]
    left_out = delivery.left_out[delivery.left_out["table"] == table.name]
    person = dict(
        zip(raw[list(PLACE)].itertuples(index=False, name=None), persons_of(raw, log, key), strict=True)
    )
    keepers = [person[place] for place in table.kept[list(PLACE)].itertuples(index=False, name=None)]
    variables = [v.name for v in study.codebook.table(table.name) if v.name in table.kept and v.name in true]
    clean = pd.DataFrame(
        {name: canonical_texts(table.kept[name]).to_numpy(zero_copy_only=False) for name in variables},
        index=pd.Index(keepers, dtype=object),
    )
    rules: dict[str, list[str]] = {}
    for place, rule in zip(
        table.aside[list(PLACE)].itertuples(index=False, name=None), table.aside["rule"], strict=True
    ):
        rules.setdefault(person[place], []).append(rule)
    lost = set(zip(left_out["sheet"], left_out["row"].astype(str), strict=True))
    for line in typed_rows(log, Logged):
        if line.key and ((line.sheet, line.row) in lost or ("", line.row) in lost):
            rules.setdefault(line.key, ["left out"])
    reasons = dict(
        zip(
            zip(table.reasons["key"], table.reasons["variable"], strict=True),
            table.reasons["reason"],
            strict=True,
        )
    )
    return Cells(
        true.set_index(key, drop=False),
        clean[~clean.index.duplicated()],
        reasons,
        frozenset(named),
        rules,
        dict(zip(keepers, table.kept["_key"], strict=True)),
        frozenset(zip(table.review["key"], table.review["variable"], strict=True)),
    )


def named_cells(table: CleanTable, study: Study) -> set[tuple[str, str]]:
    """Pairs (key, variable) that a line of the review list names, or a finding: its variable, those of the
    rule or check, or of the battery.
    """
    from manfaat.definitions.expressions import parse_expression

    looks_at = {
        rule.id: sorted(parse_expression(rule.rule).names())
        for rule in study.codebook.rules
        if rule.table == table.name
    }
    looks_at |= {
        check.id: list(check.variables) for check in study.programme.checks if check.table == table.name
    }
    batteries = {items[0]: list(items) for items in study.programme.tables[table.name].scales}
    whole = {check.id for check in study.programme.checks if check.kind in ("straight_line", *PAIRS)}
    named = set(zip(table.review["key"], table.review["variable"], strict=True))
    for line in typed_rows(table.findings, Finding):
        names = [line.variable] if line.variable and line.check not in whole else looks_at.get(line.check, [])
        names = batteries.get(line.variable, names) if line.check == "straight-lining" else names
        named |= {(line.key, name) for name in names}
    return named


def named_from_elsewhere(tables: Mapping[str, CleanTable], name: str, study: Study) -> set[tuple[str, str]]:
    """Pairs (key, variable) of a table that findings of another table are about as well: its answers disagree
    with those.
    """
    named: set[tuple[str, str]] = set()
    for check in study.programme.checks:
        if check.arguments.get("with_table") == name and check.kind in PAIRS and check.table in tables:
            found = tables[check.table].findings
            named |= {
                (key, str(check.arguments["with_variable"]))
                for key in found.loc[found["check"] == check.id, "key"]
            }
    return named


def is_literal(raw: str, clean: str, variable: Variable, codebook: Codebook) -> bool:
    """Whether a clean value is what was written, only in its standard form."""
    if raw.strip() in (clean, day_first(clean)):
        return True
    if not variable.list_name:
        return False
    own = {new: old for mapping in variable.recodes.values() for old, new in mapping.items()}
    labels = {
        choice.name: (choice.label_en, choice.label_id) for choice in codebook.answers(variable.list_name)
    }
    return raw.strip().casefold() in {
        text.casefold() for text in (*labels.get(clean, ()), own.get(clean, clean))
    }


def is_right(clean: str, true: str, variable: Variable) -> bool:
    """Whether a clean value is the true one; of a time stamp, whether it is the same time of day, with or
    without its zone.
    """
    return clean == true or (variable.kind == "dateTime" and clean != "" and clean[:19] == true[:19])


def judge_cell(cells: Cells, line: Logged, variable: Variable, codebook: Codebook) -> str:
    """Say what became of one injected error in an answer."""
    if line.key not in cells.clean.index:
        return "reported" if line.key in cells.aside else "missed"
    name, shown = variable.name, cells.kept_as[line.key]
    clean, reason = clean_text(cells, line), cells.reasons.get((shown, name), "")
    is_known = not line.true and line.kind not in OTHER_FORM
    true_reason = variable.missing_codes.get(str(cells.true.at[line.key, name]), "") if is_known else ""
    if is_right(clean, line.true, variable) and (clean or not true_reason or reason == true_reason):
        return "repaired"
    named = (shown, name) in cells.named
    if not clean:
        return "reported" if named or reason not in ("", "not_applicable", "not_asked") else "missed"
    is_part = variable.kind in ("date", "month") and line.true.startswith(clean)  # less exact, and not wrong
    if is_part or is_literal(line.raw, clean, variable, codebook):
        return "reported" if named else "missed"
    return "wrongly changed"


def judge_record(cells: Cells, line: Logged) -> str:
    """Say what became of one injected error in a whole record."""
    own, is_kept = cells.aside.get(line.key, []), line.key in cells.clean.index
    if line.kind == "54" and is_kept and len(own) == 1 and own[0] in ("exact duplicate", "resubmission"):
        return "repaired"
    shown = cells.kept_as.get(line.key, "")
    return "reported" if own or not cells.named.isdisjoint({(shown, ""), (shown, WHOLE_ROW)}) else "missed"


def judge_key(cells: Cells, line: Logged) -> str:
    """Say what became of a record that stands under somebody else's number."""
    return (
        "reported"
        if line.key not in cells.clean.index or (cells.kept_as[line.key], line.variable) in cells.named
        else "missed"
    )


def judge_errors(study: Study, name: str, cells: Cells, log: pd.DataFrame) -> list[str]:
    """The fate of every logged error of one table."""
    key, variables = (
        study.programme.tables[name].key[0],
        {variable.name: variable for variable in study.codebook.table(name)},
    )
    everybody = set(cells.true.index) <= set(cells.clean.index) | set(cells.aside)
    fates = []
    for line in typed_rows(log, Logged):
        if not line.key or (line.variable and line.variable not in variables):
            fates.append("repaired" if everybody else "missed")
        elif line.variable == key:
            fates.append(judge_key(cells, line))
        else:
            fates.append(
                judge_cell(cells, line, variables[line.variable], study.codebook)
                if line.variable
                else judge_record(cells, line)
            )
    return fates


def excluded(study: Study, name: str, cells: Cells) -> set[str]:
    """People whom a declared rule sets aside by their true answers (those who did not consent)."""
    from manfaat.definitions.expressions import evaluate, parse_expression

    found: set[str] = set()
    for entry in study.programme.tables[name].set_aside:
        found |= set(
            cells.true.index[evaluate(parse_expression(entry.when), cells.true).fillna(False).astype(bool)]
        )
    return found


def correct_cells(
    study: Study, name: str, cells: Cells, log: pd.DataFrame
) -> tuple[int, int, list[tuple[str, str, str, str]]]:
    """Count the answers that nobody messed up and those of them that wait for a person, and list those that
    cleaning changed or lost.

    Rows under one number that hold two persons' answers wait for a person, and are not counted; nor are
    people whom a declared rule excludes, and rows whose cells are broken.
    The time of submission of a record that was sent again is that of the record that was kept.
    """
    known = {(line.key, line.variable) for line in log.itertuples(index=False) if line.variable}
    twins = log[(log["variable"] == study.programme.tables[name].key[0]) & (log["key"] != "")]
    apart = set(twins["key"]) | set(twins["raw"]) | excluded(study, name, cells)
    again = set(log.loc[(log["kind"] == "54"), "key"])
    people = [key for key in cells.true.index if key not in apart and cells.aside.get(key) != ["left out"]]
    count, waiting, changed = 0, 0, []
    for variable in study.codebook.table(name):
        if variable.name not in cells.clean:
            continue
        true = cells.true[variable.name].reindex(people)
        true = true.mask(true.isin(list(variable.missing_codes)), "")
        for key, was, now in zip(people, true, cells.clean[variable.name].reindex(people), strict=True):
            if (key, variable.name) in known or (variable.role == "submitted" and key in again):
                continue
            count += 1
            if now == "" != was and (cells.kept_as[key], variable.name) in cells.asked:
                waiting += 1
            elif now != was:
                changed.append((key, variable.name, was, "the row was set aside" if now != now else now))
    return count, waiting, changed


@dataclass(frozen=True)
class Score:
    """The score of one delivery: a row a kind (``COLUMNS``), correct answers, those of them that wait for a
    person or were changed.

    ``changed`` : (table, key, variable, true, clean). ``missed`` : lines of the log that were missed or
    wrongly changed.
    """

    table: pd.DataFrame
    correct: int
    waiting: int
    changed: list[tuple[str, str, str, str, str]]
    missed: pd.DataFrame


def score_delivery(study: Study) -> Score:
    """Clean a synthetic delivery and hold the result against its truth; the ledger is closed and raw rebuilt,
    or this raises.

    Raises
    ------
    ProblemsError when the delivery cannot be cleaned or its ledger does not close; ValueError when it has no
    truth.
    """
    import pandas as pd

    from manfaat.analysis.study import clean_tables, read_raw

    if study.cohort.simulated is None:
        raise ValueError(f"'{study.cohort.cohort}' is not a synthetic cohort: nobody knows its truth")
    folder = study.places.raw / study.cohort.simulated.truth
    delivery = read_raw(study)
    tables = clean_tables(study, delivery)
    log = read_texts(folder / LOG_FILE)
    fates: list[tuple[int, str]] = []
    correct, waiting, changed, lines = 0, 0, [], []
    named = {
        name: named_cells(table, study) | named_from_elsewhere(tables, name, study)
        for name, table in tables.items()
    }
    coloured = set(delivery.log.loc[delivery.log["what"] == "cell colours", "file"])
    for name, table in tables.items():
        own = log[log["table"] == name]
        cells = compare(delivery, table, read_texts(folder / f"{name}.csv"), own, study, named[name])
        judged = judge_errors(study, name, cells, own)
        judged = [
            "reported" if line.kind == "42" and line.file in coloured else fate
            for line, fate in zip(typed_rows(own, Logged), judged, strict=True)
        ]
        fates += zip(own["kind"].astype(int), judged, strict=True)
        lines.append(
            own.assign(fate=judged, clean=[clean_text(cells, line) for line in typed_rows(own, Logged)])
        )
        count, waits, wrong = correct_cells(study, name, cells, own)
        correct, waiting = correct + count, waiting + waits
        changed += [(name, *line) for line in wrong]
    every = pd.concat(lines, ignore_index=True)
    return Score(
        score_table(fates),
        correct,
        waiting,
        changed,
        every[every["fate"].isin(["missed", "wrongly changed"])],
    )


def clean_text(cells: Cells, line: Logged) -> str:
    """The clean text of a logged answer, for those who want to know what happened to it."""
    there = line.key in cells.clean.index and line.variable in cells.clean.columns
    return str(cells.clean.at[line.key, line.variable]) if there else ""


def score_table(fates: list[tuple[int, str]]) -> pd.DataFrame:
    """One row a kind of mess: how many were injected, and what became of them."""
    import pandas as pd

    frame = pd.DataFrame(fates, columns=["kind", "fate"])
    counts = (
        frame.groupby(["kind", "fate"])
        .size()
        .unstack(fill_value=0)
        .reindex(columns=list(FATES), fill_value=0)
        .reset_index()
    )
    counts["what"], counts["injected"] = counts["kind"].map(KINDS), counts[list(FATES)].sum(axis=1)
    return counts[COLUMNS].rename_axis(columns=None)


def add_scores(scores: list[Score]) -> pd.DataFrame:
    """The tables of several deliveries in one."""
    import pandas as pd

    every = pd.concat([score.table for score in scores], ignore_index=True)
    return every.groupby(["kind", "what"], as_index=False, dropna=False)[["injected", *FATES]].sum()
