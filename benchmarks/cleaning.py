"""Cleaning with ledgers against merely reading and casting the same file, in one run on one machine.

A made-up delivery of 1,000,000 rows × 40 columns: ids, dates, Likert answers, rupiah as text, misspelt
categories. Ours reads it, cleans every cell by a codebook, keeps both ledgers, proves that the raw text can
be rebuilt and writes Parquet. DuckDB and polars read the same file, cast what can be cast, and write Parquet.
What counts is the ratio, and the peak memory.

    .venv/bin/python benchmarks/cleaning.py [--rows 1000000]    (needs duckdb and polars: pip install duckdb
    polars)
"""

from __future__ import annotations

import argparse
import importlib.util
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

ITEMS, MONEY, DATES, CATEGORIES = 24, 4, 3, 6
LEVELS = [
    "Operator",
    "operator",
    "Opertor",
    "OPERATOR ",
    "Leader",
    "leader",
    "Supervisor",
    "supervisior",
    "SPV",
    "Manager",
]


def delivery(rows: int, seed: int = 1) -> pd.DataFrame:
    """Make the raw table: 1 id, 24 items, 4 amounts, 3 dates, 6 categories, 2 texts."""
    rng = np.random.default_rng(seed)
    columns = {"resp_id": np.char.add("P", np.arange(rows).astype(str))}
    answers = np.array(["1", "2", "3", "4", "5", "Setuju", "setuju ", "-9", ""])
    for i in range(ITEMS):
        columns[f"item{i}"] = answers[
            rng.choice(9, rows, p=[0.1, 0.15, 0.2, 0.25, 0.2, 0.04, 0.02, 0.02, 0.02])
        ]
    amounts = rng.integers(4, 400, rows) * 25_000
    texts = np.array([f"Rp {v:,}".replace(",", ".") for v in range(0, 10_025_000, 25_000)])
    for i in range(MONEY):
        columns[f"wage{i}"] = texts[np.roll(amounts, i) // 25_000]
    days = pd.date_range("1990-01-01", "2004-12-31").strftime("%d/%m/%Y").to_numpy()
    for i in range(DATES):
        columns[f"date{i}"] = days[rng.integers(0, len(days), rows)]
    for i in range(CATEGORIES):
        columns[f"level{i}"] = np.array(LEVELS)[rng.integers(0, len(LEVELS), rows)]
    columns["note"] = np.where(rng.random(rows) < 0.9, "", "baik sekali")
    columns["village"] = np.char.add("Desa ", rng.integers(0, 5000, rows).astype(str))
    return pd.DataFrame(columns)


def ours(path: Path, *, chunked: bool = False) -> None:
    """Read, clean, keep the ledgers, prove them, write."""
    from manfaat import cleaning
    from manfaat.cleaning.readers import read_cohort
    from manfaat.cleaning.threads import at_once
    from manfaat.definitions.codebook import Choice, Codebook, Variable
    from manfaat.definitions.cohort import Cohort
    from manfaat.definitions.programme import Programme

    words = {"en": "x", "id": "x"}

    def variable(name: str, type: str, **more: str) -> Variable:
        return Variable.model_validate(
            {
                "table": "people",
                "name": name,
                "type": type,
                "source": name,
                "label::English (en)": name,
                "label::Bahasa Indonesia (id)": name,
                "required": "no",
                **more,
            }
        )

    agree = ["Sangat tidak setuju", "Tidak setuju", "Netral", "Setuju", "Sangat setuju"]
    choices = [
        Choice.model_validate(
            {
                "list_name": "agr",
                "name": str(i + 1),
                "label::English (en)": text,
                "label::Bahasa Indonesia (id)": text,
            }
        )
        for i, text in enumerate(agree)
    ]
    ladder = ["Operator", "Senior operator", "Leader", "Foreman", "Supervisor", "Section head", "Manager"]
    choices += [
        Choice.model_validate(
            {
                "list_name": "lvl",
                "name": str(i + 1),
                "label::English (en)": text,
                "label::Bahasa Indonesia (id)": text,
            }
        )
        for i, text in enumerate(ladder)
    ]
    variables = [variable("resp_id", "text", role="key")]
    variables += [variable(f"item{i}", "select_one agr", missing="-9=refused") for i in range(ITEMS)]
    variables += [variable(f"wage{i}", "money", unit="rp") for i in range(MONEY)]
    variables += [variable(f"date{i}", "date") for i in range(DATES)]
    variables += [variable(f"level{i}", "select_one lvl", ladder="titles") for i in range(CATEGORIES)]
    variables += [variable("note", "text"), variable("village", "text")]
    codebook = Codebook(tuple(variables), tuple(choices))
    programme = Programme.model_validate(
        {
            "programme": "trial",
            "title": words,
            "summary": words,
            "tables": {"people": {"label": words, "key": ["resp_id"]}},
            "units": {"rp": {"label": words, "currency": "IDR"}},
            "design": {
                "unit": {"one": words, "many": words},
                "group": "item0",
                "participants": ["1"],
                "times": {"now": words},
            },
            "specifications": [
                {"id": "a", "label": words, "method": "difference_in_means", "std_errors": ["HC1"]}
            ],
            "primary": {"randomised": "a", "observational": "a"},
        }
    )
    cohort = Cohort.model_validate(
        {
            "cohort": "c",
            "programme": "trial",
            "label": words,
            "kind": "synthetic",
            "assignment": "observational",
            "unreadable": "review",
            "files": [{"file": path.name, "table": "people"}],
            "period": words,
            "denominators": {},
            "origin": "o",
            "licence": "l",
            "citation": "c",
        }
    )
    instructions = cleaning.Instructions("people", programme, codebook, cohort)
    if chunked:
        from manfaat.cleaning.chunks import clean_in_chunks

        totals = clean_in_chunks(path, cohort.files[0], instructions, path.parent / "out")
        print(
            f"{sum(totals.cells.values()):,} changed cells, {totals.to_decide:,} to decide,"
            f" {dict(totals.rows)}",
            file=sys.stderr,
        )
        return
    raw = read_cohort(path.parent, cohort, codebook, root=path.parent).tables["people"]
    table = cleaning.clean_table(raw, instructions)
    cleaning.check_ledger(table, raw, variables)
    at_once(
        partial(cleaning.write_cells, table, path.with_suffix(".cells.parquet")),
        partial(table.kept.to_parquet, path.with_suffix(".ours.parquet"), write_statistics=False),
    )
    print(f"{len(table.changed):,} changed cells, {len(table.review):,} to decide", file=sys.stderr)


def duckdb(path: Path) -> None:
    """Read and cast with DuckDB."""
    import duckdb as engine

    items = ", ".join(f"try_cast(item{i} AS INTEGER) AS item{i}" for i in range(ITEMS))
    wages = ", ".join(
        f"try_cast(replace(replace(wage{i}, 'Rp ', ''), '.', '') AS BIGINT) AS wage{i}" for i in range(MONEY)
    )
    dates = ", ".join(f"try_strptime(date{i}, '%d/%m/%Y') AS date{i}" for i in range(DATES))
    rest = ", ".join(f"lower(trim(level{i})) AS level{i}" for i in range(CATEGORIES))
    engine.sql(
        f"COPY (SELECT resp_id, {items}, {wages}, {dates}, {rest}, note, village FROM read_csv('{path}',"
        f" all_varchar=true)) TO '{path.with_suffix('.duckdb.parquet')}' (FORMAT parquet, COMPRESSION zstd)"
    )


def polars(path: Path) -> None:
    """Read and cast with polars."""
    import polars as pl

    frame = pl.read_csv(path, infer_schema_length=0)
    frame.with_columns(
        [pl.col(f"item{i}").cast(pl.Int32, strict=False) for i in range(ITEMS)]
        + [
            pl.col(f"wage{i}")
            .str.replace("Rp ", "", literal=True)
            .str.replace_all(".", "", literal=True)
            .cast(pl.Int64, strict=False)
            for i in range(MONEY)
        ]
        + [pl.col(f"date{i}").str.to_date("%d/%m/%Y", strict=False) for i in range(DATES)]
        + [pl.col(f"level{i}").str.strip_chars().str.to_lowercase() for i in range(CATEGORIES)]
    ).write_parquet(path.with_suffix(".polars.parquet"))


WAYS = {"ours": ours, "chunks": lambda path: ours(path, chunked=True), "duckdb": duckdb, "polars": polars}


def peak_memory() -> float:
    """Peak memory of this process alone, in GB (Linux; a child's ``ru_maxrss`` would begin at its
    parent's).
    """
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1e6


def measure(way: str, path: Path) -> tuple[float, float]:
    """Run one way in a process of its own; return seconds (without Python's start) and peak memory in GB."""
    done = subprocess.run(
        [sys.executable, __file__, "--way", way, "--file", str(path)],
        capture_output=True,
        text=True,
        check=True,
    )
    sys.stderr.write(done.stderr)
    seconds, peak = done.stdout.split()
    return float(seconds), float(peak)


def main() -> None:
    """Make the file, run each way, print seconds, peak memory and the ratio to the faster peer."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--ours", nargs="+", choices=["ours", "chunks"], default=["ours", "chunks"])
    parser.add_argument("--way", choices=list(WAYS))
    parser.add_argument("--file", type=Path)
    arguments = parser.parse_args()
    if arguments.way:
        began = time.perf_counter()
        WAYS[arguments.way](arguments.file)
        print(time.perf_counter() - began, peak_memory())
        return
    peers = [name for name in ("duckdb", "polars") if importlib.util.find_spec(name)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "delivery.csv"
        for start in range(0, arguments.rows, 1_000_000):
            part = delivery(min(1_000_000, arguments.rows - start), seed=start + 1)
            part["resp_id"] = np.char.add("P", np.arange(start, start + len(part)).astype(str))
            part.to_csv(path, index=False, mode="a", header=start == 0)
        import hashlib

        (Path(folder) / "SHA256SUMS").write_text(
            f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n"
        )
        print(f"{arguments.rows:,} rows, {path.stat().st_size / 1e6:.0f} MB")
        found = {name: measure(name, path) for name in (*arguments.ours, *peers)}
    for name, (seconds, peak) in found.items():
        print(f"{name:7s} {seconds:6.1f} s   {peak:.2f} GB")
    if peers:
        print(
            f"ratio   {found[arguments.ours[0]][0] / min(found[name][0] for name in peers):.1f} to the faster"
            f" of {' and '.join(peers)}"
        )


if __name__ == "__main__":
    main()
