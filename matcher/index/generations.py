"""What indexing works with: the store it reads, the generations it fills, and what it reports."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from matcher.domain.events import Change
from matcher.domain.items import AnyItem, ItemType
from matcher.index.manifest import Manifest
from matcher.index.ports import Index

Progress = Callable[[int, int], None]
"""Called with how much is done and how much there is in all."""


class Source(Protocol):
    """What indexing needs of the store."""

    def items(self) -> Iterator[AnyItem]:
        """All items."""
        ...

    def get_many(self, ids: Iterable[str]) -> dict[str, AnyItem]:
        """Items by id; unknown ids are absent."""
        ...

    def counts(self) -> dict[ItemType, int]:
        """Items of every type."""
        ...

    def changes(self, after_seq: int, limit: int) -> list[Change]:
        """Outbox rows after ``after_seq``, in order."""
        ...

    def last_seq(self) -> int:
        """Last outbox row."""
        ...

    def cursor(self, generation: str) -> int:
        """Last row a generation has taken in; 0 if unknown."""
        ...

    def advance(self, generation: str, seq: int) -> None:
        """Move a generation's cursor."""
        ...

    def forget(self, generation: str) -> None:
        """Drop a generation's cursor."""
        ...

    def prune_changes(self) -> int:
        """Drop the outbox rows that every generation has passed."""
        ...


class Generations(Protocol):
    """Where index generations live: one is current, others are being built or are debris."""

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

    def drop(self, name: str) -> bool:
        """Drop one generation unless it is current or others may be reading it; return whether it was."""
        ...

    def exclusive(self) -> AbstractContextManager[object]:
        """Hold off any other rebuild; IndexLocked when one is under way."""
        ...


@dataclass(frozen=True, slots=True)
class Generation:
    """An open index and the name its cursor goes by."""

    name: str
    index: Index


@dataclass(frozen=True, slots=True)
class DrainReport:
    """What a drain did; ``seq`` is the outbox row the index now stands at."""

    upserted: int
    deleted: int
    unchanged: int
    seq: int


@dataclass(frozen=True, slots=True)
class Differences:
    """How index and store differ, as sorted ids; all empty when they agree."""

    missing: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()
    surplus: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.missing or self.stale or self.surplus)
