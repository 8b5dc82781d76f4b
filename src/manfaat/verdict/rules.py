"""The written rule: from the evidence on a claim to its grade.

Grades, from the weakest to the strongest: ``contradicted``, ``cannot tell``, ``reported only``,
``suggested``, ``shown``. A part of a claim has the grade of its strongest line, after the p values of its
indicators were adjusted for their number; a claim has the grade of its weakest part; a joint claim that of
the weakest claim it joins.
"""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from manfaat.base.typed import typed_rows
from manfaat.definitions.claims import GRADES, Claim, weakest
from manfaat.definitions.programme import Programme
from manfaat.evaluation.levels import LEVEL
from manfaat.verdict.evidence import DECISIVE

# share of the units behind an estimate whose answers may wait for a decision; this project's convention
MOST_WAITING = 0.05
VERDICT_COLUMNS = ["claim", "grade", "rule", "part", "indicator", "rater", "basis", "threat", "tied", "arm"]


def is_groundless(line: pd.Series) -> bool:
    """Whether a check failed that takes the ground from under the comparison."""
    return any(threat in DECISIVE for threat in line["failed"])


def grade_line(line: pd.Series) -> tuple[str, str]:
    """Grade one line of evidence that lies clearly on one side: (grade, rule)."""
    compares = line["basis"] in ("lottery", "comparison")
    if line["side"] == "against":
        if not compares:
            return "cannot tell", "alone"
        return ("cannot tell", "failed") if is_groundless(line) else ("contradicted", "against")
    if line["is_opinion"]:
        return "reported only", "opinion"
    if not compares:
        return "reported only", "alone"
    if is_groundless(line):
        return ("suggested", "lottery failed") if line["basis"] == "lottery" else ("cannot tell", "failed")
    return ("shown", "lottery") if line["basis"] == "lottery" else ("suggested", "comparison")


def grade_part(lines: pd.DataFrame) -> dict[str, object]:
    """Grade one part of a claim by the lines that speak; see the module's text.

    Returns
    -------
    ``grade, rule`` and ``indicator, rater, basis`` of the line that decided.
    """
    lines = lines[lines["speaks"].astype(bool)]
    held = lines[lines["waiting"] > MOST_WAITING]
    if len(held):
        return answer("cannot tell", "waiting", held.iloc[int(held["waiting"].argmax())])
    told = lines[lines["reason"] == ""]
    if told.empty:
        return answer("cannot tell", "nothing", lines.iloc[0] if len(lines) else None)
    clear = told[told["side"] != "neither"]
    if clear.empty:
        small = told["is_small"].astype(bool)
        if small.all():
            return answer("contradicted", "small", told.iloc[0])
        decides = told[~small].iloc[0]
        return answer("cannot tell", "doubted" if decides["unreliable"] else "unclear", decides)
    graded = [(*grade_line(line), line) for _, line in clear.iterrows()]
    if clear["side"].nunique() > 1 and any(grade == "contradicted" for grade, _, _ in graded):
        return answer("cannot tell", "mixed", clear.iloc[0])
    favourable = [one for one in graded if one[2]["side"] == "for"] or graded
    grade, rule, line = max(favourable, key=lambda one: GRADES.index(one[0]))
    return answer(grade, rule, line)


def answer(grade: str, rule: str, line: pd.Series | None) -> dict[str, object]:
    """A grade with the line that decided it."""
    where = {name: line[name] if line is not None else "" for name in ("indicator", "rater", "basis")}
    return {"grade": grade, "rule": rule, **where}


def threat_of(line: dict[str, object], lines: pd.DataFrame) -> str:
    """Name the one threat most likely to overturn a grade: what failed, else what evidence of this kind can
    never rule out.
    """
    own = lines[
        (lines["indicator"] == line["indicator"])
        & (lines["rater"] == line["rater"])
        & (lines["basis"] == line["basis"])
    ]
    if line["rule"] == "waiting":
        return "waiting"
    failed, doubts = (own["failed"].iloc[0], own["doubts"].iloc[0]) if len(own) else ((), ())
    if failed:
        return str(failed[0])
    if line["rule"] in ("unclear", "doubted", "nothing", "small", "mixed"):
        return {
            "unclear": "too few",
            "doubted": "interval",
            "nothing": "not measured",
            "small": "smallest effect",
            "mixed": "mixed",
        }[line["rule"]]
    if line["rule"] == "opinion":
        return "own rating"
    if line["basis"] == "lottery" and doubts:
        return f"{doubts[0]} stands"
    return {
        "lottery": "other places",
        "comparison": "hidden cause",
        "change": "anyway",
        LEVEL: "no comparison",
    }.get(str(line["basis"]), "not measured")


ACCOUNT_THREATS = {
    "estimated price": "equivalent",
    "no equivalent": "equivalent",
    "by reading": "in-kind",
    "by rate": "rate",
    "most": "rate",
    "less": "rate",
    "above": "no comparison",
    "below": "no comparison",
    "around": "too few",
    "not measured": "not measured",
    "no costs": "not measured",
    "incomplete": "set aside",
}


class Half(NamedTuple):
    """What the accounts say of one part of the double benefit."""

    part: str
    claim: str
    grade: str
    why: str


def from_accounts(halves: pd.DataFrame) -> dict[str, dict[str, object]]:
    """What the accounts say of the claims that they bear on.

    Parameters
    ----------
    halves : ``part, claim, grade, why`` of the double benefit; the parts of the cost claim name no claim of
    their own.

    Returns
    -------
    ``grade, rule, part, basis, threat`` by claim, where ``basis`` is why the part that decides has its grade.
    The joint claim is left out: it joins the others.
    """
    rows = {half.part: half for half in typed_rows(halves.fillna("").astype("str"), Half)}
    found: dict[str, dict[str, object]] = {}
    for name, parts in (("technology", ["technology"]), ("cost", ["host", "cheaper"])):
        if name in rows and rows[name].claim:
            decides = min(
                (rows[part] for part in parts if part in rows), key=lambda half: GRADES.index(half.grade)
            )
            found[rows[name].claim] = {
                "grade": rows[name].grade,
                "rule": "accounts",
                "part": decides.part,
                "basis": decides.why,
                "threat": ACCOUNT_THREATS.get(decides.why, "equivalent"),
            }
    return found


def verdicts(
    programme: Programme, lines: pd.DataFrame, accounts: dict[str, dict[str, object]] | None = None
) -> pd.DataFrame:
    """Grade every claim.

    Parameters
    ----------
    lines : from ``evidence``. accounts : what the cost accounts say of a claim, ``grade, rule, threat``; a
    claim that rests on them
        alone and is not in it cannot be told.

    Returns
    -------
    ``VERDICT_COLUMNS``, one row a claim, in the order declared, and of several arms one an arm (accounts know
    of none); ``part`` is the number of the part that
    decided, or the claim that a joint one is as weak as; ``tied`` are all that have the same grade, with it
    (spaces between them).
    """
    arms = {
        arm: of_arm(programme, lines[lines["arm"].isin([arm, ""])], accounts or {})
        for arm in programme.design.arms or [""]
    }
    first = next(iter(arms))
    rows = [
        found[claim.id] | {"arm": "" if claim.accounts else arm}
        for claim in programme.claims
        for arm, found in arms.items()
        if arm == first or not claim.accounts
    ]
    return pd.DataFrame(rows, columns=VERDICT_COLUMNS)


def of_arm(
    programme: Programme, lines: pd.DataFrame, accounts: dict[str, dict[str, object]]
) -> dict[str, dict[str, object]]:
    """The verdict on each claim from the lines of one arm."""
    found: dict[str, dict[str, object]] = {}
    pending = list(programme.claims)
    while pending:
        ready = [claim for claim in pending if all(name in found for name in claim.claims)]
        for claim in ready:
            found[claim.id] = verdict(claim, lines, accounts, found)
        pending = [claim for claim in pending if claim.id not in found]
    return found


def verdict(
    claim: Claim,
    lines: pd.DataFrame,
    accounts: dict[str, dict[str, object]],
    found: dict[str, dict[str, object]],
) -> dict[str, object]:
    """Grade one claim; those that it joins are graded already. Where indicators and accounts both bear on it,
    the weaker grade holds.
    """
    blank = dict.fromkeys(VERDICT_COLUMNS, "") | {"claim": claim.id}
    if claim.claims:
        grade = weakest(*[str(found[name]["grade"]) for name in claim.claims])
        which = [name for name in claim.claims if found[name]["grade"] == grade]
        return blank | {
            "grade": grade,
            "rule": "joint",
            "part": which[0],
            "threat": found[which[0]]["threat"],
            "tied": " ".join(which),
        }
    told = accounts.get(claim.id)
    if claim.accounts:
        return (
            blank | {"grade": "cannot tell", "rule": "no accounts", "threat": "not measured"} | (told or {})
        )
    by_evidence = blank | graded_by_evidence(lines[lines["claim"] == claim.id])
    return (
        blank | told
        if told and GRADES.index(str(told["grade"])) < GRADES.index(str(by_evidence["grade"]))
        else by_evidence
    )


def graded_by_evidence(own: pd.DataFrame) -> dict[str, object]:
    """Grade a claim by its weakest part."""
    graded = [grade_part(rows) | {"part": part} for part, rows in own.groupby("part", sort=False)]
    if not graded:
        return {"grade": "cannot tell", "rule": "nothing", "threat": "not measured"}
    decided = min(graded, key=lambda one: GRADES.index(one["grade"]))
    tied = " ".join(str(one["part"]) for one in graded if one["grade"] == decided["grade"])
    return decided | {"tied": tied, "threat": threat_of(decided, own[own["part"] == decided["part"]])}
