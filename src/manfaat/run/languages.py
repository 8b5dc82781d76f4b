"""The same notebooks for several languages of the reader, side by side; numbers may not differ between
them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from manfaat.report.parts import Part

SHARED = ("estimates.csv", "ledger_rows.csv")  # what may not depend on the language


def stem(place: int, language: str, name: str = "report") -> str:
    """Name the files of a language: ``report`` for the first asked for, ``report.id`` for a further one."""
    return name if place == 0 else f"{name}.{language}"


@dataclass
class Told:
    """What the notebooks gave in one language: chapters by notebook, seconds by notebook, folder of their
    files.
    """

    language: str
    folder: Path
    chapters: dict[str, Part] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)


class Turns:
    """Lets one language after the other run a notebook that writes tables about people: they share one
    folder.
    """

    def __init__(self, names: tuple[str, ...]) -> None:
        self.locks = {name: threading.Lock() for name in names}
        self.failed = threading.Event()

    def of(self, name: str) -> threading.Lock | nullcontext[None]:
        """Return the lock of a notebook, or nothing to wait for."""
        return self.locks.get(name) or nullcontext()


def run_languages(
    told: list[Told], run: Callable[[Told, Turns], None], turns: Turns, *, at_once: bool
) -> None:
    """Run all languages, at once or one after the other; when one fails the others stop at their next
    notebook.

    Raises
    ------
    Whatever the first failing language raised.
    """

    def one(version: Told) -> None:
        try:
            run(version, turns)
        except BaseException:
            turns.failed.set()
            raise

    if not at_once or len(told) == 1:
        for version in told:
            one(version)
        return
    with ThreadPoolExecutor(max_workers=len(told)) as pool:
        jobs = [pool.submit(one, version) for version in told]
    failures = [failure for job in jobs if (failure := job.exception())]
    for failure in sorted(failures, key=lambda failure: isinstance(failure, StoppedError)):
        raise failure


class StoppedError(RuntimeError):
    """Another language failed, so this one was not finished."""


def different(told: list[Told]) -> list[str]:
    """Name the files that hold other numbers in one language than in the first."""
    first = told[0].folder
    return [
        f"{name} ({version.language})"
        for version in told[1:]
        for name in SHARED
        if (first / name).is_file() and (version.folder / name).read_bytes() != (first / name).read_bytes()
    ]
