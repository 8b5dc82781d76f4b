"""What an analyst's own cell shows stays in the house, unless it goes through the gate."""

from __future__ import annotations

import json

import nbformat
import pandas as pd
import pytest

from conftest import ROOT
from manfaat.analysis.study import load_study
from manfaat.base.paths import places
from manfaat.base.problems import ProblemsError
from manfaat.report.blocks import as_data, said
from manfaat.report.chapter import Chapter
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
    assert "study.share" in part.left_out[0]


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


def test_a_table_of_groups_is_published_without_what_rests_on_fewer_than_five(chapter, capsys):
    groups = people().groupby("county").agg(n=("pay", "size"), mean=("pay", "mean"))
    chapter.share(groups, "Pay by county", counts="n", caption="Monthly.")
    kept = pd.read_csv(chapter.study.places.scratch / "exhibits/05-pay-by-county.csv")
    assert kept["county"].tolist() == ["Kisumu", "Lamu"]
    assert kept["mean"].tolist()[0] == 450
    assert kept[["n", "mean"]].loc[1].isna().all()
    text = capsys.readouterr().out
    assert "Table 5.1. Pay by county." in text
    assert "1150" not in text


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
def test_what_is_no_table_of_groups_is_refused(chapter, table, counts, told):
    with pytest.raises(ProblemsError, match=told):
        chapter.share(table, "Pay", counts=counts)
    assert not (chapter.study.places.scratch / "exhibits").exists()
