"""A watch on a database server that has stopped answering: what waits for it is refused within a second.

A statement may take long where it has much to do, so no time limit tells a slow store from one that is away.
While something waits, the watch asks the store for nothing at all (a ping): a store that does not answer that
is away, and everybody who waits, or comes, is told so at once until it answers again.

A machine with too much to do is late itself, and its store with it: the time that the store has is counted in
short waits of the event loop, which grow longer with it, and any answer of the store meanwhile is a sign of
life.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import anyio
import anyio.to_thread
import structlog

from matcher.errors import BackendUnavailable, MatcherError

T = TypeVar("T")
WAIT_S, ANSWER_S, AGAIN_S = 0.3, 0.5, 0.5
"""Seconds something waits before the store is asked, the store has to answer, and until it is asked again."""
SHORT_WAITS = 10
"""Waits of the event loop that make up ``ANSWER_S``."""


class StoreWatch:
    """Lets calls through while the store answers; their threads end by themselves.

    Parameters
    ----------
    ping
        Asks the store for nothing; returns, or raises, when it has answered.
    answered_at
        Says when the store last answered anything, by the monotonic clock.
    """

    def __init__(self, ping: Callable[[], None], answered_at: Callable[[], float]) -> None:
        self._ping, self._answered_at = ping, answered_at
        self._away: asyncio.Event = asyncio.Event()
        self._watching: asyncio.Task[None] | None = None
        self._waiting = 0
        self._own_thread = anyio.CapacityLimiter(1)  # the common threads may all wait for the store

    async def guard(self, work: Callable[[], Awaitable[T]]) -> T:
        """Return what ``work()`` gives; BackendUnavailable as soon as the store is known to be away."""
        if self._away.is_set():
            raise _away()
        task = asyncio.ensure_future(work())
        try:
            done, _ = await asyncio.wait({task}, timeout=WAIT_S)
            if not done:
                await self._race(task)
        except asyncio.CancelledError:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            raise
        return task.result()

    async def _race(self, task: "asyncio.Future[Any]") -> None:
        """Wait for the end of ``task``; BackendUnavailable if the store is found to be away before."""
        self._waiting += 1
        self._watch()
        away = asyncio.ensure_future(self._away.wait())
        try:
            await asyncio.wait({task, away}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._waiting -= 1
            away.cancel()
        if not task.done():
            task.cancel()
            task.add_done_callback(_forget)
            raise _away()

    def _watch(self) -> None:
        if self._watching is None or self._watching.done():
            self._watching = asyncio.create_task(self._ask_the_store())

    async def _ask_the_store(self) -> None:
        """Ask for as long as something waits, or the store is away.

        Whatever a ping raises, the watch goes on: it alone says that a store is back.
        """
        while self._waiting or self._away.is_set():
            asked = asyncio.ensure_future(anyio.to_thread.run_sync(self._answers, limiter=self._own_thread))
            if await self._in_vain(asked):
                self._away.set()
            await asked
            self._away.clear()  # awaited above: it has answered
            await asyncio.sleep(AGAIN_S)

    async def _in_vain(self, asked: "asyncio.Future[None]") -> bool:
        """Wait for ``asked``; return whether nothing came of the store for as long as it has to answer.

        An event loop that is late makes each of the short waits longer, and so gives the store more time.
        """
        left, seen_at = SHORT_WAITS, time.monotonic()
        while left and not asked.done():
            await asyncio.wait({asked}, timeout=ANSWER_S / SHORT_WAITS)
            left -= 1
            if self._answered_at() > seen_at:
                left, seen_at = SHORT_WAITS, time.monotonic()
        return not asked.done()

    def _answers(self) -> None:
        try:
            self._ping()
        except MatcherError:
            return  # it answers, if by a fault: every call has its own
        except Exception:  # noqa: BLE001  # logged; without the watch the store would be away for ever
            structlog.get_logger().exception("the store's ping failed")


def _away() -> BackendUnavailable:
    return BackendUnavailable("The store does not answer. Ask again in some seconds.")


def _forget(task: "asyncio.Future[Any]") -> None:
    """Take note of the end of a call that nobody waits for any more."""
    if not task.cancelled():
        task.exception()
