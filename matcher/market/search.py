"""The search for all lists together: joint steps at prices, then lists.

:class:`Search` follows the best response of all proposers together with shrinking steps (Frank and Wolfe
1956), which ends in lists that are mixed: a proposer sees a receiver now here, now there. Lists are made of
these in one of two ways. :meth:`Search.repair` takes the last response and re-sorts blocks of proposers
where that lost something. :meth:`Search.settle`, for floors of matches, keeps each list next to its
mixture: with the quadratic term of a proximal step, ``|x - mixed|^2``, being the same for every list up to
a linear part, the best list of a step sorts by ``f * gain + mixed``.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from matcher.arrays import Floats, Ints
from matcher.market.acceptance import Acceptance, AcceptanceModel
from matcher.market.limits import Limits, Prices
from matcher.market.pairs import Pairs
from matcher.market.position_bias import Law, examination_probabilities, fit_mixture

_STEPS = 15  # joint steps without limits; limits need more, and smaller last ones
_STEPS_VIEWS, _STEPS_MATCHES = 8 * _STEPS, 20 * _STEPS
_ACCURACY, _ACCURACY_MATCHES = 1e-2, 1e-3  # of acceptance, while searching
_SETTLE_BLOCKS = 50  # blocks of proposers between two looks at acceptance
_REPAIR_BLOCKS, _REPAIR_SWEEPS = 16, 40
_TOLERANCE = 1e-4  # share of the total that a repair may leave


@dataclass(frozen=True, slots=True)
class _Mixed:
    """What the joint steps end in.

    ``mixed`` (C, L) how far each pair is seen in the mixture of all steps; ``order`` the last response, and
    how far pairs are ``seen`` in it; ``total`` of the mixture before it: what lists can hope to reach.
    """

    mixed: Floats
    order: Ints
    seen: Floats
    total: float


@dataclass(slots=True)
class Search:
    """One search: the market in single precision, the position bias, the model, the prices of the limits."""

    pairs: Pairs
    v: Floats
    model: AcceptanceModel
    prices: Prices
    seed: int

    @classmethod
    def start(cls, pairs: Pairs, position_bias: Law | ArrayLike, limits: Limits, seed: int) -> "Search":
        """Lay out the market; refuse limits that cannot be met."""
        v = examination_probabilities(position_bias, pairs.receiver.shape[1]).astype(np.float32)
        light = replace(pairs, f=pairs.f.astype(np.float32), g=pairs.g.astype(np.float32))
        accuracy = _ACCURACY if limits.min_matches is None else _ACCURACY_MATCHES
        mixture = fit_mixture(examination_probabilities(position_bias, pairs.proposers), accuracy)
        model = AcceptanceModel(pairs.receiver, light.g, mixture, pairs.receivers)
        return cls(light, v, model, limits.prices(pairs, v), seed)

    def lists(self) -> Ints:
        """Search; positions best first (C, L)."""
        found = self.joint_steps()
        return self.repair(found) if self.prices.min_matches is None else self.settle(found.mixed)

    def joint_steps(self) -> _Mixed:
        """Take shrinking joint steps from an even start."""
        mixed = np.where(self.pairs.allowed, self.v.mean(), np.float32(0))
        for share in self._shares():
            total, acceptance = self.evaluate(mixed)
            order, target = self.best_response(acceptance)
            self.update_prices(mixed, acceptance, float(share))
            mixed += np.float32(share) * (target - mixed)
        return _Mixed(mixed, order, target, total)

    def _shares(self) -> Floats:
        """Step lengths: the further limits bind, the more steps, down to a shorter last one."""
        if self.prices.min_matches is not None:
            return np.geomspace(0.5, 0.01, _STEPS_MATCHES)
        return np.geomspace(0.5, 0.05, _STEPS_VIEWS if self.prices.active else _STEPS)

    def settle(self, mixed: Floats) -> Ints:
        """Make lists of a mixture, block after block, each next to its part of the mixture."""
        rng = np.random.default_rng(self.seed)
        order, seen = rising(-mixed), mixed.copy()
        blocks = min(self.pairs.proposers, _SETTLE_BLOCKS)
        for rows in np.array_split(rng.permutation(self.pairs.proposers), blocks):
            _, acceptance = self.evaluate(seen)
            self.update_prices(seen, acceptance, 1 / _SETTLE_BLOCKS)
            order[rows], seen[rows] = self.best_response(acceptance, rows, near=mixed[rows])
        return order

    def repair(self, found: _Mixed) -> Ints:
        """Re-sort blocks of proposers while rounding still costs something or a limit is not kept."""
        rng = np.random.default_rng(self.seed)
        order, seen = found.order, found.seen
        total, acceptance = self.evaluate(seen)
        best, least = order.copy(), self.prices.missing_views(self.pairs, seen)
        for sweep in range(_REPAIR_SWEEPS):
            if least == 0 and total >= found.total * (1 - _TOLERANCE):
                break
            for rows in np.array_split(rng.permutation(self.pairs.proposers), _REPAIR_BLOCKS):
                order[rows], seen[rows] = self.best_response(acceptance, rows)
                _, acceptance = self.evaluate(seen)
            previous, total = total, self.evaluate(seen)[0]
            self.update_prices(seen, acceptance, 0.3 / (1 + sweep / 4))
            missing = self.prices.missing_views(self.pairs, seen)
            if missing < least or (missing == least and total >= previous):
                best, least = order.copy(), missing
            if missing == 0 and total - previous < _TOLERANCE * total:
                break
        return best

    def evaluate(self, seen: Floats) -> tuple[float, Acceptance]:
        """Return the expected total and the acceptance when pairs are examined as ``seen``."""
        applications = np.minimum(1, self.pairs.f * seen)
        acceptance = self.model.evaluate(applications, self.prices.weight(self.pairs))
        return float(np.vdot(applications, acceptance.accept)), acceptance

    def update_prices(self, seen: Floats, acceptance: Acceptance, rate: float) -> None:
        """Move the prices towards the limits."""
        if self.prices.active:
            match = np.minimum(1, self.pairs.f * seen) * acceptance.accept
            self.prices.update(self.pairs, seen, match, rate)

    def best_response(
        self, acceptance: Acceptance, rows: Ints | slice = slice(None), near: Floats | float = 0.0
    ) -> tuple[Ints, Floats]:
        """Sort the lists of ``rows`` best while the others stay: positions best first, how far each is seen.

        ``near``, a mixture of lists, draws the lists towards it.
        """
        f, allowed, gain = self.pairs.f[rows], self.pairs.allowed[rows], acceptance.gain[rows]
        subsidy = self.prices.view[self.pairs.receiver[rows]] + near
        order = rising(np.where(allowed, -(f * gain + subsidy), np.float32(np.inf)))
        if self.v[0] > 1:
            order = _first_choice(order, (f, gain, subsidy), self.v)
        return order, np.where(allowed, by_rank(order, self.v), np.float32(0))


def rising(values: Floats) -> Ints:
    """Sort each row of single-precision ``values`` (C, L), none of them NaN: positions, ties to the first.

    What ``argsort(kind="stable")`` returns, in less than half its time: value and position are sorted as one
    whole number, and numbers are sorted faster than positions are.

    Examples
    --------
    >>> rising(np.array([[0.5, -1.0, 0.5, -0.0, 0.0]], dtype=np.float32)).tolist()
    [[1, 3, 4, 0, 2]]
    """
    bits = (values + np.float32(0)).view(np.int32)  # -0 becomes 0
    # The bits of positive floats rise with them; those of negative ones fall, sign first.
    keys = np.where(bits < 0, ~bits ^ np.int32(-(2**31)), bits).astype(np.int64)
    keys <<= 32
    keys |= np.arange(values.shape[1])
    keys.sort(axis=1)
    keys &= 2**32 - 1
    return keys


def by_rank(order: Ints, v: Floats) -> Floats:
    """Lay out the values ``v`` of the ranks by position: ``out[c, order[c, k]] = v[k]``.

    Examples
    --------
    >>> by_rank(np.array([[1, 0]]), np.array([1.0, 0.5])).tolist()
    [[0.5, 1.0]]
    """
    seen = np.empty(order.shape, dtype=v.dtype)
    np.put_along_axis(seen, order, np.broadcast_to(v[: order.shape[1]], order.shape), axis=1)
    return seen


def _first_choice(order: Ints, parts: tuple[Floats, Floats, Floats], v: Floats) -> Ints:
    """Put first the entry that brings most there; the rest keep their order.

    With ``v(1) > 1`` the application at rank 1 is ``min(1, f v(1))``: the cap makes the first place worth
    less to entries with large ``f``, so that sorting by ``f * gain`` alone is no longer best. Each entry is
    tried at the top: what it brings there, plus the entries above it moved down by one, plus those below it
    unmoved.
    """
    f, gain, subsidy = (np.take_along_axis(part, order, axis=1) for part in parts)
    plain = f * gain + subsidy
    shifted = np.cumsum(plain[:, :-1] * v[1:], axis=1)  # entries above the chosen one move down by one
    below = (plain * v).sum(axis=1, keepdims=True) - np.cumsum(plain * v, axis=1)
    front = np.minimum(1, f * v[0]) * gain + subsidy * v[0]
    best = (front + np.pad(shifted, ((0, 0), (1, 0))) + below).argmax(axis=1)[:, None]
    rank = np.arange(order.shape[1])[None, :]
    source = np.where(rank == 0, best, rank - (rank <= best))
    return np.take_along_axis(order, source, axis=1)
