"""BM25 vectors over the French analyser."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.index import Bm25Lexical, terms


def score(query: str, passage: str) -> float:
    lexical = Bm25Lexical()
    asked, stored = lexical.encode_queries([query])[0], lexical.encode_passages([passage])[0]
    weights = dict(zip(stored.indices, stored.values, strict=True))
    return sum(
        weight * weights.get(term, 0) for term, weight in zip(asked.indices, asked.values, strict=True)
    )


@given(st.lists(st.text(max_size=60), max_size=4))
def test_vectors_are_what_every_index_accepts(texts: list[str]) -> None:
    lexical = Bm25Lexical()
    for vectors in (lexical.encode_queries(texts), lexical.encode_passages(texts)):
        assert len(vectors) == len(texts)
        for vector in vectors:
            assert list(vector.indices) == sorted(set(vector.indices))
            assert all(0 <= term < 2**32 for term in vector.indices)
            assert all(0 < weight < 10 for weight in vector.values)


@pytest.mark.parametrize(
    "spelling", ["développeuse web", "Développeur·se web (H/F)", "développeur/euse web", "développeurs web"]
)
def test_a_title_has_one_vector_in_all_its_spellings(spelling: str) -> None:
    lexical = Bm25Lexical()
    assert lexical.encode_queries([spelling]) == lexical.encode_queries(["développeur web"])
    assert lexical.encode_passages([spelling]) == lexical.encode_passages(["développeur web"])


@pytest.mark.parametrize(
    ("query", "passage"),
    [
        ("l'hôpital connecté", "hopital"),
        ("cybersécurité", "Attaques et CYBERSÉCURITÉ"),
        ("données ouvertes", "ouverture de la donnée"),
        ("e-santé", "santé"),
    ],
)
def test_accents_case_elision_and_inflection_do_not_hide_a_word(query: str, passage: str) -> None:
    assert score(query, passage) > 0


def test_more_mentions_score_higher_and_long_passages_lower() -> None:
    assert score("cloud", "cloud cloud privé") > score("cloud", "cloud privé hybride")
    assert score("cloud", "cloud privé") > score("cloud", "cloud " + "autre chose encore " * 30)


def test_function_words_carry_no_weight() -> None:
    assert terms("nous et vous, de la part des uns") == ["part", "un"] or "de" not in terms("de la part")


def test_weights_by_hand() -> None:
    lexical = Bm25Lexical(k1=1.0, b=0.5, avg_len=2.0)
    (vector,) = lexical.encode_passages(["cloud cloud"])  # tf 2, bend 1 * (.5 + .5 * 2 / 2) = 1
    assert max(vector.values) == pytest.approx(2 * 2 / (2 + 1))


@pytest.mark.parametrize("usual", [3.0, 20.0, 40.0, 120.0])
def test_a_word_of_a_usual_passage_is_worth_the_same_whatever_the_index_expects(usual: float) -> None:
    lexical = Bm25Lexical().over(usual)
    passage = " ".join(f"mot{number}" for number in range(int(usual)))
    asked = lexical.encode_queries(["mot1"])[0].values[0]
    stored = lexical.encode_passages([passage])[0].values[0]
    assert asked * stored == pytest.approx(0.003 * math.log1p(usual))


def test_an_index_of_unknown_length_is_asked_as_it_expects() -> None:
    assert Bm25Lexical().over(None).encode_queries(["cloud"]) == Bm25Lexical().encode_queries(["cloud"])


@pytest.mark.parametrize("wrong", [{"k1": -1.0}, {"b": 1.5}, {"avg_len": 0.0}])
def test_impossible_parameters_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="BM25 needs"):
        Bm25Lexical(**wrong)


def test_the_name_tells_analyser_and_parameters_apart() -> None:
    assert Bm25Lexical().name != Bm25Lexical(b=0.5).name
