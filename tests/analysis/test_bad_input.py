"""Bad input is refused in words that a non-programmer can act on: file, row, column, what was expected."""

import pytest

from conftest import replace_in, seal
from manfaat.analysis.study import check_study, load_study
from manfaat.base.problems import ProblemsError


def problems_of(project, cohort="nsw-1976") -> str:
    with pytest.raises(ProblemsError) as caught:
        check_study(load_study(cohort, root=project))
    return str(caught.value)


def test_unknown_cohort_names_the_nearest(project):
    assert "there is no cohort 'nsw-1967'. Expected: did you mean nsw-1976?" in problems_of(
        project, "nsw-1967"
    )


def test_folder_without_cohort_yml(project):
    (project / "data/raw/nsw-1976/cohort.yml").unlink()
    assert "data/raw/nsw-1976/cohort.yml: the file is missing" in problems_of(project)


def test_missing_file(project):
    (project / "data/raw/nsw-1976/nsw.csv").unlink()
    assert (
        "data/raw/nsw-1976/nsw.csv: the file is missing. Expected: the file that cohort.yml names"
        in problems_of(project)
    )


def test_changed_file(project):
    path = project / "data/raw/nsw-1976/nsw.csv"
    path.write_text(path.read_text().replace("37,11", "38,11", 1))
    assert "has changed since it was sealed (checksum mismatch)" in problems_of(project)


def test_missing_seal(project):
    (project / "data/raw/nsw-1976/SHA256SUMS").unlink()
    assert (
        "SHA256SUMS: the file is missing. Expected: one line 'checksum  file' per delivered file"
        in problems_of(project)
    )


def test_empty_file(project):
    (project / "data/raw/nsw-1976/nsw.csv").write_text("")
    assert "nsw.csv: the file is empty" in problems_of(project)


def test_header_without_rows(project):
    path = project / "data/raw/nsw-1976/nsw.csv"
    path.write_text(path.read_text().splitlines()[0] + "\n")
    seal(path.parent)
    assert "holds a header but no rows" in problems_of(project)


def test_file_that_is_not_text(project):
    path = project / "data/raw/nsw-1976/nsw.csv"
    path.write_bytes(b"\xff\xfe\x00treat")
    seal(path.parent)
    assert "not text in the encoding 'utf-8'" in problems_of(project)


def test_row_with_too_many_cells(project):
    path = project / "data/raw/nsw-1976/nsw.csv"
    path.write_text(path.read_text() + "1,2,3,4,5,6,7,8,9,10,11,12\n")
    seal(path.parent)
    assert "nsw.csv, row 447: the row has 12 cells, the header 10" in problems_of(project)


def test_missing_column_names_the_nearest(project):
    path = project / "data/raw/nsw-1976/nsw.csv"
    replace_in(path, "re78", "re_78")
    seal(path.parent)
    text = problems_of(project)
    assert "column re78: the column is missing. Expected: did you mean re_78" in text


def test_text_where_a_number_is_declared(project):
    path = project / "data/raw/nsw-1976/nsw.csv"
    replace_in(path, "1,37,11", "1,thirty,11")
    seal(path.parent)
    assert (
        "nsw.csv, row 2, column age (age): 'thirty' cannot be used: no number can be told from this text."
        " Expected: a whole number; a single wrong answer is corrected in corrections.csv"
        in problems_of(project)
    )


def test_number_out_of_range(project):
    path = project / "data/raw/nsw-1976/nsw.csv"
    replace_in(path, "1,37,11", "1,370,11")
    seal(path.parent)
    assert (
        "row 2, column age (age): '370' cannot be used: out of range (must be <= 99); perhaps 370"
        in problems_of(project)
    )


def test_group_code_outside_the_declared_ones(project):
    path = project / "data/raw/nsw-1976/nsw.csv"
    replace_in(path, "\n1,37,11", "\n7,37,11")
    seal(path.parent)
    assert (
        "row 2, column treat (group): '7' cannot be used: '7' is no code of this list (1, 0). Expected: one"
        " of 1 (Participants), 0 (Comparison group)" in problems_of(project)
    )


@pytest.mark.parametrize(
    ("code", "message"),
    [("0", "no row belongs to the comparison group"), ("1", "no row belongs to the participants")],
)
def test_no_rows_of_one_group(project, code, message):
    path = project / "data/raw/nsw-1976/nsw.csv"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join([lines[0], *[line for line in lines[1:] if not line.startswith(code)]]))
    seal(path.parent)
    assert message in problems_of(project)


def test_errors_of_clusters_alone_where_there_are_none(project):
    path = project / "programmes/nsw/programme.yml"
    replace_in(path, "std_errors: [HC2, HC1, classical, randomisation]", "std_errors: [CR1, wild]")
    assert "the design declares no clusters for CR1, wild" in problems_of(project)
    replace_in(path, "std_errors: [CR1, wild]", "std_errors: [HC2, CR1]")
    assert "the design declares no clusters for CR1." in problems_of(project)


def test_every_mistake_in_every_definition_file_in_one_error(project):
    folder = project / "programmes/nsw"
    replace_in(folder / "programme.yml", "method: regression", "method: regresion")
    text = problems_of(project)
    assert "'regresion' is not allowed. Expected: did you mean regression" in text
    replace_in(folder / "programme.yml", "method: regresion", "method: regression")
    replace_in(folder / "programme.yml", "randomised: difference", "randomised: diference")
    replace_in(folder / "codebook.csv", "people,age,integer", "people,age,whole")
    replace_in(
        folder / "indicators.csv",
        "education,,,,,copy,education",
        "education,,,,,copi,education",
    )
    replace_in(folder / "indicators.csv", "less_than,education,threshold=12", "less_than,schooling,limit=12")
    replace_in(project / "data/raw/nsw-1976/cohort.yml", "table: people", "table: persons")
    text = problems_of(project)
    for part in (
        (
            "programme.yml, column primary.randomised: 'diference' is not a specification. Expected: did you"
            " mean difference"
        ),
        "codebook.csv, row 3, column type: the type 'whole' is not known",
        (
            "indicators.csv, row 6, column construct: the construct 'copi' does not exist. Expected: did you"
            " mean copy"
        ),
        "'schooling' is neither a variable nor an earlier indicator",
        "column arguments: 'less_than' needs the argument 'threshold'",
        "column arguments: 'less_than' has no argument 'limit'",
        "cohort.yml, column files.nsw.csv: the table 'persons' is not declared",
    ):
        assert part in text


def test_unknown_and_missing_fields(project):
    replace_in(project / "data/raw/nsw-1976/cohort.yml", "licence:", "license:")
    text = problems_of(project)
    assert "'licence' is missing" in text
    assert "'license' is not a known field. Expected: did you mean licence" in text


def test_yaml_that_cannot_be_read_names_the_line(project):
    replace_in(project / "data/raw/nsw-1976/cohort.yml", "kind: real", "kind: [real")
    assert "cohort.yml, row" in problems_of(project)


def test_price_of_a_year_that_the_series_lacks(project):
    path = project / "programmes/michigan-grants/prices.csv"
    path.write_text(
        "".join(line for line in path.read_text().splitlines(keepends=True) if ",1989," not in line)
    )
    assert "price series 'us_cpi': it has no value for 1989" in problems_of(project, "michigan-1987-89")


def test_definitions_in_order_give_no_problem(project):
    check_study(load_study("nsw-1976", root=project))
    check_study(load_study("michigan-1987-89", root=project))


def test_a_column_too_many_is_told_once_and_nothing_follows_from_it(project):
    """One unknown column made 278 problems: one a row, and then every name that was used was called
    unknown.
    """
    path = project / "programmes/nsw/indicators.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text(
        "\n".join([f"{lines[0]},whose", *[f"{line},x" for line in lines[1:]]]) + "\n", encoding="utf-8"
    )
    with pytest.raises(ProblemsError) as failure:
        load_study("nsw-1976", root=project)
    (problem,) = failure.value.problems
    assert str(problem).startswith(
        "programmes/nsw/indicators.csv, row 3, column whose: 'whose' is not a known field, and the same in "
    )


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ("${group} = 'train'", "'train' is no answer of 'group'. Expected: one of 0, 1."),
        ("${ag} > 3", "there is no variable 'ag' in table 'people'. Expected: did you mean age?"),
        (". > 3", "there is no variable '.' in table 'people'"),
        ("((", "a value is missing before 'the end'"),
    ],
)
def test_a_consistency_rule_that_can_never_hold(project, rule, why):
    path = project / "programmes/nsw/rules.csv"
    header = "id,table,severity,rule,label::English (en),label::Bahasa Indonesia (id)"
    path.write_text(f'{header}\nV1,people,error,"{rule}",One,Satu\n')
    assert why in problems_of(project)
