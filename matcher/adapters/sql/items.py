"""The table of items. Every change of an item appends to the outbox in the same transaction."""

from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter
from typing import Any, Literal

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.engine import Connection

from matcher.adapters.sql.engine import Database
from matcher.adapters.sql.erasure import erase_events, leave_plan
from matcher.adapters.sql.schema import id_in, ids_parameter, items, outbox
from matcher.domain.eligibility import is_listed
from matcher.domain.events import Deletable, PutReport, Puttable
from matcher.domain.items import ITEM_CLASSES, AnyItem, ItemType, version_of
from matcher.errors import InvalidRequest, NotFound

Row = dict[str, Any]
Heads = dict[str, tuple[str, str]]
"""Type and version of stored items by id."""

_CACHED_ITEMS = 20_000
_REPLACED = ("name", "version", "body", "source", "updated_at")
_REPLACE = (
    update(items).where(items.c.id == bindparam("key")).values({name: bindparam(name) for name in _REPLACED})
)


class Catalogue:
    """The catalogue. Items are frozen: callers share them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        # id -> (version, item): parsing an item costs more than asking for its version, which is always done
        self._cache: dict[str, tuple[str, AnyItem]] = {}

    def get(self, item_id: str) -> AnyItem:
        """Return one item; NotFound if there is none of that id."""
        found = self.get_many([item_id])
        if item_id not in found:
            raise NotFound(f"There is no item '{item_id}' in the store.")
        return found[item_id]

    def get_many(self, ids: Iterable[str]) -> dict[str, AnyItem]:
        """Items by id, in the order of ``ids``; unknown ids are absent.

        The versions are read in one statement; only items that were not parsed before, or changed since, are
        read whole.
        """
        wanted = _valid_ids(ids)
        found: dict[str, AnyItem] = {}
        stale = []
        for item_id, version in self._versions(wanted):
            known = self._cache.get(item_id)
            if known and known[0] == version:
                found[item_id] = known[1]
            else:
                stale.append(item_id)
        if stale:
            found |= self._load(stale)
        return {item_id: found[item_id] for item_id in wanted if item_id in found}

    def all(
        self, item_type: ItemType | None = None, *, after: str = "", batch: int = 1000
    ) -> Iterator[AnyItem]:
        """Yield every item whose id is above ``after``, by ascending id (byte order).

        Read ``batch`` at a time, each in its own statement: a long walk blocks no writer, and sees a change
        made meanwhile either whole or not at all.
        """
        while True:
            statement = select(items.c.id, items.c.item_type, items.c.body).where(items.c.id > after)
            if item_type is not None:
                statement = statement.where(items.c.item_type == item_type.value)
            with self._database.reading("reading items") as connection:
                rows = connection.execute(statement.order_by(items.c.id).limit(batch)).all()
            for row in rows:
                yield from_row(row.item_type, row.body)
            if len(rows) < batch:
                return
            after = rows[-1].id

    def names(self, item_type: ItemType | None = None) -> list[tuple[str, str]]:
        """``(id, name)`` of every item, by ascending id."""
        statement = select(items.c.id, items.c.name).order_by(items.c.id)
        if item_type is not None:
            statement = statement.where(items.c.item_type == item_type.value)
        with self._database.reading("reading names") as connection:
            return [(row.id, row.name) for row in connection.execute(statement)]

    def counts(self) -> dict[ItemType, int]:
        """Count the items of every type, zeros included."""
        statement = select(items.c.item_type, func.count()).group_by(items.c.item_type)
        with self._database.reading("counting items") as connection:
            found = {row[0]: row[1] for row in connection.execute(statement)}
        return {item_type: found.get(item_type.value, 0) for item_type in ItemType}

    def put(self, given: Puttable, *, source: str) -> PutReport:
        """Insert or replace items in one transaction; an item equal to the stored one is left alone.

        An organisation that opts out leaves the plan of introductions in the same transaction.

        Parameters
        ----------
        given
            Items, or a function that makes them. The function is called once no other process can write, so
            that it can rest on what it reads from the store.
        source
            Where they come from (a file's name, "api"); kept beside each changed item.

        Raises
        ------
        InvalidRequest
            An id comes twice or belongs to an item of another type.
        """
        with self._database.writing("storing items") as connection:
            at = self._database.stamp()
            taken = list(given() if callable(given) else given)
            rows = [to_row(item, source, at) for item in taken]
            if len({row["id"] for row in rows}) < len(rows):
                raise InvalidRequest("The same id comes twice in one put: give each item once.")
            leave_plan(connection, [item.id for item in taken if not is_listed(item)])
            return write(connection, rows)

    def delete(self, ids: Deletable) -> int:
        """Erase items and everything that names them in other tables; return how many items there were.

        Only id and type stay, in the outbox, until :meth:`Outbox.prune`. SQLite overwrites the freed pages
        (``secure_delete``) and empties its log; PostgreSQL does so at its next vacuum. The erasure is
        committed even if the log cannot be emptied: then a warning is logged, and the next call tries again.

        ``ids`` may be a function; it is called once no other process can write.
        """
        with self._database.writing("erasing items") as connection:
            wanted = _valid_ids(ids() if callable(ids) else ids)
            erased = remove(connection, wanted, self._database.stamp())
            erase_events(connection, wanted)
            leave_plan(connection, wanted)
        for item_id in wanted:
            self._cache.pop(item_id, None)
        self._database.empty_log()
        return erased

    def forget_cached(self) -> None:
        """Drop the parsed items kept in memory."""
        self._cache.clear()

    def _versions(self, ids: Sequence[str]) -> list[tuple[str, str]]:
        """``(id, version)`` of those of ``ids`` that are stored."""
        statement = select(items.c.id, items.c.version).where(id_in(self._database.dialect, items.c.id))
        with self._database.reading("reading items") as connection:
            rows = connection.execute(statement, ids_parameter(self._database.dialect, ids))
            return [(row.id, row.version) for row in rows]

    def _load(self, ids: list[str]) -> dict[str, AnyItem]:
        """Read and parse items, and keep them for the next call."""
        columns = (items.c.id, items.c.item_type, items.c.version, items.c.body)
        statement = select(*columns).where(id_in(self._database.dialect, items.c.id))
        with self._database.reading("reading items") as connection:
            rows = connection.execute(statement, ids_parameter(self._database.dialect, ids)).all()
        if len(self._cache) + len(rows) > _CACHED_ITEMS:
            self._cache.clear()
        loaded = {}
        for row in rows:
            loaded[row.id] = from_row(row.item_type, row.body)
            self._cache[row.id] = (row.version, loaded[row.id])
        return loaded


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


def write(connection: Connection, rows: Sequence[Row]) -> PutReport:
    """Write the rows that differ from what is stored, and one outbox row for each, in the order given."""
    new, differing = _new_and_differing(rows, _heads(connection, [row["id"] for row in rows]))
    if new:  # in id order: neighbours of one index page are written together
        connection.execute(insert(items), sorted(new, key=itemgetter("id")))
    if differing:
        connection.execute(_REPLACE, [{**row, "key": row["id"]} for row in differing])
    changed = {row["id"] for row in new + differing}
    _append(connection, "upsert", [row for row in rows if row["id"] in changed])
    return PutReport(len(new), len(differing), len(rows) - len(changed))


def _new_and_differing(rows: Sequence[Row], known: Heads) -> tuple[list[Row], list[Row]]:
    """Return the rows of unknown ids, and those whose version is not the stored one."""
    new, differing = [], []
    for row in rows:
        if row["id"] not in known:
            new.append(row)
            continue
        _refuse_other_type(row, known)
        if row["version"] != known[row["id"]][1]:
            differing.append(row)
    return new, differing


def remove(connection: Connection, ids: Sequence[str], at: str) -> int:
    """Delete the items and append the deletions to the outbox; return how many items there were."""
    known = _heads(connection, ids)
    dialect = connection.dialect.name
    connection.execute(delete(items).where(id_in(dialect, items.c.id)), ids_parameter(dialect, ids))
    gone = [{"id": item_id, "item_type": known[item_id][0]} for item_id in ids if item_id in known]
    _append(connection, "delete", [{**row, "version": "", "updated_at": at} for row in gone])
    return len(gone)


def _valid_ids(ids: Iterable[str]) -> list[str]:
    """Remove duplicate ids and ids that cannot exist (non-ASCII, or with NUL, which PostgreSQL rejects)."""
    return [item_id for item_id in dict.fromkeys(ids) if item_id.isascii() and "\x00" not in item_id]


def _heads(connection: Connection, ids: Sequence[str]) -> Heads:
    dialect = connection.dialect.name
    statement = select(items.c.id, items.c.item_type, items.c.version).where(id_in(dialect, items.c.id))
    rows = connection.execute(statement, ids_parameter(dialect, ids))
    return {item_id: (item_type, version) for item_id, item_type, version in rows.all()}


def _refuse_other_type(row: Row, known: Heads) -> None:
    stored = known[row["id"]][0]
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
    if changes:
        connection.execute(insert(outbox), changes)
