"""The catalogue read in key ranges; a row that cannot be read hides no other."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import stamina

from matcher.adapters.sql import Store
from matcher.domain.items import AnyItem
from matcher.errors import BackendUnavailable

_TRIES = {"attempts": 6, "timeout": None, "wait_initial": 0.5, "wait_max": 30.0}
"""A store that is away for half a minute does not end a run of hours."""


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
    for attempt in stamina.retry_context(on=BackendUnavailable, **_TRIES):  # type: ignore[arg-type]
        with attempt:
            return _read(store, list(store.items.versions(keys.after, keys.until)))
    raise AssertionError("stamina returns or raises")


def _read(store: Store, ids: list[str]) -> Rows:
    try:
        return Rows(store.items.get_many(ids))
    except ValueError:  # pydantic's errors are values too: a row that this release cannot read
        return _one_by_one(store, ids)


def _one_by_one(store: Store, ids: list[str]) -> Rows:
    items: dict[str, AnyItem] = {}
    parked = {}
    for item_id in ids:
        try:
            items |= store.items.get_many([item_id])
        except ValueError as fault:  # its text may quote the row
            parked[item_id] = f"the store's row cannot be read ({type(fault).__name__})"
    return Rows(items, parked)
