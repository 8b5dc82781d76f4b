"""What a programme cost, who paid, and what it was worth: accounts from the cost sheet, value, viewpoints,
uncertainty.
"""
