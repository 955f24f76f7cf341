"""The pairs a market may bring together, validated: everybody with everybody, or short lists."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from matcher.errors import InvalidRequest
from matcher.market.acceptance import Ints
from matcher.market.position_bias import Floats

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Pairs:
    """Listed pairs: looker ``c`` may be shown the receivers ``items[c]``.

    ``items`` (C, L) receiver numbers in [0, receivers), no repeats in a row; ``f`` (C, L) what the looker
    gains, ``g`` (C, L) what the receiver gains, both in [0, 1]; ``allowed`` (C, L) is False for vetoes, for
    oneself and for padding.
    """

    items: Ints
    f: Floats
    g: Floats
    allowed: Bools
    receivers: int

    @property
    def lookers(self) -> int:
        """Number of rows."""
        return len(self.items)


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
    """Check the gains of both sides; give them and the pairs that may not be (C, J).

    Without ``g`` the market is one population: ``f`` is square, ``f[i, j]`` what ``i`` gains from ``j``, and
    nobody meets themselves.
    """
    left = gains(f, "f")
    if g is not None:
        right = gains(g, "g")
        if right.shape != left.shape[::-1]:
            raise InvalidRequest(
                f"g must have the shape {left.shape[::-1]} (receivers, lookers), not {right.shape}."
            )
        return left, right, np.zeros(left.shape, dtype=bool)
    if left.shape[0] != left.shape[1]:
        raise InvalidRequest(f"One population needs a square matrix, not {left.shape}; pass g for two sides.")
    if len(left) < 2:
        raise InvalidRequest("A population of one has nobody to meet: at least two people are needed.")
    return left, left, np.eye(len(left), dtype=bool)


def everybody(f: ArrayLike, g: ArrayLike | None = None, veto: ArrayLike | None = None) -> Pairs:
    """All pairs of two sides, or of one population (``g`` absent), less the vetoes.

    Parameters
    ----------
    f, g
        Gains in [0, 1], shapes (C, J) and (J, C).
    veto
        (C, J) booleans, True where a pair must not be shown (vetoed, or already met).

    Examples
    --------
    >>> everybody([[0.5, 0.2], [0.1, 0.9]]).allowed.tolist()
    [[False, True], [True, False]]
    """
    left, right, forbidden = two_sides(f, g)
    if veto is not None:
        extra = np.asarray(veto, dtype=bool)
        if extra.shape != left.shape:
            raise InvalidRequest(f"The vetoes must have the shape {left.shape}, not {extra.shape}.")
        forbidden = forbidden | extra
    items = np.broadcast_to(np.arange(left.shape[1]), left.shape)
    allowed = ~forbidden
    return Pairs(items, left * allowed, right.T * allowed, allowed, left.shape[1])
