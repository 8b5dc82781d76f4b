"""JSON that every reader takes: what is no number is refused, not written as ``NaN``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def json_text(values: object) -> str:
    """Write values as JSON text with a line end.

    Raises
    ------
    ValueError for NaN and infinity, which JSON does not have.
    """
    return json.dumps(values, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def held_in(path: Path) -> dict[str, Any]:
    """What a JSON file holds; nothing where there is none, or it cannot be read."""
    try:
        values = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    except (OSError, ValueError):
        return {}
    return values if isinstance(values, dict) else {}
