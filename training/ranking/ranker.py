"""A second stage learnt from few judgements: non-negative weights of signals, held near what is known.

With some twenty judged questions a free model learns the judges' moods. This one can only say how much each
signal counts, never that more evidence is worse, and stays at its prior unless the data insist.
"""

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import nnls
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils import Tags
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

Floats = NDArray[np.float64]


class MonotoneRanker(RegressorMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """Linear scores with non-negative weights, ridge-regularised towards a prior.

    Minimises ``sum(s (X w - y)^2) / sum(s) + alpha ||w - prior||^2`` over ``w >= 0`` (Lawson and Hanson 1974,
    chapter 23, on the augmented system). Monotone: raising a signal never lowers a score.

    Parameters
    ----------
    alpha
        Pull towards the prior, at least 0.
    prior
        Weights (n_features,) before any data, non-negative; None for zeros.

    Attributes
    ----------
    coef_
        Weights (n_features,), all at least 0.

    Examples
    --------
    >>> X, y = [[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]], [1.0, -1.0, 1.0]
    >>> MonotoneRanker(alpha=0.0).fit(X, y).coef_.round(3).tolist()
    [1.0, 0.0]
    """

    def __init__(self, alpha: float = 0.1, prior: ArrayLike | None = None) -> None:
        self.alpha = alpha
        self.prior = prior

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:  # noqa: N803
        """Learn the weights.

        Parameters
        ----------
        X
            Signals (n_samples, n_features).
        y
            Relevance (n_samples,).
        sample_weight
            Importance (n_samples,), for instance inverse propensities; None counts all alike.

        Raises
        ------
        ValueError
            NaN, infinite or empty input, a prior of another length, a negative alpha or prior.
        """
        signals, target = validate_data(self, X, y, y_numeric=True, dtype=np.float64)
        if self.alpha < 0:
            raise ValueError(f"alpha must be at least 0, not {self.alpha}")
        weight = _check_sample_weight(sample_weight, signals, dtype=np.float64, ensure_non_negative=True)
        root = np.sqrt(weight / weight.sum())
        pull = np.sqrt(self.alpha)
        prior = self._prior(signals.shape[1])
        system = np.vstack([signals * root[:, None], pull * np.eye(signals.shape[1])])
        self.coef_: Floats = nnls(system, np.concatenate([target * root, pull * prior]))[0]
        return self

    def predict(self, X: ArrayLike) -> Floats:  # noqa: N803
        """Score rows (n_samples, n_features) of signals; shape (n_samples,)."""
        check_is_fitted(self)
        signals = validate_data(self, X, reset=False, dtype=np.float64)
        scores: Floats = signals @ self.coef_
        return scores

    def _prior(self, n_features: int) -> Floats:
        if self.prior is None:
            return np.zeros(n_features)
        prior = np.asarray(self.prior, dtype=np.float64)
        if prior.shape != (n_features,) or not np.isfinite(prior).all() or (prior < 0).any():
            raise ValueError(f"prior must hold {n_features} finite weights of at least 0")
        return prior

    def __sklearn_tags__(self) -> Tags:
        """Say that non-negative weights without intercept fit few of scikit-learn's test problems."""
        tags: Any = super().__sklearn_tags__()
        tags.regressor_tags.poor_score = True
        return tags
