"""The files that people send: a page, a PDF and a Word document in each language, all from one run."""

from __future__ import annotations

import importlib.util
import shutil
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from manfaat.analysis.study import Study
from manfaat.base.strict import json_text
from manfaat.report.blocks import Block, as_data
from manfaat.report.words import Language
from manfaat.run.languages import Told, stem
from manfaat.run.overview import local_day

if TYPE_CHECKING:
    pass

FORMATS = ("html", "pdf", "docx")


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
    folder, day, notes = told[0].folder, local_day(record["finished"]), []
    for place, version in enumerate(told):
        write_version(study, told, place, record, formats, day, typeset)
        if place:
            shutil.copytree(version.folder / "exhibits", folder / "exhibits" / version.language)
    if not typeset and set(formats) & {"pdf", "docx"}:
        notes.append(
            "no PDF was made, and the Word document tells its pictures in words: the package typst is"
            " missing; install it with: pip install typst"
        )
    return notes


def write_version(
    study: Study,
    told: list[Told],
    place: int,
    record: dict[str, Any],
    formats: tuple[str, ...],
    day: date,
    typeset: bool,
) -> None:
    """Write the files of one language; the page first, because it is what most people wait for."""
    from manfaat.report.appendix import sections
    from manfaat.report.page import Part, Version, ordered, render_page

    version, target = told[place], told[0].folder
    language, name = Language(version.language), stem(place, version.language)
    estimates = pd.read_csv(version.folder / "estimates.csv")
    told_before = ordered(version.chapters)
    appendix = sections(
        study, record, estimates, [block for part in told_before for block in part.blocks], language
    )
    chapters = [*told_before, Part(appendix)]
    others = tuple(
        Version(other.language, Language(other.language).name, f"{stem(i, other.language)}.html")
        for i, other in enumerate(told)
        if i != place
    )
    exhibits = version.folder / "exhibits"
    beside = f"exhibits/{version.language}" if place else "exhibits"
    page = render_page(study, chapters, language, exhibits, day=day, versions=others, beside=beside)
    (target / f"{name}.html").write_text(page, encoding="utf-8")
    blocks = [block for chapter in chapters for block in chapter.blocks]
    saved = json_text(as_data(blocks))
    (target / f"{stem(place, version.language, 'blocks')}.json").write_text(saved, encoding="utf-8")
    if set(formats) & {"pdf", "docx"}:
        write_documents(study, blocks, language, exhibits, target / name, formats, day, typeset)


def write_documents(
    study: Study,
    told: list[Block],
    language: Language,
    exhibits: Path,
    target: Path,
    formats: tuple[str, ...],
    day: date,
    typeset: bool,
) -> None:
    """Write pictures and tables as files, then PDF and Word."""
    from manfaat.report.cover import cover_of
    from manfaat.report.latex import write_tables

    cover = cover_of(study, language, day)
    write_tables(exhibits, told, language)
    if typeset:
        from manfaat.report.pictures import write_pictures
        from manfaat.report.printed import write_pdf

        write_pictures(exhibits)
        if "pdf" in formats:
            write_pdf(target.with_name(f"{target.name}.pdf"), told, cover, exhibits, language)
    if "docx" in formats:
        from manfaat.report.word import write_docx

        write_docx(target.with_name(f"{target.name}.docx"), told, cover, exhibits, language, day)
