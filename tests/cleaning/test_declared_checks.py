"""Every consistency rule of the questionnaire is executed: one planted violation each comes out, and a clean
delivery has none.
"""

import csv
import io
import shutil
from dataclasses import replace
from types import SimpleNamespace

import pandas as pd
import pytest

from conftest import ROOT, seal
from manfaat.analysis import study as studies
from manfaat.definitions.codebook import load_codebook
from manfaat.definitions.prices import house_series
from manfaat.definitions.programme import load_programme
from manfaat.indicators import load_indicators
from manfaat.simulation import Plan, load_simulation
from manfaat.simulation.delivery import write_delivery
from manfaat.simulation.exports import Layout
from manfaat.simulation.mess.rendering import Rendering
from manfaat.simulation.truth import Measures

pytestmark = pytest.mark.simulation

FOLDER = ROOT / "programmes/jakarta-tokyo"
COHORT = "trial-synthetic"
TABLES = ("participants", "supervisors", "costs")
RATINGS = [
    f"{stem}_{time}"
    for stem in [
        "kn1",
        "kn2",
        "kn3",
        "kn4",
        "kn5",
        "sk1",
        "sk2",
        "sk3",
        "sk4",
        "sk5",
        "pr1",
        "pr2",
        "pr3",
        "pr4",
        "ef1",
        "ef2",
        "ef3",
        "ef4",
        "et1",
        "et2",
        "et3",
        "et4",
    ]
    for time in ("now", "then")
]
# the range or the answer list stands for the rule: the cell cannot be used, and a person decides
OUT_OF_RANGE = "review"


def read_rows(path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))


def write_rows(path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def cleaned(root, cohort: str = COHORT):
    study = studies.load_study(cohort, data_dir=str(root), root=ROOT)
    return studies.clean_tables(study, studies.read_raw(study))


def all_findings(tables) -> pd.DataFrame:
    return pd.concat([table.findings.assign(table=name) for name, table in tables.items()], ignore_index=True)


@pytest.fixture(scope="module")
def spotless(tmp_path_factory) -> SimpleNamespace:
    """A simulated delivery without those rows that break a rule by chance (a high wage, an answer by somebody
    else …).
    """
    base = tmp_path_factory.mktemp("spotless")
    programme, _ = load_programme(FOLDER, root=ROOT)
    codebook, _ = load_codebook(FOLDER, programme, root=ROOT)
    lines, _ = load_indicators(FOLDER, programme, codebook, root=ROOT)
    simulation, _ = load_simulation(FOLDER, programme, codebook, root=ROOT)
    series = {
        name: {int(year): float(value) for year, value in found.items()}
        for name, found in house_series().items()
    }
    plan = replace(Plan(simulation, codebook, programme.main_table, series, 60, 4), fixed={"form_ver": "1"})
    raw = base / "raw" / COHORT
    write_delivery(
        raw,
        plan,
        Measures(programme, lines, FOLDER),
        Layout(level="", rendering=Rendering(dates="iso", version="1")),
    )
    for _ in range(3):  # a row left out may leave another one alone
        found = all_findings(cleaned(base))
        for name in TABLES:
            key = "line_id" if name == "costs" else "resp_id"
            drop = set(found.loc[found["table"] == name, "key"])
            write_rows(
                raw / f"{name}.csv", [row for row in read_rows(raw / f"{name}.csv") if row[key] not in drop]
            )
        seal(raw)
    rows = {name: read_rows(raw / f"{name}.csv") for name in TABLES}
    return SimpleNamespace(base=base, raw=raw, rows=rows, programme=programme, codebook=codebook)


def keys_of(row: dict[str, str]) -> set[str]:
    """What a row is known by: respondents and their supervisors' forms share their number."""
    return {row[name] for name in ("resp_id", "line_id") if name in row}


def clean_rows(spotless, rows, root) -> dict:
    """Clean the spotless delivery with other rows."""
    raw = root / "raw" / COHORT
    shutil.copytree(spotless.raw, raw)
    for name, part in rows.items():
        write_rows(raw / f"{name}.csv", part)
    seal(raw)
    return cleaned(root)


def plant_apart(rows, changes) -> dict[str, set[str]]:
    """Make each change in rows that no other has changed, as many as there are rows for; return the keys of
    each one's rows.
    """
    made, free = {}, {name: list(part) for name, part in rows.items()}
    for rule, change in changes.items():
        before = {name: [(row, dict(row)) for row in part] for name, part in free.items()}
        try:
            change(free)
        except StopIteration:
            continue
        made[rule] = {
            key for part in before.values() for row, old in part if row != old for key in keys_of(old)
        }
        assert made[rule], rule
        free = {name: [row for row in part if not keys_of(row) & made[rule]] for name, part in free.items()}
    return made


@pytest.fixture(scope="module")
def planted(spotless, tmp_path_factory) -> dict[str, tuple[dict, set[str]]]:
    """What cleaning finds of every violation, and the keys of the rows it stands in: cleaning takes seconds
    whatever the number of rows, so that as many are planted at once as there are rows for.
    """
    found, left = {}, {rule: change for rule, (_, change, _) in PLANTED.items() if rule not in ALONE}
    while left:
        rows = {name: [dict(row) for row in part] for name, part in spotless.rows.items()}
        made = plant_apart(rows, left)
        assert made
        tables = clean_rows(spotless, rows, tmp_path_factory.mktemp("planted"))
        found |= {rule: (tables, keys) for rule, keys in made.items()}
        left = {rule: change for rule, change in left.items() if rule not in made}
    return found


def alumnus(rows, **wanted) -> dict[str, str]:
    """The first participant who has been away, works as an employee, and has all that is asked for."""
    return next(
        r
        for r in rows["participants"]
        if r["grp"] == "1"
        and r["work_now"] == "4"
        and r["work_pre"] == "4"
        and all(r[k] == v for k, v in wanted.items())
    )


def both(rows, **wanted) -> tuple[dict[str, str], dict[str, str]]:
    """A respondent and the supervisor's form."""
    forms = {form["resp_id"]: form for form in rows["supervisors"]}
    row = next(
        r
        for r in rows["participants"]
        if r["resp_id"] in forms
        and r["wage_now"]
        and forms[r["resp_id"]]["wage_conf"]
        and all(r[k] == v for k, v in wanted.items())
    )
    return row, forms[row["resp_id"]]


def put(finder, **values):
    """Change answers of one row."""

    def change(rows):
        finder(rows).update(values)

    return change


def straight(rows):
    alumnus(rows).update(dict.fromkeys(RATINGS, "3"))


def transformed(rows):
    row = alumnus(rows)
    row.update({f"kn{n}_{time}": code for n in range(1, 6) for time, code in (("now", "5"), ("then", "1"))})


def twice(rows):
    row = alumnus(rows)
    rows["participants"].append({**row, "edu_father": "1" if row["edu_father"] != "1" else "2"})


def alike(rows):
    row = alumnus(rows)
    rows["participants"].append(
        {
            **row,
            "resp_id": "P9999",
            **{name: str(1 + int(row[name] or 3) % 5) for name in RATINGS},
            "t_start": "",
            "t_end": "",
        }
    )


def too_many_promotions(rows):
    row = alumnus(rows, promo_any="2")
    row.update(promo_n="2")


def unlike_the_payroll(rows):
    row, form = both(rows)
    form["wage_conf"] = str(int(float(row["wage_now"]) * 1.5))


def orphaned(rows):
    rows["supervisors"].append({**rows["supervisors"][0], "resp_id": "P8888"})


def unvisited(rows):
    firm = next(r for r in rows["participants"] if r["same_emp"] == "1" and r["work_now"] == "4")["firm_id"]
    own = {r["resp_id"] for r in rows["participants"] if r["firm_id"] == firm}
    rows["supervisors"][:] = [form for form in rows["supervisors"] if form["resp_id"] not in own]


def generous(rows):
    worker = rows["participants"][0]["enum_id"]
    for row in rows["participants"]:
        if row["enum_id"] == worker:
            row.update(
                {name: "5" if place % 9 else "4" for place, name in enumerate(RATINGS)}
                | {"kn1_then": row["kn1_then"] or "5"}
            )


def shifted(name: str, months: int):
    """Move a month of an alumnus by some months from another of its dates."""

    def change(rows):
        row = alumnus(rows, **{"promo_any": "1"} if name.startswith("promo") else {})
        other = row["return_date"] if name.startswith("promo") else row["depart_date"]
        year, month = divmod(int(other[:4]) * 12 + int(other[5:7]) - 1 + months, 12)
        row[name] = f"{year}-{month + 1:02d}"

    return change


def not_alumnus(rows) -> dict[str, str]:
    return next(r for r in rows["participants"] if r["grp"] == "3")


def worker_of_firm(rows) -> dict[str, str]:
    return next(
        r
        for r in rows["participants"]
        if r["same_emp"] == "1"
        and r["promo_any"] == "2"
        and r["lvl_now"] == r["lvl_pre"]
        and int(r["lvl_now"] or 7) < 6
    )


def fallen(rows) -> dict[str, str]:
    return next(r for r in rows["participants"] if r["promo_any"] == "2" and int(r["lvl_pre"] or 1) > 1)


# rule → (table, what is planted, the finding that must come out); a variable in place of an id: that cell
# waits for a person
PLANTED = {
    "V01": (
        "participants",
        lambda rows: (row := alumnus(rows)).update(
            depart_date=row["return_date"], return_date=row["depart_date"]
        ),
        "V01",
    ),
    "V02": (
        "participants",
        lambda rows: (row := alumnus(rows)).update(return_date=f"{int(row['depart_date'][:4]) + 2}-01-15"),
        "V02",
    ),
    "V03": ("participants", lambda rows: (row := alumnus(rows)).update(int_date=row["depart_date"]), "V03"),
    "V04": ("participants", shifted("birth_ym", -17 * 12), "V04"),
    "V05": ("participants", shifted("start_pre", 3), "V05"),
    "V06": ("participants", too_many_promotions, "V06"),
    "V07": ("participants", shifted("promo_first_ym", -3), "V07"),
    "V08": (
        "participants",
        lambda rows: (row := worker_of_firm(rows)).update(lvl_now=str(int(row["lvl_now"]) + 1)),
        "V08",
    ),
    "V09": (
        "participants",
        lambda rows: (row := worker_of_firm(rows)).update(lvl_now=str(int(row["lvl_now"]) + 1)),
        "V09",
    ),
    "V10": ("participants", lambda rows: fallen(rows).update(lvl_now="1"), "V10"),
    "V11": ("participants", put(alumnus, wage_now="0"), "V11"),
    "V12": ("participants", put(alumnus, wage_now="2500"), "V12"),
    "V13": ("participants", put(alumnus, wage_pre="60000", wage_now="9000000", hhinc_now="20000000"), "V13"),
    "V14": ("participants", unlike_the_payroll, "V14"),
    "V15": ("participants", put(alumnus, h_ojt="40", h_class="30", h_lang="20"), "V15"),
    "V16": ("participants", put(alumnus, kn1_now="7"), "kn1_now"),
    "V17": ("participants", straight, "V17"),
    "V18": ("participants", transformed, "V18"),
    "V19": ("participants", lambda rows: not_alumnus(rows).update(mentor="1"), "V19"),
    "V20": ("participants", put(alumnus, attr_pct="120"), "attr_pct"),
    "V21": ("participants", put(alumnus, hhinc_now="3000000", save_now="4000000"), "V21"),
    "V22": ("participants", put(alumnus, hhinc_now="1000000", save_now="0", wage_now="2000000"), "V22"),
    "V23": ("costs", lambda rows: rows["costs"][0].update(shared="0.6"), "V23"),
    "V24": ("costs", lambda rows: rows["costs"][0].update(n_covered="31"), "V24"),
    "V25": ("participants", twice, "V25"),
    "V25N": ("participants", alike, "V25N"),
    "V26": (
        "participants",
        lambda rows: (row := alumnus(rows)).update(t_end=row["t_start"][:11] + "23:59:00"),
        "V26",
    ),
    "V27": ("participants", unvisited, "V27"),
    "V27 (forms)": ("supervisors", orphaned, "V27"),
    "V28": (
        "supervisors",
        lambda rows: rows["supervisors"][0].update(out_h_then="5", out_h_now="6", out_unit=""),
        "V28",
    ),
    "V29": ("participants", generous, "V29"),
    "V30": (
        "participants",
        lambda rows: (
            shifted("birth_ym", -18 * 12 - 6)(rows),
            alumnus(rows).update(edu_pre="8", start_pre=alumnus(rows)["depart_date"][:7]),
        ),
        "V30",
    ),
    "V31": (
        "participants",
        lambda rows: (row := alumnus(rows)).update(
            cohort="1989" if row["depart_date"][:4] != "1989" else "1990"
        ),
        "V31",
    ),
    "V32": (
        "costs",
        lambda rows: next(r for r in rows["costs"] if r["currency"] == "IDR").update(amount="900"),
        "V32",
    ),
    "V33": ("participants", put(alumnus, sel_score="101"), "sel_score"),
    "V34": ("participants", put(alumnus, assets_now="1 11"), "assets_now"),
    "V35": ("participants", put(alumnus, open_good="hubungi 0812-3456-7890"), "V35"),
    "V35 (number)": ("participants", put(alumnus, title_now="3174051204750003"), "V35"),
    "V35 (name)": ("participants", put(alumnus, open_bad="Pak Budi tidak pernah datang"), "V35"),
    "V35S": (
        "supervisors",
        lambda rows: rows["supervisors"][0].update(tech_n="1", tech_list="kaizen, tanya budi@contoh.id"),
        "V35S",
    ),
    "V35K": ("costs", lambda rows: rows["costs"][0].update(note="WA 081234567890"), "V35K"),
}


# These look at several rows, or add and remove some: each is planted in a delivery of its own.
ALONE = ("V25", "V25N", "V27", "V27 (forms)", "V29")


def test_a_clean_delivery_breaks_no_rule_and_every_rule_looked_at_it(spotless):
    tables = cleaned(spotless.base)
    assert len(tables["participants"].kept) > 100
    assert len(tables["supervisors"].kept) > 40
    assert all_findings(tables).empty
    assert all(table.review.empty for table in tables.values())
    checked = pd.concat([table.checked for table in tables.values()]).set_index("check")
    declared = {rule.id for rule in spotless.codebook.rules} | {
        check.id for check in spotless.programme.checks
    }
    assert set(checked.index) == declared
    assert (checked["n_checked"] > 0).all()
    assert (checked["n_found"] == 0).all()
    assert {f"V{number:02d}" for number in range(1, 36)} <= declared


def severity_of(spotless, rule: str) -> str:
    checks = (*spotless.codebook.rules, *spotless.programme.checks)
    return next(check.severity for check in checks if check.id == rule)


@pytest.mark.parametrize("rule", [rule for rule in PLANTED if rule not in ALONE])
def test_a_planted_violation_is_found(planted, spotless, rule):
    table, _, expected = PLANTED[rule]
    tables, keys = planted[rule]
    if expected.startswith("V"):
        findings = tables[table].findings
        here = findings[(findings["check"] == expected) & findings["key"].isin(keys)]
        assert set(here["severity"]) == {severity_of(spotless, expected)}
    else:
        review = tables[table].review
        waiting = review[review["variable"] == expected]
        assert waiting["until_then"].tolist() == ["missing"]
        assert set(waiting["key"]) == keys


@pytest.mark.parametrize("rule", ALONE)
def test_a_violation_of_several_rows_is_found(spotless, tmp_path, rule):
    table, change, expected = PLANTED[rule]
    rows = {name: [dict(row) for row in part] for name, part in spotless.rows.items()}
    change(rows)
    findings = clean_rows(spotless, rows, tmp_path)[table].findings
    assert set(findings.loc[findings["check"] == expected, "severity"]) == {severity_of(spotless, expected)}
