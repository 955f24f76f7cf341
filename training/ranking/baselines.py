"""The methods a benchmark compares: each gives a score to every corpus text for every query."""

from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.adapters.qdrant.edge import EdgeIndex
from matcher.domain.items import ItemType
from matcher.index import Bm25Lexical, Encoder, Point, Sparse, TermMean, Vectors, Where
from matcher.language.analyser import neutral

Scores = NDArray[np.float32]
Method = Callable[[Sequence[str], Sequence[str]], Scores]
"""From queries and corpus to scores of shape (queries, corpus); larger is better."""

FIRST = 200
"""Hits of the served query that are ranked, of each query."""
NOT_FOUND = -2.0
"""Score of a text that is not among the hits, below any fused score."""


def random(queries: Sequence[str], corpus: Sequence[str]) -> Scores:
    """Chance, seeded."""
    return np.random.default_rng(113).random((len(queries), len(corpus)), dtype=np.float32)


def word_tfidf(queries: Sequence[str], corpus: Sequence[str]) -> Scores:
    """Cosine of word TF-IDF, as scikit-learn cuts words."""
    return _tfidf(queries, corpus, analyzer="word", sublinear_tf=True)


def char_tfidf(queries: Sequence[str], corpus: Sequence[str]) -> Scores:
    """Cosine of TF-IDF over 2- to 4-grams of characters within words."""
    return _tfidf(queries, corpus, analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True)


def bm25(queries: Sequence[str], corpus: Sequence[str]) -> Scores:
    """BM25 of the bm25s library (Lucene's form, k1 1.5, b .75) with the Snowball stemmer for French."""
    import bm25s
    import snowballstemmer

    stem = snowballstemmer.stemmer("french").stemWords
    cut: Callable[..., Any] = bm25s.tokenize
    engine = bm25s.BM25()
    engine.index(cut(list(corpus), stopwords="fr", stemmer=stem, show_progress=False), show_progress=False)
    asked = cut(list(queries), stopwords="fr", stemmer=stem, return_ids=False, show_progress=False)
    return np.stack([_bm25_line(engine, words, len(corpus)) for words in asked])


def lexical(queries: Sequence[str], corpus: Sequence[str]) -> Scores:
    """Score as the service's lexical half: BM25 over gender-neutral text, with the index's idf."""
    from scipy.sparse import csr_matrix

    ours = _lexical_for(corpus)
    passages, asked = ours.encode_passages(corpus), ours.encode_queries(queries)
    used = sorted({term for passage in passages for term in passage.indices})
    place = {term: at for at, term in enumerate(used)}

    def matrix(vectors: list[Sparse]) -> Any:
        cells = [
            (row, place[t], w)
            for row, s in enumerate(vectors)
            for t, w in zip(s.indices, s.values, strict=True)
            if t in place
        ]
        rows, columns, weights = zip(*cells, strict=True) if cells else ((), (), ())
        return csr_matrix((weights, (rows, columns)), shape=(len(vectors), len(place)), dtype=np.float32)

    weights = matrix(passages)
    frequency = np.diff(weights.tocsc().indptr)
    idf = np.log1p((len(corpus) - frequency + 0.5) / (frequency + 0.5)).astype(np.float32)
    scores = np.asarray((matrix(asked).multiply(idf).tocsr() @ weights.T).todense(), dtype=np.float32)
    scores /= np.float32(ours.weight)
    return scores + _fuller_first(corpus) * (scores > 0)


def dense(encoder: Encoder, *, symmetric: bool = False) -> Method:
    """Cosine of the encoder's vectors; ``symmetric`` encodes both sides as queries, as title sets want it."""

    def score(queries: Sequence[str], corpus: Sequence[str]) -> Scores:
        passages, at = _distinct(encoder.encode_queries if symmetric else encoder.encode_passages, corpus)
        asked, of = _distinct(encoder.encode_queries, queries)
        cosines = (asked @ passages.T)[
            :, at
        ]  # once a form: a product's last digit depends on the row's place
        return np.asarray((cosines + _fuller_first(corpus))[of], dtype=np.float32)

    return score


def _distinct(encode: Callable[[Sequence[str]], Vectors], texts: Sequence[str]) -> tuple[Vectors, list[int]]:
    """Encode each neutral form once, and say which is whose: title sets say most titles in both genders."""
    forms = [neutral(text) for text in texts]
    distinct = sorted(set(forms), key=lambda form: (len(form), form))
    place = {form: at for at, form in enumerate(distinct)}
    return encode(distinct), [place[form] for form in forms]


def pipeline(encoder: Encoder, *, symmetric: bool = False) -> Method:
    """Rank as the service's first stage: its own query, on an embedded index of the corpus.

    The first :data:`FIRST` hits of a query have their fused score, all other texts :data:`NOT_FOUND`; ties
    are ordered as the ids of the index order them, the fullest form first.
    """

    def score(queries: Sequence[str], corpus: Sequence[str]) -> Scores:
        passages, at = _distinct(encoder.encode_queries if symmetric else encoder.encode_passages, corpus)
        asked, of = _distinct(encoder.encode_queries, queries)
        lexical = _lexical_for(corpus)
        words = lexical.encode_queries(queries)
        ids = _ids_fuller_first(corpus)
        place = {item_id: row for row, item_id in enumerate(ids)}
        scores = np.full((len(queries), len(corpus)), NOT_FOUND, np.float32)
        with TemporaryDirectory(prefix="matcher-lab-") as folder:
            index = EdgeIndex(Path(folder) / "index", encoder.dim)
            index.upsert(
                [
                    Point(item_id, ItemType.OPPORTUNITY, "", passages[row], sparse)
                    for item_id, row, sparse in zip(ids, at, lexical.encode_passages(corpus), strict=True)
                ]
            )
            for line, row, sparse in zip(scores, of, words, strict=True):
                for hit in index.query(asked[row], sparse, Where(ItemType.OPPORTUNITY), FIRST):
                    line[place[hit.id]] = hit.score
            index.close()
        return np.asarray(scores + _fuller_first(corpus), dtype=np.float32)

    return score


def _ids_fuller_first(corpus: Sequence[str]) -> list[str]:
    """Return an id for each text: texts of one score are ordered by id, and longer texts get smaller ids.

    A set may list many surface forms of one thing ("x", "y", "x/y"); one neutral form is one point of the
    space, and the fullest form says most. In the service every item has a text of its own.
    """
    order = sorted(range(len(corpus)), key=lambda row: (-len(corpus[row]), row))
    ids = [""] * len(corpus)
    for number, row in enumerate(order):
        ids[row] = f"{number:07d}"
    return ids


def _lexical_for(corpus: Sequence[str]) -> Bm25Lexical:
    """Return the service's lexical half, as it questions an index of these texts."""
    counted = TermMean()
    counted.add(corpus)
    return Bm25Lexical().over(counted.mean)


class EncodedOnce:
    """An :class:`~matcher.index.ports.Encoder` that encodes a text once and remembers its vector.

    The dense method and the pipeline ask for the same few thousand texts.
    """

    def __init__(self, encoder: Encoder) -> None:
        self.name, self.dim = encoder.name, encoder.dim
        self._encoder = encoder
        self._queries: dict[str, Vectors] = {}
        self._passages: dict[str, Vectors] = {}

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Encode questions, shape (n, dim)."""
        return self._known(texts, self._queries, self._encoder.encode_queries)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Encode what is searched, shape (n, dim)."""
        return self._known(texts, self._passages, self._encoder.encode_passages)

    def _known(
        self, texts: Sequence[str], known: dict[str, Vectors], encode: Callable[[Sequence[str]], Vectors]
    ) -> Vectors:
        new = [text for text in dict.fromkeys(texts) if text not in known]
        known.update(zip(new, encode(new), strict=True))
        return np.stack([known[text] for text in texts]) if texts else encode([])


def _fuller_first(corpus: Sequence[str]) -> Scores:
    """Return a nudge below 1e-4 that orders texts of one neutral form: the one that says most comes first.

    "x", "y" and "x/y" are one text to the analyser; the last speaks of everyone. It depends on the corpus
    alone, so both genders of a query still rank alike.
    """
    return np.array([min(len(text), 200) for text in corpus], dtype=np.float32) * np.float32(4e-7)


def _tfidf(queries: Sequence[str], corpus: Sequence[str], **how: Any) -> Scores:
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(dtype=np.float32, **how)
    passages = vectorizer.fit_transform(corpus)
    return np.asarray((vectorizer.transform(queries) @ passages.T).todense(), dtype=np.float32)


def _bm25_line(engine: Any, words: list[str], size: int) -> Scores:
    known = [word for word in words if word in engine.vocab_dict]
    return np.asarray(engine.get_scores(known), np.float32) if known else np.zeros(size, np.float32)
