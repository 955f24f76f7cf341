"""Workbooks into cells as an office would type them: the first visible sheet with rows under a header."""

import io
import warnings
from collections.abc import Iterable
from contextlib import closing
from datetime import date, datetime
from typing import Any

from openpyxl import load_workbook

from matcher.errors import InvalidRequest
from matcher.importing.layout import HEADER, LOOKED_AT, NOT_A_HEADER, Grid, HeaderRank
from matcher.importing.report import Notice


def read_xlsx(name: str, data: bytes, rank: HeaderRank) -> tuple[Grid, list[Notice]]:
    """Return the cells of the sheet that looks most like a table, and which other sheets were not read.

    InvalidRequest names the sheets if none of several looks like a table.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # styles and extensions openpyxl does not know
            with closing(load_workbook(io.BytesIO(data), read_only=True, data_only=True)) as book:
                shown = {sheet.title: sheet.sheet_state == "visible" for sheet in book.worksheets}
                best = _best((sheet for sheet in book.worksheets if shown[sheet.title]), rank)
    except Exception as error:
        raise InvalidRequest(f"{name} is not a workbook Excel can open: save it again as .xlsx.") from error
    found, title, grid = best
    if found == NOT_A_HEADER and len(shown) > 1:
        raise InvalidRequest(
            f"{name}: no visible sheet has rows under a header with a column 'name' or 'nom'. "
            f"Sheets: {_listed(shown, 'hidden')}."
        )
    rest = {other: visible for other, visible in shown.items() if other != title}
    if not rest:
        return grid, []
    fr = f"Feuille lue : {title} ; non lues : {_listed(rest, 'masquée')}."
    return grid, [Notice(fr, f"Sheet read: {title}; not read: {_listed(rest, 'hidden')}.")]


def _listed(sheets: dict[str, bool], hidden: str) -> str:
    return ", ".join(title if visible else f"{title} ({hidden})" for title, visible in sheets.items())


def _best(sheets: Iterable[Any], rank: HeaderRank) -> tuple[int, str, Grid]:
    """Return rank, title and cells of the first sheet with a table, else of the first of the best."""
    best = (-1, "", Grid([]))
    for sheet in sheets:
        grid = _grid(sheet)
        found = _rank(grid, rank)
        if found > best[0]:
            best = found, sheet.title, grid
        if found == HEADER:
            break
    return best


def _rank(grid: Grid, rank: HeaderRank) -> int:
    """Return ``HEADER`` with rows under a header, else the rank of the first row if rows follow it."""
    filled = [row for row in grid.rows if any(cell.strip() for cell in row)]
    if any(rank(row) == HEADER for row in filled[:-1][:LOOKED_AT]):
        return HEADER
    return rank(filled[0]) if len(filled) > 1 else NOT_A_HEADER


def _grid(sheet: Any) -> Grid:
    """Return the cells row by row, all rows of one width; what the sheet says of its size is often wrong."""
    sheet.reset_dimensions()
    rows = [[as_typed(value) for value in row] for row in sheet.iter_rows(values_only=True)]
    width = 0
    for row in rows:
        width = max(width, *(n for n, cell in enumerate(row, start=1) if cell.strip()), 0)
    return Grid([[*row, *[""] * (width - len(row))][:width] for row in rows])


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
