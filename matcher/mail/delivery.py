"""Delivery: what is due is written, handed to the mail server, and noted with what became of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Protocol

from matcher.mail.messages import REPEATABLE, Message, Remark, State
from matcher.mail.sending import Outcome, Transport, Trial

Clock = Callable[[], datetime]
Progress = Callable[[Message, State], None]

_MINUTE = timedelta(minutes=1)
RETRY_AFTER = (
    1 * _MINUTE,
    5 * _MINUTE,
    15 * _MINUTE,
    60 * _MINUTE,
    240 * _MINUTE,
    480 * _MINUTE,
    960 * _MINUTE,
)
"""Pause after the first trial, the second, ...; a message that fails once more is parked."""
SERVER_PAUSE = 2 * _MINUTE
"""Pause of a message that found the server down: that is no trial, so it is never parked for it."""
LONGEST_PAUSES = tuple(max(SERVER_PAUSE, pause) for pause in (SERVER_PAUSE, *RETRY_AFTER))
"""How long a message that was put off may wait, by the number of its trials."""


@dataclass(frozen=True, slots=True)
class Written:
    """A message as a mail, ready to be sent."""

    mail: EmailMessage


@dataclass(frozen=True, slots=True)
class Unwanted:
    """A message without content or without a receiver."""

    why: Remark


class Writer(Protocol):
    """Makes the mail of a message, from what is true at that moment."""

    def write(self, message: Message, now: datetime) -> Written | Unwanted:
        """Return the mail, or why there is none to send."""
        ...


class Outbox(Protocol):
    """Where messages wait; each call is one transaction."""

    def due(self, now: datetime, limit: int) -> list[Message]:
        """Queued messages that are due, longest due first; see :data:`LONGEST_PAUSES`."""
        ...

    def begin(self, message: Message) -> bool:
        """Note that the text goes out now; False when the message is not queued any more."""
        ...

    def settle(self, message: Message, state: State, now: datetime, error: str = "") -> None:
        """Note the end of a message: sent, parked, kept or cancelled."""
        ...

    def postpone(self, message: Message, until: datetime, attempts: int, error: str) -> None:
        """Queue a message again."""
        ...

    def interrupted(self) -> list[Message]:
        """Messages whose text was going out when their process ended."""
        ...


@dataclass(slots=True)
class Delivered:
    """How many messages a round brought to which state; ``waiting`` were put off."""

    counts: dict[State, int] = field(default_factory=dict)
    waiting: int = 0
    server_down: bool = False

    def count(self, state: State) -> None:
        """Count one message."""
        self.counts[state] = self.counts.get(state, 0) + 1


class Delivery:
    """Brings due messages to the mail server; one process at a time (:class:`Turn`).

    A message is noted as ``sending`` after the server accepted its recipient and before any of its text
    goes out, so that a process killed before has sent nothing and one killed after leaves a mark. What
    happens to a message in doubt is decided by its event: :data:`matcher.mail.messages.REPEATABLE`.

    Parameters
    ----------
    outbox
        Where messages wait.
    writer
        Makes the mail of a message.
    transport
        The mail server; None when there is none: messages are then kept, to be read.
    clock
        Gives the present instant, with time zone.
    """

    def __init__(self, outbox: Outbox, writer: Writer, transport: Transport | None, clock: Clock) -> None:
        self._outbox, self._writer, self._transport, self._clock = outbox, writer, transport, clock

    def recover(self) -> int:
        """Decide on the messages whose process ended while their text went out; return how many there were.

        Call it when the turn was taken over from another process, and not while one may still send.
        """
        found = self._outbox.interrupted()
        for message in found:
            self._doubt(message, "interrupted", Delivered())
        return len(found)

    def run(self, *, most: int = 100, before_each: Callable[[], bool] = lambda: True) -> Delivered:
        """Deliver at most ``most`` due messages, longest due first.

        The round ends early when the server is down, or when ``before_each`` returns False.
        """
        done = Delivered()
        for message in self._outbox.due(self._clock(), most):
            if done.server_down or not before_each():
                break
            self._deliver(message, done)
        return done

    def _deliver(self, message: Message, done: Delivered) -> None:
        written = self._writer.write(message, self._clock())
        if isinstance(written, Unwanted):
            state = State.PARKED if written.why in _NEEDS_A_LOOK else State.CANCELLED
            self._settle(message, state, done, written.why)
        elif self._transport is None:
            self._settle(message, State.KEPT, done)
        else:
            trial = self._transport.send(written.mail, lambda: self._outbox.begin(message))
            self._note(message, trial, done)

    def _note(self, message: Message, trial: Trial, done: Delivered) -> None:
        if trial.outcome is Outcome.ACCEPTED:
            self._settle(message, State.SENT, done)
        elif trial.outcome is Outcome.REFUSED:
            self._settle(message, State.PARKED, done, Remark.REFUSED, trial.code)
        elif trial.outcome is Outcome.IN_DOUBT:
            self._doubt(message, trial.code, done)
        elif trial.outcome is Outcome.NOT_NOW:
            self._again(message, Remark.NOT_NOW, trial.code, done)
        elif trial.outcome is Outcome.SERVER_DOWN:
            done.server_down = True
            done.waiting += 1
            until = self._clock() + SERVER_PAUSE
            self._outbox.postpone(message, until, message.attempts, _remark(Remark.SERVER_DOWN, trial.code))

    def _doubt(self, message: Message, code: str, done: Delivered) -> None:
        if message.event in REPEATABLE:
            self._again(message, Remark.IN_DOUBT, code, done)
        else:
            self._settle(message, State.PARKED, done, Remark.IN_DOUBT, code)

    def _again(self, message: Message, why: Remark, code: str, done: Delivered) -> None:
        tried = message.attempts + 1
        if tried > len(RETRY_AFTER):
            self._settle(message, State.PARKED, done, why, code)
            return
        done.waiting += 1
        self._outbox.postpone(message, self._clock() + RETRY_AFTER[tried - 1], tried, _remark(why, code))

    def _settle(
        self, message: Message, state: State, done: Delivered, why: Remark | None = None, code: str = ""
    ) -> None:
        done.count(state)
        self._outbox.settle(message, state, self._clock(), _remark(why, code) if why else "")


_NEEDS_A_LOOK = frozenset({Remark.BAD_ADDRESS, Remark.NOT_WRITTEN})
"""Reasons for which a message is parked, since a person can put them right; others cancel it."""


def _remark(why: Remark, code: str) -> str:
    return f"{why.value} {code}".strip()
