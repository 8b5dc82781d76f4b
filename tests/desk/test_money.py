"""Which currency a column is in, by what people write; and that weights, cups and dates are no money."""

import csv

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from manfaat.analysis.study import check_study, load_study
from manfaat.cli import app
from manfaat.definitions.study import DECIDE
from manfaat.desk.drafts import guessed_kind
from manfaat.desk.money import currency_of
from manfaat.desk.scaffold import drafted


@pytest.mark.parametrize(
    ("texts", "code"),
    [
        (["KSh 12,500", "9,700/=", "8,000", "Kshs. 4,400"], "KES"),
        (["TSh 500", "900/="], "TZS"),
        (["9,700/="], ""),  # three countries write so
        (["1.200,50 €", "€ 80", "EUR 12"], "EUR"),
        (["₹ 1,25,000", "Rs 500"], "INR"),
        (["S/ 20", "S/ 35"], "PEN"),
        (["120 kr"], ""),
        (["$20"], ""),
        (["2 cups", "3 cups"], ""),
        (["3 pens"], ""),
        (["12 L", "9 L"], ""),
        (["12 kg", "4 kg"], ""),
        (["12/05/2023"], ""),
        (["40%"], ""),
        (["VT000", "VT001", "VT112"], ""),  # numbers of respondents, and the vatu of Vanuatu
        (["VT 1,200", "VT 900"], "VUV"),
        (["KSh 012", "KSh 013"], ""),
        ([], ""),
    ],
)
def test_currency_by_what_stands_beside_the_amounts(texts, code):
    assert currency_of(texts) == code


@pytest.mark.parametrize(
    ("texts", "kind"),
    [
        (["KSh 12,500", "9,700/=", "8,000", "Kshs. 4,400"], "money"),
        (["1.200,50 €", "€ 80", "€ 95"], "money"),
        (["2 cups", "3 cups", "1 cup", "9 cups"], "text"),
        (["12 kg", "4 kg", "9 kg"], "text"),
    ],
)
def test_a_column_of_any_currency_is_drafted_as_money(texts, kind):
    assert guessed_kind(pd.Series(texts * 20)) in ((kind,) if kind == "money" else (kind, "select_one"))


def test_the_draft_names_the_currency_in_the_unit(tmp_path):
    path = tmp_path / "ke.csv"
    rows = [{"id": f"K{at}", "Income per month": f"KSh {4 + at},{at % 10}00"} for at in range(40)]
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    study, _ = drafted(form=None, data=path)
    (line,) = [one for one in study.draft.variables if "income" in one["name"]]
    assert (line["type"], line["unit"]) == ("money", "kes_month")


def kenyan(path, n=120):
    """A delivery in shillings, as people write them; training adds 2,600 a month."""
    draw = np.random.default_rng(4)
    ways = ["KSh {:,}", "{:,}/=", "{:,}", "Kshs. {:,}"]
    rows = []
    for at in range(n):
        before = int(draw.integers(40, 90)) * 100
        now = before + int(draw.integers(-10, 25)) * 100 + 2600 * (at % 2)
        rows.append(
            {
                "Reg No": f"K/{at:03d}",
                "Date": f"{1 + at % 28:02d}/{5 + at % 2:02d}/2023",
                "Age": str(17 + at % 12),
                "Status": "Trained" if at % 2 else "Waiting list",
                "Income per month before": ways[at % 4].format(before),
                "Income per month now": ways[(at + 1) % 4].format(now),
            }
        )
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return path


DECIDED = {
    f"{DECIDE} output, outcome or impact": "outcome",
    f"'{DECIDE} first day of the interviews, like 2023-05-31'": "2023-05-01",
    f"'{DECIDE} last day of the interviews, like 2023-05-31'": "2023-06-28",
}


def test_a_delivery_in_shillings_becomes_a_programme_that_check_accepts(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("programmes", "data/raw", "notebooks"):
        (tmp_path / name).mkdir(parents=True)
    kenyan(tmp_path / "ke.csv")
    run = CliRunner()
    for arguments in (
        ["new", "kenya", "--data", "ke.csv"],
        ["new-cohort", "kenya-synthetic", "--programme", "kenya", "--data", "ke.csv"],
    ):
        assert run.invoke(app, arguments).exit_code == 0
    folders = [tmp_path / "programmes/kenya", tmp_path / "data/raw/kenya-synthetic"]
    for path in [path for folder in folders for path in folder.iterdir() if path.name != "ke.csv"]:
        text = path.read_text(encoding="utf-8")
        for mark, decided in DECIDED.items():
            text = text.replace(mark, decided)
        lines = [line.partition(f"  # {DECIDE}")[0].replace(DECIDE, "") for line in text.splitlines()]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    told = run.invoke(app, ["check", "kenya-synthetic"])
    assert told.exit_code == 0, told.output
    study = load_study("kenya-synthetic", root=tmp_path)
    assert (study.programme.prices.nominal_within, study.programme.prices.base_year) == (2, 2023)
    built = check_study(study)
    assert built["income_month_now"].notna().all()
    gain = built.groupby("group")["income_month_now"].mean()
    assert abs(gain["trained"] - gain["waiting_list"] - 2600) < 700
