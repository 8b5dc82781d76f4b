"""What one run is asked to do."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from manfaat.base.moments import STATED

EVERY = "both"  # languages


@dataclass(frozen=True)
class Options:
    """What one run is asked to do."""

    language: str = "en"  # of the report, or "both": every language there is
    data_dir: str = "data"
    reports_dir: str = "reports"
    values: dict[str, object] = field(default_factory=dict)  # scientific parameters, checked
    time_limit: int = 600  # seconds a notebook
    formats: tuple[str, ...] = ("html",)  # the page always; pdf and docx come with the pictures as files
    warm: bool = True  # fork from a warm interpreter, or start an ordinary kernel a notebook
    spoken: tuple[str, ...] = ()  # languages of the programme

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages asked for, of those that house and programme both speak; the first is that of
        ``report.html``. A programme that speaks none of the house's has its texts in a page in English.
        """
        from manfaat.report.words import LANGUAGES

        if self.language != EVERY:
            return (self.language,)
        both = tuple(code for code in LANGUAGES if not self.spoken or code in self.spoken)
        return both or LANGUAGES[:1]

    @property
    def asked(self) -> dict[str, str]:
        """What a report depends on, by the name of the option, and the day that is stated for it."""
        asked = {"language": self.language, "formats": ",".join(sorted({*self.formats, "html"}))}
        if day := os.environ.get(STATED, ""):
            asked[STATED] = day
        return asked | {name: str(value) for name, value in sorted(self.values.items())}
