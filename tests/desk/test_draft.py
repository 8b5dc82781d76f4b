"""Without a form the codebook is drafted from the data: what a column holds is told from how people write
it.
"""

import pandas as pd
import pytest

from manfaat.desk.drafts import guessed_kind

MONTHS = ["Januari", "Maret", "Agustus"]


@pytest.mark.parametrize(
    ("texts", "kind"),
    [
        ([f"{1 + i % 28:02d}/03/2004 10:05:00" for i in range(60)], "dateTime"),
        ([f"{1 + i % 28} {MONTHS[i % 3]} 19{60 + i % 20}" for i in range(60)], "date"),
        (["2004-03-12", "2004-03-13", "2004-03-12", "2004-03-12"], "date"),
        (["2.500", "1.750", "2.500", "1.750"], "money"),
        (["Rp 2.500.000,-", "1,5 juta", "750 rb", "Rp 900000"], "money"),
        (["Ya", "Tidak"] * 10, "select_one"),
        (["1", "2", "3", "4", "5"] * 4, "integer"),
        (["0", "1"] * 10, "select_one"),
        (["1.5", "2.5", "3"] * 4, "decimal"),
        (["25.0", "31.0", "40.0"], "integer"),
        (["USD 1,200.50", "USD 900", "USD 15"], "money"),
        (["1,200", "7,100", "950"], "money"),
        ([str(i) for i in range(40)], "integer"),
        ([f"{i}.5" for i in range(40)], "decimal"),
        (
            [f"0.0{i}123456789012" for i in range(40)] + ["-.5", "7.5e-05", "1e-05"],
            "decimal",
        ),  # as text, its digits were "personal data"
        ([f"Budi {i}" for i in range(40)], "text"),
        ([f"P{i:03d}" for i in range(40)], "text"),
        ([f"+62 812 3456 {i:04d}" for i in range(40)], "text"),
        ([f"Jl. Merdeka No. {i}" for i in range(40)], "text"),
        ([f"v{i % 2 + 1} (1999)" for i in range(40)], "select_one"),
        ([], "text"),
    ],
)
def test_what_a_column_holds_is_told_from_its_texts(texts, kind):
    assert guessed_kind(pd.Series(texts, dtype="str")) == kind
