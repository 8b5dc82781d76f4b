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
from manfaat.report.blocks import (
    Block,
    Bullets,
    Figure,
    Fold,
    Heading,
    Paragraph,
    Table,
    Term,
    Terms,
    from_data,
    plain,
    said,
)
from manfaat.report.cover import cover_of
from manfaat.report.parts import Part, arranged, chapter_part, named_once
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
    blocks = [block for block in part.blocks if isinstance(block, Heading | Paragraph)] if part else []
    return [block.text if isinstance(block, Heading) else plain(block.runs) for block in blocks]


EN = Language("en")


def test_a_section_stands_where_its_heading_is_tagged():
    chapter = chapter_part(
        "03_inputs",
        notebook(
            ("# Inputs\n\nWhat went in?", ""),
            ("- Reads a table.", "technical"),
            ("## Who?\n\nPeople.", "report-4.1"),
            ("## How alike?\n\nVery.", "annex"),
            ("## Files", "technical"),
            ("What this does not show.", ""),
        ),
        EN,
    )
    report, annex = arranged({"03_inputs": chapter}, EN)
    assert [words_of(part) for part in report] == [["1 Data, method and limits", "Who?", "People."]]
    (annexed,) = annex
    assert words_of(annexed) == [
        "3 Inputs",
        "What went in?",
        "How alike?",
        "Very.",
        "Files",
        "What this does not show.",
    ]
    assert any(isinstance(block, Bullets) for block in annexed.blocks)  # how it was made


def test_a_chapter_without_a_section_of_a_layer_is_not_in_its_file():
    only = chapter_part("02_indicators", notebook(("# Indicators", ""), ("## Which?", "annex")), EN)
    report, annex = arranged({"02_indicators": only}, EN)
    assert report == []
    assert [words_of(part) for part in annex] == [["2 Indicators", "Which?"]]


def test_sections_of_several_notebooks_come_in_the_order_of_a_reviewer():
    chapters = {
        "06_benefits": notebook(("# Benefits", ""), ("## Advice", "report-6.2"), ("## Value", "report-5.3")),
        "07_findings": notebook(
            ("# Findings", ""),
            ("## In short", "report-1.1"),
            ("## Conclusion", "report-6.1"),
            ("## Own", ""),  # of an analyst, who named no place
            ("## Claims", "report-5.1"),
        ),
    }
    parts = {name: chapter_part(name, made, EN) for name, made in chapters.items()}
    report, annex = arranged(parts, EN)
    assert [words_of(part) for part in report] == [
        ["1 Summary", "In short"],
        ["2 Findings", "Claims", "Value", "Own"],
        ["3 Conclusions, recommendations and lessons", "Conclusion", "Advice"],
    ]
    assert annex == []


def test_the_sections_of_the_shipped_notebooks_have_places_of_their_own():
    places = []
    for path in sorted((ROOT / "notebooks").glob("0[1-7]*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            tags = cell.metadata.get("tags", [])
            if cell.cell_type == "markdown" and cell.source.startswith("## "):
                assert len(
                    [tag for tag in tags if tag.startswith("report-") or tag in ("annex", "technical")]
                )
                places += [tag for tag in tags if tag.startswith("report-")]
    assert len(set(places)) == len(places) >= 12


def test_exhibits_are_numbered_through_the_report_and_by_notebook_in_the_annex():
    table = Table("t", "Table 3.1", "T", "", (), (), layer="annex")
    one, two = (Figure(f"f{n}", f"Figure 3.{n}", "F", "", "f") for n in (1, 2))
    inputs = Part(
        (
            Heading(1, "3 Inputs", "chapter-03"),
            Heading(2, "Who?", "who", place="4.1"),
            said("People."),
            two,
            table,
        )
    )
    findings = Part(
        (
            Heading(1, "7 Findings", "chapter-07"),
            Heading(2, "In short", "short", place="1.1"),
            said("It."),
            one,
        )
    )
    report, annex = arranged({"03_inputs": inputs, "07_findings": findings}, EN)
    assert [words_of(part) for part in report] == [
        ["1 Summary", "In short", "It (Figure 1)."],
        ["2 Data, method and limits", "Who?", "People (Figure 2; annex: Table A3.1)."],
    ]
    assert [block.label for part in report for block in part.blocks if isinstance(block, Figure)] == [
        "Figure 1",
        "Figure 2",
    ]
    (annexed,) = annex
    assert annexed.ids == ["chapter-03", "who", "t"]
    assert annexed.blocks[-1].label == "Table A3.1"


def test_a_section_that_found_nothing_is_one_line_of_the_report():
    head, because = Heading(1, "6 Benefits", "chapter-06"), said("No costs were delivered.", "nothing")
    blocks = (head, Heading(2, "Was it worth it?", place="5.3"), said("An explanation."), because)
    report, annex = arranged({"06_benefits": Part(blocks)}, EN)
    assert [words_of(part) for part in report] == [
        ["1 Findings", "Was it worth it? No costs were delivered."]
    ]
    assert annex == []
    found, _ = arranged({"06_benefits": Part((*blocks, said("It was.", "finding")))}, EN)
    assert len(words_of(found[0])) == 5  # it found something else


def sentences_of(blocks: list[Block]) -> list[str]:
    """Every sentence of prose, captions' notes among it, with numbers and quoted names masked."""
    texts = []
    for block in blocks:
        if isinstance(block, Paragraph):
            texts.append(plain(block.runs))
        elif isinstance(block, Bullets):
            texts += [plain(item) for item in block.items]
    cited = r" \([^()]*(?:Figure|Table|Gambar|Tabel) [^()]*\)"
    masked = [re.sub(r"“[^”]*”|[\d.,]*\d", "#", re.sub(cited, "", text)) for text in texts]
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
        every = from_data(
            json.loads((finished.workings(cohort) / f"blocks{end}.json").read_text(encoding="utf-8"))
        )
        told = [block for block in every if block.layer == "report"]
        assert word_count(told) <= 12_000, cohort
        assert sum(isinstance(block, Figure | Table) for block in told) <= 25, cohort
        said = Counter(sentences_of(told))
        again = said.total() - len(said)  # sentences that stood there before
        assert again <= 0.1 * said.total(), (cohort, said.most_common(5))
        assert (folder / f"report{end}.html").stat().st_size <= 600_000
        for layer in ("report", "annex"):  # what is left out of a page that grew too large is told in words
            assert '<p class="alt">' not in (folder / f"{layer}{end}.html").read_text(encoding="utf-8"), (
                cohort
            )


@pytest.mark.parametrize(("language", "end"), [("en", ""), ("id", ".id")])
def test_the_default_cohort_takes_one_page_and_at_most_forty(finished, tmp_path, language, end):
    name = "jakarta-tokyo-2004-synthetic"
    folder, reader = finished.workings(name), Reader(language, load_study(name, root=ROOT))
    every = from_data(json.loads((folder / f"blocks{end}.json").read_text(encoding="utf-8")))
    exhibits, cover = folder / "exhibits" / end.removeprefix("."), cover_of(reader, date(2026, 1, 31))
    for layer, most in (("brief", 1), ("report", 40)):
        told = [block for block in every if block.layer == layer]
        write_pdf(tmp_path / "x.pdf", told, replace(cover, is_brief=layer == "brief"), exhibits, reader)
        assert len(PdfReader(tmp_path / "x.pdf").pages) <= most, layer


def test_each_claim_has_its_message_its_reason_and_its_indicators(finished, cohorts):
    for cohort in cohorts:
        folder = finished.reports / cohort
        every = from_data(json.loads((finished.workings(cohort) / "blocks.json").read_text(encoding="utf-8")))
        claims = pd.read_csv(folder / "exhibits/07-claims.csv")["claim"]
        heads = [
            place for place, block in enumerate(every) if isinstance(block, Heading) and block.level == 3
        ]
        ids = claims.str.partition(".")[0].tolist()
        assert [every[place].text.split()[0] for place in heads][: len(ids)] == ids
        for place, claim in zip(heads, claims, strict=False):
            assert claim.rstrip(".") in plain(every[place + 1].runs)


def test_what_an_estimate_rests_on_has_its_id_once_in_a_file():
    def fold(*names: str) -> Fold:
        return Fold("How", (Terms(tuple(Term("Indicator", (), name) for name in names)),))

    parts = [Part((fold("origin-a", "origin-b"),)), Part((fold("origin-a"), fold("origin-c", "")))]
    named = named_once(parts)
    assert [id for part in named for id in part.ids] == ["origin-a", "origin-b", "origin-c"]
    assert [len(block.blocks[0].entries) for part in named for block in part.blocks] == [2, 1, 2]
