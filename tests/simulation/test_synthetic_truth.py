"""The truth of a simulation is what its answers, computed from the data as any study computes them, come
to.
"""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from test_synthetic_mess import FOLDER, MAIN, loaded, plan

from conftest import ROOT
from manfaat.analysis import study as studies
from manfaat.simulation import blocks
from manfaat.simulation.delivery import write_delivery
from manfaat.simulation.exports import Layout
from manfaat.simulation.laws_time import Hazard
from manfaat.simulation.listings import listing_rows
from manfaat.simulation.mess.rendering import Rendering
from manfaat.simulation.truth import Measures, baseline, difference_of, indicators_of, mean_of, truth_table
from manfaat.simulation.world import World

CHANCE = 1e-6  # of a false alarm among all comparisons of one test


@pytest.fixture(scope="module")
def study():
    return loaded(FOLDER, ROOT)


@pytest.fixture(scope="module")
def truth(study) -> pd.DataFrame:
    """From 100,000 people."""
    return truth_table(
        plan(study, 33_333, seed=11), Measures(study.programme, study.lines, FOLDER)
    ).set_index("name")


@pytest.fixture(scope="module")
def indicators(study) -> pd.DataFrame:
    """The indicators of those who answered, of 200,000 other people, block by block."""
    measures = Measures(study.programme, study.lines, FOLDER)
    made = plan(study, 66_667, seed=12)
    answered = (
        indicators_of(block, made, measures, rows=np.flatnonzero(block.answered)) for block in blocks(made)
    )
    return pd.concat(answered, ignore_index=True)


@pytest.mark.slow
def test_every_indicator_has_a_line_and_every_gap_a_reason(study, truth):
    assert truth.index.tolist() == [line.name for line in study.lines]
    for number, reason in (
        ("effect", "not known|no mean"),
        ("naive_change", "change:|not known|no mean"),
        ("naive_gap", "gap:|not known|no mean"),
    ):
        lacking = truth[truth[number].isna()]
        assert lacking["note"].str.contains(reason).all(), number
        assert truth.loc[truth[number].notna(), f"{number}_error"].notna().all()
    for kind in ("change", "gap"):
        np.testing.assert_allclose(
            truth[f"naive_{kind}"] - truth["effect"], truth[f"naive_{kind}_bias"], equal_nan=True
        )
    used = [line.name for line in study.lines if line.use == "effect"]
    assert truth.loc[used, ["effect", "naive_gap_bias"]].notna().all().all()


@pytest.mark.slow
def test_stated_biases_are_what_the_indicators_of_other_people_show(study, truth, indicators):
    took_part = (indicators["group"].astype(float) == 1).to_numpy()
    assert len(indicators) > 150_000
    distances = []
    for line in study.lines:
        stated, values = truth.loc[line.name], indicators[line.name]
        if not pd.api.types.is_numeric_dtype(values) or line.use == "group":
            continue
        values = values.to_numpy(dtype="float64")
        gap, error = difference_of(values[took_part], values[~took_part])
        before = baseline(line, study.lines)
        changes = values - indicators[before.name].to_numpy(dtype="float64") if before else values
        change, change_error, _ = mean_of(changes[took_part])
        found = {"gap": (gap, error), "change": (change, change_error)}
        for kind, (estimate, spread) in found.items():
            if np.isnan(stated[f"naive_{kind}"]):
                assert kind == "change" or np.isnan(estimate), line.name
                continue
            bias = estimate - stated["effect"]
            error = np.hypot(spread, stated[f"naive_{kind}_error"])
            assert (error > 0) or bias == pytest.approx(stated[f"naive_{kind}_bias"], abs=1e-12), line.name
            if error > 0:
                distances.append((line.name, kind, (bias - stated[f"naive_{kind}_bias"]) / error))
    table = pd.DataFrame(distances, columns=["name", "kind", "z"])
    assert len(table) > 120
    limit = (
        stats.norm.isf(CHANCE / len(table) / 2) * 1.15
    )  # errors of people in one firm, and of few very large values, are somewhat larger than stated
    assert table["z"].abs().max() < limit, table[table["z"].abs() >= limit]
    assert 0.7 < table["z"].std() < 1.4  # the stated errors are those of chance


@pytest.mark.slow
def test_effects_do_not_depend_on_who_answered(study, truth):
    """A much lower response leaves every effect as it is."""
    response = study.simulation.response.model_copy(update={"base": -2.0})
    silent = study.simulation.model_copy(update={"response": response})
    made = plan(study, 3_000, seed=11)
    one, two = (
        truth_table(entry, Measures(study.programme, study.lines, FOLDER), most_blocks=1).set_index("name")
        for entry in (made, type(made)(**{**vars(made), "simulation": silent}))
    )
    pd.testing.assert_series_equal(one["effect"], two["effect"])
    assert (one["naive_gap"] - two["naive_gap"]).abs().max() > 0


@pytest.mark.slow
def test_indicators_of_a_delivered_cohort_are_those_of_the_simulation(study, tmp_path):
    """From the files, through reading, cleaning and building: the same numbers as straight from the simulated
    people.
    """
    made = plan(study, 200, seed=5, form_ver="1")
    layout = Layout(level="", rendering=Rendering(answers="id"), headers="id", separator=";")
    write_delivery(
        tmp_path / "raw" / "trial-synthetic", made, Measures(study.programme, study.lines, FOLDER), layout
    )
    cohort = studies.load_study("trial-synthetic", data_dir=str(tmp_path), root=ROOT)
    tables = studies.clean_tables(cohort, studies.read_raw(cohort))
    built = studies.build(cohort, tables[MAIN].kept, {"supervisors": tables["supervisors"].kept})
    block = next(blocks(made))
    straight = indicators_of(
        block, made, Measures(study.programme, study.lines, FOLDER), rows=np.flatnonzero(block.answered)
    )
    straight["_key"] = straight["_key"].astype("string")
    pd.testing.assert_frame_equal(
        built.sort_values("_key", ignore_index=True),
        straight.sort_values("_key", ignore_index=True),
        check_dtype=False,
        rtol=1e-12,
    )


# --- what the project's list of messes asks of the simulation (marginals, one by one)


@pytest.fixture(scope="module")
def people(study) -> dict[str, np.ndarray]:
    return next(blocks(plan(study, 16_600, seed=21))).people.values


def test_memory_adds_the_asked_error_to_the_wage_before(study):
    """0.12 on the logarithm, before rounding: the part beyond rounding of the unbiased amount."""
    step = next(step for step in study.simulation.steps if step.name == "wage_pre")
    worlds = []
    for is_biased in (True, False):
        world = World(100_000, 3, 0, study.series, is_biased=is_biased)
        world.put("log_before", np.full(100_000, 14.0))
        world.put("before_month", np.full(100_000, 2000.0 * 12), "month")
        step.model_copy(update={"heaps": None, "to": 0.0, "blank": None}).draw(world)
        worlds.append(np.log(world.values["wage_pre"]))
    assert (worlds[0] - worlds[1]).std() == pytest.approx(0.12, abs=0.002)
    assert (worlds[0] - worlds[1]).mean() == pytest.approx(0, abs=0.002)


def test_wages_rise_with_schooling_and_tenure_and_fall_in_1998(people):
    import statsmodels.api as sm

    known = ~np.isnan(people["tenure"])
    columns = np.column_stack(
        [people[name][known] for name in ("schooling", "tenure", "ability", "firm_effect", "lvl_pre")]
    )
    columns = np.column_stack([columns, people["path_before"][known]])
    keep = ~np.isnan(columns).any(axis=1)
    fit = sm.OLS(people["log_before"][known][keep], sm.add_constant(columns[keep])).fit()
    np.testing.assert_allclose(fit.params[1:3], [0.07, 0.03], atol=4 * fit.bse[1:3].max())
    path = {
        int(year): value
        for year, value in zip(people["before_month"] // 12, people["path_before"], strict=True)
    }
    assert np.exp(path[1998] - path[1997]) - 1 == pytest.approx(-0.25, abs=0.01)


def test_selection_has_the_declared_log_odds(study):
    """Recovered by a logistic regression among people drawn without a need: β of ability 0.8, vocational
    school 0.4, named by employer 0.3.
    """
    import statsmodels.api as sm

    selection, world = study.simulation.selection, World(60_000, 5, 0, study.series)
    for step in selection.steps:
        step.draw(world)
    odds = 1 / (1 + np.exp(-world.sum(selection.base, selection.plus)))
    chosen = world.stream("selection").random(world.n) < odds
    columns = [
        world.values["ability"],
        world.factor("edu_pre=5"),
        world.factor("route=1"),
        world.values["age_distance"],
    ]
    fit = sm.Logit(chosen, sm.add_constant(np.column_stack(columns))).fit(disp=0)
    np.testing.assert_allclose(fit.params, [-0.2, 0.8, 0.4, 0.3, -0.002], atol=4 * fit.bse.max())


def test_promotions_in_four_years_rise_by_about_a_quarter_step(study):
    step = next(step for step in study.simulation.steps if step.name == "steps_up")
    hazard = Hazard(**{**step.model_dump(by_alias=True), "start": "a", "end": "b", "room": ""})
    counts = []
    for treated in (0.0, 1.0):
        world = World(200_000, 9, 0, {})
        world.put("a", np.zeros(200_000), "month")
        world.put("b", np.full(200_000, 48.0), "month")
        world.put("treated", np.full(200_000, treated))
        world.put("ability", world.stream("ability").standard_normal(200_000) + 0.3)  # the selected
        hazard.draw(world)
        counts.append(world.values["steps_up"].mean())
    assert counts[1] - counts[0] == pytest.approx(0.25, abs=0.06)


def test_the_effect_on_pay_rises_with_ability(study, people):
    treated, absent = people, next(blocks(plan(study, 16_600, seed=21), is_treated=False)).people.values
    effect = (treated["log_now"] - absent["log_now"])[people["grp"] == 1]
    thirds = people["third"][people["grp"] == 1]
    means = [effect[thirds == code].mean() for code in (1, 2, 3)]
    np.testing.assert_allclose(means, [0.06, 0.10, 0.20], atol=0.012)


def test_response_shift_acquiescence_and_raters_are_as_declared(study, people):
    honest = next(blocks(plan(study, 16_600, seed=21), is_biased=False)).people.values
    took_part = people["grp"] == 1
    shift = np.nanmean((people["kn1_then"] - honest["kn1_then"])[took_part]) - np.nanmean(
        (people["kn1_then"] - honest["kn1_then"])[~took_part]
    )
    sd = np.nanstd(honest["kn1_then"])
    # −0.3 of what the rater sees, of which √0.46 reaches one item: −0.2 of an item of standard deviation 1
    assert shift / sd == pytest.approx(-0.3 * np.sqrt(0.46) / 1.0, abs=0.03)
    assert people["acquiescence"].std() == pytest.approx(0.3, abs=0.01)
    # answers of one rater about different people: 0.2 of what the rater brings along, seen through √(1 −
    # 0.54²) and four items
    table = pd.DataFrame(
        {
            "rater": people["sup_id"],
            "score": (
                np.mean([honest[f"pr{i}_sup_now"] for i in range(1, 5)], axis=0) - honest["pr_after"] * 0.3
            ),
        }
    )
    table = table[people["same_emp"] == 1].dropna()
    groups = table.groupby("rater")["score"]
    size = groups.size()
    within = groups.var(ddof=1)[size > 1].mean()
    between = groups.mean()[size > 3].var() - (within / size[size > 3]).mean()
    assert 0.08 < between / (between + within) < 0.25


def test_item_non_response_and_unknown_dates_are_as_declared(people):
    working = people["work_now"] != 0
    assert np.isnan(people["wage_now"])[working].mean() == pytest.approx(0.08, abs=0.01)
    kinds = people["wagekind_now"][working]
    assert (kinds > 0).mean() == pytest.approx(0.041, abs=0.005)
    commonest = pd.Series(people["wage_now"]).value_counts().index[:6]
    assert {1_000_000.0, 1_500_000.0} <= set(commonest)


def test_costs_lie_within_the_given_ranges(study):
    rows = listing_rows(study.simulation.listings[0], seed=1)
    limits = {
        ("1", "JPY"): (110_000, 130_000),
        ("2", "JPY"): (80_000, 100_000),
        ("3", "JPY"): (45_000, 55_000),
        ("4", "JPY"): (550_000, 650_000),
    }
    seen = {
        key: [float(row["amount"]) for row in rows if (row["item"], row["currency"]) == key] for key in limits
    }
    for key, amounts in seen.items():
        assert len(amounts) == 13
        assert limits[key][0] <= min(amounts) <= max(amounts) <= limits[key][1]
    assert {row["funder"] for row in rows if row["currency"] == "JPY" and row["item"] != "15"} == {
        "1"
    }  # 15: what an equivalent programme would have cost
    assert {row["funder"] for row in rows if row["currency"] == "IDR"} == {"2", "3", "5"}
