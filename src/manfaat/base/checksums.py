"""Checksums of files, by which it is told whether anything of them has changed; their times are not looked
at: a copy or a checkout changes them.
"""

from __future__ import annotations

import hashlib
from pathlib import Path


def checksum(path: Path) -> str:
    """SHA-256 of a file, however large; empty where there is none."""
    if not path.is_file():
        return ""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def stays_in(path: Path, folder: Path) -> bool:
    """Whether a file lies in a folder: what a link elsewhere leads to is not read."""
    return not path.is_symlink() or path.resolve().is_relative_to(folder.resolve())


def checksums(folder: Path, pattern: str = "*") -> dict[str, str]:
    """SHA-256 of every matching file below a folder, by its path inside the folder; without those that
    systems and editors keep for themselves.
    """
    names = {path.relative_to(folder): path for path in sorted(folder.rglob(pattern)) if path.is_file()}
    return {
        name.as_posix(): checksum(path) if stays_in(path, folder) else f"link to {path.readlink()}"
        for name, path in names.items()
        if not any(part.startswith((".", "__pycache__")) for part in name.parts)
    }
