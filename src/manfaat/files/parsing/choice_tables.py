"""Tables of spellings attached to an answer list: which of their words mean which of its answers."""

from __future__ import annotations

from collections.abc import Mapping

from manfaat.files.parsing.aliases import AliasTable, load_aliases
from manfaat.files.parsing.normalise import tidy


def link(
    tables: list[str | AliasTable], rows: list[tuple[str, str, str, tuple[str, ...]]]
) -> dict[AliasTable, dict[str, str]]:
    """Find for each table which of its concepts are which answers, by the labels; tables that fit fewer than
    two answers do not apply.
    """
    result = {}
    for source in tables:
        table = source if isinstance(source, AliasTable) else load_aliases(source)
        found: dict[str, set[str]] = {}
        for code, en, id_, _ in rows:
            meant = {
                concept
                for label in (en, id_)
                if len(concepts := table.means(tidy(label)[0])) == 1
                for concept in concepts
            }
            if len(meant) == 1:
                found.setdefault(meant.pop(), set()).add(code)
        certain = {concept: codes.pop() for concept, codes in found.items() if len(codes) == 1}
        if len(certain) >= (1 if table.name == "other" else 2):
            result[table] = certain
    return result


def with_tables(
    own: Mapping[str, tuple[str, ...]], linked: Mapping[AliasTable, Mapping[str, str]]
) -> dict[str, tuple[str, ...]]:
    """Add the spellings of tables to a list's own; one that also means something outside the list is left
    out, not narrowed down.
    """
    keys = dict(own)
    for table, certain in linked.items():
        for key, concepts in table.keys.items():
            if key not in own and all(concept in certain for concept in concepts):
                keys[key] = tuple(
                    dict.fromkeys((*keys.get(key, ()), *(certain[concept] for concept in concepts)))
                )
    return keys


def narrowed(
    own: Mapping[str, tuple[str, ...]], linked: Mapping[AliasTable, Mapping[str, str]]
) -> dict[str, tuple[str, ...]]:
    """Spellings that the list gives to one answer although they commonly mean one of several (SLTA: a general
    or a vocational school).
    """
    found = {}
    for table, certain in linked.items():
        for key, concepts in table.keys.items():
            codes = tuple(certain[concept] for concept in concepts if concept in certain)
            if len(own.get(key, ())) == 1 and len(codes) > 1:
                found[key] = codes
    return found
