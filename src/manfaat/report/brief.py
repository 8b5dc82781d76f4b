"""The brief: one page for whoever decides, with the answer first.

How it is written, for every programme:

1. The first sentence says whether it worked, by the strongest grade that a claim has, with the numbers of at
   most two claims of that grade, compared ones before others; then what society gets back, and for whom it
   pays.
2. Claims are told by grade, the surest first. What the study cannot tell stands last, with the reason.
3. Logarithms are told in per cent, shares in percentage points, all else in its own unit.
4. A value is told with both ends of its interval, and as a condition where no lottery stands behind it.
5. Recommendations are those called for, then those leaning, each with its number.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd

from manfaat.base.typed import required, typed_rows
from manfaat.costs.scenarios import worth_of
from manfaat.definitions.claims import GRADES, Claim
from manfaat.evaluation.exaggeration import is_overshooting
from manfaat.evaluation.planning import people_needed
from manfaat.report.benefit_exhibits import Held, statistic_text
from manfaat.report.blocks import Bullets, Heading, Paragraph, Run, leading, listed, said
from manfaat.report.cost_words import amount_text, sign_of
from manfaat.report.exhibit import Exhibit
from manfaat.report.figures.claims import claims_figure
from manfaat.report.reader import Reader
from manfaat.report.sentences import comparable, who_was_assigned
from manfaat.report.verdict_words import GRADE_SIGNS, GRADE_WORDS
from manfaat.report.verdicts import Verdict, by_claim, deciding, measure_label, page_of
from manfaat.report.words import mark, sentence_case
from manfaat.verdict.evidence import direction_of

Part = Heading | Paragraph | Bullets | Exhibit
MOST_FOUND, MOST_ADVICE, MOST_UNPRICED = 2, 2, 1  # claims in the answer; recommendations; what has no price
LEAST_SHARE = 0.01  # of the cost: who paid less is not named
WORKED = {
    "shown": mark("It worked: places were given by lottery, and {found}."),
    "suggested": mark("It probably worked: compared with similar {units}, {found}."),
    "contradicted": mark("It did not do what was claimed: {found}."),
    "reported only": mark("It is reported, not shown: {found}."),
    "cannot tell": mark("This study cannot tell whether the programme worked."),
}
OFFERED = mark("It worked: places were offered by lottery, and {found}.")
DOUBTED = mark("It probably worked: places were given by lottery, but a check of it failed; {found}.")
BY_ACCOUNTS = mark("By its accounts: {found}.")  # nothing that was compared has a grade as strong
MEANINGS = {
    "shown": mark("places were given by lottery"),
    "suggested": mark("compared with similar {units}"),
    "reported only": mark("self-rated, or without a comparison"),
    "cannot tell": mark("uncertain, or a check failed"),
    "contradicted": mark("the comparison shows the opposite"),
}
HIGHER = mark("{about} came out {amount} higher")
LOWER = mark("{about} came out {amount} lower")
SHARE = mark("{about}: {amount} of those who answered")
MEAN = mark("{about}: {amount} on average")
HOLD = mark("In the data: {participants} of the programme, {compared} to compare with.")
HOLD_OF = mark("In the data: {n} of {trained} trained, {compared} to compare with.")
NO_LOTTERY = mark("No lottery chose them: differences nobody measured may explain the result.")
TOLD_FROM_ZERO = ("shown", "suggested")
OVERSHOOTING = ("estimate", "ci_low", "ci_high", "mde")
REASONS = {  # why the study cannot tell, by the rule of the verdict
    "unclear": mark("too small a study: {about}"),
    "failed": mark("the comparison failed a check: {about}"),
    "mixed": mark("indicators contradict one another: {about}"),
    "doubted": mark("the interval cannot be relied on: {about}"),
    "waiting": mark("answers wait for a decision: {about}"),
    "alone": mark("nobody was compared: {about}"),
    "joint": mark("no surer than what it joins: {about}"),
    "accounts": mark("the accounts do not decide it: {about}"),
    "no accounts": mark("no accounts: {about}"),
}
NOT_MEASURED = mark("not measured: {about}")
IN_MONEY = {  # what society gets back, by what stands behind the benefit
    "effect": mark("Society gets back {back} for each {one} spent."),
    "difference": mark(
        "If the whole difference is its doing, society gets back {back} for each {one} spent."
    ),
    "change": mark("If the whole change is its doing, society gets back {back} for each {one} spent."),
    "published": mark("If the gain is as published, society gets back {back} for each {one} spent."),
    "assumed": mark("If the gain is as assumed, society gets back {back} for each {one} spent."),
}
INTERVAL = mark("{amount} ({low} to {high})")


class Worth(NamedTuple):
    """What the programme is worth to one party in one scenario: a row of ``value.csv``."""

    scenario: str
    party: str
    npv: float
    bcr: float
    basis: str
    base_year: int


class Found(NamedTuple):
    """A claim, its verdict, the line of evidence that decided it, and what it is about in few words."""

    claim: Claim
    verdict: Verdict
    line: pd.Series | None
    about: str

    @property
    def is_compared(self) -> bool:
        """Whether participants were compared with others."""
        return self.line is not None and self.line["basis"] in ("lottery", "comparison")


@dataclass(frozen=True)
class Brief:
    """One page of a study in one language.

    Attributes
    ----------
    grades, evidence : verdicts and what they rest on. estimates : all of the cohort.
    counts : units at each step, see ``evaluation.summaries.flow_counts``.
    value, parts, costs, implied : ``value.csv``, ``double_benefit.csv``, ``cost_indicators.csv`` and
    ``implications.csv``; without rows where there is nothing.
    """

    reader: Reader
    grades: pd.DataFrame
    evidence: pd.DataFrame
    estimates: pd.DataFrame
    counts: pd.DataFrame
    value: pd.DataFrame
    parts: pd.DataFrame
    costs: pd.DataFrame
    implied: pd.DataFrame

    @cached_property
    def claims(self) -> list[Found]:
        """What was found of each claim, the surest first, in the order declared within a grade."""
        found = [
            Found(claim, row, line, self.about(claim, row, line))
            for claim, row, _ in by_claim(self.reader, self.grades)
            for line in (deciding(row, self.evidence),)
        ]
        return sorted(found, key=lambda one: -GRADES.index(one.verdict.grade))

    def about(self, claim: Claim, row: Verdict, line: pd.Series | None) -> str:
        """What a claim is about: in the programme's words, or as the indicator that decided is called; and
        who is compared where a study knows several.
        """
        name = measure_label(self.reader, row.indicator, row.rater) if row.indicator else ""
        text = f"“{name}”" if name else f"“{claim.text[self.reader.code].rstrip('.')}”"
        text = claim.about[self.reader.code] if claim.about else text
        if line is not None and line["basis"] in ("lottery", "comparison"):
            return self.reader.about(text, line)
        return self.reader.with_arm(text, row.arm)

    def measured(self, one: Found, *, with_interval: bool) -> str:
        """Write what was found of a claim: a difference, a change, a level, or an amount of the accounts."""
        reader, line = self.reader, one.line
        if line is None or pd.isna(line["estimate"]):
            return self.accounted(one) or one.about
        unit, size = reader.unit_of(line["unit"]), abs(line["estimate"])
        if line["basis"] == "level":
            text = SHARE if unit and unit.is_share else MEAN
            amount = reader.level(size, unit) if text == SHARE else reader.amount_with_unit(size, unit)
        else:
            text = HIGHER if line["estimate"] >= 0 else LOWER
            size = abs(np.expm1(line["estimate"])) if unit and unit.is_log else size
            amount = reader.percent(size) if unit and unit.is_log else reader.amount_with_unit(size, unit)
        told = reader.say(text, about=one.about, amount=amount)
        ends = {name: self.written(line, line[f"ci_{name}"]) for name in ("low", "high")}
        return reader.say(INTERVAL, amount=told, **ends) if with_interval else told

    def written(self, line: pd.Series, value: float) -> str:
        """Write a number of a line of evidence without the name of its unit: logarithms in per cent."""
        unit = self.reader.unit_of(line["unit"])
        if line["basis"] == "level":
            return self.reader.level(value, unit)
        return (
            self.reader.percent(np.expm1(value)) if unit and unit.is_log else self.reader.amount(value, unit)
        )

    def accounted(self, one: Found) -> str:
        """Write the amounts behind a claim that rests on the accounts; nothing where there are none."""
        part = self.parts[self.parts["part"] == "cheaper"]
        if one.verdict.rule != "accounts" or one.verdict.part != "cheaper" or part["value"].isna().all():
            return ""
        return self.reader.say(
            "{about}: {value} a place, an equivalent one {against}",
            about=one.about,
            value=amount_text(part["value"].iloc[0], self.reader),
            against=amount_text(part["against"].iloc[0], self.reader),
        )

    @property
    def answer(self) -> list[str]:
        """Whether it worked, what society got back, and to whom it was worth it."""
        reader = self.reader
        if not self.claims:
            return [reader.say("Nothing was claimed of the programme, so nothing was judged."), *self.money]
        best = self.claims[0].verdict.grade
        own = [one for one in self.claims if one.verdict.grade == best]
        compared = [one for one in own if one.is_compared]
        told = [self.measured(one, with_interval=False) for one in compared or own]
        worked = self.worked(best, compared)
        first = reader.say(worked, units=reader.units, found=reader.listing(told[:MOST_FOUND]))
        unknown = sum(one.verdict.grade == "cannot tell" for one in self.claims)
        if unknown and best != "cannot tell":
            first += " " + reader.say(
                "On {unknown} of {all} claims the study cannot tell.",
                unknown=reader.number(unknown, 0),
                all=reader.number(len(self.claims), 0),
            )
        return [first, *self.money]

    def worked(self, grade: str, compared: list[Found]) -> str:
        """The first sentence of a grade, by what stands behind the claims that have it."""
        if grade in TOLD_FROM_ZERO and not compared:
            return BY_ACCOUNTS
        if any(one.verdict.rule == "lottery failed" for one in compared):
            return DOUBTED
        return OFFERED if grade == "shown" and self.is_of_offer else WORKED[grade]

    @property
    def is_of_offer(self) -> bool:
        """Whether it is known what was offered, beside who took it up."""
        return self.reader.study.programme.design.assigned is not None

    @cached_property
    def worth(self) -> dict[str, dict[str, Worth]]:
        """The value by party and scenario; empty where nothing could be valued."""
        found: dict[str, dict[str, Worth]] = {}
        for row in typed_rows(self.value, Worth):
            found.setdefault(row.party, {})[row.scenario] = row
        return found

    @property
    def money(self) -> list[str]:
        """What society got back of what it spent, and to whom it was worth it."""
        reader, told = self.reader, []
        if society := self.worth.get("society"):
            row, ends = society["estimate"], sorted((society["low"].bcr, society["high"].bcr))
            low, high = (reader.number(end, 2) for end in ends)
            back = reader.say(INTERVAL, amount=coin_text(row.bcr, reader), low=low, high=high)
            one = coin_text(1, reader, decimals=0)
            told.append(reader.say(IN_MONEY[row.basis], back=back, one=one))
            told += self.sides()
        return told

    @cached_property
    def payers(self) -> list[tuple[str, float]]:
        """Who paid which share of the cost, the largest first; who paid nothing to speak of is left out."""
        sheet = self.reader.study.programme.costs
        if sheet is None or self.costs.empty:
            return []
        shares = self.costs[self.costs["name"].str.startswith("share of ")]
        names = {party.role: party.label[self.reader.code] for party in sheet.parties}
        found = [
            (names[role], float(share))
            for role, share in zip(shares["name"].str.removeprefix("share of "), shares["value"], strict=True)
            if role in names and share >= LEAST_SHARE
        ]
        return sorted(found, key=lambda pair: -pair[1])

    @cached_property
    def ends(self) -> dict[str, str]:
        """What was found of each claim, as the page words it, with what the report says of that claim."""
        found: dict[str, str] = {}
        for one in self.claims:
            worded = (self.measured(one, with_interval=is_long) for is_long in (True, False))
            for told in (*worded, one.about):
                found.setdefault(told, page_of(one.claim, one.verdict))
        return dict(sorted(found.items(), key=lambda pair: -len(pair[0])))

    @property
    def answered(self) -> Paragraph:
        """The answer, leading to what the report says of each claim."""
        return Paragraph(leading(" ".join(self.answer), self.ends), "answer")

    @property
    def by_claim(self) -> list[tuple[Run, ...]]:
        """One line a grade: its sign and word, and what was found of the claims that have it."""
        lines: list[tuple[Run, ...]] = []
        for grade in dict.fromkeys(one.verdict.grade for one in self.claims):
            own = [one for one in self.claims if one.verdict.grade == grade]
            name = f"{GRADE_SIGNS[grade]} {sentence_case(self.reader.say(GRADE_WORDS[grade]))}"
            told = self.unknown(own) if grade == "cannot tell" else self.told(own)
            lines.append((Run(f"{name}:", bold=True), *leading(f" {'; '.join(told)}.", self.ends)))
        return lines

    def told(self, own: list[Found]) -> list[str]:
        """What was found of claims, each with its numbers."""
        return [self.measured(one, with_interval=True) for one in own]

    def unknown(self, own: list[Found]) -> list[str]:
        """Why the study cannot tell, each reason with the claims that it holds for."""
        by_reason: dict[str, list[str]] = {}
        for one in own:
            by_reason.setdefault(REASONS.get(one.verdict.rule, NOT_MEASURED), []).append(one.about)
        return [self.reader.say(reason, about=", ".join(abouts)) for reason, abouts in by_reason.items()]

    @property
    def cost(self) -> list[str]:
        """What a place cost, who paid, and to whom it was worth it."""
        reader, told = self.reader, []
        place = self.costs[(self.costs["name"] == "cost per trainee") & (self.costs["unit"] == "money")]
        if place.empty:
            return [reader.say("What it cost was not delivered, so nobody can say whether it was worth it.")]
        told.append(
            reader.say(
                "A place cost {amount}. Who paid: {payers}.",
                amount=amount_text(place["value"].iloc[0], reader),
                payers=", ".join(f"{name} {reader.percent(share)}" for name, share in self.payers),
            )
        )
        if not self.worth:
            return [*told, reader.say("No benefit has a price, so costs and benefits cannot be compared.")]
        low, row, high = (self.worth["society"][name] for name in ("low", "estimate", "high"))
        benefit = worth_of(reader.study).benefit
        told.append(
            reader.say(
                "Net value for society, counting only “{benefit}”: {npv} ({low} to {high};"
                " prices of {year}).",
                benefit=benefit.label[reader.code],
                npv=amount_text(row.npv, reader),
                low=amount_text(low.npv, reader),
                high=amount_text(high.npv, reader),
                year=str(row.base_year),
            )
        )
        return told

    def sides(self) -> list[str]:
        """Who gains in money and who pays more than they get back, whichever end of the interval holds."""
        reader, sheet = self.reader, required(self.reader.study.programme.costs, "'costs' of the programme")
        labels = {party.id: party.label[reader.code] for party in sheet.parties}
        ends = {
            name: {np.sign(self.worth[name][scenario].npv) for scenario in ("low", "estimate", "high")}
            for name in self.worth
            if name in labels
        }
        gain = [labels[name] for name, signs in ends.items() if signs == {1.0}]
        lose = [labels[name] for name, signs in ends.items() if signs == {-1.0}]
        told = {mark("In money it pays for: {parties}."): gain, mark("Not for: {parties}."): lose}
        return [reader.say(text, parties=", ".join(names)) for text, names in told.items() if names]

    @property
    def sureness(self) -> list[str]:
        """Whom the numbers rest on, how they came to take part, and whether what stands out is too large."""
        reader, design = self.reader, self.reader.study.programme.design
        delivered = self.counts[self.counts["step"] == "delivered"].set_index("participant")["n"]
        n, trained = (
            int(delivered.groupby(level=0).sum().get(1.0, 0)),
            reader.study.cohort.denominators.trained,
        )
        values = {
            "n": reader.number(n, 0),
            "trained": reader.unit_count(trained or 0),
            "participants": reader.unit_count(n),
            "compared": reader.number(int(delivered.get(0.0, 0)), 0),
        }
        told = [reader.say(HOLD_OF if trained else HOLD, **values)]
        if design.arms or design.assigned:
            told = [who_was_assigned(reader, self.counts)]
        if reader.study.cohort.assignment == "randomised":
            told.append(
                reader.say("A lottery decided who was offered a place.")
                if self.is_of_offer
                else reader.say("A lottery decided who took part.")
            )
        else:
            told.append(reader.say(NO_LOTTERY))
        found = [one.line for one in self.claims if one.is_compared and one.line is not None]
        if any(is_overshooting(*(line[name] for name in OVERSHOOTING)) for line in found):
            told.append(reader.say("What stands out in so small a study is as a rule too large."))
        return told

    @property
    def advice(self) -> list[str]:
        """The foremost recommendations, each with its number, and how large a study would have to be."""
        reader, told = self.reader, []
        worth = reader.study.programme.worth
        texts = {rule.id: rule.text[reader.code] for rule in worth.implications} if worth else {}
        for verdict in ("called for", "leaning"):
            own = self.implied[self.implied["verdict"] == verdict]
            for name, row in zip(own["id"], typed_rows(own, Held), strict=True):
                number = statistic_text(reader, row)
                told.append(reader.say("{advice} Here: {number}.", advice=texts[name], number=number))
        larger = self.larger_study()
        return [*told[: MOST_ADVICE - len(larger)], *larger]

    def larger_study(self) -> list[str]:
        """How many participants the next study needs to see the smallest effect worth having: the precision
        of an estimate grows with the root of the number of people.
        """
        wanted = []
        for one in self.claims:
            line = one.line
            if one.verdict.rule != "unclear" or not one.is_compared or line is None:
                continue
            if line["mde"] > line["smallest"] > 0:
                sizes = line["n"], line["n_comparison"], line["mde"], line["smallest"]
                wanted.append((one, line, *people_needed(*sizes)))
        if not wanted:
            return []
        one, line, n, m = max(wanted, key=lambda found: found[2])
        return [
            self.reader.say(
                "To see {smallest} in {about}, {n} participants and {m} others have to answer.",
                smallest=self.reader.difference(line["smallest"], self.reader.unit_of(line["unit"])),
                about=one.about,
                n=self.reader.number(round_up(n), 0),
                m=self.reader.number(round_up(m), 0),
            )
        ]

    @property
    def limits(self) -> list[str]:
        """What a page about this study cannot say."""
        reader, worth = self.reader, self.reader.study.programme.worth
        told = []
        for one in (worth.unpriced if worth else [])[:MOST_UNPRICED]:
            told.append(reader.say("What this is worth: {label}.", label=one.label[reader.code]))
        elsewhere = mark("Whether it would work for other {units}, places and years.")
        return told or [reader.say(elsewhere, units=reader.units)]

    @property
    def signs(self) -> str:
        """What each sign on the page means."""
        used = dict.fromkeys(one.verdict.grade for one in self.claims)
        words = MEANINGS | ({"shown": mark("places were offered by lottery")} if self.is_of_offer else {})
        meanings = {grade: self.reader.say(words[grade], units=self.reader.units) for grade in used}
        return "; ".join(f"{GRADE_SIGNS[grade]} {text}" for grade, text in meanings.items()) + "."

    def rows(self, claims: list[Found]) -> pd.DataFrame:
        """What a figure shows: one row an indicator that counts for a claim and was compared, by claim.

        Returns
        -------
        ``claim`` (what it is about, with the sign of its grade), ``label, estimate, ci_low, ci_high`` (in
        standard deviations, turned so that more is better), ``text`` (in the indicator's own unit), ``n``,
        and ``others``, the estimates of the other specifications on the same scale.
        """
        keys = ["indicator", "rater", "arm", "specification"]
        sizes = self.estimates.drop_duplicates(keys).set_index(keys)[["estimate", "effect_size"]]
        rows = []
        for one in claims:
            own = self.evidence[
                (self.evidence["claim"] == one.claim.id)
                & self.evidence["arm"].isin([one.verdict.arm, ""])
                & self.evidence["speaks"].astype(bool)
            ]
            for _, line in own[own["basis"].isin(["lottery", "comparison"])].iterrows():
                size = sizes.reindex([tuple(line[keys])]).iloc[0]
                if not size["estimate"] or pd.isna(size["effect_size"]):
                    continue
                scale, unit = size["effect_size"] / size["estimate"], self.reader.unit_of(line["unit"])
                if direction_of(list(self.reader.study.indicators), line["indicator"], line["rater"]) < 0:
                    scale = -scale
                ends = sorted((line["ci_low"] * scale, line["ci_high"] * scale))
                rows.append(
                    {
                        "claim": f"{GRADE_SIGNS[one.verdict.grade]} {sentence_case(one.about)}",
                        "label": self.reader.with_unit(
                            measure_label(self.reader, line["indicator"], line["rater"]),
                            None if unit is None or unit.is_log else unit,
                        ),
                        "estimate": line["estimate"] * scale,
                        "ci_low": ends[0],
                        "ci_high": ends[1],
                        "text": self.reader.say(
                            INTERVAL,
                            amount=self.written(line, line["estimate"]),
                            low=self.written(line, line["ci_low"]),
                            high=self.written(line, line["ci_high"]),
                        ),
                        "n": " / ".join(self.reader.number(line[name], 0) for name in ("n", "n_comparison")),
                        "others": [scale * value for value in self.by_others(line)],
                    }
                )
        return pd.DataFrame(rows)

    def by_others(self, line: pd.Series) -> list[float]:
        """The estimates of the same question by the specifications that do not speak, in the indicator's
        unit.
        """
        rows = comparable(self.reader, self.estimates, line["indicator"], line["rater"], line["arm"])
        others = rows.loc[rows["specification"] != line["specification"], "estimate"]
        return [float(value) for value in others]

    @property
    def message(self) -> str:
        """The title of the figure: where differences are too large for chance."""
        moved = [one.about for one in self.claims if one.is_compared and one.verdict.grade in TOLD_FROM_ZERO]
        if not moved:
            return self.reader.say("No difference decides a claim")
        told = sentence_case(", ".join(moved))
        return self.reader.say("{moved}: too large for chance", moved=told)

    def figure(self, note: str = "") -> list[Exhibit]:
        """Every indicator that counts for a claim and was compared, by claim, with a ``note`` below; nothing
        where there is none.
        """
        rows = self.rows(self.claims).assign(others="")  # none: one mark an indicator, to be seen at a glance
        return self.drawn("forest", rows, self.message, note)

    def drawn(self, id: str, rows: pd.DataFrame, title: str, note: str) -> list[Exhibit]:
        """The figure of some rows; nothing where there are none."""
        if rows.empty:
            return []
        caption = self.reader.say(
            "Right is better; filled: the {confidence} interval excludes zero. Last: n of participants /"
            " compared.",
            confidence=self.reader.percent(self.evidence["confidence"].dropna().iloc[0]),
        )
        has_others = rows["others"].map(len).any()
        marks = self.reader.say("Thin marks: the other specifications.") if has_others else ""
        told = " ".join(filter(None, [caption, marks, note]))
        return [claims_figure(id, rows, title, told, self.reader)]

    def page(self) -> list[Part]:
        """The page, from the top."""
        say = self.reader.say
        parts: list[Part] = [self.answered]
        if self.claims:
            parts += [Heading(1, say("Did it work?")), Bullets(tuple(self.by_claim), role="claims")]
        parts += [Heading(1, say("Was it worth it?")), said(" ".join(self.cost))]
        parts += [Heading(1, say("How sure is this?")), said(" ".join(self.sureness))]
        parts += self.figure()
        if advice := self.advice:
            parts += [Heading(1, say("What follows?")), listed(advice, "advice")]
        parts += [Heading(1, say("What can it not tell?")), listed(self.limits, "limits")]
        parts += [said(self.signs, "note")] if self.claims else []
        return [replace(part, layer="brief") for part in parts]


def coin_text(value: float, reader: Reader, decimals: int = 2) -> str:
    """Write an amount of a few coins with the sign of the accounts' currency: ``Rp 0.29``."""
    amount = reader.number(abs(value), decimals)
    return ("−" if value < 0 else "") + reader.after_sign(sign_of(reader), amount)


def round_up(n: float) -> int:
    """A number of people to plan with: the next ten, from a thousand on the next hundred."""
    step = 100 if n >= 1000 else 10
    return int(np.ceil(n / step) * step)
