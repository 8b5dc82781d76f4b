"""Synthetic cohorts with a known truth, for any programme whose ``simulation.yml`` says how they arise.

``model``, ``laws``, ``laws_time``, ``laws_answers``
    the definition: steps, each drawing one column by one law.
``checking``
    mistakes in the definition.
``world``, ``conditions``, ``people``
    people, block by block; the same people with and without the programme, with and without what makes
    answers wrong.
``columns``, ``listings``
    simulated values as texts and types; tables that are not about people.
``truth``
    the effect on every indicator, and how wrong two naive readings are.
``tables``, ``mess``, ``messing``
    the rows of every table, and how they stand in a file: with errors at declared rates.
``layout``, ``untidy``, ``text_files``, ``books``, ``exports``
    how files look (CSV, KoboToolbox, Excel, SPSS), and what may happen to whole files.
``error_log``, ``writing``, ``delivery``
    the log of every error, the files, a whole delivery.

Nobody here is real, and nothing here is imported by the analysis: a cohort is read back like any other.
"""

from manfaat.simulation.checking import load_simulation
from manfaat.simulation.model import Simulation
from manfaat.simulation.people import Block, Plan, blocks

__all__ = ["Block", "Plan", "Simulation", "blocks", "load_simulation"]
