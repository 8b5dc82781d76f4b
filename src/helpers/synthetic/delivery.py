"""A simulated cohort as a whole delivery: raw exports, what is particular to them (``cohort.yml``), checksums, and apart from them the truth.

What nobody knows of a real cohort lies in the folder ``truth``, which the analysis never opens: the effect on every indicator
(``effects.csv``), every injected error (``errors.csv``), and the true answers, a file a table.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from helpers.codebook import Codebook
from helpers.indicators.model import Indicator
from helpers.programme import TRUTH, Programme
from helpers.synthetic.exports import Layout
from helpers.synthetic.people import FATES, Plan
from helpers.synthetic.truth import truth_table
from helpers.synthetic.writing import TRUTH_FILE, Written, write_cohort

SUMS = "SHA256SUMS"
REACHED, IN_FILES = ("answered", "refused", "no_consent"), ("answered", "no_consent")


def write_delivery(
    folder: Path,
    plan: Plan,
    programme: Programme,
    codebook: Codebook,
    lines: list[Indicator],
    layout: Layout,
    definitions: Path,
    *,
    root: Path,
    command: str = "",
    is_replaced: bool = False,
    progress: Callable[[int], None] = lambda people: None,
) -> Written:
    """Write a whole synthetic cohort into a new folder, whose name is the cohort's: all of it, or nothing.

    Parameters
    ----------
    command : how to make the same cohort again. is_replaced : put the cohort in the place of the one that is there.

    Raises
    ------
    ValueError when the folder's name does not say that the cohort is synthetic; FileExistsError when something is already there.
    """
    if "synthetic" not in folder.name:
        raise ValueError(f"the name of a simulated cohort must say so: '{folder.name}-synthetic'")
    if folder.exists() and not is_replaced:
        raise FileExistsError(f"'{folder.name}' is already there")
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        made.chmod(0o755)
        written = write_cohort(made, plan, programme, codebook, layout, apart=made / TRUTH, progress=progress)
        truth = truth_table(plan, programme, codebook, lines, definitions, root=root)
        truth.to_csv(made / TRUTH / TRUTH_FILE, index=False, lineterminator="\n", float_format="%.6g")
        (made / "cohort.yml").write_text(cohort_text(folder.name, plan, programme, layout, written, command), encoding="utf-8")
        seal(made)
        if is_replaced:
            shutil.rmtree(folder, ignore_errors=True)
        made.rename(folder)
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return written


def seal(folder: Path) -> None:
    """Write the checksums of all files of a cohort, those of its truth too."""
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file() and path.name not in (SUMS, "cohort.yml"))
    sums = [f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}" for name in names]
    (folder / SUMS).write_text("\n".join(sums) + "\n", encoding="utf-8")


def cohort_text(cohort: str, plan: Plan, programme: Programme, layout: Layout, written: Written, command: str) -> str:
    """Return ``cohort.yml`` of a simulated cohort."""
    import yaml

    year = (plan.survey or plan.simulation.survey)[:4]
    how = f"simulated from programmes/{programme.programme}/simulation.yml: {plan.participants} who took part, seed {plan.seed}, mess {layout.level or 'none'}"
    values = {
        "cohort": cohort,
        "programme": programme.programme,
        "label": {"en": f"{year} survey (synthetic)", "id": f"survei {year} (sintetis)"},
        "kind": "synthetic",
        "assignment": "observational",
        "files": [{"file": layout.file(table), "table": table} for table in written.rows],
        "unreadable": "review",
        "period": {"en": f"simulated interviews of {year}", "id": f"wawancara simulasi tahun {year}"},
        **flow_and_denominators(plan, layout, written.fates),
        "origin": how,
        "licence": "CC0-1.0 (simulated, about nobody)",
        "citation": f"manfaat simulate {programme.programme}, seed {plan.seed}",
        "simulated": {"command": command or "manfaat simulate", "truth": TRUTH},
    }
    return "# Everything that is particular to this delivery. Simulated: it says nothing about anybody.\n" + yaml.safe_dump(
        values, allow_unicode=True, sort_keys=False, width=1000
    )


def flow_and_denominators(plan: Plan, layout: Layout, fates: dict[str, dict[str, int]]) -> dict[str, object]:
    """Who there was before the first answer, and how many of those who took part were reached; unknown where nobody recorded it."""
    took_part = {code for code, group in plan.simulation.groups.items() if group.treated}
    if not layout.recorded:
        because = {
            "en": "nothing was recorded of those who did not answer, so no response rate can be computed",
            "id": "tidak ada catatan tentang mereka yang tidak menjawab, sehingga tingkat tanggapan tidak dapat dihitung",
        }
        return {"flow": [], "denominators": {"trained": plan.participants, "invited": None, "reached": None, "because": because}}

    def count(are_participants: bool, *kinds: str) -> int:
        return sum(found[kind] for code, found in fates.items() if (code in took_part) == are_participants for kind in kinds)

    steps = (
        ("Trained, and invited to compare with them", "Dilatih, dan diundang sebagai pembanding", FATES, "Not reached", "Tidak terjangkau"),
        ("Reached", "Terjangkau", REACHED, "Refused before the first question", "Menolak sebelum pertanyaan pertama"),
        (
            "In the files",
            "Ada dalam berkas",
            IN_FILES,
            "Did not agree to take part, or the files could not be used",
            "Tidak bersedia berpartisipasi, atau datanya tidak dapat digunakan",
        ),
    )
    flow = [
        {
            "label": {"en": english, "id": indonesian}, "participants": count(True, *kinds), "comparison": count(False, *kinds), "source": "simulation",
            "loss": {"en": loss, "id": loss_id},
        }
        for english, indonesian, kinds, loss, loss_id in steps
    ]  # fmt: skip
    return {"flow": flow, "denominators": {"trained": plan.participants, "invited": count(True, *FATES), "reached": count(True, *REACHED), "because": None}}
