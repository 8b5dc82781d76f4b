"""The controls of the workbench: what they say is given to ``Bench.look``, and what it answers is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import ipywidgets as w

from manfaat.base.paths import known_cohorts
from manfaat.base.problems import ProblemsError
from manfaat.report import workbench

WIDE = {"layout": w.Layout(width="520px"), "style": {"description_width": "110px"}}


class Controls:
    """One control a choice; a change of any of them is a look.

    Attributes
    ----------
    bench : of the cohort chosen (``helpers.Bench``). reopen : makes the one of another cohort. box : all
        controls with what they show below them.
    """

    def __init__(self, bench: Any, reopen: Callable[[str], Any]) -> None:
        self.bench, self.reopen, self.is_quiet = bench, reopen, True
        say, definition = bench.study.reader.say, bench.study.definition
        cohorts, cohort = known_cohorts(definition.places.data), definition.cohort.cohort
        self.cohort = w.Dropdown(options=cohorts, value=cohort, description=say("Cohort"), **WIDE)
        self.find = w.Text(description=say("Find"), continuous_update=False, **WIDE)
        self.name = w.Dropdown(description=say("Indicator"), **WIDE)
        self.group = w.Dropdown(description=say("Group"), **WIDE)
        self.where = w.Text(description=say("Subgroup"), continuous_update=False, **WIDE)
        self.specification = w.Dropdown(description=say("Specification"), **WIDE)
        self.adjust = w.Dropdown(description=say("Covariates"), **WIDE)
        self.covariates = w.SelectMultiple(rows=5, description=" ", **WIDE)
        self.outliers = w.Checkbox(value=True, description=say("outliers in"))
        self.told, self.shown, self.code = w.HTML(), w.HTML(), w.HTML()
        left = [self.cohort, self.find, self.name, self.group, self.where]
        right = [self.specification, self.adjust, self.covariates, self.outliers]
        above = w.HBox([w.VBox(left), w.VBox(right)], layout=w.Layout(flex_flow="row wrap"))
        self.box = w.VBox([w.HTML(workbench.OWN_KEYS), above, self.told, self.shown, self.code])
        self.fill()
        for one in (*left[2:], *right):
            one.observe(self.look, "value")
        self.find.observe(self.narrow, "value")
        self.cohort.observe(self.change_cohort, "value")
        self.is_quiet = False
        self.look()

    def fill(self) -> None:
        """Offer what the cohort has."""
        bench, reader = self.bench, self.bench.study.reader
        self.find.value, self.find.placeholder = "", reader.say("part of a name, label or definition")
        self.offer(bench.names)
        self.name.value = bench.last.name
        self.group.options = [(f"{bench.names.get(one, one)} ({one})", one) for one in bench.groups]
        self.group.value = bench.last.group
        self.where.value, self.where.placeholder = "", "age >= 30"
        specs = bench.study.definition.programme.specifications
        self.specification.options = [(reader.specification_label(spec), spec.id) for spec in specs]
        self.specification.value = bench.study.definition.primary
        words = reader.say("as declared"), reader.say("none"), reader.say("these:")
        self.adjust.options = list(zip(words, ("declared", "none", "own"), strict=True))
        self.adjust.value = "declared"
        self.covariates.options = [(f"{bench.names.get(one, one)} ({one})", one) for one in bench.covariates]
        self.covariates.value = ()
        self.outliers.value = True

    def offer(self, names: Iterable[str]) -> None:
        """Offer some of what may be looked at."""
        self.name.options = [(f"{self.bench.names[name]} ({name})", name) for name in names]

    def narrow(self, _: Any) -> None:
        """Offer only what is found, or near it; all again where the text is empty."""
        known, was = self.bench.names, self.name.value
        found = [name for name in self.bench.study.find(self.find.value)["name"] if name in known]
        offered = found if self.find.value.strip() and found else list(known)
        self.is_quiet = True
        self.offer(offered)
        self.name.value = was if was in offered else offered[0]
        self.is_quiet = False
        self.look()

    def change_cohort(self, _: Any) -> None:
        """Open another cohort in the same language."""
        self.is_quiet = True
        try:
            self.bench = self.reopen(self.cohort.value)
            self.fill()
        except (ProblemsError, OSError) as failure:
            self.tell(failure)
            return
        finally:
            self.is_quiet = False
        self.look()

    def chosen(self) -> dict[str, Any]:
        """The choices as ``Bench.look`` takes them."""
        own = {"declared": None, "none": (), "own": tuple(self.covariates.value)}
        return {
            "name": self.name.value,
            "group": self.group.value,
            "where": self.where.value.strip(),
            "specification": self.specification.value,
            "covariates": own[self.adjust.value],
            "outliers": self.outliers.value,
        }

    def look(self, _: Any = None) -> None:
        """Show what the controls say; what cannot be shown is told in its place."""
        if self.is_quiet:
            return
        try:
            seen = self.bench.look(**self.chosen())
            page, code = seen._repr_html_(), seen.code
        except ProblemsError as failure:
            self.tell(failure)
            return
        self.told.value, self.shown.value = "", page
        self.code.value = workbench.copied(self.bench.study.reader, code)

    def tell(self, failure: Exception) -> None:
        """Say why there is nothing to be shown."""
        self.told.value, self.shown.value, self.code.value = workbench.problem(str(failure)), "", ""
