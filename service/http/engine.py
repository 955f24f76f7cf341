"""The open matcher of a serving process: one owner, one question at a time, kept up with the store."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

import anyio.to_thread
import structlog

from matcher.build import Matcher
from matcher.domain.answers import Answer
from matcher.domain.events import Impression
from matcher.domain.items import AnyItem, ItemType
from matcher.errors import MatcherError, NotFound

if TYPE_CHECKING:
    from matcher.settings import Settings
    from service.http.metrics import Metrics

T = TypeVar("T")
_CHANGES_A_TURN = 32
"""Changes taken in before waiting questions are answered: under half a second of encoding."""
_SHOWN_KEPT = 100_000
"""Impressions held back while the store cannot take them; what comes on top is not kept."""


class Desk:
    """Puts questions to the matcher for the routes.

    The embedded index and the prepared items have one owner, so questions are asked one after another. Where
    store and index live in this process a short question is asked right here: moving it to a thread costs
    more than answering. Whatever encodes, writes or crosses a network goes to a thread and leaves the event
    loop free.
    """

    def __init__(self, matcher: Matcher, settings: "Settings", metrics: "Metrics") -> None:
        self.settings = settings
        self._matcher = matcher
        self._log = structlog.get_logger()
        self._metrics = metrics
        self._near = settings.index_backend != "qdrant" and settings.database_url.startswith("sqlite")
        self._turn = asyncio.Lock()
        self._shown: list[Impression] = []

    async def ask(self, call: Callable[[Matcher], T], *, slow: bool = False) -> T:
        """Return ``call(matcher)``; ``slow`` for what encodes or writes."""
        async with self._turn:
            if self._near and not slow:
                return call(self._matcher)
            return await to_the_end(call, self._matcher)

    async def write(self, call: Callable[[Matcher], T]) -> T:
        """Return ``call(matcher)``, which changes the store, once the index has followed.

        The change stands where the index cannot follow now: it is told and counted, and tried again.
        """

        def both(matcher: Matcher) -> T:
            done = call(matcher)
            try:
                matcher.index_now()
            except MatcherError as fault:
                self._not_indexed(fault)
            return done

        return await self.ask(both, slow=True)

    def note_shown(self, answer: Answer) -> None:
        """Remember what a stored organisation was shown; written with the next look at the outbox."""
        if answer.query_id is None or len(self._shown) > _SHOWN_KEPT:
            return
        at, asker = datetime.now(UTC), answer.query_id
        self._shown.extend(
            Impression(at, answer.kind, asker, item.item_id, item.rank, item.score, answer.generation)
            for item in answer.items
        )

    def forget_shown(self, item_id: str) -> None:
        """Drop what is remembered of an item that was erased."""
        self._shown = [row for row in self._shown if item_id not in (row.query_id, row.item_id)]

    @asynccontextmanager
    async def keeping_up(self) -> AsyncIterator[None]:
        """Index what others write to the store, every interval, for as long as the context is open."""
        task = asyncio.create_task(self._keep_up())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])
            await self._tend()

    async def _keep_up(self) -> None:
        while True:
            await asyncio.sleep(self.settings.index_interval_s)
            await self._tend()

    async def _tend(self) -> None:
        try:
            self._metrics.pending.set(await self.ask(pending, slow=True))
            waiting = 1
            while waiting:  # a turn at a time: questions are answered in between
                points, waiting = await self.ask(_index, slow=True)
                self._metrics.points.set(points)
                self._metrics.pending.set(waiting)
            await self._write_shown()
        except MatcherError as fault:
            self._not_indexed(fault)
        except Exception:  # noqa: BLE001  # logged; the next look at the outbox must take place
            self._metrics.drain_failures.inc()
            self._log.exception("indexing failed, will try again")

    def _not_indexed(self, fault: MatcherError) -> None:
        self._metrics.drain_failures.inc()
        self._log.warning("indexing failed, will try again", error=type(fault).__name__, detail=str(fault))

    async def _write_shown(self) -> None:
        """Log what was shown; within one turn, so that nothing erased meanwhile is written back."""
        async with self._turn:
            rows = list(self._shown)
            if rows:
                await to_the_end(self._matcher.store.events.log_impressions, rows)
                del self._shown[: len(rows)]


async def to_the_end(call: Callable[..., T], *arguments: Any) -> T:
    """Return ``call(*arguments)`` from a thread, and stay until it has ended even when cancelled.

    Else the turn would pass, or the matcher be closed, while the thread still works with it.
    """
    work = asyncio.ensure_future(anyio.to_thread.run_sync(call, *arguments))
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        await asyncio.gather(work, return_exceptions=True)  # what it raises now is nobody's to hear
        raise


def _index(matcher: Matcher) -> tuple[int, int]:
    """Take in the next changes; return the number of points and of changes still to be taken in."""
    report = matcher.index_now(most=_CHANGES_A_TURN)
    return matcher.index.count(), max(matcher.store.outbox.last_seq() - report.seq, 0)


def pending(matcher: Matcher) -> int:
    """Return how many changes of the store the index that serves has not taken in."""
    generation = matcher.indexer.generations.current() or ""
    return max(matcher.store.outbox.last_seq() - matcher.store.outbox.cursor(generation), 0)


def stored(matcher: Matcher, item_id: str, item_type: ItemType) -> AnyItem:
    """Return a stored item of this type; NotFound for one of another type."""
    item = matcher.store.items.get(item_id)
    if item.item_type is not item_type:
        raise NotFound(f"'{item_id}' is of type {item.item_type.value}, not {item_type.value}.")
    return item
