"""Every table as plain rows, out of one database and into another.

The rows are the same whatever the database, so a backup of SQLite can be restored into PostgreSQL.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

from sqlalchemy import Table, func, insert, literal, select, text
from sqlalchemy.engine import Connection

from matcher.adapters.sql import migrate
from matcher.adapters.sql.engine import Database
from matcher.adapters.sql.schema import cursors, metadata, worker_turns
from matcher.errors import InvalidRequest, NotAllowed

Row = dict[str, Any]
_BATCH = 1000
_NOT_KEPT = frozenset({cursors.name, worker_turns.name})
"""Tables of what a restored store has not got: an index, which is built anew, and running processes."""


class Backup:
    """The tables of a store, read and written whole."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def revision(self) -> str:
        """Return the revision of the schema, such as ``"0003"``."""
        with self._database.reading("reading the schema's version") as connection:
            return migrate.revision(connection)

    @contextmanager
    def tables(self) -> Iterator[Iterator[tuple[str, Iterator[Row]]]]:
        """Open one snapshot of the store: ``(table, its rows by primary key)``, parents before children.

        Read the rows of a table before the next table is asked for.
        """
        with self._database.snapshot("reading a backup") as connection:
            yield ((table.name, _rows(connection, table)) for table in _kept_tables())

    def load(self, given: Iterable[tuple[str, Iterable[Row]]]) -> None:
        """Write tables into an empty store, in one transaction.

        Raises
        ------
        NotAllowed
            The store holds rows already.
        InvalidRequest
            A table or a column is unknown to this release.
        """
        known = {table.name: table for table in _kept_tables()}
        with self._database.writing("restoring a backup") as connection:
            _require_empty(connection, known.values())
            for name, rows in given:
                if name not in known:
                    raise InvalidRequest(
                        f"The backup holds a table '{name}' that this release does not know."
                    )
                _write(connection, known[name], rows)


def _kept_tables() -> list[Table]:
    return [table for table in metadata.sorted_tables if table.name not in _NOT_KEPT]


def _rows(connection: Connection, table: Table) -> Iterator[Row]:
    for row in connection.execute(select(table).order_by(*table.primary_key)).mappings():
        yield dict(row)


def _require_empty(connection: Connection, tables: Iterable[Table]) -> None:
    for table in tables:
        if connection.execute(select(literal(1)).select_from(table).limit(1)).first():
            raise NotAllowed(
                "A backup is restored into an empty store, and this one holds data: set MATCHER_HOME to a new"
                " folder, or MATCHER_DATABASE_URL to a new database."
            )


def _write(connection: Connection, table: Table, rows: Iterable[Row]) -> None:
    remaining = iter(rows)
    while batch := list(islice(remaining, _BATCH)):
        _require_columns(table, batch)
        connection.execute(insert(table), batch)
    _continue_numbers(connection, table)


def _require_columns(table: Table, rows: Iterable[Row]) -> None:
    columns = set(table.c.keys())
    for row in rows:
        if row.keys() != columns:
            raise InvalidRequest(f"A row of the table '{table.name}' has not the columns of this release.")


def _continue_numbers(connection: Connection, table: Table) -> None:
    """Let PostgreSQL give numbers above those written; SQLite does so by itself."""
    number = table.autoincrement_column
    if connection.dialect.name != "postgresql" or number is None:
        return
    sequence = connection.execute(
        text("SELECT pg_get_serial_sequence(:table, :column)"), {"table": table.name, "column": number.name}
    ).scalar()
    highest = connection.execute(select(func.max(number))).scalar()
    if sequence is not None and highest is not None:
        connection.execute(select(func.setval(sequence, highest)))
