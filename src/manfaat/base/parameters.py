"""Parameters of the notebooks, checked before anything starts: papermill itself would only warn, and run with
the defaults.

The runner checks what the command line gives; the first call of every notebook checks what it finds in its
own session, so that JupyterLab and plain papermill refuse the same.
"""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

from manfaat.base.paths import NOTEBOOKS
from manfaat.base.problems import Problem, nearest, refuse

TYPES = {"str": str, "int": int, "float": float, "bool": bool}
KINDS = {"str": "a text", "int": "a whole number", "float": "a number", "bool": "True or False"}
OWN = ("cohort", "programme", "language", "data_dir", "reports_dir", "output_dir")  # set by the runner itself
INJECTED = "# Parameters"  # first line of the cell that papermill adds
LIMITS = {  # by name, the smallest and the largest value that makes sense; both may be taken
    "confidence": (0.5, 0.999),
    "power": (0.5, 0.999),
    "seed": (0, 2**32 - 1),
    "draws": (99, 1_000_000),
    "discount_rate": (-0.5, 1),
    "horizon": (0, 60),
    "decay": (0, 1),
    "marginal_cost_of_funds": (1, 5),
    "assumed_gain": (-0.4, 10),
}
CHOICES = {"timing": ("start", "middle", "end")}
YEARS = {"base_year": (1900, 2100)}  # or 0, which leaves the choice to the programme


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
    notebook = json.loads(path.read_text(encoding="utf-8"))
    cells = [
        "".join(cell["source"])
        for cell in notebook["cells"]
        if "parameters" in cell["metadata"].get("tags", [])
    ]
    if len(cells) != 1:
        raise ValueError(f"{path.name} needs exactly one cell tagged 'parameters', it has {len(cells)}")
    found, lines = {}, cells[0].splitlines()
    for node in ast.parse(cells[0]).body:
        if not (
            isinstance(node, ast.AnnAssign)
            and isinstance(node.target, ast.Name)
            and isinstance(node.annotation, ast.Name)
            and node.annotation.id in TYPES
            and node.value
        ):
            raise ValueError(
                f"{path.name}: '{lines[node.lineno - 1]}' is not of the form 'name: type = value'"
            )
        note = lines[node.lineno - 1].partition("#")[2].strip()
        found[node.target.id] = Parameter(
            node.target.id, node.annotation.id, ast.literal_eval(node.value), note
        )
    return found


def parameters_of(root: Path) -> dict[str, dict[str, Parameter]]:
    """The declared parameters of every numbered notebook."""
    return {name: declared(root / "notebooks" / f"{name}.ipynb") for name in NOTEBOOKS}


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
        raise ValueError(
            f"'{text}' is not {'a whole number' if parameter.type == 'int' else 'a number'}"
        ) from None


def check(
    given: list[str], notebooks: dict[str, dict[str, Parameter]]
) -> tuple[dict[str, object], list[Problem]]:
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
                    expected={"cohort": "the cohort as an argument", "language": "--language"}.get(
                        name, f"--{name.replace('_', '-')}"
                    ),
                )
            )
        elif name not in known:
            problems.append(
                Problem(
                    place, "no notebook has it", expected=nearest(name, [k for k in known if k not in OWN])
                )
            )
        else:
            try:
                values[name] = convert(value, known[name])
            except ValueError as failure:
                problems.append(
                    Problem(
                        place,
                        str(failure),
                        expected=(
                            f"a value of type {known[name].type}, for example {name}={known[name].default}"
                        ),
                    )
                )
            else:
                if wrong := unfit(name, values[name]):
                    problems += wrong
                    del values[name]
    return values, problems


def unfit(name: str, value: object) -> list[Problem]:
    """Say when a value of the right type makes no sense; nothing when it does."""
    place, low_high = f"parameter '{name}'", LIMITS.get(name)
    if isinstance(value, float) and not isfinite(value):
        return [Problem(place, f"{value} is no number that one can count with")]
    if low_high and isinstance(value, int | float) and not low_high[0] <= value <= low_high[1]:
        hint = f"; {value:g} per cent is {value / 100:g}" if low_high[1] < 1 < value <= 100 else ""
        return [
            Problem(
                place,
                f"{value:g} is out of range",
                expected=f"a number from {low_high[0]:,} to {low_high[1]:,}{hint}",
            )
        ]
    if name in CHOICES and value not in CHOICES[name]:
        return [Problem(place, f"'{value}' is not allowed", expected=f"one of {', '.join(CHOICES[name])}")]
    if (
        name in YEARS
        and isinstance(value, int | float)
        and value != 0
        and not YEARS[name][0] <= value <= YEARS[name][1]
    ):
        return [
            Problem(
                place,
                f"{value} is no year",
                expected="a year of four digits, or 0 for the one that the programme declares",
            )
        ]
    return []


def check_session(notebook: str, root: Path) -> dict[str, object]:
    """Check the parameters of the running notebook, those that papermill injected among them; return their
    values by name.

    Outside a notebook there is nothing to check, and nothing is returned.

    Raises
    ------
    ProblemsError with every parameter that the notebook does not have, or that has a value of another type or
    out of range.
    """
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    path = root / "notebooks" / f"{notebook}.ipynb"
    if shell is None or not path.is_file():
        return {}
    known = declared(path)
    problems = [
        Problem(
            f"parameter '{name}'",
            f"notebooks/{path.name} has no such parameter",
            expected=nearest(name, known),
        )
        for name in injected(shell.user_ns.get("In", []))
        if name not in known
    ]
    values = {name: shell.user_ns.get(name, parameter.default) for name, parameter in known.items()}
    for name, value in values.items():
        problems += mistyped(value, known[name]) or unfit(name, value)
    refuse(problems)
    return values


def injected(cells: Iterable[str]) -> list[str]:
    """Names that papermill's own cells give a value, in the order given."""
    found = []
    for source in cells:
        if source.startswith(INJECTED):
            found += [
                target.id
                for node in ast.parse(source).body
                if isinstance(node, ast.Assign)
                for target in node.targets
                if isinstance(target, ast.Name)
            ]
    return list(dict.fromkeys(found))


def mistyped(value: object, parameter: Parameter) -> list[Problem]:
    """Say when a value is not of the declared type; a whole number is a number too."""
    wanted = (int, float) if parameter.type == "float" else TYPES[parameter.type]
    if isinstance(value, wanted) and (parameter.type == "bool" or not isinstance(value, bool)):
        return []
    name, example = parameter.name, json.dumps(parameter.default)
    how = "papermill takes -p for numbers and -r for texts"
    found = f"the text '{value}'" if isinstance(value, str) else f"{value} of type {type(value).__name__}"
    return [
        Problem(
            f"parameter '{name}'",
            f"found {found}",
            expected=f"{KINDS[parameter.type]}, for example {name} = {example} ({how})",
        )
    ]


def scientific(values: Mapping[str, object]) -> dict[str, object]:
    """The parameters that numbers depend on: all but those that say where things are and in which
    language.
    """
    return {name: value for name, value in values.items() if name not in OWN}


def select(values: dict[str, object], parameters: dict[str, Parameter]) -> dict[str, object]:
    """Keep the values that a notebook declares."""
    return {name: value for name, value in values.items() if name in parameters}
