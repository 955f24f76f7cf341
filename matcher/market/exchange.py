"""The last steps to floors of matches: exchanges of two places in one list, tried exactly.

Merit is the total of expected matches less a penalty on what people miss of their floors, ever stiffer,
around multipliers that follow it (augmented Lagrangian, as in :mod:`matcher.market.limits`). An exchange
changes the crowds of two receivers only, so trying one costs two short recurrences. What to try comes from a
forecast for all exchanges at once: exact for the looker and both receivers, linear for the other applicants.
"""

from dataclasses import dataclass

import numpy as np

from matcher.market.acceptance import Crowd, Ints
from matcher.market.limits import Limits, furthest, of_people, per_receiver
from matcher.market.pairs import Bools, Pairs
from matcher.market.position_bias import Floats
from matcher.market.search import by_rank

_TOP = 12  # one of the two places is among the first
_STIFFNESS = np.geomspace(2, 1000, 50)  # of the penalty, round by round
_FOLLOW = 0.3  # share of the penalty that goes into the multipliers, a round
_DEAREST = 50.0  # a match of one person is worth at most this many of the others' more
_AIM, _MORE = 0.001, 0.0005  # share of a floor to stay above it, and what is added while somebody misses it
_LEAST = 1e-6  # merit an exchange must bring
_SMALL = 0.05  # matches: floors below this are not priced more steeply


def keep(pairs: Pairs, order: Ints, v: Floats, crowd: Crowd, limits: Limits, owed: Floats) -> Ints:
    """Exchange places until all but the share to spare keep their floors of matches, and no more is gained.

    Parameters
    ----------
    pairs, order
        The market and its lists (C, L), positions best first.
    v
        (L,) examination of the ranks.
    crowd
        The receivers' crowds, at the accuracy that floors are judged at.
    limits
        Floors and the share of people who may stay under theirs; floors of views and ceilings of requests
        are not crossed by an exchange.
    owed
        Multipliers of the floors to start from, one a person as :meth:`Limits.floors` has them.

    Returns
    -------
    ndarray of shape (C, L)
        The lists with the fewest people under their floors beyond the share to spare; of these, those with
        the greatest total.
    """
    lists = _Lists.start(pairs, order, v, crowd, (limits.first(pairs), owed))
    wanted = limits.floors(pairs)
    aim = np.full(len(wanted), _AIM)
    whole = not limits.missing(lists.matches, wanted)
    best, kept = (len(wanted), 0.0), order
    for stiffness in np.full(len(_STIFFNESS), _STIFFNESS[-1]) if whole else _STIFFNESS:
        found = limits.missing(lists.matches, wanted), -float(lists.match.sum())
        if found < best:
            best, kept = found, lists.order.copy()
        elif not found[0]:
            break
        missing = wanted - lists.matches
        spared = furthest(missing, limits.spare)
        aim[(missing > 0) & ~spared] += _MORE
        lists.floors = np.where(spared, 0.0, wanted * (1 + aim))
        lists.improve(float(stiffness), limits)
        lists.owed = np.clip(lists.pull(lists.matches, stiffness * _FOLLOW), 0, _DEAREST)
    return kept


@dataclass(slots=True)
class _Lists:
    """Lists under change.

    Applications and matches of pairs are (C, L); matches, floors and multipliers one a person, the receivers
    from number ``first`` on.
    """

    pairs: Pairs
    order: Ints
    v: Floats
    crowd: Crowd
    applied: Floats
    match: Floats
    matches: Floats
    floors: Floats
    first: int
    owed: Floats

    @classmethod
    def start(
        cls, pairs: Pairs, order: Ints, v: Floats, crowd: Crowd, people: tuple[int, Floats]
    ) -> "_Lists":
        applied = np.minimum(1, pairs.f * np.where(pairs.allowed, by_rank(order, v), 0))
        match = applied * crowd.values(applied).accept
        matches = of_people(match.sum(axis=1), per_receiver(pairs, match), people[0])
        return cls(pairs, order.copy(), v, crowd, applied, match, matches, np.zeros(len(matches)), *people)

    def pull(self, matches: Floats, stiffness: float) -> Floats:
        """Multipliers plus the present shortfall, one a person; negative for who has more than enough."""
        return np.asarray(self.owed + stiffness * (self.floors - matches) / self.scale)

    @property
    def scale(self) -> Floats:
        """What shortfalls are measured in, one a person."""
        return np.maximum(self.floors, _SMALL)

    def improve(self, stiffness: float, limits: Limits) -> None:
        """Try the most promising exchanges, as many as there are lists."""
        hope = np.where(self.crossing(limits), 0, self.forecast(stiffness))
        flat = hope.ravel()
        many = min(len(hope), int((flat > _LEAST).sum()))
        if not many:
            return
        promising = np.argpartition(-flat, many - 1)[:many]
        for place in promising[np.argsort(-flat[promising], kind="stable")].tolist():
            c, upper, lower = np.unravel_index(place, hope.shape)
            self.attempt(int(c), int(upper), int(lower), stiffness)

    def forecast(self, stiffness: float) -> Floats:
        """Merit of exchanging each of the first ranks with each rank, (C, top, L); 0 where it is none."""
        n, up, down = self.pairs.lookers, *self.moves()
        top = up.shape[1]
        pull, scale = self.pull(self.matches, stiffness), self.scale / stiffness
        price = np.maximum(0, pull)
        priced = self.crowd.values(self.applied, 1 + price[:n, None] + price[self.first + self.pairs.items])
        plain = self.crowd.values(self.applied)
        gain, accept, growth, items = (
            np.take_along_axis(x, self.order, axis=1)
            for x in (priced.gain, plain.accept, plain.gain, self.pairs.items)
        )
        theirs, width = pull[self.first + items], scale[self.first + items]
        own: Floats = up * accept[:, None, :] + down * accept[:, :top, None]
        linear: Floats = up * gain[:, None, :] + down * gain[:, :top, None]
        lower = np.asarray(up * growth[:, None, :], dtype=float)
        upper = np.asarray(down * growth[:, :top, None], dtype=float)
        return (
            linear
            + _bend(pull[:n, None, None], scale[:n, None, None], own)
            + _bend(theirs[:, None, :], width[:, None, :], lower)
            + _bend(theirs[:, :top, None], width[:, :top, None], upper)
        )

    def moves(self) -> tuple[Floats, Floats]:
        """Change of the applications to the lower and to the upper one of an exchange, (C, top, L)."""
        ranked = np.take_along_axis(self.pairs.f * self.pairs.allowed, self.order, axis=1)
        now = np.take_along_axis(self.applied, self.order, axis=1)
        top = min(_TOP, len(self.v))
        real = np.arange(top)[:, None] < np.arange(len(self.v))[None, :]
        up = np.minimum(1, ranked[:, None, :] * self.v[None, :top, None]) - now[:, None, :]
        down = np.minimum(1, ranked[:, :top, None] * self.v[None, None, :]) - now[:, :top, None]
        return np.where(real, up, 0), np.where(real, down, 0)

    def crossing(self, limits: Limits) -> Bools:
        """Exchanges (C, top, L) that would take somebody under its floor of views or over its ceiling."""
        up, _ = self.moves()
        top, items = up.shape[1], np.take_along_axis(self.pairs.items, self.order, axis=1)
        crossed = np.zeros(up.shape, dtype=bool)
        if limits.min_views is not None:
            seen = np.where(self.pairs.allowed, by_rank(self.order, self.v), 0)
            room = (per_receiver(self.pairs, seen) - limits.min_views)[items[:, :top]]
            crossed |= self.v[:top, None] - self.v[None, :] > room[:, :, None]
        if limits.max_requests is not None:
            room = (limits.max_requests - per_receiver(self.pairs, self.applied))[items]
            crossed |= up > np.maximum(room, 0)[:, None, :]
        return crossed

    def attempt(self, c: int, upper: int, lower: int, stiffness: float) -> None:
        """Exchange two places of looker ``c`` if that raises the merit."""
        first, second = self.order[c, upper], self.order[c, lower]
        changes = [self.changed(c, int(first), self.v[lower]), self.changed(c, int(second), self.v[upper])]
        matches, merit = self.matches.copy(), 0.0
        for pairs, _, match in changes:
            change = match - self.match.flat[pairs]
            matches[pairs // self.order.shape[1]] += change
            matches[self.first + self.pairs.items.flat[pairs[0]]] += change.sum()
            merit += float(change.sum())
        before, after = (np.maximum(0, self.pull(x, stiffness)) for x in (self.matches, matches))
        merit += float(self.scale @ (before**2 - after**2)) / (2 * stiffness)
        if merit <= _LEAST:
            return
        for pairs, applied, match in changes:
            self.applied.flat[pairs], self.match.flat[pairs] = applied, match
        self.matches = matches
        self.order[c, upper], self.order[c, lower] = second, first

    def changed(self, c: int, position: int, view: float) -> tuple[Ints, Floats, Floats]:
        """One receiver's pairs, their applications and matches when ``c`` sees it as far as ``view``."""
        pair = c * self.order.shape[1] + position
        slots = self.crowd.of(int(self.pairs.items.flat[pair]))
        pairs = self.crowd.packed[slots]
        applied = self.applied.flat[pairs]
        if self.pairs.allowed.flat[pair]:
            applied[pairs == pair] = min(1.0, float(self.pairs.f.flat[pair] * view))
        return pairs, applied, applied * self.crowd.answers(slots, applied)


def _bend(pull: Floats, scale: Floats, change: Floats) -> Floats:
    """Penalty saved by a change of somebody's matches, beyond what the present price says."""
    now, then = np.maximum(0, pull), np.maximum(0, pull - change / scale)
    return np.asarray(scale / 2 * (now**2 - then**2) - now * change)
