"""Files of an office read into items, and written again.

- ``tables``: one reader of any office file; header and rows of plain cells
- ``read_csv``, ``read_xlsx``, ``read_json``: what it reads; ``layout``: header found, rows fitted to it
- ``headers``, ``deciding``: which column means which field, and which ones decide what is recommended
- ``cells``, ``fields``, ``rows``, ``reasons``: cells read as their field wants, rows validated, faults worded
- ``tabular``: a file as rows of items; ``importer``: those rows put into the store
- ``export``: one writer of CSV and JSON Lines; ``formulas``: cells a spreadsheet would run
- ``report``: what is said of an import
"""

from matcher.importing.export import csv_text, jsonl_text, record, write_csv, write_items, write_jsonl
from matcher.importing.formulas import neutralise, restore
from matcher.importing.importer import import_table
from matcher.importing.layout import HEADER, NAMES_ONLY, NOT_A_HEADER, HeaderRank, Table, TableRow
from matcher.importing.report import Fault, ImportReport, ItemTable, Notice, Reject, Row
from matcher.importing.tables import read_table
from matcher.importing.tabular import import_file, read, rejects_path, write_rejects

__all__ = [
    "HEADER",
    "NAMES_ONLY",
    "NOT_A_HEADER",
    "Fault",
    "HeaderRank",
    "ImportReport",
    "ItemTable",
    "Notice",
    "Reject",
    "Row",
    "Table",
    "TableRow",
    "csv_text",
    "import_file",
    "import_table",
    "jsonl_text",
    "neutralise",
    "read",
    "read_table",
    "record",
    "rejects_path",
    "restore",
    "write_csv",
    "write_items",
    "write_jsonl",
    "write_rejects",
]
