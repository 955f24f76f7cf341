"""Tables of four to eight for a factory's breakfast: mixed by theme and territory, new faces every round.

Each round is an assignment of people to tables that makes the unwanted company least: having sat together
weighs most, then shared territory and theme; the value of a meeting counts in favour. Best exchanges of two
people (steepest descent) from several seeded starts; no kept solver does this in reasonable time, as the
cost is quadratic in the seats. After a late arrival or a no-show only the people of a table that
became too small are moved.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from matcher.arrays import Bools, Floats, Ints
from matcher.errors import InvalidRequest

SMALLEST, LARGEST = 4, 8
# To sit together again costs more than any first company: theme and territory cost 1 each, the greatest
# value takes 1 off.
# A veto outweighs whatever a whole event may add up to.
_AGAIN, _SAME, _VETO = 4.0, 1.0, 1e6
# A descent ends where no single exchange helps, which need not be the best seating.
_STARTS = 4


@dataclass(frozen=True, slots=True)
class Seating:
    """Tables of every round.

    ``table`` (n, rounds) numbers from 0, -1 for people who are not there; ``repeats`` pairs that sit
    together more than once, past meetings included; ``same_theme`` and ``same_territory``: shares of seated
    pairs that have one in common.
    """

    table: Ints
    repeats: int
    same_theme: float
    same_territory: float


@dataclass(frozen=True, slots=True)
class Company:
    """What is known of ``n`` people: themes, territory, values of meetings, vetoes, past meetings, names."""

    themes: Sequence[frozenset[str]]
    territory: Sequence[str]
    scores: ArrayLike | None = None
    veto: ArrayLike | None = None
    met: ArrayLike | None = None
    names: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class SettledSeats:
    """Seats given before a late change: ``table`` (n, rounds), -1 for none yet; who is ``present`` when."""

    table: Ints
    present: Bools


def table_sizes(n: int, size: int) -> Ints:
    """Seats of each table for ``n`` people at about ``size``, differing by one at most, within 4 to 8.

    Raises
    ------
    InvalidRequest
        ``size`` outside 4 to 8, or fewer than four people.

    Examples
    --------
    >>> table_sizes(17, 6).tolist()
    [6, 6, 5]
    """
    if not SMALLEST <= size <= LARGEST:
        raise InvalidRequest(f"Tables seat {SMALLEST} to {LARGEST} people, not {size}.")
    if n < SMALLEST:
        raise InvalidRequest(f"A table needs at least {SMALLEST} people; there are {n}.")
    # Near the wished size, with as many tables as eight seats demand and no more than four people can fill.
    count = min(max(round(n / size), -(-n // LARGEST), 1), n // SMALLEST)
    return np.full(count, n // count) + (np.arange(count) < n % count)


def seat_groups(
    company: Company,
    rounds: int,
    size: int,
    *,
    fixed: ArrayLike | None = None,
    settled: SettledSeats | None = None,
    seed: int = 0,
) -> Seating:
    """Seat all people at tables, round after round.

    Parameters
    ----------
    company
        The people; ``scores`` (n, n) in [0, 1], ``veto`` and ``met`` (n, n) booleans, made symmetric.
    rounds
        Number of rounds, at least 1.
    size
        Wished seats a table, 4 to 8.
    fixed
        (n,) table a host stays at, from 0, or -1.
    settled
        Seats of an earlier plan: they stay, others are seated where there is room. A table that falls under
        four people is closed, without a host, and its people seated anew.
    seed
        Same input and seed, same tables.

    Raises
    ------
    InvalidRequest
        Sizes that cannot be, a fixed table that does not exist or has too many hosts, or vetoes that leave no
        way to seat all people.

    Examples
    --------
    >>> people = Company([frozenset({"data"}), frozenset({"data"}), frozenset({"rh"}), frozenset({"rh"})] * 2,
    ...                  ["31"] * 8)
    >>> seat_groups(people, 1, 4).same_theme  # 2 + 2 of each theme at both tables: 4 of 12 pairs
    0.3333333333333333
    """
    n = len(company.themes)
    if rounds < 1:
        raise InvalidRequest(f"A breakfast has at least one round, not {rounds}.")
    settled = settled or SettledSeats(np.full((n, rounds), -1), np.ones((n, rounds), dtype=bool))
    hosts = np.full(n, -1) if fixed is None else np.asarray(fixed, dtype=np.int64)
    if hosts.shape != (n,):
        raise InvalidRequest(f"Fixed tables are {n} numbers.")
    theme, territory = _shared(company.themes), _equal(company.territory)
    veto, met = _symmetric(company.veto, n), _symmetric(company.met, n)
    values = np.zeros((n, n)) if company.scores is None else np.asarray(company.scores, dtype=float)
    base = _SAME * (theme + territory) + _VETO * veto - (values + values.T) / 2
    rng = np.random.default_rng(seed)
    table = np.full((n, rounds), -1)
    company_of = np.zeros((n, n), dtype=np.int64)
    for r in range(rounds):
        here = np.flatnonzero(settled.present[:, r])
        kept, seats = _open(settled.table[here, r], hosts[here], size)
        cost = (base + _AGAIN * (met + company_of))[np.ix_(here, here)]
        np.fill_diagonal(cost, 0)
        tries = [_descend(cost, _start(seats, kept, rng), kept >= 0) for _ in range(_STARTS)]
        table[here, r] = min(tries, key=lambda found: _cost(cost, found))
        company_of += (table[:, r][:, None] == table[:, r][None, :]) & (table[:, r] >= 0)
    _refuse_veto(company_of, veto, company.names)
    upper = np.triu_indices(n, 1)
    sat = company_of[upper]
    return Seating(
        table,
        int(((sat + met[upper] > 1) & (sat > 0)).sum()),
        float((sat * theme[upper]).sum() / sat.sum()),
        float((sat * territory[upper]).sum() / sat.sum()),
    )


def _open(table: Ints, hosts: Ints, size: int) -> tuple[Ints, Ints]:
    """Return the table each person keeps in a round, -1 for people to seat, and the seats of each table."""
    kept = np.where(table < 0, hosts, table)
    if (table < 0).all():
        seats = table_sizes(len(table), size)
        if hosts.max(initial=-1) >= len(seats):
            raise InvalidRequest(f"Fixed tables are numbers of {len(seats)} tables.")
        if (np.bincount(hosts[hosts >= 0], minlength=len(seats)) > seats).any():
            raise InvalidRequest("A table has more hosts than seats.")
        return kept, seats
    while True:
        seats = _filled(kept)
        small = np.flatnonzero((seats > 0) & (seats < SMALLEST))
        if not len(small):
            return kept, seats
        t = int(small[np.argmin(seats[small])])
        room = int((LARGEST - seats)[seats > 0].sum()) - (LARGEST - int(seats[t]))
        largest = int(seats.argmax())
        movable = np.flatnonzero((kept == largest) & (hosts != largest))
        # Close the smallest table if the others have room for its people. Else free one person of the
        # largest, who then goes where fewest sit.
        if t not in hosts and room >= seats[t]:
            kept[kept == t] = -1
        elif seats[largest] > SMALLEST and len(movable):
            kept[movable[-1]] = -1
        else:
            raise InvalidRequest(f"{len(table)} people cannot keep their tables of {SMALLEST} to {LARGEST}.")


def _filled(kept: Ints) -> Ints:
    """Seats of each table when those without one go where fewest sit; more tables only for want of room."""
    seats = np.bincount(kept[kept >= 0])
    more = max(0, -(-len(kept) // LARGEST) - int((seats > 0).sum()))
    seats = np.append(seats, np.zeros(more, dtype=np.int64))
    used = np.union1d(np.flatnonzero(seats), np.flatnonzero(seats == 0)[:more])
    for _ in range(int((kept < 0).sum())):
        seats[used[np.argmin(seats[used])]] += 1
    return seats


def _shared(themes: Sequence[frozenset[str]]) -> Floats:
    """1 for pairs with a theme in common, else 0."""
    names = sorted(frozenset().union(*themes))
    has = np.zeros((len(themes), len(names)))
    for person, own in enumerate(themes):
        has[person] = [name in own for name in names]
    common: Floats = (has @ has.T > 0).astype(float)
    return common


def _equal(labels: Sequence[str]) -> Floats:
    """1 for pairs with the same label, else 0; an empty label is not shared."""
    values = np.array(labels)
    same: Bools = (values[:, None] == values[None, :]) & (values != "")[:, None]
    return same.astype(float)


def _symmetric(flags: ArrayLike | None, n: int) -> Bools:
    if flags is None:
        return np.zeros((n, n), dtype=bool)
    array: Bools = np.asarray(flags, dtype=bool)
    if array.shape != (n, n):
        raise InvalidRequest(f"Vetoes and past meetings must have the shape {(n, n)}, not {array.shape}.")
    return array | array.T


def _start(seats: Ints, hosts: Ints, rng: np.random.Generator) -> Ints:
    """Seat hosts, then all others at random in the seats left."""
    left = seats - np.bincount(hosts[hosts >= 0], minlength=len(seats))
    table = hosts.copy()
    table[hosts < 0] = rng.permutation(np.repeat(np.arange(len(seats)), left))
    return table


def _cost(cost: Floats, table: Ints) -> float:
    return float(cost[table[:, None] == table[None, :]].sum())


def _descend(cost: Floats, table: Ints, still: Bools) -> Ints:
    """Exchange the two people whose exchange helps most, until none does; ``still`` people do not move."""
    n = len(table)
    people = np.arange(n)
    for _ in range(20 * n):
        company = cost @ np.eye(table.max() + 1)[table]  # (n, tables): cost of each person with each table
        here = company[people, table]
        there = company[:, table]  # (n, n): person i with j's table
        # Each is counted with the table that the other leaves, the other included: that comes off twice.
        change = there + there.T - 2 * cost - here[:, None] - here[None, :]
        change[still] = np.inf
        change[:, still] = np.inf
        change[table[:, None] == table[None, :]] = np.inf
        best = int(change.argmin())
        if not change.flat[best] < -1e-9:
            break
        i, j = divmod(best, n)
        table[i], table[j] = table[j], table[i]
    return table


def _refuse_veto(together: Ints, veto: Bools, names: Sequence[str]) -> None:
    bad = np.argwhere(np.triu((together > 0) & veto, 1))
    if len(bad):
        a, b = (names[i] if names else f"person {i + 1}" for i in bad[0].tolist())
        raise InvalidRequest(
            f"No seating keeps {a} and {b} apart ({len(bad)} vetoes broken): "
            "lift vetoes, or add tables by choosing smaller ones."
        )
