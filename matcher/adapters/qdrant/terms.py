"""How the index speaks to Qdrant Edge: the shard's make-up, points there and back, one query."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import qdrant_edge as qe

from matcher.domain.items import ItemType
from matcher.index.points import (
    DENSE,
    GRAPH_BREADTH,
    LABELS,
    LEXICAL,
    Question,
    point_uuid,
    prefetch_limit,
    skills_of,
)
from matcher.index.ports import Point, Sparse, Where


def keys_of(ids: Sequence[str]) -> list[Any]:
    """Engine ids of items."""
    return [point_uuid(item_id) for item_id in ids]


def load_shard(folder: Path) -> qe.EdgeShard:
    """Open the shard kept in ``folder``."""
    return qe.EdgeShard.load(str(folder))


def create_shard(folder: Path, dim: int) -> qe.EdgeShard:
    """Make an empty shard with the payload indexes that :func:`request_of` filters on."""
    folder.mkdir(parents=True)
    shard = qe.EdgeShard.create(str(folder), _config(dim))
    for field, schema in (
        ("item_type", qe.PayloadSchemaType.Keyword),
        ("open_from", qe.PayloadSchemaType.Float),
        ("open_until", qe.PayloadSchemaType.Float),
    ):
        shard.update(qe.UpdateOperation.create_field_index(field, schema))
    return shard


def _config(dim: int) -> qe.EdgeConfig:
    whole = qe.MultiVectorConfig(qe.MultiVectorComparator.MaxSim)
    unsearched = qe.HnswIndexConfig(m=0, ef_construct=4, full_scan_threshold=10_000)
    return qe.EdgeConfig(
        vectors={
            DENSE: qe.EdgeVectorParams(size=dim, distance=qe.Distance.Cosine),
            LABELS: qe.EdgeVectorParams(
                size=dim, distance=qe.Distance.Cosine, multivector_config=whole, hnsw_config=unsearched
            ),
        },
        sparse_vectors={LEXICAL: qe.EdgeSparseVectorParams(modifier=qe.Modifier.Idf)},
        wal_enabled=True,
    )


def vectors_of(point: Point) -> dict[str, Any]:
    """Named vectors of a point; what it has not got is left out."""
    vectors: dict[str, Any] = {DENSE: point.dense.tolist()}
    if point.sparse.indices:  # a point without terms stays out of the lexical statistics
        vectors[LEXICAL] = qe.SparseVector(list(point.sparse.indices), list(point.sparse.values))
    if point.labels is not None:
        vectors[LABELS] = point.labels.tolist()
    return vectors


def point_of(facts: dict[str, Any], vectors: dict[str, Any]) -> Point:
    """Put a point together again from its payload and vectors."""
    terms = vectors.get(LEXICAL)
    labels = vectors.get(LABELS)
    return Point(
        facts["id"],
        ItemType(facts["item_type"]),
        facts["version"],
        np.array(vectors[DENSE], dtype=np.float32),
        Sparse(tuple(terms.indices), tuple(terms.values)) if terms else Sparse(),
        facts["open_from"],
        facts["open_until"],
        np.array(labels, dtype=np.float32) if labels is not None else None,
        skills_of(facts),
    )


OF_TYPE = {kind: qe.FieldCondition("item_type", match=qe.MatchValue(kind.value)) for kind in ItemType}
_IDF_OF_TYPE = {
    kind: qe.SearchParams(idf=qe.IdfParams(corpus=qe.Filter(must=[condition])))
    for kind, condition in OF_TYPE.items()
}


_BREADTH = qe.SearchParams(hnsw_ef=GRAPH_BREADTH)
_DBSF: Any = qe.Fusion.Dbsf()  # the stubs miss that it is a Fusion


def _filter(asked: Question, where: Where) -> qe.Filter:
    must: list[Any] = [OF_TYPE[where.item_type]]
    if asked.opens is not None:
        must.append(qe.FieldCondition("open_from", range=qe.RangeFloat(lte=asked.opens)))
        must.append(qe.FieldCondition("open_until", range=qe.RangeFloat(gt=asked.opens)))
    if not where.excluding:
        return qe.Filter(must=must)
    excluded: Any = {point_uuid(item_id) for item_id in where.excluding}
    return qe.Filter(must=must, must_not=[qe.HasIdCondition(excluded)])


def request_of(asked: Question, where: Where) -> qe.QueryRequest | None:
    """Build the one engine query; None when a lexical query has no terms."""
    allowed, statistics = _filter(asked, where), _IDF_OF_TYPE[where.item_type]
    parts: list[tuple[Any, qe.SearchParams]] = []
    if asked.dense is not None:
        parts.append((qe.Query.Nearest(asked.dense.tolist(), using=DENSE), _BREADTH))
    if asked.sparse is not None:
        terms = qe.SparseVector(list(asked.sparse.indices), list(asked.sparse.values))
        parts.append((qe.Query.Nearest(terms, using=LEXICAL), statistics))
    if asked.fused:
        depth = prefetch_limit(asked.limit)
        fetches = [qe.Prefetch(depth, query=q, filter=allowed, params=p) for q, p in parts]
        return qe.QueryRequest(2 * depth, query=_DBSF, prefetches=fetches, with_payload=False)
    if not parts:
        return None
    query, params = parts[0]
    return qe.QueryRequest(asked.limit, query=query, filter=allowed, params=params, with_payload=False)
