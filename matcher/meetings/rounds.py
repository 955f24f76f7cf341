"""Spread chosen pairs over rounds so that each person is in one place at a time.

That is an edge colouring with a fixed number of colours. Alternating paths (Kempe chains, as in Vizing 1964)
free a round for a pair; where none does, the pair takes the place of another one, which is set down again
later. No solver in the kept libraries colours edges with a given number of colours.
"""

from dataclasses import dataclass, field

import numpy as np

from matcher.arrays import Bools

Pair = tuple[int, int]

FREE, AWAY = -1, -2


@dataclass(slots=True)
class Grid:
    """Who meets whom when: ``partner[person][round]`` is a person, FREE or AWAY; ``locked`` never moves."""

    partner: list[list[int]]
    locked: set[tuple[int, int]] = field(default_factory=set)  # (person, round)

    @classmethod
    def blank(cls, available: Bools) -> "Grid":
        """Start empty; ``available`` (n, rounds)."""
        return cls(np.where(available, FREE, AWAY).tolist())

    @property
    def rounds(self) -> int:
        """Number of rounds."""
        return len(self.partner[0]) if self.partner else 0

    def put(self, a: int, b: int, r: int) -> None:
        """Let ``a`` and ``b`` meet in round ``r``."""
        self.partner[a][r], self.partner[b][r] = b, a

    def drop(self, a: int, b: int, r: int) -> None:
        """Undo :meth:`put`."""
        self.partner[a][r] = self.partner[b][r] = FREE

    def meetings(self, r: int) -> list[Pair]:
        """Pairs of round ``r``, lower number first, in order."""
        return [(a, row[r]) for a, row in enumerate(self.partner) if row[r] > a]

    def free(self, person: int) -> list[int]:
        """List the rounds in which ``person`` is present without a meeting."""
        return [r for r, other in enumerate(self.partner[person]) if other == FREE]

    def chain(self, start: int, r: int, other: int) -> list[int] | None:
        """Follow the path from ``start`` alternating rounds ``r`` and ``other``; None if it cannot move."""
        path, step, person = [start], r, start
        while (person := self.partner[person][step]) >= 0 and person != start:
            if (person, step) in self.locked:
                return None
            path.append(person)
            step = other if step == r else r
        return path if person == FREE else None

    def swap(self, path: list[int], r: int, other: int) -> None:
        """Exchange the two rounds along a path found by :meth:`chain`."""
        links = [(path[k], path[k + 1], r if k % 2 == 0 else other) for k in range(len(path) - 1)]
        for a, b, now in links:
            self.drop(a, b, now)
        for a, b, now in links:
            self.put(a, b, other if now == r else r)


def colour_rounds(grid: Grid, pairs: list[Pair], rng: np.random.Generator) -> list[Pair]:
    """Place all pairs on the grid; return those for which no place was found, in order.

    Gives up when a quarter as many attempts as there are pairs, plus 400, brought no pair more: some sets of
    pairs fit no rounds (nine people who should all meet in eight). Deterministic for ``rng``.
    """
    waiting = [pairs[int(k)] for k in rng.permutation(len(pairs))]
    fewest, tries = len(waiting), 0
    while waiting and tries < 400 + len(pairs) // 4:
        a, b = waiting.pop()
        shaken = tries > 50 and rng.random() < 0.1  # a third round comes into play where two are exhausted
        evicted = _push(grid, a, b, rng) if shaken else _place(grid, a, b, rng)
        for pair in evicted:
            waiting.insert(int(rng.integers(len(waiting) + 1)), pair)
        tries = 0 if len(waiting) < fewest else tries + 1
        fewest = min(fewest, len(waiting))
    return sorted(waiting)


def _place(grid: Grid, a: int, b: int, rng: np.random.Generator) -> list[Pair]:
    """Place one pair; return the pair that had to give way (maybe itself)."""
    free_a, free_b = grid.free(a), grid.free(b)
    both = [r for r in free_a if r in free_b]
    if both:
        grid.put(a, b, both[int(rng.integers(len(both)))])
        return []
    if not free_a or not free_b:
        return [(a, b)]
    r, other = free_a[int(rng.integers(len(free_a)))], free_b[int(rng.integers(len(free_b)))]
    if (b, r) in grid.locked:
        return [(a, b)]
    # a is free in round r, b is not. Exchange rounds r and other along the chain of meetings from b: that
    # frees b in round r, unless the chain ends at a, which would then be taken there.
    path = grid.chain(b, r, other)
    if path is not None and path[-1] != a:
        grid.swap(path, r, other)
        grid.put(a, b, r)
        return []
    if grid.partner[b][r] < 0:
        return [(a, b)]
    evicted = _clear(grid, b, r)
    grid.put(a, b, r)
    return evicted


def _push(grid: Grid, a: int, b: int, rng: np.random.Generator) -> list[Pair]:
    """Place a pair in any round; the pairs of both people there give way."""
    r = int(rng.integers(grid.rounds))
    if any(grid.partner[x][r] == AWAY or (x, r) in grid.locked for x in (a, b)):
        return [(a, b)]
    evicted = _clear(grid, a, r) + _clear(grid, b, r)
    grid.put(a, b, r)
    return evicted


def _clear(grid: Grid, person: int, r: int) -> list[Pair]:
    """Take a person's meeting of a round off the grid, if there is one."""
    other = grid.partner[person][r]
    if other < 0:
        return []
    grid.drop(person, other, r)
    return [(min(person, other), max(person, other))]


def level(grid: Grid, most: int) -> list[Pair]:
    """Bring every round to at most ``most`` meetings by exchanging along paths; returns the pairs taken off.

    Of two rounds, one over and one under the limit, some alternating path has one meeting more of the fuller
    round (McDiarmid 1972: colour classes can always be evened out); locked meetings may prevent it.
    """
    sizes = [len(grid.meetings(r)) for r in range(grid.rounds)]
    removed = []
    while sizes and max(sizes) > most:
        full = sizes.index(max(sizes))
        low = sizes.index(min(sizes))
        path = _surplus(grid, full, low) if sizes[low] < most else None
        if path is not None:
            grid.swap(path, full, low)
            sizes[low] += 1
        else:
            loose = [pair for pair in grid.meetings(full) if (pair[0], full) not in grid.locked]
            if not loose:
                break
            grid.drop(*loose[-1], full)
            removed.append(loose[-1])
        sizes[full] -= 1
    return removed


def _surplus(grid: Grid, full: int, low: int) -> list[int] | None:
    """Find a path that starts and ends with a meeting of round ``full``."""
    for person, row in enumerate(grid.partner):
        if row[low] == FREE and row[full] >= 0 and (person, full) not in grid.locked:
            path = grid.chain(person, full, low)
            if path is not None and len(path) % 2 == 0:
                return path
    return None
