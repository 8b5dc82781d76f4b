"""What the cleaning stage made of every error that was put into a synthetic delivery, and of every answer that was right.

An injected error is *repaired* when the clean value is the true one (a missing answer: with its true reason), *reported* when the
review list, a finding, a row set aside or the reason of a missing answer names that very cell or row, *missed* when nothing does,
and *wrongly changed* when cleaning turned it into a value that is neither true nor what was written. A correct answer is *changed*
when its clean value is not the true one, or when it was taken away.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.synthetic.mess.rates import CELL_RATES, RECORD_RATES
from helpers.synthetic.mess.rendering import day_first
from helpers.synthetic.writing import LOG_FILE

if TYPE_CHECKING:
    import pandas as pd

    from helpers.cleaning import CleanTable
    from helpers.codebook import Codebook, Variable
    from helpers.study import Study

STRUCTURE = {36: "titles and totals", 37: "questions for names", 38: "names of groups", 46: "mark at the beginning", 50: "another separator"}
KINDS = {kind: entry[0] for kind, entry in {**CELL_RATES, **RECORD_RATES}.items()} | STRUCTURE
FATES = ("repaired", "reported", "missed", "wrongly changed")
COLUMNS = ["kind", "what", "injected", *FATES]


@dataclass(frozen=True)
class Cells:
    """One cleaned table beside its truth, by true key: what cleaning made of every person's answers.

    ``true`` : true answers as texts. ``clean`` : clean values as canonical texts, for people with a row kept. ``reasons`` : why a clean
    value is missing, by key and variable. ``named`` : pairs (key, variable) that the review list or a finding names.
    ``aside`` : people without a row kept, with the rule that set theirs aside. ``kept_as`` : the key that a person's row kept carries.
    """

    true: pd.DataFrame
    clean: pd.DataFrame
    reasons: Mapping[tuple[str, str], str]
    named: frozenset[tuple[str, str]]
    aside: Mapping[str, str]
    kept_as: Mapping[str, str]


def read_texts(path: Path) -> pd.DataFrame:
    """Read a CSV file as texts."""
    import pandas as pd

    return pd.read_csv(path, dtype=str, keep_default_na=False)


def persons_of(raw: pd.DataFrame, true: pd.DataFrame, key: str) -> list[str]:
    """Whose answers each delivered row holds: rows stand in the order of the truth; what was sent again stands below, under its key."""
    first = true[key].tolist()
    return first + [text.strip() for text in raw[key].tolist()[len(first) :]]


def compare(raw: pd.DataFrame, table: CleanTable, true: pd.DataFrame, key: str, codebook: Codebook) -> Cells:
    """Put one cleaned table beside its truth."""
    import pandas as pd

    from helpers.cleaning.ledger import canonical_texts
    from helpers.readers import PLACE

    person = dict(zip(raw[list(PLACE)].itertuples(index=False, name=None), persons_of(raw, true, key), strict=True))
    keepers = [person[place] for place in table.kept[list(PLACE)].itertuples(index=False, name=None)]
    variables = [v.name for v in codebook.table(table.name) if v.name in table.kept and v.name in true]
    clean = pd.DataFrame({name: canonical_texts(table.kept[name]) for name in variables}, index=pd.Index(keepers, dtype=object))
    rules = zip(table.aside[list(PLACE)].itertuples(index=False, name=None), table.aside["rule"], strict=True)
    aside = {person[place]: rule for place, rule in rules}
    reasons = dict(zip(zip(table.reasons["key"], table.reasons["variable"], strict=True), table.reasons["reason"], strict=True))
    return Cells(
        true.set_index(key, drop=False),
        clean[~clean.index.duplicated()],
        reasons,
        frozenset(named_cells(table, codebook)),
        {name: rule for name, rule in aside.items() if name not in set(keepers)},
        dict(zip(keepers, table.kept["_key"], strict=True)),
    )


def named_cells(table: CleanTable, codebook: Codebook) -> set[tuple[str, str]]:
    """Pairs (key, variable) that a line of the review list names, or a finding: its variable, or those of the rule that is broken."""
    from helpers.expressions import parse_expression

    looks_at = {rule.id: sorted(parse_expression(rule.rule).names()) for rule in codebook.rules if rule.table == table.name}
    named = set(zip(table.review["key"], table.review["variable"], strict=True))
    for line in table.findings.itertuples(index=False):
        names = [line.variable] if line.variable else looks_at.get(line.check, [])
        named |= {(line.key, name) for name in names}
    return named


def is_literal(raw: str, clean: str, variable: Variable, codebook: Codebook) -> bool:
    """Whether a clean value is what was written, only in its standard form."""
    if raw.strip() in (clean, day_first(clean)):
        return True
    if not variable.list_name:
        return False
    own = {new: old for mapping in variable.recodes.values() for old, new in mapping.items()}
    labels = {choice.name: (choice.label_en, choice.label_id) for choice in codebook.answers(variable.list_name)}
    return raw.strip().casefold() in {text.casefold() for text in (*labels.get(clean, ()), own.get(clean, clean))}


def judge_cell(cells: Cells, key: str, variable: Variable, raw: str, codebook: Codebook) -> str:
    """Say what became of one injected error in an answer."""
    if key not in cells.clean.index:
        return "reported" if key in cells.aside else "missed"
    name, shown = variable.name, cells.kept_as[key]
    true, clean = cells.true.at[key, name], cells.clean.at[key, name]
    reason, true_reason = cells.reasons.get((shown, name), ""), variable.missing_codes.get(true, "")
    if clean == ("" if true_reason else true):
        return "repaired" if clean or not true_reason or reason == true_reason else "missed"
    if clean and not is_literal(raw, clean, variable, codebook):
        return "wrongly changed"
    told = (shown, name) in cells.named or (not clean and reason not in ("", "not_applicable", "not_asked"))
    return "reported" if told else "missed"


def judge_record(cells: Cells, key: str, kind: int, rules: Mapping[str, list[str]]) -> str:
    """Say what became of one injected error in a whole record; ``rules`` : the rules that set rows aside, by person."""
    own = rules.get(key, [])
    if kind == 56:
        return "repaired" if own == ["test row"] and key not in cells.clean.index else "reported" if own else "missed"
    if kind == 54:
        once = key in cells.clean.index and len(own) == 1 and own[0] in ("exact duplicate", "resubmission")
        return "repaired" if once else "reported" if own else "missed"
    return "reported" if own or (cells.kept_as.get(key), "") in cells.named else "missed"


def judge_errors(study: Study, name: str, cells: Cells, table: CleanTable, raw: pd.DataFrame, log: pd.DataFrame) -> list[tuple[int, str]]:
    """Kind and fate of every logged error of one table."""
    from helpers.readers import PLACE

    key = study.programme.tables[name].key[0]
    variables = {variable.name: variable for variable in study.codebook.table(name)}
    person = dict(zip(raw[list(PLACE)].itertuples(index=False, name=None), persons_of(raw, cells.true, key), strict=True))
    rules: dict[str, list[str]] = {}
    for place, rule in zip(table.aside[list(PLACE)].itertuples(index=False, name=None), table.aside["rule"], strict=True):
        rules.setdefault(person[place], []).append(rule)
    fates = []
    for line in log.itertuples(index=False):
        kind = int(line.kind)
        if line.variable == key and kind == 55:
            told = line.key in cells.aside or (cells.kept_as.get(line.key), key) in cells.named
            fates.append((kind, "reported" if told else "missed"))
        elif line.variable:
            fates.append((kind, judge_cell(cells, line.key, variables[line.variable], line.raw, study.codebook)))
        elif line.key:
            fates.append((kind, judge_record(cells, line.key, kind, rules)))
        else:
            everybody = set(cells.true.index) <= set(cells.clean.index) | set(cells.aside)
            fates.append((kind, "repaired" if everybody else "missed"))
    return fates


def correct_cells(study: Study, name: str, cells: Cells, log: pd.DataFrame) -> tuple[int, list[tuple[str, str, str, str]]]:
    """Count the answers that nobody messed up, and list those that cleaning changed or took away: (key, variable, true, clean)."""
    known = {(line.key, line.variable) for line in log.itertuples(index=False) if line.variable}
    spoilt = set(log.loc[log["kind"] == "55", "key"])
    spoilt |= set(log.loc[log["kind"] == "55", "raw"])
    count, changed = 0, []
    for variable in study.codebook.table(name):
        if variable.name not in cells.clean:
            continue
        true = cells.true[variable.name]
        true = true.mask(true.isin(list(variable.missing_codes)), "")
        clean = cells.clean[variable.name].reindex(true.index)
        for key, was, now in zip(true.index, true, clean, strict=True):
            if (key, variable.name) in known or key in spoilt:
                continue
            count += 1
            if now != was:
                changed.append((key, variable.name, was, "row set aside" if now != now else now))
    return count, changed


@dataclass(frozen=True)
class Score:
    """The score of one delivery: a row a kind (``COLUMNS``), correct answers, and those of them that were changed."""

    table: pd.DataFrame
    correct: int
    changed: list[tuple[str, str, str, str, str]]
    missed: pd.DataFrame


def score_delivery(study: Study) -> Score:
    """Clean a synthetic delivery and hold the result against its truth; the ledger is closed and raw rebuilt, or this raises.

    Raises
    ------
    ProblemsError when the delivery cannot be cleaned or its ledger does not close; ValueError when it has no truth.
    """
    import pandas as pd

    from helpers.study import clean_tables, read_raw

    if study.cohort.simulated is None:
        raise ValueError(f"'{study.cohort.cohort}' is not a synthetic cohort: nobody knows its truth")
    folder = study.places.raw / study.cohort.simulated.truth
    delivery = read_raw(study)
    tables = clean_tables(study, delivery)
    log = read_texts(folder / LOG_FILE)
    fates, correct, changed, lines = [], 0, [], []
    for name, table in tables.items():
        true, own = read_texts(folder / f"{name}.csv"), log[log["table"] == name]
        cells = compare(delivery.tables[name], table, true, study.programme.tables[name].key[0], study.codebook)
        judged = judge_errors(study, name, cells, table, delivery.tables[name], own)
        fates += judged
        lines.append(own.assign(fate=[fate for _, fate in judged], clean=[clean_text(cells, line) for line in own.itertuples(index=False)]))
        count, wrong = correct_cells(study, name, cells, own)
        correct += count
        changed += [(name, *line) for line in wrong]
    every = pd.concat(lines, ignore_index=True)
    return Score(score_table(fates), correct, changed, every[every["fate"].isin(["missed", "wrongly changed"])])


def clean_text(cells: Cells, line: object) -> str:
    """The clean text of a logged answer, for those who want to know what happened to it."""
    there = line.key in cells.clean.index and line.variable in cells.clean.columns
    return cells.clean.at[line.key, line.variable] if there else ""


def score_table(fates: list[tuple[int, str]]) -> pd.DataFrame:
    """One row a kind of mess: how many were injected, and what became of them."""
    import pandas as pd

    frame = pd.DataFrame(fates, columns=["kind", "fate"])
    counts = frame.groupby(["kind", "fate"]).size().unstack(fill_value=0).reindex(columns=list(FATES), fill_value=0).reset_index()
    counts["what"], counts["injected"] = counts["kind"].map(KINDS), counts[list(FATES)].sum(axis=1)
    return counts[COLUMNS].rename_axis(columns=None)


def add_scores(scores: list[Score]) -> pd.DataFrame:
    """The tables of several deliveries in one."""
    import pandas as pd

    every = pd.concat([score.table for score in scores], ignore_index=True)
    return every.groupby(["kind", "what"], as_index=False, dropna=False)[["injected", *FATES]].sum()
