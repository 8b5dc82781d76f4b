"""Does the verdict agree with what was planted? Grades of simulated cohorts, and the written definition of
agreement.

A claim is **true** of a cohort when each of its parts has an indicator whose planted effect lies in the
claimed direction. A grade **disagrees** with the planted truth and the power at hand when

- the claim is false and the grade is ``suggested`` or ``shown``;
- the claim is true and the grade is ``contradicted``, unless the planted effect is below the smallest effect
  of interest;
- the claim is true, the grade is ``cannot tell``, and every part has a comparison, no own rating, that would
  have found the planted effect with a power of 95 per cent and stands against its checks.

``reported only`` says that participants report something and nothing of an effect: it agrees with both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from manfaat.simulation.coverage import settings_of
from manfaat.simulation.trials import EFFECTS, Drawn, Trial

if TYPE_CHECKING:
    import pandas as pd

    from manfaat.definitions.claims import Claim

GRADED = ["condition", "effect", "seed", "claim", "grade", "rule", "indicator", "agrees"]
POWER = 0.95  # at which a missed effect is a disagreement


def claims_of(trial: Trial) -> list[Claim]:
    """The claims that rest on indicators."""
    return [claim for claim in trial.programme.claims if claim.indicators]


def graded(table: pd.DataFrame, trial: Trial) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give a verdict as a run would, from the primary estimates, the changes, the levels and the checks that
    decide: (verdicts, evidence).
    """
    import pandas as pd

    from manfaat import verdict
    from manfaat.definitions.indicator import concepts
    from manfaat.evaluation.estimate import as_table
    from manfaat.evaluation.ladder import estimate_one
    from manfaat.evaluation.levels import estimate_levels
    from manfaat.evaluation.sample import Dataset
    from manfaat.threats.contract import as_table as as_threats
    from manfaat.threats.driver import THREATS, attempt, cases
    from manfaat.verdict.evidence import DECISIVE

    settings, lines = settings_of(trial), trial.definitions.indicators
    programme = trial.programme.model_copy(update={"claims": claims_of(trial)})
    named = {name for claim in programme.claims for name in claim.indicators}
    specs = [
        spec
        for spec in programme.specifications
        if spec.id == settings.primary or spec.method == "before_after_change"
    ]
    rows, data = [], Dataset(table, programme, lines)
    for line in concepts(lines):
        for spec in specs:
            if line.indicator in named and spec.asks_for(line.indicator):
                rows += estimate_one(data, line, spec, settings)
    estimates = pd.concat(
        [as_table(rows), estimate_levels(table, programme, lines, settings)], ignore_index=True
    )
    found = []
    for case in cases(table, programme, lines, estimates, settings, {}):
        if np.isfinite(case.estimate):
            known = {
                "cohort": "trial",
                "indicator": case.line.indicator,
                "rater": case.line.rater,
                "arm": case.arm,
                "specification": case.spec.id,
                "treatment": case.treatment,
            }
            found += [known | row for name in DECISIVE for row in attempt(case, THREATS[name])]
    lines_of_evidence = verdict.evidence(programme, lines, estimates, as_threats(found), trial.assignment)
    return verdict.verdicts(programme, lines_of_evidence), lines_of_evidence


def planted(line: pd.Series, truth: dict[str, float], trial: Trial) -> float:
    """The planted effect behind a line of evidence, positive in the claimed direction; missing where there is
    none to know.
    """
    own = [
        one
        for one in trial.definitions.indicators
        if one.indicator == line["indicator"] and one.time == "now" and one.rater == line["rater"]
    ]
    sign = {"higher": 1.0, "lower": -1.0}.get(own[0].direction, np.nan) if own else np.nan
    return sign * truth.get(own[0].name, np.nan) if own else np.nan


def is_found(line: pd.Series, effect: float, alpha: float = 0.05) -> bool:
    """Whether a comparison that stands against its checks would find this effect with ``POWER``, in the
    claimed direction.
    """
    if (
        line["basis"] not in ("lottery", "comparison")
        or line["failed"]
        or line["is_opinion"]
        or not np.isfinite(line["mde"])
    ):
        return False
    error = line["mde"] / (stats.norm.ppf(line["power"]) + stats.norm.ppf(1 - alpha / 2))
    return bool(effect >= (stats.norm.ppf(POWER) + stats.norm.ppf(1 - alpha / 2)) * error)


def agrees(
    verdict: pd.Series, evidence: pd.DataFrame, effects: list[float], smallest: dict[str, float]
) -> bool:
    """Whether one grade agrees with the planted truth and the power at hand; see the module's text.

    Parameters
    ----------
    evidence : lines of the claim that speak. effects : planted, one a line, in the claimed direction; all 0
    where the programme did nothing.
    """
    lines = evidence.assign(effect=effects)
    is_true = all((part["effect"] > 0).any() for _, part in lines.groupby("part"))
    grade = verdict["grade"]
    if not is_true:
        return grade not in ("suggested", "shown")
    if grade == "contradicted":
        own = lines[lines["indicator"] == verdict["indicator"]]
        return bool(len(own) and own["effect"].max() < smallest.get(verdict["indicator"], 0.0))
    if grade == "cannot tell":
        number = lines.groupby("part")["indicator"].transform("size")
        found = [
            is_found(line, line["effect"], 0.05 / count)
            for (_, line), count in zip(lines.iterrows(), number, strict=True)
        ]
        return not all(part.any() for _, part in lines.assign(found=found).groupby("part")["found"])
    return True


def seed_grades(trial: Trial, cohort: Drawn) -> list[dict[str, object]]:
    """Grades of one cohort, at the planted effect and without any: rows of ``GRADED``."""
    rows = []
    for effect in EFFECTS:
        verdicts, evidence = graded(cohort.tables[effect], trial)
        speaks = evidence[evidence["speaks"].astype(bool)]
        for _, verdict in verdicts.iterrows():
            own = speaks[speaks["claim"] == verdict["claim"]]
            effects = [
                planted(line, cohort.truth, trial) if effect == "planted" else 0.0
                for _, line in own.iterrows()
            ]
            agreed = agrees(verdict, own, effects, trial.programme.smallest_effects)
            rows.append(
                {"condition": trial.condition, "effect": effect, "seed": cohort.seed}
                | {name: agreed if name == "agrees" else verdict[name] for name in GRADED[3:]}
            )
    return rows


def tabulate_grades(rows: pd.DataFrame) -> pd.DataFrame:
    """Share of each grade, by condition, effect and claim, with ``seeds`` and ``agrees``, the share that
    agrees.
    """
    import pandas as pd

    from manfaat.definitions.claims import GRADES

    keys = ["condition", "effect", "claim"]
    found = []
    for key, part in rows.groupby(keys, sort=False):
        shares = {grade: float((part["grade"] == grade).mean()) for grade in GRADES}
        found.append(
            dict(zip(keys, key, strict=True))
            | shares
            | {
                "seeds": len(part),
                "agrees": float(part["agrees"].mean()),
            }
        )
    return pd.DataFrame(found, columns=[*keys, *GRADES, "seeds", "agrees"])
