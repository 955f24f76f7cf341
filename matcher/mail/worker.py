"""The worker: what is due of the product's work by the clock, and then its mails, one process at a time."""

import threading
from collections.abc import Callable, Sequence
from datetime import datetime

from matcher.mail.delivery import Clock, Delivered, Delivery
from matcher.mail.turn import Turn

Chore = Callable[[datetime], object]
"""Work that time makes due, such as reminders; given the present instant, and safe to repeat."""


class Worker:
    """Does one round at a time.

    Parameters
    ----------
    turn
        This process's turn: a round does nothing while another process has it.
    delivery
        Delivers the mails.
    chores
        Done before the mails, in this order, since they may queue some.
    clock
        Gives the present instant, with time zone.
    """

    def __init__(self, turn: Turn, delivery: Delivery, chores: Sequence[Chore], clock: Clock) -> None:
        self._turn, self._delivery, self._chores, self._clock = turn, delivery, chores, clock
        self._interrupted = threading.Event()

    def round(self, *, most: int = 100) -> Delivered | None:
        """Do what is due; None when another process does it.

        Messages in doubt are decided on before the first round, when no other process can be sending them.
        """
        if not self._turn.take():
            return None
        if self._turn.taken_over:
            self._delivery.recover()
        for chore in self._chores:
            chore(self._clock())
        return self._delivery.run(most=most, before_each=self._goes_on)

    def interrupt(self) -> None:
        """Let a round of another thread end after its present mail; further rounds deliver nothing."""
        self._interrupted.set()

    def stop(self) -> None:
        """Give the turn up; safe to repeat."""
        self._turn.leave()

    def _goes_on(self) -> bool:
        return not self._interrupted.is_set() and self._turn.keep()
