"""How many random examples a law draws where the number of the profile does not suit it."""

from hypothesis import settings

USUAL = 40
"""What the profile of ``make test`` draws (tests/conftest.py)."""


def draws(usual: int) -> int:
    """Return how many examples to draw: ``usual`` in `make test`, in proportion elsewhere, at least 3.

    A law whose example is slow, or whose space is large, states its own number. Stated plainly, it would be
    the same in `make test-fast`, which has less time, and in a search, which has more.
    """
    return max(3, usual * settings().max_examples // USUAL)
