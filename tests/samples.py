"""Samples that tests of several rooms use: markets, and items kept in memory."""

import numpy as np
import numpy.typing as npt


def crowded(
    proposers: int, receivers: int, share: float = 0.5, seed: int = 0
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return the preferences of both sides of a market in which ``share`` of every taste is common to all."""
    rng = np.random.default_rng(seed)
    own_f, own_g = rng.random((proposers, receivers)), rng.random((receivers, proposers))
    f = (1 - share) * own_f + share * np.linspace(1, 0, receivers)
    g = (1 - share) * own_g + share * np.linspace(1, 0, proposers)
    return f, g
