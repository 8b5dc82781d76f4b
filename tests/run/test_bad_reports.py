"""Input that is legal and awkward: the report still renders right, in every format."""

import re
import zipfile
from xml.etree import ElementTree

import pandas as pd
import pytest
from pypdf import PdfReader

from chromium import Browser, lacking
from conftest import page_of, replace_in, seal
from manfaat.base.problems import ProblemsError
from manfaat.run.run import Options, run_cohort

pytestmark = pytest.mark.runs

ALL = ("html", "pdf", "docx")
ARABIC = "مؤشر الدخل السنوي"
LONG = (
    "A label of three hundred letters that a careful person wrote without a single comma so that nothing"
    " would be left out, " * 3
)[:300]
RAW, PROGRAMME = "data/raw/nsw-1976", "programmes/nsw"


def run(project, **options) -> dict[str, str]:
    """Run the project's cohort in all formats and return what each says."""
    outcome = run_cohort("nsw-1976", Options(formats=ALL, **options), root=project)
    assert outcome.failure == ""
    folder = outcome.report.parent
    documents = [zipfile.ZipFile(path).read("word/document.xml") for path in sorted(folder.glob("*.docx"))]
    pdfs = [PdfReader(path) for path in sorted(folder.glob("*.pdf"))]
    return {
        "html": page_of(folder),
        "pdf": "\n".join(page.extract_text() for pdf in pdfs for page in pdf.pages).replace("\u00a0", " "),
        "docx": "\n".join(
            (text.text or "").replace("\u00a0", " ")
            for document in map(ElementTree.fromstring, documents)
            for text in document.iter("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}t")
        ),
    }


def shown_right(path) -> None:
    """Look at a page where there is a browser: nothing sticks out at any width, nothing is out of reach."""
    if lacking():
        return
    browser = Browser()
    try:
        for width in (360, 768, 1440):
            browser.open(path, width=width)
            browser.do("document.querySelectorAll('details').forEach(fold => { fold.open = true; })")
            assert browser.do("document.documentElement.scrollWidth") <= width
        assert browser.violations() == []
        assert browser.complaints() == []
    finally:
        browser.close()


def relabel(project, old: str, new: str) -> None:
    """Give an indicator another English label."""
    replace_in(project / PROGRAMME / "indicators.csv", f",{old},", f',"{new}",')


def test_a_label_of_three_hundred_letters(project):
    assert len(LONG) == 300
    relabel(project, "Annual earnings", LONG)
    said = run(project)
    assert LONG in said["html"]
    assert re.sub(r"\s", "", LONG) in re.sub(r"[\s\u00ad-]", "", said["pdf"])
    assert LONG in said["docx"]
    shown_right(project / "reports/nsw-1976/report.html")


def test_a_label_of_one_long_word(project):
    relabel(project, "Annual earnings", "Pertanggungjawabankeuangan" * 8)
    run(project)
    shown_right(project / "reports/nsw-1976/report.html")


def test_right_to_left_text(project):
    relabel(project, "Annual earnings", ARABIC)
    said = run(project)
    assert ARABIC in said["html"]
    assert ARABIC in said["docx"]
    letters = set(ARABIC) - {" "}
    assert letters & set(said["pdf"]) or re.search(r"[\ufe70-\ufeff]", said["pdf"])  # joined forms count
    shown_right(project / "reports/nsw-1976/report.html")


def test_letters_that_the_figures_cannot_draw_stop_the_run_before_it_begins(project):
    relabel(project, "Annual earnings", "年収")
    with pytest.raises(ProblemsError, match="no glyph for 年 収"):
        run_cohort("nsw-1976", Options(), root=project)
    assert not (project / "data" / "processed").exists()


def keep_rows(project, keep) -> None:
    """Keep some rows of the delivery."""
    path = project / RAW / "nsw.csv"
    lines = path.read_text().splitlines()
    path.write_text(
        "\n".join([lines[0], *[line for place, line in enumerate(lines[1:]) if keep(place, line)]]) + "\n"
    )
    seal(path.parent)


def test_one_participant(project):
    first = next(
        i
        for i, line in enumerate((project / RAW / "nsw.csv").read_text().splitlines()[1:])
        if line.startswith("1")
    )
    keep_rows(project, lambda place, line: place == first or line.startswith("0"))
    said = run(project)
    assert "cannot tell" in said["html"]
    assert "one of the two groups has fewer than two units" in said["html"]
    for text in said.values():
        assert not re.search(
            r"\b(?:nan|inf)\b",
            re.sub(r"<(?:style|script|svg).*?</(?:style|script|svg)>", "", text, flags=re.DOTALL),
        )
    shown_right(project / "reports/nsw-1976/report.html")


def test_an_indicator_that_nobody_answered(project):
    path = project / RAW / "nsw.csv"
    table = pd.read_csv(path, dtype=str).assign(re78="")
    table.to_csv(path, index=False)
    seal(path.parent)
    replace_in(
        project / PROGRAMME / "codebook.csv",
        "Earnings in 1978,Penghasilan tahun 1978,usd_1982,yes",
        "Earnings in 1978,Penghasilan tahun 1978,usd_1982,no",
    )
    said = run(project)
    for text in said.values():
        assert "cannot tell" in text
        assert not re.search(
            r"\b(?:nan|inf)\b",
            re.sub(r"<(?:style|script|svg).*?</(?:style|script|svg)>", "", text, flags=re.DOTALL),
        )
    shown_right(project / "reports/nsw-1976/report.html")


@pytest.fixture
def many(project):
    """Two hundred indicators, each with its claim-free estimates by three specifications."""
    indicators = pd.read_csv(project / PROGRAMME / "indicators.csv", dtype=str, keep_default_na=False)
    line = indicators[(indicators["use"] == "effect") & (indicators["indicator"] == "earnings")].iloc[0]
    more = [
        {
            **line,
            "name": f"extra_{n}",
            "indicator": f"extra_{n}",
            "label::English (en)": f"Further indicator {n}",
            "label::Bahasa Indonesia (id)": f"Indikator lain {n}",
        }
        for n in range(198)
    ]
    pd.concat([indicators, pd.DataFrame(more)]).to_csv(project / PROGRAMME / "indicators.csv", index=False)
    text = (project / PROGRAMME / "programme.yml").read_text(encoding="utf-8")
    kept = [
        part
        for part in re.split(
            r"(?m)^(?=  - id: )", text[text.index("specifications:") : text.index("# Fixed before")]
        )[1:]
    ]
    few = "".join(part for part in kept if re.match(r"  - id: (?:difference|adjusted-10|did)\n", part))
    text = (
        text[: text.index("specifications:")]
        + "specifications:\n"
        + few.replace(", randomisation", "")
        + "\n"
        + text[text.index("# Fixed before") :]
    )
    (project / PROGRAMME / "programme.yml").write_text(text, encoding="utf-8")
    return project


def test_two_hundred_indicators(many):
    outcome = run_cohort("nsw-1976", Options(formats=ALL), root=many)
    assert outcome.failure == ""
    annex = outcome.report.with_name("annex.html")
    html = annex.read_text(encoding="utf-8")
    assert len(html.encode()) <= 1_000_000
    estimates = pd.read_csv(outcome.report.parent / "estimates.csv")
    assert estimates["indicator"].nunique() == 200
    assert all(html.count(f"Further indicator {n}") >= 1 for n in range(198))
    named = re.findall(r"The picture is in the file (exhibits/[\w-]+\.svg)\.", html)
    assert "All estimates of this chapter" in html
    assert all((outcome.report.parent / name).is_file() for name in named)
    assert len(re.findall(r'<p class="alt">', html)) == len(named)  # what is not drawn is told in words
    printed = PdfReader(annex.with_suffix(".pdf")).pages
    pages = "\n".join(page.extract_text() for page in printed).replace("\u00a0", " ")
    assert all(f"Further indicator {n}" in pages for n in (0, 197))
    word = ElementTree.fromstring(zipfile.ZipFile(annex.with_suffix(".docx")).read("word/document.xml"))
    words = "\n".join(
        text.text or ""
        for text in word.iter("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}t")
    )
    assert all(f"Further indicator {n}" in words for n in (0, 197))
    shown_right(outcome.report)
