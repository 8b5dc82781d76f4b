"""Small made-up trials as files: places offered by lottery that not all took up, and several arms."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from manfaat import threats, verdict
from manfaat.analysis.study import build, clean_tables, load_study, read_raw
from manfaat.definitions.study import Study
from manfaat.evaluation import families, indexes, left_out, romano_wolf, summaries
from manfaat.evaluation.balance import balance
from manfaat.evaluation.estimate import Settings
from manfaat.evaluation.ladder import estimate_stages
from manfaat.evaluation.levels import estimate_levels
from manfaat.report import chain, exhibits, ladders, sentences, threat_figures, verdicts
from manfaat.report.benefit_exhibits import Held
from manfaat.report.blocks import plain
from manfaat.report.brief import Brief, Worth
from manfaat.report.families import families_table, index_table
from manfaat.report.reader import Reader
from manfaat.report.threats import threat_blocks

CHOICES = """\
list_name,name,label::English (en),label::Bahasa Indonesia (id),aliases
class,regular,regular classes,kelas biasa,
class,small,small classes,kelas kecil,
class,aide,classes with an aide,kelas dengan asisten,
yes_no,1,yes,ya,
yes_no,0,no,tidak,
"""
CODEBOOK = (
    "table,name,type,source,label::English (en),label::Bahasa Indonesia (id),unit,required,relevant,"
    "constraint,missing,role,scale,reversed,versions,recode,ladder,core,note\n"
)
INDICATORS = (
    "name,indicator,time,rater,stage_thesis,stage_dac,construct,inputs,arguments,unit,direction,family,use,"
    "label::English (en),label::Bahasa Indonesia (id),definition::English (en),"
    "definition::Bahasa Indonesia (id)\n"
)
PROGRAMME = """\
programme: trial
title: {{en: The trial, id: Percobaan}}
summary: {{en: A made-up trial., id: Percobaan buatan.}}
tables:
  people:
    label: {{en: people, id: orang}}
    key: [id]
units:
  points: {{label: {{en: points, id: poin}}, decimals: 2}}
design:
  unit: {{one: {{en: person, id: orang}}, many: {{en: people, id: orang}}}}
  times: {{before: {{en: before, id: sebelum}}, now: {{en: now, id: sekarang}}}}
{design}
{specifications}
claims:
  - {{id: C1, text: {{en: It raises scores., id: Skor meningkat.}}, indicators: [score]}}
families: {{learning: {{en: learning, id: pembelajaran}}}}
"""
OFFER = """\
  group: came
  assigned: invited
  participants: ["1"]
  comparison: ["0"]"""
ARMS = """\
  group: class_type
  comparison: [regular]
  arms:
    small: {answers: [small], label: {en: small classes, id: kelas kecil}}
    aide: {answers: [aide], label: {en: classes with an aide, id: kelas dengan asisten}}"""
LADDER = """\
specifications:
  - {id: offered, method: difference_in_means, std_errors: [HC2]}
  - {id: late, method: instrumental_variables, treatment: [came], instrument: invited, std_errors: [HC2]}
  - {id: naive, method: difference_in_means, treatment: [came], std_errors: [HC2]}
primary: {randomised: offered, observational: offered}
"""


@dataclass
class Told:
    """A study that has been run: its numbers and everything that a report says of them."""

    study: Study
    table: pd.DataFrame
    language: str = "en"

    @property
    def lines(self):
        return list(self.study.indicators)

    @property
    def reader(self) -> Reader:
        return Reader(self.language, self.study)

    @property
    def settings(self) -> Settings:
        cohort = self.study.cohort
        return Settings(cohort.cohort, cohort.assignment, self.study.primary, draws=199)

    @cached_property
    def raw(self) -> pd.DataFrame:
        return estimate_stages(
            self.table, self.study.programme, self.lines, self.settings, stages=("outcome",)
        )

    @cached_property
    def tests(self) -> pd.DataFrame:
        found = families.family_table(self.raw, self.lines)
        return romano_wolf.adjusted(found, self.table, self.study.programme, self.lines, self.settings)

    @cached_property
    def estimates(self) -> pd.DataFrame:
        levels = estimate_levels(self.table, self.study.programme, self.lines, self.settings)
        return pd.concat([families.with_adjusted(self.raw, self.tests), levels], ignore_index=True)

    @cached_property
    def threats(self) -> threats.Threats:
        return threats.run(
            self.table,
            self.study.programme,
            self.lines,
            self.estimates,
            self.settings,
            cohort=self.study.cohort,
        )

    @cached_property
    def evidence(self) -> pd.DataFrame:
        return verdict.evidence(
            self.study.programme,
            self.lines,
            self.estimates,
            self.threats.rows,
            self.study.cohort.assignment,
        )

    @cached_property
    def grades(self) -> pd.DataFrame:
        return verdict.verdicts(self.study.programme, self.evidence)

    @cached_property
    def counts(self) -> pd.DataFrame:
        return summaries.flow_counts(self.table, self.study.programme, self.lines)

    @cached_property
    def balance(self) -> pd.DataFrame:
        return balance(self.table, self.study.programme, self.lines)

    @cached_property
    def exhibits(self) -> list:
        reader, programme = self.reader, self.study.programme
        measured = summaries.measured_counts(self.table, programme, self.lines)
        index = indexes.index_estimates(self.table, programme, self.lines, self.settings)
        blocks = threat_blocks(reader, self.threats, self.estimates)
        return [
            exhibits.flow_figure(reader, self.counts),
            exhibits.measured_table(reader, measured),
            *exhibits.balance_figure(reader, self.balance),
            exhibits.balance_table(reader, self.balance),
            *ladders.ladder_figures(reader, self.estimates),
            *exhibits.estimates_table(reader, self.estimates),
            *exhibits.forest_figure(reader, self.estimates),
            *families_table(reader, self.tests),
            *index_table(reader, index),
            *chain.chain_figure(reader, self.table, self.counts, self.grades, self.evidence),
            verdicts.verdict_table(reader, self.grades, self.evidence, self.estimates),
            *verdicts.evidence_table(reader, self.evidence),
            *[block for block in blocks if hasattr(block, "caption")],
            *threat_figures.curve_figures(reader, self.threats, self.estimates),
            *threat_figures.bound_figure(reader, self.threats, self.estimates),
        ]

    @cached_property
    def sentences(self) -> list[str]:
        reader = self.reader
        why = pd.DataFrame(columns=["key", "indicator", "reason"])
        left = left_out.left_out(self.table, why, self.study.programme, self.lines, self.estimates)
        return [
            sentences.who_was_studied(reader, self.counts),
            sentences.primary_rule(reader),
            *sentences.findings(reader, self.estimates, left),
            *map(plain, sentences.limits(reader, self.estimates, self.balance).items),
            *sentences.spreads(reader, self.estimates),
            *sentences.change_sentences(reader, self.estimates),
            *verdicts.verdict_sentences(reader, self.grades, self.evidence),
        ]

    @cached_property
    def brief(self) -> list[str]:
        """What the one page says."""
        nothing = pd.DataFrame(
            columns=["part", "name", "unit", "value", "verdict", "id", "against", "statistic", "subject"]
        )
        nothing = nothing.assign(**dict.fromkeys([*Worth.__annotations__, *Held.__annotations__]))
        made = Brief(self.reader, self.grades, self.evidence, self.estimates, self.counts, *[nothing] * 4)
        lines = ["".join(run.text for run in line) for line in made.by_claim]
        cells = made.rows(made.claims).astype(str).to_numpy().ravel().tolist()
        return [*made.answer, *lines, *made.sureness, *made.advice, made.signs, made.message, *cells]

    @cached_property
    def text(self) -> str:
        """Everything that a reader sees."""
        cells = [
            str(cell) for one in self.exhibits for cell in one.data.astype(str).to_numpy().ravel().tolist()
        ]
        titles = [text for one in self.exhibits for text in (one.title, one.caption, one.alt or "")]
        return "\n".join([*self.sentences, *self.brief, *titles, *cells])

    def row(self, specification: str, estimand: str = "", *, arm: str = "", against: str = "") -> pd.Series:
        """The one estimate by a specification."""
        own = self.estimates[self.estimates["specification"] == specification]
        own = own[(own["arm"] == arm) & (own["against"] == against)]
        own = own[own["estimand"] == estimand] if estimand else own
        assert len(own) == 1
        return own.iloc[0]


def written(
    folder: Path,
    people: pd.DataFrame,
    design: str,
    columns: dict[str, tuple[str, str, str]],
    *,
    specifications: str = "",
    assignment: str = "randomised",
) -> None:
    """Write a programme and its delivery; ``columns``: name → type, time and use of its indicator."""
    programme, raw = folder / "programmes/trial", folder / "data/raw/trial"
    for place in (programme, raw, folder / "notebooks"):
        place.mkdir(parents=True, exist_ok=True)
    (programme / "choices.csv").write_text(CHOICES)
    rows = [["people", "id", "text", "id", "id", "id", "", "yes", "", "", "", "key", *[""] * 7]]
    lines = []
    for name, (kind, time, use) in columns.items():
        role = "group" if use == "group" else ""
        rows.append(["people", name, kind, name, name, name, "", "no", "", "", "", role, *[""] * 7])
        concept, stage = name.removesuffix("_before"), "outcome" if use == "effect" else "input"
        unit = "points" if kind == "decimal" else ""
        found = [name, concept, time, "", stage, stage, "copy", name, "", unit]
        family = "learning" if use == "effect" else ""
        lines.append([*found, "higher" if use == "effect" else "", family, use, *[name] * 4])
    with (programme / "codebook.csv").open("w", newline="") as stream:
        stream.write(CODEBOOK)
        csv.writer(stream).writerows(rows)
    with (programme / "indicators.csv").open("w", newline="") as stream:
        stream.write(INDICATORS)
        csv.writer(stream).writerows(lines)
    (programme / "corrections.csv").write_text("cohort,table,key,variable,old,new,who,when,why\n")
    text = PROGRAMME.format(design=design, specifications=specifications)
    (programme / "programme.yml").write_text(text)
    people.to_csv(raw / "people.csv", index=False)
    digest = hashlib.sha256((raw / "people.csv").read_bytes()).hexdigest()
    (raw / "SHA256SUMS").write_text(f"{digest}  people.csv\n")
    (raw / "cohort.yml").write_text(
        "cohort: trial\nprogramme: trial\nlabel: {en: The trial, id: Percobaan}\nkind: real\n"
        f"assignment: {assignment}\nunreadable: review\nfiles:\n  - {{file: people.csv, table: people}}\n"
        'period: {en: "2004", id: "2004"}\ndenominators: {because: {en: not known, id: tidak diketahui}}\n'
        "origin: made up for a test\nlicence: CC0-1.0\ncitation: none\n"
    )


def opened(folder: Path, language: str = "en") -> Told:
    """The study in a folder, cleaned and measured."""
    study = load_study("trial", root=folder)
    tables = clean_tables(study, read_raw(study))
    return Told(study, build(study, tables["people"].kept), language)


def invited(n: int = 400, *, effect: float = 0.0, seed: int = 3) -> pd.DataFrame:
    """People of whom half are invited; of the invited two in three come, the abler rather, and of the others
    one in twenty. Some have no score.
    """
    rng = np.random.default_rng(seed)
    able, lot = rng.normal(size=n), rng.permutation(np.arange(n) % 2)
    came = np.where(lot == 1, able + rng.normal(size=n) > -0.6, rng.random(n) < 0.05).astype(int)
    score = 50 + 8 * able + effect * came + rng.normal(scale=6, size=n)
    people = pd.DataFrame(
        {
            "id": [f"p{number}" for number in range(n)],
            "invited": lot,
            "came": came,
            "score_before": (48 + 5 * able + rng.normal(scale=8, size=n)).round(2),
            "score": score.round(2),
        }
    )
    people.loc[rng.choice(n, 20, replace=False), "score"] = np.nan
    return people


def classes(n: int = 450, *, seed: int = 5) -> pd.DataFrame:
    """Pupils in three kinds of class, drawn by lot; small classes help, an aide does not. ``went`` is where
    they went: one in seven of those of an arm went to a regular class, a few to the other arm.
    """
    rng = np.random.default_rng(seed)
    kind = rng.permutation(np.array(["regular", "small", "aide"])[np.arange(n) % 3])
    able, moved = rng.normal(size=n), rng.random(n)
    went = np.where((kind != "regular") & (moved < 0.14), "regular", kind)
    went = np.where((kind == "aide") & (moved > 0.95), "small", went)
    score = 900 + 20 * able + 16 * (went == "small") + rng.normal(scale=20, size=n)
    people = pd.DataFrame(
        {
            "id": [f"p{number}" for number in range(n)],
            "class_type": kind,
            "went": went,
            "score_before": (450 + 12 * able + rng.normal(scale=12, size=n)).round(2),
            "score": score.round(2),
        }
    )
    people.loc[rng.choice(n, 24, replace=False), "score"] = np.nan
    return people


OFFERED = {
    "came": ("select_one yes_no", "fixed", "group"),
    "invited": ("integer", "fixed", "technical"),
    "score_before": ("decimal", "before", "covariate"),
    "score": ("decimal", "now", "effect"),
}
IN_ARMS = {
    "class_type": ("select_one class", "fixed", "group"),
    "score_before": ("decimal", "before", "covariate"),
    "score": ("decimal", "now", "effect"),
}
