"""Rankings that the plan is measured against: receivers best first, (C, J), ties to the lower number."""

import numpy as np
from numpy.typing import ArrayLike

from matcher.arrays import Bools, Floats, Ints
from matcher.market.pairs import two_sides


def _sorted(score: Floats, forbidden: Bools | None = None) -> Ints:
    """Columns by falling score; forbidden ones come last as -1."""
    if forbidden is None or not forbidden.any():
        return np.argsort(-score, axis=1, kind="stable")
    order = np.argsort(np.where(forbidden, np.inf, -score), axis=1, kind="stable")
    order[np.take_along_axis(forbidden, order, axis=1)] = -1
    return order


def naive(f: ArrayLike, g: ArrayLike | None = None) -> Ints:
    """Everyone's own preference, the usual recommender.

    Examples
    --------
    >>> naive([[0.1, 0.9]], [[1.0], [0.0]]).tolist()
    [[1, 0]]
    """
    left, _, forbidden = two_sides(f, g)
    return _sorted(left, forbidden)


def reciprocal(f: ArrayLike, g: ArrayLike | None = None) -> Ints:
    """By the product of both sides' gains.

    Examples
    --------
    >>> reciprocal([[0.1, 0.9]], [[1.0], [0.0]]).tolist()
    [[0, 1]]
    """
    left, right, forbidden = two_sides(f, g)
    return _sorted(left * right.T, forbidden)


def transferable_utility(
    f: ArrayLike, g: ArrayLike | None = None, *, beta: float = 1.0, iterations: int = 10_000
) -> Ints:
    """By the equilibrium of a matching market with transfers, found by IPFP.

    Source: Tomita, Togashi, Hashizume, Ohsaka, "Fast and Examination-agnostic Reciprocal Recommendation in
    Matching Markets" (RecSys 2023), after Decker et al. (2013): ``mu = sqrt(mu_c0 mu_0j)
    exp((f + g') / (2 beta))`` with unit margins.

    Examples
    --------
    >>> transferable_utility([[0.1, 0.9]], [[1.0], [0.0]]).tolist()
    [[0, 1]]
    """
    left, right, forbidden = two_sides(f, g)
    surplus = np.where(forbidden, -np.inf, (left + right.T) / 2)
    return _sorted(equilibrium(surplus, beta=beta, iterations=iterations), forbidden)


def equilibrium(surplus: Floats, *, beta: float = 1.0, iterations: int = 10_000) -> Floats:
    """Match masses (C, J) of the market with transfers; in the precision of ``surplus``.

    ``surplus`` (C, J) is half of ``f + g'``, minus infinity where a pair may not be.
    """
    kernel: Floats = np.exp(surplus / beta)
    single, other = np.ones(len(kernel), kernel.dtype), np.ones(kernel.shape[1], kernel.dtype)
    for _ in range(iterations):
        half = kernel @ other / 2
        new_single = 1 / (np.sqrt(1 + half**2) + half)  # sqrt(1 + x^2) - x, without cancellation
        half = kernel.T @ new_single / 2
        new_other = 1 / (np.sqrt(1 + half**2) + half)
        change = max(np.abs(new_single - single).max(), np.abs(new_other - other).max())
        single, other = new_single, new_other
        if change < 1e-9:
            break
    kernel *= single[:, None]
    kernel *= other[None, :]
    return kernel
