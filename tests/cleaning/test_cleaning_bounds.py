"""Reading of cells, answering styles and linked tables at the places where they turn."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from test_cleaning_ledgers import VARIABLES, clean_table, line, places, variable

from manfaat.base.problems import ProblemsError
from manfaat.cleaning import between_checks, cells, chunks, corrections, reviews, row_checks
from manfaat.cleaning.checks import answering_styles, broken_rules
from manfaat.cleaning.columns import encode
from manfaat.cleaning.declared import KINDS
from manfaat.cleaning.outcomes import Given, joined
from manfaat.files.parsing import Reading


@pytest.mark.parametrize(
    ("kind", "unit", "read"),
    [
        ("integer", None, "integer"),
        ("decimal", None, "decimal"),
        ("integer", {"currency": "IDR"}, "rupiah"),
        ("integer", {"currency": "JPY"}, "yen"),
        ("integer", {"currency": "USD"}, "integer"),
        ("decimal", {"is_percent": True}, "percent"),
    ],
)
def test_number_is_read_as_its_kind_and_unit_say(kind, unit, read):
    unit = None if unit is None else SimpleNamespace(**{"currency": "", "is_percent": False} | unit)
    assert cells.number_kind(variable("q", kind), unit) == read


@pytest.mark.parametrize(
    ("value", "proposal"),
    [
        ("2004-03-12", "2004-12-03"),
        ("2004-03-12T10:05", "2004-12-03T10:05"),
        ("2004-03", None),
        ("2004", None),
    ],
)
def test_only_a_whole_date_can_have_been_exchanged(value, proposal):
    found = cells.turned_back(Reading(value, "date"))
    assert found.proposal == proposal
    assert (found.value is None) is (proposal is not None)


@pytest.mark.parametrize(
    ("year", "doubted", "told"),
    [
        ("1900", True, True),
        (str(cells.YEARS[1] + 1), True, True),
        (str(cells.YEARS[1]), False, False),
        (str(cells.YEARS[0]), False, False),
        (str(cells.YEARS[0] - 1), False, True),
    ],
)
def test_year_that_no_answer_can_mean_is_doubted(year, doubted, told):
    found = cells.likely_year(Reading(f"{year}-05", "date"))
    assert (found.value is None) is doubted
    assert (f"the year {year}" in found.note) is told


def test_file_declares_single_codes_and_ranges_missing():
    declared = pd.DataFrame(
        [
            ("q", "98", "98", "refused", "declared"),
            ("q", "900", "999", "", "declared"),
            ("other", "1", "1", "", "declared"),
        ],
        columns=["variable", "low", "high", "reason", "kind"],
    )
    read = cells.declared_by_file(variable("q", "integer"), declared)
    assert {
        text: bool(read(text)) for text in ("98", "97", "99", "900", "950", "999", "899", "1000", "1")
    } == {
        "98": True,
        "97": False,
        "99": False,
        "900": True,
        "950": True,
        "999": True,
        "899": False,
        "1000": False,
        "1": False,
    }
    assert cells.declared_by_file(variable("q", "integer"), declared.iloc[2:]) is None
    labelled = declared.iloc[:1].assign(kind="labelled")
    assert cells.declared_by_file(variable("q", role="key"), labelled) is None  # a key's label is a name
    assert "its label in the file" in cells.declared_by_file(variable("q", "integer"), labelled)("98").note


def test_missing_code_among_free_texts_is_missing_whether_or_not_all_codes_stand_there():
    asked = variable("say", missing="98=refused;99=dont_know")
    read = cells.text_reader(asked)
    found = cells.read_texts(
        encode(pd.Series(["well", "98", "97"], dtype="str")), asked, cells.Readers(read), None
    )
    assert found.set_index("text")["missing"].to_dict() == {"well": "", "98": "refused", "97": ""}


def styles(clean: pd.DataFrame, *checks: SimpleNamespace, scales: tuple = ("abcdefghij",)) -> list[list[str]]:
    programme = SimpleNamespace(
        checks=list(checks), tables={"people": SimpleNamespace(scales=[list(items) for items in scales])}
    )
    names = [
        variable("begins", "dateTime", "start"),
        variable("ends", "dateTime", "end"),
        variable("say"),
        variable("name", role="identifier"),
    ]
    return answering_styles(clean, "people", programme, names)[["check", "key"]].to_numpy().tolist()


def test_styles_are_reported_unless_a_declared_check_looks_at_them():
    n = 12
    clean = pd.DataFrame(
        {
            "_key": [f"p{place}" for place in range(n)],
            "begins": ["2004-07-05T10:00"] * n,
            "ends": ["2004-07-05T10:40"] * (n - 2) + ["2004-07-05T10:01", "2004-07-05T09:00"],
            "say": ["well"] * (n - 1) + ["ann@example.org"],
            "name": ["ann@example.org"] * n,
            **{name: np.arange(n) % 5 + place % 3 for place, name in enumerate("abcdefghij")},
        }
    ).astype({"begins": "str", "ends": "str"})
    clean.loc[0, list("abcdefghij")] = 3
    found = styles(clean)
    assert ["straight-lining", "p0"] in found
    assert ["too fast", "p10"] in found
    assert ["ends before it starts", "p11"] in found
    assert [line[1] for line in found if line[0].startswith("personal data")] == ["p11"]
    battery = SimpleNamespace(table="people", kind="straight_line", variables=list("abcdefghij"))
    length, data = (
        SimpleNamespace(table="people", kind="interview_length", variables=[]),
        SimpleNamespace(table="people", kind="personal_data", variables=["say"]),
    )
    assert {line[0] for line in styles(clean, battery)} == {line[0] for line in found} - {"straight-lining"}
    assert [line for line in styles(clean, battery, length, data)] == []
    part = SimpleNamespace(table="people", kind="straight_line", variables=list("abcd"))
    assert ["straight-lining", "p0"] in styles(clean, part)  # looks at four of the ten
    assert styles(clean, SimpleNamespace(**vars(battery) | {"table": "other"})) == found


def given(kind: str, own: dict, other: dict, **arguments: object) -> Given:
    check = SimpleNamespace(
        kind=kind,
        variables=[next(name for name in own if name not in ("_key", "id"))] if len(own) > 2 else [],
        arguments=arguments,
    )
    return Given(check, pd.DataFrame(own), other=pd.DataFrame(other), by="id")


def test_amounts_differ_beyond_the_tolerance_and_not_at_it():
    own = {"_key": list("abcde"), "id": list("vwxyz"), "pay": [110.0, 111, 90, np.nan, 5]}
    found = between_checks.agreement(
        given(
            "agreement",
            own,
            {"id": list("vwxyy"), "wage": [100.0, 100, 100, 7, 8]},
            with_variable="wage",
            tolerance=0.1,
        )
    )
    assert (found.n_checked, found.hits["key"].tolist(), found.hits["note"].tolist()) == (
        3,
        ["b"],
        ["differs by +11%"],
    )
    nothing = between_checks.agreement(
        given("agreement", own, {"id": ["v"], "wage": [0.0]}, with_variable="wage")
    )
    assert nothing.hits["note"].tolist() == ["differs from nothing"]


def test_remembered_month_is_late_or_early_beyond_the_months_allowed():
    own = {"_key": list("abcd"), "id": list("wxyz"), "began": ["2004-05", "2004-06", "2004-01", "2004-03"]}
    found = between_checks.date_agreement(
        given(
            "date_agreement",
            own,
            {"id": list("wxy"), "date": ["2004-03", "2004-03", "2004-04"]},
            with_variable="date",
            months=2,
        )
    )
    assert (found.n_checked, found.hits["note"].tolist()) == (
        3,
        ["remembered 3 months too late", "remembered 3 months too early"],
    )


def test_rows_without_a_record_and_records_without_a_row_are_found():
    own = {"_key": list("abc"), "id": ["P-007", "Q1", "R2"], "ok": [1.0, 1, 0], "firm": ["f", "f", "g"]}
    other = {"_key": ["r1", "r2"], "id": ["p7", "Q1"]}
    check = given("linked_rows", own, other)
    outcome, lost = between_checks.linked_rows(check), between_checks.orphans(check)
    assert (outcome.n_checked, outcome.hits["key"].tolist()) == (3, ["a", "c"])
    assert lost[["key", "note"]].to_numpy().tolist() == [
        ["r1", "belongs to no row of the main table; perhaps to 'P-007'"]
    ]
    some = between_checks.linked_rows(given("linked_rows", own, other, where="${ok} = 1"))
    assert (some.n_checked, some.hits["key"].tolist()) == (2, ["a"])
    firms = between_checks.linked_rows(given("linked_rows", own, other, by=["firm"]))
    assert firms.hits["key"].tolist() == ["c"]  # one record of the firm is enough
    assert between_checks.orphans(given("linked_rows", own, {"_key": ["r2"], "id": ["Q1"]})).empty


@pytest.mark.parametrize(
    ("key", "plain"),
    [("P-007", "p7"), ("p 7", "p7"), ("P_0", "p0"), ("A100", "a100"), ("A0100", "a100"), ("10", "10")],
)
def test_key_is_plain_without_signs_and_zeros_in_front(key, plain):
    assert between_checks.plain_key(key) == plain


def test_linked_rows_match_one_to_one_or_say_why_not():
    def frame(keys: str, name: str) -> pd.DataFrame:
        n = len(keys)
        return pd.DataFrame(
            {
                "id": list(keys),
                "_key": [f"{name}{place}" for place in range(n)],
                "_file": "f",
                "_sheet": "",
                "_row": range(n),
            }
        )

    found = between_checks.pair(frame("abbc", "m"), frame("abdd", "r"), "main", "records", "id").set_index(
        "key"
    )
    assert found["match"].to_dict() == {
        "m0": "one to one",
        "m1": "ambiguous",
        "m2": "ambiguous",
        "m3": "without record",
        "r0": "one to one",
        "r1": "ambiguous",
        "r2": "without row",
        "r3": "without row",
    }
    assert found.loc[["m1", "m3", "r2"], ["n_rows", "n_records"]].to_numpy().tolist() == [
        [2, 1],
        [1, 0],
        [0, 2],
    ]
    panel = frame("aabcc", "m").assign(year=[1, 2, 1, 1, 1])
    seen = between_checks.periods(panel, "main", "id", "year")
    assert seen["match"].tolist() == ["all periods", "all periods", "periods lost", "ambiguous", "ambiguous"]
    assert seen["n_records"].tolist() == [2] * 5


def test_lines_of_several_variables_are_numbered_on():
    lines = pd.DataFrame({"key": ["a"], "variable": ["q"], "note": ["n"]})
    assert joined([lines, lines.iloc[:0], lines]).index.tolist() == [0, 1]
    assert list(joined([lines.iloc[:0]]).columns) == ["key", "variable", "note"]


# --- corrections by hand


def test_correction_names_a_table_and_a_cohort_that_exist_and_no_identifier():
    codebook = SimpleNamespace(variables=[variable("name", role="identifier"), variable("age", "integer")])
    lines = [
        (2, line("a", name="age")),
        (3, line("a", name="name")),
        (4, line("a", name="age").model_copy(update={"cohort": "other"})),
        (5, line("a", name="name").model_copy(update={"table": "firms"})),
    ]
    found = corrections.check_corrections(lines, codebook, ["people"], ["c"], "corrections.csv")
    assert [(problem.row, problem.column) for problem in found] == [
        (3, "variable"),
        (4, "cohort"),
        (5, "table"),
    ]


def test_cell_is_corrected_twice_only_by_who_knows_of_the_first():
    columns, keys = {"q": encode(pd.Series(["12", "99"], dtype="str"))}, np.array(["a", "b"])
    first, second = line("a", "12", "13", "q"), line("a", "13", "14", "q")
    corrected, done = corrections.apply_corrections(
        keys, columns, [(2, first), (3, second), (4, line("b", "", "98", "q"))], file="f"
    )
    assert corrected["q"].array().tolist() == ["14", "98"]
    assert done[["row", "number", "stays"]].to_numpy().tolist() == [
        [0, 2, False],
        [0, 3, False],
        [1, 4, False],
    ]
    with pytest.raises(ProblemsError, match="corrected twice, in rows 2 and 3"):
        corrections.apply_corrections(keys, columns, [(2, first), (3, line("a", "", "14", "q"))], file="f")
    with pytest.raises(ProblemsError, match="matches 0 cells"):
        corrections.apply_corrections(keys, columns, [(2, line("c", "", "14", "q"))], file="f")
    assert corrections.apply_corrections(keys, columns, [(2, line("a", "12", "12 ", "q"))], file="f")[1][
        "stays"
    ].tolist() == [True]


@pytest.mark.parametrize(
    ("text", "proposal", "same"),
    [
        ("7", "7", True),
        ("7.0", "7", True),
        ("7", "8", False),
        ("x", "x", True),
        ("x", "7", False),
        ("", "", False),
    ],
)
def test_proposal_is_the_same_text_or_number(text, proposal, same):
    assert corrections.same_text(text, proposal) is same


def waiting(*rows: tuple[str, str]) -> cells.ColumnReading:
    """Texts that wait for a person, each with what is proposed."""
    read = pd.DataFrame(
        [(text, None, "", "r", "review", "n", "", proposal) for text, proposal in rows],
        columns=cells.READ_COLUMNS,
        dtype="object",
    )
    return cells.ColumnReading(np.arange(len(rows)), read)


def test_answer_that_a_person_leaves_stands_or_is_damaged():
    """9 is proposed as it stands, 5 is in the list, "?" can be read as nothing, and nobody looked at the
    last.
    """
    codebook = SimpleNamespace(
        answers=lambda name: [SimpleNamespace(name="5")],
        table=lambda name: [SimpleNamespace(name="q", list_name="l")],
    )
    done = pd.DataFrame(
        {
            "row": [0, 1, 2, 3],
            "variable": "q",
            "reason": "seen",
            "number": [2, 3, 4, 5],
            "stays": [True, True, True, False],
        }
    )
    found = corrections.settle_stays(
        done, {"q": waiting(("9", "9.0"), ("5", "4"), ("?", "4"), ("7", "7"))}, codebook, "people"
    )["q"].read
    assert found["clean"].tolist() == ["9.0", "5", "", ""]
    assert found["missing"].tolist() == ["", "", "damaged", ""]
    assert found["flag"].tolist() == ["report", "report", "report", "review"]
    assert found["proposal"].tolist() == ["", "", "", "7"]


def test_new_answer_that_cannot_be_read_or_a_key_that_stands_twice_is_refused():
    done = pd.DataFrame(
        {"row": [0, 1], "variable": ["q", "id"], "reason": "seen", "number": [2, 3], "stays": False}
    )
    read = waiting(("?", "")).read
    well = cells.ColumnReading(np.array([0, 0]), read.assign(flag="", value="a"))
    bad = cells.ColumnReading(np.array([0, 0]), read)
    old, twice = np.array(["a", "b"]), np.array(["a", "a"])
    assert [
        p.row for p in corrections.check_corrected(done, {"q": bad, "id": well}, old, old, ["id"], file="f")
    ] == [2]
    assert [
        p.row
        for p in corrections.check_corrected(done, {"q": well, "id": well}, old, twice, ["id"], file="f")
    ] == [3]
    assert corrections.check_corrected(done, {"q": well, "id": well}, old, twice, ["other"], file="f") == []


def test_rows_that_a_check_asks_about_are_listed_once_and_not_where_they_were_decided():
    check = SimpleNamespace(
        id="T", table="people", kind=next(name for name, kind in KINDS.items() if kind.asks)
    )
    programme, codebook = SimpleNamespace(checks=[check]), SimpleNamespace(table=lambda name: VARIABLES)
    found = pd.DataFrame(
        {"check": "T", "severity": "warning", "key": ["a", "a", "b", "c"], "variable": "", "note": "odd"}
    )
    asked_before = reviews.review_lines(clean_table().kept.iloc[[1]], "people", "kept").assign(raw="f:2")
    table = replace(clean_table(), findings=found, review=asked_before)
    place = clean_table().kept[["_key", "_file", "_sheet", "_row"]]
    nobody = pd.DataFrame(columns=["decision", "reason"])
    assert reviews.to_decide(table, place, nobody, programme, codebook)["raw"].tolist() == ["f:1", "f:4"]
    keeps = pd.DataFrame({"decision": ["keep"], "reason": ["seen"]}, index=[0])
    assert reviews.to_decide(table, place, keeps, programme, codebook)["raw"].tolist() == ["f:4"]
    double = replace(clean_table(), aside=clean_table().aside.assign(rule=reviews.UNDECIDED))
    listed = reviews.to_decide(double, place, nobody, programme, codebook)
    assert listed[["key", "raw", "reason", "until_then"]].to_numpy().tolist() == [
        ["d", "f:3", "nothing", "set aside"]
    ]
    assert reviews.to_decide(clean_table(), place, nobody, programme, codebook).empty


# --- a file that is cleaned part by part


def test_totals_of_two_parts_are_twice_those_of_one():
    codebook, totals = SimpleNamespace(table=lambda name: VARIABLES), chunks.Totals()
    checked = pd.DataFrame(
        [("X", "note", 3, 2, ""), ("Y", "note", 0, 0, "no prices"), ("Z", "note", 2, 0, "some")],
        columns=["check", "severity", "n_checked", "n_found", "because"],
    )
    part = clean_table()
    part = type(part)(**vars(part) | {"checked": checked, "review": pd.DataFrame({"key": ["a"]})})
    totals.add(part, codebook)
    totals.add(part, codebook)
    assert totals.rows == {("rows in", ""): 8, ("set aside", "empty row"): 2 * -1, ("rows kept", ""): 6}
    assert totals.cells == {("yes", "label"): 4, ("name", "spaces"): 2}
    assert totals.missing == {"age": 2, "yes": 0}
    assert (totals.to_decide, totals.found, totals.not_checked) == (2, {"X": 4}, {"Y": "no prices"})


@pytest.mark.parametrize("more", [-1, 0, 1, 50])
def test_end_of_a_file_begins_with_a_whole_line(tmp_path, monkeypatch, more):
    """Two lines are the head; the tail holds the last bytes, less what is left of a line cut through, and
    never the head again.
    """
    monkeypatch.setattr(chunks, "HEAD_LINES", 2)
    lines = [b"head\n", b"one1\n", b"two2\n", b"tri3\n"]
    monkeypatch.setattr(chunks, "TAIL", 10 + more)
    (tmp_path / "f.csv").write_bytes(b"".join(lines))
    head, tail = chunks.ends_of(tmp_path / "f.csv")
    assert head == b"head\none1\n"
    assert tail == b"head\n" + (b"tri3\n" if more == -1 else b"two2\ntri3\n")


def test_list_of_parts_has_its_header_once(tmp_path):
    writer = chunks.Writer(tmp_path)
    for key in ("a", "b"):
        writer.append_csv(pd.DataFrame({"key": [key]}), "review")
    writer.close(keep=True)
    assert (tmp_path / "review.csv").read_text() == "key\na\nb\n"
    again = chunks.Writer(tmp_path)
    again.append_csv(pd.DataFrame({"key": ["c"]}), "review")
    again.close(keep=False)
    assert (tmp_path / "review.csv").read_text() == "key\na\nb\n"
    assert [path.name for path in tmp_path.iterdir()] == ["review.csv"]


def test_decisions_of_a_part_are_those_about_its_rows():
    place = places(("a", "f", "", 3))
    lines = [(2, line("a", "f:3")), (3, line("a", "f:4")), (4, line("a", "f:3", name="age"))]
    assert [number for number, _ in chunks.about_rows(lines, place)] == [2]
    assert chunks.about_rows([], place) == []


# --- rules of a row


def test_broken_rules_are_told_and_those_that_cannot_be_decided_are_not():
    names = [
        variable("age", "integer", constraint=". >= ${past}"),
        variable("past", "integer", relevant="${age} >= 18"),
    ]
    rule = SimpleNamespace(table="people", id="R1", rule="${age} < 60", severity="error", label_en="old")
    codebook = SimpleNamespace(
        table=lambda name: names, rules=[rule, SimpleNamespace(**vars(rule) | {"table": "firms"})]
    )
    clean = pd.DataFrame({"_key": list("abcd"), "age": [10.0, 20, np.nan, 61], "past": [3.0, 25, 4, np.nan]})
    found, lines = broken_rules(clean, "people", codebook)
    assert found[["check", "key", "severity"]].to_numpy().tolist() == [
        ["range:age", "b", "error"],
        ["skip:past", "a", "warning"],
        ["R1", "d", "error"],
    ]
    assert found.index.tolist() == [0, 1, 2]
    assert lines[["check", "n_checked", "n_found"]].to_numpy().tolist() == [["R1", 3, 1]]
    bounded = [names[0].model_copy(update={"constraint": ". >= 15"})]
    assert broken_rules(clean, "people", SimpleNamespace(table=lambda name: bounded, rules=[]))[
        0
    ].empty  # held when the answer is read


def looked_at(kind: str, names: list[str], table: pd.DataFrame, **arguments: object) -> Given:
    return Given(
        SimpleNamespace(kind=kind, variables=names, arguments=arguments),
        table.assign(_key=[f"k{place}" for place in range(len(table))]),
    )


def test_check_without_prices_decides_nothing():
    pay = pd.DataFrame({"pay": [1.0, 2.0], "had": [1.0, 1.0]})
    for check in (row_checks.real_range, row_checks.real_ratio):
        found = check(looked_at("real_range", ["pay", "had"], pay, low=0, high=9))
        assert (found.n_checked, len(found.hits), found.because) == (0, 0, row_checks.NO_PRICES)


def test_same_answer_throughout_is_a_finding_about_the_first_item():
    ratings = pd.DataFrame({"a": [3.0, 3, 3, 3], "b": [3.0, 3, 4, np.nan], "c": [3.0, np.nan, 3, np.nan]})
    found = row_checks.straight_line(looked_at("straight_line", list("abc"), ratings, fewest=2))
    assert (found.n_checked, found.hits["variable"].unique().tolist(), found.hits["key"].tolist()) == (
        3,
        ["a"],
        ["k0", "k1"],
    )
    assert found.hits["note"].tolist() == [
        "the same answer to all 3 items answered",
        "the same answer to all 2 items answered",
    ]
    assert (
        row_checks.straight_line(looked_at("straight_line", list("abc"), ratings, fewest=1)).n_checked == 3
    )  # one answer is no sameness


def test_dates_out_of_order_are_decided_where_two_neighbours_are_known():
    days = pd.DataFrame(
        {
            "a": ["2004-01", "2004-05", None, "2004-01"],
            "b": ["2004-02", "2004-04", "2004-03", None],
            "c": ["2004-03", None, None, "2004-02"],
        },
        dtype="str",
    )
    found = row_checks.date_order(looked_at("date_order", list("abc"), days))
    assert found.n_checked == 2  # the third and the last know no two neighbours
    assert found.hits.to_numpy().tolist() == [["k1", "b", "before a"]]


def test_answer_in_the_last_section_makes_a_row_whole():
    table = pd.DataFrame({"a": [1.0, 1, np.nan], "z": [1.0, np.nan, np.nan]})
    found = row_checks.partial(looked_at("partial", ["z"], table, sections={"first": ["a"], "last": ["z"]}))
    assert (found.n_checked, found.hits[["key", "note"]].to_numpy().tolist()) == (
        3,
        [["k1", "ends with section first"], ["k2", "holds no answer of any section"]],
    )
