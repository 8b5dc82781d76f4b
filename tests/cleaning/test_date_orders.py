"""Whether day or month stands first, by the stamps of the rows: what was written down lies before its
submission.
"""

import pandas as pd
import pytest

from manfaat.cleaning.columns import encode
from manfaat.cleaning.date_orders import date_contexts
from manfaat.cleaning.readers import Told
from manfaat.definitions.codebook import Variable
from manfaat.definitions.raw_files import RawFile
from manfaat.files.parsing import read_date

FILE = RawFile(file="f.csv", table="people")


def asked(name: str, kind: str, role: str = "") -> Variable:
    texts = {"label::English (en)": "x", "label::Bahasa Indonesia (id)": "x"}
    return Variable.model_validate(
        {"table": "people", "name": name, "type": kind, "source": name, "role": role} | texts
    )


def context_of(dates, stamps, *, role="submitted", kind="dateTime"):
    columns = {"visit": encode(pd.Series(dates, dtype="str")), "sent": encode(pd.Series(stamps, dtype="str"))}
    files = pd.Series(["f.csv"] * len(dates))
    return date_contexts(columns, files, [asked("visit", "date"), asked("sent", kind, role)], [FILE], Told())[
        "f.csv", "visit"
    ]


DAYS = ["05/03/2024", "07/03/2024", "09/03/2024", "11/03/2024", "03/03/2024"]  # in March, day first
SENT = [f"2024-03-{day}T09:00:00+07:00" for day in ("06", "07", "10", "11", "03")]


def test_dates_that_would_lie_after_their_submission_tell_the_order():
    context = context_of(DAYS, SENT)
    assert context.order == "dmy"
    assert (
        context.because
        == "with the month first 4 dates would lie after 'sent' of their row, with the day first none"
    )
    assert read_date("05/03/2024", context).value == "2024-03-05"
    turned = [f"{text[3:5]}/{text[:2]}/{text[6:]}" for text in DAYS]
    assert context_of(turned, SENT).order == "mdy"


@pytest.mark.parametrize(
    ("dates", "stamps", "role"),
    [
        (DAYS[:2], SENT[:2], "submitted"),  # two may be slips
        (DAYS, [text.replace("2024-03", "2024-12") for text in SENT], "submitted"),  # both orders lie before
        (
            ["05/06/2024", "07/08/2024", "09/10/2024", "11/12/2024"],
            [SENT[0]] * 4,
            "submitted",
        ),  # plans: both lie after
        (DAYS, SENT, ""),  # no stamp
        (DAYS, [""] * 5, "submitted"),
        (DAYS, DAYS, "submitted"),  # as open as the dates themselves
    ],
)
def test_what_the_stamps_do_not_decide_stays_open(dates, stamps, role):
    context = context_of(dates, stamps, role=role)
    assert context.order is None
    assert "date_order" in context.because


def test_a_day_more_is_a_clock_elsewhere_and_one_contradiction_each_decides_nothing():
    assert (
        context_of(
            ["04/03/2024", "06/03/2024", "08/03/2024"],
            ["2024-03-03", "2024-03-05", "2024-03-07"],
            kind="date",
        ).order
        == "dmy"
    )
    assert (
        context_of([*DAYS, "02/12/2024"], [*SENT, "2024-03-01"]).order is None
    )  # 2 December and 12 February: the day first contradicts too
