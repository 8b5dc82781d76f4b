"""A folder that somebody sent names, links and holds nothing but itself, and no definition is large."""

from __future__ import annotations

import os
import shutil
import time

import pytest
import yaml

from conftest import ROOT, replace_in
from manfaat.definitions.cohort import load_cohort
from manfaat.definitions.corrections import Correction
from manfaat.definitions.programme import load_programme
from manfaat.definitions.records import load_yaml, read_rows

SECRET = "series,year,value,source\nsalary-of-Siti,2004,1,x\n"
PRICES = 'prices: {{series: cpi, file: "{}", base_year: 1982, label: {{en: a, id: a}}}}\n'


@pytest.fixture
def sent(tmp_path):
    """A project into which deliveries and a programme were sent, and a file beside them that is nobody's
    business.
    """
    shutil.copytree(ROOT / "programmes/nsw", tmp_path / "programmes/nsw")
    shutil.copytree(ROOT / "data/raw/nsw-1976", tmp_path / "data/raw/nsw-1976")
    synthetic = tmp_path / "data/raw/jakarta-tokyo-2004-synthetic"
    synthetic.mkdir()
    shutil.copy(ROOT / "data/raw" / synthetic.name / "cohort.yml", synthetic)
    (tmp_path / "secret.csv").write_text(SECRET)
    return tmp_path


def refused(sent, folder: str) -> str:
    """What is said of a folder of which nothing more is read."""
    load = load_programme if folder.startswith("programmes") else load_cohort
    record, problems = load(sent / folder, root=sent)
    assert record is None
    told = "\n".join(map(str, problems))
    assert "Siti" not in told
    assert str(sent) not in told
    return told


ELSEWHERE = "it lies elsewhere, and only what lies in the folder itself is read (found "
NAMES = [
    "../../../secret.csv",
    "/etc/passwd",
    "..",
    "a/../../nsw/x.csv",
    r"..\\x.csv",
    r"C:\\x.csv",
    r"a\0b.csv",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_delivered_file_lies_in_its_folder(sent, name):
    replace_in(sent / "data/raw/nsw-1976/cohort.yml", "file: nsw.csv", f'file: "{name}"')
    told = refused(sent, "data/raw/nsw-1976")
    assert told.startswith(f"data/raw/nsw-1976/cohort.yml, column files.0.file: {ELSEWHERE}")


@pytest.mark.parametrize("name", NAMES)
def test_the_truth_of_a_synthetic_cohort_lies_in_its_folder(sent, name):
    path = sent / "data/raw/jakarta-tokyo-2004-synthetic/cohort.yml"
    replace_in(path, "truth: truth", f'truth: "{name}"')
    told = refused(sent, path.parent.relative_to(sent).as_posix())
    assert f"cohort.yml, column simulated.truth: {ELSEWHERE}" in told


@pytest.mark.parametrize("name", NAMES)
def test_the_prices_of_a_programme_lie_in_its_folder(sent, name):
    path = sent / "programmes/nsw/programme.yml"
    path.write_text(PRICES.format(name) + path.read_text())
    told = refused(sent, "programmes/nsw")
    assert told.startswith(f"programmes/nsw/programme.yml, column prices.file: {ELSEWHERE}")


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("programmes/nsw", "context.en.md"),
        ("programmes/nsw", "programme.yml"),
        ("programmes/nsw", "corrections.csv"),
        ("programmes/nsw", "plan-2026-01-01.yml"),
        ("programmes/nsw", "series"),
        ("data/raw/nsw-1976", "cohort.yml"),
        ("data/raw/nsw-1976", "SHA256SUMS"),
        ("data/raw/nsw-1976", "nsw.csv"),
        ("data/raw/nsw-1976", "more/notes.txt"),
    ],
)
def test_no_link_leads_out_of_a_folder(sent, folder, name):
    path = sent / folder / name
    path.parent.mkdir(exist_ok=True)
    path.unlink(missing_ok=True)
    path.symlink_to(sent if name == "series" else sent / "secret.csv")
    told = refused(sent, folder)
    assert f"{folder}/{name}: it is a link to elsewhere. Expected: the file itself" in told


def test_a_link_within_the_folder_and_the_lock_of_an_editor_are_nothing_to_refuse(sent):
    folder = sent / "programmes/nsw"
    (folder / "notes.csv").symlink_to("corrections.csv")
    (folder / ".#programme.yml").symlink_to("somebody@a-machine.4711:17")
    assert load_programme(folder, root=sent)[1] == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes among the files")
@pytest.mark.parametrize(
    ("folder", "name"),
    [("programmes/nsw", "rules.csv"), ("programmes/nsw", "more.yml"), ("data/raw/nsw-1976", "a.yml")],
)
def test_what_is_no_file_is_not_waited_for(sent, folder, name):
    os.mkfifo(sent / folder / name)
    assert f"{folder}/{name}: it is neither a file nor a folder" in refused(sent, folder)


def test_a_programme_is_called_as_its_folder_is(sent):
    replace_in(sent / "programmes/nsw/programme.yml", "programme: nsw", "programme: ../../elsewhere")
    told = "\n".join(map(str, load_programme(sent / "programmes/nsw", root=sent)[1]))
    assert "programme.yml: 'programme' is '../../elsewhere' but the folder is 'nsw'" in told


@pytest.mark.parametrize("name", ["../../../people", "/tmp/people", "a/b", "..", "''", "'a\\b'"])
def test_a_table_has_a_name_that_can_be_a_files(sent, name):
    replace_in(sent / "programmes/nsw/programme.yml", "  people:", f"  {name}:")
    told = refused(sent, "programmes/nsw")
    assert f"programme.yml, column tables.{name.strip(chr(39))}: no file can be called so" in told


# --- YAML and CSV


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("a: 1\nb: 2\na: 3\n", 3),
        ("x: y\nlabel: {en: A, id: B, en: C}\n", 2),
        ("a:\n  - b: 1\n    c: 2\n    b: 3\n", 4),
        ("a: 1\n'a': 2\n", 2),
        ("? [1]\n: {k: 1, k: 2}\n", 2),
    ],
)
def test_a_key_that_stands_twice_is_told_with_its_row(text, row):
    with pytest.raises(yaml.MarkedYAMLError, match=r"'\w+' stands twice, first in row \d") as failure:
        load_yaml(text)
    assert failure.value.problem_mark.line + 1 == row


def test_a_key_that_replaces_a_merged_one_stands_once():
    text = "x:\n  y:\n    base: &b\n      <<: &a {k: 1, l: 2}\n      k: 3\nz:\n  <<: *b\n  l: 4\n"
    found = load_yaml(text)
    assert found["x"]["y"]["base"] == {"k": 3, "l": 2}
    assert found["z"] == {"k": 3, "l": 4}


LARGE = {
    "a list": "- a\n" * 240_000,
    "keys": "".join(f"k{i}: {i}\n" for i in range(60_000)),
    "a list in one line": f"a: [{'1,' * 490_000}]",
    "names": "".join(f"- &a{i} x\n" for i in range(80_000)),
    "a label": f"label: {'x' * 999_000}",
    "a label of words": f"label: '{'word ' * 50_000}'",
    "a text in lines": "label: |\n" + "  word word\n" * 20_000,
    "a key": f"? {'x' * 100_000}\n: 1\n",
    "steps": "".join(f"{' ' * i}a:\n" for i in range(700)),
    "dashes below one another": "".join(f"{' ' * i}-\n" for i in range(700)),
}


@pytest.mark.parametrize("kind", LARGE)
def test_a_large_or_deep_definition_is_refused_at_once(kind):
    began = time.process_time()
    with pytest.raises(yaml.MarkedYAMLError, match=r"more than|too deep"):
        load_yaml(LARGE[kind])
    assert time.process_time() - began < 1


def test_a_long_text_is_told_with_its_row(tmp_path):
    with pytest.raises(yaml.MarkedYAMLError, match="a text has 30,000 letters, more than 20,000") as failure:
        load_yaml(f"a: 1\nlabel:\n  en: {'x' * 30_000}\n")
    assert failure.value.problem_mark.line == 2


@pytest.mark.parametrize(
    ("letters", "told"), [(30_000, "more than 20,000"), (1_000_000, "larger than field limit")]
)
def test_a_long_cell_is_told_with_its_row(tmp_path, letters, told):
    path = tmp_path / "corrections.csv"
    head = ",".join(Correction.model_fields)
    path.write_text(f"{head}\n" + ",".join(["x" * letters] * len(Correction.model_fields)) + "\n")
    _, problems = read_rows(Correction, path, root=tmp_path)
    assert told in str(problems[0])
    assert "row 2" in str(problems[0])
    assert max(len(str(problem)) for problem in problems) < 400


@pytest.mark.parametrize(
    "name",
    [
        "programmes/nsw/context.en.md",
        "programmes/nsw/programme.yml",
        "programmes/nsw/codebook.csv",
        "data/raw/nsw-1976/cohort.yml",
        "data/raw/nsw-1976/SHA256SUMS",
    ],
)
def test_a_huge_file_is_refused_unread(sent, name):
    with (sent / name).open("wb") as stream:
        stream.truncate(10_000_000_000)  # it takes no room, and would fill the memory
    began = time.process_time()
    told = refused(sent, name.rpartition("/")[0])
    assert time.process_time() - began < 1
    assert f"{name}: it has 10,000,000,000 bytes, more than" in told
