"""Items as rows: what differs from the stored ones is written, and the outbox gets a row for each change.

Everything here works inside the caller's transaction.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Literal

from pydantic import ValidationError
from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.engine import Connection

from matcher.adapters.sql.schema import id_in, ids_parameter, items, outbox
from matcher.audit import Note, Of
from matcher.domain.events import PutReport
from matcher.domain.items import ITEM_CLASSES, AnyItem, ItemType, version_of
from matcher.errors import BackendUnavailable, InvalidRequest

Row = dict[str, Any]
Heads = dict[str, tuple[str, str]]
"""Type and version of stored items by id."""

_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}(?:/[^\s<>\"]*)?", re.IGNORECASE)
"""An address without its scheme: ``www.exemple.fr``, ``exemple.fr/page``."""
_AT_ONCE = 1000
_TYPES = frozenset(ItemType)
_UNKNOWN = ItemType.ORGANISATION.value
"""Type that the outbox gives a deleted row whose own was damaged: it takes types that exist."""
"""Bodies in memory at once while rows are compared."""
_REPLACED = ("item_type", "name", "version", "body", "source", "updated_at")
_REPLACE = (
    update(items).where(items.c.id == bindparam("key")).values({name: bindparam(name) for name in _REPLACED})
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
    """Return the item a row keeps.

    An address that an earlier release took as any text is completed where it is one without ``https://``,
    and left out otherwise: one such row must not keep all others from being read.
    """
    item_class = ITEM_CLASSES[ItemType(item_type)]
    try:
        return item_class.model_validate_json(body)
    except ValidationError as fault:
        if {error["loc"] for error in fault.errors()} != {("source_url",)}:
            raise
    fields = json.loads(body)
    host = _HOST.fullmatch(str(fields["source_url"]).strip())
    fields["source_url"] = f"https://{host[0]}" if host else ""
    return item_class.model_validate_json(json.dumps(fields))


def read_row(item_id: str, item_type: str, body: str) -> AnyItem:
    """Return the item a row keeps; BackendUnavailable, which quotes nothing of it, where it is damaged."""
    try:
        return from_row(item_type, body)
    except ValueError:
        raise BackendUnavailable(f"The item '{item_id}' is damaged in the store. Import it again.") from None


def is_readable(item_type: str, body: str) -> bool:
    """Whether :func:`from_row` can read a row."""
    try:
        from_row(item_type, body)
    except ValueError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Comparison:
    """Rows beside the stored ones: all as given, those of unknown ids, those that are stored otherwise."""

    given: list[Row]
    new: list[Row]
    differing: list[Row]

    @property
    def changed(self) -> list[Row]:
        """New and differing rows, in the order given."""
        ids = {row["id"] for row in self.new + self.differing}
        return [row for row in self.given if row["id"] in ids]

    @property
    def report(self) -> PutReport:
        """How many rows are new, differ, or are as stored."""
        new, differing = len(self.new), len(self.differing)
        return PutReport(new, differing, len(self.given) - new - differing)


def compare(connection: Connection, rows: list[Row]) -> Comparison:
    """Compare rows with the stored ones; InvalidRequest for an id twice or of an item of another type."""
    if len({row["id"] for row in rows}) < len(rows):
        raise InvalidRequest("The same id comes twice in one put: give each item once.")
    known = heads(connection, [row["id"] for row in rows])
    new, differing, alike = [], [], []
    for row in rows:
        if row["id"] not in known:
            new.append(row)
            continue
        _refuse_other_type(row, known)
        if known[row["id"]] == (row["item_type"], row["version"]):
            alike.append(row)
        else:
            differing.append(row)
    spoilt = _spoilt(connection, alike)
    differing += [row for row in alike if row["id"] in spoilt]
    return Comparison(rows, new, differing)


def _spoilt(connection: Connection, alike: Sequence[Row]) -> set[str]:
    """Return the ids of rows that are stored with the same version and yet another body.

    Only damage does that: taken for unchanged, such a row would stay damaged however often it is imported.
    """
    dialect = connection.dialect.name
    statement = select(items.c.id, items.c.body).where(id_in(dialect, items.c.id))
    found: set[str] = set()
    for start in range(0, len(alike), _AT_ONCE):
        bodies = {row["id"]: row["body"] for row in alike[start : start + _AT_ONCE]}
        stored = connection.execute(statement, ids_parameter(dialect, list(bodies)))
        found.update(item_id for item_id, body in stored.all() if body != bodies[item_id])
    return found


def write(connection: Connection, comparison: Comparison) -> PutReport:
    """Write the rows that differ from what is stored, and one outbox row for each, in the order given."""
    if comparison.new:  # in id order: neighbours of one index page are written together
        connection.execute(insert(items), sorted(comparison.new, key=itemgetter("id")))
    if comparison.differing:
        connection.execute(_REPLACE, [{**row, "key": row["id"]} for row in comparison.differing])
    _append(connection, "upsert", comparison.changed)
    return comparison.report


def changes_of(differing: Sequence[Row], by: str = "") -> list[Note]:
    """Return the notes of the audit on organisations that change, each with its new version."""
    changed = [row for row in differing if row["item_type"] == ItemType.ORGANISATION.value]
    return [Note("subject.change", Of.ORGANISATION, row["id"], by, row["version"]) for row in changed]


def remove(connection: Connection, ids: Sequence[str], at: str) -> int:
    """Delete the items and append the deletions to the outbox; return how many items there were."""
    known = heads(connection, ids)
    dialect = connection.dialect.name
    connection.execute(delete(items).where(id_in(dialect, items.c.id)), ids_parameter(dialect, ids))
    types = {item_id: stored if stored in _TYPES else _UNKNOWN for item_id, (stored, _) in known.items()}
    gone = [{"id": item_id, "item_type": types[item_id]} for item_id in ids if item_id in types]
    _append(connection, "delete", [{**row, "version": "", "updated_at": at} for row in gone])
    return len(gone)


def heads(connection: Connection, ids: Sequence[str]) -> Heads:
    """Type and version of those of ``ids`` that are stored."""
    dialect = connection.dialect.name
    statement = select(items.c.id, items.c.item_type, items.c.version).where(id_in(dialect, items.c.id))
    rows = connection.execute(statement, ids_parameter(dialect, ids))
    return {item_id: (item_type, version) for item_id, item_type, version in rows.all()}


def _refuse_other_type(row: Row, known: Heads) -> None:
    stored = known[row["id"]][0]
    if stored in _TYPES and stored != row["item_type"]:  # a type that is none is damage: it is repaired
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
    if changes:
        connection.execute(insert(outbox), changes)
