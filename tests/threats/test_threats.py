"""What threatens the numbers of whole cohorts: everything is run, nothing is hidden, and known truths come
out.
"""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from conftest import replace_in
from evaluation_cases import LINES, indicator, people, programme
from manfaat import threats
from manfaat.analysis.study import load_study
from manfaat.base.disclosure import IDENTIFYING_COLUMNS
from manfaat.base.problems import ProblemsError
from manfaat.definitions.cohort import Cohort
from manfaat.definitions.indicator import measured_before
from manfaat.definitions.programme import Programme
from manfaat.evaluation.estimate import Settings
from manfaat.evaluation.ladder import estimate_stages
from manfaat.evaluation.registry import is_alone
from manfaat.evaluation.sample import NotApplicableError, participation
from manfaat.report import threat_words
from manfaat.report.chapter import Chapter
from manfaat.report.reader import Reader
from manfaat.report.threats import (
    for_whom,
    primary_row,
    rows_about,
    threat_blocks,
    threat_sentences,
    threat_tables,
    when,
    write_threats,
)
from manfaat.report.words import Language
from manfaat.threats.case import Case
from manfaat.threats.contract import COLUMNS, MEANINGS, as_table, conclusion, entry
from manfaat.threats.driver import THREATS, cases, event_times
from manfaat.threats.missing import outcome_range
from manfaat.threats.placebo import changes_before, placebo_rows, raw_inputs, unrelated
from manfaat.threats.response import raking_rows
from manfaat.threats.subgroups import subgroup_rows
from threats_cases import SYNTHETIC, Examined, examine, examined, loaded

COHORTS = ["nsw-1976", "nsw-1976-cps", "nsw-1976-psid", "michigan-1987-89", SYNTHETIC]


@pytest.fixture(params=[COHORTS[0], *(pytest.param(name, marks=pytest.mark.slow) for name in COHORTS[1:])])
def cohort(request) -> Examined:
    return examined(request.param)


# --- the contract


def test_every_row_keeps_the_contract(cohort):
    rows = cohort.found.rows
    assert list(rows.columns) == COLUMNS
    assert set(rows["meaning"]) <= set(MEANINGS)
    assert set(rows["passed"]) <= {"yes", "no", "none"}
    unrun = rows["meaning"] == "cannot run"
    assert (rows.loc[unrun, "reason"] != "").all()
    assert rows.loc[unrun, ["value", "ci_low", "ci_high"]].isna().all(axis=None)
    assert (rows.loc[~unrun, "statistic"] != "").all()
    assert (rows["ci_low"].isna() == rows["ci_high"].isna()).all()
    assert not (rows["ci_low"] > rows["ci_high"]).any()


def test_every_threat_to_every_primary_estimate_has_a_headline(cohort):
    primary = cohort.estimates[cohort.estimates["is_primary"].astype(bool)].drop_duplicates(
        ["indicator", "rater", "treatment"]
    )
    heads = threats.headlines(cohort.found.rows)
    asked = set(THREATS)
    assert len(primary)
    for row in primary.itertuples(index=False):
        own = heads[
            (heads["indicator"] == row.indicator)
            & (heads["rater"] == row.rater)
            & (heads["treatment"] == row.treatment)
        ]
        assert asked <= set(own["threat"]), row.indicator
        assert own["threat"].is_unique


def test_nothing_that_leaves_the_house_names_a_unit(cohort):
    keys = set(cohort.table["_key"].astype(str)) | (
        {f"F{n}" for n in range(100)} if cohort.study.cohort.kind == "synthetic" else set()
    )
    for data in (cohort.found.rows, *cohort.found.tables.values()):
        assert not set(data.columns) & set(IDENTIFYING_COLUMNS)
    assert not set(cohort.found.rows["detail"]) & {key for key in keys if not key.isdigit()}
    rows = cohort.found.rows.dropna(subset=["n"])
    assert rows.loc[rows["n"].between(1, 4), ["value", "ci_low", "ci_high"]].isna().all(axis=None)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["nsw-1976", "michigan-1987-89"])
def test_running_changes_nothing_that_was_given(name):
    study, table = loaded(name)
    before = table.copy()
    examine(study, table)
    pd.testing.assert_frame_equal(table, before)


def test_a_number_that_rests_on_fewer_than_five_is_blanked():
    rows = as_table(
        [entry("placebo", "estimate", 3.0, interval=(1.0, 5.0), n=4), entry("placebo", "estimate", 3.0, n=5)]
    )
    assert rows["value"].isna().tolist() == [True, False]
    assert rows["ci_low"].isna().all()


def test_conclusions():
    assert [
        conclusion(1, 2),
        conclusion(-2, -1),
        conclusion(-1, 1),
        conclusion(0, 1),
        conclusion(np.nan, np.nan),
    ] == [1, -1, 0, 0, 0]


# --- what is known of the real cohorts


@pytest.mark.slow
def test_the_placebo_passes_where_a_lottery_decided_and_fails_on_both_surveys():
    passed = {name: examined(name).rows("placebo", "earnings")["passed"][0] for name in COHORTS[:3]}
    assert passed == {"nsw-1976": "yes", "nsw-1976-cps": "no", "nsw-1976-psid": "no"}


def test_the_placebo_is_the_same_regression_on_earnings_before(cohort):
    if cohort.study.cohort.cohort not in ("nsw-1976-cps", "nsw-1976-psid"):
        pytest.skip("only these adjust for what was measured before")
    table = cohort.table.astype("float64", errors="ignore")
    kept = [
        "age",
        "education",
        "black",
        "hispanic",
        "married",
        "no_degree",
        "earnings_1974",
        "zero_1974",
    ]  # without what rests on 1975
    design = sm.add_constant(
        np.column_stack([participation(table, cohort.study.programme), table[kept].astype("float64")])
    )
    expected = sm.OLS(table["earnings_1975"].astype("float64"), design).fit(cov_type="HC1", use_t=True)
    found = cohort.rows("placebo", "earnings").loc[0]
    assert found["value"] == pytest.approx(expected.params.iloc[1])
    assert [found["ci_low"], found["ci_high"]] == pytest.approx(expected.conf_int().iloc[1].tolist())


@pytest.mark.slow
def test_the_groups_drifted_apart_before_on_the_surveys_and_not_after_the_lottery():
    # statsmodels: ols("I(re75 - re74) ~ treat + age + education + black + hispanic + married + nodegree"):
    # PSID -369.35 (HC1 447.25);
    # earnings, and whether there were any, rest on the same answers as the outcome and are no covariates
    assert {name: examined(name).rows("pre-trend", "earnings")["passed"][0] for name in COHORTS[:3]} == {
        "nsw-1976": "yes", "nsw-1976-cps": "no", "nsw-1976-psid": "none",
    }  # fmt: skip


@pytest.mark.slow
def test_balance_and_overlap_of_the_real_cohorts():
    # weighted by a logit of the 10 covariates; the effective sizes that the weighting methods themselves warn
    # of
    lottery, psid = examined("nsw-1976"), examined("nsw-1976-psid")
    assert lottery.rows("balance", "earnings").set_index("statistic").loc[
        "largest smd", ["value", "detail"]
    ].tolist() == [
        pytest.approx(-0.304, abs=5e-4),
        "no_degree",
    ]
    assert lottery.rows("balance", "earnings")["meaning"][0] == "differ, but the conclusion stands"
    assert psid.rows("balance", "earnings")["passed"][0] == "no"
    assert psid.rows("overlap", "earnings")["value"][0] == pytest.approx(9.69, abs=0.01)
    assert psid.rows("overlap", "earnings")["passed"][0] == "no"
    assert lottery.rows("overlap", "earnings")["passed"][0] == "yes"


def test_a_lottery_leaves_no_room_for_a_hidden_cause():
    for threat in ("rosenbaum", "oster", "robustness", "e-value"):
        assert examined("nsw-1976").rows(threat, "earnings")["reason"][0] == "decided_by_lot"


def test_the_curve_holds_every_declared_specification_and_is_sorted(cohort):
    curve = cohort.found.tables["curve"]
    assert list(curve.columns[:3]) == ["indicator", "rater", "treatment"]
    for _, own in curve.groupby(["indicator", "rater", "treatment"]):
        assert own["estimate"].is_monotonic_increasing
        assert own["is_primary"].sum() == 1
    if cohort.study.cohort.cohort == "nsw-1976-cps":
        own = curve[curve["indicator"] == "earnings"]
        compared = {
            spec.id
            for spec in cohort.study.programme.specifications
            if not is_alone(spec.method) and spec.method != "quantile_effects"
        }
        assert set(own.loc[own["kind"] == "declared", "specification"]) == compared
        plain = own[(own["covariates"] == "none") & (own["outcome"] == "as measured")]
        assert plain["estimate"].item() == pytest.approx(-8_497.52, abs=0.005)
        assert cohort.rows("specification curve", "earnings")["value"][0] == pytest.approx(
            (own["estimate"] > 0).mean()
        )


@pytest.mark.slow
def test_firms_that_did_not_answer_are_counted_once_each():
    # 54 of 157 firms told their scrap rate in all three years: 29 of 66 with a grant, 25 of 91 without
    found = examined("michigan-1987-89").rows("attrition", "log_scrap", treatment="grant")
    assert found.loc[found["statistic"] == "share answered", "value"].tolist() == pytest.approx(
        [29 / 66, 25 / 91]
    )


@pytest.mark.slow
def test_leaving_out_a_firm_is_estimating_without_it():
    from manfaat.threats.leave_one_out import without_each

    case = examined("michigan-1987-89").case("log_scrap", treatment="grant")
    found = without_each(case.fit, case.sample.clusters)
    firms = case.sample.frame["unit_"]
    for place in (0, 17, 53):
        firm = np.unique(firms)[place]
        assert found[place] == pytest.approx(
            case.again(table=case.table[case.table["firm"] != firm])["estimate"]
        )


@pytest.mark.slow
def test_a_trend_before_by_hand():
    # scrap in 1987 and 1988 of firms with a grant in 1989 and of those never with one
    case = examined("michigan-1987-89").case("log_scrap", treatment="grant_last_year")
    wide = case.table.pivot(index="firm", columns="year", values="log_scrap").astype("float64")
    group = case.table.groupby("firm")["grant_year"].first()
    expected = (wide[1988] - wide[1987])[group.isin(["1989", "never"])].dropna()
    found = changes_before(case)
    assert found["change"].sort_index().tolist() == pytest.approx(expected.sort_index().tolist())
    assert found["later"].sum() == (group[expected.index] == "1989").sum()


# --- what is known of simulated ones


@pytest.mark.slow
def test_time_to_promotion_and_transitions_of_the_simulated_cohort():
    own = examined(SYNTHETIC)
    ratio = own.rows("time to event", "months_to_promotion", rater="self")
    assert ratio["statistic"].tolist() == ["hazard ratio", "log-rank p", "proportional hazards p"]
    assert ratio["ci_low"][0] < ratio["value"][0] < ratio["ci_high"][0]
    curves, steps = own.found.tables["survival"], own.found.tables["transitions"]
    assert curves["at_risk"].min() >= 5
    assert set(steps["indicator"]) == {"promotion_steps"}
    assert steps["n"].dropna().isin([0, *range(5, 500)]).all()
    pairs = event_times(list(own.study.indicators))
    assert [(line.name, other.name) for line, other in pairs] == [
        ("months_to_promotion", "promotion_observed"),
        ("months_to_promotion_file", "promotion_observed_file"),
    ]


def test_a_placebo_leaves_out_what_is_made_from_the_same_answers():
    study, _ = loaded("jakarta-tokyo-2004-synthetic")
    lines = list(study.indicators)
    before = measured_before(lines, "log_pay")
    assert {"wage_pre", "wagekind_pre"} <= raw_inputs(before, lines)
    kept = unrelated(study.programme.specification("adjusted-work"), [before], lines).covariates
    assert "log_pay_before" not in kept
    assert {"age", "departed_year", "level_before"} <= set(kept)  # the month is no answer about pay


@pytest.mark.parametrize(
    ("name", "value"),
    # statsmodels OLS (HC2) of log household income before on participation and the 11 covariates of the
    # primary specification;
    # without log pay before, which shares nothing with it but the month whose prices are used, they were
    # 0.211, 0.092 and 0.047
    [
        pytest.param(SYNTHETIC, None, marks=pytest.mark.slow),
        ("jakarta-tokyo-2004-synthetic", 0.159),  # 2009: -0.039, 2014: 0.024
    ],
)
def test_a_placebo_keeps_what_shares_only_the_month_of_its_prices(name, value):
    study, table = loaded(name)
    lines, spec = list(study.indicators), study.programme.specification("adjusted-work")
    before = measured_before(lines, "log_household_income")
    kept = unrelated(spec, [before], lines)
    assert kept.covariates == spec.covariates
    row = pd.Series({"estimate": 0.2, "treatment": "group", "indicator": "log_household_income"})
    settings = Settings(name, "observational", spec.id)
    line = next(line for line in lines if line.name == "log_household_income_now")
    found = placebo_rows(Case(table, study.programme, lines, line, spec, settings, row))
    frame = (
        table[[before.name, *spec.covariates]]
        .assign(group=participation(table, study.programme))
        .astype("float64")
        .dropna()
    )
    expected = (
        sm.OLS(frame[before.name], sm.add_constant(frame[["group", *spec.covariates]])).fit().params["group"]
    )
    assert found[0]["value"] == pytest.approx(expected)
    assert value is None or found[0]["value"] == pytest.approx(value, abs=5e-4)
    assert (found[2]["value"], found[2]["detail"]) == (0, "")


def test_a_placebo_leaves_out_what_was_measured_after_its_outcome_and_says_what(cohort):
    if cohort.study.cohort.cohort != "nsw-1976-cps":
        pytest.skip("only this one adjusts for what was measured before, in a history")
    lines, spec = list(cohort.study.indicators), cohort.study.programme.specification("adjusted-10")
    earlier = next(line for line in lines if line.name == "earnings_1974")
    kept = unrelated(spec, [earlier], lines, ["earnings_1975"]).covariates
    assert kept == [
        "age",
        "education",
        "black",
        "hispanic",
        "married",
        "no_degree",
    ]  # no earnings of 1975, nor what is made from them
    assert set(unrelated(spec, [earlier], lines).covariates) - set(kept) == {"earnings_1975", "zero_1975"}
    rows = cohort.rows("placebo", "earnings")
    assert rows[rows["statistic"] == "covariates left out"]["detail"].item() == "earnings_1975 zero_1975"
    said = threat_words.sentence(Reader("en", cohort.study), rows, cohort.study.programme.units["usd_1982"])
    assert said.endswith(
        "It is without “Earnings in 1975” and “No earnings in 1975”, which rest on the same answers or on"
        " later ones; all other covariates are the same."
    )


def test_answers_of_a_scale_are_the_same_answers_though_no_item_is_named():
    one, other = (
        indicator(name, "before", "covariate", name).model_copy(
            update={"recipe": "mean_items", "inputs": "", "arguments": "scale=skills;suffix=_pre"}
        )
        for name in ("a", "b")
    )
    apart = other.model_copy(update={"name": "c", "arguments": "scale=skills;suffix=_now"})
    spec = small_study().specifications[0].model_copy(update={"covariates": ["a", "b", "c"]})
    assert unrelated(spec, [one], [one, other, apart]).covariates == ["c"]


def small_study(**more) -> Programme:
    specifications = [
        {"method": "regression", "covariates": ["x", "z"], "std_errors": ["HC2"]},
        {"method": "difference_in_means", "std_errors": ["HC2"]},
    ]
    return programme(specifications, primary="regression").model_copy(update=more)


def run_small(
    table: pd.DataFrame, study: Programme, assignment: str = "observational", **settings
) -> pd.DataFrame:
    chosen = Settings("trial", assignment, study.primary.randomised, **settings)
    estimates = estimate_stages(table, study, LINES, chosen, stages=("outcome",))
    return threats.run(table, study, LINES, estimates, chosen).rows


def test_selection_on_a_hidden_cause_is_seen_by_the_placebo():
    table = people(600, effect=0.0, seed=3, selected=1.5)
    study = small_study()
    hidden = study.model_copy(
        update={
            "specifications": [
                spec.model_copy(update={"covariates": ["z"]} if spec.covariates else {})
                for spec in study.specifications
            ]
        }
    )
    of = lambda rows: rows[rows["threat"] == "placebo"]["passed"].iloc[0]  # noqa: E731
    assert of(run_small(table, hidden)) == "no"
    assert of(run_small(people(600, effect=0.8, seed=3, selected=1.5), study)) == "yes"


def test_a_placebo_that_could_not_see_a_difference_decides_nothing():
    rows = run_small(people(40, effect=0.1, seed=5), small_study())
    found = rows[rows["threat"] == "placebo"]
    assert found["passed"].iloc[0] == "none"
    assert found["meaning"].iloc[0] == "too small to tell"
    assert found["value"].iloc[1] > found["limit"].iloc[1]


def test_lost_answers_of_the_least_able_are_bounded():
    table = people(800, effect=1.0, seed=6)
    lost = table["group"].eq(1) & (
        table["score_now"] < table.loc[table["group"] == 1, "score_now"].quantile(0.2)
    )
    rows = run_small(table.assign(score_now=table["score_now"].mask(lost)), small_study(), "randomised")
    by_statistic = rows[rows["threat"] == "lee bounds"].set_index("statistic")["value"]
    assert by_statistic["lower"] < 1.0 < by_statistic["upper"] + 0.2
    assert by_statistic["share set aside"] == pytest.approx(0.2, abs=0.01)
    attrition = rows[rows["threat"] == "attrition"]
    assert attrition["passed"].iloc[0] == "no"
    assert attrition["value"].iloc[0] == pytest.approx(-0.2, abs=0.005)
    worst = rows[rows["threat"] == "worst case"].set_index("statistic")["value"]
    assert worst["lower"] < by_statistic["lower"]
    assert worst["upper"] > by_statistic["upper"]


def test_response_weights_undo_answers_lost_by_a_covariate():
    # an effect of 1, and of 3 where z = 1; two thirds of those with z = 1 do not answer
    table = people(4_000, seed=8)
    table["score_now"] += table["taken"] * (1 + 2 * table["z"])
    lost = ((table["z"] == 1) & (np.arange(4_000) % 3 > 0)) | (np.arange(4_000) % 10 == 0)
    rows = run_small(table.assign(score_now=table["score_now"].mask(lost)), small_study(), "randomised")
    plain = 1 + 2 * 0.4 / 3 / (0.6 + 0.4 / 3)
    found = rows[rows["threat"] == "response weights"].iloc[0]
    assert found["value"] == pytest.approx(1.8, abs=0.12)
    assert abs(plain - 1.8) > 0.3


def test_raking_gives_participants_the_known_margin():
    table = people(2_000, seed=9)
    table["score_now"] += table["taken"] * (1 + 2 * table["z"])
    study = small_study()
    difference = study.model_copy(
        update={"primary": study.primary.model_copy(update={"randomised": "difference-in-means"})}
    )
    estimates = estimate_stages(
        table, difference, LINES, Settings("trial", "randomised", "difference-in-means"), stages=("outcome",)
    )
    case = next(
        cases(table, difference, LINES, estimates, Settings("trial", "randomised", "difference-in-means"), {})
    )
    rows = raking_rows(replace(case, totals={"z": {"1": 900.0, "0": 100.0}}))
    ours, theirs = table[table["group"] == 1], table[table["group"] == 0]
    expected = (
        0.9 * ours.loc[ours["z"] == 1, "score_now"].mean()
        + 0.1 * ours.loc[ours["z"] == 0, "score_now"].mean()
        - theirs["score_now"].mean()
    )
    assert rows[0]["value"] == pytest.approx(expected)
    with pytest.raises(NotApplicableError, match="not_in_totals"):
        raking_rows(replace(case, totals={"z": {"1": 900.0}}))
    with pytest.raises(NotApplicableError, match="no_totals"):
        raking_rows(case)


# --- for whom

BY_Z = {
    "id": "by-z",
    "label": {"en": "z", "id": "z"},
    "variable": "z",
    "answers": {"0": {"en": "no", "id": "tidak"}, "1": {"en": "yes", "id": "ya"}},
}


def with_subgroups(*declared: dict) -> Programme:
    study = small_study()
    return Programme.model_validate(study.model_dump() | {"subgroups": list(declared)})


@pytest.mark.slow
def test_an_interaction_is_the_difference_of_the_estimates_within():
    table = people(400, seed=10)
    table["score_now"] += table["taken"] * (1 + 2 * table["z"])
    rows = run_small(table, with_subgroups(BY_Z))
    found = rows[rows["threat"] == "subgroup"].set_index(["statistic", "detail"])["value"]
    assert found["interaction", "by-z=1"] == pytest.approx(
        found["within", "by-z=1"] - found["within", "by-z=0"]
    )
    assert rows[rows["statistic"] == "interaction"]["meaning"].item() == "difference between groups"
    apart = examined("michigan-1987-89")
    for treatment in ("grant", "grant_last_year"):
        own = apart.rows("subgroup", "log_salary", treatment=treatment).set_index(["statistic", "detail"])[
            "value"
        ]
        assert own["interaction", "union=0"] == pytest.approx(
            own["within", "union=0"] - own["within", "union=1"]
        )


@pytest.mark.slow
def test_interaction_tests_keep_their_level():
    study, flagged = with_subgroups(BY_Z), 0
    settings = Settings("trial", "observational", "regression")
    for seed in range(200):
        table = people(120, effect=0.5, seed=seed)
        estimates = estimate_stages(table, study, LINES, settings, stages=("outcome",))
        rows = subgroup_rows(next(cases(table, study, LINES, estimates, settings, {})))
        flagged += rows[0]["meaning"] == "difference between groups"
    assert 3 <= flagged <= 19  # 10 expected; 3 standard errors of a binomial count


def test_subgroups_that_cannot_be_looked_at_say_why():
    few = people(120).assign(z=lambda table: np.where(table.index < 6, 1.0, 0.0))
    assert run_small(few, with_subgroups(BY_Z)).query("threat == 'subgroup'")["reason"].tolist() == [
        "small_subgroup"
    ]
    absent = run_small(people(120), with_subgroups(BY_Z | {"variable": "nowhere"}))
    assert absent.query("threat == 'subgroup'")["reason"].tolist() == ["no_variable"]
    three = BY_Z | {
        "answers": {"0": {"en": "a", "id": "a"}, "1": {"en": "b", "id": "b"}, "2": {"en": "c", "id": "c"}}
    }
    rows = run_small(people(300).assign(z=lambda table: table.index % 3 * 1.0), with_subgroups(three))
    assert (rows["statistic"] == "interaction").sum() == 3


# --- definitions that are wrong are refused


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("variable: no_degree", "variable: no_degre", "'no_degre' is not an indicator"),
        ("variable: no_degree", "variable: zero_1978", "measured after the programme"),
        ("id: work-before", "id: schooling", "stands twice"),
        (
            "[earnings_1974, earnings_1975]\n  no",
            "[earnings_1974, earnings_1978]\n  no",
            "measured after the programme",
        ),
        ("\n  no_earnings: [", "\n  employment: [", "'employment' is not an indicator"),
    ],
)
def test_wrong_declarations_are_refused(project, old, new, said):
    replace_in(project / "programmes/nsw/programme.yml", old, new)
    with pytest.raises(ProblemsError, match=said):
        load_study("nsw-1976", root=project)


def test_totals_of_no_indicator_or_without_people_are_refused(project):
    path = project / "data/raw/nsw-1976/cohort.yml"
    replace_in(path, "\norigin:", '\ntotals: {colour: {"1": 5}, black: {"1": 0}}\norigin:')
    with pytest.raises(ProblemsError, match=r"(?s)'colour' is not an indicator.*none is above 0"):
        load_study("nsw-1976", root=project)


# --- edges


def worn(table: pd.DataFrame, study: Programme, effects: list[str]) -> dict[str, pd.DataFrame]:
    group, rng = participation(table, study), np.random.default_rng(1)
    each = lambda n: pd.concat([table[group == 1].iloc[:n], table[group == 0].iloc[:n]])  # noqa: E731
    holes = pd.DataFrame(rng.random((len(table), len(effects))), index=table.index, columns=effects)
    return {
        "nobody": table.iloc[:0],
        "one": table.iloc[:1],
        "two each": each(2),
        "five each": each(5),
        "fifteen each": each(15),
        "participants": table[group == 1],
        "comparison": table[group == 0],
        "all equal": table.assign(**dict.fromkeys(effects, 1.0)),
        "all missing": table.assign(**dict.fromkeys(effects, np.nan)),
        "ours missing": table.assign(**{name: table[name].where(group == 0) for name in effects}),
        "most missing": table.assign(**{name: table[name].where(holes[name] > 0.9) for name in effects}),
    }


@pytest.mark.slow
@pytest.mark.parametrize("assignment", ["randomised", "observational"])
@pytest.mark.parametrize("name", ["nsw-1976", "michigan-1987-89"])
def test_whatever_is_delivered_gives_rows_or_reasons_and_sentences(name, assignment):
    study, table = loaded(name)
    effects = [line.name for line in study.indicators if line.use == "effect"]
    for what, rows in worn(table, study.programme, effects).items():
        own = examine(study, rows, assignment=assignment)
        assert len(own.found.rows), what
        assert set(own.found.rows["meaning"]) <= set(MEANINGS), what
        for code in ("en", "id"):
            said = [
                *threat_sentences(Reader(code, study), own.found, own.estimates),
                *when(Reader(code, study), own.found),
            ]
            said += [
                text
                for exhibit in threat_tables(Reader(code, study), own.found, own.estimates)
                for text in (exhibit.caption, *exhibit.data["meaning"])
            ]
            assert not [text for text in said if re.search(r"\bnan\b|None|[{}]", text)], what


def test_the_range_of_answers_tells_no_single_one():
    values = np.arange(100.0)
    assert outcome_range(values) == (5.0, 94.0)
    assert outcome_range(np.array([0.0, 1.0, np.nan])) == (0.0, 1.0)
    with pytest.raises(NotApplicableError):
        outcome_range(np.arange(8.0))


def test_a_stage_without_indicators_has_no_threats_and_says_so(tmp_path):
    study, table = loaded("nsw-1976")
    settings, lines = Settings("nsw-1976", "randomised", study.primary), list(study.indicators)
    estimates = estimate_stages(table, study.programme, lines, settings, stages=("output",))
    found = threats.run(table, study.programme, lines, estimates, settings, cohort=study.cohort)
    assert found.rows["threat"].tolist() == ["response rate"]
    placed = replace(study, places=replace(study.places, reports_dir=tmp_path / ".run-x" / "en"))
    chapter = Chapter("04_outputs", Reader("en", placed))
    block, *_ = threat_blocks(Reader("en", study), found, estimates)
    assert "no primary estimate" in repr(block)
    write_threats(chapter, found)
    assert [path.name for path in (tmp_path / ".run-x" / "en" / "nsw-1976" / "threats").iterdir()] == [
        "04_outputs.csv"
    ]


# --- words


def test_every_table_is_said_in_both_languages_without_gaps(cohort):
    for code in ("en", "id"):
        language = Language(code)
        exhibits = threat_tables(Reader(language.code, cohort.study), cohort.found, cohort.estimates)
        told, tables = for_whom(Reader(language.code, cohort.study), cohort.found, cohort.estimates)
        assert exhibits
        assert told
        assert len(tables) == 1
        for exhibit in (*exhibits, *tables):
            text = exhibit.caption + " ".join(exhibit.data.astype(str).to_numpy().ravel())
            assert not re.search(r"\bnan\b|None|[{}]", text), exhibit.id
            assert "no effect" not in text
        assert len({exhibit.id for exhibit in exhibits}) == len(exhibits)


def headline_rows(passed: list[str], value: float = 1.0) -> pd.DataFrame:
    names = {
        "cohort": "c",
        "stage": "outcome",
        "indicator": "earnings",
        "rater": "",
        "arm": "",
        "specification": "difference",
        "treatment": "group",
    }
    meaning = {"yes": "nothing missing", "no": "conclusion changes", "none": "conclusion changes"}
    kinds = ["attrition", "response weights", "worst case"]
    return as_table(
        [
            names
            | entry(kind, "estimate", value, interval=(0.5, 2.0), n=50, passed=one, meaning=meaning[one])
            for kind, one in zip(kinds, passed, strict=False)
        ]
    )


@pytest.mark.parametrize(
    ("passed", "said"),
    [
        ([], []),
        (["none"], ["no threat could be decided"]),
        (["yes"], ["stands against the 1 threat that"]),
        (["yes", "yes"], ["stands against all 2 threats that"]),
        (["yes", "no"], ["does not stand against 1 of the 2 threats"]),
    ],
)
def test_summaries_have_forms_for_none_one_and_many(passed, said):
    own = examined("nsw-1976")
    found = replace(own.found, rows=headline_rows(passed))
    told = threat_sentences(Reader("en", own.study), found, own.estimates)
    assert len(told) == len(said)
    assert all(part in text for part, text in zip(said, told, strict=True))


def test_negative_amounts_keep_their_sign_in_both_languages():
    own = examined("nsw-1976")
    estimate = primary_row(own.estimates, "earnings", "", "group")
    rows = headline_rows(["yes", "no"], -1234.5).iloc[1:]
    for code, amount in (("en", "−$1,234"), ("id", "−$1.234")):
        shown = rows_about(Reader(code, own.study), rows, estimate)[0]
        assert amount in shown["number"]
        assert amount in shown["meaning"]


def test_known_totals_are_read_from_the_delivery(project):
    path = project / "data/raw/nsw-1976/cohort.yml"
    replace_in(path, "\norigin:", '\ntotals: {black: {"1": 250, "0": 47}}\norigin:')
    study = load_study("nsw-1976", root=project)
    assert isinstance(study.cohort, Cohort)
    _, table = loaded("nsw-1976")
    own = examine(replace(study, cohort=study.cohort), table)
    assert own.rows("raking", "earnings")["meaning"][0] == "conclusion stands"
