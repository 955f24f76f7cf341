"""Spread chosen pairs over rounds so that nobody is in two places at once.

That is an edge colouring with a fixed number of colours. Alternating paths (Kempe chains, as in Vizing 1964)
free a round for a pair; where none does, the pair takes the place of another one, which is set down again
later. No solver in the kept libraries colours edges with a given number of colours.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Pair = tuple[int, int]

FREE, AWAY = -1, -2


@dataclass(slots=True)
class Sheet:
    """Who meets whom when: ``partner[person][round]`` is a person, FREE or AWAY; ``locked`` never moves."""

    partner: list[list[int]]
    locked: set[tuple[int, int]] = field(default_factory=set)  # (person, round)

    @classmethod
    def blank(cls, available: NDArray[np.bool_]) -> "Sheet":
        """Start empty; ``available`` (n, rounds)."""
        return cls([[FREE if here else AWAY for here in row] for row in available.tolist()])

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


def spread(sheet: Sheet, pairs: list[Pair], rng: np.random.Generator) -> list[Pair]:
    """Place all pairs on the sheet; returns those for which no place was found, in order.

    Gives up when a quarter as many attempts as there are pairs, plus 400, brought no pair more: some sets of
    pairs fit no rounds (nine people who should all meet in eight). Deterministic for ``rng``.
    """
    waiting = [pairs[int(k)] for k in rng.permutation(len(pairs))]
    fewest, tries = len(waiting), 0
    while waiting and tries < 400 + len(pairs) // 4:
        a, b = waiting.pop()
        shaken = tries > 50 and rng.random() < 0.1  # a third round comes into play where two are exhausted
        evicted = _push(sheet, a, b, rng) if shaken else _place(sheet, a, b, rng)
        for pair in evicted:
            waiting.insert(int(rng.integers(len(waiting) + 1)), pair)
        tries = 0 if len(waiting) < fewest else tries + 1
        fewest = min(fewest, len(waiting))
    return sorted(waiting)


def _place(sheet: Sheet, a: int, b: int, rng: np.random.Generator) -> list[Pair]:
    """Place one pair; the pair that had to give way (maybe itself) is returned."""
    free_a, free_b = sheet.free(a), sheet.free(b)
    both = [r for r in free_a if r in free_b]
    if both:
        sheet.put(a, b, both[int(rng.integers(len(both)))])
        return []
    if not free_a or not free_b:
        return [(a, b)]
    r, other = free_a[int(rng.integers(len(free_a)))], free_b[int(rng.integers(len(free_b)))]
    path = sheet.chain(b, r, other) if (b, r) not in sheet.locked else None
    if path is not None and path[-1] != a:
        sheet.swap(path, r, other)
        sheet.put(a, b, r)
        return []
    if sheet.partner[b][r] < 0 or (b, r) in sheet.locked:
        return [(a, b)]
    evicted = _clear(sheet, b, r)
    sheet.put(a, b, r)
    return evicted


def _push(sheet: Sheet, a: int, b: int, rng: np.random.Generator) -> list[Pair]:
    """Place a pair in any round; the pairs of both people there give way."""
    r = int(rng.integers(sheet.rounds))
    if any(sheet.partner[x][r] == AWAY or (x, r) in sheet.locked for x in (a, b)):
        return [(a, b)]
    evicted = _clear(sheet, a, r) + _clear(sheet, b, r)
    sheet.put(a, b, r)
    return evicted


def _clear(sheet: Sheet, person: int, r: int) -> list[Pair]:
    """Take a person's meeting of a round off the sheet, if there is one."""
    other = sheet.partner[person][r]
    if other < 0:
        return []
    sheet.drop(person, other, r)
    return [(min(person, other), max(person, other))]


def level(sheet: Sheet, most: int) -> list[Pair]:
    """Bring every round to at most ``most`` meetings by exchanging along paths; returns the pairs taken off.

    Of two rounds, one over and one under the limit, some alternating path has one meeting more of the fuller
    round (McDiarmid 1972: colour classes can always be evened out); locked meetings may prevent it.
    """
    sizes = [len(sheet.meetings(r)) for r in range(sheet.rounds)]
    removed = []
    while sizes and max(sizes) > most:
        full = sizes.index(max(sizes))
        low = sizes.index(min(sizes))
        path = _surplus(sheet, full, low) if sizes[low] < most else None
        if path is not None:
            sheet.swap(path, full, low)
            sizes[low] += 1
        else:
            loose = [pair for pair in sheet.meetings(full) if (pair[0], full) not in sheet.locked]
            if not loose:
                break
            sheet.drop(*loose[-1], full)
            removed.append(loose[-1])
        sizes[full] -= 1
    return removed


def _surplus(sheet: Sheet, full: int, low: int) -> list[int] | None:
    """Find a path that starts and ends with a meeting of round ``full``."""
    for person, row in enumerate(sheet.partner):
        if row[low] == FREE and row[full] >= 0 and (person, full) not in sheet.locked:
            path = sheet.chain(person, full, low)
            if path is not None and len(path) % 2 == 0:
                return path
    return None
