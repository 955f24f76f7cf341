"""The methods a benchmark compares: each gives a score to every corpus text for every query."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.index import Bm25Lexical, Encoder, Sparse, Vectors, terms
from matcher.language.text import neutral

Scores = NDArray[np.float32]
Method = Callable[[Sequence[str], Sequence[str]], Scores]
"""From queries and corpus to scores of shape (queries, corpus); larger is better."""

TERM_WORTH = 0.01
"""Cosine one query word is worth at BM25's best match; one setting for all sets (decision 0403)."""


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

    lengths = [len(terms(text)) for text in corpus]
    ours = Bm25Lexical(avg_len=max(1.0, float(np.mean(lengths))))
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
    """Fuse the encoder's cosine with BM25 over neutral text."""
    meaning = dense(encoder, symmetric=symmetric)
    return lambda queries, corpus: fused(meaning(queries, corpus), lexical(queries, corpus), queries)


def fused(meaning: Scores, words: Scores, queries: Sequence[str]) -> Scores:
    """Score as the text pipeline: cosine plus BM25 relative to the best, worth more the longer the query.

    A title of three words says little to BM25 and much to the encoder; a paragraph is the other way about.
    """
    best = np.maximum(words.max(axis=1, keepdims=True), 1e-9)
    said = np.array([[len(set(terms(query)))] for query in queries], dtype=np.float32)
    return np.asarray(meaning + TERM_WORTH * said * words / best, dtype=np.float32)


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
