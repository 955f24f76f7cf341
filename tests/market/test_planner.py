"""The two-sided plan: better than its peers, fair to its input, the same for the same seed."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.errors import InvalidRequest
from matcher.market import plan
from matcher.market.acceptance import AcceptanceModel
from matcher.market.pairs import all_pairs
from matcher.market.position_bias import examination_probabilities, fit_mixture
from matcher.market.search import rising
from tests.examples import draws
from tests.samples import crowded
from training.market.estimate import estimate, expected_matches
from training.market.peers import naive, reciprocal, transferable_utility


def by_enumeration(lists, f, g, v, w) -> float:
    """Expected matches, by going through every set of applicants of every receiver."""
    proposers, receivers = f.shape
    total = 0.0
    for j in range(receivers):
        chance = [
            min(1, f[c, j] * v[list(lists[c]).index(j)]) if j in lists[c] else 0 for c in range(proposers)
        ]
        for applied in itertools.product([0, 1], repeat=proposers):
            weight = np.prod([p if a else 1 - p for a, p in zip(applied, chance, strict=True)])
            ranked = sorted((c for c in range(proposers) if applied[c]), key=lambda c: (-g[j, c], c))
            total += weight * sum(min(1, g[j, c] * w[p]) for p, c in enumerate(ranked))
    return total


@pytest.mark.parametrize("law", ["inverse", "log", "exponential"])
def test_the_estimate_equals_going_through_every_outcome(law):
    f, g = crowded(4, 3)
    lists = plan(f, g, law).lists
    wanted = by_enumeration(
        lists.tolist(), f, g, examination_probabilities(law, 3), examination_probabilities(law, 4)
    )
    assert estimate(lists, f, g, law).expected == pytest.approx(wanted, abs=1e-5)


@pytest.mark.parametrize("law", ["inverse", "log", "exponential"])
def test_the_simulation_agrees_with_the_estimate_within_four_standard_errors(law):
    f, g = crowded(30, 20)
    lists = reciprocal(f, g)
    found = expected_matches(lists, f, g, law, draws=800)
    exact = estimate(lists, f, g, law)
    assert abs(found.mean - exact.expected) < 4 * found.standard_error
    assert found.proposers.sum() == pytest.approx(found.mean)
    assert found.receivers.sum() == pytest.approx(found.mean)


@pytest.mark.parametrize("law", ["inverse", "log", "exponential"])
@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_the_plan_brings_more_matches_than_every_peer(law, share):
    f, g = crowded(30, 20, share)
    ours = estimate(plan(f, g, law).lists, f, g, law).expected
    for peer in (naive, reciprocal, transferable_utility):
        assert ours >= estimate(peer(f, g), f, g, law).expected - 1e-9


def test_no_proposer_gains_the_market_more_by_another_list():
    f, g = crowded(12, 4)
    lists = plan(f, g).lists.copy()
    best = estimate(lists, f, g).expected
    for c in range(12):
        for other in itertools.permutations(range(4)):
            tried = lists.copy()
            tried[c] = other
            assert estimate(tried, f, g).expected <= best + 2e-2


@settings(max_examples=draws(30), deadline=None)
@given(st.integers(1, 9), st.integers(1, 9), st.integers(0, 10**6))
def test_every_list_is_a_ranking_of_the_allowed_receivers(proposers, receivers, seed):
    rng = np.random.default_rng(seed)
    f, g = rng.random((proposers, receivers)), rng.random((receivers, proposers))
    veto = rng.random((proposers, receivers)) < 0.3
    found = plan(f, g, veto=veto)
    for c, row in enumerate(found.lists.tolist()):
        assert sorted(j for j in row if j >= 0) == np.flatnonzero(~veto[c]).tolist()
    assert found.proposer_matches.sum() == pytest.approx(found.expected)
    assert found.receiver_matches.sum() == pytest.approx(found.expected)


@settings(max_examples=draws(15), deadline=None)
@given(st.integers(2, 10), st.integers(0, 10**6))
def test_in_one_population_nobody_is_shown_to_themselves(n, seed):
    lists = plan(np.random.default_rng(seed).random((n, n))).lists
    assert all(i not in row for i, row in enumerate(lists.tolist()))
    assert (np.sort(lists, axis=1)[:, 1:] >= 0).all()


def test_the_same_input_gives_the_same_plan():
    f, g = crowded(40, 25, 1.0)
    first, second = plan(f, g), plan(f, g)
    assert np.array_equal(first.lists, second.lists)
    assert first.expected == second.expected


def test_the_crowd_is_spread_when_all_like_the_same():
    f, g = crowded(60, 40)
    before, after = estimate(reciprocal(f, g), f, g), plan(f, g)
    assert after.requests.max() < before.requests.max() / 2


def test_somebody_whose_every_pair_is_vetoed_gets_an_empty_list():
    veto = np.zeros((3, 2), dtype=bool)
    veto[1] = True
    found = plan(np.full((3, 2), 0.5), np.full((2, 3), 0.5), veto=veto)
    assert found.lists[1].tolist() == [-1, -1]
    assert found.proposer_matches[1] == 0


def test_everybody_vetoed_brings_nothing_and_does_not_fail():
    found = plan(np.ones((2, 2)), np.ones((2, 2)), veto=np.ones((2, 2), dtype=bool))
    assert found.expected == 0
    assert (found.lists == -1).all()


def test_one_person_on_each_side():
    assert plan([[1.0]], [[1.0]]).lists.tolist() == [[0]]


@pytest.mark.parametrize(
    ("f", "g", "said"),
    [
        (np.empty((0, 3)), np.empty((3, 0)), "at least one row"),
        ([[0.5, np.nan]], [[0.5], [0.5]], r"f\[0, 1\] is nan"),
        ([[0.5, 0.5]], [[0.5], [1.5]], r"g\[1, 0\] is 1.5"),
        ([[0.5, 0.5]], [[0.5, 0.5]], "shape"),
        ([[0.5]], None, "at least two people"),
        ([[0.5, 0.5]], None, "square"),
    ],
)
def test_bad_gains_are_refused_with_their_place(f, g, said):
    with pytest.raises(InvalidRequest, match=said):
        plan(f, g)


@pytest.mark.parametrize(
    "law", ["quadratic", [1.0], [0.5, 0.9, 0.1], [1.0, float("nan"), 0.1], [1.0, -0.1, -0.2]]
)
def test_bad_examination_is_refused(law):
    with pytest.raises(InvalidRequest):
        plan(np.full((3, 3), 0.5), np.full((3, 3), 0.5), law)


def test_an_examination_vector_may_stop_after_a_few_ranks():
    f, g = crowded(8, 6)
    found = plan(f, g, [1.0, 0.5] + [0.0] * 6)
    assert ((found.lists >= 0).sum(axis=1) == 2).all()


@pytest.mark.parametrize("law", ["inverse", "log", "exponential"])
@pytest.mark.parametrize("n", [1, 20, 400, 8500])
def test_the_mixture_follows_its_law(law, n):
    v = examination_probabilities(law, n)
    fit = fit_mixture(v, 1e-6)
    powers = fit.bases[None, :] ** np.arange(n)[:, None]
    assert np.abs(powers @ fit.weights - v).max() < 2e-6


def test_lists_that_name_somebody_twice_or_nobody_known_are_refused():
    with pytest.raises(InvalidRequest, match="twice"):
        estimate([[0, 0]], [[0.5, 0.5]], [[0.5], [0.5]])
    with pytest.raises(InvalidRequest, match="under 2"):
        estimate([[2]], [[0.5, 0.5]], [[0.5], [0.5]])
    with pytest.raises(InvalidRequest, match="2 draws"):
        expected_matches([[0]], [[0.5]], [[0.5]], draws=1)


@settings(max_examples=draws(40), deadline=None)
@given(st.integers(1, 5), st.integers(1, 40), st.integers(0, 10**6))
def test_rows_are_sorted_as_a_stable_sort_does(rows, length, seed):
    rng = np.random.default_rng(seed)
    values = rng.choice([-np.inf, -2.5, -1e-40, -0.0, 0.0, 1e-40, 0.1, 7, np.inf], (rows, length))
    values = values.astype(np.float32)
    assert rising(values).tolist() == np.argsort(values, axis=1, kind="stable").tolist()


def test_acceptance_does_not_depend_on_how_many_terms_are_worked_out_together():
    f, g = crowded(700, 600)  # more pairs than are taken at once
    pairs = all_pairs(f, g)
    model = AcceptanceModel(pairs.receiver, pairs.g, fit_mixture(1 / np.arange(1.0, 701)), 600)
    seen = pairs.f * 0.1
    before, _ = model.recurrences(seen)
    accept = np.zeros(pairs.f.size)
    accept[model.packed] = (before * model.payoff).sum(axis=1)
    assert model.evaluate(seen).accept.ravel() == pytest.approx(accept)
