"""One page over all reports: what each examined, with what verdict, when, and where its files are."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd
from markupsafe import Markup

from manfaat import __version__
from manfaat.base.moments import day_of
from manfaat.base.paths import PAGES
from manfaat.base.strict import held_in, json_text
from manfaat.definitions.study import Study
from manfaat.report.cover import cover_of
from manfaat.report.gate import put
from manfaat.report.policy import security_policy
from manfaat.report.reader import Reader
from manfaat.report.words import LANGUAGES, Language, mark
from manfaat.run.languages import Told, stem

TEMPLATES = Path(__file__).parents[1] / "report" / "templates"
VERDICTS = "exhibits/07-claims.csv"  # what the findings say of each claim, in the words of the report
FILES = {  # what is sent, by the stem and the kind of its files
    "brief": ("brief", "html", mark("Brief")),
    "html": ("report", "html", mark("Report")),
    "annex": ("annex", "html", mark("Annex")),
    "pdf": ("report", "pdf", "PDF"),
    "docx": ("report", "docx", "Word"),
}


def verdicts(folder: Path) -> dict[str, int]:
    """How many claims got which verdict, in the words of the report."""
    if not (folder / VERDICTS).is_file():
        return {}
    return dict(Counter(pd.read_csv(folder / VERDICTS, dtype=str)["verdict"].dropna()))


def write_summary(study: Study, told: list[Told], record: dict[str, Any]) -> None:
    """Write what the overview says of this report to ``summary.json`` beside it."""
    folder, day, versions = told[0].folder, local_day(record["finished"]), []
    for place, version in enumerate(told):
        cover = cover_of(Reader(version.language, study), day)
        files = {
            kind: file
            for kind, (name, ending, _) in FILES.items()
            if (folder / (file := f"{stem(place, version.language, name)}.{ending}")).is_file()
        }
        versions.append(
            {
                "language": version.language,
                "title": cover.title,
                "label": cover.label,
                "files": files,
                "verdicts": verdicts(version.folder),
            }
        )
    values = {
        "cohort": study.cohort.cohort,
        "programme": study.programme.programme,
        "kind": study.cohort.kind,
        "day": day.isoformat(),
        "versions": versions,
    }
    (folder / "summary.json").write_text(json_text(values), encoding="utf-8")


def local_day(moment: str) -> date:
    """The day of a moment where this machine stands, as the cover states it."""
    return day_of(datetime.fromisoformat(moment))


def summaries(reports: Path) -> list[dict[str, Any]]:
    """Read what every report says of itself, ordered by programme and cohort."""
    found = [held_in(path) for path in sorted(reports.glob("[!.]*/summary.json"))]
    whole = [
        summary
        for summary in found
        if {"programme", "cohort", "versions", "kind", "day"} <= set(summary) and summary["versions"]
    ]
    return sorted(whole, key=lambda summary: (summary["programme"], summary["cohort"]))


def language_name(code: str) -> str:
    """What a language calls itself; its code where a report was made in one that has been taken away
    since.
    """
    return Language(code).name if code in LANGUAGES else code


def row(summary: dict[str, Any], language: Language) -> dict[str, object]:
    """Return one report as the overview shows it: in the reader's language where there is such a version."""
    versions = summary["versions"]
    shown = next((version for version in versions if version["language"] == language.code), versions[0])
    return {
        "title": shown["title"],
        "label": shown["label"],
        "lang": shown["language"],
        "link": f"{summary['cohort']}/{shown['files']['html']}",
        "verdicts": [
            f"{verdict}: {language.number(count, 0)}" for verdict, count in shown["verdicts"].items()
        ],
        "kind": language.say("synthetic") if summary["kind"] == "synthetic" else language.say("real"),
        "date": language.date(date.fromisoformat(summary["day"])),
        "files": [
            {
                "language": version["language"],
                "name": language_name(version["language"]),
                "label": version["label"],
                "links": [
                    {"text": language.say(FILES[kind][2]), "link": f"{summary['cohort']}/{file}"}
                    for kind, file in version["files"].items()
                ],
            }
            for version in versions
        ],
    }


def programmes(reports: Path, language: Language) -> list[dict[str, str]]:
    """The pages that set the cohorts of a programme side by side, in the reader's language where there is
    such a version.
    """
    found = []
    for path in sorted(reports.glob(f"{PAGES}/[!.]*/summary.json")):
        summary = held_in(path)
        if not summary.get("versions"):
            continue
        shown = next(
            (version for version in summary["versions"] if version["language"] == language.code),
            summary["versions"][0],
        )
        count = language.say_count("{n} cohort", "{n} cohorts", len(summary["cohorts"]))
        found.append(
            {
                "link": f"{PAGES}/{summary['programme']}/{shown['file']}",
                "title": shown["title"],
                "lang": shown["language"],
                "count": count,
            }
        )
    return found


def index_name(language: str) -> str:
    """Name the overview of one language."""
    return "index.html" if language == LANGUAGES[0] else f"index.{language}.html"


def write_index(reports: Path) -> None:
    """Write the overview in every language; each file whole or not at all."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True
    )
    found, script = summaries(reports), (TEMPLATES / "page.js").read_text(encoding="utf-8")
    for code in LANGUAGES:
        language = Language(code)
        page = environment.get_template("index.html.j2").render(
            _=language.say,
            language=code,
            version=__version__,
            others=[
                {"code": other, "name": Language(other).name, "file": index_name(other)}
                for other in LANGUAGES
                if other != code
            ],
            rows=[row(summary, language) for summary in found],
            programmes=programmes(reports, language),
            style=Markup((TEMPLATES / "page.css").read_text(encoding="utf-8")),
            script=Markup(script),
            policy=Markup(security_policy(script)),
        )
        put(reports / index_name(code), page)
