"""The pictures of the exhibits as PNG and PDF, made from the same SVG that the page shows."""

from __future__ import annotations

import shutil
from pathlib import Path

import matplotlib
import typst

from manfaat.report.figures.style import sized

PPI = 300.0  # what a thesis is printed with
LETTERS = Path(matplotlib.get_data_path()) / "fonts" / "ttf"  # the font that the figures were measured with
PAGE = "#set page(width: auto, height: auto, margin: 0pt, fill: white)\n"


def typesetter(folder: Path) -> typst.Compiler:
    """Return a compiler that sees only ``folder``, with the letters of the figures and no others of this
    machine.
    """
    return typst.Compiler(root=folder, font_paths=[str(LETTERS)], ignore_system_fonts=True)


def document_of(made: bytes | list[bytes] | None) -> bytes:
    """The one document that was typeset.

    Raises
    ------
    ValueError where nothing was made, or pages apart.
    """
    if not isinstance(made, bytes):
        raise ValueError("the typesetter made no single document")
    return made


def image_source(name: str) -> str:
    """Return the source of one picture; a name is letters, digits, ``-`` and ``_`` only.

    Raises
    ------
    ValueError for any other name: it would be read as a command.
    """
    if not name.replace("-", "").replace("_", "").replace(".", "").isalnum():
        raise ValueError(f"'{name}' is no name of a picture")
    return f'#image("{name}")'


def write_pictures(folder: Path) -> int:
    """Write every SVG of a folder also as PNG (300 dpi) and PDF, without dates; return how many there were.

    The same SVG gives the same bytes.
    """
    names = sorted(path.name for path in folder.glob("*.svg"))
    if not names:
        return 0
    compiler = typesetter(folder)
    sources = [image_source(name) for name in names]
    made = compiler.compile((PAGE + "\n#pagebreak()\n".join(sources)).encode(), format="png", ppi=PPI)
    pages = made if isinstance(made, list) else [document_of(made)]  # a single page comes by itself
    for name, source, page in zip(names, sources, pages, strict=True):
        (folder / name).with_suffix(".png").write_bytes(page)
        document = compiler.compile(("#set document(date: none)\n" + PAGE + source).encode(), format="pdf")
        (folder / name).with_suffix(".pdf").write_bytes(document_of(document))
    return len(names)


def write_sized(folder: Path, medium: str) -> int:
    """Write every SVG of a folder in the size of another medium below it, as SVG, PNG and PDF; return how
    many there were.

    Raises
    ------
    KeyError for an unknown medium.
    """
    target = folder / medium
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for path in sorted(folder.glob("*.svg")):
        (target / path.name).write_bytes(sized(path.read_bytes(), medium))
    return write_pictures(target)
