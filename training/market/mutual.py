"""Both sides are shown lists at once, and a match needs each to find the other.

The model of CyberAgent's FairReciprocalRecommendation (Tomita and Yokoyama, 2024): a pair matches with
probability ``f v(k) * g v(l)`` where ``k`` and ``l`` are the ranks at which each is shown to the other.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import linear_sum_assignment

from matcher.arrays import Floats, Ints
from matcher.market.pairs import two_sides
from matcher.market.position_bias import Law, examination_probabilities
from matcher.market.search import by_rank


@dataclass(frozen=True, slots=True)
class Mutual:
    """Lists of both sides, (C, J) and (J, C), and the expected matches of each pair (C, J)."""

    left: Ints
    right: Ints
    match: Floats


def match_probabilities(
    left: Ints, right: Ints, f: ArrayLike, g: ArrayLike, law: Law | ArrayLike = "inverse"
) -> Floats:
    """Compute the probability of each match (C, J) when both sides look at full lists at once."""
    f, g, _ = two_sides(f, g)
    v, w = examination_probabilities(law, f.shape[1]), examination_probabilities(law, f.shape[0])
    return np.minimum(1, f * by_rank(left, v)) * np.minimum(1, g * by_rank(right, w)).T


def plan_mutual(f: ArrayLike, g: ArrayLike, law: Law | ArrayLike = "inverse", *, layers: int = 3) -> Mutual:
    """Rank both sides for the most mutual matches.

    The ``k``-th layer gives rank ``k`` on both sides to the best assignment of pairs not yet ranked
    (scipy's Jonker-Volgenant solver); then each side in turn sorts by gain times the other's examination,
    which by the rearrangement inequality never lowers the total, until nothing changes.

    Examples
    --------
    >>> both = plan_mutual([[0.9, 0.8], [0.9, 0.1]], [[0.9, 0.8], [0.8, 0.6]])
    >>> both.left.tolist(), both.right.tolist()
    ([[1, 0], [0, 1]], [[1, 0], [0, 1]])
    """
    f, g, _ = two_sides(f, g)
    product = f * g.T
    v, w = examination_probabilities(law, f.shape[1]), examination_probabilities(law, f.shape[0])
    key = product.copy()
    rest = product.copy()
    for layer in range(min(layers, *f.shape)):
        rows, columns = linear_sum_assignment(-rest)
        key[rows, columns] = 2 + layers - layer + product[rows, columns]
        rest[rows, columns] = -1
    left, right = np.argsort(-key, axis=1, kind="stable"), np.argsort(-key.T, axis=1, kind="stable")
    best = -1.0
    while (total := float(match_probabilities(left, right, f, g, law).sum())) > best * (1 + 1e-9):
        best, kept = total, (left, right)
        left = np.argsort(-product * np.minimum(1, g * by_rank(right, w)).T, axis=1, kind="stable")
        right = np.argsort(-product.T * np.minimum(1, f * by_rank(left, v)).T, axis=1, kind="stable")
    return Mutual(*kept, match_probabilities(*kept, f, g, law))
