"""The files that people send: a page, a PDF and a Word document in each language, all from one run."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from manfaat.base.problems import Problem, need
from manfaat.base.strict import held_in, json_text
from manfaat.definitions.study import Study
from manfaat.report.blocks import Block, Figure, Table, as_data, from_data
from manfaat.report.reader import Reader
from manfaat.report.words import Language, mark
from manfaat.run.languages import Told, stem
from manfaat.run.options import Options
from manfaat.run.overview import local_day

if TYPE_CHECKING:
    from manfaat.report.cover import Cover
    from manfaat.report.page import Beside
    from manfaat.report.parts import Part

RECORD = "run.json"
WORKED = (
    "blocks*.json",
    "exhibits/*.svg",
    "exhibits/*/*.*",  # the same numbers in another language, which its pages hold
    "estimates/*.csv",  # all of them are in estimates.csv
)
PICTURE = re.compile(r"exhibits/[\w/-]+\.svg")
FORMATS = ("html", "pdf", "docx")
LAYERS = {"brief": mark("Brief"), "report": mark("Report"), "annex": mark("Annex")}


def can_typeset() -> bool:
    """Whether the typesetter for pictures and PDF is installed; it has no wheel for every machine."""
    return importlib.util.find_spec("typst") is not None


def write_files(
    study: Study,
    told: list[Told],
    record: dict[str, Any],
    formats: tuple[str, ...],
    *,
    typeset: bool | None = None,
) -> list[str]:
    """Write the report of every language into the folder of the first, with the exhibits of the others below
    ``exhibits/``.

    Returns
    -------
    What could not be made, in plain words; nothing when everything was.

    Raises
    ------
    ValueError if a page would load something or is too large.
    """
    typeset = can_typeset() if typeset is None else typeset
    folder, notes = told[0].folder, []
    made = {*formats, "pictures"} if typeset else {*formats}
    for place, version in enumerate(told):
        write_version(Reader(version.language, study), told, place, record, made)
        if place:
            shutil.copytree(version.folder / "exhibits", folder / "exhibits" / version.language)
    if not typeset and set(formats) & {"pdf", "docx"}:
        notes.append(
            "no PDF was made, and the Word document tells its pictures in words: the package typst is"
            " missing; install it with: pip install typst"
        )
    return notes


def write_version(
    reader: Reader, told: list[Told], place: int, record: dict[str, Any], made: set[str]
) -> None:
    """Write the files of one language; the pages first, because they are what most people wait for."""
    from manfaat.report.appendix import sections
    from manfaat.report.cover import cover_of
    from manfaat.report.page import render_brief, render_page
    from manfaat.report.parts import Part, arranged, in_layer
    from manfaat.report.regressions import FOLDER

    version, target, cover = told[place], told[0].folder, cover_of(reader, local_day(record["finished"]))
    shown = blocks_in([version.chapters[name] for name in sorted(version.chapters)])
    brief = Part(tuple(block for block in shown if block.layer == "brief"))
    report, annex = arranged(version.chapters, reader)
    estimates = pd.read_csv(version.folder / "estimates.csv")
    files = sorted((version.folder / FOLDER).glob("*.csv"))
    tables = [pd.read_csv(file, dtype={"rater": "str"}).fillna({"rater": ""}) for file in files]
    coefficients = pd.concat([table for table in tables if len(table)] or tables[:1], ignore_index=True)
    appendix = sections(reader, record, estimates, coefficients, blocks_in([*report, *annex]))
    annex.append(Part(tuple(in_layer(block, "annex") for block in appendix)).cited(reader))
    exhibits = version.folder / "exhibits"
    number_files(exhibits, blocks_in([*report, *annex]))
    layers = {
        "brief": ([brief], replace(cover, is_brief=True)),
        "report": (report, cover),
        "annex": (annex, replace(cover, label=reader.say("Annex: {label}", label=cover.label))),
    }
    for name, (parts, named) in layers.items():
        render = render_brief if name == "brief" else render_page
        lies = beside(reader, told, place, name, {layer: parts for layer, (parts, _) in layers.items()})
        page = render(reader, parts, exhibits, cover=named, beside=lies)
        (target / f"{stem(place, version.language, name)}.html").write_text(page, encoding="utf-8")
    saved = json_text(as_data(blocks_in([part for parts, _ in layers.values() for part in parts])))
    (target / f"{stem(place, version.language, 'blocks')}.json").write_text(saved, encoding="utf-8")
    if made & {"pdf", "docx"}:
        documents = [
            (stem(place, version.language, name), blocks_in(parts), named)
            for name, (parts, named) in layers.items()
        ]
        write_documents(reader, documents, exhibits, target, made)


def saved_blocks(study: Study, language: str) -> tuple[Reader, list[Block]]:
    """A reader of a finished report, and all that it says.

    Raises
    ------
    ProblemsError where there is no report in this language.
    """
    made = languages_of(study)
    asked = Problem(f"language '{language}'", "the report is not in it", expected=", ".join(made))
    need(language in made, asked)
    path = workings_of(study) / f"{stem(made.index(language), language, 'blocks')}.json"
    return Reader(language, study), list(from_data(json.loads(path.read_text(encoding="utf-8"))))


def number_files(exhibits: Path, blocks: list[Block]) -> None:
    """Say beside every exhibit's data which number it has in report or annex."""
    for block in (block for block in blocks if isinstance(block, Figure | Table)):
        path = exhibits / f"{block.name}.json"
        if path.is_file():
            words = json.loads(path.read_text(encoding="utf-8")) | {"number": block.label}
            path.write_text(json_text(words), encoding="utf-8")


def blocks_in(parts: list[Part]) -> list[Block]:
    """The blocks of some chapters, one after the other."""
    return [block for part in parts for block in part.blocks]


def beside(reader: Reader, told: list[Told], place: int, name: str, layers: dict[str, list[Part]]) -> Beside:
    """What lies beside the page called ``name`` of one language: the other layers, and other languages."""
    from manfaat.report.page import Beside, Version

    def file(layer: str, at: int = place) -> str:
        return f"{stem(at, told[at].language, layer)}.html"

    versions = tuple(
        Version(other.language, Language(other.language).name, file(name, at))
        for at, other in enumerate(told)
        if at != place
    )
    here = {id for part in layers[name] for id in part.ids}
    ends = {
        f"#{id}": file(layer)
        for layer, parts in layers.items()
        for part in parts
        for id in part.ids
        if id not in here
    }
    names = tuple((reader.say(word), "" if layer == name else file(layer)) for layer, word in LAYERS.items())
    return Beside(f"exhibits/{told[place].language}" if place else "exhibits", versions, names, ends)


def write_documents(
    reader: Reader,
    layers: list[tuple[str, list[Block], Cover]],
    exhibits: Path,
    target: Path,
    made: set[str],
) -> None:
    """Write every layer as PDF and Word; ``layers`` : the stem of their files, what they say, their cover.

    In Word the figures of the annex are told in words: they stand in its page and its PDF, and would make
    the document ten times as large.
    """
    from manfaat.report.word import write_docx

    with tempfile.TemporaryDirectory() as folder:
        pictures = Path(folder)
        if {"pictures", "docx"} <= made:
            from manfaat.report.pictures import write_for_word

            shown = [block for _, blocks, _ in layers for block in blocks if isinstance(block, Figure)]
            names = {figure.name for figure in shown if figure.layer != "annex"}
            write_for_word(exhibits, sorted(names), pictures)
        for name, blocks, cover in layers:
            if {"pictures", "pdf"} <= made:
                from manfaat.report.printed import write_pdf

                write_pdf(target / f"{name}.pdf", blocks, cover, exhibits, reader)
            if "docx" in made:
                write_docx(target / f"{name}.docx", blocks, cover, exhibits, reader, pictures)


def write_media(study: Study, medium: str) -> Iterator[tuple[Path, int]]:
    """Write the pictures of a report in the size of another medium below its exhibits, and for a thesis its
    tables for LaTeX; yield each folder and the number of its pictures.

    Raises
    ------
    ProblemsError where there is no report.
    """
    from manfaat.report.latex import write_tables
    from manfaat.report.pictures import write_sized

    made = languages_of(study)
    kept = workings_of(study)
    for place, language in enumerate(made):
        folder = Path("exhibits", "" if place == 0 else language)
        target = study.places.reports / folder / medium
        yield target, write_sized(kept / folder, medium, target)
        if medium == "thesis":
            reader, told = saved_blocks(study, language)
            write_tables(target, told, reader)


def put_away(folder: Path, kept: Path) -> None:
    """Move out of a finished report what only further files are made of, and what stands there twice: see
    ``WORKED``. Pictures that a page leads to stay. ``kept`` : a new folder, which says of which run they are.
    """
    pages = (page.read_text(encoding="utf-8") for page in folder.glob("*.html"))
    named = {name for page in pages for name in PICTURE.findall(page)}
    for path in sorted(path for kind in WORKED for path in folder.glob(kind)):
        name = path.relative_to(folder)
        (kept / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, kept / name)
        if name.as_posix() not in named:
            path.unlink()
    for left in (*folder.glob("exhibits/*/"), *folder.glob("estimates/")):
        if not any(left.iterdir()):
            left.rmdir()
    shutil.copyfile(folder / RECORD, kept / RECORD)


def workings_of(study: Study) -> Path:
    """The folder of what ``put_away`` kept of the report that is there now.

    Raises
    ------
    ProblemsError where there is none.
    """
    cohort, kept = study.cohort.cohort, study.places.workings
    records = [folder / RECORD for folder in (study.places.reports, kept)]
    is_same = all(file.is_file() for file in records) and len({file.read_bytes() for file in records}) == 1
    missing = Problem(cohort, "what its report was made of is gone", expected=f"manfaat run {cohort} --force")
    need(is_same, missing)
    return kept


def languages_of(study: Study) -> tuple[str, ...]:
    """The languages of a finished report, the first being that of ``report.html``.

    Raises
    ------
    ProblemsError where there is no report.
    """
    record, cohort = held_in(study.places.reports / RECORD), study.cohort.cohort
    need(record, Problem(cohort, "there is no report yet", expected=f"manfaat run {cohort} first"))
    return Options(record["parameters"]["language"], spoken=study.programme.spoken).languages
