"""What a notebook imports; the engine behind it is ``manfaat``."""

from manfaat.analysis.study import Study, load_study

__all__ = ["Study", "load_study"]
