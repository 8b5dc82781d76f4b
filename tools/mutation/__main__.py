"""Spoil modules in one place each, run the unit tests that reach the place, and see whether one fails; the
outcome is docs/mutation.md.

    make mutation                              a sample of every module below
    make mutation ARGS="--module costs.flows --all"

The known tools start an interpreter for every mutant; loading pandas, statsmodels and matplotlib takes longer
than the tests themselves. Here everything is loaded and every test collected once, and a mutant is tried in a
fork of that process (``trying``).
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import re
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "src")]
os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import pytest  # noqa: E402
from by_hand import WRITTEN, Written, written  # noqa: E402
from mutants import Mutant, mutants  # noqa: E402
from trying import LONGEST, SLOWEST, Tests  # noqa: E402

ENGINE = ROOT / "src" / "manfaat"
PAGE, SAME = ROOT / "docs" / "mutation.md", Path(__file__).with_name("equivalent.csv")
PACKAGES = ("verdict", "base", "costs", "cleaning", "evaluation", "measurement")
SKIPPED = {
    "test_threats",
    "test_threats_methods",
    "test_report",
    "test_cleaning_score",
    "test_every_design",
    "test_coverage",
    "test_synthetic",
    "test_evaluation_simulation",
}  # files of whole runs and simulations


@dataclass
class Tried:
    """What became of the mutants of a module: how many there are, how many were tried, which no test noticed,
    which change nothing.
    """

    name: str
    there: int
    tried: int = 0
    left: list[Mutant] = field(default_factory=list)
    same: list[tuple[Mutant, str]] = field(default_factory=list)


def modules(chosen: tuple[str, ...]) -> Iterator[tuple[str, Path]]:
    """Every module whose name begins as chosen: its dotted name below manfaat, and its file."""
    for package in PACKAGES:
        where = ENGINE / package
        for path in sorted(where.glob("*.py")) if where.is_dir() else [where.with_suffix(".py")]:
            name = ".".join(path.relative_to(ENGINE).with_suffix("").parts)
            if path.name != "__init__.py" and name.startswith(chosen):
                yield name, path


def test_files(packages: set[str]) -> list[str]:
    """The files of unit tests that import from some packages."""
    packages = "|".join(sorted(packages))
    imports = re.compile(rf"from manfaat\.({packages})\b|from manfaat import [^\n]*\b({packages})\b")
    files = [path for path in sorted((ROOT / "tests").rglob("test_*.py")) if path.stem not in SKIPPED]
    return [str(path) for path in files if imports.search(path.read_text(encoding="utf-8"))]


def sample(name: str, found: list[Mutant], most: int, seed: int) -> list[Mutant]:
    """A few mutants of a module: the same ones for the same seed, as long as the module stands as it
    stands.
    """
    return (
        found
        if len(found) <= most
        else sorted(random.Random(f"{seed} {name}").sample(found, most), key=lambda mutant: mutant.line)
    )


def reasons() -> dict[tuple[str, str, str], str]:
    """Why a mutant changes nothing, by module, line as it stands and changed expression; looked at by a
    person.
    """
    with SAME.open(encoding="utf-8", newline="") as file:
        return {(row["module"], row["was"], row["became"]): row["reason"] for row in csv.DictReader(file)}


def tried(name: str, path: Path, asked: argparse.Namespace, tests: Tests) -> Tried:
    """Try the mutants that are drawn of a module."""
    found, began, known = mutants(path.read_text(encoding="utf-8")), time.perf_counter(), reasons()
    outcome = Tried(name, len(found))
    for mutant in found if asked.all or asked.line else sample(name, found, asked.most, asked.seed):
        if asked.line not in (None, mutant.line):
            continue
        reason = known.get((name, mutant.was, mutant.became))
        if reason:
            outcome.same.append((mutant, reason))
            continue
        outcome.tried += 1
        if not tests.noticing(path, mutant):
            outcome.left.append(mutant)
    print(
        f"{name}: {outcome.tried - len(outcome.left)} of {outcome.tried} noticed"
        f" ({time.perf_counter() - began:.0f} s)",
        flush=True,
    )
    for mutant in outcome.left:
        print(f"  {mutant.line}: {mutant.was} → {mutant.became}", flush=True)
    return outcome


def by_hand(tests: Tests) -> list[tuple[str, Written, str]]:
    """The mutants written by hand, each with its file and the first test that notices it."""
    found = []
    for file, text, instead in WRITTEN:
        mutant = written((ENGINE / file).read_text(encoding="utf-8"), text, instead)
        found.append((file, mutant, tests.noticing(ENGINE / file, mutant)))
        print(f"{file}:{mutant.line}: {found[-1][2] or 'NOT NOTICED: ' + instead}", flush=True)
    return found


def shown(text: str) -> str:
    """Code in a table or list of the page."""
    return f"`{text.replace('`', '´').replace('|', '¦')[:110]}`"


def page(
    outcomes: list[Tried], hand: list[tuple[str, Written, str]], asked: argparse.Namespace, slow: int
) -> str:
    """What the run found, as a page."""
    drawn = (
        "every mutant was tried"
        if asked.all
        else (
            f"{asked.most} mutants of each module were drawn (all, where it has no more), with seed"
            f" {asked.seed}"
        )
    )
    lines = [
        "# Mutation",
        "",
        (
            "`make mutation` writes this page. A mutant is a module spoilt in one place: a sign, a bound, a"
            " constant, a guard dropped. The unit tests that run"
        ),
        (
            "the place are run on it, the quickest first; tests of whole runs, simulations and random inputs"
            f" are not. Of {sum(one.there for one in outcomes):,} mutants"
        ),
        (
            f"{drawn}. Of the tests of a mutant those are run that fit into {LONGEST:g} seconds; {slow} tests"
            f" of more than {SLOWEST:g} seconds are never run."
        ),
        "",
        "| package | tried | noticed | share |",
        "|---|---|---|---|",
    ]
    packages = [
        (package, [one for one in outcomes if one.name.partition(".")[0] == package]) for package in PACKAGES
    ]
    for package, own in [*packages, ("all", outcomes)]:
        total, left = sum(one.tried for one in own), sum(len(one.left) for one in own)
        if total:
            lines.append(f"| {package} | {total} | {total - left} | {(total - left) / total:.0%} |")
    lines += [
        "",
        "## Written by hand",
        "",
        "Each must be noticed by a unit test, or the run fails.",
        "",
        "| place | becomes | noticed first by |",
        "|---|---|---|",
    ]
    lines += [
        f"| {file}:{mutant.line} | {shown(mutant.became)} |"
        f" {test.partition('::')[2].partition('[')[0] or 'nothing'} |"
        for file, mutant, test in hand
    ]
    lines += [
        "",
        "## Not noticed",
        "",
        (
            "A bound that no unit test holds from both sides, or a change that makes no difference. Whole"
            " runs may still notice it."
        ),
        "",
    ]
    lines += [
        f"- {one.name}:{mutant.line} {shown(mutant.was)} → {shown(mutant.became)}"
        for one in outcomes
        for mutant in one.left
    ]
    lines += [
        "",
        "## Drawn, but no change of what the module does",
        "",
        "Not counted above; each was looked at by a person.",
        "",
    ]
    lines += [
        f"- {one.name}:{mutant.line} {shown(mutant.was)} → {shown(mutant.became)}: {reason}"
        for one in outcomes
        for mutant, reason in one.same
    ]
    lines += ["", "## By module", "", "| module | mutants | tried | noticed |", "|---|---|---|---|"]
    lines += [f"| {one.name} | {one.there} | {one.tried} | {one.tried - len(one.left)} |" for one in outcomes]
    return "\n".join(lines) + "\n"


class Instead:
    """Takes the collected tests from pytest and tries mutants instead of running them."""

    def __init__(self, work: Callable[[list[pytest.Item]], None]) -> None:
        self.work = work

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Try mutants."""
        self.work(session.items)
        return True


def arguments() -> argparse.Namespace:
    """What is asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--module", nargs="*", default=[""], help="only modules whose name begins so: costs evaluation.change"
    )
    parser.add_argument(
        "--tests",
        nargs="*",
        type=lambda file: str(ROOT / file),
        help="only these files of tests: tests/evaluation/test_bounds_and_guards.py",
    )
    parser.add_argument("--line", type=int, help="only mutants of this line")
    parser.add_argument("--most", type=int, default=10, help="mutants drawn of a module")
    parser.add_argument("--seed", type=int, default=1, help="of the draw")
    parser.add_argument("--all", action="store_true", help="every mutant")
    parser.add_argument("--hand", action="store_true", help="only the mutants written by hand")
    return parser.parse_args()


def main() -> None:
    """Try mutants; write the page unless only some modules were chosen; fail where one written by hand was
    not noticed.
    """
    asked, failed = arguments(), []
    os.chdir(ROOT)
    chosen = [] if asked.hand else list(modules(tuple(asked.module)))
    everything = asked.module == [""] and not asked.line and not asked.tests
    hand = everything or asked.hand

    def work(items: list[pytest.Item]) -> None:
        tests = Tests(items, {path for _, path in modules(("",))} | {ENGINE / file for file, _, _ in WRITTEN})
        outcomes = []
        for package in packages:
            tests.look(asked.tests or test_files({package}), lambda line: print(line, flush=True))
            outcomes += [
                tried(name, path, asked, tests) for name, path in chosen if name.partition(".")[0] == package
            ]
        print(
            *[f"fails with nothing spoilt, left out: {name}" for name in tests.failing], sep="\n", flush=True
        )
        written_ones = by_hand(tests) if hand else []
        failed.extend(mutant for _, mutant, test in written_ones if not test)
        if everything and not asked.hand:
            PAGE.write_text(page(outcomes, written_ones, asked, tests.slow), encoding="utf-8")

    packages = list(
        dict.fromkeys(
            [name.partition(".")[0] for name, _ in chosen] + ([*PACKAGES, "threats"] if hand else [])
        )
    )
    quiet = [
        "-s",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        "-W",
        "ignore::pytest.PytestAssertRewriteWarning",
    ]
    code = pytest.main([*quiet, *(asked.tests or test_files(set(packages)))], plugins=[Instead(work)])
    sys.exit(1 if failed or code not in (0, 5) else 0)


if __name__ == "__main__":
    main()
