"""Columns of a file: which field each one gives.

- ``headers``: usual titles, French and English, and the type of items they betray
- ``deciding``: columns that decide whether an item may be recommended
- ``mapping``: what is made of each column of one file, and what a person chose; ``profiles`` keep that
"""

from matcher.importing.columns.deciding import Sense, decides, read_sense
from matcher.importing.columns.headers import TYPE_COLUMN, columns_of, header_rank, infer_type
from matcher.importing.columns.mapping import Choices, column_notices, is_ours, map_columns
from matcher.importing.columns.profiles import combined, load_profile, save_profile

__all__ = [
    "TYPE_COLUMN",
    "Choices",
    "Sense",
    "column_notices",
    "columns_of",
    "combined",
    "decides",
    "header_rank",
    "infer_type",
    "is_ours",
    "load_profile",
    "map_columns",
    "read_sense",
    "save_profile",
]
