"""What a notebook imports: a study to ask, and what it answers; the engine behind it is ``manfaat``."""

from helpers.estimates import Estimate
from helpers.opened import OpenStudy, open_study
from helpers.recipes import Recipe
from helpers.showing import Answer
from helpers.tracing import Person

__all__ = ["Answer", "Estimate", "OpenStudy", "Person", "Recipe", "open_study"]
