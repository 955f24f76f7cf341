"""Work that a serving process does in the background, beside its questions."""

import asyncio
import gc
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, datetime
from functools import partial

import structlog

from matcher.alerts import SavedSearch
from matcher.build import Matcher
from matcher.domain.items import AnyItem
from matcher.errors import MatcherError
from matcher.mail import Worker
from service.http.engine import MatcherEngine, run_to_end

log = structlog.get_logger("matcher.jobs")
AGAIN_S = 3600.0
"""Seconds after which a daily chore that failed is tried again."""
PREPARED_A_TURN = 8
"""Items prepared before waiting questions are answered: some 20 ms."""
work_log = structlog.get_logger("matcher.work")

Chore = Callable[[datetime], Awaitable[object]]
"""Something to do once a day; it is given the present instant."""


class PlanJob:
    """Makes a plan of introductions, one at a time; questions are answered in between."""

    def __init__(self, engine: MatcherEngine, matcher: Matcher) -> None:
        self._engine, self._matcher = engine, matcher
        self._task: asyncio.Task[None] | None = None

    @property
    def busy(self) -> bool:
        """Whether a plan is being made."""
        return self._task is not None and not self._task.done()

    def start(self) -> bool:
        """Begin a new plan unless one is being made; return whether this call began one."""
        if self.busy:
            return False
        self._task = asyncio.create_task(self._plan())
        return True

    async def stop(self) -> None:
        """Give up a plan being made; the current one stays."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _plan(self) -> None:
        try:
            members = await self._engine.read(lambda matcher: matcher.planner.members())
            scores = {}
            for member in members:  # a turn each: questions are answered in between
                scores[member.id] = await self._engine.work(partial(_mutual_scores, member))
            generation = self._matcher.serving.current_name()
            made = await run_to_end(self._matcher.planner.arrange, scores, generation)
            plan = await self._engine.work(lambda matcher: matcher.planner.adopt(made))
            log.info("plan adopted", version=plan.version, organisations=len(plan.members))
        except MatcherError as fault:
            log.warning("plan failed, the former one stays", **fault.log_fields)
        except Exception:
            log.exception("plan failed, the former one stays")


class WorkJob:
    """Does what is due by the clock, every interval: introductions, then mails; beside the questions."""

    def __init__(self, worker: Worker, interval_s: float) -> None:
        self._worker, self._interval_s = worker, interval_s
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, once the event loop runs."""
        self._task = asyncio.create_task(self._work_for_ever())

    async def stop(self) -> None:
        """End after the mail that is being sent, and give the turn up."""
        if self._task is not None:
            self._worker.interrupt()
            self._task.cancel()
            await asyncio.wait([self._task])
            await run_to_end(self._leave)

    async def _work_for_ever(self) -> None:
        while True:
            await self._round()
            await asyncio.sleep(self._interval_s)

    async def _round(self) -> None:
        try:
            done = await run_to_end(self._worker.round)
        except MatcherError as fault:
            work_log.warning("round of work failed, will try again", **fault.log_fields)
        except Exception:  # noqa: BLE001  # logged; the next round must take place
            work_log.exception("round of work failed, will try again")
        else:
            if done is not None and (done.counts or done.waiting):
                counts = {state.value: number for state, number in done.counts.items()}
                work_log.info("mails", waiting=done.waiting, server_down=done.server_down, **counts)

    def _leave(self) -> None:
        try:
            self._worker.stop()
        except MatcherError as fault:
            work_log.warning("the turn was not given up; it ends by itself", **fault.log_fields)


class WarmUpJob:
    """Prepares the items of an embedded index after a start, before questions meet them.

    The first answers would otherwise read the texts of all their hits. It works half of the time, a few items
    a turn, so that a question waits some tens of milliseconds at most.

    Parameters
    ----------
    engine, matcher
        Where questions take turns, and what they are put to.
    delay_s
        Seconds before it begins: the first questions are answered first.
    """

    def __init__(self, engine: MatcherEngine, matcher: Matcher, delay_s: float) -> None:
        self._engine, self._matcher, self._delay_s = engine, matcher, delay_s
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, once the event loop runs; an index on a server is left alone, since many answer from it."""
        if self._matcher.settings.index_backend == "edge":
            self._task = asyncio.create_task(self._warm_up())

    async def wait(self) -> None:
        """Wait until all items are prepared, or there is no room for more."""
        if self._task is not None:
            await asyncio.wait([self._task])

    async def stop(self) -> None:
        """Give up; what is prepared stays."""
        if self._task is not None:
            self._task.cancel()
            await self.wait()

    async def _warm_up(self) -> None:
        await asyncio.sleep(self._delay_s)
        loop = asyncio.get_running_loop()
        start = loop.time()
        try:
            ids = await self._engine.work(lambda matcher: list(matcher.index.ids()))
            for place in range(0, len(ids), PREPARED_A_TURN):
                began, part = loop.time(), ids[place : place + PREPARED_A_TURN]
                if not await self._engine.work(partial(_prepare, part)):
                    break
                await asyncio.sleep(loop.time() - began)
            gc.freeze()  # prepared items stay: a full collection of 8,500 would take .8 s
        except MatcherError as fault:  # the index is away: questions say so themselves
            log.warning("items are prepared as they are asked for", **fault.log_fields)
        except Exception:
            log.exception("items are prepared as they are asked for")
        else:
            log.info("items prepared", count=len(ids), seconds=round(loop.time() - start, 1))


class DailyJob:
    """Does each chore once a day; one that fails is logged, counted and tried again an hour later.

    Of processes that share an index, the one that follows the store does them.

    Parameters
    ----------
    follows
        Says whether this process follows the store.
    chores
        What is to be done, by a name for the log.
    failed
        Called with the name of a chore that failed.
    now
        The clock.
    look_s
        Seconds between two looks at what is due.
    """

    def __init__(
        self,
        follows: Callable[[], bool],
        chores: Mapping[str, Chore],
        failed: Callable[[str], None],
        now: Callable[[], datetime],
        look_s: float,
    ) -> None:
        self._follows, self._chores, self._failed = follows, chores, failed
        self._now, self._look_s = now, look_s
        self._done_on: dict[str, date] = {}
        self._not_before: dict[str, float] = {}
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, once the event loop runs."""
        self._task = asyncio.create_task(self._look_for_ever())

    async def stop(self) -> None:
        """End; a chore that was begun is done at the next start."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _look_for_ever(self) -> None:
        while True:
            await asyncio.sleep(self._look_s)
            if self._follows():
                for name in self._chores:
                    await self._do(name)

    async def _do(self, name: str) -> None:
        now, tick = self._now(), asyncio.get_running_loop().time()
        if self._done_on.get(name) == now.date() or tick < self._not_before.get(name, tick):
            return
        try:
            await self._chores[name](now)
        except Exception:  # logged; the other chores must be done
            self._not_before[name] = tick + AGAIN_S
            self._failed(name)
            log.exception("daily work failed, will try again in an hour", chore=name)
        else:
            self._done_on[name] = now.date()


async def ask_saved_searches(engine: MatcherEngine, now: datetime) -> None:
    """Ask with every saved search, each in a turn of its own; one that fails stops no other.

    The first fault is raised at the end.
    """
    faults = []
    for search in await engine.read(lambda matcher: matcher.alerts.searches()):
        try:
            await engine.work(partial(_ask_with, search, now))
        except Exception as fault:  # noqa: BLE001  # raised below
            faults.append(fault)
    if faults:
        raise faults[0]


def _ask_with(search: SavedSearch, now: datetime, matcher: Matcher) -> int:
    return matcher.alerts.run_search(search, now)


def _prepare(ids: Sequence[str], matcher: Matcher) -> bool:
    return matcher.recommender.warm_up(ids)


def _mutual_scores(member: AnyItem, matcher: Matcher) -> dict[str, float]:
    return matcher.recommender.mutual_scores(member)
