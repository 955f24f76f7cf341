"""Who gets seen, who is forgotten, and what a plan costs in relevance. Pure functions of numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from matcher.errors import InvalidRequest
from matcher.market.position_bias import Floats, Law, examine


def gini(values: ArrayLike) -> float:
    """Inequality of non-negative values: 0 when all are equal, (n - 1) / n when one has everything.

    Source: Gini (1912), sorted form: ``sum((2 i - n - 1) x_i) / (n sum(x))``. No values, or all zero: 0.

    Examples
    --------
    >>> gini([0, 0, 0, 1])
    0.75
    """
    x = np.sort(np.asarray(values, dtype=float).ravel())
    if not np.isfinite(x).all() or (x < 0).any():
        raise InvalidRequest("Gini needs finite values that are not negative.")
    if len(x) == 0 or x.sum() == 0:
        return 0.0
    n = len(x)
    shares = float(((2 * np.arange(1, n + 1) - n - 1) * x).sum() / (n * x.sum()))
    return max(0.0, shares)  # equal values can sum to a hair below nothing


def views(lists: ArrayLike, receivers: int, examination: Law | ArrayLike = "inverse") -> Floats:
    """Sum ``v(rank)`` over the lists that show each receiver: how often it is expected to be examined.

    ``lists`` (C, K) holds receiver numbers best first, -1 for none. Returns shape (receivers,).

    Examples
    --------
    >>> views([[0, 1], [1, -1]], 3).tolist()
    [1.0, 1.5, 0.0]
    """
    ids = np.asarray(lists, dtype=np.int64)
    if ids.ndim != 2:
        raise InvalidRequest(
            f"Lists are a matrix of receiver numbers, one row a looker; this has shape {ids.shape}."
        )
    v = np.broadcast_to(examine(examination, ids.shape[1]), ids.shape)
    return np.bincount(ids[ids >= 0], weights=v[ids >= 0], minlength=receivers).astype(np.float64)


def ndcg_cost(lists: ArrayLike, relevance: ArrayLike, k: int | None = None) -> Floats:
    """Compare each list with the same person's unconstrained ranking: nDCG, linear gains, log2(rank + 1).

    Parameters
    ----------
    lists
        (C, K) receivers best first, -1 for none.
    relevance
        (C, J) what the looker gains; the ideal is the best ``k`` of its row.
    k
        Depth; the whole list by default.

    Returns
    -------
    ndarray of shape (C,), in [0, 1]; 1 where there is nothing to gain. ``1 - value`` is the cost.

    Examples
    --------
    >>> ndcg_cost([[1, 0]], [[1.0, 0.0]]).round(3).tolist()
    [0.631]
    """
    gain = np.asarray(relevance, dtype=float)
    ids = np.asarray(lists, dtype=np.int64)[:, :k]
    if ids.ndim != 2 or len(ids) != len(gain):
        raise InvalidRequest(f"{len(gain)} rows of relevance need as many lists, not {len(ids)}.")
    discount = 1 / np.log2(np.arange(2, max(ids.shape[1], 1) + 2))
    shown = np.where(ids >= 0, np.take_along_axis(gain, np.maximum(ids, 0), axis=1), 0)
    best = -np.sort(-gain, axis=1)[:, : ids.shape[1]]
    ideal = best @ discount[: best.shape[1]]
    got = shown @ discount[: ids.shape[1]]
    return np.divide(got, ideal, out=np.ones(len(gain)), where=ideal > 0)


@dataclass(frozen=True, slots=True)
class Exposure:
    """One receiver's place: its expected views, and its ratio to the fair share (all views / receivers)."""

    name: str
    views: float
    ratio: float
    under_floor: bool


def exposure_report(views_of: ArrayLike, names: Sequence[str], floor: float = 0.0) -> list[Exposure]:
    """Everyone's exposure, least seen first, ties by name.

    Examples
    --------
    >>> [(e.name, e.ratio) for e in exposure_report([3.0, 1.0], ["a", "b"])]
    [('b', 0.5), ('a', 1.5)]
    """
    seen = np.asarray(views_of, dtype=float)
    if len(seen) != len(names):
        raise InvalidRequest(f"{len(seen)} exposures for {len(names)} names.")
    fair = float(seen.mean()) if len(seen) else 0.0
    rows = [
        Exposure(name, float(x), float(x) / fair if fair else 0.0, bool(x < floor))
        for name, x in zip(names, seen, strict=True)
    ]
    return sorted(rows, key=lambda row: (row.views, row.name))


def losers(before: ArrayLike, after: ArrayLike, tolerance: float = 0.0) -> NDArray[np.int64]:
    """Who expects less than before, worst loss first, ties to the lower number.

    ``tolerance`` is a share of the value before: 0.01 forgives losses up to one per cent.

    Examples
    --------
    >>> losers([1.0, 1.0, 1.0], [0.5, 1.2, 0.9]).tolist()
    [0, 2]
    """
    old, new = np.asarray(before, dtype=float), np.asarray(after, dtype=float)
    if old.shape != new.shape:
        raise InvalidRequest(f"Two vectors of one length are compared, not {old.shape} and {new.shape}.")
    short = old * (1 - tolerance) - new
    order: NDArray[np.int64] = np.argsort(new - old, kind="stable")
    worse: NDArray[np.int64] = order[short[order] > 1e-12]
    return worse
