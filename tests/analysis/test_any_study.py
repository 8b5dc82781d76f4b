"""Studies of another shape run the same way: nobody to compare with, one table only, texts in other
scripts.
"""

import re
import shutil

import pandas as pd
import pytest

from conftest import ROOT, page_of, replace_in, seal
from manfaat.run.run import Options, run_cohort

pytestmark = pytest.mark.runs


@pytest.fixture
def alone(project):
    """The participants of a programme that has no comparison group, with a free answer in Japanese, Arabic
    and Latin letters.
    """
    raw, programme = project / "data/raw/nsw-1976", project / "programmes/nsw"
    lines = (raw / "nsw.csv").read_text().splitlines()
    texts = ["とても良い", "جيد جدا", "très bien", '"<b>bold</b>, ""quoted"""']
    kept = [
        lines[0] + ",opinion",
        *[f"{line},{texts[at % 4]}" for at, line in enumerate(lines[1:]) if line.startswith("1")],
    ]
    (raw / "nsw.csv").write_text("\n".join(kept) + "\n", encoding="utf-8")
    seal(raw)
    replace_in(programme / "programme.yml", 'comparison: ["0"]', "comparison: []")
    replace_in(raw / "cohort.yml", "assignment: randomised", "assignment: observational")
    with (programme / "codebook.csv").open("a", encoding="utf-8") as stream:
        stream.write("people,opinion,text,opinion,Opinion,Pendapat,,no,,,text\n")
    return project


def test_a_study_without_comparison_group_reports_changes_and_no_effect(alone):
    outcome = run_cohort("nsw-1976", Options(language="both"), root=alone)
    assert outcome.failure == ""
    for end, grade in (("", "cannot tell"), (".id", "tidak dapat dipastikan")):
        html = page_of(outcome.report.parent, end=end)
        text = re.sub("<[^>]+>", " ", html)
        assert "<b>bold</b>" not in html
        assert grade in text
        assert "nan" not in re.sub(r"[a-z]*nan[a-z]+|[a-z]+nan", "", text.lower()).split()
        if not end:
            assert "the primary specification does not apply, because there is nobody to compare" in text
            assert "rose by $4,817 a year (1982 dollars) among participants" in text
            assert "effect of the programme" not in text
    table = pd.read_parquet(alone / "data/processed/nsw-1976/people.parquet")
    assert set(table["opinion"]) == {"とても良い", "جيد جدا", "très bien", '<b>bold</b>, "quoted"'}


COHORT = "jakarta-tokyo-2004-synthetic"


def without_tables(project, *tables: str):
    """A delivery of the programme with several tables that lacks some of them."""
    import yaml

    raw = project / "data/raw" / COHORT
    shutil.copytree(ROOT / "data/raw" / COHORT, raw)
    cohort = yaml.safe_load((raw / "cohort.yml").read_text(encoding="utf-8"))
    cohort["files"] = [item for item in cohort["files"] if item["table"] not in tables]
    (raw / "cohort.yml").write_text(yaml.safe_dump(cohort, allow_unicode=True), encoding="utf-8")
    return project


def test_a_delivery_of_the_participants_alone_runs_through_all_notebooks(project):
    outcome = run_cohort(
        COHORT, Options(language="both"), root=without_tables(project, "supervisors", "costs")
    )
    assert outcome.failure == ""
    processed, reports = project / "data/processed" / COHORT, project / "reports" / COHORT
    assert not list(processed.glob("supervisors*"))
    built = pd.read_parquet(processed / "indicators.parquet")
    why = pd.read_parquet(processed / "indicators_missing.parquet")
    assert len(why) == built.isna().sum().sum()
    lacking = why[why["reason"] == "not_delivered"]["indicator"].unique()
    assert {"defect_change", "techniques"} <= set(lacking)
    assert built[lacking].isna().all().all()
    assert not why["reason"].str.contains("no_record").any()
    assert built["log_pay_now"].notna().any()
    for end, label in (("", "Not delivered: supervisors"), (".id", "kuesioner atasan")):
        text = re.sub("<[^>]+>", " ", page_of(outcome.report.parent, end=end))
        assert label in text
        assert text.count("V27") >= 1
    estimates = pd.read_csv(reports / "estimates.csv")
    assert estimates[estimates["indicator"] == "log_pay"]["estimate"].notna().any()
    own = estimates[estimates["indicator"] == "defect_change"]
    assert own["estimate"].isna().all()
    assert (own["reasons"].str.len() > 0).all()


def test_a_delivery_without_a_cost_sheet_keeps_its_supervisors(project):
    outcome = run_cohort(COHORT, Options(), root=without_tables(project, "costs"))
    assert outcome.failure == ""
    matches = pd.read_csv(project / "data/processed" / COHORT / "matches.csv")
    assert set(matches["match"]) == {"one to one", "without record"}
    assert "No costs were delivered" in outcome.report.read_text(encoding="utf-8")


def test_the_participants_themselves_must_be_delivered(project):
    from manfaat.analysis.study import load_study
    from manfaat.base.problems import ProblemsError

    with pytest.raises(ProblemsError, match="no file feeds the table 'participants'"):
        load_study(COHORT, root=without_tables(project, "participants"))
