"""A data frame as an HTML table with scoped headers; every text is escaped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from html import escape

import pandas as pd

from manfaat.report.exhibit import Exhibit

SHORT = 24  # letters: a number with its interval, size or share stays on one line, a sentence may not
LONG = 30  # rows: a longer table scrolls within the page


@dataclass(frozen=True)
class Column:
    """One column of a table: the data's column, its heading, and how a value is written (as it is by
    default).
    """

    name: str
    heading: str
    write: Callable[[object], str] | None = None

    def text(self, value: object) -> str:
        """Write one value; a missing one is a dash."""
        if value is None or (not isinstance(value, str) and pd.isna(value)):
            return "–"
        return self.write(value) if self.write else str(value)


def html_table(data: pd.DataFrame, columns: list[Column], *, is_grouped: bool = False) -> str:
    """Return the table; the first column heads its row, columns with a ``write`` function are set to the
    right.

    ``is_grouped`` : a heading like that of the row above is there for those who listen and not for those who
    look.
    """
    head = "".join(
        f'<th scope="col"{number_class(column)}>{escape(column.heading)}</th>' for column in columns
    )
    rows, above = [], None
    for values in data[[column.name for column in columns]].itertuples(index=False):
        cells = [
            escape(unbroken(column, column.text(value)))
            for column, value in zip(columns, values, strict=True)
        ]
        rest = "".join(
            f"<td{number_class(column)}>{cell}</td>"
            for column, cell in zip(columns[1:], cells[1:], strict=True)
        )
        is_again, above = is_grouped and cells[0] == above, cells[0]
        first = (
            f'<th scope="row" class="again"><span>{cells[0]}</span></th>'
            if is_again
            else f'<th scope="row">{cells[0]}</th>'
        )
        rows.append(f"<tr>{first}{rest}</tr>")
    scroll = "scroll long" if len(rows) > LONG else "scroll"
    return (
        f'<div class="{scroll}"'
        f' tabindex="0"><table><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'
    )


def unbroken(column: Column, text: str) -> str:
    """Keep a short number on one line."""
    return text.replace(" ", "\u00a0") if column.write and len(text) <= SHORT else text


def number_class(column: Column) -> str:
    """Numbers stand to the right."""
    return ' class="number"' if column.write else ""


def table(
    id: str,
    title: str,
    caption: str,
    data: pd.DataFrame,
    columns: list[Column],
    *,
    whole: pd.DataFrame | None = None,
    is_grouped: bool = False,
) -> Exhibit:
    """Return a table exhibit; its data are the columns shown, unrounded, or ``whole`` where the page shows a
    shorter form of it.
    """
    shown = data[[column.name for column in columns]] if whole is None else whole
    return Exhibit(
        id=id, title=title, caption=caption, data=shown, html=html_table(data, columns, is_grouped=is_grouped)
    )
