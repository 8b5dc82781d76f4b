"""Damage one kind of delivery again and again and clean each: run by ``test_fuzz`` in a process of its own,
so that memory can be measured.

Usage: ``python fuzz_run.py kind seeds folder``. Prints one line of JSON: how many were refused, how many
ledgers closed, the slowest run in seconds, the most memory in bytes (of this process, and of those that it
started).
"""

from __future__ import annotations

import gc
import io
import json
import random
import re
import resource
import shutil
import sys
import time
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
from test_formats_safety import inside, mutated

from manfaat.base.problems import ProblemsError
from mess_cases import deliver

N = 40
WAGES = ["Rp 2.500.000", "2,5 juta", "1.000.000", "", "UMR", "-9"]
FRAME = pd.DataFrame(
    {
        "id": [f"P{n:03d}" for n in range(N)],
        "wage": [WAGES[n % 6] for n in range(N)],
        "day": [f"{1 + n % 28:02d}/{1 + n % 12:02d}/1998" for n in range(N)],
        "answer": [("Setuju", "4", "5", "")[n % 4] for n in range(N)],
        "note": ["kerja José baik" if n % 3 else "" for n in range(N)],
    }
)
ENCODINGS = ("utf-16-le", "utf-16", "cp1252", "shift-jis", "utf-32", "utf-7", "cp437", "latin-1", "utf-8-sig")


def content_of(kind: str, folder: Path) -> bytes:
    """The bytes of an undamaged file of one kind."""
    from test_formats_safety import valid

    path = folder / f"whole.{kind}"
    if kind == "csv":
        return FRAME.to_csv(index=False, sep=";").encode()
    if kind in ("xlsx", "ods"):
        FRAME.to_excel(path, index=False, engine="odf" if kind == "ods" else "openpyxl")
        return path.read_bytes()
    return valid(kind, folder)


def with_formulas(chance: random.Random) -> bytes:
    """A workbook with formulas without a value, some of them hostile, some far away."""
    book = openpyxl.Workbook()
    for row in [list(FRAME), *FRAME.to_numpy().tolist()]:
        book.active.append(row)
    texts = [
        "=B3*12",
        "=cmd|'/c calc'!A1",
        '=HYPERLINK("http://x.invalid","ya")',
        "=" + "(" * 500 + "1" + ")" * 500,
        "=A1:XFD1048576",
        '=REPT("x",32767)',
        "=NOW()",
        "=[1]S!A1",
        "=#REF!",
    ]
    for _ in range(chance.randrange(1, 30)):
        book.active.cell(chance.randrange(1, N + 3), chance.randrange(1, 7)).value = chance.choice(texts)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def bomb(chance: random.Random) -> bytes:
    """A workbook one part of which unpacks to hundreds of megabytes, or to ever deeper parts."""
    out = io.BytesIO()
    FRAME.to_excel(out, index=False)
    source, target = zipfile.ZipFile(out), io.BytesIO()
    victim = chance.choice([*source.namelist(), "xl/media/x.bin", "xl/worksheets/sheet2.xml"])
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            if name != victim:
                archive.writestr(name, source.read(name))
        with archive.open(victim, "w", force_zip64=True) as stream:
            for _ in range(chance.choice((60, 300))):
                stream.write(chance.choice((b"\0", b"<row><c><v>1</v></c></row>", b" ")) * 40_000)
    return target.getvalue()


def wide(chance: random.Random) -> bytes:
    """A text table of twenty thousand columns, some of them with the names of variables, some named alike."""
    names = [f"v{n % chance.choice((20_000, 19_990))}" for n in range(20_000)]
    names[chance.randrange(1000)], names[5_000], names[19_999] = "id", "wage", "note"
    return "\n".join(
        [",".join(names), *[",".join(str((row * n) % 7) for n in range(20_000)) for row in (1, 2)]]
    ).encode()


def damaged(kind: str, whole: bytes, seed: int) -> bytes:
    """One damaged file."""
    chance = random.Random(seed)
    if kind in ("formulas", "bomb", "wide"):
        return {"formulas": with_formulas, "bomb": bomb, "wide": wide}[kind](chance)
    way = seed % 5
    if way == 0:
        return whole[: chance.randrange(len(whole))]
    if way == 1 and kind == "csv":
        encoding = ENCODINGS[seed // 5 % len(ENCODINGS)]
        return FRAME.to_csv(index=False).encode(encoding, errors="replace")
    if way == 2:
        at = chance.randrange(len(whole))
        return whole[:at] + b"\0" * chance.choice((1, 7, 4096)) + whole[at:]
    return inside(whole, chance) if way == 3 and kind in ("xlsx", "ods") else mutated(whole, chance)


def most_memory() -> int:
    """The most memory that this process, or one that it started, ever held, in bytes.

    For itself not ``getrusage``: there, the maximum starts at what the process that started this one held.
    """
    own = int(re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text()).group(1))
    return max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) * 1024


def main(kind: str, seeds: int, folder: Path) -> None:
    """Run all seeds of one kind."""
    whole = b"" if kind in ("formulas", "bomb", "wide") else content_of(kind, folder)
    name = {"formulas": "f.xlsx", "bomb": "f.xlsx", "wide": "f.csv"}.get(kind, f"f.{kind}")
    refused = closed = 0
    slowest, told = 0.0, []
    gc.freeze()  # what was imported is not looked through again after each delivery
    for seed in range(seeds):
        place = folder / str(seed)
        started = time.monotonic()
        try:
            deliver(place, {name: damaged(kind, whole, seed)})  # refuses a ledger that does not close
            closed += 1
        except ProblemsError as failure:
            refused += 1
            told.append(str(failure))
        slowest = max(slowest, time.monotonic() - started)
        shutil.rmtree(place)
        gc.collect()  # each delivery by itself
    shown = sum(str(folder) in text for text in told)
    print(
        json.dumps(
            {
                "refused": refused,
                "closed": closed,
                "slowest": slowest,
                "memory": most_memory(),
                "paths_shown": shown,
            }
        )
    )


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
