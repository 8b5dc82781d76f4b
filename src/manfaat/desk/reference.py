"""The reference of what a person may write: every key of the definition files, and every construct, made from
the models and registries themselves.

    python -m manfaat.desk.reference            write docs/reference
    python -m manfaat.desk.reference --check    end with 1 where a page is not up to date
"""

from __future__ import annotations

import argparse
import ast
import csv
import inspect
import sys
import textwrap
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from manfaat.base.problems import Problem, nearest, refuse
from manfaat.cleaning.declared import KINDS
from manfaat.definitions.charter import Charter
from manfaat.definitions.codebook import Choice, Rule, Variable
from manfaat.definitions.cohort import Cohort
from manfaat.definitions.context import Tie
from manfaat.definitions.corrections import Correction
from manfaat.definitions.indicator import Indicator
from manfaat.definitions.prices import Price
from manfaat.definitions.programme import Programme
from manfaat.definitions.records import Record, Words, load_yaml, numbered_lines
from manfaat.evaluation.registry import METHODS
from manfaat.evaluation.std_errors import STD_ERRORS
from manfaat.indicators.registry import ANY, CONSTRUCTS, Recipe
from manfaat.report import methods as texts
from manfaat.threats.driver import THREATS

MADE = "<!-- Made by python -m manfaat.desk.reference: change the models, not this page. -->"
REGISTERED: dict[str, Mapping[str, object]] = {  # keys that name what is registered
    "programme.specifications.method": METHODS,
    "programme.specifications.std_errors": STD_ERRORS,
    "programme.checks.kind": KINDS,
}
FILES: dict[str, type[BaseModel]] = {
    "programme.yml": Programme,
    "cohort.yml": Cohort,
    "charter.yml": Charter,
    "codebook.csv": Variable,
    "choices.csv": Choice,
    "rules.csv": Rule,
    "indicators.csv": Indicator,
    "corrections.csv": Correction,
    "prices.csv": Price,
    "ties.csv": Tie,
}
WORDS = {str: "text", int: "whole number", float: "number", bool: "true or false", NoneType: "nothing"}
BOUNDS = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than", "min_length": "at least"}
PAGES = {
    "programme.yml": "programme",
    "cohort.yml": "cohort",
    "charter.yml": "charter",
    "constructs": "constructs",
} | {
    "methods": "methods",
    "standard errors": "methods",
    "checks": "checks",
    "threats": "threats",
}  # all else is on the page of tables
LETTERS = {
    "methods": "y outcome, d treatment, x covariates, 1 participants, 0 the others, Δ now − before.",
    "standard errors": "a what a unit weighs in the estimate b, e its residual, h its leverage, n units, k"
    " coefficients, G clusters, df degrees of freedom.",
}
LONGEST = 90  # letters of an example


@dataclass(frozen=True)
class Topic:
    """What can be explained: its name, where it belongs, what it is, and what else is to be said."""

    name: str
    page: str
    says: str
    more: tuple[tuple[str, str], ...] = ()

    def lines(self) -> list[str]:
        """The topic as plain lines."""
        return [self.name, f"  {self.says}", *(f"  {what}: {told}" for what, told in self.more)]


@cache
def topics(root: Path) -> dict[str, Topic]:
    """Everything that can be explained, by name; examples are those of the programmes below ``root``."""
    found = [topic for file, model in FILES.items() for topic in keys(file, model, held(root, file))]
    found += [*constructs(root), *methods(root), *std_errors(), *checks(root), *threats()]
    return {topic.name: topic for topic in found}


def explained(name: str, root: Path) -> list[Topic]:
    """The topics of this name, or whose name ends with it.

    Raises
    ------
    ProblemsError with the nearest names where there is none.
    """
    known = topics(root)
    found = [topic for whole, topic in known.items() if whole == name or whole.endswith(f".{name}")]
    if not found:
        ends = {end for whole in known for end in (whole, whole.rpartition(".")[2])}
        refuse([Problem("explain", f"there is no '{name}'", expected=nearest(name, ends))])
    return found


# --- keys of definition files


def keys(file: str, model: type[BaseModel], values: list[Any], inside: str = "") -> Iterator[Topic]:
    """The keys of a file in their order, each before those inside it."""
    stem, described = file.split(".")[0], descriptions(model)
    for name, info in model.model_fields.items():
        key, inner = info.alias or name, model_in(info.annotation)
        says, _, given = described.get(name, "").partition(" Example: ")
        here = [one[key] for one in values if isinstance(one, dict) and one.get(key) not in (None, "")]
        registered = REGISTERED.get(f"{stem}.{inside}{key}")
        told = f"one of {', '.join(registered)}" if registered else WORDS[str]
        more = [("type", told_type(info.annotation).replace(WORDS[str], told) + bounds(info))]
        more += [] if info.is_required() and "left out" in says else [("default", told_default(info))]
        if inner is None:
            more.append(("example", given or example_of(here) or made_example(info)))
        yield Topic(f"{stem}.{inside}{key}", file, says, tuple(more))
        if inner is not None and not issubclass(model, inner):  # the keys of its own base stand above
            yield from keys(file, inner, [one for value in here for one in apart(value)], f"{inside}{key}.")


def descriptions(model: type[BaseModel]) -> dict[str, str]:
    """What the text below each field of a model, or of what it is made from, says of it."""
    base = model.__bases__[0]
    inherited = descriptions(base) if base.__module__.startswith("manfaat") and base is not Record else {}
    (found,) = ast.parse(textwrap.dedent(inspect.getsource(model))).body
    body = found.body if isinstance(found, ast.ClassDef) else []
    return inherited | {
        field.target.id: " ".join(text.value.value.split())
        for field, text in pairwise(body)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
        and isinstance(text.value.value, str)
    }


def model_in(annotation: Any) -> type[BaseModel] | None:
    """The model that a value, or each value of a list or mapping, is of; a text in several languages counts
    as one value.
    """
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return None if annotation is Words else annotation
    return next((found for inner in get_args(annotation) if (found := model_in(inner))), None)


def told_type(annotation: Any) -> str:
    """A type in words."""
    kind, inner = get_origin(annotation), get_args(annotation)
    if kind is Literal:
        return "one of " + ", ".join("nothing" if one == "" else str(one) for one in inner)
    if kind in (Union, UnionType):
        return " or ".join(told_type(one) for one in inner if one is not NoneType)
    if kind is list:
        return f"list of {told_type(inner[0])}"
    if kind is dict:
        return f"mapping: {told_type(inner[0])} to {told_type(inner[1])}"
    if kind is Annotated:
        return told_type(inner[0])
    if annotation is Words:
        return "text in each language"
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return "keys"
    return WORDS.get(annotation, getattr(annotation, "__name__", str(annotation)))


def bounds(info: FieldInfo) -> str:
    """What a value must keep to."""
    said = [
        f"{word} {limit:g}"
        for what in info.metadata
        for name, word in BOUNDS.items()
        if (limit := getattr(what, name, None)) is not None
    ]
    return f" ({', '.join(said)})" if said else ""


def told_default(info: FieldInfo) -> str:
    """What holds where a key is left out."""
    if info.is_required():
        return "must be said"
    default = info.get_default(call_default_factory=True)
    if isinstance(default, BaseModel):
        default = default.model_dump(exclude_defaults=True)
    return "nothing" if default in (None, "", [], {}) else flow(default)


def flow(value: Any) -> str:
    """A value as YAML writes it in one line."""
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, sort_keys=False, width=10_000)
    return str(text).strip().removesuffix("...").strip()


def example_of(values: list[Any]) -> str:
    """The first value that is short enough, or how the first begins."""
    texts = [flow(value) for value in values]
    return next((text for text in texts if len(text) <= LONGEST), texts[0][:LONGEST] + "…" if texts else "")


def made_example(info: FieldInfo) -> str:
    """A value that no programme has: one of those that are possible, another than the default."""
    default = None if info.is_required() else info.get_default(call_default_factory=True)
    kinds = [info.annotation, *get_args(info.annotation)]
    choices = [one for kind in kinds if get_origin(kind) is Literal for one in get_args(kind)]
    if bool in kinds:
        choices = [True, False]
    value = next((one for one in choices if one not in ("", default)), default)
    return flow(value) if value not in (None, "", [], {}) else ""


def apart(value: Any) -> list[Any]:
    """The mappings in a value: itself, those of a list, or those by name."""
    if isinstance(value, dict):
        return [value, *(one for one in value.values() if isinstance(one, dict))]
    return list(value) if isinstance(value, list) else []


@cache
def held(root: Path, file: str) -> list[Any]:
    """What the files of this name hold, one mapping a file or a row; nothing where one cannot be read."""
    found: list[Any] = []
    for path in sorted([*root.glob(f"programmes/*/{file}"), *root.glob(f"data/raw/*/{file}")]):
        with suppress(yaml.YAMLError, csv.Error, UnicodeDecodeError):
            text = path.read_text(encoding="utf-8-sig")
            found += [row for _, row in numbered_lines(text)] if path.suffix == ".csv" else [load_yaml(text)]
    return [one for one in found if isinstance(one, dict)]


# --- constructs


def constructs(root: Path) -> Iterator[Topic]:
    """Ways to compute an indicator, with the first row that uses each."""
    rows: list[dict[str, str]] = held(root, "indicators.csv")
    for name, recipe in CONSTRUCTS.items():
        says, _, given = first_paragraph(recipe.build).partition(" Example: ")
        used = next((row for row in rows if row.get("construct") == name), {})
        told = ", ".join(f"{key} {used[key]}" for key in ("inputs", "arguments") if used.get(key))
        more = [("inputs", told_inputs(recipe)), ("arguments", told_arguments(recipe))]
        more += [("missing", recipe.undefined.replace("_", " "))] if recipe.undefined != "undefined" else []
        yield Topic(name, "constructs", says, (*more, ("example", given or told)))


def told_inputs(recipe: Recipe) -> str:
    """How many inputs, and of which kinds."""
    most = "or more" if recipe.most == ANY else f"to {recipe.most}"
    count = str(recipe.fewest) if recipe.fewest == recipe.most else f"{recipe.fewest} {most}"
    return f"{count}: {'; then '.join(', '.join(sorted(kinds)) for kinds in recipe.kinds)}"


def told_arguments(recipe: Recipe) -> str:
    """Which arguments must, and which may be given."""
    may = (
        "any, one a code"
        if recipe.may is None
        else ", ".join(f"{name} (optional)" for name in sorted(recipe.may))
    )
    return ", ".join(text for text in (", ".join(sorted(recipe.must)), may) if text) or "none"


# --- methods, standard errors and checks


def methods(root: Path) -> Iterator[Topic]:
    """Methods of estimation, with the first specification that uses each."""
    for name, method in METHODS.items():
        said = texts.METHODS[name]
        asked = {"the value before": method.needs_before, "an instrument": method.has_instrument}
        asked |= {"covariates": method.needs_covariates, method.needs: bool(method.needs)}
        more = [("formula", method.formula)]
        more += [("needs", ", ".join(what for what, is_asked in asked.items() if is_asked) or "two groups")]
        more += [("standard errors", ", ".join(method.std_errors)), ("source", said.reference)]
        used = entry(root, "specifications", "method", name)
        yield Topic(name, "methods", said.does, (*more, *([("example", flow(used))] if used else [])))


def std_errors() -> Iterator[Topic]:
    """Kinds of standard error, each with the methods that take it."""
    for name, kind in STD_ERRORS.items():
        said = texts.STD_ERRORS[name]
        takes = ", ".join(method.name for method in METHODS.values() if name in method.std_errors)
        more = (("formula", kind.formula), ("clusters", kind.clusters), ("methods", takes))
        says = f"{said.name[:1].upper()}{said.name[1:]}."
        yield Topic(name, "standard errors", says, (*more, ("source", said.reference)))


def checks(root: Path) -> Iterator[Topic]:
    """Kinds of declared checks, with the first check that is of each."""
    places = {"row": "one row at a time", "table": "the whole table", "other": "another table beside it"}
    for name, kind in KINDS.items():
        takes = ", ".join([*kind.needs, *(f"{one} (optional)" for one in kind.may)]) or "none"
        used = entry(root, "checks", "kind", name)
        more = (("looks at", places[kind.sees]), ("arguments", takes))
        example = [("example", flow(used))] if used else []
        yield Topic(name, "checks", first_paragraph(kind.run), (*more, *example))


def threats() -> Iterator[Topic]:
    """What threatens a number: what is asked, by which number, and when an estimate does not stand."""
    for name, threat in THREATS.items():
        more = [("formula", threat.formula), ("falls when", threat.falls), ("source", threat.source)]
        more += [("decisive", "yes: the comparison itself falls")] if threat.is_decisive else []
        yield Topic(name, "threats", first_paragraph(threat.rows), tuple(more))


def entry(root: Path, section: str, key: str, name: str) -> dict[str, Any]:
    """The first entry of a section of a programme whose key says this, without what it is called."""
    found = [one for programme in held(root, "programme.yml") for one in programme.get(section) or []]
    used: dict[str, Any] = next((one for one in found if isinstance(one, dict) and one.get(key) == name), {})
    return {what: value for what, value in used.items() if what not in ("id", "label", "severity")}


def first_paragraph(thing: object) -> str:
    """What the documentation of something says first."""
    return " ".join((inspect.getdoc(thing) or "").split("\n\n")[0].split())


# --- pages


def pages(root: Path) -> dict[str, str]:
    """Name of a page below ``docs/reference`` → its text."""
    parts: dict[str, dict[str, list[Topic]]] = {}
    for topic in topics(root).values():
        page = PAGES.get(topic.page, "tables")
        parts.setdefault(page, {}).setdefault(topic.page, []).append(topic)
    return {f"{page}.md": as_page(sections) for page, sections in parts.items()}


def as_page(sections: Mapping[str, list[Topic]]) -> str:
    """One page, with a section for each file or registry that it is made from."""
    lines = [MADE]
    for at, (title, found) in enumerate(sections.items()):
        lines += ["", f"{'##' if at else '#'} {title}", *(["", LETTERS[title]] if title in LETTERS else [])]
        for topic in found:
            told = " · ".join(
                f"{what} `{said}`" if what == "example" else f"{what}: {said}" for what, said in topic.more
            )
            lines += ["", f"**`{topic.name.partition('.')[2] or topic.name}`** {topic.says}  ", told]
    return "\n".join(lines) + "\n"


def stale(root: Path) -> list[str]:
    """Pages that are not as they would be made now, or say that they are made here and are not."""
    folder, made = root / "docs/reference", pages(root)
    there = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.md")}
    there = {name: text for name, text in there.items() if name in made or text.startswith(MADE)}
    return sorted(name for name in {*made, *there} if made.get(name) != there.get(name))


def write(root: Path) -> list[str]:
    """Write the pages that are not up to date."""
    folder, made, old = root / "docs/reference", pages(root), stale(root)
    folder.mkdir(exist_ok=True)
    for name in old:
        if name in made:
            (folder / name).write_text(made[name], encoding="utf-8")
        else:
            (folder / name).unlink()
    return old


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    here = Path(__file__).parents[3]
    old = stale(here) if parser.parse_args().check else write(here)
    print("\n".join(old) or "docs/reference is up to date")
    sys.exit(bool(old) and "--check" in sys.argv)
