"""The files that people send say the same numbers, hold together, and come out the same again."""

import json
import re
import shutil
import sys
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import get_args, get_type_hints
from xml.etree import ElementTree

import docx
import nbformat
import pandas as pd
import pytest
from pypdf import PdfReader

from conftest import ROOT
from manfaat.analysis.study import load_study
from manfaat.evaluation import registry, std_errors
from manfaat.report.blocks import (
    Block,
    Code,
    Figure,
    Fold,
    Heading,
    Paragraph,
    Run,
    Table,
    Term,
    Terms,
    as_data,
    from_data,
    on_paper,
    plain,
    said,
)
from manfaat.report.cover import Cover
from manfaat.report.fitting import fitted, packed, without_words
from manfaat.report.html import WRITERS, Shown, html_of
from manfaat.report.markdown import blocks_of
from manfaat.report.methods import METHODS, STD_ERRORS
from manfaat.report.parts import chapter_part
from manfaat.report.word import new_document
from manfaat.report.words import Language
from manfaat.run.files import write_files, write_media
from manfaat.run.languages import Told
from manfaat.run.overview import summaries, write_index
from manfaat.run.run import Options, run_cohort

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
FIGURES = {"report": 6, "annex": 9}  # of nsw-1976; the brief shows one of the report
ENDS = {"en": "", "id": ".id"}


def squeezed(text: str) -> str:
    """Leave out every space and hyphen of a line's end, which a PDF puts where it likes."""
    return re.sub(r"[\s\u00ad-]+", "", text)


def texts(folder: Path, language: str) -> dict[str, str]:
    """What report and annex say in each format, as plain text."""
    told: dict[str, str] = {}
    for layer in ("report", "annex"):
        for kind, text in layer_texts(folder, layer + ENDS[language]).items():
            told[kind] = told.get(kind, "") + text
    return told


def layer_texts(folder: Path, name: str) -> dict[str, str]:
    """What each format of one layer says."""
    html = re.sub(
        r"<(?:svg|style|script)\b.*?</(?:svg|style|script)>",
        " ",
        (folder / f"{name}.html").read_text(encoding="utf-8"),
        flags=re.DOTALL,
    )
    document = ElementTree.fromstring(zipfile.ZipFile(folder / f"{name}.docx").read("word/document.xml"))
    return {
        "html": squeezed(
            re.sub(r"<[^>]+>", " ", html).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
        ),
        "pdf": squeezed("\n".join(page.extract_text() for page in PdfReader(folder / f"{name}.pdf").pages)),
        "docx": squeezed(
            "\n".join("".join(t.text or "" for t in p.iter(f"{W}t")) for p in document.iter(f"{W}p"))
        ),
    }


def numbers(folder: Path, language: str) -> list[str]:
    """Every reported estimate and interval, written as the reader's language writes it, from
    ``estimates.csv``.
    """
    study, words = load_study("nsw-1976", root=ROOT), Language(language)
    estimates = pd.read_csv(folder / "estimates.csv").dropna(subset=["estimate", "unit"])
    estimates = estimates[
        ~estimates["method"].isin([*filter(registry.is_alone, registry.METHODS), "mean", "share"])
    ]  # these stand in tables of their own
    first = estimates[
        [
            row.std_error_kind == study.programme.specification(row.specification).std_errors[0]
            for row in estimates.itertuples()
        ]
    ]
    written = []
    for row in first.itertuples():
        unit = study.programme.units[row.unit]
        written += [
            words.amount(row.estimate, unit),
            f"{words.amount(row.ci_low, unit)} … {words.amount(row.ci_high, unit)}",
            words.amount(row.mde, unit),
        ]
    return written


@pytest.mark.parametrize("language", ["en", "id"])
def test_page_pdf_and_word_say_the_numbers_of_the_estimates(sent, language):
    folder = sent.reports / "nsw-1976"
    said, wanted = texts(folder, language), numbers(folder, language)
    assert len(wanted) > 70
    for kind, text in said.items():
        assert [number for number in wanted if squeezed(number) not in text] == [], kind


@pytest.mark.parametrize("language", ["en", "id"])
def test_pdf_and_word_say_no_number_that_the_page_does_not(sent, language):
    said = texts(sent.reports / "nsw-1976", language)
    pattern = r"\$\d[\d.,]*\d|\d+[.,]\d+"
    page = set(re.findall(pattern, said["html"]))
    assert len(page) > 200
    kept = sent.workings("nsw-1976") / "exhibits" / ENDS[language].removeprefix(".")
    if language == "en":
        kept = sent.reports / "nsw-1976/exhibits"
    for words in kept.glob("*.json"):  # Word tells the annex's pictures in words
        page |= set(re.findall(pattern, squeezed(json.loads(words.read_text(encoding="utf-8"))["alt"])))
    odd = set(re.findall(pattern, said["docx"])) - page
    assert odd == set()


def test_pdf_has_pages_heads_outline_and_no_trace_of_the_machine(sent):
    path = sent.reports / "nsw-1976/report.pdf"
    reader = PdfReader(path)
    assert reader.metadata.title == "National Supported Work demonstration: NSW 1975–78, assigned by lottery"
    assert "/CreationDate" not in reader.metadata
    assert reader.trailer["/Root"]["/Lang"] == "en"
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    words = [page.extract_text().replace("\u00a0", " ") for page in reader.pages]
    total = len(words)
    assert all(f"{place} / {total}" in text for place, text in enumerate(words, 1))
    assert "Contents" in words[1]
    lists = words[2]
    for word in (
        "List of figures",
        "Figure 1. The results chain with the verdict on each claim",
        "List of tables",
        "Table 1. Verdict on each claim",
    ):
        assert word in lists
    assert next(entry.title for entry in reader.outline if not isinstance(entry, list)) == "1 Summary"
    raw = path.read_bytes()
    assert str(ROOT).encode() not in raw
    assert str(sent.reports).encode() not in raw


def test_figures_of_the_pdf_are_described(sent):
    described = []

    def walk(node: object) -> None:
        node = node.get_object()
        if isinstance(node, list):
            for kid in node:
                walk(kid)
        elif isinstance(node, dict) and "/P" not in node.get("/K", {}):
            described.extend([str(node["/Alt"])] if "/Alt" in node else [])
            if "/K" in node:
                walk(node["/K"])

    for layer in FIGURES:
        walk(PdfReader(sent.reports / f"nsw-1976/{layer}.pdf").trailer["/Root"]["/StructTreeRoot"])
    words = [
        json.loads(path.read_text())["alt"]
        for path in (sent.reports / "nsw-1976/exhibits").glob("*.json")
        if (sent.workings("nsw-1976") / f"exhibits/{path.stem}.svg").is_file()
    ]
    assert len(words) == sum(FIGURES.values())
    assert set(words) <= set(described)


@pytest.mark.parametrize(
    ("layer", "chapters", "sections", "tables"), [("report", 6, 6, 3), ("annex", 8, 15, 9)]
)
@pytest.mark.parametrize("language", ["en", "id"])
def test_word_has_structure(sent, language, layer, chapters, sections, tables):
    document = docx.Document(sent.reports / "nsw-1976" / f"{layer}{ENDS[language]}.docx")
    styles = [paragraph.style.name for paragraph in document.paragraphs]
    assert styles.count("Heading 1") == chapters
    assert styles.count("Heading 2") > sections
    assert styles.count("Figure caption") == FIGURES[layer]
    assert styles.count("Table caption") == len(document.tables) >= tables
    assert len(document.inline_shapes) == (FIGURES[layer] if layer == "report" else 0)  # else told in words
    for shape in document.inline_shapes:
        assert len(shape._inline.docPr.get("descr")) > 40
        assert shape.width <= docx.shared.Cm(16.01)
    for table in document.tables:
        assert table._tbl.tr_lst[0].trPr.find(f"{W}tblHeader") is not None
        assert len({sum(cell.grid_span for cell in row.tc_lst) for row in table._tbl.tr_lst}) == 1
    region = {"en": "en-GB", "id": "id-ID"}[language]
    defaults = document.styles.element.find(f"{W}docDefaults")
    assert next(defaults.iter(f"{W}lang")).get(f"{W}val") == region
    marked = {lang.get(f"{W}val") for lang in document.element.body.iter(f"{W}lang")}
    in_english = language == "id" and layer == "annex"  # sources and methods' references
    assert marked == ({"en-GB"} if in_english else set())
    fields = [code.text for code in document.element.body.iter(f"{W}instrText")]
    assert [field.split()[0] for field in fields] == ["TOC", "TOC", "TOC"]
    names = [mark.get(f"{W}name") for mark in document.element.body.iter(f"{W}bookmarkStart")]
    numbers = [mark.get(f"{W}id") for mark in document.element.body.iter(f"{W}bookmarkStart")]
    assert len(names) == len(set(names)) == len(set(numbers))
    assert {link.get(f"{W}anchor") for link in document.element.body.iter(f"{W}hyperlink")} <= set(names)


def test_word_names_no_person_and_no_machine(sent):
    path = sent.reports / "nsw-1976/report.docx"
    properties = docx.Document(path).core_properties
    assert (properties.author, properties.last_modified_by, properties.comments) == ("Manfaat", "Manfaat", "")
    day = json.loads((sent.reports / "nsw-1976/summary.json").read_text())["day"]
    assert properties.created.date().isoformat() == properties.modified.date().isoformat() == day
    with zipfile.ZipFile(path) as parts:
        assert {part.date_time for part in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        for part in parts.infolist():
            for private in (str(ROOT), str(sent.reports), str(Path.home()) + "/"):
                assert private.encode() not in parts.read(part), part.filename


def test_same_run_gives_the_same_bytes_in_every_format(sent, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "raw").symlink_to(ROOT / "data" / "raw")
    options = Options(
        "both", str(tmp_path / "data"), str(tmp_path / "reports"), formats=("html", "pdf", "docx")
    )
    assert run_cohort("nsw-1976", options, root=ROOT).failure == ""
    first, second = sent.reports, tmp_path / "reports"
    names = sorted(p.relative_to(first).as_posix() for p in first.rglob("*") if p.is_file())
    assert names == sorted(p.relative_to(second).as_posix() for p in second.rglob("*") if p.is_file())
    assert {
        "nsw-1976/report.pdf",
        "nsw-1976/report.id.docx",
        "index.html",
    } <= set(names)
    differing = [name for name in names if (first / name).read_bytes() != (second / name).read_bytes()]
    assert differing == ["nsw-1976/run.json"]  # it holds the time of the run


def test_every_exhibit_is_there_as_data_and_every_figure_once(sent):
    kept = sent.workings("nsw-1976") / "exhibits"
    folder = sent.reports / "nsw-1976/exhibits"
    stems = {path.stem for path in folder.glob("*.json")}
    assert stems == {path.stem for path in folder.glob("*.csv")}
    assert {path.suffix for path in folder.iterdir()} == {".csv", ".json"}
    for pictures in (kept, kept / "id"):
        figures = {path.stem for path in pictures.glob("*.svg")}
        assert sum(not stem.endswith("-phone") for stem in figures) == sum(FIGURES.values())
    assert {path.stem for path in (kept / "id").glob("*.csv")} == stems


def test_pictures_for_a_thesis_are_made_when_asked_for(sent, tmp_path):
    reports = tmp_path / "reports"
    shutil.copytree(sent.reports / "nsw-1976", reports / "nsw-1976")
    study = load_study("nsw-1976", data_dir=str(sent.data), reports_dir=str(reports), root=ROOT)
    made = dict(write_media(study, "thesis"))
    kept = sent.workings("nsw-1976") / "exhibits"
    exhibits = reports / "nsw-1976/exhibits"
    assert list(made) == [exhibits / "thesis", exhibits / "id/thesis"]
    for folder, pictures in made.items():
        own = kept / folder.parent.relative_to(exhibits)
        stems = {path.stem for path in own.glob("*.svg") if not path.stem.endswith("-phone")}
        assert len(stems) == pictures
        for kind in ("svg", "png", "pdf"):
            assert {path.stem for path in folder.glob(f"*.{kind}")} == stems
        for stem in stems:
            png = (folder / f"{stem}.png").read_bytes()
            assert int.from_bytes(png[16:20], "big") == pytest.approx(16 / 2.54 * 300, abs=1)
            width = PdfReader(folder / f"{stem}.pdf").pages[0].mediabox.width
            assert float(width) == pytest.approx(16 / 2.54 * 72, abs=0.1)
        assert len(list(folder.glob("*.tex"))) > 5


def test_letters_of_a_figure_are_in_its_picture(tmp_path):
    # a picture without its letters would look right to every test of sizes
    from manfaat.report.pictures import write_pictures

    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="100pt" height="20pt" viewBox="0 0 100 20"><text x="5"'
        ' y="15" style="font: 10px \'DejaVu Sans\'">{}</text></svg>'
    )
    (tmp_path / "with.svg").write_text(svg.format("Benefit"))
    (tmp_path / "without.svg").write_text(svg.format(""))
    assert write_pictures(tmp_path) == 2
    assert "Benefit" in PdfReader(tmp_path / "with.pdf").pages[0].extract_text()
    assert (tmp_path / "with.png").read_bytes() != (tmp_path / "without.png").read_bytes()


def test_a_name_that_would_be_a_command_is_refused():
    from manfaat.report.pictures import image_source

    with pytest.raises(ValueError, match="no name of a picture"):
        image_source('x.svg") #read("secret')


def test_both_languages_hold_the_same_estimates(sent, tmp_path):
    from manfaat.run.languages import different

    folders = []
    for place, language in enumerate(("en", "id")):
        folders.append(tmp_path / language)
        folders[place].mkdir()
        (folders[place] / "estimates.csv").write_text(f"estimate\n{place}\n")
    told = [Told("en", folders[0]), Told("id", folders[1])]
    assert different(told) == ["estimates.csv (id)"]
    (folders[1] / "estimates.csv").write_text("estimate\n0\n")
    assert different(told) == []


def test_a_notebook_that_fails_in_one_language_leaves_the_former_report(project):
    path = project / "notebooks/04_outputs.ipynb"
    notebook = nbformat.read(path, as_version=4)
    place = next(i for i, cell in enumerate(notebook.cells) if "open_study(" in cell.source)
    notebook.cells[place].source += "\nif language == 'id':\n    raise ValueError('only in Indonesian')"
    nbformat.write(notebook, path)
    outcome = run_cohort("nsw-1976", Options("both"), root=project)
    assert outcome.report is None
    assert "ValueError: only in Indonesian" in outcome.failure
    assert list((project / "reports").iterdir()) == []


def test_without_the_typesetter_the_run_says_so_and_word_tells_its_pictures(sent, tmp_path, monkeypatch):
    study = load_study("nsw-1976", data_dir=str(sent.data), reports_dir=str(tmp_path), root=ROOT)
    told = Told("en", tmp_path / "en")
    shutil.copytree(sent.reports / "nsw-1976", told.folder)
    shutil.copytree(sent.workings("nsw-1976"), told.folder, dirs_exist_ok=True)
    for path in [*told.folder.glob("report*"), *(told.folder / "exhibits").glob("*.p[dn][fg]")]:
        path.unlink()
    for path in (sent.data / "processed/nsw-1976/notebooks").glob("*.ipynb"):
        told.chapters[path.stem] = chapter_part(path.stem, nbformat.read(path, as_version=4), Language("en"))
    record = json.loads((told.folder / "run.json").read_text())
    monkeypatch.setitem(sys.modules, "typst", None)  # as on a machine that has none
    notes = write_files(study, [told], record, ("html", "pdf", "docx"), typeset=False)
    assert len(notes) == 1
    assert "no PDF was made" in notes[0]
    assert "pip install typst" in notes[0]
    assert sorted(path.name for path in told.folder.glob("report*")) == ["report.docx", "report.html"]
    document = docx.Document(told.folder / "report.docx")
    assert len(document.inline_shapes) == 0
    assert any(paragraph.text.startswith("Flow chart. ") for paragraph in document.paragraphs)


def test_overview_lists_every_report_with_verdicts_and_links(sent, tmp_path):
    (summary,) = summaries(sent.reports)
    assert summary["versions"][0]["verdicts"] == {"shown": 2}
    assert summary["versions"][1]["verdicts"] == {"terbukti": 2}
    html = (sent.reports / "index.html").read_text(encoding="utf-8")
    for word in ("NSW 1975–78, assigned by lottery", "shown: 2", 'href="nsw-1976/report.id.pdf"', "real"):
        assert word in html
    write_index(tmp_path)
    assert "There is no report yet." in (tmp_path / "index.html").read_text(encoding="utf-8")


def test_hostile_names_are_escaped_in_the_overview(tmp_path):
    bad = '<script>alert("x")</script>'
    version = {
        "language": "en",
        "title": bad,
        "label": bad,
        "files": {"html": "report.html"},
        "verdicts": {bad: 1},
    }
    (tmp_path / "c").mkdir()
    (tmp_path / "c/summary.json").write_text(
        json.dumps(
            {"cohort": "c", "programme": "p", "kind": "real", "day": "2026-01-31", "versions": [version]}
        )
    )
    write_index(tmp_path)
    html = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert bad not in html
    assert html.count("&lt;script&gt;") >= 3


def test_every_method_and_standard_error_is_described_with_a_reference():
    assert set(METHODS) == set(registry.METHODS) | {"mean", "share"}
    assert set(STD_ERRORS) == set(std_errors.STD_ERRORS) | {"Wilson"}
    for reference in [known.reference for known in (*METHODS.values(), *STD_ERRORS.values())]:
        assert re.search(r"\(\d{4}(?: \[\d{4}\])?\)\. .+\.$", reference), reference


def test_appendix_describes_what_was_used_and_nothing_else(sent):
    html = sent.page("nsw-1976")
    described = set(re.findall(r'id="method-(\w+)"', html))
    assert described == set(pd.read_csv(sent.reports / "nsw-1976/estimates.csv")["method"])
    assert "fixed_effects" not in described
    assert set(re.findall(r'href="(?:annex.html)?#method-(\w+)"', html)) <= described


def test_every_reported_estimate_can_be_traced(sent):
    html = sent.page("nsw-1976")
    estimates = pd.read_csv(sent.reports / "nsw-1976/estimates.csv")
    traced = re.findall(r"<code>(indicator = .*?)</code>", html)
    assert (
        len(traced) == len(numbers(sent.reports / "nsw-1976", "en")) / 3 + 2
    )  # those of the chapters, and of the two claims
    for text in traced:
        keys = dict(part.split(" = ") for part in text.split("; "))
        found = estimates
        for name, value in keys.items():
            found = found[found[name] == value]
        assert len(found) == 1, keys


def test_prose_is_read_as_blocks_and_comes_back_from_the_file_the_same():
    text = "# 1 A & B\n\nText **bold** and *soft* `x`\nnext.\n\n"
    text += "- one\n  - in it\n- two\n\n1. first\n\n<b>&amp;</b>"
    found = blocks_of(text)
    assert found[0] == Heading(1, "1 A & B")
    assert found[1] == Paragraph(
        (
            Run("Text "),
            Run("bold", bold=True),
            Run(" and "),
            Run("soft", italic=True),
            Run(" "),
            Run("x", code=True),
            Run(" next."),
        )
    )
    assert [[plain(item) for item in block.items] for block in found[2:4]] == [
        ["one", "in it", "two"],
        ["first"],
    ]
    assert [block.is_ordered for block in found[2:4]] == [False, True]
    assert "<b>" not in html_of(found, Shown({}, {}))
    assert from_data(json.loads(json.dumps(as_data(found)))) == found


def test_paper_leaves_out_what_unfolds_and_what_is_followed():
    terms = Terms((Term("name", (Run("what it is"),)), Term("alone", ())))
    told = [
        said("read"),
        said("technical", layer="technical"),
        Code("x = 1"),
        said("link", layer="page"),
        terms,
    ]
    fold = Fold("How", (said("hidden"),))
    assert [(block.role, plain(block.runs)) for block in on_paper([*told, fold])] == [
        ("", "read"),
        ("term", "name"),
        ("", "what it is"),
        ("term", "alone"),
    ]


def test_every_kind_of_block_is_written_by_the_page():
    assert set(WRITERS) == {get_type_hints(kind)["kind"].__args__[0] for kind in get_args(get_args(Block)[0])}


def test_the_blocks_of_a_report_are_beside_it_and_make_the_page_again(sent):
    folder = sent.reports / "nsw-1976"
    for end in ENDS.values():
        saved = (sent.workings("nsw-1976") / f"blocks{end}.json").read_text(encoding="utf-8")
        blocks = from_data(json.loads(saved))
        page = "".join(
            (folder / f"{layer}{end}.html").read_text(encoding="utf-8") for layer in ("brief", *FIGURES)
        )
        page = re.sub(r'href="[\w.]+#', 'href="#', page)  # what leads to the other page
        assert "<" not in plain(tuple(run for b in blocks if isinstance(b, Paragraph) for run in b.runs))
        for block in blocks:
            if not isinstance(block, Figure):
                assert html_of([block], Shown({}, {})) in page
        tables = [block for block in blocks if isinstance(block, Table) and block.name]
        assert len(tables) > 10
        assert all((folder / "exhibits" / f"{table.name}.csv").is_file() for table in tables)


def test_a_page_too_large_loses_the_largest_pictures_then_the_folds_then_the_pictures_of_the_findings():
    def picture(name: str) -> Figure:
        return Figure(name, "Figure 1.1", "T", "n", f"{name} in words", name)

    fold = Fold("How", (said("y" * 500),))
    findings, chapter = [picture("first"), fold], [picture("small"), picture("large")]
    sizes = {"first": 5000, "small": 1000, "large": 3000}
    pictures = {name: "x" * size for name, size in sizes.items()}
    whole = Shown(
        pictures, {"large": "It is in large.svg."}, data={"small": "a,b", "first": "a"}, data_name="Data"
    )

    def page(shown: Shown) -> str:
        return html_of([*findings, *chapter], shown)

    full, bare = len(page(whole)), len(page(replace(whole, data={})))

    def left(largest: int) -> Shown:
        figures = [[findings[0]], chapter]
        return fitted(whole, lambda shown: len(page(shown)), largest, figures, Language("en"))

    def drawn(largest: int) -> list[str]:
        shown = left(largest)
        held = [f"{name}.csv" for name in shown.data]
        return [*shown.pictures, *held, *([] if shown.instead_of_folds else ["fold"])]

    assert drawn(full) == ["first", "small", "large", "small.csv", "first.csv", "fold"]
    assert drawn(full - 1) == ["first", "small", "large", "first.csv", "fold"]
    assert drawn(bare) == ["first", "small", "large", "fold"]
    assert drawn(bare - 1) == ["first", "small", "fold"]
    assert drawn(bare - 3500) == ["first", "fold"]
    assert drawn(bare - 4000) == ["first"]
    assert drawn(1000) == []
    phones = {name: (pictures[name], "<svg>" * 900) for name in ("small", "large")}
    both = replace(whole, pictures=pictures | {name: "".join(svgs) for name, svgs in phones.items()})

    def length(shown: Shown) -> int:
        return len(page(shown)) + len(packed(shown.packed))

    def cut(largest: int) -> Shown:
        return fitted(both, length, largest, [[findings[0]], chapter], Language("en"), phones)

    room = full + len(packed({name: narrow for name, (_, narrow) in phones.items()}))
    assert cut(length(both)) == both
    assert (cut(room).pictures, set(cut(room).packed), cut(room).data) == (pictures, {*phones}, whole.data)
    assert set(cut(room - 1).packed) == {*phones}
    assert len(cut(room - 1).data) == 1
    assert cut(bare).packed == {}
    told = '<svg aria-label="All"><title>4</title></svg>'
    assert without_words(told, told) == "<svg></svg>"
    assert without_words(told, told.replace("4", "5")) == "<svg><title>5</title></svg>"
    assert cut(bare).pictures == pictures
    told = page(left(1000))
    assert "large in words" in told
    assert "It is in large.svg." in told
    assert "stands in its row of estimates.csv" in told


@pytest.mark.parametrize("letters", [200, 256, 5_000])
def test_a_long_title_does_not_end_word_at_the_end_of_a_run(letters):
    """Word's own property holds 255 letters."""
    cover = Cover("T" * letters, "label", "", "", "", date(2026, 1, 1))
    assert len(new_document(cover, Language("en")).core_properties.title) == min(letters + 7, 255)


def ends_nowhere(folder) -> list[str]:
    """Links of the pages of a folder that lead to no file, or to nothing in it."""
    pages = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.html")}
    ids = {name: set(re.findall(r' id="([^"]+)"', text)) for name, text in pages.items()}
    found = []
    for name, text in pages.items():
        for link in re.findall(r'<a\b[^>]*\bhref="([^"]+)"', text):
            file, _, id = link.partition("#")
            file = file or name
            if not link.startswith("data:") and not (
                id in ids.get(file, ()) if id else (folder / file).is_file()
            ):
                found.append(f"{name}: {link}")
    return found


def test_every_link_of_brief_report_and_annex_ends_somewhere(sent, tmp_path):
    folder = sent.reports / "nsw-1976"
    assert ends_nowhere(folder) == []
    brief = (folder / "brief.html").read_text(encoding="utf-8")
    assert 'href="report.html#claim-N1"' in brief
    (tmp_path / "a.html").write_text('<a href="#x">x</a><a id="y" href="#y">y</a>', encoding="utf-8")
    assert ends_nowhere(tmp_path) == ["a.html: #x"]


def test_every_link_of_every_cohort_ends_somewhere(finished, cohorts):
    assert {cohort: ends_nowhere(finished.reports / cohort) for cohort in cohorts} == {
        one: [] for one in cohorts
    }
