"""Which pairs should meet over a whole event, and the most any schedule could reach.

The best set of pairs with at most ``T`` meetings a person is a b-matching. Its linear relaxation bounds
every schedule from above; HiGHS solves it on the pairs whose reduced cost matters (column generation from a
price fix-point). Branch and bound then finds whole meetings, on a few pairs first; what it finds tells
exactly which other pairs could still improve it (reduced-cost fixing), and these are added for a second
run. The result is optimal up to the solver's tolerance, for one round as for many.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import coo_matrix, csc_matrix, hstack, identity, vstack

from matcher.arrays import Bools, Floats, Ints
from matcher.errors import BackendUnavailable

_BATCH = 2  # pairs tried first in the linear problem, times n times T
_NEAR = 0.005  # reduced cost within which a pair is in the first integer problem, times the largest score
_TOLERANCE = 1e-6  # of the integer solver, relative
_SECONDS = 20.0  # of the integer solver; then its best solution counts


@dataclass(frozen=True, slots=True)
class Demand:
    """What the set of pairs must keep to.

    ``most`` and ``least`` (n,) meetings a person; ``total`` meetings over all; ``allowed`` (n, n) symmetric.
    """

    scores: Floats
    allowed: Bools
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
    problem = _Pairs(first, second, weight)
    relaxed, reduced, active = _relaxation(demand, problem)
    near = active & (reduced >= -_NEAR * max(float(weight.max()), 1e-12))
    found = _whole_meetings(demand, problem.only(near))
    if found.short.any():  # the near-optimal pairs may be too few to give each person its least
        near = active
        found = _whole_meetings(demand, problem.only(near))
    # No better solution holds a pair whose reduced cost exceeds the distance to the linear bound.
    distance = relaxed.objective - found.objective
    if not found.short.any() and distance > _TOLERANCE * relaxed.value:
        near = near | (reduced >= -distance)
        found = _whole_meetings(demand, problem.only(near))
    index = np.flatnonzero(near)[found.chosen]
    pairs = np.stack([first[index], second[index]], axis=1)
    return Selection(pairs, float(weight[index].sum()), relaxed.value, found.short)


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Pairs ``(first, second)`` with their ``weight``."""

    first: Ints
    second: Ints
    weight: Floats

    def only(self, chosen: Bools) -> "_Pairs":
        return _Pairs(self.first[chosen], self.second[chosen], self.weight[chosen])


def _relaxation(demand: Demand, pairs: _Pairs) -> tuple["_Relaxed", Floats, Bools]:
    """Solve the linear problem by column generation; also return all reduced costs and the pairs it used.

    It starts with the pairs that look best at guessed prices. Pairs left out whose reduced cost at the
    optimal prices is positive could improve it: they are added until there are none, which proves the
    optimum.
    """
    prices = _prices(demand)
    reduced = pairs.weight - prices[pairs.first] - prices[pairs.second]
    batch = min(len(reduced) - 1, _BATCH * int(demand.most.sum()) + len(demand.most))
    active: Bools = reduced >= -np.partition(-reduced, batch)[batch]
    while True:
        relaxed = _relax(demand, pairs.only(active))
        reduced = pairs.weight - relaxed.prices[pairs.first] - relaxed.prices[pairs.second] - relaxed.level
        more = (reduced > 1e-9) & ~active
        if not more.any():
            return relaxed, reduced, active
        active |= more


def _prices(demand: Demand) -> Floats:
    """Guess each person's price: midway between its ``most``-th and next best net score."""
    scores = np.where(demand.allowed, demand.scores, -np.inf)
    n = len(scores)
    price = np.zeros(n)
    place = np.clip(demand.most, 1, n - 1)
    rows = np.arange(n)
    cuts = np.unique(np.r_[place - 1, place])
    # All prices change at once, each by those of the others: taking the mean with the last ones keeps them
    # from swinging. They are a guess: the linear problem below finds the true ones.
    for _ in range(30):
        ranked = -np.partition(price[None, :] - scores, cuts, axis=1)
        last, following = ranked[rows, place - 1], ranked[rows, place]
        price = np.maximum(0, (price + np.where(np.isfinite(following), (last + following) / 2, 0)) / 2)
    return price


@dataclass(frozen=True, slots=True)
class _Relaxed:
    """Optimum of the linear problem: score, score less the penalty, prices of persons and of meetings."""

    value: float
    objective: float
    prices: Floats
    level: float


def _constraints(demand: Demand, chosen: _Pairs) -> tuple[csc_matrix, Floats, Floats]:
    """Rows ``low <= A (x, short) <= high``: a person's meetings, the total, and a person's least."""
    n, pairs = len(demand.most), len(chosen.first)
    columns = np.r_[np.arange(pairs), np.arange(pairs)]
    incidence = coo_matrix(
        (np.ones(2 * pairs), (np.r_[chosen.first, chosen.second], columns)), shape=(n, pairs)
    )
    # Columns: one a pair, then what each person with a minimum misses, so that the problem always has a
    # solution and says who misses how much.
    wanting = np.flatnonzero(demand.least > 0)
    none = coo_matrix((n + 1, len(wanting)))
    top = vstack([incidence, coo_matrix(np.ones((1, pairs)))])
    bottom = hstack([incidence.tocsr()[wanting], identity(len(wanting))])
    matrix = vstack([hstack([top, none]), bottom]).tocsc()
    low = np.r_[np.full(n + 1, -np.inf), demand.least[wanting]]
    high = np.r_[demand.most, demand.total, np.full(len(wanting), np.inf)]
    return matrix, low, high


def _penalty(demand: Demand) -> float:
    """Cost of one missing meeting: more than any rearrangement of the others could bring."""
    return float(demand.scores.max() + 1e-6) * (len(demand.most) + 1)


def _relax(demand: Demand, pairs: _Pairs) -> _Relaxed:
    matrix, low, high = _constraints(demand, pairs)
    n, slack = len(demand.most), matrix.shape[1] - len(pairs.weight)
    # linprog minimises and takes upper limits only: scores and lower limits change their sign.
    upper = np.isfinite(high)
    rows = vstack([matrix[upper], -matrix[~upper]])
    limits = np.r_[high[upper], -low[~upper]]
    cost = np.r_[-pairs.weight, np.full(slack, _penalty(demand))]
    bounds = [(0, 1)] * len(pairs.weight) + [(0, None)] * slack
    answer = linprog(cost, A_ub=rows, b_ub=limits, bounds=bounds, method="highs-ds")
    if answer.status != 0:
        raise BackendUnavailable(f"The linear solver stopped: {answer.message}")
    duals = -answer.ineqlin.marginals
    prices = duals[:n].copy()
    # A minimum makes meetings of that person cheaper.
    prices[np.flatnonzero(demand.least > 0)] -= duals[n + 1 :]
    value = float(pairs.weight @ answer.x[: len(pairs.weight)])
    return _Relaxed(value, -float(answer.fun), prices, float(duals[n]))


@dataclass(frozen=True, slots=True)
class _Whole:
    """Whole meetings: indices of the chosen pairs, score less the penalty, what each person misses."""

    chosen: Ints
    objective: float
    short: Ints


def _whole_meetings(demand: Demand, pairs: _Pairs) -> _Whole:
    matrix, low, high = _constraints(demand, pairs)
    n, count = len(demand.most), len(pairs.weight)
    slack = matrix.shape[1] - count
    penalty = _penalty(demand)
    answer = milp(
        np.r_[-pairs.weight, np.full(slack, penalty)],
        integrality=np.r_[np.ones(count), np.zeros(slack)],
        bounds=Bounds(0, np.r_[np.ones(count), np.full(slack, np.inf)]),
        constraints=LinearConstraint(matrix, low, high),
        options={"mip_rel_gap": _TOLERANCE, "time_limit": _SECONDS},
    )
    if answer.x is None:
        raise BackendUnavailable(f"The integer solver found no schedule: {answer.message}")
    chosen = np.flatnonzero(answer.x[:count] > 0.5)
    met = np.bincount(np.r_[pairs.first[chosen], pairs.second[chosen]], minlength=n)
    short = np.maximum(0, demand.least - met)
    objective = float(pairs.weight[chosen].sum()) - penalty * int(short.sum())
    return _Whole(chosen, objective, short)
