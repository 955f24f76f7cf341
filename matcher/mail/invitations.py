"""The calendar part of a mail about a meeting: an invitation, its newer version, or its cancellation."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from email.message import EmailMessage
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time

from matcher.calendars import CalendarEntry, Method, Participant, write_calendar
from matcher.introductions import Meeting
from matcher.mail.rendering import Lang, written_day

SUMMARIES: dict[Lang, str] = {"fr": "Rencontre", "en": "Meeting"}
_AT: dict[Lang, str] = {"fr": "{} à {}", "en": "{} at {}"}


def written_moment(at: datetime, zone: ZoneInfo, lang: Lang) -> str:
    """Write an instant as people read it where they are.

    >>> from datetime import UTC
    >>> written_moment(datetime(2026, 12, 10, 9, 30, tzinfo=UTC), ZoneInfo("Europe/Paris"), "fr")
    'jeudi 10 décembre 2026 à 10:30'
    """
    there = at.astimezone(zone)
    day = f"{format_date(there.date(), 'EEEE', locale=lang)} {written_day(there.date(), lang)}"
    return _AT[lang].format(day, format_time(there, "HH:mm", tzinfo=zone, locale=lang))


@dataclass(frozen=True, slots=True)
class Invitation:
    """A meeting with what surrounds it in a calendar.

    ``names`` are those of the organisations that are still known; ``organizer`` and ``attendees`` are
    ``(address, name)``.
    """

    meeting: Meeting
    lang: Lang
    names: tuple[str, ...]
    organizer: tuple[str, str]
    attendees: tuple[tuple[str, str], ...]


def entry_of(meeting: Meeting, zone: ZoneInfo, lang: Lang, names: Sequence[str]) -> CalendarEntry:
    """Return a meeting as an entry of a calendar, at the hour of ``zone``.

    Examples
    --------
    >>> from datetime import UTC
    >>> meeting = Meeting("1@matcher", datetime(2026, 12, 10, 9, 30, tzinfo=UTC), 45, "Albi")
    >>> entry = entry_of(meeting, ZoneInfo("Europe/Paris"), "fr", ["Un", "Deux"])
    >>> entry.summary, entry.starts.isoformat()
    ('Rencontre : Un – Deux', '2026-12-10T10:30:00+01:00')
    """
    sign = " : " if lang == "fr" else ": "
    return CalendarEntry(
        uid=meeting.uid,
        starts=meeting.starts.astimezone(zone),
        ends=meeting.ends.astimezone(zone),
        summary=sign.join([SUMMARIES[lang], *filter(None, [" – ".join(names)])]),
        place=meeting.place,
        sequence=meeting.sequence,
        cancelled=meeting.cancelled,
    )


def attach(mail: EmailMessage, invitation: Invitation, zone: ZoneInfo, stamp: datetime) -> None:
    """Add an invitation to a mail, so that a calendar program offers it, updates it or takes it out.

    The method is also a parameter of the MIME type: without it Outlook shows a file and no invitation
    (RFC 6047, 2.4).
    """
    plain = entry_of(invitation.meeting, zone, invitation.lang, invitation.names)
    entry = replace(
        plain,
        organizer=Participant(*invitation.organizer),
        attendees=tuple(Participant(*attendee) for attendee in invitation.attendees),
    )
    method = Method.CANCEL if entry.cancelled else Method.REQUEST
    text = write_calendar([entry], stamp, method).decode()
    mail.add_alternative(text, subtype="calendar", params={"method": method.value}, cte="quoted-printable")


def facts_of(meeting: Meeting, zone: ZoneInfo, lang: Lang) -> dict[str, Any]:
    """Return what the text of a mail says of a meeting."""
    return {
        "moment": written_moment(meeting.starts, zone, lang),
        "minutes": meeting.minutes,
        "place": meeting.place,
        "is_change": meeting.sequence > 0,
    }
