"""Does the result hang on one cluster, or one unit?"""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import pandas as pd
from scipy import stats

from manfaat.base.disclosure import SMALLEST_CELL
from manfaat.evaluation.errors import without_rows
from manfaat.evaluation.linear import Fit
from manfaat.evaluation.sample import NotApplicableError
from manfaat.threats.case import Case, Threat
from manfaat.threats.contract import entry, judged
from manfaat.threats.reasons import ThreatReason

MOST_UNITS = 1_000  # above it a single unit cannot matter, and none is left out


def without_each(fitted: Fit, groups: np.ndarray) -> np.ndarray:
    """The coefficient without each group in turn (G values), groups coded 0, 1, …: b − l'(I − Q_g'Q_g)⁻¹
    Q_g'e_g; NaN where it does not exist.
    """
    found = np.full(groups.max() + 1, np.nan)
    order = np.argsort(groups, kind="stable")
    for place, rows in enumerate(np.split(order, np.cumsum(np.bincount(groups))[:-1])):
        with suppress(NotApplicableError):
            found[place] = fitted.estimate - without_rows(fitted, rows)
    return found


def leave_one_out_rows(case: Case) -> list[dict[str, object]]:
    """The largest change of the estimate, in its standard errors, when one cluster (or, without clusters, one
    unit) is left out.

    It stands where the estimate would keep its sign and remain as far from zero as its interval asks, without
    any one of them. The estimates themselves are told only where every cluster has at least five units:
    otherwise they would tell a single answer.
    """
    clusters, kind = case.sample.clusters, "clusters"
    if clusters is None or clusters.max() < 1:
        clusters, kind = np.arange(len(case.sample.frame)), "units"
        if len(clusters) > MOST_UNITS:
            raise NotApplicableError(ThreatReason.NO_UNIT_MATTERS())
    found = without_each(case.fit, clusters)
    known = found[~np.isnan(found)]
    if len(known) < len(found):
        return [
            entry(
                "leave one out",
                "largest change",
                n=len(found),
                detail=kind,
                passed="no",
                meaning="conclusion changes",
                reason=str(ThreatReason.ONE_NEEDED()),
            )
        ]
    error = float(case.row["std_error"])
    change = known - case.fit.estimate
    margin = stats.t.ppf((1 + case.settings.confidence) / 2, case.row["df"]) * error
    sign = case.conclusion
    passes = bool((sign * known > margin).all()) if sign else None
    largest = float(change[np.abs(change).argmax()] / error)
    verdict = judged(passes, "conclusion stands", "conclusion changes", "nothing to overturn")
    rows = [entry("leave one out", "largest change", round(largest, 1), detail=kind, n=len(known), **verdict)]
    if pd.Series(clusters).value_counts().min() < SMALLEST_CELL:
        return rows
    return [
        *rows,
        entry("leave one out", "lowest", float(known.min()), detail=kind, n=len(known)),
        entry("leave one out", "highest", float(known.max()), detail=kind, n=len(known)),
    ]


LEAVE_ONE_OUT = Threat(
    "leave one out",
    leave_one_out_rows,
    formula="largest |b − b without one| / standard error",
    falls="without some one cluster, or unit, the conclusion is another",
    source="Broderick, T., Giordano, R. and Meager, R. (2020). An automatic finite-sample robustness "
    "metric. arXiv:2011.14999.",
)
