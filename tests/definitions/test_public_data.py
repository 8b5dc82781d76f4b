"""Which data anybody can download, and what is said of them."""

from __future__ import annotations

import shutil

import pytest

from conftest import ROOT, replace_in
from manfaat.analysis.study import load_study
from manfaat.definitions.cohort import load_cohort
from manfaat.report.ledgers import terms_of_sharing
from manfaat.report.reader import Reader

PUBLIC = ("michigan-1987-89", "nsw-1976", "nsw-1976-cps", "nsw-1976-psid")
LINE = "public_data: {{licence: {licence}, address: {address}}}\n"


def told_of(tmp_path, cohort: str, text: str, *, instead_of: str = "") -> list[str]:
    """What is said of a cohort to whose ``cohort.yml`` a text was added."""
    folder = tmp_path / "data/raw" / cohort
    shutil.copytree(ROOT / "data/raw" / cohort, folder)
    if instead_of:
        replace_in(folder / "cohort.yml", instead_of, text)
    else:
        path = folder / "cohort.yml"
        path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")
    return [str(problem) for problem in load_cohort(folder, root=tmp_path)[1]]


def test_shipped_cohorts_of_published_data_are_public_and_no_simulated_one_is(cohorts):
    public = {name: load_cohort(ROOT / "data/raw" / name, root=ROOT)[0].public_data for name in cohorts}
    assert tuple(name for name in public if public[name]) == PUBLIC
    assert {known.licence for known in public.values() if known} == {"MIT"}


@pytest.mark.parametrize("address", ["ask the author", "www.example.org", "file:///etc/passwd", "https://x"])
def test_an_address_is_one_that_anybody_can_open(tmp_path, address):
    was = "address: https://github.com/NickCH-K/causaldata"
    told = told_of(tmp_path, "nsw-1976", f'address: "{address}"', instead_of=was)
    assert len(told) == 1
    assert f"column public_data.address: '{address}' is no address" in told[0]


def test_terms_are_said_with_the_address(tmp_path):
    told = told_of(tmp_path, "nsw-1976", "", instead_of="  licence: MIT\n")
    assert ["public_data.licence" in line for line in told] == [True]


def test_simulated_data_are_not_called_public(tmp_path):
    line = LINE.format(licence="CC0-1.0", address="https://example.org/data")
    told = told_of(tmp_path, "jakarta-tokyo-2004-synthetic", line)
    assert len(told) == 1
    assert "column public_data: a simulated cohort is treated as a confidential one" in told[0]


def test_report_says_who_can_download_the_data():
    said = {code: terms_of_sharing(Reader(code, load_study("nsw-1976", root=ROOT))) for code in ("en", "id")}
    assert said["en"] == (
        "Anybody can download these data (https://github.com/NickCH-K/causaldata; licence: MIT): their"
        " numbers are published in full precision."
    )
    assert "https://github.com/NickCH-K/causaldata" in said["id"]
    assert said["id"].startswith("Data ini dapat diunduh siapa pun")
    assert terms_of_sharing(Reader("en", load_study("jakarta-tokyo-2004-synthetic", root=ROOT))) == ""
