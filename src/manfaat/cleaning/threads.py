"""Work on the columns of a table, several at once: Arrow and NumPy work outside Python's lock."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


MANY = 20_000  # rows; of a shorter table threads wait for one another longer than they work


def each(function: Callable[[Item], Result], items: Iterable[Item], *, rows: int = MANY) -> list[Result]:
    """Apply a function to every item; results stand in the order of the items.

    Parameters
    ----------
    rows : the length of the table whose columns the items are; a long one is worked on by as many threads as
    the machine has cores.

    Raises
    ------
    The first item's exception, as a plain loop would.
    """
    if rows < MANY:
        return [function(item) for item in items]
    with ThreadPoolExecutor() as threads:
        return list(threads.map(function, items))


def at_once(*tasks: Callable[[], None]) -> None:
    """Do several things at the same time, for instance write several files.

    Raises
    ------
    The first failing task's exception, after the others have ended.
    """
    each(lambda task: task(), tasks)
