"""Job needs as rows."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Row, delete, insert, or_, select, update
from sqlalchemy.engine import Connection

from matcher.adapters.sql.engine import Database, stamp
from matcher.adapters.sql.schema import items, job_needs, shortlist_entries, shortlists
from matcher.errors import NotFound
from matcher.hiring import JobNeed
from matcher.hiring.needs import NeedState, Override, SavedNeed

_NEED = TypeAdapter(JobNeed)
_OVERRIDES = TypeAdapter(tuple[Override, ...])


class NeedTables:
    """The needs that are kept; see :class:`matcher.hiring.needs.NeedRows`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, saved: SavedNeed) -> None:
        """Keep a new need; NotFound when its organisation is not in the store."""
        with self._database.writing("keeping a need") as connection:
            _check_organisation(connection, saved.need.organisation_id)
            connection.execute(insert(job_needs), {"id": saved.need.id, **_row(saved)})

    def change(self, need_id: str, decide: Callable[[SavedNeed], SavedNeed]) -> SavedNeed:
        """Keep what ``decide`` makes of a need, and return it; NotFound for an unknown id.

        Writers take turns, so no other changes anything between reading and writing.
        """
        with self._database.writing("correcting a need") as connection:
            saved = decide(_read(connection, need_id))
            _check_organisation(connection, saved.need.organisation_id)
            connection.execute(update(job_needs).where(job_needs.c.id == need_id).values(_row(saved)))
        return saved

    def get(self, need_id: str) -> SavedNeed:
        """Return a need; NotFound for an unknown id."""
        with self._database.reading("reading a need") as connection:
            return _read(connection, need_id)

    def all(self) -> Sequence[SavedNeed]:
        """Return every need, latest first; ties by id."""
        statement = select(job_needs).order_by(job_needs.c.created_at.desc(), job_needs.c.id)
        with self._database.reading("reading needs") as connection:
            return [_saved(row) for row in connection.execute(statement)]

    def drop_needs(self, before: datetime) -> int:
        """Remove the needs that were closed or over by an instant, with their shortlists; return how many."""
        at = stamp(before)
        over = delete(job_needs).where(or_(job_needs.c.closed_at <= at, job_needs.c.expires_at <= at))
        with self._database.writing("removing needs that are over") as connection:
            dropped = connection.execute(over).rowcount
            _drop_orphans(connection)
        return dropped


def _drop_orphans(connection: Connection) -> None:
    """Remove the shortlists whose need is gone: what they say of people is kept no longer."""
    orphans = shortlists.c.need_id.not_in(select(job_needs.c.id))
    listed = shortlist_entries.c.shortlist_id.in_(select(shortlists.c.id).where(orphans))
    connection.execute(delete(shortlist_entries).where(listed))
    connection.execute(delete(shortlists).where(orphans))


def _check_organisation(connection: Connection, organisation_id: str) -> None:
    known = select(items.c.id).where(items.c.id == organisation_id)
    if organisation_id and connection.execute(known).first() is None:
        raise NotFound(f"There is no organisation '{organisation_id}' in the store.")


def _read(connection: Connection, need_id: str) -> SavedNeed:
    row = connection.execute(select(job_needs).where(job_needs.c.id == need_id)).first()
    if row is None:
        raise NotFound(f"There is no need '{need_id}'. `matcher need list` names them.")
    return _saved(row)


def _row(saved: SavedNeed) -> dict[str, Any]:
    return {
        "organisation_id": saved.need.organisation_id,
        "state": saved.state.value,
        "need": _NEED.dump_json(saved.need).decode(),
        "overrides": _OVERRIDES.dump_json(saved.overrides).decode(),
        "created_at": stamp(saved.need.created_at),
        "expires_at": stamp(saved.need.expires_at),
        "closed_at": stamp(saved.closed_at) if saved.closed_at else None,
        "created_by": saved.created_by,
    }


def _saved(row: Row[Any]) -> SavedNeed:
    return SavedNeed(
        _NEED.validate_json(row.need),
        NeedState(row.state),
        _OVERRIDES.validate_json(row.overrides),
        datetime.fromisoformat(row.closed_at) if row.closed_at else None,
        row.created_by,
    )
