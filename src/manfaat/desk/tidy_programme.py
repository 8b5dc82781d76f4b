"""Shorter text of ``programme.yml`` that stands for the same; comments and everything else stay as they are
written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import yaml

from manfaat.definitions.named_sets import (
    complete_check,
    known,
    known_currency,
    known_unit,
    spelt_out,
    write_out,
)
from manfaat.evaluation.registry import METHODS
from manfaat.report import methods
from manfaat.report.words import Language

FEWEST_NAMES = 4  # names in a list that is worth a name of its own
WIDTH = 118  # letters of a line


@dataclass
class Edits:
    """Pieces of a text to be put elsewhere than they are: (from, to) → what stands there instead."""

    text: str
    pieces: dict[tuple[int, int], str] = field(default_factory=dict)

    def end_of(self, node: yaml.Node) -> int:
        """Where a value ends; comments below it are not part of it."""
        if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
            last = node.value[-1]
            return self.end_of(last[1] if isinstance(last, tuple) else last)
        start: int = node.start_mark.index
        return start + len(self.text[start : node.end_mark.index].rstrip())

    def replace(self, node: yaml.Node, new: str) -> bool:
        """Write a value anew, behind its key, where it holds no comment."""
        start, end = len(self.text[: node.start_mark.index].rstrip()), self.end_of(node)
        if "#" in self.text[start:end]:
            return False
        self.pieces[start, end] = f" {new}" if new else ""
        return True

    def remove(self, key: yaml.Node, value: yaml.Node) -> bool:
        """Take a key with its value out where both fill whole lines without a comment."""
        start, last = self.text.rfind("\n", 0, key.start_mark.index) + 1, self.end_of(value)
        newline = self.text.find("\n", last)
        end = len(self.text) if newline < 0 else newline + 1
        if self.text[start : key.start_mark.index].strip() or self.text[last:end].strip():
            return False
        if "#" in self.text[start:end]:
            return False
        self.pieces[start, end] = ""
        return True

    def done(self) -> str:
        """The text with all pieces put in."""
        text = self.text
        for (start, end), new in sorted(self.pieces.items(), reverse=True):
            text = text[:start] + new + text[end:]
        return text


def shorter_programme(text: str, missing: Mapping[str, str]) -> str:
    """The text of ``programme.yml`` in its short form; ``missing`` are the profiles that it shall declare."""
    for step in (without_defaults, named_covariates, named_batteries):
        text = step(text)
    declared = value_at(yaml.compose(text), "missing")
    new = {
        name: codes
        for name, codes in missing.items()
        if not isinstance(declared, yaml.MappingNode) or name not in pairs(declared)
    }
    lines = [f"  {name}: {quoted(codes)}\n" for name, codes in new.items()]
    return declare(
        text,
        "missing",
        lines,
        "Missing codes that many questions share: in codebook.csv their name stands for them.",
    )


def pairs(node: yaml.Node | None) -> dict[str, tuple[yaml.Node, yaml.Node]]:
    """Key → its node and that of its value; empty for what is no mapping."""
    return (
        {key.value: (key, value) for key, value in node.value} if isinstance(node, yaml.MappingNode) else {}
    )


def value_at(node: yaml.Node | None, *keys: str) -> yaml.Node | None:
    """The value that stands under several keys."""
    for key in keys:
        node = pairs(node).get(key, (None, None))[1]
    return node


def items(node: yaml.Node | None) -> list[yaml.Node]:
    """The values of a list."""
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def plain(text: str, node: yaml.Node | None) -> object:
    """What a node holds."""
    return None if node is None else yaml.safe_load(text_of(text, node))


def text_of(text: str, node: yaml.Node) -> str:
    """A value as it is written, indented so that it can be read alone."""
    indent: str = " " * node.start_mark.column
    return indent + text[node.start_mark.index : node.end_mark.index]


def method_words(name: str) -> dict[str, str]:
    """What a specification by a method is called where it does not say."""
    return {code: Language(code).say(methods.METHODS[name].label) for code in ("en", "id")}


def without_defaults(text: str) -> str:
    """Leave out what the house, the method, the tables or the parts of a claim say already."""
    edits, root = Edits(text), yaml.compose(text)
    whole, _ = write_out(yaml.safe_load(text), "")
    for spec in map(pairs, items(value_at(root, "specifications"))):
        told = plain(text, spec["label"][1]) if "label" in spec and "method" in spec else None
        if told and told == method_words(spec["method"][1].value):
            edits.remove(*spec["label"])
        usual = METHODS[spec["method"][1].value].usual_error if "method" in spec else None
        if "std_errors" in spec and plain(text, spec["std_errors"][1]) == [usual]:
            edits.remove(*spec["std_errors"])
    checks = items(value_at(root, "checks"))
    for written, check in zip(map(pairs, checks), whole.get("checks") or [], strict=True):
        for key in told_already(check, whole["tables"]):
            if key in written:
                edits.remove(*written[key])
    for claim in map(pairs, items(value_at(root, "claims"))):
        parts = [
            plain(text, value_at(part, "indicators")) for part in items(claim.get("parts", (None, None))[1])
        ]
        names = [name for inner in parts if isinstance(inner, list) for name in inner]
        if parts and "indicators" in claim and plain(text, claim["indicators"][1]) == names:
            edits.remove(*claim["indicators"])
    columns = value_at(root, "costs", "columns")
    called = plain_mapping(text, columns)
    other = {what: name for what, name in called.items() if what != name}
    if columns is not None and other != called:
        edits.replace(columns, flow(other) or "{}")
    without_words(edits, root)
    return edits.done()


def without_words(edits: Edits, root: yaml.Node) -> None:
    """Leave out the words of units, currencies, families and the unit of analysis that the house knows."""
    for name, (_, value) in pairs(value_at(root, "units")).items():
        unit, own = known_unit(name), plain_mapping(edits.text, value)
        rest = shorter_unit(unit, own) if unit is not None and "label" in own else None
        if rest is not None:
            edits.replace(value, flow(rest))
    for code, (_, money) in pairs(value_at(root, "costs", "currencies")).items():
        own, words = plain_mapping(edits.text, money), known_currency(code)
        if words and own.get("label") == words:
            edits.replace(money, flow({key: value for key, value in own.items() if key != "label"}))
    families, unit_node = value_at(root, "families"), value_at(root, "design", "unit")
    told = plain_mapping(edits.text, families)
    if (
        families is not None
        and told
        and all(known()["families"].get(name) == said for name, said in told.items())
    ):
        edits.replace(families, f"[{', '.join(told)}]")
    for name, said in known()["analysed"].items():
        if unit_node is not None and plain(edits.text, unit_node) == said:
            edits.replace(unit_node, name)


def told_already(check: dict[str, object], tables: dict[str, object] | None) -> list[str]:
    """The keys of a check that it need not have."""
    found = ["severity"] if check.get("severity") == "warning" else []
    for key in ("table", "label"):
        bare = {name: value for name, value in check.items() if name != key}
        complete_check(bare, tables)
        found += [key] if key in check and bare.get(key) == check[key] else []
    return found


def plain_mapping(text: str, node: yaml.Node | None) -> dict[str, object]:
    """What a mapping holds; nothing for what is none."""
    held = plain(text, node)
    return held if isinstance(held, dict) else {}


def shorter_unit(unit: dict[str, object], own: dict[str, object]) -> dict[str, object] | None:
    """What a unit says beyond what is known of it; None where it leaves out what is known."""
    return (
        {key: value for key, value in own.items() if unit.get(key) != value}
        if own["label"] == unit["label"] and set(unit) <= set(own)
        else None
    )


def flow(values: dict[str, object]) -> str:
    """A mapping in one line; nothing where it is empty."""
    if not values:
        return ""
    text: str = yaml.safe_dump(
        values, default_flow_style=True, allow_unicode=True, sort_keys=False, width=1000
    )
    return text.strip()


def quoted(text: str) -> str:
    """A text as a value of YAML."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


# --- lists with a name


def named_covariates(text: str) -> str:
    """Give covariates that several specifications share a name: that of the first of them."""
    root = yaml.compose(text)
    lists = [
        (spec["covariates"][1], spec["id"][1].value)
        for spec in map(pairs, items(value_at(root, "specifications")))
        if "covariates" in spec and "id" in spec
    ]
    return with_sets(text, "covariate_sets", lists, "Covariates that several specifications share.")


def named_batteries(text: str) -> str:
    """Give items that several checks and scales share a name: that of the first table or check."""
    root, lists = yaml.compose(text), list[tuple[yaml.Node, str]]()
    for name, (_, table) in pairs(value_at(root, "tables")).items():
        lists += [(scale, f"{name}_scale") for scale in items(value_at(table, "scales"))]
    for check in map(pairs, items(value_at(root, "checks"))):
        name = check["id"][1].value if "id" in check else "check"
        lists += [(check["variables"][1], f"{name}_items")] if "variables" in check else []
        lists += [(node, f"{name}_items") for node in lists_in(check.get("arguments", (None, None))[1])]
    return with_sets(text, "batteries", lists, "Items that several scales and checks share.")


def lists_in(node: yaml.Node | None) -> Iterator[yaml.Node]:
    """The lists inside the arguments of a check."""
    for _, value in pairs(node).values():
        if isinstance(value, yaml.SequenceNode):
            yield value
        else:
            yield from (inner for _, inner in pairs(value).values() if isinstance(inner, yaml.SequenceNode))


def names_in(node: yaml.Node) -> tuple[str, ...]:
    """The names of a list."""
    return tuple(str(one.value) for one in items(node))


def with_sets(text: str, kind: str, lists: list[tuple[yaml.Node, str]], why: str) -> str:
    """Declare lists that stand several times under a name, and let the name stand for them.

    A list that begins with all names of another one names that, and what it has beyond.
    """
    declared = {
        name: tuple(one for item in names_in(value) for one in spelt_out(item))
        for name, (_, value) in pairs(value_at(yaml.compose(text), kind)).items()
    }
    whole = {name: unfolded(names, declared) for name, names in declared.items()}
    times = Counter(names_in(node) for node, _ in lists)
    new: dict[str, tuple[str, ...]] = {}
    for node, name in lists:
        names = names_in(node)
        if times[names] > 1 and len(names) >= FEWEST_NAMES and names not in [*whole.values(), *new.values()]:
            new[name if name not in {*whole, *new} else f"{name}_{len(new)}"] = names
    edits = Edits(text)
    for node, _ in lists:
        short = next((name for name, names in (whole | new).items() if names == names_in(node)), None)
        if short:
            edits.replace(
                node, short if "arguments" not in kind and in_a_mapping(text, node) else f"[{short}]"
            )
    lines = [line for name, names in new.items() for line in set_lines(name, names)]
    return declare(edits.done(), kind, lines, why)


def in_a_mapping(text: str, node: yaml.Node) -> bool:
    """Whether a list follows its key in the same line, so that a bare name may stand there."""
    return text[: node.start_mark.index].rstrip(" ").endswith((":", "-"))


def unfolded(names: tuple[str, ...], declared: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The names of a list with those of the lists that it names."""
    return tuple(
        one for name in names for one in (unfolded(declared[name], declared) if name in declared else [name])
    )


def set_lines(name: str, names: tuple[str, ...]) -> list[str]:
    """A named list as it is written, in lines that are not too long."""
    lines, line = list[str](), f"  {name}: ["
    for at, one in enumerate(names):
        piece = one + ("]" if at == len(names) - 1 else ",")
        if len(line) + len(piece) > WIDTH:
            lines, line = [*lines, line.rstrip() + "\n"], "    "
        line += piece if line.endswith(("[", "    ")) else f" {piece}"
    return [*lines, line + "\n"]


def declare(text: str, kind: str, lines: list[str], why: str) -> str:
    """Put lines under a key of the programme: at its end, or with the key before the design."""
    if not lines:
        return text
    root = yaml.compose(text)
    node = value_at(root, kind)
    if node is not None and not node.flow_style:
        at = text.find("\n", Edits(text).end_of(node)) + 1
        return text[:at] + "".join(lines) + text[at:]
    key = pairs(root)["design"][0]
    at = key.start_mark.index
    while at and text[: at - 1].rpartition("\n")[2].startswith("#"):
        at = text.rfind("\n", 0, at - 1) + 1
    return f"{text[:at]}# {why}\n{kind}:\n{''.join(lines)}\n{text[at:]}"
