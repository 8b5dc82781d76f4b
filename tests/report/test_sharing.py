"""What an analyst's own cell shows stays in the house, unless it goes through the gate."""

from __future__ import annotations

import json
import re

import nbformat
import pandas as pd
import pytest
import seaborn
from matplotlib.axes import Axes

from conftest import ROOT
from helpers import OpenStudy, open_study
from manfaat.analysis.study import load_study
from manfaat.base.paths import places
from manfaat.base.problems import ProblemsError
from manfaat.report.blocks import as_data, said
from manfaat.report.chapter import Chapter
from manfaat.report.figures.style import new_figure
from manfaat.report.parts import chapter_part
from manfaat.report.reader import Reader
from manfaat.report.sharing import MARK, MIME
from manfaat.report.words import Language

ENGLISH = Language("en")


def executed(*outputs: dict) -> nbformat.NotebookNode:
    cell = nbformat.v4.new_code_cell(
        "print(people.head(3))", outputs=[nbformat.from_dict(output) for output in outputs]
    )
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# A chapter"), cell])


def shown(text: str, **metadata: object) -> dict:
    return {
        "output_type": "display_data",
        "data": {"text/html": text, "text/plain": text},
        "metadata": metadata,
    }


COMPUTED = {
    "output_type": "display_data",
    "data": {MIME: as_data([said("as computed", "finding")])[0], "text/html": "<p>KV001</p>"},
    "metadata": MARK,
}
PRINTED = {"output_type": "stream", "name": "stdout", "text": "KV001 2200"}
RETURNED = {
    "output_type": "execute_result",
    "data": {"text/html": "<td>KV001</td>", "text/plain": "KV001"},
    "metadata": {},
    "execution_count": 1,
}
DRAWN = {
    "output_type": "display_data",
    "data": {"image/png": "S1YwMDE=", "text/plain": "KV001"},
    "metadata": {},
}


@pytest.mark.parametrize(
    "output",
    [
        PRINTED,
        RETURNED,
        DRAWN,
        shown("<b>KV001</b>"),
        shown("KV001", manfaat="other"),
        shown("KV001", **MARK),
    ],
)
def test_only_what_went_through_the_gate_is_published_and_the_rest_is_named(output):
    part = chapter_part("05_outcomes", executed(COMPUTED, output), ENGLISH)
    told = json.dumps(as_data(part.blocks))
    assert part.blocks[-1] == said("as computed", "finding")
    assert "KV001" not in told
    assert "S1YwMDE" not in told
    assert len(part.left_out) == 1
    assert part.left_out[0].startswith("05_outcomes, cell 2: ")
    assert "study.show" in part.left_out[0]


def test_nothing_is_named_where_nothing_is_left_out():
    assert chapter_part("05_outcomes", executed(COMPUTED), ENGLISH).left_out == ()


@pytest.fixture
def chapter(tmp_path):
    study = load_study("nsw-1976", root=ROOT)
    apart = places(
        "nsw-1976", data_dir=str(tmp_path / "data"), reports_dir=str(tmp_path / "reports"), root=ROOT
    )
    return Chapter("05_outcomes", Reader("en", study.__class__(**vars(study) | {"places": apart})))


def people() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "_key": [f"K{i}" for i in range(14)],
            "county": ["Kisumu"] * 10 + ["Lamu"] * 4,
            "pay": [100.0 * i for i in range(14)],
        }
    )


GROUPS = people().groupby("county").agg(n=("pay", "size"), mean=("pay", "mean"))
WORDS = {"en": "Pay by county", "id": "Upah menurut kabupaten"}


@pytest.fixture
def study(chapter):
    return OpenStudy(chapter.study, chapter)


def kept(chapter: Chapter, name: str) -> pd.DataFrame:
    return pd.read_csv(chapter.study.places.scratch / f"exhibits/{name}.csv")


def test_a_table_of_groups_is_published_without_what_rests_on_fewer_than_five(study, capsys):
    study.show(GROUPS, "Pay by county", counts="n", caption="Monthly.")
    found = kept(study.chapter, "05-pay-by-county")
    assert found["county"].tolist() == ["Kisumu", "Lamu"]
    assert found["mean"].tolist()[0] == 450
    assert found["n"].isna().all(), "the small count follows from the other one and from how many there are"
    assert found["mean"].isna().tolist() == [False, True]
    text = capsys.readouterr().out
    assert "Table 5.1. Pay by county." in text
    assert "1150" not in text


def test_a_share_of_few_is_hidden_though_its_row_rests_on_many(study):
    table = pd.DataFrame({"sex": ["f", "m"], "n": [60, 70], "share": [2 / 60, 0.5], "index": [0.31, 2.0]})
    study.show(table, "Early return", counts="n")
    found = kept(study.chapter, "05-early-return")
    assert found["share"].isna().tolist() == [True, False]
    assert found["index"].tolist() == [0.31, 2.0], "no share: others of it are above 1"


def bars(table: pd.DataFrame, ax: Axes) -> None:
    ax.bar(table["county"], table["mean"])


def test_a_figure_is_drawn_from_the_table_as_it_may_leave_the_house(study, capsys):
    given = []
    study.show(GROUPS, WORDS, counts="n", draw=lambda table, ax: (given.append(table), bars(table, ax)))
    assert given[0]["mean"].isna().tolist() == [False, True]
    assert kept(study.chapter, "05-pay-by-county")["mean"].tolist()[0] == 450
    folder = study.chapter.study.places.scratch / "exhibits"
    words = json.loads((folder / "05-pay-by-county.json").read_text())
    assert words["number"] == "Figure 5.1"
    assert words["alt"] == "county: Kisumu; n: –; Mean: 450. county: Lamu; n: –; Mean: –."
    assert (folder / "05-pay-by-county.svg").read_bytes().startswith(b"<?xml")
    assert "Pay by county" in capsys.readouterr().out


SHOWN = {
    "bars across": lambda table, ax: ax.barh(range(2), table["mean"]),
    "points and intervals": lambda table, ax: ax.errorbar(range(2), table["mean"], yerr=table["half"]),
    "a line at a number of the table": lambda table, ax: ax.axhline(table["mean"].iloc[0]),
    "by seaborn": lambda table, ax: seaborn.barplot(table, x="county", y="mean", hue="county", ax=ax),
    "points by seaborn": lambda table, ax: seaborn.pointplot(table, x="mean", y="county", ax=ax),
    "two numbers": lambda table, ax: ax.scatter(table["n"], table["mean"]),
    "a rounded number beside its mark": lambda table, ax: (
        bars(table, ax),
        ax.annotate("33", (0, 450)),
        ax.annotate("−450.0", (0, 400)),
    ),
    "below zero": lambda table, ax: ax.bar([0, 1], -table["mean"]),
    "a number beside its mark": lambda table, ax: (bars(table, ax), ax.annotate("450", (0, 450))),
    "stacked": lambda table, ax: (ax.bar([0, 1], table["half"]), ax.bar([0, 1], 450, bottom=table["half"])),
}


@pytest.mark.parametrize("draw", SHOWN.values(), ids=SHOWN)
def test_what_a_figure_shows_may_be_any_number_of_its_table(study, draw):
    study.show(GROUPS.assign(half=[32.5, 100.0]), WORDS, counts="n", draw=draw)
    assert (study.chapter.study.places.scratch / "exhibits/05-pay-by-county.svg").is_file()


STRANGE = {
    "people": (lambda _, ax: ax.scatter(range(14), people()["pay"]), "it shows 1,"),
    "what is hidden": (lambda _, ax: ax.bar(["Kisumu", "Lamu"], [450.0, 1150.0]), "it shows 1150,"),
    "a line of them": (lambda _, ax: ax.plot(people()["pay"] / 7, people()["pay"]), "it shows 14.2857,"),
    "a line across": (lambda _, ax: ax.axhline(1150), "it shows 1150,"),
    "a line upright": (lambda _, ax: ax.axvline(1150.5), "it shows 1150.5,"),
    "text": (lambda _, ax: ax.text(0, 450, "Lamu 1,150"), "it shows 1150,"),
    "a density": (lambda _, ax: ax.fill_between([0, 1], [2, 3]), "it shows an area"),
    "steps": (lambda _, ax: ax.stairs([450.0, 1150.0]), "it shows an area"),
    "a pie": (lambda _, ax: ax.pie([10, 4]), "it shows an area"),
    "a band": (lambda _, ax: ax.axhspan(450, 1150), "it shows an area"),
    "a floating bar": (lambda _, ax: ax.bar([0], [450.0], bottom=1150.5), "it shows 1150.5,"),
    "many points in a text": (lambda _, ax: ax.text(0, 450, "1.150.000"), "it shows 1.15e.06,"),
    "no number": (lambda _, ax: ax.text(0, 450, "1.2,3.4"), "it shows inf,"),
    "an image": (lambda _, ax: ax.imshow([[1, 2]]), "it shows an area"),
    "another axis": (lambda _, ax: ax.twinx().bar([0], [1150]), "it shows 1150,"),
}


@pytest.mark.parametrize(("draw", "told"), STRANGE.values(), ids=STRANGE)
def test_a_figure_with_a_number_that_its_table_lacks_is_refused(study, draw, told):
    with pytest.raises(ProblemsError, match=told):
        study.show(GROUPS, WORDS, counts="n", draw=draw)
    assert not (study.chapter.study.places.scratch / "exhibits").exists()


def test_words_are_asked_for_in_the_language_of_the_report(study):
    other = OpenStudy(study.definition, Chapter("05_outcomes", Reader("id", study.definition)))
    with pytest.raises(ProblemsError, match=re.escape('title={"en": "…", "id": "…"}')):
        other.show(GROUPS, "Pay by county", counts="n")
    other.show(GROUPS, WORDS, counts="n")
    assert len(kept(study.chapter, "05-pay-by-county")) == 2, "one name in every language"


def test_outside_the_notebooks_of_the_report_it_is_only_shown(capsys):
    study = open_study("nsw-1976")
    study.show(GROUPS, "Pay by county", counts="n")
    assert "<table: pay-by-county, Pay by county" in capsys.readouterr().out, "shown, not numbered"


def test_a_figure_alone_does_not_say_on_whom_it_rests(study):
    with pytest.raises(ProblemsError, match="a Figure does not say on how many each of its numbers rests"):
        study.show(new_figure(2.0)[0], "Pay")


@pytest.mark.parametrize(
    ("table", "counts", "told"),
    [
        (people(), "n", "column _key: the column names single units"),
        (people().drop(columns="_key"), "n", "it has no column 'n' that says on how many each row rests"),
        (people().assign(n=1).drop(columns="_key"), "n", "each row is a single unit"),
        (people().drop(columns="_key").assign(n=5.5), "n", "not every value is a number of units"),
        (people().drop(columns="_key").assign(n=-5), "n", "not every value is a number of units"),
        (people().drop(columns="_key").assign(n="many"), "n", "not every value is a number of units"),
        (people().set_index("_key").assign(n=1), "n", "column _key: the column names single units"),
        (people().groupby("county")[["pay"]].agg(["size", "mean"]), "n", "one of county, pay mean, pay size"),
    ],
)
def test_what_is_no_table_of_groups_is_refused(study, table, counts, told):
    with pytest.raises(ProblemsError, match=told):
        study.show(table, "Pay", counts=counts)
    assert not (study.chapter.study.places.scratch / "exhibits").exists()
