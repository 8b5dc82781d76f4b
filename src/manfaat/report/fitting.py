"""Make a page small enough to be sent: pictures that do not fit stay in the folder, their words stay in the
page.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape

from manfaat.report.words import Language

PICTURE = re.compile(
    r'(<figure class="exhibit[^"]*" id="(?P<id>[^"]+)">)<svg(?=[^>]* aria-label="(?P<alt>[^"]*)").*?</svg>',
    re.DOTALL,
)
ORIGINS = re.compile(r'<details class="origins.*?</dl></details></details>', re.DOTALL)


def fitted(
    html: str, size: Callable[[str], int], largest: int, files: dict[str, str], language: Language
) -> str:
    """Return the chapters' HTML such that their page is no larger than ``largest``, as far as that can be
    had.

    What goes first: the largest pictures, then the folds of the estimates, last the pictures of the findings.
    ``size`` gives the bytes of the page with some HTML; ``files`` names the file of each figure by its
    anchor.
    """
    steps = (
        lambda excess: without_largest_pictures(html, excess, files, language, findings=False),
        lambda excess: without_origins(html, language),
        lambda excess: without_largest_pictures(html, excess, files, language, findings=True),
    )
    for step in steps:
        if (excess := size(html) - largest) > 0:
            html = step(excess)
    return html


def without_largest_pictures(
    html: str, excess: int, files: dict[str, str], language: Language, *, findings: bool
) -> str:
    """Replace the largest pictures by their descriptions and the names of their files, until ``excess`` bytes
    are gone.
    """
    saved, gone = 0, set()
    end = html.find("</section>")  # of the first chapter, the findings
    found = [match for match in PICTURE.finditer(html) if (match.start() < end) == findings]
    for match in sorted(found, key=lambda match: -len(match[0])):
        if saved >= excess:
            break
        gone.add(match["id"])
        saved += len(match[0].encode()) - len(in_words(match, files, language).encode())
    return PICTURE.sub(
        lambda match: in_words(match, files, language) if match["id"] in gone else match[0], html
    )


def in_words(match: re.Match, files: dict[str, str], language: Language) -> str:
    """Return a figure whose picture is told in words; ``alt`` is escaped already."""
    where = language.say("The picture is in the file {file}.", file=files.get(match["id"], "exhibits/"))
    return f'{match[1]}<p class="alt">{match["alt"]}</p><p class="note">{escape(where)}</p>'


def without_origins(html: str, language: Language) -> str:
    """Replace the folds of all estimates by one sentence that says where the same is written."""
    told = language.say(
        "How each number came about stands in its row of estimates.csv, and the methods in the appendix."
    )
    return ORIGINS.sub(f'<p class="note">{escape(told)}</p>', html)
