"""Numbers into exhibits, sentences and one HTML page; no statistics here."""
