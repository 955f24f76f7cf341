"""The last steps to floors: exchanges of two places in one list.

A search ends near its floors; lists are whole, so the last part is done by exchanging two entries of one
list.

:func:`meet_view_floors` makes the cheapest exchanges until each receiver has its floor of views.

:func:`meet_match_floors` tries exchanges exactly. Their merit is the total of expected matches less a
penalty on what people miss of their floors, ever steeper, around multipliers that follow it (augmented
Lagrangian, as in :mod:`matcher.market.limits`). An exchange changes the applicants of two receivers only,
so trying one costs two short recurrences. What to try comes from a forecast for all exchanges at once:
exact for the proposer and both receivers, linear for the other applicants.
"""

from dataclasses import dataclass

import numpy as np

from matcher.arrays import Bools, Floats, Ints
from matcher.market.acceptance import AcceptanceModel
from matcher.market.limits import Limits, furthest_below
from matcher.market.pairs import Pairs
from matcher.market.search import by_rank

_VIEW_EXCHANGES = 20  # at most, times the number of receivers
_BLOCK = 32  # lists whose exchanges are forecast together
_TOP = 12  # one of the two places is among the first
_PENALTIES = np.geomspace(2, 1000, 50)  # steepness, round by round
_FOLLOW = 0.3  # share of the penalty that goes into the multipliers, a round
_HIGHEST = 50.0  # a match of one person is worth at most this many of the others' more
_AIM, _MORE = 0.001, 0.0005  # share of a floor to stay above it, and what is added while it is missed
_LEAST = 1e-6  # merit an exchange must bring
_SMALLEST = 0.05  # matches: floors below this are not priced more steeply


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
    for _ in range(_VIEW_EXCHANGES * pairs.receivers):
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


def meet_match_floors(
    pairs: Pairs, order: Ints, v: Floats, model: AcceptanceModel, limits: Limits, multiplier: Floats
) -> Ints:
    """Exchange places until all but the exempt share keep their floors of matches, and no more is gained.

    Parameters
    ----------
    pairs, order
        The market and its lists (C, L), positions best first.
    v
        (L,) examination probabilities of the ranks.
    model
        The acceptance model, at the accuracy that floors are judged at.
    limits
        Floors of matches and the exempt share; floors of views are not crossed by an exchange.
    multiplier
        Multipliers of the floors to start from, one a person.

    Returns
    -------
    ndarray of shape (C, L)
        The lists with the fewest people under their floors beyond the exempt share; of these, those with
        the greatest total.
    """
    lists = _Lists.start(pairs, order, v, model, multiplier)
    wanted = np.asarray(limits.min_matches, dtype=float)
    aim = np.full(len(wanted), _AIM)
    met = not limits.missing(lists.matches)
    best, kept = (len(wanted), 0.0), order
    # Floors that hold from the start need no steps towards them: only the steepest penalty, which holds them.
    for penalty in np.full(len(_PENALTIES), _PENALTIES[-1]) if met else _PENALTIES:
        found = limits.missing(lists.matches), -float(lists.match.sum())
        if found < best:
            best, kept = found, lists.order.copy()
        elif not found[0]:
            break
        missing = wanted - lists.matches
        exempt = furthest_below(missing, limits.exempt_share)
        aim[(missing > 0) & ~exempt] += _MORE
        lists.floors = np.where(exempt, 0.0, wanted * (1 + aim))
        lists.improve(float(penalty), limits)
        lists.multiplier = np.clip(lists.price(penalty * _FOLLOW, slice(None), lists.matches), 0, _HIGHEST)
    return kept


@dataclass(frozen=True, slots=True)
class _Change:
    """What an exchange changes at one receiver.

    ``pair`` (a flat number) changes its place, and ``application`` is what it then applies with; ``pairs``
    are all that the ``receiver`` (a person) may accept, with their applications and matches; ``proposers``
    are those of these pairs.
    """

    pair: int
    application: float
    pairs: Ints
    proposers: Ints
    receiver: int
    applied: Floats
    match: Floats


@dataclass(slots=True)
class _Lists:
    """Lists under change.

    Applications and matches of pairs are (C, L); matches, floors and multipliers one a person.
    """

    pairs: Pairs
    order: Ints
    v: Floats
    model: AcceptanceModel
    applied: Floats
    match: Floats
    matches: Floats
    floors: Floats
    multiplier: Floats

    @classmethod
    def start(
        cls, pairs: Pairs, order: Ints, v: Floats, model: AcceptanceModel, multiplier: Floats
    ) -> "_Lists":
        applied = np.minimum(1, pairs.f * np.where(pairs.allowed, by_rank(order, v), 0))
        match = applied * model.evaluate(applied).accept
        matches = pairs.per_person(match.sum(axis=1), pairs.per_receiver(match))
        floors = np.zeros(len(matches))
        return cls(pairs, order.copy(), v, model, applied, match, matches, floors, multiplier)

    def price(self, penalty: float, people: Ints | slice, matches: Floats) -> Floats:
        """Add multiplier and shortfall of some people with ``matches``; negative for more than enough."""
        missing = self.floors[people] - matches
        return np.asarray(self.multiplier[people] + penalty * missing / self.scale(people))

    def scale(self, people: Ints | slice = slice(None)) -> Floats:
        """Return what the shortfalls of some people are measured in."""
        return np.maximum(self.floors[people], _SMALLEST)

    def improve(self, penalty: float, limits: Limits) -> None:
        """Try the most promising exchanges, as many as there are lists."""
        places, merit = self.forecast(penalty, limits)
        # No more than there are lists: each exchange moves matches, and the forecast ages with it.
        many = min(len(self.order), len(places))
        if not many:
            return
        promising = np.argpartition(-merit, many - 1)[:many]
        shape = (len(self.order), min(_TOP, len(self.v)), len(self.v))
        for place in places[promising[np.argsort(-merit[promising], kind="stable")]].tolist():
            c, upper, lower = np.unravel_index(place, shape)
            self.attempt(int(c), int(upper), int(lower), penalty)

    def forecast(self, penalty: float, limits: Limits) -> tuple[Ints, Floats]:
        """Find the exchanges of one of the first ranks with any that promise merit: flat places, merits.

        Places are those of an array (C, top, L). Exchanges that would cross a floor of views are left out.

        The merit of an exchange is not linear: the penalty is quadratic in each person's matches. It is
        forecast in two parts. The linear part prices every match at today's multipliers: the change of the
        two applications times their gain. The curved part (:func:`_curvature`) corrects it for the three
        people whose matches change most: the proposer and both receivers.
        """
        n, first = self.pairs.proposers, self.pairs.first_receiver
        price = self.price(penalty, slice(None), self.matches)
        bonus = np.maximum(0, price)
        priced = self.model.evaluate(self.applied, 1 + bonus[:n, None] + bonus[first + self.pairs.receiver])
        plain = self.model.evaluate(self.applied)
        gain = np.take_along_axis(priced.gain, self.order, axis=1)
        accept = np.take_along_axis(plain.accept, self.order, axis=1)
        growth = np.take_along_axis(plain.gain, self.order, axis=1)
        receiver = first + np.take_along_axis(self.pairs.receiver, self.order, axis=1)
        outlook = _Outlook(gain, accept, growth, receiver, price, self.scale() / penalty)
        room = self.room(limits)
        places, merits = [], []
        # In blocks: a dozen arrays of the shape are needed on the way, of all lists they would be gigabytes.
        for start in range(0, n, _BLOCK):
            rows = slice(start, start + _BLOCK)
            merit = outlook.merit(rows, *self.moves(rows))
            if room is not None:
                merit[self.crossing(rows, room)] = 0
            place = np.flatnonzero(merit > _LEAST)
            merits.append(merit.ravel()[place])
            places.append(place + start * merit[0].size)
        return np.concatenate(places), np.concatenate(merits)

    def moves(self, rows: slice = slice(None)) -> tuple[Floats, Floats]:
        """Change of the applications to the lower and to the upper one of an exchange, (rows, top, L)."""
        order = self.order[rows]
        ranked = np.take_along_axis(self.pairs.f[rows] * self.pairs.allowed[rows], order, axis=1)
        now = np.take_along_axis(self.applied[rows], order, axis=1)
        top = min(_TOP, len(self.v))
        # Each exchange once: the first place is above the second.
        real = np.arange(top)[:, None] < np.arange(len(self.v))[None, :]
        up = np.minimum(1, ranked[:, None, :] * self.v[None, :top, None]) - now[:, None, :]
        down = np.minimum(1, ranked[:, :top, None] * self.v[None, None, :]) - now[:, :top, None]
        return np.where(real, up, 0), np.where(real, down, 0)

    def room(self, limits: Limits) -> Floats | None:
        """Count the views each receiver has above its floor; None where there are no floors of views."""
        if limits.min_views is None:
            return None
        seen = np.where(self.pairs.allowed, by_rank(self.order, self.v), 0)
        return self.pairs.per_receiver(seen) - limits.min_views

    def crossing(self, rows: slice, room: Floats) -> Bools:
        """Mark exchanges (rows, top, L) that would take a receiver further down than it has ``room``."""
        top = min(_TOP, len(self.v))
        # Only the upper of the two loses views: it falls to the lower place.
        upper = np.take_along_axis(self.pairs.receiver[rows], self.order[rows, :top], axis=1)
        crossed: Bools = self.v[:top, None] - self.v[None, :] > room[upper][:, :, None]
        return crossed

    def attempt(self, c: int, upper: int, lower: int, penalty: float) -> None:
        """Exchange two places of proposer ``c`` if that raises the merit."""
        first, second = self.order[c, upper], self.order[c, lower]
        changes = (self.changed(c, int(first), self.v[lower]), self.changed(c, int(second), self.v[upper]))
        touched = np.zeros(len(self.matches), dtype=bool)
        for one in changes:
            touched[one.proposers] = touched[one.receiver] = True
        people = np.flatnonzero(touched)
        former = self.matches[people]
        merit = 0.0
        for one in changes:
            change = one.match - self.match.flat[one.pairs]
            total = float(change.sum())
            # The pairs of one receiver belong to different proposers: no index is twice in the sum below.
            self.matches[one.proposers] += change
            self.matches[one.receiver] += total
            merit += total
        # What others miss of their floors stays as it is.
        before, after = (
            np.maximum(0, self.price(penalty, people, x)) for x in (former, self.matches[people])
        )
        merit += float(self.scale(people) @ (before**2 - after**2)) / (2 * penalty)
        if merit <= _LEAST:
            self.matches[people] = former
            return
        for one in changes:
            self.applied.flat[one.pairs], self.match.flat[one.pairs] = one.applied, one.match
            self.applied.flat[one.pair] = one.application
        self.order[c, upper], self.order[c, lower] = second, first

    def changed(self, c: int, position: int, view: float) -> _Change:
        """Compute one receiver's applications and matches when ``c`` sees it as far as ``view``."""
        pair = c * self.order.shape[1] + position
        receiver = int(self.pairs.receiver.flat[pair])
        slots = self.model.slots_of(receiver)
        pairs = self.model.packed[slots]
        applied, own = self.applied.flat[pairs], float(self.applied.flat[pair])
        if self.pairs.allowed.flat[pair]:
            own = min(1.0, float(self.pairs.f.flat[pair] * view))
            applied[pairs == pair] = own
        match = applied * self.model.accept_at(slots, applied)
        person = self.pairs.first_receiver + receiver
        return _Change(pair, own, pairs, pairs // self.order.shape[1], person, applied, match)


@dataclass(frozen=True, slots=True)
class _Outlook:
    """What exchanges are forecast from.

    By rank (C, L): what an application brings at today's prices, how far it is accepted, what it adds to its
    receiver's matches, and the receiver's number as a person. By person: its price, and its scale.
    """

    gain: Floats
    accept: Floats
    growth: Floats
    receiver: Ints
    price: Floats
    scale: Floats

    def merit(self, rows: slice, up: Floats, down: Floats) -> Floats:
        """Forecast the merit of the exchanges of some lists, (rows, top, L), from :meth:`_Lists.moves`."""
        top = up.shape[1]
        gain, accept, growth = self.gain[rows], self.accept[rows], self.growth[rows]
        receiver = self.receiver[rows]
        price, scale = self.price[receiver], self.scale[receiver]
        linear: Floats = up * gain[:, None, :] + down * gain[:, :top, None]
        # changes of the expected matches of the proposer, of the lower and of the upper receiver
        own: Floats = up * accept[:, None, :] + down * accept[:, :top, None]
        lower = np.asarray(up * growth[:, None, :], dtype=float)
        upper = np.asarray(down * growth[:, :top, None], dtype=float)
        proposer = np.arange(len(self.gain))[rows, None, None]
        return (
            linear
            + _curvature(self.price[proposer], self.scale[proposer], own)
            + _curvature(price[:, None, :], scale[:, None, :], lower)
            + _curvature(price[:, :top, None], scale[:, :top, None], upper)
        )


def _curvature(price: Floats, scale: Floats, change: Floats) -> Floats:
    """Penalty saved by a change of one person's matches, beyond what its present price accounts for.

    The penalty is ``scale / 2 * max(0, price)^2``, and the price falls by ``change / scale``; the linear
    part, ``price * change``, is subtracted because the forecast already holds it.
    """
    now = np.maximum(0, price)
    # In place: the arrays are large, and making new ones costs more than the sums.
    saved = np.divide(change, scale)
    np.subtract(price, saved, out=saved)
    np.maximum(0, saved, out=saved)
    np.square(saved, out=saved)
    np.subtract(now**2, saved, out=saved)
    saved *= scale / 2
    saved -= now * change
    return saved
