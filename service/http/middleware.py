"""What surrounds every request, as one ASGI layer: id, size limit, duration, log line, last resort."""

import asyncio
import re
import time
import uuid
from typing import TYPE_CHECKING

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.status import HTTP_413_CONTENT_TOO_LARGE
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.http.errors import METHODS, TooLarge, of_error, problem

if TYPE_CHECKING:
    from service.http.metrics import Metrics

_WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{8,64}")
_QUIET = frozenset({"/healthz", "/readyz", "/metrics"})
NO_ROUTE = "(none)"
HEAD = "matcher.head"
"""In the scope of a request that asked for the head only."""


class Envelope:
    """Give each request an id and a log line, refuse bodies too long, and never let an error through bare.

    HEAD is answered as GET is, less the body; :data:`HEAD` in the scope then tells the two apart.
    A caller's ``X-Request-ID`` of 8 to 64 letters, digits, dots, dashes or underscores is kept.
    """

    def __init__(self, app: ASGIApp, metrics: "Metrics", max_body_bytes: int) -> None:
        self._app = app
        self._metrics = metrics
        self._max_body_bytes = max_body_bytes
        self._log = structlog.get_logger()

    async def __call__(  # noqa: D102  # the ASGI interface
        self, scope: Scope, receive: Receive, send: Send
    ) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, _without_traceback(scope, send))
        elif scope["type"] == "http" and scope["method"] == "HEAD":
            await self._answer({**scope, "method": "GET", HEAD: True}, receive, _without_body(send))
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        headers = Headers(scope=scope)
        request_id = scope["request_id"] = _request_id(headers.get("x-request-id", ""))
        status = 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                sent = MutableHeaders(scope=message)
                sent["X-Request-ID"] = request_id
                sent["X-Content-Type-Options"] = "nosniff"
            await send(message)
            if message["type"] == "http.response.body":
                await asyncio.sleep(0)  # the server writes out what it was given before we note it

        try:
            if _declared_length(headers) > self._max_body_bytes:
                too_large = TooLarge(f"The body is over the limit of {self._max_body_bytes} bytes.")
                await of_error(too_large, request_id)(scope, receive, sending)
            else:
                await self._app(scope, self._counted(receive), sending)
        except Exception:  # the last resort: nothing unforeseen may reach the caller or stop the server
            self._log.exception("unforeseen", request_id=request_id)
            if status:
                raise
            failed = problem(500, "Internal Server Error", "The service failed.", request_id=request_id)
            await failed(scope, receive, sending)
        finally:
            self._note(scope, request_id, status, time.perf_counter() - started)

    def _counted(self, receive: Receive) -> Receive:
        """Stop reading a body that does not declare its length when it passes the limit."""
        total = 0

        async def receiving() -> Message:
            nonlocal total
            message = await receive()
            total += len(message.get("body", b""))
            if total > self._max_body_bytes:
                raise HTTPException(HTTP_413_CONTENT_TOO_LARGE)
            return message

        return receiving

    def _note(self, scope: Scope, request_id: str, status: int, seconds: float) -> None:
        asked = "HEAD" if HEAD in scope else scope["method"]
        method = asked if asked in METHODS else "OTHER"
        route = getattr(scope.get("route"), "path", NO_ROUTE)
        self._metrics.observe(method, route, status, seconds)
        level = self._log.debug if route in _QUIET else self._log.info
        milliseconds = round(seconds * 1000, 2)
        level("answered", request_id=request_id, method=method, route=route, status=status, ms=milliseconds)


def _request_id(given: str) -> str:
    return given if _WELL_FORMED.fullmatch(given) else uuid.uuid4().hex


def _declared_length(headers: Headers) -> int:
    declared = headers.get("content-length", "0")
    return int(declared) if declared.isdecimal() else 0


def _without_body(send: Send) -> Send:
    async def sending(message: Message) -> None:
        await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

    return sending


def _without_traceback(scope: Scope, send: Send) -> Send:
    """Let a start that failed for a known reason be told by whoever started the server, once."""

    async def sending(message: Message) -> None:
        if message["type"] == "lifespan.startup.failed" and scope["app"].state.trouble is not None:
            message = {**message, "message": ""}
        await send(message)

    return sending
