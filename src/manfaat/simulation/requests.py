"""What a person asks for when a cohort is simulated: checked as a whole, then turned into a plan and a
layout.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from manfaat.base.problems import Problem, nearest, refuse
from manfaat.base.typed import required
from manfaat.definitions.codebook import Codebook, load_codebook
from manfaat.definitions.cohort import load_cohort
from manfaat.definitions.indicator import Indicator
from manfaat.definitions.prices import read_all_series
from manfaat.definitions.programme import Programme, load_programme
from manfaat.definitions.records import shown
from manfaat.evaluation.specifications import check_methods
from manfaat.indicators import load_indicators
from manfaat.simulation.books import MOST_ROWS
from manfaat.simulation.checking import FILE, load_simulation
from manfaat.simulation.delivery import write_delivery
from manfaat.simulation.layout import SUFFIXES, Layout
from manfaat.simulation.mess.rates import LEVELS
from manfaat.simulation.mess.rendering import Answers, Rendering
from manfaat.simulation.model import Simulation
from manfaat.simulation.people import Plan
from manfaat.simulation.truth import Measures
from manfaat.simulation.untidy import untidy
from manfaat.simulation.writing import Written

FEWEST, MOST = 10, 10_000_000
NAME = re.compile(r"[a-z0-9]+(?:[-_.][a-z0-9]+)*")
ANSWERS: tuple[Answers, ...] = ("code", "en", "id")
NONE = "none"


@dataclass(frozen=True)
class Request:
    """A cohort to be simulated.

    ``participants`` : how many took part. ``comparison`` : how many others, None for as many as the
    simulation says. ``survey`` : first day of the interviews, empty for the simulation's. ``kind`` : file of
    the main table. ``answers`` : answers and column names as codes or in one language. ``version`` : of the
    form, empty for what the simulation draws. ``is_recorded`` : keep the record of those who did not answer,
    which a messy delivery may lack.
    """

    programme: str
    cohort: str
    participants: int
    seed: int
    mess: str
    comparison: int | None = None
    survey: str = ""
    kind: str = "csv"
    answers: str = "code"
    version: str = ""
    is_recorded: bool = False

    @property
    def command(self) -> str:
        """The command that makes this cohort."""
        named = {
            "cohort": self.cohort,
            "participants": self.participants,
            "seed": self.seed,
            "mess": self.mess,
            "comparison": self.comparison,
        }
        named |= {
            "survey": self.survey,
            "format": self.kind,
            "answers": self.answers,
            "form-version": self.version,
        }
        given = [
            f"--{name} {shlex.quote(str(value))}" for name, value in named.items() if value not in (None, "")
        ]
        return " ".join(
            [
                "manfaat simulate",
                shlex.quote(self.programme),
                *given,
                *(["--record"] if self.is_recorded else []),
            ]
        )

    @property
    def layout(self) -> Layout:
        """How its files look: as the programs write them that such files come from."""
        level = "" if self.mess == NONE else self.mess
        if self.kind == "kobo":
            return Layout(level=level, rendering=Rendering(dates="iso", version=self.version), formats={})
        if self.kind == "sav":
            return Layout(level=level, rendering=Rendering(dates="iso", version=self.version, skipped="code"))
        answers = next(one for one in ANSWERS if one == self.answers)
        titles = {"en": ("Survey data (synthetic)",), "id": ("Data survei (sintetis)",)}.get(answers, ())
        rendering = Rendering(answers=answers, version=self.version)
        return Layout(
            level=level,
            rendering=rendering,
            headers="name" if answers == "code" else answers,
            titles=titles,
            footer=answers != "code",
        )


@dataclass(frozen=True)
class Definitions:
    """The definition files of a programme that can be simulated."""

    folder: Path
    programme: Programme
    codebook: Codebook
    indicators: list[Indicator]
    simulation: Simulation
    series: dict[str, dict[int, float]]


def load_simulated(name: str, *, root: Path) -> Definitions:
    """Load a programme with its simulation.

    Raises
    ------
    ProblemsError for a programme that does not exist or says nothing of how it is simulated, and every
    mistake in its files.
    """
    folder = root / "programmes" / name
    known = sorted(path.parent.name for path in (root / "programmes").glob(f"*/{FILE}"))
    if name not in known:
        what = (
            f"it has no {FILE}: nothing says how it is simulated"
            if folder.is_dir() and name
            else "there is no such programme"
        )
        refuse(
            [
                Problem(
                    f"programme '{name}'",
                    what,
                    expected=nearest(name, known) if known else f"a programme with a {FILE}",
                )
            ]
        )
    programme, problems = load_programme(folder, root=root)
    refuse(problems)
    declared = required(programme, "the programme")
    codebook, problems = load_codebook(folder, declared, root=root)
    lines, wrong = load_indicators(folder, declared, codebook, root=root)
    simulation, worse = load_simulation(folder, declared, codebook, root=root)
    worse += check_methods(declared, lines, shown(folder / "programme.yml", root))
    refuse(problems + wrong + worse)
    prices = declared.prices
    priced = read_all_series(prices.path(folder), prices.series, root=root) if prices else {}
    series = {
        key: dict(zip(found.index.astype("int64").tolist(), found.astype("float64").tolist(), strict=True))
        for key, found in priced.items()
    }
    return Definitions(folder, declared, codebook, lines, required(simulation, "the simulation"), series)


def check_request(
    request: Request, definitions: Definitions, folder: Path, *, is_replaced: bool
) -> list[Problem]:
    """Say everything that is wrong with a request."""
    problems = check_name(request.cohort, folder, is_replaced=is_replaced)
    if not FEWEST <= request.participants <= MOST:
        problems.append(
            Problem(
                "--participants", f"{request.participants} is out of range", expected=f"{FEWEST} to {MOST}"
            )
        )
    if request.comparison is not None and not FEWEST <= request.comparison <= MOST:
        problems.append(
            Problem("--comparison", f"{request.comparison} is out of range", expected=f"{FEWEST} to {MOST}")
        )
    if request.seed < 0:
        problems.append(Problem("--seed", f"{request.seed} is out of range", expected="0 or more"))
    codebook = definitions.codebook
    versions = [
        choice.name
        for v in codebook.table(definitions.programme.main_table)
        if v.role == "version"
        for choice in codebook.answers(v.list_name)
    ]
    named = {
        "--mess": (request.mess, (*LEVELS, NONE)),
        "--format": (request.kind, tuple(SUFFIXES)),
        "--answers": (request.answers, ANSWERS),
    }
    named["--form-version"] = (request.version, ("", *versions))
    problems += [
        Problem(name, f"there is no '{value}'", expected=nearest(value, filter(None, allowed)))
        for name, (value, allowed) in named.items()
        if value not in allowed
    ]
    if request.kind in ("kobo", "sav") and request.answers != "code":
        problems.append(
            Problem("--answers", f"a file of the format '{request.kind}' holds codes", expected="code")
        )
    return problems + check_survey(request.survey) + check_size(request, definitions.simulation)


def check_name(cohort: str, folder: Path, *, is_replaced: bool) -> list[Problem]:
    """Say what is wrong with the name of a cohort and its place."""
    problems = []
    if not NAME.fullmatch(cohort):
        problems.append(
            Problem(
                "--cohort", f"'{cohort}' is no name of a folder", expected="small letters, digits and hyphens"
            )
        )
    if "synthetic" not in cohort:
        problems.append(
            Problem(
                "--cohort",
                "the name of a simulated cohort must say so",
                expected=f"for instance '{cohort}-synthetic'",
            )
        )
    if not folder.exists():
        return problems
    if not is_replaced:
        return [
            *problems,
            Problem(f"data/raw/{cohort}", "the cohort exists already", expected="another name, or --replace"),
        ]
    former, _ = load_cohort(folder, root=folder.parent)
    if former is None or former.kind != "synthetic":
        problems.append(
            Problem(
                f"data/raw/{cohort}",
                "it is no synthetic cohort, and a real one is never replaced",
                expected="another name",
            )
        )
    return problems


def check_survey(survey: str) -> list[Problem]:
    """Say whether the first day of the interviews is a day."""
    try:
        date.fromisoformat(survey or "2000-01-01")
    except ValueError:
        return [Problem("--survey", f"'{survey}' is no day", expected="a day like 2004-07-05")]
    return []


def check_size(request: Request, simulation: Simulation) -> list[Problem]:
    """Say whether a file that is held in memory would become too large."""
    rows = sum(sizes_of(request, simulation).values())
    if request.kind in ("xlsx", "sav") and rows > MOST_ROWS:
        return [
            Problem(
                "--participants",
                f"{rows} people are too many for the format '{request.kind}'",
                expected=f"at most {MOST_ROWS}, or --format csv",
            )
        ]
    return []


def sizes_of(request: Request, simulation: Simulation) -> dict[str, float]:
    """People of each group for one participant, times the participants; the comparison groups in proportion
    to what was asked for.
    """
    own = {code: request.participants * group.per_participant for code, group in simulation.groups.items()}
    others = [code for code, group in simulation.groups.items() if not group.treated]
    if request.comparison is None or not others:
        return own
    factor = request.comparison / sum(own[code] for code in others)
    return own | {code: own[code] * factor for code in others}


def plan_of(request: Request, definitions: Definitions) -> Plan:
    """Return the plan of a request."""
    simulation, codebook = definitions.simulation, definitions.codebook
    groups = {
        code: simulation.groups[code].model_copy(update={"per_participant": size / request.participants})
        for code, size in sizes_of(request, simulation).items()
    }
    version = next(
        (v.name for v in codebook.table(definitions.programme.main_table) if v.role == "version"), None
    )
    fixed = {version: request.version} if version and request.version else {}
    simulation = simulation.model_copy(update={"groups": groups})
    return Plan(
        simulation,
        codebook,
        definitions.programme.main_table,
        definitions.series,
        request.participants,
        request.seed,
        request.survey,
        fixed,
        request.command,
    )


def simulate(
    request: Request,
    data: Path,
    *,
    root: Path,
    is_replaced: bool = False,
    progress: Callable[[int, int], None] = lambda people, of: None,
) -> tuple[Path, Written]:
    """Simulate a cohort into ``data/raw``.

    Parameters
    ----------
    progress : told how many people were written, of how many.

    Returns
    -------
    The cohort's folder and what was written.

    Raises
    ------
    ProblemsError with everything that is wrong with the request.
    """
    definitions, folder = load_simulated(request.programme, root=root), data / "raw" / request.cohort
    refuse(check_request(request, definitions, folder, is_replaced=is_replaced))
    plan, layout = plan_of(request, definitions), request.layout
    kind = next(one for one in SUFFIXES if one == request.kind)
    layout = untidy(replace(layout, formats={plan.main_table: kind}), plan, definitions.codebook)
    layout = replace(layout, recorded=layout.recorded or request.is_recorded)
    total = sum(plan.sizes.values())
    measures = Measures(definitions.programme, definitions.indicators, definitions.folder)
    try:
        written = write_delivery(
            folder,
            plan,
            measures,
            layout,
            is_replaced=is_replaced and folder.exists(),
            progress=lambda people: progress(people, total),
        )
    except KeyError as failure:  # a year for which a price series has no value
        refuse(
            [
                Problem(
                    shown(definitions.folder / FILE, root),
                    str(failure.args[0]),
                    expected="a --survey within the years of the price series",
                )
            ]
        )
    return folder, written
