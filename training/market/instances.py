"""The markets of Su, Bayoumi and Joachims (WWW 2022) and what others reach on them.

Their repository's tables were reproduced from its seed: gains are drawn with NumPy's legacy generator, and
the shared popularity falls from 1 to 1 / n (not to 0). With that, the exact value of the naive and of the
reciprocal ranking equals the published one within 0.2 in every row but one: the naive figure of "reverse",
published as 65.1 where 85.1 is measured.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Row:
    """One market: size, crowding, likeness of both sides, examination, and the figures of others."""

    name: str
    published: tuple[float, float, float]  # naive, reciprocal, social welfare: the repository's README
    measured: tuple[float, float]  # prototypes of the project's brief: TU by IPFP, gain minus externality
    crowding: float = 0.5
    likeness: str = "random"
    examination: str = "inverse"
    lookers: int = 150
    receivers: int = 100

    def draw(self, seed: int = 621) -> tuple[Floats, Floats]:
        """Gains ``f`` (lookers, receivers) and ``g`` (receivers, lookers)."""
        rng = np.random.RandomState(seed)
        f = rng.random_sample((self.lookers, self.receivers))
        if self.likeness == "random":
            g = rng.random_sample((self.receivers, self.lookers))
        else:
            base = f.T if self.likeness == "similar" else 1 - f.T
            g = np.clip(base + rng.normal(0, 0.2, base.shape), 0, 1)
        return crowd(f, self.crowding), crowd(g, self.crowding)


def crowd(gains: Floats, share: float) -> Floats:
    """Mix in a popularity shared by all, from 1 to 1 / n along the columns.

    >>> crowd(np.zeros((1, 2)), 1.0).tolist()
    [[1.0, 0.5]]
    """
    popularity = np.linspace(1, 0, gains.shape[1], endpoint=False)
    return np.clip((1 - share) * gains + share * popularity, 0, 1)


def agency(seed: int = 0, n: int = 400, share: float = 0.5) -> tuple[Floats, Floats]:
    """Draw the market of CyberAgent's repository: popularity from 1 to 0, both sides alike."""
    rng = np.random.RandomState(seed)
    popular = np.linspace(1, 0, n)
    f, g = ((1 - share) * rng.random_sample((n, n)) + share * popular for _ in range(2))
    return f, g


@dataclass(frozen=True, slots=True)
class Suite:
    """All rows of the benchmark."""

    rows: tuple[Row, ...] = field(
        default=(
            Row("lambda 0", (156.3, 199.9, 198.5), (202.2, 202.7), crowding=0.0),
            Row("lambda .25", (128.7, 166.6, 173.5), (175.5, 176.6), crowding=0.25),
            Row("lambda .5", (106.9, 131.0, 152.7), (152.9, 154.3)),
            Row("lambda .75", (95.0, 105.0, 134.2), (131.3, 133.7), crowding=0.75),
            Row("lambda 1", (92.1, 92.1, 118.2), (89.5, 119.2), crowding=1.0),
            Row(".5 similar", (126.2, 143.8, 167.4), (166.4, 169.1), likeness="similar"),
            Row(".5 reverse", (65.1, 104.5, 128.4), (126.5, 129.2), likeness="reverse"),
            Row(".5 exponential", (25.9, 47.8, 84.4), (78.7, 84.4), examination="exponential"),
            Row(".5 log", (639.2, 669.7, 673.7), (668.4, 670.9), examination="log"),
            Row(".5 30 x 20", (18.7, 21.2, 23.2), (22.7, 22.9), lookers=30, receivers=20),
            Row(".5 75 x 50", (50.7, 61.4, 68.9), (68.6, 69.4), lookers=75, receivers=50),
            Row(".5 300 x 200", (220.1, 274.3, 332.6), (334.6, 338.5), lookers=300, receivers=200),
        )
    )
