"""What threatens each number: everything that the data allow is run by itself, beside every primary estimate.

``contract``
    the one shape of all rows, with what its columns and codes mean: read this first.
``bounds``, ``rosenbaum``, ``omitted``, ``evalue``, ``survival``, ``transitions``
    numbers in, numbers out: each method with its source.
``case``
    one primary estimate with its specification and units.
``omnibus``, ``placebo``, ``response``, ``missing``, ``hidden``, ``specification_curve``, ``leave_one_out``,
``subgroups``
    each threat, from a case to rows.
``driver``
    all of them: ``run``.
"""

from manfaat.threats.contract import COLUMNS, LIMITS, MEANINGS, headlines
from manfaat.threats.driver import Threats, run

__all__ = ["COLUMNS", "LIMITS", "MEANINGS", "Threats", "headlines", "run"]
