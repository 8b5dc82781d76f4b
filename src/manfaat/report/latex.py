"""The report's tables for a thesis that is set in LaTeX: the same strings as on the page, from the same
blocks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import partial
from pathlib import Path

import pandas as pd

from manfaat.report.blocks import Block, Cell, Head, Table, gap
from manfaat.report.columns import columns_of
from manfaat.report.words import Language

NEEDS = "% \\usepackage[T1]{fontenc} \\usepackage{array,booktabs,longtable,textcomp}\n"
LONG = 20  # rows: a longer table may run over pages
GREEK = {
    "α": "alpha",
    "β": "beta",
    "γ": "gamma",
    "Γ": "Gamma",
    "δ": "delta",
    "Δ": "Delta",
    "κ": "kappa",
    "λ": "lambda",
    "μ": "mu",
    "ρ": "rho",
    "σ": "sigma",
    "χ": "chi",
    "ω": "omega",
}
MATHS = {
    "−": "-",
    "≤": r"\leq",
    "≥": r"\geq",
    "→": r"\rightarrow",
    "×": r"\times",
    "½": r"\frac{1}{2}",
    "<": "<",
    ">": ">",
    "|": "|",
    "≈": r"\approx",
}
SIGNS = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "…": r"\dots{}",
    "\u00a0": "~",
}
NO_CELL = "\0"  # no text has it
ESCAPES = str.maketrans(
    {sign: f"\\{sign}" for sign in "&%$#_{}"}
    | SIGNS
    | {sign: f"${code}$" for sign, code in MATHS.items()}
    | {sign: f"$\\{name}$" for sign, name in GREEK.items()}
)


def escaped(text: str) -> str:
    """Write a text so that LaTeX sets it and executes nothing of it."""
    return re.sub(r"[\r\n]+", " ", text).translate(ESCAPES)


def latex_table(table: Table, name: str, language: Language) -> str:
    """Return a table with booktabs rules; its caption is the title, its note stands below, ``tab:name`` is
    its label.
    """
    heads: dict[object, str] = {place: escaped(head.text) for place, head in enumerate(table.heads)}
    width = len(table.heads)
    rows = [[aligned(cell, head) for cell, head in zip(row, table.heads, strict=False)] for row in table.rows]
    data = pd.DataFrame([[*row, *[NO_CELL] * (width - len(row))] for row in rows])
    kinds = [kind_of(head, share) for head, share in zip(table.heads, columns_of(table).shares, strict=True)]
    environment = "longtable" if len(data) > LONG else "table"
    made = data.style.hide(axis="index").format_index(heads.__getitem__, axis=1)
    text = made.to_latex(
        column_format="".join(kinds),
        hrules=True,
        caption=escaped(table.title),
        label=f"tab:{name}",
        environment=environment,
    )
    text = re.sub(rf"^(.*?)(?: & {NO_CELL})+ ", partial(across, width), text, flags=re.MULTILINE)
    text = text.replace("Continued on next page", escaped(language.say("Continued on the next page")))
    end, note = f"\\end{{{environment}}}", f"\\par\\smallskip{{\\footnotesize {escaped(table.note)}\\par}}\n"
    text = text.replace(end, note + end) if environment == "table" else text + note
    return NEEDS + "{\\small\\setlength{\\tabcolsep}{3pt}\n" + text + "}\n"


def across(width: int, row: re.Match[str]) -> str:
    """Write the name of the rows below over all ``width`` columns."""
    return rf"\multicolumn{{{width}}}{{@{{}}p{{\linewidth}}@{{}}}}{{\textbf{{{row[1]}}}}} "


def aligned(cell: Cell, head: Head) -> str:
    """Write a cell; a number with fewer decimals than others of its column ends below their decimal mark."""
    has_mark, digits = gap(cell, head)
    filling = r"\phantom{.}" * has_mark + r"\phantom{0}" * digits
    return escaped(cell.text) + filling


def kind_of(head: Head, share: float) -> str:
    """A column of its share of the line: numbers to the right, text ragged; both break where they must."""
    side = "raggedleft" if head.is_number else "raggedright"
    return rf">{{\{side}\arraybackslash}}p{{\dimexpr {share:.3f}\linewidth-2\tabcolsep}}"


def write_tables(exhibits: Path, blocks: Iterable[Block], language: Language) -> int:
    """Write every table that has files of its own as ``.tex`` beside them; return how many there were."""
    found = {block.name: block for block in blocks if isinstance(block, Table) and block.name and block.rows}
    for name, block in found.items():
        (exhibits / f"{name}.tex").write_text(latex_table(block, name, language), encoding="utf-8")
    return len(found)
