"""Whether a mail about an introduction still says what is true when it comes to be sent."""

from matcher.introductions import BOTH_AGREED, Introduction, State
from matcher.mail.messages import Event, Message

ASKING = frozenset({Event.ASKED, Event.REMINDER, Event.LAST_CHANCE})
"""Mails that ask a side for its answer."""
_STATES: dict[Event, frozenset[State]] = {
    Event.ACCEPTED: BOTH_AGREED,
    Event.OUTCOME: frozenset({State.ACCEPTED, State.MET, State.CLOSED}),
    Event.DECLINED: frozenset({State.DECLINED}),
    Event.EXPIRED: frozenset({State.EXPIRED}),
    Event.WITHDRAWN: frozenset({State.WITHDRAWN}),
    Event.MEETING: BOTH_AGREED,
    Event.MEETING_CANCELLED: BOTH_AGREED,
}
"""States of an introduction in which a mail about it still holds."""


def still_holds(message: Message, introduction: Introduction) -> bool:
    """Whether a mail about an introduction still says what is true."""
    event, side = message.event, introduction.side_of(message.subjects["organisation"])
    if side is None:
        return False
    if event in ASKING:
        return introduction.waits_for is side
    if event is Event.OUTCOME and side in introduction.outcomes:
        return False
    if event in (Event.MEETING, Event.MEETING_CANCELLED) and not _is_latest(message, introduction):
        return False
    return introduction.state in _STATES.get(event, frozenset())


def _is_latest(message: Message, introduction: Introduction) -> bool:
    """Whether the meeting is still at the version that a mail tells of."""
    meeting = introduction.meeting
    return meeting is not None and str(meeting.sequence) == message.subjects.get("sequence")
