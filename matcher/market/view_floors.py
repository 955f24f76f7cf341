"""The last steps to floors of views: the cheapest exchanges of two places in one list."""

import numpy as np

from matcher.arrays import Floats, Ints
from matcher.market.pairs import Pairs

_EXCHANGES = 20  # at most, times the number of receivers


def meet_view_floors(pairs: Pairs, order: Ints, v: Floats, value: Floats, floor: Floats) -> Ints:
    """Exchange places in lists until each receiver has its floor of views, or no exchange helps.

    Parameters
    ----------
    pairs, order
        The market and its lists (C, L), positions best first.
    v
        (L,) examination probabilities of the ranks.
    value
        (C, L) what a view of each pair is worth; the loss of an exchange is the difference of values times
        the difference of examination.
    floor
        (J,) expected views.

    Returns
    -------
    ndarray of shape (C, L)
        New lists. The receiver furthest below its floor is moved up where a view costs least, in exchange
        with one that keeps its own floor.
    """
    order, floor = order.copy(), np.array(floor)
    rank = np.argsort(order, axis=1)
    seen = np.where(pairs.allowed, v[rank], 0)
    have = pairs.per_receiver(seen)
    for _ in range(_EXCHANGES * pairs.receivers):
        lack = np.maximum(0, floor - have)
        j = int(lack.argmax())
        if lack[j] <= 0:
            break
        found = _cheapest_rise(pairs, seen, value, have - floor, j)
        if found is None:
            floor[j] = 0  # nothing left to exchange for this one
            continue
        c, mine, other = found
        first, second = rank[c, other], rank[c, mine]
        order[c, first], order[c, second] = order[c, second], order[c, first]
        rank[c, mine], rank[c, other] = first, second
        have[j] += seen[c, other] - seen[c, mine]
        have[pairs.receiver[c, other]] -= seen[c, other] - seen[c, mine]
        seen[c, mine], seen[c, other] = seen[c, other], seen[c, mine]
    return order


def _cheapest_rise(
    pairs: Pairs, seen: Floats, value: Floats, room: Floats, j: int
) -> tuple[int, int, int] | None:
    """Find the list, the column of receiver ``j`` and the column to exchange it with at least loss.

    ``room`` is what each receiver has above its floor. None when no list can give ``j`` more without taking
    another receiver below its floor.
    """
    # Only lists that hold the receiver are looked at: a market of n lists may need n of these exchanges.
    rows, mine = np.nonzero((pairs.receiver == j) & pairs.allowed)
    allowed, others = pairs.allowed[rows], pairs.receiver[rows]
    rise = np.where(allowed, seen[rows] - seen[rows, mine][:, None], 0)
    able = (rise > 0) & (room[others] >= rise)
    if not able.any():
        return None
    useful = np.minimum(np.maximum(rise, 1e-12), -room[j])  # views beyond the floor do not count
    loss = np.where(able, (value[rows] - value[rows, mine][:, None]) * rise / useful, np.inf)
    at, other = divmod(int(loss.argmin()), loss.shape[1])
    return int(rows[at]), int(mine[at]), other
