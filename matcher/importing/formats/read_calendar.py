"""iCalendar files into dated events, as calendars of an office export them."""

from datetime import UTC, date, datetime, time
from typing import NamedTuple
from zoneinfo import ZoneInfo

import icalendar
from dateutil.rrule import rrulestr

from matcher.importing.report import refusal

_PARIS = ZoneInfo("Europe/Paris")
MAX_EVENTS = 10_000


class CalendarEvent(NamedTuple):
    """One event: its rank in the file, its title, and when it next begins (None: it is over)."""

    rank: int
    title: str
    starts: datetime | None


def read_calendar(name: str, text: str, now: datetime) -> list[CalendarEvent]:
    """Return the events of a calendar in file order, each with its next beginning from ``now`` on.

    An event that repeats begins next at its first repetition to come; a day without hour begins at midnight
    in Paris, and lasts all day. Cancelled events are over. InvalidRequest when it is no calendar.
    """
    try:
        calendar = icalendar.Calendar.from_ical(text)
        components = calendar.walk("VEVENT")[:MAX_EVENTS]
        return [_event(rank, component, now) for rank, component in enumerate(components, start=1)]
    except (ValueError, KeyError, IndexError, AttributeError) as error:
        raise refusal(
            f"{name} n'est pas un calendrier iCalendar lisible : l'exporter de nouveau.",
            f"{name} is not an iCalendar file that can be read: export it again.",
        ) from error


def _event(rank: int, component: icalendar.cal.Component, now: datetime) -> CalendarEvent:
    title = " ".join(str(component.get("summary", "")).split())
    if str(component.get("status", "")).upper() == "CANCELLED" or "dtstart" not in component:
        return CalendarEvent(rank, title, None)
    start = component.decoded("dtstart")
    rule = component.get("rrule")
    first = _instant(start)
    if rule is None:
        over = (
            first.date() < now.astimezone(_PARIS).date() if not isinstance(start, datetime) else first < now
        )
        return CalendarEvent(rank, title, None if over else first)
    # Repetitions keep the hour of the wall clock, so they are counted without zone.
    wall = first.astimezone(_PARIS).replace(tzinfo=None)
    rules = rrulestr(rule.to_ical().decode().replace("Z", ""), dtstart=wall)
    upcoming = rules.after(now.astimezone(_PARIS).replace(tzinfo=None), inc=True)
    return CalendarEvent(rank, title, upcoming.replace(tzinfo=_PARIS) if upcoming else None)


def _instant(start: date | datetime) -> datetime:
    if not isinstance(start, datetime):
        return datetime.combine(start, time(), _PARIS)
    return start if start.tzinfo else start.replace(tzinfo=_PARIS)


def utc_now() -> datetime:
    """Return the present instant."""
    return datetime.now(UTC)
