"""The same information in usable form, with a ledger of every row and every changed cell.

A cell's *canonical text* is the shortest way to write its clean value. Where the raw text is something else,
the ledger holds it; so the raw table can always be rebuilt from the clean one.
"""

from manfaat.cleaning.apart import take_apart
from manfaat.cleaning.between_checks import matches
from manfaat.cleaning.cells import canonical
from manfaat.cleaning.chunks import Totals, clean_in_chunks
from manfaat.cleaning.corrections import check_corrections
from manfaat.cleaning.declared import apply_between, check_declarations
from manfaat.cleaning.instructions import Instructions
from manfaat.cleaning.kinds import write_kinds
from manfaat.cleaning.ledger import (
    CleanTable,
    cell_ledger,
    cell_table,
    check_ledger,
    missing_answers,
    rebuild_raw,
    row_ledger,
    write_cells,
)
from manfaat.cleaning.outcomes import Prices
from manfaat.cleaning.table import clean_table

__all__ = [
    "CleanTable",
    "Instructions",
    "Prices",
    "Totals",
    "apply_between",
    "canonical",
    "cell_ledger",
    "cell_table",
    "check_corrections",
    "check_declarations",
    "check_ledger",
    "clean_in_chunks",
    "clean_table",
    "matches",
    "missing_answers",
    "rebuild_raw",
    "row_ledger",
    "take_apart",
    "write_cells",
    "write_kinds",
]
