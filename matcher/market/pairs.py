"""The pairs a market may bring together, validated: all pairs of two sides, or short lists."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from matcher.arrays import Bools, Floats, Ints
from matcher.errors import InvalidRequest


@dataclass(frozen=True, slots=True)
class Pairs:
    """Listed pairs: proposer ``c`` may be shown the receivers ``receiver[c]``.

    ``receiver`` (C, L) numbers in [0, receivers), no repeats in a row; ``f`` (C, L) what the proposer gains,
    ``g`` (C, L) what the receiver gains, both in [0, 1]; ``allowed`` (C, L) is False for vetoes, for oneself
    and for padding. In ``one_population`` proposer ``c`` and receiver ``c`` are the same person.

    People are numbered proposers first; receivers follow, or have the same numbers in one population.
    """

    receiver: Ints
    f: Floats
    g: Floats
    allowed: Bools
    receivers: int
    one_population: bool = False

    @property
    def proposers(self) -> int:
        """Number of rows."""
        return len(self.receiver)

    @property
    def first_receiver(self) -> int:
        """Person number of receiver 0."""
        return 0 if self.one_population else self.proposers

    def per_receiver(self, values: Floats) -> Floats:
        """Sum pair values (C, L) over proposers, shape (J,)."""
        flat = np.ascontiguousarray(values, dtype=np.float64).ravel()
        return np.bincount(self.receiver.ravel(), weights=flat, minlength=self.receivers).astype(np.float64)

    def per_person(self, as_proposer: Floats, as_receiver: Floats) -> Floats:
        """Add up what people have as proposers (C,) and as receivers (J,), one number a person.

        Examples
        --------
        >>> one = np.array([[1], [0]])
        >>> Pairs(one, one, one, one > 0, 2, one_population=True).per_person(
        ...     np.array([1.0, 2.0]), np.array([3.0, 4.0])
        ... ).tolist()
        [4.0, 6.0]
        """
        first = self.first_receiver
        total = np.zeros(max(self.proposers, first + self.receivers))
        total[: self.proposers] += as_proposer
        total[first : first + self.receivers] += as_receiver
        return total


def gains(values: ArrayLike, what: str) -> Floats:
    """Check a matrix of gains and return it as floats.

    Raises
    ------
    InvalidRequest
        Not a matrix, an empty side, or a value that is NaN or outside [0, 1]; the first such place is named.
    """
    matrix = np.asarray(values)
    if matrix.dtype != np.float32:  # single precision is kept: large markets need the memory
        matrix = matrix.astype(float)
    if matrix.ndim != 2 or 0 in matrix.shape:
        raise InvalidRequest(
            f"{what} must be a matrix with at least one row and one column, not {matrix.shape}."
        )
    wrong = ~((matrix >= 0) & (matrix <= 1))  # NaN compares False, so it is caught here
    if wrong.any():
        i, j = (int(x) for x in np.argwhere(wrong)[0])
        raise InvalidRequest(
            f"{what}[{i}, {j}] is {matrix[i, j]}: gains lie in [0, 1] ({int(wrong.sum())} values do not)."
        )
    return matrix


def two_sides(f: ArrayLike, g: ArrayLike | None) -> tuple[Floats, Floats, Bools]:
    """Check the gains of both sides; return them and the forbidden pairs (C, J).

    Without ``g`` the market is one population: ``f`` is square, ``f[i, j]`` is what ``i`` gains from ``j``,
    and people do not meet themselves.
    """
    left = gains(f, "f")
    if g is not None:
        right = gains(g, "g")
        if right.shape != left.shape[::-1]:
            raise InvalidRequest(
                f"g must have the shape {left.shape[::-1]} (receivers, proposers), not {right.shape}."
            )
        return left, right, np.zeros(left.shape, dtype=bool)
    if left.shape[0] != left.shape[1]:
        raise InvalidRequest(f"One population needs a square matrix, not {left.shape}; pass g for two sides.")
    if len(left) < 2:
        raise InvalidRequest(
            "A population of one has no other person to meet: at least two people are needed."
        )
    return left, left, np.eye(len(left), dtype=bool)


def all_pairs(f: ArrayLike, g: ArrayLike | None = None, veto: ArrayLike | None = None) -> Pairs:
    """Build all pairs of two sides, or of one population (``g`` absent), less the vetoes.

    Parameters
    ----------
    f, g
        Gains in [0, 1], shapes (C, J) and (J, C).
    veto
        (C, J) booleans, True where a pair must not be shown (vetoed, or already met).

    Examples
    --------
    >>> all_pairs([[0.5, 0.2], [0.1, 0.9]]).allowed.tolist()
    [[False, True], [True, False]]
    """
    left, right, forbidden = two_sides(f, g)
    if veto is not None:
        extra = np.asarray(veto, dtype=bool)
        if extra.shape != left.shape:
            raise InvalidRequest(f"The vetoes must have the shape {left.shape}, not {extra.shape}.")
        forbidden = forbidden | extra
    receiver = np.broadcast_to(np.arange(left.shape[1]), left.shape)
    allowed = ~forbidden
    return Pairs(
        receiver, left * allowed, right.T * allowed, allowed, left.shape[1], one_population=g is None
    )
