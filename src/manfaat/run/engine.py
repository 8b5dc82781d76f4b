"""A papermill engine that runs notebooks from the warm interpreter; ordinary papermill stays the reference.

Registered under the name ``warm``: ``papermill --engine warm IN OUT`` works like plain papermill, faster.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

import nbformat
from papermill.engines import Engine, NotebookExecutionManager
from papermill.exceptions import PapermillExecutionError

from manfaat.run.interpreter import InterpreterEndedError, running, warm_interpreter

TIME_LIMIT = 600  # seconds a notebook may take
CLOSE = 0.5  # seconds by which the clocks of two processes may differ
ENDED = (EOFError, ConnectionError)  # what is raised where the other side of a connection is gone
KILLED = "the notebook's process ended itself or was killed, perhaps for want of memory"


@dataclass(frozen=True)
class Limit:
    """How many seconds a notebook may take, and when it began by the monotonic clock."""

    seconds: int
    began: float

    def because(self) -> str:
        """Why a notebook's process ended: the system ends it when its time is over."""
        is_over = time.monotonic() - self.began > self.seconds - CLOSE
        return f"the notebook took longer than {self.seconds} seconds" if is_over else KILLED


class WarmEngine(Engine):  # type: ignore[misc]  # papermill brings no types
    """Runs a notebook cell by cell in a process forked from the warm interpreter."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: NotebookExecutionManager,
        kernel_name: str,
        *,
        time_limit: int = TIME_LIMIT,
        folder: str | None = None,
        on_cell: Any = None,
        **kwargs: Any,
    ) -> None:
        """Run all cells; stop at the first that fails, as an ordinary kernel would.

        Raises
        ------
        PapermillExecutionError naming the cell, when the process ends before the notebook does. A failing
        cell is left to papermill, which finds its error output.
        """
        with begun(time_limit) as connection:
            try:
                connection.send(("start", folder or os.getcwd()))
                _, child = connection.recv()
            except ENDED as failure:
                raise ended(0, "", "the notebook's process was killed before its first cell") from failure
            limit = Limit(time_limit, time.monotonic())
            with running(child):
                for index, cell in enumerate(nb_man.nb.cells):
                    if on_cell:
                        on_cell(index, len(nb_man.nb.cells))
                    if (
                        cell.cell_type == "code"
                        and cell.source.strip()
                        and not cls.run_one(nb_man, connection, cell, index, limit)
                    ):
                        return

    @classmethod
    def run_one(
        cls,
        nb_man: NotebookExecutionManager,
        connection: Connection,
        cell: nbformat.NotebookNode,
        index: int,
        limit: Limit,
    ) -> bool:
        """Run one cell and keep its outputs; return whether it succeeded."""
        nb_man.cell_start(cell, index)
        cell.outputs, cell.execution_count = [], None
        try:
            cell.execution_count, succeeded = collect(connection, cell, cell.source)
        except ENDED as failure:
            nb_man.cell_exception(cell, index, exception=failure)
            raise ended(index, cell.source, limit.because()) from failure
        if not succeeded:
            nb_man.cell_exception(cell, index)
        nb_man.cell_complete(cell, index)
        return succeeded


@contextmanager
def begun(time_limit: int) -> Iterator[Connection]:
    """Connect to a fresh process for one notebook.

    Raises
    ------
    PapermillExecutionError where none could be had.
    """
    try:
        connection = warm_interpreter().connect(time_limit)
    except (InterpreterEndedError, *ENDED) as failure:
        told = str(failure) if isinstance(failure, InterpreterEndedError) else KILLED
        raise ended(0, "", told) from failure
    with connection:
        yield connection


def ended(index: int, source: str, cause: str) -> PapermillExecutionError:
    """Say that a notebook's process ended before the notebook did."""
    return PapermillExecutionError(index, None, source, "ProcessEnded", cause, [cause])


def collect(connection: Connection, cell: nbformat.NotebookNode, source: str) -> tuple[int, bool]:
    """Send a cell's source, gather its outputs; return its execution count and whether it succeeded."""
    connection.send(("run", source))
    clear = False
    while True:
        message = connection.recv()
        if message[0] == "done":
            return message[1], message[2]
        if message[0] == "clear":
            clear = message[1]
            cell.outputs = cell.outputs if clear else []
            continue
        cell.outputs = [] if clear else cell.outputs
        clear = False
        add_output(cell, nbformat.from_dict(message[1]))


def add_output(cell: nbformat.NotebookNode, output: nbformat.NotebookNode) -> None:
    """Append an output; texts of one stream that follow one another become one."""
    last = cell.outputs[-1] if cell.outputs else None
    if last and output.output_type == last.output_type == "stream" and output.name == last.name:
        last.text += output.text
    else:
        cell.outputs.append(output)
