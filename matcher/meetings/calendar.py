"""When rounds take place, and one iCalendar file a person."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

from matcher.calendars import CalendarEntry, write_calendar
from matcher.errors import BackendUnavailable, InvalidRequest
from matcher.language import fold_words


@dataclass(frozen=True, slots=True)
class Timetable:
    """When the first round starts (with time zone), how long rounds and pauses last in minutes.

    Raises
    ------
    InvalidRequest
        A start without time zone, or lengths that are not positive.

    Examples
    --------
    >>> from datetime import UTC
    >>> Timetable(datetime(2026, 12, 3, 9, tzinfo=UTC), 15, 5).begins(2).hour
    9
    """

    start: datetime
    minutes: int = 15
    pause: int = 5

    def __post_init__(self) -> None:
        if self.start.tzinfo is None:
            raise InvalidRequest("The start of the first round needs a time zone.")
        if self.minutes < 1 or self.pause < 0:
            raise InvalidRequest("A round lasts at least a minute, and a pause cannot be negative.")

    def begins(self, r: int) -> datetime:
        """Return the start of round ``r`` from 0."""
        return self.start + timedelta(minutes=(self.minutes + self.pause) * r)

    def ends(self, r: int) -> datetime:
        """Return the end of round ``r`` from 0."""
        return self.begins(r) + timedelta(minutes=self.minutes)

    def begins_from(self, r: int, moment: time) -> bool:
        """Say whether round ``r`` begins at ``moment`` of its day or later."""
        return self.begins(r).time() >= moment

    def ends_by(self, r: int, moment: time) -> bool:
        """Say whether round ``r`` is over at ``moment`` of its day."""
        return self.ends(r).time() <= moment


def write_calendars(
    rows: Sequence[Mapping[str, Any]], folder: Path, timetable: Timetable, stamp: datetime
) -> int:
    """Write one iCalendar file a person, an event a meeting; return the number of files.

    An event of a person and a round keeps its identifier (RFC 5545 UID) in every later export, so that a
    calendar that is imported again replaces the meeting instead of adding a second one. Events that start at
    different instants, of one day or not, never replace each other.

    Parameters
    ----------
    rows
        As for :func:`matcher.meetings.files.write_rounds`.
    folder
        Where the files go; made if absent.
    timetable
        When rounds take place.
    stamp
        When the files are made, with time zone.

    Raises
    ------
    BackendUnavailable
        The folder cannot be written.
    """
    people: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        people[str(row["personne"])].append(row)
    taken: set[str] = set()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, meetings in people.items():
            calendar = _calendar(meetings, timetable, stamp)
            (folder / f"{_file_name(name, taken)}.ics").write_bytes(calendar)
    except OSError as error:
        raise BackendUnavailable(f"{folder} cannot be written: {error.strerror or error}.") from error
    return len(people)


def _calendar(meetings: Sequence[Mapping[str, Any]], timetable: Timetable, stamp: datetime) -> bytes:
    entries = [_entry(row, timetable) for row in meetings if row["rencontre"]]
    return write_calendar(entries, stamp)


def _entry(row: Mapping[str, Any], timetable: Timetable) -> CalendarEntry:
    r = int(row["tour"]) - 1
    key = f"{timetable.start.astimezone(UTC).isoformat()}|{fold_words(str(row['personne']))}|{r}"
    company = str(row.get("organisation_rencontree") or "")
    met = str(row["rencontre"])
    with_company = f"{met} ({company})" if company and f"({company})" not in met else met
    return CalendarEntry(
        hashlib.sha256(key.encode()).hexdigest()[:32] + "@matcher",
        timetable.begins(r),
        timetable.ends(r),
        f"Rencontre : {with_company}",
        f"Table {row['table']}",
    )


def _file_name(name: str, taken: set[str]) -> str:
    """Name a file after a person: letters, digits and hyphens, unique among ``taken``."""
    base = re.sub(r"[^a-z0-9]+", "-", fold_words(name)).strip("-")[:80] or "participant"
    unique, number = base, 2
    while unique in taken:
        unique, number = f"{base}-{number}", number + 1
    taken.add(unique)
    return unique
