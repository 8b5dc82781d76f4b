"""What every type of figure looks like, against pictures that were looked at: ``make test`` compares them
(pytest-mpl).

After a change that is meant: ``python -m pytest tests/report/test_images.py
--mpl-generate-path=tests/report/images``, then look at each.
"""

import tempfile
from pathlib import Path

import pytest

pytest.importorskip("pytest_mpl")
pytest.importorskip("typst")  # has no wheel for every machine

from figure_cases import EVERY
from manfaat.report.pictures import PAGE, image_source, typesetter

# root of the mean squared difference, of 255: a moved letter is more, another rounding of a grey is less
TOLERANCE = 2.0
PPI = 72.0


class Picture:
    """A figure as the reader gets it: from the page's SVG, with the project's letters."""

    def __init__(self, svg: bytes) -> None:
        self.svg = svg

    def savefig(self, target: str, **_: object) -> None:
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "figure.svg").write_bytes(self.svg)
            page = typesetter(Path(folder)).compile(
                (PAGE + image_source("figure.svg")).encode(), format="png", ppi=PPI
            )
        Path(target).write_bytes(page)


@pytest.mark.many
@pytest.mark.parametrize("kind", EVERY)
@pytest.mark.mpl_image_compare(baseline_dir="images", tolerance=TOLERANCE, style="default")
def test_looks_as_it_did(kind, request):
    if not (request.config.getoption("--mpl") or request.config.getoption("--mpl-generate-path")):
        pytest.skip("pictures are compared with --mpl, as make test does")
    return Picture(EVERY[kind]("Real pay").svg)


def test_every_picture_is_of_a_figure_and_all_are_small():
    pictures = sorted((Path(__file__).parent / "images").glob("*.png"))
    assert [path.stem for path in pictures] == sorted(f"test_looks_as_it_did_{kind}" for kind in EVERY)
    assert sum(path.stat().st_size for path in pictures) < 1_000_000
