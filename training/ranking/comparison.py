"""Compares methods over one retrieval set, with intervals and a test against the best peer."""

from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass, field

import numpy as np

from matcher.index import Encoder
from training.ranking import baselines, metrics
from training.ranking.baselines import Method, Scores
from training.ranking.significance import interval, paired_p
from training.sources.beir import Benchmark

MEASURES = ("MRR", "MAP", "nDCG@10", "recall@10", "recall@100")
PEERS = ("random", "char TF-IDF", "BM25 (French stems)", "dense, untuned")
"""What anyone could run; the other methods are ours and are tested against the best of these."""
METHODS = (
    *PEERS[:3],
    "BM25, neutral text",
    "dense, untuned",
    "text pipeline, untuned",
    "dense, tuned",
    "text pipeline, tuned",
)
"""Every method, in the order of the table."""

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Row:
    """One method: means over queries with a relevant item, in [0, 1], and 95 % intervals of them.

    ``p_values`` compare the queries' values with those of ``best_peer``, measure by measure (see
    :func:`training.ranking.significance.paired_p`); both are empty for a peer.
    """

    method: str
    means: dict[str, float]
    intervals: dict[str, tuple[float, float]]
    best_peer: dict[str, str] = field(default_factory=dict)
    p_values: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Report:
    """The table of a set. ``left_out`` queries have no relevant item, so no measure of them is defined."""

    name: str
    queries: int
    corpus: int
    symmetric: bool
    left_out: tuple[str, ...]
    rows: tuple[Row, ...]
    own_texts: int = 0
    """Queries that are in the corpus themselves, and are not ranked for themselves."""

    @property
    def encoded_as(self) -> dict[str, str]:
        """Prompt with which each side is encoded: a pair of titles is symmetric, a question is not."""
        return {"queries": "query", "corpus": "query" if self.symmetric else "passage"}

    def as_json(self) -> dict[str, object]:
        """Return the report as JSON values."""
        return {**asdict(self), "encoded_as": self.encoded_as}


def compare(
    benchmark: Benchmark,
    *,
    untuned: Encoder | None = None,
    tuned: Encoder | None = None,
    symmetric: bool = False,
    only: Collection[str] = METHODS,
    progress: Progress | None = None,
) -> Report:
    """Measure random, TF-IDF, BM25, the encoders given and the text pipeline on one set.

    Parameters
    ----------
    benchmark
        The set; every corpus text is ranked for every query, ties by corpus id.
    untuned, tuned
        Encoders as published and as served; either may be missing. The pipeline, the service's first stage,
        is run with each.
    symmetric
        Encode the corpus as queries too, as sets of titles against titles want it.
    only
        Names of the methods that are run, from :data:`METHODS`. Without a peer among them nothing is tested.
    progress
        Called with the name of each method before it runs.
    """
    report = progress or (lambda _method: None)
    values: dict[str, dict[str, list[float]]] = {}
    for name, method in _methods(untuned, tuned, symmetric=symmetric).items():
        if name not in only:
            continue
        report(name)
        scores = method(list(benchmark.queries.values()), list(benchmark.corpus.values()))
        values[name] = measure(benchmark, scores)
    rows = tuple(_row(method, found, values) for method, found in values.items())
    return Report(
        benchmark.name,
        len(benchmark.queries),
        len(benchmark.corpus),
        symmetric,
        benchmark.silent,
        rows,
        sum(query in benchmark.corpus for query in benchmark.queries),
    )


def measure(benchmark: Benchmark, scores: Scores) -> dict[str, list[float]]:
    """Every measure of every query that has a relevant item, in the set's order of queries.

    A corpus text with the query's own id is the query itself and is not ranked, unless it is graded for it.
    """
    found: dict[str, list[float]] = {name: [] for name in MEASURES}
    place = {item: at for at, item in enumerate(benchmark.corpus)}
    silent = set(benchmark.silent)
    for query, line in zip(benchmark.queries, scores, strict=True):
        if query in silent:
            continue
        grades = {place[item]: grade for item, grade in benchmark.qrels[query].items()}
        ranking = np.argsort(-line, kind="stable").tolist()
        own = place.get(query)
        if own is not None and own not in grades:
            ranking.remove(own)
        found["MRR"].append(metrics.reciprocal_rank(ranking, grades))
        found["MAP"].append(metrics.average_precision(ranking, grades))
        found["nDCG@10"].append(metrics.ndcg(ranking, grades, 10))
        found["recall@10"].append(metrics.recall(ranking, grades, 10))
        found["recall@100"].append(metrics.recall(ranking, grades, 100))
    return found


def _methods(untuned: Encoder | None, tuned: Encoder | None, *, symmetric: bool) -> dict[str, Method]:
    """Return the methods in the table's order; those of an encoder that is missing are left out."""
    methods: dict[str, Method] = {
        "random": baselines.random,
        "char TF-IDF": baselines.char_tfidf,
        "BM25 (French stems)": baselines.bm25,
        "BM25, neutral text": baselines.lexical,
    }
    for name, encoder in (("untuned", untuned), ("tuned", tuned)):
        if encoder is not None:
            once = baselines.EncodedOnce(encoder)
            methods[f"dense, {name}"] = baselines.dense(once, symmetric=symmetric)
            methods[f"text pipeline, {name}"] = baselines.pipeline(once, symmetric=symmetric)
    return methods


def _row(method: str, found: dict[str, list[float]], values: dict[str, dict[str, list[float]]]) -> Row:
    means = {name: float(np.mean(found[name])) for name in MEASURES}
    intervals = {name: interval(found[name]) for name in MEASURES}
    if method in PEERS:
        return Row(method, means, intervals)
    peers = [peer for peer in PEERS if peer in values]
    if not peers:
        return Row(method, means, intervals)
    best = {name: max(peers, key=lambda peer: float(np.mean(values[peer][name]))) for name in MEASURES}
    tests = {name: paired_p(found[name], values[best[name]][name]) for name in MEASURES}
    return Row(method, means, intervals, best, tests)
