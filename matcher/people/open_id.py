"""Signing in through an identity provider (OpenID Connect): one trip there and back, and whom it lets in."""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol

from matcher.errors import NotAllowed

TRIP_FOR = timedelta(minutes=10)
"""From leaving for the provider to coming back."""
_LONGEST = 100

Fault = Literal["stale", "refused", "unverified", "unknown"]


class NotVouched(NotAllowed):
    """A sign-in through the identity provider that lets no one in; ``fault`` says why.

    ``stale``: the trip took too long, or was begun in another browser. ``refused``: the provider did not
    confirm it. ``unverified``: it does not vouch for the address. ``unknown``: no person who may sign in has
    the address.
    """

    def __init__(self, message: str, *, fault: Fault = "refused", cause: str = "") -> None:
        super().__init__(message, cause=cause)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Trip:
    """One way to the provider and back.

    The browser keeps ``token``, which nothing else holds. What the provider is told is derived from it with
    the secret of the service: ``state`` ties the way back to this browser, ``nonce`` the identity to this
    trip, and ``verifier`` the code to who asked for it (PKCE, RFC 7636).
    """

    token: str
    state: str
    nonce: str
    verifier: str


class IdentityProvider(Protocol):
    """Who vouches for addresses."""

    @property
    def name(self) -> str:
        """What people call it."""
        ...

    def check(self) -> None:
        """Read what the provider publishes; BackendUnavailable where it is away or calls itself otherwise."""
        ...

    def address_of(self, trip: Trip) -> str:
        """Return where the browser goes to sign in; BackendUnavailable where the provider is away."""
        ...

    def claims(self, code: str, trip: Trip) -> Mapping[str, object]:
        """Return what the provider says of the person who came back with a code.

        Raises
        ------
        NotVouched
            The code or the identity does not hold.
        BackendUnavailable
            The provider is away.
        """
        ...


def begin_trip(secret: bytes, now: datetime) -> Trip:
    """Return a new trip.

    >>> from datetime import UTC
    >>> now = datetime(2026, 12, 1, tzinfo=UTC)
    >>> trip = begin_trip(b"secret", now)
    >>> resume_trip(b"secret", trip.token, trip.state, now) == trip
    True
    """
    return _trip(secret, f"{int(now.timestamp())}.{secrets.token_urlsafe(32)}")


def resume_trip(secret: bytes, token: str, state: str, now: datetime) -> Trip:
    """Return the trip of the browser that comes back with a state; NotVouched (stale) where it is another."""
    begun = token.partition(".")[0]
    if len(token) <= _LONGEST and begun.isascii() and begun.isdigit():
        trip = _trip(secret, token)
        age_s = now.timestamp() - int(begun)
        if hmac.compare_digest(trip.state.encode(), state.encode()) and age_s <= TRIP_FOR.total_seconds():
            return trip
    raise NotVouched("This sign-in took too long, or was begun elsewhere: begin again.", fault="stale")


def vouched_address(claims: Mapping[str, object]) -> str:
    """Return the address that a provider vouches for; NotVouched (unverified) where it does not.

    >>> vouched_address({"email": "claire@example.org", "email_verified": True})
    'claire@example.org'
    """
    email = claims.get("email")
    # An address that its holder never confirmed would let anybody in who types somebody else's.
    if not isinstance(email, str) or claims.get("email_verified") is not True:
        raise NotVouched("The identity provider does not vouch for the address.", fault="unverified")
    # Addresses are compared without case, and "straße.fr" without case is "strasse.fr", another domain.
    if not email.isascii():
        raise NotVouched("The address holds letters that no address here has.", fault="unverified")
    return email


def _trip(secret: bytes, token: str) -> Trip:
    return Trip(token, *(_derived(secret, part, token) for part in ("state", "nonce", "verifier")))


def _derived(secret: bytes, part: str, token: str) -> str:
    digest = hmac.digest(secret, f"open-id\0{part}\0{token}".encode(), hashlib.sha256)
    return urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")
