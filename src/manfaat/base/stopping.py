"""A command that is asked to end by the system ends as by Ctrl-C: it puts in order what it has begun."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

ASKED = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]


def interrupt(number: int, frame: FrameType | None) -> None:
    """Do what Ctrl-C does."""
    raise KeyboardInterrupt


@contextmanager
def stoppable() -> Iterator[None]:
    """Take a request to end for Ctrl-C while the block runs; one that is ignored (nohup) stays ignored."""
    is_main = threading.current_thread() is threading.main_thread()
    taken = [number for number in ASKED if is_main and signal.getsignal(number) is signal.SIG_DFL]
    for number in taken:
        signal.signal(number, interrupt)
    try:
        yield
    finally:
        for number in taken:
            signal.signal(number, signal.SIG_DFL)
