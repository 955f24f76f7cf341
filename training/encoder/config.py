"""The settings of a training run."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Plan:
    """What a training run is made of; ``warmup`` and ``decay`` are shares of ``steps``.

    ``alpha`` / ``rank`` scales the adapter (Hu et al. 2021). The rate rises linearly, stays level and falls
    linearly to 0 (Zhai et al. 2022). ``hard`` is the share of negatives that are look-alikes by the encoder
    the run begins with. ``every`` steps the run is measured and saved.
    """

    steps: int = 1200
    batch: int = 96
    rank: int = 32
    alpha: float = 64.0
    rate: float = 5e-4
    warmup: float = 0.1
    decay: float = 0.4
    temperature: float = 0.03
    hard: float = 0.3
    seed: int = 113
    every: int = 200
    max_tokens: int = 96
