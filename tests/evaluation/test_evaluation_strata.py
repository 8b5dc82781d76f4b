"""Effects of strata, however many: the same numbers as with a column for each stratum, for every standard
error.
"""

import numpy as np
import pytest

from evaluation_cases import FAST, people, sample, spec
from manfaat.evaluation import methods
from manfaat.evaluation.inference import least_squares_results
from manfaat.evaluation.linear import dummies, regress
from manfaat.evaluation.sample import NotApplicableError
from manfaat.threats.leave_one_out import without_each

KINDS = ("HC1", "HC2", "HC3", "BM", "CR1", "CR2", "CR3", "wild", "randomisation")


def cohort(n: int = 120, strata: int = 12, **columns):
    d = people(n, 0.5, 7)
    fixed = {
        "weight_": d["weight"],
        "cluster_": (np.arange(n) // 2) % 20 if strata < 50 else np.arange(n) // 4,
    }
    return sample(
        d["score_now"],
        d["group"],
        x=d["x"],
        z=d["z"],
        stratum_=np.arange(n) // (n // strata),
        **{**fixed, **columns},
    )


def numbers(results):
    return [
        (one.std_error_kind, one.estimate, one.std_error, one.df, one.p_value, one.interval, one.reasons)
        for one in results
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_is_that_of_a_column_for_each_stratum(kind):
    case = cohort() if kind != "randomisation" else cohort(cluster_=np.arange(120))
    chosen = spec("strata_fixed_effects", (kind,), covariates=["x", "z"])
    found = methods.strata_fixed_effects(case, chosen, FAST)[0][0]
    fitted = regress(case, case.treated, ["x", "z"], extra=dummies(case.strata), key="columns")
    expected = least_squares_results(fitted, case.treated, case, chosen, FAST)[0]
    assert [found.estimate, found.std_error, found.df] == pytest.approx(
        [expected.estimate, expected.std_error, expected.df], rel=1e-7
    )
    assert found.interval == (
        None if expected.interval is None else pytest.approx(expected.interval, rel=1e-4)
    )


def test_thousands_of_strata_have_an_estimate():
    # pairs: "there are too many strata for one effect each" stood beside an estimate, and "nothing could be
    # measured"
    d = people(4_000, 0.5, 7)
    treated = np.tile([1.0, 0.0], 2_000)
    case = sample(d["score_now"] + 0.5 * treated, treated, stratum_=np.arange(4_000) // 2)
    results = methods.strata_fixed_effects(
        case, spec("strata_fixed_effects", ("BM", "HC1", "classical")), FAST
    )
    change = case.now[::2] - case.now[1::2]  # a paired comparison
    assert results[0][0].estimate == pytest.approx(change.mean())
    assert results[2][0].std_error == pytest.approx(change.std(ddof=1) / np.sqrt(2_000))  # the paired t test
    assert results[2][0].df == 1_999


def test_strata_of_one_side_tell_nothing_and_all_of_them_are_no_comparison():
    case = cohort(strata=60)
    assert np.isfinite(
        methods.strata_fixed_effects(case, spec("strata_fixed_effects", ("HC1",)), FAST)[0][0].estimate
    )
    d = people(40, 0.5, 3)
    with pytest.raises(NotApplicableError, match="no_mixed_stratum"):
        methods.strata_fixed_effects(
            sample(d["score_now"], d["group"], stratum_=d["group"]),
            spec("strata_fixed_effects", ("HC1",)),
            FAST,
        )


def test_a_unit_alone_in_its_stratum_can_be_left_out():
    d = people(60, 0.5, 3)
    case = sample(d["score_now"], d["group"], stratum_=np.r_[99.0, np.arange(59) // 10])
    fitted = regress(case, case.treated, [], strata=True)
    without = without_each(fitted, np.arange(60))
    assert without[0] == pytest.approx(
        fitted.estimate
    )  # "without one of them the estimate does not exist" was said
    assert np.isfinite(without).all()
