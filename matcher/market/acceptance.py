"""Acceptance model: what one more applicant is worth at every receiver, given all the other lists.

A receiver examines its applicants in the order of its own preference and accepts the one at position ``p``
with probability ``g v(p)``. Applications are independent, and ``v`` is a mixture of powers
(:mod:`matcher.market.position_bias`). Acceptance, and the harm an applicant does to those ranked below it,
are then two linear recurrences along each receiver's preference order: exact, without sampling, in time and
memory proportional to listed pairs times mixture terms.

Derivation. Let ``a_i`` be the application probabilities at one receiver, preferred first, and ``N_i`` the
number of better applicants that did apply. For one term ``w b^n`` of ``v(n + 1)``:

* ``before_i = E[b^N_i] = prod_{k < i} (1 - a_k (1 - b))``, and ``accept_i = g_i w before_i``;
* raising ``a_i`` lowers every ``before_k`` below it by the factor ``(1 - b)``; the matches lost are
  ``(1 - b) before_i after_i``, where ``after_i = sum_{k > i} a_k g_k w prod_{i < l < k} (1 - a_l (1 - b))``.
"""

from dataclasses import dataclass

import numpy as np

from matcher.arrays import Floats, Ints
from matcher.market.position_bias import Mixture

_TOGETHER = 2**18
"""Numbers of a recurrence that are worked out together, about: a megabyte or two."""


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What an application of each listed pair is worth, shape (C, L).

    ``accept``: probability that the receiver accepts, given the application. ``gain``: by how much the total
    of expected matches grows per unit of application probability: acceptance minus what applicants ranked
    below lose. The total is affine in each proposer's row, hence re-sorting a row by ``f * gain`` is optimal
    while the others stay.
    """

    accept: Floats
    gain: Floats


class AcceptanceModel:
    """The possible applicants of every receiver, packed by the receiver's order of preference.

    ``receiver`` (C, L) holds receiver numbers of the listed pairs, ``g`` (C, L) what the receiver gains. Ties
    of preference go to the lower proposer number. Arithmetic is in the precision of ``g``.

    The recurrences run over positions 1, 2, ... of all receivers at once. For that, pairs are packed
    position-major: first every receiver's best possible applicant, then every second best, and so on, with
    the receivers that have most applicants first. Position ``p`` is then one contiguous slice that lines up
    with a prefix of the slice of ``p - 1``, and one step of the recurrence is one vectorised product.

    Pairs from which the receiver gains nothing are not packed: it never accepts them, they stand behind all
    others, and so they change nobody's acceptance. Where lists are short, they are most of what is listed.
    """

    def __init__(self, receiver: Ints, g: Floats, mixture: Mixture, receivers: int) -> None:
        self.shape = receiver.shape
        self.mixture = mixture
        flat, gain = receiver.ravel(), g.ravel()
        kept = np.flatnonzero(gain)
        if not len(kept):  # nobody gains: the pairs are kept, so that each receiver has its slots
            kept = np.arange(len(flat))
        by_receiver = kept[np.lexsort((-gain[kept], flat[kept]))]
        self.degree = degree = np.bincount(flat[kept], minlength=receivers)
        position = np.arange(len(kept)) - np.repeat(np.cumsum(degree) - degree, degree)
        self.offset = np.empty(receivers, dtype=np.int64)  # place of each receiver within every slice
        self.offset[np.argsort(-degree, kind="stable")] = np.arange(receivers)
        self.packed = by_receiver[np.lexsort((self.offset[flat[by_receiver]], position))]
        self.width = np.bincount(position, minlength=1)  # applicants' slots at each position
        self.start = np.cumsum(self.width) - self.width
        self.g = gain[self.packed]
        self.decay = (1 - mixture.bases).astype(self.g.dtype)
        self._weights = mixture.weights.astype(self.g.dtype)

    @property
    def payoff(self) -> Floats:
        """What an accepted application of each packed pair brings, by term (pairs, terms)."""
        return self._payoff(self.g, slice(None)).T

    def evaluate(self, applications: Floats, weight: Floats | None = None) -> Acceptance:
        """Compute acceptance and gain of every pair for application probabilities (C, L) in [0, 1].

        ``weight`` (C, L), default ones, counts each pair's match that many times in ``gain``.
        """
        a = applications.ravel()[self.packed]
        counted = None if weight is None else weight.ravel()[self.packed]
        value = a if counted is None else a * counted
        accept, harm = np.zeros_like(a), np.zeros_like(a)
        # A few terms at a time: what they need then fits the processor's cache, and takes little memory.
        many = max(1, _TOGETHER // len(a))
        for start in range(0, len(self.decay), many):
            terms = slice(start, start + many)
            payoff = self._payoff(self.g, terms)
            before, after = self._recurrences(a, value, payoff, terms)
            for decay, above, below, paid in zip(self.decay[terms], before, after, payoff, strict=True):
                accept += above * paid
                harm += decay * above * below
        own = accept if counted is None else accept * counted
        return Acceptance(self._unpack(accept), self._unpack(own - harm))

    def recurrences(self, applications: Floats) -> tuple[Floats, Floats]:
        """Return ``before`` and ``after`` of every packed pair by term (pairs, terms), as derived above."""
        a = applications.astype(self.g.dtype).ravel()[self.packed]
        every = slice(None)
        before, after = self._recurrences(a, a, self._payoff(self.g, every), every)
        return before.T, after.T

    def slots_of(self, receiver: int) -> Ints:
        """List the packed slots of one receiver's possible applicants, preferred first."""
        slots: Ints = self.start[: self.degree[receiver]] + self.offset[receiver]
        return slots

    def accept_at(self, slots: Ints, applications: Floats) -> Floats:
        """Compute how far one receiver accepts its applicants, in the order of :meth:`slots_of`."""
        stay = 1 - self.decay[:, None] * applications
        before = np.ones_like(stay)
        np.cumprod(stay[:, :-1], axis=1, out=before[:, 1:])
        accept: Floats = np.einsum("qn,qn->n", before, self._payoff(self.g[slots], slice(None)))
        return accept

    def _payoff(self, g: Floats, terms: slice) -> Floats:
        """Compute what accepted applications bring, ``g`` to the receiver: by term (terms, pairs)."""
        payoff: Floats = self._weights[terms, None] * g
        bases = self.mixture.bases[terms]
        if self.mixture.first > 1 and self.mixture.bases.min() in bases:
            # Acceptance is min(1, g v(1)) when no better applicant came: correct P(N = 0).
            payoff[int(np.argmin(bases))] -= np.maximum(g * self.mixture.first - 1, 0)
        return payoff

    def _recurrences(
        self, applications: Floats, value: Floats, payoff: Floats, terms: slice
    ) -> tuple[Floats, Floats]:
        """Run both recurrences for some terms (terms, pairs); ``value`` is what a payoff counts for."""
        # Terms first: a step of a recurrence then runs along one long row a term, not along the few terms.
        stay = 1 - self.decay[terms, None] * applications
        return self._before(stay), self._after(stay, value, payoff)

    def _before(self, stay: Floats) -> Floats:
        """Product of ``stay`` over the applicants preferred to each one."""
        before = np.ones_like(stay)
        for p in range(1, len(self.width)):
            n, here, last = self.width[p], self.start[p], self.start[p - 1]
            above = slice(last, last + n)
            np.multiply(before[:, above], stay[:, above], out=before[:, here : here + n])
        return before

    def _after(self, stay: Floats, value: Floats, payoff: Floats) -> Floats:
        """Value of the applicants below each one, as seen from just below it; ``value`` is by pair."""
        after = np.zeros_like(stay)
        for p in range(len(self.width) - 1, 0, -1):
            n, here, last = self.width[p], self.start[p], self.start[p - 1]
            one, target = slice(here, here + n), after[:, last : last + n]
            np.multiply(stay[:, one], after[:, one], out=target)
            target += payoff[:, one] * value[one]
        return after

    def _unpack(self, packed: Floats) -> Floats:
        values = np.zeros(self.shape, dtype=packed.dtype)
        values.flat[self.packed] = packed
        return values
