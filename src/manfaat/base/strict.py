"""JSON that every reader takes: what is no number is refused, not written as ``NaN``."""

from __future__ import annotations

import json


def json_text(values: object) -> str:
    """Write values as JSON text with a line end.

    Raises
    ------
    ValueError for NaN and infinity, which JSON does not have.
    """
    return json.dumps(values, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
