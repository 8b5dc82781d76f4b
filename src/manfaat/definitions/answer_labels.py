"""What a file says of its own codes, held against the codebook: labels of answers, and of codes that stand
for no answer.
"""

from __future__ import annotations

import re

import pandas as pd

from manfaat.base.problems import Problem, nearest
from manfaat.definitions.codebook import Codebook, Variable, answers_of
from manfaat.definitions.raw_files import RawFile
from manfaat.files.formats import Detected, RawTable
from manfaat.files.formats.tables import MISSING
from manfaat.files.parsing import ChoiceList, read_choice
from manfaat.files.parsing.missing import between, read_label
from manfaat.files.parsing.normalise import tidy

NO_ANSWER = "(no answer)"
MOST_SHOWN = 8


def labels_of(table: RawTable, column: str) -> dict[str, str]:
    """Code → label of a column, as the file has them."""
    lines = table.labels[(table.labels["variable"] == column) & (table.labels["kind"] == "value")]
    return dict(zip(lines["value"], lines["label"], strict=True))


def declared_codes(table: RawTable) -> pd.DataFrame:
    """What a file declares missing, the codes that have a label first, each with its own; then codes that
    only their label calls no answer.

    Returns
    -------
    As ``RawTable.missing``; kind "labelled" where nothing but the label says that there is no answer.
    """
    rows = []
    for column in table.labels.loc[table.labels["kind"] == "value", "variable"].unique():
        lines = table.missing[
            (table.missing["variable"] == column) & table.missing["kind"].isin(("value", "range", "tagged"))
        ]
        ends = list(zip(lines["low"].astype(str), lines["high"].astype(str), strict=True))
        for code, label in labels_of(table, column).items():
            is_declared = any(code == low or (low != high and between(code, low, high)) for low, high in ends)
            if is_declared or read_label(label, code):
                count = int((table.frame[column] == code).sum()) if column in table.frame else 0
                rows.append((column, "value" if is_declared else "labelled", code, code, label, count))
    return (
        pd.concat([pd.DataFrame(rows, columns=list(MISSING)), table.missing], ignore_index=True)
        if rows
        else table.missing
    )


def check_labels(
    table: RawTable,
    given: dict[str, str],
    codebook: Codebook,
    item: RawFile,
    versions: set[str],
    *,
    file: str,
) -> tuple[list[Problem], list[Detected]]:
    """Say which labels in the file contradict the codebook, and which are none of its answers.

    Parameters
    ----------
    given : variable → its column. versions : the versions of the form that the file holds.

    Returns
    -------
    A problem for each question of which a code that occurs means one answer in the file and another in the
    codebook, unless ``cohort.yml`` says what its codes mean; and a doubtful entry for the log for each with
    labels that are no answer of it.
    """
    problems, log = [], []
    for variable in codebook.table(item.table):
        if variable.name not in given or not variable.list_name or variable.name in item.recode:
            continue
        column = given[variable.name]
        there = set(table.frame[column].astype("str").unique())
        labels = {
            code: label
            for code, label in labels_of(table, column).items()
            if code in there and tidy(label)[0]
        }
        answers = answers_of(variable, codebook, {})
        said = {code: meant_by(label, code, answers) for code, label in labels.items()}
        now = {code: meanings(code, variable, versions) & {*answers.codes, NO_ANSWER} for code in labels}
        wrong = [
            code
            for code in labels
            if said[code] and said[code] not in now[code] and (said[code] != NO_ANSWER or now[code])
        ]
        if wrong:
            told = "; ".join(
                both_shown(code, labels[code], said[code], now[code], answers) for code in wrong[:MOST_SHOWN]
            )
            place, message = (
                f"{column} ({variable.name})",
                f"the labels in the file contradict the codebook: {told}",
            )
            problems.append(
                Problem(file, message, column=place, expected=how_to_say(variable, said, answers))
            )
        odd = [code for code in labels if not said[code] and code in answers.codes]
        if odd:
            told = "; ".join(
                f"{code} = '{labels[code]}' (codebook: '{answers.labels[code]}')" for code in odd[:MOST_SHOWN]
            )
            how = (
                "labels in the file that are none of the codebook's answers: look whether they mean the same"
            )
            log.append(Detected("labels", f"{variable.name}: {told}", how, doubtful=True))
    return problems, log


def meant_by(label: str, code: str, answers: ChoiceList) -> str:
    """The answer of the codebook that a file's label says, ``NO_ANSWER`` where it says that there is none; ""
    where neither is certain.
    """
    clean = tidy(label)[0]
    bare = re.sub(rf"\A[(\[]?{re.escape(code)}[)\]]?\s*[-.:=)]?\s*", "", clean) or clean
    if not any(char.isalpha() for char in bare) and bare.replace(" ", "") not in answers.exact:
        return ""  # "2" as a label of 3 is a number, not the code of an answer
    reading = read_choice(bare, answers)
    return str(reading.value) if reading.is_read else NO_ANSWER if read_label(label, code) else ""


def meanings(code: str, variable: Variable, versions: set[str]) -> set[str]:
    """What a delivered code means by the codebook: in these versions of the form, or in any where they are
    not known.
    """
    if code in variable.missing_codes:
        return {NO_ANSWER}
    recodes = variable.recodes
    if versions:
        return {recodes[version].get(code, "") if version in recodes else code for version in versions}
    return {code, *(pairs[code] for pairs in recodes.values() if code in pairs)}


def both_shown(code: str, label: str, said: str, now: set[str], answers: ChoiceList) -> str:
    """One code with its label in the file and its meaning in the codebook."""
    named = " or ".join(f"'{answers.labels[one]}'" for one in answers.codes if one in now)
    reason = (
        f"{NO_ANSWER[1:-1]} ({answers.missing[code]})" if code in answers.missing else "none of the answers"
    )
    mark = f" {NO_ANSWER}" if said == NO_ANSWER else ""
    return f"{code} is '{label}'{mark} in the file and {named or reason} in the codebook"


def how_to_say(variable: Variable, said: dict[str, str], answers: ChoiceList) -> str:
    """The lines of ``cohort.yml`` that settle a contradiction: by the file's labels, or by its codes as they
    are.
    """
    by_label = {code: meant for code, meant in said.items() if meant in answers.codes}
    as_it_is = {code: code for code in said if code in answers.codes}
    ways = []
    for whose, pairs in (("the labels in the file are", by_label), ("its codes are", as_it_is)):
        written = ", ".join(f'"{old}": "{new}"' for old, new in pairs.items())
        ways += [f"if {whose} right, recode: {{{variable.name}: {{{written}}}}}"] if pairs else []
    return (
        "one meaning for each code: the codebook put right; or under this file in cohort.yml, "
        + ", and ".join(ways)
    )


def check_recodes(item: RawFile, codebook: Codebook, file: str) -> list[Problem]:
    """Say which codes of a file are said to mean an answer that their question does not have."""
    lists = {
        v.name: {choice.name for choice in codebook.answers(v.list_name)}
        for v in codebook.table(item.table)
        if v.list_name
    }
    place, problems = f"files.{item.file}.recode", []
    for name, pairs in item.recode.items():
        if name not in lists:
            problems.append(
                Problem(
                    file,
                    f"'{name}' is not a variable with a list of answers",
                    column=place,
                    expected=nearest(name, lists),
                )
            )
            continue
        wrong = sorted(set(pairs.values()) - lists[name])
        problems += [
            Problem(
                file, f"'{new}' is no answer of '{name}'", column=place, expected=nearest(new, lists[name])
            )
            for new in wrong
        ]
    return problems
