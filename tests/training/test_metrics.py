"""Measures: values by hand, laws, and agreement with the ranx library."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.ranking import metrics

RANKING = st.permutations(list(range(12)))
GRADES = st.dictionaries(st.integers(0, 11), st.integers(0, 6), max_size=6)


def test_values_by_hand() -> None:
    ranking, grades = ["a", "b", "c", "d"], {"b": 1, "d": 2, "x": 1}
    assert metrics.reciprocal_rank(ranking, grades) == pytest.approx(1 / 2)
    assert metrics.average_precision(ranking, grades) == pytest.approx((1 / 2 + 2 / 4) / 3)
    assert metrics.recall(ranking, grades, 2) == pytest.approx(1 / 3)
    best = 2 + 1 / math.log2(3) + 1 / 2
    assert metrics.ndcg(ranking, grades, 4) == pytest.approx((1 / math.log2(3) + 2 / math.log2(5)) / best)


def test_gain_of_summed_grades_halves_the_exponent() -> None:
    # grade 4 gains 2 ** 2 - 1 = 3, grade 2 gains 1
    got = metrics.ndcg(["low", "high"], {"low": 2, "high": 4}, 2, "exponential", halving=2)
    assert got == pytest.approx((1 + 3 / math.log2(3)) / (3 + 1 / math.log2(3)))


@pytest.mark.parametrize("grades", [{}, {"a": 0}, {"a": -1}])
def test_a_query_with_nothing_relevant_has_no_value(grades: dict[str, float]) -> None:
    assert math.isnan(metrics.reciprocal_rank(["a"], grades))
    assert math.isnan(metrics.average_precision(["a"], grades))
    assert math.isnan(metrics.recall(["a"], grades, 1))
    assert math.isnan(metrics.ndcg(["a"], grades, 1))


@given(RANKING, GRADES)
def test_measures_stay_between_zero_and_one(ranking: list[int], grades: dict[int, float]) -> None:
    values = [
        metrics.reciprocal_rank(ranking, grades),
        metrics.average_precision(ranking, grades),
        metrics.recall(ranking, grades, 5),
        metrics.ndcg(ranking, grades, 5),
        metrics.ndcg(ranking, grades, 5, "exponential"),
    ]
    assert all(math.isnan(value) or 0 <= value <= 1 + 1e-12 for value in values)


@given(RANKING, RANKING)
def test_rank_biased_overlap_is_symmetric_and_one_only_for_equals(one: list[int], other: list[int]) -> None:
    assert metrics.rbo(one, one) == pytest.approx(1)
    assert metrics.rbo(one, other) == pytest.approx(metrics.rbo(other, one))
    assert (metrics.rbo(one, other) > 1 - 1e-9) == (one == other)


def test_rank_biased_overlap_by_hand() -> None:
    # agreements 0, 1/2, 1 at depths 1, 2, 3
    expected = 1 * 0.9**3 + 0.1 / 0.9 * (0.5 * 0.9**2 + 1 * 0.9**3)
    assert metrics.rbo([1, 2, 3], [2, 3, 1]) == pytest.approx(0.1 / 0.9 * (0.5 * 0.81 + 0.729) + 0.729)
    assert metrics.rbo([1, 2, 3], [2, 3, 1]) == pytest.approx(expected)
    assert metrics.rbo([], []) == 1
    assert metrics.rbo([1], []) == 0
    assert metrics.rbo([1], [2]) == 0


def test_overlap_ignores_order() -> None:
    assert metrics.overlap([1, 2, 3], [3, 2, 9], 3) == pytest.approx(2 / 3)
    assert metrics.overlap([], [], 3) == 1


@pytest.mark.filterwarnings("ignore")  # numba's own warnings, at import
def test_measures_agree_with_ranx(monkeypatch: pytest.MonkeyPatch) -> None:
    import numba

    monkeypatch.setattr(numba.config, "DISABLE_JIT", True)  # compiling takes minutes, interpreting a blink
    from ranx import Qrels, Run, evaluate

    chance = np.random.default_rng(3)
    rankings = {f"q{q}": [f"d{d}" for d in chance.permutation(30)] for q in range(8)}
    grades = {q: {f"d{d}": int(chance.integers(1, 4)) for d in chance.choice(30, 5)} for q in rankings}
    run = {q: {item: 1 / rank for rank, item in enumerate(items, 1)} for q, items in rankings.items()}
    theirs = evaluate(Qrels(grades), Run(run), ["mrr", "map", "ndcg@10", "ndcg_burges@10", "recall@10"])
    ours = {
        "mrr": [metrics.reciprocal_rank(rankings[q], grades[q]) for q in rankings],
        "map": [metrics.average_precision(rankings[q], grades[q]) for q in rankings],
        "ndcg@10": [metrics.ndcg(rankings[q], grades[q], 10) for q in rankings],
        "ndcg_burges@10": [metrics.ndcg(rankings[q], grades[q], 10, "exponential") for q in rankings],
        "recall@10": [metrics.recall(rankings[q], grades[q], 10) for q in rankings],
    }
    assert {name: float(np.mean(values)) for name, values in ours.items()} == pytest.approx(theirs)
