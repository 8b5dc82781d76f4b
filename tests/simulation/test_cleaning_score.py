"""Every injected error is repaired or reported, and no correct answer is changed; and the score itself sees
it when that is not so.
"""

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from conftest import ROOT
from manfaat.analysis import study as studies
from manfaat.analysis.study import load_study
from manfaat.base.paths import known_cohorts
from manfaat.cleaning import rebuild_raw
from manfaat.cleaning.readers import PLACE
from manfaat.simulation import score_runs, scoring
from manfaat.simulation.requests import Request, simulate
from manfaat.simulation.score_runs import score_seed, totals_of
from manfaat.simulation.scoring import score_delivery

pytestmark = pytest.mark.simulation

SHIPPED = [name for name in known_cohorts(ROOT / "data") if "synthetic" in name]


@cache
def cleaned(cohort: str):
    """A shipped cohort, read and cleaned once for the tests of this file."""
    study = load_study(cohort, root=ROOT)
    delivery = studies.read_raw(study)
    return study, delivery, studies.clean_tables(study, delivery)


@pytest.mark.parametrize("cohort", SHIPPED)
def test_shipped_cohorts_are_cleaned_without_loss(cohort, monkeypatch):
    study, delivery, tables = cleaned(cohort)
    monkeypatch.setattr(studies, "read_raw", lambda _: delivery)
    monkeypatch.setattr(studies, "clean_tables", lambda *_: tables)
    score = score_delivery(study)
    totals = totals_of([score])
    assert totals.is_good, (str(totals), score.missed, score.changed)
    assert totals.injected > 1_000
    assert totals.correct > 10 * totals.injected
    assert totals.waiting < totals.correct / 100


@pytest.mark.parametrize("cohort", known_cohorts(ROOT / "data"))
def test_the_ledger_of_every_shipped_cohort_closes_and_raw_is_rebuilt(cohort):
    study, delivery, tables = cleaned(cohort)
    for name, table in tables.items():
        raw = delivery.tables[name]
        assert table.rows_in == len(raw) == len(table.kept) + len(table.aside)
        names = [variable.name for variable in study.codebook.table(name)]
        again = rebuild_raw(table, study.codebook.table(name))
        expected = raw.sort_values(list(PLACE), ignore_index=True)
        for column in names:
            assert again[column].tolist() == expected[column].tolist(), column


@pytest.mark.parametrize("seed", [1, 4, 10])  # a workbook, a text file full of errors, a KoboToolbox export
def test_random_cohorts_are_cleaned_without_loss(seed):
    score = score_seed(seed, "jakarta-tokyo", 10, ROOT)
    assert totals_of([score]).is_good, (score.missed, score.changed)


# --- the score sees what it should see


@pytest.fixture(scope="module")
def delivered(tmp_path_factory):
    folder = tmp_path_factory.mktemp("score")
    simulate(Request("jakarta-tokyo", "trial-synthetic", 15, 11, "high"), folder, root=ROOT)
    study = load_study("trial-synthetic", data_dir=str(folder), root=ROOT)
    delivery = studies.read_raw(study)
    return (
        study,
        studies.clean_tables(study, delivery),
        scoring.read_texts(folder / "raw/trial-synthetic/truth/errors.csv"),
    )


def score_with(delivered, monkeypatch, change):
    """The score when one table was cleaned otherwise."""
    study, tables, _ = delivered
    main = study.programme.main_table
    monkeypatch.setattr(studies, "clean_tables", lambda *_: tables | {main: change(tables[main])})
    return score_delivery(study)


def put(table, key, variable, value):
    kept = table.kept.copy()
    kept.loc[kept["_key"] == key, variable] = value
    return replace(table, kept=kept)


def fate_of(score, kind):
    return score.table.set_index("kind").loc[kind]


def test_a_changed_correct_answer_is_seen(delivered, monkeypatch):
    _, tables, log = delivered
    touched = set(log.loc[log["variable"] == "sex", "key"])
    main = tables["participants"].kept
    key = next(
        key for key, sex in zip(main["_key"], main["sex"], strict=True) if key not in touched and sex == "1"
    )
    score = score_with(delivered, monkeypatch, lambda table: put(table, key, "sex", "2"))
    assert score.changed == [("participants", key, "sex", "1", "2")]
    assert not totals_of([score]).is_good
    lost = score_with(delivered, monkeypatch, lambda table: put(table, key, "sex", pd.NA))
    assert [line[-1] for line in lost.changed] == [""]


def test_a_wrong_reading_is_wrongly_changed_and_not_reported(delivered, monkeypatch):
    study, tables, log = delivered
    right = fate_of(score_delivery(study), 4)
    assert (right["wrongly changed"], right["missed"]) == (0, 0)
    line = log[
        (log["kind"] == "4")
        & (log["variable"] == "wage_now")
        & log["key"].isin(tables["participants"].kept["_key"])
    ].iloc[0]
    wrong = score_with(
        delivered, monkeypatch, lambda table: put(table, line["key"], "wage_now", float(line["true"]) * 10)
    )
    assert fate_of(wrong, 4)["wrongly changed"] == 1
    assert not totals_of([wrong]).is_good


def test_what_nobody_names_is_missed(delivered, monkeypatch):
    study, _, _ = delivered
    right = fate_of(score_delivery(study), 23)
    silent = score_with(
        delivered,
        monkeypatch,
        lambda table: replace(
            table, review=table.review.head(0), findings=table.findings.head(0), reasons=table.reasons.head(0)
        ),
    )
    assert right["reported"] > fate_of(silent, 23)["reported"]
    assert fate_of(silent, 23)["missed"] > 0


def test_a_row_that_was_set_aside_for_nothing_is_seen(delivered, monkeypatch):
    def drop(table):
        first = table.kept["_key"].iloc[0]
        rows = table.changed["row"].to_numpy()
        kept = table.kept.iloc[1:].reset_index(drop=True)
        changed = table.changed[rows > 0].assign(row=lambda frame: frame["row"] - 1)
        aside = pd.concat(
            [
                table.aside,
                table.aside.head(1).assign(**{name: table.kept[name].iloc[0] for name in PLACE}, _key=first),
            ]
        )
        return replace(table, kept=kept, changed=changed, aside=aside)

    score = score_with(delivered, monkeypatch, drop)
    assert {line[-1] for line in score.changed} == {"the row was set aside"}
    assert len(score.changed) > 50


def test_a_cohort_without_truth_has_no_score():
    with pytest.raises(ValueError, match="nobody knows its truth"):
        score_delivery(load_study("nsw-1976", root=ROOT))


def test_the_command_ends_with_totals_and_fails_when_something_is_wrong(delivered, monkeypatch, capsys):
    study, _, _ = delivered
    score = score_delivery(study)
    for shown, code in ((score, 0), (replace(score, changed=[("participants", "P1", "sex", "1", "2")]), 1)):
        monkeypatch.setattr(
            score_runs, "score_shipped", lambda root, shown=shown: iter([("trial-synthetic", shown)])
        )
        monkeypatch.setattr(
            score_runs, "outliers_shipped", lambda root: "amounts far from all others: 1 of 2"
        )
        monkeypatch.chdir(ROOT)
        assert score_runs.main([]) == code
        said = capsys.readouterr().out.strip().splitlines()
        assert said[0].split() == [
            "kind",
            "what",
            "injected",
            "repaired",
            "reported",
            "missed",
            "wrongly",
            "changed",
        ]
        assert said[-2].startswith("total of 1 cohorts: ")
        assert f"{len(shown.changed)} changed" in said[-2]
        assert said[-1] == "amounts far from all others: 1 of 2"
    table = score.table
    assert (table[list(scoring.FATES)].sum(axis=1) == table["injected"]).all()
    assert table["what"].notna().all()
    assert np.isclose(
        totals_of([score]).share, table[["repaired", "reported"]].to_numpy().sum() / table["injected"].sum()
    )
