"""The plan of introductions in the store: one at a time, replaced whole, in one transaction."""

from dataclasses import asdict
from datetime import datetime
from itertools import groupby

from sqlalchemy import delete, insert, select

from matcher.adapters.sql_errors import translated
from matcher.adapters.sql_log import stamp
from matcher.adapters.sql_schema import (
    open_engine,
    parse_url,
    plan_lists,
    plan_members,
    plans,
    sqlite_file,
)
from matcher.introductions import IntroductionPlan, Member, Planned


class SqlPlans:
    """Where the current plan is kept; readers see the old plan or the new one, never parts of both.

    Erasing an organisation from the store erases it here too.

    >>> from matcher.adapters.sql import SqlStore
    >>> url = f"sqlite:///{getfixture('tmp_path')}/matcher.db"
    >>> SqlStore(url).migrate()
    >>> SqlPlans(url).version() is None
    True
    """

    def __init__(self, url: str) -> None:
        self._url = parse_url(url)
        self._engine = open_engine(self._url)
        self._writer = self._engine.execution_options(writes=True)
        # Three tables are read as one: SQLite's transactions are snapshots, PostgreSQL's only when asked.
        snapshot = {} if sqlite_file(self._url) else {"isolation_level": "REPEATABLE READ"}
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

    def save(self, plan: IntroductionPlan) -> None:
        """Replace the current plan."""
        head = {
            "version": plan.version,
            "created_at": stamp(plan.created_at),
            "generation": plan.generation,
        }
        entries = [
            {"query_id": query_id, "rank": rank, **asdict(entry)}
            for query_id, listed in plan.lists.items()
            for rank, entry in enumerate(listed, start=1)
        ]
        people = [
            {"query_id": row.pop("organisation_id"), **row}
            for row in (asdict(member) for member in plan.members)
        ]
        with translated(self._url, "storing the plan"), self._writer.begin() as connection:
            for table, rows in ((plans, [head]), (plan_lists, entries), (plan_members, people)):
                connection.execute(delete(table))
                if rows:
                    connection.execute(insert(table), rows)

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()
