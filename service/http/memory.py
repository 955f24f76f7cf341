"""How the C library lends memory to the threads of a serving process."""

import ctypes

MOST_ARENAS = 2
"""Heaps of the C library at most: one for the event loop, one for the threads that answer."""
_M_ARENA_MAX = -8
"""The parameter's number in glibc's ``malloc.h``."""


def bound_arenas() -> bool:
    """Let all threads share :data:`MOST_ARENAS` heaps; return whether the C library has such a bound.

    glibc gives threads heaps of their own, eight for each processor. What an answer frees in one cannot be
    used in another, so a process grows until each of them has held the largest answer. Only one thread runs
    Python at a time, so few heaps cost no time. To be called before the threads begin.

    Examples
    --------
    >>> bound_arenas() in (True, False)
    True
    """
    set_parameter = getattr(ctypes.CDLL(None), "mallopt", None)  # musl and macOS have none
    return set_parameter is not None and set_parameter(_M_ARENA_MAX, MOST_ARENAS) == 1
