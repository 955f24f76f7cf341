"""One process at a time delivers mail: its turn is kept in the store."""

import os
import secrets
import socket
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

HOLD = timedelta(minutes=5)
"""How long a turn lasts without a further word: longer than one mail may take at the slowest server."""
_PROCESS = secrets.token_hex(8)
"""Tells this process from a former one of the same number, as in a container that starts anew."""


class Turns(Protocol):
    """Where turns are kept."""

    def holder(self, name: str) -> tuple[str, datetime] | None:
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
        Gives the present instant, with time zone.
    """

    def __init__(self, turns: Turns, name: str, clock: Callable[[], datetime]) -> None:
        self._turns, self._name, self._clock = turns, name, clock
        self._holder = f"{socket.gethostname()}/{os.getpid()}/{_PROCESS}"
        self._renew_at = clock()
        self.taken_over = False

    def take(self) -> bool:
        """Take the turn or keep it for :data:`HOLD`; False while another living process has it.

        ``taken_over`` then says whether another process, or none, had it before: its work may be half done.
        """
        now, found = self._clock(), self._turns.holder(self._name)
        seen = found[0] if found else None
        if found and seen != self._holder and now < found[1] and not _is_gone(found[0]):
            return False
        self.taken_over = seen != self._holder
        self._renew_at = now + HOLD / 5
        return self._turns.take(self._name, self._holder, now + HOLD, seen=seen)

    def keep(self) -> bool:
        """Renew a turn that was taken a while ago; False when it was lost to another process."""
        if self._clock() < self._renew_at:
            return True
        return self.take() and not self.taken_over

    def leave(self) -> None:
        """Give the turn up."""
        self._turns.leave(self._name, self._holder)


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
