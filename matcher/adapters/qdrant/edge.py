"""Qdrant Edge, the Qdrant engine in this process: the default index up to about 100,000 points.

Learnt by breaking version 0.9.0, each with a test in ``tests/contract/test_edge_rules.py``: one owner, so our
lock is taken before the engine opens anything; no use after a fork; writes of at most 500 points with the
write-ahead log on; nothing unchecked goes in; payload indexes or filters take milliseconds; collection-wide
IDF remembers deleted points until the next start, so the statistics are asked over the live points of the
type (``IdfParams``); payloads cost more than the search, so ids and versions are kept here.
"""

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import qdrant_edge as qe

from matcher.adapters.qdrant.disk import LEAST_FREE_BYTES, NEW_BYTES, bytes_to_write, require_free
from matcher.adapters.qdrant.schema import (
    LISTS,
    PAYLOAD_INDEXES,
    Search,
    point_of,
    search_of,
    vectors_of,
)
from matcher.domain.items import ItemType
from matcher.errors import BackendUnavailable, NotReady
from matcher.index.points import (
    DENSE,
    GRAPH_BREADTH,
    LABELS,
    LEXICAL,
    UPSERT_LIMIT,
    check_points,
    check_query,
    payload,
    point_uuid,
    ranked,
)
from matcher.index.ports import Hit, Point, Sparse, Vectors, Where
from matcher.locks import FileLock

OPTIMIZE_ABOVE = 10_000
"""Points up to which plain search is fast enough; above, a graph is worth the minutes it takes to build."""

_PAGE = 1_000

_TYPE_IS = {kind: qe.FieldCondition("item_type", match=qe.MatchValue(kind.value)) for kind in ItemType}
_TYPE_STATISTICS = {
    kind: qe.SearchParams(idf=qe.IdfParams(corpus=qe.Filter(must=[condition])))
    for kind, condition in _TYPE_IS.items()
}
_BREADTH = qe.SearchParams(hnsw_ef=GRAPH_BREADTH)
_SUM = qe.Formula(
    qe.Expression.Sum([qe.Expression.Variable(name) for name in LISTS]),
    dict.fromkeys(LISTS, 0.0),  # a point that is in one list only
)


class EdgeIndex:
    """One shard in ``folder``, owned by this process until closed.

    Raises IndexLocked when another process holds the folder, NotReady when its files cannot be read,
    BackendUnavailable when the disk has no room for what a call takes.
    Calls are serialised by the engine itself; threads may share an instance.
    """

    def __init__(self, folder: Path, dim: int) -> None:
        self._dim, self._owner, self._place = dim, os.getpid(), folder
        is_new = not (folder / "lock").exists()  # whatever was opened once and lost its shard is damaged
        self._lock = FileLock(folder / "lock")
        self._shard: qe.EdgeShard | None = None
        self._known: dict[Any, tuple[str, str]] = {}  # point uuid -> (item id, version)
        try:
            require_free(folder, NEW_BYTES if is_new else LEAST_FREE_BYTES)
            open_shard = partial(_create_shard, dim=dim) if is_new else _load_shard
            self._shard = self._guard(partial(open_shard, folder / "shard"), reading=not is_new)
            self._guard(self._learn, reading=True)
        except BaseException:
            self._lock.release()
            raise

    def upsert(self, points: Sequence[Point]) -> None:
        """Insert or replace, at most 500 points a write."""
        shard = self._alive()
        check_points(points, self._dim)
        for start in range(0, len(points), UPSERT_LIMIT):
            part = points[start : start + UPSERT_LIMIT]
            require_free(self._place, bytes_to_write(part))
            rows = [qe.Point(point_uuid(p.id), vectors_of(p, qe.SparseVector), payload(p)) for p in part]
            self._guard(partial(shard.update, qe.UpdateOperation.upsert_points(rows)))
            self._known.update((point_uuid(p.id), (p.id, p.version)) for p in part)

    def delete(self, ids: Sequence[str]) -> None:
        """Remove; unknown ids are ignored."""
        shard = self._alive()
        require_free(self._place, LEAST_FREE_BYTES)
        keys: list[Any] = [point_uuid(item_id) for item_id in ids]
        for start in range(0, len(keys), UPSERT_LIMIT):
            gone = keys[start : start + UPSERT_LIMIT]
            self._guard(partial(shard.update, qe.UpdateOperation.delete_points(gone)))
            for key in gone:
                self._known.pop(key, None)

    def query(self, dense: Vectors | None, sparse: Sparse | None, where: Where, limit: int) -> list[Hit]:
        """Cosine plus lexical score in one engine query; with one part only, its own scores."""
        shard = self._alive()
        asked = check_query(dense, sparse, where, limit, self._dim)
        search = search_of(asked, where)
        if search is None:
            return []
        request = request_of(search)
        found = self._guard(lambda: shard.query(request))
        rows = ((self._known.get(point.id), point.score) for point in _best(found, limit))
        return ranked((Hit(row[0], score, row[1]) for row, score in rows if row), limit)

    def fetch(self, ids: Sequence[str]) -> dict[str, Point]:
        """Points by id, vectors included; unknown ids are absent."""
        shard = self._alive()
        keys: list[Any] = [point_uuid(item_id) for item_id in ids]
        records = self._guard(lambda: shard.retrieve(keys, True, True)) if keys else []
        points = (point_of(record.payload, record.vector) for record in records)
        return {point.id: point for point in points}

    def versions(self, ids: Sequence[str] | None = None) -> dict[str, str]:
        """Version by id: of all points, or of those among ``ids`` that are here."""
        self._alive()
        if ids is None:
            return dict(self._known.values())
        return dict(self._known[key] for key in map(point_uuid, ids) if key in self._known)

    def ids(self) -> Iterator[str]:
        """All ids, in ascending order."""
        return iter(sorted(self.versions()))

    def count(self) -> int:
        """Count the points, asking the engine."""
        shard = self._alive()
        return int(self._guard(lambda: shard.count(qe.CountRequest(exact=True))))

    def counts(self) -> dict[ItemType, int]:
        """Count the points of every type, zeros included."""
        shard = self._alive()
        of_type = {kind: qe.Filter(must=[rule]) for kind, rule in _TYPE_IS.items()}
        return {
            kind: int(self._guard(partial(shard.count, qe.CountRequest(exact=True, filter=only))))
            for kind, only in of_type.items()
        }

    def flush(self) -> None:
        """Make every acknowledged write survive a power cut (40-130 ms)."""
        self._guard(self._alive().flush)

    def optimize(self) -> None:
        """Build the graph for fast search. Minutes from 10,000 points, and blocks Python meanwhile."""
        self._guard(self._alive().optimize)

    def close(self) -> None:
        """Flush and release; further calls raise BackendUnavailable."""
        shard, self._shard = self._shard, None
        if shard is None or os.getpid() != self._owner:
            return
        try:
            self._guard(shard.flush)
            self._guard(shard.close)
        finally:
            self._lock.release()

    def _alive(self) -> qe.EdgeShard:
        if self._shard is not None and os.getpid() == self._owner:
            return self._shard
        if self._shard is None:
            raise BackendUnavailable("The index is closed.", place=self._place)
        raise BackendUnavailable(
            "The index was opened before a fork. Open it after the fork, in one process only"
            " (multiprocessing: spawn).",
            place=self._place,
        )

    def _learn(self) -> None:
        """Read id and version of every point once."""
        shard, offset = self._alive(), None
        while True:
            page = qe.ScrollRequest(offset=offset, limit=_PAGE, with_payload=["id", "version"])
            records, offset = shard.scroll(page)
            for record in records:
                facts: Any = record.payload
                self._known[record.id] = (facts["id"], facts["version"])
            if offset is None:
                return

    def _guard(self, call: Callable[[], Any], *, reading: bool = False) -> Any:
        """Run an engine call; its bare exceptions and panics become ours."""
        try:
            return call()
        except BaseException as error:
            if not _is_engine_error(error):
                raise
            if reading:
                raise NotReady(
                    "The index cannot be read. Rebuild it from the store: matcher reindex", place=self._place
                ) from error
            raise BackendUnavailable(
                "The index failed. If its disk has room and can be written, "
                "rebuild the index from the store: matcher reindex",
                place=self._place,
                cause=error,
            ) from error


def _load_shard(folder: Path) -> qe.EdgeShard:
    """Open the shard kept in ``folder``."""
    return qe.EdgeShard.load(str(folder))


def _create_shard(folder: Path, dim: int) -> qe.EdgeShard:
    """Make an empty shard with the payload indexes that :func:`request_of` filters on."""
    folder.mkdir(parents=True)
    shard = qe.EdgeShard.create(str(folder), _config(dim))
    kinds = {"keyword": qe.PayloadSchemaType.Keyword, "float": qe.PayloadSchemaType.Float}
    for field, kind in PAYLOAD_INDEXES.items():
        shard.update(qe.UpdateOperation.create_field_index(field, kinds[kind]))
    return shard


def _config(dim: int) -> qe.EdgeConfig:
    whole = qe.MultiVectorConfig(qe.MultiVectorComparator.MaxSim)
    unsearched = qe.HnswIndexConfig(m=0, ef_construct=4, full_scan_threshold=10_000)
    return qe.EdgeConfig(
        vectors={
            DENSE: qe.EdgeVectorParams(size=dim, distance=qe.Distance.Cosine),
            LABELS: qe.EdgeVectorParams(
                size=dim,
                distance=qe.Distance.Cosine,
                multivector_config=whole,
                hnsw_config=unsearched,
                memory=qe.Memory.Cold,  # the engine never searches them: read for the items of an answer only
            ),
        },
        sparse_vectors={LEXICAL: qe.EdgeSparseVectorParams(modifier=qe.Modifier.Idf)},
        wal_enabled=True,
    )


def request_of(search: Search) -> qe.QueryRequest:
    """Return a search as a request to the embedded engine."""
    allowed = _filter(search)
    parts: list[tuple[Any, qe.SearchParams]] = []
    if search.dense is not None:
        parts.append((qe.Query.Nearest(search.dense.tolist(), using=DENSE), _BREADTH))
    if search.sparse is not None:
        terms = qe.SparseVector(list(search.sparse.indices), list(search.sparse.values))
        parts.append((qe.Query.Nearest(terms, using=LEXICAL), _TYPE_STATISTICS[search.item_type]))
    if search.fused:
        fetches = [qe.Prefetch(search.depth, query=q, filter=allowed, params=p) for q, p in parts]
        return qe.QueryRequest(search.limit, query=_SUM, prefetches=fetches, with_payload=False)
    query, params = parts[0]
    return qe.QueryRequest(search.limit, query=query, filter=allowed, params=params, with_payload=False)


def _filter(search: Search) -> qe.Filter:
    must: list[Any] = [_TYPE_IS[search.item_type]]
    if search.opens is not None:
        must.append(qe.FieldCondition("open_from", range=qe.RangeFloat(lte=search.opens)))
        must.append(qe.FieldCondition("open_until", range=qe.RangeFloat(gt=search.opens)))
    if not search.excluding:
        return qe.Filter(must=must)
    excluded: Any = {point_uuid(item_id) for item_id in search.excluding}
    return qe.Filter(must=must, must_not=[qe.HasIdCondition(excluded)])


def optimize_folder(folder: Path, dim: int) -> None:
    """Build the graph of a closed index in a child process, so that this one goes on answering.

    BackendUnavailable if the child fails.
    """
    child = multiprocessing.get_context("spawn").Process(target=_optimize, args=(str(folder), dim))
    child.start()
    child.join()
    if child.exitcode:
        raise BackendUnavailable(f"Building the search graph failed (exit {child.exitcode}).", place=folder)


def _optimize(folder: str, dim: int) -> None:
    index = EdgeIndex(Path(folder), dim)
    index.optimize()
    index.close()


def _best(found: Sequence[qe.ScoredPoint], limit: int) -> list[qe.ScoredPoint]:
    """Cut to ``limit`` and its ties by score alone: looking at a point's id costs more than all else here."""
    if len(found) <= limit:
        return list(found)
    scores = [point.score for point in found]
    last = sorted(scores, reverse=True)[limit - 1]
    return [point for point, score in zip(found, scores, strict=True) if score >= last]


def _is_engine_error(error: BaseException) -> bool:
    """Edge raises plain ``Exception`` and, for a panic, pyo3's ``PanicException`` (a BaseException)."""
    return type(error) is Exception or type(error).__name__ == "PanicException"
