"""The setting of a programme in the report: its prose, and the ties of the city that sends."""

from __future__ import annotations

from manfaat.definitions.context import read_context, read_ties
from manfaat.report.blocks import Bullets, Paragraph, listed, said
from manfaat.report.exhibit import Exhibit, in_annex
from manfaat.report.figures.ties import ties_over_time
from manfaat.report.reader import Reader
from manfaat.report.tables import Layout
from manfaat.report.words import mark

TIES = Layout(
    "ties-list",
    mark("Ties and the years that are confirmed"),
    [("partner", mark("Partner")), ("year", mark("Since"), "year"), ("source", mark("Source"))],
)


def context_blocks(reader: Reader) -> list[Paragraph | Bullets]:
    """The prose as paragraphs, lists and short headings; says so where the programme has none."""
    text = read_context(reader.study.definitions, reader.code)
    if not text:
        return [
            said(
                reader.say("No description of the setting stands beside the definitions of this programme."),
                "nothing",
            )
        ]
    blocks: list[Paragraph | Bullets] = []
    for part in (part.strip() for part in text.split("\n\n")):
        if part.startswith("- "):
            blocks.append(listed(line.removeprefix("- ") for line in part.splitlines()))
        elif part:
            role = "context-heading" if part.startswith("## ") else "context"
            blocks.append(said(part.removeprefix("## "), role))
    return blocks


def ties_exhibits(reader: Reader) -> list[Exhibit]:
    """Figure and table of the ties; none where the programme lists none."""
    ties = read_ties(reader.study.definitions, reader.code, root=reader.study.places.root)
    if ties.empty:
        return []
    unknown = int(ties["year"].isna().sum())
    caption = reader.say_count("In all {n} tie.", "In all {n} ties.", len(ties))
    if unknown:
        caption += " " + reader.say_count(
            "Of {n} no year was found, and it is not drawn.",
            "Of {n} no year was found, and they are not drawn.",
            unknown,
        )
    drawn = (
        [ties_over_time(ties, reader.say("Since when the ties exist"), caption, reader)]
        if ties["year"].notna().any()
        else []
    )
    return in_annex([*drawn, TIES.exhibit(reader, ties, caption)])
