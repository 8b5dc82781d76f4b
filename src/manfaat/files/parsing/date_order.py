"""Whether day or month stands first in a column of dates: what its own dates show, then its file.

``3/9/2019`` is 3 September or 9 March. A column in which no date can be read in one way only says nothing by
itself; then the times that a program wrote are looked at (their order, a part that never changes), other
columns of the same kind, and the language of the header. What none of these decides waits for a person, with
what speaks for either.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

DAY_FIRST, MONTH_FIRST = "dmy", "mdy"
FEWEST_ALIKE = 10  # typed dates that can only be month-first, and none that can only be day-first, before the column is believed  # noqa: E501
FEWEST_STAMPS = (
    3  # times that a program wrote before their order, or a part that never changes, says anything
)
NAMES = {DAY_FIRST: "day", MONTH_FIRST: "month"}
WORD = re.compile(r"[^\W\d_]{2,}")
ENGLISH = frozenset(
    [
        "the",
        "of",
        "and",
        "or",
        "in",
        "on",
        "to",
        "is",
        "are",
        "was",
        "were",
        "do",
        "does",
        "did",
        "you",
        "your",
        "what",
        "when",
        "which",
        "who",
        "how",
        "much",
        "many",
        "have",
        "has",
        "date",
        "time",
        "timestamp",
        "start",
        "end",
        "day",
        "month",
        "year",
        "birth",
        "interview",
        "submission",
        "submitted",
        "completed",
        "name",
        "age",
        "sex",
        "gender",
        "address",
        "email",
        "survey",
        "training",
        "before",
        "after",
        "please",
        "other",
        "income",
        "work",
        "job",
    ]
)
INDONESIAN = frozenset(
    [
        "yang",
        "dan",
        "atau",
        "di",
        "ke",
        "dari",
        "pada",
        "apakah",
        "apa",
        "kapan",
        "siapa",
        "berapa",
        "bagaimana",
        "anda",
        "saudara",
        "bapak",
        "ibu",
        "tanggal",
        "tgl",
        "waktu",
        "cap",
        "stempel",
        "mulai",
        "selesai",
        "hari",
        "bulan",
        "tahun",
        "lahir",
        "wawancara",
        "kirim",
        "dikirim",
        "nama",
        "umur",
        "usia",
        "jenis",
        "kelamin",
        "alamat",
        "surel",
        "survei",
        "pelatihan",
        "sebelum",
        "sesudah",
        "lainnya",
        "pendapatan",
        "gaji",
        "pekerjaan",
        "kerja",
    ]
)


@dataclass(frozen=True, slots=True)
class WrittenDate:
    """One date of three numbers as it stands: the first two, the year, the time of day ("" where none
    stands), and how often.
    """

    first: int
    second: int
    year: int
    clock: tuple[int, int, int] | None
    count: int = 1

    @property
    def order(self) -> str | None:
        """The only order that it can have; None when both are possible."""
        if self.first > 12 >= self.second >= 1 and self.first <= 31:
            return DAY_FIRST
        return MONTH_FIRST if self.second > 12 >= self.first >= 1 and self.second <= 31 else None

    @property
    def is_open(self) -> bool:
        """Whether either order gives a date, and another one."""
        return 1 <= self.first <= 12 and 1 <= self.second <= 12 and self.first != self.second

    def moment(self, order: str) -> tuple[int, ...]:
        """The date in one order, such that later ones are larger."""
        day, month = (self.first, self.second) if order == DAY_FIRST else (self.second, self.first)
        return (self.year, month, day, *(self.clock or (0, 0, 0)))


@dataclass(frozen=True, slots=True)
class Order:
    """The order of a column: ``order`` where it is decided, else ``likely`` (what to propose); ``because``
    says by what.

    ``mixed`` : both orders stand in the column. ``is_open`` : some date can be both, and nothing in the
    column decides.
    ``stamps`` : a program wrote the column: every date has a time of day.
    """

    order: str | None = None
    mixed: bool = False
    is_open: bool = False
    stamps: bool = False
    likely: str | None = None
    because: str = ""


def order_of(dates: Sequence[WrittenDate]) -> Order:
    """Tell the order of a column from its own dates, given in the order of their rows."""
    stamps = len(dates) > 1 and all(date.clock is not None for date in dates)
    shown = {order: sum(date.count for date in dates if date.order == order) for order in NAMES}
    if all(shown.values()):
        return Order(DAY_FIRST, mixed=True, stamps=stamps)
    if shown[DAY_FIRST]:
        return Order(DAY_FIRST, stamps=stamps)
    if shown[MONTH_FIRST]:
        return Order(MONTH_FIRST, mixed=not stamps and shown[MONTH_FIRST] < FEWEST_ALIKE, stamps=stamps)
    undecided = [date for date in dates if date.is_open]
    if not undecided:
        return Order(stamps=stamps)
    found, because = order_of_stamps(undecided) if stamps else (None, "")
    return Order(found, is_open=found is None, stamps=stamps, because=because)


def order_of_stamps(dates: Sequence[WrittenDate]) -> tuple[str | None, str]:
    """Tell the order of times that a program wrote: they follow one another, and no survey has its days on
    one day of each month.
    """
    if len({(date.first, date.second) for date in dates}) < FEWEST_STAMPS:
        return None, ""
    breaks = {order: disorder([date.moment(order) for date in dates]) for order in NAMES}
    votes = {}
    for order, other in ((DAY_FIRST, MONTH_FIRST), (MONTH_FIRST, DAY_FIRST)):
        if breaks[order] == 0 and breaks[other] > 1:
            votes[order] = f"with the {NAMES[order]} first the times of the rows follow one another"
    firsts, seconds = ({getattr(date, part) for date in dates} for part in ("first", "second"))
    for order, months, days in ((MONTH_FIRST, firsts, seconds), (DAY_FIRST, seconds, firsts)):
        if len(months) == 1 and len(days) >= FEWEST_STAMPS:
            votes.setdefault(
                order,
                f"with the {NAMES[order]} first all times lie in one month, otherwise on one day of several"
                " months",
            )
    return next(iter(votes.items())) if len(votes) == 1 else (None, "")


def disorder(moments: Sequence[tuple[int, ...]]) -> int:
    """How often a sequence turns back, counted in the direction in which it does so less often."""
    pairs = list(pairwise(moments))
    return min(sum(one > two for one, two in pairs), sum(one < two for one, two in pairs))


def language_of(headers: Iterable[str]) -> str:
    """Return ``en`` or ``id`` by the words of a file's header; "" where neither is clear."""
    words = [word for header in headers for word in WORD.findall(header.casefold())]
    english, indonesian = (sum(word in known for word in words) for known in (ENGLISH, INDONESIAN))
    if english == indonesian:
        return ""
    return (
        ("en" if english > indonesian else "id")
        if max(english, indonesian) >= 2 * min(english, indonesian)
        else ""
    )


def by_its_file(own: Order, others: Iterable[tuple[str, Order]], language: str) -> Order:
    """Complete an open order by the columns beside it and by the language of the header.

    Parameters
    ----------
    others : name and order of the other date columns; those that are no times by a program say nothing of
    those that are, and
        the reverse.
    language : of the column's header ("" when it is not clear). Only English software writes the month first.
    """
    if not own.is_open:
        return own
    alike = [
        (name, other.order)
        for name, other in others
        if other.order and not other.mixed and other.stamps == own.stamps
    ]
    orders = {order for _, order in alike}
    if len(orders) == 1:
        order = orders.pop()
        names = ", ".join(f"'{name}'" for name, _ in alike[:3])
        return Order(order, stamps=own.stamps, because=f"the {NAMES[order]} stands first, as in {names}")
    if language == "id":
        return Order(
            DAY_FIRST, stamps=own.stamps, because="the header is Indonesian, so the day stands first"
        )
    said = "; the header is English, where programs often write the month first" if language == "en" else ""
    beside = "; the other columns disagree" if orders else ""
    because = (
        f"no date of the column can be read in one way only{beside}{said}; 'date_order' under the file in"
        " cohort.yml says which is first"
    )
    return Order(
        is_open=True, stamps=own.stamps, likely=MONTH_FIRST if language == "en" else None, because=because
    )
