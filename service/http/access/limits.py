"""How often one may ask, and try to sign in: by account or key and by network address.

Counts are in the memory of a process: several processes let through a multiple. They are kept by the clock,
and forgotten when it is set back: else an attempt would count until the clock has caught up.
"""

import ipaddress
import math
import time

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter, RateLimiter, SlidingWindowCounterRateLimiter

from service.http.errors import TooManyAttempts, TooManyRequests

LINKS_OF_AN_ADDRESS = RateLimitItemPerMinute(5, 15)
LINKS_OF_A_CLIENT = RateLimitItemPerMinute(30, 15)
FAILURES_OF_AN_ADDRESS = RateLimitItemPerMinute(5, 15)
FAILURES_OF_A_CLIENT = RateLimitItemPerMinute(30, 15)
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.1, 5.0
"""How long a sign-in waits after one failure, doubled with each further one, and at most."""
SET_BACK_S = 5.0
"""Seconds by which a clock is put right at times, without any harm."""


class Counts(MemoryStorage):
    """Counts in memory."""

    def __init__(self) -> None:
        super().__init__()
        self._latest = time.time()

    def follow_clock(self) -> None:
        """Forget all counts if the clock was set back since the last call."""
        now, before = time.time(), self._latest
        self._latest = now
        if now < before - SET_BACK_S:
            self.reset()


class Attempts:
    """Counts attempts to sign in, each instant kept, since there are few."""

    def __init__(self) -> None:
        self._counts = Counts()
        self._limiter = MovingWindowRateLimiter(self._counts)

    def count(self, limit: RateLimitItem, *who: str) -> None:
        """Count an attempt; TooManyAttempts where it is one too many."""
        self._counts.follow_clock()
        if not self._limiter.hit(limit, *who):
            raise self._refusal(limit, *who)

    def check(self, limit: RateLimitItem, *who: str) -> None:
        """Raise TooManyAttempts where a further attempt would be one too many; counts nothing."""
        self._counts.follow_clock()
        if not self._limiter.test(limit, *who):
            raise self._refusal(limit, *who)

    def pause_s(self, limit: RateLimitItem, *who: str) -> float:
        """Return the seconds to wait before the next attempt is looked at: 0 while none has failed.

        >>> attempts = Attempts()
        >>> pauses = []
        >>> for _ in range(8):
        ...     pauses.append(attempts.pause_s(FAILURES_OF_A_CLIENT, "192.0.2.1"))
        ...     attempts.count(FAILURES_OF_A_CLIENT, "192.0.2.1")
        >>> pauses
        [0.0, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0]
        """
        self._counts.follow_clock()
        failed = limit.amount - self._limiter.get_window_stats(limit, *who).remaining
        return min(FIRST_PAUSE_S * 2 ** (failed - 1), LONGEST_PAUSE_S) if failed else 0.0

    def _refusal(self, limit: RateLimitItem, *who: str) -> TooManyAttempts:
        wait_s = _wait_s(self._limiter, limit, *who)
        minutes = math.ceil(wait_s / 60)
        return TooManyAttempts(
            f"Too many attempts: wait {minutes} min, then try again.", retry_after_s=wait_s
        )


class Rates:
    """Bounds the requests a minute of a person or key, and of a network address.

    Two counters a minute are kept of each, whatever the bound.

    Parameters
    ----------
    of_a_caller, of_an_address
        Requests a minute; 0 sets no bound.
    """

    def __init__(self, of_a_caller: int, of_an_address: int) -> None:
        self._counts = Counts()
        self._limiter = SlidingWindowCounterRateLimiter(self._counts)
        self._of_a_caller, self._of_an_address = of_a_caller, of_an_address

    def count_caller(self, name: str) -> None:
        """Count a request of a person or key; TooManyRequests where it is one too many."""
        self._count(self._of_a_caller, "caller", name)

    def count_address(self, address: str) -> None:
        """Count a request from an address; TooManyRequests where it is one too many."""
        self._count(self._of_an_address, "address", network_of(address))

    def _count(self, most: int, *who: str) -> None:
        if not most:
            return
        self._counts.follow_clock()
        limit = RateLimitItemPerMinute(most)
        if not self._limiter.hit(limit, *who):
            wait_s = _wait_s(self._limiter, limit, *who)
            raise TooManyRequests(
                f"More than {most} requests in a minute: wait {wait_s} s, then go on.", retry_after_s=wait_s
            )


def network_of(address: str) -> str:
    """Return what is counted as one address: an IPv6 network of 64 bits, since one line has all of it.

    >>> network_of("192.0.2.7"), network_of("2001:db8:1:2:3:4:5:6"), network_of("unix socket")
    ('192.0.2.7', '2001:db8:1:2::', 'unix socket')
    >>> network_of("::ffff:192.0.2.7")
    '192.0.2.7'
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return address
    # A socket for both families writes IPv4 clients so; their /64 is one for all of them.
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network(f"{parsed}/64", strict=False).network_address)


def _wait_s(limiter: RateLimiter, limit: RateLimitItem, *who: str) -> int:
    """Return the seconds until a further attempt counts, at least 1."""
    reset_at = limiter.get_window_stats(limit, *who).reset_time
    return max(1, math.ceil(reset_at - time.time()))
