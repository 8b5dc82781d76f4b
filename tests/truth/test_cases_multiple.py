"""Questions with several answers, from a raw file to the clean table: one odd mark deletes nobody's answers.

Right values: OuhscBbmc/REDCapR#420, kobotoolbox/formpack#56 and #234 (see the list of cases). A person whose
marks say nothing has no answer; everybody else has theirs.
"""

import pandas as pd
import pytest

THREE = {"a1": "1 3", "a2": "2", "a3": None, "a6": "1 2 3"}
CASES = {
    "r4-kobo-blank-multiple": {"a1": "1 3", "a2": "2", "a3": None, "a4": None, "a5": None, "a6": "1 2 3"},
    "r5-multiple-na": THREE,
    "r5b-multiple-dash": THREE,
    "r5d-redcap-multiple": THREE,
    "r5e-multiple-na-combined": THREE,
}


@pytest.mark.parametrize("name", CASES)
def test_what_was_ticked_is_what_is_read(case, name):
    people = case(name).clean()
    read = {
        key: None if pd.isna(value) else value
        for key, value in zip(people["id"], people["harta"], strict=True)
    }
    assert read == CASES[name]
