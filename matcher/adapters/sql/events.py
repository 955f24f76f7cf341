"""Impressions and feedback: two append-only tables, read back in the order they were written."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Table, insert, select
from sqlalchemy.engine import Connection

from matcher.adapters.sql.engine import Database, stamp
from matcher.adapters.sql.schema import feedback, id_in, ids_parameter, impressions, items
from matcher.domain.events import Action, Feedback, Impression
from matcher.domain.items import Kind

_BATCH = 1000


class EventLog:
    """What was shown to organisations and how they reacted."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def log_impressions(self, rows: Sequence[Impression]) -> None:
        """Keep what was shown, without rows that name an item erased since then.

        One commit: call it after the answer has been sent.
        """
        named = {item_id for row in rows for item_id in (row.query_id, row.item_id)}
        with self._database.writing("logging impressions") as connection:
            stored = self._stored(connection, sorted(named))
            kept = [row for row in rows if {row.query_id, row.item_id} <= stored]
            if kept:
                connection.execute(insert(impressions), [asdict(row) | {"at": stamp(row.at)} for row in kept])

    def log_feedback(self, row: Feedback) -> None:
        """Keep one reaction; a ``rank`` of None becomes that of the pair's last impression, if any."""
        with self._database.writing("logging feedback") as connection:
            rank = _last_rank(connection, row) if row.rank is None else row.rank
            connection.execute(insert(feedback), asdict(row) | {"at": stamp(row.at), "rank": rank})

    def impressions(self) -> Iterator[Impression]:
        """Yield everything shown, in the order it was logged."""
        for row in self._walk(impressions, "reading impressions"):
            at, kind = datetime.fromisoformat(row.at), Kind(row.kind)
            yield Impression(at, kind, row.query_id, row.item_id, row.rank, row.score, row.generation)

    def feedback(self) -> Iterator[Feedback]:
        """Yield every reaction, in the order it was logged."""
        for row in self._walk(feedback, "reading feedback"):
            at, kind = datetime.fromisoformat(row.at), Kind(row.kind)
            yield Feedback(at, kind, row.query_id, row.item_id, Action(row.action), row.rank)

    def _walk(self, table: Table, doing: str) -> Iterator[Row[Any]]:
        """Read a table a batch at a time, each in its own statement, so that writers are never blocked."""
        after = 0
        while True:
            statement = select(table).where(table.c.id > after).order_by(table.c.id).limit(_BATCH)
            with self._database.reading(doing) as connection:
                rows = connection.execute(statement).all()
            yield from rows
            if len(rows) < _BATCH:
                return
            after = rows[-1].id

    def _stored(self, connection: Connection, ids: Sequence[str]) -> set[str]:
        dialect = self._database.dialect
        found = select(items.c.id).where(id_in(dialect, items.c.id))
        return set(connection.execute(found, ids_parameter(dialect, ids)).scalars())


def _last_rank(connection: Connection, row: Feedback) -> int | None:
    """Rank at which the pair of a reaction was last shown before it."""
    shown = impressions.c
    statement = (
        select(shown.rank)
        .where(shown.query_id == row.query_id, shown.item_id == row.item_id)
        .where(shown.kind == row.kind.value, shown.at <= stamp(row.at))
        .order_by(shown.at.desc(), shown.id.desc())
        .limit(1)
    )
    return connection.execute(statement).scalar()
