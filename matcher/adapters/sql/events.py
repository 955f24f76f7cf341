"""Impressions and feedback: two append-only tables, read back in the order they were written."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, Table, delete, insert, or_, select
from sqlalchemy.engine import Connection

from matcher.adapters.sql.schema import among, feedback, impressions, items, listed, plan_lists, plan_members
from matcher.domain.events import Action, Feedback, Impression
from matcher.domain.items import Kind

_BATCH = 1000


def stamp(at: datetime) -> str:
    """Write an instant as the tables keep it: ISO 8601 in UTC, microseconds always shown.

    >>> stamp(datetime(2026, 11, 22, tzinfo=UTC))
    '2026-11-22T00:00:00.000000+00:00'
    """
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def add_impressions(connection: Connection, rows: Sequence[Impression]) -> None:
    """Append what was shown, less what names an item that has left the store since it was shown."""
    dialect = connection.dialect.name
    named = {item_id for row in rows for item_id in (row.query_id, row.item_id)}
    found = select(items.c.id).where(among(dialect, items.c.id))
    stored = set(connection.execute(found, listed(dialect, sorted(named))).scalars())
    kept = [row for row in rows if {row.query_id, row.item_id} <= stored]
    if kept:
        connection.execute(insert(impressions), [{**asdict(row), "at": stamp(row.at)} for row in kept])


def add_feedback(connection: Connection, row: Feedback) -> None:
    """Append one reaction, with the rank at which the pair was last shown unless the row gives one."""
    rank = row.rank
    if rank is None:
        shown = impressions.c
        rank = connection.execute(
            select(shown.rank)
            .where(shown.query_id == row.query_id, shown.item_id == row.item_id)
            .where(shown.kind == row.kind.value, shown.at <= stamp(row.at))
            .order_by(shown.at.desc(), shown.id.desc())
            .limit(1)
        ).scalar()
    connection.execute(insert(feedback), {**asdict(row), "at": stamp(row.at), "rank": rank})


def erase(connection: Connection, ids: Sequence[str]) -> None:
    """Delete every row that names one of ``ids`` on either side."""
    _delete_named(connection, ids, (impressions, feedback))
    leave_plan(connection, ids)


def leave_plan(connection: Connection, ids: Sequence[str]) -> None:
    """Delete every row of the plan of introductions that names one of ``ids``."""
    if ids:
        _delete_named(connection, ids, (plan_lists, plan_members))


def _delete_named(connection: Connection, ids: Sequence[str], tables: Iterable[Table]) -> None:
    dialect = connection.dialect.name
    for table in tables:
        named = [among(dialect, column) for column in table.c if column.name in ("query_id", "item_id")]
        connection.execute(delete(table).where(or_(*named)), listed(dialect, ids))


def impressions_in(reading: Callable[[], AbstractContextManager[Connection]]) -> Iterator[Impression]:
    """Yield all impressions, oldest first."""
    for row in _walk(impressions, reading):
        at = datetime.fromisoformat(row.at)
        yield Impression(at, Kind(row.kind), row.query_id, row.item_id, row.rank, row.score, row.generation)


def feedback_in(reading: Callable[[], AbstractContextManager[Connection]]) -> Iterator[Feedback]:
    """Yield all feedback, oldest first."""
    for row in _walk(feedback, reading):
        at = datetime.fromisoformat(row.at)
        yield Feedback(at, Kind(row.kind), row.query_id, row.item_id, Action(row.action), row.rank)


def _walk(table: Table, reading: Callable[[], AbstractContextManager[Connection]]) -> Iterator[Row[Any]]:
    after = 0
    while True:
        statement = select(table).where(table.c.id > after).order_by(table.c.id).limit(_BATCH)
        with reading() as connection:
            rows = connection.execute(statement).all()
        yield from rows
        if len(rows) < _BATCH:
            return
        after = rows[-1].id
