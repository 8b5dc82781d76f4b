"""Which units and columns one specification uses for one indicator."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from helpers.cleaning import KEY
from helpers.evaluation.estimate import Counts
from helpers.indicators import Indicator, measured_before
from helpers.programme import Programme, Specification


class NotApplicableError(ValueError):
    """A specification cannot be applied to an indicator; the message is the reason that the reader sees."""


@dataclass(frozen=True)
class Sample:
    """Complete units: ``now``, ``before`` (where needed), ``treated`` and the covariates; how many were left out."""

    frame: pd.DataFrame
    n_missing: int

    @property
    def counts(self) -> Counts:
        """Participants, comparison units and units left out."""
        treated = int((self.frame["treated"] > 0).sum())
        return Counts(treated, len(self.frame) - treated, self.n_missing)


def participation(table: pd.DataFrame, programme: Programme) -> pd.Series:
    """1 for participants, 0 for the comparison group, missing for anyone else."""
    design = programme.design
    group = table[design.group].map(group_code)
    codes = {**dict.fromkeys(design.comparison, 0.0), **dict.fromkeys(design.participants, 1.0)}
    return group.map(codes).astype("float64")


def group_code(value: object) -> str:
    """Write a group as its code in the definitions: ``1`` and not ``1.0``."""
    if pd.isna(value):
        return ""
    return f"{value:.0f}" if isinstance(value, float) else str(value)


def cross_section(
    table: pd.DataFrame, line: Indicator, spec: Specification, programme: Programme, indicators: list[Indicator], *, needs_before: bool
) -> pd.DataFrame:
    """One row a unit of a study without a panel."""
    frame = pd.DataFrame({"now": table[line.name], "treated": table[spec.treatment[0]] if spec.treatment else participation(table, programme)})
    if needs_before:
        before = measured_before(indicators, line.indicator)
        if before is None:
            raise NotApplicableError("not measured before the programme")
        frame["before"] = table[before.name]
    return frame.join(table[spec.covariates])


def panel_section(table: pd.DataFrame, line: Indicator, spec: Specification, programme: Programme, *, needs_before: bool) -> pd.DataFrame:
    """One row a unit of a panel, with the values of the periods that the specification names."""
    panel = programme.design.panel
    if spec.periods is None or (needs_before and spec.periods.before is None):
        raise NotApplicableError("the specification names no periods")
    treatment = table[spec.treatment[0]] if spec.treatment else participation(table, programme)
    wide = table[[panel.unit, panel.period, line.name, *spec.covariates]].assign(treated=treatment).set_index(panel.unit)
    at = {name: wide[wide[panel.period] == getattr(spec.periods, name)] for name in ("before", "now")}
    frame = at["now"][["treated"]].assign(now=at["now"][line.name])
    if needs_before:
        frame["before"] = at["before"][line.name]
        frame["treated_before"] = at["before"]["treated"]
    covariates = at["now"] if spec.covariates_measured == "same_period" else at["before"]
    return frame.join(covariates[spec.covariates])


def draw_sample(
    table: pd.DataFrame,
    line: Indicator,
    spec: Specification,
    programme: Programme,
    indicators: list[Indicator],
    *,
    needs_before: bool = False,
    participants_only: bool = False,
) -> Sample:
    """Return the complete units of one specification, of both groups or of the participants alone.

    Raises
    ------
    NotApplicableError with the reason, when the study does not hold what the specification needs.
    """
    if needs_before and any(name == before.name for name in spec.covariates for before in [measured_before(indicators, line.indicator)] if before):
        raise NotApplicableError("the value before the programme cannot be both subtracted and a covariate")
    if programme.design.panel:
        frame = panel_section(table, line, spec, programme, needs_before=needs_before)
    else:
        frame = cross_section(table, line, spec, programme, indicators, needs_before=needs_before)
    frame = frame[frame["treated"] > 0 if participants_only else frame["treated"].notna()].astype("float64")
    complete = frame.dropna()
    return Sample(complete, len(frame) - len(complete))


def unit_keys(table: pd.DataFrame, programme: Programme) -> pd.Series:
    """What identifies a unit: the panel's unit, or the row's key."""
    return table[programme.design.panel.unit] if programme.design.panel else table[KEY]
