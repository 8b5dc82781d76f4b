"""The command ``manfaat release``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from manfaat.base import paths

console = Console(highlight=False)


def release(
    cohort: Annotated[str, typer.Argument(help="A cohort that has been run.")],
    profile: Annotated[str, typer.Option(help="For whom: internal, partner or public.")] = "partner",
    output: Annotated[Path, typer.Option(help="Folder for the archive, relative to the project.")] = Path(
        "releases"
    ),
    beside: Annotated[
        list[str] | None,
        typer.Option(help="A cohort of which some people are in this one too; may be given again."),
    ] = None,
    data_dir: Annotated[str, typer.Option(help="Folder with raw/ and processed/.")] = "data",
    reports_dir: Annotated[str, typer.Option(help="Folder with the reports.")] = "reports",
) -> None:
    """Build an archive of a finished report to be sent, with checksums and a manifest of what was withheld
    and why: only if ledger, claims, disclosure, translations, identifiers and accessibility pass.
    """
    from manfaat.definitions.records import shown
    from manfaat.run.release import release as build

    root = paths.find_root()
    folders = {"data_dir": data_dir, "reports_dir": reports_dir}
    built = build(cohort, profile, root / output, places=folders, root=root, beside=tuple(beside or ()))
    console.print(f"{shown(built[0], root)}: {built[1]} files, for {profile}", soft_wrap=True)
