"""How columns of dates are read file by file, and what checks between tables find, by hand."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
from test_cleaning_ledgers import clean_table, places, variable

from manfaat.cleaning.columns import Column, encode
from manfaat.cleaning.date_orders import contexts_of_counts, date_contexts, dates_among, texts_and_stored
from manfaat.cleaning.declared import apply_between
from manfaat.cleaning.readers import Told
from manfaat.files.formats.celltext import DATE, WORDS


def file(name: str, order: str | None = None) -> SimpleNamespace:
    """A delivered file, which may state the order of its dates."""
    return SimpleNamespace(file=name, time_zone="", order_of=lambda variable: order)


def test_dates_are_dates_months_and_times():
    names = [
        variable("a", "date"),
        variable("b", "month"),
        variable("c", "dateTime"),
        variable("d"),
        variable("e", "integer"),
    ]
    assert [one.name for one in dates_among(names)] == ["a", "b", "c"]


def test_what_a_file_stores_as_a_date_is_told_from_what_is_written():
    """Of four texts one is in no row, and one is stored as a date."""
    column = Column(
        np.array([0, 2, 0, 3]), ["1/2/2004", "gone", "2004-02-01", "x"], np.array([WORDS, WORDS, DATE, WORDS])
    )
    written, stored = texts_and_stored(column)
    assert written.to_dict() == {"1/2/2004": 2, "x": 1}
    assert stored == ["2004-02-01"]
    written, stored = texts_and_stored(replace(column, kinds=None))
    assert (written.to_dict(), stored) == ({"1/2/2004": 2, "2004-02-01": 1, "x": 1}, [])
    unused = texts_and_stored(Column(np.array([0]), ["x", "2004-02-01"], np.array([WORDS, DATE])))
    assert unused[1] == []


def test_each_file_shows_its_own_order():
    columns = {
        "day": encode(pd.Series(["25/3/2004", "1/2/2004", "3/25/2004", "1/2/2004"], dtype="str")),
        "q": encode(pd.Series(list("abcd"), dtype="str")),
    }
    names, files = [variable("day", "date"), variable("q")], [file("f"), file("g")]
    found = date_contexts(columns, pd.Series(["f", "f", "g", "g"]), names, files, Told())
    assert {key: context.order for key, context in found.items()} == {
        ("f", "day"): "dmy",
        ("g", "day"): "mdy",
    }
    stated = date_contexts(
        {"day": encode(pd.Series(["1/2/2004"], dtype="str"))},
        pd.Series(["f"]),
        names[:1],
        [file("f", "mdy")],
        Told(),
    )
    assert stated["f", "day"].order == "mdy"


def test_open_order_follows_the_other_columns_of_its_file_and_not_other_columns_of_other_files():
    typed = {"began": ["25/3/2004"] * 4, "ended": ["1/2/2004", "2/3/2004", "4/5/2004", "6/7/2004"]}
    columns = {name: encode(pd.Series(texts, dtype="str")) for name, texts in typed.items()}
    names = [variable("began", "date"), variable("ended", "date")]
    alone = contexts_of_counts(
        {"ended": pd.Series({"1/2/2004": 1, "2/3/2004": 1, "4/5/2004": 1})}, names, file("f"), Told()
    )
    beside = date_contexts(columns, pd.Series(["f"] * 4), names, [file("f")], Told())
    assert alone["f", "ended"].order is None
    assert beside["f", "ended"].order == "dmy"
    apart = {
        "began": encode(pd.Series(["25/3/2004"] * 2 + [""] * 2, dtype="str")),
        "ended": encode(pd.Series(["", "", "1/2/2004", "2/3/2004"], dtype="str")),
    }
    split = date_contexts(apart, pd.Series(["f", "f", "g", "g"]), names, [file("f"), file("g")], Told())
    assert split["g", "ended"].order is None


def test_check_between_tables_says_so_where_the_other_was_not_delivered():
    check = SimpleNamespace(
        id="L1",
        table="people",
        kind="linked_rows",
        severity="warning",
        variables=[],
        arguments={"with_table": "firms"},
    )
    tables = {
        "people": SimpleNamespace(link=SimpleNamespace(by="firm", to="firms")),
        "firms": SimpleNamespace(link=None),
    }
    programme = SimpleNamespace(
        checks=[check, SimpleNamespace(**vars(check) | {"id": "L2", "table": "absent"})], tables=tables
    )
    people = replace(clean_table(), kept=clean_table().kept.assign(firm=["x", "y", "y"]))
    alone = apply_between({"people": people}, programme)["people"]
    assert alone.checked[["check", "n_checked", "because"]].to_numpy().tolist() == [
        ["L1", 0, "the table 'firms' was not delivered"]
    ]
    assert alone.findings.empty
    firms = replace(
        clean_table(),
        name="firms",
        kept=places(("r1", "g", "", 1), ("r2", "g", "", 2)).assign(firm=["y", "z"]),
    )
    both = apply_between({"people": people, "firms": firms}, programme)
    assert both["people"].checked[["check", "n_checked", "n_found", "because"]].to_numpy().tolist() == [
        ["L1", 3, 1, ""]
    ]
    assert both["people"].findings[["check", "key"]].to_numpy().tolist() == [["L1", "a"]]
    assert both["firms"].findings[["check", "key"]].to_numpy().tolist() == [["L1", "r2"]]
    assert both["firms"].checked.empty
    known = replace(firms, kept=firms.kept.iloc[:1])
    assert apply_between({"people": people, "firms": known}, programme)["firms"].findings.empty
