"""Who takes part in which factory: one row for each organisation, factory and role."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, delete, insert, select, tuple_
from sqlalchemy.engine import Connection

from matcher.adapters.sql.audit import enter
from matcher.adapters.sql.catalogue.batches import participations_of, record_batch, record_participations
from matcher.adapters.sql.catalogue.rows import heads
from matcher.adapters.sql.engine import Database
from matcher.adapters.sql.schema import id_in, ids_parameter, participations
from matcher.domain.events import PutReport
from matcher.domain.imports import ImportFile
from matcher.domain.items import ItemType
from matcher.domain.participation import Participation, ParticipationRole
from matcher.errors import InvalidRequest

_KEY = (participations.c.organisation_id, participations.c.factory_id, participations.c.role)


class Participations:
    """Participations; they are erased with either side."""

    def __init__(self, database: Database) -> None:
        self._database = database
        named = id_in(database.dialect, participations.c.organisation_id)
        self._of_each = select(participations).where(named).order_by(*_KEY)  # made once: answers run it

    def all(self) -> list[Participation]:
        """Every participation, by organisation, factory and role."""
        return self._read(None)

    def of(self, organisation_id: str) -> list[Participation]:
        """Those of one organisation, by factory and role; none for an unknown one."""
        return self._read(participations.c.organisation_id == organisation_id)

    def of_each(self, organisation_ids: Sequence[str]) -> list[Participation]:
        """Those of several organisations, by organisation, factory and role; none of unknown ones."""
        with self._database.reading("reading participations") as connection:
            ids = ids_parameter(self._database.dialect, organisation_ids)
            return [_participation(row) for row in connection.execute(self._of_each, ids).mappings()]

    def in_factory(self, factory_id: str) -> list[Participation]:
        """Those in one factory, by organisation and role; none for an unknown one."""
        return self._read(participations.c.factory_id == factory_id)

    def put(self, given: Iterable[Participation]) -> int:
        """Insert or replace participations in one transaction; return how many were written.

        The last of several with one organisation, factory and role counts. What was inferred from a text
        never replaces what was stated.

        Raises
        ------
        InvalidRequest
            An id is not that of a stored organisation or factory; the message names it.
        """
        with self._database.writing("storing participations") as connection:
            return _put(connection, given)

    def remove(self, given: Iterable[Participation]) -> int:
        """Remove participations by organisation, factory and role; return how many there were."""
        with self._database.writing("removing participations") as connection:
            return _remove(connection, given)

    def change(
        self,
        put: Sequence[Participation],
        remove: Sequence[Participation],
        report: PutReport,
        file: ImportFile,
        by: str,
    ) -> str:
        """Do what the import of a file says, in one transaction; return the batch by which it can be undone.

        ``report`` counts the rows of the file. A change of what an organisation takes part in is entered in
        the audit, as done by ``by``. Nothing to do makes no batch and returns "".
        """
        if not put and not remove:
            return ""
        changed = [*put, *remove]
        with self._database.writing("importing participations") as connection:
            former = participations_of(connection, {one.organisation_id for one in changed})
            _remove(connection, remove)
            _put(connection, put)
            batch = record_batch(connection, file, report, self._database.stamp())
            notes = record_participations(connection, batch, former, by)
            enter(connection, notes, self._database.now())
        return batch

    def _read(self, condition: ColumnElement[bool] | None) -> list[Participation]:
        statement = select(participations).order_by(*_KEY)
        if condition is not None:
            statement = statement.where(condition)
        with self._database.reading("reading participations") as connection:
            return [_participation(row) for row in connection.execute(statement).mappings()]


def _put(connection: Connection, given: Iterable[Participation]) -> int:
    wanted = {(row.organisation_id, row.factory_id, row.role): row for row in given}
    _require_known(connection, list(wanted.values()))
    stated = {key for key in _stated(connection) if key in wanted and wanted[key].inferred}
    rows = [row for key, row in wanted.items() if key not in stated]
    _remove(connection, rows)
    if rows:
        connection.execute(insert(participations), [_row(row) for row in rows])
    return len(rows)


def _remove(connection: Connection, given: Iterable[Participation]) -> int:
    removed = 0
    for row in given:
        key = (row.organisation_id, row.factory_id, row.role.value)
        removed += connection.execute(delete(participations).where(tuple_(*_KEY) == key)).rowcount
    return removed


def _require_known(connection: Connection, rows: Sequence[Participation]) -> None:
    named = {row.organisation_id: ItemType.ORGANISATION for row in rows}
    named |= {row.factory_id: ItemType.FACTORY for row in rows}
    known = heads(connection, list(named))
    for item_id, item_type in named.items():
        if item_id not in known:
            raise InvalidRequest(f"There is no {item_type.value} '{item_id}' in the store.")
        if known[item_id][0] != item_type.value:
            raise InvalidRequest(f"'{item_id}' is of type {known[item_id][0]}, not {item_type.value}.")


def _stated(connection: Connection) -> set[tuple[str, str, ParticipationRole]]:
    """Keys of what was stated and not inferred."""
    statement = select(*_KEY).where(participations.c.inferred.is_(False))
    return {(row[0], row[1], ParticipationRole(row[2])) for row in connection.execute(statement)}


def _row(given: Participation) -> dict[str, Any]:
    since = given.since.isoformat() if given.since else None
    return asdict(given) | {"role": given.role.value, "since": since}


def _participation(row: Any) -> Participation:
    since = date.fromisoformat(row["since"]) if row["since"] else None
    facts = dict(row) | {"role": ParticipationRole(row["role"]), "since": since}
    return Participation(**facts)
