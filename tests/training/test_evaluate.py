"""Benchmarks: reading sets, comparing methods, gender, and golden floors."""

import gzip
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from matcher.adapters.encoder import HashingEncoder
from matcher.errors import InvalidRequest, NotFound
from matcher.index import Vectors
from training.cli import app
from training.encoder.vectors import CHUNK, KeptVectors
from training.ranking import baselines
from training.ranking.baselines import EncodedOnce
from training.ranking.comparison import MEASURES, compare, measure
from training.ranking.evaluate import chosen_methods
from training.ranking.invariance import likeness, read_pairs
from training.ranking.significance import interval, paired_p
from training.sources.beir import Benchmark, load

QUERIES = {"q1": "développeuse web", "q2": "cheffe de projet"}
CORPUS = {"d1": "développeur web", "d2": "chef de projet informatique", "d3": "boulanger", "d4": "soudeur"}
QRELS = [("q1", "d1", 1), ("q2", "d2", 2)]


def write(folder: Path, changed: Mapping[str, str] | None = None, *, packed: bool = False) -> Path:
    files = {
        "queries.jsonl": "\n".join(json.dumps({"_id": key, "text": text}) for key, text in QUERIES.items()),
        "corpus.jsonl": "\n".join(
            json.dumps({"_id": key, "title": "", "text": text}) for key, text in CORPUS.items()
        ),
        "qrels.tsv": "query-id\tcorpus-id\tscore\n" + "\n".join(f"{q}\t{d}\t{g}" for q, d, g in QRELS),
    }
    files |= changed or {}
    for name, text in files.items():
        path = folder / (f"{name}.gz" if packed else name)
        path.write_bytes(gzip.compress(text.encode()) if packed else text.encode())
    return folder


@pytest.fixture
def benchmark_set(tmp_path: Path) -> Benchmark:
    return load(write(tmp_path))


@pytest.mark.parametrize("packed", [False, True])
def test_a_set_is_read_plain_or_packed(tmp_path: Path, packed: bool) -> None:
    found = load(write(tmp_path, packed=packed))
    assert found.queries == QUERIES
    assert found.corpus == CORPUS
    assert found.qrels == {"q1": {"d1": 1.0}, "q2": {"d2": 2.0}}
    assert found.silent == ()


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"corpus.jsonl": '{"_id": "d1", "text": "a"}\nnot json'}, r"corpus\.jsonl, line 2"),
        ({"corpus.jsonl": '{"text": "a"}'}, r"corpus\.jsonl, line 1"),
        ({"corpus.jsonl": "[1]"}, r"corpus\.jsonl, line 1"),
        ({"corpus.jsonl": ""}, "corpus is empty"),
        ({"queries.jsonl": ""}, "list of queries is empty"),
        ({"queries.jsonl": '{"_id": "q1", "text": "a"}\n{"_id": "q1", "text": "b"}'}, "line 2.*twice"),
        ({"qrels.tsv": "q1\td1\t1\nq9\td1\t1"}, r"qrels\.tsv, line 2: 'q9' is not in the queries"),
        ({"qrels.tsv": "q1\td9\t1"}, "'d9' is not in the corpus"),
        ({"qrels.tsv": "q1\td1\t1\nq1\td2"}, "line 2: expected query id"),
        ({"qrels.tsv": "q1\td1\t0"}, "no query has a relevant item"),
    ],
)
def test_a_broken_set_says_where(tmp_path: Path, changed: dict[str, str], says: str) -> None:
    with pytest.raises(InvalidRequest, match=says):
        load(write(tmp_path, changed))


def test_a_damaged_archive_is_an_error_with_its_name(tmp_path: Path) -> None:
    write(tmp_path, packed=True)
    (tmp_path / "corpus.jsonl.gz").write_bytes(b"not gzip")
    with pytest.raises(InvalidRequest, match=r"corpus\.jsonl\.gz cannot be read"):
        load(tmp_path)


def test_a_missing_folder_or_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no folder"):
        load(tmp_path / "nowhere")
    with pytest.raises(NotFound, match=r"has no queries\.jsonl"):
        load(tmp_path)


def test_queries_without_relevant_items_are_left_out_and_named(tmp_path: Path) -> None:
    found = compare(load(write(tmp_path, {"qrels.tsv": "q1\td1\t1\nq2\td2\t0"})))
    assert found.left_out == ("q2",)
    lexical = next(row for row in found.rows if row.method == "BM25, neutral text")
    assert lexical.means["MRR"] == 1.0


def test_every_method_is_in_the_table_with_intervals_and_tests(benchmark_set: Benchmark) -> None:
    encoder = HashingEncoder()
    found = compare(benchmark_set, untuned=encoder, tuned=encoder)
    assert [row.method for row in found.rows] == [
        "random", "char TF-IDF", "BM25 (French stems)", "BM25, neutral text",
        "dense, untuned", "text pipeline, untuned", "dense, tuned", "text pipeline, tuned",
    ]  # fmt: skip
    for row in found.rows:
        assert all(
            0 <= row.intervals[name][0] <= row.means[name] <= row.intervals[name][1] <= 1 for name in MEASURES
        )
    assert set(found.rows[-1].p_values) == set(MEASURES)
    json.dumps(found.as_json())


def test_ties_go_to_the_smaller_id(benchmark_set: Benchmark) -> None:
    flat = np.zeros((2, 4), np.float32)
    assert measure(benchmark_set, flat)["MRR"] == [1.0, 0.5]


@pytest.mark.parametrize(
    "method", [baselines.random, baselines.char_tfidf, baselines.bm25, baselines.lexical]
)
def test_methods_score_every_text_for_every_query_the_same_each_time(method: baselines.Method) -> None:
    scores = method(list(QUERIES.values()), list(CORPUS.values()))
    assert scores.shape == (2, 4)
    assert np.isfinite(scores).all()
    assert (scores == method(list(QUERIES.values()), list(CORPUS.values()))).all()


def test_a_query_is_not_ranked_for_itself_unless_it_is_graded(tmp_path: Path) -> None:
    corpus = "\n".join(json.dumps({"_id": key, "text": text}) for key, text in {**CORPUS, **QUERIES}.items())
    found = load(write(tmp_path, {"corpus.jsonl": corpus}))
    scores = baselines.char_tfidf(list(found.queries.values()), list(found.corpus.values()))
    assert measure(found, scores)["MRR"] == [1.0, 1.0]
    graded = load(write(tmp_path, {"corpus.jsonl": corpus, "qrels.tsv": "q1\tq1\t1\nq2\td2\t1"}))
    assert measure(graded, scores)["MRR"] == [1.0, 1.0]
    assert compare(found).as_json()["own_texts"] == 2


def test_each_side_says_how_it_is_encoded(benchmark_set: Benchmark) -> None:
    assert compare(benchmark_set).encoded_as == {"queries": "query", "corpus": "passage"}
    assert compare(benchmark_set, symmetric=True).encoded_as == {"queries": "query", "corpus": "query"}


def test_the_pipeline_adds_weighted_words_to_the_cosine() -> None:
    encoder, queries, corpus = HashingEncoder(), list(QUERIES.values()), list(CORPUS.values())
    usual = (2 + 3 + 1 + 1) / 4  # terms of the four texts, stop words left out
    once = 2.2 / (1 + 1.2 * (0.25 + 0.75 * usual / 40))  # stored weight of a word said once in such a text
    weight = 0.003 * np.log1p(usual) / once
    expected = baselines.dense(encoder)(queries, corpus) + weight * baselines.lexical(queries, corpus)
    found = baselines.pipeline(encoder)(queries, corpus)
    np.testing.assert_allclose(found, expected, atol=2e-4)  # the nudges that order equal texts


def test_a_query_of_unknown_words_scores_nothing() -> None:
    for method in (baselines.bm25, baselines.lexical):
        assert not method(["zzz qqq"], list(CORPUS.values())).any()


def test_both_genders_of_a_title_rank_alike_in_our_pipeline_only() -> None:
    pairs = [("développeur chef", "développeuse cheffe"), ("soudeur", "soudeuse")]
    ours = likeness("ours", baselines.pipeline(HashingEncoder()), pairs, list(CORPUS.values()))
    assert (ours.rbo, ours.overlap, ours.equal) == (1.0, 1.0, 1.0)
    words = likeness("words", baselines.word_tfidf, pairs, list(CORPUS.values()))
    assert words.rbo < 1


class Counting(HashingEncoder):
    """Counts the texts it encodes."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        self.asked += texts
        return super().encode_queries(texts)


def test_a_text_is_encoded_once_and_vectors_keep_their_order() -> None:
    counting = Counting()
    once = EncodedOnce(counting)
    once.encode_queries(["soudeur", "pilote"])
    vectors = once.encode_queries(["pilote", "chef", "pilote", "soudeur"])
    assert counting.asked == ["soudeur", "pilote", "chef"]
    assert np.array_equal(vectors, HashingEncoder().encode_queries(["pilote", "chef", "pilote", "soudeur"]))
    assert once.encode_passages([]).shape == (0, once.dim)


def test_kept_vectors_are_not_encoded_again_by_a_later_run(tmp_path: Path) -> None:
    first, later = Counting(), Counting()
    before = KeptVectors(first, tmp_path).encode_queries(["soudeur", "pilote", "soudeur"])
    after = KeptVectors(later, tmp_path).encode_queries(["pilote", "chef", "soudeur"])
    assert sorted(first.asked) == ["pilote", "soudeur"]
    assert later.asked == ["chef"]
    assert np.array_equal(before, HashingEncoder().encode_queries(["soudeur", "pilote", "soudeur"]))
    assert np.array_equal(after, HashingEncoder().encode_queries(["pilote", "chef", "soudeur"]))


def test_kept_vectors_of_a_stopped_run_stay(tmp_path: Path) -> None:
    class Failing(Counting):
        def encode_queries(self, texts: Sequence[str]) -> Vectors:
            if self.asked:
                raise KeyboardInterrupt
            return super().encode_queries(texts)

    texts = [f"titre {number:04}" for number in range(CHUNK + 1)]
    with pytest.raises(KeyboardInterrupt):
        KeptVectors(Failing(), tmp_path).encode_queries(texts)
    later = Counting()
    KeptVectors(later, tmp_path).encode_queries(texts)
    assert later.asked == texts[CHUNK:]


def test_questions_and_passages_of_one_text_are_kept_apart(tmp_path: Path) -> None:
    class TwoSided(HashingEncoder):
        def encode_passages(self, texts: Sequence[str]) -> Vectors:
            return -super().encode_passages(texts)

    kept = KeptVectors(TwoSided(), tmp_path)
    assert np.array_equal(kept.encode_queries(["pilote"]), -kept.encode_passages(["pilote"]))


def test_only_some_methods_are_run_and_an_unknown_one_is_named(benchmark_set: Benchmark) -> None:
    report = compare(benchmark_set, tuned=HashingEncoder(), only=["random", "dense, tuned"])
    assert [row.method for row in report.rows] == ["random", "dense, tuned"]
    alone = compare(benchmark_set, tuned=HashingEncoder(), only=["dense, tuned"])
    assert alone.rows[0].means == report.rows[1].means
    assert alone.rows[0].p_values == {}
    with pytest.raises(InvalidRequest, match=r"no method 'magic'.*dense, tuned"):
        chosen_methods(["magic"])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a,b\n1,2\n", "columns"),
        ("masculine,feminine\n", "no pair"),
        ("masculine,feminine\nx,y\nx,\n", "line 3"),
    ],
)
def test_broken_pairs_say_where(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "pairs.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidRequest, match=says):
        read_pairs(path)


def test_missing_pairs_are_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"pairs\.csv"):
        read_pairs(tmp_path / "pairs.csv")


def test_the_command_names_what_is_missing(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["evaluate", str(tmp_path / "nowhere")])
    assert isinstance(result.exception, NotFound)


def test_interval_holds_the_mean_and_narrows() -> None:
    few, many = np.array([0.0, 1.0] * 5), np.array([0.0, 1.0] * 500)
    assert interval(few)[0] < 0.5 < interval(few)[1]
    assert np.diff(interval(many)) < np.diff(interval(few))


def test_a_difference_in_every_query_is_no_chance() -> None:
    worse = np.linspace(0, 0.5, 20)
    assert paired_p(worse + 0.1, worse) < 0.001
    assert paired_p(worse, worse) == 1
    assert paired_p([1, 0, 1, 0], [0, 1, 0, 1]) == 1
