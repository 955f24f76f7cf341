"""A new generation of the index, built on Ray from beginning to swap."""

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

import pyarrow as pa

from matcher.adapters.sql import Store, utc_now
from matcher.adapters.sql.address import parse_url, sqlite_file
from matcher.backends import make_generations
from matcher.bulk.cluster import Cluster, connected
from matcher.bulk.pipeline import PARTS_OF_AN_ENCODER, PATIENCE_S, Pipeline
from matcher.bulk.ranges import KeyRange, key_ranges
from matcher.bulk.tally import Tally
from matcher.errors import BackendUnavailable, InvalidRequest, MatcherError
from matcher.index import Bm25Lexical, Encoder, Generation, Indexer, Progress, only_run
from matcher.settings import Settings

COMMAND = "matcher reindex --ray"
"""What an operator runs, and runs again."""
_MOST_RANGES = 4_096


@dataclass(frozen=True, slots=True)
class BulkParts:
    """What a run works with.

    Parameters
    ----------
    settings
        Of the product; they go to every node.
    store, encoder
        The system of record, and the encoder of the settings.
    range_size
        Items read, encoded and written at once, at least 1.
    patience_s
        Seconds without any result after which a run is given up.
    clock
        Gives the present instant.
    """

    settings: Settings
    store: Store
    encoder: Encoder
    range_size: int = 256
    patience_s: float = PATIENCE_S
    clock: Callable[[], datetime] = field(default=utc_now)


@dataclass(frozen=True, slots=True)
class BulkReport:
    """What a run did.

    Attributes
    ----------
    generation
        Name of the generation that serves now.
    count
        Points it holds, equal to the listed items of the store less those that are parked.
    labels
        Distinct labels, each encoded once.
    tally
        What became of the items.
    """

    generation: str
    count: int
    labels: int
    tally: Tally


def rebuild_on_ray(parts: BulkParts, address: str = "", progress: Progress | None = None) -> BulkReport:
    """Build a new generation on Ray beside the one that serves, check it against the store, swap.

    The generation that serves is never written to. A run that was killed is gone on with: items that are
    there already are not encoded again. Rows that cannot be read, encoded or written are parked: they are
    reported, and the rest goes on.

    Parameters
    ----------
    parts
        Settings, store and encoder.
    address
        ``host:port`` of a Ray cluster that this machine belongs to; "" starts Ray here.
    progress
        Called with the items done and those in all.

    Raises
    ------
    InvalidRequest
        The index is embedded, or the store is a file that other machines of the cluster cannot read.
    NotReady
        Ray is not installed.
    BackendUnavailable
        Store, index or Ray failed, or another run is under way; the old generation still serves.
    """
    if parts.settings.index_backend != "qdrant":
        raise InvalidRequest(
            "Several processes cannot write the embedded index: `--ray` needs a Qdrant server."
            " Set MATCHER_QDRANT_URL, or index in this process: matcher reindex"
        )
    with only_run(parts.store.turns, parts.clock) as keep, connected(address) as cluster:
        _check_store(parts.settings, cluster)
        passes = Pipeline(parts.settings, cluster, parts.patience_s)
        return Run(parts, passes, cluster.cpus, keep, progress).rebuild()


def _check_store(settings: Settings, cluster: Cluster) -> None:
    if not cluster.is_here and sqlite_file(parse_url(settings.database_url)) is not None:
        raise InvalidRequest(
            "The store is an SQLite file, which other machines of the Ray cluster cannot read. Move it to"
            " PostgreSQL (`matcher backup`, set MATCHER_DATABASE_URL, `matcher restore`), or leave out the"
            " address: matcher reindex --ray"
        )


class Passes(Protocol):
    """The three passes over the catalogue; :class:`~matcher.bulk.pipeline.Pipeline` makes them on Ray."""

    def labels(self, ranges: Sequence[KeyRange]) -> list[str]:
        """Return the distinct labels of the listed items of all ranges, ascending."""
        ...

    def label_vectors(self, texts: Sequence[str], dim: int) -> pa.Table:
        """Encode labels; return texts and vectors."""
        ...

    def points(self, ranges: Sequence[KeyRange], generation: str, labels: pa.Table) -> Iterator[Tally]:
        """Encode and write the points of all ranges; yield what became of each part, in no order."""
        ...


class Run:
    """One run: fills a generation for the indexer, and counts.

    Parameters
    ----------
    parts
        Settings, store and encoder.
    passes
        Over the catalogue.
    cpus
        Processors that share the work, at least 1.
    keep
        Called often; raises when the run is to end.
    progress
        Called with the items done and those in all.
    """

    def __init__(
        self,
        parts: BulkParts,
        passes: Passes,
        cpus: int,
        keep: Callable[[], None],
        progress: Progress | None = None,
    ) -> None:
        self._parts, self._passes, self._cpus = parts, passes, cpus
        self._keep, self._progress = keep, progress
        self._generations = make_generations(parts.settings)
        self._tally, self._labels, self._begun = Tally(), 0, ""

    def rebuild(self) -> BulkReport:
        """Build, check, swap; BackendUnavailable when the generation is dropped meanwhile."""
        parts = self._parts
        indexer = Indexer(parts.store, self._generations, parts.encoder, Bm25Lexical(), command=COMMAND)
        try:
            built = indexer.rebuild_with(self._fill)
        except MatcherError as fault:
            if self._is_dropped():
                raise BackendUnavailable(
                    "An erasure or another reindex dropped what was half built; the index that serves is"
                    f" untouched. Run again: {COMMAND}"
                ) from fault
            raise
        try:
            return BulkReport(built.name, built.index.count(), self._labels, replace(self._tally))
        finally:
            built.index.close()

    def _is_dropped(self) -> bool:
        with suppress(MatcherError):  # what the server says of the fault itself is the better message then
            return self._begun not in ("", *self._generations.names())
        return False

    def _range_size(self) -> int:
        """Return how many items are read at once.

        A small catalogue is cut so that every processor has some parts, a large one into some thousands.
        """
        total = sum(self._parts.store.items.counts().values())
        share = math.ceil(total / (max(1, self._cpus) * PARTS_OF_AN_ENCODER))
        return max(1, min(self._parts.range_size, share), total // _MOST_RANGES)

    def _fill(self, begun: Generation) -> float | None:
        self._begun = begun.name
        # Cut after the generation's cursor was set: an item that comes later is in the outbox behind it.
        ranges = key_ranges(self._parts.store, self._range_size())
        total = sum(self._parts.store.items.counts().values())
        texts = self._passes.labels(ranges)
        self._labels = len(texts)
        self._keep()
        table = self._passes.label_vectors(texts, self._parts.encoder.dim)
        for part in self._passes.points(ranges, begun.name, table):
            self._keep()
            self._tally.add(part)
            self._tally.check()
            if self._progress:
                self._progress(self._tally.read, max(total, self._tally.read))
        self._keep()
        self._park(begun)
        return self._tally.usual_terms

    def _park(self, begun: Generation) -> None:
        """Note in the manifest what is left out, so that it is neither missed nor forgotten."""
        items = self._parts.store.items.get_many(self._tally.parked)
        parked = {item_id: item.version for item_id, item in items.items()}
        manifest = self._generations.manifest(begun.name)
        self._generations.save(begun.name, manifest.model_copy(update={"parked": parked}))
