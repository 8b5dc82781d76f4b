"""Every derived variable, once, for all cohorts: declared in ``indicators.csv``, never written as code.

A construct is a small function (columns in, column out) that a definition names. Missing in gives missing
out, and the reason why an answer is missing is carried on to the indicator.

``context``
    what a construct may look at beside its inputs.
``values``
    clean answers as numbers, codes, months and years.
``basic``, ``answers``, ``items``, ``money``, ``times``, ``assets``, ``panel``
    the constructs.
``registry``
    which constructs there are and what each needs.
``checking``
    mistakes in definitions, with file, row and column.
``listed``
    lists of answers without an order: one indicator an answer.
``scales``
    the items behind each scale score.
``linking``, ``building``, ``frequencies``, ``reasons``
    tables joined, indicators computed, rows written out as the units they stand for, missing values
    explained.
"""

from manfaat.indicators.basic import build_copy, build_log, build_power
from manfaat.indicators.building import build_indicators, panel_context
from manfaat.indicators.checking import check_indicator, check_names, load_indicators
from manfaat.indicators.context import Context, Item
from manfaat.indicators.frequencies import written_out
from manfaat.indicators.linking import join_linked
from manfaat.indicators.listed import with_answers
from manfaat.indicators.reasons import explain_missing, main_reasons
from manfaat.indicators.refusals import check_value_units
from manfaat.indicators.registry import CONSTRUCTS, NEEDS_PANEL
from manfaat.indicators.scales import Scale, scales_of
from manfaat.indicators.values import numbers

__all__ = [
    "CONSTRUCTS",
    "NEEDS_PANEL",
    "Context",
    "Item",
    "Scale",
    "build_copy",
    "build_indicators",
    "build_log",
    "build_power",
    "check_indicator",
    "check_names",
    "check_value_units",
    "explain_missing",
    "join_linked",
    "load_indicators",
    "main_reasons",
    "numbers",
    "panel_context",
    "scales_of",
    "with_answers",
    "written_out",
]
