"""What a plan must keep to, and the prices that make it do so.

Every limit is linear in how often a pair is examined, asked or matched, given the others' lists, so each gets
a multiplier (Lagrange; subgradient steps relative to the limit): a subsidy on views for a floor of views, a
price on requests for a ceiling, and a larger weight on the matches of whoever is short of a floor of matches.
The last is the multiplier plus the shortfall itself (augmented Lagrangian: Hestenes 1969, Powell 1969), which
keeps hundreds of floors from swinging.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.errors import InvalidRequest
from matcher.market.pairs import Pairs
from matcher.market.position_bias import Floats

_SLACK = 0.03  # aim this much inside a limit, so that rounding to lists stays within it
_ROUNDING = 1e-12  # matches: less than this is missed by rounding
_LEAST = 0.05  # matches: floors below this are not priced more steeply
_STEP = 5.0  # of the multipliers of floors of matches, times the rate
_DEAREST = 20.0  # a match of one person is worth at most this many of the others' more


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of a plan; ``None`` sets none.

    Attributes
    ----------
    length
        How many receivers a looker is shown: its capacity for the period.
    min_views
        Expected views nobody on the receiving side may fall under, one number or (J,).
    max_requests
        Expected requests no receiver should exceed: its capacity for the period, one number or (J,).
    left_floor, right_floor
        Expected matches each person should keep, (C,) and (J,): for instance those of the reciprocal ranking.
        They are sought, not guaranteed: :attr:`matcher.market.planner.Plan.left_matches` tells who has them.
    together
        Lookers and receivers are the same people (one population): ``left_floor`` is for what a member is
        expected to match on both sides, and there is no other.
    spare
        Share of all people whose floor of matches may be given up, in [0, 1): those who would lose most if
        nobody had a floor.
    """

    length: int | None = None
    min_views: float | Floats | None = None
    max_requests: float | Floats | None = None
    left_floor: Floats | None = None
    right_floor: Floats | None = None
    together: bool = False
    spare: float = 0.0

    @property
    def matched(self) -> bool:
        """Whether anybody has a floor of matches."""
        return self.left_floor is not None or self.right_floor is not None

    def first(self, pairs: Pairs) -> int:
        """Give the number of the first receiver among all people."""
        return 0 if self.together else pairs.lookers

    def floors(self, pairs: Pairs) -> Floats:
        """Give everybody's floor of matches, lookers first; 0 where none is set.

        Raises
        ------
        InvalidRequest
            Wrong lengths, or floors for receivers who are the lookers.
        """
        left = _vector(self.left_floor, pairs.lookers, "left_floor")
        right = _vector(self.right_floor, pairs.receivers, "right_floor")
        if self.together and (right is not None or pairs.lookers != pairs.receivers):
            raise InvalidRequest("One population has one floor a member: pass left_floor alone.")
        return of_people(
            np.zeros(pairs.lookers) if left is None else left,
            np.zeros(pairs.receivers) if right is None else right,
            self.first(pairs),
        )

    def missing(self, matches: Floats, wanted: Floats) -> int:
        """Count the people whose ``matches`` are under those ``wanted``, beyond the share to spare."""
        short = wanted - matches
        return int((short[~furthest(short, self.spare)] > _ROUNDING).sum())

    def cut(self, v: Floats) -> Floats:
        """Cut the examination beyond ``length``."""
        if self.length is None:
            return v
        if self.length < 1:
            raise InvalidRequest(f"A list needs room for at least one entry, not {self.length}.")
        return np.where(np.arange(len(v)) < self.length, v, 0.0)

    def prices(self, pairs: Pairs, v: Floats) -> "Prices":
        """Start the prices; refuse floors that no plan can meet.

        Raises
        ------
        InvalidRequest
            The floors of views add up to more than all lists give, or a receiver would not reach its own
            at the top of every list; a limit is negative, NaN or of the wrong length.
        """
        floor = _vector(self.min_views, pairs.receivers, "min_views")
        if floor is not None:
            open_rows = pairs.allowed.sum(axis=1)
            offered = float(np.r_[0.0, np.cumsum(v)][open_rows].sum())
            if floor.sum() > offered:
                raise InvalidRequest(
                    f"The floors add up to {floor.sum():.2f} expected views and all lists together "
                    f"give {offered:.2f}: lower them by {floor.sum() - offered:.2f} in total "
                    f"({offered / pairs.receivers:.2f} each at most)."
                )
            most = np.bincount(pairs.items[pairs.allowed], minlength=pairs.receivers) * v[0]
            j = int(np.argmax(floor - most))
            if floor[j] > most[j]:
                raise InvalidRequest(
                    f"Receiver {j} can get at most {most[j]:.2f} expected views, {floor[j]:.2f} asked."
                )
        floors = self.floors(pairs)
        return Prices(
            floor,
            _vector(self.max_requests, pairs.receivers, "max_requests"),
            floors if self.matched else None,
            self.first(pairs),
            view=np.zeros(pairs.receivers, dtype=np.float32),
            request=np.zeros(pairs.receivers, dtype=np.float32),
            owed=np.zeros(len(floors), dtype=np.float32),
            extra=np.zeros(len(floors), dtype=np.float32),
        )


def of_people(left: Floats, right: Floats, first: int) -> Floats:
    """Add up what people have as lookers (C,) and as receivers (J,), these being numbered from ``first``.

    Examples
    --------
    >>> of_people(np.array([1.0, 2.0]), np.array([3.0, 4.0]), 0).tolist()
    [4.0, 6.0]
    """
    total = np.zeros(max(len(left), first + len(right)))
    total[: len(left)] += left
    total[first : first + len(right)] += right
    return total


def furthest(short: Floats, share: float) -> NDArray[np.bool_]:
    """Mark those furthest short: at most ``share`` of all, none who is not short; ties to the first.

    Examples
    --------
    >>> furthest(np.array([0.1, -1.0, 0.3, 0.2]), 0.5).tolist()
    [False, False, True, True]
    """
    marked = np.zeros(len(short), dtype=bool)
    marked[np.argsort(-short, kind="stable")[: int(share * len(short) + 1e-9)]] = True
    return marked & (short > 0)


def _vector(value: float | Floats | None, n: int, what: str) -> Floats | None:
    if value is None:
        return None
    vector = (
        np.broadcast_to(np.asarray(value, dtype=float), (n,))
        if np.ndim(value) == 0
        else np.asarray(value, float)
    )
    if vector.shape != (n,) or not np.isfinite(vector).all() or (vector < 0).any():
        raise InvalidRequest(f"{what} must be one number or {n} numbers, finite and not negative.")
    return vector


@dataclass(slots=True)
class Prices:
    """Multipliers: of ``view`` and ``request`` (J,), and the ``extra`` worth of a match to each person.

    ``floors`` of matches are one a person, the receivers from number ``first`` on, as are ``owed``, the
    multipliers without the present shortfall.
    """

    min_views: Floats | None
    max_requests: Floats | None
    floors: Floats | None
    first: int
    view: Floats
    request: Floats
    owed: Floats
    extra: Floats

    @property
    def matched(self) -> bool:
        """Whether anybody has a floor of matches."""
        return self.floors is not None

    @property
    def active(self) -> bool:
        """Whether there is anything to price."""
        return any(limit is not None for limit in (self.min_views, self.max_requests, self.floors))

    def weight(self, pairs: Pairs) -> Floats | None:
        """Give the importance of each pair's match, or None when all count once."""
        if self.floors is None:
            return None
        return 1 + self.extra[: pairs.lookers, None] + self.extra[self.first + pairs.items]

    def update(self, pairs: Pairs, seen: Floats, match: Floats, rate: float) -> None:
        """One step towards the limits, from views ``seen`` and matches ``match`` (C, L)."""
        if self.min_views is not None:
            self._raise(self.view, self.min_views * (1 + _SLACK), per_receiver(pairs, seen), rate)
        if self.max_requests is not None:
            asked = per_receiver(pairs, np.minimum(1, pairs.f * seen))
            self._raise(self.request, -self.max_requests * (1 - _SLACK), -asked, rate)
        if self.floors is not None:
            have = of_people(match.sum(axis=1), per_receiver(pairs, match), self.first)
            short = (self.floors - have) / np.maximum(self.floors, _LEAST)
            self.owed = np.clip(self.owed + _STEP * rate * short, 0, _DEAREST).astype(np.float32)
            self.extra = np.clip(self.owed + short, 0, _DEAREST).astype(np.float32)

    @staticmethod
    def _raise(price: Floats, limit: Floats, have: Floats, rate: float) -> None:
        price += rate * np.clip((limit - have) / np.maximum(np.abs(limit), 1e-3), -1, 1)
        np.clip(price, 0, 1e3, out=price)

    def release(self, have: Floats, share: float) -> None:
        """Lift the floors of at most ``share`` of all people: those whose matches ``have`` miss most."""
        if self.floors is not None:
            self.floors = np.where(furthest(self.floors - have, share), 0.0, self.floors)

    def missing(self, pairs: Pairs, seen: Floats) -> float:
        """Add up the views short of the floors and the requests over the ceilings."""
        lack = 0.0
        if self.min_views is not None:
            lack += float(np.maximum(0, self.min_views - per_receiver(pairs, seen)).sum())
        if self.max_requests is not None:
            asked = per_receiver(pairs, np.minimum(1, pairs.f * seen))
            lack += float(np.maximum(0, asked - self.max_requests).sum())
        return lack


def per_receiver(pairs: Pairs, values: Floats) -> Floats:
    """Sum pair values (C, L) over lookers, shape (J,)."""
    flat = np.ascontiguousarray(values, dtype=np.float64).ravel()
    return np.bincount(pairs.items.ravel(), weights=flat, minlength=pairs.receivers).astype(np.float64)
