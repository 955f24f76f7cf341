"""The meeting that an introduction leads to: when, how long, where; what is refused; its calendar facts."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from matcher.errors import InvalidRequest

LONGEST_PLACE = 300
SHORTEST_MINUTES, LONGEST_MINUTES = 5, 720


@dataclass(frozen=True, slots=True)
class MeetingPlan:
    """What a person says of a meeting: when it starts (with time zone), its minutes, a place or a link."""

    starts: datetime
    minutes: int = 60
    place: str = ""


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting as it is kept.

    ``uid`` names it in calendars for ever. ``sequence`` grows with every change, a cancellation included, so
    that calendars know which version is the latest (RFC 5545, 3.8.7.4).
    """

    uid: str
    starts: datetime
    minutes: int
    place: str = ""
    sequence: int = 0
    cancelled: bool = False

    @property
    def ends(self) -> datetime:
        """When it ends."""
        return self.starts + timedelta(minutes=self.minutes)

    def lies_ahead(self, now: datetime) -> bool:
        """Whether it is to take place and has not ended."""
        return not self.cancelled and now < self.ends


def scheduled(plan: MeetingPlan, before: Meeting | None, introduction: tuple[str, datetime]) -> Meeting:
    """Return a meeting as planned; it replaces ``before``, one that was planned earlier or cancelled.

    ``introduction`` is the id of its introduction and when that was proposed: a number alone would name the
    meetings of two installations alike.

    >>> from datetime import UTC
    >>> at = datetime(2026, 12, 1, 9, tzinfo=UTC)
    >>> first = scheduled(MeetingPlan(at), None, ("IN1", at))
    >>> later = scheduled(MeetingPlan(at + timedelta(days=1)), first, ("IN1", at))
    >>> later.uid == first.uid, later.sequence
    (True, 1)
    """
    introduction_id, proposed_at = introduction
    key = f"{introduction_id}|{proposed_at.isoformat()}"
    uid = before.uid if before else hashlib.sha256(key.encode()).hexdigest()[:32] + "@matcher"
    sequence = before.sequence + 1 if before else 0
    return Meeting(uid, plan.starts, plan.minutes, plan.place.strip(), sequence)


def cancelled(meeting: Meeting) -> Meeting:
    """Return a meeting after its cancellation."""
    return replace(meeting, cancelled=True, sequence=meeting.sequence + 1)


def require_plan(plan: MeetingPlan | None, now: datetime, longest_days: int) -> None:
    """Raise InvalidRequest, with what to write instead, unless a meeting can be planned so."""
    if plan is None or plan.starts.utcoffset() is None:
        raise InvalidRequest("Say when the meeting starts: a date and a time, with time zone.")
    if not now < plan.starts <= now + timedelta(days=longest_days):
        raise InvalidRequest(f"The meeting starts in the future, and within {longest_days} days.")
    if not SHORTEST_MINUTES <= plan.minutes <= LONGEST_MINUTES:
        raise InvalidRequest(f"A meeting lasts {SHORTEST_MINUTES} to {LONGEST_MINUTES} minutes.")
    if len(plan.place) > LONGEST_PLACE or not plan.place.strip().isprintable():
        raise InvalidRequest(f"The place, or the link, is one line of at most {LONGEST_PLACE} characters.")


def version_subject(meeting: Meeting) -> dict[str, str]:
    """Return which version of a meeting a mail tells of; a later version makes the mail needless."""
    return {"sequence": str(meeting.sequence)}


def cancellation_subjects(meeting: Meeting) -> dict[str, str]:
    """Return what a cancellation needs to be written when nothing else is kept of the meeting."""
    return version_subject(meeting) | {
        "uid": meeting.uid,
        "starts": meeting.starts.isoformat(),
        "minutes": str(meeting.minutes),
    }


def cancelled_of(subjects: Mapping[str, str]) -> Meeting:
    """Return the cancelled meeting of :func:`cancellation_subjects`, without its place."""
    starts = datetime.fromisoformat(subjects["starts"])
    sequence = int(subjects["sequence"])
    return Meeting(subjects["uid"], starts, int(subjects["minutes"]), "", sequence, cancelled=True)
