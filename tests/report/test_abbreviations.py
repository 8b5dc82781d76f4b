"""What abbreviations stand for: those that occur, and no others."""

from dataclasses import replace

import pytest
import yaml

from conftest import ROOT
from manfaat.analysis.study import load_study
from manfaat.definitions.charter import Statements
from manfaat.report.abbreviations import OURS, abbreviations
from manfaat.report.blocks import Cell, Figure, Fold, Head, Heading, Table, listed, said
from manfaat.report.reader import Reader

STATED = "abbreviations: {NSW: {en: National Supported Work, id: Kerja Terbimbing}, WAP: {en: x, id: y}}"


@pytest.fixture(scope="module")
def study():
    stated = Statements(**yaml.safe_load(STATED))
    return replace(load_study("nsw-1976", root=ROOT), charter=stated)


def explained(study, *blocks, language="en"):
    found = abbreviations(Reader(language, study), blocks)
    return {entry.name: entry.runs[0].text for entry in found[1].entries} if found else {}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The ATT of NSW, by OLS.", ["ATT", "NSW", "OLS"]),
        ("(HC2) errors, ω = 0.80 and d_z", ["d_z", "HC2", "ω"]),
        ("ATTIC, LATER, aSD, Hedges' d", []),  # parts of words are none
        ("d_zero and HC22", []),
        ("", []),
    ],
)
def test_what_occurs_is_explained_in_alphabetical_order(study, text, found):
    assert list(explained(study, said(text))) == found


def test_every_kind_of_block_is_looked_at(study):
    blocks = [
        Heading(2, "ATT"),
        listed(["OLS"]),
        Figure("f", "Figure 1", "ITT", "SD", "LATE"),
        Fold("More", (Table("t", "Table 1", "ICC", "δ", (Head("CR1"),), ((Cell("CR2"),),)),)),
    ]
    found = explained(study, *blocks)
    assert set(found) == {"ATT", "OLS", "ITT", "SD", "LATE", "ICC", "δ", "CR1", "CR2"}


def test_the_programmes_own_stand_in_the_readers_language(study):
    assert explained(study, said("NSW"), language="id") == {"NSW": "Kerja Terbimbing"}
    assert "OLS" in explained(replace(study, charter=None), said("NSW and OLS"))
    assert explained(replace(study, charter=None), said("NSW")) == {}


def test_each_of_ours_is_said_in_both_languages(study):
    english, indonesian = (explained(study, said(" ".join(OURS)), language=code) for code in ("en", "id"))
    assert set(english) == set(indonesian) == set(OURS)
    assert all(english[name] != indonesian[name] for name in OURS)


def test_reports_explain_what_they_use_and_number_their_documents(finished):
    page = finished.page("nsw-1976", "annex")
    section = page[page.index('id="abbreviations"') :]
    for name in ("ATT", "HC2", "NSW", "OLS", "Γ"):
        assert f">{name}</" in section
    assert "PSID" not in page or ">PSID</" in section
    assert page.index('id="abbreviations"') < page.index('id="documents"') < page.index('id="record"')
    study = load_study("nsw-1976", root=ROOT)
    documents = page[page.index('id="documents"') : page.index('id="record"')]
    assert documents.count("<li") >= len(study.programme.sources)
