"""How an object of the engine shows itself at a prompt: in one line, and in a notebook as a few rows.

Neither holds a path of this machine, nor all that the object holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

LONGEST = 300  # letters of a line


def line(kind: str, *told: object) -> str:
    """One line of at most ``LONGEST`` letters: what it is and what there is to say of it."""
    text = f"<{kind}: {', '.join(str(one) for one in told if str(one))}>"
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 2].rstrip()}…>"


def card(title: str, rows: Mapping[str, object]) -> str:
    """The same as HTML: a title and one row a thing told."""
    cells = "".join(
        f'<tr><th scope="row" style="text-align:left">{escape(name)}</th>'
        f'<td style="text-align:left">{escape(str(value))}</td></tr>'
        for name, value in rows.items()
        if str(value)
    )
    caption = f'<caption style="text-align:left"><b>{escape(title)}</b></caption>'
    return f"<table>{caption}<tbody>{cells}</tbody></table>"


def counted(n: int, one: str, many: str = "") -> str:
    """``1 row``, ``2 rows``."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"
