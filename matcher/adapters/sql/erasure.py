"""Removing every row that names an item. Works inside the caller's transaction."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Table, delete, or_
from sqlalchemy.engine import Connection

from matcher.adapters.sql.schema import (
    feedback,
    id_in,
    ids_parameter,
    import_changes,
    impressions,
    participations,
    plan_lists,
    plan_members,
)

_NAMING = frozenset({"query_id", "item_id", "organisation_id", "factory_id"})
"""Columns that name an item."""


def erase_traces(connection: Connection, ids: Sequence[str]) -> None:
    """Delete every row outside the catalogue and the outbox that names one of ``ids``.

    These are impressions, feedback, the plan of introductions, participations, and the former bodies that
    imports keep.
    """
    _delete_naming(connection, ids, (impressions, feedback, participations, import_changes))
    leave_plan(connection, ids)


def leave_plan(connection: Connection, ids: Sequence[str]) -> None:
    """Delete every row of the plan of introductions that names one of ``ids``."""
    _delete_naming(connection, ids, (plan_lists, plan_members))


def _delete_naming(connection: Connection, ids: Sequence[str], tables: Iterable[Table]) -> None:
    if not ids:
        return
    dialect = connection.dialect.name
    for table in tables:
        named = [id_in(dialect, column) for column in table.c if column.name in _NAMING]
        connection.execute(delete(table).where(or_(*named)), ids_parameter(dialect, ids))
