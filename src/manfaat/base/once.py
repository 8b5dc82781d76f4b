"""What was computed in one language of a run, for the same notebook in another.

The numbers of a report do not depend on its language. The first notebook to need something computes it; its
twin in another language waits for that, and reads it. The folder belongs to one run and ends with it, so that
nothing in it can be older than what it was made from.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

from manfaat.base.writing import written_whole

try:
    import fcntl
except ImportError:  # no such locks on this system: both compute it
    fcntl = None  # type: ignore[assignment]  # the type checker reads this where there are such locks

Computed = TypeVar("Computed")


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """Hold a lock; the system takes it away from a process that ends."""
    handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if fcntl is not None:
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def once(folder: Path | None, what: str, compute: Callable[[], Computed]) -> Computed:
    """Compute something, or take what another process has computed.

    ``folder`` : the run's own; where there is none nothing is kept. ``what`` : tells it from all else that is
    kept there, with every choice that it rests on.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> [once(folder, "six", lambda: 6), once(folder, "six", lambda: 7), once(None, "six", lambda: 7)]
    [6, 6, 7]
    """
    if folder is None or not folder.is_dir():
        return compute()
    path = folder / sha256(what.encode()).hexdigest()
    with alone(path.with_suffix(".lock")):
        if path.is_file():
            kept: Computed = pickle.loads(path.read_bytes())
            return kept
        found = compute()
        with written_whole(path) as part, part.open("wb") as file:
            pickle.dump(found, file, protocol=pickle.HIGHEST_PROTOCOL)
        return found
