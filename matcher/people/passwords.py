"""Passwords: hashed with Argon2id, with the least parameters that OWASP recommends.

OWASP Password Storage Cheat Sheet: 19 MiB of memory, two passes, one lane. The memory is what makes guessing
dear, and what bounds how many may be checked at once.
"""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from matcher.errors import InvalidRequest

SHORTEST, LONGEST = 12, 200
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


@cache
def _nobodys() -> str:
    """Return what is checked where there is no account, so that the time does not tell who has one."""
    return _HASHER.hash("the password of nobody")


def hash_password(password: str) -> str:
    """Return the hash of a password; it takes some 30 ms and 19 MiB.

    Raises
    ------
    InvalidRequest
        It is shorter than 12 characters or longer than 200; the message does not repeat it.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise InvalidRequest(f"A password has {SHORTEST} to {LONGEST} characters; a sentence is a good one.")
    return _HASHER.hash(password)


def is_right(password: str, kept_hash: str | None) -> bool:
    """Whether a password belongs to a hash, in the same time where there is none.

    >>> is_right("a long sentence", hash_password("a long sentence")), is_right("a long sentence", None)
    (True, False)
    """
    if len(password) > LONGEST:
        return False
    try:
        right = _HASHER.verify(kept_hash or _nobodys(), password)
    except (VerificationError, InvalidHashError):
        return False
    return right and kept_hash is not None
