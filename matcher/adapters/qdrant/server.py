"""A Qdrant server or cluster through qdrant-client: one collection is one index.

Same vectors, filters, fusion and statistics as the embedded engine. Needs server 1.19 or later (IDF over a
chosen corpus). Repeating a write changes nothing, so every call is tried again when the server stumbles.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from qdrant_client import QdrantClient

from matcher.adapters.qdrant.wire import (
    READS,
    WRITE_LIMIT,
    Server,
    keys_of,
    of_type,
    point_of,
    query_of,
    struct_of,
)
from matcher.domain.items import ItemType
from matcher.errors import BackendUnavailable
from matcher.index.points import check_points, check_query, ranked
from matcher.index.ports import Hit, Point, Sparse, Vectors, Where

_PAGE = 1_000
_NAMED = ["id", "version"]


class QdrantIndex:
    """One existing collection; threads may share an instance.

    NotReady when the collection is gone, BackendUnavailable when the server does not do its work.
    """

    def __init__(self, server: Server, collection: str, dim: int) -> None:
        self._server, self._name, self._dim = server, collection, dim
        self._clients: tuple[QdrantClient, QdrantClient] | None = (
            server.connect(),
            server.connect(writing=True),
        )

    def upsert(self, points: Sequence[Point]) -> None:
        """Insert or replace; returns when the server has written them to its log."""
        self._alive()
        check_points(points, self._dim)
        for start in range(0, len(points), WRITE_LIMIT):
            unique = {p.id: p for p in points[start : start + WRITE_LIMIT]}
            self._call("upsert", points=[struct_of(p) for p in unique.values()], wait=True)

    def delete(self, ids: Sequence[str]) -> None:
        """Remove; unknown ids are ignored."""
        self._alive()
        for start in range(0, len(ids), _PAGE):
            self._call("delete", points_selector=keys_of(ids[start : start + _PAGE]), wait=True)

    def query(self, dense: Vectors | None, sparse: Sparse | None, where: Where, limit: int) -> list[Hit]:
        """Fused results (DBSF) in one request; with one part only, its own scores: cosine or BM25."""
        self._alive()
        asked = check_query(dense, sparse, where, limit, self._dim)
        request = query_of(asked, where)
        if request is None:
            return []
        found = self._call("query_points", with_payload=_NAMED, with_vectors=False, **request).points
        return ranked((Hit(p.payload["id"], p.score, p.payload["version"]) for p in found), limit)

    def fetch(self, ids: Sequence[str]) -> dict[str, Point]:
        """Points by id, vectors included; unknown ids are absent."""
        points = (point_of(r.payload, r.vector) for r in self._records(ids, payload=True, vectors=True))
        return {point.id: point for point in points}

    def versions(self, ids: Sequence[str] | None = None) -> dict[str, str]:
        """Version by id: of all points, or of those among ``ids`` that are here."""
        records = self._all() if ids is None else self._records(ids, payload=_NAMED, vectors=False)
        return {record.payload["id"]: record.payload["version"] for record in records}

    def ids(self) -> Iterator[str]:
        """All ids, in ascending order."""
        return iter(sorted(self.versions()))

    def count(self) -> int:
        """Count the points."""
        return int(self._call("count", exact=True).count)

    def counts(self) -> dict[ItemType, int]:
        """Count the points of every type, zeros included."""
        return {
            kind: int(self._call("count", exact=True, count_filter=of_type(kind)).count) for kind in ItemType
        }

    def flush(self) -> None:
        """Nothing to do: the server answers a write when it is in its log."""
        self._alive()

    def close(self) -> None:
        """Release; further calls raise BackendUnavailable."""
        for client in self._clients or ():
            client.close()
        self._clients = None

    def _alive(self) -> tuple[QdrantClient, QdrantClient]:
        if self._clients is None:
            raise BackendUnavailable(f"The index '{self._name}' is closed.")
        return self._clients

    def _call(self, method: str, **arguments: Any) -> Any:
        reader, writer = self._alive()
        do = getattr(reader if method in READS else writer, method)
        return self._server.call(lambda: do(self._name, **arguments))

    def _records(self, ids: Sequence[str], *, payload: Any, vectors: bool) -> Iterator[Any]:
        self._alive()
        size = WRITE_LIMIT if vectors else _PAGE
        for start in range(0, len(ids), size):
            keys = keys_of(ids[start : start + size])
            yield from self._call("retrieve", ids=keys, with_payload=payload, with_vectors=vectors)

    def _all(self) -> Iterator[Any]:
        offset = None
        while True:
            records, offset = self._call(
                "scroll", limit=_PAGE, offset=offset, with_payload=_NAMED, with_vectors=False
            )
            yield from records
            if offset is None:
                return
