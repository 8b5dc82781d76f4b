"""Tables on paper cut no word: columns take their longest, and heads of many columns are written upwards."""

import json
import re
import zipfile

import docx

from manfaat.report.blocks import Cell, Head, Paragraph, Run, Table, from_data, said
from manfaat.report.columns import PADDING, ROOM, columns_of, longest
from manfaat.report.html import Shown, html_of
from manfaat.report.printed import kept_whole
from manfaat.report.unbroken import unbroken
from manfaat.report.word import add_runs
from manfaat.report.wordparts import add_table

LONG = "Missing answers at their worst (Horowitz–Manski bounds)"


def wide(columns: int, text: str = LONG, cell: str = "✓") -> Table:
    heads = (Head("Indicator"), *(Head(text, is_number=True) for _ in range(columns)))
    row = (Cell("Gain in effectiveness, supervisor"), *(Cell(cell) for _ in range(columns)))
    return Table("t", "Table 8", "Threats", "", heads, (row,))


def cut(table: Table) -> list[str]:
    """Words that are longer than their column, of heads where they are not written upwards."""
    found, room = columns_of(table), next(n for most, n in ROOM if len(table.heads) <= most)
    words = []
    for place, (share, head) in enumerate(zip(found.shares, table.heads, strict=True)):
        texts = [row[place].text for row in table.rows if place < len(row) > 1]
        texts += [head.text] if place not in found.turned else []
        if longest(texts) + PADDING > share * room + 0.01:
            words += texts
    return words


def test_heads_of_many_columns_are_written_upwards_and_those_of_few_are_not():
    many = columns_of(wide(11))
    assert many.turned == {*range(1, 12)}
    assert many.height >= len("Horowitz–")
    assert cut(wide(11)) == []
    assert columns_of(wide(3)).turned == frozenset()
    assert columns_of(wide(11, "n", "1,234")).turned == frozenset()
    assert abs(sum(many.shares) - 1) < 1e-9


def test_word_writes_such_heads_upwards_and_makes_room_for_them(tmp_path):
    document = docx.Document()
    add_table(document, wide(11), str)
    add_table(document, wide(3), str)
    document.save(tmp_path / "a.docx")
    xml = zipfile.ZipFile(tmp_path / "a.docx").read("word/document.xml").decode()
    first, second = re.findall(r"<w:tbl>.*?</w:tbl>", xml, re.DOTALL)
    head, row = re.findall(r"<w:tr>.*?</w:tr>", first, re.DOTALL)
    assert head.count('w:val="btLr"') == 11
    assert "w:trHeight" in head
    assert "btLr" not in row + second


def test_a_row_of_one_cell_stands_across_the_table(tmp_path):
    document = docx.Document()
    heads = (Head("A"), Head("B", is_number=True), Head("C"))
    table = Table("t", "", "T", "", heads, ((Cell("All of these"),), (Cell("a"), Cell("1"), Cell("c"))))
    add_table(document, table, str)
    head, across, row = document.tables[0].rows
    assert len(across._tr.tc_lst) == 1
    assert across._tr.tc_lst[0].grid_span == 3
    assert [cell.text for cell in row.cells] == ["a", "1", "c"]
    assert len(head._tr.tc_lst) == 3


def test_no_table_of_a_report_cuts_a_word(finished, cohorts):
    seen = 0
    for cohort in cohorts:
        for file in finished.workings(cohort).glob("blocks*.json"):
            for block in from_data(json.loads(file.read_text(encoding="utf-8"))):
                if isinstance(block, Table):
                    seen += 1
                    assert cut(block) == [], (cohort, block.label, file.name)
    assert seen > 500


def test_no_number_is_parted_from_its_sign_or_unit():
    for text in (
        "Rp_12.0_billion",
        "−Rp_9.9_billion",
        "$1,794",
        "12_per_cent",
        "n_=_74",
        "p_<_0.001",
        "95%_CI",
        "0.37_points on a scale of 1 to 5",
        "12_months of 2004",
        "Rp24,7_miliar, 3_poin",
        "Table_4 and Figure_A5.3, Gambar_2",
    ):
        assert unbroken(text.replace("_", " ")) == text.replace("_", "\u00a0")
    assert unbroken("interval 0.2 to 0.5 of 74 people") == "interval 0.2 to 0.5 of 74 people"


def test_every_format_writes_it_so_and_data_do_not():
    block = said("It cost Rp 12.0 billion.")
    wanted = "Rp\u00a012.0\u00a0billion"
    assert wanted in html_of([block], Shown({}, {}))
    paragraph = docx.Document().add_paragraph()
    add_runs(paragraph, block.runs)
    assert wanted in paragraph.text
    assert kept_whole({"blocks": [{"text": "Rp 12.0 billion", "width": 3.0}]}) == {
        "blocks": [{"text": wanted, "width": 3.0}]
    }
    assert "\u00a0" not in block.runs[0].text
    code = Paragraph((Run("n = 74", code=True),))
    assert "n = 74" in html_of([code], Shown({}, {}))
