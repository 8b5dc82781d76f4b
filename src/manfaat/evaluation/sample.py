"""Which units and columns one specification uses for one indicator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TypeVar

import numpy as np
import pandas as pd
from pandas.api.types import is_integer_dtype

from manfaat.base.reasons import Reason, ReasonError
from manfaat.cleaning import KEY
from manfaat.definitions.programme import Periods, Programme, Specification
from manfaat.evaluation.estimate import Counts
from manfaat.evaluation.reasons import EstimateReason
from manfaat.evaluation.weighted import answers
from manfaat.indicators import Indicator, measured_before

Kept = TypeVar("Kept")
WEIGHT, STRATUM, CLUSTER, INSTRUMENT, POST = "weight_", "stratum_", "cluster_", "instrument_", "post_"


class NotApplicableError(ReasonError):
    """A specification cannot be applied to an indicator."""


@dataclass(frozen=True)
class Sample:
    """Complete units and how many were left out.

    ``frame`` holds ``now``, ``before`` (where needed), ``treated``, the covariates and, where declared, the
    survey weight (mean 1), codes of stratum and cluster, the instrument and whether a row is of the later
    period (``weight_``, ``stratum_``, ``cluster_``, ``instrument_``, ``post_``).
    ``left_out`` holds the rows in which something is missing. ``memory`` keeps what rests on the covariates
    alone, so that indicators measured for the same units share it.
    """

    frame: pd.DataFrame
    n_missing: int
    notes: tuple[Reason, ...] = ()
    memory: dict = field(default_factory=dict, compare=False, repr=False)
    left_out: pd.DataFrame = field(default_factory=pd.DataFrame, compare=False, repr=False)

    @property
    def counts(self) -> Counts:
        """Participants, comparison units and units left out; with an instrument, those who got the offer and
        those who did not.
        """
        treated = int((self.frame[INSTRUMENT if INSTRUMENT in self.frame else "treated"] > 0).sum())
        return Counts(treated, len(self.frame) - treated, self.n_missing)

    @property
    def now(self) -> np.ndarray:
        """The outcome, one number a unit."""
        return self.frame["now"].to_numpy()

    @property
    def treated(self) -> np.ndarray:
        """The treatment, one number a unit."""
        return self.frame["treated"].to_numpy()

    @property
    def weights(self) -> np.ndarray | None:
        """Survey weights with mean 1; None where none are declared."""
        return self.frame[WEIGHT].to_numpy() if WEIGHT in self.frame else None

    @property
    def strata(self) -> np.ndarray | None:
        """Codes 0, 1, … of the strata; None where none are declared."""
        return codes(self.frame[STRATUM]) if STRATUM in self.frame else None

    @property
    def clusters(self) -> np.ndarray | None:
        """Codes 0, 1, … of the clusters; None where none are declared."""
        return codes(self.frame[CLUSTER]) if CLUSTER in self.frame else None

    def sd(self, column: str) -> float:
        """Standard deviation of a column, by survey weight."""
        return answers(self.frame[column], self.frame.get(WEIGHT)).sd

    def once(self, what: tuple, compute: Callable[[], Kept]) -> Kept:
        """Compute something that does not depend on the outcome, or take it from memory."""
        if what not in self.memory:
            self.memory[what] = compute()
        return self.memory[what]

    def change(self) -> Sample:
        """The same units with the change since before as the outcome."""
        return replace(self, frame=self.frame.assign(now=self.frame["now"] - self.frame["before"]))


def codes(values: pd.Series) -> np.ndarray:
    """Number the distinct values 0, 1, … in their order."""
    return np.unique(values.to_numpy(), return_inverse=True)[1]


def participation(table: pd.DataFrame, programme: Programme) -> pd.Series:
    """1 for participants, 0 for the comparison group, missing for anyone else."""
    design = programme.design
    mapping = {**dict.fromkeys(design.comparison, 0.0), **dict.fromkeys(design.participants, 1.0)}
    place, values = pd.factorize(table[design.group])  # a missing group has place −1
    roles = np.array([*(mapping.get(group_code(value), np.nan) for value in values), np.nan])
    return pd.Series(roles[place], index=table.index, dtype="float64")


def group_code(value: object) -> str:
    """Write a group as its code in the definitions: ``1`` and not ``1.0``."""
    if pd.isna(value):
        return ""
    return f"{value:.0f}" if isinstance(value, float) else str(value)


def variable(table: pd.DataFrame, name: str, programme: Programme) -> pd.Series:
    """A column that a specification names; the group column is read as participation."""
    return participation(table, programme) if name == programme.design.group else table[name]


def with_roles(
    frame: pd.DataFrame, table: pd.DataFrame, spec: Specification, programme: Programme
) -> pd.DataFrame:
    """Add survey weight, stratum, cluster and instrument where they are declared; rows of ``frame`` and
    ``table`` are the same.

    Raises
    ------
    NotApplicableError if a weight is not a number or is negative.
    """
    design = programme.design
    for role, name in ((STRATUM, spec.strata or design.strata), (CLUSTER, design.cluster)):
        if name:
            numbers = pd.Series(pd.factorize(table[name], sort=True)[0], index=table.index, dtype="float64")
            frame = frame.assign(**{role: numbers.where(numbers >= 0)})
    if design.sampling_weight:
        given = table[design.sampling_weight]
        weight = pd.to_numeric(given, errors="coerce").astype("float64")
        if (weight < 0).any() or (weight.isna() & given.notna()).any():
            raise NotApplicableError(EstimateReason.BAD_WEIGHT())
        frame = frame.assign(**{WEIGHT: weight.where(weight > 0)})
    return (
        frame.assign(**{INSTRUMENT: variable(table, spec.instrument, programme)})
        if spec.instrument
        else frame
    )


def check_columns(
    table: pd.DataFrame, spec: Specification, programme: Programme, indicators: list[Indicator]
) -> None:
    """Refuse, with the reason, names that are not columns and covariates that the programme may have
    changed.
    """
    if [name for name in spec.columns(programme.design) if name not in table]:
        raise NotApplicableError(EstimateReason.NO_SUCH_COLUMN())
    late = {line.name for line in indicators if line.time in ("now", "then")}
    if spec.covariates_measured == "before" and late & set(spec.covariates):
        raise NotApplicableError(EstimateReason.COVARIATE_AFTER())


def cross_section(
    table: pd.DataFrame,
    line: Indicator,
    spec: Specification,
    programme: Programme,
    indicators: list[Indicator],
    *,
    needs_before: bool,
) -> pd.DataFrame:
    """One row a unit of a study without a panel; of repeated cross-sections, the units asked in the later
    period.
    """
    wave = programme.design.wave
    if wave:
        table = table[table[wave] == periods_of(table[wave], spec).now]
    frame = pd.DataFrame(
        {
            "now": table[line.name],
            "treated": variable(
                table, spec.treatment[0] if spec.treatment else programme.design.group, programme
            ),
        }
    )
    if needs_before:
        before = measured_before(indicators, line.indicator, line.rater or None, time=spec.baseline)
        if before is None:
            raise NotApplicableError(
                EstimateReason.NOT_MEASURED_BEFORE()
                if spec.baseline == "before"
                else EstimateReason.NOBODY_RECALLED()
            )
        frame["before"] = table[before.name]
    return with_roles(frame.join(table[spec.covariates]), table, spec, programme)


def periods_of(column: pd.Series, spec: Specification) -> Periods:
    """The periods that a specification uses, by their numbers.

    Raises
    ------
    NotApplicableError where it names none.
    """
    if spec.periods is None:
        raise NotApplicableError(EstimateReason.NO_PERIODS_NAMED())
    before, now = spec.periods.before, spec.periods.now
    return Periods.model_construct(
        before=column.min() if before == "first" else before, now=column.max() if now == "last" else now
    )


def panel_section(
    table: pd.DataFrame,
    line: Indicator,
    spec: Specification,
    programme: Programme,
    indicators: list[Indicator],
    *,
    needs_before: bool,
) -> pd.DataFrame:
    """One row a unit of a panel, with the values of the periods that the specification names; the rows are
    those of the later period.
    """
    panel = programme.design.panel
    periods = periods_of(table[panel.period], spec)
    if needs_before and periods.before is None:
        raise NotApplicableError(EstimateReason.NO_PERIODS_NAMED())
    if needs_before and spec.baseline == "then":
        raise NotApplicableError(EstimateReason.NOBODY_RECALLED())
    treatment = variable(table, spec.treatment[0] if spec.treatment else programme.design.group, programme)
    wide = with_roles(
        table[[panel.unit, panel.period, line.name, *spec.covariates]].assign(treated=treatment),
        table,
        spec,
        programme,
    )
    now = wide[wide[panel.period] == periods.now]
    before = wide[wide[panel.period] == periods.before].set_index(panel.unit)
    if now[panel.unit].duplicated().any() or before.index.duplicated().any():
        raise NotApplicableError(EstimateReason.SEVERAL_ANSWERS())
    before = before.reindex(now[panel.unit]).set_axis(now.index)
    frame = now[["treated"]].assign(now=now[line.name])
    if needs_before:
        frame["before"] = before[line.name]
        frame["treated_before"] = before["treated"]
    roles = [name for name in (WEIGHT, STRATUM, CLUSTER, INSTRUMENT) if name in wide]
    if needs_before and spec.instrument:
        frame["instrument_before"] = before[INSTRUMENT]
    covariates = now if spec.covariates_measured == "same_period" or periods.before is None else before
    moving = {one.name for one in indicators if one.time == "period"} & set(spec.covariates)
    if moving and periods.before is None and spec.covariates_measured == "before":
        raise NotApplicableError(EstimateReason.COVARIATE_OF_NO_PERIOD())
    return frame.join(now[roles]).join(covariates[spec.covariates])


def both_periods(
    table: pd.DataFrame, line: Indicator, spec: Specification, programme: Programme
) -> pd.DataFrame:
    """One row an answer of the two periods that a specification names: repeated cross-sections, or a panel
    read as such.

    A panel's units are clusters, unless the design declares larger ones.
    """
    design = programme.design
    period = design.wave or (design.panel.period if design.panel else None)
    if period is None:
        raise NotApplicableError(EstimateReason.NO_PERIODS())
    periods = periods_of(table[period], spec)
    if periods.before is None:
        raise NotApplicableError(EstimateReason.NO_PERIODS_NAMED())
    table = table[table[period].isin([periods.before, periods.now])]
    frame = table[[line.name, *spec.covariates]].rename(columns={line.name: "now"})
    frame = frame.assign(
        treated=participation(table, programme), **{POST: (table[period] == periods.now).astype("float64")}
    )
    frame = with_roles(frame, table, spec, programme)
    if design.panel and not design.cluster:
        frame[CLUSTER] = pd.factorize(table[design.panel.unit], sort=True)[0].astype("float64")
    return frame


def draw_sample(
    table: pd.DataFrame,
    line: Indicator,
    spec: Specification,
    programme: Programme,
    indicators: list[Indicator],
    *,
    needs_before: bool = False,
    participants_only: bool = False,
    two_periods: bool = False,
    memory: dict | None = None,
) -> Sample:
    """Return the complete units of one specification, of both groups or of the participants alone.

    ``memory`` is shared by all samples of a run; what is kept in it is told apart by units, covariates and
    treatment.

    Raises
    ------
    NotApplicableError with the reason, when the study does not hold what the specification needs.
    """
    if needs_before and any(
        name == before.name
        for name in spec.covariates
        for before in [measured_before(indicators, line.indicator, line.rater or None)]
        if before
    ):
        raise NotApplicableError(EstimateReason.BEFORE_TWICE())
    check_columns(table, spec, programme, indicators)
    if two_periods:
        frame = both_periods(table, line, spec, programme)
    elif programme.design.panel:
        frame = panel_section(table, line, spec, programme, indicators, needs_before=needs_before)
    else:
        frame = cross_section(table, line, spec, programme, indicators, needs_before=needs_before)
    frame = frame[frame["treated"] > 0 if participants_only else frame["treated"].notna()].astype("float64")
    complete = frame.dropna()
    if WEIGHT in complete and len(complete):
        complete = complete.assign(**{WEIGHT: complete[WEIGHT] / complete[WEIGHT].mean()})
    kept = (
        {} if memory is None else memory.setdefault(memory_key(complete, spec, two_periods=two_periods), {})
    )
    notes = (EstimateReason.RECALLED(),) if needs_before and spec.baseline == "then" else ()
    return Sample(
        complete, len(frame) - len(complete), notes, memory=kept, left_out=frame[frame.isna().any(axis=1)]
    )


def memory_key(complete: pd.DataFrame, spec: Specification, *, two_periods: bool) -> tuple:
    """What tells samples apart that hold the same columns for the same units, whatever the outcome."""
    return (
        (
            sha256(complete.index.to_numpy(dtype="int64").tobytes()).digest()
            if is_integer_dtype(complete.index.dtype)
            else tuple(complete.index)
        ),
        tuple(spec.covariates),
        spec.covariates_measured,
        tuple(spec.treatment),
        spec.instrument,
        spec.strata,
        str(spec.periods),
        two_periods,
    )


def unit_keys(table: pd.DataFrame, programme: Programme) -> pd.Series:
    """What identifies a unit: the panel's unit, or the row's key."""
    return table[programme.design.panel.unit] if programme.design.panel else table[KEY]
