"""CSV text cut into rows of cells, as many as the file has in each row."""

import csv
import io
import re
from collections.abc import Sequence

from matcher.importing.layout import HEADER, LOOKED_AT, MAX_COLUMNS, MAX_ROWS, Grid, HeaderRank, Table
from matcher.importing.report import Fault, refusal

_DELIMITERS = ";,\t|"
_END = ["\0end"]
"""Cells of a line added after the text: a quotation mark that never closes takes it in."""


def read_csv(name: str, text: str, rank: HeaderRank) -> Grid:
    """Cut CSV text into cells.

    InvalidRequest when it is empty, too large, or a quotation mark never closes.
    """
    marked = text[:6].casefold().startswith("sep=") and text[4:5] in _DELIMITERS  # Excel's own first line
    body = text.split("\n", 1)[1] if marked and "\n" in text else text
    if not body.strip():
        raise refusal(f"{name} est vide.", f"{name} is empty.")
    first = 1 + marked
    delimiter = text[4] if marked else _delimiter(body, rank)
    rows = _cut(name, body, delimiter)
    if rows.pop() != _END:
        line = len(rows) + first
        raise refusal(
            f'{name} ne peut pas être découpé en colonnes : un guillemet (") ouvert à la ligne {line} '
            "n'est jamais fermé.",
            f'{name} cannot be cut into columns: a quotation mark (") that opens in row {line} never closes.',
        )
    return Grid(rows, first, delimiter, ended=text.endswith(("\n", "\r")))


def _cut(name: str, text: str, delimiter: str) -> list[list[str]]:
    csv.field_size_limit(max(csv.field_size_limit(), len(text)))  # a long cell is refused later, alone
    ended = text if text.endswith(("\n", "\r")) else text + "\n"
    rows: list[list[str]] = []
    for row in csv.reader(io.StringIO(ended + _END[0], newline=""), delimiter=delimiter):
        if len(row) > MAX_COLUMNS:
            raise refusal(
                f"{name} ne peut pas être découpé en colonnes : une ligne a {len(row)} cellules.",
                f"{name} cannot be cut into columns: a line has {len(row)} cells.",
            )
        rows.append(row)
        if len(rows) > MAX_ROWS + LOOKED_AT:
            raise refusal(
                f"{name} a plus de {MAX_ROWS} lignes : le diviser.",
                f"{name} has more than {MAX_ROWS} rows: split it.",
            )
    return rows


def _delimiter(text: str, rank: HeaderRank) -> str:
    """Return the most frequent of ``; , tab |`` in the header; ties in that order, a comma if none."""
    lines = [line for line in text.split("\n", 4 * LOOKED_AT)[: 4 * LOOKED_AT] if line.strip()]
    top = lines[:LOOKED_AT]
    for line in top:
        if rank(line.split(_most_frequent(line))) >= HEADER:
            return _most_frequent(line)
    return _most_frequent(top[0])


def _most_frequent(line: str) -> str:
    bare = "".join(line.split('"')[::2])  # outside quotation marks
    best = max(_DELIMITERS, key=bare.count)
    return best if bare.count(best) else ","


def refuse_swallowed(table: Table) -> None:
    """Set apart the rows where a cell runs on through whole rows, to a quotation mark further down.

    Such a cell holds the end of its row, perhaps rows, and the beginning of the last. Spaces follow the
    delimiters of prose and of lists, not those between cells.
    """
    between = re.compile(re.escape(table.delimiter) + "(?! )")
    for n, row in enumerate(table.rows):
        if row.fault is None:
            table.rows[n] = row._replace(fault=_swallowed(row.cells, table.columns, between))


def _swallowed(cells: Sequence[str], columns: Sequence[str], between: re.Pattern[str]) -> Fault | None:
    ends = len(columns) - 1
    for n, cell in enumerate(cells):
        if not ends or "\n" not in cell:
            continue
        counts = [len(between.findall(line)) for line in cell.split("\n")]
        # The delimiters that were between the cells: those after this cell, whole rows, those before it.
        if counts == [ends - n, *[ends] * (len(counts) - 2), n]:
            title, swallowed = columns[n], len(counts) - 1
            return Fault(
                f'{title} : le guillemet (") ouvert ici se ferme {swallowed} lignes plus bas',
                f'{title}: the quotation mark (") opened here closes {swallowed} lines below',
            )
    return None
