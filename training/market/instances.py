"""The markets of Su, Bayoumi and Joachims (WWW 2022) and what others reach on them.

Their repository's tables were reproduced from its seed: gains are drawn with NumPy's legacy generator, and
the shared popularity falls from 1 to 1 / n (not to 0). With that, the exact value of the naive and of the
reciprocal ranking equals the published one within 0.2 in every row but one: the naive figure of "reverse",
published as 65.1 where 85.1 is measured.
"""

from dataclasses import dataclass

import numpy as np

from matcher.arrays import Floats


@dataclass(frozen=True, slots=True)
class Market:
    """One market: size, crowding, likeness of both sides, position bias, and the figures of others."""

    name: str
    published: tuple[float, float, float]  # naive, reciprocal, social welfare: the repository's README
    measured: tuple[float, float]  # prototypes of the project's brief: TU by IPFP, gain minus externality
    crowding: float = 0.5
    likeness: str = "random"
    position_bias: str = "inverse"
    candidates: int = 150
    employers: int = 100

    def draw(self, seed: int = 621) -> tuple[Floats, Floats]:
        """Gains ``f`` (candidates, employers) and ``g`` (employers, candidates)."""
        rng = np.random.RandomState(seed)
        f = rng.random_sample((self.candidates, self.employers))
        if self.likeness == "random":
            g = rng.random_sample((self.employers, self.candidates))
        else:
            base = f.T if self.likeness == "similar" else 1 - f.T
            g = np.clip(base + rng.normal(0, 0.2, base.shape), 0, 1)
        return add_popularity(f, self.crowding), add_popularity(g, self.crowding)


def add_popularity(gains: Floats, share: float) -> Floats:
    """Mix in a popularity shared by all, from 1 to 1 / n along the columns.

    >>> add_popularity(np.zeros((1, 2)), 1.0).tolist()
    [[1.0, 0.5]]
    """
    popularity = np.linspace(1, 0, gains.shape[1], endpoint=False)
    return np.clip((1 - share) * gains + share * popularity, 0, 1)


def cyberagent_market(seed: int = 0, n: int = 400, share: float = 0.5) -> tuple[Floats, Floats]:
    """Draw the market of CyberAgent's repository: popularity from 1 to 0, both sides alike."""
    rng = np.random.RandomState(seed)
    popular = np.linspace(1, 0, n)
    f, g = ((1 - share) * rng.random_sample((n, n)) + share * popular for _ in range(2))
    return f, g


PUBLISHED = (
    Market("lambda 0", (156.3, 199.9, 198.5), (202.2, 202.7), crowding=0.0),
    Market("lambda .25", (128.7, 166.6, 173.5), (175.5, 176.6), crowding=0.25),
    Market("lambda .5", (106.9, 131.0, 152.7), (152.9, 154.3)),
    Market("lambda .75", (95.0, 105.0, 134.2), (131.3, 133.7), crowding=0.75),
    Market("lambda 1", (92.1, 92.1, 118.2), (89.5, 119.2), crowding=1.0),
    Market(".5 similar", (126.2, 143.8, 167.4), (166.4, 169.1), likeness="similar"),
    Market(".5 reverse", (65.1, 104.5, 128.4), (126.5, 129.2), likeness="reverse"),
    Market(".5 exponential", (25.9, 47.8, 84.4), (78.7, 84.4), position_bias="exponential"),
    Market(".5 log", (639.2, 669.7, 673.7), (668.4, 670.9), position_bias="log"),
    Market(".5 30 x 20", (18.7, 21.2, 23.2), (22.7, 22.9), candidates=30, employers=20),
    Market(".5 75 x 50", (50.7, 61.4, 68.9), (68.6, 69.4), candidates=75, employers=50),
    Market(".5 300 x 200", (220.1, 274.3, 332.6), (334.6, 338.5), candidates=300, employers=200),
)
