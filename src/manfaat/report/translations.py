"""Keep the catalogues of the reader's languages in step with code, templates and notebooks.

``python -m manfaat.report.translations`` writes new messages into every catalogue and drops gone ones; a
message that was changed keeps its translation as a proposal (marked ``fuzzy``), which nobody reads before it
is confirmed. With ``--check`` it only says what is missing, stale or to be confirmed, and exits with 1 when
something is.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import nbformat
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from manfaat.base.paths import find_root
from manfaat.base.problems import Problem
from manfaat.report.words import CATALOGUES, LANGUAGES, paragraphs

KEYWORDS = {"say": None, "mark": None, "_": None, "say_count": (1, 2)}
METHODS = [("**/templates/**.j2", "jinja2"), ("**.py", "python")]
Id = str | tuple[str, ...] | list[str]  # of a message; several forms where it counts
PLACES = re.compile(r"\{(\w+)\}")


def notebook_messages(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield (file, text) for every paragraph of prose in the numbered notebooks."""
    for path in sorted(folder.glob("[0-9]*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "markdown":
                for text in paragraphs(cell.source):
                    yield path.name, text


def extracted(root: Path) -> Catalog:
    """Gather all messages that a reader can meet."""
    catalogue = Catalog(project="Manfaat", charset="utf-8")
    for package in ("manfaat", "helpers"):
        folder = str(root / "src" / package)
        for file, _, message, _, _ in extract_from_dir(folder, METHODS, keywords=KEYWORDS):
            if message:
                catalogue.add(message, locations=[(file, 0)])
    for file, text in notebook_messages(root / "notebooks"):
        catalogue.add(text, locations=[(file, 0)])
    return catalogue


def path_of(language: str) -> Path:
    """Where the catalogue of a language lies."""
    return CATALOGUES / f"{language}.po"


def updated(language: str, messages: Catalog) -> bytes:
    """One catalogue brought up to date, as its file holds it: translations kept, gone messages dropped, new
    ones empty, or with the translation of a message much like it as a proposal that waits to be confirmed.
    """
    path = path_of(language)
    with path.open("rb") as stream:
        catalogue = read_po(stream, locale=language)
    catalogue.update(messages)
    catalogue.obsolete.clear()
    catalogue.header_comment, catalogue.fuzzy = f"# Manfaat: messages ({language}).", False
    catalogue.project, catalogue.version, catalogue.msgid_bugs_address = "Manfaat", "", ""
    catalogue.last_translator = catalogue.language_team = "Manfaat"
    catalogue.creation_date = catalogue.revision_date = datetime(
        2000, 1, 1, tzinfo=UTC
    )  # the history of the file is git's
    written = io.BytesIO()
    write_po(written, catalogue, width=0, sort_output=True, include_lineno=False)
    return written.getvalue()


def forms(message: Message) -> list[str]:
    """All translated forms of a message."""
    return list(message.string) if isinstance(message.string, tuple | list) else [message.string or ""]


def check(language: str, messages: Catalog) -> list[Problem]:
    """Say which messages a catalogue lacks, has in vain, or translates with other ``{names}`` than the
    original's.
    """
    file = f"locale/{language}.po"
    with path_of(language).open("rb") as stream:
        catalogue = read_po(stream, locale=language)
    wanted, held = {m.id for m in messages if m.id}, {m.id: m for m in catalogue if m.id}
    problems = [Problem(file, f"stale: {show(id)}") for id in held if id not in wanted]
    for id in sorted(wanted, key=show):
        message = held.get(id)
        if message is not None and message.fuzzy:
            proposed = f"to be confirmed: {show(id)}, proposed: {show(tuple(forms(message)))}"
            problems.append(Problem(file, proposed, expected="the right translation, and no mark 'fuzzy'"))
        elif message is None or not all(forms(message)):
            problems.append(Problem(file, f"not translated: {show(id)}"))
        elif any(set(PLACES.findall(form)) != names_of(id) for form in forms(message)):
            problems.append(Problem(file, f"other {{names}} than the original: {show(id)}"))
    return problems


def names_of(id: Id) -> set[str]:
    """The ``{names}`` of an original."""
    return set(PLACES.findall(id if isinstance(id, str) else id[-1]))


def show(id: Id) -> str:
    """The beginning of an original."""
    return repr((id if isinstance(id, str) else id[0])[:70])


def main(arguments: list[str]) -> int:
    """Update all catalogues, or only check them."""
    messages, problems = extracted(find_root()), []
    for language in LANGUAGES[1:]:
        now = updated(language, messages)
        if "--check" not in arguments:
            path_of(language).write_bytes(now)
        problems += check(language, messages)
        if not problems and path_of(language).read_bytes() != now:  # where a message stands, too
            expected = "what 'make translations' writes"
            problems.append(Problem(f"locale/{language}.po", "it is not up to date", expected=expected))
    for problem in problems:
        print(problem)
    print(f"{len(list(messages)) - 1} messages, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
