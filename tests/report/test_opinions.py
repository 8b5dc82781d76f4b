"""What was answered in own words: never the words, and the codes of a person by how many named them."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from conftest import ROOT, replace_in
from manfaat.analysis.opinions import named
from manfaat.analysis.study import load_study
from manfaat.base.problems import ProblemsError
from manfaat.definitions.claims import Opinion
from manfaat.report.blocks import plain
from manfaat.report.opinions import opinion_parts
from manfaat.report.reader import Reader

WORDS = {"1": "the work", "2": "the firm", "3": "the language", "4": "the pay"}
CODED = {"coded": "best_code", "answers": {code: {"en": word, "id": word} for code, word in WORDS.items()}}


def asked(**more):
    return Opinion(id="best", label={"en": "Best", "id": "Terbaik"}, text="open_good", **more)


@pytest.fixture(scope="module")
def study():
    return load_study("nsw-1976", root=ROOT)


def declared(study, *opinions):
    return replace(study, programme=study.programme.model_copy(update={"opinions": list(opinions)}))


def table_of(*counts):
    """Participants who named each answer so often, five who did not answer, and others who are not asked."""
    codes = [float(code) for code, n in enumerate(counts, 1) for _ in range(n)] + [np.nan] * 5
    groups = ["1"] * len(codes) + ["0"] * 30
    frame = pd.DataFrame({"group": groups, "best_code": [*codes, *[1.0] * 30]})
    return frame.assign(_key=frame.index.astype(str))


@pytest.mark.parametrize("code", ["en", "id"])
def test_what_nobody_has_coded_is_said_to_be_so(study, code):
    own = declared(study, asked(), asked(**CODED).model_copy(update={"id": "worst"}))
    found = named(table_of(20).drop(columns="best_code"), own.programme)
    (told,) = opinion_parts(Reader(code, own), found)
    assert plain(told.runs).count("Best" if code == "en" else "Terbaik") == 2
    assert opinion_parts(Reader(code, declared(study)), found) == []


def test_the_answers_of_participants_are_counted_the_most_frequent_first(study):
    own = declared(study, asked(**CODED))
    found = named(table_of(12, 30, 8), own.programme)
    assert found["answer"].tolist() == ["2", "1", "3"]
    assert found["n"].tolist() == [30, 12, 8]
    assert found["share"].tolist() == [0.6, 0.24, 0.16]
    told, table = opinion_parts(Reader("en", own), found)
    assert plain(told.runs) == (
        "“Best”: most often the firm (60%), the work (24%) and the language (16%), of 50 whose answers a"
        " person coded."
    )
    assert table.layer == "annex"
    assert [row[1].text for row in table.rows] == ["the firm", "the work", "the language"]


def test_what_few_named_is_hidden_and_does_not_follow_from_the_rest(study):
    own = declared(study, asked(**CODED))
    found = named(table_of(12, 30, 2), own.programme)
    assert found["n"].isna().tolist() == [False, True, True]  # 44 less 30 and 12 would tell the two
    told, table = opinion_parts(Reader("en", own), found)
    assert "the language" not in plain(told.runs)
    assert [row[2].text for row in table.rows] == ["30", "–", "–"]
    few = named(table_of(2, 3), own.programme)
    assert "no answer is shared by enough people" in plain(opinion_parts(Reader("en", own), few)[0].runs)


def test_codes_need_words_and_words_codes():
    with pytest.raises(ValidationError, match="what its codes stand for"):
        asked(coded="best_code")
    with pytest.raises(ValidationError, match="what its codes stand for"):
        asked(answers=CODED["answers"])


def test_a_column_or_variable_that_is_not_there_is_named(project):
    path = project / "programmes/nsw/programme.yml"
    opinion = "id: best, label: {en: B, id: T}, text: rf78, coded: agee, answers: {'1': {en: a, id: b}}"
    line = f"opinions: [{{{opinion}}}]"
    replace_in(path, "\nclaims:", f"\n{line}\n\nclaims:")
    with pytest.raises(ProblemsError) as failure:
        load_study("nsw-1976", root=project)
    told = str(failure.value)
    assert "opinions.best.coded" in told
    assert "did you mean age" in told
