"""Dates and numbers as delivered: the small cases, and siblings that differ in shape, by the command line and
in a workbook.
"""

import datetime as dt
import hashlib
import shutil

import openpyxl
import pandas as pd
import pyreadstat
import pytest

from case_runs import manfaat, project_of
from manfaat.analysis.study import clean_tables, load_study, read_raw
from manfaat.base.problems import ProblemsError

pytestmark = pytest.mark.slow

CODEBOOK = (
    "table,name,type,source,label::English (en),label::Bahasa Indonesia"
    " (id),unit,required,relevant,constraint,missing,role,scale,reversed,versions,recode,ladder,core,note\n"
)
USUAL = [
    "people,id,text,id,id,id,,yes,,,,key,,,,,,,",
    "people,grp,select_one group,grp,grp,grp,,yes,,,,group,,,,,,,",
]


def by_parts(case, base):
    """Clean a case by the command line: the clean table by key."""
    name, project = project_of(case, base)
    code, printed = manfaat(project, "clean", name)
    assert code == 0, printed
    return (
        pd.read_parquet(project / "data" / "processed" / name / "people.parquet").set_index("id"),
        project,
        name,
    )


def whole(project, name):
    """Clean the same delivery as a whole."""
    study = load_study(name, root=project)
    return clean_tables(study, read_raw(study))["people"]


def delivered(base, variables, deliver, *, unreadable="review", more=""):
    """A programme of its own around one delivered file: (project, name). ``deliver`` writes the file and
    returns its name.
    """
    name, project = project_of("n1-european-numbers", base)
    folder, raw = project / "programmes" / name, project / "data" / "raw" / name
    lines = [
        *USUAL,
        *(
            f"people,{v.lower()},{kind},{v},{v},{v},{unit},no,,{bounds},,,,,,,,,"
            for v, kind, unit, bounds in variables
        ),
    ]
    (folder / "codebook.csv").write_text(CODEBOOK + "\n".join(lines) + "\n")
    programme = (folder / "programme.yml").read_text()
    (folder / "programme.yml").write_text(
        programme.replace("units:\n", "units:\n  pieces: {label: {en: pieces, id: potong}, decimals: 0}\n")
    )
    shutil.rmtree(raw)
    raw.mkdir()
    file = deliver(raw)
    (raw / "SHA256SUMS").write_text(f"{hashlib.sha256((raw / file).read_bytes()).hexdigest()}  {file}\n")
    (raw / "cohort.yml").write_text(
        f"cohort: {name}\nprogramme: {name}\nlabel: {{en: Case, id: Kasus}}\nkind: real\nassignment:"
        f" observational\nunreadable: {unreadable}\nfiles:\n  - file: {file}\n    table:"
        f' people\n{more}period: {{en: "2004", id: "2004"}}\ndenominators:\n  because: {{en: not known, id:'
        " tidak diketahui}\norigin: made up\nlicence: CC0-1.0\ncitation: none\n"
    )
    return project, name


def workbook(rows, *, epoch=None):
    """Return a function that writes rows (the first is the header) as an XLSX file."""

    def write(folder):
        book = openpyxl.Workbook()
        if epoch:
            book.epoch = epoch
        for row in rows:
            book.active.append(row)
        book.save(folder / "d.xlsx")
        return "d.xlsx"

    return write


def text(lines):
    """Return a function that writes lines as a CSV file."""

    def write(folder):
        (folder / "d.csv").write_text("\n".join(lines) + "\n")
        return "d.csv"

    return write


def test_d1_indonesian_months(tmp_path):
    # scrapinghub/dateparser#584: the old and short Indonesian names of months; "Djuni" is read by nobody, so
    # it waits.
    people, project, name = by_parts("d1-indonesian-months", tmp_path)
    right = {
        "a1": "2019-11-06",
        "a2": "2004-02-03",
        "a3": "2003-08-17",
        "a5": "2004-03-12",
        "a6": "2004-08-05",
        "a7": "2004-10-08",
        "a8": "2004-05-09",
        "a9": "2003-12-04",
        "b1": "2003-12-05",
    }
    read = people["tgl"].dropna().to_dict()
    assert {key: read.get(key) for key in right} == right
    assert read.get("a4", "2004-06-01") == "2004-06-01"
    assert read.get("b2", "2004-01-12") == "2004-01-12"
    assert whole(project, name).kept.set_index("id")["tgl"].dropna().to_dict() == read


def test_d2_an_interview_across_time_zones(tmp_path):
    # kobotoolbox/kpi#3943: 10 minutes, 50 minutes, 40 minutes, and one that ends 10 minutes before it starts,
    # by the moments themselves.
    _, project, name = by_parts("d2-interview-across-zones", tmp_path)
    table = whole(project, name)
    found = table.findings[table.findings["check"] == "T1"]
    assert sorted(found["key"]) == ["a1", "a4"]


def test_n1_european_numbers(tmp_path):
    # pandas-dev/pandas#59299; "1.500" may be a wage of 1.5 million with thousands left out.
    people, project, name = by_parts("n1-european-numbers", tmp_path)
    assert people["gaji"].dropna().to_dict() == {
        "a1": 1299.99,
        "a2": 1234567,
        "a3": 750000,
        "a5": 2500000,
        "a6": 1250000,
    }
    assert people["skor"].tolist() == [3.5, 4.25, 12.5, 2, 1.75, 0.5]
    assert whole(project, name).review["raw"].tolist() == ["1.500"]


@pytest.mark.slow
def test_l1_what_changes_late_in_a_large_file(tmp_path):
    # pandas-dev/pandas#43074: a reader that guesses types by portions turns 000651 into 651 where the portion
    # holds only digits.
    name, project = project_of("l1-large-late-changes", tmp_path)
    raw = project / "data" / "raw" / name
    keys = [f"{at:06d}" if at % 2 else str(at) for at in range(75_001)]
    late = {70_002: "000651x", 70_003: "651x", 75_002: "A17"}
    with (raw / "d.csv").open("w") as stream:
        stream.write("id,grp,gaji,skor,tgl\n")
        for at in range(75_003):
            key = late.get(at, keys[at] if at < len(keys) else f"Z{at}")
            stream.write(
                f"{key.removesuffix('x') if at in late else 'p' + key},{at % 2},2500000,3.5,2004-07-05\n"
            )
    (raw / "SHA256SUMS").write_text(f"{hashlib.sha256((raw / 'd.csv').read_bytes()).hexdigest()}  d.csv\n")
    code, printed = manfaat(project, "clean", name)
    assert code == 0, printed
    parts = pd.read_parquet(project / "data" / "processed" / name / "people.parquet")
    assert {at: parts["id"].iloc[at] for at in late} == {70_002: "000651", 70_003: "651", 75_002: "A17"}
    assert parts["gaji"].eq(2_500_000).all()
    assert whole(project, name).kept["id"].tolist() == parts["id"].tolist()


FORM = [f"p{at},{at % 2},9/{day}/2019 {8 + at}:05:22" for at, day in enumerate([3, 3, 4, 6, 9, 10, 11, 12])]


def test_times_of_an_english_form_without_a_day_above_12(tmp_path):
    # 21 of 21 became March to December; here one month of them, by the file as a whole and part by part.
    project, name = delivered(tmp_path, [("stamp", "dateTime", "", "")], text(["id,grp,stamp", *FORM]))
    table = whole(project, name)
    assert {value[:7] for value in table.kept["stamp"]} == {"2019-09"}
    assert len(table.review) == 0
    assert manfaat(project, "clean", name)[0] == 0
    parts = pd.read_parquet(project / "data" / "processed" / name / "people.parquet")
    assert parts["stamp"].tolist() == table.kept["stamp"].tolist()


TYPED = [
    f"p{at},{at % 2},{day}/{month}/2019"
    for at, (day, month) in enumerate([(3, 9), (5, 10), (4, 12), (11, 2)])
]


def test_typed_dates_that_can_be_both_are_asked_for_once_a_column(tmp_path):
    variables, lines = [("Date", "date", "", "")], text(["id,grp,Date", *TYPED])
    project, name = delivered(tmp_path / "stop", variables, lines, unreadable="stop")
    with pytest.raises(ProblemsError) as failure:
        whole(project, name)
    (problem,) = failure.value.problems
    assert "4 answers wait for it" in problem.message
    assert "date_order" in problem.message
    assert "English" in problem.message
    for order, first in (("mdy", "2019-03-09"), ("dmy", "2019-09-03")):
        project, name = delivered(
            tmp_path / order, variables, lines, unreadable="stop", more=f"    date_order: {{date: {order}}}\n"
        )
        assert whole(project, name).kept["date"].iloc[0] == first
    project, name = delivered(
        tmp_path / "wrong", variables, lines, more="    date_order: {Dat: mdy}\n    time_zone: Asia/Jakart\n"
    )
    code, printed = manfaat(project, "check", name)
    assert code == 2
    assert "'Dat' is not a variable" in printed
    assert "Asia/Jakarta" in printed


def test_two_files_of_one_table_keep_their_own_order(tmp_path):
    project, name = delivered(tmp_path, [("stamp", "dateTime", "", "")], text(["id,grp,stamp", *FORM]))
    raw = project / "data" / "raw" / name
    (raw / "e.csv").write_text(
        "id,grp,stamp\n"
        + "".join(f"q{at},{at % 2},{day}/9/2019 {8 + at}:05:22\n" for at, day in enumerate([3, 4, 13, 25]))
    )
    (raw / "SHA256SUMS").write_text(
        "".join(
            f"{hashlib.sha256((raw / file).read_bytes()).hexdigest()}  {file}\n"
            for file in ("d.csv", "e.csv")
        )
    )
    cohort = (raw / "cohort.yml").read_text()
    (raw / "cohort.yml").write_text(
        cohort.replace("period:", "  - file: e.csv\n    table: people\nperiod:", 1)
    )
    kept = whole(project, name).kept
    assert {value[:7] for value in kept["stamp"]} == {"2019-09"}


def test_the_calendar_of_a_book_of_1904(tmp_path):
    rows = [["id", "grp", "tgl"], ["a", 1, 38178], ["b", 0, "besok"], ["c", 1, dt.date(2004, 7, 10)]]
    project, name = delivered(
        tmp_path, [("tgl", "date", "", "")], workbook(rows, epoch=dt.datetime(1904, 1, 1))
    )
    table = whole(project, name)
    waiting = table.review.set_index("raw")
    assert waiting.loc["38178", "proposal"] == "2008-07-11"  # day 38,178 after 1 January 1904
    assert table.kept["tgl"].dropna().tolist() == ["2004-07-10"]


def test_days_that_a_spreadsheet_took_for_months_wait(tmp_path):
    stored = [dt.date(2019, month, 4) for month in (3, 7, 8)] + [dt.date(2019, 5, day) for day in (1, 2, 6)]
    texts = [f"{day}/04/2019" for day in range(13, 18)]
    rows = [
        ["id", "grp", "tgl"],
        *([f"s{at}", at % 2, day] for at, day in enumerate(stored)),
        *([f"t{at}", at % 2, day] for at, day in enumerate(texts)),
    ]
    project, name = delivered(tmp_path, [("tgl", "date", "", "")], workbook(rows))
    table = whole(project, name)
    waiting = table.review.set_index("key")
    assert len(waiting) == len(stored)
    assert waiting.loc["s0", "proposal"] == "2019-04-03"
    assert table.kept.set_index("id")["tgl"].dropna().tolist() == [f"2019-04-{day}" for day in range(13, 18)]


def test_numbers_that_a_workbook_stores_are_numbers(tmp_path):
    # Texts of the same column follow their own convention: "1.234" typed is 1234 beside "2.500,5", stored
    # 1.234 is not.
    values = [1.082661958322826, 433.3333333333333, 1e-05, 0.5, 1.234, "1.234", "2.500,5", 12.5]
    rows = [["id", "grp", "skor"], *([f"p{at}", at % 2, value] for at, value in enumerate(values))]
    project, name = delivered(tmp_path, [("skor", "decimal", "", "")], workbook(rows))
    table = whole(project, name)
    assert table.kept["skor"].tolist() == [*values[:5], 1234, 2500.5, 12.5]
    assert len(table.review) == 0


@pytest.mark.parametrize("ending", ["sav", "dta"])
def test_numbers_that_a_statistical_file_stores_are_numbers(tmp_path, ending):
    values = [1.082661958322826, 3.9960000000000004, 1e-05, 0.5, 1.234, 100.125, None]

    def write(folder):
        frame = pd.DataFrame(
            {
                "id": [f"p{at}" for at in range(7)],
                "grp": [float(at % 2) for at in range(7)],
                "skor": values,
                "usd": values,
            }
        )
        {"sav": pyreadstat.write_sav, "dta": pyreadstat.write_dta}[ending](frame, str(folder / f"d.{ending}"))
        return f"d.{ending}"

    project, name = delivered(
        tmp_path, [("skor", "decimal", "pieces", ""), ("usd", "decimal", "", "")], write
    )
    table = whole(project, name)
    for column in ("skor", "usd"):
        assert table.kept[column].dropna().tolist() == values[:6]
    assert len(table.review) == 0


def test_doubles_in_a_text_file_are_numbers(tmp_path):
    # Seven in ten earnings of a public file were refused: sixteen digits were taken for an identifier.
    values = ["1.082661958322826", "3.9960000000000004", ".5", "-.5", "1e-05", "12.500", "1234.567"]
    lines = ["id,grp,skor", *(f"p{at},{at % 2},{value}" for at, value in enumerate(values))]
    project, name = delivered(tmp_path, [("skor", "decimal", "", "")], text(lines))
    table = whole(project, name)
    assert table.kept["skor"].tolist() == [float(value) for value in values]
    assert len(table.review) == 0


def test_thousands_by_groups_alone(tmp_path):
    values = ["7,100", "12,350", "850", "101,275", "9,905"]
    lines = ["id;grp;n", *(f"p{at};{at % 2};{value}" for at, value in enumerate(values))]
    project, name = delivered(tmp_path, [("n", "decimal", "pieces", "")], text(lines))
    table = whole(project, name)
    assert table.kept["n"].tolist() == [7100, 12350, 850, 101275, 9905]
    assert len(table.review) == 0
    (tmp_path / "point").mkdir()
    project, name = delivered(
        tmp_path / "point",
        [("n", "decimal", "pieces", "")],
        text(["id,grp,n", "a,1,12.500", "b,0,3.5", "c,1,2"]),
        more='    decimal: "."\n',
    )
    assert whole(project, name).review["raw"].tolist() == ["12.500"]


def test_the_month_of_a_time_is_that_of_the_place(tmp_path):
    lines = text(
        [
            "id,grp,bulan",
            "a,1,2003-12-31T18:30:00Z",
            "b,0,2003-12-31T10:00:00Z",
            "c,1,2003-12-31T23:00:00+07:00",
        ]
    )
    project, name = delivered(
        tmp_path / "stated", [("bulan", "month", "", "")], lines, more="    time_zone: Asia/Jakarta\n"
    )
    assert whole(project, name).kept["bulan"].tolist() == ["2004-01", "2003-12", "2003-12"]
    project, name = delivered(tmp_path / "unknown", [("bulan", "month", "", "")], lines)
    table = whole(project, name)
    assert table.kept["bulan"].tolist() == ["2003-12"] * 3
    assert table.changes["reason"].str.contains("time_zone").any()


@pytest.mark.parametrize("kind", ["date", "month", "dateTime"])
@pytest.mark.parametrize(
    "written",
    ["2003-12-31T18:30:00Z", "2003-12-31T18:30:00.000Z", "2003-12-31 18:30 UTC", "2003-12-31T18:30:00+00:00"],
)
def test_times_in_utc_are_told_once_a_file_where_no_time_zone_is_stated(tmp_path, kind, written):
    lines = text(
        [
            "id,grp,mulai,akhir,nama",
            *[f"{who},{at % 2},{written},{written},12:30Z" for at, who in enumerate("abc")],
        ]
    )
    columns = [("mulai", kind, "", ""), ("akhir", kind, "", ""), ("nama", "text", "", "")]

    def told(name, **more):
        project, study = delivered(tmp_path / name, columns, lines, **more)
        log = read_raw(load_study(study, root=project)).log
        return log[log["what"] == "time zone"]

    (line,) = told("unknown").itertuples()
    assert line.doubtful
    assert "mulai" in line.how
    assert "akhir" in line.how
    assert "nama" not in line.how
    assert told("stated", more="    time_zone: Asia/Jakarta\n").empty


def test_times_of_the_place_are_told_of_by_nobody(tmp_path):
    lines = text(["id,grp,mulai", "a,1,2003-12-31T18:30:00+07:00", "b,0,2003-12-31T18:30:00", "c,1,18:30"])
    project, name = delivered(tmp_path, [("mulai", "dateTime", "", "")], lines)
    assert "time zone" not in set(read_raw(load_study(name, root=project)).log["what"])
