"""The cookies of a signed-in visit, and of a sign-in that is under way at an identity provider."""

from fastapi import Request, Response

from matcher.people import VISIT_FOR
from matcher.people.open_id import TRIP_FOR

SECURE_NAME = "__Host-matcher"
"""A browser takes a cookie of this name only over HTTPS, for this host alone and all of its paths."""
PLAIN_NAME = "matcher-visit"
"""Over plain HTTP, as on one's own machine, browsers refuse the other name."""


SECURE_TRIP, PLAIN_TRIP = "__Host-matcher-trip", "matcher-trip"


def cookie_name(request: Request) -> str:
    """Return the name of the cookie, which depends on the scheme."""
    return SECURE_NAME if request.url.scheme == "https" else PLAIN_NAME


def set_visit(request: Request, response: Response, token: str) -> None:
    """Give the browser the token of a visit; no script can read it, and no other site sends it to act."""
    response.set_cookie(
        cookie_name(request),
        token,
        max_age=int(VISIT_FOR.total_seconds()),
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )


def drop_visit(request: Request, response: Response) -> None:
    """Take the cookie back."""
    response.delete_cookie(
        cookie_name(request), secure=request.url.scheme == "https", httponly=True, samesite="lax"
    )


def set_trip(request: Request, response: Response, token: str) -> None:
    """Give the browser what it must bring back from the identity provider."""
    is_secure = request.url.scheme == "https"
    response.set_cookie(
        SECURE_TRIP if is_secure else PLAIN_TRIP,
        token,
        max_age=int(TRIP_FOR.total_seconds()),
        secure=is_secure,
        httponly=True,
        samesite="lax",  # strict: a browser that comes from another site would not send it
    )


def trip_of(request: Request) -> str:
    """Return what the browser brings back; "" for nothing."""
    is_secure = request.url.scheme == "https"
    return request.cookies.get(SECURE_TRIP if is_secure else PLAIN_TRIP, "")


def drop_trip(request: Request, response: Response) -> None:
    """Take it back: a trip ends with the first return."""
    is_secure = request.url.scheme == "https"
    name = SECURE_TRIP if is_secure else PLAIN_TRIP
    response.delete_cookie(name, secure=is_secure, httponly=True, samesite="lax")
