"""Protocols with more than one real implementation each.

Vectors are rows of unit length, float32. Results are ordered by ``(-score, id)``.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from matcher.domain.items import ALWAYS_OPEN, ItemType

Vectors = NDArray[np.float32]


class Encoder(Protocol):
    """Turns texts into vectors of unit length."""

    @property
    def name(self) -> str:
        """Identity of the weights; two encoders of one name give the same vectors."""
        ...

    @property
    def dim(self) -> int:
        """Length of a vector."""
        ...

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Encode questions, shape (n, dim); empty input gives shape (0, dim)."""
        ...

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Encode what is searched, shape (n, dim)."""
        ...


@dataclass(frozen=True, slots=True)
class Sparse:
    """A lexical vector: term ids strictly increasing, weights positive and finite."""

    indices: tuple[int, ...] = ()
    values: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Point:
    """What the index keeps of one item. ``open_from``/``open_until`` are POSIX seconds.

    ``labels`` is a multi-vector (named vector ``labels``): stored and fetched with the point, not searched.
    """

    id: str
    item_type: ItemType
    version: str
    dense: Vectors
    sparse: Sparse
    open_from: float = ALWAYS_OPEN[0]
    open_until: float = ALWAYS_OPEN[1]
    labels: Vectors | None = None  # shape (n, dim): one row per short label of the item; None = no label


@dataclass(frozen=True, slots=True)
class Where:
    """Hard conditions of a query, applied inside the index."""

    item_type: ItemType
    open_at: datetime | None = None
    excluding: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Hit:
    """One first-stage result: fused score, larger is better."""

    id: str
    score: float
    version: str


class Index(Protocol):
    """A hybrid vector index. Writes are durable after :meth:`flush`. One writer at a time."""

    def upsert(self, points: Sequence[Point]) -> None:
        """Insert or replace; refuses NaN, infinite or zero vectors with InvalidRequest."""
        ...

    def delete(self, ids: Sequence[str]) -> None:
        """Remove; unknown ids are ignored."""
        ...

    def query(self, dense: Vectors | None, sparse: Sparse | None, where: Where, limit: int) -> list[Hit]:
        """Add dense and lexical scores under ``where``; at least one of the two is given."""
        ...

    def fetch(self, ids: Sequence[str]) -> dict[str, Point]:
        """Points by id, vectors included; unknown ids are absent."""
        ...

    def ids(self) -> Iterator[str]:
        """All ids, in ascending order."""
        ...

    def count(self) -> int:
        """Count the points."""
        ...

    def counts(self) -> dict[ItemType, int]:
        """Count the points of every type, zeros included."""
        ...

    def versions(self, ids: Sequence[str] | None = None) -> dict[str, str]:
        """Version by id: of all points, or of those among ``ids`` that are here."""
        ...

    def flush(self) -> None:
        """Make every acknowledged write survive a power cut."""
        ...

    def close(self) -> None:
        """Flush and release; further calls raise BackendUnavailable."""
        ...
