"""Seats for scheduled meetings: tables that are kept, and as little moving as the order of tables allows."""

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


def seat(partner: Ints, fixed: Ints, tables: int) -> Ints:
    """Give each meeting a table.

    Parameters
    ----------
    partner
        (n, rounds) whom each person meets, negative for nobody; at most ``tables`` meetings a round.
    fixed
        (n,) table a person stays at, or -1; no table twice, no meeting between two such people.
    tables
        Number of tables.

    Returns
    -------
    ndarray of shape (n, rounds)
        Tables from 0, -1 without a meeting. A meeting without a fixed person takes the table where one of the
        two sat last, if free, else the lowest free one.

    Examples
    --------
    >>> seat(np.array([[1], [0], [3], [2]]), np.array([-1, -1, -1, 0]), 2).ravel().tolist()
    [1, 1, 0, 0]
    """
    n, rounds = partner.shape
    places = np.full((n, rounds), -1)
    last = fixed.copy()
    for r in range(rounds):
        meetings = [(a, int(partner[a, r])) for a in range(n) if partner[a, r] > a]
        free = set(range(tables))
        kept = {pair: int(max(fixed[list(pair)])) for pair in meetings if max(fixed[list(pair)]) >= 0}
        free -= set(kept.values())
        for a, b in meetings:
            table = kept.get((a, b), -1)
            if table < 0:
                wished = [int(t) for t in (last[a], last[b]) if t in free]
                table = wished[0] if wished else min(free)
                free.discard(table)
            places[[a, b], r] = table
            last[[a, b]] = table
    return places
