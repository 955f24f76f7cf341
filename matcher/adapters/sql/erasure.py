"""Removing every row that names an item. Works inside the caller's transaction."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Table, delete, or_
from sqlalchemy.engine import Connection

from matcher.adapters.sql.schema import (
    feedback,
    id_in,
    ids_parameter,
    impressions,
    plan_lists,
    plan_members,
)

_NAMING = ("query_id", "item_id")


def erase_events(connection: Connection, ids: Sequence[str]) -> None:
    """Delete the impressions and the feedback that name one of ``ids`` on either side."""
    _delete_naming(connection, ids, (impressions, feedback))


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
