"""Answer codes that differ between versions of a form: shifted, or of a question worded the other way
round.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from manfaat.files.parsing.choices import NUMBER, ChoiceList
from manfaat.files.parsing.normalise import tidy
from manfaat.files.parsing.number_context import pairs_of
from manfaat.files.parsing.reading import Reading, review, unreadable

LONE_AMONG = 20  # coded cells among which a single code outside the list is a slip and no other version


def observed_codes(
    uniques: Mapping[str, int] | Iterable[tuple[str, int]], choices: ChoiceList
) -> dict[int, int]:
    """Whole numbers among the distinct texts of a column that are no declared missing codes, and how often
    each stands there.
    """
    found: dict[int, int] = {}
    for text, count in pairs_of(uniques):
        clean = tidy(text)[0]
        match = NUMBER.match(clean)
        if (
            count
            and match
            and clean not in choices.missing
            and not (match["fraction"] or "").strip("0")
            and match["whole"] not in choices.missing
        ):
            found[int(match["whole"])] = found.get(int(match["whole"]), 0) + count
    return found


def only_slips(observed: Mapping[int, int], listed: set[int]) -> bool:
    """Say whether a single cell among many is all that is outside the list: no evidence of other codes."""
    return (
        sum(count for code, count in observed.items() if code not in listed) == 1
        and sum(observed.values()) >= LONE_AMONG
    )


def check_codes(uniques: Mapping[str, int] | Iterable[tuple[str, int]], choices: ChoiceList) -> Reading:
    """Say whether the codes of a column are those of its list.

    A column of another version looks nearly right cell by cell (0–4 for 1–5; 0/1 for 1/2, where 1 still is
    Yes but 0 is No): only the whole column shows it.

    Returns
    -------
    Reading with the value "as-listed"; or for review with a recode (code as delivered → code of the list) as
    proposal for ``choice_list``; or "unreadable" when the codes are of no such version.
    """
    counts = observed_codes(uniques, choices)
    observed = set(counts)
    listed = {int(code) for code in choices.codes if code.isdigit()}
    if observed <= listed or not listed:
        return Reading("as-listed", "codes-as-listed")
    yes_no = choices.linked.get("yes_no", {})
    if (
        len(choices.codes) == 2
        and {"yes", "no"} <= set(yes_no)
        and observed <= {0, 1, 2}
        and len(observed) <= 2
    ):
        other = (observed - {1} or {0}).pop()
        return review(
            "shifted-codes",
            f"coded 1 and {other}, the list {' and '.join(choices.codes)}",
            proposal={"1": yes_no["yes"], str(other): yes_no["no"]},
        )
    for step in (1, -1):
        if (
            len(observed) > 1
            and not only_slips(counts, listed)
            and {code + step for code in observed} <= listed
        ):
            proposal = {str(code): str(code + step) for code in sorted(observed)}
            return review(
                "shifted-codes",
                f"coded from {min(observed)} to {max(observed)}, the list from {min(listed)} to"
                f" {max(listed)}",
                proposal=proposal,
            )
    return unreadable("other-codes", f"codes that the list has not: {sorted(observed - listed)[:10]}")


def reversed_scale(codes: Iterable[str]) -> dict[str, str]:
    """Return code → code of the same scale read from its other end, for an item whose wording was turned
    round in one form version.

    Only for rows of that version: the codebook says which item, the form version says which rows.
    """
    order = [str(code) for code in codes]
    return dict(zip(order, reversed(order), strict=True))
