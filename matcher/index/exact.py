"""The exact reference index in numpy: every engine is held against it.

Formulas are Qdrant's, as qdrant-client 1.20 computes them and Edge 0.9.0 was measured to: cosine for the
dense vectors; for a term found in ``df`` of the ``n`` points of the type asked for that have any term,
``idf = ln((n - df + 0.5) / (df + 0.5) + 1)`` (Robertson and Zaragoza 2009, kept positive) and a lexical score
of ``sum(query * idf * stored)``. Both lists are cut at :func:`matcher.index.points.prefetch_limit` and added
up; a point that is not in a list gets 0 from it. The query's term weights make the two scores commensurable
(:attr:`matcher.index.lexical.Bm25Lexical.weight`).
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from matcher.arrays import Bools, Floats, Ints
from matcher.domain.items import ItemType
from matcher.errors import BackendUnavailable
from matcher.index.points import check_points, check_query, prefetch_limit, ranked
from matcher.index.ports import Hit, Point, Sparse, Vectors, Where


class ExactIndex:
    """Brute force over all points of a type; ties at the cut go to the smaller id.

    It lives in memory: tests hold the engines against it, and the laboratory asks it.

    Parameters
    ----------
    dim
        Length of a dense vector.

    Examples
    --------
    >>> index = ExactIndex(2)
    >>> vector = np.array([1, 0], dtype=np.float32)
    >>> index.upsert([Point("LEAD1", ItemType.LEAD, "v1", vector, Sparse((7,), (1.0,)))])
    >>> index.query(vector, None, Where(ItemType.LEAD), 5)
    [Hit(id='LEAD1', score=1.0, version='v1')]
    """

    def __init__(self, dim: int) -> None:
        self._dim, self._open = dim, True
        self._points: dict[str, Point] = {}
        self._tables: dict[ItemType, _Table] = {}

    def upsert(self, points: Sequence[Point]) -> None:
        """Insert or replace; the last of several points with one id stays."""
        self._require_open()
        check_points(points, self._dim)
        for point in points:
            self._points[point.id] = point
        self._tables.clear()

    def delete(self, ids: Sequence[str]) -> None:
        """Remove; unknown ids are ignored."""
        self._require_open()
        for item_id in ids:
            self._points.pop(item_id, None)
        self._tables.clear()

    def query(self, dense: Vectors | None, sparse: Sparse | None, where: Where, limit: int) -> list[Hit]:
        """Cosine plus lexical score; with one part only, its own scores."""
        self._require_open()
        asked = check_query(dense, sparse, where, limit, self._dim)
        table = self._table(where.item_type)
        allowed = table.allowed(where.open_at, where.excluding)
        depth = prefetch_limit(limit) if asked.fused else limit
        lists = []
        if asked.dense is not None:
            lists.append(_top(table.dense @ _unit(asked.dense), allowed, depth))
        if asked.sparse is not None:
            scores = table.lexical(asked.sparse)
            lists.append(_top(scores, allowed & (scores > 0), depth))
        scored = _added(lists)
        hits = (Hit(table.ids[row], score, table.versions[row]) for row, score in scored.items())
        return ranked(hits, limit)

    def fetch(self, ids: Sequence[str]) -> dict[str, Point]:
        """Points by id, vectors included; unknown ids are absent."""
        self._require_open()
        return {item_id: self._points[item_id] for item_id in ids if item_id in self._points}

    def versions(self, ids: Sequence[str] | None = None) -> dict[str, str]:
        """Version by id: of all points, or of those among ``ids`` that are here."""
        self._require_open()
        wanted = self._points if ids is None else [i for i in ids if i in self._points]
        return {item_id: self._points[item_id].version for item_id in wanted}

    def ids(self) -> Iterator[str]:
        """All ids, in ascending order."""
        self._require_open()
        return iter(sorted(self._points))

    def count(self) -> int:
        """Count the points."""
        self._require_open()
        return len(self._points)

    def counts(self) -> dict[ItemType, int]:
        """Count the points of every type, zeros included."""
        self._require_open()
        found = Counter(point.item_type for point in self._points.values())
        return {kind: found[kind] for kind in ItemType}

    def flush(self) -> None:
        """Do nothing: there is no disk."""
        self._require_open()

    def close(self) -> None:
        """Release; further calls raise BackendUnavailable."""
        self._open = False

    def _require_open(self) -> None:
        if not self._open:
            raise BackendUnavailable("The index is closed.")

    def _table(self, item_type: ItemType) -> "_Table":
        if item_type not in self._tables:
            points = sorted(
                (p for p in self._points.values() if p.item_type is item_type), key=lambda p: p.id
            )
            self._tables[item_type] = _table_of(points, self._dim)
        return self._tables[item_type]


@dataclass(frozen=True, slots=True)
class _Table:
    """The points of one type as arrays, rows in id order."""

    ids: list[str]
    versions: list[str]
    dense: Vectors
    postings: dict[int, tuple[Ints, Floats]]  # of each term: the rows that have it, and its weights there
    with_terms: int
    open_from: Floats
    open_until: Floats

    def allowed(self, at: datetime | None, excluding: frozenset[str]) -> Bools:
        mask = np.ones(len(self.ids), dtype=bool)
        if at is not None:
            mask = (self.open_from <= at.timestamp()) & (at.timestamp() < self.open_until)
        for item_id in excluding:
            row = int(np.searchsorted(self.ids, item_id)) if self.ids else 0
            if row < len(self.ids) and self.ids[row] == item_id:
                mask[row] = False
        return mask

    def lexical(self, query: Sparse) -> Floats:
        """Return the lexical score of every row, (points,), 0 where no term is shared."""
        scores = np.zeros(len(self.ids))
        for term, asked in zip(query.indices, query.values, strict=True):
            if term not in self.postings:
                continue
            rows, weights = self.postings[term]
            # As Qdrant works it out: among the points of the type that have any words (Robertson and
            # Zaragoza 2009, with 1 added, so that a word of most points counts little and never against).
            idf = np.log((self.with_terms - len(rows) + 0.5) / (len(rows) + 0.5) + 1)
            scores[rows] += weights * (asked * idf)
        return scores


def _table_of(points: Sequence[Point], dim: int) -> _Table:
    dense = np.zeros((len(points), dim), dtype=np.float32)
    for row, point in enumerate(points):
        dense[row] = _unit(point.dense)
    return _Table(
        [point.id for point in points],
        [point.version for point in points],
        dense,
        _postings([point.sparse for point in points]),
        sum(1 for point in points if point.sparse.indices),
        np.array([point.open_from for point in points]),
        np.array([point.open_until for point in points]),
    )


def _postings(vectors: Sequence[Sparse]) -> dict[int, tuple[Ints, Floats]]:
    """Return, for each term, the rows of the vectors that have it, ascending, and its weights in them."""
    found: dict[int, tuple[list[int], list[float]]] = defaultdict(lambda: ([], []))
    for row, vector in enumerate(vectors):
        for term, weight in zip(vector.indices, vector.values, strict=True):
            rows, weights = found[term]
            rows.append(row)
            weights.append(weight)
    return {term: (np.array(rows), np.array(weights)) for term, (rows, weights) in found.items()}


def _unit(vector: Vectors) -> Vectors:
    return (vector / np.linalg.norm(vector)).astype(np.float32)


def _top(scores: Floats, allowed: Bools, limit: int) -> list[tuple[int, float]]:
    rows = np.flatnonzero(allowed)
    best = rows[np.argsort(-scores[rows], kind="stable")][:limit]
    return [(int(row), float(scores[row])) for row in best]


def _added(lists: Sequence[list[tuple[int, float]]]) -> dict[int, float]:
    """Add up the scores of each row over the lists."""
    fused: dict[int, float] = {}
    for scored in lists:
        for row, score in scored:
            fused[row] = fused.get(row, 0.0) + score
    return fused
