"""Hold which counts of a table are hidden against Tau-Argus, the program of statistical offices, as its
package ``pytauargus`` (EUPL-1.2) brings it: it is no part of a report, so that the same report has the same
bytes on every machine.
"""

from __future__ import annotations

import importlib.util
from contextlib import chdir
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from manfaat.base.solving import given_away, linked, without_few_linked

TABLES = 60
RULE = "FREQ(5,100)"  # counts below 5; a hidden one may be anything from nothing to twice as many
MORE = 1.15  # so many times the people that Tau-Argus hides may be hidden at most


def drawn(seed: int) -> np.ndarray:
    """A random table of counts."""
    rng = np.random.default_rng(seed)
    rows, columns, people = (int(rng.integers(*ends)) for ends in ((2, 6), (2, 6), (40, 160)))
    shares = rng.dirichlet(np.full(rows * columns, 0.8))
    return rng.multinomial(people, shares).reshape(rows, columns).astype("float64")


def by_argus(counts: np.ndarray, folder: Path) -> np.ndarray | None:
    """Which counts Tau-Argus hides; None where it hides a total too, which this house tells."""
    from pytauargus import protect

    places = [(f"r{row}", f"c{column}") for row, column in np.ndindex(counts.shape)]
    people = [place for place, n in zip(places, counts.ravel(), strict=True) for _ in range(int(n))]
    micro = {"R": [row for row, _ in people], "C": [column for _, column in people], "V": [1.0] * len(people)}
    told = protect(micro, ["R", "C"], response="V", safety_rules=RULE, suppress="OPT(1)", workdir=str(folder))
    cells = told.tables[0].dataframe()
    hidden = np.zeros(counts.shape, dtype=bool)
    for row, column, status in zip(cells["R"], cells["C"], cells["status"], strict=True):
        if status in ("S", "E", "Z"):  # safe, empty
            continue
        if "Total" in (row, column):
            return None
        hidden[int(row[1:]), int(column[1:])] = True
    return hidden


def problems() -> list[str]:
    """What is worse here than there, and a line of what was compared; nothing where it is not installed."""
    if importlib.util.find_spec("pytauargus") is None:
        return []
    own, theirs, compared, found = 0.0, 0.0, 0, []
    for seed in range(TABLES):
        counts = drawn(seed)
        hidden = np.isnan(without_few_linked(counts))
        if not hidden.all() and list(given_away(linked(counts, hidden))):
            found.append(f"suppression: a hidden count of random table {seed} follows from its totals")
        with TemporaryDirectory() as folder, chdir(folder):  # it logs wherever it is called
            argus = by_argus(counts, Path(folder))
        if argus is not None:
            compared += 1
            own, theirs = own + counts[hidden].sum(), theirs + counts[argus].sum()
    print(f"suppression: {compared} tables, {own:.0f} people hidden, by Tau-Argus {theirs:.0f}")
    if own > MORE * theirs:
        found.append("suppression: more people are hidden than by Tau-Argus")
    return found
