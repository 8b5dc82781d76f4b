"""What leaves is safe to open, what stays is its owner's alone, and a stated day gives the same bytes."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import stat
from types import SimpleNamespace

import numpy as np
import numpy_financial as npf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from manfaat.base.paths import private
from manfaat.costs.value import internal_rate, present_value, sign_changes
from manfaat.run import record
from manfaat.run.overview import local_day


def test_every_page_lets_its_own_script_run_and_nothing_else(side_by_side):
    pages = [*side_by_side.reports.glob("*.html"), *side_by_side.reports.glob("*/*.html")]
    assert len(pages) >= 9
    for page in pages:
        html = page.read_text(encoding="utf-8")
        policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', html)[1]
        scripts = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
        assert len(scripts) == html.count("<script") == 1, page
        digest = base64.b64encode(hashlib.sha256(scripts[0].encode()).digest()).decode()
        assert f"script-src 'sha256-{digest}'" in policy
        assert "default-src 'none'" in policy


@pytest.mark.skipif(os.name != "posix", reason="other systems have other rights")
def test_tables_about_people_are_their_owners_alone(finished, cohorts, tmp_path):
    processed = finished.data / "processed"
    for folder in (processed, *(processed / cohort for cohort in cohorts)):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700, folder
        for path in folder.glob("identifiers/*"):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    (tmp_path / "open").mkdir(mode=0o755)
    assert stat.S_IMODE(private(tmp_path / "open").stat().st_mode) == 0o700


def test_no_text_that_leaves_begins_as_a_formula(finished):
    begins = re.compile(r"[=+\-@\t\r](?![\d.,]+(?:e[+-]?\d+)?$)")
    for path in finished.reports.rglob("*.csv"):
        cells = re.split(r'[,\n"]+', path.read_text(encoding="utf-8"))
        assert [cell for cell in cells if begins.match(cell)] == [], path


def test_a_stated_moment_is_that_of_the_record(monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1104537600")
    assert record.moment().isoformat() == "2005-01-01T00:00:00+00:00"
    assert local_day(record.moment().isoformat()).year in (2004, 2005)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    assert record.moment().year >= 2026


@given(st.lists(st.integers(-1000, 1000), min_size=2, max_size=12), st.floats(0, 0.3))
def test_rates_and_present_values_as_by_numpy_financial(flow, rate):
    flow = np.array(flow, dtype="float64")
    terms = SimpleNamespace(discount_rate=rate, factor=lambda year: 2.0)
    assert present_value(flow, 0, terms) == pytest.approx(2 * npf.npv(rate, flow), abs=1e-6)
    if sign_changes(flow):
        assert internal_rate(flow) == pytest.approx(float(npf.irr(flow)), nan_ok=True)
    else:
        assert np.isnan(internal_rate(flow))
