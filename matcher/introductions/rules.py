"""The rules of introductions: a member's capacity a month, when it is reminded, when a request ends."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from matcher.domain import Organisation, size_bands
from matcher.introductions.introduction import Introduction
from matcher.introductions.working_days import add_working_days, french_holidays, next_working_day

CAPACITY = {"TPE": 2, "PE": 6, "ME": 8, "ETI": 8, "GE": 8}
"""Requests a month by size (0-9 people: 2, 10-49: 6, 50+: 8), as Immersion Facilitée found bearable."""
LEAST_CAPACITY = 2
"""Of an organisation whose size is not known: the smallest are asked too much first."""
HIGHEST_CAPACITY = 50


@dataclass(frozen=True, slots=True)
class Rules:
    """Delays and limits; the defaults are those of peers (see ``docs/decisions/0702-introductions.md``).

    Parameters
    ----------
    first_reminder
        Working days after a request.
    later_reminders
        Days after a request, ascending; the last one is the last chance. One that falls on a day without
        work is sent on the next working day.
    expiry
        Days after which a request without an answer ends.
    spacing
        Days between two requests to one organisation at least.
    outcome_after
        Days after both agreed, when they are asked how it was.
    longest_pause
        Days that "not now" or a pause may last.
    zone
        Where the members are: months and days begin there at midnight.
    free
        Days without work beside weekends.
    """

    first_reminder: int = 3
    later_reminders: tuple[int, ...] = (10, 21)
    expiry: int = 30
    spacing: int = 7
    outcome_after: int = 14
    longest_pause: int = 366
    zone: ZoneInfo | timezone = field(default_factory=lambda: ZoneInfo("Europe/Paris"))
    free: Container[date] = field(default_factory=french_holidays)

    def day(self, at: datetime) -> date:
        """Return the day that an instant falls on where the members are."""
        return at.astimezone(self.zone).date()

    def reminder_days(self, asked_at: datetime) -> list[date]:
        """Return the days on which a request made at an instant is recalled, ascending, before it ends.

        >>> from datetime import UTC
        >>> [str(day) for day in Rules().reminder_days(datetime(2026, 12, 1, 9, tzinfo=UTC))]
        ['2026-12-04', '2026-12-11', '2026-12-22']
        """
        asked = self.day(asked_at)
        days = [add_working_days(asked, self.first_reminder, self.free)]
        later = [asked + timedelta(days=count) for count in self.later_reminders]
        days += [next_working_day(day, self.free) for day in later]
        return sorted(day for day in days if day < self.last_day(asked_at))

    def last_day(self, asked_at: datetime) -> date:
        """Return the day on which a request made at an instant ends without an answer."""
        return self.day(asked_at) + timedelta(days=self.expiry)

    def reminders_due(self, introduction: Introduction, now: datetime) -> int:
        """Return how many reminders of the present request should have been sent by now."""
        if introduction.asked_at is None:
            return 0
        return sum(day <= self.day(now) for day in self.reminder_days(introduction.asked_at))

    def reminders_left(self, introduction: Introduction) -> int:
        """Return how many reminders of the present request are still to come; 0 where none is awaited."""
        if introduction.asked_at is None:
            return 0
        return max(0, len(self.reminder_days(introduction.asked_at)) - introduction.reminders)


@dataclass(frozen=True, slots=True)
class Availability:
    """What an organisation wishes for: its own capacity, a pause, who it is not introduced to.

    ``capacity`` None follows the size; ``named_before`` allows the other side to read its name before both
    agreed.
    """

    organisation_id: str
    capacity: int | None = None
    pause_until: datetime | None = None
    not_with: frozenset[str] = frozenset()
    named_before: bool = False

    def is_paused(self, now: datetime) -> bool:
        """Whether no request may be made at an instant."""
        return self.pause_until is not None and now < self.pause_until


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of an organisation when it is to be asked: wishes, capacity, and when it was asked."""

    availability: Availability
    capacity: int
    asked: Sequence[datetime] = ()

    def hindrance(self, now: datetime, rules: Rules) -> str:
        """Return what forbids a request now: "paused", "capacity", "spacing"; "" when nothing does.

        >>> from datetime import UTC
        >>> now = datetime(2026, 12, 20, 9, tzinfo=UTC)
        >>> asked = [datetime(2026, 12, day, 9, tzinfo=UTC) for day in (1, 12)]
        >>> one = Standing(Availability("ORG1"), 2, asked)
        >>> one.hindrance(now, Rules()), one.hindrance(now.replace(year=2027, month=1), Rules())
        ('capacity', '')
        """
        if self.availability.is_paused(now):
            return "paused"
        if self._this_month(now, rules) >= self.capacity:
            return "capacity"
        spacing = timedelta(days=rules.spacing)
        return "spacing" if any(now - at < spacing for at in self.asked) else ""

    def _this_month(self, now: datetime, rules: Rules) -> int:
        today = rules.day(now)
        days = [rules.day(at) for at in self.asked]
        return sum((day.year, day.month) == (today.year, today.month) for day in days)


def capacity_of(organisation: Organisation, availability: Availability) -> int:
    """Return how many requests a month an organisation gets: its own choice, else by size.

    A member type that leaves several sizes open counts as the smallest.

    >>> capacity_of(Organisation(id="ORG1", name="Un", size_band="PE"), Availability("ORG1"))
    6
    >>> capacity_of(Organisation(id="ORG1", name="Un"), Availability("ORG1", capacity=0))
    0
    """
    if availability.capacity is not None:
        return availability.capacity
    return min((CAPACITY[band] for band in size_bands(organisation)), default=LEAST_CAPACITY)


def wishes(found: Mapping[str, Availability], organisation_id: str) -> Availability:
    """Return the wishes of an organisation; those who said nothing have none."""
    return found.get(organisation_id, Availability(organisation_id))
