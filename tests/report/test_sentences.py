"""Sentences in their singular, plural, zero and negative forms, in both languages: no "1 people", no "0
records belong to nobody".
"""

import re
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from conftest import ROOT
from manfaat.definitions.contrasts import SideWords
from manfaat.definitions.programme import Unit
from manfaat.evaluation.estimate import ALL_ONE, COLUMNS, SIDES
from manfaat.report import (
    blocks,
    chapter,
    comparison_words,
    cost_sentences,
    ledgers,
    origins,
    sentences,
    threat_words,
    translations,
    verdicts,
)
from manfaat.report.compact import share_names
from manfaat.report.exhibit import Exhibit
from manfaat.report.reader import Reader
from manfaat.report.words import LANGUAGES, Language

ENGLISH, INDONESIAN = Language("en"), Language("id")
BOTH = {"en": "points", "id": "poin"}
POINTS = Unit.model_validate({"label": BOTH, "decimals": 1})
WORDS = {"en": "Score", "id": "Skor"}
# What no number may stand before, or after: the wrong form of a noun or a verb, two signs, a hyphen for a
# minus.
WRONG = re.compile(
    r"(?<![\d.,…–−])1"
    r" (?:people|participants|records|tests|indicators|scales|cells|trainees|comparisons|threats|were|have|are)\b|\b0"  # noqa: E501
    r" of 0\b|−−|(?<![\w.])-\d"
)


class Line(SimpleNamespace):
    def label(self, code):
        return WORDS[code]


def study_of(assignment="observational"):
    unit = SimpleNamespace(one={"en": "person", "id": "orang"}, many={"en": "people", "id": "orang"})
    table = SimpleNamespace(label={"en": "answers", "id": "jawaban"}, link=SimpleNamespace(by="key"))
    programme = SimpleNamespace(
        units={"points": POINTS},
        prices=None,
        smallest_effects={},
        title={"en": "Training", "id": "Pelatihan"},
        design=SimpleNamespace(
            unit=unit, panel=None, arms={}, assigned=None, words=SideWords(), contrasts=lambda: [ALL_ONE]
        ),
        specification=lambda name: SimpleNamespace(
            id=name, label={"en": "Difference in means", "id": "Selisih rata-rata"}, where=None
        ),
        tables={"answers": table, "forms": table},
        main_table="answers",
    )
    line = Line(name="score", indicator="score", use="effect", rater="", time="now", unit="points")
    cohort = SimpleNamespace(
        assignment=assignment,
        is_confidential=False,
        kind="real",
        label={"en": "2004", "id": "2004"},
        period={"en": "May", "id": "Mei"},
        denominators=SimpleNamespace(trained=None),
        files=[SimpleNamespace(file="a.csv")],
    )
    return SimpleNamespace(programme=programme, indicators=[line], cohort=cohort)


def row_of(estimate=1.0, n=20, m=30, missing=0, method="difference_in_means", rater="", reasons=""):
    return SimpleNamespace(
        indicator="score",
        rater=rater,
        **dict.fromkeys(SIDES, ""),
        estimand="difference",
        unit="points",
        method=method,
        specification="difference",
        std_error_kind="HC2",
        treatment="group",
        std_error=0.25,
        df=50.0,
        estimate=estimate,
        ci_low=estimate - 0.5,
        ci_high=estimate + 0.5,
        confidence=0.95,
        power=0.8,
        mde=0.7,
        n=n,
        n_comparison=m,
        n_missing=missing,
        reasons=reasons,
    )


def told(row, language, assignment="observational") -> str:
    text = sentences.finding([row], Reader(language.code, study_of(assignment)), with_method=False)
    assert not WRONG.search(text), text
    return text


@pytest.mark.parametrize(
    ("estimate", "english", "indonesian"),
    [
        (1.0, "Score: higher by 1.0 points among participants", "Skor: lebih tinggi 1,0 poin pada peserta"),
        (-1.0, "Score: lower by 1.0 points among participants", "Skor: lebih rendah 1,0 poin pada peserta"),
        (
            0.0,
            "Score: the estimated difference is zero to the digits shown (95% interval −0.5 to 0.5)",
            "Skor: selisih yang diestimasi adalah nol",
        ),
        (
            -0.04,
            "Score: the estimated difference is zero to the digits shown",
            "Skor: selisih yang diestimasi adalah nol",
        ),
    ],
)
def test_a_difference_is_higher_lower_or_zero(estimate, english, indonesian):
    assert told(row_of(estimate), ENGLISH).startswith(english)
    assert told(row_of(estimate), INDONESIAN).startswith(indonesian)
    if abs(estimate) < 0.5:  # never "no effect": what the study could have found stands with it
        assert "cannot be told" in told(row_of(estimate), ENGLISH)
        assert "at least 0.7 points" in told(row_of(estimate), ENGLISH)


@pytest.mark.parametrize(
    ("n", "missing", "english", "indonesian"),
    [
        (
            1,
            0,
            "It rests on 1 participant and 30 in the comparison group.",
            "Hasil ini didasarkan pada 1 peserta dan 30 dalam kelompok pembanding.",
        ),
        # one to four people are not told apart
        (
            2,
            1,
            "2 participants and 30 in the comparison group; fewer than 5 were left out because",
            "2 peserta dan 30 dalam kelompok pembanding; kurang dari 5",
        ),
        (
            2,
            6,
            "; 6 were left out because an answer was missing.",
            "; 6 tidak disertakan karena ada jawaban yang tidak tersedia.",
        ),
    ],
)
def test_for_how_many(n, missing, english, indonesian):
    assert english in told(row_of(n=n, missing=missing), ENGLISH)
    assert indonesian in told(row_of(n=n, missing=missing), INDONESIAN)


def test_a_change_of_participants_names_no_comparison_group():
    text = told(row_of(1.0, n=1, m=np.nan, method="before_after_change"), ENGLISH)
    assert text.endswith("this is a change, and its cause cannot be told. It rests on 1 participant.")
    assert "–" not in text
    assert "comparison group" not in text


@pytest.mark.parametrize("assignment", ["randomised", "observational"])
def test_what_holds_for_all_findings_is_said_once(assignment):
    rows = [row_of(1.0), row_of(2.0)]
    text = sentences.terms(rows, Reader(ENGLISH.code, study_of(assignment)))
    assert text.count("Difference in means") == 1
    assert ("is an effect of the programme" in text) == (assignment == "randomised")
    assert sentences.sureness(rows[0], Reader(ENGLISH.code, study_of(assignment))) == ""
    assert "lottery" not in sentences.terms(
        [row_of(method="before_after_change")], Reader(ENGLISH.code, study_of(assignment))
    )
    different = SimpleNamespace(**vars(rows[1]) | {"std_error_kind": "HC1"})
    assert "Difference in means" not in sentences.terms(
        [rows[0], different], Reader(ENGLISH.code, study_of(assignment))
    )


@pytest.mark.parametrize(
    ("estimate", "rater", "reasons", "english"),
    [
        (1.0, "", "", "rose by {amount}"),
        (-1.0, "", "", "fell by {amount}"),
        (0.04, "", "", "unchanged among participants"),
        (-1.0, "self", "recalled", "participants report a change of {signed}"),
        (-1.0, "supervisor", "recalled", "supervisors report a change of {signed}"),
    ],
)
def test_a_change_says_whose_and_which_way(estimate, rater, reasons, english):
    assert english in comparison_words.change_template(
        row_of(estimate, rater=rater, reasons=reasons), POINTS, ENGLISH
    )


def test_a_recalled_fall_has_one_sign():
    frame = pd.DataFrame(
        [
            vars(row_of(-1.0, rater="self", reasons="recalled", method="before_after_change"))
            | {"estimand": "change"}
        ],
        columns=COLUMNS,
    )
    study = study_of()
    study.indicators[0].rater = "self"
    study.programme.specifications, study.programme.primary = [], None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sentences, "reported", lambda rows, programme: rows)
        assert (
            "report a change of −1.0 points"
            in sentences.change_sentences(Reader(ENGLISH.code, study), frame)[0]
        )
        assert (
            "perubahan sebesar −1,0 poin"
            in sentences.change_sentences(Reader(INDONESIAN.code, study), frame)[0]
        )


@pytest.mark.parametrize(
    ("participants", "comparison", "english"),
    # without a roster nobody knows how many took part: the data may be a part of them
    [
        (1, 0, "the data hold 1 person who took part and 0 people of the comparison group (May)."),
        (2, 1, "the data hold 2 people who took part and 1 person of the comparison group (May)."),
    ],
)
def test_who_was_studied(participants, comparison, english):
    counts = pd.DataFrame({"step": "delivered", "participant": [1.0, 0.0], "n": [participants, comparison]})
    assert sentences.who_was_studied(Reader(ENGLISH.code, study_of()), counts).endswith(english)
    study = study_of()
    study.cohort.denominators.trained = 1
    assert "1 person took part, of whom the data delivered hold" in sentences.who_was_studied(
        Reader(ENGLISH.code, study), counts
    )


@pytest.mark.parametrize(
    ("theirs", "english"),
    [
        (["a"], []),
        (["a", "x"], ["No partner was found for 1 record there."]),
        (["a", "x", "y"], ["No partner was found for 2 records there."]),
    ],
)
def test_records_that_belong_to_nobody_are_named_only_where_there_are_some(theirs, english):
    found = ledgers.link_sentences(
        Reader(ENGLISH.code, study_of()),
        pd.DataFrame({"key": ["a", "b"]}),
        {"forms": pd.DataFrame({"key": theirs})},
    )
    assert found[0] == "answers: a record was found for 1 of 2 (answers)."
    assert found[1:] == english


@pytest.mark.parametrize(
    ("passed", "english", "indonesian"),
    [
        (["none"], "no threat could be decided", "tidak ada ancaman"),
        (["yes"], "stands against the 1 threat", "1 ancaman"),
        (
            ["no"],
            "does not stand against the one threat that the data decide, “Groups unlike",
            "1 dari 1 ancaman",
        ),
        (
            ["no", "yes"],
            "does not stand against 1 of the 2 threats that the data decide, namely",
            "1 dari 2 ancaman",
        ),
    ],
)
def test_threats_are_counted(passed, english, indonesian):
    own = pd.DataFrame({"threat": "balance", "passed": passed})
    assert english in threat_words.summary("Score", own, ENGLISH)
    assert indonesian in threat_words.summary("Skor", own, INDONESIAN)


@pytest.mark.parametrize(
    ("meanings", "english"),
    [
        (["alike"], "The interval of the one comparison between subgroups includes zero"),
        (
            ["difference between groups"],
            "The interval of the one comparison between subgroups excludes zero.",
        ),
        (["alike", "alike"], "Of 2 comparisons between subgroups none has"),
        (["alike", "difference between groups"], "Of 2 comparisons between subgroups 1 has"),
        (["difference between groups"] * 2, "Of 2 comparisons between subgroups 2 have"),
    ],
)
def test_subgroups_are_counted(meanings, english):
    assert threat_words.subgroups_summary(pd.DataFrame({"meaning": meanings}), 0.95, ENGLISH).startswith(
        english
    )


@pytest.mark.parametrize(
    ("n", "english"), [(0, ""), (1, "Of the cost lines 1 could not"), (2, "Of the cost lines 2 could not")]
)
def test_cost_lines_that_could_not_be_placed(n, english):
    accounts = SimpleNamespace(sheet=SimpleNamespace(aside=[0] * n))
    text = cost_sentences.not_placed(accounts, ENGLISH)
    assert text.startswith(english)
    assert bool(text) == bool(n)


@pytest.mark.parametrize(
    ("n", "m", "english"),
    [
        (1, np.nan, "1 participant, 0 left out;"),
        (2, 1, "2 participants, 1 in the comparison group, 0 left out;"),
    ],
)
def test_where_an_estimate_is_from(n, m, english):
    assert origins.data(Reader(ENGLISH.code, study_of()), row_of(n=n, m=m)).startswith(english)


def test_a_panel_counts_periods_of_units_and_errors_are_in_the_unit():
    study, row = study_of(), row_of(n=185, m=201, method="fixed_effects")
    study.programme.design.panel = SimpleNamespace(unit="firm", period="year")
    assert origins.data(Reader(ENGLISH.code, study), row).startswith(
        "185 (answers) of participants, 201 in the comparison group"
    )
    row.std_error = 0.123
    assert origins.uncertainty(Reader(ENGLISH.code, study), row).startswith("0.1 (HC2")
    study.programme.units["points"] = POINTS.model_copy(update={"is_share": True})
    assert origins.uncertainty(Reader(ENGLISH.code, study), row).startswith("12.3 (HC2")


@pytest.mark.parametrize(
    ("grades", "english", "indonesian"),
    [
        (["shown"], "Verdict on 1 claim: 1 shown.", "Simpulan atas 1 pernyataan: 1 terbukti."),
        (
            ["shown", "cannot tell", "cannot tell"],
            "Verdicts on 3 claims: 1 shown and 2 cannot tell.",
            "Simpulan atas 3 pernyataan: 1 terbukti dan 2 tidak dapat dipastikan.",
        ),
    ],
)
def test_verdicts_are_counted(grades, english, indonesian):
    assert verdicts.headline(pd.DataFrame({"grade": grades}), ENGLISH) == english
    assert verdicts.headline(pd.DataFrame({"grade": grades}), INDONESIAN) == indonesian


@pytest.mark.parametrize(
    ("parts", "tied", "english"),
    [
        (0, 0, "because {why}"),
        (2, 1, "The weaker half is {part}"),
        (
            2,
            2,
            "Both halves have this grade; of {part}",
        ),  # "the weaker half is knowledge" was said where skills had the same grade
        (3, 1, "The weakest part is {part}"),
        (3, 2, "The weakest parts are {parts}; of {part}"),
        (3, 3, "All its parts have this grade"),
    ],
)
def test_a_claim_has_halves_or_parts_and_ties_are_ties(parts, tied, english):
    assert english in verdicts.frame_of(parts=parts, tied=tied)


@pytest.mark.parametrize(
    ("grade", "threat", "english"),
    [
        (
            "shown",
            "other places",
            "What it does not tell: whether it would work for other firms, places and years.",
        ),  # overturns nothing
        (
            "shown",
            "balance stands",
            "Most likely to overturn this: that the groups differed by more than a lottery",
        ),
        (
            "suggested",
            "hidden cause",
            "Most likely to overturn this: a difference between the groups that nobody measured.",
        ),
        ("cannot tell", "too few", "What stands most in the way: the small number of firms studied."),
    ],
)
def test_what_is_doubtful_overturns_a_finding_only_where_it_could(grade, threat, english):
    assert verdicts.doubt(SimpleNamespace(grade=grade, threat=threat), ENGLISH, "firms").startswith(english)


def test_a_title_that_asks_gets_no_full_stop():
    assert [blocks.ended(title) for title in ("For whom?", "Who paid", "Who paid.")] == [
        "For whom?",
        "Who paid.",
        "Who paid.",
    ]


def test_a_figure_and_a_table_cannot_share_an_id(tmp_path):
    study = SimpleNamespace(places=SimpleNamespace(reports=tmp_path))
    made = chapter.Chapter("04_outputs", Reader("en", study))
    assert made.label(Exhibit("raters", "A", "", pd.DataFrame(), svg=b"<svg/>")) == "Figure 4.1"
    with pytest.raises(ValueError, match="both called 'raters'"):
        made.label(Exhibit("raters", "B", "", pd.DataFrame()))


@pytest.mark.slow
def test_every_counted_sentence_has_its_forms():
    # a message that counts has a singular without the number's plural noun, and every language has a form for
    # each
    counted = [message for message in translations.extracted(ROOT) if isinstance(message.id, tuple)]
    assert len(counted) > 20
    for message in counted:
        one, many = message.id
        assert set(re.findall(r"\{(\w+)\}", one)) <= set(re.findall(r"\{(\w+)\}", many)) | {
            "n",
            "lowest",
            "low",
        }, one
        names = dict.fromkeys(re.findall(r"\{(\w+)\}", many + one), "x")
        del names["n"]
        for language in map(Language, LANGUAGES):
            for n in (0, 1, 2, 1000):
                text = language.say_count(one, many, n, **names)
                assert not WRONG.search(text), text
                assert "{" not in text


def test_no_two_figures_of_a_page_share_an_id():
    figure = '<svg><defs><path id="a" d="M0 0"/></defs><use href="#a"/></svg>'
    named = "".join(share_names([figure, figure]))
    assert re.findall(r'id="(\w+)"', named) == ["z0", "z1"]
    assert re.findall(r'href="#(\w+)"', named) == ["z0", "z1"]


def study_with_source():
    study = study_of()
    study.cohort.citation, study.cohort.public_data = "x", None
    return study


def test_rows_of_the_files_and_rows_of_the_ledger_agree():
    # 308 rows in one table and 311 in the next: titles and totals of the sheet were counted in the second
    # only
    delivery = SimpleNamespace(
        files=pd.DataFrame(
            [{"file": "a.xlsx", "sheet": "one", "table": "answers", "rows": 308, "columns": 4, "unused": ""}]
        ),
        left_out=pd.DataFrame([{"table": "answers", "file": "a.xlsx", "sheet": "one", "rule": "total"}] * 3),
    )
    shown = ledgers.files_table(Reader(ENGLISH.code, study_with_source()), delivery)
    assert shown.data[["rows", "no_answers"]].to_numpy().tolist() == [[308, 3]]
    assert "both together are the rows in of the ledger of rows" in shown.caption
    without = ledgers.files_table(
        Reader(ENGLISH.code, study_with_source()),
        SimpleNamespace(files=delivery.files, left_out=delivery.left_out.iloc[:0]),
    )
    assert "no_answers" not in without.data


@pytest.mark.parametrize(
    ("value", "confidential", "public"),
    [(0.85, "85", "85.0"), (0.824, "82.4", "82.4"), (-0.3, "−30", "−30.0"), (0.0, "0", "0.0")],
)
def test_of_confidential_answers_no_zero_stands_for_a_digit_that_was_not_told(value, confidential, public):
    from manfaat.analysis.study import load_study

    study = load_study("jakarta-tokyo-2004-synthetic", root=ROOT)
    share = study.programme.units["share"]
    assert Reader("en", study).amount(value, share) == confidential
    assert Language("en").amount(value, share) == public
