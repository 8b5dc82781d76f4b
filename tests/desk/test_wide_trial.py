"""A wide invented trial, firms in three rounds: few marks, and what a person would have proposed."""

import csv

import numpy as np
import pandas as pd
import pytest

from manfaat.desk.naming import chosen_name, time_of
from manfaat.desk.scaffold import marks_below, new_programme

pytestmark = pytest.mark.slow

N, ROUNDS = 60, (1, 2, 3)
AGREE = ["Strongly disagree", "Disagree", "Neither agree nor disagree", "Agree", "Strongly agree"]
OFTEN = ["Tidak pernah", "Jarang", "Kadang-kadang", "Sering", "Selalu"]
MOST_MARKS = 40


def trial():
    """110 columns of 60 firms in three rounds, as a survey program exports them."""
    draw = np.random.default_rng(1)
    rows = []
    for firm in range(N):
        treated, weight = firm % 2, round(float(draw.uniform(0.5, 3)), 4)
        for at in ROUNDS:
            row = {
                "firm_id": 1000 + firm,
                "round": at,
                "treatment": treated,
                "assigned_treatment": (firm + firm // 9) % 2,
            }
            row |= {
                "stratum": firm % 5,
                "samp_weight": weight,
                "gender": ["F", "Female", "female", "M", "Male"][firm % 5],
            }
            row |= {
                "owner_age": "Refusal" if firm == 7 else 25 + firm % 30,
                "profit": int(draw.integers(100, 900)) + 50 * treated,
            }
            row |= {f"yn_{k}": ["Yes", "No", "yes", "DontKnow"][int(draw.integers(0, 4))] for k in range(17)}
            row |= {f"own_{k}": int(draw.integers(0, 2)) for k in range(20)}
            row |= {f"att_{k}": AGREE[int(draw.integers(k % 2, 5))] for k in range(12)}
            row |= {f"freq_{k}": OFTEN[int(draw.integers(0, 5))] for k in range(8)}
            row |= {f"amount_{k}": int(draw.choice([-99, 5, 10, 20, 40, 80])) for k in range(24)}
            row |= {f"share_{k}": round(float(draw.uniform()), 3) for k in range(15)}
            row |= {"q17_how_much_do_you_pay_your_workers_per_month": int(draw.integers(50, 99))}
            row |= {
                "Mean sales (last 3 months)": round(float(draw.uniform(10, 90)), 2),
                "tidak_tahu": ["Ya", "Tidak", "Tidak tahu"][at - 1],
            }
            row |= {"Name of owner": f"Owner {firm}", "remarks": f"Remark {firm} of {at}: nothing else"}
            rows.append(row)
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def drafted(tmp_path_factory):
    root = tmp_path_factory.mktemp("wide")
    (root / "programmes").mkdir()
    trial().to_csv(root / "trial.csv", index=False)
    folder, study, _ = new_programme("wide", root, form=None, data=root / "trial.csv")
    with (folder / "codebook.csv").open(encoding="utf-8") as stream:
        lines = {line["name"]: line for line in csv.DictReader(stream)}
    return folder, study, lines


def test_few_marks_on_more_than_a_hundred_columns(drafted):
    folder, _, lines = drafted
    assert len(lines) > 100
    assert marks_below(folder) <= 10 < MOST_MARKS


def test_the_study_is_recognised(drafted):
    folder, study, _ = drafted
    found = study.main
    assert (found.key, found.panel, found.unit) == (["firm_id", "round"], ("firm_id", "round"), "firm")
    assert (found.group, found.participants, found.comparison) == ("treatment", ["1"], ["0"])
    assert (found.offer, found.strata, found.weight) == ("assigned_treatment", "stratum", "samp_weight")
    assert "assigned: assigned_treatment  # DECIDE" in (folder / "programme.yml").read_text()
    assert (found.outcome, found.covariates) == ("profit", ["owner_age", "gender"])


def test_lists_are_shared_and_in_their_order(drafted):
    _, study, lines = drafted
    assert {line["type"] for name, line in lines.items() if name.startswith(("yn_", "own_"))} == {
        "select_one yes_no"
    }
    listed = {line["list_name"] for line in study.draft.choices}
    assert listed == {"yes_no", "sex", "agreement", "frequency"}
    answers = [line["label::English (en)"] for line in study.draft.answers("agreement")]
    assert answers == AGREE
    assert [line["label::Bahasa Indonesia (id)"] for line in study.draft.answers("frequency")] == OFTEN
    assert [line["name"] for line in study.draft.answers("sex")] == ["female", "male"]


def test_numbers_are_numbers_and_no_answers_have_their_reason(drafted):
    folder, _, lines = drafted
    assert {lines[f"amount_{k}"]["type"] for k in range(24)} == {"integer"}
    assert {lines[f"amount_{k}"]["missing"] for k in range(24)} == {"no_answer"}
    assert {lines[f"share_{k}"]["type"] for k in range(15)} == {"decimal"}
    assert (lines["owner_age"]["type"], lines["owner_age"]["missing"]) == ("integer", "Refusal=refused")
    assert lines["yn_0"]["missing"] == "DontKnow=dont_know"
    assert lines["tidak_tahu"]["missing"] == "Tidak tahu=dont_know"
    assert "no_answer: -99=blank  # DECIDE" in (folder / "programme.yml").read_text()


def test_names_are_those_a_person_would_choose(drafted):
    _, _, lines = drafted
    assert {"pay_workers_month", "mean_sales"} <= set(lines)
    assert lines["name_of_owner"]["role"] == "identifier"


@pytest.mark.parametrize(
    ("column", "label", "name"),
    [
        ("Q17. How much do you earn per month?", "", "earn_month"),
        ("q17", "How much do you earn per month?", "earn_month"),
        ("re74", "Real earnings 1974", "re74"),
        ("I am confident that I can earn a living [before]", "", "confident_earn_before"),
        ("Berapa penghasilan Anda per bulan sebelum pelatihan (Rp)?", "", "penghasilan_bulan_before"),
        ("v101", "AGE OF RESPONDENT", "age"),
        ("2. Sex", "", "sex"),
        ("wage_now", "", "wage_now"),
    ],
)
def test_a_name_is_made_of_what_a_question_is_about(column, label, name):
    assert chosen_name(column, label, set()) == name


def test_a_time_is_told_once():
    assert time_of("Income before the training") == ("before", "Income")
    assert time_of("Now and before")[0] == ""
