"""Tables of the store and the way a database is opened; :mod:`matcher.adapters.sql.store` works on them.

Instants are ISO 8601 texts in UTC: they sort, and both databases keep them alike. Ids compare byte by byte
in both (collation ``C`` on PostgreSQL), so that "in id order" means the same everywhere.
"""

import json
import logging
import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    Boolean,
    Column,
    ColumnElement,
    Engine,
    Float,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    bindparam,
    create_engine,
    event,
    func,
    select,
    text,
)
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from matcher.errors import InvalidRequest

BUSY_MS = 10_000
"""How long a writer waits for another before it gives up, on either database."""

CONNECT_S = 5

_log = logging.getLogger(__name__)

_LOOK_EVERY_S = 0.01
_PRIMARY = 0xFF
"""The part of SQLite's error codes that tells the kind of error."""

_WRITE_LOCK = 113_113
"""Key of PostgreSQL's advisory lock."""

_Id = Text().with_variant(Text(collation="C"), "postgresql")
_Seq = BigInteger().with_variant(Integer(), "sqlite")

metadata = MetaData()

items = Table(
    "items",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("item_type", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("updated_at", Text, nullable=False),
    Index("items_by_type", "item_type", "id", "name"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("seq", _Seq, primary_key=True, autoincrement=True),
    Column("item_id", Text, nullable=False),
    Column("item_type", Text, nullable=False),
    Column("op", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("at", Text, nullable=False),
    sqlite_autoincrement=True,  # a number is never given twice, pruned or not
)

cursors = Table(
    "cursors",
    metadata,
    Column("generation", Text, primary_key=True),
    Column("seq", BigInteger, nullable=False),
)

impressions = Table(
    "impressions",
    metadata,
    Column("id", _Seq, primary_key=True, autoincrement=True),
    Column("at", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("query_id", _Id, nullable=False),
    Column("item_id", _Id, nullable=False),
    Column("rank", Integer, nullable=False),
    Column("score", Float, nullable=False),
    Column("generation", Text, nullable=False),
    Index("impressions_by_pair", "query_id", "item_id", "kind", "at"),
    Index("impressions_by_item", "item_id"),
)

feedback = Table(
    "feedback",
    metadata,
    Column("id", _Seq, primary_key=True, autoincrement=True),
    Column("at", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("query_id", _Id, nullable=False),
    Column("item_id", _Id, nullable=False),
    Column("action", Text, nullable=False),
    Column("rank", Integer),
    Index("feedback_by_query", "query_id"),
    Index("feedback_by_item", "item_id"),
)


plans = Table(
    "plans",
    metadata,
    Column("version", Text, primary_key=True),
    Column("created_at", Text, nullable=False),
    Column("generation", Text, nullable=False),
)

plan_lists = Table(
    "plan_lists",
    metadata,
    Column("query_id", _Id, primary_key=True),
    Column("rank", Integer, primary_key=True),
    Column("item_id", _Id, nullable=False),
    Column("gain", Float, nullable=False),
    Column("gain_of_other", Float, nullable=False),
    Index("plan_lists_by_item", "item_id"),
)

plan_members = Table(
    "plan_members",
    metadata,
    Column("query_id", _Id, primary_key=True),
    Column("views", Float, nullable=False),
    Column("share", Float, nullable=False),
    Column("under_floor", Boolean, nullable=False),
    Column("relevance", Float, nullable=False),
    Column("matches", Float, nullable=False),
    Column("matches_before", Float, nullable=False),
)


def among(dialect: str, column: Column[str]) -> ColumnElement[bool]:
    """Return the condition that ``column`` is one of the parameter ``ids``, given by :func:`listed`.

    One parameter whatever their number, so one statement, compiled once.
    """
    ids: BindParameter[Any] = bindparam("ids")
    if dialect == "postgresql":
        return column == func.any(ids)
    return column.in_(select(func.json_each(ids).table_valued("value").c.value))


def listed(dialect: str, ids: Sequence[str]) -> dict[str, Any]:
    """Return the parameter of :func:`among`."""
    return {"ids": list(ids) if dialect == "postgresql" else json.dumps(list(ids))}


def parse_url(url: str) -> URL:
    """Read a database address; PostgreSQL always goes through psycopg 3.

    >>> parse_url("postgres://matcher@db/matcher").drivername
    'postgresql+psycopg'
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise InvalidRequest(
            "The store's address cannot be read. Write sqlite:///folder/matcher.db or "
            "postgresql://user:password@host/database (MATCHER_DATABASE_URL)."
        ) from error
    backend = parsed.get_backend_name()
    if backend in ("postgres", "postgresql"):
        return parsed.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        raise InvalidRequest(f"The store is SQLite or PostgreSQL, not {backend} (MATCHER_DATABASE_URL).")
    if not parsed.database or parsed.database == ":memory:":
        raise InvalidRequest(
            "A store in memory would be lost: give SQLite a file, sqlite:///folder/matcher.db."
        )
    return parsed


def sqlite_file(url: URL) -> Path | None:
    """Return the file behind an SQLite address, None for a server."""
    return Path(str(url.database)) if url.get_backend_name() == "sqlite" else None


def open_engine(url: URL) -> Engine:
    """Open without connecting. Errors never show parameters: they hold members' texts."""
    path = sqlite_file(url)
    if path is None:
        given = {name: str(value) for name, value in url.query.items()}
        options = f"-c lock_timeout={BUSY_MS} {given.get('options', '')}".strip()
        connect = {"connect_timeout": given.get("connect_timeout", CONNECT_S), "options": options}
        return create_engine(url, hide_parameters=True, pool_pre_ping=True, connect_args=connect)
    # mode=rw: only migrate() creates the file, so a mistyped path is an error and not an empty store
    address = URL.create("sqlite", database=path.absolute().as_uri(), query={"mode": "rw", "uri": "true"})
    engine = create_engine(address, hide_parameters=True, connect_args={"timeout": BUSY_MS / 1000})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def alone(connection: Connection) -> None:
    """Wait until no other transaction writes, and let none do so before this one ends.

    SQLite has one writer by nature: :func:`_begin_sqlite`.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _WRITE_LOCK})


def empty_log(engine: Engine, path: Path) -> None:
    """Empty SQLite's write-ahead log, where what was erased still lies, waiting for whoever reads.

    What is committed stands whatever becomes of this, so a log that stays is no error, but a warning.
    """
    try:
        with engine.connect() as connection:
            busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar()
        trouble = "somebody has been reading or writing for too long" if busy else ""
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        trouble = str(getattr(error, "orig", None) or error)
    if trouble:
        _log.warning(
            "What was erased from %s is gone from the store, but stays in its log, %s-wal, until something"
            " else is erased or every process has closed the store: %s.",
            path,
            path.name,
            trouble,
        )


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver opens no transaction of its own: _begin_sqlite does
    connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
    _use_wal(connection)
    for pragma in ("synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _use_wal(connection: Any) -> None:
    """Keep a write-ahead log, waiting for whoever writes to a new file: SQLite itself gives up at once."""
    end = time.monotonic() + BUSY_MS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & _PRIMARY != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
            time.sleep(_LOOK_EVERY_S)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    """Writers take the write lock at once, so that two never meet half-way.

    A read is one statement, and sees one state by itself; one of several asks for a ``snapshot``.
    """
    options = connection.get_execution_options()
    if options.get("writes"):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    elif options.get("snapshot"):
        connection.exec_driver_sql("BEGIN")
