"""Why there is no evidence on an indicator."""

from __future__ import annotations

from manfaat.base.reasons import Code, because


class VerdictReason(Code):
    """Why there is no evidence on an indicator."""

    NOT_ESTIMATED = because("no specification estimates it, and none says why")
