"""The cookie of a signed-in visit."""

from fastapi import Request, Response

from matcher.people import VISIT_FOR

SECURE_NAME = "__Host-matcher"
"""A browser takes a cookie of this name only over HTTPS, for this host alone and all of its paths."""
PLAIN_NAME = "matcher-visit"
"""Over plain HTTP, as on one's own machine, browsers refuse the other name."""


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
