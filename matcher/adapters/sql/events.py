"""What was shown and how organisations reacted: append-only tables, read in the order they were written.

Single impressions are kept for some time, then counted per item, kind and month.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Table, bindparam, delete, func, insert, or_, select
from sqlalchemy.engine import Connection

from matcher.adapters.sql.engine import Database, stamp
from matcher.adapters.sql.schema import (
    feedback,
    id_in,
    ids_parameter,
    impression_counts,
    impressions,
    items,
)
from matcher.domain.events import Action, Feedback, Impression, Refusal, ShownCount
from matcher.domain.items import Kind
from matcher.errors import NotFound
from matcher.feedback import heard

_BATCH = 1000
_MONTH = len("2026-11")
_NAMING = (
    select(feedback)
    .where(or_(feedback.c.query_id == bindparam("item_id"), feedback.c.item_id == bindparam("item_id")))
    .order_by(feedback.c.id)
)


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

    def log_feedback(self, row: Feedback) -> Feedback:
        """Keep one reaction; return it as kept, with its number.

        What it does not say of the moment the item was shown (rank, score, answer, model, plan) is that of
        the pair's last impression, if any. NotFound when one of the two is erased, also while this call
        waits.
        """
        with self._database.writing("logging feedback") as connection:
            missing = {row.query_id, row.item_id} - self._stored(connection, [row.query_id, row.item_id])
            if missing:
                raise NotFound(f"There is no item '{min(missing)}' in the store.")
            return _append(connection, _completed(connection, row))

    def undo_feedback(self, number: int, by: str | None, at: datetime) -> Feedback:
        """Take back the reaction of this number; return the row that does.

        NotFound for a number that is unknown, or that was taken back already.
        """
        with self._database.writing("undoing feedback") as connection:
            row = connection.execute(select(feedback).where(feedback.c.id == number)).first()
            undone = connection.execute(select(feedback.c.id).where(feedback.c.undoes == number)).first()
            if row is None or undone is not None or row.action == Action.UNDONE:
                raise NotFound(f"There is no reaction {number} to take back, or it was taken back already.")
            given = _feedback(row)
            return _append(
                connection,
                Feedback(at, given.kind, given.query_id, given.item_id, Action.UNDONE, by=by, undoes=number),
            )

    def impressions(self) -> Iterator[Impression]:
        """Yield everything shown, in the order it was logged."""
        for row in self._walk(impressions, "reading impressions"):
            facts = row._asdict() | {"at": datetime.fromisoformat(row.at), "kind": Kind(row.kind)}
            del facts["id"]
            yield Impression(**facts)

    def feedback(self) -> Iterator[Feedback]:
        """Yield every reaction, in the order it was logged, those taken back included."""
        return map(_feedback, self._walk(feedback, "reading feedback"))

    def reaction(self, number: int) -> Feedback:
        """Return the reaction of this number, whether it holds or not; NotFound if there is none."""
        with self._database.reading("reading feedback") as connection:
            row = connection.execute(select(feedback).where(feedback.c.id == number)).first()
        if row is None:
            raise NotFound(f"There is no reaction {number} to take back, or it was taken back already.")
        return _feedback(row)

    def feedback_naming(self, item_id: str) -> list[Feedback]:
        """Every reaction of an item or to it, in the order it was logged; none for an unknown one."""
        with self._database.reading("reading feedback") as connection:
            return [_feedback(row) for row in connection.execute(_NAMING, {"item_id": item_id})]

    def reactions_of(self, asker: str, kind: Kind) -> dict[str, Feedback]:
        """Return, by item, the reaction that an answer to ``asker`` obeys; see :func:`heard`."""
        return heard(asker, kind, self.feedback_naming(asker))

    def shown_counts(self) -> list[ShownCount]:
        """How often items were shown, of impressions that are gone; by item, kind and month."""
        counts = impression_counts.c
        key = (counts.item_id, counts.kind, counts.month)
        statement = select(*key, func.sum(counts.shown)).group_by(*key).order_by(*key)
        with self._database.reading("reading counts of impressions") as connection:
            return [
                ShownCount(row[0], Kind(row[1]), row[2], int(row[3])) for row in connection.execute(statement)
            ]

    def count_impressions_before(self, at: datetime) -> int:
        """Count, per item, kind and month, the impressions shown before ``at``, and remove them; how many.

        Each batch is one transaction: killed at any moment, no impression is lost or counted twice.
        """
        removed = 0
        while True:
            with self._database.writing("counting old impressions") as connection:
                found = _count_some(connection, stamp(at))
            removed += found
            if found < _BATCH:
                return removed

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


def _append(connection: Connection, row: Feedback) -> Feedback:
    """Insert a reaction and return it with its number."""
    facts = asdict(row) | {"at": stamp(row.at)}
    del facts["id"]
    number = connection.execute(insert(feedback).returning(feedback.c.id), facts).scalar_one()
    return replace(row, id=number)


def _feedback(row: Row[Any]) -> Feedback:
    facts = row._asdict()
    facts["at"], facts["kind"] = datetime.fromisoformat(row.at), Kind(row.kind)
    facts["action"], facts["reason"] = Action(row.action), Refusal(row.reason) if row.reason else None
    return Feedback(**facts)


def _completed(connection: Connection, row: Feedback) -> Feedback:
    """Add what the item was last shown with before the reaction, where the reaction does not say it."""
    shown = impressions.c
    statement = (
        select(shown.rank, shown.score, shown.answer_id, shown.model, shown.plan)
        .where(shown.query_id == row.query_id, shown.item_id == row.item_id)
        .where(shown.kind == row.kind.value, shown.at <= stamp(row.at))
        .order_by(shown.at.desc(), shown.id.desc())
        .limit(1)
    )
    if row.answer_id:
        statement = statement.where(shown.answer_id == row.answer_id)
    last = connection.execute(statement).first()
    if last is None or row.rank is not None:
        return row
    return replace(row, **last._asdict())


def _count_some(connection: Connection, before: str) -> int:
    """Count and remove a batch of the oldest impressions; return how many."""
    shown = impressions.c
    oldest = select(shown.id).where(shown.at < before).order_by(shown.at, shown.id).limit(_BATCH)
    ids = list(connection.execute(oldest).scalars())
    if not ids:
        return 0
    key = (shown.item_id, shown.kind, func.substr(shown.at, 1, _MONTH).label("month"))
    chosen = shown.id.in_(ids)
    counted = select(*key, func.count().label("shown")).where(chosen).group_by(*key)
    rows = [row._asdict() for row in connection.execute(counted)]
    connection.execute(insert(impression_counts), rows)
    connection.execute(delete(impressions).where(chosen))
    return len(ids)
