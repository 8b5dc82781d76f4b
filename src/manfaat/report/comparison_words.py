"""The sentences that fit an estimate: by what was compared with what, who said it, and its sign as it is
written.
"""

from __future__ import annotations

from manfaat.definitions.programme import Unit
from manfaat.evaluation.estimand import Estimand
from manfaat.evaluation.estimate import Estimate
from manfaat.evaluation.reasons import EstimateReason
from manfaat.evaluation.registry import is_alone
from manfaat.report.reasons import reasons_of
from manfaat.report.words import Language, mark


def comparison_template(row: Estimate) -> str:
    """Return the sentence that fits what was compared with what, and the sign."""
    higher = row.estimate >= 0
    if (row.arm or row.contrast) and not is_alone(row.method):
        return between_sides(row)
    if is_alone(row.method):
        if higher:
            return mark(
                "{indicator}: rose by {amount} among participants ({confidence} interval {low} to {high})."
            )
        return mark(
            "{indicator}: fell by {amount} among participants ({confidence} interval {low} to {high})."
        )
    if row.method == "fixed_effects":
        if higher:
            return mark(
                "{indicator}: higher by {amount} {treatment} than the other years of the same {units} and the"
                " course of them all would lead one to expect ({confidence} interval {low} to {high})."
            )
        return mark(
            "{indicator}: lower by {amount} {treatment} than the other years of the same {units} and the"
            " course of them all would lead one to expect ({confidence} interval {low} to {high})."
        )
    if row.method == "instrumental_variables":
        if higher:
            return mark(
                "{indicator}: higher by {amount} with “{treatment}” among those whom the offer moved"
                " ({confidence} interval {low} to {high})."
            )
        return mark(
            "{indicator}: lower by {amount} with “{treatment}” among those whom the offer moved ({confidence}"
            " interval {low} to {high})."
        )
    if higher:
        return mark(
            "{indicator}: higher by {amount} among participants than in the comparison group ({confidence}"
            " interval {low} to {high})."
        )
    return mark(
        "{indicator}: lower by {amount} among participants than in the comparison group ({confidence}"
        " interval {low} to {high})."
    )


def between_sides(row: Estimate) -> str:
    """The sentence of a comparison whose sides have names: an offer, who took it up, or one of several
    arms.
    """
    higher = row.estimate >= 0
    if Estimand.read(row.estimand).is_of_moved:
        if higher:
            return mark(
                "{indicator}: higher by {amount} through taking part, for those whom the offer moved"
                " ({confidence} interval {low} to {high})."
            )
        return mark(
            "{indicator}: lower by {amount} through taking part, for those whom the offer moved ({confidence}"
            " interval {low} to {high})."
        )
    if higher:
        return mark(
            "{indicator}: higher by {amount} for {first} than for {second} ({confidence} interval {low} to"
            " {high})."
        )
    return mark(
        "{indicator}: lower by {amount} for {first} than for {second} ({confidence} interval {low} to"
        " {high})."
    )


def no_distance(row: Estimate) -> str:
    """The sentence for an estimate that is zero to the digits shown: neither higher nor lower, and not called
    "no effect".
    """
    if is_alone(row.method):
        return mark(
            "{indicator}: the mean of participants stayed where it was, to the digits shown ({confidence}"
            " interval of the change {low} to {high})."
        )
    return mark(
        "{indicator}: the estimated difference is zero to the digits shown ({confidence} interval {low} to"
        " {high})."
    )


def is_written_zero(value: float, unit: Unit | None, language: Language) -> bool:
    """Whether an amount, as it is written, is zero."""
    return language.amount(value, unit) == language.amount(0.0, unit)


def change_template(row: Estimate, unit: Unit | None, language: Language) -> str:
    """Return the sentence of a change: whether it is recalled and by whom, and its sign as it is written."""
    still = is_written_zero(row.estimate, unit, language)
    if any(reason.code is EstimateReason.RECALLED for reason in reasons_of(row.reasons)):
        if row.rater == "supervisor":
            return mark(
                "{indicator}: against what they recall of before, supervisors report a change of {signed}"
                " ({confidence} interval {low} to {high}; n = {n})."
            )
        return mark(
            "{indicator}: against what they recall of before, participants report a change of {signed}"
            " ({confidence} interval {low} to {high}; n = {n})."
        )
    if still:
        return mark(
            "{indicator}: unchanged among participants, to the digits shown ({confidence} interval of the"
            " change {low} to {high}; n = {n})."
        )
    if row.estimate > 0:
        return mark(
            "{indicator}: rose by {amount} among participants ({confidence} interval of the change {low} to"
            " {high}; n = {n})."
        )
    return mark(
        "{indicator}: fell by {amount} among participants ({confidence} interval of the change {low} to"
        " {high}; n = {n})."
    )
