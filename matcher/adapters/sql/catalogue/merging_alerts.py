"""Moving the alerts and the saved searches of a merged item."""

from typing import Any

from sqlalchemy import RowMapping, delete, select, update
from sqlalchemy.engine import Connection

from matcher.adapters.sql.schema import alerts, saved_searches
from matcher.alerts import AlertState

_PRECEDENCE = (AlertState.TOLD.value, AlertState.DUE.value, AlertState.WITHDRAWN.value)


def move_alerts(connection: Connection, kept_id: str, dropped_id: str) -> None:
    """Let alerts and saved searches name the kept item: what either of the two was told is not told again."""
    for name, other in (("call_id", "organisation_id"), ("organisation_id", "call_id")):
        _join_pairs(connection, (name, other), kept_id, dropped_id)
        column = alerts.c[name]
        connection.execute(update(alerts).where(column == dropped_id).values({name: kept_id}))
    theirs = saved_searches.c.organisation_id == dropped_id
    connection.execute(update(saved_searches).where(theirs).values(organisation_id=kept_id))


def _join_pairs(connection: Connection, names: tuple[str, str], kept_id: str, dropped_id: str) -> None:
    """Where both items have an alert with the same third, leave one: told before due before withdrawn."""
    column, other = alerts.c[names[0]], names[1]
    held = _by_other(connection, other, column == kept_id)
    moved = _by_other(connection, other, column == dropped_id)
    for third in held.keys() & moved.keys():
        both = sorted((held[third], moved[third]), key=lambda row: _PRECEDENCE.index(row["state"]))
        connection.execute(delete(alerts).where(alerts.c.number == both[1]["number"]))


def _by_other(connection: Connection, other: str, condition: Any) -> dict[str, RowMapping]:
    found = connection.execute(select(alerts).where(condition)).mappings()
    return {row[other]: row for row in found}
