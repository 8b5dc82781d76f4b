from helpers.bench import Bench
from helpers.benefits import Benefits
from helpers.cleaned import Cleaned
from helpers.cohorts import Cohorts, open_programme
from helpers.costed import Costed
from helpers.estimates import Estimate
from helpers.findings import Findings
from helpers.inputs import Inputs
from helpers.measured import Measured
from helpers.missing import Missing
from helpers.opened import OpenStudy, open_study
from helpers.results import Results
from helpers.showing import Answer, Questions
from helpers.tracing import Person
from manfaat.analysis.recipes import Recipe

__all__ = [
    "Answer",
    "Bench",
    "Benefits",
    "Cleaned",
    "Cohorts",
    "Costed",
    "Estimate",
    "Findings",
    "Inputs",
    "Measured",
    "Missing",
    "OpenStudy",
    "Person",
    "Questions",
    "Recipe",
    "Results",
    "open_programme",
    "open_study",
]
