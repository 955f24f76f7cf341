"""What is stored and asked in Qdrant, said once for its two dialects: the embedded engine and the server.

Their Python classes differ in names and arguments; what they are given is the same. A dialect turns a
:class:`Search` into its own request, and :func:`point_of` puts a stored point together again for both.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from matcher.domain.items import ItemType
from matcher.index.points import DENSE, LABELS, LEXICAL, Question, point_uuid, prefetch_limit
from matcher.index.ports import Point, Sparse, Vectors, Where

PAYLOAD_INDEXES = {"item_type": "keyword", "open_from": "float", "open_until": "float"}
"""Fields that queries filter on, and the kind of index each needs: without one a filter reads every point."""
LISTS = ("$score[0]", "$score[1]")
"""Both scores of a fused search, as a formula of the engine names them: cosine, then lexical."""


@dataclass(frozen=True, slots=True)
class Search:
    """One query in no dialect.

    Attributes
    ----------
    item_type, opens, excluding
        What every hit fulfils: its type; open at this instant in POSIX seconds, if given; none of these ids.
    dense, sparse
        The vectors to search for; at least one is given.
    fused
        Whether both result lists are added up, each cut at ``depth``; else the only list is the answer.
    depth, limit
        Results of each list before fusion, and of the whole request.
    """

    item_type: ItemType
    opens: float | None
    excluding: tuple[str, ...]
    dense: Vectors | None
    sparse: Sparse | None
    fused: bool
    depth: int
    limit: int


def search_of(question: Question, where: Where) -> Search | None:
    """Return the one query of a question; None when it is lexical and has no terms.

    A fused request asks for as many results as both lists hold together: the order of equal scores is ours,
    so the cut is too.
    """
    if question.dense is None and question.sparse is None:
        return None
    depth = prefetch_limit(question.limit)
    return Search(
        where.item_type,
        question.opens,
        tuple(sorted(where.excluding)),
        question.dense,
        question.sparse,
        question.fused,
        depth,
        2 * depth if question.fused else question.limit,
    )


def vectors_of(point: Point, sparse_vector: Any) -> dict[str, Any]:
    """Return the named vectors of a point; those it lacks are left out.

    ``sparse_vector`` is the dialect's class. A point without terms stays out of the lexical statistics.
    """
    vectors: dict[str, Any] = {DENSE: point.dense.tolist()}
    if point.sparse.indices:
        indices, values = list(point.sparse.indices), list(point.sparse.values)
        vectors[LEXICAL] = sparse_vector(indices=indices, values=values)
    if point.labels is not None:
        vectors[LABELS] = point.labels.tolist()
    return vectors


def point_of(facts: Mapping[str, Any], vectors: Mapping[str, Any]) -> Point:
    """Return the point of a stored payload and its named vectors."""
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
    )


def _sparse(indices: Sequence[int], values: Sequence[float]) -> Sparse:
    """Return a sparse vector by ascending term id, in whatever order the engine gave it back."""
    pairs = sorted(zip(indices, values, strict=True))
    return Sparse(tuple(index for index, _ in pairs), tuple(value for _, value in pairs))


def keys_of(ids: Sequence[str]) -> list[str]:
    """Return the engine's ids of items, as text."""
    return [str(point_uuid(item_id)) for item_id in ids]
