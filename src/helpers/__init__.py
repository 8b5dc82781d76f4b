"""What a notebook imports: a study to ask, and what it answers; the engine behind it is ``manfaat``.

A name is loaded when it is first asked for; ``__init__.pyi`` says the same to type checkers and editors.
"""

from importlib import import_module

HOMES = {
    "bench": ["Bench"],
    "benefits": ["Benefits"],
    "cleaned": ["Cleaned"],
    "cohorts": ["Cohorts", "open_programme"],
    "costed": ["Costed"],
    "estimates": ["Estimate", "Recipe"],
    "findings": ["Findings"],
    "inputs": ["Inputs"],
    "measured": ["Measured"],
    "missing": ["Missing"],
    "opened": ["OpenStudy", "open_study"],
    "results": ["Results"],
    "showing": ["Answer", "Questions"],
    "tracing": ["Person"],
}
__all__ = sorted(name for names in HOMES.values() for name in names)


def __getattr__(name: str) -> object:
    for home, names in HOMES.items():
        if name in names:
            return getattr(import_module(f"helpers.{home}"), name)
    raise AttributeError(f"module 'helpers' has no attribute '{name}'")


def __dir__() -> list[str]:
    return __all__
