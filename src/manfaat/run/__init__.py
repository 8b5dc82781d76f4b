"""Parameters checked, notebooks run in order from one warm interpreter, a report assembled, everything
recorded.
"""
