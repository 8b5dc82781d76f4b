"""Each kind of mess of a real export, through the real reading and cleaning stage: read rightly or reported,
never guessed in silence.

The numbers are those of the project's catalogue of messes. A cell that a person must decide is "?": it has no
value, and stands in the review list with its reason. A value with a doubt has its reason in the ledger of
cells.
"""

import io

import openpyxl
import pandas as pd
import pytest
from openpyxl.styles import PatternFill

from manfaat import cleaning
from manfaat.base.problems import ProblemsError
from manfaat.report import ledgers
from mess_cases import column, deliver, told, values

pytestmark = pytest.mark.slow

CELLS = [
    # kind, variable, texts as delivered, what they must become, words of a reason that must be given for some
    # of them
    (1, "wage", ["Rp 2.500.000", "Rp2.500.000,-", "IDR 2.500.000,00"], ["2500000"] * 3, {}),
    (
        2,
        "wage",
        ["2.500", "2,500", "1.000.000"],
        ["?", "?", "1000000"],
        {"2.500": "thousands left out", "2,500": "thousands left out"},
    ),
    (3, "wage", ["2.500.000", "2,500,000"], ["2500000", "2500000"], {}),
    (
        4,
        "wage",
        ["2,5 juta", "2.5jt", "850rb", "850 ribu", "1,2 M"],
        ["2500000", "2500000", "850000", "850000", "1200000000"],
        {"1,2 M": "miliar"},
    ),
    (
        5,
        "wage",
        ["2-3 juta", "±2 juta", ">3jt"],
        ["2500000", "2000000", "?"],
        {"2-3 juta": "middle", "±2 juta": "about", ">3jt": "limit"},
    ),
    (
        7,
        "wage",
        ["75rb/hari", "500 ribu per minggu", "2 juta"],
        ["?", "?", "2000000"],
        {"75rb/hari": "per day", "500 ribu per minggu": "per week"},
    ),
    (
        9,
        "wage",
        ["2.500.000 + lembur", "UMR", "sesuai UMP"],
        ["?", "?", "?"],
        {"2.500.000 + lembur": "lembur", "UMR": "minimum wage", "sesuai UMP": "minimum wage"},
    ),
    (
        10,
        "rate",
        ["3,5%", "0,035", "3.5", "4.2", "12.5", "8", "6.1"],
        ["3.5", "?", "3.5", "4.2", "12.5", "8", "6.1"],
        {"0,035": "share"},
    ),
    (
        11,
        "wage",
        ["2.5E+06", "#####", "#N/A", "#REF!"],
        ["2500000", "?", "?", "?"],
        {"2.5E+06": "digits may be lost", "#####": "Excel", "#N/A": "Excel", "#REF!": "Excel"},
    ),
    (
        12,
        "wage",
        ["-9", "(9)", "9999999", "1.500.000"],
        ["", "", "", "1500000"],
        {"-9": "refused", "(9)": "refused", "9999999": "refused"},
    ),
    (13, "hours", ["0", "40", "99"], ["", "40", ""], {"0": "not applicable", "99": "dont know"}),
    # the same zero is an amount where the codebook does not say otherwise
    (13, "pay_now", ["0", "1.500.000"], ["0", "1500000"], {}),
    (14, "day", ["03/04/1998", "25/04/1998"], ["1998-04-03", "1998-04-25"], {}),
    (
        14,
        "day",
        ["03/04/1998", "13/04/1998", "04/25/1998"],
        ["?", "1998-04-13", "1998-04-25"],
        {"03/04/1998": "exchanged"},
    ),
    (
        15,
        "month",
        [
            "Agustus 1998",
            "Agt 1998",
            "Agu 1998",
            "Ags 1998",
            "Mei 1998",
            "Okt 1998",
            "Des 1998",
            "Nop 1998",
            "Nopember 1998",
            "Pebruari 1998",
        ],
        [
            "1998-08",
            "1998-08",
            "1998-08",
            "1998-08",
            "1998-05",
            "1998-10",
            "1998-12",
            "1998-11",
            "1998-11",
            "1998-02",
        ],
        {},
    ),
    (
        16,
        "day",
        ["12-8-98", "25-2-02"],
        ["1998-08-12", "2002-02-25"],
        {"12-8-98": "read as 1998", "25-2-02": "read as 2002"},
    ),
    (
        16,
        "month",
        ["Agustus '02", "Mei '29", "Mei '35"],
        ["2002-08", "2029-05", "1935-05"],
        {"Agustus '02": "read as 2002", "Mei '29": "2029", "Mei '35": "1935"},
    ),
    (
        17,
        "day",
        ["36012", "36012.5", "34550"],
        ["1998-08-05", "1998-08-05T12:00:00", "1994-08-04"],
        {"36012": "counted from 1900", "34550": "counted from 1900"},
    ),
    (
        17,
        "day",
        ["36012", "1998-08-05", "5 Mei 1999", "1-2-2001", "2002"],
        ["1998-08-05", "1998-08-05", "1999-05-05", "?", "2002"],
        {"36012": "Excel's day number", "1-2-2001": "exchanged"},
    ),
    (
        18,
        "day",
        ["1998", "08/1998", "akhir 1998", "Ramadan 1999"],
        ["1998", "1998-08", "1998", "1999"],
        {"akhir 1998": "not exact", "Ramadan 1999": "not exact"},
    ),
    (19, "day", ["31/02/1999", "28/02/1999"], ["?", "1999-02-28"], {"31/02/1999": "there is no day 31"}),
    (
        20,
        "day",
        ["平成10年4月1日", "H10.4.1", "Heisei 10", "平成10年4月"],
        ["1998-04-01", "1998-04-01", "1998", "1998-04"],
        {},
    ),
    (
        21,
        "start",
        ["2019/03/05 10.15.22 WIB", "3/5/2019 10:15:22 PM GMT+7"],
        ["2019-03-05T10:15:22+07:00", "?"],
        {"3/5/2019 10:15:22 PM GMT+7": "month first"},
    ),
    (
        22,
        "answer",
        ["Setuju", "setuju ", "SETUJU", "S", "4", "4.0", "4 - Setuju", "Agree", "5"],
        ["4"] * 8 + ["5"],
        {"S": "initials"},
    ),
    (
        23,
        "answer",
        ["0", "6", "7", "44", "4-5", "3.5", "V", "x", "5"],
        ["?"] * 8 + ["5"],
        {"4-5": "not averaged", "3.5": "not averaged", "V": "a tick", "44": "no code"},
    ),
    (
        25,
        "answer",
        ["0", "1", "4", "Setuju", "", "2"],
        ["?", "?", "?", "4", "", "?"],
        {"0": "coded from 0 to 4", "4": "coded from 0 to 4"},
    ),
    (25, "yes", ["1", "0", "1", "ya"], ["1", "?", "1", "1"], {"0": "coded 1 and 0"}),
    (
        26,
        "level",
        [
            "opertor",
            "opr. prod",
            "Op. Mesin",
            "leader",
            "KARU",
            "mandor",
            "foremen",
            "spv",
            "supervisior",
            "kasie",
            "ass. manager",
            "qwzx",
        ],
        ["1", "1", "1", "3", "3", "4", "4", "5", "5", "6", "6", "?"],
        {"opertor": "similarity", "qwzx": "no answer of this list"},
    ),
    (27, "sex", ["L", "P", "Lk", "Pria", "Wanita", "M", "F"], ["1", "2", "1", "1", "2", "1", "2"], {}),
    (
        27,
        "sex",
        ["0", "1", "0", "1"],
        ["?", "?", "?", "?"],
        {"0": "coded from 0 to 1", "1": "coded from 0 to 1"},
    ),
    (
        28,
        "edu",
        ["STM", "SMEA", "SLTA", "SMK/STM", "D3", "S-1", "Sarjana"],
        ["4", "4", "?", "4", "5", "6", "6"],
        {"SLTA": "more than one answer"},
    ),
    (
        29,
        "region",
        ["Jakpus", "DKI", "Jakarta Pusat", "Kota Adm. Jakarta Pusat"],
        ["?", "?", "3171", "?"],
        {"Jakpus": "similar", "DKI": "no answer of this list"},
    ),
    (30, "yes", ["ya", "Y", "√", "v", "1", "TRUE", "betul", "tdk", "ngga"], ["1"] * 7 + ["2"] * 2, {}),
    (
        31,
        "yes",
        ["tidak tahu", "TT", "lupa", "-", ".", "n/a", "kosong", "99", "98", " "],
        [""] * 10,
        {"TT": "dont know", "99": "refused", "98": "dont know", "-": "no answer"},
    ),
    (32, "assets", ["1 3 5", "1,3,5", "Rumah;Motor"], ["1 3 5", "1 3 5", "1 3"], {}),
    (33, "assets", ["Lainnya: perahu", "1"], ["?", "1"], {"Lainnya: perahu": "specified as 'perahu'"}),
    (34, "answer", ["Setuju", "Agree", "同意する", "5"], ["4", "4", "4", "5"], {}),
    (45, "wage", ["2500000", "2.500.000", "'2500000"], ["2500000"] * 3, {}),
    (49, "wage", ["２.５００.０００", "Rp\u00a02.500.000", "\u200b2500000"], ["2500000"] * 3, {}),
    (49, "note", ["kata “baik”", "\u200bkata  lain\u00a0"], ['kata "baik"', "kata lain"], {}),
]


@pytest.mark.many
@pytest.mark.parametrize(
    ("kind", "name", "texts", "expected", "reasons"),
    CELLS,
    ids=lambda value: str(value) if isinstance(value, int | str) else "",
)
def test_an_answer_is_read_or_reported(tmp_path, kind, name, texts, expected, reasons):
    outcome = column(tmp_path, name, texts)
    assert values(outcome, name) == expected
    given = told(outcome, name)
    for raw, words in reasons.items():
        assert words in given[raw], given[raw]
    unlike = {
        raw for raw, clean in zip(texts, expected, strict=True) if raw != clean and not (raw == "" == clean)
    }
    assert unlike <= set(given)  # whatever does not stand as delivered says why


def findings(outcome, check: str) -> list[str]:
    found = outcome.people.findings
    return found.loc[found["check"] == check, "key"].tolist()


def rows(*lines: str) -> str:
    return "\n".join(lines) + "\n"


def workbook(sheets: dict[str, list[list]]) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, cells in sheets.items():
        sheet = book.create_sheet(title)
        for line in cells:
            sheet.append(line)
    return book


def content(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def log(outcome) -> str:
    return outcome.delivery.log.to_csv() + outcome.delivery.files.to_csv()


def test_06_unit_slips_and_08_yen_are_proposed_and_never_edited(tmp_path):
    outcome = column(
        tmp_path, "wage", ["2500", "30000000", "80000", "2500000"], stamp=["2004-05-01 10:00"] * 4
    )
    assert values(outcome, "wage") == ["?", "30000000", "80000", "2500000"]
    assert findings(outcome, "range") == [
        "p0",
        "p1",
        "p2",
    ]  # thirty million is no month's wage, eighty thousand may be yen
    review = outcome.people.review.set_index("key")
    assert review["proposal"].to_dict() == {"p0": "2500000", "p1": "2500000"}
    assert review["until_then"].to_dict() == {"p0": "missing", "p1": "kept"}


def test_08_yen_signs_in_a_rupiah_column_wait(tmp_path):
    outcome = column(tmp_path, "wage", ["¥80,000", "80.000円", "2.500.000"])
    assert values(outcome, "wage") == ["?", "?", "2500000"]


def test_11_an_identifier_that_excel_cut_is_damaged(tmp_path):
    outcome = column(tmp_path, "nik", ["3,17405E+15", "3174051204750003"])
    assert outcome.people.identifiers["nik"].isna().tolist() == [True, False]
    cells, review = outcome.people.cells, outcome.people.review
    assert "digits of the identifier are lost" in cells.loc[cells["variable"] == "nik", "reason"].item()
    assert "nik" not in set(review["variable"])  # no analysis needs it: nobody need decide
    with pytest.raises(ProblemsError, match="digits of the identifier are lost"):
        deliver(tmp_path / "key", {"f.csv": "id,yes\n1.2E+15,1\n"})


@pytest.mark.slow
def test_17_day_numbers_of_a_workbook_have_a_known_base(tmp_path):
    import datetime

    book = workbook(
        {"S": [["id", "day"], ["a", datetime.date(1998, 8, 5)], ["b", datetime.date(2001, 1, 2)]]}
    )
    assert values(deliver(tmp_path / "1900", {"f.xlsx": content(book)}), "day") == [
        "1998-08-05",
        "2001-01-02",
    ]
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    book["S"]["B2"], book["S"]["B3"] = datetime.date(1998, 8, 5), datetime.date(2001, 1, 2)
    assert values(deliver(tmp_path / "1904", {"f.xlsx": content(book)}), "day") == [
        "1998-08-05",
        "2001-01-02",
    ]


def test_19_dates_in_the_wrong_order_break_a_rule(tmp_path):
    outcome = column(tmp_path, "day", ["1998-05-01", "1998-05-01"], left=["1998-04-01", "1998-06-01"])
    assert findings(outcome, "V01") == findings(outcome, "order") == ["p0"]


def test_24_a_reversed_item_is_turned_in_its_version_only(tmp_path):
    from manfaat.indicators.context import Context, items_of
    from manfaat.indicators.items import turned

    outcome = column(tmp_path, "turned", ["2", "2", "5"], form=["1", "2", "2"])
    assert values(outcome, "turned") == ["2", "2", "5"]  # cleaning changes no meaning
    context = Context(
        items=items_of(outcome.study.programme, outcome.study.codebook),
        versions={"people": outcome.people.kept["form"]},
    )
    assert turned(outcome.people.kept["turned"], context).tolist() == [2, 4, 1]


def test_25_declared_codes_of_a_version_are_recoded_in_it_alone(tmp_path):
    outcome = column(tmp_path, "old", ["0", "4", "5", "1"], form=["1", "1", "2", "2"])
    assert values(outcome, "old") == ["1", "5", "5", "1"]


@pytest.mark.slow
def test_32_several_answers_in_columns_of_their_own(tmp_path):
    kobo = rows("id,assets,assets/1,assets/3,assets/5,assets/9", "a,1 3,1,1,0,0", "b,5,0,0,1,0")
    assert values(deliver(tmp_path / "a", {"f.csv": kobo}), "assets") == ["1 3", "5"]
    split = rows("id,assets/1,assets/3,assets/5,assets/9", "a,1,1,0,0", "b,0,0,1,0")
    assert values(deliver(tmp_path / "b", {"f.csv": split}), "assets") == ["1 3", "5"]


@pytest.mark.slow
def test_35_headers_of_two_rows(tmp_path):
    book = workbook({"S": [["id", "answers", None], [None, "answer", "yes"], ["a", 4, 1], ["b", 5, 2]]})
    book["S"].merge_cells("B1:C1")
    stated = {"columns": {"answers answer": "answer", "answers yes": "yes"}}
    outcome = deliver(tmp_path, {"f.xlsx": content(book)})
    names = set(outcome.delivery.files["unused"][0].split(", "))
    assert values(outcome, "answer") == ["4", "5"] or names & {*stated["columns"]}
    assert "header" in log(outcome)


def test_36_titles_totals_averages_and_notes_are_left_out_and_counted(tmp_path):
    text = rows(
        "Data survei,,",
        ",,",
        "id,wage,yes",
        "a,2500000,1",
        "b,3000000,2",
        "TOTAL,5500000,",
        "Rata-rata,2750000,",
        "Sumber: arsip,,",
    )
    outcome = deliver(tmp_path, {"f.csv": text})
    assert outcome.people.kept["id"].tolist() == ["a", "b"]
    assert {"title row", "total row"} <= set(outcome.delivery.left_out["rule"])
    ledger = cleaning.row_ledger(outcome.tables, outcome.delivery.left_out)
    assert ledger["rows"].iloc[0] == -ledger["rows"].iloc[1:-1].sum() + ledger["rows"].iloc[-1]
    assert ledger["rows"].iloc[-1] == 2


def test_37_question_texts_as_headers(tmp_path):
    outcome = deliver(tmp_path, {"f.csv": rows("id,C7a. Upah atau gaji bersih sebulan", "a,2500000")})
    assert values(outcome, "wage") == ["2500000"]
    assert "matched by exact text" in log(outcome)


def test_38_group_names_of_kobo(tmp_path):
    outcome = deliver(
        tmp_path,
        {
            "f.csv": rows(
                "grp_A/id,grp_C/wage,_id,_uuid,_submission_time",
                "a,2500000,1,x,2020-01-01T10:00:00",
                "b,3000000,2,y,2020-01-01T10:00:00",
            )
        },
    )
    assert values(outcome, "wage") == ["2500000", "3000000"]


def test_39_a_column_twice_is_named(tmp_path):
    outcome = deliver(tmp_path, {"f.csv": rows("id,wage,wage", "a,2500000,2500000", "b,3000000,9")})
    assert values(outcome, "wage") == ["2500000", "3000000"]
    assert (
        "wage" in outcome.delivery.files["unused"][0]
    )  # the second one is not used, and both are compared in the log
    assert outcome.delivery.log["what"].str.contains("duplicate|twice|same name", case=False).any()


def test_40_long_rows_are_never_taken_for_persons(tmp_path):
    outcome = deliver(tmp_path, {"f.csv": rows("id,time,wage", "a,then,1000000", "a,now,2500000")})
    assert outcome.people.aside["rule"].tolist() == ["same key, different answers"] * 2
    assert "time" in outcome.delivery.files["unused"][0]
    assert outcome.people.review["until_then"].tolist() == ["set aside"] * 2


@pytest.mark.slow
def test_41_sheets_of_cohorts_and_hidden_sheets(tmp_path):
    book = workbook(
        {
            "1998": [["id", "wage"], ["a", 2500000]],
            "Angkt 99": [["id", "wage", "yes"], ["b", 3000000, 1]],
            "lama": [["id", "wage"], ["z", 1]],
        }
    )
    book["lama"].sheet_state = "hidden"
    outcome = deliver(tmp_path, {"f.xlsx": content(book)}, sheets=["1998", "Angkt 99"])
    assert outcome.people.kept["id"].tolist() == ["a", "b"]
    assert outcome.delivery.files["sheet"].tolist() == ["1998", "Angkt 99"]
    every = deliver(tmp_path / "b", {"f.xlsx": content(book)})
    assert "lama" in log(every)


def test_42_colours_are_warned_of(tmp_path):
    book = workbook({"S": [["id", "wage"], ["a", 2500000], ["b", 3000000]]})
    book["S"]["A3"].fill = PatternFill("solid", fgColor="FFFF0000")
    outcome = deliver(tmp_path, {"f.xlsx": content(book)})
    assert (
        outcome.delivery.log.loc[outcome.delivery.log["doubtful"].astype(bool), "what"]
        .str.contains("colour")
        .any()
    )


def test_43_units_in_headers_are_applied_and_logged(tmp_path):
    outcome = deliver(
        tmp_path, {"f.csv": rows("id,wage (ribu Rp)", "a,2500", "b,3000")}, columns={"wage (ribu Rp)": "wage"}
    )
    assert values(outcome, "wage") == ["2500000", "3000000"]
    assert outcome.delivery.header_units["factor"].tolist() == [1000]
    assert "multiplied by 1000" in told(outcome, "wage")["2500"]


def test_44_formulas_without_a_value_are_warned_of_and_wait(tmp_path):
    book = workbook({"S": [["id", "wage"], ["a", "=B3*12"], ["b", 3000000]]})
    outcome = deliver(tmp_path, {"f.xlsx": content(book)})
    assert values(outcome, "wage") in (["?", "3000000"], ["", "3000000"])
    assert outcome.delivery.log["what"].str.contains("formula").any()


@pytest.mark.slow
def test_46_to_48_encodings_are_told(tmp_path):
    text = rows("id,note", "a,José", "b,ya")
    for number, (encoding, data) in enumerate(
        {
            "utf-8": text.encode("utf-8-sig"),
            "cp1252": (text * 1).encode("cp1252"),
            "utf-16": text.encode("utf-16"),
        }.items()
    ):
        outcome = deliver(tmp_path / str(number), {"f.csv": data})
        assert outcome.people.kept["note"].tolist() == ["José", "ya"], encoding
        assert (outcome.delivery.log["what"] == "encoding").any()
    japanese = rows(
        "id,note", *[f"p{n},研修はとても役に立ちました。技術を学びました" for n in range(8)]
    ).encode("shift-jis")
    outcome = deliver(tmp_path / "sjis", {"f.csv": japanese})
    assert set(outcome.people.kept["note"]) == {"研修はとても役に立ちました。技術を学びました"}


def test_47_letters_decoded_wrongly_before_are_repaired_or_named(tmp_path):
    outcome = deliver(tmp_path, {"f.csv": rows("id,note", "a,JosÃ© bekerja", "b,ya")})
    assert (
        outcome.people.kept["note"][0] == "José bekerja"
        or outcome.delivery.log["what"].str.contains("decoded|letters|mojibake", case=False).any()
    )


@pytest.mark.parametrize("separator", [";", "\t"])
def test_50_separators_and_line_breaks_in_quotes(tmp_path, separator):
    text = rows(
        separator.join(["id", "note", "wage"]),
        separator.join(["a", '"baris satu\nbaris dua"', "2500000"]),
        separator.join(["b", "ya", "3000000"]),
    )
    outcome = deliver(tmp_path, {"f.csv": text})
    assert values(outcome, "wage") == ["2500000", "3000000"]
    assert outcome.people.kept["_row"].tolist() == [2, 4]


def test_51_rows_that_a_decimal_comma_broke_are_refused_by_number(tmp_path):
    with pytest.raises(ProblemsError, match=r"row 3"):
        deliver(tmp_path, {"f.csv": rows("id,rate,yes", "a,2,1", "b,2,5,1", "c,3,2")})


def test_52_line_ends_make_no_difference(tmp_path):
    outcome = deliver(tmp_path, {"f.csv": "id,wage\r\na,2500000\r\nb,3000000"})
    assert values(outcome, "wage") == ["2500000", "3000000"]


def test_53_leading_zeros_stay(tmp_path):
    outcome = deliver(tmp_path, {"f.csv": rows("id,nik", "0007,0812345678", "0008,0812345679")})
    assert outcome.people.kept["id"].tolist() == ["0007", "0008"]
    assert outcome.people.identifiers["nik"].tolist() == ["0812345678", "0812345679"]


def test_54_duplicates_and_resubmissions(tmp_path):
    text = rows(
        "id,wage,answer,stamp",
        "a,2500000,,2020-01-01 10:00",
        "a,2500000,4,2020-01-02 10:00",
        "b,1000000,3,2020-01-01 10:00",
        "b,1000000,3,2020-01-01 10:00",
        "c,1,5,",
    )
    outcome = deliver(tmp_path, {"f.csv": text})
    assert values(outcome, "answer")[:2] == ["4", "3"]
    assert sorted(outcome.people.aside["rule"]) == ["exact duplicate", "resubmission"]
    assert sorted(findings(outcome, "double")) == ["a", "b"]


def test_55_one_person_under_two_numbers_and_two_under_one_wait_for_a_person(tmp_path):
    text = rows(
        "id,wage,day,level,yes",
        "a,2500000,1998-04-01,4,1",
        "b,2500000,1998-04-01,4,2",
        "c,1000000,1990-01-01,1,1",
        "c,9000000,1970-02-02,7,2",
    )
    outcome = deliver(tmp_path, {"f.csv": text})
    assert findings(outcome, "near") == ["a", "b"]
    lines = outcome.people.review[outcome.people.review["variable"] == "_row"]
    assert lines[["key", "until_then"]].to_numpy().tolist() == [
        ["c", "set aside"],
        ["c", "set aside"],
        ["a", "kept"],
        ["b", "kept"],
    ]


def test_56_trial_rows_and_those_signed_by_an_interviewer_are_asked_about(tmp_path):
    outcome = column(tmp_path, "note", ["TEST", "coba", "asdf", "baik", "wati"], wage=["1"] * 5)
    assert len(outcome.people.kept) == 5
    assert findings(outcome, "signed") == ["p0", "p1", "p2", "p4"]
    asked = outcome.people.review[outcome.people.review["variable"] == "_row"]
    told = dict(zip(asked["key"], asked["reason"], strict=True))
    assert asked["key"].tolist() == ["p0", "p1", "p2", "p4"]  # each row once, whoever asks
    assert (
        told["p0"]
        == "perhaps entered to try the form: a text is nothing but a trial word; hardly any question is"
        " answered"
    )


def test_57_partial_answers_are_kept_and_marked(tmp_path):
    outcome = column(tmp_path, "wage", ["2500000", "3000000"], answer=["", "4"])
    assert len(outcome.people.kept) == 2
    assert findings(outcome, "partial") == ["p0"]
    assert outcome.people.reasons[["key", "variable"]].to_numpy().tolist().count(["p0", "answer"]) == 1


@pytest.mark.slow
def test_58_copies_straight_lines_and_haste_are_found(tmp_path):
    outcome = column(
        tmp_path,
        "answer",
        ["3", "3", "5"],
        q2=["3", "3", "4"],
        q3=["3", "3", "5"],
        wage=["1000000", "1000000", "3000000"],
        enum=["W1", "W1", "W1"],
        start=["2019-03-05 10:00:00"] * 3,
        end=["2019-03-05 10:05:00", "2019-03-05 10:40:00", "2019-03-05 09:00:00"],
    )
    assert findings(outcome, "same line") == ["p0", "p1"]
    assert findings(outcome, "copies") == ["p0", "p1"]
    assert findings(outcome, "time") == ["p2", "p0"]


def test_59_answers_by_somebody_else_are_marked(tmp_path):
    outcome = column(tmp_path, "proxy", ["ya", "tidak", "istri", "1"])
    assert values(outcome, "proxy") == ["1", "2", "?", "1"]
    assert findings(outcome, "proxy") == ["p0", "p3"]
    assert len(outcome.people.kept) == 4


def test_60_heaps_are_reported_as_no_error(tmp_path):
    outcome = column(tmp_path, "wage", ["500000", "1000000", "1500000", "1234567"])
    heap = outcome.people.findings[outcome.people.findings["check"] == "heaps"]
    assert heap["note"].tolist() == ["75.0% of 4: multiple of 500000"]
    table = ledgers.heaping(outcome.people.kept, outcome.study.codebook.table("people"))
    assert table.loc[
        (table["variable"] == "wage") & (table["pattern"] == "multiple of 500000"), "share"
    ].tolist() == [0.75]


def test_61_remembered_dates_are_held_against_the_file_and_against_crowding(tmp_path):
    people = pd.DataFrame(
        {
            "id": [f"p{n}" for n in range(12)],
            "month": ["2003-06"] * 10 + ["2001-06", "2002-06"],
            "stamp": "2004-03-01 10:00",
        }
    )
    bosses = pd.DataFrame(
        {"id": people["id"], "promoted": ["2002-01"] + ["2003-05"] * 9 + ["2001-06", "2002-06"]}
    )
    outcome = deliver(tmp_path, {"f.csv": people.to_csv(index=False), "boss.csv": bosses.to_csv(index=False)})
    found = outcome.people.findings.set_index("check")
    assert found.loc["file", ["key", "note"]].tolist() == ["p0", "remembered 17 months too late"]
    assert "10 in the last 12 months, 1 in the 12 months before" in found.loc["crowded", "note"]


def test_62_numbers_of_identity_cards_stay_apart_whatever_they_are(tmp_path):
    outcome = column(tmp_path, "nik", ["317405120475000", "31740512047500033", "3174 0512 0475 0003"])
    assert "nik" not in outcome.people.kept
    assert outcome.people.identifiers["nik"].tolist() == [
        "317405120475000",
        "31740512047500033",
        "3174 0512 0475 0003",
    ]


def test_63_personal_data_in_a_note_is_found(tmp_path):
    outcome = column(
        tmp_path, "note", ["hub 0812-3456-7890", "NIK 3174051204750003", "Pak Budi", "baik sekali"]
    )
    assert findings(outcome, "personal") == ["p0", "p1", "p2"]
    assert not outcome.people.findings["note"].str.contains("0812|3174|Budi").any()


def test_64_what_two_sources_say_is_kept_and_compared(tmp_path):
    people, bosses = rows("id,pay_now", "a,2500000", "b,3000000"), rows("id,paid", "a,1500000", "b,3100000")
    outcome = deliver(tmp_path, {"f.csv": people, "boss.csv": bosses})
    assert findings(outcome, "payroll") == ["a"]
    assert values(outcome, "pay_now") == ["2500000", "3000000"]
    assert outcome.tables["bosses"].kept["paid"].tolist() == [1_500_000, 3_100_000]


@pytest.mark.slow
def test_65_versions_are_read_by_their_names(tmp_path):
    outcome = column(tmp_path, "form", ["1 (1999)", "2 (2003)", "2"], old=["0", "1", "5"])
    assert values(outcome, "form") == ["1", "2", "2"]
    assert values(outcome, "old") == ["1", "1", "5"]
    unknown = column(tmp_path / "b", "old", ["3", "5", "Setuju"])
    assert values(unknown, "old") == ["?", "5", "4"]
    assert "the version of the form is not known" in told(unknown, "old")["3"]


def test_66_a_missing_sheet_is_refused_and_unknown_denominators_are_none(tmp_path):
    book = workbook({"1998": [["id", "wage"], ["a", 2500000]]})
    with pytest.raises(ProblemsError, match="1999"):
        deliver(tmp_path, {"f.xlsx": content(book)}, sheets=["1998", "1999"])
    outcome = deliver(tmp_path / "b", {"f.xlsx": content(book)})
    assert outcome.study.cohort.denominators.invited is None


def test_every_kind_of_the_catalogue_has_a_case():
    import re

    here = {kind for kind, *_ in CELLS}
    for name in list(globals()):
        if match := re.match(r"test_(\d\d)(?:_to_(\d\d))?_", name):
            here |= set(range(int(match[1]), int(match[2] or match[1]) + 1))
    assert here == set(range(1, 67))
