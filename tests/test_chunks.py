"""A file cleaned part by part gives the same tables and ledgers as one cleaned whole."""

import pandas as pd
import pyarrow.parquet as pq
import pytest

from helpers import cleaning
from helpers.cleaning import chunks
from helpers.codebook import Codebook
from helpers.problems import ProblemsError
from helpers.readers import FILE, ROW, SHEET
from test_cleaning import BOOK, CHOICES, PROGRAMME, VARIABLES, cohort, variable

KINDS = ["1.234,5", "12", "-9", "lupa", "", "3,50", "2.500", "x"]


def delivery(path, rows: int, extra: tuple[str, ...] = ()) -> None:
    lines = ["id;count;amount;answer"]
    lines += [f"p{i};{i % 7};{KINDS[i % 8]};{('1', '2', 'ya', '')[i % 4]}" for i in range(rows)]
    path.write_text("\n".join([*lines, *extra]) + "\n", encoding="utf-8")


def shown(values: pd.Series) -> list[str]:
    return [cleaning.canonical(float(v) if isinstance(v, int | float) else v) for v in values.astype(object).where(values.notna(), None)]


def by_parts(path, tmp_path, monkeypatch, book: Codebook = BOOK, **more):
    monkeypatch.setattr(chunks, "BLOCK", 4096)
    study = cohort(**more)
    totals = chunks.clean_in_chunks(
        path,
        study.files[0].model_copy(update={"file": path.name}),
        PROGRAMME,
        book,
        study.model_copy(update={"files": [study.files[0].model_copy(update={"file": path.name})]}),
        tmp_path / "out",
    )
    return totals, {
        name: pq.read_table(tmp_path / "out" / f"{name}.parquet").to_pandas() for name in ("people", "people_cells", "people_reasons", "people_review")
    }


def whole(path, book: Codebook = BOOK):
    frame = pd.read_csv(path, sep=";", dtype=str, keep_default_na=False)
    frame.insert(0, FILE, path.name)
    frame.insert(1, SHEET, path.stem)
    frame.insert(2, ROW, range(2, len(frame) + 2))
    study = cohort()
    return cleaning.clean_table(frame, "people", PROGRAMME, book, study.model_copy(update={"files": [study.files[0].model_copy(update={"file": path.name})]}))


def test_parts_equal_the_whole_also_for_keys_that_stand_twice_far_apart(tmp_path, monkeypatch):
    path = tmp_path / "f.csv"
    delivery(path, 2000, ("p5;5;3,50;2", "p7;7;x;", ";;;", "TEST;1;1;1"))
    table = whole(path)
    totals, parts = by_parts(path, tmp_path, monkeypatch)
    assert sorted(table.aside["rule"]) == ["empty row", "exact duplicate", "same key, different answers", "same key, different answers", "test row"]
    assert totals.rows == {
        ("rows in", ""): 2004,
        ("rows kept", ""): len(table.kept),
        **{("set aside", rule): -int(n) for rule, n in table.aside["rule"].value_counts().items()},
    }
    for name in ("_key", "count", "amount", "answer"):
        assert shown(parts["people"][name]) == shown(table.kept[name])
    order = ["variable", "key"]
    ours = parts["people_cells"].sort_values(order, ignore_index=True)
    theirs = table.cells.astype(str).sort_values(order, ignore_index=True)
    assert ours[list(theirs.columns)].to_numpy().tolist() == theirs.to_numpy().tolist()
    assert totals.to_decide == len(table.review) == len(parts["people_review"])
    assert sorted(parts["people_reasons"].to_numpy().tolist()) == sorted(table.reasons.astype(str).to_numpy().tolist())


def test_conventions_are_those_of_the_whole_file(tmp_path, monkeypatch):
    # only the last rows show that the comma is decimal; the first part alone could not know
    path = tmp_path / "f.csv"
    lines = ["id;count;amount;answer", *[f"p{i};1;2,500;1" for i in range(1500)], *[f"q{i};1;2,5;1" for i in range(30)]]
    path.write_text("\n".join(lines) + "\n")
    _, parts = by_parts(path, tmp_path, monkeypatch)
    assert parts["people"]["amount"].tolist() == [2.5] * 1530


def test_a_double_key_stops_the_run_when_the_cohort_says_so(tmp_path, monkeypatch):
    path = tmp_path / "f.csv"
    path.write_text("\n".join(["id;count;amount;answer", *[f"p{i};1;2,5;1" for i in range(1500)], "p3;1;9,5;1"]) + "\n")
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


def test_a_column_that_is_not_there_is_empty(tmp_path, monkeypatch):
    path = tmp_path / "f.csv"
    delivery(path, 50)
    _, parts = by_parts(path, tmp_path, monkeypatch, Codebook((*VARIABLES, variable("other", "integer")), CHOICES))
    assert parts["people"]["other"].isna().all()
