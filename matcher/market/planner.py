"""Rank for everybody at once, so that the most introductions are wanted by both sides.

Model (Su, Bayoumi, Joachims, WWW 2022): a looker applies to the receiver at rank ``k`` of its list with
probability ``f v(k)``; the receiver goes through its applicants in its own order of preference and accepts
the one at position ``p`` with probability ``g v(p)``. The total of expected matches is affine in every
looker's list, so the best list of one looker, the others held, sorts by ``f * gain``
(:class:`matcher.market.acceptance.Values`). :func:`plan` follows that direction for all lookers together
with shrinking steps from an even start (Frank and Wolfe 1956), rounds to lists, and, where rounding lost
something, repairs by blocks of lookers. The employers' order needs no search: by the rearrangement
inequality their own preference is the best order of any set of applicants.

Time and memory grow with listed pairs: about 100 bytes a pair at the default accuracy.
"""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike

from matcher.market.acceptance import Crowd, Ints, Values
from matcher.market.exchange import keep
from matcher.market.floor import lift
from matcher.market.limits import Limits, of_people, per_receiver
from matcher.market.pairs import Pairs, everybody
from matcher.market.peers import naive, reciprocal, transferable_utility
from matcher.market.position_bias import Floats, Law, examine, mixture
from matcher.market.search import Effort, Search, by_rank

__all__ = ["Effort", "Limits", "Plan", "naive", "plan", "plan_pairs", "reciprocal", "transferable_utility"]

_EXACT = 1e-6


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
    search = Search.start(pairs, examination, limits, effort)
    if limits.matched and limits.spare:
        free = replace(limits, left_floor=None, right_floor=None)
        have = plan_pairs(pairs, examination, limits=free, effort=effort)
        people = of_people(have.left_matches, have.right_matches, limits.first(pairs))
        search.prices.release(people, limits.spare)
    found = evaluate(pairs, search.lists(), examination, v=search.v, crowd=search.crowd)
    floor = search.prices.min_views
    if floor is not None and (found.views < floor).any():
        order = lift(pairs, found.order, search.v, pairs.f * found.values.gain, floor)
        found = evaluate(pairs, order, examination, v=search.v, crowd=search.crowd)
    if not limits.matched:
        return found
    v = limits.cut(examine(examination, pairs.items.shape[1]))
    found = evaluate(pairs, found.order, v=v, crowd=exact_crowd(pairs, examination))
    return _kept(found, limits, search.prices.owed)


def _kept(found: Plan, limits: Limits, owed: Floats) -> Plan:
    """Keep the floors of matches, starting from the lists found or else from the reciprocal ones."""
    pairs = found.pairs
    usual = np.argsort(np.where(pairs.allowed, -pairs.f * pairs.g, np.inf), axis=1, kind="stable")
    tried: list[tuple[int, Plan]] = []
    for start in (found.order, usual):
        order = keep(pairs, start, found.v, found.crowd, limits, owed)
        lists = evaluate(pairs, order, v=found.v, crowd=found.crowd)
        people = of_people(lists.left_matches, lists.right_matches, limits.first(pairs))
        tried.append((limits.missing(people, limits.floors(pairs)), lists))
        if not tried[-1][0]:
            break
    return min(tried, key=lambda one: one[0])[1]


def exact_crowd(pairs: Pairs, examination: Law | ArrayLike = "inverse") -> Crowd:
    """Lay out the receivers' crowds to within 1e-6 of acceptance: what floors of matches are judged by."""
    mix = mixture(examine(examination, pairs.lookers), _EXACT)
    return Crowd(pairs.items, pairs.g, mix, pairs.receivers)


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
