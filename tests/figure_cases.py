"""One small example of every type of figure, for the tests of figures."""

import pandas as pd
from test_figures import MAKERS, WORDS

from manfaat.report.exhibit import Exhibit
from manfaat.report.figures import cohorts, costs, distribution, flow, forest, groups, love, ties, value
from manfaat.report.words import Language

EN = Language("en")


def interval_data() -> pd.DataFrame:
    rows = [
        ("One", 0.5, 0.1, 0.9, "0.5 [0.1; 0.9]", True, False),
        ("Two", -0.2, -0.6, 0.2, "−0.2", False, False),
        ("Three", 1.0, 0.8, 1.2, "1.0", False, True),
    ]
    return pd.DataFrame(
        rows, columns=["label", "estimate", "ci_low", "ci_high", "text", "highlight", "only_change"]
    )


def ladder_data() -> pd.DataFrame:
    units = {"One": "points", "Two": "points", "Three": "points", "Four": "per cent"}
    rows = interval_data().assign(few_alike=[False, False, True])
    rows["label"] = ["Difference", "Regression", "Before and after"]
    far = {name: 10.0 if unit == "per cent" else 1.0 for name, unit in units.items()}
    scaled = [
        rows.assign(**rows[["estimate", "ci_low", "ci_high"]] * far[name], indicator=name, unit=unit)
        for name, unit in units.items()
    ]
    return pd.concat(scaled, ignore_index=True)


def ladders_of(text: str) -> Exhibit:
    return forest.interval_panels("l", "t", ladder_data().replace("One", text), "c", EN)


def love_data() -> pd.DataFrame:
    return pd.DataFrame({"label": ["Age", "Women", "Pay"], "smd": [0.05, -0.3, 0.4]})


def flow_data() -> pd.DataFrame:
    rows = [
        ("Asked", "A", 30, 0, ""),
        ("Reached", "A", 24, 6, "away"),
        ("Asked", "B", 60, 0, ""),
        ("Reached", "B", 51, 9, "away"),
    ]
    return pd.DataFrame(rows, columns=["step", "group", "n", "lost", "reason"])


def box_data() -> pd.DataFrame:
    rows = [("A", "before", 20, 2.5, 1.0, 2.0, 2.4, 3.0, 4.0), ("A", "now", 20, 3.5, 1.5, 2.5, 3.6, 4.0, 5.0)]
    return pd.DataFrame(rows, columns=["group", "time", "n", "mean", "p10", "p25", "median", "p75", "p90"])


def panel_data() -> pd.DataFrame:
    names = ("One", "Two", "Three")
    return pd.concat([box_data().assign(indicator=name, unit="points") for name in names], ignore_index=True)


def share_data() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "group": ["A", "A", "B", "B"],
            "time": ["before", "now"] * 2,
            "n": [20, 20, 40, 40],
            "mean": [0.2, 0.65, 0.3, 0.35],
        }
    )


def trend_data() -> pd.DataFrame:
    data = pd.DataFrame(
        {
            "group": ["A"] * 3 + ["B"] * 3,
            "period": [1987, 1988, 1989] * 2,
            "n": 30,
            "mean": [1.0, 0.7, 0.4, 1.1, 1.0, 1.0],
        }
    )
    return data.assign(ci_low=data["mean"] - 0.2, ci_high=data["mean"] + 0.3)


def tie_data() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "partner": ["One", "Two", "Three"],
            "year": [1979.0, 1989.0, None],
            "highlight": [False, True, False],
        }
    )


def payer_data() -> pd.DataFrame:
    rows = [
        (1998, "A", 10.0, 20.0),
        (1999, "A", 12.0, 21.0),
        (1998, "B", 3.0, 6.0),
        (1999, "B", 0.0, 0.0),
        (1998, "C", 2.0, 4.0),
        (1999, "C", 5.0, 9.0),
    ]
    return pd.DataFrame(rows, columns=["year", "payer", "nominal", "real"])


def waterfall_data() -> pd.DataFrame:
    rows = [("Whole", 0.0, 100.0, "total"), ("Others", 100.0, 30.0, "step"), ("Left", 0.0, 30.0, "rest")]
    return pd.DataFrame(rows, columns=["label", "start", "end", "kind"])


def party_data() -> pd.DataFrame:
    return pd.DataFrame(
        {"label": ["People", "City", "All"], "npv": [12.5, -4.0, 8.5], "whole": [False, False, True]}
    )


def swing_data() -> pd.DataFrame:
    rows = [("Rate", "3%", "12%", 14.0, 5.0), ("Years", "5", "20", 8.0, 12.0)]
    return pd.DataFrame(rows, columns=["label", "low", "high", "at_low", "at_high"])


def draw_data() -> pd.DataFrame:
    low = pd.Series([-20.0, -10.0, 0.0, 10.0])
    return pd.DataFrame({"low": low, "high": low + 10, "share": [0.1, 0.3, 0.4, 0.2]})


def place_data() -> pd.DataFrame:
    return pd.DataFrame(
        {"label": ["Here", "Elsewhere"], "cost": [3.0, 9.0], "low": [2.5, 8.0], "high": [3.5, 12.0]}
    )


def cloud_data() -> pd.DataFrame:
    curves = pd.DataFrame(
        {
            "group": ["A"] * 4 + ["B"] * 4,
            "value": [1.0, 2, 3, 4] * 2,
            "density": [0.1, 0.4, 0.3, 0.1, 0.3, 0.4, 0.2, 0.05],
            "cumulated": [0.1, 0.5, 0.8, 0.95, 0.3, 0.7, 0.9, 0.98],
        }
    )
    dots = pd.DataFrame({"group": ["A", "A", "B"], "value": [1.5, 2.5, 1.8], "people": 5})
    return pd.concat([curves.assign(drawn="curve"), dots.assign(drawn="dot")], ignore_index=True)


def cohort_data() -> pd.DataFrame:
    rows = [
        ("a", "Pay", "points", "1990", 1.0, 0.2, 1.8, True, True),
        ("a", "Pay", "points", "1995", 0.4, -0.4, 1.2, True, True),
        ("b", "Skill", "per cent", "1990", 60.0, 45.0, 74.0, False, False),
        ("b", "Skill", "per cent", "1995", 66.0, 50.0, 78.0, False, False),
    ]
    columns = [
        "name",
        "indicator",
        "unit",
        "cohort",
        "estimate",
        "ci_low",
        "ci_high",
        "is_compared",
        "has_zero",
    ]
    return pd.DataFrame(rows, columns=columns).assign(text="…")


FURTHER = {
    "intervals": lambda text: forest.interval_figure(
        "i", "t", interval_data().replace("One", text), "points", "c", EN
    ),
    "ladders": ladders_of,
    "love": lambda text: love.love_plot(love_data().replace("Age", text), "c", EN),
    "flow": lambda text: flow.participant_flow(flow_data().replace("A", text[:30]), "c", EN),
    "boxes": lambda text: distribution.distribution(
        "b", "t", box_data().replace("A", text), "points", "c", EN
    ),
    "panels": lambda text: distribution.panels("p", "t", panel_data().replace("One", text), "c", EN),
    "shares": lambda text: distribution.distribution("s", "t", share_data().replace("A", text), "", "c", EN),
    "trend": lambda text: distribution.trend(
        "t", "t", trend_data().replace("A", text[:40]), "points", "c", EN
    ),
    "ties": lambda text: ties.ties_over_time(tie_data().replace("One", text[:40]), "t", "c", EN),
    "payers": lambda text: costs.payers_over_years(
        payer_data().replace("A", text[:40]), ("money of the year", "real"), "Rp", "c", EN
    ),
    "waterfall": lambda text: costs.waterfall(
        waterfall_data().replace("Others", text[:40]), "Rp", "t", "c", EN
    ),
    "parties": lambda text: value.viewpoint_bars(party_data().replace("City", text[:40]), "Rp", "t", "c", EN),
    "tornado": lambda text: value.tornado(swing_data().replace("Rate", text[:40]), 10.0, "Rp", "t", "c", EN),
    "draws": lambda text: value.value_distribution(draw_data(), f"{text[:40]} 60%.", "Rp", "t", "c", EN),
    "places": lambda text: value.place_bars(place_data().replace("Here", text[:40]), "Rp", "t", "c", EN),
    "raincloud": lambda text: groups.raincloud(
        "r", "t", cloud_data().replace("A", text[:40]), WORDS | {"x": "Rp"}, "c", EN
    ),
    "cohorts": lambda text: cohorts.cohort_trends(
        cohort_data().replace("Pay", text), ["1990", "1995"], "t", "c", EN
    ),
}
EVERY = MAKERS | FURTHER
