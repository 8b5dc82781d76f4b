"""Cite every exhibit of a chapter where the text leads to it, by its number, so that nobody meets a picture
without knowing what it is there for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from manfaat.report.blocks import Block, Bullets, Figure, Heading, Layer, Paragraph, Run, Runs, Table, plain
from manfaat.report.words import Language, mark

LEADS = ("", "finding", "answer", "summary", "note")  # roles of paragraphs that can lead to an exhibit
ASKED = "exhibit:"  # and the name of an exhibit: the end of a link that gets its number once it has one
Exhibits = list[Figure | Table]


def cited(blocks: Iterable[Block], language: Language) -> list[Block]:
    """The blocks of a chapter, every exhibit cited in its section: behind the paragraph before it, or in a
    line of its own where there is none. What the text itself names is left as it is.
    """
    made: list[Block] = []
    for section in sections(blocks):
        told = " ".join(plain(runs) for block in section for runs in said_in(block))
        led: dict[int, Exhibits] = {}  # place of a paragraph, or of the first exhibit without one
        lead, is_led = 0, False
        for place, block in enumerate(section):
            if isinstance(block, Paragraph) and block.role in LEADS and block.layer != "technical":
                lead, is_led = place, True
            elif isinstance(block, Figure | Table) and not is_named(block, told):
                lead = lead if is_led or led else place
                led.setdefault(lead, []).append(block)
        for place, block in enumerate(section):
            if isinstance(block, Paragraph) and place in led:
                made.append(behind(block, led[place], language))
            else:
                made += [see(led[place], language)] if place in led else []
                made.append(block)
    return made


def said_in(block: Block) -> Iterable[Runs]:
    """What a block of prose says."""
    return [block.runs] if isinstance(block, Paragraph) else block.items if isinstance(block, Bullets) else []


def is_named(exhibit: Figure | Table, text: str) -> bool:
    """Whether a text names an exhibit; one without a number cannot be named."""
    return not exhibit.label or bool(re.search(re.escape(exhibit.label) + r"(?!\d)", text))


def sections(blocks: Iterable[Block]) -> Iterator[list[Block]]:
    """The blocks below each heading, which comes first."""
    section: list[Block] = []
    for block in blocks:
        if isinstance(block, Heading) and section:
            yield section
            section = []
        section.append(block)
    yield section


def named(exhibits: Exhibits, language: Language) -> Iterator[Run]:
    """The numbers of exhibits, figures and tables apart, each leading to it; of three and more of a kind, the
    first and the last.
    """
    kinds = [[one for one in exhibits if isinstance(one, kind)] for kind in (Figure, Table)]
    for place, (first, *others) in enumerate(kind for kind in kinds if kind):
        yield from [Run(", ")] if place else []
        if others:
            told = mark("{first} to {last}") if len(others) > 1 else mark("{first} and {last}")
            yield from filled(language.say(told, first="\0", last="\0"), [link(first), link(others[-1])])
        else:
            yield link(first)


def link(exhibit: Figure | Table) -> Run:
    """Its number, leading to it."""
    return Run(exhibit.label, link=f"#{exhibit.id}")


def filled(text: str, values: list[Run]) -> Iterator[Run]:
    """A text whose gaps are filled with pieces of text that have a look of their own."""
    first, *parts = text.split("\0")
    yield Run(first)
    for value, part in zip(values, parts, strict=True):
        yield from (value, Run(part))


def behind(block: Paragraph, exhibits: Exhibits, language: Language) -> Paragraph:
    """A paragraph with what it leads to."""
    return replace(block, runs=in_brackets(block.runs, exhibits, block.layer, language))


def in_brackets(runs: Runs, exhibits: Exhibits, layer: Layer, language: Language) -> Runs:
    """A text with what it leads to in brackets, before its last full stop."""
    *first, last = runs
    stop = "." if last.text.endswith(".") and not last.link else ""
    last = replace(last, text=last.text.removesuffix(stop))
    return (*first, last, Run(" ("), *places(exhibits, layer, language), Run(f"){stop}"))


def asking(text: str | Runs, *names: str) -> Runs:
    """A text that leads to exhibits of other sections or chapters, by their names without that of the
    notebook; what is not shown is not named.
    """
    runs = (Run(text),) if isinstance(text, str) else text
    return (*runs, *(Run("", link=ASKED + name) for name in names))


def answered(block: Block, shown: Mapping[str, Figure | Table], language: Language) -> Block:
    """A block whose texts name the exhibits that they ask for; ``shown`` : all exhibits by their names."""

    def told(runs: Runs) -> Runs:
        names = [run.link.removeprefix(ASKED) for run in runs if run.link.startswith(ASKED)]
        kept = tuple(run for run in runs if not run.link.startswith(ASKED))
        found = [shown[name] for name in names if name in shown]
        return in_brackets(kept, found, block.layer, language) if found else kept

    match block:
        case Paragraph():
            return replace(block, runs=told(block.runs))
        case Bullets():
            return replace(block, items=tuple(told(item) for item in block.items))
    return block


def see(exhibits: Exhibits, language: Language) -> Paragraph:
    """A line that leads to exhibits, where nothing else does."""
    layer = exhibits[0].layer
    before, _, after = language.say("See {exhibits}.", exhibits="\0").partition("\0")
    return Paragraph((Run(before), *places(exhibits, layer, language), Run(after)), layer=layer)


def places(exhibits: Exhibits, layer: Layer, language: Language) -> Iterator[Run]:
    """The numbers of exhibits, those of the annex after the others and named so in the report."""
    here = [one for one in exhibits if one.layer == layer]
    there = [one for one in exhibits if one.layer != layer]
    yield from named(here, language)
    if there:
        yield Run(("; " if here else "") + language.say("annex:") + " ")
        yield from named(there, language)
