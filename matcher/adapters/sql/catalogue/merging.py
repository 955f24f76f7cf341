"""Making one item of two, and moving every reference. Works inside the caller's transaction."""

from typing import Any

from sqlalchemy import Table, delete, insert, select, update
from sqlalchemy.engine import Connection

from matcher.adapters.sql.catalogue.erasing import erase_items
from matcher.adapters.sql.catalogue.merging_alerts import move_alerts
from matcher.adapters.sql.catalogue.merging_introductions import move_introductions
from matcher.adapters.sql.catalogue.merging_people import move_people
from matcher.adapters.sql.catalogue.rows import compare, read_row, remove, to_row, write
from matcher.adapters.sql.erasure import leave_plan, rename_chosen
from matcher.adapters.sql.schema import (
    feedback,
    impression_counts,
    impressions,
    items,
    participations,
    plan_lists,
    plan_members,
)
from matcher.domain.eligibility import is_listed
from matcher.domain.items import AnyItem
from matcher.errors import InvalidRequest, NotFound

_OWN = frozenset({"id", "name", "lang", "evidence_level", "inferred_fields"})
"""Fields that stay the kept item's even where they have their default."""


def merge_items(connection: Connection, kept_id: str, dropped_id: str, at: str) -> AnyItem:
    """Complete the kept item with the dropped one, move the references, and delete the dropped one."""
    if kept_id == dropped_id:
        raise InvalidRequest(f"'{kept_id}' cannot be merged with itself: name two items.")
    kept, dropped = _read(connection, kept_id), _read(connection, dropped_id)
    if kept.item_type is not dropped.item_type:
        raise InvalidRequest(
            f"'{kept_id}' is of type {kept.item_type.value} and '{dropped_id}' of type"
            f" {dropped.item_type.value}: only items of one type can be merged."
        )
    merged = completed(kept, dropped)
    for table in (impressions, feedback):
        _move_events(connection, table, kept_id, dropped_id)
    counted = impression_counts.c.item_id
    connection.execute(update(impression_counts).where(counted == dropped_id).values(item_id=kept_id))
    _move_participations(connection, kept_id, dropped_id)
    _move_in_plan(connection, kept_id, dropped_id)
    move_introductions(connection, kept_id, dropped_id)
    move_people(connection, kept_id, dropped_id)
    move_alerts(connection, kept_id, dropped_id)
    rename_chosen(connection, dropped_id, kept_id)
    write(connection, compare(connection, [to_row(merged, f"merge of {dropped_id}", at)]))
    remove(connection, [dropped_id], at)
    erase_items(connection, [dropped_id], at)
    if not is_listed(merged):
        leave_plan(connection, [kept_id])
    return merged


def completed(kept: AnyItem, dropped: AnyItem) -> AnyItem:
    """Return the kept item with the dropped one's values in the fields where it has its default.

    An opposition counts whichever of the two states it: its default is False.

    >>> from matcher.domain.items import Lead
    >>> completed(Lead(id="A", name="École"), Lead(id="B", name="Ecole", themes=("data",))).themes
    ('data',)
    """
    mine = kept.model_dump(exclude_defaults=True)
    theirs = dropped.model_dump(exclude_defaults=True)
    added = {name: value for name, value in theirs.items() if name not in mine and name not in _OWN}
    inferred = [name for name in dropped.inferred_fields if name in added]
    facts = mine | added | {"inferred_fields": (*kept.inferred_fields, *inferred)}
    return type(kept).model_validate(facts)


def _read(connection: Connection, item_id: str) -> AnyItem:
    statement = select(items.c.item_type, items.c.body).where(items.c.id == item_id)
    row = connection.execute(statement).first()
    if row is None:
        raise NotFound(f"There is no item '{item_id}' in the store.")
    return read_row(item_id, row.item_type, row.body)


def _move_events(connection: Connection, table: Table, kept_id: str, dropped_id: str) -> None:
    """Let events name the kept item; one that would then name it on both sides says nothing and goes."""
    for column in (table.c.query_id, table.c.item_id):
        connection.execute(update(table).where(column == dropped_id).values({column.name: kept_id}))
    connection.execute(delete(table).where(table.c.query_id == kept_id, table.c.item_id == kept_id))


def _move_participations(connection: Connection, kept_id: str, dropped_id: str) -> None:
    """Let participations name the kept item, unless it has the same one already."""
    for name in ("organisation_id", "factory_id"):
        column = participations.c[name]
        moved = _rows(connection, participations, column == dropped_id)
        connection.execute(delete(participations).where(column == dropped_id))
        held = _rows(connection, participations, column == kept_id)
        keys = {(row["organisation_id"], row["factory_id"], row["role"]) for row in held}
        for row in moved:
            row[name] = kept_id
            if (row["organisation_id"], row["factory_id"], row["role"]) not in keys:
                connection.execute(insert(participations), row)


def _move_in_plan(connection: Connection, kept_id: str, dropped_id: str) -> None:
    """Let others' lists name the kept item, once each; its own list stays, or becomes the dropped one's."""
    listed = plan_lists.c
    has_kept = set(connection.execute(select(listed.query_id).where(listed.item_id == kept_id)).scalars())
    has_kept.add(kept_id)
    theirs = listed.item_id == dropped_id
    connection.execute(delete(plan_lists).where(theirs, listed.query_id.in_(has_kept)))
    connection.execute(update(plan_lists).where(theirs).values(item_id=kept_id))
    if _rows(connection, plan_members, plan_members.c.query_id == kept_id):
        return
    connection.execute(delete(plan_lists).where(listed.query_id == dropped_id, listed.item_id == kept_id))
    for table in (plan_lists, plan_members):
        mine = table.c.query_id == dropped_id
        connection.execute(update(table).where(mine).values(query_id=kept_id))


def _rows(connection: Connection, table: Table, condition: Any) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(select(table).where(condition)).mappings()]
