"""What makes a survey export a mess, put into clean answers at declared rates, each piece with its number and
its true value.

``rates``
    how often each kind of mess comes, at the levels low, real and high.
``writing_styles``
    one text per kind: how a value is written wrongly, or rightly but otherwise.
``cells``
    mess in single answers.
``records``
    mess in whole records: duplicates, trials, interviews that stop, cloned answers, colours.
``versions``
    forms of another version: other codes, items worded the other way round, questions not asked.
``extra_columns``
    columns that nobody asked for: identity numbers, a question that stands twice.
``rendering``
    how an export writes answers that are not messed up.

Kinds have the numbers of the project's list of messes. ``expected`` says what a good cleaning stage does:
``repair`` (the true value can be read), ``report`` (a person must see it) or ``as is`` (two ways to write the
same thing that change nothing).
"""

from manfaat.simulation.mess.cells import LOG_COLUMNS, inject_cells
from manfaat.simulation.mess.rates import LEVELS, rates_of
from manfaat.simulation.mess.records import Records, append_records, change_records
from manfaat.simulation.mess.rendering import Rendering, render

__all__ = [
    "LEVELS",
    "LOG_COLUMNS",
    "Records",
    "Rendering",
    "append_records",
    "change_records",
    "inject_cells",
    "rates_of",
    "render",
]
