"""The watch on the store: no error of a ping leaves it away, nor does a machine that is late."""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable

import pytest

from matcher.errors import BackendUnavailable
from service.http.store_watch import ANSWER_S, StoreWatch


def never() -> float:
    return -math.inf


def slow_ping() -> None:
    time.sleep(2 * ANSWER_S)


async def long_call() -> str:
    await asyncio.sleep(10)
    return "too late"


async def short_call() -> str:
    return "served"


async def served_after(watch: StoreWatch, call: Callable[[], Awaitable[str]]) -> str:
    """Return what ``call`` gives, once the watch lets calls through again."""
    end = time.monotonic() + 10
    while True:
        try:
            return await watch.guard(call)
        except BackendUnavailable:
            assert time.monotonic() < end
            await asyncio.sleep(0.05)


def test_a_ping_that_fails_by_any_error_does_not_leave_the_store_away() -> None:
    def ping() -> None:
        time.sleep(ANSWER_S + 0.2)
        raise RuntimeError("an error of no kind that is foreseen")

    async def asked() -> str:
        watch = StoreWatch(ping, never)
        with pytest.raises(BackendUnavailable):
            await watch.guard(long_call)
        return await served_after(watch, short_call)

    assert asyncio.run(asked()) == "served"


async def call_of_a_slow_store() -> str:
    await asyncio.sleep(1 + 2 * ANSWER_S)
    return "late"


def test_a_store_that_answers_others_is_not_away() -> None:
    async def asked() -> str:
        return await StoreWatch(slow_ping, time.monotonic).guard(call_of_a_slow_store)

    assert asyncio.run(asked()) == "late"


def test_an_event_loop_that_is_late_gives_the_store_more_time() -> None:
    async def hold_the_loop() -> None:
        while True:
            time.sleep(0.2)  # noqa: ASYNC251  # what a machine with too much to do looks like
            await asyncio.sleep(0)

    async def asked() -> str:
        late = asyncio.create_task(hold_the_loop())
        try:
            return await StoreWatch(slow_ping, never).guard(call_of_a_slow_store)
        finally:
            late.cancel()

    assert asyncio.run(asked()) == "late"


def test_a_store_that_answers_nothing_is_away_within_a_second() -> None:
    async def asked() -> float:
        start = time.monotonic()
        with pytest.raises(BackendUnavailable):
            await StoreWatch(slow_ping, never).guard(call_of_a_slow_store)
        return time.monotonic() - start

    assert asyncio.run(asked()) < 2 * ANSWER_S
