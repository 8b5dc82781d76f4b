"""A finished report as a file to be sent: what a profile of readers may have, only where every check passes.

- ``public``: brief and report, in every language and format, with the data of their exhibits;
- ``partner``: these, the annex, all exhibits, and the estimates;
- ``internal``: everything that a run has made.

All are made of the one report, in which what rests on few people is hidden already (``report.gate``); a
profile adds nothing and shows nothing that the report does not.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatch
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from manfaat.analysis.study import load_study
from manfaat.base.dominance import RULE, Dominance
from manfaat.base.moments import day_of, moment
from manfaat.base.paths import private
from manfaat.base.problems import Problem, nearest, need, refuse
from manfaat.base.writing import written_whole
from manfaat.definitions.indicator import Indicator
from manfaat.definitions.study import Study
from manfaat.evaluation.contributors import dominated
from manfaat.report import attacker, marks, said, stated
from manfaat.report.gate import CONTRIBUTORS, LEVELS, named_in
from manfaat.report.leaving import (
    LEDGER,
    Tables,
    blocks_in,
    exhibits_in,
    ledger,
    read_ledger,
    tables_in,
    tables_told,
)
from manfaat.report.letters import lacking_languages
from manfaat.report.manifest import Contents, manifest
from manfaat.report.reader import Reader
from manfaat.run.files import languages_of, workings_of
from manfaat.run.fresh import state_of
from manfaat.run.languages import stem
from manfaat.run.staging import staging_folder

SUMS = "SHA256SUMS"
RELEASED = "released"  # below data/processed/<cohort>: the ledgers of what left
PAGES, KINDS = ("brief", "report", "annex"), (".html", ".pdf", ".docx")
MOST = 5  # problems of one check that are told one by one
LINK = re.compile(r'<a\b[^>]*\bhref="([\w-]+(?:\.\w+)*\.html)(?:#[^"]*)?"[^>]*>(.*?)</a>', re.DOTALL)
EPOCH = (1980, 1, 1, 0, 0, 0)  # of every file in the archive: the same release has the same bytes


@dataclass(frozen=True)
class Profile:
    """What some readers get: the layers, whether exhibits of no layer too, and what is left out."""

    layers: tuple[str, ...]
    more: tuple[str, ...]  # files besides pages and exhibits
    left_out: tuple[str, ...]
    rule: Dominance = RULE  # above which a mean counts as that of few


PROFILES = {
    "internal": Profile(PAGES, ("*",), ()),
    "partner": Profile(PAGES, ("exhibits/*", "estimates.csv", "verdicts.csv"), ("record",)),
    "public": Profile(("brief", "report"), (), ("record", "annex")),
}


@dataclass(frozen=True)
class Candidate:
    """A release that is about to be built: of which study, for whom, and which former ledgers it is held
    against.
    """

    study: Study
    profile: str
    beside: tuple[str, ...] = ()  # cohorts of which some people are in this one too
    languages: tuple[str, ...] = field(default=())

    @property
    def name(self) -> str:
        """Day and profile."""
        return f"{day_of(moment()).isoformat()}-{self.profile}"

    @property
    def folder(self) -> Path:
        """The finished report."""
        return self.study.places.reports

    @cached_property
    def blocks(self) -> dict[str, list[dict[str, Any]]]:
        """What the pages say, by language."""
        made = blocks_in(workings_of(self.study))
        names = {code: f"{stem(at, code, 'blocks')}.json" for at, code in enumerate(self.languages)}
        return {code: made[name] for code, name in names.items() if name in made}

    @cached_property
    def exhibits(self) -> dict[str, tuple[str, str]]:
        """Number and layer of every exhibit."""
        return exhibits_in(next(iter(self.blocks.values()), []))

    @cached_property
    def files(self) -> dict[str, Path]:
        """The files that the profile lets leave, by their names."""
        found = {
            path.relative_to(self.folder).as_posix(): path
            for path in sorted(self.folder.rglob("*"))
            if path.is_file()
        }
        return {name: path for name, path in found.items() if self.holds(name)}

    def holds(self, name: str) -> bool:
        """Whether a file of the report leaves."""
        own, path = PROFILES[self.profile], Path(name)
        if any(fnmatch(name, pattern) for pattern in own.more):
            return True
        if len(path.parts) == 1:
            return path.suffix in KINDS and path.name.partition(".")[0] in own.layers
        exhibit = path.name.partition(".")[0]
        return path.parts[0] == "exhibits" and self.exhibits.get(exhibit, ("", ""))[1] in own.layers

    @cached_property
    def tables(self) -> Tables:
        """What the files that leave tell: their CSV files, and the tables of the pages that have none."""
        files = {
            name: pd.read_csv(path, dtype=str, keep_default_na=False)
            for name, path in self.files.items()
            if name.endswith(".csv")
        }
        pages = tables_in(self.folder, PROFILES[self.profile].layers)
        labels = {label for name, (label, _) in self.exhibits.items() if f"exhibits/{name}.csv" in files}
        main = {f"{stem(0, self.languages[0], layer)}.html" for layer in PAGES}
        bare = {
            place: table
            for place, table in pages.items()
            if place.partition(" ")[0] in main and place.partition(" ")[2] not in labels
        }
        return files | bare

    @cached_property
    def ledger(self) -> pd.DataFrame:
        """Every number that leaves; what further languages say are the same numbers."""
        return ledger(self.tables, self.exhibits, self.firms)

    @cached_property
    def contributors(self) -> pd.DataFrame:
        """Who stands behind each mean, as the run wrote it down for the house."""
        return pd.read_parquet(self.study.places.processed / f"{CONTRIBUTORS}.parquet")

    @cached_property
    def firms(self) -> dict[str, int]:
        """Of how many firms the people of the smaller side are, by name of an indicator, what it measures and
        what it is called.
        """
        sides = self.contributors[self.contributors["group"].isin(["participants", "comparison"])]
        fewest = sides.groupby("name")["firms"].min().dropna().astype(int).to_dict()
        found: dict[str, int] = {}
        for line in [line for line in self.study.indicators if line.name in fewest]:
            for word in called(line, self.languages):
                found[word] = min(fewest[line.name], found.get(word, fewest[line.name]))
        return found

    @cached_property
    def declared(self) -> frozenset[str]:
        """The numbers of the definition files and of the run's parameters."""
        paths = [*sorted(self.study.definitions.glob("*")), self.study.places.raw / "cohort.yml"]
        texts = [path for path in paths if path.is_file() and path.suffix in (".yml", ".md")]
        record = json.loads((self.folder / "run.json").read_text(encoding="utf-8"))
        told = [*(path.read_text("utf-8", "replace") for path in texts), json.dumps(record["parameters"])]
        return stated.declared_in(told)

    @cached_property
    def former(self) -> dict[str, pd.DataFrame]:
        """The ledgers of what left before, for readers outside the house, by cohort, day and profile; not the
        one that this release takes the place of.
        """
        processed, own = self.study.places.data / "processed", self.study.cohort.cohort
        found = {}
        for cohort in (own, *self.beside):
            for path in sorted((processed / cohort / RELEASED).glob("*.csv")):
                if not path.stem.endswith("-internal") and (cohort, path.stem) != (own, self.name):
                    found[path.stem if cohort == own else f"{cohort} {path.stem}"] = read_ledger(path)
        return found


Check = Callable[[Candidate], Iterator[Problem]]


def is_fresh(one: Candidate) -> Iterator[Problem]:
    """Whether the report is what a run would make again."""
    state, cohort = state_of(one.study.places), one.study.cohort.cohort
    if not state.is_fresh:
        yield Problem(
            "report", f"it is not fresh: {state.because}", expected=f"manfaat run {cohort}, then once more"
        )


def adds_up(one: Candidate) -> Iterator[Problem]:
    """Whether every row delivered is kept or set aside by a rule, and those kept are in the clean tables."""
    rows = pd.read_csv(one.folder / "ledger_rows.csv", keep_default_na=False)
    for name, own in rows.groupby("table", sort=False):
        kept = int(own.loc[own["entry"] == "rows kept", "rows"].sum())
        rest = int(own.loc[own["entry"] != "rows kept", "rows"].sum())
        if kept != rest:
            yield Problem("ledger", f"the rows of '{name}' do not add up: {rest} remain, and {kept} are kept")
        path = one.study.places.processed / f"{name}.parquet"
        there = len(pd.read_parquet(path, columns=[])) if path.is_file() else kept
        if there != kept:
            yield Problem("ledger", f"'{name}' has {there} clean rows, and the ledger {kept}")


def says_its_numbers(one: Candidate) -> Iterator[Problem]:
    """Whether prose and tables of each language tell the numbers of the files."""
    texts = {name: [""] for name in ("estimate", "ci_low", "ci_high")}
    path = one.folder / "estimates.csv"
    estimates = pd.read_csv(path, dtype={"rater": "str"}, keep_default_na=False, na_values=texts)
    told = tables_in(one.folder, ())
    for code, blocks in one.blocks.items():
        reader = Reader(code, one.study)
        for text in said.unlike(reader, blocks, told):
            yield Problem("claims", f"no table has the numbers of the sentence: … {text}", column=code)
        folder = stated.Folder(blocks, told, one.declared)
        for found in folder.lacking(reader):
            text = f"nothing tells the number {found.digits} of the sentence: … {found.around.strip()} …"
            yield Problem("claims", text, column=code)
        for text in said.untold(reader, blocks, estimates):
            yield Problem("claims", f"no table of the pages tells the primary estimate {text}", column=code)


def gives_nobody_away(one: Candidate) -> Iterator[Problem]:
    """Whether an attacker who holds the release, and former ones, recovers anybody. Of public data there is
    nothing to recover.
    """
    if not one.study.cohort.is_confidential:
        return
    former = [] if one.profile == "internal" else [tables_told(lines) for lines in one.former.values()]
    tables = {**one.tables, **tables_told(one.ledger)}
    for found in attacker.attack_tables(tables, former):
        yield Problem("disclosure", str(found))


def is_of_many(one: Candidate) -> Iterator[Problem]:
    """Whether no mean is told of which few people or firms have nearly all, by the rule of the profile."""
    if not one.study.cohort.is_confidential:
        return
    names = dominated(one.contributors, PROFILES[one.profile].rule)
    lines = [line for line in one.study.indicators if line.name in names]
    told = {word for line in lines for word in called(line, one.languages)}
    for place, table in one.tables.items():
        key = next((name for name in ("name", "indicator", "label") if name in table), "")
        own = table[table[key].isin(told)] if key else table.head(0)
        shown = [
            name for name in (*LEVELS, "mean_text") if name in own and own[name].str.match(r"[^–]").any()
        ]
        if shown:
            text = f"'{shown[0]}' tells amounts of which few people or firms have nearly all"
            yield Problem("disclosure", text, column=place)


def called(line: Indicator, languages: tuple[str, ...]) -> tuple[str, ...]:
    """What tables call an indicator: its name, what it measures, its label in each language."""
    return line.name, line.indicator, *(line.label(code) for code in languages)


def is_translated(one: Candidate) -> Iterator[Problem]:
    """Whether the report is there in every language of the programme, and each has the same exhibits."""
    for code in one.languages:
        if code not in one.blocks:
            yield Problem("translations", f"the report is not there in the language '{code}'")
    first = {
        block["name"]: numbers_of(block) for block in next(iter(one.blocks.values()), []) if block.get("name")
    }
    for code, blocks in list(one.blocks.items())[1:]:
        own = {block["name"]: numbers_of(block) for block in blocks if block.get("name")}
        for name in sorted({*first, *own}):
            if first.get(name) != own.get(name):
                yield Problem("translations", f"the exhibit '{name}' says other numbers in '{code}'")
    yield from (Problem("translations", text) for text in lacking_languages(one.study))


def numbers_of(block: dict[str, Any]) -> list[float]:
    """The numbers in the cells of a table."""
    cells = [cell for row in block.get("rows", ()) for cell in row]
    return sorted(cell["value"] for cell in cells if "value" in cell)


def names_nobody(one: Candidate) -> Iterator[Problem]:
    """Whether nothing that identifies people or machines stands in any file."""
    for name, kind, text in named_in(one.study, one.files):
        yield Problem("identifiers", f"{kind} stands in it ({len(text)} letters)", column=name)


def can_be_listened_to(one: Candidate) -> Iterator[Problem]:
    """Whether every page has the marks that those need who listen."""
    for name, path in one.files.items():
        parts = name.split(".")
        if path.suffix == ".html" and parts[0] in PAGES:
            code = parts[1] if len(parts) > 2 else one.languages[0]  # report.id.html
            yield from (
                Problem("accessibility", text, column=name) for text in marks.lacking_marks(path, code)
            )


CHECKS: tuple[Check, ...] = (
    *(is_fresh, adds_up, says_its_numbers, gives_nobody_away, is_of_many, is_translated, names_nobody),
    can_be_listened_to,
)


def faults(one: Candidate) -> Iterator[Problem]:
    """Everything because of which there is no release; of many of one check the first, and how many more."""
    for check in CHECKS:
        found = list(check(one))
        yield from found[:MOST]
        if len(found) > MOST:
            yield Problem(found[0].file, f"and {len(found) - MOST} more of this kind")


def release(
    cohort: str,
    profile: str,
    output: Path,
    *,
    places: dict[str, str],
    root: Path,
    beside: tuple[str, ...] = (),
) -> tuple[Path, int]:
    """Build the release of a cohort's report below ``output``; return its path and how many files it holds.

    ``places`` : ``data_dir`` and ``reports_dir``.

    Raises
    ------
    ProblemsError with every reason against it; then nothing was written.
    """
    expected = nearest(profile, PROFILES)
    need(profile in PROFILES, Problem(f"profile '{profile}'", "there is no such profile", expected=expected))
    study = load_study(cohort, root=root, data_dir=places["data_dir"], reports_dir=places["reports_dir"])
    one = Candidate(study, profile, beside, languages_of(study))
    refuse(faults(one))
    target = output / f"{cohort}-{profile}.zip"
    with staging_folder(study.places) as folder:
        names = gather(one, folder)
        with written_whole(target) as path:
            pack(folder, names, path, target.stem)
        kept = private(study.places.processed / RELEASED) / f"{one.name}.csv"
        with written_whole(kept) as path:
            shutil.copyfile(folder / LEDGER, path)
    return target, len(names)


def gather(one: Candidate, folder: Path) -> list[str]:
    """Put together the files of a release, its ledger, its manifests and their checksums; return their
    names.
    """
    for name, path in one.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".html":
            (folder / name).write_text(
                without_dead_ends(path.read_text("utf-8"), {*one.files}), encoding="utf-8"
            )
        else:
            shutil.copyfile(path, folder / name)
    one.ledger.to_csv(folder / LEDGER, index=False)
    sizes = {name: path.stat().st_size for name, path in one.files.items()}
    contents = Contents(one.profile, sizes, one.ledger, PROFILES[one.profile].left_out, tuple(one.former))
    for at, code in enumerate(one.languages):
        text = manifest(Reader(code, one.study), contents, day_of(moment()))
        (folder / f"{stem(at, code, 'manifest')}.txt").write_text(text, encoding="utf-8")
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    sums = [f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}" for name in names]
    (folder / SUMS).write_text("\n".join(sums) + "\n", encoding="utf-8")
    return [*names, SUMS]


def without_dead_ends(page: str, files: set[str]) -> str:
    """A page whose links to pages that are not sent with it are words."""
    return LINK.sub(lambda link: link[0] if link[1] in files else link[2], page)


def pack(folder: Path, names: list[str], target: Path, top: str) -> None:
    """Pack files into an archive, below a folder of its name."""
    with zipfile.ZipFile(target, "w") as packed:
        for name in names:
            entry = zipfile.ZipInfo(f"{top}/{name}", EPOCH)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            packed.writestr(entry, (folder / name).read_bytes())
