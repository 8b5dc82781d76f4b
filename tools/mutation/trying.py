"""Try mutants against unit tests: everything is loaded and collected once, and every mutant is tried in a
fork of that process.

A spoilt function is put in place by its compiled code, which everybody who imported the function sees; a
spoilt constant is set anew, with what follows from it, in every module that imported it. The tests of a
mutant are those that ran its lines when nothing was spoilt, the quickest first.
"""

from __future__ import annotations

import ast
import contextlib
import gc
import hashlib
import importlib
import json
import os
import re
import resource
import signal
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from itertools import accumulate, pairwise
from pathlib import Path
from types import CodeType, FrameType, FunctionType, ModuleType
from typing import Any, NamedTuple

import pytest
from mutants import Mutant, names_in

WHOLE_RUNS = {
    "finished",
    "sent",
    "side_by_side",
    "project",
    "case",
    "signs",
    "delivered",
}  # fixtures of tests that are not unit tests
LANES = ("runs", "simulation", "fuzz", "browser")  # marks of tests that are no unit tests
UNENDING = "the tests do not end"
OURS = (
    "manfaat",
    "test_",
    "evaluation_cases",
    "cost_cases",
    "threats_cases",
    "figure_cases",
    "mess_cases",
)  # modules that may hold a constant of ours
NONE: set[int] = set()
SLOWEST, LONGEST, BASELINE = (
    3.0,
    12.0,
    100,
)  # seconds of the processor: of one test, of all tests of a mutant, of a file of tests with nothing spoilt
STEPS = 600  # lines of a function that are watched in a test
MEMORY = Path(tempfile.gettempdir()) / f"manfaat-mutation-{os.getuid()}"


def digest(*texts: str) -> str:
    """A short name of what some texts say."""
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:20]


class Test(NamedTuple):
    """A test as it runs when nothing is spoilt: its place among the collected, its seconds, and which lines
    of which files it runs.
    """

    item: int
    seconds: float
    lines: dict[str, set[int]]


def in_fork(task: Callable[[], Any], seconds: float) -> Any:
    """What a task returns (as JSON), run in a fork of this process; None where it fails or takes more seconds
    of the processor.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            os.close(reading)
            with open(os.devnull, "r+") as nowhere:
                for stream in (0, 1, 2):
                    os.dup2(nowhere.fileno(), stream)
            resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 1, int(seconds) + 5))
            signal.alarm(int(10 * seconds) + 60)  # a task that waits takes no time of the processor
            told = json.dumps(task())
            with open(writing, "w", encoding="utf-8") as pipe:
                pipe.write(told)
        os._exit(0)
    os.close(writing)
    with open(reading, encoding="utf-8") as pipe:
        told = pipe.read()
    os.waitpid(child, 0)
    return json.loads(told) if told else None


class Watched:
    """Which lines of the chosen files run while a test runs: those of the first few hundred steps of each
    function, as watching takes time.
    """

    def __init__(self, files: Iterable[str]) -> None:
        self.files, self.lines, self.steps = frozenset(files), defaultdict(set), Counter()

    def __call__(self, frame: FrameType, event: str, argument: object) -> Any:
        """Look into frames of the chosen files only."""
        return (
            self.inside
            if frame.f_code.co_filename in self.files and self.steps[frame.f_code] < STEPS
            else None
        )

    def inside(self, frame: FrameType, event: str, argument: object) -> Any:
        """Note a line."""
        code = frame.f_code
        self.lines[code.co_filename].add(frame.f_lineno)
        self.steps[code] += 1
        return self.inside if self.steps[code] < STEPS else None

    def __enter__(self) -> Watched:
        self.lines, self.steps = defaultdict(set), Counter()
        threading.settrace(self)
        sys.settrace(self)
        return self

    def __exit__(self, *_: object) -> None:
        sys.settrace(None)
        threading.settrace(None)


class Tests:
    """The collected unit tests, and what they run."""

    def __init__(self, items: list[pytest.Item], files: Iterable[Path]) -> None:
        self.items = [
            item
            for item in items
            if not WHOLE_RUNS & set(getattr(item, "fixturenames", ()))
            and not any(map(item.get_closest_marker, LANES))
        ]
        self.sources = {str(path): path.read_text(encoding="utf-8") for path in sorted(files)}
        self.known: list[Test] = []
        self.slow = 0
        self.digests = {
            item.nodeid.partition("::")[0]: digest(item.path.read_text(encoding="utf-8"))
            for item in self.items
        }
        self.seen: set[Path] = set()
        self.failing: list[str] = []
        self.functions: dict[str, list[FunctionType]] = {}

    def look(self, files: list[str], say: Callable[[str], None]) -> None:
        """Run the tests of some files once with nothing spoilt, and load here whatever they loaded."""
        places: dict[Path, list[int]] = defaultdict(list)
        for place, item in enumerate(self.items):
            if str(item.path) in files and item.path not in self.seen:
                places[item.path].append(place)
        self.seen |= set(places)
        for path, own in places.items():
            found = self.remembered(path, own)
            self.slow += len(own) - len(found["tests"])
            say(
                f"{path.stem}: {len(found['tests'])} of {len(own)} tests,"
                f" {sum(row[2] for row in found['tests']):.0f} s"
            )
            for place, (_, passed, seconds, lines) in zip(own, found["tests"], strict=False):
                if not passed:
                    self.failing.append(self.items[place].nodeid)
                elif seconds > SLOWEST:
                    self.slow += 1
                else:
                    self.known.append(Test(place, seconds, {file: set(each) for file, each in lines.items()}))
            for name in found["loaded"]:
                with contextlib.suppress(Exception):
                    importlib.import_module(name)
        gc.unfreeze()
        gc.collect()
        self.functions = {file: [] for file in self.sources}
        for thing in gc.get_objects():
            if isinstance(thing, FunctionType) and thing.__code__.co_filename in self.functions:
                self.functions[thing.__code__.co_filename].append(thing)
        gc.freeze()

    def remembered(self, path: Path, own: list[int]) -> dict[str, Any]:
        """What a file of tests did when nothing was spoilt: from an earlier run, where neither it nor a
        module that it ran has changed since.
        """
        names = [self.items[place].nodeid for place in own]
        kept = MEMORY / f"{path.stem}-{digest(path.read_text(encoding='utf-8'), *names)}.json"
        if kept.exists():
            found = json.loads(kept.read_text(encoding="utf-8"))
            if all(digest(self.sources.get(file, "")) == one for file, one in found["sources"].items()):
                return found
        found = in_fork(lambda: self.looked(own), 2 * BASELINE) or {"tests": [], "loaded": []}
        found["sources"] = {
            file: digest(self.sources[file])
            for file in sorted({file for row in found["tests"] for file in row[3]})
        }
        MEMORY.mkdir(exist_ok=True)
        kept.write_text(json.dumps(found), encoding="utf-8")
        return found

    def looked(self, places: list[int]) -> dict[str, list]:
        """Which of some tests pass, how long each takes, what it runs; and the modules that were loaded for
        them.
        """
        before, watched, rows, start = set(sys.modules), Watched(self.sources), [], time.process_time()
        for place, following in pairwise([*places, None]):
            began = time.process_time()
            if began - start > BASELINE:
                break
            with watched:
                passed = self.passes(place, following)
            rows.append(
                (
                    place,
                    passed,
                    time.process_time() - began,
                    {file: sorted(lines) for file, lines in watched.lines.items()},
                )
            )
        return {"tests": rows, "loaded": [name for name in sys.modules if name not in before]}

    def passes(self, place: int, following: int | None) -> bool:
        """Whether a test passes, or is skipped."""
        item, failed = self.items[place], self.items[place].session.testsfailed
        item.ihook.pytest_runtest_protocol(
            item=item, nextitem=None if following is None else self.items[following]
        )
        return item.session.testsfailed == failed

    def running(self, where: dict[str, set[int]]) -> list[Test]:
        """The tests that run one of some lines of some files: the quickest case of each, then the next, as
        many as fit into the time of a mutant.
        """
        hit = [
            test
            for test in self.known
            if any(not test.lines.get(file, NONE).isdisjoint(lines) for file, lines in where.items())
        ]
        cases: Counter[str] = Counter()
        turns = []
        for test in sorted(hit, key=lambda test: test.seconds):
            name = self.items[test.item].nodeid.partition("[")[0]
            turns.append((cases[name], test))
            cases[name] += 1
        hit = [test for _, test in sorted(turns, key=lambda turn: (turn[0], turn[1].seconds))]
        return [
            test
            for test, spent in zip(hit, accumulate(test.seconds for test in hit), strict=True)
            if spent <= LONGEST
        ]

    def noticing(self, path: Path, mutant: Mutant) -> str:
        """The name of the first test that fails with a mutant in place of its module; empty where none does.

        What an earlier run tried is not tried again: the same mutant of the same module, with a test whose
        file is the same.
        """
        chosen = self.running(self.where(path, mutant))
        kept = MEMORY / f"mutant-{digest(path.name, mutant.source, mutant.spoilt)}.json"
        past = (
            json.loads(kept.read_text(encoding="utf-8"))
            if kept.exists()
            else {"noticed": "", "by": "", "passed": []}
        )
        if past["noticed"] and past["by"] in (UNENDING, *self.digests.values()):
            return past["noticed"]
        left = [test for test in chosen if self.name_of(test) not in past["passed"]]
        noticed = self.tried(path, mutant, left) if left else ""
        by = UNENDING if noticed == UNENDING else self.digests.get(noticed.partition("::")[0], "")
        passed = sorted({*past["passed"], *map(self.name_of, left)}) if not noticed else []
        kept.write_text(json.dumps({"noticed": noticed, "by": by, "passed": passed}), encoding="utf-8")
        return noticed

    def name_of(self, test: Test) -> str:
        """A test and the state of its file."""
        name = self.items[test.item].nodeid
        return f"{name} {self.digests[name.partition('::')[0]]}"

    def tried(self, path: Path, mutant: Mutant, chosen: list[Test]) -> str:
        """The name of the first of some tests that fails with a mutant in place; empty where none does."""
        places = [test.item for test in chosen]

        def task() -> list[str]:
            try:
                put_in_place(path, mutant, self.functions[str(path)])
            except Exception as problem:
                return ["", f"{type(problem).__name__}: {problem}"]
            return [
                next(
                    (
                        self.items[place].nodeid
                        for place, following in pairwise([*places, None])
                        if not self.passes(place, following)
                    ),
                    "",
                ),
                "",
            ]

        found = in_fork(task, 10 + 5 * sum(test.seconds for test in chosen))
        if found and found[1]:
            raise ValueError(f"{path.name}:{mutant.line}: {found[1]}")
        return UNENDING if found is None else found[0]

    def where(self, path: Path, mutant: Mutant) -> dict[str, set[int]]:
        """Lines that a mutant may change the outcome of: its own; of a constant those that name it or what is
        made of it.
        """
        names = mutant.constants()
        if not names:
            return {str(path): set(mutant.lines)}
        word = re.compile(rf"\b({'|'.join(names)})\b")
        return {
            file: {number for number, line in enumerate(text.splitlines(), 1) if word.search(line)}
            for file, text in self.sources.items()
        }


def module_of(path: Path) -> ModuleType:
    """The loaded module of a file."""
    return next(
        module for module in list(sys.modules.values()) if getattr(module, "__file__", None) == str(path)
    )


def put_in_place(path: Path, mutant: Mutant, functions: list[FunctionType]) -> None:
    """Let a mutant stand for its loaded module: the statement at its line, and what follows from it.

    Raises
    ------
    ValueError if that statement is neither a function, a class nor a constant.
    """
    module, tree = module_of(path), ast.parse(mutant.spoilt)
    codes = {code.co_qualname: code for code in codes_of(compile(mutant.spoilt, str(path), "exec"))}
    changed: set[str] = set()
    for place, statement in enumerate(tree.body):
        if place != mutant.top and not changed & names_in(statement):
            continue
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            put_functions(module, statement, codes, functions)
        elif isinstance(statement, ast.Assign | ast.AnnAssign):
            changed |= put_constant(module, statement)
        else:
            raise ValueError(f"a {type(statement).__name__} cannot be put in place")


def put_constant(module: ModuleType, statement: ast.stmt) -> set[str]:
    """Set a constant anew wherever it was imported; its names."""
    before = dict(vars(module))
    exec(compile(ast.Module([statement], []), str(module.__file__), "exec"), vars(module))
    names = {name for name, value in vars(module).items() if name in before and before[name] is not value}
    for other in [
        other
        for other in list(sys.modules.values())
        if other is not module and getattr(other, "__name__", "").startswith(OURS)
    ]:
        for name in names & set(vars(other)):
            if vars(other)[name] is before[name]:
                setattr(other, name, vars(module)[name])
    return names


def put_functions(
    module: ModuleType,
    statement: ast.FunctionDef | ast.ClassDef,
    codes: dict[str, CodeType],
    functions: list[FunctionType],
) -> None:
    """Give a function, or the methods of a class, their spoilt code, and a function its spoilt defaults.

    Raises
    ------
    ValueError if there is no such function.
    """
    own = [
        function
        for function in functions
        if function.__code__.co_qualname.partition(".")[0] == statement.name
    ]
    if not own:
        raise ValueError(f"no function of {statement.name} is loaded")
    for function in own:
        name = function.__code__.co_qualname
        if name in codes:
            function.__code__ = codes[name]
            if name == statement.name and isinstance(statement, ast.FunctionDef):
                put_defaults(function, statement.args, module)


def put_defaults(function: FunctionType, arguments: ast.arguments, module: ModuleType) -> None:
    """Give a function the defaults that its spoilt definition has."""

    def value(node: ast.expr) -> object:
        return eval(compile(ast.Expression(node), str(module.__file__), "eval"), vars(module))

    function.__defaults__ = tuple(map(value, arguments.defaults)) or None
    function.__kwdefaults__ = {
        name.arg: value(node)
        for name, node in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        if node
    } or None


def codes_of(code: CodeType) -> Iterable[CodeType]:
    """A compiled source and all that is compiled in it."""
    yield code
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from codes_of(inner)
