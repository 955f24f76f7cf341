"""Changes of the store brought into an index, and what its manifest says of them afterwards."""

from collections.abc import Mapping, Sequence

from matcher.domain.eligibility import is_listed
from matcher.domain.events import Change
from matcher.domain.items import AnyItem
from matcher.domain.store import Items
from matcher.index.manifest import moved_checksum
from matcher.index.parking import Encode, write_changes
from matcher.index.ports import Index


class Drain:
    """Brings the items that some changes name to the store's present state, whatever happened in between.

    Parameters
    ----------
    items
        The catalogue of the store.
    index
        What is written to.
    encode
        Makes the points of items.

    Attributes
    ----------
    upserted, deleted, unchanged
        How many points were written, taken out, and found as they are to be.
    """

    def __init__(self, items: Items, index: Index, encode: Encode) -> None:
        self._items, self._index, self._encode = items, index, encode
        self._ids: list[str] = []
        self._before: dict[str, str] = {}
        self._after: dict[str, str] = {}
        self._refused: dict[str, str] = {}
        self.upserted = self.deleted = self.unchanged = 0

    def apply(self, changes: Sequence[Change]) -> None:
        """Write what the items named are now; call it once."""
        self._ids = sorted({change.item_id for change in changes})
        self._before = self._index.versions(self._ids)
        self._after = dict(self._before)
        listed = self._listed()
        while True:
            self._write(listed)
            # Where no turn keeps another indexer away, it may have taken in a newer change while this one
            # encoded, and moved the cursor past it: what was just written over it would stay for good.
            before, listed = listed, self._listed()
            if listed == before:
                self.unchanged = max(len(listed) - self.upserted, 0)
                return

    def parked(self, former: Mapping[str, str]) -> dict[str, str]:
        """Return the version, by id, of the items that cannot be indexed, given the former ones."""
        kept = {item_id: version for item_id, version in former.items() if item_id not in self._ids}
        return kept | self._refused

    def checksum(self, former: str) -> str:
        """Return the checksum of the index, given the former one; at the cost of the changes alone."""
        return moved_checksum(former, self._before, self._after)

    def _write(self, listed: Mapping[str, AnyItem]) -> None:
        """Make the points of the items named those of the items listed."""
        held = self._index.versions(self._ids)
        fresh = [item for i, item in listed.items() if held.get(i) != item.version]
        refused = write_changes(self._index, fresh, self._encode)
        gone = [i for i in self._ids if i in held and (i not in listed or i in refused)]
        self._index.delete(gone)
        self._refused = refused
        self._after |= {item.id: item.version for item in fresh if item.id not in refused}
        for item_id in gone:
            self._after.pop(item_id, None)
        self.upserted += len(fresh) - len(refused)
        self.deleted += len(gone)

    def _listed(self) -> dict[str, AnyItem]:
        return {i: item for i, item in self._items.get_many(self._ids).items() if is_listed(item)}
