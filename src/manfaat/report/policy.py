"""What a page may do in a browser."""

from __future__ import annotations

import base64
import hashlib

PLAIN = "default-src 'none'; style-src 'unsafe-inline'"  # of a page without script and pictures
PLAIN_WITH_FONTS = f"{PLAIN}; font-src data:"


def security_policy(script: str) -> str:
    """What a browser lets a page do: its own styles, fonts, pictures and this one script; nothing from
    outside, and no script that a text would smuggle in.
    """
    known = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        "default-src 'none'; img-src data:; font-src data:; style-src 'unsafe-inline'; base-uri 'none';"
        f" form-action 'none'; script-src 'sha256-{known}'"
    )
