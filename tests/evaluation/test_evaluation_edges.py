"""Every method at the edges of what data can be: a row with a reason, never a crash, never an interval
without width.
"""

import numpy as np
import pandas as pd
import pytest

from evaluation_cases import LINES, indicator, ladder, people, programme
from manfaat.base.reasons import read_reasons, write_reasons
from manfaat.evaluation.estimate import COLUMNS, Settings
from manfaat.evaluation.ladder import estimate_stages, reported
from manfaat.evaluation.reasons import EstimateReason
from manfaat.evaluation.registry import METHODS
from manfaat.evaluation.specifications import check_methods

COVARIATES = ["x", "z"]
BY_INFLUENCE = ["auto", "influence", "CR1", "survey"]
ALL_OF_THEM = [
    {
        "method": "difference_in_means",
        "id": "difference",
        "std_errors": [
            "auto",
            "classical",
            "HC1",
            "HC2",
            "HC3",
            "BM",
            "CR1",
            "CR2",
            "CR3",
            "wild",
            "randomisation",
            "survey",
        ],
    },
    {
        "method": "regression",
        "covariates": COVARIATES,
        "std_errors": ["HC1", "HC3", "BM", "CR2", "CR3", "wild", "randomisation", "survey", "auto"],
    },
    {
        "method": "strata_fixed_effects",
        "covariates": ["x"],
        "std_errors": ["HC2", "classical", "auto", "CR2", "wild", "randomisation"],
    },
    {"method": "inverse_probability_weighting", "covariates": COVARIATES, "std_errors": BY_INFLUENCE},
    {
        "method": "inverse_probability_weighting",
        "id": "ipw-ate",
        "estimand": "ate",
        "covariates": COVARIATES,
        "std_errors": BY_INFLUENCE,
        "trim": 0.05,
    },
    {"method": "doubly_robust", "covariates": COVARIATES, "std_errors": BY_INFLUENCE},
    {
        "method": "doubly_robust",
        "id": "aipw-ate",
        "estimand": "ate",
        "covariates": COVARIATES,
        "std_errors": BY_INFLUENCE,
    },
    {"method": "entropy_balancing", "covariates": COVARIATES, "std_errors": BY_INFLUENCE},
    {
        "method": "entropy_balancing",
        "id": "entropy-2",
        "covariates": COVARIATES,
        "std_errors": BY_INFLUENCE,
        "moments": 2,
    },
    {
        "method": "nearest_neighbour",
        "covariates": COVARIATES,
        "std_errors": ["AI", "AI_equal"],
        "neighbours": 2,
    },
    {"method": "regression_imputation", "covariates": COVARIATES, "std_errors": BY_INFLUENCE},
    {
        "method": "regression_imputation",
        "id": "lin",
        "estimand": "ate",
        "covariates": COVARIATES,
        "std_errors": BY_INFLUENCE,
    },
    {"method": "quantile_effects", "std_errors": BY_INFLUENCE},
    {
        "method": "quantile_effects",
        "id": "quantile-att",
        "covariates": COVARIATES,
        "std_errors": BY_INFLUENCE,
    },
    {
        "method": "instrumental_variables",
        "instrument": "group",
        "treatment": ["taken"],
        "covariates": ["x"],
        "std_errors": ["HC1", "classical", "BM", "CR1", "CR2", "auto"],
    },
    {"method": "difference_in_differences", "std_errors": ["HC1", "auto", "CR2", "wild", "randomisation"]},
    {
        "method": "doubly_robust_difference_in_differences",
        "covariates": COVARIATES,
        "std_errors": BY_INFLUENCE,
    },
    {"method": "repeated_cross_sections", "std_errors": ["HC1", "CR1"]},
    {
        "method": "before_after_change",
        "std_errors": ["classical", "auto", "CR1", "CR2", "CR3", "wild", "survey", "finite_population"],
    },
    {"method": "standardised_change", "std_errors": ["normal_theory"]},
    {"method": "signed_rank_change", "std_errors": ["signed_rank"]},
    {"method": "sign_test", "std_errors": ["exact", "mid_p"]},
    {"method": "paired_shares", "std_errors": ["mid_p", "exact"]},
    {"method": "marginal_homogeneity", "std_errors": ["mid_p", "exact"]},
    {"method": "ordered_change", "std_errors": ["CR1"]},
    {"method": "ordered_logit", "covariates": ["x"], "std_errors": ["influence", "CR1"]},
    {"method": "probability_of_superiority", "std_errors": ["brunner_munzel"]},
    {"method": "fixed_effects", "treatment": ["taken"], "std_errors": ["CR1", "classical"]},
    {"method": "first_difference", "std_errors": ["HC1"]},
    {"method": "quantile_regression", "covariates": COVARIATES, "std_errors": BY_INFLUENCE},
    {
        "method": "instrumental_quantiles",
        "instrument": "group",
        "treatment": ["taken"],
        "covariates": ["x"],
        "std_errors": BY_INFLUENCE,
    },
    {
        "method": "conditional_logit",
        "strata": "block",
        "covariates": ["x"],
        "std_errors": ["influence", "CR1"],
    },
    {
        "method": "propensity_matching",
        "covariates": COVARIATES,
        "neighbours": 2,
        "caliper": 0.5,
        "std_errors": ["AI"],
    },
    {
        "method": "propensity_matching",
        "id": "pairs",
        "covariates": COVARIATES,
        "replacement": False,
        "std_errors": ["AI"],
    },
    {"method": "fixed_effects_logit", "treatment": ["taken"], "std_errors": ["CR1"]},
]
DESIGNS = {
    "plain": {},
    "clustered": {"cluster": "place", "strata": "block"},
    "survey": {"weight": "weight", "strata": "block", "cluster": "place"},
    "nothing there": {"weight": "absent"},
}
EDGES = {
    "nobody": people(0),
    "one person": people(1),
    "one of each": people(2),
    "two and two, all equal": people(4).assign(score_now=1.0, score_before=1.0),
    "four": people(4),
    "eight": people(8),
    "all missing": people(20).assign(score_now=np.nan),
    "covariates missing": people(20).assign(x=np.nan),
    "only participants": people(20).assign(group=1.0, taken=1.0),
    "only comparison": people(20).assign(group=0.0, taken=0.0),
    "one treated": people(20).assign(group=[1.0] + [0.0] * 19, taken=[1.0] + [0.0] * 19),
    "two treated": people(20).assign(group=[1.0] * 2 + [0.0] * 18, taken=[1.0] * 2 + [0.0] * 18),
    "all but one treated": people(20).assign(group=[0.0] + [1.0] * 19, taken=[0.0] + [1.0] * 19),
    "one cluster": people(40, compliance=0.8).assign(place=0, block=0),
    "two clusters": people(40, compliance=0.8).assign(place=lambda t: np.arange(40) % 2, block=0),
    "two clusters, one of each group": people(40).assign(place=lambda t: t["group"], block=0),
    "every unit a cluster": people(40).assign(place=np.arange(40), block=np.arange(40)),
    "cluster missing": people(40).assign(place=np.nan),
    "no weight": people(40).assign(weight=0.0),
    "negative weight": people(40).assign(weight=-1.0),
    "weight that is no number": people(40).assign(weight="much"),
    "one weight holds nearly all": people(40, compliance=0.8).assign(weight=[1e6] + [1.0] * 39),
    "constant covariate": people(40).assign(x=3.0),
    "duplicate covariate": people(40).assign(z=lambda t: t["x"]),
    "outcome follows from covariate": people(40).assign(score_now=lambda t: 2 * t["x"]),
    "outcome follows from group": people(40).assign(score_now=lambda t: 2 * t["group"]),
    "outcome nearly always the same": people(40).assign(score_now=[1.0] * 39 + [2.0]),
    "yes or no": people(40, compliance=0.8).assign(score_now=lambda t: (t["score_now"] > 0) * 1.0),
    "group follows from covariate": people(40).assign(x=lambda t: t["group"]),
    "no overlap": people(40).assign(x=lambda t: t["x"].abs() + 10 * t["group"]),
    "hardly any overlap": people(60).assign(x=lambda t: t["x"] + 2.5 * t["group"]),
    "a value that only one group has": (
        people(40).assign(z=lambda t: (t["group"] == 0) & (np.arange(40) < 12)).astype({"z": float})
    ),
    "huge covariate": people(40).assign(x=lambda t: t["x"] * 1e9 + 1e12),
    "tiny covariate": people(40).assign(x=lambda t: t["x"] * 1e-12),
    "huge outcome": (
        people(40).assign(
            score_now=lambda t: t["score_now"] * 1e12, score_before=lambda t: t["score_before"] * 1e12
        )
    ),
    "outlier": people(40).assign(score_now=lambda t: np.where(np.arange(40) == 3, 1e9, t["score_now"])),
    "nobody took it up": people(40).assign(taken=0.0),
    "everybody took it up": people(40).assign(taken=1.0),
    "take-up has nothing to do with the offer": people(40).assign(taken=np.tile([0.0, 0.0, 1.0, 1.0], 10)),
    "yes or no, twice": (
        people(40, compliance=0.8).assign(
            score_now=lambda t: (t["score_now"] > 0) * 1.0,
            score_before=lambda t: (t["score_before"] > 0) * 1.0,
        )
    ),
    "few levels": (
        people(60).assign(
            score_now=lambda t: t["score_now"].clip(-1, 1).round(),
            score_before=lambda t: t["score_before"].clip(-1, 1).round(),
        )
    ),
    "levels apart": people(60).assign(score_now=lambda t: t["group"] + 3.0, score_before=1.0),
    "nobody changed": people(40).assign(score_now=lambda t: t["score_before"]),
    "everybody changed alike": people(40).assign(score_now=lambda t: t["score_before"] + 1),
    "one changed": people(40).assign(score_now=lambda t: t["score_before"] + (np.arange(40) == 1)),
    "whole numbers, all tied": (
        people(60).assign(score_now=lambda t: t["score_now"].round(), x=lambda t: t["x"].round())
    ),
}


@pytest.mark.many
@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("edge", EDGES)
def test_a_reason_or_a_finite_interval_of_some_width(edge, design):
    study = programme(ALL_OF_THEM, **DESIGNS[design])
    rows = ladder(EDGES[edge], study, draws=199)
    assert list(rows.columns) == COLUMNS
    assert set(rows["specification"]) == {spec.id for spec in study.specifications}
    for row in rows.itertuples():
        place = (row.specification, row.std_error_kind, row.estimand)
        assert write_reasons(read_reasons(row.reasons, EstimateReason)) == row.reasons, place
        if pd.isna(row.estimate):
            assert row.reasons, place
            assert pd.isna(row.std_error), place
        else:
            numbers = [row.estimate, row.std_error, row.ci_low, row.ci_high, row.df, row.mde, row.p_value]
            assert np.isfinite(numbers).all(), place
            assert row.std_error > 0, place
            assert row.ci_low < row.ci_high, place
            assert row.ci_low <= row.estimate <= row.ci_high, place
            assert 0 <= row.p_value <= 1, place


@pytest.mark.slow
def test_at_an_ordinary_place_every_method_gives_numbers():
    study = programme(ALL_OF_THEM, **DESIGNS["clustered"])
    rows = ladder(people(400, 0.5, compliance=0.8), study, draws=199)
    there = set(rows.dropna(subset=["estimate"])["specification"])
    levels = {
        "paired-shares",
        "marginal-homogeneity",
        "ordered-change",
        "ordered-logit",
        "conditional-logit",
    }  # the outcome has no levels
    panels = {"repeated-cross-sections", "fixed-effects", "first-difference", "fixed-effects-logit"}
    assert (
        set(rows["specification"]) - there
        == {"nearest-neighbour", "propensity-matching", "pairs"} | panels | levels
    )
    several = people(400, 0.5, compliance=0.8).assign(
        score_now=lambda t: t["score_now"].clip(-1, 1).round(),
        score_before=lambda t: t["score_before"].clip(-1, 1).round(),
    )
    yes_no = several.assign(
        score_now=(several["score_now"] > 0) * 1.0, score_before=(several["score_before"] > 0) * 1.0
    )
    there = {
        name
        for table in (several, yes_no)
        for name in set(ladder(table, study, draws=199).dropna(subset=["estimate"])["specification"])
    }
    assert levels <= there
    rows = ladder(people(400, 0.5, compliance=0.8), programme(ALL_OF_THEM))
    assert "nearest-neighbour" in set(rows.dropna(subset=["estimate"])["specification"])
    assert {spec["method"] for spec in ALL_OF_THEM} == set(METHODS)


@pytest.mark.slow
def test_reasons_are_the_right_ones():
    plain = programme(ALL_OF_THEM)
    told = {
        edge: (
            ladder(EDGES[edge], plain, draws=199)
            .drop_duplicates("specification")
            .set_index("specification")["reasons"]
        )
        for edge in EDGES
    }
    assert told["nobody"]["inverse-probability-weighting"] == "no_complete_unit"
    assert told["one treated"]["entropy-balancing"] == "few_in_a_group"
    assert told["only participants"]["nearest-neighbour"].startswith("nobody_to_compare")
    assert told["group follows from covariate"]["doubly-robust"] == "no_overlap"
    assert told["no overlap"]["entropy-balancing"].startswith("unbalanced")
    assert told["nobody took it up"]["instrumental-variables"] == "all_or_nobody"
    assert told["yes or no"]["quantile-effects"].startswith("quantile_jumps")
    assert told["four"]["strata-fixed-effects"] == "no_strata"
    survey = ladder(EDGES["negative weight"], programme(ALL_OF_THEM, **DESIGNS["survey"]))
    assert set(survey["reasons"]) <= {
        "bad_weight",
        "no_panel",
        "no_periods",
    } | set(survey.loc[survey["specification"] == "first-difference", "reasons"])
    absent = ladder(people(40), programme(ALL_OF_THEM, **DESIGNS["nothing there"]))
    assert "no_such_column" in set(absent["reasons"])


def test_covariate_of_after_the_programme_is_refused():
    specs = [
        {"method": "regression", "id": "difference", "covariates": ["x", "score_now"], "std_errors": ["HC1"]},
        {"method": "entropy_balancing", "covariates": ["score_now"], "std_errors": ["influence"]},
    ]
    rows = ladder(people(60), programme(specs))
    assert set(rows["reasons"]) == {"covariate_after"}


def test_input_is_not_changed():
    table = people(60, 0.5, compliance=0.8)
    before = table.copy(deep=True)
    ladder(table, programme(ALL_OF_THEM, **DESIGNS["survey"]), draws=99)
    pd.testing.assert_frame_equal(table, before)


@pytest.mark.slow
def test_what_is_kept_in_memory_belongs_to_the_units_it_was_computed_for():
    # two indicators of equally many, but other people; the second must not be given the first one's weights,
    # matches or regressors
    table = people(200, 0.5).assign(
        early_now=lambda t: t["score_now"].where(np.arange(200) < 120),
        late_now=lambda t: t["score_now"].where(np.arange(200) >= 80),
    )
    study, settings = programme(ALL_OF_THEM), Settings("trial", "randomised", "difference", draws=99)
    early, late = (
        indicator("early_now", "now", "effect", "early"),
        indicator("late_now", "now", "effect", "late"),
    )
    both = estimate_stages(table, study, [*LINES, early, late], settings, stages=("outcome",))
    for line in (early, late):
        alone = estimate_stages(table, study, [*LINES[:-1], line], settings, stages=("outcome",))
        joined = both[both["indicator"] == line.indicator].reset_index(drop=True)
        pd.testing.assert_frame_equal(joined, alone.reset_index(drop=True))


def test_raters_of_one_indicator_stay_apart():
    # a self-rating and a supervisor's, each with its own value before
    table = people(120, 0.5).assign(
        boss_before=lambda t: t["score_before"] * 2, boss_now=lambda t: t["score_now"] * 2
    )
    own = [line.model_copy(update={"rater": "self"}) if line.indicator == "score" else line for line in LINES]
    boss = [
        line.model_copy(update={"rater": "supervisor"})
        for line in (indicator("boss_before", "before", "covariate"), indicator("boss_now", "now", "effect"))
    ]
    specs = [
        {"method": "difference_in_means", "id": "difference", "std_errors": ["HC2"]},
        {"method": "difference_in_differences", "std_errors": ["HC2"]},
    ]
    study = programme(specs)
    rows = estimate_stages(
        table, study, [*own, *boss], Settings("trial", "randomised", "difference"), stages=("outcome",)
    )
    shown = reported(rows, study).set_index(["rater", "specification"])["estimate"]
    assert len(shown) == 4
    for specification in ("difference", "difference-in-differences"):
        assert shown["supervisor", specification] == pytest.approx(2 * shown["self", specification])


@pytest.mark.slow
def test_words_effect_and_difference_follow_the_lottery():
    study = programme(ALL_OF_THEM)
    lottery = ladder(people(200, 0.5, compliance=0.8), study, draws=99)
    observed = ladder(people(200, 0.5, compliance=0.8), study, assignment="observational", draws=99)
    assert {
        "effect",
        "effect (ATT)",
        "effect (ATE)",
        "effect (LATE)",
        "effect (ITT)",
        "effect (quantile 0.5)",
        "take-up",
        "change",
    } <= set(lottery["estimand"])
    assert not any("effect" in text for text in observed["estimand"])
    assert (observed["std_error_kind"] == "randomisation").any()
    assert observed.loc[observed["std_error_kind"] == "randomisation", "estimate"].isna().all()


def test_one_row_of_each_specification_and_population_is_reported():
    study = programme(ALL_OF_THEM, primary="instrumental-variables", **DESIGNS["clustered"])
    rows = ladder(people(300, 0.5, compliance=0.8), study, draws=99)
    shown = reported(rows, study)
    assert not shown.duplicated(["specification", "estimand"]).any()
    assert len(shown[shown["specification"] == "instrumental-variables"]) == 3
    assert len(shown[shown["specification"] == "quantile-effects"]) == 3
    assert rows.loc[rows["is_primary"], ["specification", "estimand"]].to_numpy().tolist() == [
        ["instrumental-variables", "effect (LATE)"]
    ]


def test_definitions_that_ask_what_a_method_cannot_do_are_refused():
    wrong = [
        {"method": "nearest_neighbour", "id": "difference", "covariates": ["x"], "std_errors": ["HC1"]},
        {"method": "doubly_robust", "std_errors": ["influence"]},
        {"method": "entropy_balancing", "covariates": ["x"], "estimand": "ate", "std_errors": ["influence"]},
        {"method": "regression", "estimand": "att", "std_errors": ["HC1"]},
        {"method": "instrumental_variables", "std_errors": ["HC1"]},
        {"method": "difference_in_means", "instrument": "x", "trim": 0.1, "std_errors": ["HC2"]},
        {"method": "quantile_effects", "quantiles": [0.5, 1.5], "std_errors": ["influence"]},
    ]
    found = [
        str(problem)
        for problem in check_methods(programme(wrong, primary="quantile-effects"), [], "programme.yml")
    ]
    for part in (
        "the standard error 'HC1' does not belong to the method 'nearest_neighbour'",
        "the method 'doubly_robust' needs covariates",
        "the method 'entropy_balancing' has no estimand 'ate'",
        "the method 'regression' has no estimand 'att'",
        "'instrumental_variables' needs an instrument",
        "'instrumental_variables' needs one treatment",
        "the method 'difference_in_means' has no instrument",
        "the method 'difference_in_means' does not trim",
        "quantiles are different numbers between 0 and 1",
        "none of which can speak for a cohort",
    ):
        assert any(part in line for line in found), part
    lacking = {
        problem.column: problem.message
        for problem in check_methods(programme(ALL_OF_THEM), [], "programme.yml")
    }
    clustered = {column for column, message in lacking.items() if "declares no clusters" in message}
    assert clustered  # errors of clusters that the design does not declare, tested by themselves
    assert {column.split(".")[1] for column in lacking.keys() - clustered} == {
        "strata-fixed-effects",
        "repeated-cross-sections",
        "fixed-effects",
        "fixed-effects-logit",
        "first-difference",
    }
    assert all(
        "the design declares none" in lacking[column] for column in lacking.keys() - clustered
    )  # this design has neither strata nor periods
