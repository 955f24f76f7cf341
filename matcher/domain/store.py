"""What the core asks of the store: the catalogue, and the outbox of its changes."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Protocol

from matcher.domain.events import Change, PutReport, Puttable
from matcher.domain.imports import ImportFile
from matcher.domain.items import AnyItem, ItemType


class Items(Protocol):
    """The catalogue of items."""

    def get_many(self, ids: Iterable[str]) -> dict[str, AnyItem]:
        """Items by id, in the order of ``ids``; unknown ids are absent."""
        ...

    def versions_of(self, ids: Iterable[str]) -> dict[str, str]:
        """Version by id of those of ``ids`` that are stored; no item is read whole."""
        ...

    def all(self, item_type: ItemType | None = None) -> Iterator[AnyItem]:
        """All items, or those of one type, by ascending id."""
        ...

    def names(self, item_type: ItemType | None = None) -> list[tuple[str, str]]:
        """``(id, name)`` of every item, by ascending id."""
        ...

    def counts(self) -> dict[ItemType, int]:
        """Count the items of every type, zeros included."""
        ...

    def suppressed(self, given: Iterable[AnyItem]) -> Mapping[str, datetime]:
        """Return, by id, since when those of the items are refused that were erased at their own request."""
        ...

    def put(self, given: Puttable, *, source: str, file: ImportFile | None = None, by: str = "") -> PutReport:
        """Insert or replace items in one transaction; with a file, as a batch that can be undone.

        ``by`` is the person who does it, for the audit; "" for a program or the command line.
        """
        ...


class Imports(Protocol):
    """What files and pages changed of items."""

    def written_by_members(self, ids: Iterable[str]) -> Mapping[str, Mapping[str, datetime]]:
        """Return, by id, the fields that the organisation itself wrote last, each with when."""
        ...


class Outbox(Protocol):
    """Changes of items in the order they were committed, and how far each reader has come."""

    def changes(self, after_seq: int, limit: int) -> list[Change]:
        """Return at most ``limit`` changes with ``seq`` above ``after_seq``, oldest first."""
        ...

    def last_seq(self) -> int:
        """Return the ``seq`` of the last change; 0 when there is none."""
        ...

    def cursor(self, generation: str) -> int:
        """Return the last ``seq`` an index generation has applied; 0 for an unknown one."""
        ...

    def advance(self, generation: str, seq: int) -> None:
        """Move a generation's cursor forward."""
        ...

    def forget(self, generation: str) -> None:
        """Drop a generation's cursor."""
        ...

    def prune(self) -> int:
        """Drop the changes that every generation has applied; return how many."""
        ...

    def keep_for(self, generations: Collection[str]) -> int:
        """Drop other generations' cursors, and the changes these have applied; return how many changes."""
        ...


class Store(Protocol):
    """A catalogue and its outbox: a change of an item and its outbox row are one transaction."""

    @property
    def items(self) -> Items:
        """The catalogue."""
        ...

    @property
    def imports(self) -> Imports:
        """The changes of its items."""
        ...

    @property
    def outbox(self) -> Outbox:
        """Its changes."""
        ...
