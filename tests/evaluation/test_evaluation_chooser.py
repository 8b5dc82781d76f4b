"""A ladder where none is declared, the rule that is printed, every rater heard, and what is refused."""

import re
import shutil

import pytest
import yaml

from conftest import ROOT, replace_in
from evaluation_cases import LINES, WORDS, indicator, people, programme, sample, spec
from manfaat.analysis.study import load_study
from manfaat.base.problems import ProblemsError
from manfaat.definitions.programme import check_specifications
from manfaat.evaluation import chooser, methods
from manfaat.evaluation.estimate import Applied, Counts, Settings
from manfaat.evaluation.ladder import estimate_stages
from manfaat.evaluation.rows import estimate_row
from manfaat.evaluation.specifications import check_methods
from manfaat.report import sentences
from manfaat.report.reader import Reader
from manfaat.report.reasons import MESSAGES

BARE = programme([{"method": "difference_in_means", "id": "difference", "std_errors": ["HC2"]}]).model_copy(
    update={"specifications": [], "primary": None}
)


def designed(**design) -> object:
    return BARE.model_copy(update={"design": BARE.design.model_copy(update=design)})


def without_before() -> list:
    return [line for line in LINES if line.time != "before"]


@pytest.mark.parametrize(
    ("design", "lines", "rungs", "lottery", "otherwise"),
    [
        (
            {},
            LINES,
            {
                "difference",
                "adjusted",
                "ipw",
                "aipw",
                "entropy",
                "matching",
                "did",
                "did-robust",
                "change",
                "change-sizes",
                "change-ranks",
                "change-signs",
            },
            "difference",
            "aipw",
        ),
        (
            {},
            without_before(),
            {"difference", "adjusted", "ipw", "aipw", "entropy", "matching"},
            "difference",
            "aipw",
        ),
        ({}, [LINES[0], LINES[-1]], {"difference"}, "difference", "difference"),
        (
            {},
            [LINES[0], *LINES[-2:]],
            {
                "difference",
                "adjusted",
                "ipw",
                "aipw",
                "entropy",
                "matching",
                "did",
                "change",
                "change-sizes",
                "change-ranks",
                "change-signs",
            },
            "difference",
            "aipw",
        ),
        (
            {"cluster": "place"},
            without_before(),
            {"difference", "adjusted", "ipw", "aipw", "entropy"},
            "difference",
            "adjusted",
        ),
        (
            {"strata": "block"},
            without_before(),
            {"difference", "strata", "adjusted", "ipw", "aipw", "entropy", "matching"},
            "strata",
            "aipw",
        ),
        ({"instrument": "taken"}, [LINES[0], LINES[-1]], {"difference", "offer"}, "offer", "offer"),
        (
            {"comparison": []},
            LINES,
            {"change", "change-sizes", "change-ranks", "change-signs"},
            "change",
            "change",
        ),
    ],
)
def test_the_design_chooses_the_ladder(design, lines, rungs, lottery, otherwise):
    made = chooser.completed(designed(**design), lines)
    assert {one.id for one in made.specifications} == rungs
    assert (made.primary.randomised, made.primary.observational) == (lottery, otherwise)
    assert check_methods(made, LINES, "programme.yml") == []
    assert made.primary.why in MESSAGES


def test_a_panel_is_compared_with_itself():
    panel = BARE.model_validate(
        BARE.model_dump()
        | {"design": BARE.design.model_dump() | {"panel": {"unit": "unit", "period": "year"}}}
    )
    begun = [line.model_copy(update={"time": "period"}) if line.name == "taken" else line for line in LINES]
    made = chooser.completed(panel, begun)
    assert [(one.method, one.treatment) for one in made.specifications] == [("fixed_effects", ["taken"])]
    assert made.primary.observational == "fixed-effects"


def test_a_panel_whose_groups_never_change_has_no_effects_of_units():
    # they would leave nothing of a treatment that is the same in all periods: groups are compared in the last
    # one
    design = BARE.design.model_dump() | {"panel": {"unit": "unit", "period": "year"}}
    for times, otherwise in (({"now": WORDS}, "aipw"), ({"before": WORDS, "now": WORDS}, "did")):
        made = chooser.completed(
            BARE.model_validate(BARE.model_dump() | {"design": design | {"times": times}}), LINES
        )
        assert (made.primary.randomised, made.primary.observational) == ("difference", otherwise)
        assert {(one.periods.before, one.periods.now) for one in made.specifications} == {
            ("first" if "before" in times else None, "last")
        }
        assert check_methods(made, LINES, "programme.yml") == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("    treatment: [grant, grant_last_year]\n", "    treatment: [union]\n", ""),
        (
            "    treatment: [grant, grant_last_year]\n",
            "",
            "'grant_year' is the same in all periods, and effects of units leave nothing of it",
        ),
        (
            "    method: difference_in_differences\n    periods: {before: 1987, now: 1989}\n",
            "    method: difference_in_differences\n",
            "the study asks in several periods, and the specification names none",
        ),
        (
            "    method: difference_in_differences\n    periods: {before: 1987, now: 1989}\n",
            "    method: difference_in_differences\n    periods: {now: last}\n",
            "the method 'difference_in_differences' needs a period before",
        ),
        (
            "    method: difference_in_differences\n    periods: {before: 1987, now: 1989}\n",
            "    method: strata_fixed_effects\n    periods: {now: last}\n",
            "needs strata, and the design declares none",
        ),
    ],
)
def test_what_could_never_be_estimated_is_refused_before_anything_is_run(project, old, new, said):
    path = project / "programmes/michigan-grants/programme.yml"
    if not path.is_file():
        shutil.copytree(ROOT / "programmes/michigan-grants", path.parent)
        shutil.copytree(ROOT / "data/raw/michigan-1987-89", project / "data/raw/michigan-1987-89")
    replace_in(path, old, new)
    if not said:
        assert load_study("michigan-1987-89", root=project)
        return
    with pytest.raises(ProblemsError, match=re.escape(said)):
        load_study("michigan-1987-89", root=project)


def test_what_is_declared_stays():
    declared = programme([{"method": "difference_in_means", "id": "difference", "std_errors": ["HC2"]}])
    assert chooser.completed(declared, LINES) == declared


@pytest.mark.parametrize(
    "design",
    [
        {},
        {"cluster": "place"},
        {"strata": "block"},
        {"comparison": []},
        {"weight": "weight", "strata": "block"},
    ],
)
def test_a_chosen_ladder_runs_and_every_rung_has_a_row(design):
    made = chooser.completed(designed(**design), LINES)
    for assignment in ("randomised", "observational"):
        settings = Settings("trial", assignment, getattr(made.primary, assignment), draws=199)
        rows = estimate_stages(people(300, 0.5, selected=0.5), made, LINES, settings, stages=("outcome",))
        assert set(rows["specification"]) == {one.id for one in made.specifications}
        assert (rows["estimate"].notna() | (rows["reasons"].str.len() > 0)).all()
        main = rows[rows["is_primary"]]
        assert len(main) == 1
        assert main["estimate"].notna().all()


def test_covariates_chosen_were_measured_before():
    late = indicator("x_now", "now", "covariate", "late")
    made = chooser.completed(designed(), [*LINES, late])
    assert all("x_now" not in one.covariates for one in made.specifications)


def test_programme_without_specifications_loads_and_says_its_rule(project):
    path = project / "programmes/nsw/programme.yml"
    values = yaml.safe_load(path.read_text())
    del values["specifications"], values["primary"], values["covariate_sets"]
    path.write_text(yaml.safe_dump(values, allow_unicode=True, sort_keys=False))
    study = load_study("nsw-1976", root=project)
    assert study.primary == "difference"
    assert (
        "“Difference in means” where a lottery decided who took part, “Doubly robust” where none did"
        in sentences.primary_rule(Reader("en", study))
    )
    told = sentences.primary_rule(Reader("id", study))
    assert "“Selisih rata-rata” bila undian menentukan" in told
    assert "undian membuat kelompok serupa" in told


def test_a_primary_alone_or_a_ladder_without_one_is_refused():
    for changes in ({"primary": None}, {"specifications": []}):
        broken = programme(
            [{"method": "difference_in_means", "id": "difference", "std_errors": ["HC2"]}]
        ).model_copy(update=changes)
        assert "primary" in str(check_specifications(broken, "programme.yml")[0])


@pytest.mark.parametrize("role", ["weight", "strata", "cluster", "wave", "instrument"])
def test_names_of_the_design_that_do_not_exist_are_refused(project, role):
    replace_in(
        project / "programmes/nsw/programme.yml", "  group: group\n", f"  group: group\n  {role}: educatoin\n"
    )
    with pytest.raises(ProblemsError) as caught:
        load_study("nsw-1976", root=project)
    assert (
        f"programmes/nsw/programme.yml, column design.{role}: 'educatoin' is not an indicator. Expected: did"
        " you mean education" in str(caught.value)
    )


def test_names_of_a_specification_that_do_not_exist_are_refused(project):
    replace_in(
        project / "programmes/nsw/programme.yml",
        "  - id: did\n",
        "  - id: firms\n    label: {en: x, id: x}\n    method: strata_fixed_effects\n    strata: firn\n   "
        " std_errors: [HC2]\n  - id: did\n",
    )
    with pytest.raises(ProblemsError) as caught:
        load_study("nsw-1976", root=project)
    assert "column specifications.firms.strata: 'firn' is not an indicator" in str(caught.value)


def test_covariates_of_after_the_programme_are_refused_at_load(project):
    replace_in(
        project / "programmes/nsw/programme.yml",
        "hispanic, married, no_degree, earnings_1974, earnings_1975]",
        "hispanic, earnings_1978]",
    )
    with pytest.raises(ProblemsError) as caught:
        load_study("nsw-1976", root=project)
    assert "'earnings_1978' was measured after the programme, which may have changed it" in str(caught.value)


def test_nominal_money_across_years_is_refused(project):
    replace_in(
        project / "programmes/nsw/programme.yml",
        "units:\n",
        "units:\n  dollars: {label: {en: dollars, id: dolar}, currency: USD}\n",
    )
    path = project / "programmes/nsw/indicators.csv"
    replace_in(
        path,
        "earnings_1978,earnings,now,outcome,,copy,pay_1978,,usd_1982",
        "earnings_1978,earnings,now,outcome,,copy,pay_1978,,dollars",
    )
    replace_in(
        path,
        "earnings_1975,earnings,before,outcome,,copy,pay_1975,,usd_1982",
        "earnings_1975,earnings,before,outcome,,copy,pay_1975,,dollars",
    )
    with path.open("a") as stream:
        stream.write(
            "gain,gain,now,outcome,outcome,log_ratio,earnings_1978"
            " earnings_1975,,usd_1982,higher,pay,describe,Gain,Kenaikan,Gain,Kenaikan\n"
        )
        stream.write(
            "logged,logged,now,outcome,outcome,log,earnings_1978,,usd_1982,higher,pay,effect,Log,Log,Log,Log\n"
        )
    with pytest.raises(ProblemsError) as caught:
        load_study("nsw-1976", root=project)
    text = str(caught.value)
    assert (
        "'earnings_1978' is nominal money, which cannot be compared across years. Expected: deflated first"
        in text
    )
    assert "'log_ratio' sets nominal amounts against each other" in text
    assert "'logged' is nominal money" in text


def test_an_effect_size_without_its_name_is_refused():
    result = methods.before_after_change(
        sample([1, 2, 4.0], [1] * 3, before=[0, 0, 0]), spec("before_after_change")
    )[0][0]
    with pytest.raises(ValueError, match="has no name"):
        estimate_row(
            Applied(
                LINES[-1], spec("before_after_change"), Settings("x", "randomised", "x"), Counts(3, 0, 0)
            ),
            "group",
            result,
            (0.5, ""),
        )
