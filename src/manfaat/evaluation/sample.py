"""Which units and columns one specification uses for one indicator."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from pandas.api.types import is_integer_dtype

from manfaat.base.reasons import Reason, ReasonError
from manfaat.base.typed import required
from manfaat.definitions.codebook import KEY
from manfaat.definitions.indicator import Indicator, measured_before
from manfaat.definitions.programme import Periods, Programme, Specification
from manfaat.evaluation.estimate import Counts
from manfaat.evaluation.reasons import EstimateReason
from manfaat.evaluation.weighted import answers

Kept = TypeVar("Kept")
Memory = dict[tuple[object, ...], Any]  # what has been computed, by all that it rests on
WEIGHT, STRATUM, CLUSTER, INSTRUMENT, POST = "weight_", "stratum_", "cluster_", "instrument_", "post_"
PARTICIPANT = "participant_"  # of a panel, whose treatment changes: whether a unit is one


class NotApplicableError(ReasonError):
    """A specification cannot be applied to an indicator."""


@dataclass(frozen=True)
class Dataset:
    """A table with what its columns mean.

    ``memory`` keeps what rests on covariates alone, told apart by units, covariates and treatment, so that it
    is computed once for all indicators.
    """

    table: pd.DataFrame
    programme: Programme
    indicators: list[Indicator]
    memory: Memory = field(default_factory=dict, compare=False, repr=False)


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
    memory: Memory = field(default_factory=dict, compare=False, repr=False)
    left_out: pd.DataFrame = field(default_factory=pd.DataFrame, compare=False, repr=False)

    @property
    def counts(self) -> Counts:
        """Participants, comparison units and units left out; with an instrument, those who got the offer and
        those who did not.
        """
        treated = int(self.is_participant.sum())
        return Counts(treated, len(self.frame) - treated, self.n_missing)

    @property
    def is_participant(self) -> np.ndarray:
        """Whether each row counts as a participant; with an instrument, as one who got the offer."""
        side = next((name for name in (PARTICIPANT, INSTRUMENT) if name in self.frame), "treated")
        return (self.frame[side] > 0).to_numpy()

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

    def once(self, what: tuple[object, ...], compute: Callable[[], Kept]) -> Kept:
        """Compute something that does not depend on the outcome, or take it from memory."""
        kept: Kept = self.memory[what] if what in self.memory else self.memory.setdefault(what, compute())
        return kept

    def change(self) -> Sample:
        """The same units with the change since before as the outcome."""
        return replace(self, frame=self.frame.assign(now=self.frame["now"] - self.frame["before"]))


def codes(values: pd.Series) -> np.ndarray:
    """Number the distinct values 0, 1, … in their order."""
    return np.unique(values.to_numpy(), return_inverse=True)[1]


def participation(table: pd.DataFrame, programme: Programme) -> pd.Series:
    """1 for those who took part, 0 for the comparison group, missing for anyone else."""
    design = programme.design
    return answered(table[design.group], design.participants, design.comparison)


def sides(table: pd.DataFrame, programme: Programme) -> pd.Series:
    """1 and 0 on the two sides of what is compared, missing for anyone else: by what was assigned, where the
    design knows it, else as ``participation``.
    """
    contrast = programme.design.contrast
    return answered(table[contrast.column], contrast.ones, contrast.others)


def answered(column: pd.Series, ones: Collection[str], others: Collection[str]) -> pd.Series:
    """1 for the answers that are ``ones``, 0 for the ``others``, missing for all else."""
    mapping = {**dict.fromkeys(others, 0.0), **dict.fromkeys(ones, 1.0)}
    place, values = pd.factorize(column)  # a missing group has place −1
    roles = np.array([*(mapping.get(group_code(value), np.nan) for value in values), np.nan])
    return pd.Series(roles[place], index=column.index, dtype="float64")


def is_named(table: pd.DataFrame, spec: Specification, programme: Programme) -> np.ndarray:
    """Which rows a specification's contrast names; a panel's units with all their rows or none.

    All of them where the design knows neither arms nor what was assigned: a treatment of one's own may be
    anybody's.
    """
    design = programme.design
    if design.assigned is None and not design.arms:
        return np.ones(len(table), dtype=bool)
    is_take_up = design.group in spec.treatment and spec.instrument is None
    inside = (participation if is_take_up else sides)(table, programme).notna()
    if design.panel and not is_take_up:
        inside = inside.groupby(table[design.panel.unit]).transform("all")
    return inside.to_numpy(dtype=bool)


def group_code(value: str | float | None) -> str:
    """Write a group as its code in the definitions: ``1`` and not ``1.0``."""
    if pd.isna(value):
        return ""
    return f"{value:.0f}" if isinstance(value, float) else str(value)


def variable(
    table: pd.DataFrame, name: str, programme: Programme, instrument: str | None = None
) -> pd.Series:
    """A column that a specification names; the group is read as participation, what was assigned as the sides
    of the contrast.

    Beside an ``instrument`` taking part in one of several arms is 1, and all else that the group says is 0.
    """
    design = programme.design
    if name == design.assigned:
        return sides(table, programme)
    if name != design.group:
        return table[name]
    if instrument and design.arms:
        others = {group_code(value) for value in table[name].dropna().unique()} - set(design.participants)
        return answered(table[name], design.participants, others)
    return participation(table, programme)


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


def check_columns(data: Dataset, spec: Specification) -> None:
    """Refuse, with the reason, names that are not columns and covariates that the programme may have
    changed.
    """
    if [name for name in spec.columns(data.programme.design) if name not in data.table]:
        raise NotApplicableError(EstimateReason.NO_SUCH_COLUMN())
    late = {line.name for line in data.indicators if line.time in ("now", "then")}
    if spec.covariates_measured == "before" and late & set(spec.covariates):
        raise NotApplicableError(EstimateReason.COVARIATE_AFTER())


def cross_section(data: Dataset, line: Indicator, spec: Specification, *, needs_before: bool) -> pd.DataFrame:
    """One row a unit of a study without a panel; of repeated cross-sections, the units asked in the later
    period.
    """
    programme = data.programme
    table = data.table[is_named(data.table, spec, programme)]
    wave = programme.design.wave
    if wave:
        table = table[table[wave] == periods_of(table[wave], spec).now]
    treated = variable(table, treatment_of(spec, programme), programme, spec.instrument)
    frame = pd.DataFrame({"now": table[line.name], "treated": treated})
    if needs_before:
        before = measured_before(data.indicators, line.indicator, line.rater or None, time=spec.baseline)
        if before is None:
            raise NotApplicableError(
                EstimateReason.NOT_MEASURED_BEFORE()
                if spec.baseline == "before"
                else EstimateReason.NOBODY_RECALLED()
            )
        frame["before"] = table[before.name]
    return with_roles(frame.join(table[spec.covariates]), table, spec, programme)


def treatment_of(spec: Specification, programme: Programme) -> str:
    """The column of a specification's treatment; where it names none, of what is compared."""
    return spec.treatment[0] if spec.treatment else programme.design.contrast.column


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


def panel_section(data: Dataset, line: Indicator, spec: Specification, *, needs_before: bool) -> pd.DataFrame:
    """One row a unit of a panel, with the values of the periods that the specification names; the rows are
    those of the later period.
    """
    table, programme = data.table, data.programme
    panel = required(programme.design.panel, "the panel")
    periods = periods_of(table[panel.period], spec)
    if needs_before and periods.before is None:
        raise NotApplicableError(EstimateReason.NO_PERIODS_NAMED())
    if needs_before and spec.baseline == "then":
        raise NotApplicableError(EstimateReason.NOBODY_RECALLED())
    treatment = variable(table, treatment_of(spec, programme), programme, spec.instrument)
    wide = with_roles(
        table[list(dict.fromkeys([panel.unit, panel.period, line.name, *spec.covariates]))].assign(
            treated=treatment
        ),
        table,
        spec,
        programme,
    )
    now = wide[(wide[panel.period] == periods.now) & is_named(table, spec, programme)]
    before = wide[wide[panel.period] == periods.before].set_index(panel.unit)
    if now[panel.unit].duplicated().any() or before.index.duplicated().any():
        raise NotApplicableError(EstimateReason.SEVERAL_ANSWERS())
    before = before.reindex(now[panel.unit]).set_axis(now.index)
    frame = now[["treated"]].assign(now=now[line.name])
    began = {one.name for one in data.indicators if one.time == "period"}
    if needs_before:
        frame["before"] = before[line.name]
        frame["treated_before"] = before["treated"]
    roles = [name for name in (WEIGHT, STRATUM, CLUSTER, INSTRUMENT) if name in wide]
    if needs_before and spec.instrument:  # what is told once for all periods had not happened before
        frame["instrument_before"] = before[INSTRUMENT] if spec.instrument in began else 0.0
        if treatment_of(spec, programme) not in began:
            frame["treated_before"] = 0.0
    covariates = now if spec.covariates_measured == "same_period" or periods.before is None else before
    moving = began & set(spec.covariates)
    if moving and periods.before is None and spec.covariates_measured == "before":
        raise NotApplicableError(EstimateReason.COVARIATE_OF_NO_PERIOD())
    return frame.join(now[roles]).join(covariates[spec.covariates])


def both_periods(data: Dataset, line: Indicator, spec: Specification) -> pd.DataFrame:
    """One row an answer of the two periods that a specification names: repeated cross-sections, or a panel
    read as such.

    A panel's units are clusters, unless the design declares larger ones.
    """
    table, programme, design = data.table, data.programme, data.programme.design
    period = design.wave or (design.panel.period if design.panel else None)
    if period is None:
        raise NotApplicableError(EstimateReason.NO_PERIODS())
    periods = periods_of(table[period], spec)
    if periods.before is None:
        raise NotApplicableError(EstimateReason.NO_PERIODS_NAMED())
    table = table[table[period].isin([periods.before, periods.now]) & is_named(table, spec, programme)]
    frame = table[[line.name, *spec.covariates]].rename(columns={line.name: "now"})
    frame = frame.assign(
        treated=variable(table, treatment_of(spec, programme), programme),
        **{POST: (table[period] == periods.now).astype("float64")},
    )
    frame = with_roles(frame, table, spec, programme)
    if design.panel and not design.cluster:
        frame[CLUSTER] = pd.factorize(table[design.panel.unit], sort=True)[0].astype("float64")
    return frame


def draw_sample(
    data: Dataset,
    line: Indicator,
    spec: Specification,
    *,
    needs_before: bool = False,
    participants_only: bool = False,
    two_periods: bool = False,
) -> Sample:
    """Return the complete units of one specification, of both groups or of the participants alone.

    Raises
    ------
    NotApplicableError with the reason, when the study does not hold what the specification needs.
    """
    if needs_before and any(
        name == before.name
        for name in spec.covariates
        for before in [measured_before(data.indicators, line.indicator, line.rater or None)]
        if before
    ):
        raise NotApplicableError(EstimateReason.BEFORE_TWICE())
    check_columns(data, spec)
    if two_periods:
        frame = both_periods(data, line, spec)
    elif data.programme.design.panel:
        frame = panel_section(data, line, spec, needs_before=needs_before)
    else:
        frame = cross_section(data, line, spec, needs_before=needs_before)
    frame = frame[frame["treated"] > 0 if participants_only else frame["treated"].notna()].astype("float64")
    complete = frame.dropna()
    if WEIGHT in complete and len(complete):
        complete = complete.assign(**{WEIGHT: complete[WEIGHT] / complete[WEIGHT].mean()})
    kept = data.memory.setdefault(memory_key(complete, spec, two_periods=two_periods), {})
    notes = (EstimateReason.RECALLED(),) if needs_before and spec.baseline == "then" else ()
    return Sample(
        complete, len(frame) - len(complete), notes, memory=kept, left_out=frame[frame.isna().any(axis=1)]
    )


def memory_key(complete: pd.DataFrame, spec: Specification, *, two_periods: bool) -> tuple[object, ...]:
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
