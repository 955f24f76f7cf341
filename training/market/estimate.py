"""What given lists bring: by simulation with its standard error, and by the deterministic estimate."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from matcher.arrays import Floats, Ints
from matcher.errors import InvalidRequest
from matcher.market.pairs import Pairs, all_pairs
from matcher.market.planner import Plan, evaluate
from matcher.market.position_bias import Law, examination_probabilities
from matcher.market.search import by_rank


@dataclass(frozen=True, slots=True)
class Estimate:
    """Mean number of matches a draw, its standard error, and the mean of each person on both sides."""

    mean: float
    standard_error: float
    draws: int
    proposers: Floats
    receivers: Floats


def as_order(pairs: Pairs, lists: ArrayLike) -> Ints:
    """Turn lists of receiver numbers (C, K), -1 padded, into full orders; unlisted receivers follow, unseen.

    Raises
    ------
    InvalidRequest
        A receiver that does not exist, or one listed twice in a row.
    """
    ids = np.asarray(lists, dtype=np.int64)
    if ids.ndim != 2 or len(ids) != pairs.proposers or ids.max(initial=-1) >= pairs.receivers:
        raise InvalidRequest(f"Lists must have {pairs.proposers} rows of receivers under {pairs.receivers}.")
    rank = np.full((pairs.proposers, pairs.receivers + 1), ids.shape[1])
    place = np.broadcast_to(np.arange(ids.shape[1]), ids.shape)
    np.put_along_axis(rank, np.where(ids < 0, pairs.receivers, ids), place, axis=1)
    rank = rank[:, :-1]
    if ((rank < ids.shape[1]).sum(axis=1) != (ids >= 0).sum(axis=1)).any():
        raise InvalidRequest("A list names the same receiver twice.")
    return np.argsort(rank, axis=1, kind="stable")


def listed(f: ArrayLike, g: ArrayLike | None, lists: ArrayLike) -> tuple[Pairs, Ints]:
    """Keep only the listed pairs of a market; return it with the lists as full orders."""
    pairs = all_pairs(f, g)
    ids = np.asarray(lists, dtype=np.int64)
    order = as_order(pairs, ids)
    shown = np.zeros((pairs.proposers, pairs.receivers + 1), dtype=bool)
    np.put_along_axis(shown, np.where(ids < 0, pairs.receivers, ids), True, axis=1)
    allowed = pairs.allowed & shown[:, :-1]
    kept = replace(pairs, f=pairs.f * allowed, g=pairs.g * allowed, allowed=allowed)
    return kept, order


def estimate(
    lists: ArrayLike, f: ArrayLike, g: ArrayLike | None = None, position_bias: Law | ArrayLike = "inverse"
) -> Plan:
    """Evaluate lists without simulation, to about 1e-6 of acceptance for the three named laws.

    Examples
    --------
    >>> round(estimate([[0], [0]], [[1.0], [0.5]], [[0.8, 0.9]]).expected, 4)  # .5 * .9 + .8 * (1 - .5 / 2)
    1.05
    """
    pairs, order = listed(f, g, lists)
    return evaluate(pairs, order, position_bias)


def expected_matches(
    lists: ArrayLike,
    f: ArrayLike,
    g: ArrayLike | None = None,
    position_bias: Law | ArrayLike = "inverse",
    *,
    draws: int = 1500,
    seed: int = 0,
) -> Estimate:
    """Simulate applications and answers, ``draws`` times.

    Parameters
    ----------
    lists
        (C, K) receivers each proposer is shown, best first, -1 after the last.
    f, g
        Gains in [0, 1], (C, J) and (J, C); one population without ``g``.
    draws
        At least 2, for a standard error.

    Examples
    --------
    >>> expected_matches([[0]], [[1.0]], [[1.0]], draws=3).mean
    1.0
    """
    if draws < 2:
        raise InvalidRequest(f"A standard error needs at least 2 draws, not {draws}.")
    pairs, order = listed(f, g, lists)
    v = examination_probabilities(position_bias, pairs.receivers)
    applications = np.minimum(1, pairs.f * np.where(pairs.allowed, by_rank(order, v), 0))
    # Each receiver looks through its applicants in its own order: rows are places from here on.
    preferred = np.argsort(-pairs.g, axis=0, kind="stable")
    applying = np.take_along_axis(applications, preferred, axis=0)
    liking = np.take_along_axis(pairs.g, preferred, axis=0)
    accepted = examination_probabilities(position_bias, pairs.proposers)
    rng = np.random.default_rng(seed)
    totals, sums = np.empty(draws), np.zeros(applying.shape)
    for draw in range(draws):
        applied = rng.random(applying.shape) < applying
        # Only those who applied take a place: the number of better applicants, not of better members.
        position: Ints = np.cumsum(applied, axis=0) - applied
        matched = applied & (rng.random(applying.shape) < liking * accepted[position])
        totals[draw] = matched.sum()
        sums += matched
    by_proposer = np.empty_like(sums)
    np.put_along_axis(by_proposer, preferred, sums, axis=0)
    error = float(totals.std(ddof=1) / np.sqrt(draws))
    return Estimate(
        float(totals.mean()), error, draws, by_proposer.sum(axis=1) / draws, sums.sum(axis=0) / draws
    )
