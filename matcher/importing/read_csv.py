"""CSV cut into rows of cells: pandas cuts, the standard library counts the cells each row has in the file.

pandas fills short rows up and says nothing; without the counts a row cut short would empty what is stored.
"""

import csv
import io
import re

import pandas as pd

from matcher.errors import InvalidRequest
from matcher.importing.headers import names_columns
from matcher.importing.sheet import LOOKED_AT, Sheet, lay_out

MAX_COLUMNS = 500
_DELIMITERS = ";,\t|"


def read_csv(name: str, text: str) -> Sheet:
    """Cut CSV text into a sheet; InvalidRequest when it is empty or a quotation mark never closes."""
    marked = text[:6].casefold().startswith("sep=") and text[4:5] in _DELIMITERS  # Excel's own first line
    body = text.split("\n", 1)[1] if marked and "\n" in text else text
    if not body.strip():
        raise InvalidRequest(f"{name} is empty.")
    filled = body.lstrip("\r\n")  # pandas takes an empty first line for no columns
    first = 1 + marked + body[: len(body) - len(filled)].count("\n")
    delimiter = text[4] if marked else _delimiter(filled)
    sheet = lay_out(name, _grid(name, filled, delimiter, first), first)
    sheet.delimiter = delimiter
    for line, row in sheet.rows:
        if line not in sheet.broken and (why := _swallowed(row, sheet)):
            sheet.broken[line] = why
    return sheet


def _delimiter(text: str) -> str:
    """Return the most frequent of ``; , tab |`` in the header; ties in that order, a comma if none."""
    top = [line for line in text.split("\n", 4 * LOOKED_AT)[: 4 * LOOKED_AT] if line.strip()][:LOOKED_AT]
    header = (line for line in top if names_columns(line.split(_most_frequent(line))))
    return _most_frequent(next(header, "".join(top[:1])))


def _most_frequent(line: str) -> str:
    bare = "".join(line.split('"')[::2])
    best = max(_DELIMITERS, key=bare.count)
    return best if bare.count(best) else ","


def _grid(name: str, text: str, delimiter: str, first: int) -> list[list[str]]:
    csv.field_size_limit(max(csv.field_size_limit(), len(text)))  # a long cell is refused later, alone
    counts = [len(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)]
    if max(counts) > max(MAX_COLUMNS, counts[0]):
        raise InvalidRequest(f"{name} cannot be cut into columns: a line has {max(counts)} cells.")
    try:
        frame = pd.read_csv(
            io.StringIO(text),
            sep=delimiter,
            header=None,
            names=range(max(counts)),
            dtype=str,
            na_filter=False,
            skip_blank_lines=False,
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise InvalidRequest(f"{name} cannot be cut into columns: {_told(str(error), first)}.") from error
    rows = frame.to_numpy(dtype=object).tolist()
    return [row[:n] for row, n in zip(rows, counts, strict=True)]


def _told(error: str, first: int) -> str:
    """Say pandas' error with a line of the file: it counts from 0, after the empty lines at the top."""
    opened = re.search(r"EOF inside string starting at row (\d+)", error)
    if opened is None:
        return error.rsplit(": ", 1)[-1].strip()
    return f'a quotation mark (") that opens in row {int(opened[1]) + first} never closes'


def _swallowed(row: list[str], sheet: Sheet) -> tuple[str, str] | None:
    """Return why a row is refused where a cell runs on through whole rows, to a quotation mark further down.

    Such a cell holds the end of its row, perhaps rows, and the beginning of the last. Spaces follow the
    delimiters of prose and of lists, not those between cells.
    """
    ends = len(sheet.columns) - 1
    between = re.compile(re.escape(sheet.delimiter) + "(?! )")
    for n, cell in enumerate(row):
        if ends and "\n" in cell:
            counts = [len(between.findall(line)) for line in cell.split("\n")]
            if counts == [ends - n, *[ends] * (len(counts) - 2), n]:
                title, swallowed = sheet.columns[n], len(counts) - 1
                return (
                    f'{title} : le guillemet (") ouvert ici se ferme {swallowed} lignes plus bas',
                    f'{title}: the quotation mark (") opened here closes {swallowed} lines below',
                )
    return None
