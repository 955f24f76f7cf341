"""The plan of introductions in the store: one at a time, replaced whole, in one transaction."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Table, delete, insert, select
from sqlalchemy.engine import Connection

from matcher.adapters.sql.errors import translated
from matcher.adapters.sql.events import stamp
from matcher.adapters.sql.items import from_row
from matcher.adapters.sql.schema import (
    alone,
    among,
    items,
    listed,
    open_engine,
    parse_url,
    plan_lists,
    plan_members,
    plans,
    sqlite_file,
)
from matcher.index.indexer import is_listed
from matcher.market.introduction_plan import IntroductionPlan, Member, Planned


class SqlPlans:
    """Where the current plan is kept; readers see the old plan or the new one, never parts of both.

    Who is erased from the store, or opts out, leaves the plan in the same transaction.

    >>> from matcher.adapters.sql.store import SqlStore
    >>> url = f"sqlite:///{getfixture('tmp_path')}/matcher.db"
    >>> SqlStore(url).migrate()
    >>> SqlPlans(url).version() is None
    True
    """

    def __init__(self, url: str) -> None:
        self._url = parse_url(url)
        self._engine = open_engine(self._url)
        self._writer = self._engine.execution_options(writes=True)
        # three tables are read as one: a transaction of SQLite is a snapshot, PostgreSQL's only when asked
        server = sqlite_file(self._url) is None
        snapshot = {"isolation_level": "REPEATABLE READ"} if server else {"snapshot": True}
        self._reader = self._engine.execution_options(**snapshot)

    def version(self) -> str | None:
        """Name of the current plan; None when there is none."""
        with translated(self._url, "reading the plan"), self._engine.connect() as connection:
            return connection.execute(select(plans.c.version)).scalar()

    def load(self) -> IntroductionPlan | None:
        """Read the current plan; None when there is none."""
        with translated(self._url, "reading the plan"), self._reader.connect() as connection:
            head = connection.execute(select(plans)).first()
            if head is None:
                return None
            entries = connection.execute(
                select(plan_lists).order_by(plan_lists.c.query_id, plan_lists.c.rank)
            ).all()
            people = connection.execute(select(plan_members).order_by(plan_members.c.query_id)).all()
        lists = {person.query_id: () for person in people} | {
            query_id: tuple(Planned(row.item_id, row.gain, row.gain_of_other) for row in rows)
            for query_id, rows in groupby(entries, key=lambda row: row.query_id)
        }
        members = tuple(Member(*person) for person in people)
        created_at = datetime.fromisoformat(head.created_at)
        return IntroductionPlan(head.version, created_at, head.generation, lists, members)

    def save(self, plan: IntroductionPlan) -> IntroductionPlan:
        """Replace the current plan and return it as kept: without those who have left since it was begun."""
        with translated(self._url, "storing the plan"), self._writer.begin() as connection:
            alone(connection)
            kept = plan.among(_listed(connection, list(plan.lists)))
            for table, rows in _rows(kept):
                connection.execute(delete(table))
                if rows:
                    connection.execute(insert(table), rows)
        return kept

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()


def _listed(connection: Connection, ids: Sequence[str]) -> set[str]:
    """Those of ``ids`` that are in the store and have not opted out."""
    dialect = connection.dialect.name
    found = select(items.c.id, items.c.item_type, items.c.body).where(among(dialect, items.c.id))
    rows = connection.execute(found, listed(dialect, ids))
    return {row.id for row in rows if is_listed(from_row(row.item_type, row.body))}


def _rows(plan: IntroductionPlan) -> list[tuple[Table, list[dict[str, Any]]]]:
    head = {"version": plan.version, "created_at": stamp(plan.created_at), "generation": plan.generation}
    entries = [
        {"query_id": query_id, "rank": rank, **asdict(entry)}
        for query_id, planned in plan.lists.items()
        for rank, entry in enumerate(planned, start=1)
    ]
    people = [
        {"query_id": row.pop("organisation_id"), **row} for row in (asdict(member) for member in plan.members)
    ]
    return [(plans, [head]), (plan_lists, entries), (plan_members, people)]
