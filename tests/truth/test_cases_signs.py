"""Signs in labels: what a person wrote stands in page, Word, PDF, LaTeX and figures as written, and is never
a formula or a command.
"""

import json
import re
import zipfile
from xml.etree import ElementTree

import pytest
from lxml import html as parser

from case_runs import manfaat, project_of
from conftest import replace_in
from figure_cases import EVERY
from manfaat.analysis.study import load_study
from manfaat.definitions.records import printable
from manfaat.report.blocks import as_data, from_data, said
from manfaat.report.fonts import font_faces
from manfaat.report.latex import write_tables
from manfaat.report.letters import check_letters, lacking
from manfaat.report.page import check_page
from manfaat.report.words import Language

SVG = "{http://www.w3.org/2000/svg}text"
SHEET = (  # figures cut long names: at most thirty letters each
    r"_$5 to $6 ^%#&{}~\<>| $",
    r'$\input{x}$ $y_1$ href="x"',
    "url(http://e.x) {0} <b>&amp;",
)


def words(svg: bytes) -> str:
    """All words of a figure, without the spaces where lines were broken."""
    return re.sub(
        r"\s", "", "".join("".join(element.itertext()) for element in ElementTree.fromstring(svg).iter(SVG))
    )


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Glyph")  # of the control characters
@pytest.mark.parametrize(
    "kind", [kind for kind in EVERY if kind != "draws"]
)  # the text of "draws" stands in its caption
def test_every_figure_shows_every_sign_as_written(kind):
    for text in SHEET:
        made = EVERY[kind](text)
        assert re.sub(r"\s", "", text) in words(made.svg), text
        assert font_faces({"normal": words(made.svg)})
    assert "\ufeff" not in words(EVERY[kind]("a\ufeffb\x0bc").svg)  # of which no XML can hold the second


def test_marks_of_byte_order_and_control_characters_are_taken_out_of_labels():
    assert printable("\ufeffAnnual\x0bpay\ufffe \x00") == "Annual pay  "
    assert printable("tab\t and\nline, 東京 é") == "tab\t and\nline, 東京 é"
    assert from_data(as_data([said("a\ufeffb")])) == (said("ab"),)  # of texts that come from the data, too


def test_words_load_nothing_and_elements_do():
    """A browser loads what an element names; the same letters in a sentence, or in a picture's text, are only
    words.
    """
    for text in ('href="http://x"', "src=http://x", "url(http://x)", "@import http://x"):
        escaped = text.replace('"', "&quot;")
        check_page(
            f'<p title="{escaped}">{text}</p><svg aria-label="{escaped}"><text>{text}</text></svg><a'
            ' href="annex.id.html#a-1">x</a>'
        )
    for element in ('<IMG SRC="//x/a.png">', "<a HREF=http://x>", '<svg><use xlink:href="http://x#a"/></svg>', '<p style="background:URL( http://x )">',  # noqa: E501
                    "<style>p{}@IMPORT 'x.css'</style>", '<img srcset="http://x 2x">', '<rect fill="url(http://x#a)"/>', '<form action="http://x">',  # noqa: E501
                    '<link href="style.html">'):  # fmt: skip
        with pytest.raises(ValueError, match="from outside"):
            check_page(f"<div>{element}</div>")
    check_page(
        '<svg><g clip-path="url(#a)"/><use href="#a"/></svg><img'
        ' src="data:image/png;base64,AA"><style>@font-face{src:url(data:x)}</style>'
    )


@pytest.fixture(scope="module")
def signs(tmp_path_factory):
    """The case run in every format that is sent."""
    name, project = project_of("f1-signs-in-labels", tmp_path_factory.mktemp("signs"))
    for file in ("indicators.csv", "codebook.csv"):  # pasted from elsewhere: a mark of byte order at its end
        replace_in(project / "programmes" / name / file, "~ \\alpha `code`", "~ \\alpha\ufeff `code`")
    code, printed = manfaat(project, "run", name, "--formats", "html,pdf,docx", "--language", "en")
    assert code == 0, printed
    return project / "reports" / name


LABEL = r"Pay *after* tax, a_b_c ($5 to $9), A|B <b>x</b> & 50% #1 {z} ^2 ~ \alpha `code`"
CLAIM = "Costs *fell* by $5_000 & more <i>x</i>."


@pytest.mark.slow
def test_labels_stand_as_written_in_every_format(signs, tmp_path):
    from pypdf import PdfReader

    told, pdf = {"html": "", "docx": ""}, ""
    for layer in ("report", "annex"):
        document = ElementTree.fromstring(zipfile.ZipFile(signs / f"{layer}.docx").read("word/document.xml"))
        pdf += "".join(page.extract_text() for page in PdfReader(signs / f"{layer}.pdf").pages)
        page = parser.document_fromstring((signs / f"{layer}.html").read_text(encoding="utf-8"))
        told["html"] += page.text_content().replace("\u00a0", " ")
        told["docx"] += "\n".join(
            (text.text or "").replace("\u00a0", " ")
            for text in document.iter("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}t")
        )
    for text in (LABEL, CLAIM):
        assert text in told["html"]
        assert text in told["docx"]
        assert re.sub(r"\s", "", text) in re.sub(r"[\s\u00ad]", "", pdf)
    kept = signs.parents[1] / "data/processed" / signs.name / "workings"
    blocks = from_data(json.loads((kept / "blocks.json").read_text(encoding="utf-8")))
    write_tables(tmp_path, blocks, Language("en"))
    tables = "".join(path.read_text(encoding="utf-8") for path in tmp_path.glob("*.tex"))
    assert (
        r"Pay *after* tax, a\_b\_c (\$5 to \$9), A$|$B $<$b$>$x$<$/b$>$ \& 50\% \#1 \{z\} \textasciicircum{}2"
        r" \textasciitilde{} \textbackslash{}alpha" in tables
    )
    drawn = "".join(words(path.read_bytes()) for path in (kept / "exhibits").glob("*.svg"))
    assert re.sub(r"\s", "", LABEL) in drawn
    assert re.sub(r"\s", "", CLAIM.removesuffix(".")) in drawn


def test_amounts_in_dollars_keep_both_signs_in_the_chain_of_results(case):
    """Matplotlib read what stands between two dollar signs as a formula: '[851; 1,957]' in italics."""
    run = case("f2-dollars-wrapped")
    assert run.code == 0, run.printed
    kept = run.report.parents[1] / "data/processed" / run.report.name / "workings/exhibits"
    chain = words(next(kept.glob("*chain.svg")).read_bytes())
    assert "[$900;$2,000],n=20/20" in chain  # in steps of what one person of twenty moves it by


@pytest.mark.slow
def test_letters_without_a_glyph_are_named_before_anything_runs(tmp_path):
    assert lacking("Annual pay 東京 é Ω") == ("東", "京")
    name, project = project_of("f2-dollars-wrapped", tmp_path)
    assert check_letters(load_study(name, root=project)) == []
    replace_in(
        project / "programmes" / name / "indicators.csv",
        'higher,,effect,"Annual earnings',
        'higher,,effect,"年収 earnings',
    )
    replace_in(project / "programmes" / name / "programme.yml", "Earnings rose.", "収入")
    replace_in(
        project / "programmes" / name / "choices.csv", "Comparison", "比較"
    )  # an answer that no indicator uses but the group
    for command in ("check", "run"):
        code, printed = manfaat(project, command, name)
        assert code != 0
        assert "no glyph for 年 収" in printed
        for place in ("indicators.csv", "label of y", "claims.0.text.en", "label of '0' in group"):
            assert place in printed
        assert "Traceback" not in printed
