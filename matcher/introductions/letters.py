"""The mails that follow an act on an introduction, and their receivers."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from matcher.domain.messages import MessageRequest
from matcher.introductions.introduction import Act, Introduction, Side, State
from matcher.introductions.meeting import Meeting, cancellation_subjects, cancelled, version_subject
from matcher.introductions.rules import Rules

Contacts = Mapping[str, Sequence[str]]
"""Ids of the people who get the mail of an organisation, by its id; an organisation may have none."""

_FIRST, _SECOND, _BOTH = (Side.FIRST,), (Side.SECOND,), (Side.FIRST, Side.SECOND)

_TOLD: dict[tuple[State, Act], tuple[str, tuple[Side, ...]]] = {
    (State.APPROVED, Act.ASK): ("introduction_asked", _FIRST),
    (State.FIRST_AGREED, Act.ASK): ("introduction_asked", _SECOND),
    (State.ASKED_FIRST, Act.REMIND): ("introduction_reminder", _FIRST),
    (State.ASKED_SECOND, Act.REMIND): ("introduction_reminder", _SECOND),
    (State.ASKED_FIRST, Act.EXPIRE): ("introduction_expired", _FIRST),
    (State.ASKED_SECOND, Act.EXPIRE): ("introduction_expired", _BOTH),
    (State.ASKED_FIRST, Act.WITHDRAW): ("introduction_withdrawn", _FIRST),
    (State.FIRST_AGREED, Act.WITHDRAW): ("introduction_withdrawn", _FIRST),
    (State.ASKED_SECOND, Act.WITHDRAW): ("introduction_withdrawn", _BOTH),
    (State.ACCEPTED, Act.WITHDRAW): ("introduction_withdrawn", _BOTH),
    (State.ASKED_SECOND, Act.NO): ("introduction_declined", _FIRST),
    (State.ASKED_SECOND, Act.YES): ("introduction_accepted", _BOTH),
    (State.ACCEPTED, Act.SCHEDULE): ("introduction_meeting", _BOTH),
    (State.ACCEPTED, Act.CANCEL_MEETING): ("introduction_meeting_cancelled", _BOTH),
    (State.ACCEPTED, Act.ASK_OUTCOME): ("introduction_outcome", _BOTH),
    (State.MET, Act.ASK_OUTCOME): ("introduction_outcome", _BOTH),
}
"""State before and act, to the mail and who gets it. A side that was not asked yet gets no mail."""


def letters(
    before: Introduction, after: Introduction, act: Act, contacts: Contacts, rules: Rules
) -> tuple[MessageRequest, ...]:
    """Return the mails of an act, first side first, in the order of the contacts.

    Each is named by the introduction, the event, the person and the version after the act: the same mail is
    asked for once only, and a request that is made anew after "not now" is another mail. Who has no contact
    person gets none.
    """
    event, sides = _event(before, after, act, rules)
    meeting = _meeting_subjects(before, after)
    found: list[MessageRequest] = []
    for organisation_id, person_id in _readers(before, sides, contacts):
        subjects = {"introduction": before.id, "organisation": organisation_id} | meeting
        key = f"intro:{before.id}:{event}:{organisation_id}:{person_id}:{after.version}"
        found.append(MessageRequest(key, person_id, event, after.changed_at, subjects))
    return tuple(found)


def cancellations(
    introduction: Introduction, organisation_id: str, people: Sequence[str], now: datetime
) -> tuple[MessageRequest, ...]:
    """Return the mails that cancel the meeting of an introduction whose other organisation is erased.

    They hold all that a cancellation needs, since nothing else of the introduction is kept. None where no
    meeting lies ahead.
    """
    if introduction.meeting is None or not introduction.meets_ahead(now):
        return ()
    event, meeting = "introduction_meeting_cancelled", cancelled(introduction.meeting)
    subjects = {"introduction": introduction.id, "organisation": organisation_id}
    subjects |= cancellation_subjects(meeting)
    keys = {person: f"intro:{introduction.id}:{event}:{organisation_id}:{person}:erased" for person in people}
    return tuple(MessageRequest(key, person, event, now, subjects) for person, key in keys.items())


def _meeting_subjects(before: Introduction, after: Introduction) -> dict[str, str]:
    """Return what a mail says of a meeting that the act changed; nothing where it changed none."""
    meeting: Meeting | None = after.meeting
    if meeting is None or meeting == before.meeting:
        return {}
    return cancellation_subjects(meeting) if meeting.cancelled else version_subject(meeting)


def _event(before: Introduction, after: Introduction, act: Act, rules: Rules) -> tuple[str, tuple[Side, ...]]:
    """Return the mail and the sides that get it; no side where there is none."""
    event, sides = _TOLD.get((before.state, act), ("", ()))
    if act is Act.REMIND and rules.reminders_left(after) == 0:
        return "introduction_last_chance", sides
    if before.state is State.NOT_NOW and act is Act.WITHDRAW:
        return "introduction_withdrawn", _FIRST if before.resumes is State.APPROVED else _BOTH
    return event, sides


def _readers(
    introduction: Introduction, sides: Sequence[Side], contacts: Contacts
) -> Iterator[tuple[str, str]]:
    for side in sides:
        organisation_id = introduction.organisation(side)
        for person_id in contacts.get(organisation_id, ()):
            yield organisation_id, person_id
