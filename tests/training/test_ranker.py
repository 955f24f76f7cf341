"""The learnt second stage: a scikit-learn estimator that can only weigh evidence, never punish it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.utils.estimator_checks import parametrize_with_checks

from tests.examples import draws
from training.ranking.ranker import MonotoneRanker


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
@parametrize_with_checks([MonotoneRanker()])
def test_it_is_a_scikit_learn_estimator(estimator, check):
    check(estimator)


SIGNALS = arrays(np.float64, (12, 4), elements=st.floats(0, 1, allow_subnormal=False))


@settings(deadline=None, max_examples=draws(50))
@given(signals=SIGNALS, grades=arrays(np.float64, 12, elements=st.floats(0, 1, allow_subnormal=False)))
def test_more_evidence_never_lowers_a_score(signals, grades):
    ranker = MonotoneRanker(alpha=0.1, prior=[0.25] * 4).fit(signals, grades)
    assert (ranker.coef_ >= 0).all()
    assert (ranker.predict(np.minimum(signals + 0.1, 1)) >= ranker.predict(signals) - 1e-12).all()


def test_without_much_data_it_stays_at_its_prior_and_with_much_it_leaves():
    rng = np.random.default_rng(0)
    signals = rng.random((500, 2))
    grades = signals @ [0.1, 0.9]
    held = MonotoneRanker(alpha=1e6, prior=[0.5, 0.5]).fit(signals, grades).coef_
    free = MonotoneRanker(alpha=1e-6, prior=[0.5, 0.5]).fit(signals, grades).coef_
    assert held == pytest.approx([0.5, 0.5], abs=1e-3)
    assert free == pytest.approx([0.1, 0.9], abs=1e-3)


def test_weights_of_samples_count_like_repetitions():
    signals, grades = np.array([[1.0, 0.2], [0.3, 1.0], [0.5, 0.5]]), np.array([1.0, 0.2, 0.4])
    repeated = MonotoneRanker().fit(np.vstack([signals, signals[:1], signals[:1]]), [*grades, 1.0, 1.0])
    weighted = MonotoneRanker().fit(signals, grades, sample_weight=[3.0, 1.0, 1.0])
    assert weighted.coef_ == pytest.approx(repeated.coef_)


@pytest.mark.parametrize("wrong", [{"alpha": -1.0}, {"prior": [0.5]}, {"prior": [-1.0, 0.5]}])
def test_wrong_parameters_are_refused(wrong):
    with pytest.raises(ValueError, match="must"):
        MonotoneRanker(**wrong).fit([[1.0, 0.0], [0.0, 1.0]], [1.0, 0.0])
