"""Small wrong changes of a module, one at a time: a sign, a bound, a constant, a dropped guard."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass

COMPARISONS = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
OPERATIONS = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.Pow: ast.Mult,
}
NAMES = {
    "min": "max",
    "max": "min",
    "any": "all",
    "all": "any",
    "argmin": "argmax",
    "argmax": "argmin",
    "sum": "mean",
    "mean": "sum",
    "first": "last",
}


@dataclass(frozen=True)
class Mutant:
    """One wrong change of a source: of which node of its tree, which field becomes what; the line, and what
    it became in words.
    """

    source: str
    place: int
    field: str
    value: object
    line: int

    @property
    def was(self) -> str:
        """The line as it stands."""
        return self.source.splitlines()[self.line - 1].strip()

    def tree(self) -> tuple[ast.Module, ast.AST]:
        """The spoilt tree, and its spoilt node."""
        tree = ast.parse(self.source)
        node = list(ast.walk(tree))[self.place]
        setattr(node, self.field, deepcopy(self.value))
        return ast.fix_missing_locations(tree), node

    @property
    def lines(self) -> range:
        """The lines of the innermost statement that holds the change; of a definition's head, the whole
        definition.
        """
        around = [
            node
            for node in ast.walk(ast.parse(self.source))
            if isinstance(node, ast.stmt) and node.lineno <= self.line <= (node.end_lineno or 0)
        ]
        inner = max(around, key=lambda node: (node.lineno, -(node.end_lineno or 0)))
        body = getattr(inner, "body", None)
        end = body[0].lineno - 1 if body and not isinstance(inner, ast.FunctionDef) else inner.end_lineno
        return range(inner.lineno, max(end or 0, inner.lineno) + 1)

    @property
    def top(self) -> int:
        """The place of the statement of the module that holds the change."""
        return next(
            place
            for place, node in enumerate(ast.parse(self.source).body)
            if node.lineno <= self.line <= (node.end_lineno or 0)
        )

    def constants(self) -> set[str]:
        """The constants that the change makes other ones, directly or as they are made of each other; none
        where it is in a function.
        """
        body, names = ast.parse(self.source).body[self.top :], set()
        for place, node in enumerate(body):
            if isinstance(node, ast.Assign | ast.AnnAssign) and (place == 0 or names & names_in(node)):
                names |= {
                    part.id
                    for part in ast.walk(node)
                    if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
                }
        return names

    @property
    def spoilt(self) -> str:
        """The whole source with the change."""
        return ast.unparse(self.tree()[0])

    @property
    def became(self) -> str:
        """The changed expression."""
        return ast.unparse(self.tree()[1]).splitlines()[0]


def names_in(statement: ast.stmt) -> set[str]:
    """Names that a constant is made of, or the defaults of a function."""
    parts: list[ast.AST | None] = []
    if isinstance(statement, ast.FunctionDef):
        parts = [*statement.args.defaults, *statement.args.kw_defaults]
    elif isinstance(statement, ast.Assign | ast.AnnAssign):
        parts = [statement.value]
    return {node.id for part in parts if part for node in ast.walk(part) if isinstance(node, ast.Name)}


def of_sign(node: ast.AST) -> Iterator[tuple[str, object]]:
    """Another sign of comparison, of calculation, of logic."""
    if isinstance(node, ast.Compare):
        for place, sign in enumerate(node.ops):
            if type(sign) in COMPARISONS:
                yield "ops", [*node.ops[:place], COMPARISONS[type(sign)](), *node.ops[place + 1 :]]
    elif isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in OPERATIONS:
        yield "op", OPERATIONS[type(node.op)]()
    elif isinstance(node, ast.BoolOp):
        yield "op", ast.Or() if isinstance(node.op, ast.And) else ast.And()
    elif isinstance(node, ast.UnaryOp):
        yield (
            ("op", ast.UAdd())
            if isinstance(node.op, ast.USub)
            else ("operand", ast.UnaryOp(node.op, node.operand))
        )  # not not x


def of_guard(node: ast.AST) -> Iterator[tuple[str, object]]:
    """A condition that never holds, or always."""
    if isinstance(node, ast.If | ast.IfExp):
        yield "test", ast.Constant(False)
    if isinstance(node, ast.IfExp) or (isinstance(node, ast.If) and node.orelse):
        yield "test", ast.Constant(True)


def of_value(node: ast.AST) -> Iterator[tuple[str, object]]:
    """Another number, another truth, the least for the most."""
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        yield "value", node.value + 1
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield "value", not node.value
    elif isinstance(node, ast.Attribute) and node.attr in NAMES:
        yield "attr", NAMES[node.attr]
    elif isinstance(node, ast.Name) and node.id in NAMES and isinstance(node.ctx, ast.Load):
        yield "id", NAMES[node.id]


def harmless(tree: ast.Module) -> set[int]:
    """Nodes whose change no test could see or that say nothing: annotations, fields of classes, decorators,
    imports, messages of errors.
    """
    left = set()
    for node in ast.walk(tree):
        parts: list[ast.AST] = []
        if isinstance(node, ast.arg | ast.AnnAssign) and node.annotation:
            parts.append(node.annotation)
        if isinstance(node, ast.FunctionDef) and node.returns:
            parts.append(node.returns)
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            parts += node.decorator_list
        if isinstance(node, ast.ClassDef):
            parts += [part for part in node.body if not isinstance(part, ast.FunctionDef)]
        if isinstance(node, ast.Raise) and node.exc:
            parts.append(node.exc)
        if isinstance(node, ast.JoinedStr | ast.Import | ast.ImportFrom):
            parts.append(node)
        left |= {id(inner) for part in parts for inner in ast.walk(part)}
    return left


def mutants(source: str) -> list[Mutant]:
    """All mutants of a module, in the order of its lines."""
    tree = ast.parse(source)
    left = harmless(tree)
    found = [
        Mutant(source, place, field, value, node.lineno)
        for place, node in enumerate(ast.walk(tree))
        if id(node) not in left
        for kind in (of_sign, of_guard, of_value)
        for field, value in kind(node)
    ]
    return sorted(found, key=lambda mutant: mutant.line)
