"""Transforms of indicators against plain pandas on the raw file, at the edges, and with mistakes."""

import numpy as np
import pandas as pd
import pytest

from conftest import ROOT
from manfaat.base.problems import ProblemsError
from manfaat.definitions.codebook import load_codebook
from manfaat.definitions.programme import load_programme
from manfaat.indicators import CONSTRUCTS, Context, load_indicators

RAW = pd.read_csv(ROOT / "data/raw/nsw-1976/nsw.csv")
PAY = RAW["re78"].astype("float64")


def build(name: str, inputs: list[pd.Series], context: Context | None = None, **options: str) -> pd.Series:
    """A column by one construct."""
    return CONSTRUCTS[name].build(inputs, options, context or Context())


def test_values_beyond_the_quantiles_are_drawn_in_to_them():
    expected = PAY.clip(PAY.quantile(0.05), PAY.quantile(0.95))
    pd.testing.assert_series_equal(build("winsorise", [PAY], lower="0.05", upper="0.95"), expected)
    default = build("winsorise", [PAY])
    assert (default.min(), default.max()) == (PAY.quantile(0.01), PAY.quantile(0.99))
    assert build("winsorise", [PAY], lower="0", upper="1").equals(PAY)
    gaps = PAY.mask(PAY > 20_000)
    assert build("winsorise", [gaps]).isna().equals(gaps.isna())


def test_values_of_a_panel_are_drawn_in_within_each_period():
    values, period = pd.Series([0.0, 1, 2, 100, 0, 10, 20, 1000]), pd.Series([1] * 4 + [2] * 4)
    found = build("winsorise", [values], Context(period=period), lower="0", upper="0.5")
    assert found.tolist() == [0, 1, 1.5, 1.5, 0, 10, 15, 15]


def test_inverse_hyperbolic_sine_is_known_at_zero_and_below():
    found = build("asinh", [pd.concat([PAY, -PAY])])
    assert found.to_numpy() == pytest.approx(np.concatenate([np.arcsinh(PAY), -np.arcsinh(PAY)]))
    assert found.notna().all()


def test_per_cent_of_the_comparison_groups_mean():
    others = RAW["treat"] == 0
    found = build("percent_of_comparison", [PAY], Context(comparison=others.astype("boolean")))
    assert found[others].mean() == pytest.approx(100)
    difference = PAY[~others].mean() - PAY[others].mean()
    assert found[~others].mean() - 100 == pytest.approx(100 * difference / PAY[others].mean())
    before = RAW["re75"].astype("float64")
    by_now = build("percent_of_comparison", [before, PAY], Context(comparison=others.astype("boolean")))
    assert by_now.to_numpy() == pytest.approx(100 * before / PAY[others].mean())
    weights = pd.Series(np.arange(len(RAW)) % 5, dtype="float64")
    by_weight = build(
        "percent_of_comparison", [PAY], Context(comparison=others.astype("boolean"), weight=weights)
    )
    mean = (weights * PAY)[others].sum() / weights[others].sum()
    assert by_weight.to_numpy() == pytest.approx(100 * PAY / mean)
    nothing = build("percent_of_comparison", [PAY * 0], Context(comparison=others.astype("boolean")))
    assert nothing.isna().all()
    with pytest.raises(ProblemsError, match="comparison group is not known"):
        build("percent_of_comparison", [PAY])


def test_a_formula_is_calculated_and_what_is_true_is_one():
    gain = build(
        "calculate", [PAY, RAW["re75"].astype("float64").rename("re75")], formula="${re78} - ${re75}"
    )
    assert gain.to_numpy() == pytest.approx(RAW["re78"] - RAW["re75"])
    works = build("calculate", [PAY.mask(PAY > 30_000)], formula="${re78} > 0")
    assert works.isna().sum() == (PAY > 30_000).sum()
    assert works.dropna().to_numpy() == pytest.approx((PAY[PAY <= 30_000] > 0).astype("float64"))


@pytest.mark.parametrize(
    ("construct", "inputs", "arguments", "told"),
    [
        ("winsorise", "pay_1978", "lower=0.9;upper=0.1", "'lower' is 0.9 and 'upper' 0.1"),
        ("winsorise", "pay_1978", "upper=99", "'lower' is 0.01 and 'upper' 99"),
        ("winsorise", "pay_1978", "upper=most", "'upper' is 'most'"),
        ("calculate", "pay_1978", "formula=${pay_1978} +", "'formula' cannot be read"),
        (
            "calculate",
            "pay_1978",
            "formula=${pay_1978} - ${pay_1975}",
            "is in 'formula' and no input",
        ),
        (
            "calculate",
            "pay_1978 pay_1975",
            "formula=${pay_1978} * 2",
            "is an input and not in 'formula'",
        ),
        ("calculate", "pay_1978", "", "needs the argument 'formula'"),
    ],
)
def test_mistakes_are_told(tmp_path, construct, inputs, arguments, told):
    folder = ROOT / "programmes/nsw"
    programme, problems = load_programme(folder, root=ROOT)
    codebook, more = load_codebook(folder, programme, root=ROOT)
    assert not problems + more
    header = (folder / "indicators.csv").read_text().splitlines()[0].split(",")
    cells = dict.fromkeys(header, "") | {
        "name": "odd",
        "time": "fixed",
        "stage_thesis": "outcome",
        "construct": construct,
        "inputs": inputs,
        "arguments": f'"{arguments}"' if "," in arguments else arguments,
        "use": "describe",
        "label::English (en)": "Odd",
        "label::Bahasa Indonesia (id)": "Ganjil",
        "definition::English (en)": "Odd.",
        "definition::Bahasa Indonesia (id)": "Ganjil.",
    }
    own = tmp_path / "nsw"
    own.mkdir()
    text = (folder / "indicators.csv").read_text()
    (own / "indicators.csv").write_text(text + ",".join(cells[name] for name in header) + "\n")
    _, found = load_indicators(own, programme, codebook, root=tmp_path)
    assert any(told in str(problem) for problem in found), [str(one) for one in found]
