"""What happens around cleaning, on shipped deliveries: labelled files, the codebook's page, decisions,
corrections, identifiers, links.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import replace

import pandas as pd
import pyarrow.parquet as pq
import pyreadstat
import pytest

from conftest import ROOT, seal
from manfaat.analysis.study import clean_tables, load_study, read_raw
from manfaat.base.disclosure import with_formulas, without_formulas
from manfaat.base.problems import ProblemsError
from manfaat.desk.decisions import record_decisions
from manfaat.desk.export import codebook_html, codebook_rows, delivered, export_table, shown_answers
from manfaat.report.chapter import open_chapter
from manfaat.report.reader import Reader
from manfaat.report.review_list import review_list
from manfaat.report.words import Language

pytestmark = pytest.mark.runs

DEFAULT = "jakarta-tokyo-2004-synthetic"


def copy_project(folder, cohort=DEFAULT):
    """A project with one cohort, to be broken at will."""
    for name in ("programmes", "notebooks"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copytree(ROOT / "data" / "raw" / cohort, folder / "data" / "raw" / cohort)
    return folder


def clean_stage(root, cohort, monkeypatch):
    """Do what notebook 01 does: clean the delivery and write its tables; return the study and the clean
    tables.
    """
    monkeypatch.chdir(root)
    chapter = open_chapter(
        "01_clean", cohort, language="en", data_dir="data", reports_dir="reports/.run-test/en"
    )  # as manfaat run does
    tables = clean_tables(chapter.study, read_raw(chapter.study))
    for table in tables.values():
        chapter.write_clean(table)
    chapter.write_review(tables)
    return chapter.study, tables


@pytest.fixture(scope="module")
def shipped(tmp_path_factory):
    """The default cohort after its cleaning stage."""
    root = copy_project(tmp_path_factory.mktemp("shipped"))
    with pytest.MonkeyPatch.context() as patch:
        return clean_stage(root, DEFAULT, patch)


def test_the_codebook_page_of_the_default_cohort_counts_what_the_clean_table_holds(shipped):
    study, tables = shipped
    rows = {row.variable.name: row for row in codebook_rows(study, "participants")}
    kept = tables["participants"].kept
    assert {c.name: n for c, n in rows["sex"].answers} == kept["sex"].value_counts().to_dict()
    owned = [codes.split() for codes in kept["assets_now"].dropna()]
    assert {c.name: n for c, n in rows["assets_now"].answers} == {
        c.name: sum(c.name in codes for codes in owned) for c, _ in rows["assets_now"].answers
    }
    assert (rows["assets_now"].n, rows["assets_now"].missing) == (len(owned), len(kept) - len(owned))
    assert '<span lang="id">' in codebook_html(study)


def test_a_hidden_count_cannot_be_worked_out_from_the_others():
    english = Language("en")
    assert shown_answers([40, 3, 20], 63, english) == ["40", "< 5", "≥ 5"]
    assert shown_answers([40, 3, 2], 45, english) == ["40", "< 5", "< 5"]
    assert shown_answers([40, 3, 30], 50, english) == [
        "40",
        "< 5",
        "30",
    ]  # several answers a person: nothing adds up
    assert shown_answers([3, 0], 3, english) == ["< 5", "< 5"]
    assert shown_answers([0, 12], 12, english) == ["0", "12"]


def test_tables_without_a_file_are_not_exported(tmp_path, monkeypatch):
    root = copy_project(tmp_path)
    raw = root / "data" / "raw" / DEFAULT
    text = (raw / "cohort.yml").read_text(encoding="utf-8")
    (raw / "cohort.yml").write_text(text.replace("- file: costs.csv\n  table: costs\n", ""), encoding="utf-8")
    study, _ = clean_stage(root, DEFAULT, monkeypatch)
    assert delivered(study) == ["participants", "supervisors"]
    assert "cost sheet" not in codebook_html(study)


@pytest.mark.parametrize("language", ["en", "id"])
def test_labelled_files_of_the_default_cohort_read_back_with_pandas_too(shipped, language):
    study, tables = shipped
    words = Language(language)
    for name, table in tables.items():
        spss, stata, parquet = (export_table(study, name, kind, words) for kind in ("sav", "dta", "parquet"))
        _, meta = pyreadstat.read_sav(str(spss))
        plain = pd.read_stata(stata, convert_categoricals=False)
        assert len(plain) == len(table.kept) == len(pd.read_parquet(parquet))
        for variable in study.codebook.table(name):
            if variable.name in meta.column_names_to_labels:
                assert meta.column_names_to_labels[variable.name] == variable.label(language)
        wages = [v.name for v in study.codebook.table(name) if v.kind == "money"]
        for wage in wages:
            assert plain[wage].tolist() == pytest.approx(
                table.kept[wage].astype("float64").tolist(), nan_ok=True
            )


IDENTIFYING = ("nama", "nik", "hp", "surel", "alamat", "lahir")
PLANTED = re.compile(r"(?i)zqx|0812-9876|3171\d{12}|31/02/1907|@contoh")


@pytest.fixture
def named(tmp_path):
    """The default cohort with columns that identify people, some of them damaged, and one phone number among
    the job titles.
    """
    root = copy_project(tmp_path)
    book = root / "programmes" / "jakarta-tokyo" / "codebook.csv"
    lines = pd.read_csv(book, dtype=str, keep_default_na=False)
    new = pd.DataFrame(
        [
            {c: "" for c in lines}
            | {
                "table": "participants",
                "name": n,
                "type": "date" if n == "lahir" else "text",
                "source": n,
                "label::English (en)": n,
                "label::Bahasa Indonesia (id)": n,
                "required": "no",
                "role": "identifier",
            }
            for n in IDENTIFYING
        ]
    )
    pd.concat([lines, new]).to_csv(book, index=False)
    raw = root / "data" / "raw" / DEFAULT
    study = load_study(DEFAULT, root=ROOT)
    table = read_raw(study).tables["participants"].drop(columns=["_file", "_sheet", "_row"])
    for name, pattern in zip(
        IDENTIFYING,
        (
            " Zqx{}  Siti",
            "3171{:012d}",
            "0812-9876{:04d}",
            "zqx{}@Contoh.example ",
            "Jl. Zqx No. {}",
            "31/02/1907",
        ),
        strict=True,
    ):
        table[name] = [pattern.format(row) for row in range(len(table))]
    table.to_csv(raw / "participants.csv", index=False)
    table.iloc[[0]].to_csv(raw / "participants.csv", index=False, mode="a", header=False)  # a row set aside
    text = (raw / "cohort.yml").read_text(encoding="utf-8").replace("participants.xlsx", "participants.csv")
    (raw / "cohort.yml").write_text(text, encoding="utf-8")
    seal(raw)
    return root


def planted_in(folder):
    """Files that hold a planted identifier, but for those in a folder of identifiers."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.parent.name != "identifiers":
            text = (
                pd.read_parquet(path).to_csv() + str(pq.read_schema(path))
                if path.suffix == ".parquet"
                else path.read_bytes().decode("utf-8", "replace")
            )
            content = path.read_bytes().decode("latin-1")
            found += [path.name] if PLANTED.search(text) or PLANTED.search(content) else []
    return found


def test_what_identifies_people_is_in_one_folder_and_nowhere_else(named, monkeypatch):
    study, tables = clean_stage(named, DEFAULT, monkeypatch)
    export_table(study, "participants", "parquet", Language("en"))
    codebook = study.places.reports / "codebook.html"
    codebook.parent.mkdir(parents=True, exist_ok=True)
    codebook.write_text(codebook_html(study), encoding="utf-8")
    assert planted_in(named / "data" / "processed") == []
    assert planted_in(named / "reports") == []
    apart = study.places.processed / "identifiers"
    assert sorted(path.name for path in apart.iterdir()) == [
        "participants.parquet",
        "participants_aside.parquet",
        "participants_cells.parquet",
    ]
    assert set(tables["participants"].reasons.query("variable == 'lahir'")["reason"]) == {"damaged"}


def test_raw_is_rebuilt_from_the_files_alone_by_somebody_else(named, monkeypatch):
    """As docs/ledgers.md says, with pandas alone."""
    study, _ = clean_stage(named, DEFAULT, monkeypatch)
    delivered_raw = read_raw(study).tables
    for name in ("participants", "supervisors", "costs"):
        raw = delivered_raw[name]
        rebuilt = rebuilt_from_files(study.places.processed, name).reindex(columns=raw.columns)
        both = [
            frame.astype(str).sort_values(["_file", "_sheet", "_row"], ignore_index=True)
            for frame in (raw, rebuilt)
        ]
        pd.testing.assert_frame_equal(*both, check_dtype=False)


def rebuilt_from_files(folder, name):
    """The raw table from its Parquet files, by the description alone."""
    place = ["_key", "_file", "_sheet", "_row"]
    parts = {}
    for part in ("", "_aside", "_cells"):
        parts[part] = pd.read_parquet(folder / f"{name}{part}.parquet")
        apart = folder / "identifiers" / f"{name}{part}.parquet"
        if apart.exists():
            secret = pd.read_parquet(apart)
            if part == "_cells":
                parts[part] = pd.concat([parts[part].astype(str), secret.astype(str)])
            else:
                by = place if part == "_aside" else ["_key"]
                parts[part] = parts[part].merge(secret, on=by, how="left", validate="one_to_one")
    kept = parts[""]
    texts = kept[place].copy()
    for column in kept.columns.difference(place, sort=False):
        texts[column] = [shortest(value) for value in kept[column]]
    cells = parts["_cells"].astype(str)
    wide = cells.pivot(index="key", columns="variable", values="raw")
    for column in wide:
        given = texts["_key"].map(wide[column])
        texts[column] = given.where(given.notna(), texts[column])
    return pd.concat([texts, parts["_aside"].drop(columns=["rule", "reason"])])


def shortest(value):
    """A clean value as the ledger takes it to stand."""
    if pd.isna(value):
        return ""
    if isinstance(value, float):
        return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(float(value))
    return str(value)


def test_no_message_repeats_what_identifies_somebody(named, monkeypatch):
    raw = named / "data" / "raw" / DEFAULT
    text = (raw / "cohort.yml").read_text(encoding="utf-8").replace("unreadable: review", "unreadable: stop")
    (raw / "cohort.yml").write_text(text, encoding="utf-8")
    study = load_study(DEFAULT, root=named)
    delivery = read_raw(study)
    blank = {
        v.name: ""
        for v in study.codebook.table("participants")
        if v.role not in ("identifier", "key", "group", "text")
    }
    delivery.tables["participants"] = (
        delivery.tables["participants"].assign(**blank).drop_duplicates("resp_id")
    )
    with pytest.raises(ProblemsError) as caught:
        clean_tables(study, delivery)
    assert "lahir" in str(caught.value)
    assert not PLANTED.search(str(caught.value))


def corrections_of(
    root, *lines, head="cohort,table,key,variable,old,new,who,when,why", newline="\n", encoding="utf-8"
):
    """Put lines into the corrections of the default programme."""
    path = root / "programmes" / "jakarta-tokyo" / "corrections.csv"
    path.write_bytes(newline.join([head, *lines, ""]).encode(encoding))
    return root


@pytest.fixture(scope="module")
def delivery():
    """The participants of the default cohort as delivered, read once: all corrections below are of them."""
    read = read_raw(load_study(DEFAULT, root=ROOT))
    return replace(read, tables={"participants": read.tables["participants"]})


def participants_of(root, delivery):
    """The clean participants by the definitions and corrections below a root."""
    return clean_tables(load_study(DEFAULT, root=root), delivery)["participants"]


@pytest.fixture(scope="module")
def project_once(tmp_path_factory):
    """A project whose corrections each test writes anew."""
    return copy_project(tmp_path_factory.mktemp("corrected"))


SEX = f"{DEFAULT},participants,P0000002,sex,Laki-laki"


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (
            [f"{DEFAULT},participant,P0000002,sex,1,2,AB,2026,asked"],
            "row 2, column table: there is no table 'participant'",
        ),
        (
            ["jakarta-tokyo-2005,participants,P0000002,sex,1,2,AB,2026,asked"],
            "row 2, column cohort: there is no cohort 'jakarta-tokyo-2005'",
        ),
        (
            [f"{DEFAULT},participants,P9999999,sex,1,2,AB,2026,asked"],
            "row 2: the correction of 'sex' for key 'P9999999' matches 0 cells",
        ),
        (
            [f"{DEFAULT},participants,P0000002,gender,1,2,AB,2026,asked"],
            "row 2: the correction names 'gender', which matches no variable",
        ),
        (
            [f"{DEFAULT},participants,P0000002,sex,{{sex}},77,AB,2026,asked"],
            "row 2, column new: the new answer of 'sex' for key 'P0000002' cannot be used",
        ),
        ([f"{DEFAULT},participants,P0000002,sex,{{sex}},2,AB,2026, "], "row 2, column why"),
        ([f"{DEFAULT},participants,P0000002,sex,{{sex}},2,,2026,asked"], "row 2, column who"),
        ([f"{DEFAULT},participants,P0000002,sex,zz,2,AB,2026,asked"], "row 2: 'sex' of key 'P0000002' is '"),
        (
            [f"{DEFAULT},participants,P0000002,resp_id,P0000002,P0000003,AB,2026,asked"],
            "row 2, column new: the corrected key of 'P0000002' stands on another row",
        ),
        (
            [f"{DEFAULT},participants,P0000002,depend_pre,{{depend_pre}},11,AB,2026,asked"] * 2,
            "row 3: 'depend_pre' of key 'P0000002' already is '11'",
        ),
        (
            [
                f"{DEFAULT},participants,P0000002,depend_pre,{{depend_pre}},{new},AB,2026,asked"
                for new in (11, 12)
            ],
            "row 3: 'depend_pre' of key 'P0000002' is '11', not",
        ),
    ],
)
def test_a_correction_that_does_not_fit_stops_the_run_and_says_which(project_once, delivery, lines, told):
    raw = delivery.tables["participants"].set_index("resp_id")
    is_there = {"sex": raw.loc["P0000002", "sex"], "depend_pre": raw.loc["P0000002", "depend_pre"]}
    with pytest.raises(ProblemsError) as caught:
        participants_of(corrections_of(project_once, *[line.format(**is_there) for line in lines]), delivery)
    assert "corrections.csv, " + told in str(caught.value)


@pytest.mark.parametrize(
    ("separator", "newline", "encoding"),
    [(",", "\n", "utf-8"), (";", "\r\n", "utf-8-sig"), ("\t", "\r\n", "utf-8")],
)
def test_corrections_may_be_saved_by_a_spreadsheet_program(
    project_once, delivery, separator, newline, encoding
):
    raw = delivery.tables["participants"].set_index("resp_id")
    cells = [
        DEFAULT,
        "participants",
        "P0000002",
        "depend_pre",
        raw.loc["P0000002", "depend_pre"],
        "11",
        "AB",
        "03/04/2026",
        "asked, again",
    ]
    quoted = [f'"{cell}"' if "," in cell else cell for cell in cells]
    head = "cohort,table,key,variable,old,new,who,when,why".replace(",", separator)
    root = corrections_of(project_once, separator.join(quoted), head=head, newline=newline, encoding=encoding)
    kept = participants_of(root, delivery).kept.set_index("_key")
    assert kept.loc["P0000002", "depend_pre"] == 11


def filled(root, cohort, decide, *, separator=";", encoding="utf-8-sig", spoil=True):
    """Fill in the review list and save it as a spreadsheet program of another language does, dates and zeros
    changed.
    """
    path = root / "data" / "processed" / cohort / "review.csv"
    lines = pd.read_csv(path, dtype=str, keep_default_na=False)
    lines["decision"] = [decide(line) for line in lines.itertuples()]
    if spoil:
        lines["raw"] = lines["raw"].replace({"31/02/2004": "#VALUE!", "1.600": "1,6", "2.000": "2"})
    path.write_bytes(lines.to_csv(index=False, sep=separator, lineterminator="\r\n").encode(encoding))
    return path


def test_the_review_list_can_be_worked_through_to_the_end(tmp_path, monkeypatch):
    root = copy_project(tmp_path)
    study, tables = clean_stage(root, DEFAULT, monkeypatch)
    asked = sum(len(table.review) for table in tables.values())
    assert asked > 50

    def decide(line):
        if line.variable == "_row":
            return "Set aside "
        return (
            "keep"
            if line.until_then == "kept"
            else "Accept"
            if line.proposal and "perhaps" in line.reason
            else " missing"
        )

    assert record_decisions(study, filled(root, DEFAULT, decide), "AB") == asked
    again, after = clean_stage(root, DEFAULT, monkeypatch)
    assert sum(len(table.review) for table in after.values()) == 0
    cells = after["participants"].cells
    assert (cells["rule"] == "correction").sum() >= 50
    assert cells.loc[cells["rule"] == "correction", "reason"].str.contains("decided: .*AB").all()
    with pytest.raises(ProblemsError, match="not new: it was made before, in row"):
        record_decisions(again, restored(root, decide, study, tables), "AB")


def restored(root, decide, study, tables):
    """The review list of the first run, filled in once more."""
    review = review_list(Reader("en", study), tables)
    path = root / "data" / "processed" / DEFAULT / "review.csv"
    review.to_parquet(path.with_name("review_list.parquet"), index=False)
    review.assign(decision=[decide(line) for line in review.itertuples()]).to_csv(path, index=False)
    return path


def test_a_decision_that_cannot_be_read_is_refused_before_it_is_written(tmp_path, monkeypatch):
    root = copy_project(tmp_path)
    study, _ = clean_stage(root, DEFAULT, monkeypatch)
    before = (root / "programmes/jakarta-tokyo/corrections.csv").read_bytes()
    path = filled(root, DEFAULT, lambda line: "77" if line.variable == "jp_level_pre" else "")
    with pytest.raises(
        ProblemsError, match=r"review\.csv, row \d+, column decision: the new answer of 'jp_level_pre'"
    ):
        record_decisions(study, path, "AB")
    with pytest.raises(ProblemsError, match="nobody is named"):
        record_decisions(study, path, " ")
    assert (root / "programmes/jakarta-tokyo/corrections.csv").read_bytes() == before


def test_a_list_of_another_run_is_refused(tmp_path, monkeypatch):
    root = copy_project(tmp_path)
    study, _ = clean_stage(root, DEFAULT, monkeypatch)
    path = filled(root, DEFAULT, lambda line: "missing")
    written = path.with_name("review_list.parquet")
    pd.read_parquet(written).iloc[1:].assign(line=lambda lines: range(1, len(lines) + 1)).to_parquet(written)
    with pytest.raises(ProblemsError, match="this line is not the one that the last run wrote"):
        record_decisions(study, path, "AB")


def test_the_review_list_says_enough_and_what_matters_first(shipped):
    study, tables = shipped
    lines = review_list(Reader("id", study), tables)
    assert len(lines) == sum(len(table.review) for table in tables.values())
    first = lines[lines["variable"] == "marital_pre"].iloc[0]
    assert first["question"] == next(
        v for v in study.codebook.table("participants") if v.name == "marital_pre"
    ).label("id")
    assert "1 = Belum kawin" in first["answers"]
    assert (lines["row"] > 1).all()
    ranks = [0 if name == "_row" else 1 for name in lines["variable"]]
    assert ranks == sorted(ranks)


def test_texts_that_a_spreadsheet_would_run_are_escaped():
    lines = pd.DataFrame(
        {"key": ["=1+1"], "raw": ["@SUM(A1)"], "question": ["-6 = not asked"], "proposal": ["-9"], "n": [-3]}
    )
    shielded = without_formulas(lines)
    assert shielded.iloc[0].tolist() == ["'=1+1", "'@SUM(A1)", "'-6 = not asked", "-9", -3]
    pd.testing.assert_frame_equal(with_formulas(shielded), lines)
    twice = pd.concat([lines, lines.assign(key=None)], ignore_index=True)
    assert without_formulas(twice)["key"].fillna("").tolist() == ["'=1+1", ""]
