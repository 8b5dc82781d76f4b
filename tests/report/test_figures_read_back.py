"""What is read back from the axes of a figure is what stands in its table: the types that
tests/report/test_figures.py does not hold.
"""

import re
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.colors import to_hex, to_rgb
from matplotlib.patches import FancyBboxPatch
from test_figures import HEBREW, LONG

import figure_cases as cases
from manfaat.report.colours import INK, PAGE, SERIES
from manfaat.report.figures import costs, distribution, flow, forest, love, style, ties, value
from manfaat.report.fonts import font_faces
from manfaat.report.page import TEMPLATES

EN = cases.EN


@pytest.fixture
def drawn(monkeypatch):
    """Axes of the figures that are made during a test."""
    seen = []

    def keeping(make):
        def kept(*args, **options):
            figure, axes = make(*args, **options)
            seen.extend(np.atleast_1d(axes))
            return figure, axes

        return kept

    for module in (costs, distribution, ties, value):
        monkeypatch.setattr(module, "new_figure", keeping(style.new_figure))
    for module in (costs, forest):
        monkeypatch.setattr(module, "new_panels", keeping(style.new_panels))
    return seen


def ends(bars) -> list[tuple[float, float]]:
    """Left end and width of horizontal bars."""
    return [(bar.get_x(), bar.get_width()) for bar in bars]


def test_intervals_and_their_texts():
    data = cases.interval_data()
    _, ax = style.new_figure(2)
    forest.draw_intervals(data, ax, "points")
    assert [tuple(line.get_xdata()) for line in ax.lines[0:6:2]] == list(
        data[["ci_low", "ci_high"]].itertuples(index=False, name=None)
    )
    assert [line.get_xdata()[0] for line in ax.lines[1:6:2]] == data["estimate"].tolist()
    marks = ax.lines[1:6:2]
    assert [mark.get_marker() for mark in marks] == ["s", "o", "o"]  # a square speaks
    assert [mark.get_markerfacecolor() for mark in marks] == [
        INK,
        "white",
        style.PARTICIPANTS,
    ]  # includes zero
    assert [mark.get_color() for mark in marks] == [INK, INK, style.PARTICIPANTS]  # nobody compared
    assert [line.is_dashed() for line in ax.lines[0:6:2]] == [False, False, True]
    assert [text.get_text() for text in ax.texts] == data["text"].tolist()
    assert [label.get_text() for label in ax.get_yticklabels()] == data["label"].tolist()


def test_points_of_a_love_plot_and_which_lie_outside():
    data = cases.love_data()
    _, ax = style.new_figure(2)
    love.draw_love(data, ax, EN)
    points = {tuple(point) for collection in ax.collections for point in np.asarray(collection.get_offsets())}
    assert points == {(0.05, 0), (-0.3, 1), (0.4, 2)}
    assert [len(collection.get_offsets()) for collection in ax.collections] == [
        1,
        2,
    ]  # within and beyond a tenth
    insides = [tuple(collection.get_facecolor()[0][:3]) for collection in ax.collections]
    assert insides == [(1, 1, 1), to_rgb(INK)]  # hollow and filled, in the colour of no group
    assert len({tuple(collection.get_edgecolor()[0]) for collection in ax.collections}) == 1
    made = love.love_plot(data, "c", EN)
    assert made.data["smd"].tolist() == [-0.3, 0.05, 0.4]


def test_flow_writes_every_count_and_loss():
    data = cases.flow_data()
    _, ax = style.new_figure(2)
    flow.draw_flow(data, ax, EN)
    texts = [text.get_text() for text in ax.texts]
    for n in data["n"]:
        assert texts.count(str(n)) == 1
    assert [text for text in texts if text.startswith("−")] == ["−6", "−9"]
    assert sum(isinstance(patch, FancyBboxPatch) for patch in ax.patches) == len(data)


def test_boxes_are_those_of_the_summaries():
    data = cases.box_data()
    _, ax = style.new_figure(2)
    distribution.draw_boxes(data.assign(label=data["time"]), ax, distribution.Look.of(data))
    assert len({to_hex(box.get_edgecolor()) for box in ax.patches}) == 1  # a group has one colour
    assert [box.get_hatch() for box in ax.patches] == ["//", ""]  # before and now
    for row, box in zip(data.itertuples(index=False), ax.patches, strict=True):
        sides = box.get_path().vertices[:, 0]
        assert (sides.min(), sides.max()) == (row.p25, row.p75)
    lines = [tuple(sorted(set(np.asarray(line.get_xdata(), dtype=float)))) for line in ax.lines]
    for row in data.itertuples(index=False):
        assert {(row.p10, row.p25), (row.p75, row.p90), (row.median,), (row.mean,)} <= set(lines)


def test_shares_are_as_long_as_they_say():
    data = cases.share_data()
    _, ax = style.new_figure(2)
    distribution.draw_shares(data.assign(label=data["group"]), ax, EN)
    assert [bar.get_width() for bar in ax.patches] == pytest.approx([20, 65, 30, 35])
    assert [text.get_text() for text in ax.texts] == ["20.0%", "65.0%", "30.0%", "35.0%"]


def test_lines_of_a_panel_go_through_the_means_with_their_intervals(drawn):
    data = cases.trend_data()
    distribution.trend("t", "t", data, "points", "c", EN)
    for line, container, (_, rows) in zip(
        drawn[0].lines[:6:3], drawn[0].containers, data.groupby("group"), strict=True
    ):
        _, _, (bars,) = container
        assert line.get_ydata() == pytest.approx(rows["mean"])
        assert np.array([segment[:, 1] for segment in bars.get_segments()]) == pytest.approx(
            rows[["ci_low", "ci_high"]].to_numpy()
        )


def test_ties_begin_in_their_year_and_unknown_years_are_not_drawn(drawn):
    made = ties.ties_over_time(cases.tie_data(), "t", "c", EN)
    assert [line.get_xdata()[0] for line in drawn[0].lines[::2]] == [1979, 1989]
    assert [text.get_text() for text in drawn[0].texts] == ["1979", "1989"]
    assert "One 1979; Two 1989." in made.alt


def test_stacks_are_as_tall_as_what_was_paid(drawn):
    data = cases.payer_data()
    costs.payers_over_years(data, ("a", "b"), "Rp", "c", EN)
    for ax, column in zip(drawn[:2], ("nominal", "real"), strict=True):
        boxes = [patch.get_path().vertices.reshape(-1, 5, 2)[:, :, 1] for patch in ax.patches]
        heights = [[float(box.max() - box.min()) for box in own] for own in boxes]
        paid = {payer: rows.loc[rows[column] > 0, column].tolist() for payer, rows in data.groupby("payer")}
        assert heights == list(paid.values())
        assert boxes[1][0].min() == paid["A"][0]  # the second stands on the first
        assert [box.min() for box in boxes[2]] == [
            paid["A"][0] + paid["B"][0],
            paid["A"][1],
        ]  # and the third on both, or on the one there is


def test_steps_of_a_waterfall_go_from_start_to_end(drawn):
    costs.waterfall(cases.waterfall_data(), "Rp", "t", "c", EN)
    assert ends(drawn[0].patches) == [(0, 100), (30, 70), (0, 30)]
    assert [text.get_text() for text in drawn[0].texts] == ["100.0", "−70.0", "30.0"]


def test_bars_of_the_parties_are_their_net_present_values(drawn):
    value.viewpoint_bars(cases.party_data(), "Rp", "t", "c", EN)
    assert [bar.get_width() for bar in drawn[0].patches] == [12.5, -4.0, 8.5]
    assert [text.get_text() for text in drawn[0].texts] == ["12.5", "−4.0", "8.5"]


def test_swings_of_a_tornado_reach_from_the_value_now_to_both_ends(drawn):
    value.tornado(cases.swing_data(), 10.0, "Rp", "t", "c", EN)
    assert [x + width for x, width in ends(drawn[0].patches)] == [14, 5, 8, 12]
    assert {x for x, _ in ends(drawn[0].patches)} == {10}
    assert [text.get_text() for text in drawn[0].texts] == ["3%", "12%", "5", "20"]


def test_histogram_of_draws_and_what_lies_below_zero(drawn):
    data = cases.draw_data()
    made = value.value_distribution(data, "Above zero in 60% of draws.", "Rp", "t", "Caption.", EN)
    assert [bar.get_height() for bar in drawn[0].patches] == pytest.approx((data["share"] * 100).tolist())
    assert [bar.get_x() for bar in drawn[0].patches] == pytest.approx(data["low"].tolist())
    assert [bar.get_hatch() for bar in drawn[0].patches] == ["//", "//", "", ""]
    assert made.caption == "Above zero in 60% of draws. Caption."


def test_a_place_costs_what_the_table_says(drawn):
    data = cases.place_data()
    value.place_bars(data, "Rp", "t", "c", EN)
    assert [bar.get_width() for bar in drawn[0].patches] == data["cost"].tolist()
    assert [tuple(line.get_xdata()) for line in drawn[0].lines] == list(
        data[["low", "high"]].itertuples(index=False, name=None)
    )


@pytest.mark.many
@pytest.mark.parametrize("kind", cases.FURTHER)
@pytest.mark.parametrize(
    "text", ["short", LONG, HEBREW, "<b>&amp;</b>"], ids=["short", "long", "right to left", "hostile"]
)
def test_any_text_is_drawn_once_for_all_machines(kind, text):
    made = cases.FURTHER[kind](text)
    assert made.svg == cases.FURTHER[kind](text).svg
    root = ElementTree.fromstring(made.svg)
    letters = "".join(
        "".join(element.itertext()) for element in root.iter("{http://www.w3.org/2000/svg}text")
    )
    assert "@font-face" in font_faces({"normal": letters})
    assert len(made.alt) > 4


@pytest.mark.many
@pytest.mark.parametrize("kind", cases.EVERY)
def test_no_figure_has_a_title_of_its_own_and_all_are_as_wide_as_the_text_of_a_thesis(kind):
    made = cases.EVERY[kind]("Real pay")
    root = ElementTree.fromstring(made.svg)
    assert float(root.get("width").removesuffix("pt")) / 72 * 2.54 == pytest.approx(16, abs=0.01)
    assert "t" not in [
        "".join(element.itertext()) for element in root.iter("{http://www.w3.org/2000/svg}text")
    ]


@pytest.mark.many
@pytest.mark.filterwarnings("ignore:Glyph")  # matplotlib says so too, and draws an empty box
@pytest.mark.parametrize("kind", cases.EVERY)
def test_a_letter_without_a_glyph_fails(kind):
    root = ElementTree.fromstring(cases.EVERY[kind]("\u4e00").svg)
    letters = "".join(
        "".join(element.itertext()) for element in root.iter("{http://www.w3.org/2000/svg}text")
    )
    if kind == "draws":  # its text stands in the caption
        assert "\u4e00" not in letters
    else:
        with pytest.raises(ValueError, match="no glyph"):
            font_faces({"normal": letters})


def test_a_single_tie_is_drawn():
    made = ties.ties_over_time(cases.tie_data().head(1), "t", "c", EN)
    assert made.data["year"].tolist() == [1979.0]


def test_pictures_for_a_slide_are_wider_by_as_much_in_every_format(tmp_path):
    pytest.importorskip("typst")
    from PIL import Image
    from pypdf import PdfReader

    from manfaat.report.pictures import write_sized

    (tmp_path / "bounds.svg").write_bytes(cases.EVERY["bounds"]("Pay").svg)
    assert write_sized(tmp_path, "slide", tmp_path / "slide") == 1
    with Image.open(tmp_path / "slide" / "bounds.png") as picture:
        assert picture.width == pytest.approx(28 / 2.54 * 300, abs=2)
    assert float(
        PdfReader(tmp_path / "slide" / "bounds.pdf").pages[0].mediabox.width
    ) / 72 * 2.54 == pytest.approx(28, abs=0.05)
    first = (tmp_path / "slide" / "bounds.png").read_bytes()
    assert write_sized(tmp_path, "slide", tmp_path / "slide") == 1
    assert (tmp_path / "slide" / "bounds.png").read_bytes() == first


def test_a_figure_of_half_the_width_has_letters_of_the_same_size():
    figure, ax = style.new_figure(2, width=style.HALF_WIDTH)
    forest.draw_intervals(cases.interval_data(), ax, "points")
    svg = style.to_svg(figure).decode()
    assert float(ElementTree.fromstring(svg).get("width").removesuffix("pt")) / 72 * 2.54 == pytest.approx(
        8, abs=0.01
    )
    assert "font: 8.5px" in svg or "font-size: 8.5px" in svg


@pytest.mark.many
@pytest.mark.parametrize("kind", cases.EVERY)
def test_every_colour_has_a_twin_on_a_dark_page_or_stands_out_there_as_it_is(kind):
    as_they_are = {"#b5bcc2", "#c9c9c9", "#cc79a7", "#e69f00"}
    drawn = re.findall(r"(?:fill|stroke): ?(#[0-9a-f]{6})", cases.EVERY[kind]("Pay").svg.decode())
    assert set(drawn) <= set(PAGE) | as_they_are
    sheet = (TEMPLATES / "page.css").read_text(encoding="utf-8")
    for name in SERIES.values():
        assert len(re.findall(rf"{name}: #", sheet)) == 2, (
            name
        )  # where the machine, and where the reader asks
        assert f"{name}: initial;" in sheet  # on paper


def test_intervals_of_several_indicators_are_panels_with_one_axis_where_their_unit_is_one(drawn):
    made = cases.ladders_of("One")
    panels = [ax for ax in drawn if ax.get_title(loc="left")]
    assert [ax.get_title(loc="left") for ax in panels] == ["One", "Two", "Three", "Four"]
    assert panels[0].get_xlim() == panels[1].get_xlim() == panels[2].get_xlim() != panels[3].get_xlim()
    data = made.data[made.data["indicator"] == "Two"]
    assert [tuple(line.get_xdata()) for line in panels[1].lines[0:6:2]] == list(
        data[["ci_low", "ci_high"]].itertuples(index=False, name=None)
    )
    assert made.data["indicator"].tolist() == [
        name for name in ("One", "Two", "Three", "Four") for _ in range(3)
    ]
    written = [[text.get_text() for text in ax.texts] for ax in panels]
    assert written == [["†"], ["†"], ["†"], ["†"]]  # the one whose weights rest on few
    assert made.alt.count("0.5 [0.1; 0.9]") == 4


TELLING = {  # types whose marks tell what they show, and how many there are in the example
    **{"intervals": 3, "love": 3, "flow": 4, "boxes": 2, "panels": 6, "shares": 4, "trend": 6, "parties": 3},
    **{"ladders": 12},
    **{"payers": 10, "waterfall": 3, "tornado": 2, "places": 2, "bounds": 2, "change": 1, "cohorts": 4},
    **{"likert": 2, "dumbbell": 1, "curve": 6},
}


@pytest.mark.many
@pytest.mark.parametrize("kind", cases.EVERY)
def test_a_mark_tells_what_the_description_tells_and_no_more(kind):
    made = cases.EVERY[kind]("Real pay")
    root = ElementTree.fromstring(made.svg)
    told = [title.text for title in root.iter("{http://www.w3.org/2000/svg}title")]
    assert len(told) == TELLING.get(kind, 0)
    if kind != "curve":  # its description tells the ends and the middle, its data each
        assert all(text.rpartition(": ")[2] in made.alt for text in told)
    if made.narrow:
        narrow = ElementTree.fromstring(made.narrow)
        assert [title.text for title in narrow.iter("{http://www.w3.org/2000/svg}title")] == told


def test_a_mark_without_a_place_tells_nothing():
    _, ax = style.new_figure(2)
    spots = [style.Spot(ax, 0.2, np.nan, 0, 1, "gone"), style.Spot(ax, 0.2, 0.4, 0, 1, '1 < 2 & "3"')]
    root = ElementTree.fromstring(style.to_svg(ax.figure, spots))
    assert [title.text for title in root.iter("{http://www.w3.org/2000/svg}title")] == ['1 < 2 & "3"']
    assert not [node for node in ElementTree.fromstring(style.to_svg(ax.figure)).iter() if node.get("class")]
