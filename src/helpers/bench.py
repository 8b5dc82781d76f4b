"""The workbench: one look at a time, by choices that controls or code make; each can be copied as code."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import pandas as pd
from IPython.display import display

from helpers.opened import OpenStudy, open_study
from helpers.showing import Answer
from manfaat.analysis.looks import Call, Look
from manfaat.base.problems import ProblemsError
from manfaat.definitions.indicator import Indicator, concepts
from manfaat.definitions.naming import labels_of
from manfaat.report import workbench
from manfaat.report.describing import MOST_GROUPS
from manfaat.report.exhibit import block_of, notebook_html
from manfaat.report.reasons import reason_text

MOST_ANSWERS = 10  # different ones that are counted together with groups


@dataclass
class Bench:
    """A workbench for one cohort: choose, look, copy the code.

    ``show`` gives controls, or where there are none the first look and how to change it. Nothing that is
    shown here enters a report.

    Examples
    --------
    >>> bench = Bench(study)
    >>> seen = bench.look(where="married == 'Yes'")
    >>> print(seen.code.splitlines()[-1])
    study.estimate("earnings", where="married == 'Yes'", specification="difference")
    >>> seen.rows["estimate"].round().tolist(), bench.count
    ([3709.0, 1794.0], 1)
    """

    study: OpenStudy
    last: Look = field(init=False)
    answers: dict[str, Any] = field(default_factory=dict, init=False, repr=False)  # by their code
    p_values: dict[str, float] = field(default_factory=dict, init=False)  # code of an own estimate → its p

    def __post_init__(self) -> None:
        definition = self.study.definition
        claimed = [one for claim in definition.programme.claims for one in claim.indicators]
        first = next(iter([*claimed, *self.outcomes, *self.names]))
        self.last = Look(first, definition.programme.design.group)

    @cached_property
    def outcomes(self) -> dict[str, str]:
        """What an effect may be asked for: name → label."""
        lines = reversed(concepts(list(self.study.definition.indicators)))
        found = {line.indicator: line.label(self.study.reader.code) for line in lines}
        return dict(reversed(found.items()))

    @cached_property
    def names(self) -> dict[str, str]:
        """Everything that may be looked at: name → label, outcomes first."""
        called = labels_of(self.study.definition, self.study.reader.code)
        columns = [str(name) for name in self.study.asked.frame]
        return self.outcomes | {name: called.get(name, name) for name in columns}

    @cached_property
    def groups(self) -> list[str]:
        """Columns of few values, by which numbers may be told apart."""
        frame = self.study.asked.frame
        return [str(name) for name in frame if 1 < frame[name].nunique() <= MOST_GROUPS]

    @cached_property
    def covariates(self) -> list[str]:
        """Columns that may be adjusted for: numbers not measured after the programme."""
        frame = self.study.indicators
        lines = [one for one in self.study.definition.indicators if one.time in ("fixed", "before")]
        names = [one.name for one in lines if one.name in frame]
        return [name for name in names if pd.api.types.is_numeric_dtype(frame[name])]

    @property
    def count(self) -> int:
        """How many exploratory estimates were looked at."""
        return len(self.p_values)

    def look(self, name: str | None = None, **choices: Any) -> Looked:
        """Look again with other choices (see ``Look``); what is not named stays as it was.

        Raises
        ------
        ProblemsError that names what is near, and where too few are left to be shown.
        """
        if choices.get("covariates") is not None:
            choices["covariates"] = tuple(choices["covariates"])
        wanted = replace(self.last, name=name or self.last.name, **choices)
        seen = Looked(self, wanted)
        _ = seen.rows  # what cannot be estimated stops here, before it is remembered
        self.last = wanted
        return seen

    def answer(self, call: Call) -> Any:
        """What the study answers to a call; asked once."""
        if call.code not in self.answers:
            self.answers[call.code] = call.of(self.study)
        return self.answers[call.code]

    def show(self) -> None:
        """Show the controls; where there are none, the first look and how to change it by code."""
        try:
            from manfaat.report.controls import Controls
        except ImportError:
            display(self.look())
            print(self.study.reader.say(workbench.NO_CONTROLS))
            return
        language = self.study.reader.code
        display(Controls(self, lambda cohort: Bench(open_study(cohort, language=language))).box)


@dataclass(frozen=True, eq=False)
class Looked:
    """One look.

    Attributes
    ----------
    code : the calls that give the same numbers; ``study`` is opened in its first lines.
    rows : the estimate looked at, and the official one where it is another; none where no effect is asked
        for.

    Examples
    --------
    >>> seen = Bench(study).look("education", group="married")
    >>> print(seen.code.splitlines()[3])
    study.describe("education", by="married")
    """

    bench: Bench
    choice: Look

    @property
    def line(self) -> Indicator | None:
        """The indicator looked at."""
        study, name = self.bench.study, self.choice.name
        column = study.asked.column(name, "look")
        return next((one for one in study.definition.indicators if one.name == column), None)

    @cached_property
    def calls(self) -> dict[str, Call]:
        """What is asked, by part of the page."""
        choice, asked = self.choice, self.bench.study.asked
        column = asked.column(choice.name, "look")
        crossed = asked.frame[column].nunique() <= MOST_ANSWERS and column != choice.group
        usual = self.bench.study.definition.primary
        return choice.calls(usual, is_outcome=choice.name in self.bench.outcomes, is_crossed=crossed)

    @property
    def code(self) -> str:
        """The same by code."""
        study = self.bench.study
        language = "" if study.reader.code == "en" else f', language="{study.reader.code}"'
        opened = f'study = open_study("{study.definition.cohort.cohort}"{language})'
        lines = [call.code for call in self.calls.values()]
        return "\n".join(["from helpers import open_study", "", opened, *lines])

    def answer(self, part: str) -> Answer | None:
        """The answer to one of the calls; None where it is not asked or cannot be given."""
        try:
            return self.bench.answer(self.calls[part]) if part in self.calls else None
        except ProblemsError:
            return None

    @cached_property
    def rows(self) -> pd.DataFrame:
        """The estimate looked at first, then the official one where it is another."""
        if "estimate" not in self.calls:
            return pd.DataFrame(columns=["label", "mine"])
        bench, call, usual = self.bench, self.calls["estimate"], self.bench.study.definition.primary
        official = Call("estimate", call.names, {"specification": usual})
        mine, other = (bench.answer(one).primary.head(1) for one in (call, official))
        if self.choice.is_own and len(mine):
            bench.p_values[call.code] = float(mine["p_value"].iloc[0])
        kinds = [workbench.EXPLORATORY if self.choice.is_own else workbench.DECLARED] * len(mine)
        kinds += [workbench.OFFICIAL_ONE] * len(other)
        rows = pd.concat([mine, other]).assign(mine=[kind != workbench.OFFICIAL_ONE for kind in kinds])
        rows = rows.assign(label=[bench.study.reader.say(kind) for kind in kinds]).reset_index(drop=True)
        shown: pd.DataFrame = rows if call != official else rows.tail(len(other)).reset_index(drop=True)
        return shown

    def _repr_html_(self) -> str:
        return workbench.page(self.parts())

    def parts(self) -> dict[str, str]:
        """The page, part by part."""
        reader, study, line = self.bench.study.reader, self.bench.study.definition, self.line
        spread, crossed, missing = (self.answer(part) for part in ("spread", "crosstab", "missing"))
        drawn = workbench.spread_picture(reader, spread.frame) if spread else ""
        words = (line.inputs if line else self.choice.name).replace(",", " ").replace(";", " ").split()
        asked = [one for one in study.codebook.table(study.programme.main_table) if one.name in words]
        wording = workbench.questions_html(reader, line, asked)
        return {
            "estimate": workbench.section(reader.say("Effect and interval"), self.estimated()),
            "spread": workbench.section(reader.say("Distribution"), drawn, html_of(spread)),
            "before": workbench.section(reader.say("Before and after"), self.before_and_after()),
            "crosstab": workbench.section(reader.say("Crosstab"), html_of(crossed), is_open=False),
            "missing": workbench.section(reader.say("Why it is missing"), html_of(missing), is_open=False),
            "question": workbench.section(reader.say("Wording"), wording, is_open=False),
            "rule": workbench.paragraph(workbench.rule(reader)),
        }

    def estimated(self) -> str:
        """The estimates drawn, and what so many looks do to p."""
        if "estimate" not in self.calls:
            return ""
        reader, call = self.bench.study.reader, self.calls["estimate"]
        found, told = self.bench.answer(call), []
        if self.choice.is_own:
            others = [p for code, p in self.bench.p_values.items() if code != call.code]
            told = [reader.say("Exploratory: it speaks for no cohort and enters no report."), *found.notes]
            told += [workbench.many_looks(reader, self.bench.p_values.get(call.code, float("nan")), others)]
        if found.primary.empty and len(found.frame):
            told = [reason_text(found.frame["reasons"].iloc[0], reader)]
        drawn = "" if self.rows.empty else workbench.interval_picture(reader, self.rows)
        return drawn + workbench.paragraph(" ".join(told))

    def before_and_after(self) -> str:
        """How both sides stood before and now, of what was measured twice."""
        study = self.bench.study
        return workbench.before_html(study.reader, self.line, study.rows(self.choice.where))


def html_of(answer: Answer | None) -> str:
    """The tables of an answer, without numbers of theirs."""
    if answer is None or answer.frame.empty:
        return ""
    return "".join(notebook_html(block_of(one, "Table", one.id)) for one in answer.exhibits)
