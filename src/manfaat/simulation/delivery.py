"""A simulated cohort as a whole delivery: raw exports, what is particular to them (``cohort.yml``),
checksums, and apart from them the truth.

What nobody knows of a real cohort lies in the folder ``truth``. No estimate and no verdict uses it; the
findings set it beside them (``report.truths``). It holds the effect on every indicator
(``effects.csv``), every injected error (``errors.csv``), and the true answers, a file a table.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from manfaat.definitions.codebook import Codebook, Variable
from manfaat.definitions.cohort import TRUTH
from manfaat.definitions.programme import Programme
from manfaat.simulation.exports import Layout
from manfaat.simulation.layout import header_of, sections_of
from manfaat.simulation.mess.cells import LOG_COLUMNS
from manfaat.simulation.people import FATES, Plan
from manfaat.simulation.truth import Measures, truth_table
from manfaat.simulation.writing import LOG_FILE, TRUTH_FILE, Written, write_cohort

SUMS = "SHA256SUMS"
NOT_RECORDED = {
    "en": "nothing was recorded of those who did not answer",
    "id": "tidak ada catatan tentang mereka yang tidak menjawab",
}
UNRECORDED = {
    "raw": "nothing recorded of those who did not answer",
    "kind": "66",
    "expected": "report",
    "file": "cohort.yml",
}


def write_delivery(
    folder: Path,
    plan: Plan,
    measures: Measures,
    layout: Layout,
    *,
    is_replaced: bool = False,
    progress: Callable[[int], None] = lambda people: None,
) -> Written:
    """Write a whole synthetic cohort into a new folder, whose name is the cohort's: all of it, or nothing.

    Parameters
    ----------
    is_replaced : put the cohort in the place of the one that is
    there.

    Raises
    ------
    ValueError when the folder's name does not say that the cohort is synthetic; FileExistsError when
    something is already there.
    """
    if "synthetic" not in folder.name:
        raise ValueError(f"the name of a simulated cohort must say so: '{folder.name}-synthetic'")
    if folder.exists() and not is_replaced:
        raise FileExistsError(f"'{folder.name}' is already there")
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        made.chmod(0o755)
        written = write_cohort(made, plan, measures.programme, layout, apart=made / TRUTH, progress=progress)
        truth = truth_table(plan, measures)
        truth.to_csv(made / TRUTH / TRUTH_FILE, index=False, lineterminator="\n", float_format="%.6g")
        if not layout.recorded:
            with (made / TRUTH / LOG_FILE).open("a", encoding="utf-8") as log:
                log.write(",".join(UNRECORDED.get(name, "") for name in LOG_COLUMNS) + "\n")
        text = cohort_text(folder.name, plan, measures.programme, layout, written)
        (made / "cohort.yml").write_text(text, encoding="utf-8")
        seal(made)
        if is_replaced:
            shutil.rmtree(folder, ignore_errors=True)
        made.rename(folder)
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return written


def seal(folder: Path) -> None:
    """Write the checksums of all files of a cohort, those of its truth too."""
    names = sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and path.name not in (SUMS, "cohort.yml")
    )
    sums = [f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}" for name in names]
    (folder / SUMS).write_text("\n".join(sums) + "\n", encoding="utf-8")


def cohort_text(cohort: str, plan: Plan, programme: Programme, layout: Layout, written: Written) -> str:
    """Return ``cohort.yml`` of a simulated cohort."""
    import yaml

    year = (plan.survey or plan.simulation.survey)[:4]
    how = (
        f"simulated from programmes/{programme.programme}/simulation.yml: {plan.participants} who took part,"
        f" seed {plan.seed}, mess {layout.level or 'none'}"
    )
    values = {
        "cohort": cohort,
        "programme": programme.programme,
        "label": {"en": f"{year} survey (synthetic)", "id": f"survei {year} (sintetis)"},
        "kind": "synthetic",
        "assignment": "observational",
        "files": [file_entry(name, plan.codebook, layout) for name in written.rows],
        "unreadable": "review",
        "period": {"en": f"simulated interviews of {year}", "id": f"wawancara simulasi tahun {year}"},
        "flow": flow_of(plan, written) if layout.recorded else [],
        "denominators": (
            denominators_of(plan, written)
            if layout.recorded
            else {"trained": None, "invited": None, "reached": None, "because": NOT_RECORDED}
        ),
        "origin": how,
        "licence": "CC0-1.0 (simulated, about nobody)",
        "citation": f"manfaat simulate {programme.programme}, seed {plan.seed}",
        "simulated": {"command": plan.command, "truth": TRUTH},
    }
    text: str = yaml.safe_dump(values, allow_unicode=True, sort_keys=False, width=1000)
    head = "# Everything that is particular to this delivery. Simulated: it says nothing about anybody."
    return f"{head}\n{text}"


def file_entry(table: str, codebook: Codebook, layout: Layout) -> dict[str, object]:
    """One file and its table, with what a person would state of it because it cannot be told.

    Rows that decimal commas have broken are set aside, since nobody can say where they belong; few Japanese
    signs do not show that a text is Shift-JIS; a name with a unit behind it is not the name.
    """
    stated: dict[str, object] = {}
    if layout.format(table) == "csv":
        stated |= {"ragged": "set aside"} if layout.broken else {}
        stated |= {"encoding": "shift_jis"} if layout.encoding == "shift_jis" else {}
    named = pointed_out(codebook.table(table), layout) if layout.format(table) in ("csv", "xlsx") else {}
    return {"file": layout.file(table), "table": table, **stated, **({"columns": named} if named else {})}


def pointed_out(variables: list[Variable], layout: Layout) -> dict[str, str]:
    """Columns whose variable a person must name: with a unit behind the name, or the first of two of the same
    name.
    """
    asked = {
        name
        for name in (*layout.thousands, *layout.twice)
        if name in layout.thousands or layout.headers != "name" or layout.sections
    }
    above, found = "", {}
    for section, header, variable in zip(
        sections_of(variables), header_of(variables, layout), variables, strict=True
    ):
        above = section or above
        if variable.name in asked:
            found[f"{above} / {header}" if layout.sections and above else header] = variable.name
    return found


def counts_of(plan: Plan, written: Written, *, treated: bool) -> dict[str, int]:
    """What became of the people who took part, or of the others."""
    groups = [code for code, group in plan.simulation.groups.items() if group.treated is treated]
    return {fate: sum(written.fates[code][fate] for code in groups) for fate in FATES}


def flow_of(plan: Plan, written: Written) -> list[dict[str, object]]:
    """The people known of before the delivery: approached, and reached."""
    took_part, others = (counts_of(plan, written, treated=treated) for treated in (True, False))
    return [
        {
            "label": {"en": "Approached", "id": "Dihubungi"},
            "participants": sum(took_part.values()),
            "comparison": sum(others.values()),
            "source": "simulation",
            "loss": {"en": "not reached", "id": "tidak terjangkau"},
        },
        {
            "label": {"en": "Reached", "id": "Terjangkau"},
            "participants": sum(took_part.values()) - took_part["not_reached"],
            "comparison": sum(others.values()) - others["not_reached"],
            "source": "simulation",
            "loss": {
                "en": "refused, withheld consent, or could not be used",
                "id": "menolak, tidak bersedia berpartisipasi, atau tidak dapat dipakai",
            },
        },
    ]


def denominators_of(plan: Plan, written: Written) -> dict[str, int]:
    """How many of those who took part were invited and reached."""
    found = counts_of(plan, written, treated=True)
    return {
        "trained": plan.participants,
        "invited": sum(found.values()),
        "reached": sum(found.values()) - found["not_reached"],
    }
