"""Visits: from a sign-in to its end. The browser holds a random token, the row its hash."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import uuid4

from matcher.people.links import hash_of

VISIT_FOR = timedelta(days=30)
SEEN_EVERY = timedelta(minutes=5)
"""How exact ``seen_at`` is: a write at every request would cost more than it says."""
_LONGEST_TOKEN = 100


@dataclass(frozen=True, slots=True)
class Visit:
    """One sign-in of a person: since when, last seen when, until when."""

    id: str
    person_id: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


class VisitRows(Protocol):
    """The visits that are open."""

    def add_visit(self, visit: Visit, token_hash: str) -> None:
        """Keep a visit."""
        ...

    def find_visit(self, token_hash: str) -> Visit | None:
        """Return the visit of a token; None for a token that belongs to none."""
        ...

    def see_visit(self, visit_id: str, now: datetime) -> None:
        """Note that a visit goes on."""
        ...

    def visits_of(self, person_id: str) -> list[Visit]:
        """Return the visits of a person, latest first."""
        ...

    def end_visits(self, person_id: str, visit_id: str | None = None) -> int:
        """End all visits of a person, or one of them; return how many there were."""
        ...


class Visits:
    """Begins, recognises and ends visits."""

    def __init__(self, rows: VisitRows) -> None:
        self._rows = rows

    def begin(self, person_id: str, now: datetime) -> str:
        """Begin a visit and return its token: 256 random bits, which nothing else keeps."""
        token = secrets.token_urlsafe(32)
        visit = Visit(uuid4().hex, person_id, now, now, now + VISIT_FOR)
        self._rows.add_visit(visit, hash_of(token))
        return token

    def recognise(self, token: str, now: datetime) -> Visit | None:
        """Return the visit of a token; None for one that was never given, has ended, or is over."""
        if not token or len(token) > _LONGEST_TOKEN:
            return None
        visit = self._rows.find_visit(hash_of(token))
        if visit is None or visit.expires_at <= now:
            return None
        if abs(now - visit.seen_at) >= SEEN_EVERY:  # seen later than now: the clock was set back
            self._rows.see_visit(visit.id, now)
        return visit

    def of(self, person_id: str, now: datetime) -> list[Visit]:
        """Return the visits of a person that are not over, latest first."""
        return [visit for visit in self._rows.visits_of(person_id) if visit.expires_at > now]

    def end(self, person_id: str, visit_id: str | None = None) -> int:
        """End all visits of a person, or one; return how many ended. Another's visit is never ended."""
        return self._rows.end_visits(person_id, visit_id)
