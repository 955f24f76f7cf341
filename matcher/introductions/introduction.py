"""What an introduction is: its states, what can be done to it, by which party, and the record of each act."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from matcher.introductions.meeting import Meeting


class State(StrEnum):
    """Where an introduction is."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    ASKED_FIRST = "asked_first"
    FIRST_AGREED = "first_agreed"
    ASKED_SECOND = "asked_second"
    ACCEPTED = "accepted"
    MET = "met"
    CLOSED = "closed"
    REFUSED = "refused"
    DECLINED = "declined"
    NOT_NOW = "not_now"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


OVER = frozenset({State.CLOSED, State.REFUSED, State.DECLINED, State.EXPIRED, State.WITHDRAWN})
"""States after which no member is waited for."""
BOTH_AGREED = frozenset({State.ACCEPTED, State.MET, State.CLOSED})
"""States in which the two organisations know of each other."""


class Act(StrEnum):
    """What can be done to an introduction."""

    PROPOSE = "propose"
    APPROVE = "approve"
    REFUSE = "refuse"
    POSTPONE = "postpone"
    WRITE = "write"
    REOPEN = "reopen"
    ASK = "ask"
    REMIND = "remind"
    YES = "yes"
    NO = "no"
    NOT_NOW = "not_now"
    WAKE = "wake"
    EXPIRE = "expire"
    WITHDRAW = "withdraw"
    SCHEDULE = "schedule"
    CANCEL_MEETING = "cancel_meeting"
    MEET = "meet"
    ASK_OUTCOME = "ask_outcome"
    OUTCOME = "outcome"


class Party(StrEnum):
    """The part in which a person acts. ``SERVICE`` is the worker, which asks, reminds and closes on time."""

    STAFF = "staff"
    FIRST = "first"
    SECOND = "second"
    SERVICE = "service"


class Side(StrEnum):
    """The organisation that is asked first, or the one that is asked second."""

    FIRST = "first"
    SECOND = "second"

    @property
    def other(self) -> "Side":
        """The opposite side."""
        return Side.SECOND if self is Side.FIRST else Side.FIRST


class Origin(StrEnum):
    """Where a proposal came from. A member that proposes has agreed already: it is the first side."""

    PLAN = "plan"
    STAFF = "staff"
    MEMBER = "member"


class Ground(StrEnum):
    """Why a member declines or staff refuse."""

    NOT_RELEVANT = "not_relevant"
    ALREADY_KNOWN = "already_known"
    NO_TIME = "no_time"
    COMPETITOR = "competitor"
    NEED_MET = "need_met"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts.

    Parameters
    ----------
    party
        In what part.
    person_id
        Which person; "" for the service, and for staff on the machine itself.
    on_behalf_of
        The organisation that staff answer for; "" when they act for none.
    """

    party: Party
    person_id: str = ""
    on_behalf_of: str = ""


SERVICE = Actor(Party.SERVICE)
"""The worker."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a member says of an introduction: were they in contact, and was it useful (None: not said)."""

    contacted: bool
    useful: bool | None = None


@dataclass(frozen=True, slots=True)
class Introduction:
    """An introduction of two organisations.

    ``first_id`` is asked first, and ``second_id`` only once the first agreed. ``version`` grows by one with
    every act. ``asked_at`` and ``reminders`` belong to the present request, ``ground`` to a no, and
    ``until`` to "not now" or to a decision that staff put off. ``plan`` names the plan of
    introductions that proposed it, "" for a proposal by hand.
    ``resumes`` is where "not now" goes on, ``ended_by`` the side that said no or did not answer.
    ``outcome_asked_at`` is when both were asked how it was. ``meeting`` is the one they agreed on, also after
    it was cancelled; None where none ever had a date. ``words`` is what staff add to the request of a side;
    a side without a word is left out.
    """

    id: str
    first_id: str
    second_id: str
    state: State
    version: int
    created_at: datetime
    changed_at: datetime
    origin: Origin = Origin.STAFF
    plan: str = ""
    asked_at: datetime | None = None
    reminders: int = 0
    until: datetime | None = None
    ground: Ground | None = None
    resumes: State | None = None
    ended_by: Side | None = None
    outcome_asked_at: datetime | None = None
    outcomes: Mapping[Side, Outcome] = field(default_factory=dict)
    meeting: Meeting | None = None
    words: Mapping[Side, str] = field(default_factory=dict)

    @property
    def waits_for(self) -> Side | None:
        """The side whose answer is awaited; None when no answer is.

        >>> from datetime import UTC
        >>> at = datetime(2026, 12, 1, tzinfo=UTC)
        >>> Introduction("IN1", "ORG1", "ORG2", State.ASKED_SECOND, 5, at, at, asked_at=at).waits_for
        <Side.SECOND: 'second'>
        """
        return {State.ASKED_FIRST: Side.FIRST, State.ASKED_SECOND: Side.SECOND}.get(self.state)

    @property
    def to_be_asked(self) -> Side | None:
        """The side that is asked next; None when none is."""
        return {State.APPROVED: Side.FIRST, State.FIRST_AGREED: Side.SECOND}.get(self.state)

    def organisation(self, side: Side) -> str:
        """Return the id of the organisation of a side."""
        return self.first_id if side is Side.FIRST else self.second_id

    def side_of(self, organisation_id: str) -> Side | None:
        """Return the side of an organisation; None for one that is not introduced here."""
        return {self.first_id: Side.FIRST, self.second_id: Side.SECOND}.get(organisation_id)

    def meets_ahead(self, now: datetime) -> bool:
        """Whether a meeting has a date, was not cancelled and is not over."""
        return self.meeting is not None and self.meeting.lies_ahead(now)


@dataclass(frozen=True, slots=True)
class Record:
    """One act on an introduction: who did what, when, on whose behalf, and what the introduction became.

    ``asked_id`` is the organisation that the act asks, "" for other acts. ``plan`` is the version of the plan
    of introductions at that time, and ``version`` that of the introduction after the act. ``meeting`` is
    what an act on it made of the meeting.
    """

    introduction_id: str
    version: int
    at: datetime
    act: Act
    before: State | None
    after: State
    actor: Actor
    asked_id: str = ""
    ground: Ground | None = None
    until: datetime | None = None
    note: str = ""
    plan: str = ""
    outcome: Outcome | None = None
    meeting: Meeting | None = None
