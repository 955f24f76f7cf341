"""What a plan must keep to, and the prices that make it do so.

Every limit is linear in how often a pair is examined, asked or matched, given the others' lists, so each gets
a multiplier (Lagrange; subgradient steps relative to the limit): a subsidy on views for a floor of views, a
price on requests for a ceiling, and a larger weight on the matches of whoever is short of a floor of matches.
"""

from dataclasses import dataclass

import numpy as np

from matcher.errors import InvalidRequest
from matcher.examination import Floats
from matcher.market_pairs import Pairs

_SLACK = 0.03  # aim this much inside a limit, so that rounding to lists stays within it


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
        They are approached, not guaranteed.
    spare
        Share of all people whose floor of matches is given up where it costs the others most, in [0, 1).
    """

    length: int | None = None
    min_views: float | Floats | None = None
    max_requests: float | Floats | None = None
    left_floor: Floats | None = None
    right_floor: Floats | None = None
    spare: float = 0.0

    @property
    def priced(self) -> bool:
        """Whether any limit needs prices."""
        return any(
            x is not None for x in (self.min_views, self.max_requests, self.left_floor, self.right_floor)
        )

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
        return Prices(
            floor,
            _vector(self.max_requests, pairs.receivers, "max_requests"),
            _vector(self.left_floor, pairs.lookers, "left_floor"),
            _vector(self.right_floor, pairs.receivers, "right_floor"),
            view=np.zeros(pairs.receivers, dtype=np.float32),
            request=np.zeros(pairs.receivers, dtype=np.float32),
            left=np.ones(pairs.lookers, dtype=np.float32),
            right=np.zeros(pairs.receivers, dtype=np.float32),
        )


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
    """Multipliers: of ``view`` and ``request`` (J,), weights of matches ``left`` (C,) + ``right`` (J,)."""

    min_views: Floats | None
    max_requests: Floats | None
    left_floor: Floats | None
    right_floor: Floats | None
    view: Floats
    request: Floats
    left: Floats
    right: Floats

    @property
    def active(self) -> bool:
        """Whether there is anything to price."""
        limits = (self.min_views, self.max_requests, self.left_floor, self.right_floor)
        return any(limit is not None for limit in limits)

    def weight(self, pairs: Pairs) -> Floats | None:
        """Give the importance of each pair's match, or None when all count once."""
        if self.left_floor is None and self.right_floor is None:
            return None
        return self.left[:, None] + self.right[pairs.items]

    def update(self, pairs: Pairs, seen: Floats, match: Floats, rate: float) -> None:
        """One subgradient step towards the limits, from views ``seen`` and matches ``match`` (C, L)."""
        if self.min_views is not None:
            self._raise(self.view, self.min_views * (1 + _SLACK), per_receiver(pairs, seen), rate)
        if self.max_requests is not None:
            asked = per_receiver(pairs, np.minimum(1, pairs.f * seen))
            self._raise(self.request, -self.max_requests * (1 - _SLACK), -asked, rate)
        if self.left_floor is not None:
            self.left -= 1
            self._raise(self.left, self.left_floor * (1 + _SLACK), match.sum(axis=1), rate)
            self.left += 1
        if self.right_floor is not None:
            self._raise(self.right, self.right_floor * (1 + _SLACK), per_receiver(pairs, match), rate)

    @staticmethod
    def _raise(price: Floats, limit: Floats, have: Floats, rate: float) -> None:
        price += rate * np.clip((limit - have) / np.maximum(np.abs(limit), 1e-3), -1, 1)
        np.clip(price, 0, 1e3, out=price)

    def give_up(self, share: float) -> None:
        """Lift the floors of matches with the highest prices, for at most ``share`` of all people."""
        price = np.r_[self.left - 1, self.right]
        costly = np.argsort(-price, kind="stable")[: int(share * len(price))]
        given = np.zeros(len(price), dtype=bool)
        given[costly[price[costly] > 0]] = True
        left, right = np.split(given, [len(self.left)])
        if self.left_floor is not None:
            self.left_floor = np.where(left, 0.0, self.left_floor)
            self.left[left] = 1
        if self.right_floor is not None:
            self.right_floor = np.where(right, 0.0, self.right_floor)
            self.right[right] = 0

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
