"""The exact reference index in numpy: every engine is held against it, and small catalogues need no other.

Formulas are Qdrant's, as qdrant-client 1.20 computes them and Edge 0.9.0 was measured to: cosine for the
dense vectors; for a term found in ``df`` of the ``n`` points of the type asked for that have any term,
``idf = ln((n - df + 0.5) / (df + 0.5) + 1)`` (Robertson and Zaragoza 2009, kept positive) and a lexical score
of ``sum(query * idf * stored)``; both lists cut at :func:`matcher.index.points.prefetch_limit` and fused by
DBSF (Mazzeschi 2023): ``(s - m + 3d) / 6d`` with mean ``m`` and sample standard deviation ``d`` of the list,
0.5 for a list of one or of equal scores, added up over the lists.
"""

import io
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray
from scipy import sparse as sp

from matcher.domain.items import ItemType
from matcher.errors import BackendUnavailable, NotReady
from matcher.files import FileLock, write_whole
from matcher.index.points import check_points, check_query, payload, prefetch_limit, ranked, skills_of
from matcher.index.ports import Hit, Point, Sparse, Vectors, Where

_FILE = "points.npz"


class ExactIndex:
    """Brute force over all points of a type; ties at the cut go to the smaller id.

    Parameters
    ----------
    folder
        Where :meth:`flush` keeps the points; None keeps them in memory only.
    dim
        Length of a dense vector.
    """

    def __init__(self, folder: Path | None, dim: int) -> None:
        self._dim, self._folder, self._open = dim, folder, True
        is_new = folder is None or not (folder / "lock").exists()
        self._lock = FileLock(folder / "lock") if folder else None
        try:
            self._points = {} if folder is None or is_new else _read(folder / _FILE)
        except BaseException:
            self.close()
            raise
        self._tables: dict[ItemType, _Table] = {}
        self._dirty = is_new

    def upsert(self, points: Sequence[Point]) -> None:
        """Insert or replace; the last of several points with one id stays."""
        self._require_open()
        check_points(points, self._dim)
        for point in points:
            self._points[point.id] = point
        self._changed()

    def delete(self, ids: Sequence[str]) -> None:
        """Remove; unknown ids are ignored."""
        self._require_open()
        for item_id in ids:
            self._points.pop(item_id, None)
        self._changed()

    def query(self, dense: Vectors | None, sparse: Sparse | None, where: Where, limit: int) -> list[Hit]:
        """Fused results (DBSF); with one part only, its own scores: cosine or BM25."""
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
        scored = _dbsf(lists) if asked.fused else {row: score for rows in lists for row, score in rows}
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
        """Write the points to the folder, whole or not at all."""
        self._require_open()
        if self._folder and self._dirty:
            write_whole(self._folder / _FILE, _packed(list(self._points.values()), self._dim))
        self._dirty = False

    def close(self) -> None:
        """Flush and release; further calls raise BackendUnavailable."""
        try:
            if self._open and hasattr(self, "_points"):
                self.flush()
        finally:
            self._open = False
            if self._lock:
                self._lock.release()

    def _require_open(self) -> None:
        if not self._open:
            raise BackendUnavailable("The index is closed.")

    def _changed(self) -> None:
        self._dirty = True
        self._tables.clear()

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
    terms: NDArray[np.int64]
    weights: Any  # scipy csc_matrix, shape (points, terms)
    with_terms: int
    open_from: NDArray[np.float64]
    open_until: NDArray[np.float64]

    def allowed(self, at: datetime | None, excluding: frozenset[str]) -> NDArray[np.bool_]:
        mask = np.ones(len(self.ids), dtype=bool)
        if at is not None:
            mask = (self.open_from <= at.timestamp()) & (at.timestamp() < self.open_until)
        for item_id in excluding:
            row = int(np.searchsorted(self.ids, item_id)) if self.ids else 0
            if row < len(self.ids) and self.ids[row] == item_id:
                mask[row] = False
        return mask

    def lexical(self, query: Sparse) -> NDArray[np.float64]:
        asked, values = np.asarray(query.indices, dtype=np.int64), np.asarray(query.values)
        known = np.isin(asked, self.terms)
        columns = np.searchsorted(self.terms, asked[known])
        chosen = self.weights[:, columns]
        found = np.diff(chosen.indptr)
        idf = np.log((self.with_terms - found + 0.5) / (found + 0.5) + 1)
        return np.asarray(chosen @ (values[known] * idf), dtype=np.float64)


def _table_of(points: Sequence[Point], dim: int) -> _Table:
    dense = np.array([_unit(p.dense) for p in points], dtype=np.float32).reshape(len(points), dim)
    ends = np.cumsum([0] + [len(p.sparse.indices) for p in points])
    indices = np.array([i for p in points for i in p.sparse.indices], dtype=np.int64)
    values = np.array([v for p in points for v in p.sparse.values], dtype=np.float64)
    terms, columns = np.unique(indices, return_inverse=True)
    weights = sp.csr_matrix((values, columns, ends), shape=(len(points), len(terms))).tocsc()
    return _Table(
        [p.id for p in points],
        [p.version for p in points],
        dense,
        terms,
        weights,
        sum(1 for p in points if p.sparse.indices),
        np.array([p.open_from for p in points]),
        np.array([p.open_until for p in points]),
    )


def _unit(vector: Vectors) -> Vectors:
    return (vector / np.linalg.norm(vector)).astype(np.float32)


def _top(scores: NDArray[Any], allowed: NDArray[np.bool_], limit: int) -> list[tuple[int, float]]:
    rows = np.flatnonzero(allowed)
    best = rows[np.argsort(-scores[rows], kind="stable")][:limit]
    return [(int(row), float(scores[row])) for row in best]


def _dbsf(lists: Sequence[list[tuple[int, float]]]) -> dict[int, float]:
    fused: dict[int, float] = {}
    for scored in lists:
        scores = np.array([score for _, score in scored])
        spread = float(scores.std(ddof=1)) if len(scores) > 1 else 0.0
        for row, score in scored:
            share = (score - float(scores.mean()) + 3 * spread) / (6 * spread) if spread else 0.5
            fused[row] = fused.get(row, 0.0) + share
    return fused


def _packed(points: Sequence[Point], dim: int) -> bytes:
    """Points as one npz: a JSON head and flat arrays, no pickle."""
    head = [payload(point) for point in points]
    labels = [p.labels if p.labels is not None else np.zeros((0, dim), np.float32) for p in points]
    file = io.BytesIO()
    np.savez(
        file,
        head=np.frombuffer(json.dumps(head).encode(), dtype=np.uint8),
        dense=np.array([p.dense for p in points], np.float32).reshape(len(points), dim),
        term_ends=np.cumsum([0] + [len(p.sparse.indices) for p in points]),
        terms=np.array([i for p in points for i in p.sparse.indices], np.int64),
        weights=np.array([v for p in points for v in p.sparse.values], np.float64),
        label_ends=np.cumsum([0] + [len(rows) for rows in labels]),
        labels=np.concatenate([np.zeros((0, dim), np.float32), *labels]),
    )
    return file.getvalue()


def _read(path: Path) -> dict[str, Point]:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            return {point.id: point for point in _unpacked(dict(arrays))}
    except (OSError, ValueError, KeyError, EOFError, IndexError, BadZipFile) as error:
        raise NotReady("The index file cannot be read. Rebuild it: matcher reindex", place=path) from error


def _unpacked(arrays: dict[str, NDArray[Any]]) -> Iterator[Point]:
    terms, weights, labels = arrays["terms"].tolist(), arrays["weights"].tolist(), arrays["labels"]
    term_ends, label_ends = arrays["term_ends"].tolist(), arrays["label_ends"].tolist()
    for row, facts in enumerate(json.loads(arrays["head"].tobytes())):
        own = slice(term_ends[row], term_ends[row + 1])
        rows = labels[label_ends[row] : label_ends[row + 1]]
        yield Point(
            facts["id"],
            ItemType(facts["item_type"]),
            facts["version"],
            arrays["dense"][row],
            Sparse(tuple(terms[own]), tuple(weights[own])),
            facts["open_from"],
            facts["open_until"],
            rows if len(rows) else None,
            skills_of(facts),
        )
