"""Working days in France: no weekends, no public holidays of the mainland."""

from collections.abc import Container
from datetime import date, timedelta

import holidays

_SATURDAY = 5


def french_holidays() -> Container[date]:
    """Return the public holidays of mainland France, of every year (Code du travail, L3133-1)."""
    return holidays.country_holidays("FR")


def is_working_day(day: date, free: Container[date]) -> bool:
    """Return whether people are at work on a day.

    >>> free = french_holidays()
    >>> is_working_day(date(2026, 5, 1), free), is_working_day(date(2026, 5, 4), free)
    (False, True)
    """
    return day.weekday() < _SATURDAY and day not in free


def next_working_day(day: date, free: Container[date]) -> date:
    """Return the day itself if people are at work, else the next such day.

    >>> next_working_day(date(2026, 12, 25), french_holidays())
    datetime.date(2026, 12, 28)
    """
    while not is_working_day(day, free):
        day += timedelta(days=1)
    return day


def add_working_days(day: date, count: int, free: Container[date]) -> date:
    """Return the day that is ``count`` working days after a day; 0 gives the day itself.

    >>> add_working_days(date(2026, 12, 23), 3, french_holidays())  # Thu 24, Mon 28, Tue 29
    datetime.date(2026, 12, 29)
    """
    for _ in range(count):
        day = next_working_day(day + timedelta(days=1), free)
    return day
