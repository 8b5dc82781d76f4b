"""The page ``docs/coverage.md``: tables and what they mean, every number from the simulated cohorts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from manfaat.base.typed import required
from manfaat.definitions.claims import GRADES
from manfaat.simulation.coverage import KEYS
from manfaat.simulation.grading import __doc__ as AGREEMENT
from manfaat.simulation.trials import CONDITIONS

if TYPE_CHECKING:
    import pandas as pd

    from manfaat.definitions.programme import Primary
    from manfaat.simulation.trials import Task, Trial

NOTES = "coverage.en.md"
ENOUGH, MOST_SHOWN = 0.95, 0.05
EFFECT_WORDS = {"planted": "the planted effect", "none": "no effect"}
TITLES = {
    "hidden": "Selection on something that nobody measured: the assumptions fail",
    "measured": "Selection on what is measured only: the assumptions hold",
    "lottery": "Assignment by lottery",
}
WHAT = """\
Every cohort is drawn twice from the same seed: once with the planted effects, once with a programme that did nothing. The truth of a cohort is the mean effect
on all who took part, from the same people with and without the programme and without errors of measurement; at *no effect* it is 0.

- **hidden**: the simulation as it is declared. Those who were selected differ in {hidden}, which no indicator measures; who answers and which
  question is left out depend on the outcome.
- **measured**: the same without {hidden} in the selection; answers are missing at random within each group.
- **lottery**: as *measured*, and all groups are drawn from the same people.

Recall, rounding, acquiescence and response shift are in the answers under every condition. Response shift stays where the programme did nothing.

Columns: *bias* is the mean of estimate − truth, with its Monte-Carlo error; *SD* the standard deviation of estimate − truth; *SE* the mean standard error;
*coverage* the share of 95 % intervals that hold the truth, ± its Monte-Carlo error; *found* the share of intervals that exclude 0, which at no effect
should be 5 %."""  # noqa: E501


def num(value: float, digits: int = 3) -> str:
    """A number with a real minus sign; a dash where there is none."""
    return f"{value:.{digits}f}".replace("-", "−") if np.isfinite(value) else "–"


def per_cent(share: float) -> str:
    """A share as a percentage."""
    return f"{100 * share:.1f} %"


def rows_of(head: list[str], rows: list[list[str]]) -> str:
    """A table in Markdown."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def label(row: pd.Series | dict[str, str]) -> str:
    """An indicator and who rated it."""
    return row["indicator"] + (f" ({row['rater']})" if row["rater"] else "")


def estimates_table(found: pd.DataFrame) -> str:
    """One row an indicator and specification: what happens at the planted effect, and without any."""
    head = [
        "indicator",
        "specification",
        "cohorts",
        "truth",
        "bias",
        "SD",
        "SE",
        "coverage",
        "found",
        "bias at 0",
        "coverage at 0",
        "found at 0",
    ]
    rows, by = [], found.set_index(["effect", *KEYS[2:]])
    for key in dict.fromkeys(found[KEYS[2:]].itertuples(index=False, name=None)):
        one, none = (
            by.loc[(effect, *key)] if (effect, *key) in by.index else None for effect in ("planted", "none")
        )
        told = [""] * 7 if one is None else [str(one["seeds"]), num(one["truth"]), *told_of(one, spread=True)]
        rows.append(
            [
                label({"indicator": key[0], "rater": key[1]}),
                key[2],
                *told,
                *(["–"] * 3 if none is None else told_of(none)),
            ]
        )
    return rows_of(head, rows)


def told_of(row: pd.Series, *, spread: bool = False) -> list[str]:
    """Bias, spread if asked for, coverage and rejections of one row."""
    bias = f"{num(row['bias'])} ± {num(row['bias_error'])}"
    coverage = f"{per_cent(row['coverage'])} ± {100 * row['coverage_error']:.1f}"
    return [
        bias,
        *([num(row["sd"]), num(row["mean_std_error"])] if spread else []),
        coverage,
        per_cent(row["rejected"]),
    ]


def naive_lines(found: pd.DataFrame, trial: Trial) -> list[str]:
    """By how much the naive figures are off, and the primary estimate beside them, one line an indicator; as
    declared, planted effect.
    """
    own = found[(found["condition"] == "hidden") & (found["effect"] == "planted")]
    methods = {spec.id: spec.method for spec in trial.programme.specifications}
    lines = []
    for _, part in own.groupby(["indicator", "rater"], sort=False):
        kind = part["specification"].map(methods)
        told = []
        for name, rows in (
            ("before–after change of participants", part[kind == "before_after_change"]),
            ("gap to the comparison group", part[kind == "difference_in_means"]),
            ("primary estimate", part[part["specification"] == speaking(trial).observational]),
        ):
            if len(rows):
                row = rows.iloc[0]
                share = (
                    f", {num(abs(row['bias'] / row['truth']), 1)} times the effect" if row["truth"] else ""
                )
                told.append(f"{name} off by {num(row['bias'])}{share} (coverage {per_cent(row['coverage'])})")
        lines.append(
            f"- **{label(part.iloc[0])}**, truth {num(part['truth'].mean())}: " + "; ".join(told) + "."
        )
    return lines


def speaking(trial: Trial) -> Primary:
    """Which specification speaks, by how the comparison came about."""
    return required(trial.programme.primary, "the main specification")


def primary_lines(found: pd.DataFrame, trial: Trial) -> list[str]:
    """Where the specification that speaks covers too rarely, by more than chance."""
    lines = []
    for condition in CONDITIONS:
        rule = speaking(trial)
        speaks = rule.randomised if condition == "lottery" else rule.observational
        own = found[(found["condition"] == condition) & (found["specification"] == speaks)]
        if own.empty:
            continue
        low = own[own["coverage"] + 2 * own["coverage_error"] < ENOUGH]
        named = [
            f"{label(row)} at {EFFECT_WORDS[row['effect']]} {per_cent(row['coverage'])}"
            for _, row in low.iterrows()
        ]
        told = (
            "; below 95 % by more than twice its Monte-Carlo error: " + ", ".join(named)
            if named
            else "; none is below 95 % by more than chance"
        )
        lines.append(
            f"- **{condition}**, `{speaks}`: coverage from {per_cent(own['coverage'].min())} to"
            f" {per_cent(own['coverage'].max())}{told}."
        )
    return lines


def grades_table(grades: pd.DataFrame) -> str:
    """Share of each grade."""
    head = ["condition", "effect", "claim", *GRADES, "agrees"]
    rows = [
        [
            row["condition"],
            row["effect"],
            row["claim"],
            *[per_cent(row[grade]) for grade in GRADES],
            per_cent(row["agrees"]),
        ]
        for _, row in grades.iterrows()
    ]
    return rows_of(head, rows)


def grade_lines(grades: pd.DataFrame) -> list[str]:
    """Whether the verdicts hold what is asked of them, claim by claim."""
    none = grades[grades["effect"] == "none"]
    worst = none.iloc[int(none["shown"].argmax())]
    low = grades[grades["agrees"] < ENOUGH]
    lines = [
        (
            f"- Without any effect, *shown* is said of a claim in at most {per_cent(worst['shown'])} of"
            f" cohorts ({worst['condition']}, {worst['claim']}); at most {per_cent(MOST_SHOWN)} is allowed:"
            f" {'it holds' if worst['shown'] <= MOST_SHOWN else 'it does not hold'}."
        ),
        (
            "- The grade agrees with the planted truth and the power at hand in at least"
            f" {per_cent(grades['agrees'].min())} of cohorts, whatever the claim and the condition."
        ),
    ]
    for _, row in low.iterrows():
        lines.append(
            f"- **Below 95 %:** {row['claim']}, {row['condition']}, {EFFECT_WORDS[row['effect']]}:"
            f" {per_cent(row['agrees'])} ({row['seeds']} cohorts)."
        )
    return lines


def page(task: Task, trial: Trial, found: pd.DataFrame, grades: pd.DataFrame, large: pd.DataFrame) -> str:
    """Write the whole page.

    Parameters
    ----------
    found : from ``coverage.tabulate``. grades : from ``grading.tabulate_grades``. large : the same of
        much larger cohorts.
    """
    notes = trial.definitions.folder / NOTES
    agreement = (AGREEMENT or "").split("\n\n", 1)[1].strip().replace("``", "`")
    parts = [
        "# Bias, coverage and verdicts where the truth is known",
        (
            f"Written by `make coverage`, not by hand: {task.seeds} simulated cohorts a condition for the"
            f" estimates, {int(grades['seeds'].max())} for the verdicts, {task.participants} who took part"
            f" and {task.comparison} others each, before some of them do not answer. Simulated, and about"
            " nobody."
        ),
        "## What was simulated",
        WHAT.format(hidden=" and ".join(task.hidden)),
        "## By how much are naive figures off?",
        "As the simulation is declared, at the planted effect, in each indicator's own unit.",
        "\n".join(naive_lines(found, trial)),
        "## Does the estimate that speaks cover the truth?",
        "\n".join(primary_lines(found, trial)),
        *([notes.read_text(encoding="utf-8").strip()] if notes.is_file() else []),
        "## Is the verdict right?",
        agreement,
        "\n".join(grade_lines(grades)),
        grades_table(grades),
        "### Where there is power",
        (
            f"The same verdicts of {int(large['seeds'].max())} cohorts a condition, each with ten times as"
            " many people: what is planted can be found, and so can a hidden cause."
        ),
        "\n".join(grade_lines(large)),
        grades_table(large),
    ]
    for condition in CONDITIONS:
        parts += [f"## {TITLES[condition]}", estimates_table(found[found["condition"] == condition])]
    return "\n\n".join(parts) + "\n"
