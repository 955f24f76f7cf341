"""The last steps to a floor of views: exchanges in lists, cheapest first."""

import numpy as np

from matcher.market.acceptance import Ints
from matcher.market.pairs import Pairs
from matcher.market.position_bias import Floats

_EXCHANGES = 20  # at most, times the number of receivers


def lift(pairs: Pairs, order: Ints, v: Floats, worth: Floats, floor: Floats) -> Ints:
    """Exchange places in lists until everybody has its floor of views, or no exchange helps.

    Parameters
    ----------
    pairs, order
        The market and its lists (C, L), positions best first.
    v
        (L,) examination of the ranks.
    worth
        (C, L) what a view of each pair is worth; the loss of an exchange is the difference of worths times
        the difference of examination.
    floor
        (J,) expected views.

    Returns
    -------
    ndarray of shape (C, L)
        New lists. The receiver furthest below its floor is moved up where a view costs least, in exchange
        with one that keeps its own floor.
    """
    order = order.copy()
    for _ in range(_EXCHANGES * pairs.receivers):
        rank = np.argsort(order, axis=1)
        seen = np.where(pairs.allowed, v[rank], 0)
        have = np.bincount(pairs.items.ravel(), weights=seen.ravel(), minlength=pairs.receivers)
        lack = np.where(floor > have, floor - have, 0)
        j = int(lack.argmax())
        if lack[j] <= 0:
            break
        place = (pairs.items == j) & pairs.allowed
        mine = np.where(place, seen, 0).sum(axis=1, keepdims=True)
        rise = np.where(place.any(axis=1, keepdims=True) & pairs.allowed, seen - mine, 0)
        able = (rise > 0) & (have[pairs.items] - rise >= floor[pairs.items])
        if not able.any():
            floor = np.where(np.arange(len(floor)) == j, 0, floor)  # nothing left to exchange for this one
            continue
        own = np.where(place, worth, 0).sum(axis=1, keepdims=True)
        price = np.where(able, (worth - own) * rise / np.minimum(np.maximum(rise, 1e-12), lack[j]), np.inf)
        c, other = divmod(int(price.argmin()), price.shape[1])
        column = int(place[c].argmax())
        first, second = rank[c, other], rank[c, column]
        order[c, first], order[c, second] = order[c, second], order[c, first]
    return order
