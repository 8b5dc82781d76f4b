"""Cohorts side by side: numbers as the reports state them, differences only of what was measured alike."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from conftest import ROOT
from helpers import open_programme
from manfaat.analysis import trends
from manfaat.report import cohorts as exhibits
from manfaat.report.figures.cohorts import cohort_trends, draw_cohorts
from manfaat.report.figures.style import new_figure
from manfaat.report.reader import Reader
from manfaat.report.words import Language
from manfaat.run.programmes import run_programme, run_programmes
from manfaat.run.run import Options

EN, ID = Language("en"), Language("id")


def line(estimate: float, low: float, high: float, **more: object) -> pd.Series:
    base = {
        "indicator": "earnings",
        "rater": "",
        "basis": "comparison",
        "specification": "s",
        "unit": "usd_1982",
        "confidence": 0.95,
    }
    return pd.Series(base | {"estimate": estimate, "ci_low": low, "ci_high": high} | more)


@pytest.fixture(scope="module")
def read(finished) -> list[trends.Finished]:
    """The three synthetic cohorts, as their programme's page reads them."""
    programme = json.loads(
        next(path for path in sorted(finished.reports.glob("*-synthetic/run.json"))).read_text()
    )["programme"]
    return trends.finished(
        programme, data_dir=str(finished.data), reports_dir=str(finished.reports), root=ROOT
    )


def test_difference_of_two_shares_is_that_of_newcombe():
    shares = [(15, 41), (30, 36)]
    lines = [line(k / n, *proportion_confint(k, n, method="wilson")) for k, n in shares]
    gap, low, high = trends.difference(*lines)
    # the reference: statsmodels' implementation of Newcombe's tenth method
    wanted = confint_proportions_2indep(*shares[1], *shares[0], method="newcomb", compare="diff")
    assert gap == pytest.approx(30 / 36 - 15 / 41)
    assert (low, high) == pytest.approx(wanted)


def test_difference_of_two_means_has_the_halves_of_their_intervals_added_in_quadrature():
    assert trends.difference(line(1, -2, 4), line(3, -1, 7)) == pytest.approx((2, -3, 7))


@pytest.mark.slow
def test_interval_of_a_difference_covers_the_truth():
    rng = np.random.default_rng(8)
    first, second = rng.normal(1, 0.5, 4000), rng.normal(1.7, 0.9, 4000)
    bounds = [
        trends.difference(line(a, a - 1.96 * 0.5, a + 1.96 * 0.5), line(b, b - 1.96 * 0.9, b + 1.96 * 0.9))
        for a, b in zip(first, second, strict=True)
    ]
    covered = np.mean([low <= 0.7 <= high for _, low, high in bounds])
    assert covered == pytest.approx(0.95, abs=0.012)


def test_numbers_are_those_of_the_reports(read, finished):
    lines = trends.side_by_side(read)
    assert len(read) == 3
    assert lines["indicator"].nunique() > 10
    for row in lines.itertuples(index=False):
        own = finished.estimates(row.cohort)
        own = own[
            (own["indicator"] == row.indicator)
            & (own["rater"].fillna("") == row.rater)
            & (own["specification"] == row.specification)
        ]
        assert row.estimate in own["estimate"].to_numpy()
        assert row.ci_low in own["ci_low"].to_numpy()


def test_the_estimate_that_counts_is_the_one_that_decided_the_verdict(read):
    lines = trends.side_by_side(read).set_index(["cohort", "indicator"])
    decided = 0
    for report in read:
        for verdict in report.verdicts.itertuples(index=False):
            if (report.name, verdict.indicator) in lines.index:
                decided += 1
                assert lines.loc[(report.name, verdict.indicator), "rater"] == verdict.rater
                assert lines.loc[(report.name, verdict.indicator), "basis"] == verdict.basis
    assert decided >= 12


def test_grades_are_those_of_the_reports(read, finished):
    table = trends.grades(read).set_index("claim")
    for report in read:
        told = pd.read_csv(finished.reports / report.name / "verdicts.csv").set_index("claim")["grade"]
        assert table[report.name].to_dict() == told.to_dict()


def test_what_the_forms_ask_differently_is_not_compared(read):
    assert [report.record["form_versions"] for report in read] == [
        {"participants": form, "supervisors": form} for form in "121"
    ]
    found = trends.differences(read, trends.side_by_side(read))
    own = found[
        found["indicator"] == "effectiveness_gain"
    ]  # one item is worded the other way round in version 2
    assert own["reason"].tolist() == ["other form", "other form", ""]
    assert found.loc[found["indicator"] == "asset_index", "reason"].tolist() == ["own unit"] * 3
    assert set(found.loc[found["indicator"] == "log_pay", "reason"]) == {""}
    refused = found["reason"] != ""
    assert found.loc[refused, ["difference", "ci_low", "ci_high"]].isna().all(axis=None)
    assert found.loc[~refused, ["difference", "ci_low", "ci_high"]].notna().all(axis=None)


def changed(report: trends.Finished, **record: object) -> trends.Finished:
    return replace(report, record=report.record | record)


def test_every_obstacle_is_found(read):
    one, other = read[0], read[2]
    pay = {"indicator": "log_pay", "unit": "log_points", "rater": ""}
    first, second = line(1, 0, 2, **pay), line(1, 0, 2, **pay)
    assert trends.obstacle(one, other, first, second) == ""
    named = one.record["definitions"]
    assert (
        trends.obstacle(one, changed(other, definitions=named | {"programme.yml": "another"}), first, second)
        == "other definitions"
    )
    assert (
        trends.obstacle(one, changed(other, definitions=named | {"context.en.md": "another"}), first, second)
        == ""
    )
    series = {name: "another" for name in other.record["series"]}
    assert trends.obstacle(one, changed(other, series=series), first, second) == "other definitions"
    assert trends.obstacle(one, changed(other, inputs=one.record["inputs"]), first, second) == "same people"
    for change, reason in (
        ({"rater": "self"}, "other rater"),
        ({"basis": "change"}, "other comparison"),
        ({"specification": "another"}, "other comparison"),
        ({"unit": "share"}, "other unit"),
        ({"confidence": 0.9}, "other confidence"),
    ):
        assert trends.obstacle(one, other, first, line(1, 0, 2, **(pay | change))) == reason
    skill = {"indicator": "effectiveness_gain", "unit": "points_5", "rater": "supervisor"}
    assert (
        trends.obstacle(
            changed(one, form_versions={}),
            changed(other, form_versions={}),
            line(1, 0, 2, **skill),
            line(1, 0, 2, **skill),
        )
        == "other form"
    )


def test_nominal_money_is_not_compared(read):
    lines = list(read[0].study.indicators)
    nominal = trends.nominal_money(read[0].study.programme, read[0].study.codebook, lines)
    money = next(
        own
        for own in lines
        if own.name in nominal
        and own.unit
        and read[0].study.programme.units[own.unit].currency
        and own.recipe == "copy"
    )
    study = replace(read[0].study, indicators=tuple(replace_use(lines, money.name)))
    told = {"indicator": money.indicator, "unit": money.unit, "rater": money.rater}
    assert (
        trends.obstacle(replace(read[0], study=study), read[2], line(1, 0, 2, **told), line(1, 0, 2, **told))
        == "nominal money"
    )


def replace_use(lines: list, name: str) -> list:
    return [own.model_copy(update={"use": "describe"}) if own.name == name else own for own in lines]


def test_the_same_participants_against_others_are_no_trend(finished):
    reports = trends.finished(
        "nsw", data_dir=str(finished.data), reports_dir=str(finished.reports), root=ROOT
    )
    assert len(reports) == 3
    found = trends.differences(reports, trends.side_by_side(reports))
    assert set(found["reason"]) == {"same people"}


def test_an_indicator_that_one_cohort_lacks_is_named(read):
    lines = trends.side_by_side(read)
    gone = lines[(lines["indicator"] != "log_pay") | (lines["cohort"] != read[1].name)]
    found = trends.differences(read, gone)
    assert found.loc[found["indicator"] == "log_pay", "reason"].tolist() == [
        "not estimated",
        "not estimated",
        "",
    ]


def test_drawn_intervals_are_those_of_the_table(read):
    differences = trends.differences(read, lines := trends.side_by_side(read))
    made = exhibits.trend_figure(read, lines, differences, Reader("en", read[0].study))[0]
    for _, own in made.data.groupby("name"):
        _, ax = new_figure(2)
        names = list(own["cohort"])
        draw_cohorts(own.assign(has_zero=False), names, ax)
        assert [tuple(drawn.get_xdata()) for drawn in ax.lines[::2]] == list(
            own[["ci_low", "ci_high"]].itertuples(index=False, name=None)
        )
        assert [drawn.get_xdata()[0] for drawn in ax.lines[1::2]] == own["estimate"].tolist()
        assert [drawn.get_markerfacecolor() == "white" for drawn in ax.lines[1::2]] == (
            (own["ci_low"] <= 0) & (own["ci_high"] >= 0)
        ).tolist()
    share = made.data[made.data["name"] == "any_technique"].iloc[0]
    stored = lines[(lines["indicator"] == "any_technique")].iloc[0]
    assert (share["unit"], share["estimate"]) == ("per cent", pytest.approx(100 * stored["estimate"]))


def test_figure_of_a_long_label_right_to_left_text_and_many_cohorts():
    for text, n in (("a label of three hundred letters " * 9, 2), ("ערבית العربية", 2), ("x", 12)):
        data = pd.DataFrame(
            {
                "name": "a",
                "indicator": text,
                "unit": text,
                "cohort": [f"{text[:60]} {k}" for k in range(n)],
                "estimate": 1.0,
                "ci_low": 0.0,
                "ci_high": 2.0,
                "is_compared": True,
                "has_zero": True,
                "text": "1.0",
            }
        )
        assert len(cohort_trends(data, list(data["cohort"]), "t", "c", EN).svg) < 60_000


def test_sentences_say_how_many_would_differ_by_chance(read):
    found = trends.differences(read, trends.side_by_side(read))
    formed = found[found["reason"] == ""]
    clear = ((formed["ci_low"] > 0) | (formed["ci_high"] < 0)).sum()
    reader = Reader("en", read[0].study)
    told = exhibits.difference_sentences(read, found, reader)
    assert told[0].startswith(
        f"Differences between cohorts: {len(formed)}; with an interval that excludes zero: {clear}."
    )
    assert f"about {len(formed) * 0.05:.1f} would by chance" in told[0]
    assert sum("minus" in sentence for sentence in told) == clear
    assert sum(sentence.startswith("Not compared") for sentence in told) == 2
    none = exhibits.difference_sentences(read, found.assign(ci_low=-1.0, ci_high=1.0), reader)
    assert any("No trend is shown" in sentence for sentence in none)


def test_pages_in_both_languages_are_linked_small_and_alike(side_by_side):
    folders = sorted((side_by_side.reports / "programmes").iterdir())
    assert len(folders) == 2  # the third programme has a single cohort
    for folder in folders:
        pages = [(folder / name).read_text(encoding="utf-8") for name in ("cohorts.html", "cohorts.id.html")]
        assert 'lang="en"' in pages[0]
        assert 'lang="id"' in pages[1]
        assert 'href="cohorts.id.html"' in pages[0]
        assert 'href="cohorts.html"' in pages[1]
        assert all(len(page.encode()) < 200_000 for page in pages)
        assert "Figure 8.1" in pages[0]
        assert "Gambar 8.1" in pages[1]
        assert pd.read_csv(folder / "exhibits/08-estimates.csv").equals(
            pd.read_csv(folder / "exhibits/id/08-estimates.csv")
        )
        assert (folder / "differences.csv").is_file()
    for name, page in (("index.html", "cohorts.html"), ("index.id.html", "cohorts.id.html")):
        assert f'href="programmes/{folders[0].name}/{page}"' in (side_by_side.reports / name).read_text(
            encoding="utf-8"
        )


def test_no_path_of_this_machine_in_any_output(side_by_side):
    private = (str(ROOT), str(side_by_side.data), str(side_by_side.reports))
    for path in (side_by_side.reports / "programmes").rglob("*"):
        if path.is_file():
            assert not [word for word in private if word in path.read_text(encoding="utf-8")], path


def test_a_single_cohort_has_no_page_and_says_so_in_the_notebook(finished, tmp_path):
    (tmp_path / "michigan-1987-89").symlink_to(finished.reports / "michigan-1987-89")
    options = Options(data_dir=str(finished.data), reports_dir=str(tmp_path))
    assert run_programmes(["michigan-1987-89", "no-report"], options, root=ROOT) == []
    assert not (tmp_path / "programmes").exists()
    found = open_programme("michigan-grants", data_dir=str(finished.data), reports_dir=str(tmp_path))
    assert (
        "with a finished report: michigan-1987-89; still without one: none"
        in found.opening.parts[0].runs[0].text
    )
    assert len(found.estimates.frame) >= 1, "what there is"
    assert found.differences.parts == []


def test_without_any_report_the_notebook_says_what_there_is(project, monkeypatch):
    monkeypatch.chdir(project)
    found = open_programme("nsw")
    assert [part.runs[0].text for part in found.opening.parts] == [
        "Cohorts of this programme with a finished report: none; still without one: nsw-1976. Two and more"
        " are set side by side; manfaat run --all makes the reports."
    ]
    for asked in (found.grades, found.estimates, found.differences):
        assert asked.parts == []
        assert asked.frame.empty
    found.write()


def test_a_failing_notebook_leaves_the_former_page(side_by_side, project, tmp_path):
    reports = tmp_path / "r"
    reports.mkdir()
    for cohort in ("nsw-1976", "nsw-1976-cps", "nsw-1976-psid"):
        (reports / cohort).symlink_to(side_by_side.reports / cohort)
    shutil.copytree(side_by_side.reports / "programmes" / "nsw", reports / "programmes" / "nsw")
    before = (reports / "programmes/nsw/cohorts.html").read_bytes()
    notebook = project / "notebooks/08_cohorts.ipynb"
    notebook.write_text(
        notebook.read_text(encoding="utf-8").replace("cohorts.grades", "cohorts.gone"),
        encoding="utf-8",
    )
    for cohort in ("nsw-1976-cps", "nsw-1976-psid"):
        shutil.copytree(ROOT / "data/raw" / cohort, project / "data/raw" / cohort)
    outcome = run_programme("nsw", Options(reports_dir=str(reports)), root=project)
    assert outcome.report is None
    assert "08_cohorts, cell" in outcome.failure
    assert (reports / "programmes/nsw/cohorts.html").read_bytes() == before
    assert [path.name for path in reports.iterdir() if path.name.startswith(".run-")] == []
