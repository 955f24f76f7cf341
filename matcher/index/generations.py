"""What indexing works with: the store it reads, the generations it fills, and what it reports."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from matcher.errors import MatcherError
from matcher.index.manifest import Manifest
from matcher.index.ports import Index

Progress = Callable[[int, int], None]
"""Called with how much is done and how much there is in all."""

GENERATION_NAME = re.compile(r"[0-9]{8}T[0-9]{12}")
"""What a generation is called: the instant of its making, to the microsecond, in UTC."""


def name_of(created: datetime) -> str:
    """Return the name of a generation that is made at an instant.

    >>> name_of(datetime(2026, 11, 22, 9, 30, tzinfo=UTC))
    '20261122T093000000000'
    """
    return f"{created.astimezone(UTC):%Y%m%dT%H%M%S%f}"


def let_go(index: Index) -> None:
    """Close an index after a failure, which is what is told: on a full disk the last flush fails too."""
    with suppress(MatcherError):
        index.close()


class Generations(Protocol):
    """Where index generations live: one is current, others are being built or are leftovers."""

    def current(self) -> str | None:
        """Name of the generation that serves; None when there is none."""
        ...

    def manifest(self, name: str) -> Manifest:
        """Read a generation's manifest; NotReady if it cannot be read."""
        ...

    def save(self, name: str, manifest: Manifest) -> None:
        """Replace a generation's manifest."""
        ...

    def create(self, name: str, manifest: Manifest) -> Index:
        """Make and open an empty generation."""
        ...

    def open(self, name: str) -> Index:
        """Open a generation; NotReady if its files cannot be read."""
        ...

    def promote(self, name: str, index: Index) -> Index:
        """Prepare a filled generation for fast search and make it the current one, atomically."""
        ...

    def sweep(self) -> list[str]:
        """Drop all but the current generation, except those in use; return the names dropped."""
        ...

    def names(self) -> list[str]:
        """Names of all generations there are, finished or not, in ascending order."""
        ...

    def leftovers(self) -> list[str]:
        """Names of generations that neither serve nor are kept on purpose, in ascending order."""
        ...

    def drop(self, name: str) -> bool:
        """Drop one generation unless it is current or others may be reading it; return whether it was."""
        ...

    def exclusive(self) -> AbstractContextManager[object]:
        """Hold off any other rebuild; IndexLocked when one is under way."""
        ...


@dataclass(frozen=True, slots=True)
class Generation:
    """An open index, the name its cursor goes by, and the ``usual_terms`` of its manifest."""

    name: str
    index: Index
    usual_terms: float | None = None


Fill = Callable[[Generation], float | None]
"""Writes the points of all items into a generation; returns the mean number of terms of their passages."""


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a sync did; ``seq`` is the last outbox row that the index has applied."""

    upserted: int
    deleted: int
    unchanged: int
    seq: int

    def then(self, later: "SyncReport") -> "SyncReport":
        """Return what both did, one after the other.

        >>> SyncReport(1, 0, 2, 4).then(SyncReport(1, 1, 0, 6))
        SyncReport(upserted=2, deleted=1, unchanged=2, seq=6)
        """
        return SyncReport(
            self.upserted + later.upserted,
            self.deleted + later.deleted,
            self.unchanged + later.unchanged,
            later.seq,
        )


@dataclass(frozen=True, slots=True)
class Differences:
    """How index and store differ, as sorted ids; all empty when they agree."""

    missing: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()
    surplus: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.missing or self.stale or self.surplus)
