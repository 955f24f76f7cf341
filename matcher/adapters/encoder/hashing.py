"""An encoder without weights: hashed words and character n-grams. For tests, demonstrations and doubt."""

from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.preprocessing import normalize

from matcher.errors import InvalidRequest
from matcher.index.ports import Vectors
from matcher.language.analyser import neutral

MAX_CHARACTERS = 16_384
_VERSION = 1
_WORDS = 2.0  # a shared word says more than the n-grams it shares with other words


class HashingEncoder:
    """An :class:`~matcher.index.ports.Encoder` that knows spelling only.

    Words and character 3- to 5-grams are added with a hashed sign into ``dim`` places (Weinberger et al.
    2009, arXiv 0902.2206); nothing is learnt or loaded, the same text gives the same vector everywhere.
    A text without letters or digits has the vector (1, 0, ...).

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
        self._words = HashingVectorizer(n_features=dim, norm=None, strip_accents="unicode")
        self._grams = HashingVectorizer(
            n_features=dim, norm=None, strip_accents="unicode", analyzer="char_wb", ngram_range=(3, 5)
        )

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
        if not texts:
            return np.empty((0, self._dim), np.float32)
        ready = [neutral(text[:MAX_CHARACTERS]) for text in texts]
        summed: csr_matrix = _WORDS * self._words.transform(ready) + self._grams.transform(ready)
        vectors = np.asarray(summed.toarray(), np.float32)
        vectors[~vectors.any(axis=1), 0] = 1
        return np.asarray(normalize(vectors, copy=False), np.float32)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Encode what is searched: as :meth:`encode_queries`."""
        return self.encode_queries(texts)
