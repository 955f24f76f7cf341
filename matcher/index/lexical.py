"""BM25 vectors over the French analyser, for every index backend; the index adds the idf."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from hashlib import blake2b

from matcher.index.ports import Sparse
from matcher.language.analyser import ANALYSER, LONGEST_KEPT, content_tokens, neutral

UNIT_WEIGHT = 0.003
"""Measured on titles, need-to-aid and project texts, where .002 to .004 differ little."""


class Bm25Lexical:
    """BM25 over the French analyser: neutral text, Snowball stems, hashed ids.

    Passage weights are BM25's saturated term frequencies, ``tf (k1 + 1) / (tf + k1 (1 - b + b n / avg_len))``
    (Robertson and Zaragoza 2009, eq. 3.15). The index adds the lexical score to the cosine, so all terms of a
    query carry :attr:`weight`: what one unit of BM25 is worth beside a cosine. A text without words gives an
    empty vector. Ids are 32-bit hashes, strictly increasing within a vector.

    Parameters
    ----------
    k1, b
        Saturation, at least 0, and length normalisation in [0, 1].
    avg_len
        Expected number of terms in a passage, above 0: part of what an index is built with.
    usual_terms
        Mean number of terms of the passages that questions are put to, above 0; None takes ``avg_len``.

    >>> lexical = Bm25Lexical()
    >>> lexical.encode_queries(["développeuse web"]) == lexical.encode_queries(["Développeur web (H/F)"])
    True
    >>> lexical.encode_queries(["", "de la"])
    [Sparse(indices=(), values=()), Sparse(indices=(), values=())]
    >>> round(lexical.weight, 4)  # .003 ln(1 + 40)
    0.0111
    """

    def __init__(
        self, *, k1: float = 1.2, b: float = 0.75, avg_len: float = 40.0, usual_terms: float | None = None
    ) -> None:
        if not (k1 >= 0 and 0 <= b <= 1 and avg_len > 0):
            raise ValueError(f"BM25 needs k1 >= 0, 0 <= b <= 1 and avg_len > 0, not {k1}, {b} and {avg_len}")
        self._k1, self._b, self._avg_len = k1, b, avg_len
        self._usual_terms = usual_terms or avg_len

    def over(self, usual_terms: float | None) -> "Bm25Lexical":
        """Return the encoder of questions to an index whose passages have this mean number of terms.

        >>> Bm25Lexical().over(3.0).weight < Bm25Lexical().weight
        True
        """
        return Bm25Lexical(k1=self._k1, b=self._b, avg_len=self._avg_len, usual_terms=usual_terms)

    @property
    def name(self) -> str:
        """Identity of analyser and stored weights; ``usual_terms`` concerns questions alone."""
        return f"bm25-{ANALYSER}-k{self._k1:g}-b{self._b:g}-n{self._avg_len:g}"

    @property
    def weight(self) -> float:
        """Cosine that one unit of the stored weights is worth.

        A word said once in a passage of the usual number of terms ``m`` is worth :data:`UNIT_WEIGHT`
        ``* ln(1 + m)``. Words say little of a title of three terms and much of a paragraph: the longer the
        passages, the more they weigh, and one constant serves titles and prose (decision 0408). The stored
        weight of such a word is 1 only where ``m`` is ``avg_len``, so it is divided by (decision 0413).
        """
        return UNIT_WEIGHT * math.log1p(self._usual_terms) / self._stored(1, self._usual_terms)

    def encode_queries(self, texts: Sequence[str]) -> list[Sparse]:
        """Sparse query vectors: :attr:`weight` for each distinct term, in the order of ``texts``."""
        return [self.query_of(terms(text)) for text in texts]

    def query_of(self, found: Iterable[str]) -> Sparse:
        """Sparse query vector of terms that :func:`terms` has found: :attr:`weight` for each distinct one."""
        return _sparse(dict.fromkeys(found, self.weight))

    def query_of_ids(self, ids: Sequence[int]) -> Sparse:
        """Sparse query vector of distinct ascending term ids, such as those that a stored text has.

        >>> lexical = Bm25Lexical()
        >>> (stored,) = lexical.encode_passages(["cloud, cloud, data"])
        >>> [lexical.query_of_ids(stored.indices)] == lexical.encode_queries(["cloud, cloud, data"])
        True
        """
        return Sparse(tuple(ids), (self.weight,) * len(ids))

    def encode_passages(self, texts: Sequence[str]) -> list[Sparse]:
        """Sparse passage vectors of saturated term frequencies, in the order of ``texts``."""
        return [self._passage(terms(text)) for text in texts]

    def _passage(self, found: list[str]) -> Sparse:
        return _sparse({term: self._stored(tf, len(found)) for term, tf in Counter(found).items()})

    def _stored(self, tf: int, length: float) -> float:
        """Return the weight of a term that is said ``tf`` times in a passage of ``length`` terms."""
        bend = self._k1 * (1 - self._b + self._b * length / self._avg_len)
        return tf * (self._k1 + 1) / (tf + bend)


class TermMean:
    """Mean number of terms of texts; texts without a term do not count.

    >>> counted = TermMean()
    >>> counted.add(["cloud", "", "cloud privé de confiance"])
    >>> counted.mean
    2.0
    """

    def __init__(self) -> None:
        self._terms = self._texts = 0

    def add(self, texts: Iterable[str]) -> None:
        """Count texts."""
        for text in texts:
            found = len(terms(text))
            self._terms += found
            self._texts += found > 0

    @property
    def mean(self) -> float | None:
        """The mean, at least 1; None without a text that has a term."""
        return self._terms / self._texts if self._texts else None


def heavier(one: Sparse, other: Sparse) -> Sparse:
    """Return all terms of two passages, each with the larger of its weights, by ascending id.

    >>> heavier(Sparse((1, 2), (0.5, 1.0)), Sparse((2, 3), (0.75, 0.25)))
    Sparse(indices=(1, 2, 3), values=(0.5, 1.0, 0.25))
    """
    weights = dict(zip(one.indices, one.values, strict=True))
    for term_id, weight in zip(other.indices, other.values, strict=True):
        weights[term_id] = max(weight, weights.get(term_id, 0.0))
    ids = tuple(sorted(weights))
    return Sparse(ids, tuple(weights[term_id] for term_id in ids))


def terms(text: str) -> list[str]:
    """Stems of the words of ``text`` in its gender-neutral form, stop words left out, in order.

    >>> terms("Nous cherchons une développeuse d'applications mobiles")
    ['cherchon', 'developpeur', 'appliqu', 'mobil']
    """
    return list(_kept_terms(text) if len(text) <= LONGEST_KEPT else _found_terms(text))


def _found_terms(text: str) -> tuple[str, ...]:
    return tuple(token.stem for token in content_tokens(neutral(text)))


_kept_terms = lru_cache(maxsize=1_024)(_found_terms)
"""Of a batch of items the terms are asked for with and without needs, and counted."""


def _sparse(weights: dict[str, float]) -> Sparse:
    # Two terms may share an id of 32 bits: an engine takes each id once, and a sum would count one twice.
    merged: dict[int, float] = {}
    for term, weight in weights.items():
        term_id = _term_id(term)
        merged[term_id] = max(weight, merged.get(term_id, 0.0))
    ids = tuple(sorted(merged))
    return Sparse(ids, tuple(merged[term_id] for term_id in ids))


@lru_cache(maxsize=1 << 17)
def _term_id(term: str) -> int:
    return int.from_bytes(blake2b(term.encode(), digest_size=4).digest(), "big")
