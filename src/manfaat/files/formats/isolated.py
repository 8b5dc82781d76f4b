"""Ask the reading process for a file's content, and say plainly when it cannot give it."""

from __future__ import annotations

import json
import marshal
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from manfaat.base.problems import ProblemsError
from manfaat.base.typed import required
from manfaat.files.formats import worker
from manfaat.files.formats.safety import AGAIN, DAMAGED, refusal, without_folders
from manfaat.files.formats.tables import FormatOptions

MEMORY = 2_000_000_000
MEMORY_WORDS = "the table needs more memory or more cells than allowed"
SMALLER = "a smaller table: delete stray cells far from it, or save the sheet as CSV"


Messages = Generator[tuple[Any, ...], None, None]


def read_apart(path: Path, kind: str, options: FormatOptions, *, file: str) -> Messages:
    """Yield the messages of the reading process for one file, without its closing one.

    Raises
    ------
    ProblemsError if the file is protected, damaged, needs more than ``MEMORY`` bytes or longer than
    ``options.seconds``.
    """
    request = {
        "file": str(path),
        "kind": kind,
        "memory": MEMORY,
        "seconds": options.seconds,
        "path": sys.path,
        "cells": options.max_sheet_cells,
        "sheets": None if options.sheets is None else list(options.sheets),
        "hidden": options.hidden_sheets,
        "encoding": options.encoding,
    }
    with started(request, options.seconds, file=file) as stream:
        for message in stream:
            if message[0] == "fault":
                raise fault(message[1], message[2], file=file)
            if message[0] == "end":
                return
            yield message


@contextmanager
def started(request: dict[str, Any], seconds: float, *, file: str) -> Iterator[Iterator[tuple[Any, ...]]]:
    """Run the reading process and give its messages; it is ended on leaving, whatever happened."""
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "RUST_BACKTRACE": "0"}
    command = [sys.executable, "-I", str(Path(worker.__file__)), json.dumps(request)]
    late = threading.Event()
    with (
        tempfile.TemporaryFile() as complaints,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=complaints, env=environment) as process,
    ):

        def stop() -> None:
            late.set()
            process.kill()

        watch = threading.Timer(seconds, stop)
        watch.daemon = True
        watch.start()
        try:
            yield messages(process, complaints, late, file=file)
        finally:
            watch.cancel()
            process.kill()


def messages(
    process: subprocess.Popen[bytes], complaints: IO[bytes], late: threading.Event, *, file: str
) -> Iterator[tuple[Any, ...]]:
    """Yield messages until the process stops.

    Raises
    ------
    ProblemsError if it stopped without a closing message.
    """
    while True:
        try:
            message = marshal.load(required(process.stdout, "the output of the reading process"))
        except (EOFError, ValueError, TypeError):
            raise stopped(process, complaints, late, file=file) from None
        yield message


def stopped(
    process: subprocess.Popen[bytes], complaints: IO[bytes], late: threading.Event, *, file: str
) -> ProblemsError:
    """Return what to tell when the reading process stopped on its own or was stopped."""
    process.wait()
    complaints.seek(0)
    text = complaints.read(20_000).decode("utf-8", "replace")
    if late.is_set():
        return refusal(
            file, "reading took too long and was stopped", expected=f"{SMALLER}; or more 'seconds'"
        )
    if "memory allocation" in text or "MemoryError" in text:
        return fault("MemoryError", "", file=file)
    if "ModuleNotFoundError" in text or "ImportError" in text:
        return refusal(
            file,
            f"a library to read it is missing ({text.strip().splitlines()[-1][:160]})",
            expected="the project's packages as its lock file lists them",
        )
    return refusal(
        file, f"{DAMAGED} (the reading program stopped with code {process.returncode})", expected=AGAIN
    )


def fault(name: str, text: str, *, file: str) -> ProblemsError:
    """Return the error that explains an exception of a reading library."""
    text = without_folders(text)
    said = f"{name}: {text}" if text else name
    if name == "MemoryError":
        return refusal(file, MEMORY_WORDS, expected=SMALLER)
    if name in ("ModuleNotFoundError", "ImportError"):
        return refusal(
            file,
            f"a library to read it is missing ({text})",
            expected="the project's packages as its lock file lists them",
        )
    if name == "PasswordError" or "encrypted" in text.lower() or "password" in text.lower():
        return refusal(
            file, "the workbook is protected by a password", expected="a copy saved without a password"
        )
    return refusal(file, f"{DAMAGED} ({said})", expected=AGAIN)
