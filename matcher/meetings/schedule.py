"""Rounds of one-to-one meetings for an event: who meets whom, when and at which table.

Two people meet once at most, a person is in one place at a time, vetoes and past meetings hold, each person's
minimum comes before the total, what is settled does not move. The pairs are chosen against a linear bound
(:mod:`matcher.meetings.bound`), spread over the rounds (:mod:`matcher.meetings.rounds`), and people left free
in a round are paired once more (maximum-weight matching, networkx). The gap to the bound is in the answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from matcher.arrays import Bools, Ints
from matcher.errors import InvalidRequest
from matcher.meetings.rounds import AWAY, FREE, Grid, colour_rounds, level
from matcher.meetings.rules import Event, Rules, check, sized


@dataclass(frozen=True, slots=True)
class Schedule:
    """Meetings of an event.

    ``partner`` (n, rounds) holds whom each person meets, FREE (-1) or AWAY (-2); ``table`` the table, or -1.
    ``total`` is the sum of scores, ``bound`` no schedule can exceed.
    """

    partner: Ints
    table: Ints
    total: float
    bound: float

    @property
    def gap(self) -> float:
        """Share of the bound that is not reached, in [0, 1]."""
        return max(0.0, 1 - self.total / self.bound) if self.bound > 0 else 0.0

    @property
    def counts(self) -> Ints:
        """Meetings of each person (n,)."""
        count: Ints = (self.partner >= 0).sum(axis=1)
        return count

    def meetings(self, r: int) -> list[tuple[int, int, int]]:
        """``(person, person, table)`` of round ``r`` from 0, by table."""
        rows = np.flatnonzero(self.partner[:, r] > np.arange(len(self.partner)))
        found = [(int(a), int(self.partner[a, r]), int(self.table[a, r])) for a in rows]
        return sorted(found, key=lambda meeting: meeting[2])


def plan_meetings(
    scores: ArrayLike,
    rounds: int,
    rules: Rules | None = None,
    *,
    settled: ArrayLike | None = None,
    seed: int = 0,
) -> Schedule:
    """Plan all rounds of an event.

    Parameters
    ----------
    scores
        (n, n) value of each meeting, finite, at least 0; ``scores[i, j]`` and ``scores[j, i]`` are averaged,
        the diagonal is ignored.
    rounds
        Number of rounds. More rounds than a person has possible partners leave that person free in some.
    rules
        Conditions of the event.
    settled
        (n, rounds) partners that are already fixed and do not move, FREE (-1) elsewhere.
    seed
        Ties between rounds are drawn with it; same input and seed, same schedule.

    Raises
    ------
    InvalidRequest
        Fewer than two people, scores that are NaN or negative, no pair that may meet, a minimum that cannot
        be met (names who misses how many), tables that do not fit, or settled meetings in conflict.

    Examples
    --------
    >>> day = plan_meetings([[0, 3, 1, 1], [3, 0, 1, 1], [1, 1, 0, 3], [1, 1, 3, 0]], rounds=2)
    >>> day.total, day.bound, sorted(day.counts.tolist())
    (8.0, 8.0, [2, 2, 2, 2])
    """
    # The solver takes a second to import, which all that plans no event is spared.
    from matcher.meetings.bound import Demand, select  # noqa: PLC0415

    event = check(scores, rounds, rules or Rules())
    grid = _settled_grid(event, rounds, settled)
    settled_total = _total(event, grid)
    demand = Demand(
        scores=event.scores,
        allowed=event.allowed & ~_met(grid),
        most=np.array([len(grid.free(person)) for person in range(len(grid.partner))]),
        least=np.maximum(0, event.minimum - _counts(grid)),
        total=_room(event, grid),
    )
    # Which pairs meet is decided for the whole event, with a proof of what is possible; rounds come after.
    # Filling one round after the other would spend the best partners of a person early.
    chosen = select(demand)
    _refuse_short(event, chosen.short, "whatever the order of the rounds")
    colour_rounds(grid, [(int(a), int(b)) for a, b in chosen.pairs], np.random.default_rng(seed))
    level(grid, event.tables)
    _pair_the_free(event, grid)
    _refuse_short(event, np.maximum(0, event.minimum - _counts(grid)), "once spread over the rounds")
    partner = np.array(grid.partner, dtype=np.int64)
    tables = seat(partner, event.fixed, event.tables)
    return Schedule(partner, tables, _total(event, grid), chosen.bound + settled_total)


def _total(event: Event, grid: Grid) -> float:
    total = 0.0
    for r in range(grid.rounds):
        for a, b in grid.meetings(r):
            total += float(event.scores[a, b])
    return total


def _counts(grid: Grid) -> Ints:
    """Meetings of each person (n,)."""
    count: Ints = (np.array(grid.partner) >= 0).sum(axis=1)
    return count


def _settled_grid(event: Event, rounds: int, settled: ArrayLike | None) -> Grid:
    """Lay out the rounds with what is settled, locked."""
    grid = Grid.blank(event.available)
    if settled is None:
        return grid
    partner = sized(settled, (len(event.scores), rounds), "settled meetings").astype(np.int64)
    met: set[tuple[int, int]] = set()
    for a, r in np.argwhere(partner >= 0).tolist():
        b = int(partner[a, r])
        if b >= len(partner) or b == a or partner[b, r] != a:
            raise InvalidRequest(
                f"Round {r + 1}: {event.name(a)} is settled with someone who is settled elsewhere."
            )
        grid.partner[a][r] = b
        grid.locked.add((a, r))
        if a < b and (a, b) in met:
            raise InvalidRequest(f"{event.name(a)} and {event.name(b)} are settled to meet twice.")
        met.add((a, b))
    return grid


def _met(grid: Grid) -> Bools:
    """Pairs that already have a meeting on the grid."""
    met = np.zeros((len(grid.partner), len(grid.partner)), dtype=bool)
    for a, row in enumerate(grid.partner):
        met[a, [b for b in row if b >= 0]] = True
    return met


def _room(event: Event, grid: Grid) -> int:
    """Count the meetings that still fit, over all rounds."""
    # A round has room for what its tables and its free people both allow.
    free = np.array(grid.partner) == FREE
    room = 0
    for r in range(grid.rounds):
        tables = event.tables - len(grid.meetings(r))
        room += max(0, min(tables, int(free[:, r].sum()) // 2))
    return room


def _refuse_short(event: Event, short: Ints, when: str) -> None:
    if not short.any():
        return
    worst = sorted(np.flatnonzero(short).tolist(), key=lambda i: (-short[i], event.name(i)))
    named = ", ".join(
        f"{event.name(i)} (misses {int(short[i])} of {int(event.minimum[i])})" for i in worst[:10]
    )
    more = f" and {len(worst) - 10} more" if len(worst) > 10 else ""
    raise InvalidRequest(
        f"The minimum cannot be met {when}: {named}{more}. "
        "Lower the minimum, add rounds or tables, or lift vetoes."
    )


def _pair_the_free(event: Event, grid: Grid) -> None:
    """Pair the people left free in each round, those short of their minimum first.

    Spreading the chosen pairs over the rounds can leave some unplaced, and their people free in different
    rounds; the best matching among the people free in one round fills what can be filled.
    """
    allowed = event.allowed & ~_met(grid)
    for r in range(grid.rounds):
        free = [person for person, row in enumerate(grid.partner) if row[r] == FREE]
        room = event.tables - len(grid.meetings(r))
        if room <= 0 or not allowed[np.ix_(free, free)].any():
            continue
        owed = (event.minimum - _counts(grid)).clip(0)
        # One missing meeting outweighs any score, so that minima are served first.
        value = event.scores + float(event.scores.max() + 1) * (owed[:, None] + owed[None, :])
        for a, b in _best_matching(free, allowed, value)[:room]:
            grid.put(a, b, r)
            allowed[a, b] = allowed[b, a] = False


def _best_matching(people: Sequence[int], allowed: Bools, value: ArrayLike) -> list[tuple[int, int]]:
    """Match people for the greatest total value, best pair first (Edmonds 1965, by networkx)."""
    import networkx as nx  # noqa: PLC0415  # as the solver above

    graph = nx.Graph()
    values = np.asarray(value)
    for place, a in enumerate(people):
        for b in people[place + 1 :]:
            if allowed[a, b]:
                graph.add_edge(a, b, weight=float(values[a, b]))
    return sorted(nx.max_weight_matching(graph), key=lambda pair: -graph.edges[pair]["weight"])


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


def seat(partner: Ints, fixed: Ints, tables: int) -> Ints:
    """Give each meeting a table.

    Parameters
    ----------
    partner
        (n, rounds) whom each person meets, negative for no one; at most ``tables`` meetings a round.
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
        kept = {pair: int(max(fixed[list(pair)])) for pair in meetings}
        free = set(range(tables)) - set(kept.values())
        for pair in meetings:
            table = kept[pair]
            if table < 0:
                table = _free_table(last[list(pair)].tolist(), free)
                free.discard(table)
            places[list(pair), r] = table
            last[list(pair)] = table
    return places


def _free_table(wished: Sequence[int], free: set[int]) -> int:
    """Return the first wished table that is free, else the lowest free one."""
    for table in wished:
        if table in free:
            return table
    return min(free)
