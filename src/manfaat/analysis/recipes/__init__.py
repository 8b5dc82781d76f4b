"""How an estimate is computed again elsewhere: in Python, R or Stata, from the very units it rests on."""

from manfaat.analysis.recipes.writing import LANGUAGES, Recipe, recipe_of

__all__ = ["LANGUAGES", "Recipe", "recipe_of"]
