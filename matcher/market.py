"""Rank for everybody at once, so that the most introductions are wanted by both sides.

Model (Su, Bayoumi, Joachims, WWW 2022): a looker applies to the receiver at rank ``k`` of its list with
probability ``f v(k)``; the receiver goes through its applicants in its own order of preference and accepts
the one at position ``p`` with probability ``g v(p)``. The total of expected matches is affine in every
looker's list, so the best list of one looker, the others held, sorts by ``f * gain``
(:class:`matcher.crowd.Values`). :func:`plan` follows that direction for all lookers together with shrinking
steps from an even start (Frank and Wolfe 1956), rounds to lists, and, where rounding lost something, repairs
by blocks of lookers. The employers' order needs no search: by the rearrangement inequality their own
preference is the best order of any set of applicants.

Time and memory grow with listed pairs: about 100 bytes a pair at the default accuracy.
"""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike

from matcher.crowd import Crowd, Ints, Values
from matcher.examination import Floats, Law, examine, mixture
from matcher.market_floor import lift
from matcher.market_limits import Limits, Prices, per_receiver
from matcher.market_pairs import Pairs, everybody
from matcher.market_peers import naive, reciprocal, transferable_utility

__all__ = ["Effort", "Limits", "Plan", "naive", "plan", "plan_pairs", "reciprocal", "transferable_utility"]


@dataclass(frozen=True, slots=True)
class Effort:
    """How hard to search: joint ``steps``, then at most ``sweeps`` repairs in ``blocks``."""

    steps: int = 15
    sweeps: int = 40
    blocks: int = 16
    tolerance: float = 1e-4
    accuracy: float = 1e-2
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """Lists for both sides and what they are expected to bring.

    Attributes
    ----------
    left
        (C, L) receivers each looker is shown, best first, -1 after the last.
    expected
        Expected matches, by the deterministic estimate.
    left_matches, right_matches
        (C,) and (J,) expected matches of each person.
    views, requests
        (J,) expected number of times each receiver is examined, and asked.
    """

    left: Ints
    expected: float
    left_matches: Floats
    right_matches: Floats
    views: Floats
    requests: Floats
    pairs: Pairs = field(repr=False)
    order: Ints = field(repr=False)
    applications: Floats = field(repr=False)
    v: Floats = field(repr=False)
    crowd: Crowd = field(repr=False)
    values: Values = field(repr=False)

    @property
    def right(self) -> Ints:
        """(J, widest) lookers that list each receiver, in its order of preference, -1 after the last."""
        pairs = self.pairs
        rows, columns = np.nonzero(pairs.allowed)
        receivers, liked = pairs.items[rows, columns], pairs.g[rows, columns]
        by_receiver = np.lexsort((rows, -liked, receivers))
        degree = np.bincount(receivers, minlength=pairs.receivers)
        place = np.arange(len(rows)) - np.repeat(np.cumsum(degree) - degree, degree)
        orders = np.full((pairs.receivers, int(degree.max(initial=0))), -1)
        orders[receivers[by_receiver], place] = rows[by_receiver]
        return orders


@dataclass(slots=True)
class _Search:
    """One search: the market in single precision, the law, the crowd, the prices of the limits."""

    pairs: Pairs
    v: Floats
    crowd: Crowd
    prices: Prices
    effort: Effort
    spare: float

    @classmethod
    def start(cls, pairs: Pairs, examination: Law | ArrayLike, limits: Limits, effort: Effort) -> "_Search":
        v = limits.cut(examine(examination, pairs.items.shape[1])).astype(np.float32)
        light = replace(pairs, f=pairs.f.astype(np.float32), g=pairs.g.astype(np.float32))
        mix = mixture(examine(examination, pairs.lookers), effort.accuracy)
        crowd = Crowd(pairs.items, light.g, mix, pairs.receivers)
        return cls(light, v, crowd, limits.prices(pairs, v), effort, limits.spare)

    def descend(self) -> tuple[Ints, Floats, float]:
        """Take shrinking joint steps from an even start; give the lists, their views, the relaxed total."""
        steps = self.effort.steps * (8 if self.prices.active else 1)
        shares = np.geomspace(0.5, 0.05, steps)
        seen = np.where(self.pairs.allowed, self.v.mean(), np.float32(0))
        for step, share in enumerate(shares):
            if step == steps // 2 and self.spare:
                self.prices.give_up(self.spare)
            total, values = self.look(seen)
            order, target = self.respond(values)
            self.price(seen, values, float(share))
            seen += np.float32(share) * (target - seen)
        return order, target, total

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
        if self.prices.active:
            match = np.minimum(1, self.pairs.f * seen) * values.accept
            self.prices.update(self.pairs, seen, match, rate)

    def respond(self, values: Values, rows: Ints | slice = slice(None)) -> tuple[Ints, Floats]:
        """Best lists of ``rows`` while the others stay: positions best first, and how far each is seen."""
        items, f, allowed = self.pairs.items[rows], self.pairs.f[rows], self.pairs.allowed[rows]
        worth = values.gain[rows] - self.prices.request[items]
        subsidy = self.prices.view[items]
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


def plan(
    f: ArrayLike,
    g: ArrayLike | None = None,
    examination: Law | ArrayLike = "inverse",
    *,
    veto: ArrayLike | None = None,
    limits: Limits | None = None,
    effort: Effort | None = None,
) -> Plan:
    """Rank receivers for every looker so that the total of expected matches is greatest.

    Parameters
    ----------
    f, g
        Gains in [0, 1] of shapes (C, J) and (J, C). Without ``g``: one population, ``f`` square, no self.
    examination
        How far both sides look: ``"inverse"``, ``"log"``, ``"exponential"`` or a vector of max(C, J) values.
    veto
        (C, J) True where a pair must not be shown: vetoed or already met. Somebody with every pair vetoed
        gets an empty list.
    limits
        List length, floors of views, ceilings of requests, floors of matches, importance of pairs.
    effort
        Search effort; deterministic for a given seed.

    Raises
    ------
    InvalidRequest
        Empty side, NaN or out-of-range gain, wrong shape, or limits that cannot be met (says by how much).

    Examples
    --------
    >>> f, g = [[1.0, 0.8], [0.9, 0.1]], [[0.9, 0.8], [0.8, 0.6]]  # both lookers like receiver 0 best
    >>> reciprocal(f, g).tolist(), plan(f, g).left.tolist()
    ([[0, 1], [0, 1]], [[1, 0], [0, 1]])
    """
    return plan_pairs(everybody(f, g, veto), examination, limits=limits, effort=effort)


def plan_pairs(
    pairs: Pairs,
    examination: Law | ArrayLike = "inverse",
    *,
    limits: Limits | None = None,
    effort: Effort | None = None,
) -> Plan:
    """Like :func:`plan`, on listed pairs (short lists for large markets)."""
    limits, effort = limits or Limits(), effort or Effort()
    search = _Search.start(pairs, examination, limits, effort)
    found = evaluate(pairs, search.repair(*search.descend()), examination, v=search.v, crowd=search.crowd)
    floor = search.prices.min_views
    if floor is None or (found.views >= floor).all():
        return found
    order = lift(pairs, found.order, search.v, pairs.f * found.values.gain, floor)
    return evaluate(pairs, order, examination, v=search.v, crowd=search.crowd)


def evaluate(
    pairs: Pairs,
    order: Ints,
    examination: Law | ArrayLike = "inverse",
    *,
    v: Floats | None = None,
    crowd: Crowd | None = None,
) -> Plan:
    """Evaluate given lists: ``order`` (C, L) are positions within ``pairs.items`` rows, best first.

    The estimate is deterministic and as exact as the mixture of the law (about 1e-3 of acceptance).
    """
    if v is None:
        v = examine(examination, pairs.items.shape[1])
    if crowd is None:
        crowd = Crowd(pairs.items, pairs.g, mixture(examine(examination, pairs.lookers)), pairs.receivers)
    seen = np.where(pairs.allowed, by_rank(order, v), 0)
    applications = np.minimum(1, pairs.f * seen)
    values = crowd.values(applications.astype(crowd.g.dtype))
    match = applications * values.accept
    listed = np.take_along_axis(pairs.allowed, order, axis=1) & (v[None, : order.shape[1]] > 0)
    return Plan(
        left=np.where(listed, np.take_along_axis(pairs.items, order, axis=1), -1),
        expected=float(match.sum()),
        left_matches=match.sum(axis=1),
        right_matches=per_receiver(pairs, match),
        views=per_receiver(pairs, seen),
        requests=per_receiver(pairs, applications),
        pairs=pairs,
        order=order,
        applications=applications,
        v=v,
        crowd=crowd,
        values=values,
    )
