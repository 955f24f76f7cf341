"""Formats of files, each read into cells; nothing here knows what a column means.

- ``read_csv``: delimited text; ``read_xlsx``: Excel workbooks, read in bounded memory
- ``read_markup``: the ``.xls`` files that are XML or HTML; ``read_json``: JSON, GeoJSON, JSON-LD
- ``read_calendar``: iCalendar
"""

from matcher.importing.formats.read_calendar import CalendarEvent, read_calendar
from matcher.importing.formats.read_csv import read_csv, refuse_swallowed
from matcher.importing.formats.read_json import read_json
from matcher.importing.formats.read_markup import read_html, read_spreadsheet_xml
from matcher.importing.formats.read_xlsx import read_xlsx

__all__ = [
    "CalendarEvent",
    "read_calendar",
    "read_csv",
    "read_html",
    "read_json",
    "read_spreadsheet_xml",
    "read_xlsx",
    "refuse_swallowed",
]
