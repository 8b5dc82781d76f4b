"""What time it is: now, or the moment that a person states so that another day gives the same bytes."""

from __future__ import annotations

import os
import re
from datetime import UTC, date, datetime

from manfaat.base.problems import Problem, refuse

STATED = "SOURCE_DATE_EPOCH"  # https://reproducible-builds.org/specs/source-date-epoch


def is_stated() -> bool:
    """Whether ``SOURCE_DATE_EPOCH`` states a moment, in seconds since 1970.

    Raises
    ------
    ProblemsError where it states something else.
    """
    text = os.environ.get(STATED, "")
    if text and not re.fullmatch("[0-9]{1,11}", text):
        refuse([Problem(STATED, f"'{text}' is no moment", expected="whole seconds since 1970, or nothing")])
    return bool(text)


def moment() -> datetime:
    """Now, or the moment stated, in UTC."""
    return datetime.fromtimestamp(int(os.environ[STATED]), UTC) if is_stated() else datetime.now(UTC)


def day_of(moment: datetime) -> date:
    """The day of a moment where this machine stands; of a stated one that of UTC, the same everywhere."""
    return (moment.astimezone(UTC) if is_stated() else moment.astimezone()).date()
