"""What is sent to whom: built only where everything passes, and then with its checksums and a manifest."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
import shutil
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from conftest import project_below, replace_in
from manfaat.analysis.study import load_study
from manfaat.base.dominance import Dominance
from manfaat.base.problems import ProblemsError
from manfaat.cli import app
from manfaat.report import attacker, identifying, leaving, marks, said, stated
from manfaat.report.reader import Reader
from manfaat.run import release
from manfaat.run.options import Options
from manfaat.run.run import run_cohort

COHORT = "nsw-1976"
PUBLIC = "public_data:\n  licence: MIT\n  address: https://github.com/NickCH-K/causaldata\n"
PLACES = {"data_dir": "data", "reports_dir": "reports"}


@pytest.fixture(scope="module")
def reported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a finished report of the lottery's men, as if nobody could download them."""
    root = project_below(tmp_path_factory.mktemp("released"))
    replace_in(root / "data/raw" / COHORT / "cohort.yml", PUBLIC, "")
    assert run_cohort(COHORT, Options("both", formats=("html",)), root=root).failure == ""
    return root


def sent(root: Path, profile: str, folder: Path) -> Path:
    """The unpacked release of a profile."""
    path, files = release.release(COHORT, profile, folder, places=PLACES, root=root)
    with zipfile.ZipFile(path) as packed:
        assert len(packed.namelist()) == files
        packed.extractall(folder)
    return folder / f"{COHORT}-{profile}"


def files_of(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.runs
def test_each_profile_holds_what_it_says_and_gives_nobody_away(reported, tmp_path):
    made = files_of(reported / "reports" / COHORT)
    held = {}
    for profile in release.PROFILES:
        folder = sent(reported, profile, tmp_path)
        held[profile] = files_of(folder)
        for line in (folder / "SHA256SUMS").read_text().splitlines():
            digest, _, name = line.partition("  ")
            assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
        assert attacker.attack(folder) == []
        for page in folder.glob("*.html"):
            ends = set(re.findall(r'<a\b[^>]*\bhref="([\w.-]+\.html)', page.read_text(encoding="utf-8")))
            assert ends <= held[profile]
    own = {"SHA256SUMS", "release.csv", "manifest.txt", "manifest.id.txt"}
    assert held["internal"] == made | own
    assert held["public"] < held["partner"] < held["internal"]
    assert {"annex.html", "annex.id.html", "estimates.csv"} <= held["partner"] - held["public"]
    assert {"brief.html", "report.html", "brief.id.html", "report.id.html"} <= held["public"]
    assert not [name for name in held["partner"] if name.startswith(("run.json", "blocks"))]
    assert not [name for name in held["public"] if re.search("annex|cell-ledger|matches", name)]
    public = (tmp_path / f"{COHORT}-public/manifest.txt").read_text()
    assert "The annex, with the ledgers" in public
    assert "The annex, with the ledgers" not in (tmp_path / f"{COHORT}-partner/manifest.txt").read_text()
    assert "paling banyak" in (tmp_path / f"{COHORT}-public/manifest.id.txt").read_text()


@pytest.mark.runs
def test_the_ledger_holds_every_number_of_the_tables_that_leave(reported, tmp_path):
    folder = sent(reported, "public", tmp_path)
    lines = leaving.read_ledger(folder / "release.csv")
    for path in (folder / "exhibits").glob("*.csv"):
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
        own = lines[lines["place"] == f"exhibits/{path.name}"]
        for name in [
            name for name in table if leaving.tells_numbers(table[name]) and name not in leaving.KEYS
        ]:
            assert own.loc[own["statistic"] == name, "value"].tolist() == table[name].tolist()
    kept = sorted((reported / "data/processed" / COHORT / "released").glob("*-public.csv"))
    assert kept[-1].read_bytes() == (folder / "release.csv").read_bytes()


@pytest.mark.runs
def test_the_same_release_has_the_same_bytes(reported, tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    monkeypatch.setattr(release, "is_fresh", lambda one: iter(()))
    monkeypatch.setattr(release, "CHECKS", ())
    one, _ = release.release(COHORT, "public", tmp_path / "a", places=PLACES, root=reported)
    two, _ = release.release(COHORT, "public", tmp_path / "b", places=PLACES, root=reported)
    assert one.read_bytes() == two.read_bytes()


@pytest.mark.runs
def test_a_refused_release_says_every_reason_and_leaves_nothing(reported, tmp_path):
    root = tmp_path / "project"
    shutil.copytree(reported, root)
    shutil.rmtree(root / "data/processed" / COHORT / "released", ignore_errors=True)
    folder = root / "reports" / COHORT
    replace_in(folder / "ledger_rows.csv", "445", "444")
    replace_in(folder / "report.html", 'aria-label="', 'data-label="')
    replace_in(folder / "report.html", "<h3", "<h5")
    kept = root / "data/processed" / COHORT / "workings"
    blocks = (kept / "blocks.json").read_text(encoding="utf-8")
    interval = re.search(r'"(\$\d+) to \$', blocks)[1]
    (kept / "blocks.json").write_text(blocks.replace(f'"{interval} to', '"$7 to'), encoding="utf-8")
    told = json.loads((kept / "blocks.id.json").read_text(encoding="utf-8"))
    cell = next(c for b in told if b["kind"] == "table" for row in b["rows"] for c in row if c.get("value"))
    cell["value"] += 1
    (kept / "blocks.id.json").write_text(json.dumps(told), encoding="utf-8")
    with (folder / "exhibits/02-summary.csv").open("a") as stream:
        stream.write("a@example.org,,,,,\n")
    leak = {"name": "pay", "n": [58, 57], "sd": 3.0, "mean": [1.23456789, 1.22345678]}
    pd.DataFrame(leak).to_csv(folder / "exhibits/99-leak.csv", index=False)
    with pytest.raises(ProblemsError) as failure:
        release.release(COHORT, "partner", root / "releases", places=PLACES, root=root)
    kinds = ["report", "ledger", "claims", "disclosure", "translations", "identifiers", "accessibility"]
    assert list(dict.fromkeys(problem.file for problem in failure.value.problems)) == kinds
    assert "example.org" not in str(failure.value)
    assert not (root / "releases").exists()
    assert not (root / "data/processed" / COHORT / "released").exists()


@pytest.mark.runs
def test_a_mean_of_which_few_have_most_by_the_rule_of_a_profile_is_refused(reported, tmp_path, monkeypatch):
    own = dataclasses.replace(release.PROFILES["partner"], rule=Dominance(share=0.01))
    monkeypatch.setitem(release.PROFILES, "partner", own)
    with pytest.raises(ProblemsError, match="'mean_comparison' tells amounts of which few people or firms"):
        release.release(COHORT, "partner", tmp_path / "releases", places=PLACES, root=reported)


@pytest.mark.runs
def test_a_release_that_differs_by_a_person_from_a_former_one_is_refused(reported, tmp_path):
    root = tmp_path / "project"
    shutil.copytree(reported, root)
    sent(root, "public", tmp_path / "first")
    former = next((root / "data/processed" / COHORT / "released").glob("*-public.csv"))
    lines = leaving.read_ledger(former)
    is_n = lines["statistic"].eq("n") & lines["value"].eq("185")
    assert is_n.any()
    lines.loc[is_n, "value"] = "184"
    lines.to_csv(former.with_name("2020-01-01-partner.csv"), index=False)
    with pytest.raises(ProblemsError, match="1 people more or fewer than before"):
        release.release(COHORT, "public", root / "releases", places=PLACES, root=root)
    release.release(COHORT, "internal", root / "releases", places=PLACES, root=root)  # stays in the house


@pytest.mark.runs
def test_the_command_says_where_it_lies_and_what_there_is(reported, monkeypatch):
    monkeypatch.chdir(reported)
    told = CliRunner().invoke(app, ["release", COHORT, "--profile", "public"])
    assert told.exit_code == 0, told.output
    assert f"releases/{COHORT}-public.zip" in told.output
    told = CliRunner().invoke(app, ["release", COHORT, "--profile", "publik"])
    assert told.exit_code == 2
    assert "did you mean public?" in told.output


@pytest.mark.parametrize(
    ("sentence", "is_told"),
    [
        ("earnings came out $1,794 higher ($476 to $3,113).", True),
        ("earnings came out $1,795 higher ($476 to $3,113).", False),
        ("earnings came out $1,794 higher ($477 to $3,113).", False),
        ("it was 24 percentage points higher (4 to 42).", True),
        ("it was 24 percentage points higher (4 to 43).", False),
        ("pay came out 27% higher (14% to 40%).", True),
        ("pay came out 28% higher (14% to 40%).", False),
        ("the interval includes zero (−2.5 to 5.5).", True),
        ("the interval includes zero (2.5 to 5.5).", False),
        ("paid from 1990 on (1990 to 2003).", True),
    ],
)
def test_a_sentence_says_the_numbers_of_a_table(sentence, is_told):
    table = pd.DataFrame(
        {
            "estimate": ["1794.34", "0.24", "0.24", "1.5"],
            "ci_low": ["475.61", "0.04", "0.13", "-2.5"],
            "ci_high": ["3113.07", "0.42", "0.34", "5.5"],
        }
    )
    block = {"kind": "paragraph", "layer": "report", "runs": [{"text": sentence}]}
    reader = Reader("en", load_study(COHORT, root=Path(__file__).parents[2]))
    assert (list(said.unlike(reader, [block], {"estimates.csv": table})) == []) == is_told


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("write to siti.aminah@example.org", "an address of e-mail"),
        ("NIK 3174012345678901 of hers", "an identity number of 16 digits"),
        ("call +62 812-3456-7890", "a telephone number"),
        ("call 081234567890 now", "a telephone number"),
        ("saved in /home/siti/data.csv", "a path of a machine"),
        (r"saved in C:\Users\Siti\data.csv", "a path of a machine"),
        ("Siti Aminah came back", "a value that identifies a person"),
        ("0.0564496484226426,12345678901234567,2014-07-07, 1,794 to 3,113", ""),
        ('M 0812345678901 3174012345678901 in d="M 081234567890 3174012345678901"', ""),
        ("see https://example.org/home/page", ""),
    ],
)
def test_what_identifies_is_found_and_numbers_are_not(tmp_path, text, kind):
    (tmp_path / "page.csv").write_text(
        (text.partition(" in d=")[2] and f"<path d{text.partition('in d')[2]}/>") or text
    )
    found = identifying.found_in([("page.csv", tmp_path / "page.csv")], {"Siti Aminah"}, "")
    assert [one[1] for one in found] == ([kind] if kind else [])
    assert identifying.found_in([("page.csv", tmp_path / "page.csv")], {"Siti Aminah"}, text) == []


PAGE = (
    '<html lang="en"><head><title>T</title></head><body><h1>T</h1><h2 id="a">A</h2>'
    '<svg role="img" aria-label="what it shows"></svg>'
    '<table aria-labelledby="a"><tr><th scope="col">N</th></tr></table><a href="#a">A</a></body></html>'
)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("", "", ""),
        ('lang="en"', 'lang="id"', "language"),
        ("<title>T</title>", "", "no title"),
        (' aria-label="what it shows"', "", "picture"),
        (' scope="col"', "", "table"),
        ("<h2", "<h3", "headings"),
        (">A</a>", "></a>", "link"),
        ("<h1>", '<h1 id="a">', "one id"),
    ],
)
def test_what_a_page_lacks_for_those_who_listen_is_found(tmp_path, old, new, told):
    page = PAGE.replace("</h2>", "</h3>") if new == "<h3" else PAGE
    (tmp_path / "report.html").write_text(page.replace(old, new) if old else page)
    found = list(marks.lacking_marks(tmp_path / "report.html", "en"))
    assert len(found) == bool(told)
    assert told in "".join(found)


TOLD = {  # what a folder tells, besides the exhibits of a section
    "estimates.csv": pd.DataFrame(
        {"is_primary": ["True", "False"], "estimate": ["1794.34", "55.5"], "ci_low": ["475.61", "1"]}
    ),
    "exhibits/05-ladder.csv": pd.DataFrame({"estimate": ["0.2471", "-0.33"], "note": ["of 12.5%", ""]}),
    "exhibits/04-other.csv": pd.DataFrame({"value": ["987.6", "6521.3"]}),
    "stated/06_benefits.csv": pd.DataFrame({"name": ["cost total"], "value": ["24660000000"]}),
}


@pytest.mark.parametrize(
    ("sentence", "lacking"),
    [
        ("came out $1,794 higher", []),
        ("came out $1,795 higher", ["1,795"]),
        ("it was 24.7 percentage points", []),
        ("it was 24.8 percentage points", ["24.8"]),
        ("it was 24.7 points of a scale", ["24.7"]),  # no share
        ("it was 33% less, and 28% more", []),  # as it is, and of a difference of logarithms
        ("it was 35% less", ["35"]),
        ("12.5% of them", []),
        ("12.6% of them", ["12.6"]),
        ("a cost of Rp 24.7 billion", []),
        ("a cost of Rp 24.8 billion", ["24.8"]),
        ("a cost of Rp 24.7 million", ["24.7"]),
        ("6,521 of them", []),  # four digits: of any table
        ("988 of them", ["988"]),  # of another section's
        ("in 1989, at 5% and 0.95", []),  # a year, and what is declared
        ("two rows, 2 of them", []),
        ("41 of them", ["41"]),
    ],
)
def test_every_number_of_a_sentence_is_told_by_a_table(sentence, lacking):
    blocks = [
        {"kind": "heading", "id": "a", "layer": "report", "text": "A"},
        {"kind": "paragraph", "layer": "report", "runs": [{"text": sentence}]},
        {"kind": "table", "layer": "annex", "id": "exhibit-1", "name": "05-ladder", "rows": []},
        {"kind": "heading", "id": "b", "layer": "report", "text": "B"},
        {"kind": "table", "layer": "annex", "id": "exhibit-2", "name": "04-other", "rows": []},
    ]
    reader = Reader("en", load_study("jakarta-tokyo-2004-synthetic", root=Path(__file__).parents[2]))
    folder = stated.Folder(blocks, TOLD, stated.declared_in(["confidence: 0.95", "rate: 0.05"]))
    assert [one.digits for one in folder.lacking(reader)] == lacking
    cited = {"text": "Table 988", "link": "#exhibit-2"}
    blocks[1]["runs"] = [{"text": "988 of them, see "}, cited]
    assert list(folder.lacking(reader)) == []
