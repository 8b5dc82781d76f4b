"""Questions with several answers as export programs write them, held against the codes of their list.

The right values are what the marks say. For the odd marks see OuhscBbmc/REDCapR#420: one person's "n/a" took
everybody's answers.
"""

import pytest
from test_formats_questions import made

from manfaat.cleaning.readers import prepare
from manfaat.definitions.codebook import Choice, Codebook, Variable
from manfaat.files.formats import (
    code_of,
    declared_block,
    find_multiple,
    find_unnamed_blocks,
    fold_multiple,
    with_other,
)
from manfaat.files.parsing import choice_list, read_multiple

GOODS = choice_list(
    [
        ("1", "Radio", "Radio", ["SQ001"]),
        ("2", "Bicycle", "Sepeda", ["SQ002"]),
        ("3", "Motorbike", "Sepeda motor", ["SQ003", "Sepeda motor; roda tiga"]),
    ]
)
ROWS = [(1, 0, 1), (0, 1, 0), (None, None, None), (1, 1, 1)]
RIGHT = [("1", "3"), ("2",), None, ("1", "2", "3")]
NAMES = {
    "KoboToolbox": "goods/{0}",
    "KoboToolbox, groups": "grp/goods/{0}",
    "KoboToolbox, labels": "goods/{1}",
    "ODK, labels with groups": "Barang rumah/goods/{1}",
    "REDCap": "goods___{0}",
    "REDCap, labels": "goods (choice={1})",
    "LimeSurvey": "goods[SQ00{0}]",
    "LimeSurvey, code and text": "goods[SQ00{0}]. Punya apa? [{1}]",
    "LimeSurvey, text": "goods [{1}]",
    "joined headers": "goods / {1}",
    "SPSS": "goods_{0}",
    "R": "goods.{1}",
}
MARKS = {
    "0 and 1": ("1", "0"),
    "1.0": ("1.0", "0.0"),
    "Yes": ("Yes", "No"),
    "Y or nothing": ("Y", ""),
    "Oui": ("Oui", "Non"),
    "Ya": ("Ya", "Tidak"),
    "TRUE": ("TRUE", "FALSE"),
    "Checked": ("Checked", "Unchecked"),
    "Si": ("Sí", "No"),
    "x": ("x", ""),
}


def exported(pattern: str, yes: str, no: str, silent: str = "", names=("Radio", "Sepeda", "Sepeda motor")):
    columns = [pattern.format(code, name) for code, name in zip("123", names, strict=True)]
    texts = {True: yes, False: no}
    rows = [[silent if mark is None else texts[bool(mark)] for mark in row] for row in ROWS]
    return made(
        {
            "id": ["a1", "a2", "a3", "a4"],
            **{column: [row[at] for row in rows] for at, column in enumerate(columns)},
        }
    )


def read_by(table, names=("goods",), choices=GOODS):
    block = declared_block(table, names, choices)
    assert block is not None
    folded = fold_multiple(table, block).table.frame[names[0]]
    return [read_multiple(text, choices) for text in folded]


@pytest.mark.parametrize("pattern", NAMES.values(), ids=NAMES)
def test_one_door_folds_what_export_programs_write(pattern):
    table = exported(pattern, "1", "0")
    assert [reading.value for reading in read_by(table)] == RIGHT


@pytest.mark.parametrize(("yes", "no"), MARKS.values(), ids=MARKS)
def test_marks_in_several_languages(yes, no):
    assert [reading.value for reading in read_by(exported("goods/{0}", yes, no))] == RIGHT


@pytest.mark.parametrize("silent", ["n/a", "-", "N/A", "tidak tahu", "."])
@pytest.mark.parametrize("pattern", ["goods/{0}", "goods___{0}", "goods_{0}"])
def test_one_persons_marks_that_say_nothing_take_nobodys_answers(pattern, silent):
    assert [reading.value for reading in read_by(exported(pattern, "1", "0", silent))] == RIGHT


@pytest.mark.parametrize("odd", ["2", "maybe", "8"])
def test_an_odd_mark_waits_and_the_others_are_read(odd):
    readings = read_by(exported("goods/{0}", "1", "0", odd))
    assert [reading.value for reading in readings] == RIGHT
    assert [reading.needs_person for reading in readings] == [False, False, True, False]


def test_an_odd_mark_proposes_the_marks_beside_it():
    table = made({"goods/1": ["1", "0"], "goods/2": ["?!", "1"], "goods/3": ["1", "0"]})
    first, second = read_by(table)
    assert (first.flag, first.proposal, second.value) == ("review", ("1", "3"), ("2",))


@pytest.mark.parametrize("silent", ["n/a", "-"])
def test_undeclared_marks_are_found_beside_what_says_nothing(silent):
    (block,) = find_multiple(exported("goods___{0}", "1", "0", silent))
    assert (block.options, block.kind, block.sure) == (("1", "2", "3"), "marks", True)


def test_labels_of_several_words_beside_a_combined_column():
    # the combined column holds the labels in the order in which they were ticked, with spaces between
    table = made(
        {
            "q": ["Media sosial Surat resmi", "Surat resmi", "Surat resmi Media sosial", ""],
            "q/Media sosial": ["1", "0", "1", ""],
            "q/Surat resmi": ["1", "1", "1", ""],
        }
    )
    choices = choice_list(
        [
            ("media_sosial", "Social media", "Medsos", ["Media sosial"]),
            ("surat", "Letter", "Surat", ["Surat resmi"]),
        ]
    )
    both, letter = ("media_sosial", "surat"), ("surat",)
    assert [reading.value for reading in read_by(table, ("q",), choices)] == [both, letter, both, None]
    (block,) = find_multiple(table)
    assert fold_multiple(table, block).disagreements.empty


def test_options_of_survey_monkey_that_hold_their_own_text():
    films = ["Star Wars: Episode IV  A New Hope", "Star Wars: Episode V The Empire Strikes Back"]
    choices = choice_list([("iv", "Four", "Empat", [films[0]]), ("v", "Five", "Lima", [films[1]])])
    joined = made({f"Seen? / {film}": [film, "", film] for film in films})
    assert [reading.value for reading in read_by(joined, ("Seen?",), choices)] == [
        ("iv", "v"),
        None,
        ("iv", "v"),
    ]
    unnamed = made(
        {
            "Seen?": [films[0], "", ""],
            "Unnamed: 4": [films[1], films[1], ""],
            "Unnamed: 5": ["only on television", "", "once"],
        }
    )
    (block,) = find_unnamed_blocks(unnamed)
    assert block.options == tuple(films)


def test_a_column_of_another_question_or_time_is_no_option():
    table = made(
        {"goods_1": ["1", "0"], "goods_2": ["0", "1"], "goods_now": ["5", "6"], "goods_3": ["9", "8"]}
    )
    block = declared_block(table, ["goods"], GOODS, taken={"goods_3"})
    assert block.columns == ("goods_1", "goods_2")
    twice = made(
        {"before/goods/1": ["1"], "before/goods/2": ["0"], "after/goods/1": ["0"], "after/goods/2": ["1"]}
    )
    assert declared_block(twice, ["goods"], GOODS) is None  # of which time, a person must say
    assert declared_block(twice, ["after/goods"], GOODS).columns == ("after/goods/1", "after/goods/2")


def test_ratings_named_like_options_by_a_mere_underscore_wait_and_take_no_answer_away():
    ratings = {"goods_1": ["5", "4", "2"], "goods_2": ["3", "4", "2"], "goods_3": ["2", "4", "5"]}
    assert declared_block(made({"goods": ["1 2", "2", ""], **ratings}), ["goods"], GOODS) is None
    assert all(reading.needs_person for reading in read_by(made(ratings)))


def test_a_minus_in_the_codes_of_redcap():
    table = made({"goods___1": ["1", "0"], "goods____9": ["0", "1"]})
    (block,) = find_multiple(table)
    assert block.options == ("1", "-9")
    choices = choice_list([("1", "Radio", "Radio"), ("2", "Bicycle", "Sepeda")], missing={"-9": "refused"})
    assert [(reading.value, reading.missing) for reading in read_by(table, choices=choices)] == [
        (("1",), ""),
        (None, "refused"),
    ]


def test_an_option_is_a_code_by_its_code_or_one_of_its_texts():
    assert [code_of(text, GOODS) for text in ("2", "Sepeda", "sepeda  motor", "SQ002", "Kapal", "")] == [
        "2",
        "2",
        "3",
        "2",
        "",
        "",
    ]


def test_options_that_hold_every_separator_raise_nothing():
    table = made({"q / a; b | c d": ["a; b | c d", ""], "q / e": ["e", "e"]})
    (block,) = find_multiple(table)
    assert fold_multiple(table, block).table.frame["q"].tolist() == ["a; b | c d\ne", "e"]


WITH_OTHER = choice_list(
    [("1", "Radio", "Radio", ["SQ001"]), ("2", "Bicycle", "Sepeda", ["SQ002"]), ("9", "Other", "Lainnya")]
)


@pytest.mark.parametrize(("yes", "no"), [("Y", ""), ("1", "0"), ("x", ""), ("Yes", "No")])
@pytest.mark.parametrize(
    ("names", "other"),
    [(("goods[SQ001]", "goods[SQ002]"), "goods[other]"), (("goods/1", "goods/2"), "goods/Lainnya, sebutkan")],
)
def test_a_text_beside_the_marks_chooses_other_where_the_list_has_it(yes, no, names, other):
    table = made(
        {
            "id": list("abcd"),
            names[0]: [yes, no, no, ""],
            names[1]: [no, no, yes, ""],
            other: ["sapi", "a boat", "n/a", ""],
        }
    )
    for taken in ((), (other,)):  # also where the text is a variable of its own
        block = declared_block(table, ("goods",), WITH_OTHER, taken)
        folded = fold_multiple(*with_other(table, block, WITH_OTHER)).table
        assert [read_multiple(text, WITH_OTHER).value for text in folded.frame["goods"]] == [
            ("1", "9"),
            ("9",),
            ("2",),
            None,
        ]
        assert folded.frame[other].tolist() == ["sapi", "a boat", "n/a", ""]
        assert [entry.how for entry in folded.log if entry.value == "other"] == [
            f"2 rows with a text in '{other}' chose '9'"
        ]


def test_a_list_without_other_and_marks_for_it_stay_as_they_are():
    table = made(
        {"id": ["a", "b"], "goods[SQ001]": ["Y", ""], "goods[SQ002]": ["", "Y"], "goods[other]": ["sapi", ""]}
    )
    block = declared_block(table, ("goods",), GOODS)
    assert with_other(table, block, GOODS) == (table, block)
    marked = made(
        {"id": ["a", "b"], "goods[SQ001]": ["Y", ""], "goods[SQ002]": ["", "Y"], "goods[other]": ["Y", ""]}
    )
    block = declared_block(marked, ("goods",), WITH_OTHER)
    assert block.options == ("1", "2", "9")
    assert with_other(marked, block, WITH_OTHER) == (marked, block)


def test_a_delivery_ticks_other_for_its_texts():
    made_of = {
        "table": "people",
        "source": "goods",
        "label::English (en)": "x",
        "label::Bahasa Indonesia (id)": "x",
    }
    several = Variable.model_validate(made_of | {"name": "goods", "type": "select_multiple goods"})
    text = Variable.model_validate(
        made_of | {"name": "goods_other", "type": "text", "source": "goods[other]"}
    )
    answers = [("1", "Radio"), ("2", "Bicycle"), ("9", "Other")]
    choices = [
        Choice.model_validate(
            {
                "list_name": "goods",
                "name": code,
                "label::English (en)": en,
                "label::Bahasa Indonesia (id)": en,
            }
        )
        for code, en in answers
    ]
    table = made(
        {"id": ["a", "b"], "goods[1]": ["Y", ""], "goods[2]": ["", "Y"], "goods[other]": ["sapi", ""]}
    )
    shaped = prepare(table, [several, text], Codebook((several, text), tuple(choices))).frame
    assert shaped[["goods", "goods[other]"]].to_numpy().tolist() == [["1 9", "sapi"], ["2", ""]]
