"""A message of the outbox and its states, and which events may be sent a second time when in doubt."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class State(StrEnum):
    """Where a message is on its way.

    ``queued`` waits for its turn; ``sending`` is noted before its text goes to the mail server; ``sent`` was
    accepted by the server; ``parked`` needs a person to look at it; ``kept`` came due while no mail server
    was configured; ``cancelled`` had nothing left to say when it came due.
    """

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    PARKED = "parked"
    KEPT = "kept"
    CANCELLED = "cancelled"


class Event(StrEnum):
    """What a message tells; the folder of its templates has this name."""

    SIGN_IN = "sign_in"
    RIGHTS = "rights"
    ALERTS = "alert_digest"
    CANDIDATE_LINK = "candidate_link"
    CANDIDATE_OPENED = "candidate_opened"
    CANDIDATE_DECIDED = "candidate_decided"
    ASKED = "introduction_asked"
    REMINDER = "introduction_reminder"
    LAST_CHANCE = "introduction_last_chance"
    ACCEPTED = "introduction_accepted"
    DECLINED = "introduction_declined"
    EXPIRED = "introduction_expired"
    WITHDRAWN = "introduction_withdrawn"
    OUTCOME = "introduction_outcome"
    MEETING = "introduction_meeting"
    MEETING_CANCELLED = "introduction_meeting_cancelled"


TO_CANDIDATES = frozenset({Event.CANDIDATE_LINK, Event.CANDIDATE_OPENED, Event.CANDIDATE_DECIDED})
"""Mails to candidates: staff see that one was sent, never to whom or what it holds."""
REPEATABLE = frozenset({Event.ACCEPTED, Event.WITHDRAWN, Event.MEETING, Event.MEETING_CANCELLED})
"""Events that are sent again when nobody knows whether the mail server took them.

A process that is killed, or a connection that is cut, between the end of a message and the server's answer
leaves that doubt, and no protocol removes it. These are the only word of a thing that people act on: contact
data, the end of a request, the hour of a meeting. Lost, somebody waits in vain; twice, with the same
Message-ID (and the same version in the calendar), nobody is harmed. All others are sent at most once and
parked when in doubt: a reminder follows a question, a person asks for another sign-in link, and a second
question would be a nuisance.
"""


class Remark(StrEnum):
    """Why a message is where it is: kept in the outbox beside a reply code, never with an address."""

    REFUSED = "refused"
    NOT_NOW = "not_now"
    SERVER_DOWN = "server_down"
    IN_DOUBT = "in_doubt"
    BAD_ADDRESS = "bad_address"
    NOT_WRITTEN = "not_written"
    NO_PERSON = "no_person"
    OBJECTED = "objected"
    SETTLED = "settled"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class Message:
    """A mail in the outbox; see :class:`matcher.domain.MessageRequest` for its first fields.

    ``next_at`` is when it is due, ``attempts`` how often it was tried, ``error`` the :class:`Remark` and
    reply code of the last trial ("" if there was none).
    """

    id: int
    key: str
    person_id: str
    event: Event
    subjects: Mapping[str, str]
    created_at: datetime
    next_at: datetime
    attempts: int = 0
    state: State = State.QUEUED
    sent_at: datetime | None = None
    error: str = ""

    @property
    def reference(self) -> str:
        """The part of the Message-ID before the at sign: the same for every trial of this message.

        Receivers that see a Message-ID twice show one mail (RFC 5322, 3.6.4).
        """
        return hashlib.sha256(self.key.encode()).hexdigest()[:32]
