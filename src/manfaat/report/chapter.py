"""What a notebook holds while it runs: the study, the reader's language, and the exhibits shown so far."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path

import numpy as np
import pandas as pd

from manfaat.analysis.plan import note_look
from manfaat.analysis.study import load_study, undelivered_tables
from manfaat.base import disclosure
from manfaat.base.once import Computed, once
from manfaat.base.parameters import check_session, scientific
from manfaat.base.paths import NOTEBOOKS, find_root
from manfaat.base.strict import json_text
from manfaat.base.writing import written_whole
from manfaat.cleaning import CleanTable, take_apart, write_cells
from manfaat.cleaning.kinds import kinds_of
from manfaat.cleaning.threads import at_once
from manfaat.definitions.freshness import Shelf
from manfaat.definitions.study import Study
from manfaat.evaluation.estimate import COLUMNS, SIDES, Settings
from manfaat.report import gate
from manfaat.report.blocks import Bullets, Figure, Heading, Paragraph, Table
from manfaat.report.exhibit import Exhibit, block_of
from manfaat.report.figures.style import set_thesis_style
from manfaat.report.reader import Reader
from manfaat.report.review_list import review_list
from manfaat.report.sharing import publish


@dataclass
class Chapter:
    """One notebook of one cohort.

    ``number`` is the notebook's own; exhibits are counted within it in the order shown, and an exhibit shown
    again keeps its number. Everything is written below ``data/processed/<cohort>/scratch/``, unless ``manfaat
    run`` is at work: it alone publishes.
    """

    name: str
    reader: Reader
    numbers: dict[str, str] = field(default_factory=dict)
    parameters: dict[str, object] = field(default_factory=dict)

    @property
    def study(self) -> Study:
        """The cohort's definitions."""
        return self.reader.study

    @cached_property
    def shelf(self) -> Shelf:
        """The tables of the other notebooks, with what each was made from."""
        return Shelf(self.study.places, self.study.sources, self.parameters)

    @property
    def output(self) -> Path:
        """Folder of this session's figures and numbers: outside a run it lies among what is confidential."""
        if not self.study.places.is_published:
            self.study.places.make_private()
        return self.study.places.output

    @property
    def number(self) -> str:
        """The number of the notebook."""
        return str(int(self.name[:2]))

    def once(self, what: str, compute: Callable[[], Computed]) -> Computed:
        """Compute something that no language changes; in a run of several languages for all of them.

        ``what`` : tells it from all else that the notebook computes so, with every choice that it rests on.
        """
        return once(self.study.places.shared, f"{self.name} {what}", compute)

    def show(self, *exhibits: Exhibit) -> None:
        """Number and display exhibits, and keep each one's data, picture and words under ``exhibits/`` of the
        report.
        """
        for exhibit in exhibits:
            block = block_of(exhibit, self.label(exhibit), f"{self.name[:2]}-{exhibit.id}")
            self.save(block, exhibit)
            publish(block)

    def label(self, exhibit: Exhibit) -> str:
        """Return 'Figure 4.2', counting figures and tables apart.

        Raises
        ------
        ValueError for a figure and a table of the same id: they would share a number and overwrite each
        other's files.
        """
        if exhibit.layer == "brief":
            return ""  # one page, one figure
        word = self.reader.say("Figure") if exhibit.is_figure else self.reader.say("Table")
        if not self.numbers.get(exhibit.id, word).startswith(word):
            raise ValueError(f"a figure and a table of the chapter are both called '{exhibit.id}'")
        if exhibit.id not in self.numbers:
            place = 1 + sum(label.startswith(word) for label in self.numbers.values())
            self.numbers[exhibit.id] = f"{word} {self.number}.{place}"
        return self.numbers[exhibit.id]

    def save(self, block: Figure | Table, exhibit: Exhibit) -> None:
        """Write the exhibit's data (CSV), picture (SVG) and words (JSON)."""
        folder = self.output / "exhibits"
        folder.mkdir(parents=True, exist_ok=True)
        disclosure.check_exhibit(exhibit.data).to_csv(folder / f"{block.name}.csv", index=False)
        pictures = {"": exhibit.svg, "-phone": exhibit.narrow}
        for name, picture in pictures.items():
            if picture:
                (folder / f"{block.name}{name}.svg").write_bytes(picture)
        words = {
            "number": block.label,
            "title": exhibit.title,
            "caption": exhibit.caption,
            "alt": exhibit.alt,
        }
        (folder / f"{block.name}.json").write_text(json_text(words), encoding="utf-8")

    def told(self, table: pd.DataFrame) -> pd.DataFrame:
        """Exact numbers as finely as the report may tell them; see ``gate``."""
        return gate.told(self.study, table)

    def blocks(self, blocks: list[Heading | Paragraph | Bullets]) -> None:
        """Display headings, paragraphs and lists in their order."""
        for block in blocks:
            publish(block)

    def write(self, table: pd.DataFrame, name: str) -> None:
        """Write a table about people to the confidential folder, whole or not at all, and what it was made
        from.
        """
        self.study.places.make_private()
        target = self.study.places.tables / f"{name}.parquet"
        with written_whole(target) as path:  # statistics take a third of the time; no reader looks at them
            table.to_parquet(path, index=False, write_statistics=False)
        self.shelf.written(self.study.places.tables, f"{name}.parquet", self.name)

    def write_csv(self, table: pd.DataFrame, name: str) -> None:
        """Write numbers that hold no people to the folder of this session's figures and estimates, and what
        they were made from.
        """
        target = self.output / name
        target.parent.mkdir(parents=True, exist_ok=True)
        told = SIDES if "arm" in table else ()
        unsaid = [side for side in told if side in table and table[side].isin(["", np.nan]).all()]
        disclosure.check_exhibit(table.drop(columns=unsaid)).to_csv(target, index=False)
        self.shelf.written(self.study.places.output, name, self.name)

    def write_clean(self, part: CleanTable) -> None:
        """Write one cleaned table with its ledgers, and apart from it what identifies people."""
        shared, secret, aside = take_apart(part)
        folder, tables = self.study.places.tables, {part.name: part.kept}
        tables |= {f"{part.name}_{name}": getattr(shared, name) for name in ("aside", "reasons", "findings")}
        ledgers = {folder / f"{part.name}_cells.parquet": shared}
        if len(part.identifiers.columns) > 1:
            tables |= {f"identifiers/{part.name}": part.identifiers, f"identifiers/{part.name}_aside": aside}
            ledgers[folder / "identifiers" / f"{part.name}_cells.parquet"] = secret
        self.study.places.make_private()
        for path in ledgers:
            path.parent.mkdir(parents=True, exist_ok=True)
        at_once(
            *(partial(write_cells, ledger, path) for path, ledger in ledgers.items()),
            *(partial(self.write, table, name) for name, table in tables.items()),
        )
        for path in (folder / "identifiers").glob("*"):  # who is meant by a key
            path.chmod(0o600)
        for path in ledgers:
            self.shelf.written(folder, path.relative_to(folder).as_posix(), self.name)

    def write_review(self, tables: dict[str, CleanTable]) -> None:
        """Write what a person must decide, row by row and by kind, to be filled in and read back; and once
        more, as it is before anybody opens it.
        """
        lines = review_list(self.reader, tables)
        self.write(lines, "review_list")
        for name, table in {"review": lines, "review_kinds": kinds_of(lines)}.items():
            disclosure.without_formulas(table).to_csv(
                self.study.places.tables / f"{name}.csv", index=False, encoding="utf-8-sig"
            )  # with the mark, spreadsheets read UTF-8

    def write_list(self, table: pd.DataFrame, name: str) -> None:
        """Write a list about people that a person works through to the confidential folder, as CSV."""
        self.study.places.make_private()
        self.study.places.tables.mkdir(exist_ok=True)
        disclosure.without_formulas(table).to_csv(self.study.places.tables / f"{name}.csv", index=False)

    def write_summary(self, table: pd.DataFrame, name: str) -> None:
        """Write a summary that holds no people."""
        self.write_csv(table, f"{name}.csv")

    def settings(self, *, confidence: float, power: float, seed: int, draws: int) -> Settings:
        """The choices of a run, with what the cohort says of itself."""
        cohort = self.study.cohort
        return Settings(
            cohort.cohort,
            cohort.assignment,
            self.study.primary,
            confidence=confidence,
            power=power,
            seed=seed,
            draws=draws,
            trained=cohort.denominators.trained,
        )

    def write_estimates(self, *parts: pd.DataFrame, name: str | None = None) -> None:
        """Write estimates, under the notebook's name unless another is given."""
        filled = [part for part in parts if len(part)] or list(parts[:1])
        self.write_csv(pd.concat(filled, ignore_index=True), name or f"estimates/{self.name}.csv")

    def read(self, name: str) -> pd.DataFrame:
        """Read a table that an earlier notebook wrote.

        Raises
        ------
        ProblemsError naming the notebook to run first, where it has not been or has been before something
        changed.
        """
        return pd.read_parquet(
            self.shelf.open(
                f"{name}.parquet", "02_indicators" if name.startswith("indicators") else "01_clean"
            )
        )

    def read_summary(self, name: str, notebook: str) -> pd.DataFrame:
        """Read a summary that an earlier notebook wrote.

        Raises
        ------
        ProblemsError naming the notebook to run first, where it has not been or has been before something
        changed.
        """
        return pd.read_csv(self.shelf.open(f"{name}.csv", notebook))

    def read_delivered(self, table: str | None, suffix: str = "") -> pd.DataFrame | None:
        """Read what ``01_clean`` wrote of a table; None where the programme has no such table or the delivery
        no file for it.
        """
        return None if table is None or table in undelivered_tables(self.study) else self.read(table + suffix)

    def read_estimates(self, *, within: bool = False) -> pd.DataFrame:
        """Gather the estimates of all notebooks that estimate; where wanted, with those ``within`` declared
        subgroups, which speak for nobody else.
        """
        paths = [self.shelf.open(f"estimates/{name}.csv", name) for name in ESTIMATING]
        texts = {
            column: str
            for column in (
                "rater",
                *SIDES,
                "subgroup",
                "reasons",
                "effect_size_kind",
                "p_adjusted_kind",
                "treatment",
                "unit",
            )
        }
        frames = [
            pd.read_csv(path, dtype=texts, keep_default_na=False, na_values={c: [""] for c in NUMBERS})
            for path in paths
        ]
        whole = pd.concat([frame for frame in frames if len(frame)], ignore_index=True)
        told = {side: whole[side].fillna("") if side in whole else "" for side in SIDES}
        found = whole.assign(**told)[[*COLUMNS, *whole.columns.difference(COLUMNS, sort=False)]]
        worth = self.study.programme.worth
        if not within or worth is None or worth.benefit.by_subgroup is None:
            return found
        rows = self.read_threats()
        rows = rows[rows["statistic"] == "within"]
        numbers = rows[["value", "ci_low", "ci_high", "n"]].apply(pd.to_numeric)
        rows = rows[["indicator", "rater", "arm", "specification"]].assign(
            subgroup=rows["detail"], is_primary=False
        )
        return pd.concat([found, rows.join(numbers.rename(columns={"value": "estimate"}))], ignore_index=True)

    def read_threats(self) -> pd.DataFrame:
        """Gather what threatens the estimates, from all notebooks that looked; no rows where none did."""
        frames = []
        for name in ESTIMATING:
            beside = self.shelf.open(f"estimates/{name}.csv", name).parents[1]
            for path in sorted((beside / "threats").glob(f"{name}*.csv")):
                frames.append(
                    pd.read_csv(
                        self.shelf.open(path.relative_to(beside).as_posix(), name),
                        keep_default_na=False,
                        dtype="str",
                    )
                )
        frames = [frame for frame in frames if {"threat", "passed"} <= set(frame)]
        if not frames:
            return pd.DataFrame(columns=["indicator", "rater", "arm", "specification", "threat", "passed"])
        whole = pd.concat(frames, ignore_index=True)
        return whole.assign(arm=whole["arm"].fillna("") if "arm" in whole else "")


ESTIMATING = tuple(name for name in NOTEBOOKS if name[:2] in ("03", "04", "05"))
NUMBERS = [
    "n",
    "n_comparison",
    "n_missing",
    "mean_comparison",
    "sd_comparison",
    "percent_of_comparison",
    "estimate",
    "std_error",
    "df",
    "ci_low",
    "ci_high",
    "confidence",
    "p_value",
    "p_adjusted",
    "effect_size",
    "mde",
    "power",
]


def set_display() -> None:
    """Set how data frames and figures look, so that every kernel shows the same."""
    pd.set_option(
        "display.max_columns", 40, "display.max_rows", 60, "display.width", 160, "display.precision", 6
    )
    set_thesis_style()


def open_chapter(
    name: str, cohort: str, *, language: str = "en", data_dir: str = "data", reports_dir: str = "reports"
) -> Chapter:
    """Check the notebook's parameters, load the cohort's definitions, and clear what this notebook left in
    its own folder before.

    A finished report is read and never written: see ``Chapter``.

    Raises
    ------
    ProblemsError with every parameter that is wrong, or with every mistake in the definition files;
    ValueError for an unknown language.
    """
    set_display()
    parameters = scientific(check_session(name, find_root()))
    study = load_study(cohort, data_dir=data_dir, reports_dir=reports_dir)
    for old in (study.places.output / "exhibits").glob(f"{name[:2]}-*"):
        old.unlink()
    if name in ESTIMATING:
        note_look(study.places)  # whoever opens these sees results
    return Chapter(name, Reader(language, study), parameters=parameters)
