"""A grid of cells laid out under its header; rows that do not fit under it are set apart, with the reason."""

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from matcher.errors import InvalidRequest
from matcher.importing.formulas import restore
from matcher.importing.report import Fault, Notice, refusal
from matcher.language import fold_words

OURS = ["line", "reason"]
"""First columns of a rejects file, which may be corrected and imported again."""

LOOKED_AT = 10
"""Rows at the top among which the header may be, under a title and a date."""

NOT_A_HEADER, NAMES_ONLY, HEADER = 0, 1, 2
HeaderRank = Callable[[Sequence[str]], int]
"""How much a row looks like a header: the number of known columns, 1 for a lone column of names, else 0."""

MAX_COLUMNS, MAX_ROWS = 500, 100_000
MAX_CELLS = 5_000_000
"""Cells of a table with the empty ones; so many take some 150 MB."""

_BLOCK = 16
"""Excel writes CSV in blocks of so many rows, each without the columns that are empty all through it."""
_LAST = 3
"""Rows at the end among which totals may be."""
_TOTAL = re.compile(
    r"(?:sous |grand )?tota(?:l|ux)(?: general| generaux)?|somme|moyenne|nombre|count|sum|average"
)
_NUMERIC = re.compile(r"[-+\d\s.,%€\u00a0\u202f]*")


class Merged(NamedTuple):
    """Cells that stand for one: the lines of the first and last, and their column counted from 1."""

    top: int
    bottom: int
    column: int


class Grid(NamedTuple):
    """Cells row by row; ``first`` is the line of the first row.

    ``whole`` says that a row shorter than others ends in empty cells, as in a workbook; else it may be cut.
    ``ended``: the text ends with its last row; where it does not, that row may be cut wherever it is.
    ``merged`` are cells that run over several rows, ``hidden`` is the number of rows that are not shown.
    """

    rows: Sequence[list[str]]
    first: int = 1
    delimiter: str = ";"
    whole: bool = False
    ended: bool = True
    merged: Sequence[Merged] = ()
    hidden: int = 0


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


class Cells:
    """Filled cells by row and column, within the limits of a table; both are counted from 1."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._rows: dict[int, dict[int, str]] = {}
        self._merged: list[Merged] = []
        self.hidden = 0

    def put(self, row: int, column: int, text: str) -> None:
        """Keep a cell unless it is blank; InvalidRequest, naming the cell, beyond the limits."""
        if not text.strip():
            return
        if not (0 < row <= MAX_ROWS and 0 < column <= MAX_COLUMNS):
            raise refusal(
                f"{self._name} : la cellule de la ligne {row}, colonne {column} dépasse {MAX_ROWS} lignes ou "
                f"{MAX_COLUMNS} colonnes. Supprimer ce qui est loin du tableau, ou diviser le fichier.",
                f"{self._name}: the cell in row {row}, column {column} lies beyond {MAX_ROWS} rows or "
                f"{MAX_COLUMNS} columns. Delete what lies far from the table, or split the file.",
            )
        self._rows.setdefault(row, {})[column] = text

    def merge(self, top: int, bottom: int, column: int) -> None:
        """Note that the cells of a column stand for one from a row to another."""
        if bottom > top and len(self._merged) < MAX_ROWS:
            self._merged.append(Merged(top, bottom, column))

    def grid(self) -> Grid:
        """Return the rows up to the last one, each up to its last filled cell."""
        rows = []
        for number in range(1, max(self._rows, default=0) + 1):
            cells = self._rows.get(number, {})
            rows.append([cells.get(n, "") for n in range(1, max(cells, default=0) + 1)])
        return Grid(rows, whole=True, merged=self._merged, hidden=self.hidden)


def grid_rank(grid: Grid, rank: HeaderRank) -> int:
    """Return the rank of the best header with rows under it, else of the first row if rows follow it."""
    filled = [row for row in grid.rows if _filled_width(row)]
    best = max(map(rank, filled[:-1][:LOOKED_AT]), default=NOT_A_HEADER)
    if best >= HEADER:
        return best
    return rank(filled[0]) if len(filled) > 1 else NOT_A_HEADER


def lay_out(name: str, grid: Grid, rank: HeaderRank) -> Table:
    """Find the header of a grid and set apart the rows that have more or fewer cells.

    The header is the first row that ``rank`` calls a header among the first ten with anything in them, with
    the row above or below it where the two together name more columns; if there is none, the first row. A
    rejects file comes without its own two columns. Totals at the end are left out.

    Raises
    ------
    InvalidRequest
        No cell at all, or more columns, rows or cells than the limits.
    """
    filled = _filled(grid)
    header = _header([row for _, row in filled], rank)
    titles = [restore(title.strip().lstrip("\ufeff")) for title in header.titles]
    ours = len(OURS) if titles[: len(OURS)] == OURS else 0
    titles = titles[ours:]
    width = _filled_width(titles)
    _check_limits(name, width, len(filled))
    columns = [title or f"({n})" for n, title in enumerate(titles[:width], start=1)]
    table = Table(columns, [], _above(filled, header), grid.delimiter)
    body = filled[header.last + 1 :]
    whole = _whole_blocks(filled[header.last :], grid)
    for line, row in body[: len(body) - _totals(table, body)]:
        cells = [restore(cell) for cell in row[ours:]]
        table.rows.append(_fitted(line, cells, width, trimmed=whole(line)))
    _fill_merged(table, grid.merged)
    return table


def _fill_merged(table: Table, merged: Sequence[Merged]) -> None:
    """Give each row the value of the cell that it shares with the rows above it, below the header."""
    begins: dict[int, list[Merged]] = defaultdict(list)
    for one in merged:
        begins[one.top].append(one)
    values: dict[int, tuple[int, str]] = {}
    for row in table.rows:
        for column, (bottom, value) in values.items():
            if row.line <= bottom and column < len(row.cells) and not row.cells[column].strip():
                row.cells[column] = value
        for one in begins.get(row.line, ()):
            if one.column <= len(row.cells):
                values[one.column - 1] = (one.bottom, row.cells[one.column - 1])


def _filled(grid: Grid) -> list[tuple[int, list[str]]]:
    """Return the rows with anything in them, each with its line."""
    return [(line, row) for line, row in enumerate(grid.rows, start=grid.first) if _filled_width(row)]


class _Header(NamedTuple):
    """Titles, and the positions of the first and last row they stand in."""

    titles: Sequence[str]
    first: int
    last: int


def _header(rows: Sequence[Sequence[str]], rank: HeaderRank) -> _Header:
    if not rows:
        return _Header([], 0, -1)
    at = 0
    for n, row in enumerate(rows[:LOOKED_AT]):
        if rank(row) >= HEADER:
            at = n
            break
    # Merged cells: a group above its columns, or a title that runs over both rows.
    for upper in (at - 1, at):
        lower = upper + 1
        if upper >= 0 and lower < len(rows) - 1:
            both = _joined(rows[upper], rows[lower])
            if rank(both) > rank(rows[at]):
                return _Header(both, upper, lower)
    return _Header(rows[at], at, at)


def _joined(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    """Return the titles of two rows: the lower one's, else the upper one's; with its group if twice."""
    width = max(len(upper), len(lower))
    above = [*upper, *[""] * (width - len(upper))]
    below = [*lower, *[""] * (width - len(lower))]
    twice = {title for title in below if title.strip() and below.count(title) > 1}
    titles, group = [], ""
    for top, title in zip(above, below, strict=True):
        group = top.strip() or group
        if title in twice:
            titles.append(f"{group} {title}".strip())
        else:
            titles.append(title if title.strip() else top)
    return titles


def _check_limits(name: str, width: int, rows: int) -> None:
    if not width:
        raise InvalidRequest(f"{name} est vide. / {name} is empty.")
    if width > MAX_COLUMNS or rows > MAX_ROWS or width * rows > MAX_CELLS:
        raise refusal(
            f"{name} est trop grand : {rows} lignes et {width} colonnes. Le diviser.",
            f"{name} is too large: {rows} rows and {width} columns. Split it.",
        )


def _above(filled: Sequence[tuple[int, list[str]]], header: _Header) -> list[Notice]:
    """Say where the header is, if not in the first row alone, and what is above it."""
    if not header.last > 0:
        return []
    first, last = filled[header.first][0], filled[header.last][0]
    fr, en = f"En-tête lu à la ligne {first}", f"Header read on line {first}"
    if last > first:
        fr, en = f"En-tête lu aux lignes {first} et {last}", f"Header read on lines {first} and {last}"
    cells = [cell.strip() for _, row in filled[: header.first] for cell in row if cell.strip()]
    if cells:
        above = ", ".join(cells)[:100]
        fr, en = f"{fr} ; au-dessus, non lu : {above}", f"{en}; above it, not read: {above}"
    return [Notice(f"{fr}.", f"{en}.")]


def _totals(table: Table, body: Sequence[tuple[int, list[str]]]) -> int:
    """Return how many rows at the end are totals, and say so in a notice."""
    count = 0
    for _, row in reversed(body[-_LAST:]):
        if not _is_total(row):
            break
        count += 1
    if count:
        lines = ", ".join(str(line) for line, _ in body[-count:])
        table.notices.append(
            Notice(f"Totaux non lus, ligne {lines}.", f"Totals not read, line {lines}."),
        )
    return count


def _is_total(row: Sequence[str]) -> bool:
    """Say whether a row is a word for a total and otherwise holds numbers alone."""
    texts = [cell for cell in row if cell.strip()]
    words = fold_words(texts[0]) if texts else ""
    return bool(_TOTAL.fullmatch(words)) and all(_NUMERIC.fullmatch(text) for text in texts[1:])


def _filled_width(cells: Sequence[str]) -> int:
    """Return the number of cells up to the last one with anything in it."""
    return max((n for n, cell in enumerate(cells, start=1) if cell.strip()), default=0)


def _whole_blocks(rows: Sequence[tuple[int, list[str]]], grid: Grid) -> Callable[[int], bool]:
    """Return which lines may be short: those of a workbook, and of blocks that Excel trimmed.

    All rows of such a block of sixteen lines have one length. The last row of a text that does not end with
    it may be cut, whatever its block.
    """
    lengths: dict[int, set[int]] = defaultdict(set)
    for line, row in rows:
        lengths[(line - 1) // _BLOCK].add(len(row))
    cut = None if grid.ended else rows[-1][0]
    return lambda line: grid.whole or (len(lengths[(line - 1) // _BLOCK]) == 1 and line != cut)


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
