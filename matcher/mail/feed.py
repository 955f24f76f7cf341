"""A person's calendar at a secret address: agreed meetings, and dates of the factories they take part in."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from matcher.calendars import CalendarEntry, write_calendar
from matcher.domain import Factory, Items, Organisation
from matcher.domain.participation import Participation
from matcher.errors import NotFound
from matcher.introductions import BOTH_AGREED, Introductions
from matcher.mail.invitations import entry_of
from matcher.mail.rendering import Lang
from matcher.people import LinkGone, Links, Person, Purpose

KEPT_FOR = timedelta(days=180)
"""How long a meeting stays in the feed after its end."""


class People(Protocol):
    """Whose calendar it is."""

    def get(self, person_id: str) -> Person:
        """Return a person; NotFound when there is none."""
        ...


class Participations(Protocol):
    """Who takes part in which factory."""

    def of(self, organisation_id: str) -> Sequence[Participation]:
        """Return the participations of an organisation."""
        ...


@dataclass(frozen=True, slots=True)
class FeedSources:
    """What calendars are written from."""

    people: People
    items: Items
    introductions: Introductions
    participations: Participations
    links: Links


class CalendarFeeds:
    """Makes, ends and writes the calendars of people; each has one address at most.

    Parameters
    ----------
    sources
        What they are written from.
    cluster
        The cluster's name, that of the calendar too.
    zone
        Where the members are.
    """

    def __init__(self, sources: FeedSources, cluster: str, zone: ZoneInfo) -> None:
        self._sources, self._cluster, self._zone = sources, cluster, zone

    def token(self, person_id: str) -> str | None:
        """Return the token of a person's calendar; None where there is no calendar."""
        found = self._sources.links.of(person_id, Purpose.CALENDAR)
        return self._sources.links.token(found[-1].id) if found else None

    def open(self, person_id: str, now: datetime) -> str:
        """Give a person's calendar a new address and return its token; the former one opens nothing more."""
        self.close(person_id, now)
        return self._sources.links.token(
            self._sources.links.make(Purpose.CALENDAR, person_id, person_id, now).id
        )

    def close(self, person_id: str, now: datetime) -> bool:
        """End a person's calendar; False where there was none."""
        found = self._sources.links.of(person_id, Purpose.CALENDAR)
        self._sources.links.revoke([link.id for link in found], now)
        return bool(found)

    def write(self, token: str, now: datetime) -> bytes:
        """Return the calendar of a token as an iCalendar file.

        Raises
        ------
        NotFound
            There is no such calendar, it was ended, or its person is disabled: all the same to who asks.
        """
        try:
            link = self._sources.links.open(token, Purpose.CALENDAR, now)
        except LinkGone:
            raise NotFound("There is no calendar at this address: make a new one in your account.") from None
        person = self._sources.people.get(link.person_id)
        if person.disabled_at is not None:
            raise NotFound("There is no calendar at this address: make a new one in your account.")
        entries = [*self._meetings(person, now), *self._dates(person)]
        return write_calendar(sorted(entries, key=_order), now, name=self._cluster)

    def _meetings(self, person: Person, now: datetime) -> Iterator[CalendarEntry]:
        lang: Lang = "en" if person.lang == "en" else "fr"
        seen: set[str] = set()
        for own_id in person.organisations:
            for one in self._sources.introductions.all(BOTH_AGREED, own_id):
                meeting = one.meeting
                if meeting is None or meeting.cancelled or one.id in seen or meeting.ends + KEPT_FOR < now:
                    continue
                seen.add(one.id)  # a person may speak for both sides
                yield entry_of(meeting, self._zone, lang, self._names((one.first_id, one.second_id)))

    def _names(self, ids: Sequence[str]) -> list[str]:
        found = self._sources.items.get_many(ids)
        return [found[item_id].name for item_id in ids if isinstance(found.get(item_id), Organisation)]

    def _dates(self, person: Person) -> Iterator[CalendarEntry]:
        """Return the next date of each factory that an organisation of the person takes part in."""
        ids = {
            row.factory_id
            for own_id in person.organisations
            for row in self._sources.participations.of(own_id)
        }
        for factory in self._sources.items.get_many(sorted(ids)).values():
            if isinstance(factory, Factory) and factory.next_meeting is not None:
                yield date_entry(factory, factory.next_meeting, self._zone)


def date_entry(factory: Factory, at: datetime, zone: ZoneInfo) -> CalendarEntry:
    """Return the date of a factory as a calendar entry: a date that moves keeps its identifier.

    >>> at = datetime.fromisoformat("2026-12-03T23:00Z")
    >>> entry = date_entry(Factory(id="FAC1", name="Data"), at, ZoneInfo("Europe/Paris"))
    >>> entry.uid, entry.starts
    ('factory-FAC1@matcher', datetime.date(2026, 12, 4))
    """
    starts = day_or_instant(at.astimezone(zone))
    return CalendarEntry(f"factory-{factory.id}@matcher", starts, None, factory.name, place=factory.antenna)


def day_or_instant(starts: datetime) -> datetime | date:
    """Return the day alone of an instant at midnight: that is how a date without an hour is kept."""
    return starts.date() if starts.time() == time() else starts


def _order(entry: CalendarEntry) -> tuple[str, str]:
    return entry.starts.isoformat(), entry.uid
