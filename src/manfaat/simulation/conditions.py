"""XLSForm expressions on columns of numbers: fast, for the skip rules of a whole form and millions of people.

The same three-valued logic as ``manfaat.definitions.expressions``: what is compared with a missing answer is
unknown.
"""

from __future__ import annotations

import numpy as np

from manfaat.definitions.expressions import Node, parse_expression
from manfaat.simulation.world import World

COMPARE = {
    "=": np.equal,
    "!=": np.not_equal,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
}
ARITHMETIC = {"+": np.add, "-": np.subtract, "*": np.multiply}


def holds(text: str, world: World) -> np.ndarray:
    """Where an expression is true; unknown counts as false. Everywhere for the empty text."""
    return np.ones(world.n, dtype=bool) if not text else truth(parse_expression(text), world) == 1


def fails(text: str, world: World) -> np.ndarray:
    """Where an expression is false; unknown counts as true. Nowhere for the empty text."""
    return np.zeros(world.n, dtype=bool) if not text else truth(parse_expression(text), world) == 0


def truth(node: Node, world: World) -> np.ndarray:
    """1 for true, 0 for false, NaN for unknown.

    Raises
    ------
    ValueError for a part that is not supported here: calls other than ``not()``, ``is-missing()`` and
    ``selected()``.
    """
    if node.kind == "operator" and node.value in ("and", "or"):
        first, second = (truth(part, world) for part in node.parts)
        both = np.minimum(first, second) if node.value == "and" else np.maximum(first, second)
        decided = (first == 0) | (second == 0) if node.value == "and" else (first == 1) | (second == 1)
        return np.where(decided, 0.0 if node.value == "and" else 1.0, both)
    if node.kind == "operator" and node.value in COMPARE:
        return compare(node, world)
    if node.kind == "call" and node.value == "not":
        return 1.0 - truth(node.parts[0], world)
    if node.kind == "call" and node.value == "is-missing" and node.parts[0].kind == "name":
        return world.is_missing(node.parts[0].value).astype("float64")
    if node.kind == "call" and node.value == "selected" and node.parts[0].kind == "name":
        name, code = node.parts[0].value, node.parts[1].value
        bits = world.column(name)
        return np.where(bits < 0, np.nan, (bits >> world.pools[name].index(code)) & 1)
    raise ValueError(f"'{node.value}' is not supported in a simulation")


def compare(node: Node, world: World) -> np.ndarray:
    """Compare two sides; a text with numbers, or with a column of texts."""
    first, second = (operand(part, world) for part in node.parts)
    texts = [side.dtype.kind == "U" for side in (first, second)]
    if any(texts):
        one, two = (
            side if side.dtype.kind == "U" else np.array([f"{value:g}" for value in side])
            for side in (first, second)
        )
        known = (one != "") & (two != "")
        return np.where(known, COMPARE[node.value](one, two), np.nan)
    known = ~(np.isnan(first) | np.isnan(second))
    return np.where(known, COMPARE[node.value](first, second), np.nan)


def operand(node: Node, world: World) -> np.ndarray:
    """A column, a number or a text, or a sum or product of them."""
    if node.kind == "name":
        return world.column(node.value)
    if node.kind == "number":
        return np.full(1, float(node.value))
    if node.kind == "text":
        return np.full(1, node.value)
    if node.kind == "operator" and node.value in ARITHMETIC:
        result: np.ndarray = ARITHMETIC[node.value](*(operand(part, world) for part in node.parts))
        return result
    raise ValueError(f"'{node.value}' is not supported in a simulation")
