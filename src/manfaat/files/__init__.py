"""Any export as tables of raw text, and one raw text as one value with its doubts; nothing here knows a
programme.
"""
