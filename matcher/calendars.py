"""iCalendar (RFC 5545): the one place that writes calendars, for events, invitations and feeds."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import icalendar


class Method(StrEnum):
    """What a calendar is for (RFC 5546): published to be read, an invitation, or its withdrawal."""

    PUBLISH = "PUBLISH"
    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


@dataclass(frozen=True, slots=True)
class Participant:
    """A person or body of a calendar entry: an e-mail address and the name shown for it."""

    email: str
    name: str


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """One entry of a calendar.

    ``uid`` stays the same in every later version of the entry, and ``sequence`` grows with each. ``starts``
    is an instant with time zone, or a date for a whole day; ``ends`` None leaves the end open. ``place`` may
    be an address of the web.
    """

    uid: str
    starts: datetime | date
    ends: datetime | None
    summary: str
    place: str = ""
    description: str = ""
    sequence: int = 0
    cancelled: bool = False
    organizer: Participant | None = None
    attendees: tuple[Participant, ...] = ()


_LINK = re.compile(r"https?://\S+")


def write_calendar(
    entries: Sequence[CalendarEntry], stamp: datetime, method: Method = Method.PUBLISH, name: str = ""
) -> bytes:
    """Return a calendar as a file or a mail holds it, with the time zones that its instants name.

    Parameters
    ----------
    entries
        What it holds, in this order; none gives an empty calendar.
    stamp
        When it is written, with time zone.
    method
        What it is for.
    name
        Shown by calendar programs that subscribe to it; "" for none.

    Examples
    --------
    >>> from datetime import UTC
    >>> at = datetime(2026, 12, 3, 9, tzinfo=UTC)
    >>> text = write_calendar([CalendarEntry("1@example.org", at, None, "Rencontre")], at).decode()
    >>> "SUMMARY:Rencontre" in text, "METHOD:PUBLISH" in text
    (True, True)
    """
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//matcher//FR")
    calendar.add("version", "2.0")
    calendar.add("method", method.value)
    if name:
        calendar.add("x-wr-calname", name)
        calendar.add("x-published-ttl", "PT6H")
    for entry in entries:
        calendar.add_component(_event(entry, stamp))
    if entries:
        years = [entry.starts.year for entry in entries]
        # RFC 5545 3.2.19: Outlook reads a TZID only beside its VTIMEZONE. The years around are enough.
        calendar.add_missing_timezones(date(min(years) - 1, 1, 1), date(max(years) + 2, 1, 1))
    written: bytes = calendar.to_ical()
    return written


def _event(entry: CalendarEntry, stamp: datetime) -> icalendar.Event:
    event = icalendar.Event()
    event.add("uid", entry.uid)
    event.add("dtstamp", stamp)
    event.add("dtstart", entry.starts)
    if entry.ends is not None:
        event.add("dtend", entry.ends)
    event.add("summary", entry.summary)
    event.add("sequence", entry.sequence)
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    if entry.place:
        event.add("location", entry.place)
    if link := _LINK.search(entry.place):
        event.add("url", link.group())
    if entry.description:
        event.add("description", entry.description)
    if entry.organizer is not None:
        event.add("organizer", _address(entry.organizer))
    for participant in entry.attendees:
        event.add("attendee", _attendee(participant))
    return event


def _address(participant: Participant) -> icalendar.vCalAddress:
    address = icalendar.vCalAddress(f"mailto:{participant.email}")
    address.params["CN"] = participant.name
    return address


def _attendee(participant: Participant) -> icalendar.vCalAddress:
    """Return an attendee whose answer is not asked for: both said yes before the meeting had a date."""
    address = _address(participant)
    address.params["ROLE"] = "REQ-PARTICIPANT"
    address.params["PARTSTAT"] = "NEEDS-ACTION"
    address.params["RSVP"] = "FALSE"
    return address
