"""A file cleaned part by part gives the same tables and ledgers as one cleaned whole."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from test_cleaning import BOOK, CHOICES, PROGRAMME, VARIABLES, cohort, correction, variable

from manfaat import cleaning
from manfaat.base.problems import ProblemsError
from manfaat.cleaning import Instructions, chunks
from manfaat.cleaning.readers import FILE, ROW, SHEET
from manfaat.cleaning.threads import at_once, each
from manfaat.definitions.codebook import Codebook

pytestmark = pytest.mark.slow

KINDS = ["1.234,5", "12", "-9", "lupa", "", "3,50", "2.500", "x"]


def delivery(path, rows: int, extra: tuple[str, ...] = ()) -> None:
    lines = ["id;count;amount;answer"]
    lines += [f"p{i};{i % 7};{KINDS[i % 8]};{('1', '2', 'ya', '')[i % 4]}" for i in range(rows)]
    path.write_text("\n".join([*lines, *extra]) + "\n", encoding="utf-8")


def shown(values: pd.Series) -> list[str]:
    return [
        cleaning.canonical(float(v) if isinstance(v, int | float) else v)
        for v in values.astype(object).where(values.notna(), None)
    ]


def by_parts(path, tmp_path, monkeypatch, book: Codebook = BOOK, corrections=(), **more):
    monkeypatch.setattr(chunks, "BLOCK", 4096)
    study = cohort(**more)
    totals = chunks.clean_in_chunks(
        path,
        study.files[0].model_copy(update={"file": path.name}),
        Instructions(
            "people",
            PROGRAMME,
            book,
            study.model_copy(update={"files": [study.files[0].model_copy(update={"file": path.name})]}),
            list(corrections),
        ),
        tmp_path / "out",
    )
    tables = {
        name: pq.read_table(tmp_path / "out" / f"{name}.parquet").to_pandas()
        for name in ("people", "people_cells", "people_reasons", "people_aside")
    }
    return totals, tables | {
        "review": pd.read_csv(tmp_path / "out" / "review.csv", dtype=str, keep_default_na=False)
    }


def whole(path, book: Codebook = BOOK, corrections=()):
    frame = pd.read_csv(path, sep=";", dtype=str, keep_default_na=False)
    frame.insert(0, FILE, path.name)
    frame.insert(1, SHEET, "")
    frame.insert(2, ROW, range(2, len(frame) + 2))
    study = cohort()
    study = study.model_copy(update={"files": [study.files[0].model_copy(update={"file": path.name})]})
    return cleaning.clean_table(frame, Instructions("people", PROGRAMME, book, study, list(corrections)))


@pytest.mark.slow
def test_parts_equal_the_whole_also_for_keys_that_stand_twice_far_apart(tmp_path, monkeypatch):
    path = tmp_path / "f.csv"
    delivery(path, 2000, ("p5;5;3,50;2", "p7;7;x;", ";;;", "TEST;1;1;1", "coba;;;"))
    table = whole(path)
    totals, parts = by_parts(path, tmp_path, monkeypatch)
    assert sorted(table.aside["rule"]) == [
        "empty row",
        "exact duplicate",
        "same key, different answers",
        "same key, different answers",
    ]
    assert totals.rows == {
        ("rows in", ""): 2005,
        ("rows kept", ""): len(table.kept),
        **{("set aside", rule): -int(n) for rule, n in table.aside["rule"].value_counts().items()},
    }
    for name in ("_key", "count", "amount", "answer"):
        assert shown(parts["people"][name]) == shown(table.kept[name])
    order = ["variable", "key"]
    ours = parts["people_cells"].astype(str).sort_values(order, ignore_index=True)
    theirs = table.cells.astype(str).sort_values(order, ignore_index=True)
    assert ours[list(theirs.columns)].to_numpy().tolist() == theirs.to_numpy().tolist()
    assert totals.to_decide == len(table.review) == len(parts["review"])
    assert sorted(parts["people_reasons"].to_numpy().tolist()) == sorted(
        table.reasons.astype(str).to_numpy().tolist()
    )


def test_conventions_are_those_of_the_whole_file(tmp_path, monkeypatch):
    # only the last rows show that the comma is decimal; the first part alone could not know
    path = tmp_path / "f.csv"
    lines = [
        "id;count;amount;answer",
        *[f"p{i};1;2,500;1" for i in range(1500)],
        *[f"q{i};1;2,5;1" for i in range(30)],
    ]
    path.write_text("\n".join(lines) + "\n")
    _, parts = by_parts(path, tmp_path, monkeypatch)
    assert parts["people"]["amount"].tolist() == [2.5] * 1530


def test_a_double_key_stops_the_run_when_the_cohort_says_so(tmp_path, monkeypatch):
    path = tmp_path / "f.csv"
    path.write_text(
        "\n".join(["id;count;amount;answer", *[f"p{i};1;2,5;1" for i in range(1500)], "p3;1;9,5;1"]) + "\n"
    )
    with pytest.raises(ProblemsError, match="the key 'p3' stands on rows 5, 1502 with different answers"):
        by_parts(path, tmp_path, monkeypatch, unreadable="stop")


def test_what_cannot_be_read_part_by_part_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "f.csv"
    delivery(path, 4000, ("p9999;1;2",))
    with pytest.raises(ProblemsError, match="a row cannot be read"):
        by_parts(path, tmp_path, monkeypatch)
    path.write_text("A title\n\nid;count;amount;answer\n" + "".join(f"p{i};1;2,5;1\n" for i in range(20)))
    with pytest.raises(ProblemsError, match="a large file with the header in its first row"):
        by_parts(path, tmp_path, monkeypatch)


def test_a_column_that_is_declared_absent_is_empty_and_any_other_is_refused(tmp_path, monkeypatch):
    path, book = tmp_path / "f.csv", Codebook((*VARIABLES, variable("other", "integer")), CHOICES)
    delivery(path, 50)
    with pytest.raises(ProblemsError, match="column other: the column is missing"):
        by_parts(path, tmp_path, monkeypatch, book)
    _, parts = by_parts(path, tmp_path, monkeypatch, book, absent=["other"])
    assert parts["people"]["other"].isna().all()


def test_what_the_parts_could_not_treat_as_the_whole_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "f.csv"
    delivery(path, 4000, ("TOTAL;27000;9;",))
    with pytest.raises(ProblemsError, match=r"'TOTAL.*' is no row of answers"):
        by_parts(path, tmp_path, monkeypatch)
    delivery(path, 4000, ("p1;2",))
    with pytest.raises(ProblemsError, match=r"f.csv, row 4002: a row cannot be read"):
        by_parts(path, tmp_path, monkeypatch)
    assert not list((tmp_path / "out").rglob("*")), "nothing is left of a run that failed"


def by_command(project, cohort):
    from manfaat.analysis.study import clean_by_parts, clean_tables, load_study, read_raw

    study = load_study(cohort, root=project)
    told = []
    totals = clean_by_parts(study, lambda doing, rows: told.append((doing, rows)))
    whole = clean_tables(study, read_raw(study))
    return study, totals, whole, told


@pytest.mark.parametrize("cohort", ["nsw-1976", "michigan-1987-89"])
def test_a_shipped_delivery_by_parts_equals_the_whole_byte_by_byte(project, cohort, monkeypatch):
    monkeypatch.setattr(chunks, "BLOCK", 4096)
    study, totals, whole, told = by_command(project, cohort)
    (name, table), folder = next(iter(whole.items())), study.places.processed
    assert len({rows for doing, rows in told if doing == "cleaning"}) > 1
    kept = pq.read_table(folder / f"{name}.parquet")
    assert kept.schema.types == pa.Table.from_pandas(table.kept).schema.types
    assert kept.to_pandas().to_csv() == table.kept.to_csv()
    for part, frame in {
        "cells": table.cells,
        "reasons": table.reasons,
        "aside": table.aside,
        "findings": table.findings,
    }.items():
        found = pq.read_table(folder / f"{name}_{part}.parquet").to_pandas()
        assert list(found.columns) == list(frame.columns)
        assert sorted(map(tuple, found.astype(str).to_numpy())) == sorted(
            map(tuple, frame.astype(str).to_numpy())
        ), part
    assert totals.rows[("rows in", "")] == table.rows_in
    assert sum(totals.cells.values()) == len(table.changed)


@pytest.mark.slow
def test_corrections_are_applied_part_by_part_and_those_that_fit_nothing_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(chunks, "BLOCK", 4096)
    path = tmp_path / "f.csv"
    delivery(path, 2000)
    study = cohort(file="f.csv")

    def run(*lines):
        return chunks.clean_in_chunks(
            path,
            study.files[0],
            Instructions("people", PROGRAMME, BOOK, study, list(lines)),
            tmp_path / "out",
        )

    run(correction(key="p1993", variable="count", old="5", new="6"))
    kept = pq.read_table(tmp_path / "out" / "people.parquet").to_pandas().set_index("_key")
    assert kept.loc[["p1992", "p1993"], "count"].tolist() == [1992 % 7, 6]
    for changes, message in (
        ({"key": "p9999"}, "matches 0 cells"),
        ({"key": "p1993", "old": "4"}, "is '5', not '4'"),
        ({"variable": "_row"}, "no decision about a row"),
    ):
        with pytest.raises(ProblemsError, match=message):
            run(correction(**{"key": "p1993", "variable": "count", "old": "5", "new": "6"} | changes))


def test_a_unit_in_the_header_and_identifiers_are_treated_as_in_the_whole(tmp_path, monkeypatch):
    path = tmp_path / "f.csv"
    path.write_text(
        "id;count;amount (ribu Rp);answer;nama\n" + "".join(f"p{i};1;2;1;Budi {i}\n" for i in range(900))
    )
    amount, name = (
        variable("amount", "decimal", source="amount (ribu Rp)"),
        variable("nama", "text", role="identifier"),
    )
    book = Codebook((*(v for v in VARIABLES if v.name != "amount"), amount, name), CHOICES)
    _, parts = by_parts(path, tmp_path, monkeypatch, book)
    assert set(parts["people"]["amount"]) == {2000.0}
    assert "nama" not in parts["people"]
    assert len(pq.read_table(tmp_path / "out" / "identifiers" / "people.parquet")) == 900


def test_a_text_that_a_correction_puts_in_is_read_although_the_whole_file_does_not_hold_it(tmp_path):
    known = cleaning.cells.ColumnReading(
        np.array([0, 1]), pd.DataFrame({"text": ["1", "ya"], "clean": ["1", "1"]})
    )
    part = cleaning.cells.Column(np.array([0, 1, 0]), ["ya", "1", "unused"])
    reading = cleaning.cells.looked_up(part, known)
    assert list(reading.lines("text")[reading.codes]) == ["ya", "1", "ya"]
    assert cleaning.cells.looked_up(part.put(1, "2"), known) is None


def test_work_on_several_threads_keeps_its_order_and_tells_its_first_failure():
    assert each(lambda n: n * n, range(50)) == [n * n for n in range(50)]
    with pytest.raises(ZeroDivisionError):
        each(lambda n: 1 / n, [1, 0, 2])
    done = []
    at_once(lambda: done.append("a"), lambda: done.append("b"))
    assert sorted(done) == ["a", "b"]


@pytest.mark.slow
def test_decisions_about_whole_rows_hold_part_by_part_as_in_the_whole(tmp_path, monkeypatch):
    """A person keeps one of two rows under one key, another of two persons', and a row that looks like a
    trial; one is set aside.
    """
    path = tmp_path / "f.csv"
    delivery(path, 2000, ("p5;5;3,50;2", "p7;7;x;", "TEST;1;1;1"))
    lines = [
        (2, correction(key="p5", variable="_row", old="f.csv:2002", new="set aside")[1]),
        (3, correction(key="p7", variable="_row", old="f.csv:9", new="keep")[1]),
        (4, correction(key="TEST", variable="_row", old="f.csv:2004", new="keep")[1]),
        (5, correction(key="p9", variable="_row", old="f.csv:11", new="set aside")[1]),
    ]
    table = whole(path, corrections=lines)
    _, parts = by_parts(path, tmp_path, monkeypatch, corrections=lines)
    assert sorted(zip(table.aside["_row"], table.aside["rule"], strict=True)) == [
        (11, "decided"),
        (2002, "decided"),
        (2003, "decided"),
    ]
    assert sorted(map(tuple, parts["people_aside"].astype(str).to_numpy())) == sorted(
        map(tuple, table.aside.astype(str).to_numpy())
    )
    assert list(parts["people"]["_key"]) == list(table.kept["_key"])
    assert not (parts["review"]["variable"] == "_row").any()
    for changes in ({"old": "f.csv:9999"}, {"key": "p6"}):
        wrong = correction(**{"key": "p5", "variable": "_row", "old": "f.csv:2002", "new": "keep"} | changes)
        with pytest.raises(ProblemsError, match="matches 0 rows"):
            by_parts(path, tmp_path, monkeypatch, corrections=[wrong])
    with pytest.raises(ProblemsError, match="'hold' is no decision about a row"):
        by_parts(
            path,
            tmp_path,
            monkeypatch,
            corrections=[correction(key="p5", variable="_row", old="f.csv:2002", new="hold")],
        )
