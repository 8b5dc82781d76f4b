"""Build ``docs`` as pages that can be read without a network, into ``site``: ``make site``.

Sphinx is no part of the environment: requirements-site.lock holds it, and the Makefile puts it on the path.
Every warning is a fault, and so is a page that is in no contents, a link that leads nowhere, and whatever a
page would fetch from elsewhere.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from offline import faults
from sphinx.cmd.build import build_main

ROOT = Path(__file__).parents[2]
SITE = ROOT / "site"
STRICT = ["--quiet", "--nitpicky", "--fail-on-warning", "--keep-going"]


def main() -> int:
    """Build and look; 1 where anything is wrong."""
    shutil.rmtree(SITE, ignore_errors=True)
    folders = ["-c", str(Path(__file__).parent), "-d", str(SITE / ".doctrees"), str(ROOT / "docs"), str(SITE)]
    code = build_main(["-b", "html", *STRICT, *folders])
    shutil.rmtree(SITE / ".doctrees", ignore_errors=True)
    found = faults(SITE)
    print("\n".join([*found, f"site/index.html: {len(list(SITE.rglob('*.html')))} pages"]))
    return 1 if code or found else 0


if __name__ == "__main__":
    sys.exit(main())
