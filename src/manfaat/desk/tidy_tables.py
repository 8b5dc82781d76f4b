"""Shorter rows of ``codebook.csv`` and ``indicators.csv`` that stand for the same: what one row says is not
said again by the next.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from manfaat.definitions.grids import (  # fmt: skip
    BRACES,
    KEPT_EMPTY,
    LANGUAGE,
    LIKE,
    Grid,
    Values,
    below,
    completed,
)
from manfaat.desk.tidy_sections import Cells, in_full, repeated

TIMES = ("then", "now", "before", "after", "pre", "post", "baseline", "endline", "followup")
FEWEST_PROFILED = 3  # rows with the same missing codes that make a profile
WORTH_A_PROFILE = 40  # letters that a profile must save
ITEM = re.compile(r"([a-z_]+)\d+")  # the name of an item of a battery: letters and a number
WORTH_A_LIKE = 30  # letters that a row must save by being like another
DEEPEST = 2  # rows that may be like one another in a chain
OF_A_LINK = 30  # letters that a reader saves by one link less
DEFINED = "definition::"
NEAR = 8  # rows above in which a row of another indicator is looked for
OTHERWISE = "standard"  # the name of the first profile


def merged(
    texts: list[str], column: str, values: list[Values], grid: Grid, *, only_words: bool = False
) -> str | None:
    """One cell that stands for the cells of several rows; None where there is none.

    ``only_words`` : without ``{a/b}``, so that each row may also stand alone.
    """
    if any(BRACES.search(text) for text in texts):
        return texts[0] if len(set(texts)) == 1 and not BRACES.search(texts[0]) else None
    if len(set(texts)) == 1:
        return texts[0]
    parts = [text.split(" ") for text in texts]
    if len({len(one) for one in parts}) > 1:
        return differing(texts, column, values, grid, only_words)
    told: list[str] = []
    for same, chunk in runs_of(list(zip(*parts, strict=True))):
        one_by_one = [differing(list(place), column, values, grid, True, first=not told) for place in chunk]
        pieces = [" ".join(words) for words in zip(*chunk, strict=True)]
        if same:
            told.append(pieces[0])
        elif all(piece is not None for piece in one_by_one):
            told.append(" ".join(str(piece) for piece in one_by_one))
        else:
            piece = differing(pieces, column, values, grid, only_words, first=not told)
            if piece is None:
                return None
            told.append(piece)
    return " ".join(told)


def runs_of(places: list[tuple[str, ...]]) -> Iterator[tuple[bool, list[tuple[str, ...]]]]:
    """Neighbouring words that are the same in all texts, and those that are not."""
    run: list[tuple[str, ...]] = []
    for place in places:
        if run and (len(set(place)) == 1) != (len(set(run[-1])) == 1):
            yield len(set(run[-1])) == 1, run
            run = []
        run.append(place)
    if run:
        yield len(set(run[-1])) == 1, run


def differing(
    texts: list[str], column: str, values: list[Values], grid: Grid, only_words: bool, *, first: bool = True
) -> str | None:
    """What stands for pieces that differ: their common ends, and a word or the alternatives between them."""
    start, end = common_start(texts), common_end(texts)
    end = end[max(0, len(start) + len(end) - min(map(len, texts))) :]
    middles = [text[len(start) : len(text) - len(end)] for text in texts]
    word = word_for(middles, column, values, grid, capital=first and not start)
    if word:
        return f"{start}{{{word}}}{end}"
    if only_words or any(set(middle) & set("{}/$") for middle in middles):
        return None
    return f"{start}{{{'/'.join(middles)}}}{end}"


def common_start(texts: list[str]) -> str:
    """How all begin alike, up to the end of a word; a digit ends the word before letters."""
    shortest = min(map(len, texts))
    n = next((n for n in range(shortest) if len({text[n] for text in texts}) > 1), shortest)
    following = [text[n : n + 1] for text in texts]
    ends = n and texts[0][n - 1].isdigit() and all(letter.isalpha() for letter in following)
    inside = not ends and any(letter.isalnum() for letter in following)
    return re.sub(r"[^\W_]+$", "", texts[0][:n]) if inside else texts[0][:n]


def common_end(texts: list[str]) -> str:
    """How all end alike, from the beginning of a word."""
    turned = [text[::-1] for text in texts]
    return common_start(turned)[::-1]


def word_for(
    middles: list[str], column: str, values: list[Values], grid: Grid, *, capital: bool
) -> str | None:
    """The word that says these texts in these rows."""
    found = LANGUAGE.search(column)
    language = found[1] if found else "en"
    for word in sorted(grid.known(), key=lambda name: (name in grid.columns, name)):
        told = [grid.said(word, one, language) for one in values]
        if None in told:
            continue
        if capital and found:
            told = [text[:1].upper() + text[1:] for text in told if text is not None]
        if told == middles:
            return word
    return None


def folded(rows: list[Cells], values: list[Values], grid: Grid, listed: str, stem: str) -> Cells | None:
    """One row that stands for several that differ in one column, ``listed``; None where none does.

    ``stem`` : the name to which the values are added, where the names are formed so.
    """
    row: Cells = {}
    for column in rows[0]:
        texts = [one[column] for one in rows]
        if column == listed:
            row[column] = " ".join(one[listed] for one in values)
        elif column in grid.columns:
            row[column] = texts[0]
        elif column == "name" and texts == [f"{stem}_{one[listed]}" for one in values]:
            row[column] = stem
        else:
            cell = merged(texts, column, values, grid)
            if cell is None:
                return None
            row[column] = cell
    if row["name"] == stem:
        row |= {column: "" for column in grid.stems if row[column] == stem}
    same = in_full([row], grid) == in_full(rows, grid)
    return row if same and length(row) < sum(map(length, rows)) else None


def folded_codebook(rows: list[Cells], grid: Grid) -> list[Cells]:
    """Neighbouring rows about the same at several times, as one with the column ``repeat``."""
    times, found, at = {*TIMES, *grid.words}, list[Cells](), 0
    while at < len(rows):
        stem, until = rows[at]["name"].rpartition("_")[0], at
        while until < len(rows) and stem and not rows[until].get("repeat"):
            before, _, value = rows[until]["name"].rpartition("_")
            if before != stem or value not in times:
                break
            until += 1
        together = [one | {"repeat": one["name"].rpartition("_")[2]} for one in rows[at:until]]
        values = [{"repeat": one["repeat"]} for one in together]
        row = folded(together, values, grid, "repeat", stem) if len(together) > 1 else None
        found.append(row or rows[at])
        at = until if row else at + 1
    return found


def folded_indicators(rows: list[Cells], grid: Grid) -> list[Cells]:
    """Neighbouring rows of one indicator at several times, or by several raters, as one."""
    found, at = list[Cells](), 0
    while at < len(rows):
        row, taken = rows[at], 1
        for column, fixed in (("time", "rater"), ("rater", "time")):
            until = at + 1
            while until < len(rows) and twins(rows[at], rows[until], column, fixed):
                until += 1
            together = rows[at:until]
            values = [{name: one[name] for name in grid.columns if one.get(name)} for one in together]
            if len({one.get(column, "") for one in values}) < max(2, len(together)):
                continue
            stem = rows[at]["name"].removesuffix(f"_{values[0][column]}")
            told = [one | {"indicator": measured(one)} for one in together]
            candidate = folded(told, values, grid, column, stem)
            if candidate:
                row, taken = candidate, len(together)
                break
        found.append(row)
        at += taken
    return found


def twins(one: Cells, other: Cells, column: str, fixed: str) -> bool:
    """Whether two rows measure the same at another time, or by another rater."""
    single = all(" " not in row.get(name, "") for row in (one, other) for name in (column, fixed))
    return (
        measured(one) == measured(other)
        and single
        and one.get(fixed, "") == other.get(fixed, "")
        and bool(one.get(column) and other.get(column))
        and not one.get(LIKE)
        and not other.get(LIKE)
    )


def akin(base: Cells, row: Cells, above: int) -> bool:
    """Whether a row may be like one so many rows above: an indicator like one of the same thing, or one near
    by whose definition it shares; a question like one of its type near by, another item of its battery, or
    the same question about another time.
    """
    if "indicator" in row:
        shared = any(base.get(name) and base[name] == row[name] for name in row if name.startswith(DEFINED))
        return measured(base) == measured(row) or (above <= NEAR and shared)
    items = [ITEM.match(cells["name"]) for cells in (base, row)]
    battery = items[0] is not None and items[1] is not None and items[0][1] == items[1][1]
    stems = [cells["name"].rpartition("_") for cells in (base, row)]
    again = stems[0][0] == stems[1][0] and {stems[0][2], stems[1][2]} <= {*TIMES, stems[0][2]}
    return battery or again or (above <= NEAR and base["type"] == row["type"])


def measured(row: Cells) -> str:
    """What an indicator measures."""
    return row["indicator"] or row["name"]


def length(row: Cells) -> int:
    """Letters of a row."""
    return sum(len(text) + 1 for text in row.values())


# --- rows like others


def likened(rows: list[Cells], grid: Grid) -> list[Cells]:
    """Let rows take from an earlier one what both say: of the same indicator, or a few rows above."""
    found: list[Cells] = []
    used = {row[LIKE] for row in rows}
    whole: dict[str, Cells] = {}
    depth: dict[str, int] = {}
    for row in rows:
        best, saved = (len(rows), row, row), WORTH_A_LIKE - 1
        for at, base in enumerate([] if row[LIKE] else found):
            if not akin(base, row, len(found) - at) or depth[base["name"]] >= DEEPEST:
                continue
            rewrite = base["name"] not in used and not base[LIKE]
            fuller, shorter = as_like(base, whole[base["name"]], row, grid, rewrite=rewrite)
            less = length(base) + length(row) - length(fuller) - length(shorter)
            less += repeated(whole[base["name"]], row) or -OF_A_LINK * depth[base["name"]]
            if less > saved and in_full([*found[:at], fuller, *found[at + 1 :], shorter], grid) == in_full(
                [*found, row], grid
            ):
                best, saved = (at, fuller, shorter), less
        at, fuller, row = best
        if at < len(found):
            found[at] = fuller
            whole[fuller["name"]] = below(completed(fuller, whole, {}, 0, "")[0], {})
        used.add(row[LIKE])
        depth[row["name"]] = depth.get(row[LIKE], -1) + 1
        whole[row["name"]] = below(completed(row, whole, {}, 0, "")[0], {})
        found.append(row)
    return found


def as_like(base: Cells, full: Cells, row: Cells, grid: Grid, *, rewrite: bool) -> tuple[Cells, Cells]:
    """The earlier row, and the later one as far as it differs; ``rewrite`` lets words say what differs in
    the earlier one. ``full`` is the earlier row with what it takes from others.
    """
    fuller, shorter = dict(base), dict(row)
    values = [grid.combinations(one) for one in (full, row)]
    single = rewrite and all(len(one) == 1 for one in values)
    for column, text in row.items():
        if column in ("name", LIKE):
            continue
        own, template = full.get(column, ""), None
        if single and own and text and column not in grid.columns:
            template = merged([own, text], column, [one[0] for one in values], grid, only_words=True)
        if template is not None:
            fuller[column] = template
        shorter[column] = "" if own == text or template is not None else text or KEPT_EMPTY
    return fuller, shorter | {LIKE: base["name"]}


# --- missing codes


def profiles_of(cells: Counter[str], known: Mapping[str, str]) -> dict[str, str]:
    """Profiles of missing codes with those that are worth a name of their own, the most frequent first."""
    profiles = dict(known)
    for text, count in sorted(cells.items(), key=lambda pair: (-pair[1] * len(pair[0]), pair[0])):
        name = next(
            name
            for name in (OTHERWISE, *(f"{OTHERWISE}_{n}" for n in range(2, len(cells) + len(known) + 3)))
            if name not in profiles
        )
        saved = count * (len(by_profile(text, profiles)) - len(name)) - len(text) - len(name)
        if count >= FEWEST_PROFILED and text not in profiles.values() and saved >= WORTH_A_PROFILE:
            profiles[name] = text
    return profiles


def by_profile(text: str, profiles: Mapping[str, str]) -> str:
    """The shortest way to write missing codes: a profile, one with further codes, or all of them."""
    ways = [text]
    for name, codes in profiles.items():
        ways += [name] if codes == text else []
        ways += [name + text[len(codes) :]] if text.startswith(f"{codes};") else []
    return min(ways, key=len)
