"""The page with which JupyterLab opens: the notebooks by their questions, the cohorts and how fresh their
reports are, and how to begin.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from manfaat.base.paths import NOTEBOOKS, OVER_COHORTS, find_root, known_cohorts, places, private
from manfaat.base.writing import written_whole
from manfaat.definitions.cohort import load_cohort
from manfaat.run.fresh import state_of

PAGE = "data/processed/start.md"
WORKBENCH = "explore"
UP = "../.."  # from the page to the project's folder
MARKDOWN = str.maketrans({sign: f"\\{sign}" for sign in "\\`*_[]<>|$#"})
BEGIN = """# Manfaat

A notebook can be changed and run as you like: it writes below `data/processed/<cohort>/scratch/`, never to a
report. Reports are made by `manfaat run <cohort>`.

- **Look for yourself, with controls:** [explore]({up}/notebooks/explore.ipynb)
- **Ask in your own notebook:**

```python
from helpers import open_study

study = open_study("{cohort}")
study
```

- **Follow the report:** the notebooks below, from the first to the last; the cell `cohort: str = …` says whom
  they are about.
"""


def start_page(root: Path) -> str:
    """The page, in Markdown."""
    cohorts = known_cohorts(root / "data")
    lines = [BEGIN.format(up=UP, cohort=cohorts[0] if cohorts else "my-cohort")]
    lines += ["## Notebooks", "", "| notebook | question |", "|---|---|"]
    for name in (*NOTEBOOKS, OVER_COHORTS, WORKBENCH):
        path = root / "notebooks" / f"{name}.ipynb"
        if path.is_file():
            lines.append(f"| [{name}]({UP}/notebooks/{name}.ipynb) | {question_of(path)} |")
    lines += ["", "## Cohorts", "", "| cohort | what | report |", "|---|---|---|"]
    for name in cohorts:
        found, _ = load_cohort(root / "data" / "raw" / name, root=root)
        state = state_of(places(name, root=root))
        page = root / "reports" / name / "report.html"
        linked = f"[{state.kind}]({UP}/reports/{name}/report.html)" if page.is_file() else state.kind
        told = ": ".join(filter(None, [linked, state.because.translate(MARKDOWN)]))
        lines.append(f"| `{name}` | {found.label.en.translate(MARKDOWN) if found else ''} | {told} |")
    lines += [
        "",
        "Fresh: a run would make the same report again. `manfaat status` says so anew, `manfaat --help` what"
        " else there is.",
        "",
    ]
    return "\n".join(lines)


def question_of(path: Path) -> str:
    """What a notebook asks."""
    first = "".join(json.loads(path.read_text(encoding="utf-8"))["cells"][0]["source"])
    asked = first.partition("**Question.** ")[2] or first.lstrip("# ")
    return asked.partition("\n")[0].translate(MARKDOWN)


def main(options: list[str]) -> None:
    """Write the page and become JupyterLab; ``options`` are JupyterLab's own."""
    root = find_root()
    private(root / "data" / "processed")
    with written_whole(root / PAGE) as target:
        target.write_text(start_page(root), encoding="utf-8")
    alone = ["--allow-root"] if os.name == "posix" and os.geteuid() == 0 else []  # as in a container
    given = [f"--ServerApp.root_dir={root}", f"--LabApp.default_url=/lab/tree/{PAGE}", *alone, *options]
    os.execv(sys.executable, [sys.executable, "-m", "jupyterlab", *given])


if __name__ == "__main__":
    main(sys.argv[1:])
