"""The open matcher of a serving process: store reads at once, index work in turn, kept up with the store."""

import asyncio
import math
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

import anyio.to_thread
import structlog
from fastapi import Request

from matcher.adapters.sql import utc_now
from matcher.build import Matcher
from matcher.domain.answers import Answer
from matcher.domain.events import Impression
from matcher.domain.items import AnyItem, ItemType, Kind, Profile
from matcher.errors import BackendUnavailable, MatcherError, NotFound, NotReady
from matcher.mail import Turn
from matcher.recommend import Features, Recommender
from service.http.errors import ClientGone, ServiceBusy, TurnTaken
from service.http.metrics import Metrics
from service.http.queues import BoundedTurn
from service.http.store_watch import StoreWatch

T = TypeVar("T")
CHANGES_PER_TURN = 32
"""Changes indexed before waiting questions are answered: under half a second of encoding."""
MAX_QUESTIONS = 256
"""Questions at the index at most, answered or waiting; they take some milliseconds each."""
MAX_QUESTIONS_OF_A_CLIENT = 64
FOLLOW_S = 10.0
"""Time a write waits for the index, when thousands of changes of others come before it."""
PATIENCE_S = 2.0
"""Time a question waits for work of the service's own, before it is answered without the index."""
CLEAR_AGAIN_S = 60.0
"""Pause after which what is owed of an erasure is tried again."""
MAX_IMPRESSIONS_HELD = 100_000
"""Impressions kept in memory while the store cannot take them; further ones are dropped."""


@dataclass(frozen=True, slots=True)
class IndexState:
    """The index as it was after the last change this process made to it, and what answers from it.

    Without a generation and a recommender while there is no index that can be read.
    """

    generation: str = ""
    points: int = 0
    recommender: Recommender | None = None


class MatcherEngine:
    """Runs the routes' calls on the matcher, each in a thread, so that the event loop stays free.

    The store serves any number of threads, so :meth:`read` never waits for a question. The embedded index
    has one owner, so what touches it (:meth:`ask`, :meth:`write`) takes turns. Texts are encoded before
    their turn, in a queue of their own (:meth:`ask_text`): a long text costs a hundred times an answer, and
    only those who ask with a text wait for it. Both queues are bounded.

    Parameters
    ----------
    matcher
        An open matcher.
    interval_s
        Seconds between two looks at the outbox.
    metrics
        Where the state of the index is reported.
    max_texts
        Questions with a text at most, being encoded or waiting; one client may have a quarter of them.
    """

    def __init__(
        self,
        matcher: Matcher,
        interval_s: float,
        metrics: Metrics,
        max_texts: int,
    ) -> None:
        self._matcher = matcher
        self._interval_s = interval_s
        self._metrics = metrics
        self._log = structlog.get_logger()
        self._texts = BoundedTurn(max_texts, max(1, max_texts // 4))
        self._turn = BoundedTurn(MAX_QUESTIONS, MAX_QUESTIONS_OF_A_CLIENT)
        # A file answers or fails at once; a server may be stopped, or cut off.
        is_file = matcher.settings.database_url.startswith("sqlite")
        self._watch = None if is_file else StoreWatch(matcher.store.ping, matcher.store.answered_at)
        # An embedded index has one owner; of processes that share a server's, one follows the store.
        is_shared = matcher.settings.index_backend == "qdrant"
        self._follower = Turn(matcher.store.turns, "index", utc_now) if is_shared else None
        self._shown: list[Impression] = []
        self._follows = False
        self._clear_at = -math.inf
        self._state = _state_if_any(matcher)
        metrics.points.set(self._state.points)

    @property
    def index_state(self) -> IndexState:
        """The index as of the last change; reading it waits for nothing."""
        return self._state

    @property
    def follows(self) -> bool:
        """Whether this process, of those that share an index, followed the store at its last look."""
        return self._follows

    async def read(self, call: Callable[[Matcher], T]) -> T:
        """Return ``call(matcher)``, which reads or writes the store and must not touch the index.

        BackendUnavailable within a second where the store is away, here and below.
        """
        return await self._guarded(lambda: run_to_end(call, self._matcher))

    async def ask(self, call: Callable[[Matcher], T], client: str) -> T:
        """Return ``call(matcher)``, which may use the index, when its turn comes.

        Raises ServiceBusy or TooManyQuestions where too many wait already, all together or of ``client``, and
        TurnTaken where the index is being written for longer than :data:`PATIENCE_S`.
        """
        return await self._guarded(lambda: self._ask(call, client))

    async def _ask(self, call: Callable[[Matcher], T], client: str) -> T:
        async with self._turn.take(client, PATIENCE_S):
            return await run_to_end(call, self._matcher)

    async def _guarded(self, work: Callable[[], Awaitable[T]]) -> T:
        return await (work() if self._watch is None else self._watch.guard(work))

    async def ask_text(
        self, profile: Profile, kind: Kind, call: Callable[[Matcher, Features], T], client: str
    ) -> T:
        """Encode ``profile`` outside the index's turn, then return ``call(matcher, features)`` in it.

        Raises ServiceBusy or TooManyQuestions where too many wait already, all together or of ``client``.
        """
        async with self._texts.take(client):
            if self._state.recommender is None:
                raise NotReady("There is no index that can be read.")
            features = await run_to_end(self._state.recommender.prepare, profile, kind)
        return await self.ask(lambda matcher: call(matcher, features), client)

    async def answer(self, asking: Awaitable[T], without_index: Callable[[Matcher], T]) -> T:
        """Return what ``asking`` gives, or ``without_index(matcher)`` where the index or the encoder is away.

        An answer from the store alone is better than none. What is wrong with the question, or too much for
        the service, is raised as ever; so is the fault of a store that is away too.
        """
        try:
            return await asking
        except TurnTaken as fault:
            self._log.warning("answered without the index", **fault.log_fields)
        except ServiceBusy:
            raise
        except (BackendUnavailable, NotReady) as fault:
            self._log.warning("answered without the index", **fault.log_fields)
        return await self.read(without_index)

    async def work(self, call: Callable[[Matcher], T]) -> T:
        """Return ``call(matcher)`` in turn, however many wait: work of the service's own, or of staff."""
        async with self._turn.take_unbounded():
            return await run_to_end(call, self._matcher)

    async def write(self, call: Callable[[Matcher], T]) -> T:
        """Return ``call(matcher)``, which changes the store, once the index has followed.

        Nothing is indexed for a call that changes no item. The change is kept even if the index cannot follow
        now, or not within :data:`FOLLOW_S` because others wait before it: it follows at a later look at the
        outbox, and a failure is logged and counted.
        """

        def change(matcher: Matcher) -> tuple[T, int, int]:
            before = matcher.store.outbox.last_seq()
            done = call(matcher)
            return done, before, matcher.store.outbox.last_seq()

        done, before, last = await self._guarded(lambda: self.work(change))
        if last > before:
            try:
                await self._guarded(lambda: self._index_until(last, FOLLOW_S))
            except MatcherError as fault:
                self._note_failure(fault)
        return done

    async def _index_until(self, seq: int, most_s: float = math.inf) -> None:
        """Take in the changes up to ``seq``, some a turn, so that questions are answered in between.

        At least one turn is taken, for what an erasure leaves in the store's log. ``most_s``: seconds after
        which no further turn is begun.
        """
        clock = asyncio.get_running_loop().time
        end, indexed, former = clock() + most_s, -1, -2
        while former < indexed < seq or indexed < 0:
            former = indexed
            self._state, indexed = await self.work(_index_some)
            self._metrics.points.set(self._state.points)
            if clock() >= end:
                return

    def note_shown(self, answer: Answer) -> None:
        """Keep what a stored organisation was shown, to be written with the next look at the outbox."""
        if answer.query_id is None or len(self._shown) > MAX_IMPRESSIONS_HELD:
            return
        at, asker = datetime.now(UTC), answer.query_id
        model = f"{self._matcher.encoder.name}/{answer.calibration or 'uncalibrated'}"
        shown_with = (answer.generation, answer.id, model, answer.plan or "")
        self._shown.extend(
            Impression(at, answer.kind, asker, item.item_id, item.rank, item.score, *shown_with)
            for item in answer.items
        )

    def forget_shown(self, item_id: str) -> None:
        """Drop the impressions not yet written that name an erased item."""
        self._shown = [row for row in self._shown if item_id not in (row.query_id, row.item_id)]

    @asynccontextmanager
    async def following_store(self) -> AsyncIterator[None]:
        """Index what others write to the store, every interval, for as long as the context is open."""
        task = asyncio.create_task(self._follow_for_ever())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])
            await self._end()

    async def _end(self) -> None:
        """Write what is held in memory, and let another process follow the store.

        What is not indexed yet stays in the outbox, for the next start: a stop must not take minutes.
        """
        with suppress(MatcherError):  # the store is away: a place in a list is lost, nothing that was done
            await self.write_shown()
        if self._follower is not None:
            with suppress(MatcherError):  # the turn then ends by itself
                await run_to_end(self._follower.leave)

    async def _follow_for_ever(self) -> None:
        while True:
            await asyncio.sleep(self._interval_s)
            await self._follow_once()

    async def _follow_once(self) -> None:
        try:
            self._metrics.pending.set(await self.read(count_pending))
            await self.write_shown()
            self._follows = await self.read(self._may_follow)
            if not self._follows:
                self._state = await self.work(_renew)
                self._metrics.points.set(self._state.points)
                return
            await self._index_until(await self.read(lambda matcher: matcher.store.outbox.last_seq()))
            self._metrics.pending.set(await self.read(count_pending))
            await self._clear_erased()
        except MatcherError as fault:
            self._note_failure(fault)
        except Exception:  # noqa: BLE001  # logged; the next look at the outbox must take place
            self._metrics.drain_failures.inc()
            self._log.exception("indexing failed, will try again")

    def _may_follow(self, _: Matcher) -> bool:
        """Whether this process is the one that follows the store; another takes over when it ends."""
        return self._follower is None or self._follower.take()

    def _note_failure(self, fault: MatcherError) -> None:
        self._metrics.drain_failures.inc()
        self._log.warning("indexing failed, will try again", **fault.log_fields)

    async def write_shown(self) -> None:
        """Write the impressions held; those of items erased meanwhile are left out by the store."""
        async with self._turn.take_unbounded():
            rows, self._shown = self._shown, []
            try:
                if rows:
                    await run_to_end(self._matcher.store.events.log_impressions, rows)
            except MatcherError:
                self._shown[:0] = rows
                raise

    async def _clear_erased(self) -> None:
        """Bring what is owed of erasures to an end; while a file resists, once a minute.

        Only writing the index anew takes the index's turn: files are searched beside the questions.
        """
        now = asyncio.get_running_loop().time()  # not the clock, which may be set back by hours
        if now < self._clear_at or not await self.read(lambda matcher: matcher.rights.owes()):
            return
        self._clear_at = now + CLEAR_AGAIN_S
        self._state = await self.work(_rewrite_index)
        settled = await self.read(lambda matcher: matcher.rights.search(lambda: datetime.now(UTC)))
        left = sum(erasure.done_at is None for erasure in settled)
        self._log.info("erasures", done=len(settled) - left, owed=left)
        if not left:
            self._clear_at = now


async def run_to_end(call: Callable[..., T], *arguments: Any) -> T:
    """Return ``call(*arguments)`` from a thread, and wait until it has ended even when cancelled.

    Otherwise the turn would pass on, or the matcher be closed, while the thread still works with it.
    """
    work = asyncio.ensure_future(anyio.to_thread.run_sync(call, *arguments))
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        await asyncio.gather(work, return_exceptions=True)  # the caller is gone: ignore the result
        raise


def count_pending(matcher: Matcher) -> int:
    """Return how many changes of the store the index that serves has not taken in."""
    generation = matcher.serving.current_name()
    return max(matcher.store.outbox.last_seq() - matcher.store.outbox.cursor(generation), 0)


def no_such_item(item_id: str) -> NotFound:
    """Return the error of an unknown id; a hidden item has the same."""
    return NotFound(f"There is no item '{item_id}' in the store.")


def get_stored(matcher: Matcher, item_id: str, item_type: ItemType) -> AnyItem:
    """Return a stored item of this type; NotFound for one of another type."""
    item = matcher.store.items.get(item_id)
    if item.item_type is not item_type:
        raise NotFound(f"'{item_id}' is of type {item.item_type.value}, not {item_type.value}.")
    return item


def _state_if_any(matcher: Matcher) -> IndexState:
    try:
        return _state(matcher)
    except (BackendUnavailable, NotReady):  # said and tried again at the next look at the outbox
        return IndexState()


def _state(matcher: Matcher) -> IndexState:
    return IndexState(matcher.generation, matcher.index.count(), matcher.recommender)


def _rewrite_index(matcher: Matcher) -> IndexState:
    """Write the index anew where an erased organisation is in it; return its state."""
    matcher.rights.rewrite_index(datetime.now(UTC))
    return _state(matcher)


def _renew(matcher: Matcher) -> IndexState:
    """Answer from the index as another process left it; return its state."""
    matcher.serving.renew()
    return _state(matcher)


def _index_some(matcher: Matcher) -> tuple[IndexState, int]:
    """Take in the next changes; return the state of the index and the last change it has taken in."""
    report = matcher.index_now(most=CHANGES_PER_TURN)
    return _state(matcher), report.seq


async def unless_gone(request: Request, work: Awaitable[T]) -> T:
    """Return what ``work`` returns, or cancel it when the client closes the connection.

    A question that waits is dropped; one that is being answered in a thread ends first.
    """
    task = asyncio.ensure_future(work)
    watcher = asyncio.ensure_future(_disconnected(request))
    try:
        await asyncio.wait({task, watcher}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise ClientGone("The client closed the connection before the answer.")
        return task.result()
    finally:
        watcher.cancel()
        task.cancel()
        await asyncio.gather(task, watcher, return_exceptions=True)


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def client_of(request: Request) -> str:
    """Return the address of the client: each may have only so many questions waiting."""
    return request.client.host if request.client else ""
