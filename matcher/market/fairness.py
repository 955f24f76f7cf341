"""How evenly a plan treats people, and what it costs in relevance. Pure functions of numbers."""

import numpy as np
from numpy.typing import ArrayLike

from matcher.arrays import Floats
from matcher.errors import InvalidRequest


def gini(values: ArrayLike) -> float:
    """Inequality of non-negative values: 0 when all are equal, (n - 1) / n when one has everything.

    Source: Gini (1912), sorted form: ``sum((2 i - n - 1) x_i) / (n sum(x))``. No values, or all zero: 0.

    Raises
    ------
    InvalidRequest
        A value that is negative or not finite.

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
    return max(0.0, shares)  # rounding can put equal values a hair below 0


def relevance_kept(lists: ArrayLike, relevance: ArrayLike, k: int | None = None) -> Floats:
    """Compare each list with the same person's own ranking: nDCG, linear gains, log2(rank + 1).

    Source: Järvelin and Kekäläinen (2002).

    Parameters
    ----------
    lists
        (C, K) column numbers of ``relevance``, best first, -1 for none.
    relevance
        (C, J) what each person gains; the ideal is the best ``k`` of its row.
    k
        Depth; the whole list by default.

    Returns
    -------
    ndarray of shape (C,), in [0, 1]; 1 where there is nothing to gain.

    Raises
    ------
    InvalidRequest
        Not one list a row of relevance.

    Examples
    --------
    >>> relevance_kept([[1, 0]], [[1.0, 0.0]]).round(3).tolist()
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
