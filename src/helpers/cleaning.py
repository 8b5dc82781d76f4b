"""The same information in usable form, with a ledger of every row and every changed cell.

A cell's *canonical text* is the shortest way to write its clean value. Where the raw text is
something else, the ledger holds it; so the raw table can always be rebuilt from the clean one.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

import pandas as pd

from helpers.codebook import Codebook, Variable
from helpers.definitions import Record, read_rows, shown
from helpers.problems import Problem, ProblemsError, refuse
from helpers.programme import Cohort, Programme, RawFile
from helpers.readers import FILE, ROW

KEY = "_key"
CELL_COLUMNS = ["table", "key", "variable", "raw", "clean", "rule", "reason"]
ASIDE_COLUMNS = ["table", FILE, ROW, "rule", "reason"]
COMPARE = {">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt}
MOST_SHOWN = 20


class Correction(Record):
    """One line of ``corrections.csv``: a single wrong answer, with who found it, when and why."""

    cohort: str
    table: str
    key: str
    variable: str
    old: str
    new: str
    who: str
    when: str
    why: str


@dataclass(frozen=True)
class CleanTable:
    """One cleaned table: the rows kept, the rows set aside as raw text, and the ledger of changed cells."""

    name: str
    kept: pd.DataFrame
    aside: pd.DataFrame
    cells: pd.DataFrame
    rows_in: int


@dataclass(frozen=True)
class Cell:
    """What a raw text became: its value (None when missing), the rule that read it, and why it could not be read."""

    value: object
    rule: str = ""
    reason: str = ""
    wrong: str = ""


def canonical(value: object) -> str:
    """Write a clean value in its shortest form; missing is the empty text."""
    if value is None or value is pd.NA or value != value:
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value)


def read_number(text: str, variable: Variable, factor: int | float) -> Cell:
    """Read a number written with a decimal point, convert its unit, and hold it against the constraint."""
    try:
        exact = Decimal(text)
        if not exact.is_finite() or not text[-1].isdigit():
            raise InvalidOperation
    except InvalidOperation:
        return Cell(None, wrong=f"'{text}' is not a number")
    if variable.kind == "integer" and exact != exact.to_integral_value():
        return Cell(None, wrong=f"'{text}' is not a whole number")
    value = float(exact * Decimal(str(factor)))
    broken = [f"{sign} {number:g}" for sign, number in variable.bounds if not COMPARE[sign](value, number)]
    if broken:
        return Cell(None, wrong=f"'{text}' is out of range (must be {' and '.join(broken)})")
    if factor != 1:
        return Cell(value, "unit", f"multiplied by {factor:g}")
    return Cell(value, "number format", "the same number in its shortest form")


def read_choice(text: str, allowed: dict[str, str]) -> Cell:
    """Read the code of a ``select_one`` answer."""
    if text in allowed:
        return Cell(text, "white space", "white space around the answer removed")
    return Cell(None, wrong=f"'{text}' is not an answer of this question")


def read_cell(raw: str, variable: Variable, answers: dict[str, str], factor: int | float) -> Cell:
    """Read one raw text by the codebook."""
    text = raw.strip()
    if text in variable.missing_codes:
        return Cell(None, "missing code", variable.missing_codes[text])
    if text == "":
        return Cell(None, "blank", "nothing but white space")
    if variable.kind in ("integer", "decimal"):
        return read_number(text, variable, factor)
    if variable.kind == "select_one":
        return read_choice(text, answers)
    return Cell(text, "white space", "white space around the text removed")


def clean_column(raw: pd.Series, variable: Variable, codebook: Codebook, factor: int | float) -> pd.DataFrame:
    """Read a column, each distinct text once.

    Returns
    -------
    One row a cell, indexed as ``raw``: ``value, clean`` (canonical text), ``rule, reason, wrong``.
    """
    answers = {choice.name: choice.label_en for choice in codebook.answers(variable.list_name)} if variable.list_name else {}
    texts = raw.unique()
    read = pd.DataFrame([vars(read_cell(text, variable, answers, factor)) for text in texts], index=texts, columns=["value", "rule", "reason", "wrong"])
    read["clean"] = [canonical(value) for value in read["value"]]
    return read.loc[raw].set_axis(raw.index)


def typed(values: pd.Series, variable: Variable) -> pd.Series:
    """Give clean values their type: whole numbers ``Int64``, decimals ``float64``, answers and texts ``string``."""
    kinds = {"integer": "Int64", "decimal": "float64"}
    if variable.kind in kinds:
        return pd.to_numeric(values, errors="raise").astype("float64").astype(kinds[variable.kind])
    return values.astype("string")


def factors(table: pd.DataFrame, variable: Variable, files: list[RawFile]) -> pd.Series:
    """The number by which each row's amount is multiplied, as declared for its file."""
    declared = {item.file: item.multiply.get(variable.name, 1) for item in files}
    return table[FILE].map(declared)


def row_keys(raw: pd.DataFrame, key: list[str]) -> pd.Series:
    """Name each row by its key variables, or by file and row number."""
    if key == ["row"]:
        return raw[FILE].map(lambda name: Path(name).stem) + ":" + raw[ROW].astype(str)
    return raw[key].apply(lambda column: column.str.strip()).agg("|".join, axis=1)


def set_aside_rows(raw: pd.DataFrame, variables: list[Variable]) -> pd.DataFrame:
    """Say for each row that carries no information of its own by which rule and reason it is set aside.

    Returns one row a row set aside, indexed as ``raw``: ``rule, reason``.
    """
    names = [variable.name for variable in variables]
    blank = raw[names].apply(lambda column: column.str.strip() == "").all(axis=1)
    has_key = any(variable.role == "key" for variable in variables)
    twice = raw[names].duplicated(keep="first") & ~blank if has_key else pd.Series(False, index=raw.index)
    found = pd.DataFrame({"rule": "", "reason": ""}, index=raw.index)
    found.loc[blank] = ["empty row", "no answer in any column"]
    found.loc[twice] = ["exact duplicate", "the same in every column as an earlier row; the earlier one is kept"]
    return found[blank | twice]


def apply_corrections(raw: pd.DataFrame, corrections: list[tuple[int, Correction]], *, file: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Replace single answers as ``corrections.csv`` says.

    Returns the corrected raw text and one row a corrected cell: ``_key, variable, reason``.

    Raises
    ------
    ProblemsError when a line matches no cell, or finds a value other than the one it corrects.
    """
    corrected, done, problems = raw.copy(), [], []
    for row, line in corrections:
        place = corrected.index[corrected[KEY] == line.key]
        if line.variable not in corrected or len(place) != 1:
            problems.append(
                Problem(
                    file,
                    f"the correction of '{line.variable}' for key '{line.key}' matches {len(place) if line.variable in corrected else 'no variable and 0'} cells",
                    row=row,
                    expected="exactly one cell",
                )
            )
        elif corrected.at[place[0], line.variable] == line.new:
            problems.append(
                Problem(file, f"'{line.variable}' of key '{line.key}' already is '{line.new}'", row=row, expected="a line that changes something, or no line")
            )
        elif corrected.at[place[0], line.variable] != line.old:
            problems.append(
                Problem(
                    file,
                    f"'{line.variable}' of key '{line.key}' is '{corrected.at[place[0], line.variable]}', not '{line.old}'",
                    row=row,
                    expected="the answer as delivered under 'old'",
                )
            )
        else:
            corrected.at[place[0], line.variable] = line.new
            done.append({KEY: line.key, "variable": line.variable, "reason": f"{line.why} ({line.who}, {line.when})"})
    refuse(problems)
    return corrected, pd.DataFrame(done, columns=[KEY, "variable", "reason"])


def check_keys(raw: pd.DataFrame, *, table: str) -> list[Problem]:
    """Say which keys stand on rows that differ from one another."""
    twice = raw[raw[KEY].duplicated(keep=False)]
    return [
        Problem(
            str(rows[FILE].iloc[0]),
            f"the key '{key}' of table '{table}' stands on rows {', '.join(map(str, rows[ROW]))} with different answers",
            expected="one row a key",
        )
        for key, rows in twice.groupby(KEY)
    ]


def unreadable(cells: pd.DataFrame, raw: pd.DataFrame, variable: Variable, codebook: Codebook) -> list[Problem]:
    """Say which cells could not be read, where they stand and what was expected."""
    expected = variable.kind.replace("select_one", "").replace("integer", "a whole number").replace("decimal", "a number written with a decimal point")
    if variable.list_name:
        expected = "one of " + ", ".join(f"{c.name} ({c.label_en})" for c in codebook.answers(variable.list_name))
    hint = "; a single wrong answer is corrected in corrections.csv, a code for a missing answer is declared under 'missing' in codebook.csv"
    wrong = cells[cells["wrong"] != ""]
    return [
        Problem(
            str(raw.at[index, FILE]), cell["wrong"], row=int(raw.at[index, ROW]), column=f"{variable.sources[0]} ({variable.name})", expected=expected + hint
        )
        for index, cell in wrong.iterrows()
    ]


def clean_table(
    raw: pd.DataFrame,
    name: str,
    programme: Programme,
    codebook: Codebook,
    cohort: Cohort,
    corrections: list[tuple[int, Correction]] = (),
    *,
    corrections_file: str = "corrections.csv",
) -> CleanTable:
    """Clean one table.

    Parameters
    ----------
    raw : raw text, one column a variable, with ``_file`` and ``_row``; never changed.

    Returns
    -------
    The rows kept (typed, with ``_key``, ``_file``, ``_row``), the rows set aside (raw text with rule and reason) and
    the cell ledger (table, key, variable, raw, clean, rule, reason).

    Raises
    ------
    ProblemsError naming every cell that cannot be read, every double key and every correction that fits nothing.
    """
    variables = codebook.table(name)
    keyed = raw.assign(**{KEY: row_keys(raw, programme.tables[name].key)})
    aside = set_aside_rows(keyed, variables)
    kept = keyed.drop(index=aside.index)
    refuse(check_keys(kept, table=name))
    corrected, done = apply_corrections(kept, [c for c in corrections if c[1].table == name and c[1].cohort == cohort.cohort], file=corrections_file)
    result, ledger, problems = kept[[KEY, FILE, ROW]].copy(), [], []
    for variable in variables:
        cells = (
            pd.concat(
                [
                    clean_column(part[variable.name], variable, codebook, factor)
                    for factor, part in corrected.groupby(factors(corrected, variable, cohort.files), sort=False)
                ]
            ).reindex(corrected.index)
            if len(corrected)
            else clean_column(corrected[variable.name], variable, codebook, 1)
        )
        problems += unreadable(cells, corrected, variable, codebook)
        result[variable.name] = typed(cells["value"], variable) if not problems else pd.NA
        ledger.append(changed_cells(kept, cells, variable, done, table=name))
    if problems:
        more = [Problem("…", f"and {len(problems) - MOST_SHOWN} more like these")] if len(problems) > MOST_SHOWN else []
        raise ProblemsError([*problems[:MOST_SHOWN], *more])
    return CleanTable(
        name, result.reset_index(drop=True), keyed.loc[aside.index].join(aside).reset_index(drop=True), pd.concat(ledger, ignore_index=True), len(raw)
    )


def changed_cells(raw: pd.DataFrame, cells: pd.DataFrame, variable: Variable, done: pd.DataFrame, *, table: str) -> pd.DataFrame:
    """Return the ledger lines of one variable: every cell whose raw text is not its canonical text."""
    changed = cells[raw[variable.name] != cells["clean"]]
    lines = pd.DataFrame(
        {
            "table": table,
            "key": raw.loc[changed.index, KEY],
            "variable": variable.name,
            "raw": raw.loc[changed.index, variable.name],
            "clean": changed["clean"],
            "rule": changed["rule"],
            "reason": changed["reason"],
        },
        columns=CELL_COLUMNS,
    )
    reasons = done[done["variable"] == variable.name].set_index(KEY)["reason"]
    by_hand = lines["key"].isin(reasons.index)
    lines.loc[by_hand, "rule"] = "correction"
    lines.loc[by_hand, "reason"] = lines.loc[by_hand, "key"].map(reasons)
    return lines


def rebuild_raw(table: CleanTable, variables: list[Variable]) -> pd.DataFrame:
    """Rebuild the raw text from the clean table, the cell ledger and the rows set aside, in the order delivered."""
    names = [variable.name for variable in variables]
    texts = table.kept[[FILE, ROW, KEY]].copy()
    for name in names:
        texts[name] = [canonical(value) for value in table.kept[name]]
        cells = table.cells[table.cells["variable"] == name].set_index("key")["raw"]
        texts[name] = texts[KEY].map(cells).fillna(texts[name]) if len(cells) else texts[name]
    both = pd.concat([texts[[FILE, ROW, *names]], table.aside[[FILE, ROW, *names]]], ignore_index=True)
    return both.astype({name: "string" for name in names}).sort_values([FILE, ROW], ignore_index=True)


def check_ledger(table: CleanTable, raw: pd.DataFrame, variables: list[Variable]) -> None:
    """Hold the ledger against the raw text.

    Raises
    ------
    ProblemsError if rows in are not rows kept plus rows set aside, or if the raw text cannot be rebuilt.
    """
    problems = []
    if table.rows_in != len(table.kept) + len(table.aside):
        problems.append(Problem(table.name, f"the row ledger does not close: {table.rows_in} in, {len(table.kept)} kept, {len(table.aside)} set aside"))
    names = [variable.name for variable in variables]
    wanted = raw[[FILE, ROW, *names]].astype({name: "string" for name in names}).sort_values([FILE, ROW], ignore_index=True)
    rebuilt = rebuild_raw(table, variables)
    if len(wanted) == len(rebuilt) and not problems:
        differ = (wanted != rebuilt).sum()
        problems += [Problem(table.name, f"{count} raw cells cannot be rebuilt from the ledger", column=str(name)) for name, count in differ.items() if count]
    refuse(problems)


def load_corrections(folder: Path, *, root: Path) -> tuple[list[tuple[int, Correction]], list[Problem], str]:
    """Read ``corrections.csv`` of a programme, if there is one."""
    path = folder / "corrections.csv"
    records, problems = read_rows(Correction, path, root=root, required=False)
    return records, problems, shown(path, root)


def row_ledger(tables: dict[str, CleanTable]) -> pd.DataFrame:
    """One row a table and rule: rows in, kept, set aside. The columns of a table add up."""
    lines = []
    for name, table in tables.items():
        lines.append({"table": name, "entry": "rows in", "rows": table.rows_in})
        lines += [{"table": name, "entry": f"set aside: {rule}", "rows": -int(count)} for rule, count in table.aside["rule"].value_counts().items()]
        lines.append({"table": name, "entry": "rows kept", "rows": len(table.kept)})
    return pd.DataFrame(lines)


def cell_ledger(tables: dict[str, CleanTable]) -> pd.DataFrame:
    """Number of cells changed, by table, variable, rule and reason."""
    cells = pd.concat([table.cells for table in tables.values()], ignore_index=True)
    return cells.groupby(["table", "variable", "rule", "reason"], as_index=False, sort=False).size().rename(columns={"size": "cells"})


def missing_answers(tables: dict[str, CleanTable], codebook: Codebook) -> pd.DataFrame:
    """One row a variable: ``table, variable, n, n_missing, share_missing`` among the rows kept."""
    lines = []
    for name, table in tables.items():
        for variable in codebook.table(name):
            missing = int(table.kept[variable.name].isna().sum())
            n = len(table.kept)
            lines.append({"table": name, "variable": variable.name, "n": n, "n_missing": missing, "share_missing": missing / n if n else float("nan")})
    return pd.DataFrame(lines)
