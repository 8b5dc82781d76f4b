"""Figures: what is drawn equals the table, nothing small is drawn, and edges do no harm."""

from io import BytesIO
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath

from manfaat.measurement import profiles
from manfaat.report.answer_figures import shared_words
from manfaat.report.colours import GAPS
from manfaat.report.exhibit import short_path
from manfaat.report.figures import answers, chain, claims, curves, events, groups, value
from manfaat.report.figures.style import PARTICIPANTS, new_figure, new_panels, sized, to_svg
from manfaat.report.fonts import font_faces
from manfaat.report.verdict_words import GRADE_SIGNS
from manfaat.report.words import Language

EN = Language("en")
LONG = "a label of three hundred letters " * 9 + "end"
HEBREW = "מחקר 12 ערבית العربية"
GRADES = {name: name for name in GRADE_SIGNS}


def likert_data() -> pd.DataFrame:
    shares = {"then": [0.2, 0.3, 0.25, 0.15, 0.1], "now": [np.nan, 0.15, 0.35, 0.3, 0.2]}
    return pd.DataFrame(
        [
            {"label": "Item", "time": time, "answer": place + 1, "n": 40, "share": share}
            for time, own in shares.items()
            for place, share in enumerate(own)
        ]
    ).assign(includes=["", "", "", "", "", "", "1", "", "", ""])


def chain_data(text: str = "T1 · shown: A claim") -> pd.DataFrame:
    rows = [
        ("Input", "number", "", "People: 10"),
        ("Output", "claim", "shown", text),
        ("Output", "number", "", "Test: 1.5 [0.2; 2.8], n = 5 / 6"),
    ]
    return pd.DataFrame(rows, columns=["stage", "kind", "grade", "text"])


def curve_data(n: int, name: str = "Pay") -> pd.DataFrame:
    estimate = np.linspace(-1, 2, n) if n > 1 else np.array([0.5] * n)
    data = pd.DataFrame(
        {
            "indicator": name,
            "unit": "points",
            "estimate": estimate,
            "ci_low": estimate - 1,
            "ci_high": estimate + 0.5,
            "n": 9,
            "is_primary": np.arange(n) == n // 2,
        }
    )
    return data.assign(
        text="0.5 [0.1; 0.9]", declared=np.arange(n) % 2 == 0, **{"no covariates": np.arange(n) % 2 == 1}
    )


def bound_data(label: str = "Pay") -> pd.DataFrame:
    rows = [
        (label, "points", "primary", 1.0, 1.0, 0.5, 1.5, "1"),
        (label, "points", "worst case", -1.0, 2.0, -1.5, 2.5, "−1 … 2"),
    ]
    return pd.DataFrame(
        rows, columns=["indicator", "unit", "label", "low", "high", "ci_low", "ci_high", "text"]
    )


def survival_data() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "group": ["A"] * 3 + ["B"] * 3,
            "time": [0.0, 12, 24] * 2,
            "at_risk": [20, 12, 6, 30, 25, 20],
            "survival": [1, 0.6, 0.3, 1, 0.9, 0.8],
            "ci_low": [np.nan, 0.4, 0.1, np.nan, 0.8, 0.6],
            "ci_high": [np.nan, 0.8, 0.5, np.nan, 0.95, 0.9],
        }
    )


def move_data() -> pd.DataFrame:
    rows = [
        ("A", "low", "low", 10.0),
        ("A", "low", "high", 20.0),
        ("A", "high", "low", np.nan),
        ("A", "high", "high", 30.0),
    ]
    return pd.DataFrame(rows, columns=["group", "before", "now", "n"]).assign(share=0.5)


def change_data(name: str = "Pay") -> pd.DataFrame:
    base = {"indicator": name, "unit": "points", "gap": 2.0, "gap_text": "2.0", "text": "Pay: …"}
    return pd.DataFrame(
        [
            base | {"group": "A", "n": 9, "before": 1.0, "now": 5.0},
            base | {"group": "B", "n": 8, "before": 2.0, "now": 4.0},
        ]
    )


def path_boxes(patch) -> list[tuple[float, float]]:
    """Left and right end of every box of a compound path."""
    points = patch.get_path().vertices.reshape(-1, 5, 2)
    return [(own[:, 0].min(), own[:, 0].max()) for own in points]


def test_likert_bars_have_the_widths_of_the_shares_and_the_middle_stands_apart():
    data = likert_data()
    _, (ax, apart) = new_panels(3, widths=(1, 1))
    answers.draw_answers(data, ax, apart, list("12345"))
    drawn = {patch.get_label(): path_boxes(patch) for patch in ax.patches}
    assert [patch.get_label() for patch in apart.patches] == ["3"]
    assert [right - left for left, right in path_boxes(apart.patches[0])] == pytest.approx([25, 35])
    for answer in ("1", "2", "4", "5"):
        wanted = (
            data.loc[data["answer"] == int(answer), "share"].dropna() * 100
        ).tolist()  # none where it is not shown
        assert [right - left for left, right in drawn[answer]] == pytest.approx(wanted)
    assert drawn["2"][0] == pytest.approx((-30, 0))
    assert drawn["1"][0] == pytest.approx((-50, -30))  # beyond the next
    assert drawn["5"][0] == pytest.approx((15, 25))


def test_a_part_of_a_bar_that_is_not_shown_is_a_dash_and_never_nothing():
    data = likert_data()
    data.loc[data["time"] == "now", "share"] = [0.0, np.nan, np.nan, 0.3, np.nan]
    data["includes"] = ""
    _, (ax, apart) = new_panels(3, widths=(1, 1))
    answers.draw_answers(data, ax, apart, list("12345"))
    dashes = sorted(text.get_position()[0] for text in [*ax.texts, *apart.texts] if text.get_text() == "–")
    assert dashes == pytest.approx([-1.5, 3, 31.5])
    assert (
        answers.told(data[data["time"] == "now"], list("12345"), EN)
        == "below the middle –, middle –, above –"
    )
    assert (
        answers.told(likert_data().iloc[5:], list("12345"), EN)
        == "below the middle 15%, middle 35%, above 50%"
    )  # counted with its neighbour
    assert (
        answers.told(likert_data().iloc[:5], list("12345"), EN)
        == "below the middle 50%, middle 25%, above 25%"
    )


def test_dumbbells_stand_at_the_means():
    data = pd.DataFrame(
        {
            "label": ["Skill", "Skill"],
            "rater": ["self", "boss"],
            "unit": "points",
            "n": [9, 8],
            "earlier": [2.0, 3.0],
            "now": [4.0, 3.5],
        }
    )
    _, ax = new_figure(2)
    answers.draw_dumbbells(data, ax, ["self", "boss"])
    markers = [
        (line.get_xdata()[0], line.get_markerfacecolor()) for line in ax.lines if line.get_marker() != "None"
    ]
    assert [x for x, _ in markers] == [2.0, 4.0, 3.0, 3.5]
    shapes = [line.get_marker() for line in ax.lines if line.get_marker() != "None"]
    assert shapes == ["|", "o", "|", "D"]  # a stroke then, the rater's shape now
    assert {line.get_color() for line in ax.lines} == {PARTICIPANTS}  # whom all of them rate


def test_heat_map_writes_every_share_in_its_cell_and_a_dash_where_it_is_hidden():
    wide = pd.DataFrame({"A": [0.0, 0.5], "B": [np.nan, 0.93]}, index=["x", "y"])
    _, ax = new_figure(2)
    answers.draw_gaps(wide, ax, EN)
    written = {text.get_position(): text.get_text() for text in ax.texts}
    assert written == {(0.5, 0.5): "0%", (1.5, 0.5): "–", (0.5, 1.5): "50%", (1.5, 1.5): "93%"}
    (cells,) = ax.collections
    assert np.ma.filled(cells.get_array(), np.nan) == pytest.approx(wide.to_numpy(), nan_ok=True)
    colours = [to_hex(cells.to_rgba(share)) for share in (0.0, 0.5, 0.93)]
    assert colours == [GAPS[0], GAPS[2], GAPS[4]]  # the darker, the more is missing


def test_curve_is_drawn_in_order_with_each_interval_and_choice():
    data = curve_data(7)
    _, (ax, below) = new_panels(3, heights=(1, 1))
    curves.draw_curve(data, ax)
    intervals, levels = ax.lines[1].get_ydata().reshape(-1, 3), ax.lines[2].get_ydata().reshape(-1, 3)
    assert intervals[:, 0] == pytest.approx(data["ci_low"])
    assert intervals[:, 1] == pytest.approx(data["ci_high"])
    assert levels[:, 0] == pytest.approx(data["estimate"])
    assert ax.lines[-1].get_ydata() == pytest.approx(data.loc[data["is_primary"], "estimate"])
    assert ax.lines[-1].get_marker() == "s"
    assert ax.lines[-1].get_markerfacecolor() == "white"  # −0.5 to 1: it includes zero
    curves.draw_choices(data[["declared", "no covariates"]], below)
    for line, name in zip(below.lines, ("declared", "no covariates"), strict=True):
        assert line.get_xdata().reshape(-1, 3)[:, 0] == pytest.approx(np.flatnonzero(data[name]))


def test_bounds_are_drawn_from_end_to_end():
    data = bound_data()
    _, ax = new_figure(2)
    curves.draw_bounds(data, ax)
    ends = [tuple(line.get_xdata()) for line in ax.lines[:4]]
    assert ends == [(0.5, 1.5), (1.0,), (-1.5, 2.5), (-1.0, 2.0)]


def test_survival_steps_and_those_at_risk_are_those_of_the_table():
    data = survival_data()
    _, (ax, below) = new_panels(3, heights=(1, 1))
    events.draw_survival(data, ax)
    for line, (group, rows) in zip(ax.lines, data.groupby("group"), strict=True):
        assert line.get_label() == group
        assert line.get_ydata() == pytest.approx(rows["survival"] * 100)
        assert line.get_drawstyle() == "steps-post"
    events.draw_at_risk(data, np.array([0.0, 24.0]), below, EN)
    assert [text.get_text() for text in below.texts] == ["20", "6", "30", "20"]


def test_ribbons_are_as_wide_as_the_counts_and_hidden_moves_have_none():
    drawn = events.ribbons(move_data(), ["high", "low"])
    assert drawn.set_index(["before", "now"])["height"].to_dict() == pytest.approx(
        {("high", "high"): 0.5, ("low", "high"): 1 / 3, ("low", "low"): 1 / 6}
    )
    assert drawn.loc[drawn["before"] == "low", "left"].min() == pytest.approx(0.5 + events.SPACE)
    _, ax = new_figure(2)
    events.draw_alluvial(move_data(), ["high", "low"], ax, EN)
    written = {text.get_text() for text in ax.texts}
    assert written == {"high 30", "low 30", "high 50", "low 10"}
    up = next(patch for patch in ax.patches if patch.get_hatch() == "//")
    assert up.get_path().vertices[:, 1].max() - up.get_path().vertices[:, 1].min() >= 1 / 3


def test_counterfactual_is_before_plus_the_change_of_the_others():
    _, ax = new_figure(2)
    groups.draw_change(change_data(), {"before": "b", "now": "n", "without": "w"}, ax, EN)
    lines = {line.get_label(): tuple(line.get_ydata()) for line in ax.lines}
    assert lines["A"] == (1.0, 5.0)
    assert lines["B"] == (2.0, 4.0)
    assert lines["w"] == (1.0, 3.0)
    assert tuple(ax.lines[-1].get_ydata()) == (3.0, 5.0)  # the bracket is the difference of the changes


def test_chances_go_up_for_participants_and_down_for_the_others():
    data = pd.DataFrame(
        {
            "group": ["A", "A", "B", "B"],
            "low": [0, 0.05] * 2,
            "high": [0.05, 0.1] * 2,
            "n": [6, 6, 9, np.nan],
            "share": [0.5, 0.5, 0.9, np.nan],
        }
    )
    _, ax = new_figure(2)
    groups.draw_chances(data, ax)
    up, down = (steps.get_paths()[0].vertices for steps in ax.collections)
    assert up[:, 1].max() == 50
    assert (up[:, 0].min(), up[:, 0].max()) == (0, 10)
    assert down[:, 1].min() == -90
    assert down[down[:, 1] < 0, 0].max() == 5  # the second is not shown


def test_cloud_and_cumulated_share_are_those_of_the_table():
    curve = pd.DataFrame(
        {
            "group": ["A"] * 3,
            "value": [1.0, 2, 3],
            "density": [0.2, 0.4, 0.1],
            "cumulated": [0.2, np.nan, 0.9],
        }
    )
    _, (ax, below) = new_panels(3, heights=(1, 1))
    groups.draw_clouds(curve, pd.DataFrame({"group": ["A", "A"], "value": [1.5, 2.5], "people": [5, 5]}), ax)
    groups.draw_cumulated(curve, below)
    assert ax.lines[0].get_xdata().reshape(-1, 3)[:, 0] == pytest.approx([1.5, 2.5])
    assert ax.collections[0].get_paths()[0].vertices[:, 1].min() == pytest.approx(-0.85)
    assert below.lines[0].get_ydata() == pytest.approx([20, 90])


def test_chain_writes_every_text_and_a_sign_beside_each_claim():
    figure = chain.results_chain(chain_data(), GRADES, "t", "c", EN)
    texts = [
        element.text
        for element in ElementTree.fromstring(figure.svg).iter("{http://www.w3.org/2000/svg}text")
    ]
    for text in [*chain_data()["text"], "Input", "Output", *GRADES]:
        assert text in texts
    assert texts.count(GRADE_SIGNS["shown"]) == 2  # beside the claim and in the legend
    assert len(set(GRADE_SIGNS.values())) == len(GRADES)


WORDS = {
    "x": "x",
    "y": "y",
    "risk": "r",
    "alt": "words",
    "before": "b",
    "now": "n",
    "without": "w",
}
MAKERS = {
    "chain": lambda text: chain.results_chain(chain_data(text), GRADES, "t", "c", EN),
    "likert": lambda text: answers.likert("l", "t", likert_data().assign(label=text), list("12345"), "c", EN),
    "dumbbell": lambda text: answers.dumbbell(
        "d",
        "t",
        pd.DataFrame(
            {"label": [text], "rater": [text[:30]], "unit": "u", "n": 5, "earlier": 1.0, "now": 1.0}
        ),
        "c",
        EN,
    ),
    "gaps": lambda text: answers.gaps_map(
        pd.DataFrame({"label": [text], "group": ["A"], "n": 9, "n_missing": 0, "share": 0.0}), "t", "c", EN
    ),
    "curve": lambda text: curves.specification_curves(
        "c", "t", curve_data(6).assign(unit=text), "words", "c", EN
    ),
    "bounds": lambda text: curves.bounds("b", "t", bound_data(text), "c", EN),
    "survival": lambda text: events.survival(
        "s", "t", survival_data().replace("A", text[:40]), WORDS, "c", EN
    ),
    "alluvial": lambda text: events.alluvial("a", "t", move_data().replace("A", text[:40]), WORDS, "c", EN),
    "change": lambda text: groups.change_plot("c", "t", change_data(text), WORDS, "c", EN),
    "overlap": lambda text: groups.overlap(
        "t",
        pd.DataFrame({"group": [text[:40], "B"], "low": 0.0, "high": 0.05, "n": 9, "share": 1.0}),
        WORDS,
        "c",
        EN,
    ),
}


@pytest.mark.many
@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize(
    "text", ["short", LONG, HEBREW, "<b>&amp;</b>"], ids=["short", "long", "right to left", "hostile"]
)
def test_any_text_is_drawn_once_for_all_machines(kind, text):
    made = MAKERS[kind](text)
    assert made.svg == MAKERS[kind](text).svg
    assert len(made.svg) < 40_000
    root = ElementTree.fromstring(made.svg)
    letters = "".join(
        "".join(element.itertext()) for element in root.iter("{http://www.w3.org/2000/svg}text")
    )
    assert "@font-face" in font_faces({"normal": letters})  # every letter has a glyph, or this raises
    assert len(made.alt) > 4


def test_curves_of_several_indicators_are_panels_and_their_data_say_which():
    both = pd.concat([curve_data(5), curve_data(3, "Skill").assign(declared=False)], ignore_index=True)
    made = curves.specification_curves("c", "t", both, "words", "c", EN)
    assert made.data.groupby("indicator", sort=False).size().to_dict() == {"Pay": 5, "Skill": 3}
    assert made.data.loc[made.data["indicator"] == "Skill", "estimate"].tolist() == [-1, 0.5, 2]
    for picture, named in ((made.svg, 1), (made.narrow, 2)):  # the choices, beside each other, once
        texts = [e.text for e in ElementTree.fromstring(picture).iter("{http://www.w3.org/2000/svg}text")]
        assert texts.count("Pay") == texts.count("Skill") == 1
        assert texts.count("no covariates") == named


@pytest.mark.parametrize("n", [1, 2, 200])
def test_curve_of_one_two_and_two_hundred_specifications(n):
    made = curves.specification_curves("c", "t", curve_data(n), "words", "c", EN)
    assert len(made.svg) < 60_000
    assert len(made.data) == n


def test_curve_where_all_estimates_are_equal():
    data = curve_data(6).assign(estimate=1.0, ci_low=1.0, ci_high=1.0)
    assert curves.specification_curves("c", "t", data, "words", "c", EN).svg


def test_ribbons_of_nobody_are_none():
    assert events.ribbons(move_data().assign(n=np.nan), ["high", "low"]).empty


@pytest.mark.parametrize(("medium", "width"), [("thesis", 16.0), ("slide", 28.0), ("web", 19.0)])
def test_width_of_a_medium_keeps_the_shape(medium, width):
    svg = MAKERS["bounds"]("Pay").svg
    first, other = (ElementTree.fromstring(one) for one in (svg, sized(svg, medium)))
    assert other.get("width") == f"{width:.2f}cm"
    assert float(other.get("height")[:-2]) / width == pytest.approx(
        float(first.get("height")[:-2]) / float(first.get("width")[:-2]), abs=1e-3
    )
    assert other.get("viewBox") == first.get("viewBox")


def test_path_in_fewer_letters_is_the_same_path():
    assert short_path("M 1.25 2 \nL 3 2 \nL 3 4.5 \nL 1.25 2 \nz") == "M1.25 2H3V4.5L1.25 2z"
    assert short_path("M 1 2 Q 3 2 5 6") == "M1 2Q3 2 5 6"
    assert short_path("M 1.26 2 " + "L 3.14 -0.26 " * 30).startswith("M1.3 2L3.1 -0.3H3.1")


def test_small_counts_are_not_drawn_and_do_not_follow_from_the_others():
    joined, includes = profiles.ends_joined(np.array([2, 8, 20, 7, 3]), 5)
    assert joined.tolist()[1:4] == [10, 20, 10]
    assert np.isnan(joined[[0, 4]]).all()
    assert includes == ["", "1", "", "5", ""]
    joined, _ = profiles.ends_joined(np.array([1, 1, 20, 9, 9]), 5)
    assert np.isnan(joined[:2]).all()
    assert np.isnan(joined[2:]).sum() == 1  # or two people would follow from the total


def test_answer_shares_are_those_of_the_answers():
    from types import SimpleNamespace

    values = pd.DataFrame({"q_now": [1.0] * 6 + [3.0] * 10 + [4.0] * 8 + [5.0] * 2 + [np.nan] * 4})
    scale = SimpleNamespace(
        line=SimpleNamespace(name="s", time="now"), items=values, places=["q"], low=1.0, high=5.0
    )
    found = profiles.answer_shares([scale], pd.Series(True, index=values.index)).set_index("answer")
    assert found["n"].unique().tolist() == [26]
    assert found["share"].tolist()[:4] == pytest.approx([6 / 26, 0, 10 / 26, 10 / 26])
    assert np.isnan(found.loc[5, "share"])
    assert found.loc[4, "includes"] == "5"


def test_density_and_cumulated_share_hold_no_single_person():
    rng = np.random.default_rng(5)
    values, group = pd.Series(np.append(rng.lognormal(7, 1, 119), 1e9)), pd.Series(1.0, index=range(120))
    curve, rain = profiles.density_curves(values, group), profiles.dots(values, group)
    ordered = np.sort(values)
    assert curve["value"].max() <= ordered[-5]
    assert curve["value"].min() >= ordered[4]
    shown = curve.dropna(subset=["cumulated"])
    assert (np.diff(np.append(0, shown["cumulated"] * 120)) >= 5 - 1e-9).all()
    assert 120 * (1 - shown["cumulated"].max()) >= 5
    for row in shown.itertuples():
        assert row.cumulated == pytest.approx((values <= row.value).mean())
    assert rain["people"].min() >= 5
    assert rain["value"].max() < 1e8  # the outermost is left out
    # the reference: scipy's own kernel with Silverman's width, at the same points
    from scipy.stats import gaussian_kde

    assert curve["density"].to_numpy() == pytest.approx(
        gaussian_kde(values, bw_method="silverman")(curve["value"])
    )
    assert profiles.density_curves(values[:39], group[:39]).empty
    assert profiles.density_curves(pd.Series(1.0, index=range(60)), pd.Series(1.0, index=range(60))).empty


def test_the_same_words_of_two_names_are_found():
    assert shared_words("Now: output per hour", "Before departure: output per hour") == "Output per hour"
    assert shared_words("Skills now", "Skills, recalled") == "Skills"
    assert shared_words("Alone", "Alone") == "Alone"
    assert shared_words("One", "Other") == "One"


@pytest.mark.parametrize("shape", [chain.PAGE, chain.PHONE])
@pytest.mark.parametrize("kind", ["claim", "number"])
def test_no_line_of_the_chain_leaves_its_box(shape, kind):
    wide = (
        "Indeks harta: 0,2 simpangan baku kelompok pembanding sebelum program [−0,1; 0,5], n = 59 / 176;"
        " Pendapatan rumah tangga riil menurut peserta, sebelum dan sesudah program"
    )
    data = pd.DataFrame([{"stage": "Outcome", "kind": kind, "grade": "shown", "text": wide}])
    lines = chain.laid_out(data, shape)["text"]
    weight = "bold" if kind == "claim" else "normal"
    font = FontProperties(family="DejaVu Sans", size=8, weight=weight)
    begin = shape.begin + shape.indent * (1 if kind == "claim" else 2)
    for line in lines:
        width = TextPath((0, 0), line, prop=font).get_extents().width / 72  # inches
        assert begin * shape.width + width < 0.995 * shape.width, line


def test_a_figure_is_drawn_once_and_looks_as_if_it_had_been_saved(monkeypatch):
    def some() -> Figure:
        figure, axes = new_panels(3, widths=(1, 2), share_y=True)
        for ax in axes:
            ax.plot([0, 1234.5], [0, 1], label="a name of some length")
            ax.set(xlabel="money a month", ylabel="share")
        axes[0].legend(loc="upper center", bbox_to_anchor=(0.5, -0.3))
        axes[1].annotate("told here", (600, 0.5), xytext=(9, 0), textcoords="offset points")
        return figure

    plain, drawn = BytesIO(), []
    some().savefig(plain, format="svg", metadata={"Date": None, "Creator": None})
    draw = Figure.draw
    monkeypatch.setattr(Figure, "draw", lambda own, renderer: drawn.append(draw(own, renderer)))
    assert to_svg(some()) == plain.getvalue()
    assert len(drawn) == 1


def test_both_ends_of_a_swing_to_one_side_are_written_at_the_outer_one():
    apart = value.Swing("Rate", "3%", "12%", 4.0, 16.0)
    assert value.ends_of(apart, 10.0) == [("3%", 4.0), ("12%", 16.0)]
    together = value.Swing("Rate", "3%", "12%", 4.0, 6.0)
    assert value.ends_of(together, 10.0) == [("12%, 3%", 4.0)]


def test_an_amount_that_would_meet_its_count_stands_in_two_lines():
    short = claims.Mark("c", "Pay", 0.2, 0.1, 0.3, "24 (4 to 42)", "33 / 94", ())
    long = short._replace(text="$1.066 (−$162 sampai $2.295)", n="185 / 15.992")
    assert claims.amount(short) == "24 (4 to 42)"
    assert claims.amount(long) == "$1.066\n(−$162 sampai $2.295)"


@pytest.mark.parametrize("lines", [1, 37, 70, 300])
def test_lines_of_a_curve_leave_room_between_them(lines):
    assert curves.thickness(lines) <= curves.NARROWEST / lines / 2
