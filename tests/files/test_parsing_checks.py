"""Whole columns and records: kinds 19, 55 to 58, 60, 62 and 63 of the catalogue of messes."""

import numpy as np
import pandas as pd
import pytest

from manfaat.files.parsing import checks, personal_kinds


@pytest.fixture
def frame():
    """Return four records with something wrong in most of them."""
    return pd.DataFrame(
        {
            "id": ["a", "b", "c", "d"],
            "title": ["TEST", "operator", "Siti", None],
            "note": ["hub 0812-3456-7890", "tes tertulis", None, "NIK 3171 0157 0898 0001, a@b.co.id"],
            "wage": [500_000.0, 1_250_000.0, 2_100_000.0, np.nan],
            "start": ["1998-01", "1995", "2000-05-03", None],
            "begin": ["2019-03-05T10:00:00+07:00", "2019-03-05T10:00:00+07:00", "2019-03-05T10:00:00", None],
            "end": [
                "2019-03-05T10:07:00+07:00",
                "2019-03-05T12:00:00+09:00",
                "2019-03-05T10:30:00+07:00",
                "2019-03-05T10:30:00",
            ],
            "q1": [3, 3, 3, np.nan],
            "q2": [3, 4, 3, np.nan],
            "q3": [3, 5, np.nan, np.nan],
        },
        index=[10, 11, 12, 13],
    )


def test_no_check_changes_its_frame(frame):
    before = frame.copy()
    checks.heaping_table(frame, money=["wage"], months=["start"], years=["start"])
    checks.straight_lining(frame, ["q1", "q2", "q3"], key="id")
    checks.repeated_answers(frame, ["q1"], key="id")
    checks.interview_lengths(frame, "begin", "end", key="id")
    checks.reversed_intervals(frame, [("begin", "end")], key="id")
    checks.trial_rows(frame, ["title"])
    checks.personal_data(frame, ["note"])
    checks.near_duplicates(frame, ["q1"], key="id")
    checks.last_answered(frame, {"A": ["q1"]}, key="id")
    pd.testing.assert_frame_equal(frame, before)


def test_kind60_heaping(frame):
    table = checks.heaping_table(frame, money=["wage"], months=["start"], years=["start"]).set_index(
        "pattern"
    )
    # 500,000 | 500,000 and 2,100,000 | and 1,250,000 as well, of three amounts
    assert table["n"].tolist() == [3, 3, 3, 2, 3]
    assert table["share"].tolist() == pytest.approx([1 / 3, 2 / 3, 1, 1 / 2, 2 / 3])
    assert table["expected"].tolist() == pytest.approx([1 / 500_000, 1 / 100_000, 1 / 50_000, 1 / 12, 1 / 5])


def test_kind60_zeros_do_not_count_and_nothing_has_no_share():
    table = checks.heaping_table(
        pd.DataFrame({"wage": [0, 0], "start": [None, None]}), money=["wage"], months=["start"]
    )
    assert table["n"].tolist() == [0, 0, 0, 0]
    assert table["share"].isna().all()


def test_kind58_straight_lining(frame):
    table = checks.straight_lining(frame, ["q1", "q2", "q3"], key="id", fewest=3)
    assert table["is_straight"].tolist() == [True, False, False, False]
    assert table["n_answered"].tolist() == [3, 3, 2, 0]
    # numpy.std([3, 4, 5]) = 0.816497
    assert table["sd"].tolist() == pytest.approx([0, 0.816497, 0, np.nan], abs=1e-6, nan_ok=True)
    assert checks.straight_lining(frame, ["q1", "q2", "q3"], key="id", fewest=2)["is_straight"].tolist() == [
        True,
        False,
        True,
        False,
    ]


def test_kind58_nine_same_answers_tell_nothing_by_default():
    same = pd.DataFrame({"id": [1], **{f"q{number}": [3] for number in range(10)}})
    assert checks.straight_lining(same, [f"q{number}" for number in range(10)], key="id")[
        "is_straight"
    ].tolist() == [True]
    assert checks.straight_lining(same, [f"q{number}" for number in range(9)], key="id")[
        "is_straight"
    ].tolist() == [False]


def test_kind58_one_answer_is_no_straight_line(frame):
    assert not checks.straight_lining(frame, ["q1"], key="id", fewest=1)["is_straight"].any()


def test_kind58_too_fast_too_slow_and_unknown(frame):
    table = checks.interview_lengths(frame, "begin", "end", key="id")
    # the second ends at 10:00 in its own zone's 12:00: no time passed
    # the third names a zone at its end only, so that both are read by the clock
    assert table["minutes"].tolist() == pytest.approx([7, 0, 30, np.nan], nan_ok=True)
    assert table["is_too_fast"].tolist() == [True, True, False, False]
    swapped = checks.interview_lengths(frame, "end", "begin", key="id")
    assert swapped["is_reversed"].tolist() == [True, False, True, False]
    assert not swapped["is_too_fast"].iloc[0]
    bounds = pd.DataFrame(
        {
            "id": range(4),
            "s": ["2019-03-05T10:00"] * 4,
            "e": [f"2019-03-05T{clock}" for clock in ("13:01", "13:00", "10:08", "10:07")],
        }
    )
    table = checks.interview_lengths(bounds, "s", "e", key="id")
    assert table["is_too_slow"].tolist() == [True, False, False, False]
    assert table["is_too_fast"].tolist() == [False, False, False, True]


def test_kind58_copied_questionnaires():
    frame = pd.DataFrame(
        {
            "id": list("abcdef"),
            "enum": [1, 1, 2, 2, 2, 2],
            "q1": [1, 1, 1, 2, None, None],
            "q2": [3, 3, 3, 4, None, None],
        }
    )
    over_all = checks.repeated_answers(frame, ["q1", "q2"], key="id")
    assert over_all["key"].tolist() == ["a", "b", "c"]
    assert over_all["set"].tolist() == [1, 1, 1]
    within = checks.repeated_answers(frame, ["q1", "q2"], key="id", by="enum")
    assert within["key"].tolist() == ["a", "b"]
    assert within["n_equal"].tolist() == [2, 2]
    assert within["is_same_enumerator"].all()


def test_kind19_return_before_departure(frame):
    frame = pd.DataFrame(
        {
            "id": list("abcde"),
            "depart": ["1998-04-03", "1998-05", "1998", "1998-05-01", None],
            "back": ["1998-04-01", "1998-04-30", "1998-01-01", "1998-06", "1998"],
        }
    )
    found = checks.reversed_intervals(frame, [("depart", "back")], key="id")
    assert found["key"].tolist() == ["a", "b"]
    assert found.index.tolist() == [0, 1]


@pytest.mark.parametrize(
    "raw", ["TEST", "coba", "asdf", "test 1", "Coba-coba", "testing", "xxx", "qwerty", "ini test", "DUMMY"]
)
def test_kind56_trial_answers(raw):
    assert checks.is_trial_text(raw)


@pytest.mark.parametrize(
    "raw",
    ["operator", "tes tertulis", "protest", "SMA", "III", "Testarossa", "", "-", "1", "coba saya ingat"],
)
def test_kind56_real_answers(raw):
    assert not checks.is_trial_text(raw)


def test_kind56_trial_rows(frame):
    found = checks.trial_rows(frame, ["title", "note"], names=["SITI"])
    assert found.to_dict("list") == {"column": ["title", "title"], "rule": ["test word", "enumerator"]}
    assert found.index.tolist() == [10, 12]


@pytest.mark.parametrize(
    ("raw", "kinds"),
    [
        ("081234567890", ("phone",)),
        ("+62 812-3456-7890", ("phone",)),
        ("3171015708980001", ("nik",)),
        ("3171 0157 0898 0001", ("nik",)),
        ("4111999999999999", ("16 digits",)),
        ("3171013108980001", ("nik",)),
        ("3171013208980001", ("16 digits",)),
        ("3171017112980001", ("nik",)),
        ("3171017212980001", ("16 digits",)),
        ("3171014008980001", ("16 digits",)),
        ("3171013113980001", ("16 digits",)),
        ("a.b@c.co.id", ("e-mail",)),
        ("Pak Budi baik", ("name",)),
        ("terima kasih kepada Ibu Siti", ("name",)),
        ("Sdr. Andi", ("name",)),
        ("Pak Mandor baik, bapak saya juga", ()),
        ("Ibu Kota, ibu rumah tangga", ()),
        ("Budi", ()),
        ("2.500.000", ()),
        ("317101570898000", ()),
        ("31710157089800011", ()),
        ("operator 08", ()),
        ("2019-03-05T10:15:22+07:00", ()),
    ],
    ids=lambda value: f"kind63-{value}" if isinstance(value, str) else None,
)
def test_personal_data_in_a_text(raw, kinds):
    assert personal_kinds(raw) == kinds


def test_lengths_and_orders_of_time_are_those_of_python():
    # datetime.fromisoformat and text comparison in the coarser precision, row by row
    from datetime import datetime

    texts = [
        "2004-03-01T08:00:00",
        "2004-03-01T09:30:00+07:00",
        "2004-03-01T01:00:00Z",
        "2004-03",
        "2004",
        None,
        "2004-02-29",
        "2004-03-02T00:00:00",
    ]
    rows = [(a, b) for a in texts for b in texts]
    frame = pd.DataFrame(rows, columns=["start", "end"]).assign(id=range(len(rows)))
    lengths = checks.interview_lengths(frame, "start", "end", key="id")["minutes"]
    wrong = set(checks.reversed_intervals(frame, [("start", "end")], key="id")["key"])
    for number, (a, b) in enumerate(rows):
        moments = [datetime.fromisoformat(text) if text and "T" in text else None for text in (a, b)]
        if None in moments:
            assert np.isnan(lengths[number])
        else:
            if (
                len({moment.tzinfo is None for moment in moments}) == 2
            ):  # one without a zone: both by the clock
                moments = [moment.replace(tzinfo=None) for moment in moments]
            assert lengths[number] == (moments[1] - moments[0]).total_seconds() / 60
        width = min(len(a), len(b), 10) if a and b else 0
        assert (number in wrong) is bool(width and a[:width] > b[:width])


def test_kind63_personal_data_is_found_and_not_repeated(frame):
    found = checks.personal_data(frame, ["title", "note"], names=["siti"])
    assert list(zip(found.index, found["column"], found["kind"], strict=True)) == [
        (12, "title", "name"),
        (10, "note", "phone"),
        (13, "note", "nik"),
        (13, "note", "e-mail"),
    ]
    assert "0812" not in found.to_csv()


def test_kind63_numbers_and_clean_columns_hold_none(frame):
    assert checks.personal_data(frame, ["wage", "title"]).empty
    assert checks.personal_data(frame, []).columns.tolist() == ["column", "kind"]


def test_kind55_alike_under_two_keys():
    frame = pd.DataFrame(
        {"id": list("abcde"), "birth": ["1970-01", "1970-01", "1971-02", None, None], "wage": [1, 1, 1, 2, 2]}
    )
    found = checks.near_duplicates(frame, ["birth", "wage"], key="id")
    assert found["key"].tolist() == ["a", "b"]
    assert found["n_equal"].tolist() == [2, 2]


def test_kind57_where_respondents_stopped(frame):
    table = checks.last_answered(frame, {"A": ["q1"], "B": ["q2"], "C": ["q3"]}, key="id")
    assert table["last"].tolist() == ["C", "C", "B", ""]
    assert table["is_partial"].tolist() == [False, False, True, True]
