"""The catalogue read in key ranges; a row that cannot be read hides no other."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from matcher.adapters.sql import Store
from matcher.bulk.patience import Patience
from matcher.domain.items import AnyItem

DAMAGED = "its row in the store is damaged"


@dataclass(frozen=True, slots=True)
class KeyRange:
    """Items whose id is above ``after`` and at most ``until``, in byte order."""

    after: str
    until: str


@dataclass(frozen=True, slots=True)
class Rows:
    """What a range holds: items by id, and by id why others could not be read."""

    items: Mapping[str, AnyItem]
    parked: dict[str, str] = field(default_factory=dict)


def key_ranges(store: Store, size: int) -> list[KeyRange]:
    """Return ranges of ``size`` items each, the last one smaller, in ascending order; [] without items."""
    ends = store.items.range_ends(size)
    return [KeyRange(after, end) for after, end in zip(["", *ends], ends, strict=False)]


def read_range(store: Store, keys: KeyRange) -> Rows:
    """Return the items of a range.

    Raises BackendUnavailable when the store stays away.
    """
    return Patience().call(lambda _: _read(store, keys))


def _read(store: Store, keys: KeyRange) -> Rows:
    found = store.items.get_many(store.items.versions(keys.after, keys.until))
    # Asked again afterwards: an item that is erased meanwhile is not damaged.
    damaged = store.items.versions(keys.after, keys.until).keys() - found.keys()
    return Rows(found, dict.fromkeys(sorted(damaged), DAMAGED))
