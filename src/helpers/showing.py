"""How an answer shows itself: as tables, figures and sentences in a notebook, as frames to count on with.

An answer is the last line of a cell. In a notebook of the report its exhibits are numbered in the order
shown, kept below the cohort's folder, and leave the house with the report; elsewhere they are only shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields
from functools import cached_property, partial, wraps
from pathlib import Path
from typing import Any

import pandas as pd
from IPython.display import display

from helpers.frames import read
from manfaat.base.once import Computed
from manfaat.base.showing import counted, line
from manfaat.definitions.indicator import Indicator
from manfaat.definitions.study import Study
from manfaat.report import blocks, saving
from manfaat.report.blocks import Bullets, Heading, Paragraph
from manfaat.report.chapter import Chapter
from manfaat.report.exhibit import Exhibit, block_of, notebook_html
from manfaat.report.reader import Reader

Part = Exhibit | Heading | Paragraph | Bullets
ROWS = 8  # of a frame below what it is shown as


def said(*sentences: str, kind: str = "finding") -> list[Part]:
    """Sentences as one paragraph; nothing where all are empty."""
    text = " ".join(sentence for sentence in sentences if sentence)
    return [blocks.said(text, kind)] if text else []


def listed(sentences: Iterable[str]) -> list[Part]:
    """Sentences as a list; nothing where there are none."""
    told = [sentence for sentence in sentences if sentence]
    return [blocks.listed(told)] if told else []


@dataclass(frozen=True, repr=False)
class Answer:
    """What a question to a study gives.

    Attributes
    ----------
    title : what was asked, in a few words.
    frame : the numbers behind it, one row as its docstring says; not rounded.
    parts : exhibits, paragraphs and lists in the order they are shown.

    As the last line of a cell it shows its parts. ``print`` and ``repr`` give one line.

    Examples
    --------
    >>> definitions = study.measure().definitions
    >>> definitions
    <definitions: 1 table, 13 rows>
    >>> definitions.frame.columns.tolist()[:3]
    ['label', 'definition', 'stage']
    """

    title: str
    chapter: Chapter = field(compare=False)
    make: Callable[[], list[Part]] = field(compare=False)
    numbers: Callable[[], pd.DataFrame] | None = field(default=None, compare=False)
    is_published: bool = field(default=True, compare=False)

    @cached_property
    def parts(self) -> list[Part]:
        """What is shown, in its order."""
        return self.make()

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The numbers: those that the answer rests on, or else those of its first exhibit."""
        if self.numbers is not None:
            return self.numbers()
        return self.exhibits[0].data if self.exhibits else pd.DataFrame()

    @property
    def exhibits(self) -> list[Exhibit]:
        """The figures and tables among the parts."""
        return [part for part in self.parts if isinstance(part, Exhibit)]

    def __repr__(self) -> str:
        figures = sum(one.is_figure for one in self.exhibits)
        tables = len(self.exhibits) - figures
        told = [counted(n, word) for n, word in ((figures, "figure"), (tables, "table")) if n]
        return line(self.title, *(told or ["sentences"]), counted(len(self.frame), "row"))

    def save(self, file: str) -> Path:
        """Write its tables (``.xlsx``, ``.tex``, ``.csv``) or its figure (``.svg``) below ``scratch/saved``.

        Examples
        --------
        >>> study.describe("earnings", by="group").save("pay.tex").as_posix()
        'data/processed/.../scratch/saved/pay.tex'
        """
        return saving.save(self.chapter, self.exhibits, file)

    def _repr_html_(self) -> str:
        words = {True: self.chapter.reader.say("Figure"), False: self.chapter.reader.say("Table")}
        return "".join(
            notebook_html(
                block_of(part, words[part.is_figure], part.id) if isinstance(part, Exhibit) else part
            )
            for part in self.parts
        )

    def _ipython_display_(self) -> None:
        if not (self.is_published and self.chapter.name):
            display({"text/plain": repr(self), "text/html": self._repr_html_()}, raw=True)
            return
        for part in self.parts:
            if isinstance(part, Exhibit):
                self.chapter.show(part)
            else:
                self.chapter.blocks([part])
        if not self.chapter.study.places.is_published:  # what leaves the house holds no unrounded frames
            told = {"text/plain": repr(self), "text/html": self.folded()}
            display(told, raw=True)

    def folded(self) -> str:
        """The first rows of the numbers behind what is shown, to be unfolded."""
        head = self.frame.head(ROWS).to_html(index=False, max_cols=40)
        return f"<details><summary>.frame: {counted(len(self.frame), 'row')}</summary>{head}</details>"


class Question(cached_property[Answer]):
    """One question of a notebook: its answer is made when it is first asked."""


def question(frame: str = "") -> Callable[[Callable[[Any], list[Part]]], Question]:
    """Make a question of a method that returns what is shown; ``frame`` names the attribute that holds the
    numbers behind it, those of the first exhibit unless given.
    """

    def wrap(parts: Callable[[Any], list[Part]]) -> Question:
        @wraps(parts)
        def answer(self: Questions) -> Answer:
            shown = parts(self)  # now: what fails while something is displayed does not stop a cell
            numbers = partial(getattr, self, frame) if frame else None
            return Answer(parts.__name__.replace("_", " "), self.chapter, lambda: shown, numbers)

        return Question(answer)

    return wrap


def computed(compute: Callable[[Any], Computed]) -> cached_property[Computed]:
    """An attribute of questions that rests on their choices alone: what one language of a run has computed
    the others take over.
    """

    @wraps(compute)
    def found(self: Questions) -> Computed:
        chosen = [repr(getattr(self, one.name)) for one in fields(self) if one.name != "chapter"]
        name = f"{compute.__module__} {compute.__qualname__} {chosen}"
        return self.chapter.once(name, partial(compute, self))

    return cached_property(found)


@dataclass(frozen=True, repr=False)
class Questions:
    """The questions of one notebook: each is answered when it is first asked.

    Examples
    --------
    >>> study.results("outcome", "impact")
    <questions: changes, comparison, ratings, spread, threats, times, trends>
    """

    chapter: Chapter

    @property
    def study(self) -> Study:
        """The cohort's definitions."""
        return self.chapter.study

    @property
    def reader(self) -> Reader:
        """The study in the reader's language."""
        return self.chapter.reader

    @property
    def indicators(self) -> list[Indicator]:
        """What is measured."""
        return list(self.chapter.study.indicators)

    @cached_property
    def table(self) -> pd.DataFrame:
        """The indicators as they are stored, one row a unit (in a panel, a unit in one period)."""
        return read(self.chapter, "indicators")

    def __repr__(self) -> str:
        asked = [name for name, one in vars(type(self)).items() if isinstance(one, Question)]
        return line("questions", *sorted(asked))

    def _repr_html_(self) -> str:
        return f"<p>{repr(self)[1:-1]}</p>"
