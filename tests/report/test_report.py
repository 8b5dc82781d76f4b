"""The page: complete, described, escaped, offline and small."""

import base64
import re
from html import unescape
from html.parser import HTMLParser
from io import BytesIO
from xml.etree import ElementTree

import nbformat
import pandas as pd
import pytest
from fontTools.ttLib import TTFont

from conftest import ROOT, page_of
from manfaat.base.disclosure import check_exhibit, hide_small
from manfaat.report.blocks import Code, Figure
from manfaat.report.exhibit import block_of, inline_svg
from manfaat.report.html import Shown, html_of
from manfaat.report.page import check_page
from manfaat.report.tables import Column, table
from manfaat.run.run import Options, run_cohort


class Page(HTMLParser):
    """Collects what the tests ask of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids, self.links, self.svgs, self.headings, self.outside = [], [], [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.ids += [values["id"]] if "id" in values else []
        if tag == "a" and not values["href"].startswith("data:"):
            self.links.append(values["href"])
        if tag == "svg":
            self.svgs.append(values)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        self.outside += [
            values[name]
            for name in ("src", "href", "action", "data", "poster")
            if re.match(r"(?:[a-z]+:)?//|file:|https?:", values.get(name) or "")
        ]


COHORTS = ["nsw-1976", "nsw-1976-cps", "nsw-1976-psid", "michigan-1987-89"]
OTHER = {"report": "annex", "annex": "report"}


@pytest.fixture(scope="module", params=[(cohort, layer) for cohort in COHORTS for layer in OTHER])
def page(request, finished) -> tuple[str, Page]:
    html = finished.page(*request.param)
    return html, Page(html)


def test_loads_nothing_and_is_small(page):
    html, parsed = page
    assert parsed.outside == []
    assert len(html.encode()) < 1_000_000
    assert not re.search(r"<(?:script|link|img|iframe)[^>]*(?:src|href)=", html)


@pytest.mark.parametrize("layer", OTHER)
@pytest.mark.parametrize("cohort", COHORTS)
def test_ids_are_unique_and_every_link_leads_somewhere(finished, cohort, layer):
    own, other = (Page(finished.page(cohort, name)) for name in (layer, OTHER[layer]))
    assert len(own.ids) == len(set(own.ids))
    assert {link[1:] for link in own.links if link.startswith("#")} <= set(own.ids)
    outside = {link for link in own.links if not link.startswith("#")}
    files = {link.partition("#")[0] for link in outside}
    assert files == {f"{layer}.id.html", "brief.html", f"{OTHER[layer]}.html"}
    assert {link.partition("#")[2] for link in outside} - {""} <= set(other.ids)


def test_a_number_of_the_report_leads_to_its_method_in_the_annex(finished):
    links = Page(finished.page("nsw-1976", "report")).links
    assert any(link.startswith("annex.html#method-") for link in links)


def test_every_figure_is_numbered_described_and_has_a_source(page):
    html, parsed = page
    assert len(parsed.svgs) >= 4
    assert all(len(svg["aria-label"]) > 40 and svg["role"] == "img" for svg in parsed.svgs)
    figures = re.findall(r"<figure.*?</figure>", html, re.DOTALL)
    captions = [
        re.sub("<[^>]+>", "", re.search(r"<figcaption[^>]*>(.*?)</figcaption>", figure, re.DOTALL)[1])
        for figure in figures
    ]
    assert all(re.match(r"(?:Figure|Table) (?:\d+|A\d*\.\d+)\. ", caption) for caption in captions)
    assert all(
        "Source:" in caption for caption, figure in zip(captions, figures, strict=True) if "<svg" in figure
    )


def test_a_synthetic_cohort_says_so_on_the_cover_and_under_every_figure_of_its_data(finished, cohorts):
    for cohort in (name for name in cohorts if "synthetic" in name):
        page = finished.page(cohort)
        assert "SYNTHETIC DATA: simulated; no person stands behind them" in page
        figures = re.findall(r'<figure class="exhibit(?! table)[^>]*>.*?</figure>', page, re.DOTALL)
        sourced = [figure for figure in figures if "Source:" in figure]
        assert len(sourced) > 20
        assert all("Synthetic data: no person stands behind them." in figure for figure in sourced)


def test_headings_step_down_one_at_a_time(page):
    _, parsed = page
    assert parsed.headings[0] == 1
    assert parsed.headings.count(1) == 1
    assert all(
        after - before <= 1 for before, after in zip(parsed.headings, parsed.headings[1:], strict=False)
    )


def test_parameter_cells_are_not_shown_and_code_is(page):
    html, _ = page
    text = re.sub("<[^>]+>", "", html)
    assert "relative to the project" not in text
    assert ("open_study" in text) == ("Methods, and how this was made" in text)  # in the annex
    assert html.count('class="code"') > 5


def test_figures_that_each_programme_must_have(finished, cohorts):
    for cohort in cohorts:
        names = {path.name for path in (finished.workings(cohort) / "exhibits").glob("*.svg")}
        assert {"03-flow.svg", "03-balance-plot.svg", "07-forest.svg"} <= names
        assert any(name.startswith("05-spread-") for name in names)
        assert any("-ladder" in name for name in names)
    assert (finished.workings("michigan-1987-89") / "exhibits/04-trend-scrap-rate.svg").is_file()


def test_scrap_rate_over_three_years_by_grant_year(finished):
    shown = pd.read_csv(finished.reports / "michigan-1987-89/exhibits/04-trend-scrap-rate.csv").set_index(
        ["group", "period"]
    )
    raw = pd.read_csv(ROOT / "data/raw/michigan-1987-89/jtrain.csv").dropna(subset=["scrap"])
    first = raw[raw["grant"] == 1].set_index("fcode")["year"]
    when = raw["fcode"].map(first)
    for label, chosen in {
        "Grant in 1988": when == 1988,
        "Grant in 1989": when == 1989,
        "No grant": when.isna(),
    }.items():
        means = raw[chosen].groupby("year")["scrap"].mean()
        for year in (1987, 1988, 1989):
            assert shown.loc[(label, year), "mean"] == pytest.approx(means[year])


def test_every_text_of_a_figure_stands_in_the_page_unchanged(finished):
    # coordinates are shortened for size; a number that a reader sees must not be
    html = finished.page("michigan-1987-89")
    for path in (finished.workings("michigan-1987-89") / "exhibits").glob("*.svg"):
        texts = [
            element.text.replace("\u00a0", " ")
            for element in ElementTree.parse(path).iter("{http://www.w3.org/2000/svg}text")
            if element.text
        ]
        assert texts
        for text in texts:
            assert f">{text.replace('&', '&amp;')}</text>" in html or text.strip() in html, (path.name, text)


def test_numbers_in_report_and_estimates_are_the_same(finished):
    estimates = finished.estimates("nsw-1976")
    primary = estimates[estimates["is_primary"] & (estimates["indicator"] == "earnings")].iloc[0]
    assert f"${primary['estimate']:,.0f} a year (1982 dollars)" in finished.page("nsw-1976")
    assert f"${primary['ci_low']:,.0f} to ${primary['ci_high']:,.0f}" in finished.page("nsw-1976")


def test_verdicts_follow_the_rule(finished):
    def verdicts(cohort):
        return pd.read_csv(finished.reports / cohort / "exhibits/07-claims.csv")["verdict"].tolist()

    assert verdicts("nsw-1976") == ["shown", "shown"]
    assert verdicts("nsw-1976-psid")[0] == "cannot tell"
    assert verdicts("nsw-1976-cps")[0] == "cannot tell"
    assert "shown" not in verdicts("nsw-1976-psid") + verdicts("nsw-1976-cps") + verdicts("michigan-1987-89")


def test_never_no_effect_without_what_could_have_been_found(finished, cohorts):
    for cohort in cohorts:
        text = re.sub("<[^>]+>", "", finished.page(cohort))
        assert text.count("cannot be told. With 80% power") == text.count(
            "whether there is a difference cannot be told"
        )
        assert not re.search(r"\bno effect\b|not significant", text)


def test_indonesian_report_is_indonesian(project):
    outcome = run_cohort("michigan-1987-89", Options(language="id"), root=project)
    html = page_of(outcome.report.parent)
    assert '<html lang="id">' in html
    assert "−0,252 poin logaritma" in html
    text = re.sub(
        r"<svg.*?</svg>|<div class=\"code\".*?</div>|<style.*?</style>|<script.*?</script>|<dd>.*?</dd>",
        "",
        html,
        flags=re.DOTALL,
    )
    text = re.sub("<[^>]+>", " ", text)
    english = re.findall(r"\b(?:the|of|and|was|were|with|for participants|Figure|Table|Source)\b", text)
    assert set(english) <= {"of", "and"}, english  # names of surveys and of authors
    assert "Gambar A4.1" in text


@pytest.mark.parametrize("rows", [1, 100])
def test_every_table_bears_the_name_of_its_caption(rows):
    made = table("e", "t", "c", pd.DataFrame({"a": range(rows)}), [Column("a", "a", str)])
    html = html_of([block_of(made, "Table 1.1", "01-e")], Shown({}, {}))
    assert html.count('aria-labelledby="exhibit-table-1-1-name"') == 2  # what scrolls, and the table in it
    assert 'role="region"' in html


def test_hostile_survey_text_is_escaped():
    bad = '<script>alert("x")</script>'
    data, columns = pd.DataFrame({"a": [bad], "b": [1]}), [Column("a", bad), Column("b", "b", str)]
    html = html_of([block_of(table("e", bad, bad, data, columns), "Table 1.1", "01-e")], Shown({}, {}))
    assert "<script>" not in html
    assert html.count("&lt;script&gt;") == 4
    svg = '<?xml version="1.0"?><svg xmlns="x" width="1pt" height="1pt" viewBox="0 0 1 1"><g id="a"/></svg>'
    figure = Figure("f", "Figure 1.1", "t", "c", '" onload="x', "01-f")
    assert 'aria-label="&quot; onload=&quot;x"' in inline_svg(figure, svg)


@pytest.mark.parametrize(
    "html",
    [
        '<img src="https://x.org/a.png">',
        "<link href='//x.org/a.css'>",
        "<style>@import url(https://x.org)</style>",
        '<script src="a.js"></script>',
    ],
)
def test_page_that_loads_something_is_refused(html):
    with pytest.raises(ValueError, match="from outside"):
        check_page(html)


def test_page_that_is_too_large_is_refused():
    with pytest.raises(ValueError, match="more than 1,000,000"):
        check_page("x" * 1_000_001)


def test_small_cells_are_hidden_and_identifiers_refused():
    table = pd.DataFrame({"n": [0, 4, 5], "mean": [1.0, 2.0, 3.0]})
    hidden = hide_small(table, "n", ["mean"])
    assert hidden["mean"].isna().tolist() == [False, True, False]
    assert hidden["n"].isna().tolist() == [False, True, False]
    with pytest.raises(ValueError, match="'_key' identifies single units"):
        check_exhibit(pd.DataFrame({"_key": ["a"]}))


def test_executed_notebooks_hold_no_rows_of_people(finished):
    for path in (finished.data / "processed/nsw-1976/notebooks").glob("*.ipynb"):
        text = nbformat.writes(nbformat.read(path, as_version=4))
        assert "nsw:2" not in text  # the key of the first row


@pytest.mark.parametrize(
    "limits", [(-0.45, 0.6), (0, 1), (-16_000, 6_000), (0, 0.031), (11.2, 12.1), (-0.0004, 0.0009), (0, 7)]
)
def test_numbers_on_an_axis_are_the_positions_of_its_ticks(limits):
    from matplotlib.ticker import MaxNLocator

    from manfaat.report.figures.style import new_figure, plain_ticks
    from manfaat.report.words import Language

    for most in (4, 6):
        _, ax = new_figure(2)
        ax.set_xlim(limits)
        plain_ticks(ax.xaxis, Language("en"))
        ax.xaxis.set_major_locator(MaxNLocator(most))
        ticks = ax.xaxis.get_majorticklocs()
        written = [
            float(ax.xaxis.get_major_formatter()(tick, 0).replace("−", "-").replace(",", ""))
            for tick in ticks
        ]
        assert written == pytest.approx(list(ticks), rel=1e-9, abs=abs(ticks[1] - ticks[0]) / 1000)


def test_code_is_coloured_by_the_style_sheet_only_where_it_says_so() -> None:
    made = html_of([Code('import os\nos("<p>")')], Shown({}, {}))
    assert made == (
        '<div class="code" tabindex="0"><pre><span class="kn">import</span> os\n'
        'os(<span class="s2">&quot;&lt;p&gt;&quot;</span>)\n</pre></div>'
    )


def test_the_page_has_the_letters_of_its_figures_in_their_weight(finished):
    html = (finished.reports / "nsw-1976" / "report.html").read_text(encoding="utf-8")
    weights = dict(re.findall(r"\.exhibit \.(\w+)\{[^}]*font-weight:(\d+)", html))
    faces = dict(
        re.findall(
            r'@font-face\{font-family:"DejaVu'
            r' Sans";font-weight:(\w+);src:url\(data:font/woff;base64,([^)]*)\)',
            html,
        )
    )
    used = {"normal": set(), "bold": set()}
    for opening, text in re.findall(r"<text([^>]*)>([^<]*)</text>", html):
        named = re.search(r'class="(\w+)"', opening)
        is_bold = "font-weight" in opening or (named is not None and named[1] in weights)
        used["bold" if is_bold else "normal"] |= set(unescape(text)) - {" ", "\u00a0"}
    assert len(used["bold"]) > 20
    for weight, letters in used.items():
        font = TTFont(BytesIO(base64.b64decode(faces[weight])))
        assert {ord(letter) for letter in letters} <= set(font.getBestCmap()), weight
