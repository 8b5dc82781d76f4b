"""Survey weights reach everything that is shown: the weighted summariser, and every summary that rests on
it.
"""

import numpy as np
import pandas as pd
import pytest

from evaluation_cases import LINES, people, programme
from manfaat.base.problems import ProblemsError
from manfaat.evaluation import levels, summaries
from manfaat.evaluation.balance import balance
from manfaat.evaluation.estimate import Settings
from manfaat.evaluation.weighted import answers
from manfaat.indicators import written_out
from manfaat.measurement import profiles

VALUES = pd.Series([1.0, 2.0, np.nan, 4.0, 9.0])
WEIGHTS = pd.Series([1.0, 3.0, 5.0, 2.0, np.nan])


def test_by_hand():
    # Σwx / Σw of 1, 2, 4 with 1, 3, 2; the missing answer and the answer without a weight stand for nobody
    known = answers(VALUES, WEIGHTS)
    assert (known.n, known.mean) == (3, pytest.approx(15 / 6))
    assert known.variance == pytest.approx((1.5**2 + 3 * 0.5**2 + 2 * 1.5**2) / 6 * 3 / 2)
    assert known.effective == pytest.approx(36 / 14)
    assert [known.quantile(share) for share in (0.1, 0.5, 0.9)] == [1.0, 2.0, 4.0]
    # R 4.2.2, survey 4.1: SE(svymean(~x, svydesign(~1, weights = ~w))) = sqrt(n/(n-1) * sum((w (x -
    # mean))^2)) / sum(w)
    assert known.std_error == pytest.approx(np.sqrt(1.5 * (1.5**2 + 1.5**2 + 3**2)) / 6)


@pytest.mark.parametrize("weights", [None, pd.Series(7.0, VALUES.index)])
def test_without_weights_and_with_equal_ones_it_is_the_ordinary_summary(weights):
    known, plain = answers(VALUES, weights), VALUES.dropna()
    assert (known.n, known.mean, known.sd) == (4, pytest.approx(plain.mean()), pytest.approx(plain.std()))
    assert known.std_error == pytest.approx(plain.std() / 2)
    assert [known.quantile(share) for share in (0.1, 0.25, 0.5)] == pytest.approx(
        [plain.quantile(share) for share in (0.1, 0.25, 0.5)]
    )


def test_nobody_and_one():
    assert np.isnan(answers(VALUES.iloc[:0]).mean)
    assert np.isnan(answers(VALUES.iloc[:1], WEIGHTS).variance)
    assert answers(VALUES.iloc[:0], WEIGHTS).effective == 0


def halves(table: pd.DataFrame) -> pd.DataFrame:
    """Every row twice, at half its weight."""
    twice = pd.concat([table, table.assign(_key=table["_key"] + "b")], ignore_index=True)
    return twice.assign(weight=twice["weight"] / 2)


def shown(table: pd.DataFrame) -> dict[str, list[float]]:
    """What is shown of a weighted study, as lists of numbers that rest on means and shares."""
    study, group = (
        programme(
            [{"method": "difference_in_means", "std_errors": ["auto"]}],
            primary="difference-in-means",
            weight="weight",
        ),
        table["group"],
    )
    line = next(one for one in LINES if one.name == "score_now")
    found = balance(table, study, LINES)
    return {
        "balance": found[["mean", "mean_comparison"]].to_numpy().ravel().tolist(),
        "summary": summaries.describe(table, study, LINES, group)["mean"].tolist(),
        "spread": summaries.spread(table, line, study, LINES)["mean"].tolist(),
        "change": (
            profiles.moved_means(table, line, study, LINES)[["before", "now"]].to_numpy().ravel().tolist()
        ),
        "level": [
            levels.level_row(
                table["score_now"],
                line,
                Settings("c", "observational", "d"),
                is_share=False,
                weights=table["weight"],
            ).estimate
        ],
    }


def test_every_summary_is_weighted():
    table = people(300, 0.4, 5, selected=1.0)
    by_hand = table[table["group"] == 1]
    mean = np.average(by_hand["x"], weights=by_hand["weight"])
    found = balance(
        table,
        programme(
            [{"method": "difference_in_means", "std_errors": ["auto"]}],
            primary="difference-in-means",
            weight="weight",
        ),
        LINES,
    )
    assert found.set_index("name").loc["x", "mean"] == pytest.approx(mean)
    plain, other = shown(table), shown(table.assign(weight=1.0))
    for name, numbers in plain.items():
        assert numbers != pytest.approx(other[name]), name
        assert numbers == pytest.approx(shown(halves(table))[name]), (
            name
        )  # a row split in two changes nothing
        assert numbers == pytest.approx(shown(table.assign(weight=table["weight"] * 50))[name]), name


def test_curves_and_dots_are_weighted():
    table = people(400, 0.0, 3)
    heavy = table.assign(weight=np.where(table["score_now"] > 0, 9.0, 1.0))
    curves = profiles.density_curves(heavy["score_now"], heavy["group"], heavy["weight"])
    middle = curves[(curves["group"] == 1) & (curves["value"] > 0)].dropna().iloc[0]
    assert middle["cumulated"] < 0.25  # of people about one half is below zero, of the weight a tenth
    assert profiles.dots(heavy["score_now"], heavy["group"], heavy["weight"])["people"].min() >= 5


def test_a_frequency_is_written_out():
    table = people(40, 0.4, 5)
    study = programme(
        [{"method": "difference_in_means", "std_errors": ["HC1"]}],
        primary="difference-in-means",
        weight="weight",
        weight_kind="frequency",
    )
    found = written_out(table, study, "programme.yml")
    assert len(found) == table["weight"].sum()
    assert found["_key"].is_unique
    assert study.design.sampling_weight is None
    for wrong, message in (
        (0.5, "no whole number"),
        (1e9, "adds up to"),
        (np.nan, "no whole number"),
        (-1.0, "no whole number"),
    ):
        with pytest.raises(ProblemsError, match=message):
            written_out(table.assign(weight=wrong), study, "programme.yml")
