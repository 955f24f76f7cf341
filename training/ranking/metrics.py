"""Measures of rankings, as small pure functions.

A ranking is a sequence of distinct items, best first, without ties: rankings by a score are ordered by
``(-score, id)``. ``grades`` maps an item to its relevance; grades of 0 or less, and items without a grade,
are not relevant. A measure of one query that has nothing relevant is undefined and ``nan``: such a query says
nothing about a ranking, so it is left out of means, not counted as 0 or 1.
"""

from collections.abc import Hashable, Mapping, Sequence
from typing import Literal, TypeVar

import numpy as np

T = TypeVar("T", bound=Hashable)
Gain = Literal["linear", "exponential"]


def reciprocal_rank(ranking: Sequence[T], grades: Mapping[T, float]) -> float:
    """1 / rank of the first relevant item, in [0, 1]; 0 when none is ranked.

    Source: Voorhees 1999, TREC-8 question answering track.

    >>> reciprocal_rank(["a", "b", "c"], {"b": 1, "c": 1})
    0.5
    """
    relevant = _relevant(grades)
    if not relevant:
        return float("nan")
    return next((1 / rank for rank, item in enumerate(ranking, 1) if item in relevant), 0.0)


def average_precision(ranking: Sequence[T], grades: Mapping[T, float]) -> float:
    """Mean over all relevant items of the precision at their rank, 0 for those not ranked; in [0, 1].

    Source: Manning, Raghavan and Schütze 2008, eq. 8.8.

    >>> average_precision(["a", "b", "c"], {"a": 1, "c": 1})  # (1/1 + 2/3) / 2
    0.8333333333333333
    """
    relevant = _relevant(grades)
    if not relevant:
        return float("nan")
    ranks = [rank for rank, item in enumerate(ranking, 1) if item in relevant]
    return sum(found / rank for found, rank in enumerate(ranks, 1)) / len(relevant)


def recall(ranking: Sequence[T], grades: Mapping[T, float], k: int) -> float:
    """Share of the relevant items among the first ``k``, in [0, 1].

    >>> recall(["a", "b", "c"], {"a": 1, "c": 1}, k=2)
    0.5
    """
    relevant = _relevant(grades)
    if not relevant:
        return float("nan")
    return len(relevant.intersection(ranking[:k])) / len(relevant)


def ndcg(
    ranking: Sequence[T], grades: Mapping[T, float], k: int, gain: Gain = "linear", halving: float = 1.0
) -> float:
    """Discounted cumulative gain of the first ``k`` over that of the best order, in [0, 1].

    Discount ``1 / log2(rank + 1)``. The gain of a grade g is g itself ("linear") or
    ``2 ** (g / halving) - 1`` ("exponential"; ``halving=2`` for two judges' grades summed).
    Source: Järvelin and Kekäläinen 2002; Burges et al. 2005 for the exponential gain.

    >>> round(ndcg(["a", "b"], {"b": 1}, k=2), 4)  # 1 / log2(3)
    0.6309
    """
    gains = {item: _gain(grade, gain, halving) for item, grade in grades.items() if grade > 0}
    if not gains:
        return float("nan")
    got = _dcg([gains.get(item, 0.0) for item in ranking[:k]])
    return got / _dcg(sorted(gains.values(), reverse=True)[:k])


def rbo(one: Sequence[T], other: Sequence[T], p: float = 0.9, depth: int = 100) -> float:
    """Rank-biased overlap of two rankings, extrapolated, in [0, 1]; 1 for equal rankings, symmetric.

    Both are cut at ``depth`` and at the shorter one's length; two empty rankings are equal. With agreement
    A(d), the share of common items among the first d of n: ``A(n) p^n + (1 - p) / p * sum A(d) p^d``.
    Source: Webber, Moffat and Zobel 2010, eq. 30. Rankings have no ties here (see the module's head).

    >>> rbo(["a", "b"], ["a", "b"]), round(rbo(["a", "b"], ["b", "a"]), 3)  # 1 * .81 + .1 / .9 * 1 * .81
    (1.0, 0.9)
    """
    length = min(len(one), len(other), depth)
    if length == 0:
        return float(len(one) == len(other))
    if list(one[:length]) == list(other[:length]):
        return 1.0  # exactly, where the sum below rounds
    seen_one: set[T] = set()
    seen_other: set[T] = set()
    common, total, agreement = 0, 0.0, 0.0
    for at, (a, b) in enumerate(zip(one[:length], other[:length], strict=True), 1):
        common += (a == b) or (a in seen_other) + (b in seen_one)
        seen_one.add(a)
        seen_other.add(b)
        agreement = common / at
        total += agreement * p**at
    return min(1.0, agreement * p**length + (1 - p) / p * total)


def overlap(one: Sequence[T], other: Sequence[T], k: int = 10) -> float:
    """Share of common items among the first ``k`` of two rankings, in [0, 1]; order does not count.

    Rankings shorter than ``k`` are compared at the longer one's length; two empty ones are equal.

    >>> overlap(["a", "b"], ["b", "c"], k=2)
    0.5
    """
    length = min(k, max(len(one), len(other)))
    return len(set(one[:k]) & set(other[:k])) / length if length else 1.0


def _relevant(grades: Mapping[T, float]) -> set[T]:
    return {item for item, grade in grades.items() if grade > 0}


def _gain(grade: float, gain: Gain, halving: float) -> float:
    return float(grade) if gain == "linear" else 2.0 ** (grade / halving) - 1


def _dcg(gains: Sequence[float]) -> float:
    return float(np.asarray(gains) @ (1 / np.log2(np.arange(2, len(gains) + 2))))
