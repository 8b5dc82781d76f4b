"""The questionnaire of the sister-city programme: complete, in both languages, its rules bite, its prices are
the sources'.
"""

from types import SimpleNamespace

import pandas as pd
import pytest

from conftest import ROOT, replace_in
from manfaat.cleaning import check_declarations
from manfaat.definitions.codebook import load_codebook
from manfaat.definitions.expressions import evaluate, parse_expression
from manfaat.definitions.prices import house_series
from manfaat.definitions.programme import load_programme

FOLDER = ROOT / "programmes/jakarta-tokyo"


@pytest.fixture(scope="module")
def instrument() -> SimpleNamespace:
    programme, problems = load_programme(FOLDER, root=ROOT)
    codebook, more = load_codebook(FOLDER, programme, root=ROOT)
    assert problems + more == []
    return SimpleNamespace(programme=programme, codebook=codebook)


def items(instrument, table="participants") -> dict[str, list]:
    """Numbered items of a form and the variables of each."""
    found = {}
    for variable in instrument.codebook.table(table):
        number = variable.note.split(";")[0]
        if number[:1].isupper() and number[1:].isdigit():
            found.setdefault(number, []).append(variable)
    return found


def test_form_p_has_73_items_of_which_56_are_core_and_43_are_asked_of_the_comparison_group(instrument):
    asked = items(instrument)
    assert {letter: sum(name[0] == letter for name in asked) for letter in "ABCDEFGH"} == {
        "A": 2,
        "B": 7,
        "C": 12,
        "D": 10,
        "E": 17,
        "F": 16,
        "G": 5,
        "H": 4,
    }
    core = {name: variables for name, variables in asked.items() if all(v.core == "yes" for v in variables)}
    assert core.keys() == {
        name for name, variables in asked.items() if any(v.core == "yes" for v in variables)
    }
    assert len(core) == 56
    skipped = {
        name
        for name, variables in core.items()
        if any(v.relevant.startswith("${grp} = 1") for v in variables)
    }
    assert skipped == {"D1", "D2", "D3", "D4", "D6", "D7", "D8", "D10", "E15", "F13", "F14", "H1", "H2"}


def test_form_s_has_18_items(instrument):
    assert list(items(instrument, "supervisors")) == [f"S{number}" for number in range(1, 19)]


def test_then_and_now_stand_side_by_side_for_22_ratings(instrument):
    names = {variable.name for variable in instrument.codebook.table("participants")}
    then = {name.removesuffix("_then") for name in names if name.endswith("_then")}
    assert len(then) == 22
    assert {stem + "_now" for stem in then} <= names
    turned = {variable.name for variable in instrument.codebook.variables if variable.reversed}
    assert turned == {"et2_now", "et2_then", "et2_sup_now", "et2_sup_then"}


def test_every_answer_can_be_missing_for_a_reason(instrument):
    reasons = {"-6": "not_asked", "-7": "not_applicable", "-8": "dont_know", "-9": "refused"}
    for variable in instrument.codebook.variables:
        exempt = variable.role in ("key", "version", "start", "end", "submitted") or variable.name in (
            "grp",
            "sup_id",
        )
        assert exempt or reasons.items() <= variable.missing_codes.items() or variable.name in ("grp",), (
            variable.name
        )
        codes = (
            {choice.name for choice in instrument.codebook.answers(variable.list_name)}
            if variable.list_name
            else set()
        )
        assert not codes & set(variable.missing_codes), variable.name  # no code is both an answer and none


def test_texts_differ_between_languages_and_questions(instrument):
    for table in instrument.programme.tables:
        variables = instrument.codebook.table(table)
        for language in ("en", "id"):
            labels = [variable.label(language).casefold() for variable in variables]
            assert len(set(labels)) == len(labels)
        sources = [source for variable in variables for source in variable.sources]
        assert len(set(sources)) == len(sources)
    lists = {choice.list_name for choice in instrument.codebook.choices}
    for name in lists:
        answers = instrument.codebook.answers(name)
        spellings = [
            text.strip().casefold()
            for answer in answers
            for text in {answer.label_en, answer.label_id, *filter(None, answer.aliases.split("|"))}
        ]
        twice = {
            text
            for text in spellings
            if spellings.count(text) > 1
            and not any({text} == {a.label_en.casefold(), a.label_id.casefold()} for a in answers)
        }
        for text in twice:  # a spelling may be given twice, but never to two answers
            owners = {
                a.name
                for a in answers
                if text
                in {
                    a.label_en.casefold(),
                    a.label_id.casefold(),
                    *[t.casefold() for t in a.aliases.split("|")],
                }
            }
            assert len(owners) == 1, (name, text)
    assert lists == {variable.list_name for variable in instrument.codebook.variables if variable.list_name}


ALUMNUS = {
    "grp": "1",
    "cohort": 1997,
    "depart_date": "1997-06-15",
    "return_date": "1998-04-10",
    "int_date": "2004-08-20",
    "birth_ym": "1970-05",
    "start_pre": "1992-03",
    "edu_pre": "5",
    "work_now": "4",
    "wage_now": 900_000,
    "hhinc_now": 1_500_000,
    "save_now": 100_000,
    "lvl_pre": "1",
    "lvl_now": "3",
    "same_emp": "1",
    "promo_any": "1",
    "promo_n": 1,
    "promo_first_ym": "2000-05",
    "h_ojt": 35,
    "h_class": 4,
    "h_lang": 3,
    "hours_pre": 44,
    "hours_now": 44,
    "attr_pct": 40,
    "attr_conf": 70,
    "test_pre": 50,
    "test_post": 70,
    "sel_score": 66,
    "assets_pre": "3 8",
    "assets_now": "1 3 8",
} | {f"kn{i}_{time}": "4" for i in range(1, 6) for time in ("now", "then")}
SHEET = {"out_h_then": 10.0, "out_h_now": 12.0, "out_unit": "pcs/jam", "pr1_sup_now": "4"}
LINE = {"n_covered": 10, "currency": "JPY", "amount": 90_000}
BROKEN = {
    "V01": {"return_date": "1997-04-10"},
    "V02": {"return_date": "1999-04-10"},
    "V03": {"int_date": "1998-01-01"},
    "V04": {"birth_ym": "1950-05"},
    "V05": {"start_pre": "1997-07"},
    "V06": {"promo_any": "2"},
    "V07": {"promo_first_ym": "2005-01"},
    "V08": {"promo_any": "2", "promo_n": None, "promo_first_ym": None},
    "V09": {"promo_any": "2"},
    "V10": {"lvl_pre": "5"},
    "V11": {"wage_now": 0},
    "V15": {"h_ojt": 60, "h_class": 20},
    "V16": {"kn1_now": "7"},
    "V16S": {"pr1_sup_now": "0"},
    "V18": {
        f"kn{i}_{time}": {"now": "5", "then": "1"}[time] for i in range(1, 6) for time in ("now", "then")
    },
    "V19": {"grp": "3"},
    "V20": {"attr_conf": 120},
    "V21": {"save_now": 1_600_000},
    "V22": {"wage_now": 1_700_000},
    "V24": {"n_covered": 31},
    "V28": {"out_unit": "pcs dan kg"},
    "V30": {"edu_pre": "8", "birth_ym": "1977-05"},
    "V31": {"cohort": 1996},
    "V32": {"currency": "IDR", "amount": 900},
    "V33": {"test_pre": 101},
    "V34": {"assets_pre": "3 10"},
    "V36": {"proxy": "1"},
    "V41": {"sup_months": 3},
    "V42": {"repl_cost": 0},
}


def hold(instrument, rule, row: dict) -> object:
    """Whether a rule holds for one row of answers; missing where nobody can tell."""
    names = [variable.name for variable in instrument.codebook.table(rule.table)]
    frame = pd.DataFrame(
        {
            name: pd.Series(
                [row.get(name)], dtype="float64" if isinstance(row.get(name), int | float) else "string"
            )
            for name in names
        }
    )
    return evaluate(parse_expression(rule.rule), frame).iloc[0]


@pytest.mark.slow
def test_each_consistency_rule_passes_a_right_row_and_stops_a_wrong_one(instrument):
    right = {"participants": ALUMNUS, "supervisors": SHEET, "costs": LINE}
    assert {rule.id for rule in instrument.codebook.rules} == BROKEN.keys()
    for rule in instrument.codebook.rules:
        row = right[rule.table]
        answer = hold(instrument, rule, row)
        assert pd.isna(answer) or answer, rule.id
        assert hold(instrument, rule, row | BROKEN[rule.id]) == False, rule.id  # noqa: E712 missing is not false
        assert pd.isna(nothing := hold(instrument, rule, {})) or nothing, rule.id  # no answer breaks no rule


def test_all_35_rules_are_declared_as_rule_or_as_check(instrument):
    declared = {entry.id[:3] for entry in (*instrument.codebook.rules, *instrument.programme.checks)}
    assert declared >= {f"V{number:02d}" for number in range(1, 36)}
    ids = [entry.id for entry in (*instrument.codebook.rules, *instrument.programme.checks)]
    assert len(set(ids)) == len(ids)


def test_version_recodes_lead_to_codes_of_the_list(instrument):
    found = 0
    for variable in instrument.codebook.variables:
        codes = (
            {choice.name for choice in instrument.codebook.answers(variable.list_name)}
            if variable.list_name
            else set()
        )
        for mapping in variable.recodes.values():
            assert set(mapping.values()) <= codes
            found += 1
    assert found > 10


def test_prices_are_those_of_the_sources_and_gaps_stay_gaps():
    series = house_series()
    # index numbers given in the project's fact sheet, chained from annual inflation
    known = {
        1989: 18.87,
        1993: 26.25,
        1996: 33.66,
        1997: 35.76,
        1998: 56.66,
        1999: 68.26,
        2003: 94.28,
        2004: 100,
        2008: 146.53,
        2020: 247.78,
        2023: 271.86,
    }
    assert all(series["idn_cpi"][year] == value for year, value in known.items())
    inflation = series["idn_cpi"].pct_change().dropna() * 100
    for year, rate in {1997: 6.23, 1998: 58.45, 1999: 20.48, 2001: 11.50, 2004: 6.06, 2006: 13.11}.items():
        assert inflation[year] == pytest.approx(rate, abs=0.04)
    rupiah_per_yen = series["idr_per_usd"] / series["jpy_per_usd"]
    for year, rate in {1989: 12.82, 1997: 24.03, 1998: 76.45, 2002: 74.36, 2004: 82.65}.items():
        assert rupiah_per_yen[year] == pytest.approx(rate, abs=0.005)
    assert not {1990, 1997, 2003, 2006, 2014} & set(series["minimum_wage"].index)


@pytest.mark.parametrize(
    ("file", "right", "wrong", "message"),
    [
        (
            "programme.yml",
            "link: {to: participants",
            "link: {to: people",
            "'people' is not the main table. Expected: 'participants', the first one",
        ),
        (
            "programme.yml",
            "variables: [birth_ym, cohort",
            "variables: [birth_my, cohort",
            "there is no variable 'birth_my' in table 'participants'. Expected: did you mean birth_ym",
        ),
        ("programme.yml", "table: costs", "table: cost", "the table 'cost' is not declared"),
        (
            "programme.yml",
            "when: ${consent} = 2",
            "when: ${consnt} = 2",
            "column tables.participants.set_aside.no consent: there is no variable 'consnt' in table"
            " 'participants'. Expected: did you mean consent",
        ),
        ("programme.yml", "when: ${consent} = 2", "when: ${consent} = = 2", "a value is missing before '='"),
        ("programme.yml", "kind: shares_sum", "kind: share_sum", "'share_sum' is not allowed"),
        ("programme.yml", "    accounts: true", "    account: true", "'account' is not a known field"),
        (
            "codebook.csv",
            ",tech_n,,,integer",
            ",taught_n,,,integer",
            "'taught_n' stands in the tables 'participants' and 'supervisors', which are joined",
        ),
        (
            "codebook.csv",
            ",resp_id,resp_id,",
            ",resp_no,resp_id,",
            "the table 'supervisors' has no variable 'resp_id' to link 'supervisors' by",
        ),
    ],
)
def test_mistakes_are_told(project, file, right, wrong, message):
    replace_in(project / "programmes/jakarta-tokyo" / file, right, wrong)
    programme, problems = load_programme(project / "programmes/jakarta-tokyo", root=project)
    if programme:
        codebook, wrong = load_codebook(project / "programmes/jakarta-tokyo", programme, root=project)
        problems += wrong or check_declarations(programme, codebook, "programme.yml")
    assert any(message in str(problem) for problem in problems), [str(problem) for problem in problems]
