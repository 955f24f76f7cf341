"""A need that is kept: its state, what was overridden in its wording, and the port to where it is kept."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from pydantic import TypeAdapter

from matcher.hiring.need import JobNeed


class NeedState(StrEnum):
    """Where a need stands; whether its time is over follows from ``expires_at``."""

    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Override:
    """A finding of the job check that a person left as it is: its criterion and words, and the note why."""

    criterion: str
    words: str
    note: str


@dataclass(frozen=True, slots=True)
class SavedNeed:
    """A need in the store; ``created_by`` is the id of a person, None for the console or an erased one."""

    need: JobNeed
    state: NeedState = NeedState.OPEN
    overrides: tuple[Override, ...] = ()
    closed_at: datetime | None = None
    created_by: str | None = None

    @property
    def version(self) -> str:
        """Sixteen signs for all that is kept of the need: others once anything of it is changed."""
        return hashlib.sha256(_SAVED.dump_json(self)).hexdigest()[:16]

    def is_active(self, now: datetime) -> bool:
        """Return whether people are still sought for it."""
        return self.state is NeedState.OPEN and now < self.need.expires_at

    def closed(self, now: datetime) -> "SavedNeed":
        """Return the need closed; one that is closed stays as it was."""
        if self.state is NeedState.CLOSED:
            return self
        return replace(self, state=NeedState.CLOSED, closed_at=now)


_SAVED = TypeAdapter(SavedNeed)


class NeedRows(Protocol):
    """Where needs are kept."""

    def add(self, saved: SavedNeed) -> None:
        """Keep a new need; NotFound when its organisation is not in the store."""
        ...

    def change(self, need_id: str, decide: Callable[[SavedNeed], SavedNeed]) -> SavedNeed:
        """Keep what ``decide`` makes of a need, and return it; NotFound for an unknown id.

        No other writer interferes; an error that ``decide`` raises is raised, and nothing is kept.
        """
        ...

    def get(self, need_id: str) -> SavedNeed:
        """Return a need; NotFound for an unknown id."""
        ...

    def all(self) -> Sequence[SavedNeed]:
        """Return every need, latest first; ties by id."""
        ...

    def drop_needs(self, before: datetime) -> int:
        """Remove the needs that were closed or over by an instant; return how many."""
        ...
