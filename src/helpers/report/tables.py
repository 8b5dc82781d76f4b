"""A data frame as an HTML table with scoped headers; every text is escaped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from html import escape

import pandas as pd

from helpers.report.exhibit import Exhibit

INTERVAL = "\u00a0…\u00a0"  # an interval stays on one line


@dataclass(frozen=True)
class Column:
    """One column of a table: the data's column, its heading, and how a value is written (as it is by default)."""

    name: str
    heading: str
    write: Callable[[object], str] | None = None

    def text(self, value: object) -> str:
        """Write one value; a missing one is a dash."""
        if value is None or (not isinstance(value, str) and pd.isna(value)):
            return "–"
        return self.write(value) if self.write else str(value)


def html_table(data: pd.DataFrame, columns: list[Column]) -> str:
    """Return the table; the first column heads its row, columns with a ``write`` function are set to the right."""
    head = "".join(f'<th scope="col"{number_class(column)}>{escape(column.heading)}</th>' for column in columns)
    rows = []
    for values in data[[column.name for column in columns]].itertuples(index=False):
        cells = [escape(column.text(value)).replace(" … ", INTERVAL) for column, value in zip(columns, values, strict=True)]
        rest = "".join(f"<td{number_class(column)}>{cell}</td>" for column, cell in zip(columns[1:], cells[1:], strict=True))
        rows.append(f'<tr><th scope="row">{cells[0]}</th>{rest}</tr>')
    return f'<div class="scroll" tabindex="0"><table><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'


def number_class(column: Column) -> str:
    """Numbers stand to the right."""
    return ' class="number"' if column.write else ""


def table(id: str, title: str, caption: str, data: pd.DataFrame, columns: list[Column]) -> Exhibit:
    """Return a table exhibit; its data are the columns shown, unrounded."""
    return Exhibit(id=id, title=title, caption=caption, data=data[[column.name for column in columns]], html=html_table(data, columns))
