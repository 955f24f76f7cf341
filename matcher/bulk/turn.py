"""One rebuild on a server at a time: its turn in the store, kept whatever the rebuild waits for."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime

from matcher.errors import BackendUnavailable
from matcher.mail import Turn, Turns

TURN = "bulk"
"""Name of the turn in the store."""
RENEW_S = 30.0
"""Seconds between two looks at the turn, which is lost after minutes without a word."""


@contextmanager
def only_run(
    turns: Turns, clock: Callable[[], datetime], renew_s: float = RENEW_S
) -> Iterator[Callable[[], None]]:
    """Have the turn for the time of the context.

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

    Yields
    ------
    A check, which raises BackendUnavailable once another run has taken the turn over.

    Raises
    ------
    BackendUnavailable
        Another run, which lives, has the turn.
    """
    turn = Turn(turns, TURN, clock)
    if not turn.take():
        raise BackendUnavailable(
            "Another reindex is under way. Let it end; after one on another machine was killed, wait five"
            " minutes."
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
