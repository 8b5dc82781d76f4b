"""Studies of another shape run the same way: nobody to compare with, one table only, texts in other scripts."""

import re

import pytest

from conftest import replace_in, seal
from helpers.pipeline.run import Options, run_cohort


@pytest.fixture
def alone(project):
    """The participants of a programme that has no comparison group, with a free answer in Japanese, Arabic and Latin letters."""
    raw, programme = project / "data/raw/nsw-1976", project / "programmes/nsw"
    lines = (raw / "nsw.csv").read_text().splitlines()
    texts = ["とても良い", "جيد جدا", "très bien", '"<b>bold</b>, ""quoted"""']
    kept = [lines[0] + ",opinion", *[f"{line},{texts[at % 4]}" for at, line in enumerate(lines[1:]) if line.startswith("1")]]
    (raw / "nsw.csv").write_text("\n".join(kept) + "\n", encoding="utf-8")
    seal(raw)
    replace_in(programme / "programme.yml", 'comparison: ["0"]', "comparison: []")
    replace_in(raw / "cohort.yml", "assignment: randomised", "assignment: observational")
    with (programme / "codebook.csv").open("a", encoding="utf-8") as stream:
        stream.write("people,opinion,text,opinion,Opinion,Pendapat,,no,,,text\n")
    return project


@pytest.mark.parametrize("language", ["en", "id"])
def test_a_study_without_comparison_group_reports_changes_and_no_effect(alone, language):
    outcome = run_cohort("nsw-1976", Options(language=language), root=alone)
    assert outcome.failure == ""
    html = outcome.report.read_text(encoding="utf-8")
    text = re.sub("<[^>]+>", " ", html)
    assert "<b>bold</b>" not in html
    assert ("cannot tell" if language == "en" else "tidak dapat dipastikan") in text
    assert "nan" not in re.sub(r"[a-z]*nan[a-z]+|[a-z]+nan", "", text.lower()).split()
    if language == "en":
        assert "the primary specification does not apply, because there is nobody to compare" in text
        assert "rose by $4,817 a year (1982 dollars) among participants" in text
        assert "effect of the programme" not in text


def test_texts_in_other_scripts_come_through_unchanged(alone):
    import pandas as pd

    run_cohort("nsw-1976", Options(), root=alone)
    table = pd.read_parquet(alone / "data/processed/nsw-1976/people.parquet")
    assert set(table["opinion"]) == {"とても良い", "جيد جدا", "très bien", '<b>bold</b>, "quoted"'}
