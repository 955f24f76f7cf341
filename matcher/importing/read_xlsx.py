"""Workbooks into cells as an office would type them: the first visible sheet with rows under a header."""

import io
import warnings
from collections.abc import Sequence
from contextlib import closing
from datetime import date, datetime
from typing import Any

from openpyxl import load_workbook

from matcher.domain.items import ItemType
from matcher.errors import InvalidRequest
from matcher.importing.headers import columns_of, names_columns
from matcher.importing.importer import Notice
from matcher.importing.sheet import LOOKED_AT, Sheet, lay_out

_TABLE = 2
"""Rank of a sheet with rows under a header that names known columns."""


def read_xlsx(name: str, data: bytes) -> Sheet:
    """Lay out the first visible sheet that can be read; InvalidRequest names the sheets if none can."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # styles and extensions openpyxl does not know
            with closing(load_workbook(io.BytesIO(data), read_only=True, data_only=True)) as book:
                shown = {sheet.title: sheet.sheet_state == "visible" for sheet in book.worksheets}
                rank, title, grid = _best([sheet for sheet in book.worksheets if shown[sheet.title]])
    except Exception as error:
        raise InvalidRequest(f"{name} is not a workbook Excel can open: save it again as .xlsx.") from error
    if not rank and len(shown) > 1:
        raise InvalidRequest(
            f"{name}: no visible sheet has rows under a header with a column 'name' or 'nom'. "
            f"Sheets: {_listed(shown, 'hidden')}."
        )
    sheet = lay_out(name, grid)
    if rest := {other: visible for other, visible in shown.items() if other != title}:
        fr = f"Feuille lue : {title} ; non lues : {_listed(rest, 'masquée')}."
        sheet.notices.append(Notice(fr, f"Sheet read: {title}; not read: {_listed(rest, 'hidden')}."))
    return sheet


def _listed(sheets: dict[str, bool], hidden: str) -> str:
    return ", ".join(title if visible else f"{title} ({hidden})" for title, visible in sheets.items())


def _best(sheets: Sequence[Any]) -> tuple[int, str, list[list[str]]]:
    """Return rank, title and cells of the first sheet with a table, else of the first of the best."""
    best: tuple[int, str, list[list[str]]] = (-1, "", [])
    for sheet in sheets:
        grid = _grid(sheet)
        rank = _rank(grid)
        if rank > best[0]:
            best = rank, sheet.title, grid
        if rank == _TABLE:
            break
    return best


def _rank(grid: list[list[str]]) -> int:
    """2 with rows under a header, 1 with rows under a first row that only has a column for names, else 0."""
    filled = [row for row in grid if any(cell.strip() for cell in row)]
    if any(map(names_columns, filled[:-1][:LOOKED_AT])):
        return _TABLE
    first = filled[0] if len(filled) > 1 else []
    return int(any("name" in columns_of(item_type, first).values() for item_type in ItemType))


def _grid(sheet: Any) -> list[list[str]]:
    """Return the cells row by row, all rows of one width; what the sheet says of its size is often wrong."""
    sheet.reset_dimensions()
    grid = [[as_typed(value) for value in row] for row in sheet.iter_rows(values_only=True)]
    width = max((n for row in grid for n, cell in enumerate(row, start=1) if cell.strip()), default=0)
    return [[*row, *[""] * (width - len(row))][:width] for row in grid]


def as_typed(value: Any) -> str:
    """Write a typed cell as an office would type it: 31 and not 31.0, oui and not True."""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if value != value:  # noqa: PLR0124  # NaN, which JSON of some programs has for an empty cell
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime | date):
        return value.isoformat(" ") if isinstance(value, datetime) else value.isoformat()
    return "" if value is None else str(value)
