"""Rows of tables and values that may be missing, with their types."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    import pandas as pd

T = TypeVar("T")


class Row(Protocol):
    """What a reader takes from one row of a table: a NamedTuple whose fields are names of columns."""

    def __init__(self, *values: Any) -> None:
        """Take the values in the order of the fields."""


R = TypeVar("R", bound=Row)


def typed_rows(table: pd.DataFrame, kind: type[R]) -> Iterator[R]:
    """Rows of ``table`` in order, each as a ``kind``.

    Raises
    ------
    KeyError where a column is not in the table.
    """
    columns = [table[name] for name in kind.__annotations__]
    return (kind(*values) for values in zip(*columns, strict=True))


def required(value: T | None, what: str) -> T:
    """Return a value that must have been given by now.

    Raises
    ------
    ValueError naming ``what`` is missing.
    """
    if value is None:
        raise ValueError(f"{what} is missing")
    return value
