"""What a form of SurveyCTO writes otherwise than XLSForm does, put into XLSForm before pyxform checks it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FILES = ("comments", "text audit", "audio audit", "speed violations audit", "sensor_stream", "phone call log")
OF_DEVICE = ("subscriberid", "simid", "simserial", "devicephonenum", "device_info")
OWN_TYPES = (
    *FILES,
    *OF_DEVICE,
    "caseid",
    "duration",
    "enumerator",
    "sensor_statistic",
    "speed violations count",
    "speed violations list",
)
READ_BY_A_PROGRAM = re.compile(r"\bsearch\s*\(")  # the answers lie in a file that the device searches
TOLD = re.compile(r"(?:label|hint|guidance_hint|constraint[ _]message|required[ _]message|caption)\b")
REFERENCE = re.compile(r"\$\{\s*([^}]*?)\s*\}")
SWITCHED_OFF = ("yes", "true", "true()", "1", "1.0")


@dataclass
class Dialect:
    """What was put into XLSForm: the own type of a question by its name, the lists that lie in a file, and
    what a person must decide.
    """

    types: dict[str, str] = field(default_factory=dict)
    elsewhere: set[str] = field(default_factory=set)
    decide: list[str] = field(default_factory=list)


def read_workbook(path: Path) -> tuple[dict[str, object], Dialect]:
    """Read a form's sheets, in the words of XLSForm; the file is not changed.

    Returns
    -------
    The sheets as pyxform takes them, and what was put into other words.

    Raises
    ------
    PyXFormError when the file is none that pyxform opens.
    """
    from pyxform.xls2json_backends import get_xlsform

    found = get_xlsform(path)
    book = {name: getattr(found, name) for name in found.__slots__}
    told = Dialect()
    rows = [
        row
        for row in book["survey"] or []
        if str(row.get("disabled") or "").strip().lower() not in SWITCHED_OFF
    ]
    book["survey"] = [question_row(row, told) for row in rows]
    book["survey_header"] = [
        {name: None for name in header if name != "disabled"} for header in book["survey_header"] or []
    ]
    listed = {list_of(row) for row in book["survey"]}
    told.elsewhere -= listed
    book["choices"] = [
        readable(row)
        for row in book["choices"] or []
        if str(row.get("list_name", row.get("list name", ""))).strip() not in told.elsewhere
    ]
    book["settings"] = [dict(row) | {"allow_choice_duplicates": "yes"} for row in book["settings"] or [{}]][
        :1
    ]  # which holds is told in the draft
    book["settings_header"] = [dict.fromkeys(book["settings"][0])]
    return book, told


def question_row(row: dict[str, str], told: Dialect) -> dict[str, str]:
    """One row of the survey in the words of XLSForm; a type that only SurveyCTO has becomes a hidden text,
    and is told by the question's name.
    """
    written = " ".join(str(row.get("type") or "").split())
    name, low = str(row.get("name") or "").strip(), written.lower()
    own = next((kind for kind in OWN_TYPES if low == kind or low.startswith(f"{kind} ")), "")
    new = {key: value for key, value in readable(row).items() if key != "disabled"}
    if own:
        told.types[name] = own
        return new | {"type": "hidden"}
    if low == "calculate_here":
        return new | {"type": "calculate", "calculation": new.get("calculation") or "''"}
    if low.startswith("select") and READ_BY_A_PROGRAM.search(str(row.get("appearance") or "")):
        told.elsewhere.add(list_of(row))
        told.decide.append(f"question '{name}': its answers lie in another file; it is drafted as text")
        return new | {"type": "text"}
    return new | ({"type": written} if written else {})


def list_of(row: dict[str, str]) -> str:
    """The list of answers that a row of the survey names."""
    kind, _, listed = " ".join(str(row.get("type") or "").split()).partition(" ")
    return listed.removesuffix(" or_other") if kind.lower().startswith(("select", "rank")) else ""


def readable(row: dict[str, str]) -> dict[str, str]:
    """A row whose texts name another question in brackets, where the device would put its answer."""
    return {
        key: (
            REFERENCE.sub(r"[\1]", value)
            if isinstance(value, str) and TOLD.match(str(key).lower())
            else value
        )
        for key, value in row.items()
    }


def with_own_types(node: dict[str, Any], types: dict[str, str]) -> dict[str, Any]:
    """A form's tree with the types that only SurveyCTO has."""
    children = [with_own_types(child, types) for child in node.get("children", [])]
    own = {"type": types[node["name"]]} if node.get("type") == "hidden" and node.get("name") in types else {}
    return node | own | ({"children": children} if "children" in node else {})
