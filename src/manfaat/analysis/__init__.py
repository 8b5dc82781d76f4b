"""One cohort with its definitions and tables, the plan it was fixed by, and cohorts of a programme side by
side.
"""
