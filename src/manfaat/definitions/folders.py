"""What a folder that somebody sent may hold: plain files, all its own, no definition among them too large."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from manfaat.base.problems import Problem
from manfaat.definitions.records import shown

# Bytes; definitions and prose have a few thousand lines, and a seal has one for each file.
TEXTS = {".yml": 1_000_000, ".md": 1_000_000, "SHA256SUMS": 1_000_000}
TABLES = {".csv": 50_000_000}  # bytes of a table of definitions; a delivery's own tables may be of any size


def check_folder(folder: Path, *, root: Path, largest: Mapping[str, int] = TEXTS) -> list[Problem]:
    """Say what makes a folder one that is not read: a link that leads out of it, a pipe or a device, a file
    with more bytes than ``largest`` allows its kind.
    """
    return [
        Problem(shown(path, root), message, expected=expected)
        for path in sorted(folder.rglob("*"))
        for message, expected in amiss(path, folder, largest)
    ]


def amiss(path: Path, folder: Path, largest: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    """What is wrong with one entry of a folder, and what is expected."""
    if path.is_symlink() and leads_out(path, folder):
        yield "it is a link to elsewhere", "the file itself"
    elif path.exists() and not path.is_file() and not path.is_dir():
        yield "it is neither a file nor a folder", "a file that can be read again and again"
    elif path.is_file() and path.stat().st_size > (
        most := largest.get(path.suffix or path.name, path.stat().st_size)
    ):
        yield f"it has {path.stat().st_size:,} bytes, more than {most:,}", "a file that a person can read"


def leads_out(link: Path, folder: Path) -> bool:
    """Whether a link leads out of its folder; one that only leads in circles does too."""
    try:
        return not link.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):
        return True
