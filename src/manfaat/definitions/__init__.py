"""Programme, codebook, choices, indicators, claims, prices and expressions: loaded and checked, all problems
at once.
"""
