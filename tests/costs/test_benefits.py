"""The chapters on cost and value from a simulated delivery: planted truth, privacy, context, and programmes
without costs.
"""

import json
import re
import shutil

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from conftest import ROOT, Finished, seal
from manfaat.base.problems import ProblemsError
from manfaat.costs import basis as bases
from manfaat.costs.double_benefit import double_benefit
from manfaat.costs.flows import SOCIETY
from manfaat.costs.indicators import cost_indicators, for_accounts, trainees
from manfaat.costs.ledger import open_accounts
from manfaat.definitions.context import read_context, read_ties
from manfaat.evaluation.associations import associations, correlation
from manfaat.evaluation.sample import participation
from manfaat.report import (
    benefit_exhibits,
    cost_exhibits,
    cost_sentences,
    model_exhibits,
    setting,
    unpriced,
    value_exhibits,
    value_words,
)
from manfaat.report.cost_words import Teller
from manfaat.report.reader import Reader
from manfaat.report.words import LANGUAGES, Language
from manfaat.simulation.truth import Measures

FOLDER = ROOT / "programmes/jakarta-tokyo"


@pytest.fixture(scope="module")
def delivered(tmp_path_factory):
    """A simulated delivery of 130 trainees, cleaned, with its indicators and the definitions it was made
    from.
    """
    from manfaat.analysis import study as studies
    from manfaat.definitions.codebook import load_codebook
    from manfaat.definitions.prices import house_series
    from manfaat.definitions.programme import load_programme
    from manfaat.indicators import load_indicators
    from manfaat.simulation import Plan, load_simulation
    from manfaat.simulation.delivery import write_delivery
    from manfaat.simulation.exports import Layout

    base = tmp_path_factory.mktemp("benefits")
    programme, _ = load_programme(FOLDER, root=ROOT)
    codebook, _ = load_codebook(FOLDER, programme, root=ROOT)
    lines, _ = load_indicators(FOLDER, programme, codebook, root=ROOT)
    simulation, problems = load_simulation(FOLDER, programme, codebook, root=ROOT)
    assert problems == []
    series = {
        name: {int(year): float(value) for year, value in found.items()}
        for name, found in house_series().items()
    }
    plan = Plan(simulation, codebook, programme.main_table, series, 130, 11, "")
    write_delivery(
        base / "raw" / "trial-synthetic", plan, Measures(programme, lines, FOLDER), Layout(level="")
    )
    study = studies.load_study(
        "trial-synthetic", data_dir=str(base), reports_dir=str(base / "reports"), root=ROOT
    )
    tables = studies.clean_tables(study, studies.read_raw(study))
    table = studies.build(study, tables["participants"].kept, {"supervisors": tables["supervisors"].kept})
    return study, tables, table, simulation


def own_of(study, table):
    """The rows of those who took part."""
    return table[(participation(table, study.programme) == 1).to_numpy()]


def planted(simulation, table="costs") -> dict[str, float]:
    """What the listing of the simulation implies for one trainee, at the middle of each range: real rupiah of
    2004 by payer.

    The yen lines at Japanese prices of 2004 on average and the rate of 2004; the rupiah lines keep their
    nominal amounts.
    """
    listing = next(entry for entry in simulation.listings if entry.table == table)
    per_trainee = {"1": 1 / 10, "2": 1.0, "3": 10.0}  # per cohort of 8 to 12; per trainee; per month of 10
    found: dict[str, float] = {}
    for line in listing.lines:
        if line.values["item"] != "15" and line.values["currency"] == "JPY":
            found[line.values["funder"]] = (
                found.get(line.values["funder"], 0.0)
                + np.mean(line.values["amount"]) * per_trainee[line.values["basis"]]
            )
    return found


@pytest.mark.slow
def test_the_accounts_find_the_cost_that_was_planted(delivered):
    study, tables, _, simulation = delivered
    accounts = open_accounts(study, tables["costs"].kept)
    lines = accounts.lines
    # 120,000 + (90,000 + 50,000) × 10 + 600,000 + 300,000 / 10 = ¥2,150,000 a trainee, all paid by the host
    assert planted(simulation) == {"1": pytest.approx(2_150_000)}
    yen = float(sum(lines.loc[lines["currency"] == "JPY", "paid"])) / trainees(lines)
    assert yen == pytest.approx(2_150_000, rel=0.03)
    assert set(lines.loc[lines["currency"] == "JPY", "payer"]) == {"1"}
    assert accounts.sheet.aside.empty
    assert accounts.slips.empty
    assert len(accounts.alternatives) == 13
    assert len(lines) == 130
    # rupiah lines at the middle of their ranges, before 2004: a host that pays about nine tenths
    shares = for_accounts(accounts, bases.for_later(study, delivered[2])).set_index("name")["value"]
    assert 0.85 < shares["share of host"] < 0.95
    assert shares["share of host"] + shares["share of sender"] + shares["share of employer"] + shares[
        "share of trainee"
    ] == pytest.approx(1)
    assert cost_indicators(lines, accounts.money.sheet, {}, {}).loc[0, "value"] == pytest.approx(
        lines["real"].sum() / trainees(lines)
    )


@pytest.mark.slow
def test_means_of_answers_hide_small_groups_and_have_the_right_interval(delivered):
    study, _, table, _ = delivered
    found = bases.for_later(study, table).set_index(["name", "group"])
    values = own_of(study, table)["completed"].dropna().astype(float)
    # statsmodels.stats.proportion.proportion_confint(k, n, method="wilson")
    from statsmodels.stats.proportion import proportion_confint

    low, high = proportion_confint(int(values.sum()), len(values), method="wilson")
    assert found.loc[("completed", "participants"), ["ci_low", "ci_high"]].tolist() == pytest.approx(
        [low, high]
    )
    assert found.loc[("completed", "participants"), "n"] == len(values)
    hours = own_of(study, table)["training_hours"].dropna().astype(float)
    expected = stats.t.interval(0.95, len(hours) - 1, hours.mean(), stats.sem(hours))
    assert found.loc[("training_hours", "participants"), ["ci_low", "ci_high"]].tolist() == pytest.approx(
        list(expected)
    )
    few = bases.basis(table.head(4), ["completed", "training_hours"], study.programme)
    assert few.empty


@pytest.mark.slow
def test_firms_are_counted_and_never_named(delivered):
    study, tables, table, _ = delivered
    found = bases.techniques_for_later(study, table, tables["participants"].kept)
    firms = set(tables["participants"].kept["firm_id"].dropna())
    assert not firms & set(found.astype(str).to_numpy().ravel())
    assert (found["forms"] >= 5).all()
    assert (found["still"] <= found["adopted"]).all()
    assert (found["firms"] <= found["still"]).all()
    assert (
        found["forms"].sum()
        == own_of(study, table)[["any_technique", "since_month"]].notna().all(axis=1).sum()
    )
    assert bases.techniques_by_year(
        table.head(3),
        study.programme.worth.technology,
        tables["participants"].kept["firm_id"].head(3),
        study.programme,
    ).empty


@pytest.mark.slow
def test_bad_lines_of_a_delivered_sheet_are_named_and_counted_nowhere(delivered, tmp_path):
    from manfaat.analysis import study as studies

    folder = tmp_path / "raw" / "trial-synthetic"
    shutil.copytree(delivered[0].places.raw, folder)
    sheet = pd.read_csv(folder / "costs.csv", dtype=str, keep_default_na=False)
    wrong = {
        "amount": "-5",
        "shared": "1.2",
        "year_paid": "",
        "currency": "EUR",
        "n_covered": "0",
        "basis": "per kepala",
    }
    for row, (column, value) in enumerate(wrong.items()):
        sheet.loc[row, column] = value
    sheet.loc[11, "currency"] = "IDR"  # was yen
    sheet.to_csv(folder / "costs.csv", index=False)
    seal(folder)
    study = studies.load_study("trial-synthetic", data_dir=str(tmp_path), root=ROOT)
    part = studies.clean_tables(study, studies.read_raw(study))["costs"]
    accounts = open_accounts(study, part.kept, part.reasons)
    aside = accounts.sheet.aside.set_index("line")
    assert aside["column"].tolist() == list(wrong)
    assert aside.index.tolist() == ["K0001", "K0002", "K0003", "K0004", "K0005", "K0006"]
    assert set(aside.drop("K0003")["reason"]) == {"waits"}
    assert aside.loc["K0003", "reason"] == "no_year"
    assert accounts.slips["line"].tolist() == ["K0012"]
    assert accounts.lines.set_index("line").loc["K0012", "currency"] == "IDR"  # proposed, not made
    teller = Teller(Reader("en", study), accounts)
    told = " ".join(cost_sentences.cost_caveats(teller))
    assert (
        "Of the cost lines 6 could not be placed; they are in none of these numbers"
        in cost_sentences.cost_headline(teller)
    )
    shown = next(exhibit for exhibit in cost_exhibits.payer_exhibits(teller) if exhibit.id == "cost-shares")
    assert [year for year in shown.data["year"] if year.endswith("*")] == ["1990*", "All years*"]
    assert "incomplete" in shown.caption
    halves = {
        half.name: half
        for half in double_benefit(
            accounts, bases.for_later(study, delivered[2]), study.programme.worth.technology
        )
    }
    assert (halves["host"].grade, halves["host"].why) == ("suggested", "incomplete")
    assert "Of the amounts 1 looks like a slip" in told


# --- associations


def test_correlation_against_another_implementation():
    random = np.random.default_rng(4)
    first = random.normal(size=40)
    second = 0.5 * first + random.normal(size=40)
    found = correlation(first, second, 0.95, 0.8)
    other = stats.pearsonr(first, second)  # scipy.stats.pearsonr(...).confidence_interval(0.95) is Fisher's
    assert found["r"] == pytest.approx(other.statistic)
    assert [found["ci_low"], found["ci_high"]] == pytest.approx(list(other.confidence_interval(0.95)))
    assert correlation(first[:9], second[:9], 0.95, 0.8)["reason"] == "too few"
    assert correlation(first, np.ones(40), 0.95, 0.8)["reason"] == "all alike"
    # 40 pairs find 0.43 with 80 % power: tanh((1.96 + 0.84) / √37)
    assert found["mde"] == pytest.approx(np.tanh((1.959964 + 0.841621) / np.sqrt(37)), abs=1e-6)


@pytest.mark.slow
def test_associations_are_of_participants_and_adjusted_for_all_pairs(delivered):
    study, _, table, _ = delivered
    model = study.programme.worth.model
    found = associations(table, model.features, model.outcomes, study.programme)
    assert len(found) == len(model.features) * len(model.outcomes)
    own = own_of(study, table)
    row = found[(found["feature"] == "training_hours") & (found["outcome"] == "promoted")].iloc[0]
    assert row["n"] == own[["training_hours", "promoted"]].notna().all(axis=1).sum()
    both = associations(
        table, ["log_pay_gain"], ["promoted"], study.programme
    )  # which the comparison group has too
    assert both["n"].tolist() == [own[["log_pay_gain", "promoted"]].notna().all(axis=1).sum()]
    known = found["p_value"].notna()
    smallest = found.loc[known, "p_value"].min()
    assert found.loc[found["p_value"].idxmin(), "p_adjusted"] == pytest.approx(
        min(1, smallest * known.sum())
    )  # Holm's first step


# --- the chapters


@pytest.fixture(scope="module", params=LANGUAGES)
def chapter(request, delivered):
    """All exhibits and sentences of the chapters on cost and value, in both languages."""
    from manfaat.costs.flows import Terms
    from manfaat.costs.valuation import value_programme
    from manfaat.evaluation.estimate import Settings
    from manfaat.evaluation.ladder import estimate_stages

    study, tables, table, _ = delivered
    language, worth = Language(request.param), study.programme.worth
    accounts, means = open_accounts(study, tables["costs"].kept), bases.for_later(study, table)
    settings = Settings("trial", study.cohort.assignment, study.primary)
    estimates = estimate_stages(
        table, study.programme, list(study.indicators), settings, stages=("output", "outcome", "impact")
    )
    terms = Terms(0.05, 10, 0.05)
    valuation = value_programme(study, accounts, means, estimates, terms, assumed_gain=0.05)
    teller = value_words.ValueTeller(Reader(language.code, study), valuation)
    words = Teller(Reader(language.code, study), accounts)
    halves = double_benefit(accounts, means, worth.technology)
    indicators = for_accounts(accounts, means)
    advice = benefit_exhibits.advice(study, means, indicators)
    pairs = associations(table, worth.model.features, worth.model.outcomes, study.programme)
    techniques = bases.techniques_for_later(study, table, tables["participants"].kept)
    shown = [
        *setting.ties_exhibits(Reader(language.code, study)),
        *model_exhibits.model_table(Reader(language.code, study), means, 0.95),
        *model_exhibits.association_figure(Reader(language.code, study), pairs, 0.95),
        *cost_exhibits.payer_exhibits(words),
        *cost_exhibits.indicator_table(indicators, words),
        *cost_exhibits.item_table(words),
        *cost_exhibits.ledger_exhibits(words),
        *value_exhibits.scenario_table(teller),
        *value_exhibits.viewpoint_exhibits(teller),
        *value_exhibits.party_table(teller),
        *value_exhibits.drawn_exhibits(teller, seed=1, draws=2_000),
        *value_exhibits.sensitivity_exhibits(teller),
        *unpriced.unpriced_table(teller),
        *value_exhibits.effectiveness_exhibits(teller),
        *value_exhibits.place_exhibits(words),
        *benefit_exhibits.technique_table(Reader(language.code, study), techniques),
        *benefit_exhibits.halves_table(Reader(language.code, study), halves),
        *benefit_exhibits.advice_table(Reader(language.code, study), advice),
    ]
    said = [
        cost_sentences.cost_headline(words),
        *cost_sentences.cost_caveats(words),
        value_words.value_headline(teller),
        *value_words.value_caveats(teller),
        *unpriced.value_bullets(teller),
        *benefit_exhibits.benefit_sentences(Reader(language.code, study), accounts, means, estimates, halves),
        model_exhibits.association_sentence(Reader(language.code, study), pairs, 0.95),
    ]
    return language, shown, said, valuation


@pytest.mark.slow
def test_every_exhibit_has_words_numbers_and_no_identifier(chapter, delivered):
    language, shown, said, _ = chapter
    ids = [exhibit.id for exhibit in shown]
    assert len(set(ids)) == len(ids) >= 24
    respondents = set(delivered[1]["participants"].kept["resp_id"]) | set(
        delivered[1]["participants"].kept["firm_id"].dropna()
    )
    for exhibit in shown:
        assert exhibit.title
        assert exhibit.caption
        if exhibit.is_figure:
            assert len(re.findall(r"\d", exhibit.alt)) >= 3, exhibit.id
            assert len(exhibit.svg) > 2_000
        text = exhibit.text + exhibit.data.to_csv()
        assert not re.findall(r"[{}]|\bnan\b|<NA>", exhibit.text), exhibit.id
        assert not respondents & set(re.findall(r"[\w-]+", text)), exhibit.id
        if exhibit.id not in ("ties", "ties-list"):
            assert ("Synthetic data" if language.code == "en" else "Data sintetis") in exhibit.caption, (
                exhibit.id
            )
    assert all(said)
    assert not [text for text in said if re.search(r"[{}]|\bnan\b", text)]


@pytest.mark.slow
def test_real_figures_name_index_rate_and_base_year(chapter):
    language, shown, _, _ = chapter
    by_id = {exhibit.id: exhibit for exhibit in shown}
    index = "Consumer prices of Indonesia" if language.code == "en" else "Harga konsumen Indonesia"
    rate = language.say("exchange rate of the year of payment")
    for name in (
        "payers",
        "cost-shares",
        "waterfall",
        "cost-indicators",
        "scenarios",
        "viewpoints",
        "tornado",
        "npv-distribution",
        "cost-effectiveness",
        "place-costs",
    ):
        assert all(word in by_id[name].caption for word in ("2004", index, rate)), name


@pytest.mark.slow
def test_without_a_lottery_benefits_are_scenarios_and_called_that(chapter):
    language, shown, said, valuation = chapter
    assert not valuation.found.is_causal
    word = "scenario" if language.code == "en" else "skenario"
    assert any(word in text and "Rp" in text for text in said)
    assert word in next(exhibit for exhibit in shown if exhibit.id == "scenarios").title.lower()
    assert word in next(exhibit for exhibit in shown if exhibit.id == "npv-distribution").caption.lower()


@pytest.mark.slow
def test_rows_of_the_shown_viewpoints_add_up(chapter):
    _, shown, _, _ = chapter
    data = next(exhibit for exhibit in shown if exhibit.id == "viewpoints").data
    parties = [name for name in data.columns if name not in ("name", "society")]
    assert (data[parties].sum(axis=1) == data["society"]).all()
    shares = next(exhibit for exhibit in shown if exhibit.id == "cost-shares").data
    assert (shares.drop(columns=["year", "real"]).sum(axis=1).round(6) == 100).all()


def test_programmes_without_costs_say_so_and_stop_gracefully(finished: Finished):
    for cohort in ("nsw-1976", "michigan-1987-89"):
        page = finished.page(cohort)
        assert page.count("No costs were delivered for") == 2  # chapters 3 and 6
        assert len(pd.read_csv(finished.reports / cohort / "value.csv")) == 0
        grades = pd.read_csv(finished.reports / cohort / "double_benefit.csv").set_index("part")["grade"]
        assert (grades == "cannot tell").all()
        parameters = json.loads((finished.reports / cohort / "run.json").read_text())["parameters"]
        assert {"discount_rate", "horizon", "decay", "timing", "marginal_cost_of_funds", "base_year"} <= set(
            parameters
        )


# --- context


def test_context_stands_in_both_languages_with_the_same_parts():
    texts = [read_context(FOLDER, code) for code in LANGUAGES]
    assert len({text.count("## ") for text in texts}) == 1
    assert len({text.count("\n- ") for text in texts}) == 1
    for text in texts:
        for fact in ("1955", "193/1652/PUOD", "1989", "1979", "30", "2002", "47", "16"):
            assert fact in text
    assert read_context(ROOT / "programmes/nsw", "en") == ""


def test_ties_are_the_twenty_one_with_six_confirmed_years(tmp_path):
    ties = read_ties(FOLDER, "en", root=ROOT)
    assert len(ties) == 21  # Beritajakarta, 13–14 February 2019
    assert ties.dropna(subset=["year"]).set_index("partner")["year"].to_dict() == {
        "Jeddah": 1979,
        "Seoul": 1984,
        "Tokyo": 1989,
        "Beijing": 1992,
        "Berlin": 1994,
        "Paris": 1995,
    }
    assert ties["highlight"].sum() == 1
    assert read_ties(tmp_path, "en", root=tmp_path).empty
    (tmp_path / "ties.csv").write_text(
        "partner::English (en),partner::Bahasa Indonesia"
        " (id),year,highlight,source\nA,A,soon,no,x\nB,B,1990,no,\n"
    )
    with pytest.raises(ProblemsError, match=r"(?s)ties.csv, row 2, column year.*row 3, column source"):
        read_ties(tmp_path, "en", root=tmp_path)


@pytest.mark.slow
def test_a_share_is_written_in_one_way(chapter):
    _, shown, _, _ = chapter
    by_id = {exhibit.id: exhibit.data for exhibit in shown}
    told = (
        by_id["cost-indicators"][lambda rows: rows["code"] == "IN02"]["text"]
        .str.rstrip("%")
        .str.replace(",", ".")
        .astype(float)
    )
    table_of_shares = by_id["cost-conventions"]["year of payment"]
    assert sorted(told[told > 0]) == sorted(table_of_shares[table_of_shares > 0])
    assert told.sum() == pytest.approx(100)


@pytest.mark.slow
def test_no_chance_and_no_ratio_are_written_for_what_nobody_priced(chapter):
    language, shown, said, valuation = chapter
    by_id = {exhibit.id: exhibit.data for exhibit in shown}
    assert valuation.without_gain == ["employer", "jakarta", "tokyo"]
    chances = dict(zip(valuation.parties, by_id["npv-probability"]["chance"], strict=False))
    assert {chances[name] for name in valuation.without_gain} == {language.say("nothing priced")}
    assert chances["trainee"].endswith("%")
    parties = by_id["value-parties"]
    assert parties["party"].str.endswith(" *").tolist() == [False, True, True, True, False]
    assert parties.loc[1:3, "bcr"].isna().all()
    assert parties["needed"].notna().tolist() == [False, True, True, True, True]
    listed = by_id["unpriced"]
    assert set(listed["party"]) >= {
        valuation.study.programme.costs.party(role).label[language.code]
        for role in ("employer", "sender", "host", "trainee")
    }
    words = Teller(Reader(language.code, valuation.study), valuation.accounts)
    wanted = [
        f"{words.role(role)} {words.amount(amount)}"
        for role, amount in zip(("employer", "sender"), parties.loc[1:2, "needed"], strict=True)
    ]
    assert any(all(text in told for text in wanted) for told in said)


@pytest.mark.slow
def test_the_bridge_from_the_accounts_to_society_adds_up(chapter):
    language, _, said, valuation = chapter
    case = valuation.case
    total = int(case.lines["real"].sum())
    goes_on = int(case.lines.loc[case.lines["item"] == "10", "real"].sum())
    moved = int(case.lines.loc[case.lines["item"] == "2", "real"].sum())
    teller = Teller(Reader(language.code, valuation.study), valuation.accounts)
    wanted = [
        teller.amount(value)
        for value in (
            total,
            moved,
            goes_on,
            total - goes_on - moved,
            valuation.table().set_index("party").loc[SOCIETY, "costs"],
        )
    ]
    assert any(all(text in told for text in wanted) for told in said)
