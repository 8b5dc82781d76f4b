"""Tables for LaTeX: nothing in them is executed, and they say what the page says."""

import json
import re

import pytest

from manfaat.report.blocks import Cell, Head, Table, from_data
from manfaat.report.latex import ESCAPES, escaped, latex_table, write_tables
from manfaat.report.words import Language

HOSTILE = r"\input{/etc/passwd} $x$ 100% & #1 a_b {c} ~ ^ <b> | “q” −5 … α Ω"


def table(*rows: tuple[str, str], note: str = "A note.") -> Table:
    heads = (Head("What"), Head("Value", is_number=True, decimals=2))
    cells = tuple(
        (Cell(name), Cell(value, decimals=2 if value.endswith("25") else 0)) for name, value in rows
    )
    return Table("t", "Table 1.1", "A title", note, heads, cells)


def test_no_text_of_a_survey_is_a_command():
    made = latex_table(table((HOSTILE, "1.25"), note=HOSTILE), "01-x", Language("en"))
    assert r"\input" not in made
    assert (
        r"\textbackslash{}input\{/etc/passwd\} \$x\$ 100\% \& \#1 a\_b \{c\} \textasciitilde{}"
        r" \textasciicircum{} $<$b$>$ $|$ “q” $-$5 \dots{} $\alpha$ Ω" in made
    )
    assert made.count(escaped(HOSTILE)) == 2
    known = r"\\(?:usepackage|small|setlength|tabcolsep|begin|end|caption|label|toprule|midrule|bottomrule|raggedright|raggedleft|arraybackslash|dimexpr|linewidth|par|smallskip|footnotesize)\b"  # noqa: E501
    assert not re.findall(r"\\[a-z]+", re.sub(known, "", made.replace(escaped(HOSTILE), "")))


@pytest.mark.parametrize("sign", sorted(chr(code) for code in range(32, 127) if not chr(code).isalnum()))
def test_every_sign_that_latex_reads_as_a_command_is_escaped(sign):
    assert (ord(sign) in ESCAPES) == (sign in "\\&%$#_{}~^<>|")


@pytest.mark.parametrize(
    ("code", "mark", "words"),
    [("en", ".", "Continued on the next page"), ("id", ",", "Bersambung ke halaman berikutnya")],
)
def test_numbers_stay_aligned_and_long_tables_run_over_pages(code, mark, words):
    rows = [(f"row {n}", f"{n}{mark}25" if n % 2 else f"−{n}") for n in range(1, 30)]
    made = latex_table(table(*rows), "01-x", Language(code))
    assert rf"row 1 & 1{mark}25 \\" in made
    assert r"row 2 & $-$2\phantom{.}\phantom{0}\phantom{0} \\" in made
    assert made.count(r"\begin{longtable}") == 1
    assert words in made


@pytest.mark.parametrize(("name", "code"), [("blocks.json", "en"), ("blocks.id.json", "id")])
def test_every_table_of_a_report_is_there_with_the_strings_of_the_page(sent, tmp_path, name, code):
    blocks = from_data(json.loads((sent.workings("nsw-1976") / name).read_text(encoding="utf-8")))
    found = [block for block in blocks if isinstance(block, Table) and block.name]
    write_tables(tmp_path, blocks, Language(code))
    files = sorted(tmp_path.glob("*.tex"))
    assert [path.stem for path in files] == sorted(block.name for block in found)
    assert len(files) > 5
    written = "\n".join(path.read_text(encoding="utf-8") for path in files)
    for cell in {cell.text for block in found for row in block.rows for cell in row}:
        assert escaped(cell) in written, (name, cell)
