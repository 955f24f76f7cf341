"""How often one may try to sign in: by account and by network address, in the memory of this process."""

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from service.http.errors import TooManyAttempts

LINKS_OF_AN_ADDRESS = RateLimitItemPerMinute(5, 15)
LINKS_OF_A_CLIENT = RateLimitItemPerMinute(30, 15)
FAILURES_OF_AN_ADDRESS = RateLimitItemPerMinute(5, 15)
FAILURES_OF_A_CLIENT = RateLimitItemPerMinute(30, 15)


class Attempts:
    """Counts attempts; each process counts its own, so several let through a multiple."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def count(self, limit: RateLimitItem, *who: str) -> None:
        """Count an attempt; TooManyAttempts where it is one too many."""
        if not self._limiter.hit(limit, *who):
            raise TooManyAttempts("Too many attempts: wait a quarter of an hour, then try again.")

    def check(self, limit: RateLimitItem, *who: str) -> None:
        """Raise TooManyAttempts where a further attempt would be one too many; counts nothing."""
        if not self._limiter.test(limit, *who):
            raise TooManyAttempts("Too many attempts: wait a quarter of an hour, then try again.")
