"""What the worker asks of a mail server, and what became of one trial."""

from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from enum import StrEnum
from typing import Protocol


class Outcome(StrEnum):
    """What became of a trial.

    ``accepted`` by the server. ``refused`` for good, this recipient or this text (SMTP 5xx). ``not_now``
    (4xx, or the server gave up before it had the whole text). ``server_down``: no recipient was named yet,
    so the server and not the message is at fault. ``in_doubt``: the whole text went out and no answer came.
    ``dropped``: the message was no longer to be sent when its turn came.
    """

    ACCEPTED = "accepted"
    REFUSED = "refused"
    NOT_NOW = "not_now"
    SERVER_DOWN = "server_down"
    IN_DOUBT = "in_doubt"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Trial:
    """The outcome and the reply code, such as ``550 5.1.1``; not its text: servers quote addresses."""

    outcome: Outcome
    code: str = ""


class Transport(Protocol):
    """A way to hand mails to a mail server."""

    def send(self, mail: EmailMessage, before_text: Callable[[], bool]) -> Trial:
        """Try to deliver one mail; no error of the network is raised.

        ``before_text`` is called when the server has accepted the recipient and before any of the text goes
        out; where it returns False, the mail is dropped.
        """
        ...
