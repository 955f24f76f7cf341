"""Files of an office read into items, and written again.

- ``tables``: one reader of any office file, header and rows of plain cells; ``formats``: what it reads
- ``layout``: the header found, rows fitted under it
- ``columns``: which column gives which field, and which ones decide what is recommended
- ``cells``, ``fields``, ``rows``: cells read as their field wants, rows validated, faults worded
- ``reader``: a file as rows of items; ``calendars``: a calendar as dates of factories
- ``participations``: lists of who takes part in which factory
- ``planning``: what an import would do; ``importer``: plans made and applied
- ``rejects``: what was not imported, to be corrected; ``report``: all that is said of an import
- ``export``: one writer of CSV and JSON Lines; ``formulas``: cells a spreadsheet would run
- ``texts``: texts of cells: HTML taken off, damage by programs refused
"""

from matcher.importing.columns import Choices, combined, load_profile, save_profile
from matcher.importing.export import csv_text, jsonl_text, record, write_csv, write_items, write_jsonl
from matcher.importing.formulas import escape, restore
from matcher.importing.importer import (
    ImportPlan,
    apply_plan,
    import_file,
    import_table,
    plan_import,
)
from matcher.importing.layout import HEADER, NAMES_ONLY, NOT_A_HEADER, HeaderRank, Table, TableRow
from matcher.importing.participations import import_participations, lists_participations
from matcher.importing.planning import Towns
from matcher.importing.reader import read
from matcher.importing.rejects import rejects_path, write_rejects
from matcher.importing.report import (
    Action,
    Certainty,
    ColumnUse,
    Fault,
    FieldChange,
    FieldKept,
    FileRefused,
    ImportReport,
    ItemTable,
    Notice,
    Reject,
    Row,
    RowAction,
    Twins,
    refusal,
)
from matcher.importing.tables import read_table

__all__ = [
    "HEADER",
    "NAMES_ONLY",
    "NOT_A_HEADER",
    "Action",
    "Certainty",
    "Choices",
    "ColumnUse",
    "Fault",
    "FieldChange",
    "FieldKept",
    "FileRefused",
    "HeaderRank",
    "ImportPlan",
    "ImportReport",
    "ItemTable",
    "Notice",
    "Reject",
    "Row",
    "RowAction",
    "Table",
    "TableRow",
    "Towns",
    "Twins",
    "apply_plan",
    "combined",
    "csv_text",
    "escape",
    "import_file",
    "import_participations",
    "import_table",
    "jsonl_text",
    "lists_participations",
    "load_profile",
    "plan_import",
    "read",
    "read_table",
    "record",
    "refusal",
    "rejects_path",
    "restore",
    "save_profile",
    "write_csv",
    "write_items",
    "write_jsonl",
    "write_rejects",
]
