"""How sure a mean over queries is, and whether two methods differ; seeded, so tables repeat."""

import numpy as np
from numpy.typing import ArrayLike


def interval(
    values: ArrayLike, *, draws: int = 2000, seed: int = 0, level: float = 0.95
) -> tuple[float, float]:
    """Percentile bootstrap interval of the mean over queries (Efron 1979); ``nan`` for no values.

    >>> interval([1.0, 1.0, 1.0])
    (1.0, 1.0)
    """
    sample = np.asarray(values, dtype=np.float64)
    if sample.size == 0:
        return float("nan"), float("nan")
    chance = np.random.default_rng(seed)
    means = [sample[chance.integers(0, sample.size, sample.size)].mean() for _ in range(draws)]
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def paired_p(values: ArrayLike, peer: ArrayLike, *, draws: int = 10_000, seed: int = 0) -> float:
    """Two-sided p-value that two methods' per-query values have one mean, by random sign flips.

    Source: Fisher's randomisation test, as Smucker, Allan and Carterette 2007 advise for retrieval; the
    observed assignment counts as one draw, so the value is in (0, 1].

    >>> paired_p([1.0, 0.5], [1.0, 0.5])
    1.0
    """
    difference = np.asarray(values, dtype=np.float64) - np.asarray(peer, dtype=np.float64)
    if not difference.any():
        return 1.0
    signs = np.random.default_rng(seed)
    seen, extreme, observed = 0, 0, abs(difference.sum()) * (1 - 1e-12)
    while seen < draws:
        flips = signs.integers(0, 2, (min(500, draws - seen), difference.size), dtype=np.int8) * 2 - 1
        extreme += int((np.abs(flips @ difference) >= observed).sum())
        seen += len(flips)
    return (extreme + 1) / (draws + 1)
