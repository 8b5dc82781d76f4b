"""What abbreviations and signs stand for: those that occur in a report, ours and the programme's own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from manfaat.report.blocks import (
    Block,
    Bullets,
    Figure,
    Fold,
    Heading,
    Paragraph,
    Run,
    Table,
    Term,
    Terms,
    plain,
)
from manfaat.report.reader import Reader
from manfaat.report.words import mark

OURS = {
    "ANCOVA": mark("analysis of covariance: a comparison that adjusts for the value before"),
    "ATE": mark("average effect if everybody took part, against nobody"),
    "ATT": mark("average effect on those who took part"),
    "CR1": mark("standard error that allows for clusters, with the usual factor for few of them"),
    "CR2": mark("standard error that allows for clusters, corrected for few of them"),
    "CR3": mark("standard error that allows for clusters, by leaving each out in turn"),
    "d_av": mark("change in standard deviations, the mean of before and now"),
    "d_z": mark("change in standard deviations of the change"),
    "DAC": mark("Development Assistance Committee"),
    "HC1": mark("standard error that allows for unequal spread, with the usual factor"),
    "HC2": mark("standard error that allows for unequal spread, corrected by leverage"),
    "HC3": mark("standard error that allows for unequal spread, by leaving each out in turn"),
    "ICC": mark("intraclass correlation: how far raters agree, or people of one cluster are alike"),
    "ITT": mark("intention to treat: an effect of the offer, whoever took it up"),
    "LATE": mark("average effect on those whom the offer moved"),
    "MDE": mark("minimum detectable effect"),
    "OECD": mark("Organisation for Economic Co-operation and Development"),
    "OLS": mark("ordinary least squares"),
    "SD": mark("standard deviation"),
    "SMD": mark("difference of two means in standard deviations"),
    "α": mark("Cronbach's alpha: how far the items of a scale go together"),
    "Γ": mark("Rosenbaum's gamma: how unequal the odds of taking part may be within pairs"),
    "δ": mark("Oster's delta: how strong what is hidden may be, against what was measured"),
    "ω": mark("McDonald's omega: how much of a scale's spread its items share"),
}


def abbreviations(reader: Reader, told: Iterable[Block]) -> list[Block]:
    """The abbreviations that occur in some blocks, in alphabetical order; nothing where none does."""
    charter, texts = reader.study.charter, "\n".join(texts_of(told))
    known = {name: reader.say(words) for name, words in OURS.items()}
    known |= {name: words[reader.code] for name, words in (charter.abbreviations if charter else {}).items()}
    used = {name for name in known if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", texts)}
    entries = tuple(Term(name, (Run(known[name]),)) for name in sorted(used, key=str.casefold))
    return [Heading(2, reader.say("Abbreviations"), "abbreviations"), Terms(entries)] if entries else []


def texts_of(told: Iterable[Block]) -> Iterator[str]:
    """Every text of some blocks that a reader meets, descriptions of pictures among it."""
    for block in told:
        match block:
            case Heading():
                yield block.text
            case Paragraph():
                yield plain(block.runs)
            case Bullets():
                yield from map(plain, block.items)
            case Terms():
                yield from (f"{entry.name} {plain(entry.runs)}" for entry in block.entries)
            case Figure():
                yield f"{block.title} {block.note} {block.alt}"
            case Table():
                cells = (cell.text for row in block.rows for cell in row)
                yield " ".join([block.title, block.note, *(head.text for head in block.heads), *cells])
            case Fold():
                yield from texts_of(block.blocks)
