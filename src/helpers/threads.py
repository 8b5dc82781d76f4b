"""Work on the columns of a table, several at once: Arrow and NumPy work outside Python's lock."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item, Result = TypeVar("Item"), TypeVar("Result")


def each(function: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    """Apply a function to every item, on as many threads as the machine has cores; results stand in the order of the items.

    Raises
    ------
    The first item's exception, as a plain loop would.
    """
    with ThreadPoolExecutor() as threads:
        return list(threads.map(function, items))


def at_once(*tasks: Callable[[], None]) -> None:
    """Do several things at the same time, for instance write several files.

    Raises
    ------
    The first failing task's exception, after the others have ended.
    """
    each(lambda task: task(), tasks)
