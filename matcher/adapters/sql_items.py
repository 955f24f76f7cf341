"""Items as rows: what a put compares, writes, and tells the outbox. Works inside the caller's transaction."""

from collections.abc import Sequence
from typing import Any, Literal

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.engine import Connection

from matcher.adapters.sql_schema import chunks, items, outbox
from matcher.entities import ITEM_CLASSES, AnyItem, ItemType, version_of
from matcher.errors import InvalidRequest
from matcher.records import PutReport

Row = dict[str, Any]

_REPLACE = (
    update(items)
    .where(items.c.id == bindparam("key"))
    .values({name: bindparam(name) for name in ("name", "version", "body", "source", "updated_at")})
)


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
    """Write the rows that differ from what is stored, and one outbox row for each."""
    inserted = updated = 0
    for part in chunks(rows):
        known = _heads(connection, [row["id"] for row in part])
        new = [row for row in part if row["id"] not in known]
        differing = [row for row in part if row["id"] in known and row["version"] != known[row["id"]][1]]
        for row in part:
            _refuse_other_type(row, known)
        if new:
            connection.execute(insert(items), new)
        if differing:
            connection.execute(_REPLACE, [{**row, "key": row["id"]} for row in differing])
        changed = {row["id"] for row in new} | {row["id"] for row in differing}
        _append(connection, "upsert", [row for row in part if row["id"] in changed])
        inserted, updated = inserted + len(new), updated + len(differing)
    return PutReport(inserted, updated, len(rows) - inserted - updated)


def erase(connection: Connection, ids: Sequence[str], at: str) -> int:
    """Delete the items and tell the outbox; return how many there were."""
    erased = 0
    for part in chunks(ids):
        known = _heads(connection, part)
        connection.execute(delete(items).where(items.c.id.in_(part)))
        gone = [{"id": item_id, "item_type": known[item_id][0]} for item_id in part if item_id in known]
        _append(connection, "delete", [{**row, "version": "", "updated_at": at} for row in gone])
        erased += len(gone)
    return erased


def _heads(connection: Connection, ids: Sequence[str]) -> dict[str, tuple[str, str]]:
    statement = select(items.c.id, items.c.item_type, items.c.version).where(items.c.id.in_(ids))
    return {row.id: (row.item_type, row.version) for row in connection.execute(statement)}


def _refuse_other_type(row: Row, known: dict[str, tuple[str, str]]) -> None:
    stored = known.get(row["id"], (row["item_type"],))[0]
    if stored != row["item_type"]:
        raise InvalidRequest(
            f"'{row['id']}' is stored as {stored} and cannot become {row['item_type']}: "
            "delete it first, or use another id."
        )


def _append(connection: Connection, op: Literal["upsert", "delete"], rows: Sequence[Row]) -> None:
    if rows:
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
        connection.execute(insert(outbox), changes)
