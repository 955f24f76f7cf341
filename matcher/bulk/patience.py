"""Calls of store and index, tried again while these are away for a moment."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import stamina

from matcher.errors import BackendUnavailable

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a call is tried, each time after the part itself has given up.

    ``first_s`` seconds pass before the second try, twice as many before each further one, at most
    ``longest_s``: by default a server may be away for a minute without ending a run of hours.
    """

    tries: int = 8
    first_s: float = 0.5
    longest_s: float = 30.0

    def call(self, do: Callable[[bool], T]) -> T:
        """Return what ``do`` returns; it is given whether this is the first try.

        Raises BackendUnavailable when it still fails at the last try; any other error at once.

        >>> Patience().call(lambda is_first: is_first)
        True
        """
        attempts = stamina.retry_context(
            on=BackendUnavailable,
            attempts=self.tries,
            timeout=None,
            wait_initial=self.first_s,
            wait_max=self.longest_s,
        )
        for attempt in attempts:
            with attempt:
                return do(attempt.num == 1)
        raise AssertionError("stamina returns or raises")
