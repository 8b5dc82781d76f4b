"""Whether results last, what the programme depends on, who was worse off: against the raw file."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.proportion import proportion_confint
from test_charter_exhibits import page

from conftest import ROOT
from manfaat.analysis.setbacks import COLUMNS, change_of, worse_off
from manfaat.analysis.study import load_study
from manfaat.costs.basis import TECHNIQUES
from manfaat.report.blocks import Heading, Paragraph, plain
from manfaat.report.exhibit import Exhibit
from manfaat.report.lasting import lasting_parts, setback_table, setback_texts
from manfaat.report.reader import Reader

MEASURES = [("earnings", ""), ("no_earnings", "")]
NONE, NOBODY = pd.DataFrame(columns=TECHNIQUES), pd.DataFrame(columns=COLUMNS)
YEARS = pd.DataFrame(
    [[1998, 1999, 20, 10, 15, 4, 5], [2000, 2000, 30, 20, 25, 14, 9]], columns=TECHNIQUES
).astype("float64")
YEARS = YEARS.astype({"first": int, "last": int})


@pytest.fixture(scope="module")
def study():
    return load_study("nsw-1976", root=ROOT)


@pytest.fixture(scope="module")
def raw():
    return pd.read_csv(ROOT / "data/raw/nsw-1976/nsw.csv")


@pytest.fixture(scope="module")
def table(raw):
    """What the indicators are made to from the raw file, by hand."""
    numbers = {f"earnings_19{year}": raw[f"re{year}"] for year in (75, 78)}
    nothing = {f"zero_19{year}": (raw[f"re{year}"] == 0).astype(float) for year in (75, 78)}
    return pd.DataFrame(
        {"_key": raw.index.astype(str), "group": raw["treat"].astype(str)} | numbers | nothing
    )


def told(page, techniques=NONE, worse=NOBODY):
    """The sentences, and the table if there is one."""
    parts = lasting_parts(page, techniques, worse)
    assert isinstance(parts[0], Heading)
    (text,) = (plain(part.runs) for part in parts if isinstance(part, Paragraph))
    return text, next((part for part in parts if isinstance(part, Exhibit)), None)


def worse(study, table, confidence=0.95, measures=MEASURES):
    return worse_off(table, study.programme, list(study.indicators), measures, confidence)


def test_who_was_worse_off_is_what_the_raw_file_says(study, table, raw):
    found = worse(study, table, 0.9).set_index(["indicator", "side"])
    for side in (1, 0):
        own = raw[raw["treat"] == side]
        for indicator, is_worse in (
            ("earnings", own["re78"] < own["re75"]),  # more is better
            ("no_earnings", (own["re78"] == 0) & (own["re75"] > 0)),  # less is better
        ):
            row = found.loc[indicator, side]
            low, high = proportion_confint(is_worse.sum(), len(own), alpha=0.1, method="wilson")
            assert row[["n", "ones"]].tolist() == [len(own), is_worse.sum()]
            assert row[["share", "ci_low", "ci_high"]].tolist() == pytest.approx([is_worse.mean(), low, high])


def test_the_report_names_the_outcomes_where_most_were_worse_off(study, table, raw):
    found = worse(study, table)
    text, exhibit = told(page(study, study.charter), worse=found)
    one, other = (raw[raw["treat"] == side] for side in (1, 0))
    shares = [f"{(rows['re78'] < rows['re75']).mean():.0%}" for rows in (one, other)]
    assert (
        f"Worse off than before: {shares[0]} of participants in “Annual earnings” ({shares[1]} of those"
        in text
    )
    assert text.index("“Annual earnings”") < text.index("“No earnings all year”")
    assert exhibit.layer == "annex"
    assert exhibit.data["share"].tolist()[0].startswith(f"{shares[0]} [")
    assert "Annual" not in told(page(study, study.charter, "id"), worse=found)[0]


def test_few_who_are_worse_off_are_not_told(study, table):
    kept = table.copy()
    better = kept["earnings_1978"] >= kept["earnings_1975"]
    kept.loc[~better & (kept.groupby(["group", better]).cumcount() >= 3), "earnings_1978"] = np.inf
    found = worse(study, kept, measures=MEASURES[:1])
    assert found.empty  # three of a group
    assert "not examined: too few were asked" in told(page(study, None), worse=found)[0]


def test_what_was_asked_once_or_has_no_better_side_is_not_looked_at(study, table):
    assert worse(study, table.drop(columns="earnings_1975"), measures=MEASURES[:1]).empty
    assert worse(study, table, measures=[("earnings_earlier", "")]).empty


def test_an_indicator_that_is_a_change_counts_by_its_sign():
    study = load_study("jakarta-tokyo-2004-synthetic", root=ROOT)
    lines = [one for one in study.indicators if one.indicator == "skills_gain" and one.rater == "self"]
    rows = pd.DataFrame({lines[0].name: [-1.0, 0.0, np.nan, 2.0]})
    moved = change_of(rows, lines, "skills_gain", "self")
    assert moved.tolist()[:2] == [-1.0, 0.0]


def test_in_a_panel_the_first_answer_is_held_against_the_last():
    study = load_study("michigan-1987-89", root=ROOT)
    raw = pd.read_csv(ROOT / "data/raw/michigan-1987-89/jtrain.csv")
    first = raw[raw["grant"] == 1].groupby("fcode")["year"].min()
    groups = raw["fcode"].map(first).map("{:.0f}".format).where(raw["fcode"].isin(first.index), "never")
    table = pd.DataFrame(
        {"firm": raw["fcode"], "year": raw["year"], "grant_year": groups, "training_hours": raw["hrsemp"]}
    )
    found = worse(study, table.sample(frac=1, random_state=1), measures=[("training_hours", "")]).set_index(
        "side"
    )
    known = raw.dropna(subset=["hrsemp"]).sort_values("year")
    ends = (
        known[known.groupby("fcode")["year"].transform("nunique") > 1]
        .groupby("fcode")["hrsemp"]
        .agg(["first", "last"])
    )
    for side in (1, 0):
        own = ends[ends.index.isin(first.index) == bool(side)]
        fewer = (own["last"] < own["first"]).sum()  # more hours are better
        assert found.loc[side, ["n", "ones"]].tolist() == [len(own), fewer]
    reader, rows = Reader("en", study), found.reset_index()
    assert setback_texts(reader, rows)[0].startswith("Worse off than before:")
    (table,) = setback_table(reader, rows)
    assert "from the first period in which a unit answered to the last" in table.caption


def test_what_was_not_examined_says_why(study):
    text, _ = told(page(study, study.charter))
    why = study.charter.not_assessed["sustainability"].en
    assert text.startswith(f"Whether results last was not examined, because {why}.")
    assert "because nothing was asked more than once after it." in told(page(study, None))[0]


def test_techniques_in_use_are_told_by_year_of_return_where_years_can_be_parted(study):
    text, _ = told(page(study, study.charter), YEARS)
    assert text.startswith(
        "Of 30 supervisors who report a technique, 18 say that one is still in use."
        " By year of return: 40% of those back in 1998–1999 and 70% of those back in 2000."
    )
    joined = told(page(study, study.charter), YEARS.iloc[:1])[0]
    assert (
        "Of 10 supervisors who report a technique, 4 say that one is still in use. Whether use fades"
        in joined
    )
    hidden = YEARS.assign(still=np.nan)
    assert "Whether results last was not examined" in told(page(study, study.charter), hidden)[0]


def test_what_the_host_pays_is_said_as_what_the_programme_depends_on():
    study = load_study("jakarta-tokyo-2004-synthetic", root=ROOT)
    costs = pd.DataFrame({"name": ["share of host", "share of sender"], "value": [0.9, 0.1], "unit": "share"})
    grades = page(study, None).grades.assign(claim=["T1", "T2"], indicator="")
    own = replace(page(study, None, grades=grades), costs=costs)
    assert told(own)[0].startswith("Tokyo and its firms paid 90% of the cost: without that it cannot go on")


def test_a_first_and_a_later_treatment_are_told_side_by_side():
    study = load_study("michigan-1987-89", root=ROOT)
    name = study.primary
    rows = [
        {"indicator": "log_scrap", "rater": "", "specification": name, "treatment": one, "unit": "log_points"}
        | {"estimate": size, "ci_low": size - 0.1, "ci_high": size + 0.1}
        for one, size in (("grant", -0.25), ("grant_last_year", -0.4))
    ]
    grades = page(study, None).grades.head(1).assign(claim="M2", indicator="log_scrap")
    text, _ = told(replace(page(study, None, grades=grades), estimates=pd.DataFrame(rows)))
    later = (
        f"−{1 - np.exp(-0.4):.0%} [−{1 - np.exp(-0.5):.0%}; −{1 - np.exp(-0.3):.0%}] one year after the grant"
    )
    assert text.startswith(f"“Scrap rate (log)”: −{1 - np.exp(-0.25):.0%} [")
    assert f" in the year of the grant and {later}." in text
    assert "not examined: too few were asked the same before and after" in text
