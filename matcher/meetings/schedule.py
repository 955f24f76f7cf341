"""Rounds of one-to-one meetings for an event: who meets whom, when and at which table.

Nobody meets twice, nobody is in two places, vetoes and past meetings hold, everybody's minimum comes before
the total, what is settled does not move. The pairs are chosen against a linear bound
(:mod:`matcher.meetings.bound`), spread over the rounds (:mod:`matcher.meetings.rounds`), and people left free
in a round are paired once more (maximum-weight matching, networkx). The gap to the bound is in the answer.
"""

from dataclasses import dataclass

import networkx as nx
import numpy as np
from numpy.typing import ArrayLike

from matcher.errors import InvalidRequest
from matcher.meetings.bound import Demand, select
from matcher.meetings.rounds import FREE, Sheet, level, spread
from matcher.meetings.rules import Bools, Event, Ints, Rules, check, sized
from matcher.meetings.tables import seat

__all__ = ["Rules", "Schedule", "plan_meetings"]


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
        (n, n) worth of each meeting, finite, at least 0; ``scores[i, j]`` and ``scores[j, i]`` are averaged,
        the diagonal is ignored.
    rounds
        Number of rounds. More rounds than somebody has possible partners leave that person free in some.
    rules
        Conditions of the event.
    settled
        (n, rounds) partners that are already fixed and do not move, FREE (-1) elsewhere.
    seed
        Ties between rounds are drawn with it; same input and seed, same schedule.

    Raises
    ------
    InvalidRequest
        Fewer than two people, scores that are NaN or negative, nobody who may meet, a minimum that cannot be
        met (names who misses how many), tables that do not fit, or settled meetings in conflict.

    Examples
    --------
    >>> day = plan_meetings([[0, 3, 1, 1], [3, 0, 1, 1], [1, 1, 0, 3], [1, 1, 3, 0]], rounds=2)
    >>> day.total, day.bound, sorted(day.counts.tolist())
    (8.0, 8.0, [2, 2, 2, 2])
    """
    event = check(scores, rounds, rules or Rules())
    sheet = _sheet(event, rounds, settled)
    fixed_total = sum(float(event.scores[a, b]) for r in range(rounds) for a, b in sheet.meetings(r))
    fixed_count = np.array([sum(x >= 0 for x in row) for row in sheet.partner])
    demand = Demand(
        scores=event.scores,
        allowed=event.allowed & ~_met(sheet),
        most=np.array([len(sheet.free(person)) for person in range(len(sheet.partner))]),
        least=np.maximum(0, event.minimum - fixed_count),
        total=_room(event, sheet),
    )
    chosen = select(demand)
    _refuse_short(event, chosen.short, "whatever the order of the rounds")
    spread(sheet, [(int(a), int(b)) for a, b in chosen.pairs], np.random.default_rng(seed))
    level(sheet, event.tables)
    _fill(event, sheet)
    partner = np.array(sheet.partner, dtype=np.int64)
    _refuse_short(
        event, np.maximum(0, event.minimum - (partner >= 0).sum(axis=1)), "once spread over the rounds"
    )
    total = sum(float(event.scores[a, b]) for r in range(rounds) for a, b in sheet.meetings(r))
    return Schedule(partner, seat(partner, event.fixed, event.tables), total, chosen.bound + fixed_total)


def _sheet(event: Event, rounds: int, settled: ArrayLike | None) -> Sheet:
    """Lay out the rounds with what is settled, locked."""
    sheet = Sheet.blank(event.available)
    if settled is None:
        return sheet
    partner = sized(settled, (len(event.scores), rounds), "settled meetings").astype(np.int64)
    met: set[tuple[int, int]] = set()
    for a, r in zip(*(x.tolist() for x in np.nonzero(partner >= 0)), strict=True):
        b = int(partner[a, r])
        if b >= len(partner) or b == a or partner[b, r] != a:
            raise InvalidRequest(
                f"Round {r + 1}: {event.name(a)} is settled with someone who is settled elsewhere."
            )
        sheet.partner[a][r] = b
        sheet.locked.add((a, r))
        if a < b and (a, b) in met:
            raise InvalidRequest(f"{event.name(a)} and {event.name(b)} are settled to meet twice.")
        met.add((a, b))
    return sheet


def _met(sheet: Sheet) -> Bools:
    """Pairs that already have a meeting on the sheet."""
    met = np.zeros((len(sheet.partner), len(sheet.partner)), dtype=bool)
    for a, row in enumerate(sheet.partner):
        met[a, [b for b in row if b >= 0]] = True
    return met


def _room(event: Event, sheet: Sheet) -> int:
    """Count the meetings that still fit, over all rounds."""
    free = np.array(sheet.partner) == FREE
    taken = [len(sheet.meetings(r)) for r in range(sheet.rounds)]
    return sum(max(0, min(event.tables - taken[r], int(free[:, r].sum()) // 2)) for r in range(sheet.rounds))


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


def _fill(event: Event, sheet: Sheet) -> None:
    """Pair the people left free in each round, those short of their minimum first."""
    allowed = event.allowed & ~_met(sheet)
    for r in range(sheet.rounds):
        free = [person for person, row in enumerate(sheet.partner) if row[r] == FREE]
        room = event.tables - len(sheet.meetings(r))
        if room <= 0 or not allowed[np.ix_(free, free)].any():
            continue
        count = [sum(x >= 0 for x in row) for row in sheet.partner]
        owed = (event.minimum - np.array(count)).clip(0)
        urgent = float(event.scores.max() + 1) * (owed[:, None] + owed[None, :])
        graph = nx.Graph()
        graph.add_weighted_edges_from(
            (a, b, float(event.scores[a, b] + urgent[a, b]))
            for a in free
            for b in free
            if a < b and allowed[a, b]
        )
        pairs = sorted(nx.max_weight_matching(graph), key=lambda pair: -graph.edges[pair]["weight"])
        for a, b in pairs[:room]:
            sheet.put(a, b, r)
            allowed[a, b] = allowed[b, a] = False
