"""Processes that share an index take turns, kept in the store: one builds it, one writes its changes."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

from matcher.errors import BackendUnavailable
from matcher.mail import Turn, Turns

BUILDING, DRAINING = "bulk", "drain"
"""Names of the turns in the store."""
RENEW_S = 30.0
"""Seconds between two looks at the turn, which is lost after minutes without a word."""
WAIT_S = 1.0
"""Seconds that a drain waits for that of another process, which takes half a second."""
_LOOK_S = 0.02


def utc_now() -> datetime:
    """Return the present instant."""
    return datetime.now(UTC)


@contextmanager
def only_run(
    turns: Turns,
    clock: Callable[[], datetime] = utc_now,
    renew_s: float = RENEW_S,
    ticks: Callable[[], float] = time.monotonic,
) -> Iterator[Callable[[], None]]:
    """Have the turn to build an index for the time of the context.

    A thread renews it: label vectors, the start of Ray, or the comparison at the end may take longer than a
    turn lasts.

    Parameters
    ----------
    turns
        Where it is kept.
    clock
        Gives the present instant.
    renew_s
        Seconds between two looks at it.
    ticks
        Gives seconds that only grow.

    Yields
    ------
    A check, which raises BackendUnavailable once another run has taken the turn over.

    Raises
    ------
    BackendUnavailable
        Another run, which lives, has the turn.
    """
    turn = Turn(turns, BUILDING, clock, ticks)
    if not turn.take():
        raise BackendUnavailable(
            "Another reindex is under way, or the first build of the index. Let it end; after one on another"
            " machine was killed, wait five minutes."
        )
    ended, lost = threading.Event(), threading.Event()
    renewing = threading.Thread(target=_renew, args=(turn, renew_s, ended, lost), daemon=True)
    renewing.start()
    try:
        yield lambda: _check(lost)
    finally:
        ended.set()
        renewing.join()
        turn.leave()


def _renew(turn: Turn, renew_s: float, ended: threading.Event, lost: threading.Event) -> None:
    while not ended.wait(renew_s):
        with suppress(BackendUnavailable):  # the store may be away for a moment
            if not turn.keep():
                lost.set()
                return


def _check(lost: threading.Event) -> None:
    if lost.is_set():
        raise BackendUnavailable(
            "Another run took this one over: it was silent for five minutes. Let the other one end."
        )


@contextmanager
def draining(
    turns: Turns | None,
    wait_s: float = WAIT_S,
    clock: Callable[[], datetime] = utc_now,
    ticks: Callable[[], float] = time.monotonic,
) -> Iterator[Callable[[], None] | None]:
    """Have the turn to write changes into the index that serves, for the time of the context.

    Parameters
    ----------
    turns
        Where it is kept; None where one process alone can have the index.
    wait_s
        Seconds to wait while another process has it.
    clock
        Gives the present instant.
    ticks
        Gives seconds that only grow.

    Yields
    ------
    A check, which raises BackendUnavailable once another process has taken the turn over; None where another
    has had it all the time.
    """
    if turns is None:
        yield lambda: None
        return
    turn = Turn(turns, DRAINING, clock, ticks)
    end = time.monotonic() + wait_s
    while not (is_mine := turn.take()) and time.monotonic() < end:
        time.sleep(_LOOK_S)
    if not is_mine:
        yield None
        return
    try:
        yield lambda: _require_kept(turn)
    finally:
        with suppress(BackendUnavailable):  # it then ends by itself
            turn.leave()


def _require_kept(turn: Turn) -> None:
    if not turn.keep():
        raise BackendUnavailable(
            "Another process took the changes of the index over: this one was silent for five minutes. They"
            " are tried again by themselves."
        )
