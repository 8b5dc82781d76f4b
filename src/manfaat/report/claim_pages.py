"""What was found of each claim, one after the other: the message, why it has its grade, its indicators; and
against which threats each number stands.
"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from manfaat.evaluation.estimate import as_rows
from manfaat.report.blocks import Heading, Paragraph, leading, said
from manfaat.report.brief import INTERVAL, Brief, Part
from manfaat.report.citing import asking
from manfaat.report.exhibit import id_of
from manfaat.report.origins import origin_of
from manfaat.report.reader import Reader
from manfaat.report.sentences import spread_of_methods
from manfaat.report.tables import Layout
from manfaat.report.threat_texts import TEXTS
from manfaat.report.threats import NO_PRIMARY, examined, foremost_rows, row_of, title_of
from manfaat.report.verdict_words import GRADE_SIGNS
from manfaat.report.verdicts import (
    Verdict,
    by_claim,
    deciding,
    deciding_estimates,
    page_of,
    values_of,
    verdict_sentences,
)
from manfaat.report.words import mark, sentence_case

SIGNS = {"yes": "✓", "no": "✕", "none": "·"}
SHOWN_BY = {
    "accounts": ("double-benefit", "place-costs"),
    "joint": ("double-benefit",),
}  # by rules of verdicts
MATRIX = Layout(
    "matrix",
    mark("Which threats each number stands against"),
    [("indicator", mark("Indicator"))],
    mark(
        "✓ the conclusion is the same; ✕ it is another, or the check failed; · the data do not decide it."
        " Each sign leads to its number, and to what that means, in the annex."
    ),
)


def claim_pages(page: Brief, note: str) -> list[Part]:
    """Each claim in the order declared: its message, why it has its grade and what is most likely to overturn
    it, and its indicators; ``note`` stands below each figure.
    """
    reader, parts = page.reader, list[Part]()
    found = {(one.claim.id, one.verdict.arm): one for one in page.claims}
    sentences = verdict_sentences(reader, page.grades, page.evidence)
    pages = {claim.id: page_of(claim, row) for claim, row, _ in by_claim(reader, page.grades)}
    for (claim, row, name), text in zip(by_claim(reader, page.grades), sentences, strict=True):
        one = found[claim.id, row.arm]
        message = (page.unknown if row.grade == "cannot tell" else page.told)([one])[0]
        heading = f"{name} {GRADE_SIGNS[row.grade]} {sentence_case(message)}"
        parts += [Heading(3, heading, page_of(claim, row))]
        told = " ".join(filter(None, [text, spread_of(page, row)]))
        ends = numbers_of(page, row) | {name: pages[name] for name in str(row.tied).split() if name in pages}
        parts += [Paragraph(asking(leading(told, ends), *SHOWN_BY.get(row.rule, ())))]
        title = reader.say("{about}, by every indicator that counts", about=sentence_case(one.about))
        parts += page.drawn(id_of("claim", claim.id, row.arm), page.rows([one]), title, note)
    return parts


def numbers_of(page: Brief, row: Verdict) -> dict[str, str]:
    """The numbers that a verdict's sentence names, each with what it leads to: how the estimate came about
    that decided.
    """
    line = deciding(row, page.evidence)
    own = list(as_rows(deciding_estimates([row], page.evidence, page.estimates)))
    if line is None or not own:
        return {}
    told = values_of(page.reader, line)
    between = page.reader.say(INTERVAL, amount="", low=told["low"], high=told["high"]).strip(" ()")
    return dict.fromkeys([told["amount"], told["mde"], between], origin_of(own[0]))


def spread_of(page: Brief, row: Verdict) -> str:
    """How far the specifications disagree on the indicator that decided a verdict, where no lottery decides
    between them.
    """
    study = page.reader.study
    if study.cohort.assignment != "observational" or row.basis != "comparison":
        return ""
    own = (line for line in study.indicators if (line.indicator, line.use) == (row.indicator, "effect"))
    deciding = [line for line in own if line.rater == row.rater]
    return spread_of_methods(page.reader, page.estimates, deciding[0], row.arm) if deciding else ""


def threat_matrix(reader: Reader, rows: pd.DataFrame, estimates: pd.DataFrame) -> list[Part]:
    """One row a primary estimate that a claim rests on, one column a threat that the data decide of any."""
    lines, ends = [], list[dict[str, str]]()
    for estimate, own in examined(foremost_rows(reader, rows), estimates):
        signs = dict(zip(own["threat"], own["passed"].map(SIGNS), strict=True))
        ran = own.loc[own["meaning"] != "cannot run", "threat"]
        lines.append({"indicator": title_of(reader, estimate)} | signs)
        ends.append({threat: f"#{row_of(estimate, threat)}" for threat in ran})
    if not lines:
        return [said(reader.say(NO_PRIMARY), "nothing")]
    table = pd.DataFrame(lines).fillna(SIGNS["none"])
    decided = [name for name in TEXTS if name in table and (table[name] != SIGNS["none"]).any()]
    columns = [*MATRIX.columns, *((name, TEXTS[name].name, "right") for name in decided)]
    made = replace(MATRIX, columns=columns).exhibit(reader, table, reader.source_note())
    linked = []
    for (first, *cells), end in zip(made.rows, ends, strict=True):
        to = [end.get(name, "") for name in decided]
        linked.append((first, *(replace(cell, link=link) for cell, link in zip(cells, to, strict=True))))
    return [replace(made, rows=tuple(linked))]
