"""From estimates and what threatens them to a grade for each claim, by a written rule. Data only: sentences
belong to the report.
"""

from manfaat.verdict.evidence import evidence
from manfaat.verdict.rules import from_accounts, verdicts

__all__ = ["evidence", "from_accounts", "verdicts"]
