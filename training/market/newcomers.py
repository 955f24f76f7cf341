"""One new or changed member, placed without a new plan.

The others' lists stay but for the newcomer's own entry, so the newcomer's best list is one sort
by ``f * gain`` at the plan's present prices, and its place in each other list comes from its own applicants.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from matcher.arrays import Bools, Floats, Ints
from matcher.errors import InvalidRequest
from matcher.market.acceptance import AcceptanceModel
from matcher.market.pairs import Pairs, gains
from matcher.market.planner import Plan, evaluate

_ERROR = 1e-3  # of acceptance: placing one member must take milliseconds


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a newcomer comes in.

    ``list``: receivers for the newcomer's own list, best first; ``ranks`` (C,): place from 0 at which each
    proposer's list takes the newcomer in, -1 for nowhere; ``expected`` matches it brings by both.
    """

    list: Ints
    ranks: Ints
    expected: float


def place_proposer(plan: Plan, f_row: ArrayLike, g_column: ArrayLike) -> Placement:
    """Rank the receivers for a new proposer, at the plan's present prices.

    Parameters
    ----------
    plan
        The current plan.
    f_row, g_column
        (J,) what the newcomer gains from each receiver, and each receiver from the newcomer; NaN is refused,
        a pair with either gain 0 comes last.

    Returns
    -------
    Placement
        ``ranks`` is empty: proposers are in no list.
    """
    f, g = gains(np.atleast_2d(f_row), "f_row")[0], gains(np.atleast_2d(g_column), "g_column")[0]
    if len(f) != plan.pairs.receivers or len(g) != plan.pairs.receivers:
        raise InvalidRequest(f"A new proposer needs {plan.pairs.receivers} gains on each side.")
    # The newcomer takes the others' behaviour as given: one list among many hardly moves the prices.
    accept, gain = _quote(plan, g)
    order = np.argsort(-f * gain, kind="stable")[: np.count_nonzero(plan.v)]
    applications = np.minimum(1, f[order] * plan.v[: len(order)])
    return Placement(order, np.empty(0, dtype=np.int64), float(applications @ accept[order]))


def _quote(plan: Plan, g: Floats) -> tuple[Floats, Floats]:
    """Quote acceptance and gain at every receiver for one more applicant whom it values ``g`` (J,)."""
    model, pairs = plan.model, plan.pairs
    before_all, after_all = model.recurrences(plan.applications)
    # Ties go to the applicants who are there already, as in the plan itself.
    better = pairs.g >= g[pairs.receiver]
    position = pairs.per_receiver(better.astype(float)).astype(int)
    listed = model.degree > 0
    last = position >= model.degree
    at = model.start[np.minimum(position, np.maximum(model.degree - 1, 0))] + np.where(
        listed, model.offset, 0
    )
    # Behind the last applicant there is no slot to read: its own chance of staying free is worked in by hand.
    a = plan.applications.ravel()[model.packed][at][:, None]
    stay = 1 - a * model.decay
    before = np.where(last[:, None], before_all[at] * stay, before_all[at])
    before[~listed] = 1
    below = np.where(last[:, None], 0, a * model.payoff[at] + stay * after_all[at])
    payoff = g[:, None] * model.mixture.weights
    if model.mixture.first > 1:
        # Some laws count the first place more than once; acceptance cannot pass 1, so the surplus goes.
        payoff[:, int(np.argmin(model.mixture.bases))] -= np.maximum(g * model.mixture.first - 1, 0)
    accept = (before * payoff).sum(axis=1)
    # What the newcomer gains by being accepted, less what those behind lose by it.
    return accept, accept - (before * below) @ model.decay


def place_receiver(plan: Plan, f_column: ArrayLike, g_row: ArrayLike, steps: int = 5) -> Placement:
    """Find the place of a new receiver in every proposer's list.

    Parameters
    ----------
    f_column, g_row
        (C,) what each proposer gains from the newcomer, and the newcomer from each proposer.
    steps
        Damped steps towards ranks at which no proposer would rather have it elsewhere.

    Returns
    -------
    Placement
        ``list`` is empty; a proposer with a gain of 0 on either side does not list the newcomer.
    """
    f, g = gains(np.atleast_2d(f_column), "f_column")[0], gains(np.atleast_2d(g_row), "g_row")[0]
    pairs = plan.pairs
    if len(f) != pairs.proposers or len(g) != pairs.proposers:
        raise InvalidRequest(f"A new receiver needs {pairs.proposers} gains on each side.")
    others = np.sort(np.where(pairs.allowed, pairs.f * plan.acceptance.gain, -np.inf), axis=1)
    model = AcceptanceModel(np.zeros((len(f), 1), dtype=np.int64), g[:, None], plan.model.mixture, 1)
    wanted = (f > 0) & (g > 0)
    v = np.r_[plan.v, plan.v[-1]]
    applications = np.where(wanted, np.minimum(1, f * plan.v.mean()), 0)
    # Applications depend on the price, and the price on all applications: damped steps settle where a full
    # step would swing to and fro; the last one is whole, so that ranks and applications agree.
    for share in np.r_[np.full(steps - 1, 0.4), 1.0]:
        gain = model.evaluate(applications[:, None]).gain[:, 0]
        ranks = (others > (f * gain)[:, None]).sum(axis=1)
        target = np.where(wanted, np.minimum(1, f * v[ranks]), 0)
        applications += share * (target - applications)
    accept = model.evaluate(applications[:, None]).accept[:, 0]
    return Placement(
        np.empty(0, dtype=np.int64),
        np.where(wanted & (v[ranks] > 0), ranks, -1),
        float(applications @ accept),
    )


def join(
    plan: Plan, f_row: ArrayLike, f_column: ArrayLike, position_bias: str | ArrayLike = "inverse"
) -> tuple[Placement, Plan]:
    """Take one more member into the plan of one population.

    Parameters
    ----------
    plan
        A plan of ``n`` members over all pairs (:func:`matcher.market.planner.plan` without ``g``).
    f_row, f_column
        (n,) what the newcomer gains from each member, and each member from the newcomer.
    position_bias
        Position bias of the plan.

    Returns
    -------
    Placement, Plan
        Both sides of the newcomer, and the plan of ``n + 1`` members, the newcomer last.
    """
    pairs, n = plan.pairs, plan.pairs.proposers
    if pairs.receiver.shape != (n, n):
        raise InvalidRequest("Joining needs a plan of one population over all pairs; plan short lists again.")
    out, back = place_proposer(plan, f_row, f_column), place_receiver(plan, f_column, f_row)
    grown = _grown(pairs, np.asarray(f_row, dtype=float), np.asarray(f_column, dtype=float))
    rank = np.empty((n, n), dtype=np.int64)
    np.put_along_axis(rank, plan.order, np.broadcast_to(np.arange(n), (n, n)), axis=1)
    where = np.where(back.ranks < 0, n, back.ranks)[:, None]
    # Those at and behind the newcomer's place move one down, which leaves exactly that place free.
    keys = np.hstack([rank + (rank >= where), where])
    rest = np.setdiff1d(np.arange(n), out.list)
    order = np.vstack([np.argsort(keys, axis=1, kind="stable"), np.r_[out.list, rest, n]])
    placement = Placement(out.list, back.ranks, out.expected + back.expected)
    return placement, evaluate(grown, order, position_bias, error=_ERROR)


def _grown(pairs: Pairs, f_row: Floats, f_column: Floats) -> Pairs:
    """One population with one member more, last."""
    n = pairs.proposers
    f, g = (np.pad(x, ((0, 1), (0, 1))) for x in (pairs.f, pairs.g))
    f[n, :n], f[:n, n] = f_row, f_column
    g[n, :n], g[:n, n] = f_column, f_row
    allowed: Bools = np.pad(pairs.allowed, ((0, 1), (0, 1)), constant_values=True)
    allowed[n, n] = False
    receiver = np.broadcast_to(np.arange(n + 1), (n + 1, n + 1))
    return Pairs(receiver, f, g, allowed, n + 1, one_population=True)


def change(
    plan: Plan, member: int, f_row: ArrayLike, f_column: ArrayLike, position_bias: str | ArrayLike = "inverse"
) -> Plan:
    """Re-place one member of one population whose gains changed: taken out, placed anew, the others stay.

    ``f_row`` and ``f_column`` (n,) hold the member's new gains both ways; its own entry is ignored.
    """
    pairs, n = plan.pairs, plan.pairs.proposers
    if not 0 <= member < n or pairs.receiver.shape != (n, n):
        raise InvalidRequest(f"Member {member} is not one of the {n} of a plan over all pairs.")
    row, column = np.array(f_row, dtype=float), np.array(f_column, dtype=float)
    if row.shape != (n,) or column.shape != (n,):
        raise InvalidRequest(f"A changed member needs {n} gains each way.")
    row[member] = column[member] = 0
    allowed = pairs.allowed.copy()
    allowed[member] = allowed[:, member] = False
    others = replace(pairs, f=pairs.f * allowed, g=pairs.g * allowed, allowed=allowed)
    alone = evaluate(others, plan.order, position_bias, error=_ERROR)
    out, back = place_proposer(alone, row, column), place_receiver(alone, column, row)
    f, g = others.f.copy(), others.g.copy()
    f[member], f[:, member], g[member], g[:, member] = row, column, column, row
    score = np.argsort(plan.order, axis=1, kind="stable").astype(float)
    # Half a place before the entry that stands there now, so that no other entry changes its order.
    score[:, member] = np.where(back.ranks < 0, n, back.ranks - 0.5)
    order = np.argsort(score, axis=1, kind="stable")
    order[member] = np.r_[out.list, np.setdiff1d(np.arange(n), out.list)]
    return evaluate(
        replace(pairs, f=f * pairs.allowed, g=g * pairs.allowed), order, position_bias, error=_ERROR
    )
