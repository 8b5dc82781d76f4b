"""Blocks as HTML; every text is escaped."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from html import escape
from itertools import groupby
from urllib.parse import quote

from pygments.lexers import PythonLexer
from pygments.token import STANDARD_TYPES

from manfaat.report.blocks import (
    Block,
    Bullets,
    Cell,
    Code,
    Figure,
    Fold,
    Head,
    Heading,
    Paragraph,
    Run,
    Runs,
    Table,
    Terms,
    ended,
    gap,
)
from manfaat.report.columns import columns_of
from manfaat.report.unbroken import unbroken

SHORT = 24  # letters: a number with its interval, size or share stays on one line, a sentence may not
LONG = 30  # rows: a longer table scrolls within the page
LAYERS = {"technical": "technical", "page": "only-screen"}  # classes of the style sheet
ORIGINS = ("origin-", "claim-", "threat-")  # ids of where a number comes from
BOM = "\ufeff"  # with it, spreadsheets read UTF-8
DIGIT, MARK = r"\2007", r"\2008"  # spaces as wide as a digit, and as a full stop or a comma
COLOURED = ("k", "kn", "kc", "ow", "s1", "s2", "sa", "mi", "mf", "c1")  # what the style sheet tells apart


@dataclass(frozen=True)
class Shown:
    """What of the blocks a page shows: the pictures (SVG) by the id of their figure, and where the others
    lie; whether folds are there, and what is said in their place; in which file a link (``#id``) ends that
    does not end in this page; the data (CSV) behind the figures by their ids, and what a link to them is
    called.
    """

    pictures: Mapping[str, str]
    elsewhere: Mapping[str, str]  # one sentence a figure
    instead_of_folds: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    data: Mapping[str, str] = field(default_factory=dict)
    data_name: str = ""
    packed: Mapping[str, str] = field(default_factory=dict)  # drawings for a phone, for the script to unpack


def html_of(blocks: Iterable[Block], shown: Shown) -> str:
    """Return blocks as HTML, in their order."""
    return "\n".join(WRITERS[block.kind](block, shown) for block in blocks)


def in_its_layer(write: Callable[..., str]) -> Callable[..., str]:
    """Keep what only those see who ask for code, and what paper leaves out, apart from what everybody
    reads.
    """

    def written(block: Block, shown: Shown) -> str:
        html = write(block, shown)
        return f'<div class="{LAYERS[block.layer]}">{html}</div>' if block.layer in LAYERS else html

    return written


def told(text: str) -> str:
    """Return a text as it is read: no number is parted from its sign or unit."""
    return escape(unbroken(text))


def named_class(*names: str) -> str:
    """Return the attribute ``class``, or nothing."""
    found = " ".join(filter(None, names))
    return f' class="{escape(found)}"' if found else ""


def place_of(id: str) -> str:
    """Return the attribute ``id``, or nothing."""
    return f' id="{escape(id)}"' if id else ""


def runs_html(runs: Runs, shown: Shown) -> str:
    """Return pieces of text in their looks; a link to an id in another file names the file."""
    return "".join(run_html(replace(run, link=shown.files.get(run.link, "") + run.link)) for run in runs)


def run_html(run: Run) -> str:
    """Return one piece of text; an empty one is none."""
    if not run.text:
        return ""
    html = escape(run.text) if run.code else told(run.text)
    for is_so, tag in ((run.code, "code"), (run.italic, "em"), (run.bold, "strong")):
        html = f"<{tag}>{html}</{tag}>" if is_so else html
    html = f'<span lang="{escape(run.lang)}">{html}</span>' if run.lang else html
    is_number = run.link.rpartition("#")[2].startswith(ORIGINS)
    return f'<a{named_class("origin" * is_number)} href="{escape(run.link)}">{html}</a>' if run.link else html


def heading(block: Heading, _: Shown) -> str:
    """Return a heading; the page's own stands above level 1."""
    return f"<h{block.level + 1}{place_of(block.id)}>{told(block.text)}</h{block.level + 1}>"


def paragraph(block: Paragraph, shown: Shown) -> str:
    """Return a paragraph."""
    return f"<p{named_class(block.role)}>{runs_html(block.runs, shown)}</p>"


def bullets(block: Bullets, shown: Shown) -> str:
    """Return a list."""
    tag = "ol" if block.is_ordered else "ul"
    items = "".join(f"<li>{runs_html(item, shown)}</li>" for item in block.items)
    return f"<{tag}{named_class(block.role)}>{items}</{tag}>"


def terms(block: Terms, shown: Shown) -> str:
    """Return a list of terms."""
    lines = "".join(
        f"<dt{place_of(entry.id)}>{told(entry.name)}</dt><dd>{runs_html(entry.runs, shown)}</dd>"
        for entry in block.entries
    )
    return f'<dl class="record">{lines}</dl>'


def fold(block: Fold, shown: Shown) -> str:
    """Return a fold with the folds in it, or one sentence that says where the same is written."""
    if shown.instead_of_folds:
        return f'<p class="note">{escape(shown.instead_of_folds)}</p>'
    return unfolded(block, shown, ' class="origins"')


def unfolded(block: Fold, shown: Shown, look: str = "") -> str:
    """Return a fold; those within it bear no frame of their own."""
    inner = "".join(
        unfolded(part, shown) if isinstance(part, Fold) else html_of([part], shown) for part in block.blocks
    )
    return f"<details{look}><summary>{told(block.title)}</summary>{inner}</details>"


def code(block: Code, _: Shown) -> str:
    """Return code, coloured where the style sheet has a colour."""
    parts = []
    for look, tokens in groupby(
        PythonLexer().get_tokens(block.text), lambda token: STANDARD_TYPES.get(token[0])
    ):
        text = escape("".join(text for _, text in tokens))
        parts.append(f'<span class="{look}">{text}</span>' if look in COLOURED else text)
    return f'<div class="code" tabindex="0"><pre>{"".join(parts)}</pre></div>'


def caption(block: Figure | Table) -> str:
    """Return 'Figure 4.2. Title.'"""
    number = f'<a class="number" href="#{block.id}">{told(block.label)}.</a> ' if block.label else ""
    return f'{number}<span class="title">{told(ended(block.title))}</span>'


def figure(block: Figure, shown: Shown) -> str:
    """Return a picture with its caption; in words where the page does not hold it."""
    picture = shown.pictures.get(block.id) or in_words(block, shown)
    note = f'<p class="note">{told(block.note)}</p>'
    words = f"<figcaption>{caption(block)}{note}</figcaption>"
    if not block.label:  # the message of a figure that stands alone is read before it
        return f'<figure class="exhibit" id="{block.id}">{words}{picture}</figure>'
    return f'<figure class="exhibit" id="{block.id}">{picture}{words}{data_link(block, shown)}</figure>'


def data_link(block: Figure, shown: Shown) -> str:
    """Return a link that holds the data behind a figure, where the page has them: taken along without
    script and without a folder.
    """
    if block.id not in shown.data:
        return ""
    held = quote(BOM + shown.data[block.id], safe=",;:()!*'/?@=+~$")
    file = f'download="{escape(block.name)}.csv" href="data:text/csv;charset=utf-8,{escape(held)}"'
    name = escape(f"{shown.data_name}: {block.label}")  # links of the same name are told apart by ear
    return f'<p class="bar"><a {file} aria-label="{name}">{escape(shown.data_name)}</a></p>'


def in_words(block: Figure, shown: Shown) -> str:
    """Return what a figure shows, told in words, and where its picture is."""
    where = escape(shown.elsewhere.get(block.id, ""))
    return f'<p class="alt">{told(block.alt)}</p><p class="note">{where}</p>'


def table(block: Table, shown: Shown) -> str:
    """Return a table that scrolls within the page, named by its caption."""
    upwards = columns_of(block).turned
    head = "".join(
        f'<th scope="col"{named_class("number" * head.is_number, "up" * (place in upwards))}>'
        f"<span>{told(head.text)}</span></th>"
        if place in upwards
        else f'<th scope="col"{named_class("number" * head.is_number)}>{told(head.text)}</th>'
        for place, head in enumerate(block.heads)
    )
    scroll = "scroll long" if len(block.rows) > LONG else "scroll"
    grid = f"<thead><tr>{head}</tr></thead><tbody>{body(block, shown)}</tbody></table></div>"
    if not block.label:
        return f'<div class="{scroll}" tabindex="0"><table>{grid}'
    named, folds = f'aria-labelledby="{block.id}-name"', "".join(fold(part, shown) for part in block.folds)
    return (
        f'<figure class="exhibit table" id="{block.id}">'
        f'<figcaption id="{block.id}-name">{caption(block)}</figcaption>'
        f'<div class="{scroll}" tabindex="0" role="region" {named}><table {named}>'
        f'{grid}<p class="note">{told(block.note)}</p>{folds}</figure>'
    )


def body(block: Table, shown: Shown) -> str:
    """Return the rows; to one whose first cell has an id, links lead. Where cells and rows end need not be
    said, which is a tenth of a page of tables.
    """
    rows: list[str] = []
    above = None
    for row in block.rows:
        if len(row) == 1 < len(block.heads):
            head = f'<th scope="rowgroup" colspan="{len(block.heads)}">{cell_text(row[0], shown)}'
            rows.append(f"{'<tbody>' if rows else ''}<tr>{head}")
            continue
        is_again, above = block.is_grouped and row[0].text == above, row[0].text
        first = cell_text(row[0], shown)
        first = f"<span>{first}</span>" if is_again else first
        cells = zip(row[1:], block.heads[1:], strict=False)
        rest = "".join(cell_html(cell, head, shown) for cell, head in cells)
        name = f'<th scope="row"{named_class("again" if is_again else "")}>{first}'
        rows.append(f"<tr{place_of(row[0].id)}>{name}{rest}")
    return "".join(rows)


def cell_html(cell: Cell, head: Head, shown: Shown) -> str:
    """Return one cell; a number ends where its decimals say: the style sheet fills up, the text stays a
    number.
    """
    has_mark, digits = gap(cell, head)
    look = f"{'whole' if has_mark else 'less'}{digits}" if digits else ""
    one_line = "line" if " " in cell.text and len(cell.text) <= SHORT else ""
    numeric = named_class("number", one_line, look) if head.is_number else ""
    return f"<td{numeric}>{cell_text(cell, shown)}"


def alignment_rules(most: int = 8) -> str:
    """Return the rules that fill up behind a number of fewer decimals, up to ``most``: spaces as wide as a
    mark and as a digit, which are no text.
    """
    rules = []
    for name, mark in (("less", ""), ("whole", MARK)):
        rules += [
            f'td.{name}{digits}::after{{content:"{mark}{DIGIT * digits}"}}' for digits in range(1, most + 1)
        ]
    return "".join(rules)


def cell_text(cell: Cell, shown: Shown) -> str:
    """Return the text of a cell, in its language, leading where it leads."""
    return runs_html((Run(cell.text, lang=cell.lang, link=cell.link),), shown)


WRITERS: dict[str, Callable[..., str]] = {
    "heading": in_its_layer(heading),
    "paragraph": in_its_layer(paragraph),
    "bullets": in_its_layer(bullets),
    "terms": terms,
    "fold": fold,
    "code": code,
    "figure": in_its_layer(figure),
    "table": in_its_layer(table),
}
