"""One process at a time delivers mail: its turn is kept in the store."""

import os
import secrets
import socket
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol
from weakref import WeakKeyDictionary

HOLD = timedelta(minutes=5)
"""How long a turn lasts without a further word: longer than one mail may take at the slowest server."""
_PROCESS = secrets.token_hex(8)
"""Tells this process from a former one of the same number, as in a container that starts anew."""

Seen = tuple[str, datetime]
"""A holder and until when, as the store has them."""


class Turns(Protocol):
    """Where turns are kept."""

    def holder(self, name: str) -> Seen | None:
        """Who does the work, and until when."""
        ...

    def take(self, name: str, holder: str, until: datetime, *, seen: str | None) -> bool:
        """Take the work over from ``seen``, or keep it; False when another was faster."""
        ...

    def leave(self, name: str, holder: str) -> None:
        """Give the work up."""
        ...


class Turn:
    """Part of this process in a work that one process at a time does.

    Parameters
    ----------
    turns
        Where turns are kept.
    name
        The work.
    clock
        Gives the present instant, with time zone: what a turn is kept with, since processes share it.
    ticks
        Gives seconds that only grow. A turn is renewed by them, and a holder that says nothing for
        :data:`HOLD` is followed by them: the clock may be set back by hours.
    """

    def __init__(
        self,
        turns: Turns,
        name: str,
        clock: Callable[[], datetime],
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._turns, self._name, self._clock, self._ticks = turns, name, clock, ticks
        self._holder = f"{socket.gethostname()}/{os.getpid()}/{_PROCESS}"
        self._renew_at = ticks()
        self.taken_over = False

    def take(self) -> bool:
        """Take the turn or keep it for :data:`HOLD`; False while another living process has it.

        ``taken_over`` then says whether another process, or none, had it before: its work may be half done.
        """
        now, found = self._clock(), self._turns.holder(self._name)
        seen = found[0] if found else None
        if found and seen != self._holder and not self._is_over(found, now):
            return False
        self.taken_over = seen != self._holder
        self._renew_at = self._ticks() + HOLD.total_seconds() / 5
        return self._turns.take(self._name, self._holder, now + HOLD, seen=seen)

    def keep(self) -> bool:
        """Renew a turn that was taken a while ago; False when it was lost to another process."""
        if self._ticks() < self._renew_at:
            return True
        return self.take() and not self.taken_over

    def leave(self) -> None:
        """Give the turn up."""
        self._turns.leave(self._name, self._holder)

    def _is_over(self, found: Seen, now: datetime) -> bool:
        """Whether the turn of another process is over: by the clock, by its silence, or by its end."""
        watched = _WATCHED.setdefault(self._turns, {})
        last, since = watched.get(self._name, (None, 0.0))
        if found != last:
            since = self._ticks()
            watched[self._name] = found, since
        is_silent = self._ticks() - since >= HOLD.total_seconds()
        return now >= found[1] or is_silent or _is_gone(found[0])


_WATCHED: WeakKeyDictionary[Turns, dict[str, tuple[Seen, float]]] = WeakKeyDictionary()
"""The last holder that this process saw of each work, and since when: one work may have several turns."""


def _is_gone(holder: str) -> bool:
    """Whether a holder was a process of this machine that has ended; False where that is not known."""
    host, _, rest = holder.partition("/")
    number, _, process = rest.partition("/")
    if host != socket.gethostname() or not number.isdigit():
        return False
    if int(number) == os.getpid():
        return process != _PROCESS
    try:
        os.kill(int(number), 0)  # signal 0 asks whether the process exists and does nothing to it
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False
