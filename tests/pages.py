"""What the pages of the documentation show: their fenced blocks, and what a reader does who follows them.

A block that cannot be run stands below ``<!-- not run: why -->``, and one whose commands end with another
code than 0 below ``<!-- ends with 2 -->``.
"""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path

import pexpect

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
FENCE = re.compile(
    r"^(?:<!-- (?:not run: (?P<why>[^>]+)|ends with (?P<code>\d+)) -->\n\n?)?"
    r"^(?P<fence>```+)(?P<kind>[a-z]*) ?(?P<info>[^\n]*)\n(?P<text>.*?)^(?P=fence)$",
    re.MULTILINE | re.DOTALL,
)
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[()][A-Z0-9]|[\u2500-\u257f]")
ANYTHING = "…"
PROMPT = "]:"
IN_EACH_TERMINAL = "source .venv/bin/activate"  # the tests have the project's programs on their path


@dataclass(frozen=True)
class Block:
    """A fenced block: ``why`` says why it is not run, and is empty for all others; ``code`` is what its
    commands end with.
    """

    page: str
    line: int
    kind: str
    text: str
    why: str = ""
    code: int = 0
    info: str = ""

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def blocks(page: str) -> list[Block]:
    """All fenced blocks of a page, in its order."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return [
        Block(
            page,
            text.count("\n", 0, m.start("fence")) + 1,
            m["kind"],
            m["text"],
            m["why"] or "",
            int(m["code"] or 0),
            m["info"],
        )
        for m in FENCE.finditer(text)
    ]


def in_terminal(command: str, folder: Path, *, width: int = 240, patience: int = 30) -> pexpect.spawn:
    """Start a command in a terminal of its own, with this checkout's code."""
    inherited = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    environment = inherited | {
        "PYTHONPATH": str(ROOT / "src"),
        "PATH": f"{BIN}:{os.environ['PATH']}",
        "TERM": "xterm",
        "NO_COLOR": "1",
    }
    return pexpect.spawn(
        "/bin/bash",
        ["-c", command],
        cwd=str(folder),
        env=environment,
        encoding="utf-8",
        dimensions=(60, width),
        timeout=patience,
    )


def plain(said: str) -> str:
    """What a terminal shows, without colours and borders, each white space once."""
    return " ".join(ESCAPES.sub(" ", said).split())


def pattern(line: str) -> str:
    """A shown line as a pattern: an ellipsis stands for anything."""
    return ".*?".join(re.escape(" ".join(part.split())) for part in line.split(ANYTHING))


def commands(block: Block) -> list[tuple[str, list[str]]]:
    """The commands of a block of the console, each with the lines that are shown below it."""
    found: list[tuple[str, list[str]]] = []
    for line in block.text.splitlines():
        if line.startswith("$ "):
            found.append((line[2:].partition("  #")[0].strip(), []))
        elif found:
            found[-1][1].append(line)
        else:
            raise AssertionError(f"{block}: {line!r} stands below no command")
    return found


def typed(line: str) -> tuple[str, str] | None:
    """A line with a prompt: what it asks, and what the reader answers; None where it is no prompt."""
    asks, found, answer = line.rpartition(PROMPT)
    return (asks + found, answer.strip()) if found else None


def follow_console(block: Block, folder: Path) -> str:
    """Type the commands of a block and the answers that it shows, and hold what the terminal says against
    the lines below them, in their order; what it said.
    """
    told = ""
    for command, lines in commands(block):
        if command == IN_EACH_TERMINAL:
            continue
        running = in_terminal(command, folder, patience=300)
        said = ""
        for asks, answer in filter(None, map(typed, lines)):
            running.expect_exact(asks)
            said += running.before + asks
            running.sendline(answer)
        running.expect(pexpect.EOF)
        said = plain(said + running.before)
        running.close()
        assert running.exitstatus == block.code, f"{block}: {command}: {running.exitstatus}: {said}"
        shown = ".*?".join(pattern(line) for line in lines if line.strip() != ANYTHING)
        assert re.search(shown, said), f"{block}: {command} says\n{said}\nand not\n{shown}"
        told += said
    return told


def follow_diff(block: Block, folder: Path) -> list[str]:
    """Write into a file what a block says, where the lines without its additions stand; the lines that were
    written.
    """
    head, *lines = block.text.splitlines()
    path = folder / head.removeprefix("--- ")
    before = [line[1:] for line in lines if line[:1] in ("-", " ")]
    after = [line[1:] for line in lines if line[:1] in ("+", " ")]
    assert all(line[:1] in ("-", "+", " ") for line in lines), block
    there = path.read_text(encoding="utf-8").splitlines()
    places = [
        at for at in range(len(there) - len(before) + 1) if there[at : at + len(before)] == before and before
    ]
    assert len(places) == 1 or not before, f"{block}: stands {len(places)} times in\n" + "\n".join(there)
    at = places[0] if before else len(there)
    there[at : at + len(before)] = after
    path.write_text("\n".join(there) + "\n", encoding="utf-8")
    return [line[1:] for line in lines if line.startswith("+")]
