"""Whom the programme reached and lost, and results by group: against the raw file, with small groups."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from scipy import stats
from test_charter_exhibits import page

from conftest import ROOT
from manfaat.analysis.equity import by_group, codes_of, reach
from manfaat.analysis.study import load_study
from manfaat.definitions.claims import Axis
from manfaat.evaluation.estimate import Settings
from manfaat.evaluation.ladder import estimate_stages
from manfaat.report.blocks import Paragraph, plain
from manfaat.report.equity import equity_parts
from manfaat.report.exhibit import Exhibit

pytestmark = pytest.mark.slow

SETTINGS = Settings("nsw-1976", "randomised", "difference")
MEASURES = [("earnings", "", ""), ("no_earnings", "", "")]
NAMES = {"earnings": "re78", "no_earnings": "none"}
COLUMNS = ["earnings_1978", "zero_1978"]


@pytest.fixture(scope="module")
def raw():
    return pd.read_csv(ROOT / "data/raw/nsw-1976/nsw.csv").assign(
        none=lambda rows: (rows["re78"] == 0).astype(float), older=lambda rows: (rows["age"] >= 25) * 1.0
    )


@pytest.fixture(scope="module")
def table(raw):
    """What the indicators are made to from the raw file, by hand."""
    return pd.DataFrame(
        {"_key": raw.index.astype(str), "group": raw["treat"].astype(str), "age": raw["age"].astype(float)}
        | {"black": raw["black"].astype(float), "earnings_1975": raw["re75"], "zero_1975": raw["re75"] == 0}
        | {"earnings_1978": raw["re78"], "zero_1978": raw["none"]}
    )


@pytest.fixture(scope="module")
def study():
    return load_study("nsw-1976", root=ROOT)


def apart(study, table):
    programme = study.programme.model_copy(
        update={"specifications": [study.programme.specification("difference")]}
    )
    lines = list(study.indicators)
    estimates = estimate_stages(table, programme, lines, SETTINGS, stages=("outcome",))
    return by_group(table, programme, lines, estimates, SETTINGS, MEASURES)


def shown(study, table, apart, language="en"):
    """The sentence, and the tables by id."""
    own = page(study, study.charter, language)
    own = replace(own, reader=replace(own.reader, study=study))
    parts = equity_parts(own, reach(table, study.programme, COLUMNS), apart, SETTINGS)
    (text,) = (plain(part.runs) for part in parts if isinstance(part, Paragraph))
    return text, {part.id: part for part in parts if isinstance(part, Exhibit)}


def with_axis(study, **axis):
    own = Axis(id="x", label={"en": "Sex", "id": "Jenis kelamin"}, **axis)
    return replace(study, programme=study.programme.model_copy(update={"equity": [own]}))


SEX = {"variable": "sex", "answers": {"1": {"en": "men", "id": "pria"}, "2": {"en": "women", "id": "wanita"}}}


def test_who_was_reached_is_what_the_raw_file_says(study, table, raw):
    found = reach(table, study.programme, COLUMNS).set_index(["axis", "code"])
    for axis, column in (("age", "older"), ("race", "black")):
        for code in (0, 1):
            for end, side in (("", 1), ("_comparison", 0)):
                own = raw[raw["treat"] == side]
                row = found.loc[axis, str(code)]
                assert row[f"n{end}"] == (own[column] == code).sum()
                assert row[f"share{end}"] == pytest.approx((own[column] == code).mean())
                assert row[f"lost{end}"] == 0


def test_outcomes_by_group_are_regressions_of_the_raw_file(study, table, raw):
    found = apart(study, table).set_index(["indicator", "axis", "kind", "code"])
    for indicator, name in NAMES.items():
        for axis, column in (("age", "older"), ("race", "black")):
            fit = smf.ols(f"{name} ~ treat * {column}", raw).fit(cov_type="HC2", use_t=True)
            row, term = found.loc[indicator, axis, "between", "1"], f"treat:{column}"
            assert row["estimate"] == pytest.approx(fit.params[term])
            assert row["std_error"] == pytest.approx(fit.bse[term])
            assert row["n"] == (raw[column] == 1).sum()
            for code in (0, 1):
                own = raw[raw[column] == code]
                alone = smf.ols(f"{name} ~ treat", own).fit(cov_type="HC2", use_t=True)
                row = found.loc[indicator, axis, "within", str(code)]
                assert row["estimate"] == pytest.approx(alone.params["treat"])
                assert row["std_error"] == pytest.approx(alone.bse["treat"])
                assert row["ci_low"] < row["estimate"] < row["ci_high"]
                assert [row["n"], row["n_comparison"]] == [(own["treat"] == side).sum() for side in (1, 0)]


def test_what_could_have_been_seen_has_the_power_that_is_said(study, table):
    """Not its formula: the power of a two-sided t test of that effect, by the noncentral t."""
    found = apart(study, table)
    for row in found.itertuples():
        df = row.n + row.n_comparison - (4 if row.kind == "between" else 2)
        critical, shift = stats.t.ppf(0.975, df), row.mde / row.std_error
        power = stats.nct.sf(critical, df, shift) + stats.nct.cdf(-critical, df, shift)
        assert power == pytest.approx(0.8, abs=0.01)


def test_the_report_says_what_could_not_have_been_seen(study, table):
    found = apart(study, table)
    text, tables = shown(study, table, found)
    rows = found[found["kind"] == "between"].set_index(["axis", "indicator"])["mde"]
    for axis in ("age", "race"):
        pay, idle = f"{rows[axis, 'earnings']:,.0f}", f"{rows[axis, 'no_earnings'] * 100:.1f}"
        assert (
            f"By {axis} only a difference of at least ${pay} a year (1982 dollars) in “Annual earnings” and"
            f" {idle} percentage points in “No earnings all year” was likely to be seen."
        ) in text
    assert "1 of 4 differences" in text  # of age in earnings: 2,731 (167 to 5,295)
    assert tables["reach"].layer == "report"
    assert tables["equity"].layer == "annex"
    assert len(tables["equity"].rows) == len(found)
    told = shown(study, table, found, "id")[0]
    assert "By age" not in told


def test_few_people_and_what_they_would_follow_from_are_left_out(study, table):
    sex = np.where(table.groupby("group").cumcount() < 3, 2.0, 1.0)
    own, rows = with_axis(study, **SEX), table.assign(sex=sex)
    found = reach(rows, own.programme, COLUMNS)
    assert found[["n", "share", "n_comparison", "share_comparison"]].isna().all(axis=None)
    assert apart(own, rows)["kind"].tolist() == ["few", "few"]
    text, tables = shown(own, rows, apart(own, rows))
    assert text == "By sex too few people were compared to tell outcomes apart."
    assert list(tables) == ["reach"]
    assert not {"3", "182", "257"} & {cell.text for row in tables["reach"].rows for cell in row}


def test_who_lacks_an_answer_is_told_where_they_are_not_few(study, table):
    sex = np.where(table.index % 2, 2.0, 1.0)
    own = with_axis(study, **SEX)
    many = table.assign(sex=sex, zero_1978=table["zero_1978"].mask(table.groupby("group").cumcount() < 40))
    found = reach(many, own.programme, COLUMNS).set_index("code")
    for code, at in (("1", 1.0), ("2", 2.0)):
        mine = many[(many["sex"] == at) & (many["group"] == "1")]
        assert found.loc[code, "lost"] == pytest.approx(mine["zero_1978"].isna().mean())
    few = table.assign(sex=sex, zero_1978=table["zero_1978"].mask(table.groupby("group").cumcount() < 3))
    assert reach(few, own.programme, COLUMNS)["lost"].isna().all()


def test_where_all_are_alike_the_data_say_so(study, table):
    own, rows = with_axis(study, **SEX), table.assign(sex=1.0)
    assert shown(own, rows, apart(own, rows))[0] == "By sex nobody differs: all are men."


def test_three_bands_are_each_held_against_all_others(study, table, raw):
    own = with_axis(study, variable="age", bands=[20, 30])
    found = apart(own, table)
    assert (found["kind"] == "between").sum() == 6
    codes = codes_of(own.programme.equity[0], table)
    assert codes.value_counts().to_dict() == {
        "0": (raw["age"] < 20).sum(),
        "1": raw["age"].between(20, 29).sum(),
        "2": (raw["age"] >= 30).sum(),
    }
    text, tables = shown(own, table, found)
    assert "By sex (sex 20 to under 30 against all others) only a difference of at least" in text
    assert [row[0].text for row in tables["reach"].rows] == [
        "sex under 20",
        "sex 20 to under 30",
        "sex 30 and over",
    ]


def test_a_group_is_compared_no_better_than_all(study, table):
    found = apart(study, table)
    own = page(study, study.charter)
    reached = reach(table, study.programme, COLUMNS)
    for rule, is_said in (("lottery", False), ("failed", True)):
        judged = replace(own, grades=own.grades.assign(rule=rule))
        text = " ".join(
            plain(part.runs)
            for part in equity_parts(judged, reached, found, SETTINGS)
            if isinstance(part, Paragraph)
        )
        assert ("that of a group rests on it too" in text) == is_said


def test_without_estimates_there_is_nothing_to_tell_apart(study, table):
    none = estimate_stages(table, study.programme, [], SETTINGS, stages=())
    assert by_group(table, study.programme, [], none, SETTINGS, MEASURES).empty


def test_nothing_declared_is_one_line(study, table):
    own = replace(study, programme=study.programme.model_copy(update={"equity": []}))
    text, tables = shown(own, table, apart(own, table))
    assert text.startswith("Results are not told apart by group, because the programme declares nothing")
    assert not tables


@pytest.mark.parametrize(
    ("axis", "message"),
    [
        ({}, "either of 'answers' or of 'bands'"),
        ({"bands": [1], "answers": {"1": {"en": "x"}}}, "either of 'answers' or of 'bands'"),
        ({"bands": [30, 20]}, "'bands' rise from one to the next"),
    ],
)
def test_an_axis_is_made_in_one_way(axis, message):
    with pytest.raises(ValueError, match=message):
        Axis(id="x", label={"en": "x"}, variable="age", **axis)
