"""Deliveries of simulated cohorts: who did not answer, and untidy files that are read back or reported."""

from dataclasses import replace

import numpy as np
import pytest
import yaml
from test_synthetic_mess import FOLDER, MAIN, loaded, log_of, only, plan, written

from conftest import ROOT
from manfaat.analysis import study as studies
from manfaat.cleaning import canonical
from manfaat.simulation import blocks
from manfaat.simulation.delivery import write_delivery
from manfaat.simulation.exports import Layout
from manfaat.simulation.mess.rendering import Rendering
from manfaat.simulation.people import FATES
from manfaat.simulation.truth import Measures
from manfaat.simulation.writing import table_blocks

pytestmark = pytest.mark.simulation


@pytest.fixture(scope="module")
def study():
    return loaded(FOLDER, ROOT)


def deliver(tmp_path, study, made, layout):
    """Write a delivery and open it as a cohort."""
    write_delivery(
        tmp_path / "raw" / "trial-synthetic", made, Measures(study.programme, study.lines, FOLDER), layout
    )
    return studies.load_study("trial-synthetic", data_dir=str(tmp_path), root=ROOT)


def cleaned(cohort):
    delivery = studies.read_raw(cohort)
    return delivery, studies.clean_tables(cohort, delivery)


def test_people_without_consent_leave_a_row_without_answers_that_is_set_aside(study, tmp_path):
    made = plan(study, 150)
    cohort = deliver(tmp_path, study, made, Layout(level=""))
    block = next(blocks(made))
    counts = np.bincount(block.fates, minlength=len(FATES))
    assert (counts > 0).all()
    delivery, tables = cleaned(cohort)
    assert len(delivery.tables[MAIN]) == counts[0] + counts[3]
    assert len(tables[MAIN].kept) == counts[0]
    aside = tables[MAIN].aside
    assert aside["rule"].tolist() == ["no consent"] * counts[3]
    rows = delivery.tables[MAIN]
    declined = rows[rows["consent"] == "2"]
    known = {
        "resp_id",
        "grp",
        "consent",
        *study.simulation.response.consent.before,
        "_file",
        "_sheet",
        "_row",
    }
    assert (declined.drop(columns=list(known)) == "").all().all()
    assert (declined[["resp_id", "grp", "int_date", "enum_id"]] != "").all().all()
    assert set(delivery.tables["supervisors"]["resp_id"]) <= set(tables[MAIN].kept["resp_id"])


def test_denominators_are_those_of_the_simulation(study, tmp_path):
    made = plan(study, 150)
    cohort = deliver(tmp_path, study, made, Layout(level="")).cohort
    block = next(blocks(made))
    took_part = block.people.values["grp"] == 1
    reached = block.fates != FATES.index("not_reached")
    assert (cohort.denominators.trained, cohort.denominators.invited, cohort.denominators.reached) == (
        150,
        150,
        (took_part & reached).sum(),
    )
    assert [(step.participants, step.comparison) for step in cohort.flow] == [
        (150, (~took_part).sum()),
        ((took_part & reached).sum(), (~took_part & reached).sum()),
    ]


def test_nothing_may_be_recorded_of_those_who_did_not_answer(study, tmp_path):
    cohort = deliver(tmp_path, study, plan(study, 30), Layout(level="", recorded=False))
    assert cohort.cohort.flow == []
    assert cohort.cohort.denominators.reached is None
    assert "nothing was recorded" in cohort.cohort.denominators.because.en
    last = (tmp_path / "raw" / "trial-synthetic" / "truth" / "errors.csv").read_text().splitlines()[-1]
    assert last.split(",")[5:8] == ["66", "report", "cohort.yml"]
    folder = tmp_path / "raw" / "trial-synthetic"
    assert (
        yaml.safe_load((folder / "cohort.yml").read_text(encoding="utf-8"))["denominators"]["trained"] is None
    )


UNTIDY = {
    "sections above questions": Layout(
        level="", rendering=Rendering(answers="id"), headers="id", sections=True
    ),
    "a column twice and identity numbers": Layout(
        level="", twice=("wage_now",), numbers=True, rendering=Rendering(version="1")
    ),
    "sheets by cohort": Layout(
        level="",
        formats={MAIN: "xlsx"},
        sheets="cohort",
        rendering=Rendering(answers="id"),
        titles=("Data (sintetis)",),
    ),
    "thousands": Layout(level="", thousands=("wage_now", "bonus_yr")),
    "thousands in a workbook": Layout(level="", formats={MAIN: "xlsx"}, thousands=("hhinc_pre", "wage_pre")),
    "UTF-16": Layout(level="", encoding="utf-16", line_end="\r\n", last_end=False),
    "Windows-1252": Layout(level="", encoding="cp1252", separator=";"),
    "Shift-JIS": Layout(level="", encoding="shift_jis"),
}


@pytest.mark.parametrize("name", UNTIDY)
def test_untidy_files_are_read_back(study, tmp_path, name):
    layout, made = UNTIDY[name], plan(study, 60)
    _, tables = cleaned(deliver(tmp_path, study, made, layout))
    for block in blocks(made):
        for part in table_blocks(block, made, study.codebook):
            agreed = part.canonical["consent"].texts() != "2" if "consent" in part.canonical else slice(None)
            kept, keys = tables[part.name].kept.set_index("resp_id"), part.keys.texts()[agreed]
            assert sorted(kept.index) == sorted(keys)
            for variable in kept.columns.intersection(list(part.canonical)):
                assert [canonical(value) for value in kept[variable].reindex(keys)] == list(
                    part.canonical[variable].texts()[agreed]
                ), variable


@pytest.mark.parametrize("answers", ["code", "id"])
def test_forms_of_both_versions_in_one_file_are_read_by_their_own_codes(
    study, tmp_path, monkeypatch, answers
):
    only(monkeypatch, {65: 0.3})
    made = plan(study, 60, form_ver="1")
    folder = tmp_path / "raw" / "trial-synthetic"
    _, tables = cleaned(
        deliver(tmp_path, study, made, Layout(level="high", rendering=Rendering(answers=answers)))
    )
    kept = tables[MAIN].kept.set_index("resp_id")
    log = [line for line in log_of(folder / "truth", MAIN) if line["key"] in kept.index]
    assert {line["kind"] for line in log} == ({"24", "25", "65"} if answers == "code" else {"24", "65"})
    assert (
        sum("(" in line["raw"] for line in log if line["variable"] == "form_ver") > 5
    )  # "v2 (2003)" is a version too
    for line in log:
        assert canonical(kept.loc[line["key"], line["variable"]]) == line["true"], line
    block = next(blocks(made))
    part = next(table_blocks(block, made, study.codebook))
    logged = {(line["key"], line["variable"]) for line in log}
    for variable, column in part.canonical.items():
        texts = dict(zip(part.keys.texts(), column.texts(), strict=True))
        assert all(
            canonical(value) == texts[key]
            for key, value in kept.get(variable, {}).items()
            if (key, variable) not in logged
        )


def test_rows_that_decimal_commas_break_are_set_aside_by_their_number(study, tmp_path, monkeypatch):
    only(monkeypatch, {51: 0.02})
    folder = tmp_path / "raw" / "trial-synthetic"
    delivery, tables = cleaned(deliver(tmp_path, study, plan(study, 60), Layout(level="high", broken=True)))
    for table in (MAIN, "supervisors"):
        broken = {(line["row"], line["key"]) for line in log_of(folder / "truth", table)}
        aside = delivery.left_out[
            (delivery.left_out["table"] == table) & (delivery.left_out["rule"] == "ragged row")
        ]
        assert {str(row) for row in aside["row"]} == {row for row, _ in broken} != set()
        assert not {key for _, key in broken} & set(tables[table].kept["resp_id"])


def test_a_long_file_is_refused_by_name(study, tmp_path):
    cohort = deliver(tmp_path, study, plan(study, 30), Layout(level="", long=True))
    with pytest.raises(Exception, match="the column is missing"):
        studies.read_raw(cohort)


def test_a_log_of_another_seed_is_another_log(study, tmp_path):
    one, two = (written(tmp_path / str(seed), study, plan(study, 30, seed), Layout()) for seed in (1, 2))
    assert (one / "errors.csv").read_bytes() != (two / "errors.csv").read_bytes()
    same = written(tmp_path / "again", study, replace(plan(study, 30, 1)), Layout())
    assert (one / "errors.csv").read_bytes() == (same / "errors.csv").read_bytes()
