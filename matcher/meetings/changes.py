"""Late arrivals and people who do not come: what stays, and who is there from now on."""

from collections.abc import Sequence

import numpy as np

from matcher.meetings.rounds import AWAY, FREE
from matcher.meetings.rules import Bools, Ints
from matcher.meetings.schedule import Schedule


def reopen(
    schedule: Schedule, now: int, *, absent: Sequence[int] = (), arrivals: int = 0
) -> tuple[Ints, Bools]:
    """Prepare a late change: what stays settled, and who is present when.

    Parameters
    ----------
    schedule
        The schedule so far.
    now
        First round, from 0, that has not taken place.
    absent
        People who did not come or leave: their meetings from ``now`` on are undone.
    arrivals
        Number of people who join; they get the next numbers.

    Returns
    -------
    settled, available
        (n + arrivals, rounds) arrays for :func:`plan_meetings`: each meeting still possible stays.

    Examples
    --------
    >>> from matcher.meetings.schedule import plan_meetings
    >>> day = plan_meetings([[0, 3, 1, 1], [3, 0, 1, 1], [1, 1, 0, 3], [1, 1, 3, 0]], rounds=1)
    >>> reopen(day, 0, absent=[3], arrivals=1)[0].ravel().tolist()
    [1, 0, -1, -1, -1]
    """
    n, rounds = schedule.partner.shape
    gone = np.zeros(n, dtype=bool)
    gone[list(absent)] = True
    settled = np.maximum(schedule.partner, FREE)
    later = np.arange(rounds) >= now
    undone = later[None, :] & (settled >= 0) & (gone[:, None] | gone[np.maximum(settled, 0)])
    settled[undone] = FREE
    available = schedule.partner != AWAY
    available[gone] &= ~later
    available = np.vstack([available, np.tile(later, (arrivals, 1))])
    return np.vstack([settled, np.full((arrivals, rounds), FREE)]), available
