"""What one more applicant is worth at every receiver, given everybody else's lists.

A receiver examines its applicants in the order of its own preference and accepts the one at position ``p``
with probability ``g v(p)``. With applications independent and ``v`` a mixture of powers
(:mod:`matcher.market.position_bias`), acceptance and the harm done to those ranked below are two linear
recurrences along each receiver's preference order: exact for every crowd, no sampling, time and memory
proportional to listed pairs times mixture terms.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.market.position_bias import Floats, Mixture

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Values:
    """Per listed pair, shape (C, L): what the crowd makes of an application.

    ``accept``: probability that the receiver accepts, given the application. ``gain``: by how much the total
    of expected matches grows per unit of application probability: acceptance minus what applicants ranked
    below lose. The total is affine in each looker's row, hence re-sorting a row by ``f * gain`` is optimal
    while the others stay. ``before`` and ``after`` (pairs, terms) are the recurrences in packed order.
    """

    accept: Floats
    gain: Floats
    before: Floats
    after: Floats


class Crowd:
    """Pairs (looker c, its l-th listed receiver) packed by preference position.

    ``items`` (C, L) holds receiver numbers, ``g`` (C, L) the receivers' gains. Ties of preference go to the
    lower looker number. Packing: position-major, receivers by falling number of possible applicants, so
    position ``p`` is one contiguous slice that lines up with a prefix of ``p - 1``. Arithmetic is in the
    precision of ``g``.
    """

    def __init__(self, items: Ints, g: Floats, mix: Mixture, receivers: int) -> None:
        self.shape = items.shape
        self.mix = mix
        flat = items.ravel()
        by_receiver = np.lexsort((-g.ravel(), flat))
        self.degree = degree = np.bincount(flat, minlength=receivers)
        position = np.arange(len(flat)) - np.repeat(np.cumsum(degree) - degree, degree)
        self.lane = np.empty(receivers, dtype=np.int64)  # where each receiver sits within every slice
        self.lane[np.argsort(-degree, kind="stable")] = np.arange(receivers)
        self.packed = by_receiver[np.lexsort((self.lane[flat[by_receiver]], position))]
        self.width = np.bincount(position, minlength=1)  # applicants' slots at each position
        self.start = np.cumsum(self.width) - self.width
        self.g = g.ravel()[self.packed]
        self.away = (1 - mix.bases).astype(self.g.dtype)
        self.pay = self.g[:, None] * mix.weights.astype(self.g.dtype)
        if mix.first > 1:  # acceptance is min(1, g v(1)) when nobody better applied
            self.pay[:, int(np.argmin(mix.bases))] -= np.maximum(self.g * mix.first - 1, 0)

    def values(self, applications: Floats, weight: Floats | None = None) -> Values:
        """Compute acceptance and gain of every pair for application probabilities (C, L) in [0, 1].

        ``weight`` (C, L), default ones, counts each pair's match that many times in ``gain``.
        """
        a = applications.ravel()[self.packed]
        stay = 1 - a[:, None] * self.away
        before = self._before(stay)
        worth = self.pay if weight is None else self.pay * weight.ravel()[self.packed][:, None]
        after = self._after(stay, a[:, None] * worth)
        accept = np.einsum("nq,nq->n", before, self.pay)
        own = accept if weight is None else np.einsum("nq,nq->n", before, worth)
        harm = np.einsum("nq,nq,q->n", before, after, self.away)
        return Values(self._unpack(accept), self._unpack(own - harm), before, after)

    def of(self, receiver: int) -> Ints:
        """List the packed slots of one receiver's possible applicants, preferred first."""
        slots: Ints = self.start[: self.degree[receiver]] + self.lane[receiver]
        return slots

    def answers(self, slots: Ints, applications: Floats) -> Floats:
        """Compute how far a receiver accepts its applicants, in the order of :meth:`of`."""
        stay = 1 - applications[:, None] * self.away
        before = np.vstack([np.ones_like(stay[:1]), np.cumprod(stay[:-1], axis=0)])
        answer: Floats = np.einsum("nq,nq->n", before, self.pay[slots])
        return answer

    def _before(self, stay: Floats) -> Floats:
        """Product of ``stay`` over the applicants preferred to each one."""
        before = np.ones_like(stay)
        for p in range(1, len(self.width)):
            n, here, last = self.width[p], self.start[p], self.start[p - 1]
            np.multiply(before[last : last + n], stay[last : last + n], out=before[here : here + n])
        return before

    def _after(self, stay: Floats, worth: Floats) -> Floats:
        """Worth of the applicants below each one, as seen from just below it."""
        after = np.zeros_like(stay)
        for p in range(len(self.width) - 1, 0, -1):
            n, here, last = self.width[p], self.start[p], self.start[p - 1]
            target = after[last : last + n]
            np.multiply(stay[here : here + n], after[here : here + n], out=target)
            target += worth[here : here + n]
        return after

    def _unpack(self, packed: Floats) -> Floats:
        flat = np.empty_like(packed)
        flat[self.packed] = packed
        return flat.reshape(self.shape)
