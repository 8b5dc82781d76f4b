"""The setting of a programme in the report: its prose, and the ties of the city that sends."""

from __future__ import annotations

from manfaat.analysis.study import Study
from manfaat.definitions.context import read_context, read_ties
from manfaat.report.blocks import Bullets, Paragraph, listed, said
from manfaat.report.exhibit import Exhibit
from manfaat.report.figures.ties import ties_over_time
from manfaat.report.tables import Column, table
from manfaat.report.words import Language


def context_blocks(study: Study, language: Language) -> list[Paragraph | Bullets]:
    """The prose as paragraphs, lists and short headings; says so where the programme has none."""
    text = read_context(study.definitions, language.code)
    if not text:
        return [
            said(
                language.say(
                    "No description of the setting stands beside the definitions of this programme."
                ),
                "context",
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


def ties_exhibits(study: Study, language: Language) -> list[Exhibit]:
    """Figure and table of the ties; none where the programme lists none."""
    ties, say = read_ties(study.definitions, language.code, root=study.places.root), language.say
    if ties.empty:
        return []
    unknown = int(ties["year"].isna().sum())
    caption = language.say_count("{n} tie in all.", "{n} ties in all.", len(ties))
    if unknown:
        caption += " " + language.say_count(
            "Of {n} no year was found, and it is not drawn.",
            "Of {n} no year was found, and they are not drawn.",
            unknown,
        )
    columns = [
        Column("partner", say("Partner")),
        Column("year", say("Since"), lambda year: f"{year:.0f}"),
        Column("source", say("Source")),
    ]
    listed = table("ties-list", say("Ties and the years that are confirmed"), caption, ties, columns)
    drawn = (
        [ties_over_time(ties, say("Since when the ties exist"), caption, language)]
        if ties["year"].notna().any()
        else []
    )
    return [*drawn, listed]
