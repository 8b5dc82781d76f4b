"""The units of an estimate as a file: exactly its sample and its columns, every digit."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd

from manfaat.definitions.indicator import Indicator, measured_before
from manfaat.definitions.programme import Programme, Specification
from manfaat.definitions.study import Study
from manfaat.evaluation.asked import asked
from manfaat.evaluation.ladder import sample_for
from manfaat.evaluation.linear import varying
from manfaat.evaluation.registry import METHODS, is_about_all
from manfaat.evaluation.sample import CLUSTER, INSTRUMENT, POST, STRATUM, WEIGHT, Dataset, Sample

TREATED, CHANGED = "took_part", "change_"
ROLES = {WEIGHT: "weight", STRATUM: "stratum", CLUSTER: "cluster", INSTRUMENT: "offered", POST: "later"}
ROLES |= {"unit_": "unit", "period_": "period"}
ROLES |= {"treated_before": f"{TREATED}_before", "instrument_before": "offered_before"}
NUMBERED = ("unit", "cluster", "stratum")  # told apart by numbers of the file's own, never by a key
LONGEST = 32  # letters of a name in Stata


@dataclass(frozen=True)
class Units:
    """The units that one estimate rests on.

    ``frame`` : one row a unit, the columns named as below; no key. ``outcome``, ``before``, ``covariates`` :
    names of its columns; ``before`` is empty where the method needs none. ``spec`` : with all covariates
    written out. ``treatments`` : those that the specification names itself, the one meant first. ``level`` :
    of a quantile, as text.
    """

    frame: pd.DataFrame
    spec: Specification
    outcome: str
    before: str
    covariates: tuple[str, ...]
    treatments: tuple[str, ...] = ()
    level: str = ""

    @property
    def is_about_all(self) -> bool:
        """Whether the estimate speaks for everyone and not for participants alone."""
        return is_about_all(self.spec)

    def has(self, role: str) -> bool:
        """Whether there is a column ``weight``, ``stratum``, ``cluster``, ``offered`` or ``later``."""
        return role in self.frame


def units_of(
    study: Study, line: Indicator, row: pd.Series, table: pd.DataFrame, programme: Programme
) -> Units:
    """The units of one row of estimates.

    Parameters
    ----------
    table : the rows of the indicators that it was estimated on. programme : as the row's contrast sees it.
    """
    spec = programme.specification(row["specification"])
    data = Dataset(table, programme, list(study.indicators))
    narrowed, whole = asked(data, line, spec)
    sample = sample_for(narrowed, line, whole)
    own = covariates_of(sample, whole)
    before = ""
    if "before" in sample.frame:
        found = measured_before(
            list(study.indicators), line.indicator, line.rater or None, time=spec.baseline
        )
        before = found.name if found else f"{line.name}_before"
    treatments = [] if "unit_" not in sample.frame else whole.treatment
    names = {"now": line.name, "outcome_": line.name, "treated": TREATED, "before": before, **ROLES}
    kept = [name for name in sample.frame if name in names or name in (*own, *treatments)]
    frame = sample.frame[kept].rename(columns=names)
    for name in set(frame) & set(NUMBERED):
        frame[name] = pd.factorize(frame[name], sort=True)[0]
    short = shortened([*frame.columns])
    frame = frame.set_axis([short[str(name)] for name in frame], axis=1)
    named = [short[name] for name in own if name in short]
    treatments = sorted(treatments, key=lambda name: name != row["treatment"])
    meant = tuple(short[name] for name in treatments)
    level = row["estimand"].partition("quantile ")[2].partition(" ")[0].rstrip(",)")
    return Units(frame, whole, short[line.name], short.get(before, ""), tuple(named), meant, level)


def covariates_of(sample: Sample, spec: Specification) -> list[str]:
    """The covariates that tell the units apart; the others change no estimate."""
    if not spec.covariates or not METHODS[spec.method].takes_covariates:
        return []
    return varying(sample.frame, spec.covariates)


def shortened(names: list[str]) -> dict[str, str]:
    """Names as every program takes them: letters, digits and underscores, at most 32."""
    found: dict[str, str] = {}
    for place, name in enumerate(names):
        plain = re.sub(r"\W", "_", name)
        plain = plain if plain[:1].isalpha() else f"x{plain}"
        found[name] = plain if len(plain) <= LONGEST else f"{plain[: LONGEST - 3]}_{place:02d}"
    return found
