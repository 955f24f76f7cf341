"""ASGI layers around the application, one thing each; :func:`install` puts them in order."""

import asyncio
import re
import time
import uuid

import structlog
from fastapi import FastAPI
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from matcher.settings import Settings
from service.http.access.same_origin import SameOrigin
from service.http.errors import TooLarge, TooSlow, of_error, problem
from service.http.metrics import Metrics

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""Methods that are counted by name; any other word counts as OTHER."""
NO_ROUTE = "(none)"
SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
UPLOADS = ("/importer", "/evenement", "/candidat/", "/v1/own-profile/cv")
"""Beginnings of the addresses to which staff send files, and candidates their CV."""
MOST_DRAINED = 8
"""Times the limit that is read of a refused body: a browser shows the answer once it has sent all."""
BODY_SECONDS = 20.0
"""Time for a body to arrive: a slow sender must not hold a request open."""
_WELL_FORMED_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_QUIET_ROUTES = frozenset({"/healthz", "/readyz", "/metrics"})
"""Asked every few seconds by machines: logged at level debug only."""


def install(app: FastAPI, metrics: Metrics, settings: Settings) -> None:
    """Wrap ``app``: the layer added last is the outermost and sees a request first."""
    app.add_middleware(
        BodyLimit, max_bytes=settings.max_body_bytes, max_upload_bytes=settings.max_upload_bytes
    )
    app.add_middleware(SameOrigin)
    app.add_middleware(HeadAsGet)
    app.add_middleware(CatchAll)
    app.add_middleware(AccessLog, metrics=metrics)
    app.add_middleware(ResponseHeaders)
    app.add_middleware(RequestId)


class RequestId:
    """Give each request an id, in the scope and in the response.

    A caller's ``X-Request-ID`` of 8 to 64 letters, digits, dots, dashes or underscores is kept.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if _WELL_FORMED_ID.fullmatch(given) else uuid.uuid4().hex
        scope["request_id"] = request_id
        await self._app(scope, receive, _with_headers(send, {"X-Request-ID": request_id}))


class ResponseHeaders:
    """Set the headers that every response carries, unless the response has its own.

    Browsers then take no response for a page with scripts, show none in a frame, and pass no address on.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http":
            send = _with_headers(send, SECURITY_HEADERS)
        await self._app(scope, receive, send)


class AccessLog:
    """Write one log line a request and count it: id, method, route template, status and duration only."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics
        self._log = structlog.get_logger()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, method = time.perf_counter(), scope["method"]
        status = 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, sending)
        finally:
            self._note(scope, method, status, time.perf_counter() - started)

    def _note(self, scope: Scope, method: str, status: int, seconds: float) -> None:
        counted = method if method in METHODS else "OTHER"
        route = getattr(scope.get("route"), "path", NO_ROUTE)
        self._metrics.observe(counted, route, status, seconds)
        level = self._log.debug if route in _QUIET_ROUTES else self._log.info
        level(
            "answered",
            request_id=scope["request_id"],
            method=counted,
            route=route,
            status=status,
            ms=round(seconds * 1000, 2),
        )


class CatchAll:
    """Turn an unforeseen error into a 500 without its message, and log where it came from."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._log = structlog.get_logger()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def sending(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except Exception:  # the last resort: nothing unforeseen may reach the caller or stop the server
            request_id = scope["request_id"]
            self._log.exception("unforeseen", request_id=request_id)
            if begun:
                raise
            failed = problem(500, "Internal Server Error", "The service failed.", request_id=request_id)
            await failed(scope, receive, send)


class HeadAsGet:
    """Answer HEAD as GET is answered, without the body."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        # Changed in place, not copied: the router notes the route in this scope, and the log reads it there.
        scope["method"] = "GET"
        await self._app(scope, receive, sending)


class BodyLimit:
    """Refuse a body that is too long or takes too long.

    A declared length is checked before reading; otherwise the bytes are counted while they arrive. For a
    browser the error is raised where the body is read, so that it is shown as a page.

    Parameters
    ----------
    app
        The application.
    max_bytes, max_upload_bytes
        Limit of a body, and of one sent to an address of :data:`UPLOADS`.
    max_seconds
        Time for a body to arrive.
    """

    def __init__(
        self,
        app: ASGIApp,
        max_bytes: int,
        max_upload_bytes: int = 0,
        max_seconds: float = BODY_SECONDS,
    ) -> None:
        self._app = app
        self._max_bytes = max_bytes
        self._max_upload_bytes = max(max_upload_bytes, max_bytes)
        self._max_seconds = max_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        most = self._max_upload_bytes if scope["path"].startswith(UPLOADS) else self._max_bytes
        body = _Body(receive, most, self._max_seconds)
        declared = headers.get("content-length", "0")
        if declared.isdecimal() and int(declared) > most:
            if "text/html" not in headers.get("accept", ""):
                await of_error(body.too_large, scope["request_id"])(scope, receive, send)
                return
            await self._app(scope, body.refuse, send)
            return
        await self._app(scope, body.receive, send)


class _Body:
    """The body of one request as it arrives."""

    def __init__(self, receive: Receive, most: int, max_seconds: float) -> None:
        self._receive = receive
        self._most = most
        self._max_seconds = max_seconds
        self._deadline = asyncio.get_running_loop().time() + max_seconds
        self._total, self._complete = 0, False
        self.too_large = TooLarge(f"The body is over the limit of {most} bytes.")

    async def receive(self) -> Message:
        """Pass a part of the body on; TooLarge or TooSlow beyond the limits."""
        if self._complete:  # what comes now is the end of the connection, for which there is no limit
            return await self._receive()
        message = await self._next()
        if self._total > self._most:
            raise self.too_large
        return message

    async def refuse(self) -> Message:
        """Read the body, without keeping it, and raise TooLarge."""
        while not self._complete and self._total <= MOST_DRAINED * self._most:
            await self._next()
        raise self.too_large

    async def _next(self) -> Message:
        try:
            async with asyncio.timeout_at(self._deadline):
                message = await self._receive()
        except TimeoutError:
            raise TooSlow(f"The body did not arrive within {self._max_seconds:g} seconds.") from None
        self._total += len(message.get("body", b""))
        self._complete = not message.get("more_body", False)
        return message


def _with_headers(send: Send, headers: dict[str, str]) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            sent = MutableHeaders(scope=message)
            for name, value in headers.items():
                sent.setdefault(name, value)
        await send(message)

    return sending
