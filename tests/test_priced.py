"""What is priced, what is assumed and how both are printed: work not done, shares written once, bands, what has no price."""

import pandas as pd
import pytest

from cost_cases import declared, placed
from helpers.costs import indicators
from test_value import rupiah


def opportunity(*lines: dict[str, object]) -> float:
    """IN04 of a sheet."""
    found = indicators.cost_indicators(placed(*lines)[1], declared(), {}, {}).set_index("name")["value"]
    return found["opportunity cost per trainee"]


# --- the work not done is counted once


def test_the_work_not_done_is_priced_once():
    wage = rupiah(payer="3", amount=80.0, item="10", transfer="1")
    # the wage goes on (80) and a replacement does the work (50): the work not done is worth 50, for 10 trainees 5 each, not 130
    assert opportunity(wage, rupiah(payer="3", amount=50.0, item="11")) == 5
    # nobody replaced the worker: the wage stands for the work, 80 / 10
    assert opportunity(wage) == 8
    # pay that the trainee lost (30) comes on top of the replacement: (50 + 30) / 10
    assert opportunity(wage, rupiah(payer="3", amount=50.0, item="11"), rupiah(payer="5", amount=30.0, item="12")) == 8


def test_a_sheet_without_such_lines_does_not_say_that_time_was_free():
    assert pd.isna(opportunity(rupiah(payer="1", amount=80.0)))
