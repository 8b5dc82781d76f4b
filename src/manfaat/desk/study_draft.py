"""The study of a drafted programme: its first indicators and ``programme.yml``, by what is supposed of it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date

import pandas as pd

from manfaat.definitions.study import DECIDE
from manfaat.desk.answers import known_lists
from manfaat.desk.deliveries import dump, in_each
from manfaat.desk.drafts import ENGLISH, INDONESIAN, NO_ANSWER_PROFILE, Draft
from manfaat.desk.money import currency_of
from manfaat.desk.naming import tidy_name, time_of, told_by, words_of
from manfaat.desk.proposals import NUMBERS, Column, Proposal
from manfaat.files.formats import RawTable
from manfaat.files.parsing import date_context, read_date
from manfaat.files.parsing.aliases import fold
from manfaat.files.parsing.normalise import tidy

DEFINITIONS = ["definition::English (en)", "definition::Bahasa Indonesia (id)"]
INDICATORS = [
    "name",
    "indicator",
    "time",
    "stage_thesis",
    "stage_dac",
    "construct",
    "inputs",
    "arguments",
    "unit",
    "direction",
    "family",
    "use",
    ENGLISH,
    INDONESIAN,
    *DEFINITIONS,
]
SERIES = {"rupiah": "idn_cpi", "yen": "jpn_cpi", "dollar": ""}  # prices of the house, by currency
STAGES = ("input", "activity", "output", "outcome", "impact")
DAYS_IN_A_MONTH = 31
NO_GROUP = "the_variable_that_says_who_took_part"


@dataclass(frozen=True)
class StudyDraft:
    """All that is written of a programme: the draft of its codebook, and of each table what tells its rows
    apart; the study is that of the first table.
    """

    draft: Draft
    columns: dict[str, list[Column]]
    proposals: dict[str, Proposal]

    @property
    def main(self) -> Proposal:
        """What is supposed of the units of analysis."""
        return next(iter(self.proposals.values()), Proposal())

    @property
    def of_main(self) -> dict[str, Column]:
        """The variables of the first table, by name."""
        return {column.name: column for column in next(iter(self.columns.values()), [])}


def columns_of(draft: Draft, table: str, sheets: list[RawTable]) -> list[Column]:
    """The drafted variables of a table that a sheet holds, with their answers as codes."""
    lines = {source: line for line in draft.table(table) for source in line["source"].split("|")}
    best = max(sheets, key=lambda sheet: len(set(sheet.columns) & set(lines)), default=None)
    if best is None or not set(best.columns) & set(lines):
        return []
    return [column_of(draft, lines[name], best.frame[name]) for name in best.columns if name in lines]


def column_of(draft: Draft, line: dict[str, str], values: pd.Series) -> Column:
    """One variable with its answers; a text for no answer is none."""
    kind, _, listed = line["type"].partition(" ")
    texts = values.astype("str").str.strip()
    missing = {part.partition("=")[0] for part in line["missing"].split(";")}
    missing |= draft.no_answer if NO_ANSWER_PROFILE in missing else set()
    texts = texts.where(~texts.isin(missing), "")
    answers = draft.answers(listed)
    codes = {fold(tidy(text)[0]): one["name"] for one in answers for text in spellings(one)}
    if kind == "select_one":
        texts = texts.map(lambda text: codes.get(fold(tidy(text)[0]), "") if text else "")
    said = line[ENGLISH].removeprefix(DECIDE).strip()
    labels = {one["name"]: one[ENGLISH] for one in answers}
    return Column(line["name"], kind, line["role"], said, texts.reset_index(drop=True), labels)


def spellings(answer: dict[str, str]) -> list[str]:
    """All ways to write an answer."""
    return [answer["name"], answer[ENGLISH], answer[INDONESIAN], *filter(None, answer["aliases"].split("|"))]


def indicator_lines(study: StudyDraft) -> list[dict[str, str]]:
    """Lines of ``indicators.csv``: who took part, what the design names, what is adjusted for, and a first
    number before and now.
    """
    found = study.main
    begun = [line_of(study, found.group, use="treatment", unit="share")] if begun_in(study) else []
    lines = [*begun, group_line(study)]
    for name in (found.offer, found.strata, found.cluster, found.weight, found.wave):
        if name:
            lines.append(line_of(study, name, use="technical"))
    lines += [covariate_line(study, name) for name in found.covariates]
    if found.outcome:
        lines += outcome_lines(study)
    return lines


def line_of(study: StudyDraft, name: str, **cells: str) -> dict[str, str]:
    """The line of an indicator that is one variable."""
    label = study.of_main[name].said or name
    time = "period" if changes(study, name) else "fixed"
    own = {"name": name, "indicator": name, "time": time, "stage_thesis": "input", "stage_dac": "input"}
    own |= {"construct": "copy", "inputs": name, "direction": "neutral", ENGLISH: label, INDONESIAN: label}
    own |= dict.fromkeys(DEFINITIONS, label) | cells
    return dict.fromkeys(INDICATORS, "") | own


def group_line(study: StudyDraft) -> dict[str, str]:
    """Who took part, which every programme says."""
    found = study.main
    line = dict.fromkeys(INDICATORS, "") | {"name": "group", "indicator": "group", "time": "fixed"}
    line |= {"stage_thesis": "input", "stage_dac": "input", "construct": "copy", "use": "group"}
    line |= {ENGLISH: "Group", INDONESIAN: "Kelompok", "inputs": found.group or f"{DECIDE}{NO_GROUP}"}
    if not found.group:
        return line | dict.fromkeys(DEFINITIONS, f"{DECIDE} who counts as a participant, and who is compared")
    if begun_in(study):
        line |= {"name": "group", "construct": "first_period", "arguments": "otherwise=never"}
    labels = study.of_main[found.group].labels
    took, compared = (
        ", ".join(labels.get(code, code) for code in codes)
        for codes in (found.participants, found.comparison)
    )
    said = study.of_main[found.group].said
    told = f"{said}: {took}" + (f", compared with {compared}" if compared else "")
    return line | {
        DEFINITIONS[0]: told,
        DEFINITIONS[1]: told.replace(", compared with ", ", dibandingkan dengan "),
    }


def covariate_line(study: StudyDraft, name: str) -> dict[str, str]:
    """What is adjusted for: a list of two answers in words as the share of the first, all else as it is."""
    column = study.of_main[name]
    line = line_of(study, name, use="covariate", unit=unit_of(column))
    if set(column.labels) == {"female", "male"}:
        return line | {
            "name": "female",
            "indicator": "female",
            "construct": "in_set",
            "arguments": "values=female",
            "unit": "share",
            ENGLISH: "Female",
            INDONESIAN: "Perempuan",
            DEFINITIONS[0]: "Share who are female",
            DEFINITIONS[1]: "Proporsi perempuan",
        }
    return line


def outcome_lines(study: StudyDraft) -> list[dict[str, str]]:
    """The first number that an effect is asked for, and the same before where it was measured.

    Money is at the prices of the year of the interview; what was earned before is of another year that the
    data do not say, so it is adjusted for and never subtracted.
    """
    found = study.main
    column, before = study.of_main[found.outcome], found.before(found.outcome)
    stem = tidy_name(time_of(found.outcome)[1], {"group"}) if before else found.outcome
    concept = found.outcome if stem in {*study.of_main} - {found.outcome, before} else stem
    shared = {
        "indicator": concept,
        "stage_thesis": found.stage or f"{DECIDE} output, outcome or impact",
        "stage_dac": found.stage,
        "unit": unit_of(column),
        "direction": "lower" if column.is_about(words_of("lower")) else "higher",
    }
    is_nominal = shared["unit"].partition("_")[0] in SERIES
    now = line_of(study, found.outcome, time="period" if found.panel else "now", use="effect", **shared)
    if is_nominal:
        when = day_of(study)
        now |= {
            "name": concept,
            "construct": "deflate",
            "unit": at_prices(shared["unit"], when.year if when else 0),
        }
        day = when.name if when else f"{DECIDE}date_of_the_amount"
        now["inputs"] = found.outcome if found.panel else f"{found.outcome} {day}"
    if not before or found.panel:
        return [now]
    own = {"indicator": before} if is_nominal or column.kind == "money" else {}
    return [line_of(study, before, time="before", use="covariate", **(shared | own)), now]


@dataclass(frozen=True)
class Day:
    """The variable with the day of the interview, the year of most answers and how long it took."""

    name: str
    year: int
    months: int  # within which all answers lie, at most a year


def day_of(study: StudyDraft) -> Day | None:
    """The day of the interview: the first date that is called so, or the only one that is no birthday."""
    dates = [
        column
        for column in study.of_main.values()
        if column.kind in ("date", "dateTime", "month") and not column.is_about(words_of("birth"))
    ]
    called = [column for column in dates if column.role or column.is_about(words_of("interview"))]
    chosen = next(iter(called or dates), None)
    if chosen is None:
        return None
    context = date_context(Counter(chosen.answered))
    read = [
        str(found.value or found.proposal or "")
        for found in (read_date(text, context) for text in chosen.answered)
    ]
    years = Counter(day[:4] for day in read if day[:4].isdecimal())
    if not years:
        return None
    days = sorted(date.fromisoformat(f"{day}-01"[:10]) for day in read if re.match(r"\d{4}-\d\d", day))
    span = (days[-1] - days[0]).days // DAYS_IN_A_MONTH + 1 if days else 12
    return Day(chosen.name, int(years.most_common(1)[0][0]), min(span, 12))


def at_prices(unit: str, year: int) -> str:
    """A unit of money at the prices of a year: rupiah_month → rupiah_2004_month; as it is without a year."""
    currency, _, period = unit.partition("_")
    return "_".join(filter(None, [currency, str(year), period])) if year else unit


def prices_of(study: StudyDraft) -> dict[str, object]:
    """``prices`` of ``programme.yml``, where the first number is money that the house has prices for."""
    outcome = study.of_main.get(study.main.outcome)
    currency = unit_of(outcome).partition("_")[0] if outcome else ""
    series, when = SERIES.get(currency, ""), day_of(study)
    if outcome and outcome.kind == "money" and currency not in (*SERIES, "money"):
        label = {"en": "prices of the time of the survey", "id": "harga saat survei"}
        return {
            "prices": {
                "nominal_within": when.months if when else 12,
                "base_year": when.year if when else f"{DECIDE} year of the survey",
                "label": label,
            }
        }
    if not series or when is None:
        return {}
    label = {"en": "consumer prices, annual", "id": "harga konsumen, tahunan"}
    return {"prices": {"series": series, "base_year": when.year, "label": label}}


def unit_of(column: Column) -> str:
    """The name of the unit of a variable, of those that the house knows; "" where it has none."""
    if column.kind == "money":
        texts = " ".join([*column.answered.head(50), column.said])
        signs = {
            key: re.search(rf"(?i)(?<![a-z])(?:{words_of(key)})", texts)
            for key in told_by()
            if key.startswith("currency_")
        }
        own = currency_of(column.answered.head(50)).lower() or "money"
        money = next((key.removeprefix("currency_") for key, found in signs.items() if found), own)
        period = told_unit(column, "per_")
        return f"{money}_{period}" if period else money
    if set(column.labels) == {"0", "1"}:
        return "share"
    if column.kind == "select_one":
        return "points_5" if list(column.labels) == list("12345") else ""
    return told_unit(column, "unit_") if column.kind in NUMBERS else ""


def told_unit(column: Column, prefix: str) -> str:
    """The unit that the words of a variable tell, of those whose key begins so; "" where they tell none."""
    return next(
        (
            key.removeprefix(prefix)
            for key in told_by()
            if key.startswith(prefix) and column.is_about(words_of(key))
        ),
        "",
    )


def changes(study: StudyDraft, name: str) -> bool:
    """Whether a variable has different values in the periods of a panel."""
    unit = study.of_main.get(study.main.panel[0]) if study.main.panel else None
    values = study.of_main[name].codes
    if unit is None or len(unit.codes) != len(values):
        return False
    there = values != ""
    return bool((values[there].groupby(unit.codes[there]).nunique() > 1).any())


def begun_in(study: StudyDraft) -> list[str]:
    """The periods of a panel in which taking part began for a unit; none where it does not begin in its
    course.
    """
    found = study.main
    if not found.panel or not found.group or found.participants != ["1"] or not changes(study, found.group):
        return []
    unit, period = (study.of_main[name].codes for name in found.panel)
    took = study.of_main[found.group].codes == "1"
    first = pd.to_numeric(period[took], errors="coerce").groupby(unit[took]).min().dropna()
    return sorted({f"{when:.0f}" for when in first})


def design_of(study: StudyDraft) -> dict[str, object]:
    """``design`` of ``programme.yml``."""
    found, begun = study.main, begun_in(study)
    design: dict[str, object] = {
        "unit": found.unit
        if found.unit in ("person", "firm")
        else {"one": dict.fromkeys(("en", "id"), found.unit), "many": in_each(f"several of {found.unit}")},
        "group": "group",
        "participants": begun or found.participants or ["1"],
        "comparison": ["never"] if begun else found.comparison,
    }
    design |= {"assigned": found.offer} if found.offer else {}
    design |= {"panel": dict(zip(("unit", "period"), found.panel, strict=True))} if found.panel else {}
    design |= {
        role: name
        for role, name in (
            ("wave", found.wave),
            ("weight", found.weight),
            ("strata", found.strata),
            ("cluster", found.cluster),
        )
        if name
    }
    times = {"before": {"en": "before the programme", "id": "sebelum program"}} if has_before(found) else {}
    return design | {"times": times | {"now": {"en": "now", "id": "saat ini"}}}


def has_before(found: Proposal) -> bool:
    """Whether something was measured before the programme."""
    return bool(found.panel or found.wave or found.before(found.outcome))


def units_used(lines: list[dict[str, str]], study: StudyDraft) -> dict[str, object]:
    """``units``: those that the house knows by their names alone, an unknown currency with its label."""
    names = dict.fromkeys(line["unit"] for line in [*lines, *study.draft.variables] if line.get("unit"))
    return {
        name: {"label": dict.fromkeys(("en", "id"), name.replace("_", " a ")), "decimals": 0}
        if name.startswith("money")
        else None
        for name in names
    }


def number_checks(draft: Draft) -> list[dict[str, object]]:
    """A check for amounts far from all others, one a table, over all its numbers."""
    numbers: dict[str, list[str]] = {}
    for line in draft.variables:
        if line["type"] in ("integer", "decimal", "money") and not line.get("role"):
            numbers.setdefault(line["table"], []).append(line["name"])
    return [
        {"id": f"far_{table}", "table": table, "kind": "outlier", "variables": names}
        for table, names in numbers.items()
    ]


def programme_text(name: str, study: StudyDraft, lines: list[dict[str, str]], notes: list[str]) -> str:
    """The text of a drafted ``programme.yml``, with a comment at everything that must be decided."""
    draft = study.draft
    title = draft.title or name.replace("-", " ").replace("_", " ").capitalize()
    values: dict[str, object] = {
        "programme": name,
        "title": {"en": title, "id": title},
        "summary": in_each("what the programme is, in a few sentences"),
        "partners": [],
        "sources": [],
        "tables": {
            table: {"label": {"en": table, "id": table}, "key": proposal.key or ["row"]}
            for table, proposal in study.proposals.items()
        },
        "units": units_used(lines, study),
        "design": design_of(study),
        **prices_of(study),
        "checks": number_checks(draft),
        "claims": [],
    }
    if draft.no_answer and any(NO_ANSWER_PROFILE in line["missing"].split(";") for line in draft.variables):
        values["missing"] = {NO_ANSWER_PROFILE: ";".join(f"{code}=blank" for code in sorted(draft.no_answer))}
    head = [
        f"# Drafted. {DECIDE} everything that is marked so, then run: manfaat check COHORT",
        *[f"# - {line}" for line in dict.fromkeys([*draft.decide, *notes])],
    ]
    tail = (
        "# No 'specifications' are declared: the ladder of estimates and which of them speaks are chosen by"
        " the design above.\n"
        "# Who is to be served alike, by sex, age or whatever else, is declared under 'equity'.\n"
    )
    text = re.sub(r"(?m)^(units|  [a-z_]+): null$", r"\1:", dump(values))
    for key in ("participants", "comparison", "key"):
        text = in_one_line(text, key)
    for key, what in marks_of(study).items():
        mark = f"  # {DECIDE} {what}".replace("\\", r"\\")
        text = re.sub(rf"(?m)^( *{key}:.*)$", rf"\g<1>{mark}", text, count=1)
    return "\n".join(head) + "\n" + text + tail


def in_one_line(text: str, key: str) -> str:
    """A list of YAML in one line: ``key: [a, b]``."""

    def joined(match: re.Match[str]) -> str:
        items = re.findall(r"- (.*)", match["items"])
        return f"{match['head']} [{', '.join(items)}]\n"

    return re.sub(rf"(?m)^(?P<head> *{key}:)\n(?P<items>(?: *- .*\n)+)", joined, text)


def marks_of(study: StudyDraft) -> dict[str, str]:
    """What a person must decide in ``programme.yml``, by the key at which it stands."""
    found = study.main
    marks = {}
    if not found.key:
        marks["key"] = "the variables that tell rows apart, so that resubmissions are found"
    if "group" not in found.settled:
        marks["participants"] = (
            "whether these answers of the group are those of participants, and 'comparison' the others"
            if found.group
            else "the answers of the group that participants have; 'comparison' those of the others"
        )
    if found.offer:
        marks["assigned"] = "whether 1 are those offered a place: groups are then compared by it"
    if study.draft.no_answer:
        marks[NO_ANSWER_PROFILE] = "why these have no answer: dont_know, refused, not_applicable, not_asked"
    return marks


def told(study: StudyDraft) -> list[str]:
    """What was supposed of the study, a line each, for the person who checks it."""
    found = study.main
    names = {
        "rows are told apart by": ", ".join(found.key),
        "a panel of": " over ".join(found.panel) if found.panel else "",
        "waves": found.wave,
        "who took part": found.group and f"{found.group} = {', '.join(found.participants)}",
        "compared with": found.group and ", ".join(found.comparison),
        "who was assigned": found.offer,
        "strata": found.strata,
        "cluster": found.cluster,
        "weight": found.weight,
        "measured before and now": ", ".join(f"{before} and {now}" for before, now in found.pairs),
        "adjusted for": ", ".join(found.covariates),
        "first number": found.outcome,
    }
    few = [
        line["name"]
        for line in study.draft.variables
        if line["type"] == "integer"
        and line["name"] in study.of_main
        and is_coded(study.of_main[line["name"]])
    ]
    names["whole numbers of few values, perhaps codes of answers"] = ", ".join(few)
    return [f"{what}: {name}" for what, name in names.items() if name]


def is_coded(column: Column) -> bool:
    """Whether whole numbers may be codes of answers: 1 to 7 at most, each given more than once."""
    values = set(column.answered)
    return 2 <= len(values) <= 7 and values <= set("0123456789") and not known_lists().keys() & {column.name}
