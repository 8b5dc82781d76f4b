"""The lines of docs/ten-questions.md, run as they stand there, and what they must say."""

from __future__ import annotations

import re
import shutil

import numpy as np
import openpyxl
import pandas as pd
import pytest
from scipy import stats

from conftest import ROOT

PAGE = (ROOT / "docs/ten-questions.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (\d+) \| (.+?) \| (.+) \|$", PAGE, re.MULTILINE)
LINES = [(int(number), line) for number, _, lines in ROWS for line in re.findall(r"`([^`]+)`", lines)]
COHORTS = ("nsw-1976", "jakarta-tokyo-2004-synthetic")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def names(tmp_path_factory):
    """What the page's first block defines, in a project of its own."""
    root = tmp_path_factory.mktemp("ten")
    for name in ("programmes", "notebooks"):
        (root / name).symlink_to(ROOT / name)
    for cohort in COHORTS:
        shutil.copytree(ROOT / "data/raw" / cohort, root / "data/raw" / cohort)
    found = {"root": root}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        exec(re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)[1], found)
        yield found


def test_there_are_ten_questions():
    assert [int(number) for number, *_ in ROWS] == list(range(1, 11))
    assert len(LINES) == 11


@pytest.mark.parametrize(("number", "line"), LINES)
def test_each_line_answers(names, number, line):
    answer = eval(line, names)
    shown = answer if isinstance(answer, pd.DataFrame) else getattr(answer, "frame", None)
    if number == 8:
        assert (names["root"] / answer).stat().st_size > 500
        assert answer.as_posix().startswith(f"data/processed/{COHORTS[0]}/scratch/saved/")
    else:
        assert len(shown) > 1
        assert answer._repr_html_().startswith("<")


def test_nothing_is_written_but_below_scratch(names):
    files = [
        path.relative_to(names["root"]).as_posix() for path in names["root"].rglob("*") if path.is_file()
    ]
    own = [name for name in files if not name.startswith(("programmes/", "notebooks/", "data/raw/"))]
    assert own
    assert all("/scratch/" in name for name in own)


def test_pay_by_group_is_that_of_the_table(names):
    data = names["alumni"].describe("pay", by="group").frame.set_index("group")
    frame = names["alumni"].indicators
    means = frame.groupby("group", observed=True)["pay_now"].mean()
    assert data["mean"].to_dict() == pytest.approx(means.to_dict())


def test_a_crosstab_counts_and_tests(names):
    found = names["study"].crosstab("married", "group")
    people = names["study"].people
    table = pd.crosstab(people["married"], people["group"])
    counts = found.frame.pivot(index="row", columns="column", values="n")
    assert counts.loc["Yes", "Controls"] == table.loc["Yes", "Controls"]
    p_value = stats.chi2_contingency(table, correction=False).pvalue
    assert f"p = {p_value:.3f}" in found.exhibits[0].caption


def test_a_crosstab_with_hidden_counts_gives_none_of_them_back(names):
    found = names["alumni"].crosstab("promo_any", "edu_pre")
    people = names["alumni"].people
    table = pd.crosstab(people["promo_any"], people["edu_pre"])
    small = {(row, col) for row in table.index for col in table.columns if 0 < table.loc[row, col] < 5}
    assert small
    data = found.frame.set_index(["row", "column"])
    assert data.loc[sorted(small), ["n", "share"]].isna().all(axis=None)
    assert (data["n"].isna().sum()) > len(small)


def test_the_change_among_women_is_theirs(names):
    alumni = names["alumni"]
    found = alumni.estimate("log_pay", where="sex == 'Female'", specification="change")
    frame = alumni.indicators
    women = frame[(frame["female"] == 1) & (frame["took_part"] == 1)]
    change = (women["log_pay_now"] - women["log_pay_before"]).dropna()
    row = found.primary.iloc[0]
    assert row["n"] == len(change)
    assert row["estimate"] == pytest.approx(change.mean())
    assert found.is_exploratory


def test_a_subgroup_drops_what_became_constant_and_says_so(names):
    found = names["alumni"].estimate("log_pay", where="sex == 'Female'")
    assert "female" in found.notes[0]
    assert found.frame.loc[found.frame["specification"] == "adjusted-work", "estimate"].notna().all()


@pytest.mark.parametrize(
    "where",
    ["sex == 'Female'", "sex == 2", "sex == '2'", "sex == 2.0", "sex in ['Perempuan']", "female == '1'"],
)
def test_codes_and_labels_choose_the_same_rows(names, where):
    found = names["alumni"].estimate("log_pay", where=where, specification="difference")
    assert found.primary["n"].tolist() == [12]


@pytest.mark.parametrize(
    "where", ["group == 1", "group == '1'", "group == 'Programme alumnus'", "group != 2 and group < 3"]
)
def test_groups_are_named_by_code_or_label(names, where):
    found = names["alumni"].estimate("log_pay", where=where, specification="change")
    assert found.primary["n"].tolist() == [65]


@pytest.mark.parametrize(
    ("where", "near"),
    [
        ("sex == 'Femal'", "did you mean Female"),
        ("sex == 7", "Female"),
        ("group == 'Programme alumni'", "Programme alumnus"),
        ("promoted == 2", "one of 0, 1"),
        ("age > 'x'", "holds numbers"),
        ("female = 1", "cannot be read"),
        ("femal == 1", "female"),
    ],
)
def test_an_answer_that_nobody_gave_is_told_and_not_counted(names, where, near):
    with pytest.raises(ValueError, match="1 problem") as failure:
        names["alumni"].estimate("log_pay", where=where)
    assert near in str(failure.value)


def test_outliers_are_those_beyond_the_far_fence(names):
    values = names["study"].indicators["earnings_1978"]
    low, high = np.percentile(values, [25, 75])
    kept = values.between(low - 3 * (high - low), high + 3 * (high - low))
    assert 0 < (~kept).sum() < 20
    found = names["study"].estimate("earnings", outliers=False, specification="difference")
    groups = values[kept].groupby(names["study"].indicators["took_part"]).mean()
    assert found.primary["estimate"].iloc[0] == pytest.approx(groups[1.0] - groups[0.0])
    assert found.primary[["n", "n_comparison"]].sum(axis=1).tolist() == [kept.sum()]


def test_one_declared_specification_is_the_declared_one(names):
    whole, one = (names["study"].estimate("earnings", specification=name) for name in (None, "did"))
    own = whole.frame[whole.frame["specification"] == "did"].reset_index(drop=True)
    pd.testing.assert_frame_equal(one.frame, own)
    assert not one.is_exploratory
    with pytest.raises(ValueError, match="did you mean did"):
        names["study"].estimate("earnings", specification="dod")


def test_a_workbook_holds_numbers_and_latex_the_words(names):
    answer = names["study"].describe("earnings", by="group")
    book = openpyxl.load_workbook(names["root"] / answer.save("numbers.xlsx"))
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    assert rows[1][:2] == ("group", "n")
    assert rows[2][0] == "Participants"
    assert rows[2][rows[1].index("mean")] == pytest.approx(answer.frame["mean"].iloc[0])
    text = (names["root"] / answer.save("words.tex")).read_text(encoding="utf-8")
    assert r"\toprule" in text
    assert "Participants" in text


@pytest.mark.parametrize("file", ["pay.pdf", "../pay.csv", "pay", "pay.svg", ".csv"])
def test_what_cannot_be_saved_is_told(names, file):
    with pytest.raises(ValueError, match="1 problem"):
        names["study"].describe("earnings").save(file)


def test_who_lacks_a_value_and_why(names):
    alumni = names["alumni"]
    found = alumni.missing("wage_now", by="group")
    lacking = alumni.people["wage_now"].isna()
    assert found.people.index.tolist() == alumni.people.index[lacking].tolist()
    assert (found.people["reason"] != "").all()
    reasons = alumni.table("participants_reasons")
    own = reasons[reasons["variable"] == "wage_now"].set_index("key")["reason"]
    assert found.people["reason"].to_dict() == own.reindex(found.people.index).to_dict()
    shown = alumni.missing("wage_now").frame.dropna()
    assert (shown["n"] >= 5).all()
    assert shown.set_index("reason")["n"].to_dict() == {
        name: n for name, n in own.value_counts().items() if name in set(shown["reason"])
    }
    assert "key" not in found._repr_html_().partition("</style>")[2]
