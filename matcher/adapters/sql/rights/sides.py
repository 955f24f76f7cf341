"""What an organisation may take away of the rows that name it together with another one.

A copy of its data must not tell it what another organisation said or decided. It gets what it said itself,
and of introductions what it may know: those it was asked of or proposed, without the other side's part.
"""

import json
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, and_, or_, select
from sqlalchemy.engine import Connection

from matcher.adapters.sql.schema import (
    availabilities,
    feedback,
    impressions,
    introduction_records,
    introductions,
    links,
    messages,
    names_item,
    person_organisations,
    plan_lists,
    unwanted_pairs,
)
from matcher.introductions import BOTH_AGREED, Act, Origin, Side, State
from matcher.rights import Rows

_OWN = {
    unwanted_pairs.name: "organisation_id",
    feedback.name: "query_id",
    impressions.name: "query_id",
    plan_lists.name: "query_id",
}
"""Of tables in which one organisation says something of another: the column of the one that says it."""
_LEFT_OUT = {
    feedback.name: {"by"},
    plan_lists.name: {"gain_of_other"},
    introductions.name: {"pair", "ground", "ended_by", "resumes", "plan"},
    introduction_records.name: {"person_id", "note", "plan"},
}
"""Columns that tell of others: their gains and grounds, who acted, and what staff noted."""


def own_columns(table: Table) -> list[Column[Any]]:
    """Return the columns that name an organisation in the rows it may take away."""
    if table.name in _OWN:
        return [table.c[_OWN[table.name]]]
    return [column for column in table.c if names_item(column)]


def own_rows(table: Table, organisation_id: str) -> list[ColumnElement[bool]]:
    """Return the conditions that leave out the rows of a table that are of others."""
    if table is introductions:
        return [_is_known(organisation_id)]
    if table is introduction_records:
        known = select(introductions.c.number).where(_is_known(organisation_id))
        return [introduction_records.c.number.in_(known), _is_own_act(organisation_id)]
    if table in (messages, links):
        speaking = select(person_organisations.c.person_id)
        return [
            table.c.person_id.in_(speaking.where(person_organisations.c.organisation_id == organisation_id))
        ]
    return []


def without_others(connection: Connection, table: Table, rows: Rows, organisation_id: str) -> Rows:
    """Return rows without what they tell of others."""
    left_out = _LEFT_OUT.get(table.name, set())
    kept = [_without(row, left_out) for row in rows]
    if table not in (introductions, introduction_records):
        return kept
    named, unsent = _named(connection, organisation_id), _unsent(connection, organisation_id)
    for row in kept:
        _hide_other(row, organisation_id, named)
        if row["number"] in unsent:
            row.pop(f"word_{_own_side(row, organisation_id)}", None)
    return kept


def _without(row: dict[str, Any], names: set[str]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}


def _is_known(organisation_id: str) -> ColumnElement[bool]:
    """Return the condition that an organisation knows of an introduction: it was asked, or proposed it."""
    asked = select(introduction_records.c.number).where(introduction_records.c.asked_id == organisation_id)
    proposed = and_(
        introductions.c.origin == Origin.MEMBER.value, introductions.c.first_id == organisation_id
    )
    return or_(introductions.c.number.in_(asked), proposed)


def _is_own_act(organisation_id: str) -> ColumnElement[bool]:
    """Return the condition that a record is of an act of the organisation, or asks it."""
    records = introduction_records.c
    acts = []
    for side, column in ((Side.FIRST, records.first_id), (Side.SECOND, records.second_id)):
        is_by_side = or_(records.party == side.value, records.on_behalf_of == organisation_id)
        acts.append(and_(column == organisation_id, is_by_side))
    return or_(records.asked_id == organisation_id, *acts)


def _named(connection: Connection, organisation_id: str) -> set[int]:
    """Return the numbers of the introductions in which it may know who the other organisation is."""
    one = introductions.c
    agreed = one.state.in_(sorted(state.value for state in BOTH_AGREED))
    proposed = and_(one.origin == Origin.MEMBER.value, one.first_id == organisation_id)
    allow = select(availabilities.c.organisation_id).where(availabilities.c.named_before)
    other_allows = or_(
        and_(one.first_id == organisation_id, one.second_id.in_(allow)),
        and_(one.second_id == organisation_id, one.first_id.in_(allow)),
    )
    return set(connection.execute(select(one.number).where(or_(agreed, proposed, other_allows))).scalars())


def _unsent(connection: Connection, organisation_id: str) -> set[int]:
    """Return the numbers of the introductions whose word for an organisation may not be the one it was sent.

    A word can change until the side is asked, and again from its "not now" until it is asked anew: what
    staff write in between is a draft. A record of a word does not say which side it is for, so a word that
    was sent is left out as well once staff have written for the other side after "not now".
    """
    records = introduction_records.c
    is_side = or_(records.first_id == organisation_id, records.second_id == organisation_id)
    wanted = select(records.number, records.first_id, records.act, records.before, records.asked_id)
    waiting: dict[int, bool] = {}
    found: set[int] = set()
    for row in connection.execute(wanted.where(is_side).order_by(records.number, records.version)):
        own_question = State.ASKED_FIRST if row.first_id == organisation_id else State.ASKED_SECOND
        if row.asked_id == organisation_id:
            waiting[row.number] = False
            found.discard(row.number)
        elif row.act == Act.NOT_NOW and row.before == own_question:
            waiting[row.number] = True
        elif row.act == Act.WRITE and waiting.get(row.number, True):
            found.add(row.number)
    return found


def _own_side(row: dict[str, Any], organisation_id: str) -> Side:
    return Side.FIRST if row["first_id"] == organisation_id else Side.SECOND


def _hide_other(row: dict[str, Any], organisation_id: str, named: set[int]) -> None:
    """Take the other side's name, where it may not be told, and what it said out of a row."""
    own = _own_side(row, organisation_id)
    other = own.other
    if row["number"] not in named:
        row[f"{other}_id"] = None
    if "outcomes" in row:
        said = json.loads(row["outcomes"])
        row["outcomes"] = json.dumps({own: said[own]} if own in said else {})
        del row[f"word_{other}"]
