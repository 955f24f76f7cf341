"""The last steps to floors of matches: exchanges of two places in one list.

A search ends near its floors; lists are whole, so the last part is done by exchanging two entries of one
list. :func:`meet_match_floors` tries exchanges exactly. Their merit is the total of expected matches less a
penalty on what people miss of their floors, ever steeper, around multipliers that follow it (augmented
Lagrangian, as in :mod:`matcher.market.limits`). An exchange changes the applicants of two receivers only,
so trying one costs two short recurrences. What to try comes from a forecast for all exchanges at once:
exact for the proposer and both receivers, linear for the other applicants. Exchanges that touch different
proposers and receivers are tried together.
"""

from dataclasses import dataclass

import numpy as np

from matcher.arrays import Bools, Floats, Ints
from matcher.market.acceptance import AcceptanceModel
from matcher.market.limits import Limits, furthest_below
from matcher.market.pairs import Pairs
from matcher.market.search import by_rank

_BLOCK = 512  # lists whose exchanges are forecast together
_TOP = 12  # one of the two places is among the first
_PENALTIES = np.geomspace(2, 1000, 50)  # steepness, round by round
_FOLLOW = 0.3  # share of the penalty that goes into the multipliers, a round
_HIGHEST = 50.0  # a match of one person is worth at most this many of the others' more
_AIM, _MORE = 0.001, 0.0005  # share of a floor to stay above it, and what is added while it is missed
_SHARE, _BATCH = 32, 256  # exchanges are tried in parts of one list in so many, at most so many lists
_LEAST = 1e-6  # merit an exchange must bring
_SMALLEST = 0.05  # matches: floors below this are not priced more steeply


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
        lists.multiplier = np.clip(lists.price(lists.matches, penalty * _FOLLOW), 0, _HIGHEST)
    return kept


@dataclass(frozen=True, slots=True)
class _Changes:
    """What some exchanges change at the receivers they touch, two rows an exchange.

    ``pair`` (n,) flat numbers of the pairs that change place, and ``application`` (n,) what they then apply
    with. By slot of the receiver (n, slots): its ``pairs``, which of them are ``real`` and no padding, their
    applications and their change of matches, 0 for padding.
    """

    pair: Ints
    application: Floats
    pairs: Ints
    real: Bools
    applied: Floats
    change: Floats


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

    def price(self, matches: Floats, penalty: float) -> Floats:
        """Multiplier plus present shortfall, one a person; negative for people with more than enough."""
        return np.asarray(self.multiplier + penalty * (self.floors - matches) / self.scale)

    @property
    def scale(self) -> Floats:
        """What shortfalls are measured in, one a person."""
        return np.maximum(self.floors, _SMALLEST)

    def improve(self, penalty: float, limits: Limits) -> None:
        """Try the most promising exchanges, as many as there are lists."""
        for batch in self.batches(self.promising(penalty, limits)):
            self.attempt(batch, penalty)

    def promising(self, penalty: float, limits: Limits) -> Ints:
        """List exchanges (n, 3) by proposer, upper and lower place, greatest forecast first."""
        outlook, room = self.outlook(penalty), self.room(limits)
        many, top, length = len(self.order), min(_TOP, len(self.v)), len(self.v)
        merits, places = [], []
        # In blocks: a dozen arrays of this shape are needed on the way, of all lists they would be gigabytes.
        for start in range(0, many, _BLOCK):
            rows = slice(start, start + _BLOCK)
            merit = outlook.merit(rows, *self.moves(rows))
            if room is not None:
                merit[self.crossing(rows, room)] = 0
            found = np.flatnonzero(merit > _LEAST)
            merits.append(merit.ravel()[found])
            places.append(found + start * top * length)
        merit, place = np.concatenate(merits), np.concatenate(places)
        # No more than there are lists: each exchange moves matches, and the forecast ages with it.
        best = np.argsort(-merit, kind="stable")[:many]
        return np.column_stack(np.unravel_index(place[best], (many, top, length)))

    def batches(self, places: Ints) -> list[Ints]:
        """Share exchanges (n, 3), most promising first, among parts that can be tried at once.

        Within a part all proposers and receivers are different, so that each exchange changes what no other
        one looks at, but for a few applicants. For their sake a part is a small share of the market. The
        exchanges of one person keep their order.
        """
        most = int(np.clip(len(self.order) // _SHARE, 1, _BATCH))
        c, upper, lower = places.T
        positions = np.column_stack([self.order[c, upper], self.order[c, lower]])
        receivers = self.pairs.receiver[c[:, None], positions]
        people = np.column_stack([c, self.pairs.first_receiver + receivers]).tolist()
        parts: list[list[int]] = []
        following: dict[int, int] = {}  # by person: the first part after its last exchange
        unfilled = 0
        for exchange, touched in enumerate(people):
            part = max(unfilled, *(following.get(person, 0) for person in touched))
            part = _first_with_room(parts, part, most)
            parts[part].append(exchange)
            following.update(dict.fromkeys(touched, part + 1))
            unfilled = _first_with_room(parts, unfilled, most)
        return [places[part] for part in parts if part]  # the last one may have been opened for none

    def outlook(self, penalty: float) -> "_Outlook":
        """Work out what exchanges are forecast from, in single precision: tried exactly later."""
        n, first = self.pairs.proposers, self.pairs.first_receiver
        price = self.price(self.matches, penalty)
        bonus = np.maximum(0, price)
        priced = self.model.evaluate(self.applied, 1 + bonus[:n, None] + bonus[first + self.pairs.receiver])
        plain = self.model.evaluate(self.applied)
        return _Outlook(
            gain=np.take_along_axis(priced.gain, self.order, axis=1).astype(np.float32),
            accept=np.take_along_axis(plain.accept, self.order, axis=1).astype(np.float32),
            growth=np.take_along_axis(plain.gain, self.order, axis=1).astype(np.float32),
            receiver=first + np.take_along_axis(self.pairs.receiver, self.order, axis=1),
            price=price.astype(np.float32),
            scale=(self.scale / penalty).astype(np.float32),
        )

    def moves(self, rows: slice = slice(None)) -> tuple[Floats, Floats]:
        """Change of the applications to the lower and to the upper one of an exchange, (rows, top, L)."""
        order = self.order[rows]
        open_to = self.pairs.f[rows] * self.pairs.allowed[rows]
        ranked = np.take_along_axis(open_to, order, axis=1).astype(np.float32)
        now = np.take_along_axis(self.applied[rows], order, axis=1).astype(np.float32)
        v = self.v.astype(np.float32)
        top = min(_TOP, len(self.v))
        # Each exchange once: the first place is above the second.
        real = np.arange(top)[:, None] < np.arange(len(self.v))[None, :]
        up = np.minimum(1, ranked[:, None, :] * v[None, :top, None]) - now[:, None, :]
        down = np.minimum(1, ranked[:, :top, None] * v[None, None, :]) - now[:, :top, None]
        return np.where(real, up, 0), np.where(real, down, 0)

    def room(self, limits: Limits) -> Floats | None:
        """Return the views of each receiver above its floor; None without floors of views."""
        if limits.min_views is None:
            return None
        seen = np.where(self.pairs.allowed, by_rank(self.order, self.v), 0)
        return self.pairs.per_receiver(seen) - limits.min_views

    def crossing(self, rows: slice, room: Floats) -> Bools:
        """Mark exchanges (rows, top, L) that would take a receiver below its floor of views."""
        # Only the upper of the two loses views: it falls to the lower place.
        top = min(_TOP, len(self.v))
        upper = np.take_along_axis(self.pairs.receiver[rows], self.order[rows, :top], axis=1)
        crossed: Bools = self.v[:top, None] - self.v[None, :] > room[upper][:, :, None]
        return crossed

    def attempt(self, places: Ints, penalty: float) -> None:
        """Make those exchanges (n, 3) of a proposer's two places that raise the merit.

        All are tried on the lists as they are: they must touch different proposers and receivers.
        """
        c, upper, lower = places.T
        first, second = self.order[c, upper], self.order[c, lower]
        width = self.order.shape[1]
        # An exchange is two rows: the entry that moves down, then the one that moves up.
        pair = np.column_stack([c * width + first, c * width + second]).ravel()
        view = np.column_stack([self.v[lower], self.v[upper]]).ravel()
        changes = self.changed(pair, view)
        worth = self.merit(changes, penalty) > _LEAST
        if not worth.any():
            return
        self.make(changes, np.repeat(worth, 2))
        c, upper, lower = places[worth].T
        self.order[c, upper], self.order[c, lower] = second[worth], first[worth]

    def changed(self, pair: Ints, view: Floats) -> _Changes:
        """Compute applications and matches at the receivers of pairs that are then seen so far."""
        receiver = self.pairs.receiver.ravel()[pair]
        degree = self.model.degree[receiver]
        depth = np.arange(degree.max())
        real = depth < degree[:, None]
        slots = np.where(real, self.model.start[depth] + self.model.offset[receiver][:, None], 0)
        pairs = self.model.packed[slots]
        allowed = self.pairs.allowed.ravel()[pair]
        application = np.minimum(1, self.pairs.f.ravel()[pair] * view)
        application = np.where(allowed, application, self.applied.ravel()[pair])
        applied = np.where(pairs == pair[:, None], application[:, None], self.applied.ravel()[pairs])
        applied = np.where(real, applied, 0)
        match = applied * self.model.accept_at(slots, applied)
        change = np.where(real, match - self.match.ravel()[pairs], 0)
        return _Changes(pair, application, pairs, real, applied, change)

    def merit(self, changes: _Changes, penalty: float) -> Floats:
        """Merit of each exchange by itself: the change of the total, and of the penalty of all it touches."""
        people, moved = self.moved(changes)
        many, persons = len(people) // 2, len(self.matches)
        # A person may be at both receivers of an exchange: its changes are added up before they are priced.
        key = np.arange(many)[:, None] * persons + people.reshape(many, -1)
        touched, at = np.unique(key, return_inverse=True)
        change = np.bincount(at.ravel(), weights=moved.ravel())
        exchange, person = np.divmod(touched, persons)
        scale, now = self.scale[person], self.price(self.matches, penalty)[person]
        then = np.maximum(0, now - penalty * change / scale)
        saved = scale * (np.maximum(0, now) ** 2 - then**2) / (2 * penalty)
        total: Floats = changes.change.reshape(many, -1).sum(axis=1)
        return total + np.bincount(exchange, weights=saved, minlength=many)

    def moved(self, changes: _Changes) -> tuple[Ints, Floats]:
        """Persons whose matches change, and by how much, (n, slots + 1) each."""
        receiver = self.pairs.first_receiver + self.pairs.receiver.ravel()[changes.pair]
        people = np.column_stack([changes.pairs // self.order.shape[1], receiver])
        return people, np.column_stack([changes.change, changes.change.sum(axis=1)])

    def make(self, changes: _Changes, chosen: Bools) -> None:
        """Make the chosen rows of changes."""
        people, moved = self.moved(changes)
        who, much = people[chosen].ravel(), moved[chosen].ravel()
        self.matches = self.matches + np.bincount(who, weights=much, minlength=len(self.matches))
        real = changes.real & chosen[:, None]
        at = changes.pairs[real]
        self.applied.flat[at] = changes.applied[real]
        self.match.flat[at] += changes.change[real]
        self.applied.flat[changes.pair[chosen]] = changes.application[chosen]


def _first_with_room(parts: list[list[int]], start: int, most: int) -> int:
    """Find the first part from ``start`` on that holds fewer than ``most``; a new one if all are full."""
    part = start
    while part < len(parts) and len(parts[part]) >= most:
        part += 1
    if part == len(parts):
        parts.append([])
    return part


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
        """Forecast the merit of the exchanges of some lists, (rows, top, L), from :meth:`_Lists.moves`.

        The merit of an exchange is not linear: the penalty is quadratic in each person's matches. It is
        forecast in two parts. The linear part prices every match at today's multipliers: the change of the
        two applications times their gain. The curved part (:func:`_curvature`) corrects it for the three
        people whose matches change most: the proposer and both receivers. 0 where there is no exchange.
        """
        top = up.shape[1]
        gain, accept, growth = self.gain[rows], self.accept[rows], self.growth[rows]
        receiver = self.receiver[rows]
        price, scale = self.price[receiver], self.scale[receiver]
        linear: Floats = up * gain[:, None, :] + down * gain[:, :top, None]
        # changes of the expected matches of the proposer, of the lower and of the upper receiver
        own: Floats = up * accept[:, None, :] + down * accept[:, :top, None]
        lower: Floats = up * growth[:, None, :]
        upper: Floats = down * growth[:, :top, None]
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
    now, then = np.maximum(0, price), np.maximum(0, price - change / scale)
    return np.asarray(scale / 2 * (now**2 - then**2) - now * change)
