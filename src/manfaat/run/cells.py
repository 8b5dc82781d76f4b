"""Run a notebook's cells in this process as a Jupyter kernel would, and send back what they show."""

from __future__ import annotations

import os
import random
import sys
from multiprocessing.connection import Connection
from typing import Any

import numpy as np
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell

from manfaat.base.typed import required

SEED = 0

Bundle = dict[str, Any]  # what is shown, by type of content


class Sender:
    """Sends the outputs of the running cell, as notebook-format dictionaries."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def output(self, **output: Any) -> None:
        """Send one output."""
        self.connection.send(("output", output))


class Publisher(DisplayPublisher):
    """Sends what ``display`` shows."""

    sender: Sender

    def publish(
        self,
        data: Bundle,
        metadata: Bundle | None = None,
        source: str | None = None,
        *,
        transient: Bundle | None = None,
        update: bool = False,
        **kwargs: Any,
    ) -> None:
        """Send one display."""
        flush()
        self.sender.output(output_type="display_data", data=data, metadata=metadata or {})

    def clear_output(self, wait: bool = False) -> None:
        """Say that the outputs so far are to be forgotten."""
        self.sender.connection.send(("clear", wait))


class Hook(DisplayHook):
    """Sends the value of a cell's last expression."""

    sender: Sender

    def write_output_prompt(self) -> None:
        """Print no prompt: a notebook shows its own."""

    def write_format_data(self, format_dict: Bundle, md_dict: Bundle | None = None) -> None:
        """Send the formatted value."""
        flush()
        self.sender.output(
            output_type="execute_result",
            data=format_dict,
            metadata=md_dict or {},
            execution_count=self.prompt_count,
        )

    def finish_displayhook(self) -> None:
        """End without the line feed that a terminal gets."""


class Stream:
    """Stands in for standard output or error and sends what is written to it."""

    encoding = "utf-8"

    def __init__(self, name: str, sender: Sender) -> None:
        self.name, self.sender = name, sender
        self.held: list[str] = []

    def write(self, text: str) -> int:
        """Hold a text until something else is shown or the cell ends."""
        self.held.append(text)
        return len(text)

    def writelines(self, lines: list[str]) -> None:
        """Hold several texts."""
        self.held.extend(lines)

    def flush(self) -> None:
        """Send what is held."""
        text, self.held = "".join(self.held), []
        if text:
            self.sender.output(output_type="stream", name=self.name, text=text)

    def isatty(self) -> bool:
        """Never a terminal."""
        return False


def flush() -> None:
    """Send what both streams hold, so that texts and displays keep their order."""
    sys.stdout.flush()
    sys.stderr.flush()


class Shell(InteractiveShell):
    """An IPython shell whose displays, values, texts and errors are sent and not printed."""

    sender: Sender | None = None

    def _showtraceback(self, etype: type, evalue: BaseException, stb: list[str]) -> None:
        flush()
        sender = required(self.sender, "where errors are sent to")
        sender.output(output_type="error", ename=etype.__name__, evalue=str(evalue), traceback=stb)


def make_shell(sender: Sender) -> Shell:
    """Return a fresh shell with Jupyter's inline figures."""
    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
    Publisher.sender = Hook.sender = sender
    # IPython says nothing of the types of its shell
    shell = Shell(display_pub_class=Publisher, displayhook_class=Hook)  # type: ignore[no-untyped-call]
    # get_ipython() and display() look here; what stands there has no type of its own
    Shell._instance = InteractiveShell._instance = shell  # type: ignore[assignment]
    shell.sender = sender
    required(shell.history_manager, "the shell's history").enabled = False
    from matplotlib_inline.backend_inline import configure_inline_support

    configure_inline_support(shell, os.environ["MPLBACKEND"])
    return shell


def reset_chance() -> None:
    """Seed the global generators: a forked child would otherwise share its parent's state, which nobody
    chose.
    """
    random.seed(SEED)
    np.random.seed(SEED)  # noqa: NPY002


def run_cells(connection: Connection) -> None:
    """Serve one notebook.

    Receives ``("start", folder)`` once, then ``("run", source)`` per cell; sends ``("output", …)`` and
    ``("done", count, ok)``. Ends when the connection does.
    """
    sender = Sender(connection)
    _, folder = connection.recv()
    os.chdir(folder)
    sys.path[:0] = [] if "" in sys.path else [""]
    sys.stdout, sys.stderr = Stream("stdout", sender), Stream("stderr", sender)
    reset_chance()
    shell = make_shell(sender)
    connection.send(("ready", os.getpid()))
    while True:
        _, source = connection.recv()
        result = shell.run_cell(source, store_history=True)  # type: ignore[no-untyped-call]
        flush()
        connection.send(("done", shell.execution_count - 1, result.success))
