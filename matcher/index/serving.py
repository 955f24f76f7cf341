"""The index that answers: opened once, kept equal to the store, replaced when a new one is promoted."""

import logging
from collections.abc import Callable
from datetime import datetime

from matcher.errors import BackendUnavailable, MatcherError
from matcher.index.generations import Generation, Progress, SyncReport
from matcher.index.indexer import Indexer
from matcher.index.ports import Index

_log = logging.getLogger(__name__)


class ServingIndex:
    """One open generation of the index; an embedded index belongs to one process at a time.

    Nothing is opened before it is asked for, so that a command that needs no index starts at once.

    Parameters
    ----------
    make_indexer
        Makes the indexer; called once, when the index is first needed.
    """

    def __init__(self, make_indexer: Callable[[], Indexer]) -> None:
        self._make_indexer = make_indexer
        self._indexer: Indexer | None = None
        self._generation: Generation | None = None
        self._closed = False

    @property
    def indexer(self) -> Indexer:
        """The indexer; BackendUnavailable once closed, so that a late call does not take the index again."""
        if self._closed:
            raise BackendUnavailable("The matcher is closed.")
        if self._indexer is None:
            self._indexer = self._make_indexer()
        return self._indexer

    @property
    def generation(self) -> Generation:
        """The open generation; the current one is opened if none is.

        NotReady, IndexMismatch or IndexLocked say what to do when it cannot be opened.
        """
        return self._generation or self._serve(self.indexer.open())

    @property
    def index(self) -> Index:
        """The index of the open generation."""
        return self.generation.index

    def current_name(self) -> str:
        """Name of the generation that is current for all processes, without opening it; "" for none."""
        return self.indexer.generations.current() or ""

    def sync(self, progress: Progress | None = None, *, most: int | None = None) -> SyncReport:
        """Apply the changes of the store to the index, building the first index if there is none.

        Another process may have promoted a newer generation meanwhile: then that one is opened first.
        ``most`` stops after that many changes, so that waiting questions are answered in between.
        """
        indexer, former = self.indexer, self._generation
        current = indexer.generations.current()
        if former is None or former.name != current:
            generation = self._serve(indexer.refresh(progress) if current is None else indexer.open())
            indexer.repair(generation)
            # A rebuild that was killed leaves a generation, with ids and vectors of what was erased since.
            leftovers = [former.name] if former is not None else indexer.generations.leftovers()
            for name in leftovers:
                indexer.drop_if_unused(name)
        return indexer.sync(self.generation, progress, most=most)

    def renew(self) -> None:
        """Open the current generation if it is another than the open one: one that another process made."""
        if self._generation is None or self._generation.name != self.current_name():
            self._serve(self.indexer.open())

    def reindex(self, progress: Progress | None = None) -> Generation:
        """Build a new generation beside the open one, then swap; the old one serves until then."""
        generation = self._serve(self.indexer.rebuild(progress))
        self.indexer.drop_leftovers()
        return generation

    def rewrite(self, now: datetime) -> Generation:
        """Write the open generation anew, without what was deleted from it, then swap and drop the old one.

        A deleted point stays in the files of an index until they are written again.
        """
        former = self.generation
        generation = self._serve(self.indexer.rebuild(now=now, source=former.index))
        self.indexer.drop_leftovers()
        return generation

    def close(self) -> None:
        """Flush and release the index, for good; safe to repeat."""
        self._closed = True
        if self._generation is not None:
            self._generation.index.close()
            self._generation = None

    def _serve(self, generation: Generation) -> Generation:
        former, self._generation = self._generation, generation
        if former is not None and former.index is not generation.index:
            try:
                former.index.close()
            except MatcherError as fault:  # damaged or gone, which may be why there is a new one
                _log.warning("generation %s replaces one that did not close: %s", generation.name, fault)
        return generation
