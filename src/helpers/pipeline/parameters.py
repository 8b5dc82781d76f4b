"""Parameters of the notebooks, checked before anything starts: papermill itself would only warn."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

import nbformat

from helpers.problems import Problem, nearest

TYPES = {"str": str, "int": int, "float": float, "bool": bool}
OWN = ("cohort", "language", "data_dir", "reports_dir")  # set by the runner itself


@dataclass(frozen=True)
class Parameter:
    """One declared parameter of a notebook."""

    name: str
    type: str
    default: object
    help: str


def declared(path: Path) -> dict[str, Parameter]:
    """Read the cell tagged ``parameters``: lines of the form ``name: type = literal  # help``.

    Raises
    ------
    ValueError if there is not exactly one such cell or a line is of another form.
    """
    notebook = nbformat.read(path, as_version=4)
    cells = [cell.source for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    if len(cells) != 1:
        raise ValueError(f"{path.name} needs exactly one cell tagged 'parameters', it has {len(cells)}")
    found, lines = {}, cells[0].splitlines()
    for node in ast.parse(cells[0]).body:
        if not (isinstance(node, ast.AnnAssign) and isinstance(node.annotation, ast.Name) and node.annotation.id in TYPES and node.value):
            raise ValueError(f"{path.name}: '{lines[node.lineno - 1]}' is not of the form 'name: type = value'")
        note = lines[node.lineno - 1].partition("#")[2].strip()
        found[node.target.id] = Parameter(node.target.id, node.annotation.id, ast.literal_eval(node.value), note)
    return found


def convert(text: str, parameter: Parameter) -> object:
    """Turn a text from the command line into the parameter's declared type; a ``str`` stays as it is.

    Raises
    ------
    ValueError when the text is not of that type.
    """
    if parameter.type == "str":
        return text
    if parameter.type == "bool":
        if text not in ("True", "False"):
            raise ValueError(f"'{text}' is not True or False")
        return text == "True"
    try:
        return TYPES[parameter.type](text)
    except ValueError:
        raise ValueError(f"'{text}' is not {'a whole number' if parameter.type == 'int' else 'a number'}") from None


def check(given: list[str], notebooks: dict[str, dict[str, Parameter]]) -> tuple[dict[str, object], list[Problem]]:
    """Check ``name=value`` texts against all notebooks' declarations.

    Returns
    -------
    The values by name, in their declared type, and all problems.
    """
    known = {name: parameter for parameters in notebooks.values() for name, parameter in parameters.items()}
    values, problems = {}, []
    for text in given:
        name, separator, value = text.partition("=")
        place = f"parameter '{name}'"
        if not separator:
            problems.append(Problem(f"parameter '{text}'", "it has no value", expected="name=value"))
        elif name in OWN:
            problems.append(
                Problem(
                    place,
                    "it has an option of its own",
                    expected={"cohort": "the cohort as an argument", "language": "--language"}.get(name, f"--{name.replace('_', '-')}"),
                )
            )
        elif name not in known:
            problems.append(Problem(place, "no notebook has it", expected=nearest(name, [k for k in known if k not in OWN])))
        else:
            try:
                values[name] = convert(value, known[name])
            except ValueError as failure:
                problems.append(Problem(place, str(failure), expected=f"a value of type {known[name].type}, for example {name}={known[name].default}"))
    return values, problems


def select(values: dict[str, object], parameters: dict[str, Parameter]) -> dict[str, object]:
    """Keep the values that a notebook declares."""
    return {name: value for name, value in values.items() if name in parameters}
