"""The conditions of an event, checked."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from matcher.arrays import Bools, Floats, Ints
from matcher.errors import InvalidRequest


@dataclass(frozen=True, slots=True)
class Rules:
    """Conditions of an event for ``n`` people; ``None`` sets none.

    Attributes
    ----------
    veto
        (n, n) True for pairs that must not meet: vetoed by one of them, or already met. Made symmetric.
    tables
        Meetings that can take place at once; half the people by default.
    minimum
        Meetings each person must get, one number or (n,); served before the total score.
    fixed
        (n,) table a person stays at, from 0, or -1. Two people who both stay do not meet.
    available
        (n, rounds) False where a person is away.
    names
        Names for error messages.
    """

    veto: ArrayLike | None = None
    tables: int | None = None
    minimum: int | ArrayLike = 0
    fixed: ArrayLike | None = None
    available: ArrayLike | None = None
    names: Sequence[str] = ()


@dataclass(slots=True)
class Event:
    """Checked input."""

    scores: Floats
    allowed: Bools
    minimum: Ints
    fixed: Ints
    available: Bools
    tables: int
    names: Sequence[str] = field(default_factory=tuple)

    def name(self, person: int) -> str:
        """Return the name of ``person`` for a message."""
        return self.names[person] if self.names else f"person {person}"


def check(scores: ArrayLike, rounds: int, rules: Rules) -> Event:
    """Validate an event; see :func:`matcher.meetings.schedule.plan_meetings` for what is refused."""
    values = _checked_scores(scores)
    if rounds < 1:
        raise InvalidRequest(f"An event has at least one round, not {rounds}.")
    n = len(values)
    fixed = np.full(n, -1)
    if rules.fixed is not None:
        fixed = sized(rules.fixed, (n,), "fixed tables").astype(np.int64)
    tables = n // 2 if rules.tables is None else rules.tables
    _refuse_tables(fixed, tables, rules.names)
    here = np.ones((n, rounds), bool)
    if rules.available is not None:
        here = sized(rules.available, (n, rounds), "presence").astype(bool)
    minimum = np.broadcast_to(np.asarray(rules.minimum, dtype=np.int64), (n,))
    if (minimum < 0).any():
        raise InvalidRequest("The minimum number of meetings cannot be negative.")
    allowed = _allowed(rules.veto, fixed)
    return Event((values + values.T) / 2, allowed, minimum, fixed, here, min(tables, n // 2), rules.names)


def _checked_scores(scores: ArrayLike) -> Floats:
    values = np.array(scores, dtype=float)
    n = len(values) if values.ndim == 2 else 0
    if n < 2 or values.shape != (n, n):
        raise InvalidRequest(
            f"Meetings need a square matrix of scores for at least two people, not {values.shape}."
        )
    np.fill_diagonal(values, 0)
    wrong = ~(np.isfinite(values) & (values >= 0))
    if wrong.any():
        i, j = np.argwhere(wrong)[0]
        raise InvalidRequest(
            f"The score of {i} with {j} is {values[i, j]}: scores are finite and not negative."
        )
    return values


def _allowed(veto: ArrayLike | None, fixed: Ints) -> Bools:
    """Pairs (n, n) that may meet: without veto, two people, not both fixed to a table."""
    n = len(fixed)
    forbidden = np.eye(n, dtype=bool)
    if veto is not None:
        vetoed = sized(veto, (n, n), "vetoes").astype(bool)
        forbidden |= vetoed | vetoed.T
    stays = fixed >= 0
    forbidden |= stays[:, None] & stays[None, :]
    if forbidden.all():
        raise InvalidRequest(
            "No two people may meet: every pair is vetoed, already met or fixed to two tables."
        )
    return ~forbidden


def sized(value: ArrayLike, shape: tuple[int, ...], what: str) -> NDArray[Any]:
    """Refuse an array of another shape; ``what`` names it."""
    array = np.asarray(value)
    if array.shape != shape:
        raise InvalidRequest(f"The {what} must have the shape {shape}, not {array.shape}.")
    return array


def _refuse_tables(fixed: Ints, tables: int, names: Sequence[str]) -> None:
    if tables < 1:
        raise InvalidRequest(f"At least one table is needed, not {tables}.")
    taken, counts = np.unique(fixed[fixed >= 0], return_counts=True)
    if (counts > 1).any():
        table = int(taken[counts > 1][0])
        who = ", ".join(names[i] if names else str(i) for i in np.flatnonzero(fixed == table).tolist())
        raise InvalidRequest(
            f"Table {table + 1} is fixed for several people: {who}. One person keeps a table."
        )
    if len(taken) and taken.max() >= tables:
        raise InvalidRequest(f"Table {int(taken.max()) + 1} is asked for and there are {tables}.")
