"""Begin a programme or a cohort, write and apply decisions, read forms, export what was cleaned."""
