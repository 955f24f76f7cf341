"""Position bias: how far down a list people look.

``v(k)`` is the probability that the entry at rank ``k`` is examined (position-based model). The three named
laws are those of Su, Bayoumi and Joachims, "Optimizing Rankings for Recommendation in Matching Markets"
(WWW 2022): ``1/k``, ``1/ln(k + 1)`` and ``exp(-(k - 1))``. A law is also written as a mixture of powers,
which makes expectations over random ranks cheap (:mod:`matcher.market.acceptance`).
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from matcher.arrays import Floats
from matcher.errors import InvalidRequest

Law = Literal["inverse", "log", "exponential"]

_STEPS = (3.0, 2.25, 1.5, 1.25, 1.0, 0.75, 0.6, 0.5, 0.4, 0.3, 0.2)
"""Distances between two neighbouring rates of a mixture (in log), tried from coarse to fine."""


def examination_probabilities(law: Law | str | ArrayLike, n: int) -> Floats:
    """Return the examination probabilities of the ranks 1 to ``n``.

    Parameters
    ----------
    law
        ``"inverse"``, ``"log"``, ``"exponential"``, or the values themselves, at least ``n`` of them, finite,
        non-negative, never increasing; only the first may exceed 1 (probabilities are clipped where used).

    Returns
    -------
    ndarray of shape (n,)

    Raises
    ------
    InvalidRequest
        Unknown law, or a vector that is too short, negative, increasing or not finite.

    Examples
    --------
    >>> examination_probabilities("inverse", 4)[3]
    np.float64(0.25)
    """
    return _named(law, n) if isinstance(law, str) else _checked(np.asarray(law, dtype=float), n)


def _named(law: str, n: int) -> Floats:
    k: Floats = np.arange(1, n + 1, dtype=float)
    if law == "inverse":
        return np.reciprocal(k)
    if law == "log":
        return np.reciprocal(np.log(k + 1))
    if law == "exponential":
        return np.power(np.e, 1 - k)
    raise InvalidRequest(f"Unknown position bias {law!r}: use inverse, log, exponential or a vector.")


def _checked(v: Floats, n: int) -> Floats:
    if v.ndim != 1 or len(v) < n:
        raise InvalidRequest(f"The examination vector needs {n} values, one a rank; it has shape {v.shape}.")
    v = v[:n]
    in_range = np.isfinite(v).all() and (v >= 0).all() and (v[1:] <= 1).all()
    if not in_range or (np.diff(v) > 1e-12).any():
        raise InvalidRequest(
            "The examination vector must be finite, within [0, 1] after its first value and never increase."
        )
    return v


@dataclass(frozen=True, slots=True)
class Mixture:
    """``v(n + 1)`` written as ``sum_q weights[q] * bases[q] ** n``, within ``error``.

    The expectation over a random number ``N`` of independent better applicants then factorises:
    ``E[bases ** N]`` is the product of ``1 - p_i (1 - bases)``. ``first`` is ``v(1)``.
    """

    bases: Floats
    weights: Floats
    first: float
    error: float


def fit_mixture(v: Floats, tolerance: float = 1e-3) -> Mixture:
    """Fit ``v`` by non-negative powers: geometric rates, refined until the error is under ``tolerance``.

    Completely monotone laws (the three named ones) are such mixtures (Bernstein; Hausdorff moments), and 1 to
    20 terms reach 1e-3 to 1e-7. Other vectors get their best fit; ``error`` says how good it is.

    Examples
    --------
    >>> fit = fit_mixture(examination_probabilities("exponential", 50))
    >>> len(fit.bases), round(float(fit.bases[0]), 4)
    (1, 0.3679)
    """
    # Few ranks are enough for a smooth law: the first 64, then a geometric grid.
    ranks = np.unique(np.r_[np.arange(min(len(v), 64)), np.geomspace(1, len(v), 200).astype(int) - 1])
    error, bases, weights = min(_fits(v, ranks, tolerance), key=lambda fit: fit[0])
    clipped = v[0] > 1  # acceptance at the first rank is capped: P(N = 0) is then needed by itself
    keep = (weights > 1e-9) | (clipped & (bases == 0.0))
    return Mixture(bases[keep], weights[keep], float(v[0]), error)


def _fits(v: Floats, ranks: Floats, tolerance: float) -> list[tuple[float, Floats, Floats]]:
    """Error, bases and weights of the fits tried, up to the first that is good enough."""
    # Half a second to import, for those alone who plan introductions.
    from scipy.optimize import nnls  # noqa: PLC0415

    found = []
    for step in _STEPS:
        low, high = np.floor(np.log(1 / (4 * len(v))) / step), np.ceil(np.log(12) / step)
        bases = np.r_[0.0, np.exp(-np.exp(step * np.arange(low, high + 1))), 1.0]
        powers = bases[None, :] ** ranks[:, None]
        weights = nnls(powers, v[ranks], maxiter=10_000)[0]
        error = float(np.abs(powers @ weights - v[ranks]).max())
        found.append((error, bases, weights))
        if error <= tolerance:
            break
    return found
