"""The pictures of the exhibits as PNG and PDF, made from the same SVG that the page shows."""

from __future__ import annotations

import shutil
from io import BytesIO
from pathlib import Path

import matplotlib
import typst
from PIL import Image

from manfaat.report.figures.style import sized

PPI, WORD = 300.0, 150.0  # what a thesis is printed with, and what a document that is mailed needs
COLOURS = 64  # of a picture in Word: charts have few, and it is half as large
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
    names, compiler = sorted(path.name for path in folder.glob("*.svg")), typesetter(folder)
    for name, page in zip(names, points_of(compiler, names, PPI), strict=True):
        (folder / name).with_suffix(".png").write_bytes(page)
        source = "#set document(date: none)\n" + PAGE + image_source(name)
        document = compiler.compile(source.encode(), format="pdf")
        (folder / name).with_suffix(".pdf").write_bytes(document_of(document))
    return len(names)


def for_paper(folder: Path) -> list[Path]:
    """The pictures of a folder but those for a phone."""
    return sorted(path for path in folder.glob("*.svg") if not path.stem.endswith("-phone"))


def write_for_word(folder: Path, names: list[str], target: Path) -> None:
    """Write the named pictures of a folder as small PNG (150 dpi) into another."""
    files = [f"{name}.svg" for name in names]
    for name, page in zip(names, points_of(typesetter(folder), files, WORD), strict=True):
        few = Image.open(BytesIO(page)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
        few.save(target / f"{name}.png", optimize=True)


def points_of(compiler: typst.Compiler, names: list[str], ppi: float) -> list[bytes]:
    """Pictures as PNG, ``ppi`` points an inch."""
    if not names:
        return []
    source = PAGE + "\n#pagebreak()\n".join(map(image_source, names))
    made = compiler.compile(source.encode(), format="png", ppi=ppi)
    return made if isinstance(made, list) else [document_of(made)]  # a single page comes by itself


def write_sized(folder: Path, medium: str, target: Path) -> int:
    """Write every SVG of a folder but those for a phone in the size of another medium into an empty one, as
    SVG, PNG and PDF; return how many there were.

    Raises
    ------
    KeyError for an unknown medium.
    """
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for path in for_paper(folder):
        (target / path.name).write_bytes(sized(path.read_bytes(), medium))
    return write_pictures(target)
