"""Rows of a definition table by sections: what most rows of a part of it say is said once above them, and one
row stands for several that are each like another.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping

from manfaat.definitions.grids import (  # fmt: skip
    KEPT_EMPTY,
    LANGUAGE,
    LIKE,
    Grid,
    alike,
    below,
    by_section,
    completed,
    written_out,
)

Cells = dict[str, str]
PARTICULAR = {"name", LIKE, "indicator", "code", "rater", "construct", "inputs", "arguments"} | {
    "type",
    "constraint",
    "recode",
    "role",
}  # columns whose cells are about one row
WORTH_A_SECTION = 40  # letters that a section must save
OF_AN_EXCEPTION = 2  # letters that a reader saves by one cell less that is not as its section says


def unsectioned(rows: list[Cells]) -> list[Cells]:
    """The same rows without sections, each like one other at most."""
    found, templates, whole = list[Cells](), dict[str, Cells](), dict[str, Cells]()
    for number, cells, section in by_section(list(enumerate(rows))):
        for bare in alike(cells, templates):
            base, name = bare.get(LIKE, ""), bare["name"]
            templates[name] = completed(bare, templates, section, number, "")[0]
            row = below(templates[name], section)
            if base:
                base = next((other for other in whole if repeated(whole[other], row)), base)
            found.append({LIKE: base} | against(row, whole.get(base, {})))
            whole[name] = row
    return found


def repeated(base: Cells, row: Cells) -> int:
    """Letters of labels that a row repeats whose name begins with that of an earlier one: ``pr1_sup`` those
    of ``pr1``.
    """
    if not row["name"].startswith(f"{base['name']}_"):
        return 0
    return sum(len(text) for column, text in base.items() if LANGUAGE.search(column) and text in row[column])


def in_full(rows: list[Cells], grid: Grid) -> list[Cells]:
    """All rows that rows stand for; none where they are not right."""
    whole, problems = written_out(list(enumerate(rows)), "", grid)
    return [] if problems else [cells for _, cells in whole]


def against(row: Cells, otherwise: Mapping[str, str]) -> Cells:
    """What a row must say where ``otherwise`` stands for what it leaves empty."""
    return {
        column: "" if text == otherwise.get(column, "") else text or KEPT_EMPTY
        for column, text in row.items()
    } | {"name": row["name"]}


def sectioned(rows: list[Cells]) -> list[Cells]:
    """The same rows, parted where that saves most letters."""
    meant, templates = list[Cells](), dict[str, Cells]()
    own = list[Cells]()  # what a row says that the one it is like does not
    for row in rows:
        base = templates.get(row[LIKE], {})
        templates[row["name"]] = below(completed(row, templates, {}, 0, "")[0], {})
        meant.append(templates[row["name"]])
        own.append({name: text for name, text in meant[-1].items() if not base or text != base[name]})
    found, templates = list[Cells](), dict[str, Cells]()
    for start, end, said in best_parts(own, [row.get("table", "") for row in meant], len(rows[0])):
        found += [dict.fromkeys(rows[0], "") | said] if said or (start and found_section(found)) else []
        for row, whole in zip(rows[start:end], meant[start:end], strict=True):
            bare = dict.fromkeys(row, "") | {LIKE: row[LIKE]}
            left = below(completed(bare, templates, said, 0, "")[0], said)
            short = against(whole, left) | {LIKE: row[LIKE]}
            templates[row["name"]] = completed(short, templates, said, 0, "")[0]
            found.append(short)
    return found


def found_section(rows: list[Cells]) -> bool:
    """Whether a section is in force behind these rows."""
    return next((any(row.values()) for row in reversed(rows) if not row["name"]), False)


def best_parts(rows: list[Cells], tables: list[str], commas: int) -> list[tuple[int, int, Cells]]:
    """Where parts begin and end, and what the rows of each say: the parts that save most letters, each of one
    table.
    """
    best: list[tuple[int, list[tuple[int, int, Cells]]]] = [(0, [])]
    ways = {
        (start, end): way for start in range(len(rows)) for end, way in shared(rows, tables, start, commas)
    }
    for end in range(1, len(rows) + 1):
        reached = [
            (best[start][0] + saved, [*best[start][1], (start, end, said)])
            for start in range(end)
            if (start, end) in ways
            for saved, said in [ways[start, end]]
        ]
        best.append(max(reached, key=lambda way: (way[0], -len(way[1]))))
    return best[-1][1]


def shared(
    rows: list[Cells], tables: list[str], start: int, commas: int
) -> list[tuple[int, tuple[int, Cells]]]:
    """For every end of a part that begins at a row: the letters that are saved, and what is said once."""
    times: dict[str, Counter[str]] = defaultdict(Counter)
    found = []
    for end in range(start + 1, len(rows) + 1):
        if tables[end - 1] != tables[start]:
            break
        for column, text in rows[end - 1].items():
            alone = column == "table" and len(set(tables)) == 1
            if column not in PARTICULAR and not alone and not LANGUAGE.search(column):
                times[column][text] += 1
        said, saved = Cells(), -commas - WORTH_A_SECTION
        for column, texts in times.items():
            text, n = texts.most_common(1)[0]
            less = (n - 1) * len(text) - texts[""] - OF_AN_EXCEPTION * (texts.total() - n)
            if text and less > 0 and 2 * n >= texts.total():
                said[column], saved = text, saved + less
        found.append((end, (saved, said) if saved > 0 else (0, Cells())))
    return found


def gathered(rows: list[Cells]) -> list[Cells]:
    """One row for neighbours that differ from those that they are like in the same way."""
    found, templates, patterns = list[Cells](), dict[str, Cells](), list[Cells]()
    for _, row, section in by_section(list(enumerate(rows))):
        templates[row["name"]] = completed(row, templates, section, 0, "")[0]
    for row in rows:
        base = templates.get(row[LIKE], {})
        pattern = {
            column: text.replace(base[column], "{like}") if base.get(column) and column != LIKE else text
            for column, text in row.items()
        }
        same = patterns and pattern | {LIKE: ""} == patterns[-1] | {LIKE: ""} and "{like}" in pattern["name"]
        if same:
            found[-1] = pattern | {LIKE: f"{found[-1][LIKE]} {row[LIKE]}"}
        else:
            found.append(row)
        patterns.append(pattern)
    return found


def by_own_cells(rows: list[Cells], grid: Grid) -> list[Cells]:
    """The same rows where one cell names another, so that rows that are like each other share it."""
    for at, base in enumerate(rows):
        for column, text in base.items():
            short = naming(text, column, base, grid)
            same = [
                short != text
                and row[LIKE] == base["name"]
                and naming(row[column], column, row, grid) == short
                for row in rows
            ]
            new = [row | {column: ""} if alike else row for row, alike in zip(rows, same, strict=True)]
            new[at] = rows[at] | {column: short}
            if any(same) and in_full(new, grid) == in_full(rows, grid):
                rows = new
    return rows


def naming(text: str, column: str, row: Cells, grid: Grid) -> str:
    """A cell with the name of another cell in the place of what that holds."""
    if column in ("name", LIKE, *grid.columns, *grid.own) or LANGUAGE.search(column):
        return text
    for name, cell in grid.named(row).items():
        text = re.sub(rf"(?<![^\W_]){re.escape(cell)}(?![^\W_])", f"{{{name}}}", text)
    return text
