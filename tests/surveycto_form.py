"""A form and its exports as SurveyCTO writes them, made up for tests."""

from __future__ import annotations

from pathlib import Path

SURVEY = [
    [
        "type",
        "name",
        "label:english",
        "label:Bahasa",
        "hint:english",
        "appearance",
        "constraint",
        "constraint message:english",
        "relevance",
        "disabled",
        "required",
        "read only",
        "calculation",
        "repeat_count",
        "publishable",
        "minimum_seconds",
        "choice_filter",
    ],
    ["start", "starttime"],
    ["end", "endtime"],
    ["deviceid", "deviceid"],
    ["subscriberid", "subscriberid"],
    ["simid", "simid"],
    ["devicephonenum", "devicephonenum"],
    ["username", "username"],
    ["duration", "duration"],
    ["caseid", "caseid"],
    ["text audit", "text_audit", "", "", "", "p=100"],
    ["audio audit", "audio_audit", "", "", "", "p=10;s=0-30"],
    ["sensor_statistic mean_sound_level", "mean_sound"],
    ["sensor_stream light_level", "light"],
    ["comments", "comments"],
    [
        "calculate_here",
        "consent_time",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "once(format-date-time(now(), '%Y-%m-%d %H:%M:%S'))",
    ],
    ["enumerator", "enum_id", "Who asks?", "Siapa pewawancara?"],
    ["note", "hello", "Good day"],
    ["begin group", "part_a", "Part A", "Bagian A", "", "field-list"],
    ["text", "resp_name", "What is your name?", "Siapa nama Anda?", "", "", "", "", "", "", "yes"],
    [
        "integer",
        "age",
        "How old are you, ${resp_name}?",
        "Berapa umur Anda, ${resp_name}?",
        "In years",
        "",
        ". >= 15 and . <= 99",
        "Between 15 and 99",
        "",
        "",
        "yes",
        "",
        "",
        "",
        "yes",
        "5",
    ],
    [
        "select_one yesno",
        "trained",
        "Did you take part in ${training}?",
        "Apakah Anda ikut?",
        "",
        "minimal",
        "",
        "",
        "",
        "",
        "yes",
    ],
    [
        "select_multiple goods",
        "assets",
        "Which of these do you own?",
        "Mana yang Anda miliki?",
        "",
        "",
        "",
        "",
        "${trained} = 1",
    ],
    ["text", "old_question", "No longer asked", "Tidak ditanya lagi", "", "", "", "", "", "yes"],
    [
        "integer",
        "wage",
        "What did you earn last month?",
        "Berapa gaji bulan lalu?",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "no",
    ],
    ["select_one village", "village", "Which village?", "Desa mana?", "", "search('villages')"],
    ["end group", "part_a"],
    ["integer", "n_children", "How many children?", "Berapa anak?", "", "", "", "", "", "", "yes"],
    ["begin_repeat", "children", "Child", "Anak", "", "", "", "", "", "", "", "", "", "${n_children}"],
    ["integer", "child_age", "Age of child", "Umur anak"],
    ["end_repeat", "children"],
    ["geopoint", "gps", "Position", "Lokasi"],
]
CHOICES = [
    ["list_name", "value", "label:english", "label:Bahasa", "filter"],
    ["yesno", 1, "Yes", "Ya"],
    ["yesno", 0, "No", "Tidak"],
    ["yesno", 0, "No", "Tidak"],
    ["goods", 1, "House", "Rumah"],
    ["goods", 2, "Car", "Mobil"],
    ["goods", 2, "Lorry", "Truk"],
    ["goods", -88, "Other", "Lainnya"],
    ["village", "village_key", "village_name", "village_name"],
]
SETTINGS = [["form_title", "form_id", "version", "public_key", "submission_url", "default_language"],
            ["Training survey", "training", "2403010915", "", "", "english"]]  # fmt: skip
HELP = [["Field", "Description"], ["type", "what is asked"]]

HEAD = (
    "SubmissionDate,starttime,endtime,deviceid,subscriberid,simid,devicephonenum,username,duration,caseid,text_audit,audio_audit,mean_sound,light,"
    "comments,consent_time,enum_id,resp_name,age,trained,assets,assets_1,assets_2,assets_-88,wage,village,n_children,{children}gpsLatitude,gpsLongitude,"
    "gpsAltitude,gpsAccuracy,instanceID,formdef_version,KEY,review_quality,review_status"
)


def people(n: int = 12) -> list[dict[str, object]]:
    """What ``n`` people answered, in plain values."""
    return [
        {
            "day": 1 + at,
            "age": 20 + at,
            "trained": at % 2,
            "assets": [[], [1], [1, -88]][at % 3] if at % 2 else None,
            "wage": 1_000_000 + 50_000 * at,
            "children": [5 + at, 9 + at][: at % 3],
        }
        for at in range(n)
    ]


def row_of(at: int, one: dict, children: str) -> str:
    """One row of an export; ``children`` stands where the columns of the repeat group would."""
    key, clock = f"uuid:00000000-0000-4000-8000-{at:012d}", f"Mar {one['day']}, 2024 9:{10 + at}:22 AM"
    marks = ["" if one["assets"] is None else str(int(code in one["assets"])) for code in (1, 2, -88)]
    assets = " ".join(map(str, one["assets"] or []))
    device = f"collect:x{at},310260000000000,8901260000000000000,+62811000{at:04d},field{at % 3}"
    media = f"media\\TA_{at}.csv,media\\AA_{at}.m4a"
    gps = "-6.2,106.8,12,4.5"
    return (
        f'"{clock}","{clock}","{clock}",{device},{900 + at},case{at:03d},{media},{51.5 + at},media\\SD_{at}.csv,,2024-03-{one["day"]:02d}'  # noqa: E501
        " 09:11:00,"
        f"e{at % 4},Person"
        f" {at},{one['age']},{one['trained']},{assets},{','.join(marks)},{one['wage']},v{at % 3},{len(one['children'])},{children}"  # noqa: E501
        f"{gps},{key},2403010915,{key},,NONE"
    )


def write_form(path: Path) -> Path:
    """Write the form as a workbook."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for name, rows in {
        "survey": SURVEY,
        "choices": CHOICES,
        "settings": SETTINGS,
        "help-survey": HELP,
        "help-choices": HELP,
    }.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def write_wide(path: Path) -> Path:
    """Write the export of one file: a column for each child."""
    rows = [
        row_of(at, one, ",".join(f"{age}" for age in (*one["children"], "", "")[:2]) + ",")
        for at, one in enumerate(people())
    ]
    path.write_text(
        "\n".join([HEAD.format(children="child_age_1,child_age_2,"), *rows]) + "\n", encoding="utf-8"
    )
    return path


def write_long(path: Path) -> list[Path]:
    """Write the export of two files: people, and their children."""
    rows = [
        row_of(at, one, f"uuid:00000000-0000-4000-8000-{at:012d}/children,")
        for at, one in enumerate(people())
    ]
    path.write_text("\n".join([HEAD.format(children="SET-OF-children,"), *rows]) + "\n", encoding="utf-8")
    other = path.with_name(f"{path.stem}-children.csv")
    lines = ["child_age,PARENT_KEY,KEY,SET-OF-children"]
    for at, one in enumerate(people()):
        key = f"uuid:00000000-0000-4000-8000-{at:012d}"
        lines += [
            f"{age},{key},{key}/children[{n}],{key}/children"
            for n, age in enumerate(one["children"], start=1)
        ]
    other.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return [path, other]
