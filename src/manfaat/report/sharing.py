"""What of a notebook's outputs leaves the house: only what went through the gate; everything else is left out
and named.

The gate is ``Chapter``: its ``show`` and ``blocks`` mark what they display.
What an analyst's own cell prints, draws or returns bears no mark: it stays in the executed notebook, which is
confidential.
"""

from __future__ import annotations

from dataclasses import dataclass

import nbformat
import pandas as pd
from IPython.display import display

from manfaat.report.blocks import (
    Block,
    Bullets,
    Figure,
    Paragraph,
    Table,
    as_data,
    ended,
    from_data,
    plain,
)
from manfaat.report.exhibit import notebook_html

MIME = "application/vnd.manfaat.block+json"
MARK = {"manfaat": "published"}  # in the metadata of an output that went through the gate
KINDS = {
    "stream": "a printed text",
    "display_data": "something displayed",
    "execute_result": "the value of its last line",
}


@dataclass(frozen=True)
class Display:
    """A block as a notebook shows it, and as the report takes it over."""

    block: Block

    def _repr_mimebundle_(self, **_: object) -> dict[str, object]:
        block = self.block
        return {"text/plain": repr(self), "text/html": notebook_html(block), MIME: as_data([block])[0]}

    def __repr__(self) -> str:
        block = self.block
        match block:
            case Paragraph():
                return plain(block.runs)
            case Bullets():
                return "\n".join(f"- {plain(item)}" for item in block.items)
            case Figure():
                return f"{block.label}. {ended(block.title)} {block.alt}"
            case Table():
                rows = [[cell.text for cell in row] for row in block.rows]
                texts = pd.DataFrame(rows, columns=[head.text for head in block.heads])
                return f"{block.label}. {ended(block.title)}\n{texts.to_string(index=False)}"
        return str(block)


def publish(block: Block) -> None:
    """Display a block as something that may leave the house."""
    display(Display(block), metadata=MARK)


def block_in(output: nbformat.NotebookNode) -> Block | None:
    """The block that an output went through the gate with; None for any other output.

    Raises
    ------
    pydantic.ValidationError where it bears the mark and is no block.
    """
    if not MARK.items() <= output.get("metadata", {}).items() or MIME not in output.get("data", {}):
        return None
    return from_data([output.data[MIME]])[0]


def published(cell: nbformat.NotebookNode) -> tuple[list[Block], str]:
    """Return what of a code cell's outputs went through the gate, and what else there was, in words."""
    found = [block_in(output) for output in cell.outputs]
    dropped = [output for output, block in zip(cell.outputs, found, strict=True) if block is None]
    words = dict.fromkeys(KINDS.get(output.output_type, output.output_type) for output in dropped)
    return [block for block in found if block is not None], " and ".join(words)
