"""Real files, drafted, read and cleaned as a delivery; see ``__main__``."""
