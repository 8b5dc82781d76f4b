"""Constructs that look at what people own: a count, and an index with weights from the data."""

from __future__ import annotations

import numpy as np
import pandas as pd

from manfaat.indicators.context import Context
from manfaat.indicators.values import each_text, numbers


def owned(values: pd.Series, codes: tuple[str, ...]) -> np.ndarray:
    """Return one column of 0 and 1 per code (n × codes), missing where the answer is; the empty text is 'none
    of them'.
    """
    places, texts = pd.factorize(values.astype("string"))
    known = np.array(
        [[float(code in str(text).split()) for code in codes] for text in texts], dtype="float64"
    ).reshape(len(texts), len(codes))
    return np.vstack([known, np.full((1, len(codes)), np.nan)])[places]


def build_count_selected(inputs: list[pd.Series], options: dict[str, str], context: Context) -> pd.Series:
    """How many answers were chosen, of ``values`` when given; none is 0."""
    only = set(options["values"].split()) if "values" in options else None
    return each_text(
        inputs[0].astype("string"),
        lambda text: float(len([code for code in text.split() if only is None or code in only])),
    )


def first_component(owned_by: np.ndarray) -> np.ndarray | None:
    """Weights of the first principal component of columns of 0 and 1 (n × k), by singular value
    decomposition.

    Columns are standardised (divisor n). A column that does not vary has weight 0. The sign is fixed: the
    weights add up to more than zero (where they add up to zero, the first is positive). None where fewer than
    two rows or no column vary.

    Source: Filmer and Pritchett (2001), Demography 38(1), 115–132.
    """
    spread = owned_by.std(axis=0) if len(owned_by) > 1 else np.zeros(owned_by.shape[1])
    varies = spread > 0
    if not varies.any():
        return None
    standard = (owned_by[:, varies] - owned_by[:, varies].mean(axis=0)) / spread[varies]
    direction = np.linalg.svd(standard.T @ standard / len(standard), hermitian=True)[2][0]
    total = direction.sum()
    sign = np.sign(total) if abs(total) > 1e-9 else np.sign(direction[np.abs(direction) > 1e-9][0])
    weights = np.zeros(owned_by.shape[1])
    weights[varies] = direction * sign / spread[varies]
    return weights


def build_asset_index(inputs: list[pd.Series], options: dict[str, str], context: Context) -> pd.Series:
    """Index of assets in standard deviations of the comparison group.

    Inputs: the assets chosen; and, to make two times comparable, the assets that give the weights and the
    standard (the first input itself when there is no second). ``values`` names the codes that count, all
    unless given (an answer "none of these" is no asset). ``method=component`` weighs them by the first
    principal component among the comparison group, ``method=sum`` counts them. Where a design has no
    comparison group, all rows give weights and standard. Missing for all where the comparison group does not
    vary.
    """
    codes = (
        tuple(options["values"].split()) if "values" in options else context.items[str(inputs[0].name)].codes
    )
    own, reference = owned(inputs[0], codes), owned(inputs[-1], codes)
    known = ~np.isnan(reference).any(axis=1)
    base = reference[
        known & (True if context.comparison is None else context.comparison.to_numpy(dtype=bool))
    ]
    weights = np.ones(len(codes)) if options["method"] == "sum" else first_component(base)
    scores = base @ weights if weights is not None else np.zeros(0)
    spread = scores.std(ddof=1) if len(scores) > 1 else 0.0
    if spread <= 1e-12:
        return numbers(pd.Series(np.nan, index=inputs[0].index))
    return pd.Series((own @ weights - scores.mean()) / spread, index=inputs[0].index)
