"""Plans for large markets: short lists chosen by the market itself.

The first lists come from the equilibrium with transfers, which spreads the applications; a plan is made on
these, all pairs are valued at its prices (:mod:`matcher.market.acceptance`), and each proposer exchanges
the worse half of the list for the best pairs outside it: column generation. Time grows with C x J (valuing)
and C x L (planning); memory is the two gain matrices, one more of that size for the scores, and about 200
bytes a listed pair (measured: 1.9 GB at 8,500 x 8,500 with lists of 100, gains in single precision).
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from matcher.arrays import Bools, Floats, Ints
from matcher.errors import InvalidRequest
from matcher.market.pairs import Pairs, gains
from matcher.market.planner import Plan, plan_pairs
from matcher.market.position_bias import Law
from training.market.peers import equilibrium

Singles = NDArray[np.float32]

_ROWS = 512


def plan_short(
    f: ArrayLike,
    g: ArrayLike | None = None,
    position_bias: Law | ArrayLike = "inverse",
    *,
    length: int = 100,
    passes: int = 1,
) -> Plan:
    """Plan short lists of ``length`` for every proposer.

    Parameters
    ----------
    f, g
        Gains in [0, 1], (C, J) and (J, C); single precision is kept as it is. One population without ``g``.
    length
        Receivers a proposer is shown; all of them when there are fewer.
    passes
        How many times all pairs are valued at the plan's prices and half of every list exchanged.

    Examples
    --------
    >>> plan_short([[0.9, 0.1], [0.8, 0.7]], [[0.9, 0.3], [0.2, 0.6]], length=1).lists.ravel().tolist()
    [0, 1]
    """
    left = gains(f, "f")
    right = left if g is None else gains(g, "g")
    if right.shape != left.shape[::-1]:
        raise InvalidRequest(
            f"g must have the shape {left.shape[::-1]} (receivers, proposers), not {right.shape}."
        )
    if length < 1:
        raise InvalidRequest(f"Short lists need room for at least one entry, not {length}.")
    length = min(length, left.shape[1])
    surplus = np.add(left, right.T, dtype=np.float32)
    surplus /= 2
    if g is None:
        np.fill_diagonal(surplus, -np.inf)
    # By the greatest product alone everybody would list the same few; with transfers, what is sought by many
    # becomes dear, and the lists spread.
    score = equilibrium(surplus, iterations=60)
    chosen = plan_pairs(_listed(score, left, right, length, itself=g is None), position_bias)
    for _ in range(passes if length < left.shape[1] else 0):
        _value_all(chosen, left, right, out=score)
        kept = np.take_along_axis(chosen.pairs.receiver, chosen.order[:, : length // 2], axis=1)
        # The better half stays for certain; the other half must be worth more than all that is outside.
        np.put_along_axis(score, kept, np.inf, axis=1)
        pairs = _listed(score, left, right, length, itself=g is None)
        better = plan_pairs(pairs, position_bias)
        chosen = better if better.expected > chosen.expected else chosen
    return chosen


def short_pairs(f: ArrayLike, g: ArrayLike | None = None, *, length: int = 100) -> Pairs:
    """Keep each proposer's ``length`` pairs of greatest product: the usual two-stage retrieval."""
    left = gains(f, "f")
    right = left if g is None else gains(g, "g")
    score = (left * right.T).astype(np.float32, copy=False)
    return _listed(score, left, right, min(length, left.shape[1]), itself=g is None)


def _listed(score: Singles, f: Floats, g: Floats, length: int, *, itself: bool) -> Pairs:
    """Pairs of greatest score a row, receivers in rising order."""
    if itself:
        np.fill_diagonal(score, -np.inf)
    receiver = np.empty((len(f), length), dtype=np.int64)
    # In blocks: argpartition of all rows at once would hold one more matrix of this size.
    for start in range(0, len(f), _ROWS):
        part = np.argpartition(-score[start : start + _ROWS], length - 1, axis=1)[:, :length]
        receiver[start : start + _ROWS] = np.sort(part, axis=1)
    rows = np.arange(len(f))[:, None]
    allowed: Bools = (receiver != rows) if itself else np.ones(receiver.shape, dtype=bool)
    return Pairs(
        receiver,
        f[rows, receiver] * allowed,
        g[receiver, rows] * allowed,
        allowed,
        f.shape[1],
        one_population=itself,
    )


def _value_all(chosen: Plan, f: Floats, g: Floats, *, out: Singles) -> None:
    """Write ``f * gain`` of every pair, listed or not, as one more applicant would find it."""
    model = chosen.model
    before_all, after_all = model.recurrences(chosen.applications)
    a = chosen.applications.ravel()[model.packed].astype(np.float32)[:, None]
    stay = 1 - a * model.decay
    below = (a * model.payoff + stay * after_all) * model.decay
    weights = model.mixture.weights.astype(np.float32)
    first = int(np.argmin(model.mixture.bases))
    for j in range(f.shape[1]):
        at = model.start[: model.degree[j]] + model.offset[j]
        # rows: before each applicant, and after the last; columns: value of g = 1, harm done
        before, harm = _ladder(before_all[at], stay[at], below[at])
        position = _positions(model.g[at], g[j])
        accept = (before @ weights)[position] * g[j]
        if model.mixture.first > 1:
            accept -= before[position, first] * np.maximum(g[j] * model.mixture.first - 1, 0)
        out[:, j] = f[:, j] * (accept - harm[position])


def _ladder(before: Singles, stay: Singles, below: Singles) -> tuple[Singles, Singles]:
    """Products of those better than each slot, one more than applicants, and the harm of taking it."""
    if len(before) == 0:
        return np.ones((1, stay.shape[1]), dtype=np.float32), np.zeros(1, dtype=np.float32)
    harm = np.einsum("nq,nq->n", before, below)
    return np.vstack([before, before[-1:] * stay[-1:]]), np.append(harm, np.float32(0))


def _positions(falling: Singles, g: Floats) -> Ints:
    """Count the applicants, valued ``falling``, preferred to one valued ``g``; ties go to them."""
    return np.searchsorted(-falling, -g.astype(falling.dtype), side="right")
