"""Short forms of ``programme.yml``, written out before it becomes a record.

``covariate_sets`` and ``batteries`` are lists with a name, which may stand wherever such a list is wanted,
alone or among others. A unit, a check and a claim need not say what the house, the tables or the claim's
parts say already.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import yaml
from babel.numbers import get_currency_name, is_currency

from manfaat.base.problems import Problem, nearest
from manfaat.definitions.grids import BRACES
from manfaat.files.parsing.currencies import sign_before

MONEY = re.compile(r"(?P<currency>[a-z]+)(?:_(?P<year>\d{4}))?(?:_(?P<period>[a-z]+))?")
DATED = ("real_range", "real_ratio")  # kinds of checks that need the dates of amounts
KNOWN = Path(__file__).with_name("known.yml")
Place = tuple[
    Any, Any, str
]  # a mapping or a list, where in it a list of names stands, and how a message names it


@cache
def known() -> dict[str, dict[str, Any]]:
    """Labels of checks, units that many programmes have, and other words, each by name."""
    found: dict[str, dict[str, Any]] = yaml.safe_load(KNOWN.read_text(encoding="utf-8"))
    return found


def known_unit(name: str) -> dict[str, Any] | None:
    """What is known of a unit by its name; None where nothing is."""
    if name in known()["units"]:
        unit: dict[str, Any] = copied(known()["units"][name])
        return unit
    found = MONEY.fullmatch(name)
    money = currency_words(found["currency"]) if found else None
    period = known()["periods"].get(found["period"]) if found and found["period"] else {"en": "", "id": ""}
    if found is None or money is None or period is None:
        return None
    year = found["year"]
    bare = {"en": f"{money['en']} of {year}", "id": f"{money['id']} tahun {year}"} if year else money
    unit = {"label": {code: f"{bare[code]} {period[code]}".strip() for code in ("en", "id")}}
    unit |= {"prefix": money["prefix"], "decimals": 0}
    if not year and found["period"] and found["currency"] not in known()["currencies"]:
        unit |= {"after": period}  # the sign says the currency
    if not year:
        return unit | {"currency": money["code"]} | ({"period": found["period"]} if found["period"] else {})
    brackets = {"en": f"({year} {money['en']})", "id": f"({bare['id']})"}
    return unit | {"after": {code: f"{period[code]} {brackets[code]}".strip() for code in ("en", "id")}}


def currency_words(name: str) -> dict[str, str] | None:
    """Code, sign and names of a currency by the house's name for it, or by its code in small letters (kes);
    None where it is neither.
    """
    code = name.upper()
    own: dict[str, str] | None = known()["currencies"].get(name)
    if own or not is_currency(code):
        return own
    names = {language: get_currency_name(code, 2, language) for language in ("en", "id")}
    return names | {"code": code, "prefix": sign_before(code)}


def known_currency(code: str) -> dict[str, str] | None:
    """What a currency is called; None where it is not known."""
    own = [money for money in known()["currencies"].values() if money["code"] == code]
    money = own[0] if own else currency_words(str(code).lower())
    return {language: money[language] for language in ("en", "id")} if money else None


def write_out(values: dict[str, Any], file: str) -> tuple[dict[str, Any], list[Problem]]:
    """Return the values of ``programme.yml`` as a programme without short forms has them, and what is wrong.

    What is not of the shape that is expected is left for the record to refuse.
    """
    values = copied(values)
    problems = replace_sets(values, "covariate_sets", covariate_lists(values), file)
    problems += replace_sets(values, "batteries", item_lists(values), file)
    problems += complete_units(values, file) + complete_words(values, file)
    for check in mappings(values.get("checks")):
        complete_check(check, values.get("tables"))
    for claim in mappings(values.get("claims")):
        parts = [part.get("indicators") for part in mappings(claim.get("parts"))]
        if parts and all(isinstance(names, list) for names in parts):
            claim.setdefault("indicators", [name for names in parts for name in names or []])
    return values, problems


def complete_check(check: dict[str, Any], tables: Any) -> None:
    """Fill what a check leaves to others: its table is the main one, its dates are those of the table, its
    label is that of its kind.
    """
    variables = check.get("variables")
    if isinstance(tables, dict) and tables:
        check.setdefault("table", next(iter(tables)))
        table = tables.get(check["table"])
        dates = table.get("dates") if isinstance(table, dict) else None
        if check.get("kind") in DATED and isinstance(dates, dict) and isinstance(variables, list):
            own = {name: days for name, days in dates.items() if name in variables}
            check["arguments"] = ({"dates": own} if own else {}) | (check.get("arguments") or {})
    label = check_label(check)
    if label:
        check.setdefault("label", label)


def check_label(check: dict[str, Any]) -> dict[str, str] | None:
    """What a check of its kind is called, with its numbers; None where its kind has no words or a number is
    missing.
    """
    words = known()["checks"].get(str(check.get("kind")))
    given, variables = check.get("arguments") or {}, check.get("variables")
    if not words or not isinstance(given, dict) or not isinstance(variables, list):
        return None
    numbers = {name: str(value) for name, value in given.items()} | {"n": str(len(variables))}
    try:
        english = words["en"].format_map(numbers)
        decimals = {name: text.replace(".", ",") for name, text in numbers.items()}
        return {"en": english, "id": words["id"].format_map(decimals)}
    except KeyError:
        return None


def copied(value: Any) -> Any:
    """The same mappings and lists anew, so that nothing is changed in place and nothing is shared."""
    if isinstance(value, dict):
        return {key: copied(inner) for key, inner in value.items()}
    return [copied(inner) for inner in value] if isinstance(value, list) else value


def mappings(value: Any) -> list[dict[Any, Any]]:
    """The mappings of a list; none where it is no list."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def covariate_lists(values: dict[str, Any]) -> list[Place]:
    """Where covariates are listed."""
    return [
        (spec, "covariates", f"specifications.{spec.get('id')}.covariates")
        for spec in mappings(values.get("specifications"))
        if "covariates" in spec
    ]


def item_lists(values: dict[str, Any]) -> list[Place]:
    """Where items are listed: in the scales of tables, and in the variables and the sections of checks."""
    places: list[Place] = []
    tables = values.get("tables")
    for name, table in tables.items() if isinstance(tables, dict) else ():
        scales = table.get("scales") if isinstance(table, dict) else None
        if isinstance(scales, list):
            places += [(scales, at, f"tables.{name}.scales") for at in range(len(scales))]
    for check in mappings(values.get("checks")):
        name = f"checks.{check.get('id')}"
        places += [(check, "variables", f"{name}.variables")] if "variables" in check else []
        arguments = check.get("arguments")
        for key, inner in arguments.items() if isinstance(arguments, dict) else ():
            if isinstance(inner, dict):
                places += [(inner, part, f"{name}.arguments.{key}.{part}") for part in inner]
            elif isinstance(inner, list):
                places.append((arguments, key, f"{name}.arguments.{key}"))
    return places


def replace_sets(values: dict[str, Any], kind: str, places: list[Place], file: str) -> list[Problem]:
    """Put the items of every named list where its name stands, and say which name is unknown or unused."""
    problems: list[Problem] = []
    sets: dict[str, list[Any]] = {}
    used: set[str] = set()
    declared = values.get(kind)
    declared = declared if isinstance(declared, dict) else {}
    for name, items in declared.items():
        whole = [one for item in items for one in spelt_out(item)] if isinstance(items, list) else items
        sets[name] = with_items(whole, sets, used, f"{kind}.{name}", problems, file)
    for holder, key, place in places:
        holder[key] = with_items(holder[key], sets, used, place, problems, file)
    if sets:
        values[kind] = sets
    return problems + [
        Problem(file, f"nothing uses '{name}'", column=f"{kind}.{name}") for name in sets if name not in used
    ]


def spelt_out(item: Any) -> Iterator[Any]:
    """The names that one with alternatives stands for, the last changing fastest: ``kn{1/2}_{now/then}`` is
    ``kn1_now, kn1_then, kn2_now, kn2_then``.
    """
    pieces = BRACES.split(item) if isinstance(item, str) else [item]
    if len(pieces) == 1:
        yield item
        return
    choices = [piece.split("/") if place % 2 else [piece] for place, piece in enumerate(pieces)]
    yield from ("".join(chosen) for chosen in product(*choices))


def with_items(
    items: Any, sets: dict[str, list[Any]], used: set[str], place: str, problems: list[Problem], file: str
) -> Any:
    """A list with the items of the sets that it names; a bare name stands for a list of itself."""
    if isinstance(items, str):
        if items not in sets:
            problems.append(
                Problem(
                    file,
                    f"there is no list '{items}'",
                    column=place,
                    expected=nearest(items, sets) if sets else None,
                )
            )
            return [items]
        items = [items]
    if not isinstance(items, list):
        return items
    named = [name for name in items if isinstance(name, str) and name in sets]
    used |= set(named)
    whole = [one for name in items for one in (sets[name] if name in named else [name])]
    twice = [
        one for one in dict.fromkeys(map(str, whole)) if named and [str(x) for x in whole].count(one) > 1
    ]
    problems += [
        Problem(file, f"'{one}' stands twice with what is named here", column=place) for one in twice
    ]
    return whole


def complete_words(values: dict[str, Any], file: str) -> list[Problem]:
    """Give families, the unit of analysis and currencies that are named alone the words that the house knows
    for them.
    """
    problems: list[Problem] = []
    families = values.get("families")
    if isinstance(families, list):
        values["families"] = {name: named("families", name, "families", file, problems) for name in families}
    design, costs = values.get("design"), values.get("costs")
    if isinstance(design, dict) and isinstance(design.get("unit"), str):
        design["unit"] = named("analysed", design["unit"], "design.unit", file, problems)
    currencies = costs.get("currencies") if isinstance(costs, dict) else None
    currencies = currencies if isinstance(currencies, dict) else {}
    for code, money in currencies.items():
        words = known_currency(code)
        if words and (money is None or isinstance(money, dict)):
            currencies[code] = {"label": words} | (money or {})
    return problems


def named(kind: str, name: Any, place: str, file: str, problems: list[Problem]) -> Any:
    """The words that are known for a name; a problem where there are none."""
    words = known()[kind]
    if name not in words:
        expected = f"its words, or one that is known: {nearest(str(name), words)}"
        problems.append(Problem(file, f"no words are known for '{name}'", column=place, expected=expected))
    return words.get(name, name)


def complete_units(values: dict[str, Any], file: str) -> list[Problem]:
    """Give every unit without a label the words that the house knows for its name; a list names such
    units.
    """
    units = values.get("units")
    if isinstance(units, list) and all(isinstance(name, str) for name in units):
        values["units"] = units = dict.fromkeys(units)
    if not isinstance(units, dict):
        return []
    problems: list[Problem] = []
    for name, own in units.items():
        if own is not None and not (isinstance(own, dict) and "label" not in own):
            continue
        unit = known_unit(str(name))
        if unit is not None:
            units[name] = unit | (own or {})
        else:
            near = nearest(str(name), known()["units"])
            problems.append(
                Problem(
                    file,
                    f"the unit '{name}' has no label, and is none that is known",
                    column=f"units.{name}",
                    expected=f"a label, or a known unit: {near}",
                )
            )
    return problems
