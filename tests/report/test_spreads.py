"""How indicators are spread: boxes of several are panels of one figure, and nothing is lost in it."""

from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from manfaat.analysis.study import load_study
from manfaat.report.reader import Reader
from manfaat.report.spreads import distribution_figures

NAMES = ("scrap_rate", "log_scrap", "log_sales_per_employee")


@pytest.fixture(scope="module", params=["en", "id"])
def reader(request):
    return Reader(request.param, load_study("michigan-1987-89"))


def boxes(shift: float) -> pd.DataFrame:
    data = pd.DataFrame({"participant": [1.0, 0.0], "time": "now", "n": [30, 40], "mean": [2.5, 2.0]})
    ends = {
        "p10": [1.0, 0.5],
        "p25": [2.0, 1.5],
        "median": [2.4, 1.9],
        "p75": [3.0, 2.5],
        "p90": [4.0, np.nan],
    }
    numbers = data.assign(**ends)
    return numbers.assign(**{name: numbers[name] + shift for name in ("mean", *ends)})


def test_boxes_of_several_indicators_are_panels_of_one_figure(reader):
    spreads = {name: boxes(place) for place, name in enumerate(NAMES)}
    (made,) = distribution_figures(reader, spreads)
    assert made.id == "spread-boxes"
    labels = [
        reader.indicator_label(line.indicator) for line in reader.study.indicators if line.name in NAMES
    ]
    assert len(set(made.data["indicator"])) == len(labels) == 3
    texts = [e.text for e in ElementTree.fromstring(made.svg).iter("{http://www.w3.org/2000/svg}text")]
    for name in made.data["indicator"]:
        assert name in texts or any(text and name.startswith(text) for text in texts)
        assert made.alt.count(f"{name}, ") == 2
    scale = [reader.unit_of(line.unit).scale for line in reader.study.indicators if line.name == "scrap_rate"]
    assert made.data["median"].iloc[0] == pytest.approx(2.4 * scale[0])
    assert np.isnan(made.data["p90"].iloc[1])


def test_few_boxes_and_shares_are_a_figure_each(reader):
    spreads = {name: boxes(place) for place, name in enumerate(NAMES[:2])}
    assert [one.id for one in distribution_figures(reader, spreads)] == [
        "spread-scrap-rate",
        "spread-log-scrap",
    ]
    share = boxes(0)[["participant", "time", "n"]].assign(mean=[0.4, 0.3])
    ids = [
        one.id for one in distribution_figures(reader, {name: boxes(0) for name in NAMES} | {NAMES[0]: share})
    ]
    assert ids == ["spread-scrap-rate", "spread-log-scrap", "spread-log-sales-per-employee"]
    nothing = boxes(0).assign(median=np.nan)
    assert distribution_figures(reader, {NAMES[0]: nothing, NAMES[1]: nothing.iloc[:0]}) == []
