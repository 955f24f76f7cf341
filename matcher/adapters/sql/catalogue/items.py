"""The table of items. Every change of an item appends to the outbox in the same transaction."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, or_, select

from matcher.adapters.sql.audit import enter
from matcher.adapters.sql.catalogue.erasing import erase_items
from matcher.adapters.sql.catalogue.imports import record_import
from matcher.adapters.sql.catalogue.merging import merge_items
from matcher.adapters.sql.catalogue.rows import changes_of, compare, from_row, remove, to_row, write
from matcher.adapters.sql.engine import Database
from matcher.adapters.sql.erasure import leave_plan, owe_erasure, settle
from matcher.adapters.sql.facts import refuse_suppressed_items, suppressed_items
from matcher.adapters.sql.schema import id_in, ids_parameter, items
from matcher.domain.eligibility import is_listed
from matcher.domain.events import Deletable, PutReport, Puttable
from matcher.domain.imports import ImportFile
from matcher.domain.items import AnyItem, ItemType
from matcher.errors import BackendUnavailable, NotFound

_log = logging.getLogger(__name__)

_CACHED_ITEMS = 20_000
_AGAIN = "Import it again."


class Catalogue:
    """The catalogue. Items are frozen: callers share them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        # Made once: to make a statement costs more than to run it, and answers run these.
        by_id = id_in(database.dialect, items.c.id)
        self._versions_by_id = select(items.c.id, items.c.version).where(by_id)
        self._rows_by_id = select(items.c.id, items.c.item_type, items.c.version, items.c.body).where(by_id)
        # id -> (version, item): parsing an item costs more than asking for its version, which is always done
        self._cache: dict[str, tuple[str, AnyItem]] = {}
        # A damaged row is said once, and read each time: an import may repair it and leave its version.
        self._said: set[str] = set()

    def get(self, item_id: str) -> AnyItem:
        """Return one item; NotFound if there is none of that id, BackendUnavailable if its row is damaged."""
        found = self.get_many([item_id])
        if item_id in found:
            return found[item_id]
        if self.versions_of([item_id]):
            raise BackendUnavailable(f"The item '{item_id}' is damaged in the store. {_AGAIN}")
        raise NotFound(f"There is no item '{item_id}' in the store.")

    def get_many(self, ids: Iterable[str]) -> dict[str, AnyItem]:
        """Items by id, in the order of ``ids``; unknown ids are absent, and damaged rows (:meth:`damaged`).

        The versions are read in one statement; only items that were not parsed before, or changed since, are
        read whole.
        """
        wanted = _valid_ids(ids)
        found = self._parsed(self.versions_of(wanted).items())
        return {item_id: found[item_id] for item_id in wanted if item_id in found}

    def all(
        self, item_type: ItemType | None = None, *, after: str = "", batch: int = 1000
    ) -> Iterator[AnyItem]:
        """Yield every item whose id is above ``after``, by ascending id (byte order).

        Read ``batch`` at a time, each in its own statements: a long walk blocks no writer, and sees a change
        made meanwhile either whole or not at all. Items that were parsed before are not read again.
        """
        while True:
            statement = select(items.c.id, items.c.version).where(items.c.id > after)
            if item_type is not None:
                statement = statement.where(items.c.item_type == item_type.value)
            with self._database.reading("reading items") as connection:
                rows = connection.execute(statement.order_by(items.c.id).limit(batch)).all()
            found = self._parsed((item_id, version) for item_id, version in rows)
            yield from (found[item_id] for item_id, _ in rows if item_id in found)
            if len(rows) < batch:
                return
            after = rows[-1].id

    def range_ends(self, size: int) -> list[str]:
        """Return the last id of each ``size`` items, by ascending id, and that of the rest; [] without items.

        Several processes read the catalogue in these ranges: see :meth:`versions`.
        """
        place = func.row_number().over(order_by=items.c.id).label("place")
        placed = select(items.c.id, place).subquery()
        last = select(func.count()).select_from(items).scalar_subquery()
        is_end = or_(placed.c.place % size == 0, placed.c.place == last)
        with self._database.reading("reading ids") as connection:
            return list(connection.execute(select(placed.c.id).where(is_end).order_by(placed.c.id)).scalars())

    def versions(self, after: str, until: str) -> dict[str, str]:
        """Return version by id of the items whose id is above ``after`` and at most ``until``, ascending.

        No item is read whole, so one that cannot be read hides no other.
        """
        statement = select(items.c.id, items.c.version).where(items.c.id > after, items.c.id <= until)
        with self._database.reading("reading items") as connection:
            return {row.id: row.version for row in connection.execute(statement.order_by(items.c.id))}

    def versions_of(self, ids: Iterable[str]) -> dict[str, str]:
        """Return version by id of those of ``ids`` that are stored, damaged or not; no item is read whole."""
        wanted = _valid_ids(ids)
        with self._database.reading("reading items") as connection:
            rows = connection.execute(self._versions_by_id, ids_parameter(self._database.dialect, wanted))
            return dict(rows.all())

    def damaged(self) -> list[str]:
        """Return the ids of the items whose rows this release cannot read, ascending; every row is read.

        They are left out of answers, lists and index, so that one of them does not stop the others.
        """
        readable = {item.id for item in self.all()}
        return [item_id for item_id, _ in self.names() if item_id not in readable]

    def names(self, item_type: ItemType | None = None) -> list[tuple[str, str]]:
        """``(id, name)`` of every item, or of one type; a row whose type is damaged may be of any."""
        statement = select(items.c.id, items.c.name).order_by(items.c.id)
        if item_type is not None:
            damaged = items.c.item_type.not_in(list(ItemType))  # it may be of any type, and has to be found
            statement = statement.where(or_(items.c.item_type == item_type.value, damaged))
        with self._database.reading("reading names") as connection:
            return [(row.id, row.name) for row in connection.execute(statement)]

    def counts(self) -> dict[ItemType, int]:
        """Count the items of every type, zeros included."""
        statement = select(items.c.item_type, func.count()).group_by(items.c.item_type)
        with self._database.reading("counting items") as connection:
            found = {row[0]: row[1] for row in connection.execute(statement)}
        return {item_type: found.get(item_type.value, 0) for item_type in ItemType}

    def put(self, given: Puttable, *, source: str, file: ImportFile | None = None, by: str = "") -> PutReport:
        """Insert or replace items in one transaction; an item equal to the stored one is left alone.

        An organisation that opts out leaves the plan of introductions in the same transaction, and a change
        of an organisation is entered in the audit.

        Parameters
        ----------
        given
            Items, or a function that makes them. The function is called once no other process can write, so
            that it can rest on what it reads from the store.
        source
            Where they come from (a file's name, "api"); kept beside each changed item.
        file
            The imported file, if the put is to be kept as a batch that can be undone; the report names the
            batch.
        by
            The person who changes them; "" for a program or the command line.

        Raises
        ------
        InvalidRequest
            An id comes twice or belongs to an item of another type.
        Suppressed
            An organisation was erased at its own request.
        """
        with self._database.writing("storing items") as connection:
            at = self._database.stamp()
            taken = list(given() if callable(given) else given)
            refuse_suppressed_items(connection, taken)
            comparison = compare(connection, [to_row(item, source, at) for item in taken])
            batch = record_import(connection, file, comparison, at) if file else ""
            leave_plan(connection, [item.id for item in taken if not is_listed(item)])
            enter(connection, changes_of(comparison.differing, by), self._database.now())
            return replace(write(connection, comparison), batch=batch)

    def suppressed(self, given: Iterable[AnyItem]) -> Mapping[str, datetime]:
        """Return, by id, since when those of the items are refused that were erased at their own request."""
        with self._database.reading("reading suppressed subjects") as connection:
            return suppressed_items(connection, given)

    def delete(self, ids: Deletable) -> int:
        """Erase items and everything that names them in other tables; return how many items there were.

        Only id and type stay, in the outbox, until :meth:`Outbox.prune`. SQLite overwrites the freed pages
        (``secure_delete``) and empties its log; PostgreSQL does so at its next vacuum. The erasure is
        committed even if the log cannot be emptied: then it is owed, a warning is logged, and
        :meth:`Store.settle` tries again.

        ``ids`` may be a function; it is called once no other process can write.
        """
        with self._database.writing("erasing items") as connection:
            wanted = _valid_ids(ids() if callable(ids) else ids)
            erased = remove(connection, wanted, self._database.stamp())
            erase_items(connection, wanted, self._database.stamp())
            owe_erasure(connection, self._database.stamp())
        for item_id in wanted:
            self._cache.pop(item_id, None)
        if trouble := settle(self._database):
            _log.warning(
                "What was erased from %s is gone from the store, but stays in its log, %s-wal, until"
                " nobody reads or every process has closed the store; it is tried again: %s.",
                self._database.place,
                Path(self._database.place).name,
                trouble,
            )
        return erased

    def merge(self, kept_id: str, dropped_id: str) -> AnyItem:
        """Make one item of two that stand for the same thing, in one transaction; return it.

        The kept item takes the values of the dropped one where it has none itself. Impressions, feedback,
        participations and the plan of introductions then name the kept item; the dropped one is gone.

        Raises
        ------
        NotFound
            One of the two is not in the store.
        InvalidRequest
            They are one item, or of different types.
        """
        with self._database.writing("merging two items") as connection:
            merged = merge_items(connection, kept_id, dropped_id, self._database.stamp())
        self._cache.pop(dropped_id, None)
        return merged

    def forget_cached(self) -> None:
        """Drop the parsed items kept in memory."""
        self._cache.clear()

    def _parsed(self, versions: Iterable[tuple[str, str]]) -> dict[str, AnyItem]:
        """Return items by id, of these versions or later ones; those that are gone meanwhile are absent."""
        found: dict[str, AnyItem] = {}
        stale = []
        for item_id, version in versions:
            known = self._cache.get(item_id)
            if known is None or known[0] != version:
                stale.append(item_id)
            else:
                found[item_id] = known[1]
        return found | self._load(stale) if stale else found

    def _load(self, ids: list[str]) -> dict[str, AnyItem]:
        """Read and parse items, and keep them for the next call."""
        with self._database.reading("reading items") as connection:
            rows = connection.execute(self._rows_by_id, ids_parameter(self._database.dialect, ids)).all()
        if len(self._cache) + len(rows) > _CACHED_ITEMS:
            self._cache.clear()
        loaded = {}
        for row in rows:
            item = self._parse(row.id, row.item_type, row.body)
            if item is not None:
                self._cache[row.id] = (row.version, item)
                loaded[row.id] = item
        return loaded

    def _parse(self, item_id: str, item_type: str, body: str) -> AnyItem | None:
        """Return the item of a row; None, with one line in the log, where the row is damaged."""
        try:
            item = from_row(item_type, body)
        except ValueError as fault:
            if item_id not in self._said:
                # Neither its message nor its frames, which quote the row.
                name = type(fault).__name__
                _log.warning("item %s is damaged and left out (%s). %s", item_id, name, _AGAIN)
            self._said.add(item_id)
            return None
        self._said.discard(item_id)
        return item


def _valid_ids(ids: Iterable[str]) -> list[str]:
    """Remove duplicate ids and ids that cannot exist (non-ASCII, or with NUL, which PostgreSQL rejects)."""
    return [item_id for item_id in dict.fromkeys(ids) if item_id.isascii() and "\x00" not in item_id]
