"""Do the intervals cover? Write the last section of ``docs/coverage.md``; run as ``python -m
manfaat.simulation.interval_runs``.

Each design is drawn in chunks with seeds of their own, which are kept under ``data/processed``: several can
run at once, and a run that was stopped goes on where it was.
"""

from __future__ import annotations

import argparse
import sys
import time
import zlib
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from manfaat.base import paths
from manfaat.base.writing import written_whole
from manfaat.simulation.coverage_page import num, rows_of
from manfaat.simulation.interval_laws import Cell, cells, sample_of
from manfaat.simulation.interval_tests import Trial, trials

if TYPE_CHECKING:
    import pandas as pd

    from manfaat.definitions.programme import Specification

CHUNK = 100
DRAWS = 499  # of the lottery, in each sample
LEAST, MOST = 0.93, 0.97  # coverage that is asked for
LARGEST_SIZE = 0.06  # of a test of 5 %
QUIET = 0.05  # share of the draws that are not doubted, below which their coverage is not judged
KEYS = ["what", "n", "estimator"]
HEADING = "## Do the intervals cover?"
ABOUT = """\
Samples drawn from laws of other studies (`src/manfaat/simulation/interval_laws.py`, `src/manfaat/simulation/interval_tests.py`), which share nothing with the simulated
cohorts; the truth is 0 in each. Standard errors are those that `auto` takes (column *error*), randomisation inference where it is named. *draws* is the number of samples;
*coverage* the share of 95 % intervals that hold the truth, *size* the share of p values below .05 (of a family: of the smallest adjusted one), both ± their
Monte-Carlo error; *SE/SD* the root mean square of the standard errors over the standard deviation of the estimates; *doubted* the share of draws whose row
says that the interval cannot be relied on, on which no verdict rests; *else* the coverage of the other draws; *missed* the share of all draws whose interval
misses the truth and is not doubted. Asked for: at most 7 % *missed* in every row, which is how often a report may be wrong without saying so; and 93 to 97 %
among the draws that are not doubted, where these are one draw in twenty or more. The second cannot always be had: a warning sees the sample alone, and the
draws of a skewed law that look even are those that have missed its tail."""  # noqa: E501


def specification(estimator: str, columns: dict[str, np.ndarray]) -> Specification:
    """The specification of an estimator named ``method``, ``method/ATE`` or ``method/randomisation``."""
    from manfaat.definitions.programme import Specification
    from manfaat.evaluation.registry import METHODS

    method, _, option = estimator.partition("/")
    covariates = [name for name in columns if name.startswith("x")]
    kinds = (
        ["randomisation"]
        if option == "randomisation"
        else ["AI"]
        if method == "nearest_neighbour"
        else ["auto"]
    )
    more = {"estimand": "ate" if option == "ATE" else "att"} if "ate" in METHODS[method].estimands else {}
    return Specification.model_validate(
        {
            "id": method.replace("_", "-"),
            "label": {"en": method, "id": method},
            "method": method,
            "std_errors": kinds,
            "covariates": covariates,
            **more,
        }
    )


def designs() -> list[Cell | Trial]:
    """All designs, in the order of the table."""
    return [*cells(), *trials()]


def one_draw(cell: Cell | Trial, seed: int) -> list[dict[str, object]]:
    """Estimates of one sample, one row an estimator: interval, p value and whether it is doubted; none where
    it is refused.
    """
    rng = np.random.default_rng([zlib.crc32(cell.what.encode()), cell.n, seed])
    rows = cell.draw(rng, cell.n) if isinstance(cell, Trial) else estimated(cell, rng, seed)
    return [{"what": cell.what, "n": cell.n, "seed": seed} | row for row in rows]


def estimated(cell: Cell, rng: np.random.Generator, seed: int) -> list[dict[str, object]]:
    """Rows of the estimators of one sample."""
    from manfaat.evaluation.estimate import Inference, Settings, margins
    from manfaat.evaluation.registry import METHODS
    from manfaat.evaluation.sample import NotApplicableError

    columns = cell.law(rng, cell.n)
    sample, settings, rows = sample_of(columns), Settings("trial", "randomised", "x"), []
    inference = Inference(draws=DRAWS, seed=seed, is_lottery="x1" not in columns)
    for estimator in cell.estimators:
        row: dict[str, object] = {"estimator": estimator}
        try:
            made = METHODS[estimator.partition("/")[0]].estimate(
                sample, specification(estimator, columns), inference
            )
            found = (next(iter(made.values())) if isinstance(made, dict) else made)[0][0]
        except NotApplicableError:
            rows.append(row | {"estimate": np.nan})
            continue
        low, high, p_value = margins(found, settings)
        doubted = any(reason.doubts for reason in found.reasons)
        rows.append(
            row
            | {
                "estimate": found.estimate,
                "std_error": found.std_error,
                "low": low,
                "high": high,
                "p": p_value,
                "kind": found.std_error_kind,
                "doubted": doubted,
            }
        )
    return rows


def run_chunk(place: int, first: int, folder: Path) -> int:
    """Draw one design some times and write the rows; returns how many."""
    import pandas as pd

    cell = designs()[place]
    rows = [row for seed in range(first, first + CHUNK) for row in one_draw(cell, seed)]
    with written_whole(file_of(cell, first, folder)) as path:
        pd.DataFrame(rows).to_parquet(path, index=False)
    return CHUNK


def file_of(cell: Cell | Trial, first: int, folder: Path) -> Path:
    """Where the rows of a chunk are kept."""
    return (
        folder / f"{zlib.crc32(repr((cell.what, cell.n, cell.estimators)).encode()):08x}-{first:05d}.parquet"
    )


def tabulate(rows: pd.DataFrame) -> pd.DataFrame:
    """Coverage, size and doubts of each design and estimator.

    Returns
    -------
    ``KEYS, draws`` (with an estimate), ``refused, kind, bias`` (in standard deviations), ``ratio`` (SE/SD),
    ``coverage, size, doubted, else`` (coverage of the draws that are not doubted), ``quiet`` (how many these
    are) and ``missed`` (share of all draws, not doubted and not covering).
    """
    import pandas as pd

    found = []
    for key, part in rows.groupby(KEYS, sort=False):
        told = part.dropna(subset=["estimate"])
        if told.empty:
            continue
        inside, quiet = (
            ((told["low"] <= 0) & (told["high"] >= 0)).astype("float64").where(told["low"].notna()),
            ~told["doubted"].astype(bool),
        )
        sd = told["estimate"].std(ddof=1)
        found.append(
            dict(zip(KEYS, key, strict=True))
            | {
                "draws": len(told),
                "refused": len(part) - len(told),
                "kind": told["kind"].mode()[0],
                "bias": told["estimate"].mean() / sd if sd > 0 else np.nan,
                "ratio": np.sqrt((told["std_error"] ** 2).mean()) / sd if sd > 0 else np.nan,
                "coverage": inside.mean(),
                "size": (told["p"] < 0.05).astype("float64").where(told["p"].notna()).mean(),
                "doubted": 1 - quiet.mean(),
                "else": inside[quiet].mean() if quiet.any() else np.nan,
                "quiet": int(quiet.sum()),
                "missed": ((inside == 0) & quiet).mean() if inside.notna().any() else np.nan,
            }
        )
    return pd.DataFrame(found)


def is_short(row: pd.Series) -> bool:
    """Whether draws that are not doubted cover too rarely, by more than twice the Monte-Carlo error; a
    twentieth of the draws is too few to say.
    """
    low = row["else"] + 2 * error_of(row["else"], row["quiet"]) < LEAST
    return bool(row["quiet"] >= QUIET * row["draws"] and low)


def is_silent(row: pd.Series) -> bool:
    """Whether intervals miss without a doubt too often, by more than twice the Monte-Carlo error."""
    return bool(row["missed"] - 2 * error_of(row["missed"], row["draws"]) > 1 - LEAST)


def is_wide(row: pd.Series) -> bool:
    """Whether they cover too often, by more than twice the Monte-Carlo error."""
    high = row["else"] - 2 * error_of(row["else"], row["quiet"]) > MOST
    return bool(row["quiet"] >= QUIET * row["draws"] and high)


def is_large(row: pd.Series) -> bool:
    """Whether a test without an interval rejects too often, by more than twice the Monte-Carlo error."""
    often = row["size"] - 2 * error_of(row["size"], row["draws"]) > LARGEST_SIZE
    return bool(np.isnan(row["coverage"]) and often)


def error_of(share: float, n: int) -> float:
    """Monte-Carlo error of a share."""
    return float(np.sqrt(share * (1 - share) / n)) if n else np.nan


def told(share: float, n: int) -> str:
    """A share in per cent with its Monte-Carlo error."""
    return "–" if not np.isfinite(share) else f"{100 * share:.1f} ± {100 * error_of(share, n):.1f}"


def listed(found: pd.DataFrame, column: str, count: str) -> str:
    """Rows by name, one line each."""
    return "\n".join(
        f"- {row['what']}, n = {row['n']}, {row['estimator'].replace('_', ' ')}:"
        f" {told(row[column], row[count])} %"
        for _, row in found.iterrows()
    )


def section(found: pd.DataFrame) -> str:
    """The section of the page."""
    head = [
        "design",
        "n",
        "estimator",
        "error",
        "draws",
        "bias/SD",
        "SE/SD",
        "coverage, %",
        "size, %",
        "doubted, %",
        "else, %",
        "missed, %",
    ]
    rows = [
        [
            row["what"],
            str(row["n"]),
            row["estimator"].replace("_", " "),
            row["kind"],
            str(row["draws"]),
            num(row["bias"], 2),
            num(row["ratio"], 2),
            told(row["coverage"], row["draws"]),
            told(row["size"], row["draws"]),
            f"{100 * row['doubted']:.0f}",
            told(row["else"], row["quiet"]),
            told(row["missed"], row["draws"]),
        ]
        for _, row in found.iterrows()
    ]
    silent, short, wide, large = (
        found[found.apply(judge, axis=1).astype(bool)] for judge in (is_silent, is_short, is_wide, is_large)
    )
    asked = found[found["coverage"].notna()]
    summary = (
        f"More than 7 % missed (by more than twice the Monte-Carlo error): {len(silent) or 'none'} of"
        f" {len(asked)} intervals."
    )
    full = int((found["draws"] + found["refused"] == 1_000).sum())
    summary += (
        f" {full} of {len(found)} rows have 1,000 samples, none fewer than"
        f" {int((found['draws'] + found['refused']).min())}."
    )
    parts = [summary, *([listed(silent, "missed", "draws")] if len(silent) else [])]
    if len(short):
        parts += [
            (
                "Draws that are not doubted cover less than 93 %, though within the Monte-Carlo error no more"
                " than 7 % of all draws are missed:"
            ),
            listed(short, "else", "quiet"),
        ]
    if len(wide):
        parts += ["Wider than they need be, with more than 97 %:", listed(wide, "else", "quiet")]
    if len(large):
        parts += [
            "Tests that reject in more than 6 of 100 and have no interval; reports do not rely on them:",
            listed(large, "size", "draws"),
        ]
    return "\n\n".join([HEADING, ABOUT, *parts, rows_of(head, rows)]) + "\n"


def with_section(page: str, text: str) -> str:
    """A page with this section as its last; one that is there is replaced."""
    return page.split(HEADING)[0].rstrip("\n") + "\n\n" + text


def gathered(folder: Path, draws: int) -> pd.DataFrame:
    """Rows of all designs in their order, of as many draws as there are, up to ``draws``."""
    import pandas as pd

    files = [
        path
        for cell in designs()
        for first in range(1, draws + 1, CHUNK)
        if (path := file_of(cell, first, folder)).exists()
    ]
    return pd.concat([pd.read_parquet(path) for path in files], ignore_index=True)


def main(arguments: list[str] | None = None) -> int:
    """Draw what is not there yet and write the section."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=1_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", default="", help="designs whose words contain this")
    parser.add_argument("--output", default="docs/coverage.md")
    parser.add_argument("--fresh", action="store_true", help="forget draws that are done")
    given = parser.parse_args(arguments)
    root = paths.find_root()
    folder = root / "data" / "processed" / "coverage" / "intervals"
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.glob("*.parquet") if given.fresh else ():
        path.unlink()
    wanted = [
        (place, first)
        for first in range(1, given.draws + 1, CHUNK)
        for place, cell in enumerate(designs())
        if given.only in cell.what and not file_of(cell, first, folder).exists()
    ]
    started, done = time.monotonic(), 0
    with ProcessPoolExecutor(given.workers) as pool:
        jobs = [pool.submit(run_chunk, place, first, folder) for place, first in wanted]
        for job in as_completed(jobs):
            done += job.result()
            print(f"{done} draws, {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
    output = root / given.output
    output.write_text(
        with_section(output.read_text(encoding="utf-8"), section(tabulate(gathered(folder, given.draws)))),
        encoding="utf-8",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
