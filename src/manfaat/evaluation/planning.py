"""How many people the next study needs."""

from __future__ import annotations


def people_needed(n: float, n_comparison: float, detectable: float, smallest: float) -> tuple[float, float]:
    """How many participants and how many others a study needs to find the ``smallest`` effect, with the power
    and the level at which one of ``n`` and ``n_comparison`` would find no less than ``detectable``.

    The minimum detectable effect is a multiple of the standard error, which falls with the root of the number
    of people where the ratio of the groups and the spread of the answers stay as they are; so a study that is
    to see half of it needs four times as many. Of a change among ``n`` participants alone
    (``n_comparison`` 0) it is what two groups of one size need, whose changes have the same spread.

    Examples
    --------
    >>> people_needed(40, 60, 0.4, 0.2)
    (160.0, 240.0)
    >>> people_needed(50, 0, 0.2, 0.2)
    (100.0, 100.0)
    """
    times = (detectable / smallest) ** 2
    return (n * times, n_comparison * times) if n_comparison else (2 * n * times, 2 * n * times)
