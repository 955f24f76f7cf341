"""The settings of a training run."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Plan:
    """What a training run is made of; ``warmup`` and ``decay`` are shares of ``steps``.

    ``alpha`` / ``rank`` scales the adapter (Hu et al., 2021). ``hard`` is the share of a batch's rows that
    are near neighbours, by the encoder the run begins with, of its other rows.
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

    def rate_at(self, step: int) -> float:
        """Learning rate: linear warm-up, level, linear decay to 0 (Zhai et al., 2022).

        >>> plan = Plan(steps=100, rate=1.0, warmup=.1, decay=.2)
        >>> plan.rate_at(4), plan.rate_at(50), plan.rate_at(90)
        (0.5, 1.0, 0.5)
        """
        rise = (step + 1) / max(1.0, self.warmup * self.steps)
        fall = (self.steps - step) / max(1.0, self.decay * self.steps)
        return self.rate * min(1.0, rise, fall)
