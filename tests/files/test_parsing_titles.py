"""Misspelt job titles to levels of a ladder: kind 26 of the catalogue of messes."""

import pytest

from manfaat.files.parsing import load_ladder, read_title, title_ladder

READ = [
    ("opertor", "1", "report"),
    ("opr. prod", "1", ""),
    ("Op. Mesin", "1", ""),
    ("leader", "3", ""),
    ("KARU", "3", ""),
    ("mandor", "4", ""),
    ("foremen", "4", ""),
    ("spv", "5", ""),
    ("supervisior", "5", "report"),
    ("kasie", "6", ""),
    ("ass. manager", "6", ""),
    ("Manajer", "7", ""),
    ("teamleader", "3", ""),
    ("senior opertor", "2", "report"),
    ("Supervisor QC", "5", ""),
    ("Supervisior gudang", "5", "report"),
    ("Team Leader line 3", "3", ""),
    ("operator bagian packing", "1", ""),
    ("ketua regu las", "3", ""),
    ("班長", "3", ""),
]


@pytest.mark.parametrize(
    ("raw", "level", "flag"), [pytest.param(*case, id=f"kind26-{case[0]!a}") for case in READ]
)
def test_read(raw, level, flag):
    reading = read_title(raw)
    assert (reading.value, reading.flag) == (level, flag)


@pytest.mark.parametrize(
    "raw",
    [
        "ex manager",
        "calon supervisor",
        "wakil ketua regu",
        "ass leader",
        "kepala bagian produksi",
        "shift leader",
        "operator telepon",
        "Operator/Leader",
        "spg",
        "staf",
        "leader?",
    ],
)
def test_kind26_another_job_is_for_review_with_at_most_three_proposals(raw):
    reading = read_title(raw)
    assert (reading.value, reading.flag) == (None, "review")
    assert reading.note
    assert len(reading.proposal or ()) <= 3


def test_kind26_proposals_are_the_nearest_titles_best_first():
    proposal = read_title("ex manager").proposal
    assert proposal[0][:2] == ("7", "manager")
    assert len(proposal) == 3
    assert [score for _, _, score in proposal] == sorted((score for _, _, score in proposal), reverse=True)


def test_kind26_the_similarity_that_is_accepted_is_a_choice():
    assert read_title("opertor", accept=0.95).flag == "review"
    assert read_title("oprtr", accept=0.70).value == "1"
    assert read_title("oprtr").value is None


def test_kind26_a_tie_between_levels_is_for_review():
    ladder = title_ladder([("1", "reader one"), ("2", "leader one")])
    reading = read_title("eader one", ladder)
    assert reading.flag == "review"
    assert {level for level, _, _ in reading.proposal} == {"1", "2"}


@pytest.mark.parametrize(
    ("raw", "missing", "flag"),
    [
        ("tidak tahu", "dont_know", ""),
        ("", "blank", ""),
        ("-9", "refused", ""),
        ("3", "", "unreadable"),
        ("x" * 500, "", "unreadable"),
    ],
    ids=str,
)
def test_no_title(raw, missing, flag):
    reading = read_title(raw, missing={"-9": "refused"})
    assert (reading.value, reading.missing, reading.flag) == (None, missing, flag)


def test_a_programme_brings_its_own_ladder(tmp_path):
    path = tmp_path / "titles.csv"
    path.write_text("level,alias\nA,penjahit\nB,kepala jahit\n", encoding="utf-8")
    assert read_title("penjahitt", load_ladder(path)).value == "A"
    path_two = tmp_path / "wrong.csv"
    path_two.write_text("title\npenjahit\n", encoding="utf-8")
    with pytest.raises(ValueError, match="lacks the columns"):
        load_ladder(path_two)
    with pytest.raises(ValueError, match="at least one title"):
        title_ladder([])


def test_every_title_of_the_dictionary_reads_back():
    ladder = load_ladder()
    assert len(ladder.levels) > 50
    wrong = [
        title
        for title, levels in ladder.levels.items()
        if read_title(title).value != (levels[0] if len(levels) == 1 else None)
    ]
    assert wrong == []
