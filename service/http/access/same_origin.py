"""The refusal of requests that another site makes a browser send, without tokens in forms.

Browsers say where a request comes from: ``Sec-Fetch-Site`` in all of today's, ``Origin`` in older ones. A
request without either comes from no browser, and a request with a key carries nothing that a browser would
add by itself.
"""

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from matcher.errors import NotAllowed
from service.http.errors import of_error

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN = frozenset({"same-origin", "none"})
"""``none``: the person typed the address or followed a bookmark."""


class SameOrigin:
    """Refuse, with 403, what another site's page makes a browser send to be done here."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["method"] in SAFE_METHODS:
            await self._app(scope, receive, send)
            return
        if is_foreign(Headers(scope=scope)):
            fault = NotAllowed("Another site sent this request: open the page on this site and repeat.")
            await of_error(fault, scope.get("request_id", ""))(scope, receive, send)
            return
        await self._app(scope, receive, send)


def is_foreign(headers: Headers) -> bool:
    """Whether a request that acts comes from another site's page.

    >>> is_foreign(Headers({"sec-fetch-site": "cross-site"})), is_foreign(Headers({"sec-fetch-site": "none"}))
    (True, False)
    >>> is_foreign(Headers({"origin": "https://evil.example", "host": "matcher.example"}))
    True
    """
    if "authorization" in headers:
        return False
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in _OWN
    origin = headers.get("origin")
    if origin is None:
        return False
    return urlsplit(origin).netloc.lower() != headers.get("host", "").lower()
