"""Visits and API keys, as rows. Of their tokens only hashes are kept."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, or_, select, update

from matcher.adapters.sql.engine import Database, stamp
from matcher.adapters.sql.people import instant
from matcher.adapters.sql.schema import api_keys, visits
from matcher.people import ApiKey, Scope, Visit


class VisitTable:
    """The signed-in visits of people."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add_visit(self, visit: Visit, token_hash: str) -> None:
        """Keep a visit, and drop those of the person that are over."""
        over = delete(visits).where(
            visits.c.person_id == visit.person_id, visits.c.expires_at <= stamp(visit.created_at)
        )
        row = {
            "id": visit.id,
            "token_hash": token_hash,
            "person_id": visit.person_id,
            "created_at": stamp(visit.created_at),
            "seen_at": stamp(visit.seen_at),
            "expires_at": stamp(visit.expires_at),
        }
        with self._database.writing("beginning a visit") as connection:
            connection.execute(over)
            connection.execute(insert(visits), row)

    def find_visit(self, token_hash: str) -> Visit | None:
        """Return the visit of a token; None for a token that belongs to none."""
        with self._database.reading("reading a visit") as connection:
            row = connection.execute(select(visits).where(visits.c.token_hash == token_hash)).first()
        return None if row is None else _visit(row)

    def see_visit(self, visit_id: str, now: datetime) -> None:
        """Note that a visit goes on."""
        with self._database.writing("noting a visit") as connection:
            connection.execute(update(visits).where(visits.c.id == visit_id).values(seen_at=stamp(now)))

    def visits_of(self, person_id: str) -> list[Visit]:
        """Return the visits of a person, latest first."""
        found = select(visits).where(visits.c.person_id == person_id)
        with self._database.reading("reading visits") as connection:
            rows = connection.execute(found.order_by(visits.c.created_at.desc(), visits.c.id)).all()
        return [_visit(row) for row in rows]

    def end_visits(self, person_id: str, visit_id: str | None = None) -> int:
        """End all visits of a person, or one of them; return how many there were."""
        ended = delete(visits).where(visits.c.person_id == person_id)
        if visit_id is not None:
            ended = ended.where(visits.c.id == visit_id)
        with self._database.writing("ending visits") as connection:
            return int(connection.execute(ended).rowcount)

    def drop_visits(self, before: datetime) -> int:
        """Remove the visits of everybody that were over by an instant; return how many there were."""
        over = delete(visits).where(visits.c.expires_at <= stamp(before))
        with self._database.writing("removing visits that are over") as connection:
            return int(connection.execute(over).rowcount)


class KeyTable:
    """The API keys of programs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add_key(self, key: ApiKey, token_hash: str) -> None:
        """Keep a key."""
        row = {
            "id": key.id,
            "token_hash": token_hash,
            "name": key.name,
            "scopes": " ".join(sorted(key.scopes)),
            "made_by": key.made_by,
            "created_at": stamp(key.created_at),
            "expires_at": None if key.expires_at is None else stamp(key.expires_at),
        }
        with self._database.writing("making a key") as connection:
            connection.execute(insert(api_keys), row)

    def find_key(self, token_hash: str) -> ApiKey | None:
        """Return the key of a token; None for a token that belongs to none."""
        with self._database.reading("reading a key") as connection:
            row = connection.execute(select(api_keys).where(api_keys.c.token_hash == token_hash)).first()
        return None if row is None else _key(row)

    def all(self) -> list[ApiKey]:
        """Return every key, revoked ones included, oldest first."""
        with self._database.reading("reading keys") as connection:
            rows = connection.execute(select(api_keys).order_by(api_keys.c.created_at, api_keys.c.id)).all()
        return [_key(row) for row in rows]

    def note_key_use(self, key_id: str, now: datetime) -> None:
        """Note that a key was used."""
        with self._database.writing("noting the use of a key") as connection:
            connection.execute(update(api_keys).where(api_keys.c.id == key_id).values(used_at=stamp(now)))

    def drop_keys(self, before: datetime) -> int:
        """Remove the keys that expired or were revoked by an instant; return how many there were."""
        over = or_(api_keys.c.expires_at <= stamp(before), api_keys.c.revoked_at <= stamp(before))
        with self._database.writing("removing keys that are over") as connection:
            return int(connection.execute(delete(api_keys).where(over)).rowcount)

    def revoke_key(self, key_id: str, now: datetime) -> bool:
        """End a key; False for an unknown id."""
        with self._database.writing("revoking a key") as connection:
            ended = update(api_keys).where(api_keys.c.id == key_id).values(revoked_at=stamp(now))
            return connection.execute(ended).rowcount == 1


def _visit(row: Row[Any]) -> Visit:
    times = [datetime.fromisoformat(text) for text in (row.created_at, row.seen_at, row.expires_at)]
    return Visit(row.id, row.person_id, *times)


def _key(row: Row[Any]) -> ApiKey:
    return ApiKey(
        id=row.id,
        name=row.name,
        scopes=frozenset(Scope(scope) for scope in row.scopes.split()),
        created_at=datetime.fromisoformat(row.created_at),
        expires_at=instant(row.expires_at),
        used_at=instant(row.used_at),
        revoked_at=instant(row.revoked_at),
        made_by=row.made_by,
    )
