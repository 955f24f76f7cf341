"""One database: how it is opened, its transactions, and its errors in the product's own terms."""

import math
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine import URL, Connection
from sqlalchemy.exc import SQLAlchemyError

from matcher.adapters.sql.address import parse_url, place_of, sqlite_file
from matcher.adapters.sql.errors import translated

_WRITE_LOCK = 113_113
"""Key of PostgreSQL's advisory lock."""
_PRIMARY = 0xFF
"""Mask of SQLite's primary result code."""
_RETRY_S = 0.01


def utc_now() -> datetime:
    """Return the present instant, in UTC."""
    return datetime.now(UTC)


def stamp(at: datetime) -> str:
    """Write an instant as the tables keep it: ISO 8601 in UTC, always with microseconds, so that it sorts.

    >>> stamp(datetime(2026, 11, 22, tzinfo=UTC))
    '2026-11-22T00:00:00.000000+00:00'
    """
    return at.astimezone(UTC).isoformat(timespec="microseconds")


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long a call waits before it fails with BackendUnavailable.

    ``lock_ms`` for another writer, on either database; ``connect_s`` for a server to accept a connection;
    ``statement_ms`` for a server to answer one statement: it cancels the statement itself, and where it has
    stopped altogether the connection is given up a second later. ``log_ms`` for readers, when SQLite's log is
    emptied.
    """

    lock_ms: int = 10_000
    connect_s: int = 5
    statement_ms: int = 30_000
    log_ms: int = 200


class Database:
    """An engine and the three kinds of transaction of the store; threads may share it.

    Nothing is opened before the first transaction. Every foreign error becomes NotReady or
    BackendUnavailable; a failed write leaves nothing behind.

    Parameters
    ----------
    url
        ``sqlite:///folder/matcher.db`` or ``postgresql://user:password@host/database``.
    now
        The clock of everything that is written.
    timeouts
        How long a call waits.

    Attributes
    ----------
    answered_at
        When a server last answered a statement, by the monotonic clock; never, for a file.
    """

    def __init__(
        self, url: str, *, now: Callable[[], datetime] = utc_now, timeouts: Timeouts | None = None
    ) -> None:
        self._url, self._now = parse_url(url), now
        self.file = sqlite_file(self._url)
        self.timeouts = timeouts or Timeouts()
        self.engine = open_engine(self._url, self.timeouts)
        # Calls may hold every connection of the pool: a ping that waits for one would say the server is away.
        self._pinged = self.engine if self.file else open_engine(self._url, self.timeouts)
        self.answered_at = -math.inf
        if self.file is None:
            event.listen(self.engine, "after_cursor_execute", self._note_answer)
        self.dialect = self.engine.dialect.name
        self._writer = self.engine.execution_options(writes=True)
        if self.file is None:
            # One statement needs no transaction: AUTOCOMMIT saves the round trips of BEGIN and ROLLBACK.
            self._reader: Engine = self.engine.execution_options(isolation_level="AUTOCOMMIT")
            self._snapshot = self.engine.execution_options(isolation_level="REPEATABLE READ")
        else:
            self._reader = self.engine
            self._snapshot = self.engine.execution_options(snapshot=True)

    @property
    def place(self) -> str:
        """File or address of the store, without its password."""
        return place_of(self._url)

    def _note_answer(self, *_: object) -> None:
        """Note when the server last answered a statement: it is alive, however late a ping is."""
        self.answered_at = time.monotonic()

    def now(self) -> datetime:
        """Return the present instant."""
        return self._now()

    def stamp(self) -> str:
        """Return the present instant as the tables keep it."""
        return stamp(self._now())

    def create_file(self) -> None:
        """Make the file of an SQLite database and its folder if they do not exist."""
        if self.file is not None:
            with translated(self._url, "making the store"):
                self.file.parent.mkdir(parents=True, exist_ok=True)
                self.file.touch()

    @contextmanager
    def reading(self, doing: str) -> Iterator[Connection]:
        """Open a connection for one statement; ``doing`` names the work in error messages."""
        with translated(self._url, doing), self._reader.connect() as connection:
            yield connection

    def ping(self) -> None:
        """Raise unless the database answers; on a connection of its own, however many others are in use."""
        with translated(self._url, "answering a ping"), self._pinged.connect() as connection:
            connection.execute(text("SELECT 1"))

    @contextmanager
    def snapshot(self, doing: str) -> Iterator[Connection]:
        """Open a transaction in which several statements read the same state."""
        with translated(self._url, doing), self._snapshot.connect() as connection:
            yield connection

    @contextmanager
    def writing(self, doing: str) -> Iterator[Connection]:
        """Open a transaction once no other writes; commit at the end, roll back on any error.

        Writers take turns: SQLite has one by nature (``BEGIN IMMEDIATE``), PostgreSQL an advisory lock.
        """
        with translated(self._url, doing), self._writer.begin() as connection:
            if self.file is None:
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _WRITE_LOCK})
            yield connection

    def empty_log(self) -> str:
        """Empty SQLite's write-ahead log, where erased texts still are; return why it could not be, or "".

        It waits for readers briefly; the caller tries again later. PostgreSQL has no such log.
        """
        if self.file is None:
            return ""
        try:
            with self.engine.connect() as connection:
                connection.exec_driver_sql(f"PRAGMA busy_timeout = {self.timeouts.log_ms}")
                try:
                    busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar()
                finally:
                    connection.exec_driver_sql(f"PRAGMA busy_timeout = {self.timeouts.lock_ms}")
        except (SQLAlchemyError, sqlite3.Error, OSError) as error:
            return str(getattr(error, "orig", None) or error)
        return "another process has been reading or writing for too long" if busy else ""

    def compact(self) -> str:
        """Write SQLite's file anew, without free pages and gaps; return why it could not be, or "".

        Deleted texts are overwritten at once (``secure_delete``), except in gaps that a page keeps when its
        rows are moved to other pages.
        """
        if self.file is None:
            return ""
        try:
            with self.engine.connect() as connection:
                connection.connection.dbapi_connection.execute("VACUUM")  # type: ignore[union-attr]
        except (SQLAlchemyError, sqlite3.Error, OSError) as error:
            return str(getattr(error, "orig", None) or error)
        return ""

    def log_is_empty(self) -> bool:
        """Return whether nothing is in SQLite's write-ahead log."""
        if self.file is None:
            return True
        log = self.file.with_name(f"{self.file.name}-wal")
        return not log.exists() or log.stat().st_size == 0

    def close(self) -> None:
        """Close the connections; the next transaction opens new ones."""
        self.engine.dispose()
        self._pinged.dispose()


def open_engine(url: URL, timeouts: Timeouts) -> Engine:
    """Make the engine without connecting. Its errors never show parameters: they hold members' texts."""
    path = sqlite_file(url)
    return _server_engine(url, timeouts) if path is None else _sqlite_engine(path, timeouts)


def _server_engine(url: URL, timeouts: Timeouts) -> Engine:
    given = {name: str(value) for name, value in url.query.items()}
    limits = f"-c lock_timeout={timeouts.lock_ms} -c statement_timeout={timeouts.statement_ms}"
    connect = {
        "connect_timeout": given.get("connect_timeout", timeouts.connect_s),
        "options": f"{limits} {given.get('options', '')}".strip(),
        # what was sent and not acknowledged: a host that is gone without closing the connection
        "tcp_user_timeout": given.get("tcp_user_timeout", timeouts.statement_ms),
    }
    engine = create_engine(url, hide_parameters=True, pool_pre_ping=True, connect_args=connect)

    def connect_bounded(_dialect: Any, _record: Any, arguments: Any, named: Any) -> psycopg.Connection[Any]:
        connection = _BoundedConnection.connect(*arguments, **named)
        connection.patience_s = timeouts.statement_ms / 1000 + 1
        return connection

    event.listen(engine, "do_connect", connect_bounded)
    return engine


class _BoundedConnection(psycopg.Connection[Any]):
    """A connection that gives up on a server whose process has stopped.

    ``statement_timeout`` is the server's own clock, which stops with it.
    """

    patience_s = math.inf

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        try:
            return super().wait(gen, interval, self.patience_s if timeout is None else timeout)
        except psycopg.OperationalError:
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                self.pgconn.finish()  # in the middle of an answer: it cannot be used again
            raise


def _sqlite_engine(path: Path, timeouts: Timeouts) -> Engine:
    # mode=rw: only create_file() makes the file, so a mistyped path is an error and not an empty store
    address = URL.create("sqlite", database=path.absolute().as_uri(), query={"mode": "rw", "uri": "true"})
    wait_s = timeouts.lock_ms / 1000
    engine = create_engine(address, hide_parameters=True, connect_args={"timeout": wait_s})

    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver opens no transaction by itself: _begin_sqlite does
        _use_wal(connection, wait_s)
        for pragma in ("synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
            connection.execute(f"PRAGMA {pragma}")

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _use_wal(connection: Any, wait_s: float) -> None:
    """Switch to a write-ahead log; on a new file SQLite fails at once if another process writes, so retry."""
    end = time.monotonic() + wait_s
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & _PRIMARY != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
            time.sleep(_RETRY_S)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    """Take the write lock at the start of a write, so that two writers never meet half-way."""
    options = connection.get_execution_options()
    if options.get("writes"):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    elif options.get("snapshot"):
        connection.exec_driver_sql("BEGIN")
