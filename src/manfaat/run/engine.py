"""A papermill engine that runs notebooks from the warm interpreter; ordinary papermill stays the reference.

Registered under the name ``warm``: ``papermill --engine warm IN OUT`` works like plain papermill, faster.
"""

from __future__ import annotations

import os
from multiprocessing.connection import Connection
from typing import Any

import nbformat
from papermill.engines import Engine, NotebookExecutionManager
from papermill.exceptions import PapermillExecutionError

from manfaat.run.interpreter import running, warm_interpreter

TIME_LIMIT = 600  # seconds a notebook may take


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
        with warm_interpreter().connect(time_limit) as connection:
            try:
                connection.send(("start", folder or os.getcwd()))
                _, child = connection.recv()
            except (EOFError, ConnectionError) as failure:
                cause = "the notebook's process ended before its first cell"
                raise PapermillExecutionError(0, None, "", "ProcessEnded", cause, [cause]) from failure
            with running(child):
                for index, cell in enumerate(nb_man.nb.cells):
                    if on_cell:
                        on_cell(index, len(nb_man.nb.cells))
                    if (
                        cell.cell_type == "code"
                        and cell.source.strip()
                        and not cls.run_one(nb_man, connection, cell, index, time_limit)
                    ):
                        return

    @classmethod
    def run_one(
        cls,
        nb_man: NotebookExecutionManager,
        connection: Connection,
        cell: nbformat.NotebookNode,
        index: int,
        time_limit: int,
    ) -> bool:
        """Run one cell and keep its outputs; return whether it succeeded."""
        nb_man.cell_start(cell, index)
        cell.outputs, cell.execution_count = [], None
        try:
            cell.execution_count, succeeded = collect(connection, cell, cell.source)
        except (EOFError, ConnectionError) as failure:
            nb_man.cell_exception(cell, index, exception=failure)
            cause = (
                f"the notebook's process ended: it took longer than {time_limit} seconds, ran out of memory,"
                " or was ended from outside"
            )
            raise PapermillExecutionError(
                index, None, cell.source, "ProcessEnded", cause, [cause]
            ) from failure
        if not succeeded:
            nb_man.cell_exception(cell, index)
        nb_man.cell_complete(cell, index)
        return succeeded


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
