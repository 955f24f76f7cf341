"""The outbox and the cursors of those who follow it. Works inside the caller's transaction."""

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.engine import Connection

from matcher.adapters.sql.schema import cursors, outbox
from matcher.domain.events import Change
from matcher.domain.items import ItemType


def changes(connection: Connection, after_seq: int, limit: int) -> list[Change]:
    """Return at most ``limit`` changes with ``seq`` above ``after_seq``, oldest first."""
    columns = (outbox.c.seq, outbox.c.item_id, outbox.c.item_type, outbox.c.op, outbox.c.version)
    statement = select(*columns).where(outbox.c.seq > after_seq).order_by(outbox.c.seq).limit(limit)
    rows = connection.execute(statement).all()
    return [Change(row.seq, row.item_id, ItemType(row.item_type), row.op, row.version) for row in rows]


def last_seq(connection: Connection) -> int:
    """Return the highest ``seq`` kept or passed by a cursor, which may outlive the rows it passed."""
    newest, passed = select(func.max(outbox.c.seq)), select(func.max(cursors.c.seq))
    both = connection.execute(select(newest.scalar_subquery(), passed.scalar_subquery())).one()
    return max(seq or 0 for seq in both)


def cursor(connection: Connection, generation: str) -> int:
    """Return how far a generation has come, 0 for an unknown one."""
    statement = select(cursors.c.seq).where(cursors.c.generation == generation)
    return connection.execute(statement).scalar() or 0


def advance(connection: Connection, generation: str, seq: int) -> None:
    """Move a cursor forward, never back."""
    mine = cursors.c.generation == generation
    known = connection.execute(select(cursors.c.seq).where(mine)).scalar()
    if known is None:
        connection.execute(insert(cursors).values(generation=generation, seq=seq))
    elif known < seq:
        connection.execute(update(cursors).where(mine).values(seq=seq))


def forget(connection: Connection, generation: str) -> None:
    """Drop a cursor."""
    connection.execute(delete(cursors).where(cursors.c.generation == generation))


def prune(connection: Connection) -> int:
    """Delete the changes every cursor has passed; without cursors, none."""
    slowest = select(func.min(cursors.c.seq)).scalar_subquery()
    return connection.execute(delete(outbox).where(outbox.c.seq <= slowest)).rowcount
