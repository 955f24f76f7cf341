"""The reader of the shipped CSV tables: a fault names the file, the line and the remedy."""

import csv
import gzip
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TextIO, TypeVar

from matcher.errors import InvalidRequest, NotReady

__all__ = ["Row", "entries", "read_rows", "read_table"]

Row = Mapping[str, str]
T = TypeVar("T")


def read_table(path: Path, columns: Sequence[str], make: Callable[[Row], T]) -> list[T]:
    """Return ``make(row)`` of every row of a CSV file (plain, or compressed if it ends in ``.gz``), in order.

    Parameters
    ----------
    path
        The file: UTF-8, commas, one line of headers.
    columns
        The columns that must be there; others are passed on too.
    make
        Turns a row into a value; it raises KeyError, TypeError or ValueError for a row it cannot use.

    Raises
    ------
    NotReady
        The file is missing, damaged or lacks a column.
    InvalidRequest
        A row cannot be used; the message names file and line.
    """
    made: list[T] = []
    try:
        with _open(path) as lines:
            table = csv.DictReader(lines)
            missing = [name for name in columns if name not in (table.fieldnames or ())]
            if missing:
                raise _damaged(path, f"it lacks the columns {', '.join(missing)}")
            for row in table:
                try:
                    made.append(make(row))
                except (KeyError, ValueError, TypeError) as error:
                    raise InvalidRequest(f"{path}, line {table.line_num}: {error}") from error
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise _damaged(path, reason) from error
    return made


def read_rows(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    """Return these columns of every row; errors as of :func:`read_table`."""
    return read_table(path, columns, lambda row: {name: row[name] for name in columns})


def entries(cell: str, separator: str = ";") -> tuple[str, ...]:
    """Return the entries of a cell that holds a list.

    >>> entries("data; IA ;;cloud")
    ('data', 'IA', 'cloud')
    """
    return tuple(entry.strip() for entry in cell.split(separator) if entry.strip())


def _open(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _damaged(path: Path, reason: str) -> NotReady:
    return NotReady(
        f"{path} cannot be read ({reason}). It ships with the project: "
        "restore it, or point MATCHER_DATA_DIR at its data folder."
    )
