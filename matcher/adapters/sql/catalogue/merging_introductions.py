"""Moving the introductions and wishes of a merged organisation to the one that stays."""

from sqlalchemy import Table, delete, or_, select, update
from sqlalchemy.engine import Connection

from matcher.adapters.sql.schema import (
    availabilities,
    introduction_records,
    introductions,
    unwanted_pairs,
)


def move_introductions(connection: Connection, kept_id: str, dropped_id: str) -> None:
    """Let introductions name the kept organisation, so that a pair that met is not asked again.

    Where both records had one with the same other organisation, that of the kept record stays. One between
    the two records themselves goes: it was between twins.
    """
    theirs = or_(introductions.c.first_id == dropped_id, introductions.c.second_id == dropped_id)
    for row in connection.execute(select(introductions).where(theirs)).all():
        other = row.second_id if row.first_id == dropped_id else row.first_id
        pair = " ".join(sorted((kept_id, other)))
        known = connection.execute(select(introductions.c.number).where(introductions.c.pair == pair)).first()
        if other == kept_id or known is not None:
            continue  # erased with the dropped record
        mine = introductions.c.number == row.number
        connection.execute(update(introductions).where(mine).values(pair=pair))
        _rename(connection, introductions, row.number, kept_id, dropped_id)
        _rename(connection, introduction_records, row.number, kept_id, dropped_id)
    _move_wishes(connection, kept_id, dropped_id)


def _rename(connection: Connection, table: Table, number: int, kept_id: str, dropped_id: str) -> None:
    names = [name for name in ("first_id", "second_id", "asked_id", "on_behalf_of") if name in table.c]
    for name in names:
        column = table.c[name]
        statement = update(table).where(table.c.number == number, column == dropped_id)
        connection.execute(statement.values({name: kept_id}))


def _move_wishes(connection: Connection, kept_id: str, dropped_id: str) -> None:
    """Keep the wishes of the kept record, else those of the dropped one; lists of both count."""
    has_own = select(availabilities).where(availabilities.c.organisation_id == kept_id)
    if connection.execute(has_own).first() is None:
        mine = availabilities.c.organisation_id == dropped_id
        connection.execute(update(availabilities).where(mine).values(organisation_id=kept_id))
    pairs = {(row.organisation_id, row.other_id) for row in connection.execute(select(unwanted_pairs))}
    for pair in sorted(pairs):
        moved = tuple(kept_id if name == dropped_id else name for name in pair)
        if moved == pair:
            continue
        where = (unwanted_pairs.c.organisation_id == pair[0], unwanted_pairs.c.other_id == pair[1])
        if moved in pairs or moved[0] == moved[1]:
            connection.execute(delete(unwanted_pairs).where(*where))
        else:
            values = {"organisation_id": moved[0], "other_id": moved[1]}
            connection.execute(update(unwanted_pairs).where(*where).values(values))
            pairs.add((moved[0], moved[1]))
