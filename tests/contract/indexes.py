"""The backends of the index contract and the points they are tried with."""

from datetime import UTC, datetime

import numpy as np

from matcher.domain.items import ItemType
from matcher.index import Point, Sparse, Vectors, Where

DIM = 16
NO_TERMS = Sparse()
ORGANISATIONS = Where(ItemType.ORGANISATION)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def unit(seed: int, dim: int = DIM) -> Vectors:
    vector = np.random.default_rng(seed).standard_normal(dim).astype(np.float32)
    return vector / np.linalg.norm(vector)


def terms(*indices: int, weight: float = 1.0) -> Sparse:
    return Sparse(tuple(indices), tuple(weight + 0.1 * (i % 7) for i in indices))


def point(
    item_id: str,
    seed: int = 0,
    sparse: Sparse = NO_TERMS,
    item_type: ItemType = ItemType.ORGANISATION,
    window: tuple[float, float] | None = None,
    version: str = "v1",
) -> Point:
    dates = window or (-1e12, 1e12)
    return Point(item_id, item_type, version, unit(seed), sparse, *dates)


def crowd(count: int, seed: int = 113) -> list[Point]:
    """Points whose scores hardly ever tie: random directions, term ids drawn from Zipf's law."""
    chance = np.random.default_rng(seed)
    share = 1 / np.arange(1, 400)
    types = list(ItemType)
    made = []
    for number in range(count):
        indices = np.unique(chance.choice(399, 20, p=share / share.sum()))
        sparse = Sparse(tuple(indices.tolist()), tuple(chance.uniform(0.2, 2, len(indices)).tolist()))
        vector = chance.standard_normal(DIM).astype(np.float32)
        opens = NOON.timestamp() + float(chance.normal(0, 86400))
        made.append(
            Point(
                f"I{number:05d}",
                types[int(chance.integers(4))],
                f"v{number}",
                vector / np.linalg.norm(vector),
                sparse,
                opens,
                opens + 86400,
                np.stack([unit(number), unit(number + 1)]) if number % 3 == 0 else None,
            )
        )
    return made
