"""Inequality of views and relevance kept, by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.errors import InvalidRequest
from matcher.market import gini, relevance_kept


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


def test_relevance_kept_by_hand():
    got = 1 / np.log2(3) + 0.5
    ideal = 1 + 0.5 / np.log2(3)
    assert relevance_kept([[0, 1]], [[0.5, 1.0]])[0] == pytest.approx(got / ideal)
    assert relevance_kept([[1, -1]], [[0.5, 1.0]], k=1)[0] == 1
    assert relevance_kept([[0, 1]], [[0.0, 0.0]])[0] == 1
    with pytest.raises(InvalidRequest):
        relevance_kept([[0]], [[0.5], [0.5]])
