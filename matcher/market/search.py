"""The search for everybody's lists: joint steps at prices, then lists.

:class:`Search` follows the best response of all lookers together with shrinking steps (Frank and Wolfe 1956),
which ends in lists that are mixed: a looker sees a receiver now here, now there. Lists are made of these in
one of two ways. :meth:`Search.repair` takes the last response and re-sorts blocks of lookers where that lost
something. :meth:`Search.settle`, for floors of matches, keeps each list next to its mixture: with the
quadratic term of a proximal step, ``|x - mixed|^2``, being the same for every list up to a linear part, the
best list of a step sorts by ``f * gain + mixed``.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from matcher.market.acceptance import Crowd, Ints, Values
from matcher.market.limits import Limits, Prices
from matcher.market.pairs import Pairs
from matcher.market.position_bias import Floats, Law, examine, mixture

_SETTLING = 50  # blocks of lookers between two looks at the crowd


@dataclass(frozen=True, slots=True)
class Effort:
    """How hard to search: joint ``steps``, then at most ``sweeps`` repairs in ``blocks``."""

    steps: int = 15
    sweeps: int = 40
    blocks: int = 16
    tolerance: float = 1e-4
    accuracy: float = 1e-2
    seed: int = 0


@dataclass(slots=True)
class Search:
    """One search: the market in single precision, the law, the crowd, the prices of the limits."""

    pairs: Pairs
    v: Floats
    crowd: Crowd
    prices: Prices
    effort: Effort

    @classmethod
    def start(cls, pairs: Pairs, examination: Law | ArrayLike, limits: Limits, effort: Effort) -> "Search":
        """Lay out the market; refuse limits that cannot be met."""
        v = limits.cut(examine(examination, pairs.items.shape[1])).astype(np.float32)
        light = replace(pairs, f=pairs.f.astype(np.float32), g=pairs.g.astype(np.float32))
        accuracy = effort.accuracy / 10 if limits.matched else effort.accuracy
        mix = mixture(examine(examination, pairs.lookers), accuracy)
        crowd = Crowd(pairs.items, light.g, mix, pairs.receivers)
        return cls(light, v, crowd, limits.prices(pairs, v), effort)

    def lists(self) -> Ints:
        """Search; positions best first (C, L)."""
        mixed, order, seen, total = self.descend()
        return self.settle(mixed) if self.prices.matched else self.repair(order, seen, total)

    def descend(self) -> tuple[Floats, Ints, Floats, float]:
        """Take shrinking joint steps from an even start.

        Gives how far each pair is seen in the mixture of all steps; the last response, how far pairs are seen
        in it, and the total before it.
        """
        many, last = (20, 0.01) if self.prices.matched else (8, 0.05) if self.prices.active else (1, 0.05)
        shares = np.geomspace(0.5, last, self.effort.steps * many)
        mixed = np.where(self.pairs.allowed, self.v.mean(), np.float32(0))
        for share in shares:
            total, values = self.look(mixed)
            order, target = self.respond(values)
            self.price(mixed, values, float(share))
            mixed += np.float32(share) * (target - mixed)
        return mixed, order, target, total

    def settle(self, mixed: Floats) -> Ints:
        """Make lists of a mixture, block after block, each next to its part of the mixture."""
        rng = np.random.default_rng(self.effort.seed)
        order, seen = np.argsort(-mixed, axis=1, kind="stable"), mixed.copy()
        blocks = min(self.pairs.lookers, _SETTLING)
        for rows in np.array_split(rng.permutation(self.pairs.lookers), blocks):
            _, values = self.look(seen)
            self.price(seen, values, 1 / _SETTLING)
            order[rows], seen[rows] = self.respond(values, rows, near=mixed[rows])
        return order

    def repair(self, order: Ints, seen: Floats, relaxed: float) -> Ints:
        """Re-sort blocks of lookers while rounding still costs something or a limit is not kept."""
        rng = np.random.default_rng(self.effort.seed)
        total, values = self.look(seen)
        best, least = order.copy(), self.prices.missing(self.pairs, seen)
        for sweep in range(self.effort.sweeps):
            lost = total < relaxed * (1 - self.effort.tolerance)
            if not lost and least == 0:
                break
            for rows in np.array_split(rng.permutation(self.pairs.lookers), self.effort.blocks):
                order[rows], seen[rows] = self.respond(values, rows)
                _, values = self.look(seen)
            previous, total = total, self.look(seen)[0]
            self.price(seen, values, 0.3 / (1 + sweep / 4))
            missing = self.prices.missing(self.pairs, seen)
            if missing < least or (missing == least and total >= previous):
                best, least = order.copy(), missing
            if missing == 0 and total - previous < self.effort.tolerance * total:
                break
        return best

    def look(self, seen: Floats) -> tuple[float, Values]:
        """Give the expected total and the crowd's values when pairs are examined as ``seen``."""
        applications = np.minimum(1, self.pairs.f * seen)
        values = self.crowd.values(applications, self.prices.weight(self.pairs))
        return float(np.vdot(applications, values.accept)), values

    def price(self, seen: Floats, values: Values, rate: float) -> None:
        """Move the prices towards the limits."""
        if self.prices.active:
            match = np.minimum(1, self.pairs.f * seen) * values.accept
            self.prices.update(self.pairs, seen, match, rate)

    def respond(
        self, values: Values, rows: Ints | slice = slice(None), near: Floats | float = 0.0
    ) -> tuple[Ints, Floats]:
        """Best lists of ``rows`` while the others stay: positions best first, and how far each is seen.

        ``near``, a mixture of lists, draws the lists towards it.
        """
        items, f, allowed = self.pairs.items[rows], self.pairs.f[rows], self.pairs.allowed[rows]
        worth = values.gain[rows] - self.prices.request[items]
        subsidy = self.prices.view[items] + near
        order = np.argsort(np.where(allowed, -(f * worth + subsidy), np.inf), axis=1, kind="stable")
        if self.v[0] > 1:
            order = _first_choice(order, f, worth, subsidy, self.v)
        return order, np.where(allowed, by_rank(order, self.v), np.float32(0))


def by_rank(order: Ints, v: Floats) -> Floats:
    """Values ``v`` of the ranks, laid out by position: ``out[c, order[c, k]] = v[k]``."""
    seen = np.empty(order.shape, dtype=v.dtype)
    np.put_along_axis(seen, order, np.broadcast_to(v[: order.shape[1]], order.shape), axis=1)
    return seen


def _first_choice(order: Ints, f: Floats, worth: Floats, subsidy: Floats, v: Floats) -> Ints:
    """Put first the entry that gives most there, ``f v(1)`` being capped at 1; the rest keep their order."""
    f, worth, subsidy = (np.take_along_axis(x, order, axis=1) for x in (f, worth, subsidy))
    plain = f * worth + subsidy
    shifted = np.cumsum(plain[:, :-1] * v[1:], axis=1)  # entries above the chosen one move down by one
    below = (plain * v).sum(axis=1, keepdims=True) - np.cumsum(plain * v, axis=1)
    front = np.minimum(1, f * v[0]) * worth + subsidy * v[0]
    best = (front + np.pad(shifted, ((0, 0), (1, 0))) + below).argmax(axis=1)[:, None]
    rank = np.arange(order.shape[1])[None, :]
    source = np.where(rank == 0, best, np.where(rank <= best, rank - 1, rank))
    return np.take_along_axis(order, source, axis=1)
