"""One decision a kind: what waits for one reason under one text is decided once, and written where it
holds.
"""

import os

import pandas as pd
import pytest
from test_new_programme import put_right
from typer.testing import CliRunner

from manfaat.analysis.study import clean_by_parts, clean_tables, load_codes, load_study, read_raw
from manfaat.base.disclosure import without_formulas
from manfaat.base.paths import places
from manfaat.base.problems import ProblemsError
from manfaat.cleaning.kinds import kinds_of
from manfaat.cli import app
from manfaat.desk.definition_edits import with_cell, with_date_order
from manfaat.desk.deliveries import first_cohort
from manfaat.desk.kind_decisions import KINDS_FILE, record_lists
from manfaat.desk.scaffold import new_programme
from manfaat.report.reader import Reader
from manfaat.report.review_list import review_list

pytestmark = pytest.mark.slow

ODD, UNKNOWN = "entahlah ya begitu", "tak terkira banyak"
CODEBOOK = """table,name,type,source,label::English (en),label::Bahasa Indonesia (id),unit,required,relevant,constraint,missing,role,note
people,id,text,id,Number,Nomor,,yes,,,,,
people,grp,select_one grp,grp,Group,Kelompok,,yes,,,,,
people,often,select_one often,often,How often?,Seberapa sering?,,no,,,,,
people,again,select_one often,again,And now?,Dan sekarang?,,no,,,,,
people,paid,integer,paid,Paid,Dibayar,,no,,,,,
people,visit,date,visit,Visit,Kunjungan,,no,,,,,
"""  # noqa: E501
CHOICES = """list_name,name,label::English (en),label::Bahasa Indonesia (id),aliases
grp,1,In,Ikut,
grp,2,Out,Tidak,
often,n,Never,Tidak pernah,
often,s,Sometimes,Kadang,now and then
often,a,Always,Selalu,
"""


@pytest.fixture
def root(tmp_path):
    """A small project whose delivery of 40 rows has answers of three kinds to decide, and one alone."""
    (tmp_path / "programmes").mkdir()
    (tmp_path / "data/raw").mkdir(parents=True)
    lines = ["id,grp,often,again,paid,visit"]
    for at in range(40):
        often, paid = ODD if at < 15 else "nsa"[at % 3], UNKNOWN if 10 <= at < 22 else 5 + at
        lines.append(
            f"P{at:02d},{1 + at % 2},{often},{'nsa'[at % 3]},{'37 or 38' if at == 30 else paid},0{1 + at % 9}/0{1 + (at // 3) % 8 + (at % 2)}/2024"  # noqa: E501
        )
    data = tmp_path / "export.csv"
    data.write_text("\n".join(lines) + "\n", encoding="utf-8")
    folder, _, _ = new_programme("trial", tmp_path, form=None, data=data)
    (folder / "codebook.csv").write_text(CODEBOOK, encoding="utf-8")
    (folder / "choices.csv").write_text(CHOICES, encoding="utf-8")
    text = (folder / "programme.yml").read_text(encoding="utf-8")
    table = next(
        line.strip().rstrip(":")
        for line in text.splitlines()
        if line.startswith("  ") and line.strip() in ("export:", "people:")
    )
    text = (
        text.replace(f"  {table}:\n    label", "  people:\n    label").partition("\nchecks:")[0]
        + "\nchecks: []\nclaims: []\n"
    )
    (folder / "programme.yml").write_text(text, encoding="utf-8")
    place = places("trial-1", root=tmp_path)
    cohort, _ = first_cohort("trial-1", *load_codes("trial", place), [data], place)
    for part in (folder, cohort):
        put_right(part, key="[id]", group="grp")
    text = (folder / "programme.yml").read_text(encoding="utf-8")
    (folder / "programme.yml").write_text(text.replace("    key: [row]", "    key: [id]"), encoding="utf-8")
    with (cohort / "cohort.yml").open("a", encoding="utf-8") as stream:
        stream.write("unreadable: review\n")
    return tmp_path


def cleaned(root):
    """The study, its review list, and the list by kind as the run writes them."""
    study = load_study("trial-1", root=root)
    tables = clean_tables(study, read_raw(study))
    lines = review_list(Reader("en", study), tables)
    study.places.processed.mkdir(parents=True, exist_ok=True)
    lines.to_parquet(study.places.processed / "review_list.parquet", index=False)
    for name, table in {"review.csv": lines, KINDS_FILE: kinds_of(lines)}.items():
        without_formulas(table).to_csv(study.places.processed / name, index=False, encoding="utf-8-sig")
    return study, tables["people"], lines


def fill(study, decisions):
    """Fill in the list by kind: variable → decision."""
    path = study.places.processed / KINDS_FILE
    kinds = pd.read_csv(path, dtype=str, keep_default_na=False)
    kinds["decision"] = [decisions.get(name, "") for name in kinds["variable"]]
    kinds.to_csv(path, index=False, encoding="utf-8-sig")


@pytest.mark.slow
def test_forty_rows_of_three_kinds_and_one_alone_are_four_lines(root):
    _, _, lines = cleaned(root)
    kinds = kinds_of(lines)
    assert set(kinds[["variable", "raw", "rows"]].itertuples(index=False, name=None)) == {
        ("often", ODD, 15), ("paid", UNKNOWN, 12), ("paid", "37 or 38", 1), ("visit", "01/03/2024", 35),
    }  # fmt: skip
    assert len(lines) == kinds["rows"].sum()
    assert kinds.set_index("variable").loc["visit", "answers"] == "day first; month first"
    assert kinds["row"].gt(1).all()


def test_one_decision_a_kind_is_written_where_it_fits_and_nothing_waits(root):
    study, _, lines = cleaned(root)
    kinds = kinds_of(lines)
    assert len(kinds) == 4
    path = study.places.processed / KINDS_FILE
    filled = pd.read_csv(path, dtype=str, keep_default_na=False)
    filled["decision"] = [
        {"often": "s", "visit": "Day first"}.get(
            line.variable, "missing: dont know" if line.raw == UNKNOWN else "37"
        )
        for line in filled.itertuples()
    ]
    filled.assign(raw="#VALUE!").to_csv(
        path, index=False, sep=";", encoding="utf-8-sig"
    )  # as a spreadsheet program may save it
    assert dict(record_lists(study, None, "AB")) == {
        "choices.csv": 1,
        "codebook.csv": 1,
        "cohort.yml": 1,
        "corrections.csv": 1,
    }
    folder = study.definitions
    assert (folder / "choices.csv").read_text() == CHOICES.replace("now and then", f"now and then|{ODD}")
    assert (folder / "codebook.csv").read_text() == CODEBOOK.replace(
        "Dibayar,,no,,,,,", f"Dibayar,,no,,,{UNKNOWN}=dont_know,,"
    )
    assert "  date_order: {visit: dmy}" in (study.places.raw / "cohort.yml").read_text()
    assert (folder / "corrections.csv").read_text().count("\n") == 2
    _, after, rest = cleaned(root)
    assert rest.empty
    kept = after.kept.set_index("id")
    assert kept.loc["P03", "often"] == "s"
    assert kept["paid"].isna().sum() == 12
    assert set(after.reasons.loc[after.reasons["variable"] == "paid", "reason"]) == {"dont_know"}
    assert kept.loc["P30", "paid"] == 37
    assert str(kept.loc["P01", "visit"])[:10] == "2024-02-02"
    assert str(kept.loc["P06", "visit"])[:10] == "2024-03-07"


def test_a_list_that_is_read_back_twice_changes_nothing_more(root):
    study, _, _ = cleaned(root)
    fill(study, {"often": "s", "visit": "day first"})
    files = [study.definitions / "choices.csv", study.places.raw / "cohort.yml"]
    record_lists(study, None, "AB")
    once = [path.read_bytes() for path in files]
    record_lists(load_study("trial-1", root=root), None, "AB")
    assert [path.read_bytes() for path in files] == once
    fill(study, {"visit": "month first"})
    with pytest.raises(ProblemsError, match="another order of 'visit' is stated"):
        record_lists(load_study("trial-1", root=root), None, "AB")


def test_taking_the_text_out_again_undoes_a_decision(root):
    study, _, lines = cleaned(root)
    fill(study, {"often": "s", "visit": "month first"})
    record_lists(study, None, "AB")
    (study.definitions / "choices.csv").write_text(CHOICES)
    path = study.places.raw / "cohort.yml"
    path.write_text(path.read_text().replace("  date_order: {visit: mdy}\n", ""))
    pd.testing.assert_frame_equal(cleaned(root)[2], lines)


def test_a_decision_that_does_not_settle_its_kind_leaves_all_files_as_they_were(root):
    study, _, _ = cleaned(root)
    files = [study.definitions / name for name in ("choices.csv", "codebook.csv", "corrections.csv")] + [
        study.places.raw / "cohort.yml"
    ]
    before = [path.read_bytes() for path in files]
    for decisions, words in (
        (
            {"often": "s", "paid": "many"},
            r"review_kinds\.csv, row \d, column decision: the new answer of 'paid'",
        ),
        ({"often": "s", "visit": "year first"}, "'year first' is no order of day and month"),
        ({"often": "missing: on holiday"}, "'on_holiday' is no reason of a missing answer"),
    ):
        fill(study, decisions)
        with pytest.raises(ProblemsError, match=words):
            record_lists(study, None, "AB")
        assert [path.read_bytes() for path in files] == before
    assert not list(study.definitions.glob("*.part"))


def test_a_row_that_cannot_be_decided_takes_back_the_kinds_of_the_other_list(root):
    study, _, _ = cleaned(root)
    files = [study.definitions / name for name in ("choices.csv", "codebook.csv", "corrections.csv")]
    before = [path.read_bytes() for path in files]
    fill(study, {"often": "s"})
    path = study.places.processed / "review.csv"
    rows = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    rows.loc[rows["variable"] == "paid", "decision"] = "many"
    rows.to_csv(path, index=False)
    with pytest.raises(ProblemsError, match="paid"):
        record_lists(study, None, "AB")
    assert [path.read_bytes() for path in files] == before


def test_what_no_definition_can_hold_is_corrected_row_by_row(root):
    study, _, _ = cleaned(root)
    fill(study, {"often": "missing", "visit": "missing", "paid": "missing"})
    assert dict(record_lists(study, None, "AB")) == {"corrections.csv": 4}
    assert (study.definitions / "choices.csv").read_text() == CHOICES
    _, after, rest = cleaned(root)
    assert rest.empty
    assert after.kept["often"].isna().sum() == 15


def test_the_command_says_what_was_written_where(root, monkeypatch):
    study, _, _ = cleaned(root)
    fill(study, {"often": "s", "visit": "day first"})
    monkeypatch.chdir(root)
    (root / "pyproject.toml").write_text("")
    (root / "notebooks").mkdir()
    result = CliRunner().invoke(
        app, ["decide", "trial-1", "--who", "AB"], env=os.environ | {"COLUMNS": "200"}
    )
    assert "1 decision written to programmes/trial/choices.csv" in result.output
    assert "1 decision written to data/raw/trial-1/cohort.yml" in result.output


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "files:\n- file: a.csv  # the first\n  table: people\nkind: real\n",
            "files:\n- file: a.csv  # the first\n  date_order: {x: dmy}\n  table: people\nkind: real\n",
        ),
        (
            "files: [{file: a.csv, table: people}]\n",
            "files: [{file: a.csv, table: people, date_order: {x: dmy}}]\n",
        ),
        (
            "files:\n  - {file: a.csv, table: people, date_order: {y: mdy}}\n",
            "files:\n  - {file: a.csv, table: people, date_order: {y: mdy, x: dmy}}\n",
        ),
        (
            "files:\n- file: a.csv\n  table: people\n  date_order:\n    y: mdy\n",
            "files:\n- file: a.csv\n  table: people\n  date_order:\n    y: mdy\n    x: dmy\n",
        ),
        (
            "files:\n- file: a.csv\n  table: other\n- file: a.csv\n  table: people",
            "files:\n- file: a.csv\n  table: other\n- file: a.csv\n  date_order: {x: dmy}\n  table: people",
        ),
    ],
)
def test_an_order_is_put_into_cohort_yml_as_people_write_it(before, after):
    assert with_date_order(before, ("a.csv", "people"), "x", "dmy") == after


def test_an_order_that_is_stated_is_neither_written_twice_nor_over():
    stated = "files:\n- {file: a.csv, table: people, date_order: {x: dmy}}\n"
    assert with_date_order(stated, ("a.csv", "people"), "x", "dmy") == stated
    with pytest.raises(LookupError, match="another order"):
        with_date_order(stated, ("a.csv", "people"), "x", "mdy")
    with pytest.raises(LookupError, match="another order"):
        with_date_order(
            "files:\n- {file: a.csv, table: people, date_order: mdy}\n", ("a.csv", "people"), "x", "dmy"
        )


def test_one_cell_of_a_definition_file_is_changed_and_nothing_else():
    text = '\ufeffname;label;aliases\r\n"a";"one; two";\r\n"b";three;x\r\n'
    assert with_cell(text, {"name": "b"}, "aliases", lambda cell: cell + "|y") == text.replace(
        "three;x", "three;x|y"
    ).replace('"b"', "b")
    assert (
        with_cell("name,label\na,1\nb,2\n", {"name": "a"}, "aliases", lambda cell: "z")
        == "name,label,aliases\na,1,z\nb,2,\n"
    )
    with pytest.raises(LookupError):
        with_cell(text, {"name": "c"}, "aliases", str)


def test_a_delivery_cleaned_part_by_part_is_decided_by_kind_too(root):
    study, _, _ = cleaned(root)
    clean_by_parts(study, lambda doing, rows: None)
    path = study.places.processed / KINDS_FILE
    kinds = pd.read_csv(path, dtype=str, keep_default_na=False)
    assert sorted(kinds["rows"].astype(int)) == [1, 12, 15, 35]
    fill(study, {"often": "s", "visit": "day first"})
    assert dict(record_lists(study, None, "AB")) == {"choices.csv": 1, "cohort.yml": 1}
    assert set(cleaned(root)[2]["variable"]) == {"paid"}
