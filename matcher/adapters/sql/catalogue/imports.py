"""Imports as batches: what each changed is kept with its former state, so that it can be undone."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row as SqlRow
from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import Connection

from matcher.adapters.sql.audit import enter
from matcher.adapters.sql.catalogue.batches import (
    PARTICIPATIONS,
    participation_notes,
    record_batch,
    undo_participations,
)
from matcher.adapters.sql.catalogue.erasing import erase_items
from matcher.adapters.sql.catalogue.rows import (
    Comparison,
    changes_of,
    compare,
    from_row,
    heads,
    is_readable,
    remove,
    to_row,
    write,
)
from matcher.adapters.sql.catalogue.written import OWN_FIELDS, written_by_members
from matcher.adapters.sql.engine import Database
from matcher.adapters.sql.erasure import leave_plan
from matcher.adapters.sql.schema import (
    id_in,
    ids_parameter,
    import_changes,
    imports,
    items,
    person_organisations,
)
from matcher.audit import Note
from matcher.domain.eligibility import is_listed
from matcher.domain.imports import ImportBatch, ImportChange, ImportFile, UndoReport
from matcher.domain.items import AnyItem, ItemType
from matcher.errors import InvalidRequest, NotFound

_OF_ITEMS = import_changes.c.item_type.not_in((PARTICIPATIONS, OWN_FIELDS))


class Imports:
    """The batches; :meth:`Catalogue.put` with a file adds one."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[ImportBatch]:
        """Every batch, the latest first."""
        statement = select(imports).order_by(imports.c.at.desc(), imports.c.batch.desc())
        with self._database.reading("reading imports") as connection:
            return [_batch(row) for row in connection.execute(statement)]

    def get(self, batch: str) -> ImportBatch:
        """Return one batch; NotFound if there is none of that id."""
        with self._database.reading("reading an import") as connection:
            return _read(connection, batch)

    def changes(self, batch: str) -> list[ImportChange]:
        """Return what a batch changed, by item id; items erased since, or an undone batch, leave nothing."""
        with self._database.reading("reading an import") as connection:
            return _changes(connection, batch)

    def of_item(self, item_id: str) -> list[tuple[ImportBatch, ImportChange]]:
        """Return the batches that changed an item, with what each changed of it, the latest first.

        Batches that were undone are not among them.
        """
        mine = select(imports, import_changes).join(import_changes, import_changes.c.batch == imports.c.batch)
        ordered = mine.where(import_changes.c.item_id == item_id, _OF_ITEMS)
        ordered = ordered.order_by(imports.c.at.desc(), imports.c.batch.desc())
        with self._database.reading("reading an item's imports") as connection:
            return [(_batch(row), _change(row)) for row in connection.execute(ordered)]

    def written_by_members(self, ids: Iterable[str]) -> Mapping[str, Mapping[str, datetime]]:
        """Return, by id, the fields that the organisation itself wrote last, each with when."""
        with self._database.reading("reading what members wrote") as connection:
            return written_by_members(connection, ids)

    def undo(self, batch: str, by: str = "") -> UndoReport:
        """Bring every item that a batch changed back to its former state, in one transaction.

        An item that was changed or erased after the import is left as it is, and the report names it; of a
        list of participations the same holds for what each organisation takes part in. What the batch kept
        of former states is dropped. People who spoke for an organisation that is gone stay, and are named.

        Raises
        ------
        NotFound
            There is no such batch.
        InvalidRequest
            The batch was undone already.
        """
        with self._database.writing("undoing an import") as connection:
            found = _read(connection, batch)
            if found.undone_at is not None:
                raise InvalidRequest(f"The import {batch} was undone already.")
            changes = _changes(connection, batch)
            settled = undo_participations(connection, batch)
            known = heads(connection, [change.item_id for change in changes])
            mine, kept = _divide(changes, known)
            at = self._database.stamp()
            restored = [change.former for change in mine if change.former is not None]
            removed = [change.item_id for change in mine if change.former is None]
            notes = _restore(connection, restored, f"undo of {batch}", at, by)
            notes += participation_notes(connection, settled.restored, by)
            enter(connection, notes, self._database.now())
            speakers = _speakers(connection, removed)
            remove(connection, removed, at)
            erase_items(connection, removed, at)
            adrift = tuple(sorted(speakers - _speakers(connection)))
            connection.execute(delete(import_changes).where(import_changes.c.batch == batch))
            connection.execute(update(imports).where(imports.c.batch == batch).values(undone_at=at))
        back = sorted([*(item.id for item in restored), *settled.restored])
        return UndoReport(tuple(back), tuple(removed), tuple(sorted([*kept, *settled.kept])), adrift)


def record_import(connection: Connection, file: ImportFile, comparison: Comparison, at: str) -> str:
    """Keep a batch and the former states of what it is about to change; return its id.

    A row that it repairs is left out: there is no former state to go back to, and undoing leaves the item.
    """
    batch = record_batch(connection, file, comparison.report, at)
    former = _bodies(connection, [row["id"] for row in comparison.differing])
    changes = []
    for row in comparison.changed:
        if row["id"] in former and not is_readable(row["item_type"], former[row["id"]]):
            continue
        change = {"batch": batch, "item_id": row["id"], "item_type": row["item_type"]}
        changes.append(change | {"former_body": former.get(row["id"]), "version": row["version"]})
    if changes:
        connection.execute(insert(import_changes), changes)
    return batch


def _speakers(connection: Connection, organisation_ids: Sequence[str] | None = None) -> set[str]:
    """Return the ids of the people who speak for one of some organisations, or for any."""
    speaking = select(person_organisations.c.person_id)
    if organisation_ids is None:
        return set(connection.execute(speaking).scalars())
    dialect = connection.dialect.name
    named = speaking.where(id_in(dialect, person_organisations.c.organisation_id))
    return set(connection.execute(named, ids_parameter(dialect, organisation_ids)).scalars())


def _divide(
    changes: Sequence[ImportChange], known: Mapping[str, tuple[str, str]]
) -> tuple[list[ImportChange], list[str]]:
    """Return the changes whose items are as the import left them, and the ids of the others."""
    mine, others = [], []
    for change in changes:
        _, version = known.get(change.item_id, ("", ""))
        if version == change.version:
            mine.append(change)
        else:
            others.append(change.item_id)
    return mine, others


def _restore(connection: Connection, former: Sequence[AnyItem], source: str, at: str, by: str) -> list[Note]:
    """Write former states again; return what is to be entered in the audit."""
    leave_plan(connection, [item.id for item in former if not is_listed(item)])
    comparison = compare(connection, [to_row(item, source, at) for item in former])
    write(connection, comparison)
    return changes_of(comparison.differing, by)


def _bodies(connection: Connection, ids: Sequence[str]) -> dict[str, str]:
    dialect = connection.dialect.name
    statement = select(items.c.id, items.c.body).where(id_in(dialect, items.c.id))
    return {row.id: row.body for row in connection.execute(statement, ids_parameter(dialect, ids))}


def _read(connection: Connection, batch: str) -> ImportBatch:
    row = connection.execute(select(imports).where(imports.c.batch == batch)).first()
    if row is None:
        raise NotFound(f"There is no import '{batch}'. `matcher imports` lists them.")
    return _batch(row)


def _batch(row: SqlRow[Any]) -> ImportBatch:
    file = ImportFile(row.file_name, row.sha256, row.who)
    undone_at = datetime.fromisoformat(row.undone_at) if row.undone_at else None
    at = datetime.fromisoformat(row.at)
    return ImportBatch(row.batch, file, at, row.inserted, row.updated, row.unchanged, undone_at)


def _changes(connection: Connection, batch: str) -> list[ImportChange]:
    mine = select(import_changes).where(import_changes.c.batch == batch).order_by(import_changes.c.item_id)
    mine = mine.where(_OF_ITEMS)
    return [_change(row) for row in connection.execute(mine)]


def _change(row: SqlRow[Any]) -> ImportChange:
    former = from_row(row.item_type, row.former_body) if row.former_body is not None else None
    return ImportChange(row.item_id, ItemType(row.item_type), former, row.version)
