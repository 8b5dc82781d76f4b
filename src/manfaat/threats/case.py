"""One primary estimate with what it was made from: what every threat starts from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from manfaat.base.reasons import read_reasons
from manfaat.definitions.indicator import Indicator
from manfaat.definitions.programme import Programme, Specification
from manfaat.evaluation.balance import baseline
from manfaat.evaluation.estimate import Settings
from manfaat.evaluation.ladder import estimate_one, sample_for, with_treatment
from manfaat.evaluation.linear import Fit
from manfaat.evaluation.panel import Within, fits_of
from manfaat.evaluation.reasons import EstimateReason
from manfaat.evaluation.registry import METHODS
from manfaat.evaluation.sample import (
    WEIGHT,
    Dataset,
    Memory,
    NotApplicableError,
    Sample,
    sides,
    unit_keys,
)
from manfaat.evaluation.weighted import weights_of
from manfaat.threats.contract import conclusion
from manfaat.threats.reasons import ThreatReason

Row = dict[str, object]


@dataclass
class Case:
    """One primary estimate: its row in the estimates table, its specification, and the units behind it.

    ``memory`` is shared by the cases of a run: what rests on covariates alone is computed once. ``estimates``
    : those of all specifications. ``totals`` : known numbers of all who took part, by variable and answer.
    """

    table: pd.DataFrame
    programme: Programme
    indicators: list[Indicator]
    line: Indicator
    spec: Specification
    settings: Settings
    row: pd.Series
    memory: Memory = field(default_factory=dict, repr=False)
    estimates: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)
    totals: dict[str, dict[str, float]] = field(default_factory=dict, repr=False)

    @property
    def data(self) -> Dataset:
        """The table with what its columns mean."""
        return Dataset(self.table, self.programme, self.indicators, self.memory)

    @property
    def arm(self) -> str:
        """The arm that the estimate is about; empty where there is but one."""
        return self.programme.design.contrast.arm

    @property
    def treatment(self) -> str:
        """The treatment that the estimate is about; the group column where it is participation."""
        return str(self.row["treatment"])

    @property
    def estimate(self) -> float:
        """The primary estimate, in the indicator's unit."""
        return float(self.row["estimate"])

    @property
    def conclusion(self) -> int:
        """Its sign where its interval excludes zero, else 0."""
        return conclusion(self.row["ci_low"], self.row["ci_high"])

    @property
    def is_lottery(self) -> bool:
        """Whether a lottery decided who took part."""
        return self.settings.assignment == "randomised"

    @cached_property
    def fit(self) -> Fit:
        """The least-squares fit behind the estimate.

        Raises
        ------
        NotApplicableError where the specification is none.
        """
        if METHODS[self.spec.method].draw:
            return self._within.fitted
        return least_squares(self.sample, self.spec)

    @cached_property
    def sample(self) -> Sample:
        """Its complete units (of a panel: unit-periods)."""
        return self._within.sample if METHODS[self.spec.method].draw else self._drawn

    @cached_property
    def _drawn(self) -> Sample:
        return sample_for(self.data, self.line, self.spec)

    @cached_property
    def _within(self) -> Within:
        spec = with_treatment(self.spec, self.programme)
        return fits_of(self._drawn.frame, spec, self._drawn.n_missing)[self.treatment]

    @cached_property
    def covariates(self) -> list[str]:
        """Covariates that say whether groups were alike: the specification's, else all that describe units
        before the programme.
        """
        return self.spec.covariates or [
            line.name for line in self.indicators if line.use == "covariate" and line.name in self.table
        ]

    @cached_property
    def described(self) -> pd.DataFrame:
        """One row a unit of the sample: ``treated`` (1 or 0), its covariates before the programme, with gaps,
        and its survey weight, if any.
        """
        design, used = self.programme.design, self.sample.frame.index
        before = (
            self.table.loc[used] if design.wave else baseline(self.table, self.programme)
        )  # of waves, who was asked
        weights = weights_of(before, self.programme)
        frame = before[self.covariates].astype("float64").assign(treated=sides(before, self.programme))
        frame = frame if weights is None else frame.assign(**{WEIGHT: weights})
        if design.panel:
            frame = frame[
                unit_keys(before, self.programme).isin(self.table.loc[used, design.panel.unit]).to_numpy()
            ]
        else:
            frame = frame.loc[frame.index.intersection(used)]
        return frame[frame["treated"].isin([0.0, 1.0])]

    def one_row_a_unit(self) -> pd.DataFrame:
        """``outcome`` (NaN where not answered), ``treated`` and the specification's covariates of everyone
        who has the covariates.

        Raises
        ------
        NotApplicableError where the specification compares units with themselves, or other people in other
        periods.
        """
        if (
            self.programme.design.panel
            or self.programme.design.wave
            or self.spec.method not in ("difference_in_means", "regression")
        ):
            raise NotApplicableError(
                ThreatReason.WITH_THEMSELVES()
                if self.programme.design.panel
                else ThreatReason.TWO_GROUPS_ONLY()
            )
        if self.programme.design.sampling_weight:
            raise NotApplicableError(EstimateReason.NO_WEIGHTS_CARRIED())
        frame = self.table[self.spec.covariates].astype("float64").dropna()
        frame = frame.assign(
            treated=sides(self.table, self.programme),
            outcome=self.table[self.line.name].astype("float64"),
        )
        return frame[frame["treated"].isin([0.0, 1.0])]

    def again(
        self,
        *,
        table: pd.DataFrame | None = None,
        spec: Specification | None = None,
        line: Indicator | None = None,
        **design: object,
    ) -> pd.Series:
        """Estimate once more with something changed, by the first kind of standard error; ``design`` replaces
        parts of the design.

        Raises
        ------
        NotApplicableError where it cannot be done.
        """
        spec = (spec or self.spec).model_copy(update={"std_errors": [(spec or self.spec).std_errors[0]]})
        programme = (
            self.programme.model_copy(update={"design": self.programme.design.model_copy(update=design)})
            if design
            else self.programme
        )
        data = Dataset(self.table if table is None else table, programme, self.indicators)
        rows = estimate_one(data, line or self.line, spec, self.settings)
        found = next((row for row in rows if row.treatment == self.treatment), rows[0])
        if np.isnan(found.estimate):
            raise NotApplicableError(read_reasons(found.reasons, EstimateReason)[0])
        return pd.Series(found._asdict())

    def need_finding(self) -> None:
        """Refuse to ask what could overturn a finding where there is none."""
        if not self.conclusion:
            raise NotApplicableError(ThreatReason.NO_FINDING())

    def need_no_lottery(self) -> None:
        """Refuse to look for a hidden cause where a lottery decided."""
        if self.is_lottery:
            offer = self.programme.design.contrast.offer
            raise NotApplicableError(
                ThreatReason.OFFERED_BY_LOT() if offer else ThreatReason.DECIDED_BY_LOT()
            )


@dataclass(frozen=True)
class Threat:
    """One threat: its code, and how a case comes to its rows.

    ``by_covariates`` : rests on the units and their covariates alone. ``is_decisive`` : failing, it takes the
    ground from under the comparison itself. ``formula`` : the number that is looked at. ``falls`` : when the
    estimate does not stand against it. ``source`` : as printed.
    """

    name: str
    rows: Callable[[Case], list[Row]]
    by_covariates: bool = False
    is_decisive: bool = False
    formula: str = ""
    falls: str = ""
    source: str = ""


def least_squares(sample: Sample, spec: Specification) -> Fit:
    """The fit of a specification that is least squares in one cross-section.

    Raises
    ------
    NotApplicableError for any other method.
    """
    fit = METHODS[spec.method].fit
    if fit is None:
        raise NotApplicableError(ThreatReason.NOT_LINEAR())
    return fit(sample, spec)
