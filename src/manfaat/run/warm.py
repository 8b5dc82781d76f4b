"""One warm interpreter that forks a fresh process for every notebook.

Run as ``python -m manfaat.run.warm``. It loads what all notebooks load, then reads one line a notebook from
its standard input: the address of a waiting connection, its key, and a time limit. For each it forks; the
child connects and runs cells, the parent writes the child's number and waits for the next line. When its
input ends, so does it. Nothing a notebook does can reach the next one, because each starts from the same
untouched parent.
"""

from __future__ import annotations

import gc
import importlib
import os
import signal
import sys
import threading
import time
from multiprocessing.connection import Client

PRELOAD = (
    "pandas",
    "pyarrow.parquet",
    "scipy.stats",
    "seaborn",
    "matplotlib.backends.backend_svg",
    "statsmodels.regression.linear_model",
    "babel.numbers",
    "IPython.core.interactiveshell",
    "matplotlib_inline.backend_inline",
    "manfaat.report.chapter",
    "manfaat.report.exhibits",
    "manfaat.report.ledgers",
    "manfaat.files.formats",
    "manfaat.report.sentences",
    "manfaat.evaluation.summaries",
    "manfaat.evaluation.ladder",
    "manfaat.run.cells",
    "helpers.bench",
    "helpers.cohorts",
    "helpers.opened",
)
NONE = -1  # told where there is no child


def preload() -> None:
    """Import the common modules and freeze them, so that forked children share their memory."""
    for name in PRELOAD:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()


def end_with(parent: int) -> None:
    """End this process when its parent has ended: what nobody waits for may not go on writing tables."""
    while os.getppid() == parent:
        time.sleep(0.2)
    os._exit(1)


def serve(address: str, key: str, limit: int) -> None:
    """Run one notebook's cells in this (forked) process, and end it, whatever happens."""
    from manfaat.run.cells import run_cells

    signal.signal(
        signal.SIGALRM, signal.SIG_DFL
    )  # the default action ends the process, even inside compiled code
    signal.alarm(limit)
    threading.Thread(target=end_with, args=(os.getppid(),), daemon=True).start()
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    status = 1
    try:
        with Client(address, authkey=bytes.fromhex(key)) as connection:
            run_cells(connection)
        status = 0
    except (EOFError, BrokenPipeError, ConnectionError):
        pass  # whoever asked is gone
    finally:
        os._exit(status)


def main() -> None:
    """Load, then fork one child a line until the input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the runner that started us decides when to stop
    answers = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # nothing that is printed is an answer
    preload()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # children are reaped by the system
    while line := sys.stdin.readline():
        address, key, limit = line.rstrip("\n").split("\t")
        try:
            child = os.fork()
        except OSError:  # want of memory or of processes
            child = NONE
        if child:
            os.write(answers, b"%d\n" % child)
        else:
            os.close(answers)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            serve(address, key, int(limit))


if __name__ == "__main__":
    main()
