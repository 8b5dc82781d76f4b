"""Pure functions that read one raw text into a value, or say in plain words why a person must decide.

``reading``
    the record that every parser returns.
``normalise``
    one spelling for characters.
``missing``
    texts that say that, or why, there is no answer.
``numbers``, ``number_context``
    numbers and money, and what their column shows.
``dates``, ``date_context``, ``date_order``
    dates and time stamps, what their column shows, and whether day or month stands first in it.
``choices``, ``multiple``, ``versions``
    answers of a list, one or several, and codes of other form versions.
``titles``
    job titles to levels of a ladder.
``identifiers``, ``checks``
    identifiers and personal data; what whole columns and records show.

A parser never raises for any text; it raises ``ValueError`` for a context or a list that contradicts itself.
"""

from manfaat.files.parsing.aliases import AliasTable, alias_table, load_aliases
from manfaat.files.parsing.choices import (
    ChoiceList,
    choice_list,
    read_choice,
    read_concept,
    read_region,
    read_sex,
    read_yes_no,
)
from manfaat.files.parsing.date_context import column_dates, date_context, in_its_file
from manfaat.files.parsing.date_order import Order, language_of
from manfaat.files.parsing.dates import DateContext, read_date
from manfaat.files.parsing.identifiers import personal_kinds, read_identifier
from manfaat.files.parsing.missing import read_missing
from manfaat.files.parsing.multiple import expand_multiple, read_multiple
from manfaat.files.parsing.normalise import normalise
from manfaat.files.parsing.number_context import column_context, read_header_unit
from manfaat.files.parsing.numbers import read_number, read_stored
from manfaat.files.parsing.plain import ColumnContext
from manfaat.files.parsing.reading import FLAGS, MISSING_REASONS, Reading
from manfaat.files.parsing.titles import TitleLadder, load_ladder, read_title, title_ladder
from manfaat.files.parsing.versions import check_codes, reversed_scale

__all__ = [
    "FLAGS",
    "MISSING_REASONS",
    "AliasTable",
    "ChoiceList",
    "ColumnContext",
    "DateContext",
    "Order",
    "Reading",
    "TitleLadder",
    "alias_table",
    "check_codes",
    "choice_list",
    "column_context",
    "column_dates",
    "date_context",
    "expand_multiple",
    "in_its_file",
    "language_of",
    "load_aliases",
    "load_ladder",
    "normalise",
    "personal_kinds",
    "read_choice",
    "read_concept",
    "read_date",
    "read_header_unit",
    "read_identifier",
    "read_missing",
    "read_multiple",
    "read_number",
    "read_region",
    "read_sex",
    "read_stored",
    "read_title",
    "read_yes_no",
    "reversed_scale",
    "title_ladder",
]
