"""Hold the faults that are still allowed in ``src`` against ``[tool.manfaat.budget]`` of ``pyproject.toml``.

python tools/budget.py    fails where there are more than written down, or fewer
"""

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
TOOLS = Path(sys.executable).parent


def type_errors() -> list[str]:
    """Errors of mypy, strict, one a line."""
    return [
        line for line in printed("mypy", "--no-error-summary", "--hide-error-context") if ": error: " in line
    ]


def long_parameters() -> list[str]:
    """Functions that take more parameters than ruff's ``max-args``, one a line."""
    return [
        line
        for line in printed("ruff", "check", "--select", "PLR0913", "--output-format", "concise", "src")
        if " PLR0913 " in line
    ]


def printed(tool: str, *arguments: str) -> list[str]:
    """Lines that a tool of the environment prints; RuntimeError where it did not get as far as counting."""
    done = subprocess.run([TOOLS / tool, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        raise RuntimeError(f"{tool} stopped: {done.stdout}{done.stderr}")
    return done.stdout.splitlines()


def verdict(name: str, found: list[str], allowed: int) -> str:
    """What is wrong with the budget, nothing where the count is the number written down."""
    if len(found) > allowed:
        return "\n".join([*found, f"{name}: {len(found)} found, {allowed} allowed"])
    if len(found) < allowed:
        return f"{name}: {len(found)} left; write {len(found)} in [tool.manfaat.budget] of pyproject.toml"
    return ""


def main() -> int:
    """Print what is wrong; 1 where something is."""
    allowed = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["manfaat"]["budget"]
    found = {"types": type_errors(), "parameters": long_parameters()}
    wrong = [said for name, lines in found.items() if (said := verdict(name, lines, allowed[name]))]
    print("\n".join(wrong), end="\n" if wrong else "")
    return len(wrong) > 0


if __name__ == "__main__":
    sys.exit(main())
