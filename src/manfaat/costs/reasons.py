"""Why a line of the cost sheet was set aside."""

from __future__ import annotations

from manfaat.base.reasons import Code, because


class CostReason(Code):
    """Why a line of the cost sheet was set aside."""

    NO_YEAR = because("the year of payment is empty")
    BROKEN_YEAR = because("a year is no whole number")
    NO_CURRENCY = because("the currency is empty")
    UNKNOWN_CURRENCY = because("the currency is not declared")
    NO_PAYER = because("the payer is empty")
    UNKNOWN_PAYER = because("the payer belongs to no party")
    NO_ITEM = because("the kind of cost is empty")
    NO_AMOUNT = because("the amount is empty")
    NEGATIVE_AMOUNT = because("the amount is below zero")
    NO_SHARE = because("the programme's share is empty")
    WRONG_SHARE = because("the share is not between 0 and 1")
    NO_TRAINEES = because("the number of trainees is empty")
    WRONG_TRAINEES = because("the number of trainees is no whole number above zero")
    NO_BASIS = because("what the amount is meant per is empty")
    UNKNOWN_BASIS = because("what the amount is meant per is not declared")
    NOT_A_NUMBER = because("the cell holds no number")
    WAITS = because("the cell waits for a person's decision")
    YEAR_UNPRICED = because("a price series or exchange rate lacks the year")
