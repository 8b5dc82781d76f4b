"""What the answers of a row say about one another: skip rules, versions, ranges, consistency rules, answering
styles.

Nothing is changed here. A missing answer gets its reason; a broken rule is reported with its id and severity.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from manfaat.cleaning.outcomes import FINDING_COLUMNS, checked_frame
from manfaat.definitions.codebook import KEY, Codebook, Variable
from manfaat.definitions.expressions import evaluate, parse_expression
from manfaat.definitions.programme import Programme
from manfaat.files.parsing.checks import heaping_table, interview_lengths, personal_data, straight_lining

REASON_COLUMNS = ["key", "variable", "reason"]


def explain_blanks(
    clean: pd.DataFrame, rows: np.ndarray, variable: Variable, versions: pd.Series | None
) -> np.ndarray:
    """Say why a blank is blank: not asked in this version of the form, skipped by its rule, or simply not
    answered.

    Parameters
    ----------
    clean : the clean table. rows : positions of its rows whose answer is blank. versions : version of the
    form, of all rows.

    Returns
    -------
    One reason a row.
    """
    reasons = pd.Series("blank", index=clean.index[rows], dtype="object")
    if variable.relevant:  # of all rows: to take some of a table of many columns costs more
        skipped = evaluate(parse_expression(variable.relevant), clean, variable.name).iloc[rows]
        reasons = reasons.mask((~skipped).fillna(False).astype(bool), "not_applicable")
    if variable.versions and versions is not None:
        reasons = reasons.mask(
            ~versions.iloc[rows].isin(variable.versions.split()).fillna(False), "not_asked"
        )
    return reasons.to_numpy(dtype=object)


def broken_rules(clean: pd.DataFrame, table: str, codebook: Codebook) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Hold every row against skip rules, constraints that look at other answers, and the consistency rules.

    Returns
    -------
    One line a broken rule and row: ``check`` (rule id, ``skip:variable`` or ``range:variable``), ``severity,
    key, variable, note``; and one line a consistency rule: on how many rows it could be decided
    (``CHECKED_COLUMNS``).
    """
    found, lines, keys = [], [], clean[[KEY]]
    for variable in codebook.table(table):
        if variable.relevant:
            asked = evaluate(parse_expression(variable.relevant), clean, variable.name)
            wrong = (~asked).fillna(False).astype(bool) & clean[variable.name].notna()
            found.append(
                findings(
                    keys[wrong],
                    f"skip:{variable.name}",
                    "warning",
                    variable.name,
                    "answered although the form skips it",
                )
            )
        if variable.constraint and not variable.bounds:
            holds = evaluate(parse_expression(variable.constraint), clean, variable.name)
            found.append(
                findings(
                    keys[(~holds).fillna(False).astype(bool)],
                    f"range:{variable.name}",
                    "error",
                    variable.name,
                    "outside the declared range",
                )
            )
    for rule in codebook.rules:
        if rule.table == table:
            holds = evaluate(parse_expression(rule.rule), clean)
            broken = ((holds == 0) if holds.dtype != "boolean" else ~holds).fillna(False).astype(bool)
            found.append(findings(keys[broken], rule.id, rule.severity, "", rule.label_en))
            lines.append(
                {
                    "check": rule.id,
                    "severity": rule.severity,
                    "n_checked": int(holds.notna().sum()),
                    "n_found": int(broken.sum()),
                    "because": "",
                }
            )
    filled = [part for part in found if len(part)]
    return (
        pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=FINDING_COLUMNS)
    ), checked_frame(lines)


def findings(rows: pd.DataFrame, check: str, severity: str, variable: str, note: str) -> pd.DataFrame:
    """One line a row: ``FINDING_COLUMNS``."""
    return pd.DataFrame(
        {
            "check": check,
            "severity": severity,
            "key": rows[KEY].to_numpy(),
            "variable": variable,
            "note": note,
            "slip": "",
        },
        columns=FINDING_COLUMNS,
    )


def answering_styles(
    clean: pd.DataFrame, table: str, programme: Programme, variables: list[Variable]
) -> pd.DataFrame:
    """Report straight-lining, interviews that were too fast or run backwards, and personal data where none
    belongs.

    What the programme declares a check for (the same battery, the interview's length, a column's personal
    data) is left to that check.
    """
    declared = [check for check in programme.checks if check.table == table]
    covered = {
        check.kind: {name for other in declared if other.kind == check.kind for name in other.variables}
        for check in declared
    }
    found, keys = [], clean[[KEY]]
    for items in programme.tables[table].scales:
        if not set(items) <= covered.get("straight_line", set()):
            lines = straight_lining(clean, items, key=KEY)
            found.append(
                findings(
                    keys[lines["is_straight"]],
                    "straight-lining",
                    "warning",
                    items[0],
                    f"the same answer to all {len(items)} items",
                )
            )
    start, end = (next((v.name for v in variables if v.role == role), None) for role in ("start", "end"))
    if start and end and "interview_length" not in covered:
        lengths = interview_lengths(clean, start, end, key=KEY)
        found.append(
            findings(
                keys[lengths["is_too_fast"]],
                "too fast",
                "warning",
                end,
                "the interview was shorter than people need",
            )
        )
        found.append(
            findings(
                keys[lengths["is_reversed"]],
                "ends before it starts",
                "error",
                end,
                "the interview ended before it started",
            )
        )
    texts = [
        v.name
        for v in variables
        if v.kind == "text"
        and v.role not in ("identifier", "key")
        and v.name not in covered.get("personal_data", set())
    ]
    hits = personal_data(clean, texts) if texts else pd.DataFrame()
    for kind, rows in hits.groupby(["column", "kind"]) if len(hits) else []:
        found.append(
            findings(
                keys.loc[rows.index],
                f"personal data: {kind[1]}",
                "error",
                str(kind[0]),
                "personal data in a column that should hold none",
            )
        )
    filled = [part for part in found if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=FINDING_COLUMNS)


def heaping(clean: pd.DataFrame, variables: list[Variable]) -> pd.DataFrame:
    """How many amounts and months stand on round values; see
    ``manfaat.files.parsing.checks.heaping_table``.
    """
    money = [v.name for v in variables if v.kind == "money"]
    months = [v.name for v in variables if v.kind == "month"]
    return heaping_table(clean, money=money, months=months) if money or months else pd.DataFrame()
