"""What a plan must keep to, and the prices that make it do so.

Every limit is linear in how often a pair is examined or matched, given the others' lists, so each gets a
multiplier (Lagrange; subgradient steps relative to the limit): a subsidy on views for a floor of views, and a
larger weight on the matches of each person short of a floor of matches. The latter is the multiplier plus the
shortfall itself (augmented Lagrangian: Hestenes 1969, Powell 1969), which keeps hundreds of floors from
swinging.
"""

from dataclasses import dataclass

import numpy as np

from matcher.arrays import Bools, Floats
from matcher.errors import InvalidRequest
from matcher.market.pairs import Pairs

_SLACK = 0.03  # aim this much inside a limit, so that rounding to lists stays within it
_ROUNDING = 1e-12  # matches: less than this is missed by rounding
_SMALLEST = 0.05  # matches: floors below this are not priced more steeply
_STEP = 5.0  # of the multipliers of floors of matches, times the rate
_HIGHEST = 20.0  # a match of one person is worth at most this many of the others' more


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of a plan; ``None`` sets none.

    Attributes
    ----------
    min_views
        Expected views below which no receiver may fall, one number or (J,).
    min_matches
        Expected matches each person should keep, one a person (numbered as in
        :class:`~matcher.market.pairs.Pairs`), 0 for none: for instance those of the reciprocal ranking. They
        are sought, not guaranteed: the plan's matches show who has them.
    exempt_share
        Share of all people whose floor of matches may be given up, in [0, 1): those who would lose most if
        no one had a floor.
    """

    min_views: float | Floats | None = None
    min_matches: Floats | None = None
    exempt_share: float = 0.0

    def missing(self, matches: Floats) -> int:
        """Count the people whose ``matches`` are under their floor, beyond the share that is exempt."""
        wanted = _vector(self.min_matches, len(matches), "min_matches")
        if wanted is None:
            return 0
        short = wanted - matches
        return int((short[~furthest_below(short, self.exempt_share)] > _ROUNDING).sum())

    def prices(self, pairs: Pairs, v: Floats) -> "Prices":
        """Start the prices; refuse floors that no plan can meet.

        Raises
        ------
        InvalidRequest
            The floors of views add up to more than all lists give, or a receiver would not reach its own
            at the top of every list; a limit is negative, NaN or of the wrong length.
        """
        min_views = _vector(self.min_views, pairs.receivers, "min_views")
        if min_views is not None:
            _refuse_views(min_views, pairs, v)
        people = max(pairs.proposers, pairs.first_receiver + pairs.receivers)
        return Prices(
            min_views,
            _vector(self.min_matches, people, "min_matches"),
            view=np.zeros(pairs.receivers, dtype=np.float32),
            multiplier=np.zeros(people, dtype=np.float32),
            bonus=np.zeros(people, dtype=np.float32),
        )


def _refuse_views(floor: Floats, pairs: Pairs, v: Floats) -> None:
    open_rows = pairs.allowed.sum(axis=1)
    offered = float(np.r_[0.0, np.cumsum(v)][open_rows].sum())
    if floor.sum() > offered:
        raise InvalidRequest(
            f"The floors add up to {floor.sum():.2f} expected views and all lists together "
            f"give {offered:.2f}: lower them by {floor.sum() - offered:.2f} in total "
            f"({offered / pairs.receivers:.2f} each at most)."
        )
    most = np.bincount(pairs.receiver[pairs.allowed], minlength=pairs.receivers) * v[0]
    j = int(np.argmax(floor - most))
    if floor[j] > most[j]:
        raise InvalidRequest(
            f"Receiver {j} can get at most {most[j]:.2f} expected views, {floor[j]:.2f} asked."
        )


def furthest_below(short: Floats, share: float) -> Bools:
    """Mark those furthest short: at most ``share`` of all, only people who are short; ties to the first.

    Examples
    --------
    >>> furthest_below(np.array([0.1, -1.0, 0.3, 0.2]), 0.5).tolist()
    [False, False, True, True]
    """
    marked = np.zeros(len(short), dtype=bool)
    marked[np.argsort(-short, kind="stable")[: int(share * len(short) + 1e-9)]] = True
    return marked & (short > 0)


def _vector(value: float | Floats | None, n: int, what: str) -> Floats | None:
    if value is None:
        return None
    vector = np.asarray(value, dtype=float)
    if vector.ndim == 0:
        vector = np.broadcast_to(vector, (n,))
    if vector.shape != (n,) or not np.isfinite(vector).all() or (vector < 0).any():
        raise InvalidRequest(f"{what} must be one number or {n} numbers, finite and not negative.")
    return vector


@dataclass(slots=True)
class Prices:
    """Multipliers of the limits during a search.

    ``view`` (J,) is the subsidy on a view of each receiver. ``bonus`` is the extra value of a match to each
    person: the ``multiplier`` of its floor plus its present shortfall.
    """

    min_views: Floats | None
    min_matches: Floats | None
    view: Floats
    multiplier: Floats
    bonus: Floats

    @property
    def active(self) -> bool:
        """Whether there is anything to price."""
        return self.min_views is not None or self.min_matches is not None

    def weight(self, pairs: Pairs) -> Floats | None:
        """Return the importance of each pair's match, or None when all count once."""
        if self.min_matches is None:
            return None
        return 1 + self.bonus[: pairs.proposers, None] + self.bonus[pairs.first_receiver + pairs.receiver]

    def update(self, pairs: Pairs, seen: Floats, match: Floats, rate: float) -> None:
        """Take one step towards the limits, from views ``seen`` and matches ``match`` (C, L)."""
        if self.min_views is not None:
            limit = self.min_views * (1 + _SLACK)
            short = (limit - pairs.per_receiver(seen)) / np.maximum(np.abs(limit), 1e-3)
            self.view += rate * np.clip(short, -1, 1)
            np.clip(self.view, 0, 1e3, out=self.view)
        if self.min_matches is not None:
            have = pairs.per_person(match.sum(axis=1), pairs.per_receiver(match))
            short = (self.min_matches - have) / np.maximum(self.min_matches, _SMALLEST)
            self.multiplier = np.clip(self.multiplier + _STEP * rate * short, 0, _HIGHEST).astype(np.float32)
            self.bonus = np.clip(self.multiplier + short, 0, _HIGHEST).astype(np.float32)

    def release(self, have: Floats, share: float) -> None:
        """Lift the floors of at most ``share`` of all people: those whose matches ``have`` miss most."""
        if self.min_matches is not None:
            missed_most = furthest_below(self.min_matches - have, share)
            self.min_matches = np.where(missed_most, 0.0, self.min_matches)

    def missing_views(self, pairs: Pairs, seen: Floats) -> float:
        """Add up the views short of the floors."""
        if self.min_views is None:
            return 0.0
        return float(np.maximum(0, self.min_views - pairs.per_receiver(seen)).sum())
