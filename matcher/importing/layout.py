"""A grid of cells laid out under its header; rows that do not fit under it are set apart, with the reason."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from matcher.errors import InvalidRequest
from matcher.importing.formulas import restore
from matcher.importing.report import Fault, Notice

OURS = ["line", "reason"]
"""First columns of a rejects file, which may be corrected and imported again."""

LOOKED_AT = 10
"""Rows at the top among which the header may be, under a title and a date."""

NOT_A_HEADER, NAMES_ONLY, HEADER = 0, 1, 2
HeaderRank = Callable[[Sequence[str]], int]
"""How much a row looks like a header: ``HEADER``, ``NAMES_ONLY`` (a lone column of names), or neither."""

_BLOCK = 16
"""Excel writes CSV in blocks of so many rows, each without the columns that are empty all through it."""


class Grid(NamedTuple):
    """Cells row by row, as many as the file has in each; ``first`` is the line of the first row."""

    rows: Sequence[list[str]]
    first: int = 1
    delimiter: str = ";"


class TableRow(NamedTuple):
    """One row of a table. ``fault`` says why it could not be cut into the table's columns.

    A row without fault has as many cells as the table has columns.
    """

    line: int
    cells: list[Any]
    fault: Fault | None = None


@dataclass(slots=True)
class Table:
    """A file as header and rows, in file order; empty rows are left out.

    Each cell is a str, or from JSON also a list or dict, or None where a record lacks the key.
    """

    columns: list[str]
    rows: list[TableRow]
    notices: list[Notice] = field(default_factory=list)
    delimiter: str = ";"


def lay_out(name: str, grid: Grid, rank: HeaderRank) -> Table:
    """Find the header of a grid and set apart the rows that have more or fewer cells.

    The header is the first row that ``rank`` calls ``HEADER`` among the first ten with anything in them; if
    there is none, the first row. A rejects file comes without its own two columns. InvalidRequest, naming
    the file, when there is no cell at all.
    """
    numbered = enumerate(grid.rows, start=grid.first)
    filled = [(line, row) for line, row in numbered if any(cell.strip() for cell in row)]
    at = header_position([row for _, row in filled], rank)
    titles = [restore(cell.strip().lstrip("\ufeff")) for cell in filled[at][1]] if filled else []
    ours = len(OURS) if titles[: len(OURS)] == OURS else 0
    titles = titles[ours:]
    width = _filled_width(titles)
    if not width:
        raise InvalidRequest(f"{name} is empty.")
    columns = [title or f"({n})" for n, title in enumerate(titles[:width], start=1)]
    table = Table(columns, [], delimiter=grid.delimiter)
    if at:
        table.notices.append(_above(filled[: at + 1]))
    lengths = _block_lengths(filled[at:])
    for line, row in filled[at + 1 :]:
        trimmed = len(lengths[(line - 1) // _BLOCK]) == 1
        cells = [restore(cell) for cell in row[ours:]]
        table.rows.append(_fitted(line, cells, width, trimmed=trimmed))
    return table


def header_position(rows: Sequence[Sequence[str]], rank: HeaderRank) -> int:
    """Return the position of the first header among the first ten rows, 0 if there is none."""
    for n, row in enumerate(rows[:LOOKED_AT]):
        if rank(row) == HEADER:
            return n
    return 0


def _filled_width(cells: Sequence[str]) -> int:
    """Return the number of cells up to the last one with anything in it."""
    return max((n for n, cell in enumerate(cells, start=1) if cell.strip()), default=0)


def _above(rows: Sequence[tuple[int, list[str]]]) -> Notice:
    line = rows[-1][0]
    cells = [cell.strip() for _, row in rows[:-1] for cell in row if cell.strip()]
    above = ", ".join(cells)[:100]
    return Notice(
        f"En-tête lu à la ligne {line} ; au-dessus, non lu : {above}.",
        f"Header read on line {line}; above it, not read: {above}.",
    )


def _block_lengths(rows: Sequence[tuple[int, list[str]]]) -> Mapping[int, set[int]]:
    """Return the row lengths that occur in each block of sixteen lines: one alone if Excel trimmed it."""
    lengths: dict[int, set[int]] = defaultdict(set)
    for line, row in rows:
        lengths[(line - 1) // _BLOCK].add(len(row))
    return lengths


def _fitted(line: int, cells: list[str], width: int, *, trimmed: bool) -> TableRow:
    """Return a row of ``width`` cells, or as it is with its fault; a ``trimmed`` block may be short."""
    count = _filled_width(cells)
    if count > width:
        fr = f"{count} cellules pour {width} colonnes : un texte contient le séparateur, sans guillemets"
        en = f"{count} cells for {width} columns: a text holds the delimiter and is not quoted"
        return TableRow(line, cells, Fault(fr, en))
    if len(cells) < width and not trimmed:
        fr = (
            f"{len(cells)} cellules pour {width} colonnes : ligne coupée ; la compléter, "
            "avec des cellules vides s'il le faut"
        )
        en = (
            f"{len(cells)} cells for {width} columns: the row is cut short; complete it, "
            "with empty cells if need be"
        )
        return TableRow(line, cells, Fault(fr, en))
    return TableRow(line, [*cells, *[""] * (width - len(cells))][:width])
