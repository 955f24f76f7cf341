"""Dates and instants as people write them."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from matcher.errors import InvalidRequest


def parse(text: str | None, zone: ZoneInfo, name: str = "on") -> datetime:
    """Read the instant an answer is for, given as the parameter ``name``.

    Dates are those of ISO 8601, basic or extended. A date alone means noon of that day in ``zone``: what
    opens in the morning or closes in the evening is open on that day. An instant without offset is read in
    ``zone``. None is now.

    Raises
    ------
    InvalidRequest
        For anything else.

    Examples
    --------
    >>> parse("2026-11-22", ZoneInfo("Europe/Paris")).isoformat()
    '2026-11-22T12:00:00+01:00'
    >>> parse("2026-07-01T09:00:00Z", ZoneInfo("Europe/Paris")).isoformat()
    '2026-07-01T09:00:00+00:00'
    """
    if not text:
        return datetime.now(zone).replace(microsecond=0)
    for read in (_noon, datetime.fromisoformat):
        try:
            moment = read(text)
        except ValueError:
            continue
        return moment if moment.tzinfo else moment.replace(tzinfo=zone)
    raise InvalidRequest(
        f"'{name}' is not a date: write 2026-11-22, or 2026-11-22T09:00:00+01:00. "
        "In an address, + is written %2B."
    )


def _noon(text: str) -> datetime:
    return datetime.combine(date.fromisoformat(text), time(12))
