"""The plan of introductions in the store: one at a time, replaced whole, in one transaction."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from itertools import groupby, islice
from typing import Any

from sqlalchemy import Table, delete, insert, select
from sqlalchemy.engine import Connection

from matcher.adapters.sql.audit import enter
from matcher.adapters.sql.catalogue.rows import from_row, is_readable
from matcher.adapters.sql.engine import Database, stamp
from matcher.adapters.sql.schema import (
    id_in,
    ids_parameter,
    items,
    json_text,
    plan_lists,
    plan_members,
    plans,
)
from matcher.audit import Note, Of
from matcher.domain import ItemType, is_sole_trader, open_to_all
from matcher.market.introduction_plan import IntroductionPlan, Member, Planned

_PART = 2_000
_VERSION = select(plans.c.version)


class PlanTable:
    """The current plan; readers see the old plan or the new one, never parts of both.

    An organisation that is erased or opts out leaves the plan in the same transaction. A sole trader who has
    not agreed to be proposed is left out of what is read, whatever the plan was made from.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def version(self) -> str | None:
        """Name of the current plan; None when there is none."""
        with self._database.reading("reading the plan") as connection:
            return connection.execute(_VERSION).scalar()

    def load(self) -> IntroductionPlan | None:
        """Read the current plan, without sole traders who are not to be proposed; None when there is none."""
        with self._database.snapshot("reading the plan") as connection:
            head = connection.execute(select(plans)).first()
            if head is None:
                return None
            people = connection.execute(select(plan_members).order_by(plan_members.c.query_id)).all()
            lists = _lists(connection, [person.query_id for person in people])
            unasked = _unasked_sole_traders(connection)
        members = tuple(Member(*person) for person in people)
        created_at = datetime.fromisoformat(head.created_at)
        plan = IntroductionPlan(head.version, created_at, head.generation, lists, members)
        return plan.among(lists.keys() - unasked) if unasked else plan

    def save(self, plan: IntroductionPlan) -> IntroductionPlan:
        """Replace the current plan and return it as kept: without members who left while it was made."""
        with self._database.writing("storing the plan") as connection:
            kept = plan.among(_listed(connection, list(plan.lists)))
            for table, rows in _rows(kept):
                connection.execute(delete(table))
                while part := list(islice(rows, _PART)):
                    connection.execute(insert(table), part)
            enter(connection, [Note("plan.make", Of.PLAN, kept.version)], self._database.now())
        return kept


def _lists(connection: Connection, members: Sequence[str]) -> dict[str, tuple[Planned, ...]]:
    """Read the lists of all members; with 8,500 they hold 300,000 entries, so rows come in parts."""
    own = {member: member for member in members}  # an id that is in forty lists is one object
    by_rank = select(plan_lists).order_by(plan_lists.c.query_id, plan_lists.c.rank)
    entries = connection.execute(by_rank.execution_options(yield_per=_PART))
    lists: dict[str, tuple[Planned, ...]] = dict.fromkeys(members, ())
    for query_id, rows in groupby(entries, key=lambda row: row.query_id):
        lists[own.get(query_id, query_id)] = tuple(
            Planned(own.get(row.item_id, row.item_id), row.gain, row.gain_of_other) for row in rows
        )
    return lists


def _listed(connection: Connection, ids: Sequence[str]) -> set[str]:
    """Those of ``ids`` that are in the store and may be introduced to any other."""
    dialect = connection.dialect.name
    found = select(items.c.id, items.c.item_type, items.c.body).where(id_in(dialect, items.c.id))
    rows = connection.execute(found, ids_parameter(dialect, ids))
    readable = [row for row in rows if is_readable(row.item_type, row.body)]
    return {row.id for row in readable if open_to_all(from_row(row.item_type, row.body))}


def _unasked_sole_traders(connection: Connection) -> set[str]:
    """Ids of the sole traders who have not agreed to be proposed.

    They are sought at each reading: a legal form or an agreement may have changed since the plan was made.
    Of all organisations the legal form alone is read: with a register imported, whole records take seconds.
    """
    legal_form = json_text(connection.dialect.name, items.c.body, "legal_category").label("legal_form")
    # Defaults are not in a body: where no legal form is known, there is nothing to take out of it.
    has_form = items.c.body.contains('"legal_category"')
    known = select(items.c.id, legal_form).where(items.c.item_type == ItemType.ORGANISATION.value, has_form)
    alone = [row.id for row in connection.execute(known) if is_sole_trader(row.legal_form or "")]
    return set(alone) - _listed(connection, alone) if alone else set()


def _rows(plan: IntroductionPlan) -> list[tuple[Table, Iterator[dict[str, Any]]]]:
    """Return the rows of each of the plan's three tables, made as they are read."""
    head = {"version": plan.version, "created_at": stamp(plan.created_at), "generation": plan.generation}
    return [(plans, iter([head])), (plan_lists, _entries(plan)), (plan_members, _people(plan))]


def _entries(plan: IntroductionPlan) -> Iterator[dict[str, Any]]:
    for query_id, planned in plan.lists.items():
        for rank, entry in enumerate(planned, start=1):
            # Written out: asdict copies every value, which is half the work of storing a plan.
            yield {
                "query_id": query_id,
                "rank": rank,
                "item_id": entry.item_id,
                "gain": entry.gain,
                "gain_of_other": entry.gain_of_other,
            }


def _people(plan: IntroductionPlan) -> Iterator[dict[str, Any]]:
    for member in plan.members:
        row = asdict(member)
        yield {"query_id": row.pop("organisation_id"), **row}
