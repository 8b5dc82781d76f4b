"""What a reader sees is in the reader's language, whole."""

import ast
import os
import shutil
import subprocess
import sys

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from conftest import ROOT, page_of
from manfaat.definitions.programme import Unit
from manfaat.report import translations
from manfaat.report.words import LANGUAGES, Language, paragraphs

MONEY = Unit.model_validate({"label": {"en": "dollars", "id": "dolar"}, "prefix": "$", "decimals": 0})
SHARE = Unit.model_validate({"label": {"en": "points", "id": "poin"}, "is_share": True, "decimals": 1})


@pytest.mark.slow
def test_catalogues_are_complete_and_not_stale():
    messages = translations.extracted(ROOT)
    assert len(list(messages)) > 150
    for language in LANGUAGES[1:]:
        assert translations.check(language, messages) == []


@pytest.mark.slow
def test_a_missing_a_stale_and_a_mismatched_message_are_found():
    messages = translations.extracted(ROOT)
    messages.add("Never {said} before")
    assert any("not translated: 'Never {said} before'" in str(p) for p in translations.check("id", messages))
    messages = translations.extracted(ROOT)
    messages.delete("Findings") if messages.get("Findings") else messages.delete("Verdict")
    assert any("stale" in str(p) for p in translations.check("id", messages))


@pytest.mark.slow
def test_a_changed_sentence_keeps_its_translation_as_a_proposal(tmp_path, monkeypatch):
    shutil.copy(translations.path_of("id"), tmp_path / "id.po")
    monkeypatch.setattr(translations, "CATALOGUES", tmp_path)
    messages = translations.extracted(ROOT)
    was = "Activities are what participants received. Where the delivery measures them for both groups, they"
    was += " are compared like any other indicator."
    now = was.replace("like any other", "as any other")
    told = Language("id").say(was)
    assert told != was
    messages.delete(was)
    messages.add(now)
    for _ in range(2):  # it stays a proposal, however often the catalogue is brought up to date
        (tmp_path / "id.po").write_bytes(translations.updated("id", messages))
        (problem,) = translations.check("id", messages)
        assert f"to be confirmed: {now[:70]!r}, proposed: {told[:70]!r}" in str(problem)
    path = tmp_path / "id.po"
    path.write_text(path.read_text(encoding="utf-8").replace("#, fuzzy\n", ""), encoding="utf-8")
    assert translations.check("id", messages) == []


@pytest.mark.slow
def test_a_catalogue_that_would_be_written_otherwise_is_told(tmp_path, monkeypatch, capsys):
    shutil.copy(translations.path_of("id"), tmp_path / "id.po")
    monkeypatch.setattr(translations, "CATALOGUES", tmp_path)
    assert translations.main(["--check"]) == 0
    path = tmp_path / "id.po"
    path.write_text(path.read_text(encoding="utf-8").replace("#: report/", "#: ", 1), encoding="utf-8")
    assert translations.main(["--check"]) == 1
    assert "locale/id.po: it is not up to date. Expected: what 'make translations' writes." in (
        capsys.readouterr().out
    )


def test_each_paragraph_of_a_notebook_is_a_message():
    language = Language("id")
    kept, text = "## What was done?", "## What was done?\n\nNobody has translated this."
    assert language.prose(text) == f"{language.say(kept)}\n\nNobody has translated this."
    assert language.say(kept) != kept
    assert paragraphs("a\nb\n\n\n  \nc\n") == ["a\nb", "c"]


@pytest.mark.slow
def test_messages_are_never_inside_an_f_string():
    # the catalogue tool does not look inside f-strings, so such a message would stay English unseen
    for path in (ROOT / "src" / "manfaat").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                calls = [
                    c
                    for c in ast.walk(node)
                    if isinstance(c, ast.Call)
                    and getattr(c.func, "attr", getattr(c.func, "id", "")) in ("say", "mark", "say_count")
                ]
                assert not [c for c in calls if c.args and isinstance(c.args[0], ast.Constant)], (
                    f"{path.name}:{node.lineno}"
                )


@pytest.mark.parametrize(
    ("language", "value", "decimals", "text"),
    [
        ("en", 1234.5, 1, "1,234.5"),
        ("id", 1234.5, 1, "1.234,5"),
        ("en", -0.001, 2, "0.00"),
        ("en", -2.0, 0, "−2"),
        ("en", float("nan"), 2, "–"),
        ("id", 2500000, 0, "2.500.000"),
    ],
)
def test_numbers(language, value, decimals, text):
    assert Language(language).number(value, decimals) == text


def test_a_sign_stands_apart_from_its_amount_where_the_language_has_it_so():
    rupiah = MONEY.model_copy(update={"prefix": "Rp "})
    told = [Language(code).amount(-1794.34, unit) for code in ("en", "id") for unit in (rupiah, MONEY)]
    assert told == ["−Rp 1,794", "−$1,794", "−Rp1.794", "−$1.794"]  # EYD: no space in Indonesian
    assert all(text.value == -1794 for text in told)


def test_amounts():
    english = Language("en")
    assert english.amount(-1794.34, MONEY) == "−$1,794"
    assert english.amount(0.1106, SHARE) == "11.1"
    assert english.level(0.1106, SHARE) == "11.1%"
    assert english.amount_with_unit(-0.1106, SHARE) == "−11.1 points"
    assert english.amount(float("nan"), MONEY) == "–"
    calendar = Unit(label={"en": "year", "id": "tahun"}, decimals=0, is_calendar=True)
    assert [language.amount(1996.2, calendar) for language in (english, Language("id"))] == ["1996", "1996"]
    assert [
        language.amount(1996.2, calendar.model_copy(update={"is_calendar": False}))
        for language in (english, Language("id"))
    ] == ["1,996", "1.996"]
    assert english.p_value(0.0004) == "< 0.001"


def test_plural_forms():
    one, many = "Cleaning changed {n} cell.", "Cleaning changed {n} cells."
    assert [Language("en").say_count(one, many, n) for n in (0, 1, 2000)] == [
        "Cleaning changed 0 cells.",
        "Cleaning changed 1 cell.",
        "Cleaning changed 2,000 cells.",
    ]
    assert [Language("id").say_count(one, many, n) for n in (1, 2000)] == [
        "Pembersihan mengubah 1 sel.",
        "Pembersihan mengubah 2.000 sel.",
    ]


def test_listing():
    assert [Language("en").listing(list(parts)) for parts in ("", "a", "ab", "abc")] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]


def test_unknown_language_is_refused():
    with pytest.raises(ValueError, match="there is no language 'jp'"):
        Language("jp")


def test_a_third_language_is_one_catalogue(project):
    # every message gets a mark that no English text has; the run must need nothing else
    for folder in ("src", "notebooks"):
        shutil.copytree(ROOT / folder, project / folder, dirs_exist_ok=True)
    catalogue = Catalog(locale="ms")
    for message in translations.extracted(ROOT):
        if message.id:
            one, many = (message.id, "") if isinstance(message.id, str) else message.id
            catalogue.add(
                message.id,
                f"{one} ¤" if not many else tuple(f"{many} ¤" for _ in range(catalogue.num_plurals)),
            )
    with (project / "src/manfaat/report/locale/ms.po").open("wb") as stream:
        write_po(stream, catalogue)

    def run(*arguments: str) -> str:
        environment = os.environ | {"PYTHONPATH": str(project / "src")}
        done = subprocess.run(
            [sys.executable, "-m", *arguments], cwd=project, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    run("manfaat.report.translations")  # written as the tool writes it
    assert "0 problems" in run("manfaat.report.translations", "--check")
    run("manfaat.cli", "run", "nsw-1976", "--language", "ms")
    html = page_of(project / "reports/nsw-1976")
    assert '<html lang="ms">' in html
    assert html.count("¤") > 150
    assert "Verdict ¤" in html
    assert (project / "reports/nsw-1976/report.pdf").is_file()
    assert (project / "reports/index.ms.html").is_file()
    stale = (
        (project / "src/manfaat/report/locale/ms.po")
        .read_text(encoding="utf-8")
        .replace('msgid "Verdict"', 'msgid "Verdikt"', 1)
    )
    (project / "src/manfaat/report/locale/ms.po").write_text(stale, encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": str(project / "src")}
    checked = subprocess.run(
        [sys.executable, "-m", "manfaat.report.translations", "--check"],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert checked.returncode == 1
    assert "ms.po: not translated: 'Verdict'" in checked.stdout
    assert "ms.po: stale: 'Verdikt'" in checked.stdout
