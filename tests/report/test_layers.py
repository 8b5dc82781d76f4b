"""What stands in the report and what in the annex; the report is short enough to be read."""

import json
import re
from collections import Counter
from dataclasses import replace
from datetime import date

import nbformat
import pandas as pd
import pytest
from pypdf import PdfReader

from conftest import ROOT
from manfaat.analysis.study import load_study
from manfaat.report.blocks import Block, Bullets, Figure, Heading, Paragraph, Table, from_data, plain, said
from manfaat.report.cover import cover_of
from manfaat.report.page import Part, chapter_part, in_file
from manfaat.report.printed import write_pdf
from manfaat.report.reader import Reader
from manfaat.report.words import Language


def notebook(*cells: tuple[str, str]) -> nbformat.NotebookNode:
    """A notebook of prose cells, each with a tag or none."""
    made = [
        nbformat.v4.new_markdown_cell(text, metadata={"tags": [tag] if tag else []}) for text, tag in cells
    ]
    return nbformat.v4.new_notebook(cells=made)


def words_of(part: Part | None) -> list[str]:
    """Headings and paragraphs as text."""
    blocks = part.blocks if part else ()
    return [block.text if isinstance(block, Heading) else plain(block.runs) for block in blocks]


def test_a_section_stands_where_its_heading_is_tagged():
    chapter = chapter_part(
        "03_inputs",
        notebook(
            ("# Inputs\n\nWhat went in?", ""),
            ("- Reads a table.", "technical"),
            ("## Who?\n\nPeople.", ""),
            ("## How alike?\n\nVery.", "annex"),
            ("## Files", "technical"),
            ("What this does not show.", ""),
        ),
        Language("en"),
    )
    assert words_of(chapter.of("report")) == ["3 Inputs", "What went in?", "Who?", "People."]
    annex = chapter.of("annex")
    assert words_of(Part(tuple(b for b in annex.blocks if not isinstance(b, Bullets)))) == [
        "3 Inputs",
        "What went in?",
        "How alike?",
        "Very.",
        "Files",
        "What this does not show.",
    ]
    assert any(isinstance(block, Bullets) for block in annex.blocks)  # how it was made


def test_a_chapter_without_a_section_of_a_layer_is_not_in_its_file():
    only = chapter_part(
        "02_indicators", notebook(("# Indicators", ""), ("## Which?", "annex")), Language("en")
    )
    assert in_file([only], "report") == []
    assert [words_of(part) for part in in_file([only], "annex")] == [["2 Indicators", "Which?"]]


def test_an_exhibit_of_the_annex_leaves_its_section_in_the_report():
    table = Table("t", "Table 3.1", "T", "", (), (), layer="annex")
    picture = Figure("f", "Figure 3.1", "F", "", "f")
    part = Part((Heading(1, "Inputs"), Heading(2, "Who?", "who"), picture, table))
    assert part.of("report").blocks == (Heading(1, "Inputs"), Heading(2, "Who?", "who"), picture)
    head = Heading(1, "Inputs", layer="annex")
    assert part.of("annex").blocks == (head, Heading(2, "Who?", "who", "annex"), table)
    assert part.of("annex").ids == ["who", "t"]


def test_a_section_that_found_nothing_is_one_line_of_the_report():
    head, because = Heading(1, "Benefits"), said("No costs were delivered.", "nothing")
    part = Part((head, Heading(2, "Was it worth it?"), said("An explanation."), because))
    assert words_of(part.of("report")) == ["Benefits", "Was it worth it? No costs were delivered."]
    assert part.of("annex") is None
    found = Part((*part.blocks, said("It was.", "finding")))
    assert len(words_of(found.of("report"))) == 5  # it found something else


def sentences_of(blocks: list[Block]) -> list[str]:
    """Every sentence of prose, captions' notes among it, with numbers and quoted names masked."""
    texts = []
    for block in blocks:
        if isinstance(block, Paragraph):
            texts.append(plain(block.runs))
        elif isinstance(block, Bullets):
            texts += [plain(item) for item in block.items]
    masked = [re.sub(r"“[^”]*”|[\d.,]*\d", "#", text) for text in texts]
    return [one for text in masked for one in re.split(r"(?<=[.;?!]) ", text) if len(one.split()) > 3]


def word_count(blocks: list[Block]) -> int:
    """The words that somebody reads: no code, nothing that is folded."""
    count = 0
    for block in blocks:
        if isinstance(block, Heading):
            count += len(block.text.split())
        elif isinstance(block, Paragraph):
            count += len(plain(block.runs).split())
        elif isinstance(block, Bullets):
            count += sum(len(plain(item).split()) for item in block.items)
        elif isinstance(block, Figure | Table):
            cells = (
                [] if isinstance(block, Figure) else [*block.heads, *(c for row in block.rows for c in row)]
            )
            texts = [block.label, block.title, block.note, *(cell.text for cell in cells)]
            count += len(" ".join(texts).split())
    return count


@pytest.mark.parametrize("end", ["", ".id"])
def test_every_report_can_be_read(finished, cohorts, end):
    for cohort in cohorts:
        folder = finished.reports / cohort
        every = from_data(json.loads((folder / f"blocks{end}.json").read_text(encoding="utf-8")))
        told = [block for block in every if block.layer == "report"]
        assert word_count(told) <= 12_000, cohort
        assert sum(isinstance(block, Figure | Table) for block in told) <= 25, cohort
        said = Counter(sentences_of(told))
        again = said.total() - len(said)  # sentences that stood there before
        assert again <= 0.1 * said.total(), (cohort, said.most_common(5))
        assert (folder / f"report{end}.html").stat().st_size <= 600_000


@pytest.mark.parametrize(("language", "end"), [("en", ""), ("id", ".id")])
def test_the_default_cohort_takes_one_page_and_at_most_forty(finished, tmp_path, language, end):
    name = "jakarta-tokyo-2004-synthetic"
    folder, reader = finished.reports / name, Reader(language, load_study(name, root=ROOT))
    every = from_data(json.loads((folder / f"blocks{end}.json").read_text(encoding="utf-8")))
    exhibits, cover = folder / "exhibits" / end.removeprefix("."), cover_of(reader, date(2026, 1, 31))
    for layer, most in (("brief", 1), ("report", 40)):
        told = [block for block in every if block.layer == layer]
        write_pdf(tmp_path / "x.pdf", told, replace(cover, is_brief=layer == "brief"), exhibits, reader)
        assert len(PdfReader(tmp_path / "x.pdf").pages) <= most, layer


def test_each_claim_has_its_message_its_reason_and_its_indicators(finished, cohorts):
    for cohort in cohorts:
        folder = finished.reports / cohort
        every = from_data(json.loads((folder / "blocks.json").read_text(encoding="utf-8")))
        claims = pd.read_csv(folder / "exhibits/07-claims.csv")["claim"]
        heads = [
            place for place, block in enumerate(every) if isinstance(block, Heading) and block.level == 3
        ]
        ids = claims.str.partition(".")[0].tolist()
        assert [every[place].text.split()[0] for place in heads][: len(ids)] == ids
        for place, claim in zip(heads, claims, strict=False):
            assert claim.rstrip(".") in plain(every[place + 1].runs)
