"""What analysts make of their own and publish: a table of groups, and a figure drawn from one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.container import BarContainer
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from manfaat.base.disclosure import IDENTIFYING_COLUMNS, hide_small, share_of_few, without_few
from manfaat.base.problems import Problem, ProblemsError, nearest, refuse
from manfaat.definitions.naming import labels_of
from manfaat.report.exhibit import Exhibit
from manfaat.report.figures.style import new_figure, to_svg
from manfaat.report.gate import told
from manfaat.report.reader import Reader
from manfaat.report.said import read_number
from manfaat.report.tables import Column, Write, table
from manfaat.report.words import Language, mark

Words = str | Mapping[str, str]  # in the programme's first language, or in each
Draw = Callable[[pd.DataFrame, Axes], object]
HEIGHT = 3.2  # inches of a figure
NEAR = 1e-6  # of the largest number: two numbers that differ by less are the same
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
COMMON = {  # what columns of numbers are often called
    "n": mark("n"),
    "mean": mark("Mean"),
    "median": mark("Median"),
    "sd": mark("Standard deviation"),
    "share": mark("Share"),
}
HOW = 'such as .agg(n="size", mean=("earnings", "mean")), and its name as counts="n"'
FROM_TABLE = (
    "a function that draws the table it is given: "
    "draw=lambda table, ax: ax.bar(table['county'], table['mean'])"
)


@dataclass(frozen=True)
class Own:
    """A table of groups that an analyst made, as it may leave the house.

    Attributes
    ----------
    data : one row a group; numbers that rest on too few units are missing, all others are told as finely as
    the report tells numbers.
    counts : its column that says on how many units each row rests.
    """

    reader: Reader
    data: pd.DataFrame
    title: Words
    counts: str
    caption: Words = ""

    @classmethod
    def of(cls, reader: Reader, data: pd.DataFrame, title: Words, *, counts: str, caption: Words = "") -> Own:
        """Take a table of groups through the gate; what the groups are called may be its index.

        Raises
        ------
        ProblemsError where it cannot be shown: without counts, with a column that names single units, without
        a title in the reader's language.
        """
        flat = data.reset_index(drop=not (data.index.name or isinstance(data.index, pd.MultiIndex)))
        names = [" ".join(map(str, one)).strip() if isinstance(one, tuple) else str(one) for one in flat]
        flat = flat.set_axis(names, axis=1)
        refuse([*problems_of(flat, title, counts), *unsaid(reader, {"title": title, "caption": caption})])
        numbers = [
            name for name in names if name in flat.select_dtypes(["number", "bool"]) and name != counts
        ]
        shares = [name for name in numbers if flat[name].dropna().between(0, 1).all()]
        shown = flat.assign(**{counts: without_few(flat[counts].to_numpy())})
        for name in numbers:
            few = share_of_few(flat[name].astype("float64"), flat[counts]) if name in shares else None
            shown[name] = hide_small(flat, counts, [name], rests_on_few=few)[name]
        if shown[counts].notna().all():
            shown[counts] = flat[counts]
        return cls(reader, told(reader.study, shown), title, counts, caption)

    @property
    def id(self) -> str:
        """The name of its files, the same in every language."""
        first = self.reader.study.programme.spoken[0]
        name = self.title if isinstance(self.title, str) else self.title.get(first, "")
        return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40] or "own"

    @property
    def note(self) -> str:
        """The caption, what is hidden, and where the data come from."""
        rule = self.reader.say(
            "Rows that rest on fewer than five {units} are hidden.", units=self.reader.units
        )
        return " ".join(filter(None, [worded(self.reader, self.caption), rule, self.reader.source_note()]))

    @property
    def columns(self) -> list[Column]:
        """How each column is called and written: what the study measures by its label."""
        called = labels_of(self.reader.study, self.reader.code)
        called |= {name: self.reader.say(word) for name, word in COMMON.items()}
        numbers = self.data.select_dtypes(["number", "bool"]).columns
        return [
            Column(
                name,
                called.get(name, name),
                writer(self.data[name], self.reader) if name in numbers else None,
            )
            for name in self.data.columns
        ]

    def as_table(self) -> Exhibit:
        """The table."""
        return table(self.id, worded(self.reader, self.title), self.note, self.data, self.columns)

    def as_figure(self, draw: Draw) -> Exhibit:
        """A figure that ``draw`` makes of the table; whoever cannot see it is told every row.

        Raises
        ------
        ProblemsError where it shows a number that the table does not hold.
        """
        figure, ax = new_figure(HEIGHT)
        draw(self.data.copy(), ax)
        refuse(strange_numbers(figure.axes, self))
        shown = self.as_table()
        heads = [head.text for head in shown.heads]
        rows = [
            "; ".join(map(": ".join, zip(heads, [c.text for c in row], strict=True))) for row in shown.rows
        ]
        alt = " ".join(f"{row}." for row in rows)
        return replace(shown, alt=alt, svg=to_svg(figure), heads=(), rows=())


def worded(reader: Language, words: Words) -> str:
    """Words in the reader's language."""
    return words if isinstance(words, str) else words.get(reader.code, "")


def unsaid(reader: Reader, given: Mapping[str, Words]) -> list[Problem]:
    """Ask for words that the reader's language lacks; plain ones are in the programme's first language."""
    first = reader.study.programme.spoken[0]
    lacking = [
        name
        for name, words in given.items()
        if (isinstance(words, str) and words and reader.code != first)
        or (isinstance(words, Mapping) and not words.get(reader.code))
    ]
    expected = f'{{"{first}": "…", "{reader.code}": "…"}}' if reader.code != first else f'{{"{first}": "…"}}'
    told = f"it is not said in the language of this report, '{reader.code}'"
    return [Problem(f"study.show, {name}", told, expected=f"{name}={expected}") for name in lacking]


def problems_of(data: pd.DataFrame, title: Words, counts: str) -> list[Problem]:
    """Say why a table cannot be shown; nothing when it can."""
    name = title if isinstance(title, str) else next(iter(title.values()), "")
    place = f"study.show, table '{name}'"
    problems = [
        Problem(place, "the column names single units", column=name, expected="a table of groups")
        for name in data.columns
        if name in IDENTIFYING_COLUMNS
    ]
    twice = [name for name in dict.fromkeys(data.columns) if list(data.columns).count(name) > 1]
    problems += [
        Problem(place, "two columns have this name", column=name, expected="a name of its own for each")
        for name in twice
    ]
    if counts not in data.columns:
        near, called = nearest(counts, map(str, data.columns)), f"'{counts}' " if counts else ""
        told = f"it has no column {called}that says on how many each row rests"
        return [*problems, Problem(place, told, expected=f"one, {HOW}; {near}")]
    if counts in twice:
        return problems
    values = data[counts]
    whole = pd.api.types.is_numeric_dtype(values) and bool(((values >= 0) & (values % 1 == 0)).all())
    if not whole:
        expected = f"whole numbers of 0 or more, {HOW}"
        told = "not every value is a number of units"
        problems.append(Problem(place, told, column=counts, expected=expected))
    elif len(values) and (values <= 1).all():
        expected = f"a table of groups, {HOW}"
        problems.append(Problem(place, "each row is a single unit", column=counts, expected=expected))
    return problems


def writer(values: pd.Series, language: Language) -> Write:
    """How a column's numbers are written: whole ones without decimals."""
    whole = bool((values.dropna() % 1 == 0).all())
    return lambda value: language.number(float(value), 0 if whole else 2)


def strange_numbers(drawn: Iterable[Axes], own: Own) -> list[Problem]:
    """Numbers that a figure shows and its table does not hold: neither there nor as the sum or difference of
    two numbers of one row, as the ends of intervals are.
    """
    numbers = own.data.select_dtypes(["number", "bool"]).to_numpy("float64")
    sums = [one + sign * two for row in numbers for one, two in product(row, row) for sign in (1, -1)]
    known = np.array([0.0, *numbers.ravel(), *sums])
    known = known[np.isfinite(known)]
    place, problems = f"study.show, figure '{worded(own.reader, own.title)}'", []
    for ax in drawn:
        bars = bars_of(ax)
        others = [one for one in ax.collections if not isinstance(one, LineCollection | PathCollection)]
        if ax.images or ax.tables or others or any(one not in bars for one in ax.patches):
            told = "it shows an area, a table or an image, whose numbers cannot be read"
            return [Problem(place, told, expected="bars, points, lines and intervals")]
        shown = [(one, 0.0) for one in shown_numbers(ax, bars, len(own.data)) if np.isfinite(one)]
        for number, off in [*shown, *written_numbers(ax, own.reader)]:
            least = np.abs(np.abs(known) - abs(number)).min()
            if least > off + NEAR * max(1.0, np.abs(known).max()):
                told = f"it shows {number:g}, which is no number of the table as it may leave the house"
                problems.append(Problem(place, told, expected=FROM_TABLE))
    return problems[:1]


def bars_of(ax: Axes) -> dict[Rectangle, bool]:
    """The bars of axes, and whether each lies on its side."""
    groups = [group for group in ax.containers if isinstance(group, BarContainer)]
    return {bar: group.orientation == "horizontal" for group in groups for bar in group.patches}


def written_numbers(ax: Axes, language: Language) -> Iterator[tuple[float, float]]:
    """What is written beside the marks of axes, without signs, and by how much it may be rounded."""
    for text in ax.texts:
        for digits in NUMBER.findall(text.get_text()):
            marks = (language.decimal_mark, *".,")  # read as the report writes, else in another way
            written = next(filter(None, (read_number(digits, mark) for mark in marks)), None)
            yield (written.value, written.half) if written else (np.inf, 0.0)


def shown_numbers(ax: Axes, bars: Mapping[Rectangle, bool], rows: int) -> list[float]:
    """The numbers that axes show: where bars end, and begin unless another ends there, points and lines; not
    the places of rows on an axis of names.
    """
    boxes = [(bar.get_bbox(), int(not flat)) for bar, flat in bars.items()]
    sides = [(box.min[side], box.max[side]) for box, side in boxes]
    begins, lengths = [low for low, _ in sides], [high - low for low, high in sides]
    found = [*lengths, *(low for low in begins if not np.isclose(low, [high for _, high in sides]).any())]
    pairs = [points_of(line, ax) for line in ax.lines]
    for many in ax.collections:
        if isinstance(many, LineCollection):
            pairs += [np.asarray(one, "float64").reshape(-1, 2) for one in many.get_segments()]
        else:
            pairs.append(np.asarray(many.get_offsets(), "float64"))
    points = np.concatenate([np.empty((0, 2)), *pairs])
    across = int(ax.yaxis.have_units() or not (ax.xaxis.have_units() or is_place(points[:, 0], rows)))
    found += [*points[:, 1 - across]]
    if not ((ax.xaxis, ax.yaxis)[across].have_units() or is_place(points[:, across], rows)):
        found += [*points[:, across]]
    return found


def points_of(line: Line2D, ax: Axes) -> np.ndarray:
    """The points of a line; of one right across the axes only where it stands."""
    points = np.asarray(line.get_xydata(), "float64")
    if line.get_transform() == ax.get_yaxis_transform(which="grid"):
        points = np.column_stack([np.full(len(points), np.nan), points[:, 1]])
    if line.get_transform() == ax.get_xaxis_transform(which="grid"):
        points = np.column_stack([points[:, 0], np.full(len(points), np.nan)])
    return points


def is_place(values: np.ndarray, rows: int) -> bool:
    """Whether values are places of rows, one after the other or side by side."""
    known = values[np.isfinite(values)]
    return bool(((known >= -1) & (known <= rows) & (np.abs(known * 20 - np.round(known * 20)) < NEAR)).all())


def own_exhibit(
    reader: Reader, what: object, title: Words, *, counts: str, draw: Draw | None, caption: Words
) -> Exhibit:
    """A table of groups, or a figure drawn from it, as it may leave the house.

    Raises
    ------
    ProblemsError where it may not, or where it is no table of groups.
    """
    if not isinstance(what, pd.DataFrame):
        told = f"a {type(what).__name__} does not say on how many each of its numbers rests"
        expected = f"the table of groups that it is drawn from, and {FROM_TABLE}"
        raise ProblemsError([Problem("study.show", told, expected=expected)])
    own = Own.of(reader, what, title, counts=counts, caption=caption)
    return own.as_figure(draw) if draw else own.as_table()
