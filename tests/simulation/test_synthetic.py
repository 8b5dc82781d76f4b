"""Synthetic cohorts: a known truth, answers like real ones, every error logged, the same bytes again."""

import csv
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from conftest import ROOT, replace_in
from manfaat.definitions.codebook import load_codebook
from manfaat.definitions.expressions import evaluate, parse_expression
from manfaat.definitions.prices import house_series
from manfaat.definitions.programme import Programme, load_programme
from manfaat.indicators import load_indicators
from manfaat.simulation import Plan, Simulation, blocks, conditions, load_simulation
from manfaat.simulation.columns import typed_frame
from manfaat.simulation.exports import Layout
from manfaat.simulation.laws import Choose, Count, Lookup, Normal, Ordered
from manfaat.simulation.laws_answers import Heaps, heaped
from manfaat.simulation.laws_time import Hazard, Recalled, day_of_month
from manfaat.simulation.mess import rates_of
from manfaat.simulation.mess.rendering import Rendering
from manfaat.simulation.mess.writing_styles import DATES, RUPIAH, in_words
from manfaat.simulation.people import group_of
from manfaat.simulation.truth import Measures, indicators_of, keys_of, truth_table
from manfaat.simulation.world import World, month_of_day
from manfaat.simulation.writing import table_blocks, write_cohort

FOLDER = ROOT / "programmes/jakarta-tokyo"


@pytest.fixture(scope="module")
def study() -> SimpleNamespace:
    programme, problems = load_programme(FOLDER, root=ROOT)
    codebook, more = load_codebook(FOLDER, programme, root=ROOT)
    lines, wrong = load_indicators(FOLDER, programme, codebook, root=ROOT)
    simulation, worse = load_simulation(FOLDER, programme, codebook, root=ROOT)
    assert problems + more + wrong + worse == []
    series = {
        name: {int(year): float(value) for year, value in found.items()}
        for name, found in house_series().items()
    }
    return SimpleNamespace(
        programme=programme, codebook=codebook, lines=lines, simulation=simulation, series=series
    )


def plan(study, participants: int, seed: int = 1, survey: str = "") -> Plan:
    return Plan(
        study.simulation, study.codebook, study.programme.main_table, study.series, participants, seed, survey
    )


@pytest.fixture(scope="module")
def many(study) -> SimpleNamespace:
    """16,500 who took part and 33,000 others, as they answered."""
    block = next(blocks(plan(study, 16_500)))
    rows = block.answered
    return SimpleNamespace(
        block=block,
        values={name: values[rows] for name, values in block.people.values.items()},
        all=block.people.values,
    )


# --- answers look like real ones (shares of the labour-force survey that the project's list of messes gives)


@pytest.mark.slow
def test_wages_are_heaped_as_in_the_labour_force_survey(many):
    wages = many.values["wage_now"]
    wages = wages[wages > 0]
    for unit, share in ((500_000, 0.469), (100_000, 0.898), (50_000, 0.952)):
        assert (wages % unit == 0).mean() == pytest.approx(share, abs=0.015), unit


def test_wages_before_have_the_asked_middle_and_spread(many, study):
    wages, months = many.values["wage_pre"], many.values["before_month"]
    known = wages > 0
    real = wages[known] / np.array([study.series["idn_cpi"][int(year)] for year in months[known] // 12]) * 100
    assert np.median(real) == pytest.approx(1.5 * 671_550, rel=0.03)
    assert np.log(real).std() == pytest.approx(0.55, abs=0.02)
    assert 0.213**2 / (many.all["log_before"] - many.all["path_before"]).var() == pytest.approx(
        0.15, abs=0.02
    )  # share of the firm


def test_start_months_are_unknown_and_heaped_as_in_the_labour_force_survey(many):
    working = many.values["work_pre"] != 0
    months = many.values["start_pre"][working]
    known = months[~np.isnan(months)]
    assert np.isnan(months).mean() == pytest.approx(0.111, abs=0.006)
    assert (known % 12 == 0).mean() == pytest.approx(0.198, abs=0.01)
    assert ((known // 12) % 5 == 0).mean() == pytest.approx(0.381, abs=0.01)
    assert (many.values["wagekind_now"] > 0)[many.values["work_now"] != 0].mean() == pytest.approx(
        0.041, abs=0.005
    )


def test_who_answers_and_who_keeps_the_wage_back(many):
    people, answered = many.all, many.block.answered
    alumni = people["grp"] == 1
    for code, share in ((1, 0.65), (2, 0.75), (3, 0.88), (4, 0.80)):
        assert answered[people["grp"] == code].mean() == pytest.approx(share, abs=0.015)
    odds = [
        np.log(share / (1 - share))
        for code in (1, 2)
        for share in [answered[alumni & (people["promo_any"] == code)].mean()]
    ]
    assert odds[0] - odds[1] == pytest.approx(0.5, abs=0.15)
    working = people["work_now"] != 0
    silent = np.isnan(people["wage_now"])[working]
    assert silent.mean() == pytest.approx(0.08, abs=0.01)
    rich = people["log_now"][working] > np.median(people["log_now"][working])
    assert silent[rich].mean() > silent[~rich].mean() + 0.02


def test_raters_agree_with_the_truth_as_asked(many):
    def score(names: list[str]) -> np.ndarray:
        with np.errstate(invalid="ignore"):
            ratings = np.column_stack([many.all[name] for name in names])
        return np.where(np.isnan(ratings).any(axis=1), np.nan, ratings.mean(axis=1))

    own, boss = score([f"pr{i}_now" for i in range(1, 5)]), score([f"pr{i}_sup_now" for i in range(1, 5)])
    truth, form = many.all["pr_after"], many.block.tables["supervisors"][1]
    assert (many.all["work_now"][form] == 4).all()
    assert (many.all["same_emp"][form] == 1).all()
    assert 0.4 < form[many.block.answered].mean() < 0.6
    both = form & ~np.isnan(own) & ~np.isnan(boss)
    assert np.corrcoef(own[both], truth[both])[0, 1] == pytest.approx(0.6, abs=0.03)
    assert np.corrcoef(boss[both], truth[both])[0, 1] == pytest.approx(0.5, abs=0.03)
    items = np.column_stack([many.all[f"pr{i}_now"][both] for i in range(1, 5)])
    items = items[~np.isnan(items).any(axis=1)]
    alpha = 4 / 3 * (1 - items.var(axis=0, ddof=1).sum() / items.sum(axis=1).var(ddof=1))
    assert alpha == pytest.approx(0.80, abs=0.03)


# --- the truth


@pytest.fixture(scope="module")
def truth(study) -> pd.DataFrame:
    return truth_table(
        plan(study, 8_000), Measures(study.programme, study.lines, FOLDER), most_blocks=1
    ).set_index("name")


@pytest.mark.slow
def test_effects_are_those_that_were_declared(truth):
    assert truth.loc["log_pay_now", "effect"] == pytest.approx(0.12, abs=0.006)
    assert truth.loc["defect_change", "effect"] == pytest.approx(-0.17, abs=0.003)
    assert truth.loc["defect_change", "mean_without"] == pytest.approx(-0.08, abs=0.01)
    assert truth.loc["output_change", "effect"] == pytest.approx(0.05, abs=0.003)
    untouched = [
        "age",
        "schooling",
        "log_pay_before",
        "level_before",
        "test_before",
        "knowledge_then",
        "asset_index_before",
    ]
    assert (truth.loc[untouched, "effect"] == 0).all()
    assert (truth["effect_error"].dropna() >= 0).all()


@pytest.mark.slow
def test_naive_readings_are_wrong_by_a_stated_amount(truth):
    pay, gain = truth.loc["log_pay_now"], truth.loc["knowledge_gain"]
    assert 0.25 < pay["naive_change_bias"] < 0.40  # growth of all wages, tenure, position
    assert 0.03 < pay["naive_gap_bias"] < 0.09  # selection on ability
    assert gain["naive_change"] > 1.8 * gain["effect"] > 0  # growth of everybody and response shift
    assert abs(truth.loc["knowledge_sup_gain", "naive_gap_bias"]) < 0.05  # supervisors have no response shift
    for kind in ("change", "gap"):
        np.testing.assert_allclose(
            truth[f"naive_{kind}"] - truth["effect"], truth[f"naive_{kind}_bias"], equal_nan=True
        )


def test_the_same_people_have_the_same_luck_without_the_programme(study):
    there, absent = (
        next(blocks(plan(study, 300), is_treated=is_treated)).people for is_treated in (True, False)
    )
    took_part = there.values["grp"] == 1
    for name in ("ability", "wage_pre", "kn1_now", "out_h_now", "log_now"):
        np.testing.assert_array_equal(there.values[name][~took_part], absent.values[name][~took_part])
    np.testing.assert_array_equal(there.values["standing"], absent.values["standing"])
    difference = (there.values["log_now"] - absent.values["log_now"])[took_part]
    assert (difference >= 0.035 - 1e-12).all()
    assert difference.max() > 0.16


def test_selection_makes_the_groups_what_they_are(many):
    ability, group = many.all["ability"], many.all["grp"]
    means = [ability[group == code].mean() for code in (1, 2, 3, 4)]
    assert means[0] == pytest.approx(means[3], abs=0.05)  # selected, went or not
    assert means[0] > means[2] + 0.2 > means[1] + 0.4  # selected, no selection, not selected
    assert means[2] == pytest.approx(0, abs=0.03)


# --- consistency


def test_groups_have_exactly_the_declared_sizes(study):
    sizes = plan(study, 130).sizes
    assert sizes == {"1": 130, "2": 80, "3": 150, "4": 30}
    groups = group_of(np.arange(390), np.array(list(sizes.values())))
    assert np.bincount(groups).tolist() == [130, 80, 150, 30]
    assert np.bincount(groups[:195], minlength=4).tolist() == pytest.approx(
        [65, 40, 75, 15], abs=2
    )  # spread evenly


@pytest.mark.slow
def test_clean_answers_keep_the_rules_of_the_form(study):
    block = next(blocks(plan(study, 1_500)))
    rows = np.flatnonzero(block.answered)
    frames = {
        "participants": typed_frame(
            block.people,
            rows,
            study.codebook,
            "participants",
            "resp_id",
            keys_of(block, plan(study, 1_500)).take(rows),
        )
    }
    rows = np.flatnonzero(block.tables["supervisors"][1])
    frames["supervisors"] = typed_frame(
        block.people,
        rows,
        study.codebook,
        "supervisors",
        "resp_id",
        keys_of(block, plan(study, 1_500)).take(rows),
    )
    for rule in study.codebook.rules:
        if rule.table in frames:
            broken = (~evaluate(parse_expression(rule.rule), frames[rule.table])).fillna(False).mean()
            assert broken <= {"error": 0, "warning": 0.02, "note": 0.2}[rule.severity], (rule.id, broken)
    table = frames["participants"]
    for variable in study.codebook.table("participants"):
        if variable.list_name and variable.kind == "select_one":
            assert set(table[variable.name].dropna()) <= {
                choice.name for choice in study.codebook.answers(variable.list_name)
            }, variable.name
        for sign, limit in variable.bounds:
            known = table[variable.name].dropna()
            assert {">=": known >= limit, "<=": known <= limit, ">": known > limit}[sign].all(), variable.name


def test_fast_conditions_agree_with_the_expressions_of_the_house(study):
    block = next(blocks(plan(study, 200)))
    everybody = np.arange(block.people.n)
    frame = typed_frame(
        block.people, everybody, study.codebook, "participants", "resp_id", keys_of(block, plan(study, 200))
    )
    texts = {variable.relevant for variable in study.codebook.table("participants") if variable.relevant}
    texts |= {
        "${promo_any} = 1 and ${grp} = 9",
        "${promo_any} = 1 or ${grp} = 1",
        "not(${grp} = 1) or ${lvl_now} > ${lvl_pre} + 1",
        "is-missing(${wage_now})",
        "${sect_pre} = 'C'",
        "selected(${assets_now}, '8')",
    }
    for text in texts:
        node = parse_expression(text)
        house = evaluate(node, frame).astype("float64").to_numpy()
        np.testing.assert_array_equal(conditions.truth(node, block.people), house, err_msg=text)


def test_a_reworded_item_gives_the_same_score_in_both_versions_of_the_form(study):
    scores = {}
    for version in ("1", "2"):
        made = replace(plan(study, 200), fixed={"form_ver": version})
        block = next(blocks(made, is_biased=False))
        table = indicators_of(block, made, Measures(study.programme, study.lines, FOLDER))
        scores[version] = table[
            ["effectiveness_now", "effectiveness_then", "effectiveness_sup_now", "productivity_now"]
        ]
        raw = block.people.values["et2_now"]
    assert scores["1"].notna().sum().min() > 100
    pd.testing.assert_frame_equal(scores["1"], scores["2"])
    assert np.corrcoef(raw, scores["2"]["effectiveness_now"])[0, 1] < 0  # as answered it runs the other way


# --- laws, one by one


def draw(step, n: int = 200_000, **columns) -> World:
    world = World(n, 7, 0, {})
    for name, (values, kind) in columns.items():
        world.put(name, np.broadcast_to(np.asarray(values, dtype="float64"), n).copy(), kind)
    step.draw(world)
    return world


def test_choose_and_ordered_give_the_declared_shares():
    codes = draw(Choose(name="x", law="choose", weights={"1": 1, "2": 3})).values["x"]
    assert (codes == 2).mean() == pytest.approx(0.75, abs=0.005)
    letters = draw(Choose(name="x", law="choose", weights={"C": 1, "F": 1})).values["x"]
    assert set(letters) == {"C", "F"}
    halves = draw(Ordered(name="x", law="ordered", base=1, sd=1, cuts=[1], codes=["1", "2"])).values["x"]
    assert (halves == 2).mean() == pytest.approx(0.5, abs=0.005)


def test_counts_have_the_declared_mean():
    for spread in (False, True):
        counts = draw(Count(name="x", law="count", base=np.log(2.5), spread=spread, high=1000)).values["x"]
        assert counts.mean() == pytest.approx(2.5, abs=0.04)
    assert counts.var() == pytest.approx(2.5 * 3.5, rel=0.05)  # geometric


def test_normal_rounds_and_keeps_within_limits():
    values = draw(Normal(name="x", law="normal", base=2, sd=3, low=0, high=4, to=1)).values["x"]
    assert set(values) == {0.0, 1.0, 2.0, 3.0, 4.0}
    assert not np.signbit(values).any()


def test_lookup_takes_codes_and_years():
    world = draw(
        Lookup(name="x", law="lookup", of="code", values={"1": 5}, other=0), 3, code=([1, 2, np.nan], "code")
    )
    np.testing.assert_array_equal(world.values["x"], [5, 0, np.nan])
    world = draw(
        Lookup(name="x", law="lookup", of="month", values={"1998": -0.25}),
        2,
        month=([1998 * 12 + 11, 1999 * 12], "month"),
    )
    np.testing.assert_array_equal(world.values["x"], [-0.25, np.nan])


def test_hazard_is_the_declared_chance_a_year():
    # a chance of 0.09 a year over 4 years: 1 − 0.91⁴ = 0.314 have an event; with exp(0.35) more: 1 − (1 −
    # 0.09 e^0.35)⁴ = 0.422
    hazard = Hazard(
        name="n", law="hazard", start="a", end="b", yearly=0.09, plus={"x": 0.35}, most=6, first="when"
    )
    for x, share in ((0, 1 - 0.91**4), (1, 1 - (1 - 0.09 * np.exp(0.35)) ** 4)):
        world = draw(hazard, a=(0, "month"), b=(48, "month"), x=(x, "number"))
        assert (world.values["n"] > 0).mean() == pytest.approx(share, abs=0.004)
        first = world.values["when"][~np.isnan(world.values["when"])]
        assert first.min() >= 0
        assert first.max() <= 48


def test_recall_is_right_in_the_world_without_bias():
    law = Recalled(name="x", law="recalled", of="m", unknown=0.5, january=0.5)
    world = World(100, 1, 0, {}, is_biased=False)
    world.put("m", np.full(100, 24_005.0), "month")
    law.draw(world)
    assert (world.values["x"] == 24_005).all()


def test_amounts_are_heaped_in_the_money_of_their_year():
    heaps = Heaps(units=[500_000], shares=[1.0], year=2004)
    series = {1997: 35.76, 2004: 100.0, 2009: 150.0}
    # 500,000 of 2004 is 178,800 of 1997, nearest 1-2-5 number 200,000; never larger than declared; under 1.5
    # units only thousands
    amounts = heaped(
        np.array([710_400.0, 1_710_400.0, 1_710_400.0, 710_400.0]),
        np.zeros(4),
        np.array([1997.0, 2004, 2009, 2004]),
        heaps,
        series,
    )
    assert amounts.tolist() == [800_000, 1_500_000, 1_500_000, 710_000]


def test_months_and_days_turn_into_one_another():
    months = np.array([1969 * 12 + 11, 1970 * 12, 2000 * 12 + 1, np.nan])
    np.testing.assert_array_equal(month_of_day(day_of_month(months)), months)
    assert day_of_month(months)[:3].tolist() == [-31, 0, 10_988]


# --- files


def read(path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["csv", "kobo", "xlsx", "sav"])
def test_same_seed_same_bytes_and_another_seed_other_people(study, tmp_path, kind):
    layout = Layout(
        level="high", rendering=Rendering(answers="id"), headers="id", formats={"participants": kind}
    )
    for name, seed in (("one", 5), ("two", 5), ("other", 6)):
        write_cohort(tmp_path / name, plan(study, 60, seed), study.programme, layout)
    names = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert names == ["costs.csv", "errors.csv", layout.file("participants"), "supervisors.csv"]
    for name in names:
        same, other = (tmp_path / "two" / name).read_bytes(), (tmp_path / "other" / name).read_bytes()
        assert (tmp_path / "one" / name).read_bytes() == same != other


def test_the_log_names_every_answer_that_was_messed_up_and_no_other(study, tmp_path):
    rendering = Rendering(answers="id")
    write_cohort(tmp_path / "plain", plan(study, 150), study.programme, Layout(level="", rendering=rendering))
    written = write_cohort(
        tmp_path / "messy", plan(study, 150), study.programme, Layout(level="high", rendering=rendering)
    )
    log = read(tmp_path / "messy" / "errors.csv")
    assert sum(written.errors.values()) == len(log) > 5_000
    places = [(line["table"], line["key"], line["variable"]) for line in log if line["variable"]]
    assert len(set(places)) == len(places)  # no answer is messed up twice
    truth = {
        part.name: part
        for block in blocks(plan(study, 150))
        for part in table_blocks(block, plan(study, 150), study.codebook)
    }
    for table in ("participants", "supervisors"):
        plain, messy = read(tmp_path / "plain" / f"{table}.csv"), read(tmp_path / "messy" / f"{table}.csv")
        keys = [row["resp_id"] for row in plain]
        logged = {
            (line["key"], line["variable"]): line
            for line in log
            if line["table"] == table and line["variable"]
        }
        again = {line["key"] for line in log if line["table"] == table and line["kind"] == "54"}
        canonical = {
            name: dict(zip(keys, column.texts(), strict=True))
            for name, column in truth[table].canonical.items()
        }
        assert len(messy) == len(plain) + sum(
            line["kind"] in ("54", "56") and line["table"] == table for line in log
        )
        for key, before, after in zip(keys, plain, messy, strict=False):
            for name in before:
                if (line := logged.get((key, name))) is not None:
                    assert line["true"] == canonical[name][key] or line["kind"] in (
                        "24",
                        "25",
                        "65",
                    )  # on another form
                    assert key in again or (after[name] == line["raw"] != before[name])
                else:
                    assert key in again or after[name] == before[name]


@pytest.mark.slow
def test_mess_comes_at_the_declared_rates(study, tmp_path):
    written = write_cohort(
        tmp_path / "x",
        plan(study, 2_000),
        study.programme,
        Layout(level="high", rendering=Rendering(answers="id")),
    )
    log = pd.read_csv(tmp_path / "x" / "errors.csv", dtype=str, keep_default_na=False)
    people = written.rows["participants"]
    assert log["kind"].eq("54").sum() / people == pytest.approx(0.03, abs=0.01)
    assert (log["kind"].eq("27") & log["variable"].eq("sex")).sum() / people == pytest.approx(0.30, abs=0.03)
    assert set(log["expected"]) == {"repair", "report", "as is"}
    assert {int(kind) for kind in log["kind"]} >= {
        1,
        2,
        3,
        4,
        5,
        6,
        7,
        9,
        10,
        11,
        12,
        13,
        15,
        16,
        17,
        18,
        19,
        20,
        21,
        22,
        23,
        26,
        28,
        30,
        31,
        32,
        33,
        34,
        45,
        49,
    }
    low = sum(
        write_cohort(
            tmp_path / "low", plan(study, 2_000), study.programme, Layout(level="low")
        ).errors.values()
    )
    assert 0 < low < len(log) / 8


def test_ways_to_write_an_amount_and_a_date():
    assert {way.write("2500000") for way in RUPIAH if way.kind in (1, 3, 4, 6)} == {
        "Rp 2.500.000",
        "Rp2.500.000,-",
        "IDR 2.500.000,00",
        "2,500,000",
        "2,5 juta",
        "2.5jt",
        "2500",
        "30000000",
    }
    assert in_words(850_000, long=False) == "850rb"
    assert in_words(2_550_000, long=True) is None  # two decimals are not written
    assert all(way.write("") is None for way in RUPIAH)
    written = {way.write("1998-04-05") for way in DATES}
    assert written == {
        "5 April 1998",
        "5-Apr-1998",
        "5-4-98",
        "35890",
        "04/1998",
        "akhir 1998",
        "31/02/1998",
        "平成10年4月5日",
        "H10.4.5",
    }


def test_what_cannot_be_is_refused(study, tmp_path):
    write_cohort(tmp_path, plan(study, 2), study.programme, Layout())
    with pytest.raises(FileExistsError):
        write_cohort(tmp_path, plan(study, 2), study.programme, Layout())
    with pytest.raises(ValueError, match="there is no level 'much': one of low, real, high"):
        rates_of("much")
    from manfaat.simulation.delivery import write_delivery

    with pytest.raises(ValueError, match="must say so"):
        write_delivery(
            tmp_path / "cohort-2004", plan(study, 2), Measures(study.programme, study.lines, FOLDER), Layout()
        )


def test_a_year_without_a_price_is_refused(study):
    with pytest.raises(KeyError, match="no value for 2031"):
        next(blocks(plan(study, 2, survey="2031-06-01")))


@pytest.mark.parametrize("participants", [1, 2, 10])
def test_very_few_people(study, tmp_path, participants):
    written = write_cohort(tmp_path / "x", plan(study, participants), study.programme, Layout(level="high"))
    assert written.rows["participants"] >= sum(
        size for code, size in plan(study, participants).sizes.items() if code != "1"
    )


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        (
            "plus: {age_drawn: -12}",
            "plus: {age_drwan: -12}",
            "'age_drwan' is not drawn by an earlier step. Expected: did you mean age_drawn",
        ),
        (
            "  - {name: mode, law: choose",
            "  - {name: modus, law: choose",
            "no step draws 'mode' of the table 'participants'",
        ),
        ("  - {name: lang, law: choose", "  - {name: sex, law: choose", "'sex' is drawn twice"),
        ("law: uniform, low: 1990", "law: unifrom, low: 1990", "unifrom"),
        (
            "  - table: supervisors\n    where",
            "  - table: supervisor\n    where",
            "the table 'supervisor' is not declared",
        ),
        ('item: "1", funder', 'items: "1", funder', "'items' is not a variable of 'costs'"),
    ],
)
def test_mistakes_in_a_simulation_are_told(project, study, right, wrong, message):
    path = project / "programmes/jakarta-tokyo/simulation.yml"
    replace_in(path, right, wrong)
    _, problems = load_simulation(path.parent, study.programme, study.codebook, root=project)
    assert any(message in str(problem) and "simulation.yml" in str(problem) for problem in problems), [
        str(problem) for problem in problems
    ]


# --- another programme, another codebook


def test_any_programme_can_be_simulated(tmp_path):
    words = {"en": "x", "id": "x"}
    folder = tmp_path / "programmes" / "trial"
    folder.mkdir(parents=True)
    labels = "label::English (en),label::Bahasa Indonesia (id)"
    (folder / "codebook.csv").write_text(
        f"table,name,type,source,{labels},relevant,role\npupils,id,text,id,Number,Nomor,,key\npupils,arm,select_one"
        " arm,arm,Arm,Kelompok,,group\npupils,score,integer,score,Score,Nilai,,\npupils,why,text,why,Why,Mengapa,${arm}"  # noqa: E501
        " = 1,\n"
    )
    (folder / "choices.csv").write_text(
        f"list_name,name,{labels}\narm,1,Tutored,Dibimbing\narm,0,Not tutored,Tidak dibimbing\n"
    )
    (folder / "indicators.csv").write_text(
        "name,indicator,time,stage_thesis,stage_dac,construct,inputs,arguments,unit,direction,family,use,label::English"
        " (en),label::Bahasa Indonesia (id),"
        "definition::English (en),definition::Bahasa Indonesia"
        " (id)\narm,arm,fixed,input,input,copy,arm,,,,,group,Arm,Kelompok,Arm,Kelompok\n"
        "score,score,now,outcome,outcome,copy,score,,points,higher,,effect,Score,Nilai,Score,Nilai\n"
    )
    programme = Programme.model_validate(
        {
            "programme": "trial",
            "title": words,
            "summary": words,
            "tables": {"pupils": {"label": words, "key": ["id"]}},
            "units": {"points": {"label": words}},
            "design": {
                "unit": {"one": words, "many": words},
                "group": "arm",
                "participants": ["1"],
                "comparison": ["0"],
                "times": {"now": words},
            },
            "specifications": [
                {"id": "difference", "label": words, "method": "difference_in_means", "std_errors": ["HC2"]}
            ],
            "primary": {"randomised": "difference", "observational": "difference"},
        }
    )
    codebook, problems = load_codebook(folder, programme, root=tmp_path)
    lines, more = load_indicators(folder, programme, codebook, root=tmp_path)
    assert problems + more == []
    simulation = Simulation.model_validate(
        {
            "note": words,
            "block": 1000,
            "key": "id",
            "key_prefix": "S",
            "group": "arm",
            "interview": "day",
            "survey": "2020-01-01",
            "groups": {
                "1": {"per_participant": 1, "selected": True, "treated": True},
                "0": {"per_participant": 1, "selected": False},
            },
            "selection": {"steps": [{"name": "wit", "law": "normal"}], "base": 0.0, "plus": {"wit": 1.0}},
            "steps": [
                {
                    "name": "score",
                    "law": "normal",
                    "base": 50,
                    "plus": {"wit": 10, "treated": 4},
                    "sd": 5,
                    "to": 1,
                },
                {"name": "why", "law": "texts", "texts": {"": ["because"]}},
            ],
            "response": {"base": 9.0},
        }
    )
    trial = Plan(simulation, codebook, "pupils", {}, 3_000, 2)
    table = truth_table(trial, Measures(programme, lines, folder), most_blocks=9).set_index("name")
    assert table.loc["score", "n"] == 3_000
    assert table.loc["score", "effect"] == pytest.approx(4, abs=0.02)
    assert table.loc["score", "naive_gap_bias"] > 5  # the witty were selected
    written = write_cohort(tmp_path / "out", trial, programme, Layout(level=""))
    rows = read(tmp_path / "out" / "pupils.csv")
    assert len(rows) == written.rows["pupils"] == 6_000
    assert {row["why"] for row in rows if row["arm"] == "0"} == {""}


# --- and back again


EXPORTS = {
    "Indonesian CSV with questions for names": (
        Layout(
            level="",
            rendering=Rendering(answers="id"),
            headers="id",
            separator=";",
            mark=True,
            titles=("Data survei (sintetis)",),
            footer=True,
        ),
        "1",
    ),
    "Indonesian workbook": (
        Layout(
            level="",
            rendering=Rendering(answers="id"),
            headers="id",
            formats={"participants": "xlsx"},
            titles=("Data survei (sintetis)",),
            footer=True,
        ),
        "1",
    ),
    "KoboToolbox, version 2": (
        Layout(level="", rendering=Rendering(dates="iso", version="2"), formats={"participants": "kobo"}),
        "2",
    ),
    "SPSS": (
        Layout(
            level="",
            rendering=Rendering(dates="iso", version="1", skipped="code"),
            formats={"participants": "sav"},
        ),
        "1",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("export", EXPORTS)
def test_every_answer_of_a_clean_export_is_read_back(study, tmp_path, export):
    from manfaat.analysis import study as studies
    from manfaat.cleaning import canonical
    from manfaat.simulation.delivery import write_delivery

    layout, version = EXPORTS[export]
    made = replace(plan(study, 25, seed=3), fixed={"form_ver": version})
    folder = tmp_path / "raw" / "trial-synthetic"
    write_delivery(folder, made, Measures(study.programme, study.lines, FOLDER), layout)
    cohort = studies.load_study("trial-synthetic", data_dir=str(tmp_path), root=ROOT)
    assert cohort.cohort.kind == "synthetic"
    tables = studies.clean_tables(cohort, studies.read_raw(cohort))
    for block in blocks(made):
        for part in table_blocks(block, made, study.codebook):
            kept = tables[part.name].kept.set_index("resp_id")
            agreed = (
                part.canonical["consent"].texts() != "2"
                if "consent" in part.canonical
                else np.ones(len(part.keys.codes), dtype=bool)
            )
            keys = part.keys.texts()[agreed]
            assert sorted(kept.index) == sorted(keys)
            for name in kept.columns.intersection(list(part.canonical)):
                read_back = [canonical(value) for value in kept[name].reindex(keys)]
                assert read_back == list(part.canonical[name].texts()[agreed]), (export, part.name, name)
    built, why = studies.build_with_reasons(
        cohort,
        tables["participants"].kept,
        {"supervisors": tables["supervisors"].kept},
        {name: table.reasons for name, table in tables.items()},
    )
    assert len(why) == built.isna().sum().sum()
