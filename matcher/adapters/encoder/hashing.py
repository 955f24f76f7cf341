"""An encoder without weights: hashed words and character n-grams. For tests, demonstrations and doubt."""

import re
from collections.abc import Sequence
from functools import lru_cache

import mmh3
import numpy as np

from matcher.arrays import Floats, Ints
from matcher.errors import InvalidRequest
from matcher.index.ports import Vectors
from matcher.language import fold
from matcher.language.analyser import neutral

MAX_CHARACTERS = 16_384
_VERSION = 2
_GRAM_LENGTHS = (3, 4, 5)
_KEPT = 20_000  # words, about 1 kB each
_LONGEST_KEPT = 40  # letters: what is longer is an address or worse, kept by nobody
_WORDS = re.compile(r"\w\w+")


class HashingEncoder:
    """An :class:`~matcher.index.ports.Encoder` that knows spelling only.

    Words and their character 3- to 5-grams are added with a hashed sign into ``dim`` places (Weinberger et
    al. 2009, arXiv 0902.2206); nothing is learnt or loaded, the same text gives the same vector everywhere.
    A text without letters or digits has the vector (1, 0, ...).

    scikit-learn's ``HashingVectorizer`` does the same; it takes two seconds to import, for which all tests
    and the start of a service without a model would wait.

    Parameters
    ----------
    dim
        Length of a vector, at least 2.

    Examples
    --------
    >>> near = HashingEncoder().encode_queries(["cybersécurité", "cyber sécurité", "viticulture"])
    >>> bool(near[0] @ near[1] > near[0] @ near[2])
    True
    """

    def __init__(self, dim: int = 384) -> None:
        self._dim = dim

    @property
    def name(self) -> str:
        """Identity of the encoder."""
        return f"hashing-{self._dim}-v{_VERSION}"

    @property
    def dim(self) -> int:
        """Length of a vector."""
        return self._dim

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Encode questions, float32 (n, dim), rows of unit length in the order of ``texts``.

        Raises
        ------
        InvalidRequest
            An entry is not a text; the message gives its position.
        """
        for position, text in enumerate(texts):
            if not isinstance(text, str):
                raise InvalidRequest(f"Entry {position} to encode is {type(text).__name__}, not a text")
        vectors = np.empty((len(texts), self._dim), np.float32)
        for row, text in enumerate(texts):
            vectors[row] = self._vector(fold(neutral(text[:MAX_CHARACTERS])).split())
        return vectors

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Encode what is searched: as :meth:`encode_queries`."""
        return self.encode_queries(texts)

    def _vector(self, chunks: Sequence[str]) -> Floats:
        """Return the vector of what stands between the blanks of a text, (dim,), of length 1."""
        summed = self._sum(chunks)
        length = float(np.linalg.norm(summed))
        if length == 0:
            summed[0] = length = 1.0
        unit: Floats = summed / length
        return unit

    def _sum(self, chunks: Sequence[str]) -> Floats:
        if not chunks:
            return np.zeros(self._dim)
        hashes = np.concatenate([_hashes(chunk) for chunk in chunks])
        # Features that fall into one place by chance cancel out: half of the hashes are negative.
        signs = np.sign(hashes).astype(np.float64)
        return np.bincount(np.abs(hashes) % self._dim, signs, minlength=self._dim).astype(np.float64)


def _hashes(chunk: str) -> Ints:
    return _kept(chunk) if len(chunk) <= _LONGEST_KEPT else _hashed(chunk)


def _hashed(chunk: str) -> Ints:
    """Return the hashes (n,) of the words and n-grams of a text without blanks.

    A word counts twice: to share one says more than the n-grams it shares with other words.
    """
    features = 2 * _WORDS.findall(chunk)
    bounded = f" {chunk} "
    for length in _GRAM_LENGTHS:
        features += [bounded[start : start + length] for start in range(max(1, len(bounded) - length + 1))]
        if length >= len(bounded):
            break
    return np.array([mmh3.hash(feature) for feature in features], dtype=np.int64)


_kept = lru_cache(maxsize=_KEPT)(_hashed)
