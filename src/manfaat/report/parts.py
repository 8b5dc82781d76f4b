"""The chapters of a report and of its annex, made of what the notebooks showed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

import nbformat

from manfaat.report.blocks import (
    Block,
    Code,
    Figure,
    Fold,
    Heading,
    Layer,
    Paragraph,
    Run,
    Table,
    Terms,
    plain,
)
from manfaat.report.citing import answered, cited
from manfaat.report.markdown import blocks_of
from manfaat.report.sharing import published
from manfaat.report.words import Language, mark

CHAPTERS = (  # of the report, in the order in which a reviewer of evaluations looks for them
    mark("Summary"),
    mark("The evaluation"),
    mark("The programme"),
    mark("Data, method and limits"),
    mark("Findings"),
    mark("Conclusions, recommendations and lessons"),
)
LAST = 99  # place in its chapter of a line that says why there is nothing
TAG = "report-"  # and a place: of the heading's cell in a notebook


@dataclass(frozen=True)
class Part:
    """One chapter: its blocks, the first of which is its heading."""

    blocks: tuple[Block, ...]
    left_out: tuple[str, ...] = ()  # what its notebook showed and may not be published, one line a cell

    def sections_of(self, layer: Layer) -> Iterator[tuple[Heading, list[Block]]]:
        """What of every section stands in a file, below its heading."""
        blocks = [block for block in self.blocks if block.layer != "brief"]
        starts = [i for i, block in enumerate(blocks) if isinstance(block, Heading) and block.level == 2]
        for start, end in pairwise([*starts, len(blocks)]):
            head, *rest = blocks[start:end]
            home = "report" if head.layer == "report" else "annex"
            own = [block for block in rest if home_of(block, home) == layer]
            if isinstance(head, Heading) and (own or home == layer):
                yield replace(head, layer=layer if head.layer == "report" else head.layer), own

    def in_annex(self) -> Part | None:
        """What of the chapter stands in the annex: its opening, how it was made, and what of every section
        belongs there; None where that is nothing.
        """
        kept = [block for head, own in self.sections_of("annex") for block in (head, *own)]
        starts = (i for i, block in enumerate(self.blocks) if isinstance(block, Heading) and block.level == 2)
        opening = [block for block in self.blocks[: next(starts, None)] if block.layer != "brief"]
        opening = [in_layer(block, "annex") for block in opening]
        return replace(self, blocks=(*opening, *kept)) if kept else None

    @property
    def last(self) -> str:
        """Where a section stands in the report whose heading names no place."""
        return "4.90" if self.heading.id <= "chapter-03" else "5.90"

    def cited(self, language: Language) -> Part:
        """The chapter, every exhibit cited where the text leads to it."""
        return replace(self, blocks=tuple(cited(self.blocks, language)))

    @property
    def heading(self) -> Heading:
        """The heading of the chapter."""
        return next(block for block in self.blocks if isinstance(block, Heading))

    @property
    def sections(self) -> list[Heading]:
        """The headings below it that a table of contents lists."""
        found = [block for block in self.blocks if isinstance(block, Heading) and block.level <= 2]
        return [block for block in found if block is not self.heading]

    @property
    def ids(self) -> list[str]:
        """What a link can lead to."""
        return [id for block in self.blocks for id in ids_in(block) if id]

    @property
    def figures(self) -> list[Figure]:
        """Its pictures."""
        return [block for block in self.blocks if isinstance(block, Figure)]


def ids_in(block: Block) -> Iterator[str]:
    """What of a block a link can lead to: itself, what it names, the rows and the folds of a table."""
    match block:
        case Heading() | Figure():
            yield block.id
        case Table():
            yield block.id
            yield from (row[0].id for row in block.rows if row)
            yield from (id for fold in block.folds for id in ids_in(fold))
        case Fold():
            yield from (id for part in block.blocks for id in ids_in(part))
        case Terms():
            yield from (entry.id for entry in block.entries)


def chapter_part(name: str, notebook: nbformat.NotebookNode, language: Language) -> Part:
    """Turn one executed notebook into a chapter, its prose in the reader's language; headings get ids of
    their own. A section whose heading is tagged ``annex`` stands in the annex, with all that follows.
    """
    blocks: list[Block] = []
    left_out: list[str] = []
    section: Layer = "report"
    written = [
        cell for cell in notebook.cells if "injected-parameters" not in cell.metadata.get("tags", [])
    ]  # as in notebooks/
    for place, cell in enumerate(written, start=1):
        tags = cell.metadata.get("tags", [])
        if cell.cell_type == "markdown":
            layer: Layer = "technical" if "technical" in tags else "report"
            told = blocks_of(language.prose(cell.source), layer)
            if any(isinstance(block, Heading) and block.level == 2 for block in told):
                section = "annex" if {"annex", "technical"} & {*tags} else "report"
            blocks += [placed(in_layer(block, section), tags) for block in told]
        elif cell.cell_type == "code":
            shown, dropped = published(cell)
            blocks += [] if "parameters" in tags else [Code(cell.source)]
            blocks += [in_layer(block, section) for block in shown]
            if dropped:
                left_out.append(
                    f"{name}, cell {place}: {dropped}: left out of the report. What may leave is shown by"
                    " study.show(...)"
                )
    return Part(tuple(numbered(name, blocks)), tuple(left_out))


def home_of(block: Block, section: str) -> str:
    """The file that a block stands in: its own, or that of its section."""
    return block.layer if block.layer in ("report", "annex") else section


def nothing_in(head: Block, blocks: list[Block]) -> Paragraph | None:
    """One line for a section that found nothing to show: what was asked, and why there is nothing."""
    told = [block for block in blocks if not isinstance(block, Code)]
    found = [block for block in told if isinstance(block, Paragraph) and block.role == "nothing"]
    others = [
        block for block in told if not isinstance(block, Paragraph) or block.role not in ("", "nothing")
    ]
    if not found or others or not isinstance(head, Heading):
        return None
    reasons = (Run(f" {plain(block.runs)}") for block in found)
    return Paragraph((Run(head.text, italic=True), *reasons), "note")


def placed(block: Block, tags: list[str]) -> Block:
    """A section's heading with the place in the report that its tag names."""
    place = next((tag.removeprefix(TAG) for tag in tags if tag.startswith(TAG)), "")
    return replace(block, place=place) if isinstance(block, Heading) and block.level == 2 else block


def in_layer(block: Block, layer: Layer) -> Block:
    """What everybody reads, in the layer of its section."""
    return replace(block, layer=layer) if block.layer == "report" else block


def numbered(name: str, blocks: list[Block]) -> Iterator[Block]:
    """Give every heading of a chapter its id, and the first the chapter's number."""
    anchor, found = f"chapter-{name[:2]}", 0
    number = f"{int(name[:2])} "
    for block in blocks:
        if isinstance(block, Heading):
            text = block.text if found else number + block.text
            yield replace(block, text=text, id=block.id or (f"{anchor}-{found}" if found else anchor))
            found += 1
        else:
            yield block


def report_of(chapters: list[Part], language: Language) -> list[Part]:
    """The report: the sections of all notebooks in the order in which a reviewer of evaluations looks for
    them, at the places that their headings name (``report-5.2``). A section that found nothing to show is one
    line at the end of its chapter.
    """
    found: dict[int, list[tuple[int, list[Block]]]] = {}
    for chapter in chapters:
        for head, own in chapter.sections_of("report"):
            part, place = map(int, (head.place or chapter.last).split("."))
            line = nothing_in(head, own)
            found.setdefault(part, []).append((LAST, [line]) if line else (place, [head, *own]))
    made = []
    for number, part in enumerate(sorted(found), start=1):
        heading = Heading(1, f"{number} {language.say(CHAPTERS[part - 1])}", f"part-{part}")
        sections = sorted(found[part], key=lambda one: one[0])
        made.append(Part((heading, *(block for _, blocks in sections for block in blocks))))
    return made


def named_once(parts: list[Part]) -> list[Part]:
    """The same file with what an estimate rests on named where it stands first: links lead there, and an id
    may stand once in a page.
    """
    seen: set[str] = set()
    return [replace(part, blocks=tuple(first_named(block, seen) for block in part.blocks)) for part in parts]


def first_named(block: Block, seen: set[str]) -> Block:
    """A block without ids of terms that were ``seen`` before it, which grows by its own."""
    match block:
        case Table():
            folds = [first_named(fold, seen) for fold in block.folds]
            return replace(block, folds=tuple(fold for fold in folds if isinstance(fold, Fold)))
        case Fold():
            return replace(block, blocks=tuple(first_named(part, seen) for part in block.blocks))
        case Terms():
            entries = [replace(entry, id="") if entry.id in seen else entry for entry in block.entries]
            seen.update(entry.id for entry in entries if entry.id)
            return replace(block, entries=tuple(entries))
    return block


def annex_of(chapters: list[Part]) -> list[Part]:
    """The annex: of every notebook in its order, what stands there."""
    return [part for chapter in chapters if (part := chapter.in_annex())]


def arranged(chapters: dict[str, Part], language: Language) -> tuple[list[Part], list[Part]]:
    """Report and annex, made of the notebooks' chapters: exhibits numbered through the report, and in the
    annex by the number of their notebook; each cited where the text leads to it.
    """
    every = [chapters[name] for name in sorted(chapters)]
    labels = dict(relabelled(report_of(every, language), annex_of(every)))
    every = [replace(part, blocks=tuple(renumbered(part.blocks, labels))) for part in every]
    every = [part.cited(language) for part in every]
    exhibits = [block for part in every for block in part.blocks if isinstance(block, Figure | Table)]
    shown = {block.name.partition("-")[2]: block for block in exhibits if block.label}
    every = [
        replace(part, blocks=tuple(answered(block, shown, language) for block in part.blocks))
        for part in every
    ]
    return named_once(report_of(every, language)), named_once(annex_of(every))


def relabelled(report: list[Part], annex: list[Part]) -> Iterator[tuple[str, str]]:
    """The number of every exhibit by its id: ``Figure 3`` in the report, ``Figure A5.3`` in the annex."""
    annexed = [([part], f"A{int(part.heading.id.removeprefix('chapter-'))}.") for part in annex]
    for parts, prefix in [(report, ""), *annexed]:
        counts: dict[str, int] = {}
        for block in (block for part in parts for block in part.blocks):
            if isinstance(block, Figure | Table) and block.label:
                word = block.label.partition(" ")[0]
                counts[word] = counts.get(word, 0) + 1
                yield block.id, f"{word} {prefix}{counts[word]}"


def renumbered(blocks: Iterable[Block], labels: dict[str, str]) -> Iterator[Block]:
    """Blocks, their exhibits under the numbers that they have in the report."""
    for block in blocks:
        yield (
            replace(block, label=labels[block.id])
            if isinstance(block, Figure | Table) and block.id in labels
            else block
        )
