"""The checks that a programme declares, applied: every kind of check, on one table and between tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from manfaat.base.problems import Problem, nearest
from manfaat.cleaning import between_checks, row_checks, table_checks
from manfaat.cleaning.instructions import Instructions
from manfaat.cleaning.ledger import CleanTable
from manfaat.cleaning.outcomes import (
    FINDING_COLUMNS,
    WHOLE_TABLE,
    Given,
    Kind,
    Outcome,
    checked_frame,
    findings_of,
    listed,
    lists_by_name,
    nothing_hit,
)
from manfaat.definitions.codebook import Codebook, Variable
from manfaat.definitions.expressions import parse_expression
from manfaat.definitions.programme import Check, Programme
from manfaat.definitions.records import short

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        row_checks.REAL_RANGE,
        row_checks.REAL_RATIO,
        row_checks.STRAIGHT_LINE,
        row_checks.INTERVIEW_LENGTH,
        row_checks.DATE_ORDER,
        row_checks.PERSONAL_DATA,
        row_checks.TRIAL_TEXT,
        row_checks.PARTIAL,
        table_checks.DUPLICATE_KEY,
        table_checks.NEAR_DUPLICATE,
        table_checks.REPEATED_ANSWERS,
        table_checks.SHARES_SUM,
        table_checks.INTERVIEWER_MEAN,
        table_checks.HEAPING,
        table_checks.OUTLIER,
        table_checks.RECENT_DATES,
        between_checks.AGREEMENT,
        between_checks.DATE_AGREEMENT,
        between_checks.LINKED_ROWS,
    )
}
FORMS: dict[str, tuple[type, str]] = {  # what an argument must be; the others are numbers
    "by": (list, "a list of names"),
    "until": (list, "a list of names"),
    "names": (list, "a list of names"),
    "dates": (dict, "a list of names for each variable"),
    "sections": (dict, "a list of names for each section"),
    "with_table": (str, "a name"),
    "with_variable": (str, "a name"),
    "where": (str, "a condition"),
}


def names_of(clean: pd.DataFrame, variables: list[Variable]) -> tuple[str, ...]:
    """Names of people, to be found where they do not belong: what the variables with the role identifier
    hold.
    """
    own = [
        variable.name for variable in variables if variable.role == "identifier" and variable.kind == "text"
    ]
    return tuple(dict.fromkeys(str(name) for column in own for name in clean[column].dropna().unique()))


def apply_checks(
    clean: pd.DataFrame, aside: pd.DataFrame, instructions: Instructions, *, is_whole: bool
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Apply the declared checks that need no other table.

    Parameters
    ----------
    clean : the rows kept, identifiers among them. is_whole : whether they are all rows of the table, or a
    part of it.

    Returns
    -------
    Findings (``check, severity, key, variable, note``), and one line a check applied (``check, severity,
    n_checked, n_found, because``).
    """
    key, names = tuple(instructions.definition.key), names_of(clean, instructions.variables)
    found, lines = [], []
    for check in instructions.programme.checks:
        kind = KINDS[check.kind]
        if check.table != instructions.name or kind.sees == "other":
            continue
        given = Given(check, clean, aside, key, names, instructions.prices)
        partwise = is_whole or kind.sees == "row" or (kind.by_key and set(check.variables) == set(key))
        outcome = kind.run(given) if partwise else Outcome(0, nothing_hit(), WHOLE_TABLE)
        hit, line = findings_of(check.id, check.severity, outcome)
        found.append(hit)
        lines.append(line)
    filled = [part for part in found if len(part)]
    return (
        pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=FINDING_COLUMNS)
    ), checked_frame(lines)


def apply_between(tables: Mapping[str, CleanTable], programme: Programme) -> dict[str, CleanTable]:
    """Apply the declared checks between tables; return the tables with what was found added.

    A check whose other table was not delivered decides nothing and says so.
    """
    done = dict(tables)
    for check in programme.checks:
        kind = KINDS[check.kind]
        if kind.sees != "other" or check.table not in done:
            continue
        name = str(check.arguments["with_table"])
        if name not in done:
            outcome, lost = Outcome(0, nothing_hit(), f"the table '{name}' was not delivered"), nothing_hit()
        else:
            by = linking_variable(programme, check.table, name)
            given = Given(check, done[check.table].kept, other=done[name].kept, by=by)
            outcome, lost = kind.run(given), kind.of_other(given) if kind.of_other else nothing_hit()
        hit, line = findings_of(check.id, check.severity, outcome)
        done[check.table] = with_findings(
            done[check.table],
            hit,
            pd.concat([done[check.table].checked, checked_frame([line])], ignore_index=True),
        )
        if len(lost):
            done[name] = with_findings(
                done[name],
                findings_of(check.id, check.severity, Outcome(len(lost), lost))[0],
                done[name].checked,
            )
    return done


def with_findings(table: CleanTable, found: pd.DataFrame, checked: pd.DataFrame) -> CleanTable:
    """A clean table with more findings."""
    findings = (
        pd.concat([table.findings, found], ignore_index=True)
        if len(found) and len(table.findings)
        else found
        if len(found)
        else table.findings
    )
    return replace(table, findings=findings, checked=checked)


def linking_variable(programme: Programme, one: str, other: str) -> str:
    """The variable that joins two tables, whichever of them declares the link."""
    links = [(programme.tables[name].link, target) for name, target in ((one, other), (other, one))]
    return next((link.by for link, target in links if link and link.to == target), "")


def check_declarations(programme: Programme, codebook: Codebook, file: str) -> list[Problem]:
    """Say which declared checks lack an argument, have one too many, or name what does not exist."""
    problems = []
    for check in programme.checks:
        if check.table in programme.tables:
            problems += [
                Problem(file, message, column=f"checks.{check.id}", expected=expected)
                for message, expected in mistakes(check, programme, codebook)
            ]
    return problems


def mistakes(check: Check, programme: Programme, codebook: Codebook) -> list[tuple[str, str]]:
    """What is wrong with the arguments of one check: (message, what is expected)."""
    if check.kind not in KINDS:
        return [(f"'{check.kind}' is not allowed", nearest(check.kind, KINDS))]
    kind, given = KINDS[check.kind], set(check.arguments)
    found = [
        (f"the argument '{name}' is missing", f"'{name}' under arguments")
        for name in kind.needs
        if name not in given
    ]
    found += [
        (
            f"'{name}' is not an argument of '{check.kind}'",
            nearest(name, (*kind.needs, *kind.may) or ("no argument",)),
        )
        for name in given - {*kind.needs, *kind.may}
    ]
    found += [
        (f"'{name}' cannot be {short(repr(value))}", wanted)
        for name, value in check.arguments.items()
        if (wanted := wanted_form(name, value))
    ]
    if kind.is_pair and len(check.variables) != 2:
        found.append((f"'{check.kind}' compares two variables, not {len(check.variables)}", "two variables"))
    if kind.at_prices and not (programme.prices and programme.prices.series):
        found.append((f"'{check.kind}' needs a price series", "'prices' in this file"))
    other = str(check.arguments.get("with_table", ""))
    if other in programme.tables and not linking_variable(programme, check.table, other):
        found.append((f"the tables '{check.table}' and '{other}' are not linked", "a 'link' under tables"))
    return found + unknown_names(check, codebook)


def wanted_form(name: str, value: object) -> str:
    """What an argument must be; nothing where it is that."""
    form, words = FORMS.get(name, (float, "a number"))
    if form is float and isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return words
    return "" if isinstance(value, form) else words


def unknown_names(check: Check, codebook: Codebook) -> list[tuple[str, str]]:
    """Which variables that the arguments of a check name do not exist."""
    own = {variable.name for variable in codebook.table(check.table)}
    other = {variable.name for variable in codebook.table(str(check.arguments.get("with_table", "")))}
    named = [(name, own) for argument in ("by", "until") for name in listed(check, argument)]
    named += [
        (name, own)
        for argument in ("dates", "sections")
        for names in lists_by_name(check, argument).values()
        for name in names
    ]
    named += (
        [(str(check.arguments["with_variable"]), other)]
        if "with_variable" in check.arguments and other
        else []
    )
    lacking = [
        name
        for name in check.variables
        if "dates" in check.arguments and name not in lists_by_name(check, "dates")
    ]
    found = [
        (f"there is no variable '{name}'", nearest(name, known)) for name, known in named if name not in known
    ]
    found += [
        (f"'{name}' has no date to take its prices of", f"'{name}' under arguments.dates") for name in lacking
    ]
    return found + wrong_expression(str(check.arguments.get("where", "")), own)


def wrong_expression(text: str, known: set[str]) -> list[tuple[str, str]]:
    """Why a condition cannot be read, or which variables it names do not exist."""
    try:
        named = parse_expression(text).names() if text else set()
    except ValueError as failure:
        return [(str(failure), "an XLSForm expression")]
    return [(f"there is no variable '{name}'", nearest(name, known)) for name in sorted(named - known)]
