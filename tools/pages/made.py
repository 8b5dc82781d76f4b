"""The pages of the reference that are made from the code: commands with their exit codes, ``helpers``, and
the parameters of the notebooks.

    python tools/pages/made.py            write them into docs/reference
    python tools/pages/made.py --check    end with 1 where one is not up to date
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer.main

import helpers
from manfaat.base import parameters
from manfaat.cli import app

ROOT = Path(__file__).parents[2]
MADE = "<!-- Made by python tools/pages/made.py: change the code, not this page. -->"
CODES = re.compile(r"(?P<code>\d+) (?P<when>when [^;.]+)")


def words(text: str | None) -> str:
    """A text in one line, as Markdown reads it."""
    return re.sub(r"``([^`]+)``", r"`\1`", " ".join((text or "").split()))


def cell(text: str) -> str:
    """A text in a cell of a table."""
    return text.replace("|", "\\|")


# --- commands


def commands_page() -> str:
    """Every command with its arguments and options, and what its exit codes mean."""
    group: Any = typer.main.get_command(app)
    lines = [MADE, "", "# Commands", "", words(group.help), "", "## Exit codes", ""]
    lines += ["| code | when |", "|---|---|"]
    lines += [f"| {found['code']} | {cell(found['when'])} |" for found in CODES.finditer(words(group.epilog))]
    for name, command in sorted(group.commands.items()):
        lines += ["", f"## manfaat {name}", "", words(command.help), ""]
        usage = " ".join(["manfaat", name, *filter(None, map(usage_of, command.params))])
        lines += [f"`{usage}`", ""]
        rows = [row_of(option) for option in command.params if option.name != "help"]
        lines += ["| | | default |", "|---|---|---|", *rows] if rows else []
    return "\n".join(lines).rstrip() + "\n"


def usage_of(option: Any) -> str:
    """An argument, or an option that must be given, in the usage of its command."""
    if option.param_type_name == "argument":
        name = option.name.upper() + ("..." if option.nargs == -1 else "")
        return name if option.required else f"[{name}]"
    return f"{option.opts[0]} {kind_of(option)}" if option.required else ""


def kind_of(option: Any) -> str:
    """What an option is given: a word, a number or a file."""
    told = str(option.type_descriptor.annotation)
    return "FILE" if "Path" in told else "NUMBER" if "int" in told else "TEXT"


def row_of(option: Any) -> str:
    """One argument or option as a row of a table."""
    is_argument = option.param_type_name == "argument"
    names = [option.name.upper()] if is_argument else option.opts
    more = "" if is_argument or option.is_flag else f" {kind_of(option)}"
    shown = ", ".join(f"`{name}{more}`" for name in names)
    default = option.default() if callable(option.default) else option.default
    is_told = default not in (None, "", [], (), False) and not option.required
    told = "must be given" if option.required else f"`{default}`" if is_told else ""
    return f"| {shown} | {cell(words(option.help))} | {told} |"


# --- helpers


def helpers_page() -> str:
    """Every public name of ``helpers``: what it is, what it can be asked, each with its example."""
    lines = [MADE, "", "# helpers", "", words(inspect.getdoc(helpers)), ""]
    lines += ["Every example is run by a test (`tests/helpers/test_face.py`), on the cohort `nsw-1976`."]
    for name in helpers.__all__:
        thing = getattr(helpers, name)
        lines += ["", f"## {name}", "", *said(thing)]
        if inspect.isclass(thing):
            for own, member in members(thing):
                call = (
                    ""
                    if isinstance(member, property) or not callable(unwrapped(member))
                    else signature(member)
                )
                lines += ["", f"### {name}.{own}{call}", "", *said(unwrapped(member))]
        else:
            lines.insert(lines.index(f"## {name}") + 1, "")
            lines.insert(lines.index(f"## {name}") + 2, f"`{name}{signature(thing)}`")
    return "\n".join(lines) + "\n"


def unwrapped(member: Any) -> Any:
    """The function behind a property."""
    return getattr(member, "fget", None) or getattr(member, "func", None) or member


def members(thing: type) -> Iterator[tuple[str, Any]]:
    """What a class can be asked: its own public methods and properties that say what they are for."""
    for name, member in vars(thing).items():
        function = unwrapped(member)
        if not name.startswith("_") and inspect.isfunction(function) and inspect.getdoc(function):
            is_asked = inspect.isfunction(member)
            yield name, function if is_asked else property(function)


def signature(function: Any) -> str:
    """How a function is called, without the kinds of its arguments."""
    found = inspect.signature(function)
    own = [
        one.replace(annotation=inspect.Parameter.empty)
        for one in found.parameters.values()
        if one.name != "self"
    ]
    return str(found.replace(parameters=own, return_annotation=inspect.Signature.empty))


def said(thing: Any) -> list[str]:
    """The docstring of a name: its sentences, and its example as code."""
    text, _, example = (inspect.getdoc(unwrapped(thing)) or "").partition("Examples\n--------\n")
    parts = re.split(r"\n\n+", text.strip())
    lines: list[str] = []
    for part in parts:
        head, under, body = part.partition("\n---")
        is_section = bool(under) and "\n" not in head
        told = words(body.partition("\n")[2]) if is_section else words(part)
        lines += [f"*{head}*: {told}" if is_section else told, ""]
    code = re.split(r"\n\n(?!>>>)", example.strip())[0] if example else ""
    return [*lines, "```pycon", *code.splitlines(), "```"] if code else lines[:-1]


# --- notebooks


def notebooks_page() -> str:
    """The parameters of every notebook, and what each may be."""
    lines = [MADE, "", "# Parameters of the notebooks", ""]
    lines += [
        "`manfaat run` sets them with `-p name=value`; papermill likewise. In JupyterLab they stand in the",
        "first cell of code. Another name, kind or range is refused before anything is run.",
    ]
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        lines += [
            "",
            f"## {path.stem}",
            "",
            "| parameter | default | what it is | from … to |",
            "|---|---|---|---|",
        ]
        for name, one in parameters.declared(path).items():
            low, high = (parameters.LIMITS | parameters.YEARS).get(name, ("", ""))
            limits = ", ".join(parameters.CHOICES.get(name, ())) or (f"{low} … {high}" if high != "" else "")
            lines.append(f"| `{name}` | `{one.default!r}` | {cell(one.help)} | {limits} |")
    return "\n".join(lines) + "\n"


PAGES = {"commands.md": commands_page, "helpers.md": helpers_page, "notebooks.md": notebooks_page}


def stale() -> list[str]:
    """Pages that are not as they would be made now."""
    folder = ROOT / "docs/reference"
    return [
        name
        for name, page in PAGES.items()
        if not (folder / name).exists() or (folder / name).read_text(encoding="utf-8") != page()
    ]


if __name__ == "__main__":
    old = stale()
    if "--check" not in sys.argv:
        for name in old:
            (ROOT / "docs/reference" / name).write_text(PAGES[name](), encoding="utf-8")
    print("\n".join(old) or "these pages of docs/reference are up to date")
    sys.exit(bool(old) and "--check" in sys.argv)
