"""The same information in usable form, with a ledger of every row and every changed cell.

A cell's *canonical text* is the shortest way to write its clean value. Where the raw text is something else, the ledger
holds it; so the raw table can always be rebuilt from the clean one.
"""

from helpers.cleaning.apart import take_apart
from helpers.cleaning.between_checks import matches
from helpers.cleaning.cells import canonical
from helpers.cleaning.chunks import Totals, clean_in_chunks
from helpers.cleaning.corrections import KEY, Correction, check_corrections, load_corrections
from helpers.cleaning.declared import apply_between, check_declarations
from helpers.cleaning.kinds import write_kinds
from helpers.cleaning.ledger import CleanTable, cell_ledger, cell_table, check_ledger, missing_answers, rebuild_raw, row_ledger, write_cells
from helpers.cleaning.outcomes import Prices
from helpers.cleaning.table import clean_table

__all__ = [
    "KEY",
    "CleanTable",
    "Correction",
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
    "load_corrections",
    "matches",
    "missing_answers",
    "rebuild_raw",
    "row_ledger",
    "take_apart",
    "write_cells",
    "write_kinds",
]
