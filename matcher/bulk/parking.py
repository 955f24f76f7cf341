"""Rows that cannot be indexed: set apart and reported, so that the rest goes on."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Self

from matcher.adapters.sql import Store
from matcher.bulk.ranges import key_ranges, read_range
from matcher.domain.events import PutReport, Puttable
from matcher.domain.imports import ImportFile
from matcher.domain.items import AnyItem, ItemType
from matcher.domain.store import Items, Outbox
from matcher.errors import BackendUnavailable

MOST_PARKED = 100
"""Rows that may be set apart: more of them are no poison, but a fault of encoder or index."""


@dataclass(slots=True)
class Tally:
    """What became of items: how many were read, are listed, were there already, were written.

    ``terms`` and ``texts`` give the mean length of a passage: terms in all, and passages that have one.
    ``parked`` says why, by id.
    """

    read: int = 0
    listed: int = 0
    held: int = 0
    written: int = 0
    terms: int = 0
    texts: int = 0
    parked: dict[str, str] = field(default_factory=dict)

    @property
    def usual_terms(self) -> float | None:
        """Mean number of terms of the passages that have one; None where none has."""
        return self.terms / self.texts if self.texts else None

    def add(self, other: Self) -> None:
        """Count another tally in.

        >>> both = Tally(read=2, parked={"A": "refused"})
        >>> both.add(Tally(read=3, parked={"B": "refused"}))
        >>> both.read, sorted(both.parked)
        (5, ['A', 'B'])
        """
        for name in ("read", "listed", "held", "written", "terms", "texts"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.parked |= other.parked

    def to_json(self) -> str:
        """Write it as one line; :meth:`from_json` reads it."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, line: str) -> Self:
        """Read what :meth:`to_json` wrote."""
        return cls(**json.loads(line))

    def check(self) -> None:
        """Raise BackendUnavailable where more is parked than :data:`MOST_PARKED`."""
        if len(self.parked) <= MOST_PARKED:
            return
        item_id, why = next(iter(self.parked.items()))
        raise BackendUnavailable(
            f"More than {MOST_PARKED} items could not be indexed, so nothing was swapped. The first,"
            f" '{item_id}': {why}. Find the cause, then run: matcher reindex --ray"
        )


class StoreWithoutParked:
    """The store as the indexer sees it at the end of a run: items that are parked are not there."""

    def __init__(self, store: Store) -> None:
        self._items = ItemsWithoutParked(store)
        self._outbox = store.outbox

    @property
    def items(self) -> "ItemsWithoutParked":
        """The catalogue without what is parked."""
        return self._items

    @property
    def outbox(self) -> Outbox:
        """The changes, all of them."""
        return self._outbox


class ItemsWithoutParked(Items):
    """A catalogue without rows that cannot be read, and without those that are parked until they change."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.parked: dict[str, str] = {}
        """Version by id."""

    def park(self, ids: Iterable[str]) -> None:
        """Leave items out until they change."""
        for item_id, item in self.get_many(ids).items():
            self.parked[item_id] = item.version

    def get_many(self, ids: Iterable[str]) -> dict[str, AnyItem]:
        """Items by id, without those that are parked or cannot be read."""
        found = self._store.items.get_many(ids)
        return {key: item for key, item in found.items() if self.parked.get(key) != item.version}

    def all(self, item_type: ItemType | None = None) -> Iterator[AnyItem]:
        """All items that are left, by ascending id."""
        for keys in key_ranges(self._store, 1_000):
            for item in self.get_many(read_range(self._store, keys).items).values():
                if item_type is None or item.item_type is item_type:
                    yield item

    def names(self, item_type: ItemType | None = None) -> list[tuple[str, str]]:
        """``(id, name)`` of every item, parked ones among them."""
        return self._store.items.names(item_type)

    def counts(self) -> dict[ItemType, int]:
        """Count the items of every type, parked ones among them."""
        return self._store.items.counts()

    def suppressed(self, given: Iterable[AnyItem]) -> Mapping[str, datetime]:
        """Those of the items that were erased at their own request."""
        return self._store.items.suppressed(given)

    def put(self, given: Puttable, *, source: str, file: ImportFile | None = None, by: str = "") -> PutReport:
        """Insert or replace items."""
        return self._store.items.put(given, source=source, file=file, by=by)
