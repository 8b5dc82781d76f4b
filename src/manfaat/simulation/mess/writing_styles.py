"""How one value is written otherwise, by kind of mess: functions from a canonical text to raw texts, None
where they do not apply.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, partial

from manfaat.definitions.codebook import Choice, Variable
from manfaat.files.parsing import load_aliases

MONTHS = (
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
)
SHORT = ("Jan", "Peb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agt", "Sep", "Okt", "Nop", "Des")
ERAS = (("令和", "R", 2019, 5), ("平成", "H", 1989, 1), ("昭和", "S", 1926, 12))
TITLES = {
    "1": ("opertor", "Op. Mesin", "opr. prod", "OPERATOR"),
    "2": ("opr senior", "Senior opertor"),
    "3": ("leader", "KARU", "ketua reguu"),
    "4": ("mandor", "foremen"),
    "5": ("spv", "supervisior", "SPV"),
    "6": ("kasie", "ass. manager"),
    "7": ("manajer", "mgr"),
}
WORDS = {
    "dont_know": ("tidak tahu", "TT", "lupa"),
    "refused": ("menolak", "tidak mau menjawab", "rahasia"),
    "": ("-", ".", "n/a", "kosong"),
}
BARE_COMMA = "\ue000"  # becomes a comma in the file, after it has been decided what needs quotes
PHONES = ("hubungi 0812 3456 7890", "HP +62 813-9876-5432", "NIK 3174091505700003")


@dataclass(frozen=True)
class Way:
    """One way to write a value: the kind of mess, the function, and what a good cleaning stage makes of
    it.
    """

    kind: int
    write: Callable[[str], str | None]
    expected: str = "repair"


def dots(value: int, sign: str = ".") -> str:
    """Group by thousands."""
    return f"{value:,}".replace(",", sign)


def amount(rule: Callable[[int], str | None]) -> Callable[[str], str | None]:
    """Turn a function of a positive whole number into one of its text."""
    return lambda text: rule(int(text)) if text.isdigit() and int(text) > 0 else None


def tens(value: int, unit: int) -> str | None:
    """Write a number of units with at most one decimal and a comma; None where it has more."""
    if value % (unit // 10) or value < unit:
        return None
    whole, tenth = divmod(value // (unit // 10), 10)
    return f"{whole},{tenth}" if tenth else str(whole)


def in_words(value: int, long: bool) -> str | None:
    """Write millions and thousands in words."""
    millions = tens(value, 1_000_000)
    if millions:
        return f"{millions} juta" if long else f"{millions.replace(',', '.')}jt"
    return (
        (f"{value // 1000} ribu" if long else f"{value // 1000}rb")
        if value % 1000 == 0 and 1000 <= value < 1_000_000
        else None
    )


def scientific(value: int) -> str | None:
    """Write a number as a spreadsheet shows it when the column is too narrow, where no digit is lost."""
    text = f"{value:.1E}"
    return text if float(text) == value and value >= 1_000_000 else None


RUPIAH = (
    Way(1, amount(lambda v: f"Rp {dots(v)}" if v >= 1000 else None)),
    Way(1, amount(lambda v: f"Rp{dots(v)},-" if v >= 1000 else None)),
    Way(1, amount(lambda v: f"IDR {dots(v)},00" if v >= 1000 else None)),
    Way(2, amount(lambda v: dots(v // 1000) if v % 1000 == 0 and v >= 1_000_000 else None), "report"),
    Way(3, amount(lambda v: dots(v, ",") if v >= 1_000_000 else None)),
    Way(4, amount(lambda v: in_words(v, True))),
    Way(4, amount(lambda v: in_words(v, False))),
    Way(
        5,
        amount(
            lambda v: (
                f"{v // 1_000_000}-{v // 1_000_000 + 1} juta"
                if v % 1_000_000 == 500_000 and v > 1_000_000
                else None
            )
        ),
        "report",
    ),
    Way(5, amount(lambda v: f"±{v // 1_000_000} juta" if v % 1_000_000 == 0 else None), "report"),
    Way(6, amount(lambda v: str(v // 1000) if v % 1000 == 0 and v >= 100_000 else None), "report"),
    Way(6, amount(lambda v: str(v * 12) if v >= 100_000 else None), "report"),
    Way(7, amount(lambda v: f"{v // 25_000}rb/hari" if v % 25_000 == 0 and v >= 250_000 else None), "report"),
    Way(9, amount(lambda v: f"{dots(v)} + lembur" if v >= 1000 else None), "report"),
    Way(9, lambda text: "UMR" if text not in ("", "0") else None, "report"),
    Way(11, amount(scientific)),
    Way(11, lambda text: "#####" if text else None, "report"),
    Way(45, amount(lambda v: f"{v}.0")),
    Way(49, amount(lambda v: str(v).translate(str.maketrans("0123456789", "０１２３４５６７８９")))),
    Way(49, lambda text: f"\u00a0{text}\u200b" if text else None),
)
YEN_FOR_RUPIAH = Way(
    8, amount(lambda v: str(80_000 + v // 100_000 % 5 * 5000) if v >= 1_000_000 else None), "report"
)  # what a trainee is paid
UNIT = Way(43, amount(lambda v: f"{v // 1000} (ribu Rp)" if v % 1000 == 0 and v >= 100_000 else None))
FORMULAS = (
    Way(44, amount(lambda v: f"={v // 2}*2" if v % 2 == 0 else None)),  # stored with its value
    Way(44, amount(lambda v: f"={v}+0"), "report"),  # stored without
)
YEN = (
    Way(1, amount(lambda v: f"¥{dots(v, ',')}" if v >= 1000 else None)),
    Way(11, lambda text: "#N/A" if text else None, "report"),
    Way(45, amount(lambda v: f"{v}.0")),
)
WHOLE = (
    Way(11, lambda text: "#REF!" if text else None, "report"),
    Way(45, amount(lambda v: f"{v}.0")),
    Way(49, lambda text: f"{text}\u00a0" if text else None),
)
DECIMAL = (
    Way(11, lambda text: "#N/A" if text else None, "report"),
    Way(49, lambda text: f" {text}\u200b" if text else None),
)
PERCENT = (*DECIMAL, Way(10, lambda text: f"{text}%" if text else None))
FREE = (Way(49, lambda text: f"\u200b{text} \u00a0" if text else None, "as is"),)
LETTERS = Way(47, lambda text: garbled(text))
BROKEN_AMOUNT = Way(51, amount(lambda v: bare(in_words(v, True))), "report")
BROKEN_NUMBER = Way(51, lambda text: bare(text.replace(".", ",")), "report")
ZEROS = Way(
    53, lambda text: (text.lstrip("0") or "0") if text.isdigit() and text[0] == "0" else None, "report"
)
IDENTITY = (
    Way(62, lambda text: text[:-1] if text else None, "report"),
    Way(62, lambda text: f"{text}{text[-1]}" if text else None, "report"),
    Way(
        62,
        lambda text: (
            " ".join(text[start : start + 4] for start in range(0, len(text), 4)) if len(text) > 4 else None
        ),
        "report",
    ),
)


def followed_by(phone: str) -> Callable[[str], str]:
    """A text with a number behind it."""
    return lambda text: f"{text}, {phone}" if text else phone


PERSONAL = tuple(Way(63, followed_by(phone), "report") for phone in PHONES)


def garbled(text: str) -> str | None:
    """UTF-8 read as Windows-1252; None where that changes nothing or cannot be."""
    try:
        found = text.encode().decode("cp1252")
    except UnicodeDecodeError:
        return None
    return found if found != text else None


def bare(text: str | None) -> str | None:
    """A text whose comma will not be quoted; None where it has none."""
    return text.replace(",", BARE_COMMA) if text and "," in text else None


def date_parts(text: str) -> tuple[int, int, int] | None:
    """Year, month and day of an ISO date (day 0 of a month)."""
    parts = text[:10].split("-")
    return (int(parts[0]), int(parts[1]), int(parts[2]) if len(parts) > 2 else 0) if len(parts) > 1 else None


def dated(rule: Callable[[int, int, int], str | None]) -> Callable[[str], str | None]:
    """Turn a function of year, month and day into one of an ISO text."""
    return lambda text: rule(*parts) if (parts := date_parts(text)) else None


def era(year: int, month: int, day: int, short: bool) -> str | None:
    """Write a date in the Japanese era, which in the year of a change is not written at all."""
    for name, letter, first, _ in ERAS:
        if year > first:
            number = year - first + 1
            return (
                f"{letter}{number}.{month}" + (f".{day}" if day else "")
                if short
                else f"{name}{number}年{month}月" + (f"{day}日" if day else "")
            )
    return None


def serial(year: int, month: int, day: int) -> str | None:
    """Day number since 30 December 1899."""
    return str((date(year, month, day) - date(1899, 12, 30)).days) if day else None


DATES = (
    Way(15, dated(lambda y, m, d: f"{d} {MONTHS[m - 1]} {y}" if d else f"{MONTHS[m - 1]} {y}")),
    Way(15, dated(lambda y, m, d: f"{d}-{SHORT[m - 1]}-{y}" if d else f"{SHORT[m - 1]} {y}")),
    Way(16, dated(lambda y, m, d: f"{d}-{m}-{y % 100:02d}" if d else None)),
    Way(17, dated(serial)),
    Way(18, dated(lambda y, m, d: f"{m:02d}/{y}" if d else str(y)), "report"),
    Way(18, dated(lambda y, m, d: f"akhir {y}"), "report"),
    Way(19, dated(lambda y, m, d: f"31/02/{y}" if d else f"13/{y}"), "report"),
    Way(20, dated(lambda y, m, d: era(y, m, d, False))),
    Way(20, dated(lambda y, m, d: era(y, m, d, True))),
)
MONTH_FIRST_PLAIN = Way(14, dated(lambda y, m, d: f"{m:02d}/{d:02d}/{y}" if d > 12 else None))
MONTH_FIRST_AMBIGUOUS = Way(
    14, dated(lambda y, m, d: f"{m:02d}/{d:02d}/{y}" if 0 < d <= 12 and d != m else None), "report"
)
MOMENTS = (
    Way(
        21,
        lambda text: (
            f"{text[:4]}/{text[5:7]}/{text[8:10]} {text[11:13]}.{text[14:16]}.00 WIB"
            if len(text) >= 16
            else None
        ),
        "as is",
    ),
    Way(
        21, lambda text: f"{text[8:10]}/{text[5:7]}/{text[:4]} {text[11:16]}:00" if len(text) >= 16 else None
    ),
)


def alias_kind(list_name: str, choices: Sequence[Choice]) -> int:
    """Number of the mess 'written otherwise' for a list: sex, education, yes and no, others."""
    labels = {choice.label_en.casefold() for choice in choices}
    if {"male", "female"} <= labels:
        return 27
    if {"yes", "no"} == labels:
        return 30
    return 28 if any("senior high" in label for label in labels) else 22


def choice_ways(variable: Variable, choices: Sequence[Choice], rendered: Callable[[str], str]) -> list[Way]:
    """Ways to write an answer of a list; ``rendered`` says how the export writes it."""
    labels = {choice.name: choice for choice in choices}
    kind, other = (
        alias_kind(variable.list_name or "", choices),
        next((c.name for c in choices if c.label_en in ("Other", "Other services")), ""),
    )
    codes = (
        {choice.name for choice in choices}
        | set(variable.missing_codes)
        | {code for mapping in variable.recodes.values() for code in mapping}
    )
    outside = next(code for code in ("0", "44", "66", "?") if code not in codes)

    def by_rule(rule: Callable[[str], str | None], code: str) -> str | None:
        return rule(labels[code].label_id) if code in labels else None

    def title(place: int, code: str) -> str | None:
        return TITLES[code][place % len(TITLES[code])] if code in TITLES else None

    def alias(place: int) -> Callable[[str], str | None]:
        def write(code: str) -> str | None:
            known = [text for text in labels[code].aliases.split("|") if text] if code in labels else []
            return known[place % len(known)] if known else None

        return write

    ways = [Way(kind, alias(place)) for place in range(3)]
    ways += [Way(29, partial(by_rule, rule)) for rule in (short_region, long_region)]
    ways += [
        Way(22, lambda code: f"{labels[code].label_id.upper()} " if code in labels else None),
        Way(
            22,
            lambda code: (
                f"{code} - {labels[code].label_id}"
                if code in labels
                and code.isdigit()
                and not variable.recodes
                and not labels[code].label_id[:1].isdigit()
                else None
            ),
        ),
        Way(34, lambda code: labels[code].label_en if code in labels else None),
        Way(23, lambda code: outside if code else None, "report"),
    ]
    if other:
        ways.append(
            Way(
                33,
                lambda code: f"{labels[code].label_id}: bengkel motor" if code == other else None,
                "report",
            )
        )
    if variable.ladder:
        ways += [Way(26, partial(title, place)) for place in range(3)]
    return [way for way in ways if any(way.write(code) not in (None, rendered(code)) for code in labels)]


@cache
def is_region(label: str) -> bool:
    """Whether the table of spellings knows a label as a region."""
    return bool(load_aliases("region").means(label))


def short_region(label: str) -> str | None:
    """A region as people shorten it: the capital letters of a province, or the beginnings of both words of a
    city; None for anything else.
    """
    words = label.split()
    if len(words) != 2 or not is_region(label):
        return None
    return words[0] if words[0].isupper() else f"{words[0][:3]}{words[1][:3].lower()}"


def long_region(label: str) -> str | None:
    """A city as offices write it; None for anything else."""
    words = label.split()
    return f"Kota Adm. {label}" if len(words) == 2 and not words[0].isupper() and is_region(label) else None


def several_ways(choices: Sequence[Choice]) -> list[Way]:
    """Ways to write several answers at once."""
    labels = {choice.name: choice.label_id for choice in choices}
    return [
        Way(32, lambda text: ",".join(text.split()) if len(text.split()) > 1 else None),
        Way(32, lambda text: "; ".join(labels[code] for code in text.split()) if text else None),
    ]


def always(text: str) -> Callable[[str], str]:
    """Write the same, whatever the answer is."""
    return lambda answer: text


def missing_ways(reason: str, declared: Sequence[str]) -> list[Way]:
    """Ways to write no answer. ``declared`` are the codes of the variable that carry this reason."""
    ways = [Way(31, always(word)) for word in WORDS.get(reason, ())]
    code = next((entry for entry in declared if entry.startswith("-")), "")
    others = [entry for entry in declared if not entry.startswith("-")]
    ways += [Way(12, lambda text: f"({code[1:]})")] if code else []
    return ways + [Way(12, always(entry)) for entry in others]
