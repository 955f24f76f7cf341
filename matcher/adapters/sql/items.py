"""Items as rows: what a put compares, writes, and tells the outbox. Works inside the caller's transaction."""

from collections.abc import Iterable, Sequence
from contextlib import closing
from operator import itemgetter
from threading import Lock
from typing import Any, Literal

from sqlalchemy import Insert, Update, bindparam, delete, insert, select, update
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.pool import PoolProxiedConnection

from matcher.adapters.sql.schema import among, items, listed, outbox
from matcher.domain.events import PutReport
from matcher.domain.items import ITEM_CLASSES, AnyItem, ItemType, version_of
from matcher.errors import InvalidRequest

Row = dict[str, Any]

_REPLACE = (
    update(items)
    .where(items.c.id == bindparam("key"))
    .values({name: bindparam(name) for name in ("name", "version", "body", "source", "updated_at")})
)


def possible(ids: Iterable[str]) -> list[str]:
    """Drop repeats, and what no item can be called and PostgreSQL refuses to hear."""
    return [item_id for item_id in dict.fromkeys(ids) if item_id.isascii() and "\x00" not in item_id]


class PlainReader:
    """Rows of one read on a connection kept for it, without what SQLAlchemy lays over a read.

    A tenth of the time where the file is local. Threads take turns; after an error a new connection is made.
    """

    def __init__(self, engine: Engine, statement: str) -> None:
        self._engine, self._statement = engine, statement
        self._turn = Lock()
        self._kept: PoolProxiedConnection | None = None

    def rows(self, parameter: str) -> list[tuple[str, str]]:
        """Return the rows, of two columns, for this parameter."""
        with self._turn:
            self._kept = self._kept or self._engine.raw_connection()
            try:
                with closing(self._kept.cursor()) as cursor:
                    cursor.execute(self._statement, (parameter,))
                    return [(row[0], row[1]) for row in cursor.fetchall()]
            except BaseException:
                self._kept.invalidate()
                self._kept = None
                raise

    def close(self) -> None:
        """Give the connection back; the next read takes another."""
        with self._turn:
            if self._kept is not None:
                self._kept.close()
            self._kept = None


def to_row(item: AnyItem, source: str, at: str) -> Row:
    """Return the row that keeps ``item``."""
    if "\x00" in item.name:
        raise InvalidRequest(f"The name of '{item.id}' holds a NUL character: remove it.")
    body = item.body
    return {
        "id": item.id,
        "item_type": item.item_type.value,
        "name": item.name,
        "version": version_of(body),
        "body": body,
        "source": source,
        "updated_at": at,
    }


def from_row(item_type: str, body: str) -> AnyItem:
    """Return the item a row keeps."""
    return ITEM_CLASSES[ItemType(item_type)].model_validate_json(body)


def put(connection: Connection, rows: Sequence[Row]) -> PutReport:
    """Write the rows that differ from what is stored, and one outbox row for each, in the order given."""
    known = _heads(connection, [row["id"] for row in rows])
    for row in rows:
        _refuse_other_type(row, known)
    # in id order: neighbours of one index page are written together
    new = sorted((row for row in rows if row["id"] not in known), key=itemgetter("id"))
    differing = [row for row in rows if row["id"] in known and row["version"] != known[row["id"]][1]]
    changed = {row["id"] for row in new} | {row["id"] for row in differing}
    _execute_many(connection, insert(items), new)
    _execute_many(connection, _REPLACE, [{**row, "key": row["id"]} for row in differing])
    _append(connection, "upsert", [row for row in rows if row["id"] in changed])
    return PutReport(len(new), len(differing), len(rows) - len(changed))


def erase(connection: Connection, ids: Sequence[str], at: str) -> int:
    """Delete the items and tell the outbox; return how many there were."""
    known = _heads(connection, ids)
    dialect = connection.dialect.name
    connection.execute(delete(items).where(among(dialect, items.c.id)), listed(dialect, ids))
    gone = [{"id": item_id, "item_type": known[item_id][0]} for item_id in ids if item_id in known]
    _append(connection, "delete", [{**row, "version": "", "updated_at": at} for row in gone])
    return len(gone)


def _heads(connection: Connection, ids: Sequence[str]) -> dict[str, tuple[str, str]]:
    dialect = connection.dialect.name
    statement = select(items.c.id, items.c.item_type, items.c.version).where(among(dialect, items.c.id))
    rows = connection.execute(statement, listed(dialect, ids))
    return {item_id: (item_type, version) for item_id, item_type, version in rows.all()}


def _execute_many(connection: Connection, statement: Insert | Update, rows: Sequence[Row]) -> None:
    """Hand many rows to the driver at once: SQLAlchemy's care for each parameter doubles the time."""
    if rows:
        compiled = statement.compile(dialect=connection.dialect, column_keys=list(rows[0]))
        order = getattr(compiled, "positiontup", None)
        given = rows if order is None else list(map(itemgetter(*order), rows))
        connection.exec_driver_sql(str(compiled), given)


def _refuse_other_type(row: Row, known: dict[str, tuple[str, str]]) -> None:
    stored = known.get(row["id"], (row["item_type"],))[0]
    if stored != row["item_type"]:
        raise InvalidRequest(
            f"'{row['id']}' is stored as {stored} and cannot become {row['item_type']}: "
            "delete it first, or use another id."
        )


def _append(connection: Connection, op: Literal["upsert", "delete"], rows: Sequence[Row]) -> None:
    changes = [
        {
            "item_id": row["id"],
            "item_type": row["item_type"],
            "op": op,
            "version": row["version"],
            "at": row["updated_at"],
        }
        for row in rows
    ]
    _execute_many(connection, insert(outbox), changes)
