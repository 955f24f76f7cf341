"""Who is seen, who loses, what a list costs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.errors import InvalidRequest
from matcher.market.fairness import exposure_report, gini, losers, ndcg_cost, views


@pytest.mark.parametrize(
    ("values", "wanted"), [([1, 1, 1], 0), ([0, 1], 1 / 2), ([1, 3], 1 / 4), ([], 0), ([0, 0], 0)]
)
def test_gini_by_hand(values, wanted):
    assert gini(values) == pytest.approx(wanted)


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=30), st.floats(0.1, 100))
def test_gini_lies_in_the_unit_interval_and_ignores_the_unit(values, unit):
    found = gini(values)
    assert 0 <= found <= 1
    assert gini(np.array(values) * unit) == pytest.approx(found, abs=1e-9)


def test_gini_refuses_what_is_no_amount():
    with pytest.raises(InvalidRequest):
        gini([1.0, -1.0])


def test_views_add_up_the_examination_of_the_lists():
    assert views([[0, 1, 2], [2, 0, -1]], 4).tolist() == pytest.approx([1 + 1 / 2, 1 / 2, 1 / 3 + 1, 0])
    with pytest.raises(InvalidRequest, match="matrix"):
        views([0, 1], 2)


def test_ndcg_cost_by_hand():
    got = 1 / np.log2(3) + 0.5
    ideal = 1 + 0.5 / np.log2(3)
    assert ndcg_cost([[0, 1]], [[0.5, 1.0]])[0] == pytest.approx(got / ideal)
    assert ndcg_cost([[1, -1]], [[0.5, 1.0]], k=1)[0] == 1
    assert ndcg_cost([[0, 1]], [[0.0, 0.0]])[0] == 1
    with pytest.raises(InvalidRequest):
        ndcg_cost([[0]], [[0.5], [0.5]])


def test_the_report_puts_the_least_seen_first_and_flags_the_floor():
    report = exposure_report([2.0, 0.5, 0.5], ["c", "b", "a"], floor=0.6)
    assert [(e.name, e.under_floor) for e in report] == [("a", True), ("b", True), ("c", False)]
    assert report[2].ratio == pytest.approx(2)
    with pytest.raises(InvalidRequest):
        exposure_report([1.0], [])


def test_losers_are_named_worst_first_and_tolerance_forgives():
    assert losers([1.0, 2.0, 1.0], [0.99, 1.0, 1.0]).tolist() == [1, 0]
    assert losers([1.0, 2.0, 1.0], [0.99, 1.0, 1.0], tolerance=0.02).tolist() == [1]
    with pytest.raises(InvalidRequest):
        losers([1.0], [1.0, 2.0])
