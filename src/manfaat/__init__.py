"""The engine behind the notebooks: from raw survey files to a report; no package imports one above it."""

__version__ = "0.1.0"
