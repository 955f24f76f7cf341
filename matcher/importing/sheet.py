"""A grid of cells laid out under its header; rows that do not fit under it are set apart, with the reason."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from matcher.errors import InvalidRequest
from matcher.importing.headers import names_columns
from matcher.importing.importer import Notice

OURS = ["line", "reason"]
"""First columns of a rejects file, which may be mended and imported again."""

LOOKED_AT = 10
"""Rows at the top among which the header may be, under a title and a date."""
_BLOCK = 16
"""Excel writes CSV in blocks of so many rows, each without the columns that are empty all through it."""


@dataclass(slots=True)
class Sheet:
    """Cells of a file. Each is a str, or a list or dict from JSON, or None where JSON lacks the key."""

    columns: list[str]
    rows: list[tuple[int, list[Any]]]
    notices: list[Notice] = field(default_factory=list)
    delimiter: str = ";"
    broken: dict[int, tuple[str, str]] = field(default_factory=dict)
    """Line -> why (French, English) of rows that could not be cut into these columns."""


def lay_out(name: str, grid: Sequence[list[str]], first: int = 1) -> Sheet:
    """Find the header and set apart the rows that have more or fewer cells.

    Parameters
    ----------
    name
        The file, for errors.
    grid
        Cells row by row, as many as the file has in each; empty rows count as lines and are left out.
    first
        Line of the first row.

    Returns
    -------
    Sheet
        Under the first row that names known columns, among the first ten with anything in them; if none does,
        under the first. A rejects file comes without its own two columns.
    """
    filled = [(n, row) for n, row in enumerate(grid, start=first) if any(cell.strip() for cell in row)]
    at = next((n for n, (_, row) in enumerate(filled[:LOOKED_AT]) if names_columns(row)), 0)
    header = [cell.strip().lstrip("\ufeff") for cell in filled[at][1]] if filled else []
    ours = len(OURS) if header[: len(OURS)] == OURS else 0
    header = header[ours:]
    width = max((n for n, title in enumerate(header, start=1) if title), default=0)
    if not width:
        raise InvalidRequest(f"{name} is empty.")
    sheet = Sheet([title or f"({n})" for n, title in enumerate(header[:width], start=1)], [])
    if at:
        sheet.notices.append(_above(filled[: at + 1]))
    lengths = defaultdict(set)
    for line, row in filled[at:]:
        lengths[(line - 1) // _BLOCK].add(len(row))
    for line, row in filled[at + 1 :]:
        cells = row[ours:]
        trimmed = len(lengths[(line - 1) // _BLOCK]) == 1
        if why := _misfit(cells, width, trimmed=trimmed):
            sheet.broken[line] = why
            sheet.rows.append((line, cells))
        else:
            sheet.rows.append((line, [*cells, *[""] * (width - len(cells))][:width]))
    return sheet


def _above(rows: Sequence[tuple[int, list[str]]]) -> Notice:
    line = rows[-1][0]
    above = ", ".join(cell.strip() for _, row in rows[:-1] for cell in row if cell.strip())[:100]
    return Notice(
        f"En-tête lu à la ligne {line} ; au-dessus, non lu : {above}.",
        f"Header read on line {line}; above it, not read: {above}.",
    )


def _misfit(cells: Sequence[str], width: int, *, trimmed: bool) -> tuple[str, str] | None:
    """Return why a row has too many or too few cells, if any; a ``trimmed`` block may be short."""
    count = max((n for n, cell in enumerate(cells, start=1) if cell.strip()), default=0)
    if count > width:
        return (
            f"{count} cellules pour {width} colonnes : un texte contient le séparateur, sans guillemets",
            f"{count} cells for {width} columns: a text holds the delimiter and is not quoted",
        )
    if len(cells) < width and not trimmed:
        return (
            f"{len(cells)} cellules pour {width} colonnes : ligne coupée ; la compléter, "
            "avec des cellules vides s'il le faut",
            f"{len(cells)} cells for {width} columns: the row is cut short; complete it, "
            "with empty cells if need be",
        )
    return None
