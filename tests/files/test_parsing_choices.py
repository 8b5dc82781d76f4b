"""Answers of a list: kinds 22 to 34 of the catalogue of messes, without job titles."""

import pandas as pd
import pytest

from manfaat.files.parsing import (
    alias_table,
    check_codes,
    choice_list,
    expand_multiple,
    load_aliases,
    read_choice,
    read_concept,
    read_multiple,
    read_region,
    read_sex,
    read_yes_no,
    reversed_scale,
)

MISSING = {"-7": "not_applicable", "-8": "dont_know", "-9": "refused", "99": "dont_know", "98": "refused"}
AGREE = choice_list(
    [
        (1, "Strongly disagree", "Sangat tidak setuju"),
        (2, "Disagree", "Tidak setuju"),
        (3, "Neutral", "Netral"),
        (4, "Agree", "Setuju"),
        (5, "Strongly agree", "Sangat setuju"),
    ],
    missing=MISSING,
)
EDUCATION = choice_list(
    [
        (1, "No schooling or not finished primary", "Tidak/belum tamat SD"),
        (2, "Primary", "SD"),
        (3, "Junior high", "SMP"),
        (4, "General senior high", "SMA"),
        (5, "Vocational senior high", "SMK (STM)"),
        (6, "Diploma I–III", "Diploma I–III"),
        (7, "Bachelor or D-IV", "S1/D-IV"),
        (8, "Postgraduate", "S2–S3"),
    ]
)
SEX = choice_list([(1, "Male", "Laki-laki"), (2, "Female", "Perempuan")])
PRIA = choice_list([(1, "Male", "Pria"), (2, "Female", "Wanita")], tables=())
YES_NO = choice_list([(1, "Yes", "Ya"), (2, "No", "Tidak")])
ZERO_ONE = choice_list([(1, "Yes", "Ya"), (2, "No", "Tidak")], recode={"1": "1", "0": "2"})
FUNDER = choice_list([(1, "Participant", "Peserta"), (7, "Other", "Lainnya")])
SIZE = choice_list([(1, "1–4", "1–4"), (2, "5–19", "5–19"), (5, "500+", "500+")])
SECTOR = choice_list([("C", "Manufacturing", "Industri pengolahan"), ("F", "Construction", "Konstruksi")])
ASSETS = choice_list(
    [
        (1, "House", "Rumah"),
        (2, "Land", "Tanah"),
        (3, "Motorcycle", "Sepeda motor", ("Motor",)),
        (4, "Car", "Mobil"),
        (5, "Refrigerator", "Kulkas"),
    ],
    missing=MISSING,
)

READ = [
    (22, "Setuju", AGREE, "4", ""),
    (22, "setuju ", AGREE, "4", ""),
    (22, "SETUJU", AGREE, "4", ""),
    (22, "S", AGREE, "4", "report"),
    (22, "4", AGREE, "4", ""),
    (22, "4.0", AGREE, "4", ""),
    (22, "4,0", AGREE, "4", ""),
    (22, "4 - Setuju", AGREE, "4", ""),
    (22, "4. Agree", AGREE, "4", ""),
    (22, "Setuju (4)", AGREE, "4", ""),
    (22, "Agree", AGREE, "4", ""),
    (22, "Agree / Setuju", AGREE, "4", ""),
    (22, "STS", AGREE, "1", ""),
    (22, "04", AGREE, "4", "report"),
    (22, "5 - 19", SIZE, "2", ""),
    (22, "c", SECTOR, "C", ""),
    (25, "0", ZERO_ONE, "2", ""),
    (25, "1", ZERO_ONE, "1", ""),
    (25, "0 - Tidak", ZERO_ONE, "2", ""),
    (25, "Tidak", ZERO_ONE, "2", ""),
    (27, "L", SEX, "1", ""),
    (27, "P", SEX, "2", ""),
    (27, "P", PRIA, "2", ""),
    (27, "Pria", PRIA, "1", ""),
    (27, "Lk", SEX, "1", ""),
    (27, "Pria", SEX, "1", ""),
    (27, "Wanita", SEX, "2", ""),
    (27, "M", SEX, "1", ""),
    (27, "F", SEX, "2", ""),
    (27, "1", SEX, "1", ""),
    (28, "STM", EDUCATION, "5", ""),
    (28, "SMEA", EDUCATION, "5", ""),
    (28, "SMK/STM", EDUCATION, "5", ""),
    (28, "D3", EDUCATION, "6", ""),
    (28, "D-III", EDUCATION, "6", ""),
    (28, "S-1", EDUCATION, "7", ""),
    (28, "Sarjana", EDUCATION, "7", ""),
    (28, "SMP", EDUCATION, "3", ""),
    (30, "ya", YES_NO, "1", ""),
    (30, "Y", YES_NO, "1", ""),
    (30, "√", YES_NO, "1", ""),
    (30, "v", YES_NO, "1", ""),
    (30, "1", YES_NO, "1", ""),
    (30, "TRUE", YES_NO, "1", ""),
    (30, "betul", YES_NO, "1", ""),
    (30, "tdk", YES_NO, "2", ""),
    (30, "ngga", YES_NO, "2", ""),
    (30, "T", YES_NO, "2", "report"),
    (34, "setuju", AGREE, "4", ""),
    (34, "strongly agree", AGREE, "5", ""),
    (34, "そう思う", AGREE, "4", ""),
    (34, "はい", YES_NO, "1", ""),
    (34, "男", SEX, "1", ""),
]
NOT_READ = [
    (22, "4 - Netral", AGREE, ("4", "3"), "review"),
    (22, "setju", AGREE, ("4", "5", "2"), "review"),
    (22, "Setuju?", AGREE, ("4", "5", "2"), "review"),
    (22, "(4)", AGREE, "4", "review"),
    *[
        (23, raw, AGREE, None, "unreadable")
        for raw in (
            "0",
            "6",
            "7",
            "44",
            "4-5",
            "4-0",
            "3.5",
            "3,5",
            "V",
            "x",
            "4 atau 5",
            "Setuju/Netral",
            "-4",
        )
    ],
    (25, "0", YES_NO, None, "unreadable"),
    (25, "2", ZERO_ONE, None, "unreadable"),
    (27, "L/P", SEX, None, "unreadable"),
    (27, "0", SEX, None, "unreadable"),
    (28, "SLTA", EDUCATION, ("4", "5"), "review"),
    (28, "<SMA", EDUCATION, ("4", "5"), "review"),
    (28, "Sarjana muda", EDUCATION, ("6", "7"), "review"),
    (30, "x", YES_NO, None, "unreadable"),
    (30, "ya/tidak", YES_NO, None, "unreadable"),
    (30, "belum", YES_NO, None, "review"),
    (33, "Lainnya: tukang las", FUNDER, "7", "review"),
    (33, "Other - aunt", FUNDER, "7", "review"),
    (33, "lain-lain (sebutkan): bibi", FUNDER, "7", "review"),
]
SEVERAL = [
    (32, "1 3 5", ("1", "3", "5"), ""),
    (32, "1,3,5", ("1", "3", "5"), ""),
    (32, "5;3;1", ("1", "3", "5"), ""),
    (32, "Rumah;Motor", ("1", "3"), ""),
    (32, "Rumah, Sepeda motor", ("1", "3"), ""),
    (32, "House and car", ("1", "4"), ""),
    (32, "rumah\nmobil", ("1", "4"), ""),
    (32, "1", ("1",), ""),
    (32, "1 1 3", ("1", "3"), "report"),
    (32, "135", None, "review"),
    (32, "1.3", None, "review"),
    (32, "1 9", None, "review"),
    (32, "Rumah;Kapal", None, "review"),
    (32, "tidak ada", None, "review"),
    (32, "Lainnya: kapal", None, "review"),
    (32, "kapal", None, "unreadable"),
    (32, "99", None, ""),
]


def named(cases):
    return [
        pytest.param(*case[1:], id=f"kind{case[0]:02d}-{case[1]!a}-{number}")
        for number, case in enumerate(cases)
    ]


@pytest.mark.parametrize(("raw", "choices", "value", "flag"), named(READ))
def test_read(raw, choices, value, flag):
    reading = read_choice(raw, choices)
    assert (reading.value, reading.flag) == (value, flag)


@pytest.mark.parametrize(("raw", "choices", "proposal", "flag"), named(NOT_READ))
def test_not_read(raw, choices, proposal, flag):
    reading = read_choice(raw, choices)
    assert (reading.value, reading.proposal, reading.flag) == (None, proposal, flag)
    assert reading.note


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("tidak tahu", "dont_know"),
        ("TT", "dont_know"),
        ("lupa", "dont_know"),
        ("-", "blank"),
        (".", "blank"),
        ("n/a", "blank"),
        ("kosong", "blank"),
        ("99", "dont_know"),
        ("98", "refused"),
        (" ", "blank"),
        ("-7", "not_applicable"),
        ("#N/A", "damaged"),
    ],
    ids=lambda raw: f"kind31-{raw!a}",
)
def test_no_answer(raw, reason):
    assert (read_choice(raw, AGREE).missing, read_choice(raw, AGREE).value) == (reason, None)


@pytest.mark.parametrize(("raw", "value", "flag"), named(SEVERAL))
def test_several(raw, value, flag):
    reading = read_multiple(raw, ASSETS)
    assert (reading.value, reading.flag) == (value, flag)


def test_kind32_what_is_known_of_a_refused_answer_is_proposed():
    assert read_multiple("Rumah;Kapal", ASSETS).proposal == ("1",)
    assert read_multiple("135", ASSETS).proposal == ("1", "3", "5")
    assert read_multiple("Rumah, Kapal, Mobil", ASSETS).proposal == ("1", "4")
    assert read_multiple("1 9", ASSETS).proposal == ("1",)
    assert read_multiple("8 9", ASSETS).proposal is None
    assert read_multiple("113", ASSETS).flag == "unreadable"
    assert read_multiple("Rumh", ASSETS).proposal == ("1",)


def test_kind24_a_reversed_item_is_turned_by_its_own_map():
    assert reversed_scale("12345") == {"1": "5", "2": "4", "3": "3", "4": "2", "5": "1"}


@pytest.mark.parametrize(
    ("cells", "choices", "value", "proposal"),
    [
        ({"1": 3, "5": 1, "99": 2, "Setuju": 1}, AGREE, "as-listed", None),
        ({"0": 3, "4": 1}, AGREE, None, {"0": "1", "4": "5"}),
        (
            {"0": 1, "1": 1, "2": 1, "3": 1, "4": 1, "-9": 4},
            AGREE,
            None,
            {"0": "1", "1": "2", "2": "3", "3": "4", "4": "5"},
        ),
        ({"1": 5, "0": 5}, YES_NO, None, {"1": "1", "0": "2"}),
        ({"1": 5, "2": 5}, YES_NO, "as-listed", None),
        ({"1": 5, "7": 1}, AGREE, None, None),
        ({"0": 5}, AGREE, None, None),
        ({"2": 5, "6": 1}, AGREE, None, {"2": "1", "6": "5"}),
        ({"0": 5}, YES_NO, None, {"1": "1", "0": "2"}),
        (
            {"0": 1, "1": 9, "2": 9, "3": 9, "4": 9},
            AGREE,
            None,
            None,
        ),  # one 0 among many codes of the list is a slip
        (
            {"0": 2, "1": 9, "2": 9, "3": 9, "4": 9},
            AGREE,
            None,
            {"0": "1", "1": "2", "2": "3", "3": "4", "4": "5"},
        ),
        ({"2": 9, "3": 9, "4": 9, "6": 1}, AGREE, None, None),
    ],
    ids=lambda value: f"kind25-{value}" if isinstance(value, dict) else None,
)
def test_kind25_the_column_shows_another_version(cells, choices, value, proposal):
    reading = check_codes(cells, choices)
    assert (reading.value, reading.proposal) == (value, proposal)
    assert reading.flag == ("" if value else "review" if proposal else "unreadable")


@pytest.mark.parametrize(
    ("raw", "region"),
    [
        ("Jakpus", "Jakarta Pusat"),
        ("DKI", "DKI Jakarta"),
        ("Jakarta Pusat", "Jakarta Pusat"),
        ("Kota Adm. Jakarta Pusat", "Jakarta Pusat"),
        ("JAK-SEL", "Jakarta Selatan"),
        ("Kab. Bogor", "Kabupaten Bogor"),
    ],
    ids=lambda raw: f"kind29-{raw}",
)
def test_region(raw, region):
    assert read_region(raw).value == region


@pytest.mark.parametrize(
    ("raw", "proposal"),
    [
        ("Bogor", ("Kota Bogor", "Kabupaten Bogor")),
        ("Jakarta Puast", ("Jakarta Pusat", "Jakarta Barat", "Jakarta Utara")),
    ],
)
def test_kind29_ambiguous_and_misspelt_regions_are_for_review(raw, proposal):
    assert (read_region(raw).value, read_region(raw).proposal, read_region(raw).flag) == (
        None,
        proposal,
        "review",
    )


def test_words_without_a_list_of_codes():
    assert [read_sex(raw).value for raw in ("P", "pr.", "Pria", "L", "女")] == [
        "female",
        "female",
        "male",
        "male",
        "female",
    ]
    assert [read_yes_no(raw).value for raw in ("Ya", "√", "TRUE", "ngga")] == ["yes", "yes", "yes", "no"]
    assert not read_yes_no("1").is_read
    assert not read_sex("0").is_read
    assert read_yes_no("lupa").missing == "dont_know"
    assert read_sex("Pria/Laki-laki").value == "male"
    assert read_sex("L/P").flag == "unreadable"
    assert read_concept("-9", "sex", missing={"-9": "refused"}).missing == "refused"


def test_a_programmes_own_spellings_outweigh_every_table(tmp_path):
    path = tmp_path / "work.csv"
    path.write_text("concept,alias\nyes,siap\nno,ogah\n", encoding="utf-8-sig")
    assert read_concept("SIAP!", path).value == "yes"
    choices = choice_list([(1, "Yes", "Ya", ("T",)), (2, "No", "Tidak")])
    assert (read_choice("T", choices).value, read_choice("T", choices).flag) == ("1", "")
    assert (
        read_choice("siap", choice_list([(1, "Yes", "Ya", "siap; ok"), (2, "No", "Tidak", None)])).value
        == "1"
    )
    assert (
        read_choice(
            "ogah",
            choice_list([(1, "Yes", "Siap"), (2, "No", "Tidak")], tables=[load_aliases(path), "yes_no"]),
        ).value
        == "2"
    )


def test_a_spelling_of_two_answers_is_never_read():
    table = alias_table("own", [("a", "X1"), ("b", "X1"), ("a", "alpha"), ("b", "beta")])
    assert read_concept("x1", table).proposal == ("a", "b")
    only_a = choice_list([(1, "alpha", "alpha"), (2, "gamma", "gamma"), (3, "beta", "beta")], tables=[table])
    assert read_choice("X1", only_a).proposal == ("1", "3")
    narrowed = choice_list([(4, "General senior high", "SMA"), (6, "Diploma I-III", "Diploma I-III")])
    assert read_choice("SLTA", narrowed).value is None


def test_ambiguous_initials_are_for_review():
    choices = choice_list([(1, "Sometimes", "Sering"), (2, "Seldom", "Jarang")])
    assert (read_choice("S", choices).flag, read_choice("S", choices).proposal) == ("review", ("1", "2"))


@pytest.mark.parametrize(
    "arguments",
    [
        {"choices": []},
        {"choices": [(1, "a", "b"), ("1", "c", "d")]},
        {"choices": [(1, "a", "b")], "recode": {"0": "2"}},
        {"choices": [(1, "a", "b")], "missing": {"9": "lost"}},
    ],
    ids=str,
)
def test_a_list_that_contradicts_itself_is_refused(arguments):
    with pytest.raises(ValueError, match=r"answer list|recode|reasons"):
        choice_list(**arguments)


@pytest.mark.parametrize(
    ("content", "message"),
    [("concept,word\na,b\n", "lacks the columns"), ("concept,alias\na,\n,b\n", "rows 2, 3")],
)
def test_a_wrong_table_says_what_is_wrong(tmp_path, content, message):
    path = tmp_path / "table.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        load_aliases(path)


def test_a_missing_table_is_named():
    with pytest.raises(FileNotFoundError, match="planets"):
        load_aliases("planets")


def test_kind32_chosen_codes_become_columns_of_0_and_1():
    dummies = expand_multiple(pd.Series([("1", "3"), (), None]), ASSETS)
    assert dummies.iloc[0].tolist() == [1, 0, 1, 0, 0]
    assert dummies.iloc[1].tolist() == [0, 0, 0, 0, 0]
    assert dummies.iloc[2].isna().all()
    assert (dummies.dtypes == "Int64").all()
