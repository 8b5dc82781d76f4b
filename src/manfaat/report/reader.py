"""Whom a report speaks to and of what: one study in one language."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from manfaat.definitions.contrasts import OFFER, TAKE_UP
from manfaat.definitions.programme import Specification, Unit
from manfaat.definitions.records import Words
from manfaat.definitions.study import Study
from manfaat.evaluation.estimand import Estimand
from manfaat.evaluation.estimate import Estimate
from manfaat.report.labels import FINDINGS, effect_indicator, group_lists, population_label
from manfaat.report.methods import METHODS
from manfaat.report.words import Language, mark

ITT = "ITT"  # of an offer, whoever took it up


@dataclass(frozen=True)
class Reader(Language):
    """One language of the reader, and the study that is told in it: what its parts are called."""

    study: Study

    @property
    def units(self) -> str:
        """What several units of the study are called: 'people'."""
        return self.study.programme.design.unit.many[self.code]

    def amount(self, value: float | None, unit: Unit | None) -> str:
        """Write an amount; see ``Language.amount``. Of confidential answers, which are told in steps, without
        zeros at its end: 85% in steps of five is no 85.0%.
        """
        if value is None or unit is None or not self.study.cohort.is_confidential:
            return super().amount(value, unit)
        written = value * unit.scale
        exact = (n for n in range(unit.decimals) if math.isclose(round(written, n), written, abs_tol=1e-9))
        return super().amount(value, unit.model_copy(update={"decimals": next(exact, unit.decimals)}))

    def indicator_label(self, concept: str, rater: str | None = None) -> str:
        """What an indicator is called."""
        return effect_indicator(self.study, concept, rater).label(self.code)

    def group_label(self, code: str) -> str:
        """What a group is called: by this delivery, or by the programme's answer lists, or by its code."""
        if code in self.study.cohort.groups:
            return self.study.cohort.groups[code][self.code]
        return next(
            (
                choice.label(self.code)
                for choice in self.study.codebook.choices
                if choice.list_name in group_lists(self.study) and choice.name == code
            ),
            code,
        )

    def role_label(self, side: float, arm: str = "") -> str:
        """What one side of what is compared is called (1: participants, an arm, or those offered; 0: the
        others): the group's own name where it is one.
        """
        design = self.study.programme.design
        if side == 1 and arm:
            return design.arms[arm].label[self.code]
        if design.assigned and not design.arms:
            return self.side_words("offered" if side == 1 else "control")
        if side == 0 and design.words.control:
            return design.words.control[self.code]
        codes = design.participants if side == 1 else design.comparison
        if len(codes) == 1:
            return self.group_label(codes[0])
        return self.say("Participants") if side == 1 else self.say("Comparison group")

    def side_words(self, side: str) -> str:
        """What those are called who were offered a place (``offered``), or not (``control``), who took part
        (``enrolled``), or did not (``not_enrolled``): by the programme, or as usual.
        """
        usual = {
            "offered": mark("those offered a place"),
            "control": mark("those not offered a place"),
            "enrolled": mark("those who took part"),
            "not_enrolled": mark("those who did not take part"),
        }
        own: Words | None = getattr(self.study.programme.design.words, side)
        return own[self.code] if own else self.say(usual[side])

    def sides(self, arm: str = "", against: str = "", contrast: str = "") -> tuple[str, str]:
        """What the two sides of an estimate are called; both empty in a study that knows but participants and
        their comparison group.
        """
        if not (arm or contrast):
            return "", ""
        if contrast == TAKE_UP and not arm:
            return self.side_words("enrolled"), self.side_words("not_enrolled")
        if not arm and not self.study.programme.design.assigned:
            return self.side_words("offered"), self.side_words("control")
        return self.role_label(1.0, arm), self.role_label(float(bool(against)), against)

    def parties(self, arm: str = "") -> dict[str, str]:
        """The two sides of what is compared as a sentence names them: ``first`` and ``second``."""
        contrast = OFFER if self.study.programme.design.assigned else ""
        first, second = self.sides(arm, "", contrast)
        return {
            "first": first or self.say("the participants"),
            "second": second or self.say("the comparison group"),
        }

    def about(self, text: str, row: Estimate | pd.Series) -> str:
        """The name of an indicator with the sides that are compared, where a study knows several: 'Pay (those
        offered a place against those not offered a place)'.
        """
        if row.contrast and Estimand.read(row.estimand).is_of_moved:
            told = self.say("taking part, of those whom the offer moved")
            return self.with_arm(f"{text} ({told})", row.arm)
        first, second = self.sides(row.arm, getattr(row, "against", ""), row.contrast)
        told = self.say("{first} against {second}", first=first, second=second)
        return f"{text} ({told})" if first else text

    def with_arm(self, text: str, arm: str) -> str:
        """A name, and the arm that it is about where there are several."""
        return f"{text}, {self.role_label(1.0, arm)}" if arm else text

    def specification_label(self, spec: Specification) -> str:
        """What a specification is called; by its method where the programme does not say."""
        label = spec.label[self.code] if spec.label else self.say(METHODS[spec.method].label)
        return f"{label} ({self.sample_label(spec.where)})" if spec.where else label

    def sample_label(self, name: str) -> str:
        """What those are called whom a declared sample holds."""
        return self.study.programme.samples[name].label[self.code]

    def row_label(self, row: Estimate) -> str:
        """Specification of an estimate, which of several treatments it is of, and whom it is
        about.
        """
        spec = self.study.programme.specification(row.specification)
        text = self.specification_label(spec)
        text = f"{text}: {self.treatment_label(row.treatment)}" if len(spec.treatment) > 1 else text
        about = population_label(row.estimand, self) or (ITT if row.contrast == OFFER else "")
        parts = [text, about, self.say("by take-up") if row.contrast == TAKE_UP else "", self.arms_of(row)]
        return ", ".join(part for part in parts if part)

    def arms_of(self, row: Estimate | pd.Series) -> str:
        """The arm that an estimate is about, and which other it is held against; empty where there is one."""
        if not row.arm:
            return ""
        first = self.role_label(1.0, row.arm)
        if not row.against:
            return first
        return self.say("{first} against {second}", first=first, second=self.role_label(1.0, row.against))

    def family_label(self, name: str) -> str:
        """What a family of indicators is called; its own name where the programme does not say."""
        return (
            self.study.programme.families[name][self.code] if name in self.study.programme.families else name
        )

    def treatment_label(self, name: str) -> str:
        """What a treatment variable is called."""
        return next((line.label(self.code) for line in self.study.indicators if line.name == name), name)

    def table_label(self, name: str) -> str:
        """What a table of the delivery is called."""
        return self.study.programme.tables[name].label[self.code]

    def unit_of(self, name: str) -> Unit | None:
        """The declared unit with this name."""
        return self.study.programme.units.get(name)

    def unit_label(self, unit: Unit | None) -> str:
        """What a unit is called; nothing for a number without one."""
        return unit.label[self.code] if unit else ""

    def with_unit(self, text: str, unit: Unit | None) -> str:
        """Write a name and the unit of its numbers: 'Pay (dollars)'."""
        return f"{text} ({unit.label[self.code]})" if unit else text

    def source_note(self, *, by_weight: bool | None = None) -> str:
        """The last sentences of every caption: where the data come from, and whether people answered or a
        computer did.

        ``by_weight``: what is shown is weighted wherever the design declares survey weights, or, where False,
        cannot be; None for counts.
        """
        told = {
            True: mark("Weighted by the survey weights; n counts those who answered."),
            False: mark("The survey weights do not enter here: answers count alike."),
        }
        weighted = (
            self.say(told[by_weight]) + " "
            if by_weight is not None and self.study.programme.design.sampling_weight
            else ""
        )
        prices = self.study.programme.prices
        if prices and prices.nominal_within:
            weighted += (
                self.say_count(
                    "Money as it was said, not deflated: all of it is of one month.",
                    "Money as it was said, not deflated: all of it is of {n} months.",
                    prices.nominal_within,
                )
                + " "
            )
        source = weighted + self.say(
            "Source: {citation}; {label}.",
            citation=self.study.cohort.citation,
            label=self.study.cohort.label[self.code],
        )
        return source + (
            " " + self.say("Synthetic data: no person stands behind them.")
            if self.study.cohort.kind == "synthetic"
            else ""
        )

    def unit_count(self, n: int) -> str:
        """Write '185 people' in the words of the programme."""
        words = self.study.programme.design.unit
        return f"{self.number(n, 0)} {(words.one if n == 1 else words.many)[self.code]}"

    def check_label(self, check: str) -> str:
        """What a consistency rule, a declared check or a check of every programme is called."""
        declared = {entry.id: entry.label[self.code] for entry in self.study.programme.checks} | {
            rule.id: rule.label(self.code) for rule in self.study.codebook.rules
        }
        if check in declared:
            return declared[check]
        kind, _, name = check.partition(":")
        variable = next(
            (
                variable.label(self.code)
                for variable in self.study.codebook.variables
                if variable.name == name
            ),
            name,
        )
        if kind == "skip":
            return self.say("answered although the form skips it: “{question}”", question=variable)
        if kind == "range":
            return self.say("outside the declared range: “{question}”", question=variable)
        return self.say(FINDINGS[kind]) if kind in FINDINGS else check
