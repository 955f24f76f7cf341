"""A Qdrant server or cluster through qdrant-client: one collection is one index.

Same vectors, filters, fusion and statistics as the embedded engine. Needs server 1.19 or later (IDF over a
chosen corpus). Repeating a write changes nothing, so every call is tried again when the server fails for a
moment.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import stamina
from qdrant_client import QdrantClient
from qdrant_client import models as qm
from qdrant_client.common.client_exceptions import ResourceExhaustedResponse
from qdrant_client.http.exceptions import ResponseHandlingException, UnexpectedResponse

from matcher.adapters.qdrant.schema import (
    LISTS,
    PAYLOAD_INDEXES,
    Search,
    keys_of,
    point_of,
    search_of,
    vectors_of,
)
from matcher.domain.items import ItemType
from matcher.errors import BackendUnavailable, InvalidRequest, MatcherError, NotReady
from matcher.index.points import (
    DENSE,
    GRAPH_BREADTH,
    LABELS,
    LEXICAL,
    check_points,
    check_query,
    payload,
    ranked,
)
from matcher.index.ports import Hit, Point, Sparse, Vectors, Where

WRITE_LIMIT = 64
"""Points per request: 64 points of 48 labels of 384 numbers stay under the server's 32 MB."""

READS = frozenset(
    {"count", "get_aliases", "get_collection", "get_collections", "query_points", "retrieve", "scroll"}
)
"""Methods of the client that a read-only key is enough for."""

# An answer that is not JSON comes up as a bare ValueError.
_FAULTS = (ResponseHandlingException, UnexpectedResponse, ResourceExhaustedResponse, ValueError)
_LONGEST_PAUSE = 5.0


def try_again(error: Exception) -> bool | float:
    """Return whether a failed call is worth another try, or after how many seconds the server wants it.

    Faults that pass are 429, 5xx and no valid answer; a server that asks for more than five seconds is not
    waited for.
    """
    if isinstance(error, ResourceExhaustedResponse):
        return float(error.retry_after_s) if error.retry_after_s <= _LONGEST_PAUSE else False
    if isinstance(error, UnexpectedResponse):
        return error.status_code == 429 or (error.status_code or 0) >= 500
    return isinstance(error, _FAULTS)


@dataclass(frozen=True, slots=True)
class Server:
    """Where the server is, and how long one request to it may take.

    ``api_key`` goes with what reads and ``write_key`` with what writes; where only one is given it goes with
    both, and a process that only asks needs no more than a read-only ``api_key``. Keys travel in clear over
    ``http``: use ``https`` beyond one machine.
    """

    url: str
    api_key: str | None = field(default=None, repr=False)
    write_key: str | None = field(default=None, repr=False)
    timeout: int = 5  # seconds a single request may take

    def connect(self, *, writing: bool = False) -> QdrantClient:
        """Return a client that reads, or one that may write; nothing is sent yet."""
        key = self.write_key or self.api_key if writing else self.api_key or self.write_key
        return QdrantClient(
            url=self.url,
            port=None,
            timeout=self.timeout,
            headers={"api-key": key} if key else None,
            check_compatibility=False,  # asks the server in a thread of its own; `matcher doctor` does it
            verify=not self.url.startswith("http://"),  # reading certificates takes 0.1 s, there are none
        )

    @contextmanager
    def client(self, *, writing: bool = False) -> Iterator[QdrantClient]:
        """Yield a client for a few calls."""
        client = self.connect(writing=writing)
        try:
            yield client
        finally:
            client.close()

    def call(self, do: Callable[[], Any]) -> Any:
        """Run a call that may be repeated, four times at most while :func:`try_again` says so.

        Raises NotReady when the collection is gone, BackendUnavailable for everything else.
        """
        retries = stamina.retry_context(
            on=try_again, attempts=4, timeout=None, wait_initial=0.1, wait_exp_base=4, wait_jitter=0.1
        )
        try:
            for attempt in retries:
                with attempt:
                    return do()
        except _FAULTS as error:
            raise self._ours(error) from error

    def _ours(self, error: Exception) -> MatcherError:
        status = error.status_code if isinstance(error, UnexpectedResponse) else None
        if status == 404:
            return NotReady(
                "The index does not exist on the Qdrant server. Build it: matcher reindex", place=self.url
            )
        if status in (401, 403):
            return BackendUnavailable(
                f"The Qdrant server refused the key (HTTP {status}):"
                " set MATCHER_QDRANT_API_KEY to read, MATCHER_QDRANT_WRITE_KEY to index.",
                place=self.url,
            )
        if status is not None:
            what = f"HTTP {status}"
        elif isinstance(error, ResourceExhaustedResponse):
            what = "too many requests"
        else:
            source = error.source if isinstance(error, ResponseHandlingException) else error
            what = f"no valid answer ({type(source).__name__})"
        return BackendUnavailable(
            f"The Qdrant server failed: {what}. Check that it runs and that MATCHER_QDRANT_URL points to it.",
            place=self.url,
        )


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
            with _refusals():
                self._call("upsert", points=[_struct_of(point) for point in unique.values()], wait=True)

    def delete(self, ids: Sequence[str]) -> None:
        """Remove; unknown ids are ignored."""
        self._alive()
        for start in range(0, len(ids), _PAGE):
            self._call("delete", points_selector=keys_of(ids[start : start + _PAGE]), wait=True)

    def query(self, dense: Vectors | None, sparse: Sparse | None, where: Where, limit: int) -> list[Hit]:
        """Cosine plus lexical score in one request; with one part only, its own scores."""
        self._alive()
        asked = check_query(dense, sparse, where, limit, self._dim)
        search = search_of(asked, where)
        if search is None:
            return []
        request = _request_of(search)
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
        found = {}
        for kind in ItemType:
            of_type = qm.Filter(must=[type_is(kind)])
            found[kind] = int(self._call("count", exact=True, count_filter=of_type).count)
        return found

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


_REFUSED = frozenset({400, 413, 422})
"""What a server answers to points that it will never take, however often they are sent."""


@contextmanager
def _refusals() -> Iterator[None]:
    """Raise InvalidRequest where the server is well and refuses the points."""
    try:
        yield
    except BackendUnavailable as fault:
        why = fault.__cause__
        if isinstance(why, UnexpectedResponse) and why.status_code in _REFUSED:
            raise InvalidRequest(
                f"The Qdrant server refuses points (HTTP {why.status_code}).", place=fault.place
            ) from fault
        raise


def _at_once(do: Callable[[], Any]) -> Any:
    return do()


_EIGHT_BITS = qm.ScalarQuantization(
    scalar=qm.ScalarQuantizationConfig(type=qm.ScalarType.INT8, quantile=0.99, always_ram=True)
)


def create_collection(
    client: QdrantClient,
    name: str,
    dim: int,
    *,
    quantised: bool = False,
    call: Callable[[Callable[[], Any]], Any] = _at_once,
    **options: Any,
) -> None:
    """Make a collection in strict mode, with every payload index that is filtered on.

    ``quantised``: vectors of 8 bits, held in memory, are searched first, and the whole ones of the best read.
    ``call`` makes each request, and may repeat it: what exists already is kept. ``options`` go to the server
    as they are: shard_number, replication_factor, metadata.
    """
    call(lambda: _create(client, name, dim, quantised=quantised, **options))
    kinds = {"keyword": qm.PayloadSchemaType.KEYWORD, "float": qm.PayloadSchemaType.FLOAT}
    for field_name, kind in PAYLOAD_INDEXES.items():
        call(partial(client.create_payload_index, name, field_name, kinds[kind], wait=True))


def _create(client: QdrantClient, name: str, dim: int, *, quantised: bool, **options: Any) -> None:
    """Create a collection; one that an earlier try made, whose answer was lost, is kept."""
    whole = qm.MultiVectorConfig(comparator=qm.MultiVectorComparator.MAX_SIM)
    try:
        client.create_collection(
            name,
            vectors_config={
                DENSE: qm.VectorParams(
                    size=dim,
                    distance=qm.Distance.COSINE,
                    quantization_config=_EIGHT_BITS if quantised else None,
                ),
                LABELS: qm.VectorParams(
                    size=dim,
                    distance=qm.Distance.COSINE,
                    multivector_config=whole,
                    hnsw_config=qm.HnswConfigDiff(m=0),
                    on_disk=True,
                ),
            },
            sparse_vectors_config={LEXICAL: qm.SparseVectorParams(modifier=qm.Modifier.IDF)},
            strict_mode_config=qm.StrictModeConfig(
                enabled=True, unindexed_filtering_retrieve=False, unindexed_filtering_update=False
            ),
            **options,
        )
    except UnexpectedResponse as error:
        if b"already exists" not in error.content:
            raise


def _struct_of(point: Point) -> qm.PointStruct:
    """Return a point as it is sent."""
    [key] = keys_of([point.id])
    return qm.PointStruct(id=key, vector=vectors_of(point, qm.SparseVector), payload=payload(point))


def type_is(kind: ItemType) -> qm.FieldCondition:
    """Return the condition that a point is of one type."""
    return qm.FieldCondition(key="item_type", match=qm.MatchValue(value=kind.value))


def _filter(search: Search) -> qm.Filter:
    must: list[Any] = [type_is(search.item_type)]
    if search.opens is not None:
        must.append(qm.FieldCondition(key="open_from", range=qm.Range(lte=search.opens)))
        must.append(qm.FieldCondition(key="open_until", range=qm.Range(gt=search.opens)))
    excluded: list[Any] = list(keys_of(search.excluding))
    return qm.Filter(must=must, must_not=[qm.HasIdCondition(has_id=excluded)] if excluded else None)


_SUM = qm.FormulaQuery(
    formula=qm.SumExpression(sum=list(LISTS)),
    defaults=dict.fromkeys(LISTS, 0.0),  # a point that is in one list only
)


def _request_of(search: Search) -> dict[str, Any]:
    """Return a search as the arguments of the client's ``query_points``."""
    allowed = _filter(search)
    parts: list[dict[str, Any]] = []
    if search.dense is not None:
        breadth = qm.SearchParams(hnsw_ef=GRAPH_BREADTH)
        parts.append({"query": search.dense.tolist(), "using": DENSE, "params": breadth})
    if search.sparse is not None:
        terms = qm.SparseVector(indices=list(search.sparse.indices), values=list(search.sparse.values))
        corpus = qm.Filter(must=[type_is(search.item_type)])
        statistics = qm.SearchParams(idf=qm.IdfCorpusParams(corpus=corpus))
        parts.append({"query": terms, "using": LEXICAL, "params": statistics})
    if search.fused:
        fetches = [qm.Prefetch(filter=allowed, limit=search.depth, **part) for part in parts]
        return {"prefetch": fetches, "query": _SUM, "limit": search.limit}
    part = parts[0]
    part["search_params"] = part.pop("params")
    return {**part, "query_filter": allowed, "limit": search.limit}
