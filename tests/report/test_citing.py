"""Every exhibit is cited where the text leads to it."""

import json
import re

import pandas as pd

from conftest import ROOT
from manfaat.analysis.study import load_study
from manfaat.report.blocks import (
    Block,
    Bullets,
    Figure,
    Heading,
    Paragraph,
    Run,
    Table,
    from_data,
    leading,
    plain,
    said,
)
from manfaat.report.citing import answered, asking, cited, said_in, sections
from manfaat.report.words import Language

EN = Language("en")
ONE, TWO = Figure("f1", "Figure 3.1", "", "", ""), Table("t1", "Table 3.1", "", "", (), ())
ANNEXED = Table("t2", "Table 3.2", "", "", (), (), layer="annex")


def texts(blocks):
    return [plain(block.runs) for block in blocks if isinstance(block, Paragraph)]


def test_what_stands_before_an_exhibit_names_it_and_leads_to_it():
    told = cited([Heading(2, "Who?"), said("All are told. Some took part."), ONE, TWO], EN)
    assert texts(told) == ["All are told. Some took part (Figure 3.1, Table 3.1)."]
    assert [(run.text, run.link) for run in told[1].runs if run.link] == [
        ("Figure 3.1", "#f1"),
        ("Table 3.1", "#t1"),
    ]


def test_of_an_exhibit_in_the_annex_the_report_says_so():
    assert texts(cited([Heading(2, "Who?"), said("All are told."), ONE, ANNEXED], EN)) == [
        "All are told (Figure 3.1; annex: Table 3.2)."
    ]
    assert texts(cited([Heading(2, "Who?"), said("Is it so?"), ANNEXED], EN)) == [
        "Is it so? (annex: Table 3.2)"
    ]


def test_where_nothing_leads_to_an_exhibit_a_line_does():
    head, term = Heading(2, "Who?"), said("Assumptions", "term")
    told = cited([head, ONE, TWO, term, said("Later."), ANNEXED], EN)
    assert texts(told) == ["See Figure 3.1, Table 3.1.", "Assumptions", "Later (annex: Table 3.2)."]
    assert told.index(ONE) == 2
    below = cited([head, said("All."), Heading(3, "Of each"), ONE], EN)
    assert texts(below) == ["All.", "See Figure 3.1."]  # another section leads elsewhere


def test_what_the_text_names_is_left_as_it_is():
    named = [Heading(2, "Who?"), Bullets(((Run("Figure 3.1 tells."),),)), ONE]
    assert cited(named, EN) == named
    assert texts(cited([Heading(2, "Who?"), said("As Figure 3.10 tells."), ONE], EN)) == [
        "As Figure 3.10 tells (Figure 3.1)."
    ]
    brief = [Heading(2, "Who?"), Figure("f", "", "", "", "", layer="brief")]
    assert cited(brief, EN) == brief  # it has no number


def named_in(text):
    """The numbers that a text names, with those between the first and the last of several."""
    for word, first, _, last in re.findall(
        r"(Figure|Table|Gambar|Tabel) ([A\d.]*\d)(?: (to|sampai) \1 ([A\d.]*\d))?", text
    ):
        stem, from_, to = *re.fullmatch(r"(.*?)(\d+)", first).groups(), re.search(r"\d+$", last or first)[0]
        yield from (f"{word} {stem}{place}" for place in range(int(from_), int(to) + 1))


def test_every_exhibit_of_every_report_is_cited(finished, cohorts):
    for cohort in cohorts:
        for end in ("", ".id"):
            path = finished.workings(cohort) / f"blocks{end}.json"
            blocks = from_data(json.loads(path.read_text(encoding="utf-8")))
            points = [plain(item) for block in blocks if isinstance(block, Bullets) for item in block.items]
            cited_here = set(named_in("\n".join([*texts(blocks), *points])))
            labels = [block.label for block in blocks if isinstance(block, Figure | Table) and block.label]
            assert [label for label in labels if label not in cited_here] == [], (cohort, end)
            assert len(labels) == len(set(labels))


def test_numbers_lead_where_they_come_from_and_are_no_part_of_other_words():
    told = "pay rose by 4 to 42%, or 4%; it pays 1.4 and 4"
    runs = leading(told, {"4 to 42%": "a", "pay": "b", "4": "c"})
    assert "".join(run.text for run in runs) == told
    assert [(run.text, run.link) for run in runs if run.link] == [
        ("pay", "#b"),
        ("4 to 42%", "#a"),
        ("4", "#c"),
    ]
    assert leading("nothing", {"4": "c"}) == (Run("nothing"),)


def test_claims_and_threats_of_every_report_lead_to_their_numbers(finished, cohorts):
    for cohort in cohorts:
        kept = finished.workings(cohort) / "blocks.json"
        blocks = from_data(json.loads(kept.read_text(encoding="utf-8")))
        verdicts = pd.read_csv(finished.reports / cohort / "exhibits/07-claims.csv")
        measured = int((verdicts["estimate"] != "–").sum())
        links = [run.link for one in blocks if isinstance(one, Paragraph) for run in one.runs]
        decided = {link for link in links if link.startswith("#origin-")}
        assert bool(decided) == bool(measured), cohort
        brief = [one for one in blocks if one.layer == "brief" and isinstance(one, Bullets)]
        led = {run.link for one in brief for item in one.items for run in item if run.link}
        heads = [one.id for one in blocks if isinstance(one, Heading) and one.id.startswith("claim-")]
        assert led == {f"#{id}" for id in heads}, cohort
        (matrix,) = (one for one in blocks if isinstance(one, Table) and one.name == "07-matrix")
        for row in matrix.rows:
            for cell in row[1:]:
                assert cell.link.startswith("#threat-") or cell.text == "·", (cohort, row[0].text)


def test_a_text_names_exhibits_of_other_sections_and_nothing_that_is_not_shown():
    shown = {"families": ANNEXED, "balance": ONE}
    block = Bullets(
        (
            asking("Tests: 43.", "families"),
            asking("Differed in 10.", "balance", "gone"),
            asking("So.", "gone"),
        )
    )
    told = [plain(item) for item in answered(block, shown, EN).items]
    assert told == ["Tests: 43 (annex: Table 3.2).", "Differed in 10 (Figure 3.1).", "So."]
    one = answered(Paragraph(asking("Cost: 3.", "balance")), shown, EN)
    assert [run.link for run in one.runs if run.link] == ["#f1"]


NUMBER = re.compile(r"(?<![^\W\d_])\d")


def squeezed(text: str) -> str:
    return re.sub(r"[\W_]+", "", text)


def declared(cohort: str) -> str:
    """All that people wrote of a programme and of a cohort, without spaces and marks."""
    study = load_study(cohort, root=ROOT)
    files = [
        *(ROOT / "programmes" / study.cohort.programme).iterdir(),
        *(ROOT / "data/raw" / cohort).iterdir(),
    ]
    return squeezed(" ".join(path.read_text("utf-8") for path in files if path.suffix in (".yml", ".md")))


def nowhere(blocks: list[Block], written: str) -> list[str]:
    """Computed numbers of prose that lead to no exhibit, estimate or claim and stand beside no exhibit."""
    found = []
    for section in sections(block for block in blocks if block.layer == "report"):
        linked = [run.link for block in section for runs in said_in(block) for run in runs if run.link]
        for place, block in enumerate(section):
            near = section[max(place - 1, 0) : place + 2]
            if isinstance(block, Heading):
                beside = linked or [one for one in section if isinstance(one, Figure | Table)]
                found += [block.text] if block.level == 3 and NUMBER.search(block.text) and not beside else []
            elif not any(isinstance(one, Figure | Table) for one in near):
                lonely = (runs for runs in said_in(block) if not any(run.link for run in runs))
                told = (plain(runs) for runs in lonely)
                found += [text for text in told if NUMBER.search(text) and squeezed(text)[:60] not in written]
    return found


def lacking(finished, cohort: str) -> list[str]:
    saved = [finished.workings(cohort) / f"blocks{end}.json" for end in ("", ".id")]
    written = declared(cohort)
    return [
        text
        for file in saved
        for text in nowhere(list(from_data(json.loads(file.read_text("utf-8")))), written)
    ]


def test_every_computed_number_of_the_prose_leads_to_where_it_is_from(sent):
    assert lacking(sent, "nsw-1976") == []


def test_every_computed_number_of_every_report_leads_to_where_it_is_from(finished, cohorts):
    assert {cohort: lacking(finished, cohort) for cohort in cohorts} == {cohort: [] for cohort in cohorts}


def test_a_number_that_leads_nowhere_is_found():
    head, told = Heading(2, "Limits", "a"), said("Of 43 tests 18 were clear.")
    assert nowhere([head, told], "") == ["Of 43 tests 18 were clear."]
    assert nowhere([head, told], squeezed("Of 43 tests 18 were clear.")) == []
    assert nowhere([head, told, ONE], "") == []
    assert nowhere([Heading(3, "Pay: 27% higher", "b"), said("It is so.")], "") == ["Pay: 27% higher"]
