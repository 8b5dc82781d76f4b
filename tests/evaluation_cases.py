"""Small studies for the tests of the estimators: people with known effects, definitions for them, published
data.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import statsmodels.stats

from manfaat.definitions.indicator import Indicator
from manfaat.definitions.programme import Programme, Specification
from manfaat.evaluation.estimate import Inference, Settings
from manfaat.evaluation.ladder import estimate_stages
from manfaat.evaluation.sample import Sample

WORDS = {"en": "x", "id": "x"}
FAST = Inference(draws=499)


def spec(method: str, kinds: tuple[str, ...] = ("classical",), **more) -> Specification:
    return Specification(
        id=method.replace("_", "-"), label=WORDS, method=method, std_errors=list(kinds), **more
    )


def sample(now, treated, before=None, **columns) -> Sample:
    """Columns: covariates, and weight_, stratum_, cluster_, instrument_, post_."""
    frame = pd.DataFrame(
        {"now": np.asarray(now, float), "treated": np.asarray(treated, float), **columns}
    ).astype("float64")
    return Sample(frame if before is None else frame.assign(before=np.asarray(before, float)), 0)


def indicator(name: str, time: str, use: str, concept: str = "score") -> Indicator:
    words = {
        "label::English (en)": name,
        "label::Bahasa Indonesia (id)": name,
        "definition::English (en)": name,
        "definition::Bahasa Indonesia (id)": name,
    }
    fixed = {
        "stage_thesis": "outcome",
        "stage_dac": "outcome",
        "construct": "copy",
        "inputs": name,
        "unit": "points",
        "direction": "higher",
    }
    return Indicator.model_validate(
        {"name": name, "indicator": concept, "time": time, "use": use, **fixed, **words}
    )


def programme(specifications: list[dict], *, primary: str = "difference", **design) -> Programme:
    values = {
        "programme": "trial",
        "title": WORDS,
        "summary": WORDS,
        "tables": {"people": {"label": WORDS, "key": ["row"]}},
        "units": {"points": {"label": WORDS}},
        "design": {
            "unit": {"one": WORDS, "many": WORDS},
            "group": "group",
            "participants": ["1"],
            "comparison": ["0"],
            "times": {"now": WORDS},
            **design,
        },
        "specifications": [
            {"label": WORDS, "id": one["method"].replace("_", "-"), **one} for one in specifications
        ],
        "primary": {"randomised": primary, "observational": primary},
    }
    return Programme.model_validate(values)


LINES = [
    indicator("group", "fixed", "group", "group"),
    indicator("taken", "fixed", "treatment", "taken"),
    indicator("x", "fixed", "covariate", "x"),
    indicator("z", "fixed", "covariate", "z"),
    indicator("score_before", "before", "covariate"),
    indicator("score_now", "now", "effect"),
]


def people(
    n: int, effect: float = 0.0, seed: int = 1, *, selected: float = 0.0, compliance: float = 1.0
) -> pd.DataFrame:
    """People with ability x, of whom some take part: by lot, or the abler the likelier (``selected``). The
    effect is the same for all.

    ``taken``: those of the group who took up the offer, by lot but for the ablest tenth of the others who got
    in anyway.
    """
    rng = np.random.default_rng(seed)
    x, z = rng.normal(size=n), (rng.random(n) < 0.4).astype(float)
    lot = (
        rng.permutation(n) % 2
        if not selected
        else (rng.random(n) < 1 / (1 + np.exp(-selected * (x + 0.5 * z)))).astype(int)
    )
    taken = np.where(lot == 1, rng.random(n) < compliance, (rng.random(n) < 0.1) & (compliance < 1)).astype(
        float
    )
    before = x + rng.normal(size=n)
    now = x + 0.5 * z + effect * taken + rng.normal(size=n)
    columns = {
        "group": lot.astype(float),
        "taken": taken,
        "x": x,
        "z": z,
        "score_before": before,
        "score_now": now,
    }
    return pd.DataFrame(
        {
            "_key": np.arange(n).astype(str),
            **columns,
            "place": np.arange(n) % 20,
            "block": np.arange(n) % 5,
            "weight": 1.0 + (np.arange(n) % 3),
        }
    )


def ladder(
    table: pd.DataFrame, study: Programme, *, assignment: str = "randomised", **settings
) -> pd.DataFrame:
    chosen = Settings("trial", assignment, study.primary.randomised, **settings)
    return estimate_stages(table, study, LINES, chosen, stages=("outcome",))


def petersen() -> pd.DataFrame:
    """Simulated panel of 500 firms over 10 years (Petersen 2009), as the package statsmodels (BSD licence)
    ships it for its own tests.
    """
    path = Path(statsmodels.stats.__file__).parent / "tests" / "test_data.txt"
    return pd.DataFrame(np.loadtxt(path), columns=["firm", "year", "x", "y"])


def unequal_firms() -> pd.DataFrame:
    """Twelve of Petersen's firms, some cut short, with a treatment of three firms, weights and two strata
    made up for the tests.
    """
    table = petersen().query("firm <= 12 and not (firm % 3 == 0 and year > 6)").reset_index(drop=True)
    return table.assign(
        t=(table["firm"] % 4 == 1) * 1.0, w=1 + table["firm"] % 3 + table["year"] / 10, s=table["firm"] % 2
    )
