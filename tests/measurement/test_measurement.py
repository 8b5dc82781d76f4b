"""How far ratings can be relied on: rows at the edges, privacy, and the whole way from definition files to
the report.
"""

import csv
import re

import numpy as np
import pandas as pd
import pytest

from conftest import page_of, replace_in, seal
from evaluation_cases import LINES, programme
from manfaat.definitions.indicator import Indicator
from manfaat.evaluation.estimate import COLUMNS, Settings
from manfaat.indicators import Scale
from manfaat.measurement import raters, response_shift, response_style, scales
from manfaat.measurement.measurement import measurement_estimates
from manfaat.measurement.scale_rows import ALL_COLUMNS, as_protected_table

SETTINGS = Settings("trial", "observational", "difference")
STUDY = programme([{"method": "difference_in_means", "std_errors": ["HC2"]}])
WORDS = {
    "label::English (en)": "x",
    "label::Bahasa Indonesia (id)": "x",
    "definition::English (en)": "x",
    "definition::Bahasa Indonesia (id)": "x",
}
FIXED = {"stage_thesis": "output", "stage_dac": "output", "unit": "points", "direction": "higher"}


def line(
    name: str,
    time: str = "now",
    rater: str = "self",
    recipe: str = "mean_items",
    arguments: str = "minimum=1",
    **more,
) -> Indicator:
    return Indicator.model_validate(
        {
            "name": name,
            "indicator": name.split("_")[0],
            "time": time,
            "rater": rater,
            "use": "effect",
            "construct": recipe,
            "arguments": arguments,
            **FIXED,
            **WORDS,
            **more,
        }
    )


def scale(items: pd.DataFrame, own: Indicator | None = None, reverse: pd.DataFrame | None = None) -> Scale:
    turned = pd.DataFrame(0.0, index=items.index, columns=items.columns) if reverse is None else reverse
    return Scale(
        own or line("skill_now"), items, items.where(turned != 1, 6 - items), turned, 1.0, 5.0, "five"
    )


def answers(n: int, k: int, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    seen = 0.7 * rng.standard_normal((n, 1)) + 0.7 * rng.standard_normal((n, k))
    return pd.DataFrame(
        np.searchsorted([-1.8, -0.7, 0.5, 1.5], seen) + 1.0, columns=[f"q{place}_now" for place in range(k)]
    )


def table_of(items: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {"group": (np.arange(len(items)) % 2).astype(str), "skill_now": items.mean(axis=1)}, index=items.index
    )


def measured(items: pd.DataFrame) -> pd.DataFrame:
    return measurement_estimates(
        [scale(items)], table_of(items), STUDY, [*LINES, line("skill_now")], SETTINGS
    )


SAME = pd.DataFrame(np.full((20, 4), 3.0), columns=[f"q{place}_now" for place in range(4)])
EDGES = {
    "nobody": answers(0, 4),
    "one person": answers(1, 4),
    "two people": answers(2, 4),
    "three people": answers(3, 4),
    "five people": answers(5, 4),
    "twelve people": answers(12, 4),
    "all equal": SAME,
    "all missing": SAME * np.nan,
    "one item": answers(20, 1),
    "two items": answers(20, 2),
    "no item": answers(20, 0),
    "one constant item": answers(20, 4).assign(q0_now=3.0),
    "all items the same": (
        answers(20, 1).reindex(columns=["q0_now"] * 3).set_axis(["q0_now", "q1_now", "q2_now"], axis=1)
    ),
    "an item one higher": (
        answers(20, 1).assign(q1_now=lambda d: d["q0_now"] + 1, q2_now=lambda d: d["q0_now"] + 2)
    ),
    "opposites": answers(20, 1).assign(q1_now=lambda d: 6 - d["q0_now"]),
    "nobody answered all": (
        answers(20, 4).mask(
            np.eye(20, 4) + np.eye(20, 4, -4) + np.eye(20, 4, -8) + np.eye(20, 4, -12) + np.eye(20, 4, -16)
            > 0
        )
    ),
}


@pytest.mark.parametrize("edge", EDGES)
def test_every_edge_gives_rows_with_a_number_or_a_reason(edge):
    rows = measured(EDGES[edge])
    assert list(rows.columns) == ALL_COLUMNS
    assert set(COLUMNS) <= set(rows.columns)
    refused = rows["estimate"].isna()
    assert (rows.loc[refused, "reasons"] != "").all()
    known = rows.dropna(subset=["ci_low", "ci_high"])
    assert (known["ci_high"] - known["ci_low"] > 1e-6).all()
    assert (known["estimate"].between(known["ci_low"] - 1e-9, known["ci_high"] + 1e-9)).all()
    items = scales.item_table([scale(EDGES[edge])], table_of(EDGES[edge]), STUDY)
    assert len(items) == EDGES[edge].shape[1]


@pytest.mark.parametrize(
    ("edge", "method", "reason"),
    [
        ("nobody", "cronbach_alpha", "few_complete"),
        ("three people", "cronbach_alpha", "too_few"),
        ("all equal", "cronbach_alpha", "few_people; same_answers"),
        ("one item", "cronbach_alpha", "few_items; few_people; one_item"),
        (
            "opposites",
            "cronbach_alpha",
            "few_items; few_people; item_against(item=q0_now); item_against(item=q1_now); sum_constant",
        ),
        ("all items the same", "cronbach_alpha", "few_people; redundant; items_differ_alike"),
        ("all items the same", "mcdonald_omega", "few_people; redundant; item_follows"),
        ("one constant item", "mcdonald_omega", "few_people; same_answer(item=q0_now); item_constant"),
        ("five people", "mcdonald_omega", "few_people; few_for_model"),
        ("two items", "mcdonald_omega", "few_items; few_people; few_items_for_factor"),
        ("nobody answered all", "cronbach_alpha", "in_part; few_complete"),
    ],
)
def test_reasons_are_those_of_the_edge(edge, method, reason):
    rows = measured(EDGES[edge])
    assert rows.loc[
        (rows["method"] == method) & (rows["subgroup"] == ""), ["estimate", "reasons"]
    ].to_numpy().tolist() == [[pytest.approx(np.nan, nan_ok=True), reason]]


def test_a_heywood_case_has_no_omega():
    rng = np.random.default_rng(1)
    matrix = np.array([[1, 0.85, 0.85], [0.85, 1, 0.6], [0.85, 0.6, 1.0]])
    rows = measured(
        pd.DataFrame(
            rng.standard_normal((200, 3)) @ np.linalg.cholesky(matrix).T,
            columns=["q0_now", "q1_now", "q2_now"],
        )
    )
    omega = rows[(rows["method"] == "mcdonald_omega") & (rows["subgroup"] == "")].iloc[0]
    assert np.isnan(omega["estimate"])
    assert omega["reasons"] == "heywood"


def test_pairwise_alpha_uses_everyone_and_listwise_says_how_many_it_lost():
    items = answers(300, 4).mask(np.random.default_rng(2).random((300, 4)) < 0.1)
    rows = measured(items)
    found = rows[rows["subgroup"] == ""].set_index("method")
    listwise, pairwise = items.dropna(), items.cov().to_numpy()
    assert found.loc["cronbach_alpha", "n"] == len(listwise) < 240
    assert found.loc["cronbach_alpha", "n_missing"] == items.notna().any(axis=1).sum() - len(listwise)
    assert "in_part" in found.loc["cronbach_alpha", "reasons"]
    assert found.loc["cronbach_alpha_pairwise", "estimate"] == pytest.approx(
        4 / 3 * (1 - np.trace(pairwise) / pairwise.sum())
    )
    assert found.loc["cronbach_alpha_pairwise", "n"] == (items.notna().sum(axis=1) >= 2).sum()


def test_inputs_are_not_changed():
    items = answers(50, 4)
    before = items.copy()
    measured(items)
    pd.testing.assert_frame_equal(items, before)


# --- answering styles


def test_ceiling_is_flagged_and_a_share_of_few_people_is_not_shown():
    items = pd.DataFrame(np.full((100, 4), 5.0), columns=[f"q{place}_now" for place in range(4)])
    items.iloc[:70] = answers(70, 4).clip(2, 4).to_numpy()
    items.iloc[:3] = 1.0
    rows = response_style.style_estimates([scale(items)], table_of(items), STUDY, SETTINGS)
    ends = rows[(rows["subgroup"] == "") & (rows["method"] == "share")].set_index("estimand")
    assert ends.loc["ceiling", "estimate"] == pytest.approx(0.3)
    assert ends.loc["ceiling", "reasons"] == "at_ceiling"
    assert np.isnan(ends.loc["floor", "estimate"])
    assert ends.loc["floor", "reasons"] == "few_alike"


def test_straight_lining_is_told_from_answers_before_turning():
    items = answers(40, 8)
    reverse = pd.DataFrame(0.0, index=items.index, columns=items.columns).assign(q0_now=1.0)
    items = items.assign(q1_now=1.0, q2_now=5.0)  # nobody is alike by chance
    items.iloc[:10] = 4.0
    items.loc[items.index[:10], "q0_now"] = 2.0  # ticked 4 throughout, and one item was turned
    rows = response_style.style_estimates([scale(items, reverse=reverse)], table_of(items), STUDY, SETTINGS)
    found = rows[(rows["estimand"] == "straight-lining") & (rows["subgroup"] == "")].iloc[0]
    assert (found["n"], found["estimate"]) == (40, 0.25)
    assert found["ci_low"] < 0.25 < found["ci_high"]


@pytest.mark.parametrize("agreeing", [0.0, 0.8])
def test_acquiescence_is_what_is_left_when_both_wordings_are_averaged(agreeing):
    rng = np.random.default_rng(3)
    truth = rng.standard_normal((400, 1))
    sign = np.array([1, 1, -1, -1, 1, -1, 1, -1.0])
    given = 3 + 0.5 * sign * truth + agreeing + 0.3 * rng.standard_normal((400, 8))
    raw = pd.DataFrame(given, columns=[f"q{place}_now" for place in range(8)])
    reverse = pd.DataFrame(np.tile((sign < 0).astype(float), (400, 1)), columns=raw.columns)
    rows = response_style.style_estimates(
        [scale(raw.where(reverse == 0, 6 - raw), reverse=reverse)], table_of(raw), STUDY, SETTINGS
    )
    found = rows[(rows["estimand"] == "acquiescence") & (rows["subgroup"] == "")].iloc[0]
    assert found["estimate"] == pytest.approx(agreeing, abs=0.02)
    assert found["reasons"] == ("agrees" if agreeing else "")


def test_without_reversed_items_agreeing_as_such_is_not_told():
    rows = measured(answers(50, 4))
    found = rows[rows["estimand"] == "acquiescence"]
    assert found["estimate"].isna().all()
    assert found["reasons"].str.startswith("one_wording").all()


# --- raters


def rated(n: int, seed: int = 1) -> tuple[pd.DataFrame, list[Indicator]]:
    rng = np.random.default_rng(seed)
    truth = rng.standard_normal(n)
    table = pd.DataFrame(
        {
            "group": (np.arange(n) % 2).astype(str),
            "skill_now": np.round(3 + truth + 0.5 * rng.standard_normal(n), 2),
            "skill_sup_now": np.round(3.5 + truth + 0.5 * rng.standard_normal(n), 2),
            "up_now": (truth > 0).astype(float),
            "up_sup_now": (truth + 0.3 * rng.standard_normal(n) > 0).astype(float),
            "skill_test_now": 50 + 10 * truth,
        }
    )
    lines = [
        line("skill_now"),
        line("skill_sup_now", rater="supervisor"),
        line("up_now"),
        line("up_sup_now", rater="supervisor"),
        line("skill_test_now", rater="test", unit="points_100"),
    ]
    return table, lines


def test_raters_of_the_same_thing_in_the_same_unit_are_paired():
    _, lines = rated(5)
    assert [(first.name, second.name) for first, second in raters.rater_pairs(lines)] == [
        ("skill_now", "skill_sup_now"),
        ("up_now", "up_sup_now"),
    ]


def test_agreement_rows_hold_the_numbers_of_the_functions():
    table, lines = rated(200)
    rows = raters.agreement_estimates(table, STUDY, lines, SETTINGS)
    whole = rows[rows["subgroup"] == ""].set_index(["name", "method"])
    pair = table[["skill_now", "skill_sup_now"]].to_numpy()
    assert whole.loc[("skill_now", "ICC(3,1)"), "estimate"] == pytest.approx(
        (np.cov(pair, rowvar=False)[0, 1] * 2) / np.trace(np.cov(pair, rowvar=False))
    )
    assert whole.loc[("skill_now", "bias"), "estimate"] == pytest.approx((pair[:, 0] - pair[:, 1]).mean())
    assert whole.loc[("skill_now", "ICC(2,1)"), "estimate"] < whole.loc[("skill_now", "ICC(3,1)"), "estimate"]
    assert set(whole.loc["up_now"].index) == {"weighted_kappa", "bias"}
    assert (rows["rater"] == "self, supervisor").all()
    assert set(rows["subgroup"]) == {"", "participants", "comparison"}


@pytest.mark.parametrize("n", [0, 1, 2, 4, 5, 9])
def test_few_rated_people_give_reasons_and_no_interval_without_width(n):
    table, lines = rated(n)
    rows = raters.agreement_estimates(table, STUDY, lines, SETTINGS)
    assert (rows.loc[rows["estimate"].isna(), "reasons"] != "").all()
    known = rows.dropna(subset=["ci_low", "ci_high"])
    assert (known["ci_high"] > known["ci_low"]).all()
    if n < 5:
        assert rows["estimate"].isna().all()


# --- response shift


def test_response_shift_is_recalled_minus_measured_with_its_paired_interval():
    from scipy import stats

    rng = np.random.default_rng(4)
    before = 3 + rng.standard_normal(80)
    table = pd.DataFrame(
        {
            "group": (np.arange(80) % 2).astype(str),
            "skill_before": before,
            "skill_then": before - 0.4 + 0.5 * rng.standard_normal(80),
            "skill_now": before + 0.3 + 0.5 * rng.standard_normal(80),
        }
    )
    lines = [
        line("skill_before", "before", recipe="copy", arguments="", inputs="a"),
        line("skill_then", "then"),
        line("skill_now"),
    ]
    rows = response_shift.shift_estimates(table, STUDY, lines, SETTINGS)
    whole = rows[rows["subgroup"] == ""].set_index("method")
    test = stats.ttest_rel(table["skill_then"], table["skill_before"])
    shift = whole.loc["then_minus_before"]
    assert (shift["estimate"], shift["p_value"]) == (
        pytest.approx((table["skill_then"] - before).mean()),
        pytest.approx(test.pvalue),
    )
    assert (shift["ci_low"], shift["ci_high"]) == pytest.approx(tuple(test.confidence_interval()))
    assert (shift["estimand"], shift["effect_size_kind"], shift["mde"] > 0) == (
        "response shift",
        "d_z (SD of the change)",
        True,
    )
    assert whole.loc["now_minus_then", "estimate"] - whole.loc[
        "now_minus_before", "estimate"
    ] == pytest.approx(-shift["estimate"])
    assert set(whole.loc[["now_minus_then", "now_minus_before"], "estimand"]) == {"change"}
    for size in (0, 1, 2, 4):
        few_people = response_shift.shift_estimates(table.head(size), STUDY, lines, SETTINGS)
        assert few_people["estimate"].isna().all()
        assert (few_people["reasons"] != "").all()
    equal = response_shift.shift_estimates(
        table.assign(skill_then=table["skill_before"]), STUDY, lines, SETTINGS
    )
    assert "differ_alike" in set(equal["reasons"])


def test_another_rater_or_unit_before_is_no_baseline():
    table = pd.DataFrame(
        {"group": ["0", "1"] * 10, "skill_test_before": 50.0, "skill_then": 3.0, "skill_now": 4.0}
    )
    lines = [
        line("skill_test_before", "before", "test", unit="points_100"),
        line("skill_then", "then"),
        line("skill_now"),
    ]
    rows = response_shift.shift_estimates(table, STUDY, lines, SETTINGS)
    assert rows["estimate"].isna().all()
    assert set(rows["reasons"]) == {"not_both"}


def test_loadings_are_compared_item_by_item():
    now = answers(200, 4)
    then = now.set_axis([name.replace("_now", "_then") for name in now], axis=1)
    own = [
        scale(then, line("skill_then", "then", arguments="scale=s;suffix=_then;minimum=1")),
        scale(now, line("skill_now", arguments="scale=s;suffix=_now;minimum=1")),
    ]
    rows = response_shift.congruence_estimates(own, table_of(now), STUDY, SETTINGS)
    assert rows.loc[rows["subgroup"] == "", "estimate"].tolist() == [pytest.approx(1.0)]
    turned_round = [own[0], scale(now[now.columns[::-1]], own[1].line)]
    assert response_shift.congruence_estimates(
        turned_round, table_of(now), STUDY, SETTINGS
    ).empty  # other items at another place


def test_rows_of_fewer_than_five_people_lose_their_numbers():
    rows = measured(answers(60, 4)).to_dict("records")
    hidden = as_protected_table([row | {"n": 4} for row in rows])
    assert hidden[["n", "estimate", "ci_low", "ci_high", "std_error"]].isna().all().all()
    assert (hidden["reasons"] == "too_few").all()


def test_a_group_is_not_shown_from_which_a_small_one_would_follow():
    items = answers(60, 4)
    table = table_of(items).assign(group=["1"] * 3 + ["0"] * 57)
    rows = measurement_estimates([scale(items)], table, STUDY, LINES, SETTINGS)
    alpha = rows[rows["method"] == "cronbach_alpha"].set_index("subgroup")
    assert alpha["estimate"].notna().to_dict() == {"": True, "participants": False, "comparison": False}
    assert alpha["n"].notna().to_dict() == {"": True, "participants": False, "comparison": False}
    assert alpha.loc["comparison", "reasons"].startswith("few_others")
    whole = measurement_estimates(
        [scale(items)], table.assign(group=["1"] * 5 + ["0"] * 55), STUDY, LINES, SETTINGS
    )
    assert whole.loc[whole["method"] == "cronbach_alpha", "estimate"].notna().all()


# --- from definition files to the report


@pytest.fixture
def rated_project(project):
    """A lottery whose people rated themselves before, later recalled that, rate themselves now, and are rated
    by another; one item is reversed in version 2 of the form, and the codebook says so (of item 3, which is
    reversed too, it says nothing).
    """
    rng, folder, raw = np.random.default_rng(5), project / "programmes/nsw", project / "data/raw/nsw-1976"
    lines = (raw / "nsw.csv").read_text().splitlines()
    n = len(lines) - 1
    skill = rng.standard_normal(n)
    version = rng.integers(1, 3, n)
    columns = {"version": version}
    for time, level in (("before", 0.0), ("then", -0.4), ("now", 0.3)):
        for item in range(1, 5):
            rating = np.searchsorted([-1.8, -0.7, 0.5, 1.5], skill + level + 0.8 * rng.standard_normal(n)) + 1
            rating = np.where((item == 2) & (version == 2), 6 - rating, rating)
            columns[f"own{item}_{time}"] = 6 - rating if item == 3 and time == "now" else rating
    columns["boss_now"] = np.searchsorted([-1.8, -0.7, 0.5, 1.5], skill + 0.8 * rng.standard_normal(n)) + 1
    table = pd.DataFrame(columns).astype(str)
    (raw / "nsw.csv").write_text(
        "\n".join(
            [
                ",".join([lines[0], *table.columns]),
                *[",".join([old, *new]) for old, new in zip(lines[1:], table.to_numpy(), strict=True)],
            ]
        )
        + "\n"
    )
    seal(raw)
    add_definitions(folder, [name for name in table.columns if name != "version"])
    return project


def add_definitions(folder, items: list[str]) -> None:
    with (folder / "codebook.csv").open(encoding="utf-8", newline="") as stream:
        own = list(csv.DictReader(stream))
    common = {"table": own[0]["table"], "type": "select_one five", "unit": "points_5"}
    for name in items:
        words = {
            "source": name,
            "label::English (en)": f"Item <{name}>",
            "label::Bahasa Indonesia (id)": f"Butir <{name}>",
        }
        own.append(
            {
                **common,
                "name": name,
                **words,
                "scale": "skill" if name.startswith("own") else "",
                "reversed": "2" if name.startswith("own2") else "",
                "required": "no",
            }
        )
    own.append(
        {
            "table": own[0]["table"],
            "type": "integer",
            "name": "version",
            "source": "version",
            "label::English (en)": "Form",
            "label::Bahasa Indonesia (id)": "Formulir",
            "role": "version",
            "required": "no",
        }
    )
    write_rows(folder / "codebook.csv", own)
    with (folder / "choices.csv").open("a", encoding="utf-8") as stream:
        stream.write("".join(f"five,{code},Code {code},Kode {code}\n" for code in range(1, 6)))
    with (folder / "indicators.csv").open(encoding="utf-8", newline="") as stream:
        lines = list(csv.DictReader(stream))
    for time in ("before", "then", "now"):
        lines.append(
            measure(f"skill_{time}", time, "self", "mean_items", "", f"scale=skill;suffix=_{time};minimum=3")
        )
    lines.append(measure("skill_boss_now", "now", "supervisor", "copy", "boss_now", ""))
    write_rows(folder / "indicators.csv", lines)
    replace_in(
        folder / "programme.yml",
        "units:\n",
        "units:\n  points_5: {label: {en: points, id: poin}, decimals: 2}\n",
    )


def measure(name: str, time: str, rater: str, recipe: str, inputs: str, arguments: str) -> dict[str, str]:
    said = {
        "label::English (en)": f"Skill {time} by {rater}",
        "label::Bahasa Indonesia (id)": f"Keterampilan {time} oleh {rater}",
    }
    meant = {
        "definition::English (en)": "Mean of four",
        "definition::Bahasa Indonesia (id)": "Rata-rata empat",
    }
    fixed = {
        "stage_thesis": "output",
        "stage_dac": "output",
        "unit": "points_5",
        "direction": "higher",
        "use": "effect" if time == "now" else "describe",
    }
    return {
        "name": name,
        "indicator": "skill",
        "time": time,
        "rater": rater,
        "construct": recipe,
        "inputs": inputs,
        "arguments": arguments,
        **fixed,
        **said,
        **meant,
    }


def write_rows(path, rows: list[dict[str, str]]) -> None:
    names = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, names, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


@pytest.mark.parametrize("language", ["en", "id"])
def test_definition_files_alone_give_reliability_agreement_and_response_shift(rated_project, language):
    from manfaat.run.run import Options, run_cohort

    outcome = run_cohort("nsw-1976", Options(language=language), root=rated_project)
    assert outcome.failure == ""
    rows = pd.read_csv(
        rated_project / "reports/nsw-1976/scales.csv", keep_default_na=False, na_values={"estimate": [""]}
    )
    whole = rows[rows["subgroup"] == ""].set_index(["name", "method"])
    # four items of communality 1 / 1.64 each, five points: α of about .83; item 2 was turned where version 2
    # reverses it
    assert whole.loc[("skill_before", "cronbach_alpha"), "estimate"] == pytest.approx(0.83, abs=0.03)
    assert whole.loc[("skill_then", "cronbach_alpha"), "estimate"] == pytest.approx(0.83, abs=0.03)
    assert whole.loc[("skill_now", "cronbach_alpha"), "reasons"].endswith("item_against(item=own3_now)")
    assert whole.loc[("skill_then", "then_minus_before"), "estimate"] == pytest.approx(-0.33, abs=0.1)
    assert whole.loc[("skill_now", "ICC(3,1)"), "estimate"] > 0.3
    items = pd.read_csv(rated_project / "reports/nsw-1976/scale_items.csv").set_index("item")
    assert items.loc["own3_now", "item_rest_r"] < 0 < items.loc["own2_now", "item_rest_r"]
    assert items.loc["own3_now", "alpha_without"] > whole.loc[("skill_now", "cronbach_alpha"), "estimate"]
    said = (rated_project / "reports/nsw-1976/exhibits/04-scales.json").read_text(encoding="utf-8")
    assert (
        "not been turned: Item <own3_now> (own3_now)"
        if language == "en"
        else "belum dibalik: Butir <own3_now> (own3_now)"
    ) in said
    html = page_of(outcome.report.parent)
    text = re.sub("<[^>]+>", " ", html)
    assert "Item &lt;own3_now&gt;" in html if language == "en" else "Butir &lt;own3_now&gt;" in html
    assert ("Response shift" if language == "en" else "Pergeseran respons") in text
    assert ("Reliability of the scales" if language == "en" else "Reliabilitas skala") in text
    assert ("Agreement of raters" if language == "en" else "Kesepakatan penilai") in text


def test_indicators_of_other_rows_are_refused(rated_project):
    from manfaat.analysis import study as studies

    cohort = studies.load_study("nsw-1976", root=rated_project)
    main = studies.clean_tables(cohort, studies.read_raw(cohort))[cohort.programme.main_table].kept
    built = studies.build(cohort, main, {})
    assert [own.line.name for own in studies.scale_items(cohort, main, {}, built)] == [
        "skill_before",
        "skill_then",
        "skill_now",
    ]
    with pytest.raises(ValueError, match="other rows"):
        studies.scale_items(cohort, main.iloc[::-1], {}, built)
