"""Which pairs should meet over a whole event, and the most any schedule could reach.

The best set of pairs with at most ``T`` meetings a person is a b-matching. Its linear relaxation bounds every
schedule from above; HiGHS solves it on the pairs whose reduced cost matters (column generation from a price
fix-point) and then rounds it with branch and bound on the near-optimal pairs.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import coo_matrix, csc_matrix, hstack, identity, vstack

from matcher.errors import BackendUnavailable

Floats = NDArray[np.floating]
Ints = NDArray[np.int64]

_BATCH = 2  # pairs tried first, times n times T
_NEAR = 0.005  # reduced cost within which a pair stays in the integer problem, times the largest score


@dataclass(frozen=True, slots=True)
class Demand:
    """What the set of pairs must keep to.

    ``most`` and ``least`` (n,) meetings a person; ``total`` meetings over all; ``allowed`` (n, n) symmetric.
    """

    scores: Floats
    allowed: NDArray[np.bool_]
    most: Ints
    least: Ints
    total: int


@dataclass(frozen=True, slots=True)
class Selection:
    """Pairs ``(i, j)`` with ``i < j``, their total score, the linear bound, who stays short of its least."""

    pairs: Ints
    total: float
    bound: float
    short: Ints


def select(demand: Demand) -> Selection:
    """Choose the pairs that should meet: everyone's least number of meetings first, then the total.

    Parameters
    ----------
    demand
        Scores (n, n) symmetric, in any non-negative unit; limits.

    Returns
    -------
    Selection
        ``short`` (n,) counts meetings missing from ``least`` however the pairs are chosen (0 when feasible).

    Raises
    ------
    BackendUnavailable
        The solver stopped without a solution.
    """
    first, second = np.nonzero(np.triu(demand.allowed, 1))
    weight = demand.scores[first, second]
    if len(weight) == 0 or demand.total == 0:
        return Selection(np.empty((0, 2), dtype=np.int64), 0.0, 0.0, demand.least.copy())
    prices = _prices(demand)
    reduced = weight - prices[first] - prices[second]
    active = (
        reduced
        >= -np.partition(-reduced, _first_batch(demand, len(weight)))[_first_batch(demand, len(weight))]
    )
    while True:
        relaxed = _relax(demand, first[active], second[active], weight[active])
        reduced = weight - relaxed.prices[first] - relaxed.prices[second] - relaxed.level
        more = (reduced > 1e-9) & ~active
        if not more.any():
            break
        active |= more
    near = active & (reduced >= -_NEAR * max(float(weight.max()), 1e-12))
    picked, short = _round(demand, first[near], second[near], weight[near])
    if short.sum() > np.ceil(relaxed.short - 1e-6):  # the near-optimal pairs were too few to serve everybody
        near = active
        picked, short = _round(demand, first[near], second[near], weight[near])
    index = np.flatnonzero(near)[picked]
    return Selection(
        np.stack([first[index], second[index]], axis=1), float(weight[index].sum()), relaxed.value, short
    )


def _first_batch(demand: Demand, pairs: int) -> int:
    return min(pairs - 1, _BATCH * int(demand.most.sum()) + len(demand.most))


def _prices(demand: Demand) -> Floats:
    """Guess each person's price: midway between its ``most``-th and next best net score."""
    scores = np.where(demand.allowed, demand.scores, -np.inf)
    n = len(scores)
    price = np.zeros(n)
    place = np.clip(demand.most, 1, n - 1)
    rows = np.arange(n)
    cuts = np.unique(np.r_[place - 1, place])
    for _ in range(30):
        ranked = -np.partition(price[None, :] - scores, cuts, axis=1)
        last, following = ranked[rows, place - 1], ranked[rows, place]
        price = np.maximum(0, (price + np.where(np.isfinite(following), (last + following) / 2, 0)) / 2)
    return price


@dataclass(frozen=True, slots=True)
class _Relaxed:
    """Optimum of the linear problem: score, total shortfall, prices of persons and of meetings."""

    value: float
    short: float
    prices: Floats
    level: float


def _constraints(demand: Demand, first: Ints, second: Ints) -> tuple[csc_matrix, Floats, Floats]:
    """Rows ``low <= A (x, short) <= high``: a person's meetings, the total, and a person's least."""
    n, pairs = len(demand.most), len(first)
    columns = np.r_[np.arange(pairs), np.arange(pairs)]
    incidence = coo_matrix((np.ones(2 * pairs), (np.r_[first, second], columns)), shape=(n, pairs))
    wanting = np.flatnonzero(demand.least > 0)
    none = coo_matrix((n + 1, len(wanting)))
    top = vstack([incidence, coo_matrix(np.ones((1, pairs)))])
    bottom = hstack([incidence.tocsr()[wanting], identity(len(wanting))])
    matrix = vstack([hstack([top, none]), bottom]).tocsc()
    low = np.r_[np.full(n + 1, -np.inf), demand.least[wanting]]
    high = np.r_[demand.most, demand.total, np.full(len(wanting), np.inf)]
    return matrix, low, high


def _penalty(weight: Floats, n: int) -> float:
    """Cost of one missing meeting: more than any rearrangement of the others could bring."""
    return float(weight.max() + 1e-6) * (n + 1)


def _relax(demand: Demand, first: Ints, second: Ints, weight: Floats) -> _Relaxed:
    matrix, low, high = _constraints(demand, first, second)
    n, slack = len(demand.most), matrix.shape[1] - len(first)
    penalty = _penalty(weight, n)
    upper = np.isfinite(high)
    rows = vstack([matrix[upper], -matrix[~upper]])
    limits = np.r_[high[upper], -low[~upper]]
    cost = np.r_[-weight, np.full(slack, penalty)]
    bounds = [(0, 1)] * len(first) + [(0, None)] * slack
    answer = linprog(cost, A_ub=rows, b_ub=limits, bounds=bounds, method="highs-ds")
    if answer.status != 0:
        raise BackendUnavailable(f"The linear solver stopped: {answer.message}")
    duals = -answer.ineqlin.marginals
    prices = duals[:n].copy()
    prices[np.flatnonzero(demand.least > 0)] -= duals[n + 1 :]
    value = float(weight @ answer.x[: len(first)])
    return _Relaxed(value, float(answer.x[len(first) :].sum()), prices, float(duals[n]))


def _round(demand: Demand, first: Ints, second: Ints, weight: Floats) -> tuple[Ints, Ints]:
    """Whole meetings: indices of the chosen pairs, and what each person misses of its least."""
    matrix, low, high = _constraints(demand, first, second)
    n, pairs = len(demand.most), len(first)
    slack = matrix.shape[1] - pairs
    answer = milp(
        np.r_[-weight, np.full(slack, _penalty(weight, n))],
        integrality=np.r_[np.ones(pairs), np.zeros(slack)],
        bounds=Bounds(0, np.r_[np.ones(pairs), np.full(slack, np.inf)]),
        constraints=LinearConstraint(matrix, low, high),
        options={"mip_rel_gap": 1e-5, "time_limit": 20.0},
    )
    if answer.x is None:
        raise BackendUnavailable(f"The integer solver found no schedule: {answer.message}")
    chosen = np.flatnonzero(answer.x[:pairs] > 0.5)
    met = np.bincount(np.r_[first[chosen], second[chosen]], minlength=n)
    return chosen, np.maximum(0, demand.least - met)


def shortfall(demand: Demand) -> Ints:
    """Who misses how many meetings of its least when scores count for nothing (n,)."""
    return select(replace(demand, scores=np.zeros_like(demand.scores))).short
