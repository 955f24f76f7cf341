"""The outbox: one row for every change of an item, and the cursors of the index generations that read it."""

from collections.abc import Collection

from sqlalchemy import delete, func, insert, select, update

from matcher.adapters.sql.engine import Database
from matcher.adapters.sql.schema import cursors, outbox
from matcher.domain.events import Change
from matcher.domain.items import ItemType


class Outbox:
    """Changes in the order they were committed. Writers take turns, so ``seq`` never skips back."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def changes(self, after_seq: int, limit: int) -> list[Change]:
        """Return at most ``limit`` changes with ``seq`` above ``after_seq``, oldest first."""
        columns = (outbox.c.seq, outbox.c.item_id, outbox.c.item_type, outbox.c.op, outbox.c.version)
        statement = select(*columns).where(outbox.c.seq > after_seq).order_by(outbox.c.seq).limit(limit)
        with self._database.reading("reading changes") as connection:
            rows = connection.execute(statement).all()
        return [Change(row.seq, row.item_id, ItemType(row.item_type), row.op, row.version) for row in rows]

    def last_seq(self) -> int:
        """Return the highest ``seq`` kept or passed by a cursor, which may outlive its rows; 0 for none."""
        newest, passed = select(func.max(outbox.c.seq)), select(func.max(cursors.c.seq))
        with self._database.reading("reading changes") as connection:
            both = connection.execute(select(newest.scalar_subquery(), passed.scalar_subquery())).one()
        return max(seq or 0 for seq in both)

    def cursor(self, generation: str) -> int:
        """Return the last ``seq`` an index generation has applied; 0 for an unknown one: rebuild it."""
        statement = select(cursors.c.seq).where(cursors.c.generation == generation)
        with self._database.reading("reading a cursor") as connection:
            return connection.execute(statement).scalar() or 0

    def advance(self, generation: str, seq: int) -> None:
        """Note that ``generation`` holds every change up to ``seq``; a cursor never goes back."""
        mine = cursors.c.generation == generation
        with self._database.writing("moving a cursor") as connection:
            known = connection.execute(select(cursors.c.seq).where(mine)).scalar()
            if known is None:
                connection.execute(insert(cursors).values(generation=generation, seq=seq))
            elif known < seq:
                connection.execute(update(cursors).where(mine).values(seq=seq))

    def forget(self, generation: str) -> None:
        """Drop a generation's cursor; changes are no longer kept for it."""
        with self._database.writing("dropping a cursor") as connection:
            connection.execute(delete(cursors).where(cursors.c.generation == generation))

    def prune(self) -> int:
        """Drop the changes every generation has applied; return how many. Without a cursor, none."""
        slowest = select(func.min(cursors.c.seq)).scalar_subquery()
        with self._database.writing("dropping old changes") as connection:
            return connection.execute(delete(outbox).where(outbox.c.seq <= slowest)).rowcount

    def keep_for(self, generations: Collection[str]) -> int:
        """Drop other generations' cursors, and the changes these have applied; return how many changes.

        Without generations no change is kept: the first index is built from the items. A cursor that outlived
        its generation would otherwise hold back the ids of what was erased.
        """
        orphans = delete(cursors).where(cursors.c.generation.not_in(generations))
        slowest = select(func.min(cursors.c.seq)).scalar_subquery()
        passed = delete(outbox).where(outbox.c.seq <= slowest) if generations else delete(outbox)
        with self._database.writing("dropping old changes") as connection:
            connection.execute(orphans)
            return connection.execute(passed).rowcount
