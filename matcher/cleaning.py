"""Copies of what the store holds, emptied of what it no longer has: log, free pages, index."""

from datetime import datetime, timedelta
from typing import Protocol

from matcher.domain import Outbox
from matcher.errors import MatcherError
from matcher.index import ServingIndex


class CleanedStore(Protocol):
    """What is asked of the store."""

    @property
    def outbox(self) -> Outbox:
        """Changes of items."""
        ...

    def settle(self) -> bool:
        """Empty the log; return whether it is empty."""
        ...

    def compact(self) -> str:
        """Write the file anew; return what stood in the way."""
        ...


class ProductCleaning:
    """Cleans the store's files and the index that serves; see :class:`matcher.rights.ports.Cleaning`."""

    def __init__(self, store: CleanedStore, serving: ServingIndex) -> None:
        self._store, self._serving = store, serving

    def empty_log(self) -> str:
        """Empty the store's log; return what stood in the way, "" if nothing did."""
        return "" if self._store.settle() else "the log of the store is being read"

    def compact(self) -> str:
        """Write the store's file anew, without its free pages; return what stood in the way."""
        return self._store.compact()

    def rewrite_index(self, since: datetime, now: datetime) -> str:
        """Write the index anew unless it is younger than an instant; return what stood in the way.

        Every change of the store is applied first, and the outbox then names nothing that is gone.
        """
        try:
            if self._serving.current_name():
                self._serving.sync()
                if self.index_hindrance(since):
                    # Younger than what is gone, whatever the clock says: it may have been set back since.
                    self._serving.rewrite(max(now, since + timedelta(microseconds=1)))
            generations = self._serving.indexer.generations
            with generations.exclusive():  # one that is being built has no cursor yet
                self._store.outbox.keep_for(generations.names())
        except MatcherError as fault:
            return fault.detail
        return self.index_hindrance(since)

    def index_hindrance(self, since: datetime) -> str:
        """Return why parts of an index older than an instant are left; "" where none are."""
        try:
            name = self._serving.current_name()
            if not name:
                return ""
            generations = self._serving.indexer.generations
            if generations.manifest(name).created_at <= since:
                return f"index {name} is older than the erasure"
            leftovers = generations.leftovers()
        except MatcherError as fault:
            return fault.detail
        return f"old generations of the index: {', '.join(leftovers)}" if leftovers else ""
