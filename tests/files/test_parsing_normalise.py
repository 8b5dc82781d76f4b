"""One spelling for characters, without changing what they mean: kinds 46 to 49 of the catalogue of messes."""

import pytest

from manfaat.files.parsing import normalise, read_missing
from manfaat.files.parsing.normalise import BYTE_OF, LONGEST_NFKC, looks_shift_jis, tidy

CHAR_OF = {
    byte: char for char, byte in BYTE_OF.items()
}  # where two characters share a byte, the Windows-1252 one


def misread(text: str, encoding: str = "utf-8") -> str:
    """Return a text as it looks when its bytes are read as Windows-1252."""
    return "".join(CHAR_OF[byte] for byte in text.encode(encoding))


CASES = [
    (46, "\ufeffresp_id", "resp_id", "invisible", ""),
    (46, "ï»¿resp_id", "resp_id", "mojibake+invisible", "report"),
    (47, "José", "José", "as-is", ""),
    (47, "â€“", "-", "mojibake+dashes", "report"),
    (47, "Ã©", "é", "mojibake", "report"),
    (47, "JosÃ© dan AndrÃ©", "José dan André", "mojibake", "report"),
    (47, "ÃƒÂ©", "é", "mojibake", "report"),
    (47, "Ã\xad", "í", "mojibake", "report"),
    (47, "Â±2 juta", "±2 juta", "mojibake", "report"),
    (47, "â€œyaâ€\x9d", '"ya"', "mojibake+quotes", "report"),
    (48, "å¹³æˆ\x9010å¹´4æœˆ", "平成10年4月", "mojibake", "report"),
    (48, "80000å††", "80000円", "mojibake", "report"),
    (49, "ya\u00a0sudah", "ya sudah", "unicode-form", ""),
    (49, "y\u200ba", "ya", "invisible", ""),
    (49, "１２３", "123", "unicode-form", ""),
    (49, "Ｒｐ２．５００．０００", "Rp2.500.000", "unicode-form", ""),
    (49, "“ya” ‘tidak’", "\"ya\" 'tidak'", "quotes", ""),
    (49, "2–3", "2-3", "dashes", ""),
    (49, "  ya \t\n sudah ", "ya sudah", "white-space", ""),
    (49, "٣٤", "34", "unicode-form", ""),
    (49, "ｶﾞ", "ガ", "unicode-form", ""),
    (49, "㍻10年", "平成10年", "unicode-form", ""),
]


@pytest.mark.parametrize(
    ("raw", "clean", "rule", "flag"),
    [pytest.param(*case[1:], id=f"kind{case[0]:02d}-{case[1]!a}") for case in CASES],
)
def test_normalise(raw, clean, rule, flag):
    reading = normalise(raw)
    assert (reading.value, reading.rule, reading.flag) == (clean, rule, flag)


@pytest.mark.parametrize(
    "raw", ["“平成10年”", "レベル", "はい", "José ¥80,000", "±2", "2–3 juta", "男", "1998年", "8万円"]
)
def test_kind47_misread_text_is_read_like_the_text_itself(raw):
    assert normalise(misread(raw)).value == normalise(raw).value
    assert normalise(misread(raw)).flag == "report"


@pytest.mark.parametrize("raw", ["«é…»", "café »", "voilà\u00a0»", "café¹³", "SÃO PAULO", "É»"])
def test_kind47_real_accents_beside_signs_are_not_mojibake(raw):
    assert "mojibake" not in tidy(raw)[1]
    assert "damaged" not in tidy(raw)[1]


@pytest.mark.parametrize(
    "raw",
    [misread("平成10年4月", "cp932"), "R\x00p\x00", "2.500\ufffd", "JosÃ"],
    ids=["kind48-Shift-JIS", "kind48-UTF-16", "kind47-replaced", "kind47-half"],
)
def test_lost_characters_are_reported_and_no_answer_is_read_from_them(raw):
    assert normalise(raw).flag == "report"
    assert "lost" in normalise(raw).note
    reading = read_missing(raw)
    assert (reading.flag, reading.missing) == ("unreadable", "damaged")


@pytest.mark.parametrize("raw", ["“Ya”", "Jum’at", "‘saya’ dan ‘dia’", "5€", "yes…"])
def test_kind48_typography_is_not_shift_jis(raw):
    assert not looks_shift_jis(raw)


@pytest.mark.parametrize("raw", ["10²", "2½", "x₁"])
def test_kind49_a_superscript_or_fraction_never_becomes_a_digit(raw):
    assert normalise(raw).value == raw


def test_kind49_circled_numbers_stay_apart():
    assert normalise("①②").value == "1 2"


@pytest.mark.parametrize("raw", ["", " ", "\u00a0", "\u200b", "\t\n"])
def test_nothing_is_blank(raw):
    assert normalise(raw).missing == "blank"


def test_text_too_long_to_be_an_answer_is_only_translated():
    marks = "a" + "\u0315\u0300\u0327" * LONGEST_NFKC
    assert tidy(marks)[0] == marks


def test_only_text_is_read():
    with pytest.raises(TypeError, match="text, not float"):
        normalise(float("nan"))
