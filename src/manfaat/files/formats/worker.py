"""The process that reads binary files, kept apart from the one that works with them.

The libraries that read workbooks and statistical files are native code: a damaged or hostile file can make
them abort the whole process, ask for all memory or never end. They therefore run here, in a small child
process with limits, which sends plain text back over a pipe (``marshal``: it holds only data, never code).
Only the standard library is imported before the library that the file needs, so that a start costs hundredths
of a second.
"""

from __future__ import annotations

import json
import marshal
import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any


def stand_in() -> None:
    """Let this package's modules be imported without its ``__init__``, which would load the data-frame
    libraries first.
    """
    folder = Path(__file__).resolve().parent
    for name, path in (
        ("manfaat", folder.parents[1]),
        ("manfaat.files", folder.parent),
        ("manfaat.files.formats", folder),
    ):
        package = types.ModuleType(name)
        package.__path__ = [str(path)]
        sys.modules[name] = package


def reader(kind: str) -> Callable[[dict[str, Any]], Iterator[tuple[Any, ...]]]:
    """Return the function that reads one kind of file."""
    if kind in ("sav", "por", "dta"):
        from manfaat.files.formats.worker_statistics import read_statistics

        return read_statistics
    from manfaat.files.formats.worker_books import read_calamine, read_xls

    return read_xls if kind == "xls" else read_calamine


def limit(memory: int, seconds: float) -> None:
    """Cap this process's memory and processor time where the system can (Linux does both)."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 1, int(seconds) + 2))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ImportError, ValueError, OSError):
        return


def answers(request: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    """Yield the messages for one request; the last is ``end``, or ``fault`` with what went wrong."""
    try:
        yield from reader(request["kind"])(request)
        yield ("end",)
    except GeneratorExit:
        raise
    except BaseException as error:  # native libraries raise their panics outside Exception
        lines = str(error).strip().splitlines()
        yield ("fault", type(error).__name__, lines[0][:200] if lines else "")


def main() -> None:
    """Read the request from the command line and send the answers to standard output."""
    request = json.loads(sys.argv[1])
    sys.path[:] = request["path"]
    stand_in()
    limit(request["memory"], request["seconds"])
    for message in answers(request):
        marshal.dump(message, sys.stdout.buffer)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
