"""The watch on the store: what a ping raises never leaves the store away."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest

from matcher.errors import BackendUnavailable
from service.http.store_watch import ANSWER_S, StoreWatch


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
        watch = StoreWatch(ping)
        with pytest.raises(BackendUnavailable):
            await watch.guard(long_call)
        return await served_after(watch, short_call)

    assert asyncio.run(asked()) == "served"
