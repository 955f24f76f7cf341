"""One new or changed member, placed without planning everybody again.

The others' lists stay but for the newcomer's own entry, so the newcomer's best list is one sort
by ``f * gain`` at the plan's standing prices, and its place in each other list comes from its own crowd.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from matcher.errors import InvalidRequest
from matcher.market.acceptance import Crowd, Ints
from matcher.market.pairs import Pairs, gains
from matcher.market.planner import Plan, evaluate
from matcher.market.position_bias import Floats


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a newcomer comes in.

    ``shown`` receivers for the newcomer's own list, best first; ``ranks`` (C,) place from 0 at which each
    looker's list takes the newcomer in, -1 for nowhere; ``expected`` matches it brings by both.
    """

    shown: Ints
    ranks: Ints
    expected: float


def place_looker(plan: Plan, f_row: ArrayLike, g_column: ArrayLike) -> Placement:
    """Rank the receivers for somebody new, at the plan's standing prices.

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
        ``ranks`` is empty: nobody sees a looker.
    """
    f, g = gains(np.atleast_2d(f_row), "f_row")[0], gains(np.atleast_2d(g_column), "g_column")[0]
    if len(f) != plan.pairs.receivers or len(g) != plan.pairs.receivers:
        raise InvalidRequest(f"A new looker needs {plan.pairs.receivers} gains on each side.")
    accept, gain = _quote(plan, g)
    order = np.argsort(-f * gain, kind="stable")[: np.count_nonzero(plan.v)]
    applications = np.minimum(1, f[order] * plan.v[: len(order)])
    return Placement(order, np.empty(0, dtype=np.int64), float(applications @ accept[order]))


def _quote(plan: Plan, g: Floats) -> tuple[Floats, Floats]:
    """Quote acceptance and gain at every receiver for one more applicant whom it values ``g`` (J,)."""
    crowd, values, pairs = plan.crowd, plan.values, plan.pairs
    better = pairs.g >= g[pairs.items]
    position = np.bincount(pairs.items.ravel(), weights=better.ravel(), minlength=pairs.receivers).astype(int)
    listed = crowd.degree > 0
    last = position >= crowd.degree
    at = crowd.start[np.minimum(position, np.maximum(crowd.degree - 1, 0))] + np.where(listed, crowd.lane, 0)
    a = plan.applications.ravel()[crowd.packed][at][:, None]
    stay = 1 - a * crowd.away
    before = np.where(last[:, None], values.before[at] * stay, values.before[at])
    before[~listed] = 1
    below = np.where(last[:, None], 0, a * crowd.pay[at] + stay * values.after[at])
    pay = g[:, None] * crowd.mix.weights
    if crowd.mix.first > 1:
        pay[:, int(np.argmin(crowd.mix.bases))] -= np.maximum(g * crowd.mix.first - 1, 0)
    accept = (before * pay).sum(axis=1)
    return accept, accept - (before * below) @ crowd.away


def place_receiver(plan: Plan, f_column: ArrayLike, g_row: ArrayLike, steps: int = 5) -> Placement:
    """Find the place of a new receiver in every looker's list.

    Parameters
    ----------
    f_column, g_row
        (C,) what each looker gains from the newcomer, and the newcomer from each looker.
    steps
        Damped steps towards ranks at which no looker would rather have it elsewhere.

    Returns
    -------
    Placement
        ``shown`` is empty; a looker with a gain of 0 on either side does not list the newcomer.
    """
    f, g = gains(np.atleast_2d(f_column), "f_column")[0], gains(np.atleast_2d(g_row), "g_row")[0]
    pairs = plan.pairs
    if len(f) != pairs.lookers or len(g) != pairs.lookers:
        raise InvalidRequest(f"A new receiver needs {pairs.lookers} gains on each side.")
    standing = np.sort(np.where(pairs.allowed, pairs.f * plan.values.gain, -np.inf), axis=1)
    crowd = Crowd(np.zeros((len(f), 1), dtype=np.int64), g[:, None], plan.crowd.mix, 1)
    wanted = (f > 0) & (g > 0)
    v = np.r_[plan.v, plan.v[-1]]
    applications = np.where(wanted, np.minimum(1, f * plan.v.mean()), 0)
    for share in np.r_[np.full(steps - 1, 0.4), 1.0]:
        gain = crowd.values(applications[:, None]).gain[:, 0]
        ranks = (standing > (f * gain)[:, None]).sum(axis=1)
        target = np.where(wanted, np.minimum(1, f * v[ranks]), 0)
        applications += share * (target - applications)
    accept = crowd.values(applications[:, None]).accept[:, 0]
    return Placement(
        np.empty(0, dtype=np.int64),
        np.where(wanted & (v[ranks] > 0), ranks, -1),
        float(applications @ accept),
    )


def join(
    plan: Plan, f_row: ArrayLike, f_column: ArrayLike, law: str | ArrayLike = "inverse"
) -> tuple[Placement, Plan]:
    """Take one more member into the plan of one population.

    Parameters
    ----------
    plan
        A plan of ``n`` members over all pairs (:func:`matcher.market.planner.plan` without ``g``).
    f_row, f_column
        (n,) what the newcomer gains from each member, and each member from the newcomer.
    law
        Examination of the plan.

    Returns
    -------
    Placement, Plan
        Both sides of the newcomer, and the plan of ``n + 1`` members, the newcomer last.
    """
    pairs, n = plan.pairs, plan.pairs.lookers
    if pairs.items.shape != (n, n):
        raise InvalidRequest("Joining needs a plan of one population over all pairs; plan short lists again.")
    out, back = place_looker(plan, f_row, f_column), place_receiver(plan, f_column, f_row)
    grown = _grown(pairs, np.asarray(f_row, dtype=float), np.asarray(f_column, dtype=float))
    rank = np.empty((n, n), dtype=np.int64)
    np.put_along_axis(rank, plan.order, np.broadcast_to(np.arange(n), (n, n)), axis=1)
    where = np.where(back.ranks < 0, n, back.ranks)[:, None]
    keys = np.hstack([rank + (rank >= where), where])
    rest = np.setdiff1d(np.arange(n), out.shown)
    order = np.vstack([np.argsort(keys, axis=1, kind="stable"), np.r_[out.shown, rest, n]])
    placement = Placement(out.shown, back.ranks, out.expected + back.expected)
    return placement, evaluate(grown, order, law)


def _grown(pairs: Pairs, f_row: Floats, f_column: Floats) -> Pairs:
    """One population with one member more, last."""
    n = pairs.lookers
    f, g = (np.pad(x, ((0, 1), (0, 1))) for x in (pairs.f, pairs.g))
    f[n, :n], f[:n, n] = f_row, f_column
    g[n, :n], g[:n, n] = f_column, f_row
    allowed: NDArray[np.bool_] = np.pad(pairs.allowed, ((0, 1), (0, 1)), constant_values=True)
    allowed[n, n] = False
    return Pairs(np.broadcast_to(np.arange(n + 1), (n + 1, n + 1)), f, g, allowed, n + 1)


def change(
    plan: Plan, member: int, f_row: ArrayLike, f_column: ArrayLike, law: str | ArrayLike = "inverse"
) -> Plan:
    """Re-place one member of one population whose gains changed: taken out, placed anew, the others stay.

    ``f_row`` and ``f_column`` (n,) hold the member's new gains both ways; its own entry is ignored.
    """
    pairs, n = plan.pairs, plan.pairs.lookers
    if not 0 <= member < n or pairs.items.shape != (n, n):
        raise InvalidRequest(f"Member {member} is not one of the {n} of a plan over all pairs.")
    row, column = np.array(f_row, dtype=float), np.array(f_column, dtype=float)
    if row.shape != (n,) or column.shape != (n,):
        raise InvalidRequest(f"A changed member needs {n} gains each way.")
    row[member] = column[member] = 0
    allowed = pairs.allowed.copy()
    allowed[member] = allowed[:, member] = False
    others = replace(pairs, f=pairs.f * allowed, g=pairs.g * allowed, allowed=allowed)
    alone = evaluate(others, plan.order, law)
    out, back = place_looker(alone, row, column), place_receiver(alone, column, row)
    f, g = others.f.copy(), others.g.copy()
    f[member], f[:, member], g[member], g[:, member] = row, column, column, row
    score = np.argsort(plan.order, axis=1, kind="stable").astype(float)
    score[:, member] = np.where(back.ranks < 0, n, back.ranks - 0.5)
    order = np.argsort(score, axis=1, kind="stable")
    order[member] = np.r_[out.shown, np.setdiff1d(np.arange(n), out.shown)]
    return evaluate(replace(pairs, f=f * pairs.allowed, g=g * pairs.allowed), order, law)
