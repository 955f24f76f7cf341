"""Queues with an end: a question is refused at once rather than left to wait behind too many others."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from service.http.errors import ServiceBusy, TooManyQuestions, TurnTaken


class BoundedTurn:
    """Lets one caller work at a time, in order of arrival, and bounds how many work or wait.

    Parameters
    ----------
    limit
        Callers at most, of all clients together.
    client_limit
        Callers at most of one client, so that no client fills the queue for the others.

    Examples
    --------
    >>> async def work() -> str:
    ...     turn = BoundedTurn(limit=1, client_limit=1)
    ...     async with turn.take("192.0.2.1"):
    ...         async with turn.take("192.0.2.2"):
    ...             return "never"
    >>> asyncio.run(work())
    Traceback (most recent call last):
    ...
    service.http.errors.ServiceBusy: 1 question is waiting already: ask again in some seconds.
    """

    def __init__(self, limit: int, client_limit: int) -> None:
        self._limit = limit
        self._client_limit = client_limit
        self._lock = asyncio.Lock()
        self._own_since: float | None = None
        self._present: Counter[str] = Counter()

    @asynccontextmanager
    async def take(self, client: str, patience_s: float | None = None) -> AsyncIterator[None]:
        """Wait for the turn and hold it while the context is open.

        ``patience_s`` is how long the service's own work is waited for; None waits for its end.

        Raises
        ------
        ServiceBusy
            The queue is full.
        TooManyQuestions
            The client has as many callers here as it may.
        TurnTaken
            The service's own work has not ended in time: a rebuild of the index takes minutes.
        """
        self._refuse_if_full(client)
        self._present[client] += 1
        try:
            await self._acquire(patience_s)
            try:
                yield
            finally:
                self._lock.release()
        finally:
            self._present[client] -= 1
            if not self._present[client]:
                del self._present[client]

    @asynccontextmanager
    async def take_unbounded(self) -> AsyncIterator[None]:
        """Wait for the turn however many wait: for the service's own work and for writes with the key."""
        async with self._lock:
            self._own_since = asyncio.get_running_loop().time()
            try:
                yield
            finally:
                self._own_since = None

    async def _acquire(self, patience_s: float | None) -> None:
        """Take the lock; TurnTaken once one piece of own work has had it for ``patience_s``.

        Many questions, or many short pieces of work, are waited for: the place in the queue is kept.
        """
        acquiring = asyncio.ensure_future(self._lock.acquire())
        try:
            while not acquiring.done():
                await asyncio.wait({acquiring}, timeout=patience_s)
                if not acquiring.done():
                    self._refuse_if_long(patience_s)
        except BaseException:
            if not acquiring.cancel():  # it had the lock already
                self._lock.release()
            raise

    def _refuse_if_long(self, patience_s: float | None) -> None:
        """Raise TurnTaken where one piece of own work, not many, is what is waited for."""
        if patience_s is None or self._own_since is None:
            return
        if asyncio.get_running_loop().time() - self._own_since >= patience_s / 2:
            raise TurnTaken("The index is being written: ask again in some minutes.")

    def _refuse_if_full(self, client: str) -> None:
        if self._present[client] >= self._client_limit:
            raise TooManyQuestions(
                f"{self._present[client]} questions of this address are waiting: wait for an answer first."
            )
        waiting = self._present.total()
        if waiting >= self._limit:
            questions = "1 question is" if waiting == 1 else f"{waiting} questions are"
            raise ServiceBusy(f"{questions} waiting already: ask again in some seconds.")
