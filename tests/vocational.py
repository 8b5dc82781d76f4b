"""An invented delivery of a vocational training with a waiting list, as people write such files."""

import csv

import numpy as np

LIKERT = ["Strongly disagree", "Disagree", "Neither agree nor disagree", "Agree", "Strongly agree"]
TOOLS = ["Welder", "Lathe", "Drill"]
BEFORE, NOW = "Monthly income before the training (Rp)", "Monthly income now (Rp)"
SURE = "I am confident that I can earn a living"
UNREADABLE = [
    (3, NOW, "about 2 million"),
    (8, "Age (years)", "twenty-one"),
    (12, "Highest level of education", "S1"),
    (14, "Highest level of education", "S1"),
    (21, BEFORE, "no idea"),
]
HEADER = [
    "Respondent ID",
    "Full name",
    "Date of interview",
    "Sex",
    "Age (years)",
    "Highest level of education",
    "Married?",
    "Group",
    BEFORE,
    NOW,
    f"{SURE} [before]",
    f"{SURE} [now]",
    "Which of these tools do you use?",
    "Do you have a job now?",
    "Hours of work per week",
    "Village",
]


def amount(value, at):
    """One amount in four ways of writing it."""
    dotted = f"{value:,}".replace(",", ".")
    return [f"Rp {dotted}", f"Rp {dotted},-", dotted, f"Rp. {dotted}"][at % 4]


def people(n=180, effect=400_000, seed=3):
    """Rows by column; the truth is that training adds ``effect`` rupiah a month."""
    draw, doubt = np.random.default_rng(seed), np.random.default_rng(seed + 1)
    rows = []
    for at in range(n):
        trained = at % 2 == 0
        before = int(draw.normal(1_500_000, 250_000) // 1000 * 1000)
        now = int((before + draw.normal(150_000, 150_000) + effect * trained) // 1000 * 1000)
        sure = int(draw.integers(0, 4))
        row = dict.fromkeys(HEADER, "")
        row |= {"Respondent ID": f"VT{at:03d}", "Full name": f"Person {at}", "Village": f"Desa {at % 9}"}
        row |= {"Date of interview": f"{1 + at % 27:02d}/{3 + at % 3:02d}/2022"}
        row |= {
            "Sex": ["F", "Female", "M", "male"][int(draw.integers(0, 4))],
            "Age (years)": str(18 + at % 15),
        }
        row |= {"Highest level of education": ["SMP", "SMA", "SMK", "D3"][int(draw.integers(0, 4))]}
        row |= {"Married?": ["Yes", "No", "yes"][int(draw.integers(0, 3))]}
        row |= {
            "Group": "Trained" if trained else "Waiting list",
            BEFORE: amount(before, at),
            NOW: amount(now, at + 1),
        }
        later = min(max(sure + trained + int(doubt.integers(-1, 2)), 0), 4)
        row |= {f"{SURE} [before]": LIKERT[sure], f"{SURE} [now]": LIKERT[later]}
        row |= {"Which of these tools do you use?": ", ".join(t for t in TOOLS if draw.random() < 0.6)}
        row |= {"Do you have a job now?": "Yes" if draw.random() < 0.7 else "No"}
        row |= {"Hours of work per week": "Refusal" if at == 7 else str(int(draw.integers(20, 50)))}
        rows.append(row)
    rows[11]["Age (years)"] = "DontKnow"
    return rows


def shipped(folder):
    """The deliveries of the tutorials: in the second a column has another name, one is missing and six people
    have a new answer; in the third some answers cannot be read for certain; the fourth is a KoboToolbox
    export of the form that the programme writes.
    """
    second = people(120, seed=5)
    for at in range(0, 60, 10):
        second[at]["Group"] = "Dropped out"
    write(folder / "vocational-2022.csv", people())
    write(
        folder / "vocational-2023.csv",
        second,
        renamed=[("Sex", "Gender")],
        without=("Hours of work per week",),
    )

    third = people(60, seed=7)
    for at, column, text in UNREADABLE:
        third[at][column] = text
    write(folder / "vocational-2024.csv", third)
    write(
        folder / "vocational-2025-kobo.csv", [as_kobo(row, at) for at, row in enumerate(people(60, seed=9))]
    )


def as_kobo(row, at):
    """A row as KoboToolbox exports it, with XML values and headers: names of questions, codes of answers."""
    day, month, year = row["Date of interview"].split("/")
    tools = [tool.lower() for tool in row["Which of these tools do you use?"].split(", ") if tool]
    hours = row["Hours of work per week"]
    return {
        "respondent_id": row["Respondent ID"],
        "full_name": row["Full name"],
        "date_of_interview": f"{int(year) + 3}-{month}-{day}",
        "sex": "female" if row["Sex"][0] == "F" else "male",
        "age_years": row["Age (years)"].replace("DontKnow", ""),
        "highest_level_education": str(
            ["SMP", "SMA", "SMK", "D3"].index(row["Highest level of education"]) + 1
        ),
        "married": str(int(row["Married?"].lower() == "yes")),
        "group": row["Group"].lower().replace(" ", "_"),
        "monthly_income_before": "".join(filter(str.isdigit, row[BEFORE])),
        "monthly_income_now": "".join(filter(str.isdigit, row[NOW])),
        "confident_earn_before": str(LIKERT.index(row[f"{SURE} [before]"]) + 1),
        "confident_earn_now": str(LIKERT.index(row[f"{SURE} [now]"]) + 1),
        "tools": " ".join(tools),
        **{f"tools/{tool.lower()}": str(int(tool.lower() in tools)) for tool in TOOLS},
        "job_now": str(int(row["Do you have a job now?"] == "Yes")),
        "hours_work_week": hours if hours.isdigit() else "",
        "village": row["Village"].lower().replace(" ", "_"),
        "_id": str(4100 + at),
        "_uuid": f"00000000-0000-4000-8000-{at:012d}",
        "_submission_time": f"{int(year) + 3}-{month}-{day}T09:{at % 60:02d}:00",
        "_index": str(at + 1),
    }


def write(path, rows, renamed=(), without=()):
    """Write a delivery, with columns renamed or left out."""
    names = dict(renamed)
    columns = [name for name in rows[0] if name not in without]
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow([names.get(name, name) for name in columns])
        writer.writerows([row[name] for name in columns] for row in rows)
    return path
