"""HTTP/1.1 connections with a time limit for the head of a request."""

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol


class TimedH11Protocol(H11Protocol):
    """uvicorn's protocol, which itself waits for ever for the rest of a head.

    Without the limit, a client holds a connection at no cost by sending half a head, or a byte now and then.
    """

    head_seconds = 10.0
    """Time for a head to arrive, from the opening of the connection or the end of the last response."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn does
        """Start the time for the first head."""
        super().connection_made(transport)
        self._start_timer()

    def data_received(self, data: bytes) -> None:
        """Stop the time once the head is there."""
        before = self.scope
        super().data_received(data)
        if self.scope is not before:
            self._stop_timer()

    def on_response_complete(self) -> None:
        """Start the time for the next head, unless it has arrived already."""
        before = self.scope
        super().on_response_complete()
        if self.scope is before:
            self._start_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the timer with the connection."""
        self._stop_timer()
        super().connection_lost(exc)

    def _start_timer(self) -> None:
        self._stop_timer()
        self._head_timer = self.loop.call_later(self.head_seconds, self.transport.close)

    def _stop_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None
