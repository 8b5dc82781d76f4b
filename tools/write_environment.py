"""Write ``environment.yml`` from ``pyproject.toml`` and ``requirements.lock``: conda-forge names, the lock's
versions.

python tools/write_environment.py
"""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
HEAD = """# For those who use conda: the versions of requirements.lock under their conda-forge names.
# Written by tools/write_environment.py; a test holds it against pyproject.toml and the lock.
name: manfaat
channels:
  - conda-forge
  - nodefaults
dependencies:
  - python=3.11
  - pip
"""

ELSEWHERE = {
    "typst": "typst-py"
}  # conda-forge's typst is the typesetter itself, and typst-py what Python calls


def declared() -> list[str]:
    """Names of all packages that pyproject.toml asks for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = project["dependencies"] + project["optional-dependencies"]["dev"]
    return sorted(re.match(r"[A-Za-z0-9-]+", line)[0] for line in asked)


def locked() -> dict[str, str]:
    """Version of every package in the lock, for Python 3.11."""
    lines = re.findall(
        r"^([a-z0-9-]+)==([^ \\]+)(?: ; (.*?))? \\$", (ROOT / "requirements.lock").read_text(), re.MULTILINE
    )
    return {name: version for name, version, marker in lines if fits(marker)}


def fits(marker: str) -> bool:
    """Whether a line of the lock is meant for Python 3.11."""
    limits = re.findall(r"python_full_version (<|>=) '3\.(\d+)'", marker)
    return all(int(minor) > 11 if sign == "<" else int(minor) <= 11 for sign, minor in limits)


def environment() -> str:
    """The text of environment.yml."""
    versions = locked()
    return (
        HEAD
        + "".join(f"  - {ELSEWHERE.get(name, name)}={versions[name]}\n" for name in declared())
        + "  - pip:\n      - -e .\n"
    )


if __name__ == "__main__":
    (ROOT / "environment.yml").write_text(environment())
