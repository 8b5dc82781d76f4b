"""Which methods there are, and all that is known of each: one record, written where its estimator stands.

To add one: an estimator and its record in a file that ``manfaat.evaluation`` names; what a reader sees of it
stands in ``report.methods``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from manfaat.definitions.indicator import Indicator
from manfaat.definitions.programme import Specification
from manfaat.evaluation.errors import BY_LEAST_SQUARES, Auto
from manfaat.evaluation.estimand import MEAN, About
from manfaat.evaluation.estimate import Inference, Sized
from manfaat.evaluation.linear import Fit, Regression
from manfaat.evaluation.sample import Dataset, Sample
from manfaat.evaluation.std_errors import least_squares

Estimator = Callable[[Sample, Specification, Inference], Sized | dict[str, Sized]]
Draw = Callable[[Dataset, Indicator, Specification], Sample]


@dataclass(frozen=True)
class Rung:
    """Where a method stands in the ladder of a programme that declares none.

    ``place`` orders the rungs. ``covariates`` : when those that it adjusts for were measured; where there are
    none it is left out.
    """

    id: str
    place: int
    std_errors: tuple[str, ...] = ("auto",)
    covariates: tuple[str, ...] = ()


@dataclass(frozen=True)
class Method:
    """An estimator, what it needs and what it may be asked.

    ``estimate`` gives results, by treatment where there are several. ``std_errors`` : the kinds it takes;
    ``auto`` : which of them stand for ``auto``. ``needs_before`` : the value before the programme.
    ``participants_only`` : nobody is compared; it is a change, never an effect. ``two_periods`` : other
    people were asked before and after. ``needs`` : what the design must have besides (``a panel``,
    ``a panel or waves``, ``strata``). ``takes_covariates``, ``needs_covariates`` : whether it may, or must,
    adjust for some. ``carries_design`` : heeds survey weights and clusters. ``estimands`` :
    what a specification may ask for (``att``, ``ate``); ``about`` : whom it is about, and by which measure,
    where that is fixed. ``several`` : what it gives instead of one number that could speak for a cohort.
    ``draw`` : how its sample is drawn, if not as ``draw_sample`` does. ``fit`` : the least-squares fit of two
    groups behind it; ``whole`` : the regression, where it is another.
    ``rung`` : its place in the ladder that a design chooses; None: it is not offered.
    ``formula`` : the estimate, d the treatment, x the covariates, 1 participants and 0 the comparison group.
    """

    name: str
    estimate: Estimator
    std_errors: tuple[str, ...] = field(default_factory=least_squares)
    auto: Auto = BY_LEAST_SQUARES
    needs_before: bool = False
    participants_only: bool = False
    two_periods: bool = False
    needs: str = ""
    takes_covariates: bool = True
    needs_covariates: bool = False
    has_instrument: bool = False
    carries_design: bool = True
    estimands: tuple[str, ...] = ()
    about: About = MEAN
    several: str = ""
    draw: Draw | None = None
    fit: Callable[[Sample, Specification], Fit] | None = None
    whole: Callable[[Sample, Specification], Regression] | None = None
    rung: Rung | None = None
    formula: str = ""

    def regression(self, sample: Sample, spec: Specification) -> Regression | None:
        """The whole regression behind it; None where there is none."""
        if self.whole is not None:
            return self.whole(sample, spec)
        if self.fit is None:
            return None
        units = sample.change() if self.needs_before else sample
        return Regression(self.fit(sample, spec), units, units.now)

    @property
    def usual_error(self) -> str | None:
        """The standard error of a specification that names none: the first that is the method's own."""
        own = [kind for kind in self.std_errors if kind != "auto"]
        return own[0] if len(own) == 1 or own[0] not in least_squares() else None


METHODS: dict[str, Method] = {}


def register(method: Method) -> None:
    """Make a method known to all who ask for methods."""
    METHODS[method.name] = method


def is_alone(name: str) -> bool:
    """Whether the method with this name looks at participants alone: a change, never an effect."""
    return name in METHODS and METHODS[name].participants_only


def is_about_all(spec: Specification) -> bool:
    """Whether an estimate is about everyone, not about those who took part."""
    return about_of(spec).population == "ATE"


def about_of(spec: Specification) -> About:
    """Whom an estimate is about, and by which measure, where method or specification fix it."""
    method = METHODS[spec.method]
    return method.about or About((spec.estimand or "att").upper() if method.estimands else "")
