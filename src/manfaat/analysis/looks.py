"""What is looked at on the workbench, and the calls that it stands for: what is run is what is copied."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Call:
    """One question to a study: what is asked is what the code says."""

    method: str
    names: tuple[str, ...]
    choices: dict[str, Any]

    @property
    def code(self) -> str:
        """The call as a line of Python."""
        told = [*map(quoted, self.names), *(f"{name}={quoted(one)}" for name, one in self.choices.items())]
        return f"study.{self.method}({', '.join(told)})"

    def of(self, study: Any) -> Any:
        """What the study answers."""
        return getattr(study, self.method)(*self.names, **self.choices)


def quoted(value: object) -> str:
    """A value as a person writes it: texts in double quotes."""
    if isinstance(value, str) and "\\" not in value and '"' not in value and value.isprintable():
        return f'"{value}"'
    return f"[{', '.join(map(quoted, value))}]" if isinstance(value, list) else repr(value)


@dataclass(frozen=True)
class Look:
    """What is looked at.

    Attributes
    ----------
    name : an indicator, a column or an answer. group : the column of groups. where : the subgroup, a
    condition; empty for everybody. covariates : None for those declared. specification : None for the primary
    one. outliers : whether they stay in.
    """

    name: str
    group: str
    where: str = ""
    covariates: tuple[str, ...] | None = None
    specification: str | None = None
    outliers: bool = True

    @property
    def is_own(self) -> bool:
        """Whether anything was chosen that is not declared."""
        return bool(self.where or self.covariates is not None or not self.outliers)

    def calls(self, usual: str, *, is_outcome: bool, is_crossed: bool) -> dict[str, Call]:
        """What is asked of a study, by part of the page; ``usual`` is the primary specification."""
        among: dict[str, Any] = {"where": self.where} if self.where else {}
        found = {"spread": Call("describe", (self.name,), {"by": self.group, **among})}
        if is_crossed:
            found["crosstab"] = Call("crosstab", (self.name, self.group), among)
        found["missing"] = Call("missing", (self.name,), {"by": self.group, **among})
        if is_outcome:
            own = among | ({} if self.covariates is None else {"covariates": list(self.covariates)})
            own |= {} if self.outliers else {"outliers": False}
            chosen = own | {"specification": self.specification or usual}
            found["estimate"] = Call("estimate", (self.name,), chosen)
        return found
