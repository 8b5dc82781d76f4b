"""The warm interpreter as its owner sees it: started once, asked for one forked process a notebook."""

from __future__ import annotations

import atexit
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection, Listener
from pathlib import Path

from manfaat.base.typed import required

PATIENCE = 600  # seconds that a notebook's process may take to begin; the first one waits for the imports
STOP = threading.Event()  # set when somebody stops the run
_children: set[int] = set()  # processes of the notebooks that are running
_counting = threading.Lock()


@contextmanager
def running(child: int) -> Iterator[None]:
    """Know a notebook's process for as long as it runs."""
    with _counting:
        _children.add(child)
    try:
        if STOP.is_set():
            stop_notebooks()
        yield
    finally:
        with _counting:
            _children.discard(child)


def stop_notebooks() -> None:
    """End the notebooks that are running; none begins after that."""
    STOP.set()
    with _counting:
        for child in _children:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)


def can_fork() -> bool:
    """Whether this system has fork and local sockets."""
    return hasattr(os, "fork") and sys.platform != "win32"


def is_there(process: int) -> bool:
    """Whether a process has not ended; a number below 1 is none."""
    if process < 1:
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


class InterpreterEndedError(RuntimeError):
    """The warm interpreter cannot be had."""

    def __str__(self) -> str:
        return (
            "the warm interpreter was killed, perhaps for want of memory; run again, or with ordinary kernels"
            " (--ordinary-kernels)"
        )


class WarmInterpreter:
    """The process that forks a child per notebook; started once, ended with its owner."""

    def __init__(self) -> None:
        # On matrices as small as these, threads of linear algebra wait for one another longer than they work.
        environment = {"OPENBLAS_NUM_THREADS": "1"} | os.environ
        environment["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "manfaat.run.warm"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        self.stdin = required(self.process.stdin, "the input of the warm interpreter")
        self.stdout = required(self.process.stdout, "the output of the warm interpreter")
        self.lock = threading.Lock()

    def connect(self, limit: int) -> Connection:
        """Have a child forked and return the connection to it.

        Raises
        ------
        InterpreterEndedError if the interpreter has ended, ConnectionError if the child has before it came.
        """
        with tempfile.TemporaryDirectory(prefix="manfaat-") as folder:
            key = secrets.token_bytes(16)
            with Listener(str(Path(folder) / "notebook"), family="AF_UNIX", authkey=key) as listener:
                # no stub tells of the socket inside
                listener._listener._socket.settimeout(1)  # type: ignore[attr-defined]
                child = self.order(f"{listener.address}\t{key.hex()}\t{limit}\n")
                for _ in range(PATIENCE):
                    with suppress(TimeoutError):
                        return listener.accept()
                    if STOP.is_set() or self.process.poll() is not None:
                        raise InterpreterEndedError
                    if not is_there(child):
                        break
        raise ConnectionAbortedError("no process came")

    def order(self, line: str) -> int:
        """Ask for one child; its number, below 1 where the system gave none."""
        try:
            with self.lock:  # the first answer waits for the imports
                self.stdin.write(line)
                self.stdin.flush()
                told = self.stdout.readline()
        except BrokenPipeError as failure:
            raise InterpreterEndedError from failure
        if not told:
            raise InterpreterEndedError
        return int(told)

    def close(self) -> None:
        """End the interpreter; it holds nothing that would need to be saved."""
        self.process.kill()
        with suppress(subprocess.TimeoutExpired):  # on a machine that is busy; the system ends it in time
            self.process.wait(timeout=10)
        with suppress(BrokenPipeError):
            self.stdin.close()
        self.stdout.close()


_interpreter: WarmInterpreter | None = None
_starting = threading.Lock()


def warm_interpreter() -> WarmInterpreter:
    """Return the one warm interpreter of this process, starting it when there is none."""
    global _interpreter
    with _starting:
        if _interpreter is None or _interpreter.process.poll() is not None:
            _interpreter = WarmInterpreter()
            atexit.register(_interpreter.close)
        return _interpreter
