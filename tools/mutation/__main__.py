"""Spoil a module in one place, run its unit tests, and see whether they fail; what survives is listed in docs/mutation.md.

    make mutation                              a sample of every module below
    make mutation ARGS="--module costs.flows --all"

The known tools start an interpreter for every mutant; loading pandas, statsmodels and matplotlib takes longer than the tests themselves.
Here they are loaded once, and every mutant is tried in a fork of that process, in which the spoilt source stands for the module.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import importlib.abc
import importlib.util
import io
import os
import random
import re
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from mutants import Mutant, mutants

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "mutation.md"
LONGEST, SLOWEST = 240, 0.5  # seconds that a run may take (one that does not end is noticed), and a test that is run for every mutant
WHOLE_RUNS = {"finished", "sent", "side_by_side", "project", "case", "signs", "delivered"}  # fixtures of tests that are not unit tests
LOADED = (
    "numpy",
    "pandas",
    "scipy.stats",
    "statsmodels.api",
    "matplotlib.figure",
    "seaborn",
    "pydantic",
    "yaml",
    "pytest",
    "lxml.html",
    "babel.numbers",
)
PACKAGES = ("evaluation", "cleaning", "costs", "verdict", "disclosure")
SKIPPED = (
    "test_threats",
    "test_threats_methods",
    "test_report",
    "test_cleaning_score",
    "test_every_design",
    "test_coverage",
    "test_synthetic",
    "test_evaluation_simulation",
)  # slow
LANES = ("runs", "simulation", "fuzz", "browser")  # marks of tests that are no unit tests


class Spoilt(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives one module a wrong source."""

    def __init__(self, name: str, path: Path, source: str) -> None:
        self.name, self.path, self.source = name, path, source

    def find_spec(self, fullname: str, path: object, target: object = None) -> object:
        """Serve this one module."""
        if fullname != self.name:
            return None
        return importlib.util.spec_from_file_location(fullname, self.path, loader=self)

    def create_module(self, spec: object) -> None:
        """The ordinary way."""
        return None

    def exec_module(self, module: object) -> None:
        """Run the wrong source in the module."""
        exec(compile(self.source, str(self.path), "exec"), module.__dict__)


class UnitTests:
    """Leaves out the tests that run whole reports, and notes which are quick: in seconds of the processor, as a busy machine has no other."""

    def __init__(self) -> None:
        self.began, self.quick = 0.0, []

    def pytest_collection_modifyitems(self, items: list) -> None:
        """Keep unit tests."""
        items[:] = [item for item in items if not WHOLE_RUNS & set(getattr(item, "fixturenames", ())) and not any(map(item.get_closest_marker, LANES))]

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Look at the clock."""
        self.began = time.process_time()

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """Look again."""
        if time.process_time() - self.began <= SLOWEST:
            self.quick.append(nodeid)


def passed(name: str, path: Path, source: str, tests: list[str]) -> list[str] | None:
    """Run tests with a source in place of a module's own, in a fork of this process: those that were quick, or None where one failed or it took too long."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        with contextlib.suppress(BaseException), open(os.devnull, "w") as nowhere:
            os.dup2(nowhere.fileno(), 1)
            os.dup2(nowhere.fileno(), 2)
            signal.alarm(LONGEST)
            sys.meta_path.insert(0, Spoilt(name, path, source))
            import pytest

            noted = UnitTests()
            code = int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning", *tests], plugins=[noted]))
            with open(writing, "w") as pipe:
                pipe.write("\n".join(noted.quick))
        os._exit(0 if code == 0 else 1)
    os.close(writing)
    with open(reading) as pipe:
        quick = pipe.read().splitlines()
    return quick if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0 else None


def modules(chosen: tuple[str, ...]) -> Iterator[tuple[str, Path, list[str]]]:
    """Every module whose name begins as chosen: its dotted name below helpers, its file, its tests."""
    for package in PACKAGES:
        where = ROOT / "src" / "helpers" / package
        for path in sorted(where.glob("*.py")) if where.is_dir() else [where.with_suffix(".py")]:
            name = ".".join(path.relative_to(ROOT / "src" / "helpers").with_suffix("").parts)
            if path.name != "__init__.py" and name.startswith(chosen):
                yield name, path, tests_of(name)


def tests_of(name: str) -> list[str]:
    """The test files that import a module; where none does, all that import from its package."""
    parent, _, own = name.rpartition(".")
    imports = (
        rf"from helpers\.{re.escape(name)} import" if not parent else rf"from helpers\.{re.escape(name)} import|from helpers\.{parent} import [^\n]*\b{own}\b"
    )
    files = {path: path.read_text(encoding="utf-8") for path in sorted((ROOT / "tests").glob("test_*.py")) if path.stem not in SKIPPED}
    direct = [path for path, text in files.items() if re.search(imports, text)]
    whole = [path for path, text in files.items() if parent and re.search(rf"from helpers\.{parent}\b|from helpers import [^\n]*\b{parent}\b", text)]
    return [str(path) for path in direct or whole]


def sample(name: str, found: list[Mutant], most: int) -> list[Mutant]:
    """The same few mutants of a module each time it stands as it stands."""
    seed = int(hashlib.sha256(name.encode()).hexdigest()[:8], 16)
    return found if len(found) <= most else sorted(random.Random(seed).sample(found, most), key=lambda mutant: mutant.line)


def page(results: list[tuple[str, int, int, list[Mutant]]], most: int) -> str:
    """What the run found, as a page."""
    tried, killed = sum(row[2] for row in results), sum(row[2] - len(row[3]) for row in results)
    share = f"{killed} of {tried} mutants ({killed / tried:.0%})" if tried else "no mutant"
    text = io.StringIO()
    text.write("# Mutation\n\n`make mutation` writes this page. A mutant is a module spoilt in one place: a sign, a bound, a constant, a guard dropped.\n")
    text.write(f"The unit tests noticed {share}; at most {most} were drawn of each module, the same ones as long as the module stands.\n\n")
    text.write("| module | mutants | tried | noticed |\n|---|---|---|---|\n")
    for name, there, own, left in results:
        text.write(f"| {name} | {there} | {own} | {own - len(left)} |\n")
    text.write(
        "\n## Not noticed\n\nA survivor is a bound that no unit test holds from both sides, or a change that makes no difference. Whole runs may still notice it.\n\n"
    )
    for name, _, _, left in results:
        text.writelines(f"- `{name}:{mutant.line}` `{mutant.was.replace('`', '´')[:110]}` → `{mutant.became.replace('`', '´')[:110]}`\n" for mutant in left)
    return text.getvalue()


def main() -> None:
    """Try mutants of the chosen modules; write the page unless only some were chosen."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--module", nargs="*", default=[""], help="only modules whose name begins so: costs evaluation.change")
    parser.add_argument("--line", type=int, help="only mutants of this line")
    parser.add_argument("--most", type=int, default=12, help="mutants drawn of a module")
    parser.add_argument("--all", action="store_true", help="every mutant")
    parser.add_argument("--write", action="store_true", help="write the page although only some modules were chosen")
    asked = parser.parse_args()
    sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "src")]
    os.chdir(ROOT)
    for name in LOADED:
        importlib.import_module(name)
    results, most = [], 10**6 if asked.all or asked.line else asked.most
    for name, path, tests in modules(tuple(asked.module)):
        source, began = path.read_text(encoding="utf-8"), time.perf_counter()
        quick = passed(f"helpers.{name}", path, source, tests)
        if not quick:
            print(f"{name}: its tests fail as it stands, or take longer than {LONGEST} seconds", flush=True)
            continue
        found = mutants(source)
        drawn = [mutant for mutant in sample(name, found, most) if asked.line in (None, mutant.line)]
        left = [mutant for mutant in drawn if passed(f"helpers.{name}", path, mutant.spoilt, quick)]
        results.append((name, len(found), len(drawn), left))
        print(f"{name}: {len(drawn) - len(left)} of {len(drawn)} noticed ({time.perf_counter() - began:.0f} s)", flush=True)
        for mutant in left:
            print(f"  {mutant.line}: {mutant.was} → {mutant.became}", flush=True)
    if asked.module == [""] or asked.write:
        PAGE.write_text(page(results, most), encoding="utf-8")


if __name__ == "__main__":
    main()
