"""Every exhibit is cited where the text leads to it."""

import json
import re

import pandas as pd

from manfaat.report.blocks import (
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
from manfaat.report.citing import cited
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
