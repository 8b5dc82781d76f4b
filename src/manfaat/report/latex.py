"""The report's tables for a thesis that is set in LaTeX: the same strings as on the page, from the same
blocks.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd

from manfaat.report.aligned import DIGIT, MARK
from manfaat.report.document import Block, Cell, Table
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
    DIGIT: r"\phantom{0}",
    MARK: r"\phantom{.}",
}
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
    data = pd.DataFrame(
        [[escaped(cell.text) for cell in row] for row in table.rows]
    )  # numbers come aligned from the page
    heads = [escaped(cell.text) for cell in table.head[-1]] + [""] * table.width
    kinds = [kind_of(cell, share) for cell, share in zip(table.rows[0], table.shares, strict=False)]
    environment = "longtable" if len(data) > LONG else "table"
    made = data.style.hide(axis="index").format_index(lambda place: heads[place], axis=1)
    text = made.to_latex(
        column_format="".join(kinds),
        hrules=True,
        caption=escaped(table.title),
        label=f"tab:{name}",
        environment=environment,
    )
    text = text.replace("Continued on next page", escaped(language.say("Continued on the next page")))
    end, note = f"\\end{{{environment}}}", f"\\par\\smallskip{{\\footnotesize {escaped(table.note)}\\par}}\n"
    text = text.replace(end, note + end) if environment == "table" else text + note
    return NEEDS + "{\\small\\setlength{\\tabcolsep}{3pt}\n" + text + "}\n"


def kind_of(cell: Cell, share: float) -> str:
    """A column of its share of the line: numbers to the right, text ragged; both break where they must."""
    side = "raggedleft" if cell.is_number else "raggedright"
    return rf">{{\{side}\arraybackslash}}p{{\dimexpr {share:.3f}\linewidth-2\tabcolsep}}"


def write_tables(exhibits: Path, blocks: list[Block], language: Language) -> int:
    """Write every numbered table of a folder of exhibits beside its data, as ``.tex``; return how many there
    were.
    """
    names = {}
    for path in sorted(exhibits.glob("*.json")):
        names[json.loads(path.read_text(encoding="utf-8"))["number"]] = path
    found = {
        names[block.label]: block
        for block in blocks
        if isinstance(block, Table) and block.label in names and block.rows
    }
    for path, block in found.items():
        path.with_suffix(".tex").write_text(latex_table(block, path.stem, language), encoding="utf-8")
    return len(found)
