"""Rank for all people at once, so that the most introductions are wanted by both sides.

Model (Su, Bayoumi, Joachims, WWW 2022): a proposer applies to the receiver at rank ``k`` of its list with
probability ``f v(k)``; the receiver goes through its applicants in its own order of preference and accepts
the one at position ``p`` with probability ``g v(p)``. The total of expected matches is affine in each
proposer's list, so the best list of one proposer, the others held, sorts by ``f * gain``
(:class:`matcher.market.acceptance.Acceptance`). :func:`plan` follows that direction for all proposers
together with shrinking steps from an even start (Frank and Wolfe 1956), rounds to lists, and, where
rounding lost something, repairs by blocks of proposers. The receivers' order needs no search: by the
rearrangement inequality their own preference is the best order of any set of applicants.

Time and memory grow with listed pairs: about 100 bytes a pair at the default accuracy.
"""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike

from matcher.arrays import Floats, Ints
from matcher.market.acceptance import Acceptance, AcceptanceModel
from matcher.market.exchange import meet_match_floors, meet_view_floors
from matcher.market.limits import Limits
from matcher.market.pairs import Pairs, all_pairs
from matcher.market.position_bias import Law, examination_probabilities, fit_mixture
from matcher.market.search import Search, by_rank

_EXACT = 1e-6


@dataclass(frozen=True, slots=True)
class Plan:
    """Lists for all proposers and what they are expected to bring.

    Attributes
    ----------
    lists
        (C, L) receivers each proposer is shown, best first, -1 after the last.
    expected
        Expected matches, by the deterministic estimate.
    proposer_matches, receiver_matches
        (C,) and (J,) expected matches of each person.
    views, requests
        (J,) expected number of times each receiver is examined, and asked.
    """

    lists: Ints
    expected: float
    proposer_matches: Floats
    receiver_matches: Floats
    views: Floats
    requests: Floats
    pairs: Pairs = field(repr=False)
    order: Ints = field(repr=False)
    applications: Floats = field(repr=False)
    v: Floats = field(repr=False)
    model: AcceptanceModel = field(repr=False)
    acceptance: Acceptance = field(repr=False)

    @property
    def matches(self) -> Floats:
        """Expected matches, one number a person, numbered as in :class:`~matcher.market.pairs.Pairs`."""
        return self.pairs.per_person(self.proposer_matches, self.receiver_matches)


def plan(
    f: ArrayLike,
    g: ArrayLike | None = None,
    position_bias: Law | ArrayLike = "inverse",
    *,
    veto: ArrayLike | None = None,
    limits: Limits | None = None,
    seed: int = 0,
) -> Plan:
    """Rank receivers for every proposer so that the total of expected matches is greatest.

    Parameters
    ----------
    f, g
        Gains in [0, 1] of shapes (C, J) and (J, C). Without ``g``: one population, ``f`` square, no self.
    position_bias
        How far both sides look: ``"inverse"``, ``"log"``, ``"exponential"`` or a vector of max(C, J) values.
    veto
        (C, J) True where a pair must not be shown: vetoed or already met. A proposer with every pair vetoed
        gets an empty list.
    limits
        Floors of views and of matches.
    seed
        Same input and seed, same plan.

    Raises
    ------
    InvalidRequest
        Empty side, NaN or out-of-range gain, wrong shape, or limits that cannot be met (the message gives by
        how much).

    Examples
    --------
    >>> f, g = [[1.0, 0.8], [0.9, 0.1]], [[0.9, 0.8], [0.8, 0.6]]  # both proposers like receiver 0 best
    >>> plan(f, g).lists.tolist()
    [[1, 0], [0, 1]]
    """
    return plan_pairs(all_pairs(f, g, veto), position_bias, limits=limits, seed=seed)


def plan_pairs(
    pairs: Pairs,
    position_bias: Law | ArrayLike = "inverse",
    *,
    limits: Limits | None = None,
    seed: int = 0,
) -> Plan:
    """Plan like :func:`plan`, on listed pairs (short lists for large markets)."""
    limits = limits or Limits()
    search = Search.start(pairs, position_bias, limits, seed)
    if limits.min_matches is not None and limits.exempt_share:
        # Who would lose most if no one had a floor is the cheapest to exempt: ask a plan without floors.
        free = plan_pairs(pairs, position_bias, limits=replace(limits, min_matches=None), seed=seed)
        search.prices.release(free.matches, limits.exempt_share)
    found = _evaluate(pairs, search.lists(), search.v, search.model)
    floor = search.prices.min_views
    if floor is not None and (found.views < floor).any():
        order = meet_view_floors(pairs, found.order, search.v, pairs.f * found.acceptance.gain, floor)
        found = _evaluate(pairs, order, search.v, search.model)
    if limits.min_matches is None:
        return found
    found = evaluate(pairs, found.order, position_bias)  # floors of matches are judged exactly
    return _with_match_floors(found, limits, search.prices.multiplier)


def _with_match_floors(found: Plan, limits: Limits, multiplier: Floats) -> Plan:
    """Meet the floors of matches, from the lists found or else from the reciprocal ones.

    The floors are usually what the reciprocal lists give, so these meet them: where exchanges from the
    planned lists leave people short, exchanges from the reciprocal ones start with none short.
    """
    pairs = found.pairs
    reciprocal = np.argsort(np.where(pairs.allowed, -pairs.f * pairs.g, np.inf), axis=1, kind="stable")
    tried: list[tuple[int, Plan]] = []
    for start in (found.order, reciprocal):
        order = meet_match_floors(pairs, start, found.v, found.model, limits, multiplier)
        lists = _evaluate(pairs, order, found.v, found.model)
        tried.append((limits.missing(lists.matches), lists))
        if not tried[-1][0]:
            break
    return min(tried, key=lambda one: one[0])[1]


def evaluate(
    pairs: Pairs, order: Ints, position_bias: Law | ArrayLike = "inverse", *, error: float = _EXACT
) -> Plan:
    """Evaluate given lists: what they are expected to bring, without chance.

    Parameters
    ----------
    pairs, order
        The market and its lists (C, L): positions within rows of ``pairs``, best first.
    position_bias
        How far both sides look.
    error
        Largest error of the position bias's mixture, hence of acceptance; larger is faster.
    """
    v = examination_probabilities(position_bias, pairs.receiver.shape[1])
    return _evaluate(pairs, order, v, _model(pairs, position_bias, error))


def _model(pairs: Pairs, position_bias: Law | ArrayLike, error: float) -> AcceptanceModel:
    mixture = fit_mixture(examination_probabilities(position_bias, pairs.proposers), error)
    return AcceptanceModel(pairs.receiver, pairs.g, mixture, pairs.receivers)


def _evaluate(pairs: Pairs, order: Ints, v: Floats, model: AcceptanceModel) -> Plan:
    seen = np.where(pairs.allowed, by_rank(order, v), 0)
    applications = np.minimum(1, pairs.f * seen)
    acceptance = model.evaluate(applications.astype(model.g.dtype))
    match = applications * acceptance.accept
    listed = np.take_along_axis(pairs.allowed, order, axis=1) & (v[None, : order.shape[1]] > 0)
    return Plan(
        lists=np.where(listed, np.take_along_axis(pairs.receiver, order, axis=1), -1),
        expected=float(match.sum()),
        proposer_matches=match.sum(axis=1),
        receiver_matches=pairs.per_receiver(match),
        views=pairs.per_receiver(seen),
        requests=pairs.per_receiver(applications),
        pairs=pairs,
        order=order,
        applications=applications,
        v=v,
        model=model,
        acceptance=acceptance,
    )
