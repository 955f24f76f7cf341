"""Talking to a Qdrant server: the connection, its faults in our words, collections, points there and back."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from qdrant_client import QdrantClient
from qdrant_client import models as qm
from qdrant_client.common.client_exceptions import ResourceExhaustedResponse
from qdrant_client.http.exceptions import ResponseHandlingException, UnexpectedResponse

from matcher.domain.items import ItemType
from matcher.errors import BackendUnavailable, MatcherError, NotReady
from matcher.index.points import (
    DENSE,
    GRAPH_BREADTH,
    LABELS,
    LEXICAL,
    Question,
    payload,
    point_uuid,
    prefetch_limit,
    skills_of,
)
from matcher.index.ports import Point, Sparse, Where

WRITE_LIMIT = 64
"""Points per request: 64 points of 48 labels of 384 numbers stay under the server's 32 MB."""

READS = frozenset(
    {"count", "get_aliases", "get_collection", "get_collections", "query_points", "retrieve", "scroll"}
)
"""Methods of the client that a read-only key is enough for."""

# An answer that is not JSON comes up as a bare ValueError.
_FAULTS = (ResponseHandlingException, UnexpectedResponse, ResourceExhaustedResponse, ValueError)
_PAUSES = (0.1, 0.4, 1.6)
_LONGEST_PAUSE = 5.0


@dataclass(frozen=True, slots=True)
class Server:
    """Where the server is and how patiently it is asked.

    ``api_key`` goes with what reads and ``write_key`` with what writes; where only one is given it goes with
    both, and a process that only asks needs no more than a read-only ``api_key``. Keys travel in clear over
    ``http``: use ``https`` beyond one machine.
    """

    url: str
    api_key: str | None = field(default=None, repr=False)
    write_key: str | None = field(default=None, repr=False)
    timeout: int = 5  # seconds a single request may take
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)

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
        """Run a call that may be repeated; passing faults (429, 5xx, no answer) are tried again three times.

        Raises NotReady when the collection is gone, BackendUnavailable for everything else.
        """
        for pause in (*_PAUSES, None):
            try:
                return do()
            except _FAULTS as error:
                wait = _wait(error, pause)
                if wait is None:
                    raise self._ours(error) from error
                self.sleep(wait)
        raise AssertionError("unreachable: the last round returns or raises")

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


def _wait(error: Exception, pause: float | None) -> float | None:
    """Seconds until another try; None when there should be none."""
    if pause is None:
        return None
    if isinstance(error, ResourceExhaustedResponse):
        return float(error.retry_after_s) if error.retry_after_s <= _LONGEST_PAUSE else None
    if isinstance(error, UnexpectedResponse):
        return pause if error.status_code == 429 or (error.status_code or 0) >= 500 else None
    return pause


def create_collection(client: QdrantClient, name: str, dim: int, **options: Any) -> None:
    """Make a collection in strict mode, with every payload index that is filtered on.

    ``options`` go to the server as they are: shard_number, replication_factor, metadata.
    """
    whole = qm.MultiVectorConfig(comparator=qm.MultiVectorComparator.MAX_SIM)
    client.create_collection(
        name,
        vectors_config={
            DENSE: qm.VectorParams(size=dim, distance=qm.Distance.COSINE),
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
    for name_of_field, schema in (
        ("item_type", qm.PayloadSchemaType.KEYWORD),
        ("open_from", qm.PayloadSchemaType.FLOAT),
        ("open_until", qm.PayloadSchemaType.FLOAT),
    ):
        client.create_payload_index(name, name_of_field, schema, wait=True)


def keys_of(ids: Sequence[str]) -> list[str]:
    """Server ids of items."""
    return [str(point_uuid(item_id)) for item_id in ids]


def struct_of(point: Point) -> qm.PointStruct:
    """Return a point as it is sent; vectors it has not got are left out."""
    vectors: dict[str, Any] = {DENSE: point.dense.tolist()}
    if point.sparse.indices:
        vectors[LEXICAL] = qm.SparseVector(
            indices=list(point.sparse.indices), values=list(point.sparse.values)
        )
    if point.labels is not None:
        vectors[LABELS] = point.labels.tolist()
    return qm.PointStruct(id=str(point_uuid(point.id)), vector=vectors, payload=payload(point))


def point_of(facts: dict[str, Any], vectors: dict[str, Any]) -> Point:
    """Put a point together again from its payload and vectors."""
    terms, labels = vectors.get(LEXICAL), vectors.get(LABELS)
    return Point(
        facts["id"],
        ItemType(facts["item_type"]),
        facts["version"],
        np.array(vectors[DENSE], dtype=np.float32),
        _sparse(terms.indices, terms.values) if terms else Sparse(),
        facts["open_from"],
        facts["open_until"],
        np.array(labels, dtype=np.float32) if labels is not None else None,
        skills_of(facts),
    )


def _sparse(indices: Sequence[int], values: Sequence[float]) -> Sparse:
    return Sparse(*map(tuple, zip(*sorted(zip(indices, values, strict=True)), strict=True)))


def of_type(kind: ItemType) -> qm.Filter:
    """Condition: points of one type."""
    return qm.Filter(must=[qm.FieldCondition(key="item_type", match=qm.MatchValue(value=kind.value))])


def _filter(asked: Question, where: Where) -> qm.Filter:
    must: list[Any] = [qm.FieldCondition(key="item_type", match=qm.MatchValue(value=where.item_type.value))]
    if asked.opens is not None:
        must.append(qm.FieldCondition(key="open_from", range=qm.Range(lte=asked.opens)))
        must.append(qm.FieldCondition(key="open_until", range=qm.Range(gt=asked.opens)))
    excluded: list[Any] = list(keys_of(sorted(where.excluding)))
    return qm.Filter(must=must, must_not=[qm.HasIdCondition(has_id=excluded)] if excluded else None)


def query_of(asked: Question, where: Where) -> dict[str, Any] | None:
    """Arguments of the one server query; None when a lexical query has no terms."""
    allowed = _filter(asked, where)
    parts: list[dict[str, Any]] = []
    if asked.dense is not None:
        breadth = qm.SearchParams(hnsw_ef=GRAPH_BREADTH)
        parts.append({"query": asked.dense.tolist(), "using": DENSE, "params": breadth})
    if asked.sparse is not None:
        terms = qm.SparseVector(indices=list(asked.sparse.indices), values=list(asked.sparse.values))
        statistics = qm.SearchParams(idf=qm.IdfCorpusParams(corpus=of_type(where.item_type)))
        parts.append({"query": terms, "using": LEXICAL, "params": statistics})
    if asked.fused:
        depth = prefetch_limit(asked.limit)
        fetches = [qm.Prefetch(filter=allowed, limit=depth, **part) for part in parts]
        return {"prefetch": fetches, "query": qm.FusionQuery(fusion=qm.Fusion.DBSF), "limit": 2 * depth}
    if not parts:
        return None
    part = parts[0]
    return {
        "query": part["query"],
        "using": part["using"],
        "search_params": part["params"],
        "query_filter": allowed,
        "limit": asked.limit,
    }
