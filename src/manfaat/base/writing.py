"""Files are written whole or not at all."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def written_whole(target: Path) -> Iterator[Path]:
    """A path to write to; what stands there takes the place of ``target`` when the block has ended.

    Readers see the former file or the new one, never a part; where the block fails the former stays. The file
    keeps the mode of the one that it replaces, a link stays a link, and folders that lack are made.

    Examples
    --------
    >>> import tempfile
    >>> target = Path(tempfile.mkdtemp()) / "note.txt"
    >>> with written_whole(target) as path:
    ...     _ = path.write_text("all of it")
    >>> target.read_text()
    'all of it'
    """
    real = target.resolve()
    real.parent.mkdir(parents=True, exist_ok=True)
    temporary = real.with_name(f".{real.name}-{secrets.token_hex(4)}.part")
    try:
        yield temporary
        if real.exists():
            shutil.copymode(real, temporary)
        os.replace(temporary, real)
    finally:
        temporary.unlink(missing_ok=True)
